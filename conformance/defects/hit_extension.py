"""Faults of ExtendHIT: how far it extends, what it takes, and what else it touches."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import afterwards, pardoned_if, saving, unchanged
from conformance.defects.planting import Plant, handling, rereading, text
from conformance.reference.context import Context, Handler
from conformance.reference.parameters import unacceptable
from conformance.reference.records import HIT
from conformance.reference.refusals import Refusal, refused
from conformance.spec.versions import LATEST, TODAY, VERSIONS
from conformance.wire.flattening import Values

EXTEND, MORE, SECONDS = "ExtendHIT", "MaxAssignmentsIncrement", "ExpirationIncrementInSeconds"

_HOUR = 3600.0
_LIMITED = (LATEST, TODAY)
_TIME = (f"{EXTEND}.expiration.unexpired", f"{EXTEND}.expiration.expired")
_REVIVED = (f"{EXTEND}.revives.expired", f"{EXTEND}.reviewing")
_ASSIGNMENTS = (f"{EXTEND}.assignments", f"{EXTEND}.both")
_FUNDS = f"{EXTEND}.insufficient-funds"


# How far a HIT is extended


def _time(new: Callable[[Context, HIT, int], float]) -> Plant:
    """Let a HIT that gets more time expire when ``new`` says."""

    def change(context: Context, before: HIT, after: HIT) -> HIT:
        seconds = context.values.optional(SECONDS, int)
        return after if seconds is None else replace(after, expires_at=new(context, before, seconds))

    return saving(EXTEND, change)


def _count(new: Callable[[HIT, int], int]) -> Plant:
    """Let a HIT that gets more assignments have as many as ``new`` says."""

    def change(context: Context, before: HIT, after: HIT) -> HIT:
        more = context.values.optional(MORE, int)
        return after if more is None else replace(after, max_assignments=new(before, more))

    return saving(EXTEND, change)


def _not_both(context: Context, before: HIT, after: HIT) -> HIT:
    both = context.values.optional(MORE, int) and context.values.optional(SECONDS, int)
    return replace(after, expires_at=before.expires_at) if both else after


def _still_reviewing(context: Context, before: HIT, after: HIT) -> HIT:
    return replace(after, reviewing=before.reviewing)


def _with_time(context: Context, before: HIT, after: HIT) -> HIT:
    """Give an expired HIT an hour along with its assignments."""
    alone = context.values.optional(SECONDS, int) is None
    return replace(after, expires_at=context.at + _HOUR) if alone and after.expires_at <= context.at else after


def _delay_approvals(context: Context, before: HIT, after: HIT) -> None:
    for one in list(context.store.assignments_of(after.hit_id)):
        if one.state == "Submitted" and one.auto_approval_at is not None:
            context.store.save_assignment(replace(one, auto_approval_at=one.auto_approval_at + _HOUR))


# What is refused


def _on_credit(handler: Handler, context: Context) -> Values:
    """Extend a HIT whatever the account holds."""
    store, account = context.store, context.store.requesters[context.requester.access_key_id]
    store.add_requester(replace(account, balance=10**9))
    try:
        return handler(context)
    finally:
        store.add_requester(account)


def _without_limit(handler: Handler, context: Context) -> Values:
    return handler(replace(context, version=VERSIONS[0]))


def _limited(refuses: Callable[[int, int], bool]) -> Plant:
    """Refuse increases where ``refuses`` says so of the count before and after."""

    def wrapper(handler: Handler, context: Context) -> Values:
        hit, more = context.store.hits.get(context.values.required("HITId", str)), context.values.optional(MORE, int)
        if hit is not None and more and refuses(hit.max_assignments, hit.max_assignments + more):
            raise refused("AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease", "These are too many.")
        return handler(context)

    return handling(EXTEND, wrapper)


def _over_the_limit(handler: Handler, context: Context) -> Values:
    """Refuse what goes over the limit, and do it."""
    try:
        return handler(context)
    except Refusal as refusal:
        if refusal.errors[0].code.endswith("InvalidMaximumAssignmentsIncrease"):
            _without_limit(handler, context)
        raise


def _taking(wrong: str, instead: str) -> Plant:
    """Take one value of ExpirationIncrementInSeconds for another."""
    return rereading(
        EXTEND, lambda values, endpoint: {**values, SECONDS: [instead]} if text(values, SECONDS) == wrong else values
    )


def _refusing_time(seconds: int) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        if context.values.optional(SECONDS, int) == seconds:
            raise Refusal(unacceptable(SECONDS, str(seconds), "it is too much or too little"))
        return handler(context)

    return handling(EXTEND, wrapper)


_EXTENT = (
    defect(
        "extend-hit/from-now",
        _time(lambda context, before, seconds: context.at + seconds),
        _TIME[0],
        f"{EXTEND}.both",
    ),
    defect(
        "extend-hit/from-the-old-time",
        _time(lambda context, before, seconds: before.expires_at + seconds),
        _TIME[1],
    ),
    defect(
        "extend-hit/from-the-creation",
        _time(lambda context, before, seconds: before.created_at + seconds),
        *_TIME,
        f"{EXTEND}.both",
    ),
    defect(
        "extend-hit/twice-the-time",
        _time(lambda context, before, seconds: max(before.expires_at, context.at) + 2 * seconds),
        *_TIME,
        f"{EXTEND}.both",
    ),
    defect(
        "extend-hit/two-seconds-short",
        _time(lambda context, before, seconds: max(before.expires_at, context.at) + seconds - 2),
        _TIME[0],
    ),
    defect(
        "extend-hit/time-left-out",
        _time(lambda context, before, seconds: before.expires_at),
        *_TIME,
        *_REVIVED,
        f"{EXTEND}.both",
    ),
    defect(
        "extend-hit/assignments-left-out",
        _count(lambda before, more: before.max_assignments),
        *_ASSIGNMENTS,
        f"{EXTEND}.revives.exhausted",
    ),
    defect(
        "extend-hit/assignments-replaced",
        _count(lambda before, more: more),
        *_ASSIGNMENTS,
        f"{EXTEND}.revives.exhausted",
    ),
    defect(
        "extend-hit/one-assignment-too-many",
        _count(lambda before, more: before.max_assignments + more + 1),
        *_ASSIGNMENTS,
    ),
    defect("extend-hit/time-or-assignments", saving(EXTEND, _not_both), f"{EXTEND}.both"),
    defect("extend-hit/still-reviewing", saving(EXTEND, _still_reviewing), f"{EXTEND}.reviewing"),
    defect("extend-hit/revived-by-assignments", saving(EXTEND, _with_time), f"{EXTEND}.revives.insufficient"),
    defect(
        "extend-hit/approves-later",
        afterwards(EXTEND, _delay_approvals),
        f"{EXTEND}.autoapproval-kept",
        "StateMachine.Assignment.auto-approve-expired-hit",
    ),
)

_REFUSED = (
    defect("extend-hit/on-credit", handling(EXTEND, _on_credit), _FUNDS),
    defect("extend-hit/ten-of-nine", handling(EXTEND, _without_limit), f"{EXTEND}.ten-limit", versions=_LIMITED),
    defect(
        "extend-hit/ten-refused-and-done", handling(EXTEND, _over_the_limit), f"{EXTEND}.ten-limit", versions=_LIMITED
    ),
    defect(
        "extend-hit/nine-are-too-many",
        _limited(lambda before, after: before < 9 <= after),
        f"{EXTEND}.ten-limit.below",
        versions=_LIMITED,
    ),
    defect(
        "extend-hit/limit-for-many",
        _limited(lambda before, after: after >= 10),
        f"{EXTEND}.ten-limit.below",
        f"{EXTEND}.assignments",
        versions=_LIMITED,
        also=(f"{EXTEND}.both", f"{EXTEND}.MaxAssignmentsIncrement.range"),
        because="these are shown by extending a HIT of ten assignments",
    ),
    defect(
        "extend-hit/one-for-none",
        rereading(EXTEND, lambda values, _: values if text(values, MORE) else {**values, MORE: ["1"]}),
        f"{EXTEND}.{MORE}.required",
        versions=(TODAY,),
    ),
    defect(
        "extend-hit/one-for-nothing",
        rereading(EXTEND, lambda values, _: {**values, MORE: ["1"]} if text(values, MORE) in ("0", "-1") else values),
        f"{EXTEND}.{MORE}.positive",
        versions=(TODAY,),
    ),
    defect(
        "extend-hit/longer-too",
        saving(EXTEND, lambda context, before, after: replace(after, expires_at=after.expires_at + _HOUR)),
        f"{EXTEND}.expiration-kept",
        versions=(TODAY,),
    ),
    defect("extend-hit/less-than-a-minute", _taking("59", "3600"), f"{EXTEND}.{SECONDS}.min"),
    defect(
        "extend-hit/no-hour",
        _refusing_time(3600),
        f"{EXTEND}.{SECONDS}.min",
        also=(f"{EXTEND}.both",),
        because="an hour is what the cases extend HITs by",
    ),
    defect("extend-hit/more-than-a-year", _taking("31536001", "31536000"), f"{EXTEND}.{SECONDS}.max"),
    defect("extend-hit/no-year", _refusing_time(31_536_000), f"{EXTEND}.{SECONDS}.max"),
    defect(
        "extend-hit/what-is-disposed-of",
        pardoned_if(EXTEND, lambda context, hit: hit.disposed_at is not None, unchanged),
        f"{EXTEND}.disposed",
        "DisableHIT.irreversible",
        "StateMachine.HIT.disposed-terminal",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_EXTENT, *_REFUSED)
