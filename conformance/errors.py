"""The kit's own exceptions.

Each message says what was attempted, why it failed, and what to do next.  ``exit_code`` is the exit code of
the command line when the exception ends a command (the contract is in README, "Exit codes").
"""

from collections.abc import Iterable
from difflib import get_close_matches


class KitError(Exception):
    """A failure of the kit itself or of its surroundings; never a verdict on the endpoint."""

    exit_code = 2


class UsageError(KitError):
    """An option, profile key, name or file that the user gave cannot be used."""


class EndpointUnreachable(KitError):
    """The endpoint could not be reached, or the run was cut short."""

    exit_code = 3


class RefusedForSafety(KitError):
    """The command would spend money or touch a production service and was not told that it may."""

    exit_code = 4


class Blocked(Exception):
    """A precondition of a case failed, so the case decides nothing.

    ``cause`` is one line that is equal for equal root causes: reports fold by it.  ``silent`` tells that the endpoint
    gave no answer at all.
    """

    def __init__(self, cause: str, *, silent: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.silent = silent


class WorkerRefused(Blocked):
    """The endpoint did not let a Worker do what was asked for; it blocks the cases that start from it having worked."""


class OperationLacking(Blocked):
    """The endpoint does not have an operation: all that starts from it waits for that one cause.

    ``answered`` is what it said to the call, in one line.
    """

    def __init__(self, operation: str, answered: str) -> None:
        super().__init__(f"{operation}: the endpoint does not have this operation")
        self.operation = operation
        self.answered = answered


class NotMeasured(Exception):
    """A case cannot be run against this target (no driver, wrong version, switched off); ``reason`` says why.

    ``for_safety`` tells that it would have cost money that nobody allowed.
    """

    def __init__(self, reason: str, *, for_safety: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_safety = for_safety


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean X?"`` for the known name closest to ``name``, or an empty string."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.5)
    return f"; did you mean {by_folded[found[0]]}?" if found else ""
