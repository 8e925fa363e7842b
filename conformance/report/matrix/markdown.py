"""The matrix as Markdown: the sums, and the requirements in which the records differ."""

from collections.abc import Iterator
from typing import TextIO

from conformance.record.events import Verdict
from conformance.report.markdown_text import code, escaped
from conformance.report.matrix import Matrix

SHOWN = 500
"""So many requirements are told; a summary has at most a megabyte."""
SYMBOLS = {
    Verdict.FAIL: "✕",
    Verdict.ERROR: "⚙",
    Verdict.WARN: "!",
    Verdict.BLOCKED: "⊘",
    Verdict.NOT_MEASURED: "–",
    Verdict.OBSERVED: "○",
    Verdict.PASS: "✓",
}


def write(matrix: Matrix, out: TextIO) -> None:
    """Write the matrix to ``out``."""
    out.write("".join(f"{line}\n" for line in _lines(matrix)))


def _lines(matrix: Matrix) -> Iterator[str]:
    names = [code(column.name) for column in matrix.columns]
    yield "## Implementations by requirement"
    yield ""
    yield f"| | {' | '.join(names)} |"
    yield f"|{' --- |' * (len(names) + 1)}"
    yield f"| Conclusion | {' | '.join(escaped(column.conclusion) for column in matrix.columns)} |"
    yield f"| Measured | {' | '.join(escaped(column.measured) for column in matrix.columns)} |"
    for verdict in Verdict:
        if any(column.counts[verdict] for column in matrix.columns):
            counts = " | ".join(f"{column.counts[verdict]:,}" for column in matrix.columns)
            yield f"| {SYMBOLS[verdict]} {verdict.value} | {counts} |"
    differing = [row for row in matrix.rows if row.differs]
    yield ""
    yield f"The records differ in {len(differing):,} of {len(matrix.rows):,} requirements."
    if not differing:
        return
    yield ""
    yield f"| Requirement | Level | {' | '.join(names)} |"
    yield f"|{' --- |' * (len(names) + 2)}"
    for row in differing[:SHOWN]:
        told = " | ".join(_told(verdict) for verdict in row.verdicts)
        yield f"| {code(row.id)} | {row.level} | {told} |"
    if len(differing) > SHOWN:
        yield ""
        yield f"… and {len(differing) - SHOWN:,} more."


def _told(verdict: Verdict | None) -> str:
    return f"{SYMBOLS[verdict]} {verdict.value}" if verdict else "not there"
