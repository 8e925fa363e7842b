"""Faults of statistics: one figure told for another, a day that ends elsewhere, what was asked for passed over."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, rereading, text, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.figures import OF_A_WORKER, STATISTICS, Scope, Statistic
from conformance.reference.pacific import day_start
from conformance.reference.requester_statistics import account_handler, get_requester_statistic, worker_handler
from conformance.spec.versions import VERSIONS, in_force
from conformance.wire.flattening import Values
from conformance.wire.timestamps import format_timestamp

ACCOUNT, WORKER = "GetRequesterStatistic", "GetRequesterWorkerStatistic"

_STAT, _OF_WORKER = f"{ACCOUNT}.stat", f"{WORKER}.stat"
_SHARES = (f"{_STAT}.PercentAssignmentsApproved", f"{_STAT}.PercentAssignmentsRejected")
_HOUR, _DAY = 3600.0, 86_400.0
_TOLD_SINCE = tuple(version for version in VERSIONS if in_force(version, "2011-10-01", None))
_APPROVED, _REJECTED = "NumberAssignmentsApproved", "NumberAssignmentsRejected"

# What is told for a figure instead, and the figures that are compared with it.
_INSTEAD: dict[str, tuple[str, tuple[str, ...]]] = {
    "NumberHITsCreated": ("NumberHITsReviewable", ()),
    "NumberHITsReviewable": ("NumberHITsCreated", ()),
    "NumberHITsCompleted": ("NumberHITsReviewable", ()),
    "NumberHITsAssignable": ("NumberHITsCreated", ()),
    "NumberAssignmentsAvailable": ("NumberHITsCreated", ()),
    "NumberAssignmentsAccepted": ("NumberAssignmentsAvailable", ()),
    "NumberAssignmentsPending": ("NumberAssignmentsAccepted", ()),
    "NumberAssignmentsApproved": ("NumberAssignmentsAccepted", (*_SHARES, f"{_STAT}.AverageRewardAmount")),
    "NumberAssignmentsRejected": ("NumberAssignmentsAccepted", _SHARES),
    "NumberAssignmentsReturned": ("NumberAssignmentsAbandoned", ()),
    "NumberAssignmentsAbandoned": ("NumberAssignmentsAccepted", ()),
    "PercentAssignmentsApproved": ("PercentAssignmentsRejected", ()),
    "PercentAssignmentsRejected": ("PercentAssignmentsApproved", ()),
    "TotalRewardPayout": (
        "EstimatedRewardLiability",
        (f"{_STAT}.AverageRewardAmount", f"{_STAT}.TotalRewardAndFeePayout"),
    ),
    "TotalRewardFeePayout": (
        "TotalRewardPayout",
        (f"{_STAT}.TotalFeePayout", f"{_STAT}.TotalRewardAndFeePayout"),
    ),
    "TotalFeePayout": ("TotalRewardFeePayout", ()),
    "TotalRewardAndFeePayout": ("TotalRewardPayout", ()),
    "TotalBonusPayout": ("TotalRewardPayout", ()),
    "TotalBonusFeePayout": ("TotalRewardFeePayout", (f"{_STAT}.TotalFeePayout",)),
    "AverageRewardAmount": ("TotalRewardPayout", ()),
    "EstimatedRewardLiability": ("EstimatedFeeLiability", (f"{_STAT}.EstimatedTotalLiability",)),
    "EstimatedFeeLiability": ("TotalFeePayout", (f"{_STAT}.EstimatedTotalLiability",)),
    "EstimatedTotalLiability": ("EstimatedRewardLiability", ()),
}


def _telling(name: str, statistic: Statistic) -> Plant:
    """Tell under the name of one statistic what ``statistic`` comes to."""

    def plant(endpoint: Endpoint) -> None:
        endpoint.handlers[ACCOUNT] = account_handler({**STATISTICS, name: statistic})

    return plant


def _twice(statistic: Statistic) -> Statistic:
    return lambda scope, begin, end: 2 * statistic(scope, begin, end)


def _a_day_late(statistic: Statistic) -> Statistic:
    return lambda scope, begin, end: statistic(scope, begin, end - _DAY)


def _nothing(scope: Scope, begin: float, end: float) -> Fraction:
    return Fraction(0)


def _figures() -> Iterator[Defect]:
    for name, (other, compared) in _INSTEAD.items():
        also = (*compared, f"{ACCOUNT}.daily-delta", f"{ACCOUNT}.day-boundary")
        why = "what is compared with it differs too, be it for a whole life or for a day"
        for how, statistic in (
            (f"as-{other}", STATISTICS[other]),
            ("as-nothing", _nothing),
            ("a-day-late", _a_day_late(STATISTICS[name])),
            ("twice", _twice(STATISTICS[name])),
        ):
            if how == "twice" and name == "EstimatedFeeLiability":
                continue  # nothing is known of it but that it rises
            if how == "a-day-late" and name.startswith(("Percent", "Average", "NumberHITsAssignable")):
                continue
            plant = _telling(name, statistic)
            yield defect(f"figures/{name}/{how}", plant, f"{_STAT}.{name}", also=also, because=why)


# What was asked for


def _reading(operation: str, change: Callable[[Values], Values]) -> Plant:
    return rereading(operation, lambda values, endpoint: change(values))


def _any_count(values: Values) -> Values:
    count = text(values, "Count")
    return values if not count or (count.isdigit() and int(count)) else {**values, "Count": ["1"]}


def _without_count(values: Values) -> Values:
    return {name: found for name, found in values.items() if name != "Count"}


def _seven_days(values: Values) -> Values:
    return values if "Count" in values else {**values, "Count": ["7"]}


def _ever(values: Values) -> Values:
    return values if "TimePeriod" in values else {**values, "TimePeriod": ["LifeToDate"]}


def _days_though_not_asked_for(handler: Handler, context: Context) -> Values:
    return handler(with_values(context, TimePeriod="OneDay") if "Count" in context.values.sent else context)


def _any_period(handler: Handler, context: Context) -> Values:
    if context.values.optional("Statistic", str) != "NumberHITsAssignable":
        return handler(context)
    return handler(with_values(context, TimePeriod="LifeToDate"))


# What is told


def _points(operation: str, change: Callable[[list[Values], Context], list[Values]]) -> Plant:
    """Let ``change`` alter the data points of an answer."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        points = [point for point in values["DataPoint"] if isinstance(point, dict)]
        return {**values, "DataPoint": [*change(points, context)]}

    return handling(operation, wrapper)


