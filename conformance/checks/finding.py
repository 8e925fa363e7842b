"""A finding: what one exchange, or one case, shows about one requirement."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from conformance.checks.reading import Reading


class Outcome(StrEnum):
    """Met, missed, or seen: behaviour that no requirement forbids, worth telling."""

    MET = "met"
    MISSED = "missed"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about ``requirement``.

    ``where`` is an XPath in the reply or the name of a parameter; ``expected`` says all that is acceptable;
    ``actual`` quotes what came.
    """

    requirement: str
    outcome: Outcome
    where: str = ""
    expected: str = ""
    actual: str = ""
    note: str = ""


LONGEST_QUOTE = 2000
"""So many characters of a text are quoted in a finding."""


def _quoted(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}… ({len(text)} characters)"


def met(requirement: str, where: str = "") -> Finding:
    """Return the finding that a requirement is met."""
    return Finding(requirement=requirement, outcome=Outcome.MET, where=where)


def missed(requirement: str, *, where: str = "", expected: str, actual: str, note: str = "") -> Finding:
    """Return the finding that a requirement is missed."""
    return Finding(
        requirement=requirement,
        outcome=Outcome.MISSED,
        where=_quoted(where),
        expected=expected,
        actual=_quoted(actual),
        note=note,
    )


def seen(requirement: str, *, where: str = "", expected: str = "", actual: str, note: str = "") -> Finding:
    """Return the finding that records behaviour without judging it."""
    return Finding(
        requirement=requirement,
        outcome=Outcome.SEEN,
        where=_quoted(where),
        expected=expected,
        actual=_quoted(actual),
        note=note,
    )


def decide(
    requirement: str, condition: bool, *, where: str = "", expected: str = "", actual: str = "", note: str = ""
) -> Finding:
    """Return met or missed by ``condition``."""
    if condition:
        return met(requirement, where)
    return missed(requirement, where=where, expected=expected, actual=actual, note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A function that judges one exchange, and the requirements that it decides."""

    decides: frozenset[str]
    judge: Callable[[Reading], Iterable[Finding]]


def check(*decides: str) -> Callable[[Callable[[Reading], Iterable[Finding]]], Check]:
    """Make a function a `Check` that decides the requirements of these ids."""

    def register(judge: Callable[[Reading], Iterable[Finding]]) -> Check:
        return Check(decides=frozenset(decides), judge=judge)

    return register
