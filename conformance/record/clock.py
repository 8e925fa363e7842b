"""How far the endpoint's clock is from the one of the kit, by what its replies say of the time.

A reply that says *t* was written between its call's sending and its own arrival, and *t* is cut to the second.  So
the endpoint's clock is ahead by more than ``t - received`` and by less than ``t + 1 - sent``; where most of these
intervals overlap lies the answer (Marzullo's algorithm).  Quick replies bound it most, a wrong one alone moves nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache

from conformance.wire.messages import Exchange, header
from conformance.wire.timestamps import parse_timestamp

RESOLUTION = 1.0
"""Seconds to which replies tell the time."""
CREATION = re.compile(rb"<CreateQualificationTypeResponse\b.{0,4000}?<CreationTime>([^<]{20,40})</CreationTime>", re.S)
"""What has just been made tells the time as well; of the other operations none replies with it."""
_SHARE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The endpoint's clock is ``ahead`` of the kit's by so many seconds (negative: behind), give or take ``error``.

    ``samples`` replies told the time by ``source``, ``Date`` or ``CreationTime``, and ``agreeing`` of them fit.
    """

    ahead: float
    error: float
    source: str
    samples: int
    agreeing: int

    @property
    def steady(self) -> bool:
        """Whether nearly all replies fit one difference; a clock that was set during the run has none."""
        return self.agreeing >= _SHARE * self.samples

    @property
    def text(self) -> str:
        """What is told to people."""
        error = f"{max(self.error, 0.01):.1g} s"
        told = f"by the {self.source} of {self.samples} replies"
        if not self.steady:
            return f"the endpoint's clock was not steady, {told}, of which {self.agreeing} agree"
        if abs(self.ahead) <= self.error:
            return f"the endpoint's clock agrees with this one to {error}, {told}"
        where = "ahead of" if self.ahead > 0 else "behind"
        return f"the endpoint's clock is {abs(self.ahead):.1f} s {where} this one, give or take {error}, {told}"


def clock_of(exchanges: Iterable[Exchange]) -> Clock | None:
    """Return what the replies tell of the endpoint's clock, by their Date if they have one; None if by nothing."""
    exchanges = list(exchanges)
    for source, read in (("Date", _date), ("CreationTime", _creation)):
        bounds = list(_bounds(exchanges, read))
        if bounds:
            low, high, agreeing = _overlap(bounds)
            return Clock(
                ahead=(low + high) / 2,
                error=(high - low) / 2,
                source=source,
                samples=len(bounds),
                agreeing=agreeing,
            )
    return None


def _bounds(exchanges: Iterable[Exchange], read: Callable[[Exchange], float | None]) -> Iterator[tuple[float, float]]:
    for exchange in exchanges:
        told = read(exchange)
        if told is not None and exchange.sent_at <= exchange.received_at:
            yield told - exchange.received_at, told + RESOLUTION - exchange.sent_at


def _date(exchange: Exchange) -> float | None:
    text = header(exchange.response.headers, "Date") if exchange.response else None
    return _moment(text) if text else None


@lru_cache(maxsize=1024)
def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _creation(exchange: Exchange) -> float | None:
    found = CREATION.search(exchange.response.body) if exchange.response else None
    try:
        return parse_timestamp(found[1].decode("ascii").strip()).timestamp() if found else None
    except (ValueError, OverflowError):
        return None


def _overlap(bounds: list[tuple[float, float]]) -> tuple[float, float, int]:
    """Return the interval that most of ``bounds`` share, the first if several do, and how many share it."""
    edges = sorted([(low, 0) for low, _ in bounds] + [(high, 1) for _, high in bounds])
    best, start, open_ = 0, 0, 0
    for place, (_, closing) in enumerate(edges):
        open_ += -1 if closing else 1
        if open_ > best:
            best, start = open_, place
    return edges[start][0], edges[start + 1][0], best
