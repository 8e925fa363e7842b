"""What a Requester does with HITs that exist: extend, expire, review, dispose of, disable, move to another type.

Source: the articles ExtendHIT, ForceExpireHIT, SetHITAsReviewing, DisposeHIT, DisableHIT and ChangeHITTypeOfHIT.  Where
they leave open what becomes of a HIT in some state, an official client decides: a Reviewing HIT can be disposed of, one
that is over cannot be expired.  The reward of a HIT does not change once a Worker has accepted it.  No code was ever
told for a token that is used again.
"""

from dataclasses import replace

from conformance.reference.account import check_funds
from conformance.reference.assignments import approve, properties_of
from conformance.reference.context import Context, Handler
from conformance.reference.hit_states import status_of
from conformance.reference.hits import owned_hit, owned_hit_type
from conformance.reference.money import fee
from conformance.reference.qualification_type_use import refuse_extension
from conformance.reference.records import HIT
from conformance.reference.refusals import Refusal, refused
from conformance.reference.tokens import earlier_use, use_token
from conformance.spec.versions import in_force
from conformance.wire.flattening import Values

FEW = 10
"""A HIT that was created with fewer assignments than that stays below it, from 2014-08-15 on."""

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
    context.store.save_hit(hit)
    use_token(context, "ExtendHIT", context.request_id)
    return {}


def force_expire_hit(context: Context) -> Values:
    """Let a HIT expire now; who has accepted it can still submit."""
    hit = hit_in(context, "Assignable", "Unassignable")
    context.store.save_hit(replace(hit, expires_at=min(hit.expires_at, context.at)))
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
    if hit.max_assignments < FEW <= hit.max_assignments + more and in_force(context.version, "2014-08-15", None):
        message = f"A HIT that was created with fewer than {FEW} assignments cannot be extended to {FEW} or more."
        raise refused("AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease", message, HITId=hit.hit_id)
    reward = context.store.hit_types[hit.hit_type_id].properties.reward
    check_funds(context, more * reward, more * fee(reward))


HANDLERS: dict[str, Handler] = {
    "ExtendHIT": extend_hit,
    "ForceExpireHIT": force_expire_hit,
    "SetHITAsReviewing": set_hit_as_reviewing,
    "DisposeHIT": dispose_hit,
    "DisableHIT": disable_hit,
    "ChangeHITTypeOfHIT": change_hit_type_of_hit,
}
