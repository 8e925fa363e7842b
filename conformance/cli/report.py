"""``report``: a report of a recorded run, or of several beside each other."""

from pathlib import Path
from typing import TextIO

import click

from conformance.cli.output import write_report
from conformance.errors import UsageError
from conformance.record.reader import Record, read_record
from conformance.report import REPORTS, render
from conformance.report.matrix import MATRICES, render_matrix

MATRIX = "matrix"


@click.command("report", epilog=f"Formats: {', '.join(REPORTS)}; matrix, of several records ({', '.join(MATRICES)}).")
@click.argument("name", metavar="FORMAT")
@click.argument("records", metavar="RECORD...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; standard output by default.")
@click.option("--rejudge", is_flag=True, help="Judge the exchanges again by today's checks, and say what that changes.")
@click.option("--as", "kind", type=click.Choice(tuple(MATRICES)), help="How to write a matrix.  [default: html]")
@click.option("--name", "names", multiple=True, help="What to call a column of a matrix (once for each, in order).")
@click.option("--by-version", is_flag=True, help="Give each API version a column of a matrix.")
def command(
    *,
    name: str,
    records: tuple[Path, ...],
    output: Path | None,
    rejudge: bool,
    kind: str | None,
    names: tuple[str, ...],
    by_version: bool,
) -> None:
    """Write a report of a recorded run, or with `matrix` of several: requirements by implementation or version."""
    if name != MATRIX:
        _check_one(name, records, ("--as", kind), ("--name", names), ("--by-version", by_version))
    told = [_rejudged(read_record(path)) if rejudge else read_record(path) for path in records]

    def write(out: TextIO) -> None:
        if name == MATRIX:
            render_matrix(kind or "html", told, out, names=names, split=by_version)
        else:
            render(name, told[0], out)

    write_report(output, write)


def _check_one(name: str, records: tuple[Path, ...], *options: tuple[str, object]) -> None:
    """Raise UsageError where what is said of a matrix is said of another report."""
    for option, value in options:
        if value:
            raise UsageError(f"{option} is about a matrix, not about the report {name!r}: leave it out.")
    if len(records) > 1:
        raise UsageError(f"the report {name!r} is about one record, not {len(records)}; `report matrix` is of several.")


def _rejudged(record: Record) -> Record:
    """Return a record as today's checks judge it; the checks are imported for that alone."""
    from conformance.cli.rejudging import rejudged

    return rejudged(record)
