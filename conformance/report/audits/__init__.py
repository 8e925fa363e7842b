"""Reports of an audit: renderers that read nothing but its outcome, each in a module imported when asked for."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TextIO

from conformance.errors import UsageError, nearest
from conformance.record.audited import Audited
from conformance.report.audits.outcome import exit_code_of, known_only, outcome_of

# The module of each format has a function write(outcome, out).
AUDIT_REPORTS: Mapping[str, str] = MappingProxyType(
    {
        "terminal": "conformance.report.audits.terminal",
        "jsonl": "conformance.report.audits.json_lines",
        "sarif": "conformance.report.audits.sarif",
        "junit": "conformance.report.audits.junit",
        "markdown": "conformance.report.audits.markdown",
    }
)


def check_report(name: str) -> None:
    """Raise UsageError where there is no such report."""
    if name not in AUDIT_REPORTS:
        raise UsageError(
            f"there is no report {name!r}{nearest(name, AUDIT_REPORTS) or '.'} Known: {', '.join(AUDIT_REPORTS)}."
        )


def render_audit(
    name: str, audited: Audited, out: TextIO, *, fail_on: str = "must", pass_unknown: bool = False
) -> None:
    """Write the report ``name`` of an audit to ``out``, without keys, signatures and Worker ids.

    ``fail_on`` is ``must`` or ``should``; with ``pass_unknown`` files that nobody knows are left out.  Raises
    UsageError where there is no such report.
    """
    check_report(name)
    outcome = outcome_of(audited, fail_on=fail_on, pass_unknown=pass_unknown)
    import_module(AUDIT_REPORTS[name]).write(outcome, out)


def exit_code(audited: Audited, *, fail_on: str = "must", pass_unknown: bool = False) -> int:
    """Return the exit code of an audit.

    1: some file does not conform; 3: interrupted; 2: a file, or a part of one, could not be read; 0: what was measured
    conforms; 5: nothing was measured.  With ``pass_unknown`` files that nobody knows count for nothing, and where there
    is no other file the code is 0.
    """
    return exit_code_of(known_only(audited) if pass_unknown else audited, fail_on, pass_unknown)
