"""``diff``: what has changed from one recorded run to another."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from conformance.record.differences import differences
from conformance.record.reader import Record, read_record
from conformance.record.redaction import pseudonymise
from conformance.report.differences import (
    CONCLUSIONS,
    DIFFERENCE_REPORTS,
    Compared,
    named,
    render_differences,
)


@click.command("diff")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--format", "name", type=click.Choice(tuple(DIFFERENCE_REPORTS)), default="text", show_default=True)
def command(*, before: Path, after: Path, name: str) -> int:
    """Tell what has changed from the record BEFORE to the record AFTER.

    Exit code 0: nothing is worse; 1: something broke, fails that was not asked before, or is blocked now; 2: a record
    cannot be read; 3: the later run was cut short; 5: nothing was measured by both.
    """
    old, new = _read(before), _read(after)
    found = differences(old, new)
    conclusion = CONCLUSIONS[found.exit_code]
    render_differences(
        name, Compared(before=named(old), after=named(new), differences=found, conclusion=conclusion), sys.stdout
    )
    return found.exit_code


def _read(path: Path) -> Record:
    """Read a record for comparison: its verdicts, the Workers under pseudonyms."""
    record = read_record(path)
    return replace(pseudonymise(record), exchanges={}, actions=())
