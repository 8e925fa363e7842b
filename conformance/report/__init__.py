"""Reports of a run: renderers that read nothing but its record, each in a module that is imported when asked for."""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType
from typing import TextIO

from conformance.errors import UsageError, nearest
from conformance.record.events import Verdict
from conformance.record.reader import Record
from conformance.record.redaction import pseudonymise

# The module of each format has a function write(record, out).
REPORTS: Mapping[str, str] = MappingProxyType(
    {
        "terminal": "conformance.report.terminal",
        "json": "conformance.report.json_report",
        "junit": "conformance.report.junit",
    }
)


def render(name: str, record: Record, out: TextIO) -> None:
    """Write the report ``name`` of ``record`` to ``out``, the Workers under pseudonyms; UsageError if unknown."""
    if name not in REPORTS:
        raise UsageError(f"there is no report {name!r}{nearest(name, REPORTS) or '.'} Known: {', '.join(REPORTS)}.")
    shown = {id_ for event in record.verdicts if event.verdict is not Verdict.PASS for id_ in event.exchanges}
    exchanges = {id_: exchange for id_, exchange in record.exchanges.items() if id_ in shown}
    import_module(REPORTS[name]).write(pseudonymise(replace(record, exchanges=exchanges)), out)
