"""Calendar days of the Pacific time zone of the United States, by which the service counts.

The rule of daylight saving time is written down here, so that the endpoint needs no time zone data.
Source: the Energy Policy Act of 2005 (from 2007 on), the Uniform Time Act as amended in 1986 (before).
"""

from datetime import UTC, datetime, timedelta

_HOUR = 3600.0
_DAY = 24 * _HOUR
_SUNDAY = 6
_NEW_RULE = 2007


def day_start(at: float) -> float:
    """Return when the Pacific calendar day of ``at`` began, both in seconds since the epoch."""
    midnight = (at + _offset(at)) // _DAY * _DAY
    return midnight - _offset(midnight - _offset(at))  # clocks change at two in the morning, never around midnight


def days_until(at: float, count: int) -> list[tuple[float, float]]:
    """Return begin and end of the last ``count`` calendar days, oldest first; the last one is still going on."""
    days: list[tuple[float, float]] = []
    end = at
    for _ in range(count):
        begin = day_start(end - 1e-6) if days else day_start(at)
        days.append((begin, end))
        end = begin
    return days[::-1]


def _offset(at: float) -> float:
    """Return how far local time is ahead of UTC, in seconds (it is behind)."""
    now = datetime.fromtimestamp(at, UTC)
    if now.year >= _NEW_RULE:
        begin, end = _sunday(now.year, 3, 8), _sunday(now.year, 11, 1)
    else:
        begin, end = _sunday(now.year, 4, 1), _sunday(now.year, 10, 25)
    summer = begin + timedelta(hours=10) <= now < end + timedelta(hours=9)
    return -7 * _HOUR if summer else -8 * _HOUR


def _sunday(year: int, month: int, day: int) -> datetime:
    """Return the first Sunday from a day on."""
    from_day = datetime(year, month, day, tzinfo=UTC)
    return from_day + timedelta(days=(_SUNDAY - from_day.weekday()) % 7)
