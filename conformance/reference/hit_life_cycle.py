"""What a Requester does with HITs that exist: extend, expire, review, dispose of, disable, move to another type.

Source: the articles ExtendHIT, ForceExpireHIT, SetHITAsReviewing, DisposeHIT, DisableHIT and ChangeHITTypeOfHIT.  Where
they leave open what becomes of a HIT in some state, an official client decides: a Reviewing HIT can be disposed of, one
that is over cannot be expired.  The reward of a HIT does not change once a Worker has accepted it.  No code was ever
told for a token that is used again.  UpdateExpirationForHIT, of 2017-01-17, is an extension by time behind another
face: messages of the service speak of its increment and of its token, and its page of no earlier moment than there was.
"""

from dataclasses import replace
from datetime import UTC

from conformance.reference.account import check_funds
from conformance.reference.assignments import approve, properties_of
from conformance.reference.context import Context, Handler
from conformance.reference.hit_states import status_of
from conformance.reference.hits import owned_hit, owned_hit_type
from conformance.reference.money import fee
from conformance.reference.parameters import unacceptable
from conformance.reference.qualification_type_use import refuse_extension
from conformance.reference.records import HIT, UsedToken
from conformance.reference.refusals import Refusal, refused
from conformance.reference.tokens import earlier_use, use_token
from conformance.spec.versions import in_force
from conformance.wire.flattening import Values
from conformance.wire.timestamps import parse_timestamp

FEW = 10
"""A HIT that was created with fewer assignments than that stays below it, from 2014-08-15 on."""

LEAST_MORE, MOST_MORE = 60, 31_536_000
"""So many seconds a HIT can be given more, from 2017-01-17 on; it cannot be given less than it has."""

_EXISTING = ("Assignable", "Unassignable", "Reviewable", "Reviewing")


def extend_hit(context: Context) -> Values:
    """Give a HIT more assignments or more time, which can make it Assignable again."""
    if used := earlier_use(context, "ExtendHIT"):
        message = f"The request with the UniqueRequestToken {used.token} has already been processed: {used.first}."
        raise refused("AWS.MechanicalTurk.DuplicateRequest", message)
    hit = hit_in(context, *_EXISTING)
    more, seconds = (
        context.values.optional(name, int) for name in ("MaxAssignmentsIncrement", "ExpirationIncrementInSeconds")
    )
    refuse_extension(context, hit)
    if more is not None:
        _check_increase(context, hit, more)
        hit = replace(hit, max_assignments=hit.max_assignments + more)
    if seconds is not None:
        hit = replace(hit, expires_at=max(hit.expires_at, context.at) + seconds)
    if status_of(context.store, hit, context.at) == "Assignable":
        hit = replace(hit, reviewing=False)
    if more is not None or seconds is not None:
        hit = replace(hit, extended_at=context.at)
    context.store.save_hit(hit)
    use_token(context, "ExtendHIT", context.request_id)
    return {}


def force_expire_hit(context: Context) -> Values:
    """Let a HIT expire now; who has accepted it can still submit."""
    hit = hit_in(context, "Assignable", "Unassignable")
    context.store.save_hit(replace(hit, expires_at=min(hit.expires_at, context.at)))
    return {}


def update_expiration_for_hit(context: Context) -> Values:
    """Let a HIT expire at once if the moment told is past; a later one can make it Assignable again."""
    hit = hit_in(context, *_EXISTING)
    told = context.values.required("ExpireAt", str)
    moment = parse_timestamp(told).replace(tzinfo=UTC).timestamp()
    if moment <= context.at:
        context.store.save_hit(replace(hit, expires_at=min(hit.expires_at, context.at)))
        return {}
    token = f"{hit.hit_id}{told}"
    owner = context.requester.access_key_id
    if context.store.find_token(owner, context.operation, token, context.at):
        message = f'The idempotency token "{token}" has already been processed.'
        raise refused("AWS.MechanicalTurk.DuplicateRequest", message)
    more = round(moment - max(hit.expires_at, context.at))
    if not LEAST_MORE <= more <= MOST_MORE:
        rule = f"a later moment is from {LEAST_MORE} to {MOST_MORE} seconds after the Expiration that the HIT has"
        raise Refusal(unacceptable("ExpireAt", told, rule))
    hit = replace(hit, expires_at=moment)
    if status_of(context.store, hit, context.at) == "Assignable":
        hit = replace(hit, reviewing=False)
    context.store.save_hit(hit)
    used = UsedToken(owner=owner, operation=context.operation, token=token, used_at=context.at, first=hit.hit_id)
    context.store.remember_token(used)
    return {}


