"""``report --rejudge``: what today's checks say of an old record, and what that changes."""

import sys

import click

from conformance.cli.verifying import suites_for
from conformance.record.differences import differences
from conformance.record.reader import Record
from conformance.record.redaction import pseudonymise
from conformance.record.rejudging import rejudge
from conformance.report.differences import Compared, render_differences
from conformance.report.visible import visible
from conformance.spec.requirements import cases_of, requirements

_SWEEPS = "sweeps/"


def rejudged(record: Record) -> Record:
    """Return the record as it is judged today; tell on standard error what has changed."""
    found = rejudge(record, _decides_itself)
    click.echo(
        f"note: {found.by_exchange:,} verdicts were made anew from the exchanges; {found.kept:,} took more than an "
        "exchange to decide and stand as they were, until the cases are run again",
        err=True,
    )
    for requirement, version, before, after in found.levels:
        click.echo(f"note: level of {visible(requirement)} in {visible(version)}: {before} then, {after} now", err=True)
    told = Compared(
        before=f"{record.path} as judged by kit {record.header.kit}",
        after="the same exchanges as judged today",
        differences=differences(pseudonymise(record), pseudonymise(found.record)),
        conclusion="REJUDGED",
    )
    render_differences("text", told, sys.stderr)
    return found.record


def _decides_itself(requirement: str, case: str) -> bool:
    """Tell whether a case decides a requirement itself, in this kit."""
    known = requirements().get(requirement)
    if known is None or case.startswith(_SWEEPS) or any(one.id == case for one in cases_of(requirement)):
        return True
    named = (told.partition(": ")[0] for told in suites_for(known))
    return any(case == name or case.startswith(f"{name}/") for name in named)
