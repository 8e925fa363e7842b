"""What a capture exercised, of how much there is: what a clean audit of it is worth."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from conformance.report.audits.outcome import Outcome, many
from conformance.spec.versions import KNOWN

if TYPE_CHECKING:  # documents are reported without what calls take
    from conformance.record.coverage import OperationCoverage, Share

TITLES = ("Operation", "Calls", "Parameters", "Elements", "Values", "Errors")
"""What the columns of `operation_rows` are: elements of replies, and values of enumerations in calls and replies."""
_SHOWN = 8


def coverage_lines(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield label and text of the lines on what was exercised; none where no operation was."""
    coverage = outcome.coverage
    if not coverage.operations:
        return
    from conformance.record.coverage import operations_exercised

    yield "operations", str(operations_exercised(coverage))
    yield "versions", ", ".join(sorted({version for _, version in coverage.operations if version in KNOWN}))
    if coverage.errors:
        codes: Counter[str] = Counter()
        for (_, code), count in coverage.errors.items():
            codes[code] += count
        yield "errors", _most(codes)
    if outcome.met:
        yield "met", many(len(outcome.met), "requirement")


def operation_rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """Return a row for each operation that was called, and one of all together; none where no operation was."""
    if not outcome.coverage.operations:
        return []
    from conformance.record.coverage import by_operation

    found = by_operation(outcome.coverage)
    rows = [
        (
            one.operation,
            f"{one.calls:,}",
            *(_cell([share]) for share in _shares(one)),
            _cell([one.errors], len(one.other_errors)),
        )
        for one in found
    ]
    if rows:
        together = (_cell(list(shares)) for shares in zip(*map(_shares, found), strict=True))
        errors = _cell([one.errors for one in found], sum(len(one.other_errors) for one in found))
        rows.append((f"all {len(found)}", f"{sum(one.calls for one in found):,}", *together, errors))
    return rows


def _shares(one: "OperationCoverage") -> "tuple[Share, ...]":
    return one.parameters, one.elements, one.values


def _cell(shares: "list[Share]", others: int = 0) -> str:
    """Return how many there are of how many, and how many others beside them; a dash where there is nothing."""
    known = sum(one.known for one in shares)
    told = [f"{sum(one.exercised for one in shares)} of {known}"] if known else []
    return " ".join((*told, f"+ {others}") if others else told or ["-"])


def _most(counts: Counter[str]) -> str:
    """Return the most frequent names with their counts."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    told = [f"{name} ({count:,})" for name, count in ordered[:_SHOWN]]
    return ", ".join(told) + (f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else "")