def set_hit_as_reviewing(context: Context) -> Values:
    """Put a Reviewable HIT among those that are Reviewing, or take it back."""
    revert = context.values.optional("Revert", bool) or False
    hit = hit_in(context, "Reviewing" if revert else "Reviewable")
    context.store.save_hit(replace(hit, reviewing=not revert))
    return {}


def dispose_hit(context: Context) -> Values:
    """Dispose of a HIT that nobody works on and of which every submission is decided."""
    hit = hit_in(context, "Reviewable", "Reviewing")
    if any(one.state == "Submitted" for one in context.store.assignments_of(hit.hit_id)):
        message = "The HIT has submitted assignments that are neither approved nor rejected."
        raise refused("AWS.MechanicalTurk.InvalidHITState", message, HITId=hit.hit_id)
    context.store.save_hit(replace(hit, disposed_at=context.at))
    return {}


def disable_hit(context: Context) -> Values:
    """Dispose of a HIT that is not Reviewable yet: what was submitted, or will be, is approved."""
    hit = hit_in(context, "Assignable", "Unassignable")
    store = context.store
    waiting = [one for one in store.assignments_of(hit.hit_id) if one.state == "Submitted"]
    reward = sum(properties_of(store, one).reward for one in waiting)
    check_funds(context, reward, sum(fee(properties_of(store, one).reward) for one in waiting))
    for one in waiting:
        approve(store, one, context.at)
    store.save_hit(replace(hit, disposed_at=context.at))
    return {}


def change_hit_type_of_hit(context: Context) -> Values:
    """Give a HIT the properties of another type of the Requester's own."""
    hit = hit_in(context, *_EXISTING)
    kind = owned_hit_type(context, context.values.required("HITTypeId", str))
    former = context.store.hit_types[hit.hit_type_id].properties
    if kind.properties.reward != former.reward and any(True for _ in context.store.assignments_of(hit.hit_id)):
        message = "The reward of a HIT that a Worker has accepted stays as it is."
        raise refused("AWS.MechanicalTurk.InvalidHITState", message, HITId=hit.hit_id)
    context.store.save_hit(replace(hit, hit_type_id=kind.hit_type_id))
    return {}


def hit_in(context: Context, *states: str) -> HIT:
    """Return the Requester's own HIT that HITId names, if it is in one of these states; raises Refusal."""
    hit = owned_hit(context)
    if (status := status_of(context.store, hit, context.at)) not in states:
        raise wrong_state(hit, status, *states)
    return hit


def wrong_state(hit: HIT, status: str, *expected: str) -> Refusal:
    """Return the refusal of what can only be done to HITs in one of these states."""
    states = ", ".join(expected)
    return refused(
        "AWS.MechanicalTurk.InvalidHITState",
        f"This operation is for HITs with a status of {states}; this one is {status}.",
        HITId=hit.hit_id,
        CurrentState=status,
        ExpectedStates=states,
    )


def _check_increase(context: Context, hit: HIT, more: int) -> None:
    if more < 1:  # which the schema of 2017-01-17 does not say
        raise Refusal(unacceptable("MaxAssignmentsIncrement", str(more), "it is at least 1"))
    if hit.max_assignments < FEW <= hit.max_assignments + more and in_force(context.version, "2014-08-15", None):
        message = f"A HIT that was created with fewer than {FEW} assignments cannot be extended to {FEW} or more."
        raise refused("AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease", message, HITId=hit.hit_id)
    reward = context.store.hit_types[hit.hit_type_id].properties.reward
    check_funds(context, more * reward, more * fee(reward))


HANDLERS: dict[str, Handler] = {
    "ExtendHIT": extend_hit,
    "ForceExpireHIT": force_expire_hit,
    "UpdateExpirationForHIT": update_expiration_for_hit,
    "SetHITAsReviewing": set_hit_as_reviewing,
    "DisposeHIT": dispose_hit,
    "DisableHIT": disable_hit,
    "ChangeHITTypeOfHIT": change_hit_type_of_hit,
}
