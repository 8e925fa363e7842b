"""A finding: what one exchange, or one case, shows about one requirement."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # a document is judged without what replies take
    from conformance.checks.reading import Reading


Difference = Literal["missing", "extra", "order", "type", "value", "namespace", "encoding", "other"]
"""In what way something differs from what is expected."""


class Outcome(StrEnum):
    """Met, missed, or seen: behaviour that no requirement forbids, worth telling."""

    MET = "met"
    MISSED = "missed"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about ``requirement``.

    ``where`` is an XPath in the reply or the name of a parameter; ``expected`` says all that is acceptable;
    ``actual`` quotes what came.  ``difference`` is set where the check knows it; `differences.difference_of` tells it
    of every finding.
    """

    requirement: str
    outcome: Outcome
    where: str = ""
    expected: str = ""
    actual: str = ""
    note: str = ""
    difference: Difference | None = field(default=None, compare=False)


LONGEST_QUOTE = 2000
"""So many characters of a text are quoted in a finding."""


def _quoted(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}… ({len(text)} characters)"


def met(requirement: str, where: str = "") -> Finding:
    """Return the finding that a requirement is met."""
    return Finding(requirement=requirement, outcome=Outcome.MET, where=where)


def missed(
    requirement: str,
    *,
    where: str = "",
    expected: str,
    actual: str,
    note: str = "",
    difference: Difference | None = None,
) -> Finding:
    """Return the finding that a requirement is missed."""
    return Finding(
        requirement=requirement,
        outcome=Outcome.MISSED,
        where=_quoted(where),
        expected=expected,
        actual=_quoted(actual),
        note=note,
        difference=difference,
    )


def seen(
    requirement: str,
    *,
    where: str = "",
    expected: str = "",
    actual: str,
    note: str = "",
    difference: Difference | None = None,
) -> Finding:
    """Return the finding that records behaviour without judging it."""
    return Finding(
        requirement=requirement,
        outcome=Outcome.SEEN,
        where=_quoted(where),
        expected=expected,
        actual=_quoted(actual),
        note=note,
        difference=difference,
    )


def decide(
    requirement: str, condition: bool, *, where: str = "", expected: str = "", actual: str = "", note: str = ""
) -> Finding:
    """Return met or missed by ``condition``."""
    if condition:
        return met(requirement, where)
    return missed(requirement, where=where, expected=expected, actual=actual, note=note)


Judge: TypeAlias = "Callable[[Reading], Iterable[Finding]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A function that judges one exchange.

    ``ids`` returns the ids that its findings can bear; those among them that are requirements are what it decides.
    ``declared`` are they where the check names them, empty where they follow from the specification.
    """

    ids: Callable[[], Iterable[str]]
    judge: Judge
    declared: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its function, with that of the module."""
        return f"{self.judge.__module__.rpartition('.')[2]}.{self.judge.__qualname__}"

    @property
    def decides(self) -> frozenset[str]:
        """The requirements that it decides; to know them takes the whole catalogue."""
        from conformance.spec.requirements import requirements  # which no finding needs

        known = requirements()
        return frozenset(name for name in self.ids() if name in known)


def check(*decides: str) -> Callable[[Judge], Check]:
    """Make a function a `Check` that decides the requirements of these ids."""

    def register(judge: Judge) -> Check:
        return Check(ids=lambda: decides, judge=judge, declared=decides)

    return register


def check_for(ids: Callable[[], Iterable[str]]) -> Callable[[Judge], Check]:
    """Make a function a `Check` whose findings bear the ``ids`` returned; judging never asks for them."""

    def register(judge: Judge) -> Check:
        return Check(ids=ids, judge=judge)

    return register
