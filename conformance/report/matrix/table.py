"""The matrix as CSV, for spreadsheets: one line a requirement."""

import csv
from typing import TextIO

from conformance.report.matrix import Matrix
from conformance.report.visible import visible

_FORMULAS = ("=", "+", "-", "@")


def write(matrix: Matrix, out: TextIO) -> None:
    """Write the table to ``out``; no cell of it is a formula."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["requirement", "level", "differs", *(_cell(column.name) for column in matrix.columns)])
    for row in matrix.rows:
        verdicts = ("" if verdict is None else verdict.value for verdict in row.verdicts)
        writer.writerow([_cell(row.id), row.level, "yes" if row.differs else "no", *verdicts])


def _cell(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if shown.startswith(_FORMULAS) else shown
