"""Faults of UpdateExpirationForHIT: when a HIT expires, which moments are taken, and what else becomes of the HIT."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

from conformance.defects.both_ways import UPDATE, is_past
from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import Change, afterwards, in_state, pardoned_if, refusing, saving
from conformance.defects.planting import Plant, rereading, text
from conformance.reference.context import Context
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import HIT
from conformance.wire.flattening import Values
from conformance.wire.timestamps import parse_timestamp

_HOUR = 3600.0
_LONG_AGO = "1970-01-01T00:00:00Z"
_ALIVE = in_state("Assignable", "Unassignable")


def _moment(context: Context) -> float:
    """Return the moment that a call tells, in seconds since the epoch."""
    return parse_timestamp(context.values.required("ExpireAt", str)).replace(tzinfo=UTC).timestamp()


def _later(change: Callable[[Context, HIT, HIT], HIT]) -> Plant:
    """Save what ``change`` makes of a HIT that is given a moment to come."""
    return saving(UPDATE, lambda context, before, after: after if is_past(context) else change(context, before, after))


def _shorter(context: Context, hit: HIT) -> bool:
    return _ALIVE(context, hit) and context.at < _moment(context) < hit.expires_at


def _out_of_range(context: Context, hit: HIT) -> bool:
    return _ALIVE(context, hit) and _moment(context) > hit.expires_at


def _as_told(context: Context, hit: HIT) -> HIT:
    return replace(hit, expires_at=_moment(context))


def _given_back(context: Context, hit: HIT) -> HIT:
    return replace(hit, disposed_at=None, expires_at=_moment(context))


def _not_long_ago(context: Context, before: HIT, after: HIT) -> HIT:
    """Take a moment that is past for one, only where it is the beginning of the epoch."""
    return before if is_past(context) and _moment(context) > 0 else after


def _still_over(context: Context, hit: HIT) -> bool:
    return not is_past(context) and in_state("Reviewable")(context, hit)


def _approved_later(context: Context, before: HIT, after: HIT) -> None:
    for one in list(context.store.assignments_of(after.hit_id)):
        if one.state == "Submitted" and one.auto_approval_at is not None:
            more = max(0.0, after.expires_at - before.expires_at)
            context.store.save_assignment(replace(one, auto_approval_at=one.auto_approval_at + more))


_APPROVES: Change = _approved_later


def _put_in(name: str, value: Callable[[Endpoint], str]) -> Plant:
    """Take a value of one's own for a parameter that was not sent."""

    def change(values: Values, endpoint: Endpoint) -> Values:
        return values if text(values, name) else {**values, name: [value(endpoint)]}

    return rereading(UPDATE, change)


_MOMENTS = (
    defect(
        "update-expiration/of-nothing",
        _later(lambda context, before, after: before),
        *(f"{UPDATE}.{topic}" for topic in ("future", "expired", "revives", "reviewing")),
    ),
    defect(
        "update-expiration/an-hour-late",
        _later(lambda context, before, after: replace(after, expires_at=after.expires_at + _HOUR)),
        f"{UPDATE}.future",
        f"{UPDATE}.expired",
    ),
    defect(
        "update-expiration/two-seconds-early",
        _later(lambda context, before, after: replace(after, expires_at=after.expires_at - 2)),
        f"{UPDATE}.future",
        f"{UPDATE}.expired",
    ),
    defect("update-expiration/at-once-by-zero-alone", saving(UPDATE, _not_long_ago), f"{UPDATE}.past"),
    defect("update-expiration/shortens", pardoned_if(UPDATE, _shorter, _as_told), f"{UPDATE}.shorten"),
    defect("update-expiration/of-any-range", pardoned_if(UPDATE, _out_of_range, _as_told), f"{UPDATE}.range"),
    defect(
        "update-expiration/shorter-answered-with-success",
        pardoned_if(UPDATE, _shorter, lambda context, hit: hit),
        f"{UPDATE}.shorten",
    ),
    defect(
        "update-expiration/a-day-at-least",
        refusing(UPDATE, lambda context, hit: 0 < _moment(context) - hit.expires_at < 6000 and _ALIVE(context, hit)),
        f"{UPDATE}.range",
    ),
)

_STATES = (
    defect(
        "update-expiration/not-of-the-expired",
        refusing(UPDATE, _still_over),
        f"{UPDATE}.expired",
        f"{UPDATE}.revives",
    ),
    defect(
        "update-expiration/still-reviewing",
        _later(lambda context, before, after: replace(after, reviewing=before.reviewing)),
        f"{UPDATE}.reviewing",
    ),
    defect("update-expiration/approves-later", afterwards(UPDATE, _APPROVES), f"{UPDATE}.autoapproval-kept"),
    defect(
        "update-expiration/of-the-deleted", pardoned_if(UPDATE, in_state("Disposed"), _given_back), f"{UPDATE}.disposed"
    ),
)

_CALLS = (
    defect(
        "update-expiration/at-once-if-not-told", _put_in("ExpireAt", lambda _: _LONG_AGO), f"{UPDATE}.ExpireAt.required"
    ),
    defect(
        "update-expiration/of-the-last-hit",
        _put_in("HITId", lambda endpoint: next(reversed(endpoint.store.hits), "")),
        f"{UPDATE}.HITId.required",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_MOMENTS, *_STATES, *_CALLS)
