"""All checks together: from an exchange to its findings."""

from collections import Counter
from collections.abc import Iterator

from conformance.bindings.query import Answer
from conformance.checks import echo, envelope, lists, qualification_requests, shape, timestamps
from conformance.checks.finding import Check, Finding, Outcome
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


FINDINGS_KEPT = 100
"""So many findings of one outcome are told of a requirement in one exchange."""


def judge(exchange: Exchange, answer: Answer | None = None) -> Iterator[Finding]:
    """Yield what every check finds in one exchange; an exchange without a reply shows nothing.

    A caller who has read the reply already gives its ``answer``.

    One fault is told once: where two checks find a requirement missed at the same place, the first one tells it.
    """
    reading = Reading(exchange, answer)
    if reading.answer is None:
        return
    told: Counter[tuple[str, Outcome]] = Counter()
    places: set[tuple[str, str]] = set()
    for check in CHECKS:
        for finding in check.judge(reading):
            kind, place = (finding.requirement, finding.outcome), (finding.requirement, finding.where)
            if told[kind] == FINDINGS_KEPT or (finding.outcome is Outcome.MISSED and place in places):
                continue
            told[kind] += 1
            if finding.outcome is Outcome.MISSED:
                places.add(place)
            yield finding
