"""What cases about statistics start from: figures of an account, or of a Worker, read one by one."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from lxml import etree

from conformance.errors import Blocked
from conformance.suites.assignments import number
from conformance.suites.hits import moment
from conformance.suites.preconditions import Given
from conformance.suites.times import DAY
from conformance.target.requester import Reply, Requester

ACCOUNT, WORKER = "GetRequesterStatistic", "GetRequesterWorkerStatistic"
EVER = "LifeToDate"


def value_of(point: etree._Element) -> Decimal | None:
    """Return the number of a DataPoint, None where it has none."""
    return number(point.findtext("LongValue") or point.findtext("DoubleValue"))


def is_share(told: Decimal, share: Decimal) -> bool:
    """Tell whether a number is a share, or a hundred times it, rounded."""
    return abs(told - share) <= Decimal("0.01") or abs(told - 100 * share) <= 1


def dates(reply: Reply) -> list[str]:
    """Return the Dates of the data points."""
    return [(element.text or "").strip() for element in reply.all("DataPoint/Date")]


def are_days_up_to(days: list[str], now: float) -> bool:
    """Tell whether dates are those of days one after the other, of which the last one is the present."""
    times = [moment(day) for day in days]
    known = [time for time in times if time is not None]
    if len(known) != len(times) or not known:
        return False
    steps = [later - earlier for earlier, later in pairwise(known)]
    return all(abs(step - DAY) <= 3600 for step in steps) and -DAY <= now - known[-1] <= 2 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of the Requester, or of a Worker's work for the Requester."""

    given: Given
    requester: Requester
    worker_id: str | None = None

    @property
    def operation(self) -> str:
        """The operation that tells them."""
        return WORKER if self.worker_id else ACCOUNT

    def call(self, statistic: str, period: str = EVER, **values: Any) -> Reply:
        """Ask for a figure."""
        whose = {"WorkerId": self.worker_id} if self.worker_id else {}
        return self.requester.call(self.operation, {"Statistic": statistic, "TimePeriod": period, **whose, **values})

    def read(self, statistic: str) -> Decimal:
        """Return a figure of the whole life; Blocked where there is none."""
        reply = self.call(statistic)
        if not reply.accepted:
            raise Blocked(reply.cause)
        values = [value_of(point) for point in reply.all("DataPoint")]
        if len(values) != 1 or values[0] is None:
            raise Blocked(f"{self.operation}: no DataPoint with a number")
        return values[0]

    def several(self, *statistics: str) -> dict[str, Decimal]:
        """Return several figures."""
        return {name: self.read(name) for name in statistics}

    def settled(self, statistic: str, wanted: Decimal) -> Decimal:
        """Read a figure until it is as wanted, or the settling time is over."""
        return self.given.settled(lambda: self.read(statistic), lambda value: value == wanted)
