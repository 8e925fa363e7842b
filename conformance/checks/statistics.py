"""What the replies of both statistic operations say: whose figure it is, and one number a day."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lxml import etree

from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.reading import Reading

REQUESTER, WORKER = "GetRequesterStatistic", "GetRequesterWorkerStatistic"
_TOLD_BY_DEFAULT = {REQUESTER: ("Statistic", "TimePeriod"), WORKER: ("Statistic", "TimePeriod", "WorkerId")}
_TOLD = {REQUESTER: f"{REQUESTER}.Result.parameters", WORKER: f"{WORKER}.Result.elements"}
_POINT = {REQUESTER: f"{REQUESTER}.DataPoint.value", WORKER: f"{WORKER}.DataPoint"}
_VALUES = ("LongValue", "DoubleValue")


def _result(reading: Reading) -> etree._Element | None:
    """Return the result of an accepted call of one of the two operations that asked for data."""
    if reading.operation not in _TOLD or not reading.accepted or reading.answer is None:
        return None
    return reading.answer.results[0] if reading.call.response_groups != ("Request",) else None


def _is_number(text: str | None) -> bool:
    try:
        return Decimal((text or "").strip()).is_finite()
    except InvalidOperation:
        return False


@check(*_POINT.values())
def a_data_point_has_one_number(reading: Reading) -> Iterator[Finding]:
    """Each has either a LongValue or a DoubleValue; for a Worker it has a Date too."""
    result = _result(reading)
    for index, point in enumerate(result.iterfind("DataPoint") if result is not None else (), 1):
        values = [point.findall(name) for name in _VALUES]
        numbers = [element.text for found in values for element in found]
        dates = len(point.findall("Date"))
        yield decide(
            _POINT[str(reading.operation)],
            len(numbers) == 1 and _is_number(numbers[0]) and (reading.operation == REQUESTER or dates == 1),
            where=f"/{reading.operation}Response/GetStatisticResult/DataPoint[{index}]",
            expected="a Date, and one number: LongValue or DoubleValue",
            actual=f"{dates} Date, {len(values[0])} LongValue, {len(values[1])} DoubleValue: {numbers!r}",
        )


@check(*_TOLD.values())
def the_result_says_what_it_is(reading: Reading) -> Iterator[Finding]:
    """Statistic and TimePeriod, and the WorkerId where there is one, come back as they were sent."""
    result = _result(reading)
    groups = reading.call.response_groups
    if result is None or (groups and "Parameters" not in groups) or not reading.call_known:
        return
    for name in _TOLD_BY_DEFAULT[str(reading.operation)]:
        sent, told = reading.call.values.get(name, []), [element.text for element in result.iterfind(name)]
        if not sent:
            continue
        yield decide(
            _TOLD[str(reading.operation)],
            told == sent,
            where=f"/{reading.operation}Response/GetStatisticResult/{name}",
            expected=f"{name} {sent!r}, as sent",
            actual=repr(told),
        )
    points = len(result.findall("DataPoint"))
    days = reading.call.values.get("TimePeriod") == ["OneDay"]
    if reading.operation == WORKER:
        yield decide(
            _TOLD[WORKER],
            points > 0 if days else points == 1,
            where=f"/{WORKER}Response/GetStatisticResult",
            expected="data points" if days else "one DataPoint",
            actual=str(points),
        )


CHECKS: tuple[Check, ...] = (a_data_point_has_one_number, the_result_says_what_it_is)
