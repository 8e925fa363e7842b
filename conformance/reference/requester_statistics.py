"""The figures of a Requester's account, and of one Worker's work for it.

Source: the articles GetRequesterStatistic and GetRequesterWorkerStatistic; a day begins at midnight in the Pacific time
zone, as the page of 2006-10-31 says and the samples of the later ones show.
"""

from collections.abc import Mapping
from fractions import Fraction

from conformance.reference.blocks import known_worker
from conformance.reference.context import Context, Handler
from conformance.reference.figures import BEGINNING, OF_A_WORKER, STATISTICS, Scope, Statistic
from conformance.reference.formats import members
from conformance.reference.pacific import day_start, days_until
from conformance.reference.parameters import missing, unacceptable
from conformance.reference.refusals import NOT_IN_ENUMERATION, OUT_OF_RANGE, Refusal
from conformance.reference.response_groups import in_groups
from conformance.spec.versions import in_force
from conformance.wire.flattening import Values

_DAYS = {"OneDay": 1, "SevenDays": 7, "ThirtyDays": 30}
_MOST_DAYS = 10_000


def get_requester_statistic(context: Context) -> Values:
    """Return one figure of the account, or one a day."""
    return account_handler(STATISTICS)(context)


def account_handler(table: Mapping[str, Statistic]) -> Handler:
    """Return the handler that tells the figures of a table."""
    return lambda context: _answer(context, Scope(store=context.store, owner=context.requester.access_key_id), table)


def get_requester_worker_statistic(context: Context) -> Values:
    """Return one figure of a Worker's work for the Requester, or one a day."""
    return worker_handler(OF_A_WORKER)(context)


def worker_handler(table: Mapping[str, Statistic]) -> Handler:
    """Return the handler that tells the figures of a table for one Worker."""

    def handler(context: Context) -> Values:
        worker_id = known_worker(context)
        return _answer(
            context, Scope(store=context.store, owner=context.requester.access_key_id, worker_id=worker_id), table
        )

    return handler


def _answer(context: Context, scope: Scope, table: Mapping[str, Statistic]) -> Values:
    name, period = context.values.required("Statistic", str), _period(context)
    if name not in table:
        raise Refusal(unacceptable("Statistic", name, f"it is one of {', '.join(table)}", NOT_IN_ENUMERATION))
    if name == "NumberHITsAssignable" and period != "LifeToDate":
        raise Refusal(unacceptable("TimePeriod", period, f"{name} can only be asked for with LifeToDate"))
    points = [_point(name, table[name](scope, begin, end), day, context) for begin, end, day in _times(context, period)]
    if not in_force(context.version, "2011-10-01", None):
        return {"DataPoint": [*points]}
    told = members(WorkerId=scope.worker_id, Statistic=name, TimePeriod=period)
    return {**in_groups(told, context.groups), "DataPoint": [*points]}


def _period(context: Context) -> str:
    period = context.values.optional("TimePeriod", str)
    if period is None and in_force(context.version, "2008-08-02", None):
        raise Refusal(missing("TimePeriod"))
    return period or "LifeToDate"


def _times(context: Context, period: str) -> list[tuple[float, float, float]]:
    """Return begin, end and day of each figure that is asked for, oldest first."""
    count = context.values.required("Count", int) if period == "OneDay" else _DAYS.get(period, 1)
    if count > _MOST_DAYS:
        raise Refusal(unacceptable("Count", str(count), f"it is at most {_MOST_DAYS}", OUT_OF_RANGE))
    days = days_until(context.at, count)
    if period == "OneDay":
        return [(begin, end, begin) for begin, end in days]
    begin = BEGINNING if period == "LifeToDate" else days[0][0]
    return [(begin, context.at, day_start(context.at))]


def _point(name: str, value: Fraction, day: float, context: Context) -> Values:
    """Return one figure with its day: counts are whole numbers, all else is not."""
    whole = name.startswith("Number")
    text = str(int(value)) if whole else repr(round(float(value), 6))
    return members(Date=context.formats.timestamp(day), **{"LongValue" if whole else "DoubleValue": text})


HANDLERS: dict[str, Handler] = {
    "GetRequesterStatistic": get_requester_statistic,
    "GetRequesterWorkerStatistic": get_requester_worker_statistic,
}
