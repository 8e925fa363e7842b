"""What a capture exercised, in a few numbers: what a clean audit of it is worth."""

from collections import Counter
from collections.abc import Iterator

from conformance.record.audited import Coverage
from conformance.report.audits.outcome import Outcome, many
from conformance.spec.requirements import operations
from conformance.spec.versions import VERSIONS

_SHOWN = 8


def coverage_lines(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield label and text of the lines on what was exercised; none where no operation was."""
    coverage = outcome.coverage
    if not coverage.operations:
        return
    calls: Counter[str] = Counter()
    for (operation, _), count in coverage.operations.items():
        calls[operation] += count
    known = operations()
    yield "operations", f"{len(known.keys() & calls)} of {len(known)}: {_most(calls)}"
    yield "versions", ", ".join(sorted({version for _, version in coverage.operations if version in VERSIONS}))
    if told := ", ".join(_counted(coverage)):
        yield "exercised", told
    if coverage.errors:
        codes: Counter[str] = Counter()
        for (_, code), count in coverage.errors.items():
            codes[code] += count
        yield "errors", _most(codes)
    if outcome.met:
        yield "met", many(len(outcome.met), "requirement")


def _counted(coverage: Coverage) -> Iterator[str]:
    for found, noun in (
        (coverage.parameters, "parameter"),
        (coverage.elements, "element"),
        (coverage.values, "enumerated value"),
        (coverage.errors, "error code"),
    ):
        if found:
            yield many(len(found), noun)


def _most(counts: Counter[str]) -> str:
    """Return the most frequent names with their counts."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    told = [f"{name} ({count:,})" for name, count in ordered[:_SHOWN]]
    return ", ".join(told) + (f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else "")
