"""All checks together: from an exchange to its findings."""

from collections.abc import Iterator

from conformance.checks import echo, envelope, lists, qualification_requests, shape, timestamps
from conformance.checks.finding import Check, Finding
from conformance.checks.reading import Reading
from conformance.wire.messages import Exchange

CHECKS: tuple[Check, ...] = (
    *envelope.CHECKS,
    *shape.CHECKS,
    *lists.CHECKS,
    *echo.CHECKS,
    *timestamps.CHECKS,
    *qualification_requests.CHECKS,
)
DECIDED: frozenset[str] = frozenset().union(*(check.decides for check in CHECKS))


def judge(exchange: Exchange) -> Iterator[Finding]:
    """Yield what every check finds in one exchange; an exchange without a reply shows nothing."""
    reading = Reading(exchange)
    if reading.answer is None:
        return
    for check in CHECKS:
        yield from check.judge(reading)