def _moved(days: int) -> Callable[[list[Values], Context], list[Values]]:
    def change(points: list[Values], context: Context) -> list[Values]:
        dates = [day_start(context.at) - (len(points) - 1 - index + days) * _DAY for index in range(len(points))]
        return [{**point, "Date": [format_timestamp(date)]} for point, date in zip(points, dates, strict=True)]

    return change


def _today(points: list[Values], context: Context) -> list[Values]:
    return [{**point, "Date": points[-1]["Date"]} for point in points]


def _number(points: list[Values], change: Callable[[str, str], Values]) -> list[Values]:
    """Let ``change`` put members in the place of each point's number; it gets the element's name and the text."""
    changed = []
    for point in points:
        ((name, _),) = [(name, found) for name, found in point.items() if name != "Date"]
        changed.append({"Date": point["Date"], **change(name, text(point, name))})
    return changed


def _both(points: list[Values], context: Context) -> list[Values]:
    return _number(points, lambda name, told: {"LongValue": [str(int(float(told)))], "DoubleValue": [told]})


def _neither(points: list[Values], context: Context) -> list[Values]:
    return _number(points, lambda name, told: {})


def _saying(operation: str, name: str, told: str) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        return {**values, name: [told]} if name in values else values

    return handling(operation, wrapper)


def _level_of_the_day(handler: Handler, context: Context) -> Values:
    """Tell how things stand for a single day, instead of how they changed."""
    if context.values.optional("Statistic", str) != "NumberAssignmentsAvailable":
        return handler(context)
    return handler(with_values(context, TimePeriod="LifeToDate"))


def _days_behind(hours: float) -> Plant:
    """Let days begin that many hours earlier than in California."""

    def wrapper(handler: Handler, context: Context) -> Values:
        store, kept = context.store, dict(context.store.hits)
        for hit in kept.values():
            store.save_hit(replace(hit, created_at=hit.created_at + hours * _HOUR))
        try:
            return handler(replace(context, at=context.at + hours * _HOUR))
        finally:
            for hit in kept.values():
                store.save_hit(hit)

    return handling(ACCOUNT, wrapper)


