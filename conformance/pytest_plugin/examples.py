"""How much a suite that tries out sequences of calls may do, and what of it is kept for the record."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from conformance.record.case_log import CaseLog

DEFAULT_EXAMPLES = 4
PLANTED_EXAMPLES = 120  # in a self-test, where few cases meet few defects
INTERLEAVED = "interleavings/"
"""How the names of the defects begin that only a sequence of calls shows: the ones that machines are tried on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What was asked for: ``examples`` of each machine (None: as many as are quick), and ``seconds`` for each."""

    examples: int | None = None
    seconds: float | None = None

    @property
    def most(self) -> int:
        """How many examples to try."""
        return DEFAULT_EXAMPLES if self.examples is None else self.examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """The examples of one case.

    ``most`` of them are tried, for at most ``seconds``; the same ``seed`` brings the same.  ``shrinks`` tells
    whether what fails is to be made small.  ``may_pay`` is false where they would be paid for with real money that
    nobody has set aside for them.
    """

    most: int
    seconds: float | None
    seed: int
    shrinks: bool
    may_pay: bool
    log: CaseLog
    wanted: Callable[[str], bool]

    def begin(self) -> None:
        """Forget the exchanges of the example before."""
        self.log.forget()

    def hold(self) -> None:
        """Remember the exchanges of an example that shows something."""
        self.log.hold()

    def recall(self) -> None:
        """Bring back those exchanges, to speak of them."""
        self.log.recall()

    def keep(self) -> None:
        """Keep the exchanges so far: what was found is in the last of them."""
        self.log.keep()

    def pass_over(self, requirements: Iterable[str]) -> None:
        """Say that no example was about these requirements; other cases decide them."""
        self.log.pass_over(requirements)
