"""Faults of ForceExpireHIT and SetHITAsReviewing: HITs that go on, and reviews that begin and end wrongly."""

from dataclasses import replace

from conformance.defects.both_ways import UPDATE, handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import (
    accepting,
    afterwards,
    in_state,
    pardoned_if,
    refusing,
    refusing_submissions,
    saving,
    seen_as,
    unchanged,
    undone,
)
from conformance.defects.mistyped import taking_any_type
from conformance.defects.planting import Plant, planting, text, with_values
from conformance.reference.assignments import approve
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.formats import Formats
from conformance.reference.records import HIT
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values

EXPIRE, REVIEW = "ForceExpireHIT", "SetHITAsReviewing"

_LONG = 7200.0
_BUSY = (f"{EXPIRE}.in-progress", "StateMachine.HIT.expired-busy")


# ForceExpireHIT


def _shows_the_old_expiration(endpoint: Endpoint) -> None:
    """Let GetHIT show a HIT that was expired by force with the Expiration that it had."""
    forced: dict[str, tuple[float, float]] = {}

    def expire(handler: Handler, context: Context) -> Values:
        former = context.store.hits.get(context.values.required("HITId", str))
        values = handler(context)
        if former is not None:
            forced[former.hit_id] = former.expires_at, context.store.hits[former.hit_id].expires_at
        return values

    def show(handler: Handler, context: Context) -> Values:
        values = handler(context)
        hit_id = context.values.required("HITId", str)
        old, new = forced.get(hit_id, (0.0, 0.0))
        if "Expiration" in values and context.store.hits[hit_id].expires_at == new:
            values["Expiration"] = [Formats().timestamp(old)]
        return values

    handling(EXPIRE, expire)(endpoint)
    handling("GetHIT", show)(endpoint)


def _later(context: Context, before: HIT, after: HIT) -> HIT:
    return replace(after, expires_at=context.at + _LONG)


def _abandon(context: Context, before: HIT, after: HIT) -> None:
    for one in list(context.store.assignments_of(after.hit_id)):
        if one.state == "Accepted":
            context.store.save_assignment(replace(one, deadline=context.at))


def _approve(context: Context, before: HIT, after: HIT) -> None:
    for one in list(context.store.assignments_of(after.hit_id)):
        if one.state == "Submitted":
            approve(context.store, one, context.at)


def _dispose(context: Context, before: HIT, after: HIT) -> HIT:
    return replace(after, disposed_at=context.at)


def _still_open(hit: HIT, at: float) -> HIT:
    return replace(hit, expires_at=max(hit.expires_at, at + _LONG))


def _over_at_once(hit: HIT, status: str, context: Context) -> str:
    return "Reviewable" if status == "Unassignable" and hit.expires_at <= context.at else status


_EXPIRED = (
    defect(
        "force-expire-hit/of-nothing",
        undone(EXPIRE),
        *(f"{EXPIRE}.{topic}" for topic in ("immediate", "reviewable", "no-new")),
        f"{UPDATE}.past",
    ),
    defect("force-expire-hit/two-hours-later", saving(EXPIRE, _later), f"{EXPIRE}.immediate", f"{EXPIRE}.reviewable"),
    defect("force-expire-hit/old-expiration-shown", _shows_the_old_expiration, f"{EXPIRE}.immediate"),
    defect("force-expire-hit/disposes", saving(EXPIRE, _dispose), f"{EXPIRE}.reviewable"),
    defect(
        "hits/accepted-when-expired",
        accepting(_still_open),
        f"{EXPIRE}.no-new",
        "StateMachine.HIT.lifetime-accept",
    ),
    defect("hits/reviewable-while-worked-on", seen_as(_over_at_once), *_BUSY),
    defect(
        "force-expire-hit/ends-the-work",
        afterwards(EXPIRE, _abandon),
        f"{EXPIRE}.in-progress",
        f"{EXPIRE}.can-complete",
    ),
    defect(
        "hits/no-submission-when-expired",
        refusing_submissions(lambda hit, at: hit.expires_at <= at),
        f"{EXPIRE}.can-complete",
        "StateMachine.Assignment.duration-after-expiry",
    ),
    defect("force-expire-hit/approves", afterwards(EXPIRE, _approve), f"{EXPIRE}.no-effect-on-assignments"),
    defect(
        "force-expire-hit/unassignable-refused", refusing(EXPIRE, in_state("Unassignable")), f"{EXPIRE}.unassignable"
    ),
)


