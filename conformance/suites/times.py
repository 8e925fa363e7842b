"""Times in replies, and the time that passes between calls."""

import time

from conformance.errors import NotMeasured
from conformance.target.drivers import ClockDriver
from conformance.wire.timestamps import parse_timestamp

MINUTE, DAY = 60.0, 86_400.0
TOLERANCE = 10.0
"""Seconds between what happened and the time that the reply tells."""


def apart(text: str, at: float) -> float | None:
    """Return how many seconds the timestamp ``text`` is away from the time ``at``; None if it is none."""
    try:
        moment = parse_timestamp(text)
    except ValueError:
        return None
    return abs(moment.timestamp() - at) if moment.tzinfo else None


def let_seconds_pass(clock: ClockDriver) -> None:
    """Move the endpoint's clock on by two seconds, or wait as long where nobody can move it."""
    try:
        clock.advance(2.0)
    except NotMeasured:
        time.sleep(2.0)
