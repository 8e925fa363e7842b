"""Reports of a run: renderers that read nothing but its record, each in a module that is imported when asked for."""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from conformance.errors import UsageError, nearest

if TYPE_CHECKING:
    from conformance.record.reader import Record

# The module of each format has a function write(record, out).
REPORTS: Mapping[str, str] = MappingProxyType(
    {
        "terminal": "conformance.report.terminal",
        "json": "conformance.report.json_report",
        "junit": "conformance.report.junit",
        "html": "conformance.report.html",
        "har": "conformance.report.har",
        "sarif": "conformance.report.sarif",
        "markdown": "conformance.report.markdown",
        "badge": "conformance.report.badge",
    }
)
# Captures of every exchange, also of what passed, to be judged again.
CAPTURES = frozenset({"har"})


def render(name: str, record: "Record", out: TextIO) -> None:
    """Write the report ``name`` of ``record`` to ``out``, the Workers under pseudonyms; UsageError if unknown."""
    if name not in REPORTS:
        raise UsageError(f"there is no report {name!r}{nearest(name, REPORTS) or '.'} Known: {', '.join(REPORTS)}.")
    # Reports of audits are made without any record, and a commit hook waits for them.
    from conformance.record.events import Verdict
    from conformance.record.redaction import alike, pseudonymise

    if name in CAPTURES:
        import_module(REPORTS[name]).write(pseudonymise(record, alike), out)
        return
    told = [event for event in record.verdicts if event.verdict is not Verdict.PASS]
    shown = {id_ for event in told for id_ in event.exchanges}
    bad = (Verdict.FAIL, Verdict.WARN, Verdict.ERROR)
    missed = {id_.rpartition("#")[0] for event in told if event.verdict in bad for id_ in event.exchanges}
    exchanges = {
        id_: exchange
        for id_, exchange in record.exchanges.items()
        if id_ in shown or id_.rpartition("#")[0] in missed  # what a miss came of is a part of its report
    }
    import_module(REPORTS[name]).write(pseudonymise(replace(record, exchanges=exchanges)), out)