# Of a Worker


def _of_all_workers(handler: Handler, context: Context) -> Values:
    return {**handler(context), "DataPoint": get_requester_statistic(context)["DataPoint"]}


def _for_all_requesters(handler: Handler, context: Context) -> Values:
    values = handler(context)
    if context.values.optional("Statistic", str) != _APPROVED or len(values["DataPoint"]) != 1:
        return values
    all_of_them = [handler(replace(context, requester=one)) for one in context.store.requesters.values()]
    points = [point for one in all_of_them for point in one["DataPoint"] if isinstance(point, dict)]
    total = str(sum(int(text(point, "LongValue")) for point in points))
    return {**values, "DataPoint": [{**points[0], "LongValue": [total]}]}


def _of_worker_as(name: str, other: str) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        asked = context.values.optional("Statistic", str)
        return handler(with_values(context, Statistic=other) if asked == name else context)

    return handling(WORKER, wrapper)


def _of_worker(name: str) -> Iterator[Defect]:
    form, _, end = name.partition("Assignments")
    other = f"{form}Assignments{'Rejected' if end == 'Approved' else 'Approved'}"
    told = (f"{WORKER}.Result.elements", f"{_OF_WORKER}.*", f"{WORKER}.own-account")
    yield defect(
        f"figures-of-worker/{name}/as-{other}",
        _of_worker_as(name, other),
        f"{_OF_WORKER}.{name}",
        also=told,
        because="the answer names the other statistic, and other figures are compared with it",
    )


def _telling_of_worker(name: str, statistic: Statistic) -> Plant:
    """Tell of a Worker, under the name of one statistic, what ``statistic`` comes to."""

    def plant(endpoint: Endpoint) -> None:
        endpoint.handlers[WORKER] = worker_handler({**OF_A_WORKER, name: statistic})

    return plant


def _of_reviews(kind: str) -> Iterator[Defect]:
    """Yield faults of the figures of answers that a kind of review policy has judged."""
    correct, incorrect, evaluated = (f"Number{kind}Answers{end}" for end in ("Correct", "Incorrect", "Evaluated"))
    percent = f"Percent{kind}AnswersCorrect"
    compared = {correct: (percent,), evaluated: (percent,)}
    for name, other in ((correct, incorrect), (incorrect, correct), (evaluated, correct), (percent, incorrect)):
        for how, statistic in (
            (f"as-{other}", OF_A_WORKER[other]),
            ("as-nothing", _nothing),
            ("twice", _twice(OF_A_WORKER[name])),
        ):
            yield defect(
                f"figures-of-worker/{name}/{how}",
                _telling_of_worker(name, statistic),
                f"{_OF_WORKER}.{name}",
                also=tuple(f"{_OF_WORKER}.{one}" for one in (evaluated, *compared.get(name, ()))),
                because="shares and sums are compared with what is told of their parts",
            )