# SetHITAsReviewing


def _reverts_by_default(handler: Handler, context: Context) -> Values:
    return handler(context if "Revert" in context.values.sent else with_values(context, Revert=True))


def _ignores_revert(handler: Handler, context: Context) -> Values:
    return handler(with_values(context, Revert=False))


def _takes_maybe(values: Values, endpoint: Endpoint) -> Values:
    return {**values, "Revert": ["false"]} if text(values, "Revert") == "maybe" else values


def _reviewed(context: Context, hit: HIT) -> HIT:
    return replace(hit, reviewing=context.values.required("Revert", bool) is False)


def _toggled(context: Context, hit: HIT) -> HIT:
    return replace(hit, reviewing=not hit.reviewing)


def _wrongly(revert: bool) -> Plant:
    """Answer with success, without effect, for a HIT that is Assignable."""
    assignable = in_state("Assignable")

    def pardons(context: Context, hit: HIT) -> bool:
        return assignable(context, hit) and context.values.required("Revert", bool) is revert

    return pardoned_if(REVIEW, pardons, unchanged)


def _reverted_too_early(context: Context, hit: HIT) -> bool:
    return in_state("Reviewable")(context, hit) and context.values.required("Revert", bool)


def _of_any_status(handler: Handler, context: Context) -> Values:
    """List HITs of both states where none is asked for."""
    if "Status" in context.values.sent:
        return handler(context)
    read = {**context.values.read, "Status": ("Reviewable", "Reviewing")}
    return handler(replace(context, values=replace(context.values, read=read)))


_REVIEWED = (
    defect("set-hit-as-reviewing/of-nothing", undone(REVIEW), f"{REVIEW}.promote", f"{REVIEW}.Revert.default"),
    defect(
        "set-hit-as-reviewing/reverts-by-default",
        handling(REVIEW, _reverts_by_default),
        f"{REVIEW}.promote",
        f"{REVIEW}.Revert.default",
    ),
    defect(
        "set-hit-as-reviewing/toggles",
        pardoned_if(REVIEW, in_state("Reviewing"), _toggled),
        f"{REVIEW}.no-toggle",
        also=(f"{REVIEW}.revert",),
        because="a HIT that came back is not Reviewing when it is to be reverted",
    ),
    defect("set-hit-as-reviewing/never-reverts", handling(REVIEW, _ignores_revert), f"{REVIEW}.revert"),
    defect(
        "set-hit-as-reviewing/reverts-forward",
        pardoned_if(REVIEW, _reverted_too_early, _toggled),
        f"{REVIEW}.Revert.only",
        versions=(TODAY,),
    ),
    defect(
        "set-hit-as-reviewing/maybe",
        planting(taking_any_type(REVIEW), rereading(REVIEW, _takes_maybe)),
        f"{REVIEW}.Revert.values",
    ),
    defect("set-hit-as-reviewing/assignable", _wrongly(False), f"{REVIEW}.wrong-state"),
    defect("set-hit-as-reviewing/assignable-reverted", _wrongly(True), f"{REVIEW}.revert-wrong-state"),
    defect(
        "set-hit-as-reviewing/listed-all-the-same",
        handling("GetReviewableHITs", _of_any_status),
        f"{REVIEW}.list-effect",
        also=("GetReviewableHITs.*",),
        because="the default of Status is a requirement on GetReviewableHITs too",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_EXPIRED, *_REVIEWED)
