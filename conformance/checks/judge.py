"""All checks together: from an exchange, or a reply alone, to its findings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from conformance.bindings.json_values import place_in_json
from conformance.bindings.query import Answer
from conformance.checks import (
    balance,
    blocks,
    echo,
    envelope,
    hits,
    json_lists,
    json_replies,
    lists,
    nested,
    own_ids,
    prices,
    qualification_requests,
    qualifications,
    replies,
    review_actions,
    sent_documents,
    shape,
    statistics,
    timestamps,
)
from conformance.checks.finding import Check, Finding, Outcome
from conformance.checks.reading import Reading, readings_of
from conformance.wire.messages import Exchange

CHECKS: tuple[Check, ...] = (
    *envelope.CHECKS,
    *replies.CHECKS,
    *json_replies.CHECKS,
    *json_lists.CHECKS,
    *shape.CHECKS,
    *lists.CHECKS,
    *hits.CHECKS,
    *own_ids.CHECKS,
    *prices.CHECKS,
    *balance.CHECKS,
    *blocks.CHECKS,
    *statistics.CHECKS,
    *echo.CHECKS,
    *timestamps.CHECKS,
    *qualification_requests.CHECKS,
    *qualifications.CHECKS,
    *nested.CHECKS,
    *review_actions.CHECKS,
    *sent_documents.CHECKS,
)
FINDINGS_KEPT = 100
"""So many findings of one outcome are told of a requirement in one exchange."""


@cache
def decided() -> frozenset[str]:
    """Return the requirements that some check decides; to know them all takes the shapes of all versions."""
    return frozenset().union(*(check.decides for check in CHECKS))


def judge(exchange: Exchange, answer: Answer | None = None) -> Iterator[Finding]:
    """Yield what every check finds in one exchange; an exchange without a reply shows nothing.

    A caller who has read the reply already gives its ``answer``.  Where a message has several Requests each result is
    judged as the reply to its own, and what is found says to which.
    """
    yield from judge_readings([reading for reading in readings_of(exchange, answer) if reading.answer is not None])


def judge_readings(readings: Sequence[Reading]) -> Iterator[Finding]:
    """Yield what every check finds in the Requests of one message, each of which has been read with its result."""
    if len(readings) == 1:
        yield from judge_reading(readings[0])
        return
    for number, reading in enumerate(readings, 1):
        for finding in judge_reading(reading):
            yield replace(finding, where=f"Request {number}: {finding.where}")


def judge_reading(reading: Reading) -> Iterator[Finding]:
    """Yield what every check finds in an exchange, or in a reply alone, that has been read.

    One fault is told once: where two checks find a requirement missed at the same place, the first one tells it.  That
    a requirement is met is told once, wherever else it is.
    """
    if reading.by_json:
        yield from (replace(one, where=place_in_json(one.where)) for one in _judge(reading))
    else:
        yield from _judge(reading)


def _judge(reading: Reading) -> Iterator[Finding]:
    met: set[str] = set()
    told: Counter[tuple[str, Outcome]] = Counter()
    places: set[tuple[str, str]] = set()
    for check in CHECKS:
        for finding in check.judge(reading):
            if finding.outcome is Outcome.MET:
                if finding.requirement not in met:
                    met.add(finding.requirement)
                    yield finding
                continue
            kind, place = (finding.requirement, finding.outcome), (finding.requirement, finding.where)
            if told[kind] == FINDINGS_KEPT or (finding.outcome is Outcome.MISSED and place in places):
                continue
            told[kind] += 1
            if finding.outcome is Outcome.MISSED:
                places.add(place)
            yield finding
