"""How many assignments a Worker may have at once, by HIT type or by default.

Source: the pages of GetWorkerAcceptLimit and SetWorkerAcceptLimit of 2007-03-12 and 2008-04-01, and the message schema
of 2007-06-21; both operations were withdrawn in 2008.  Whether a Worker keeps to the limit is not looked at.
"""

from conformance.reference.context import Context, Handler
from conformance.reference.parameters import missing, unacceptable
from conformance.reference.records import AcceptLimit
from conformance.reference.refusals import Refusal
from conformance.wire.flattening import Values

DEFAULT_LIMIT = 10


def set_worker_accept_limit(context: Context) -> Values:
    """Set the limit of a HIT type of the Requester's, or the default one."""
    group, most = _group(context), context.values.required("MaxWorkerAcceptLimit", int)
    if most < 0:
        raise Refusal(unacceptable("MaxWorkerAcceptLimit", str(most), "it is not negative"))
    owner = context.requester.access_key_id
    context.store.save_accept_limit(AcceptLimit(owner=owner, hit_type_id=group, most=most))
    return {}


def get_worker_accept_limit(context: Context) -> Values:
    """Return the limit of a HIT type, which has to have been set, or the default one."""
    group = _group(context)
    record = context.store.accept_limits.get((context.requester.access_key_id, group))
    if record is None and group:
        raise Refusal(unacceptable("LimitGroupId", group, "no limit was set for this HIT type"))
    return {"MaxWorkerAcceptLimit": [str(record.most if record else DEFAULT_LIMIT)]}


def _group(context: Context) -> str:
    """Return the id of the HIT type that the call is about, empty for the default; raises Refusal."""
    if context.values.required("LimitGroupType", str) == "Default":
        return ""
    hit_type_id = context.values.optional("LimitGroupId", str)
    if not hit_type_id:
        raise Refusal(missing("LimitGroupId", "it names the HIT type"))
    kind = context.store.hit_types.get(hit_type_id)
    if kind is None or kind.owner != context.requester.access_key_id:
        raise Refusal(unacceptable("LimitGroupId", hit_type_id, "the Requester has no such HIT type"))
    return hit_type_id


HANDLERS: dict[str, Handler] = {
    "SetWorkerAcceptLimit": set_worker_accept_limit,
    "GetWorkerAcceptLimit": get_worker_accept_limit,
}
