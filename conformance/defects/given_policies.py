"""Faults in how CreateHIT takes review policies."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.both_ways import handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, text
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import Refusal
from conformance.wire.flattening import Values

CREATE = "CreateHIT"
ASSIGNMENT, HIT = "AssignmentReviewPolicy", "HITReviewPolicy"
_UNKNOWN, _LEVEL = (f"{CREATE}.{ASSIGNMENT}.{name}" for name in ("unknown-name", "level-mismatch"))
_KNOWN = {ASSIGNMENT: "ScoreMyKnownAnswers/2011-09-01", HIT: "SimplePlurality/2011-09-01"}


def _policy(values: Values, name: str) -> Values:
    (policy, *_) = values.get(name, [{}])
    return {} if isinstance(policy, str) else policy


def _leaving_out(picks: Callable[[str, str], bool]) -> Plant:
    """Pass over a policy that ``picks`` picks by its parameter and its PolicyName."""

    def reread(values: Values, endpoint: Endpoint) -> Values:
        gone = [name for name in _KNOWN if name in values and picks(name, text(_policy(values, name), "PolicyName"))]
        return {name: one for name, one in values.items() if name not in gone}

    return rereading(CREATE, reread)


def _one_only(handler: Handler, context: Context) -> Values:
    if _KNOWN.keys() <= context.values.sent.keys():
        raise Refusal(unacceptable(HIT, "", f"it is not given together with {ASSIGNMENT}"))
    return handler(context)


def _policies_of_the_type() -> Plant:
    """Keep the policies of the first HIT of a type for all of them."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        store = context.store
        record = store.hits[text(values, "HITId")]
        first = next(one for one in store.hits.values() if one.hit_type_id == record.hit_type_id)
        store.save_hit(replace(record, policies=first.policies))
        return values

    return handling(CREATE, wrapper)


DEFECTS: tuple[Defect, ...] = (
    defect("policies/one-only", handling(CREATE, _one_only), f"{CREATE}.{ASSIGNMENT}.one"),
    defect(
        "policies/unknown-passed-over",
        _leaving_out(lambda name, policy: policy not in _KNOWN.values()),
        _UNKNOWN,
    ),
    defect(
        "policies/other-level-passed-over",
        _leaving_out(lambda name, policy: policy in _KNOWN.values() and policy != _KNOWN[name]),
        _LEVEL,
    ),
    defect(
        "policies/of-the-type",
        _policies_of_the_type(),
        f"{CREATE}.ReviewPolicy.not-hittype",
        f"{CREATE}.{HIT}.shown",
    ),
    defect(
        "policies/of-hits-forgotten",
        _leaving_out(lambda name, policy: name == HIT),
        f"{CREATE}.{HIT}.shown",
        f"{CREATE}.{ASSIGNMENT}.one",
        f"{CREATE}.ReviewPolicy.not-hittype",
    ),
)