_DAYS = (
    defect(
        "figures/days/count-passed-over",
        _reading(ACCOUNT, _without_count),
        f"{ACCOUNT}.Count.oneday",
        also=(f"{ACCOUNT}.Count.positive", f"{ACCOUNT}.day-boundary"),
        because="no Count is refused any more",
    ),
    defect("figures/days/seven-unasked", _reading(ACCOUNT, _seven_days), f"{ACCOUNT}.Count.default"),
    defect("figures/days/any-count", _reading(ACCOUNT, _any_count), f"{ACCOUNT}.Count.positive"),
    defect(
        "figures/days/of-a-month",
        handling(ACCOUNT, _days_though_not_asked_for),
        f"{ACCOUNT}.Count.ignored",
        also=(f"{ACCOUNT}.Result.parameters",),
        because="the answer names the other period",
    ),
    defect(
        "figures/days/ten-days-behind",
        _points(ACCOUNT, _moved(10)),
        f"{ACCOUNT}.Count.oneday",
        f"{ACCOUNT}.DataPoint.date",
    ),
    defect("figures/days/all-today", _points(ACCOUNT, _today), f"{ACCOUNT}.Count.oneday"),
    defect(
        "figures/days/latest-first", _points(ACCOUNT, lambda points, context: points[::-1]), f"{ACCOUNT}.Count.oneday"
    ),
    defect(
        "figures/days/one-short",
        _points(ACCOUNT, lambda points, context: points[1:] or points),
        f"{ACCOUNT}.Count.oneday",
        also=(f"{ACCOUNT}.day-boundary",),
        because="the first of the days is missing",
    ),
    defect(
        "figures/days/of-greenwich",
        _days_behind(7),
        f"{ACCOUNT}.day-boundary",
        versions=("2006-10-31",),
        also=(f"{_STAT}.*",),
        because="what happens in the hours between counts for another day",
    ),
    defect(
        "figures/days/without-summer-time",
        _days_behind(-1),
        f"{ACCOUNT}.day-boundary",
        versions=("2006-10-31",),
        also=(f"{_STAT}.*",),
        because="what happened in the last hour is not counted yet",
    ),
    defect(
        "figures/days/level-for-change",
        handling(ACCOUNT, _level_of_the_day),
        f"{ACCOUNT}.daily-delta",
        versions=("2006-10-31",),
    ),
    defect(
        "figures/days/assignable-of-a-day",
        handling(ACCOUNT, _any_period),
        f"{ACCOUNT}.NumberHITsAssignable.lifetodate",
        also=(f"{ACCOUNT}.Result.parameters",),
        because="the answer names the other period",
    ),
    defect("figures/period-not-needed", _reading(ACCOUNT, _ever), f"{ACCOUNT}.TimePeriod.required"),
)

_TOLD = (
    defect("figures/two-numbers", _points(ACCOUNT, _both), f"{ACCOUNT}.DataPoint.value"),
    defect(
        "figures/no-number",
        _points(ACCOUNT, _neither),
        f"{ACCOUNT}.DataPoint.value",
        also=(f"{ACCOUNT}.day-boundary", f"{ACCOUNT}.daily-delta"),
        because="they read the number",
    ),
    defect(
        "figures/another-statistic-named",
        _saying(ACCOUNT, "Statistic", "TotalFeePayout"),
        f"{ACCOUNT}.Result.parameters",
        versions=_TOLD_SINCE,
    ),
    defect(
        "figures/another-period-named",
        _saying(ACCOUNT, "TimePeriod", "SevenDays"),
        f"{ACCOUNT}.Result.parameters",
        versions=_TOLD_SINCE,
    ),
)

_WORKER = (
    defect(
        "figures-of-worker/of-all-workers",
        handling(WORKER, _of_all_workers),
        f"{_OF_WORKER}.{_APPROVED}",
        f"{_OF_WORKER}.NumberPluralityAnswersEvaluated",
        also=(f"{_OF_WORKER}.*",),
        because="every figure is that of all Workers",
    ),
    defect("figures-of-worker/for-all-requesters", handling(WORKER, _for_all_requesters), f"{WORKER}.own-account"),
    defect("figures-of-worker/two-numbers", _points(WORKER, _both), f"{WORKER}.DataPoint"),
    defect("figures-of-worker/no-number", _points(WORKER, _neither), f"{WORKER}.DataPoint"),
    defect(
        "figures-of-worker/another-named", _saying(WORKER, "WorkerId", "A3ANOTHERWORKER"), f"{WORKER}.Result.elements"
    ),
    defect("figures-of-worker/count-passed-over", _reading(WORKER, _without_count), f"{WORKER}.Count"),
    defect("figures-of-worker/seven-days-unasked", _reading(WORKER, _seven_days), f"{WORKER}.Count"),
    defect("figures-of-worker/ten-days-behind", _points(WORKER, _moved(10)), f"{WORKER}.Count"),
    defect("figures-of-worker/period-not-needed", _reading(WORKER, _ever), f"{WORKER}.TimePeriod.required"),
    *_of_worker(_APPROVED),
    *_of_worker(_REJECTED),
    *_of_worker("PercentAssignmentsApproved"),
    *_of_worker("PercentAssignmentsRejected"),
    *_of_reviews("Known"),
    *_of_reviews("Plurality"),
)

DEFECTS: tuple[Defect, ...] = (*_figures(), *_DAYS, *_TOLD, *_WORKER)
