"""``report``: a report of a recorded run."""

import sys
from io import StringIO
from pathlib import Path

import click

from conformance.errors import UsageError
from conformance.record.reader import read_record
from conformance.report import REPORTS, render


@click.command("report", epilog=f"Formats: {', '.join(REPORTS)}.")
@click.argument("name", metavar="FORMAT")
@click.argument("record", metavar="RECORD", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; standard output by default.")
def command(name: str, record: Path, output: Path | None) -> None:
    """Write a report of a recorded run."""
    if output is None or str(output) == "-":
        render(name, read_record(record), sys.stdout)
        return
    text = StringIO()
    render(name, read_record(record), text)
    try:
        output.write_text(text.getvalue(), "utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write the report {output}: {error.strerror}. Name a file that can be written."
        ) from None
