"""From what a test raised and said to the outcome that pytest shows."""

import traceback
from collections.abc import Callable

import pytest

from conformance.errors import Blocked, KitError, NotMeasured, OperationLacking
from conformance.record.case_log import Stop
from conformance.record.events import Verdict, VerdictEvent
from conformance.spec.requirements import requirements

TRACEBACK_LINES = 12


def stop_of(error: BaseException | None) -> Stop | None:
    """Return what an exception means for a case; None where it ran to its end."""
    match error:
        case None:
            return None
        case Blocked():
            lacking = (error.operation, error.answered) if isinstance(error, OperationLacking) else ("", "")
            return Stop(verdict=Verdict.BLOCKED, reason=error.cause, lacking=lacking[0], answered=lacking[1])
        case NotMeasured():
            return Stop(verdict=Verdict.NOT_MEASURED, reason=error.reason)
        case KitError():
            return Stop(verdict=Verdict.ERROR, reason=str(error))
        case pytest.skip.Exception():
            return Stop(verdict=Verdict.NOT_MEASURED, reason=str(error))
    lines = "".join(traceback.format_exception(error)).splitlines()
    return Stop(verdict=Verdict.ERROR, reason="\n".join(lines[-TRACEBACK_LINES:]))


def _told(event: VerdictEvent) -> str:
    requirement = requirements().get(event.requirement)
    lines = [f"{event.requirement} ({event.level}, {event.version}): {requirement.text if requirement else ''}"]
    lines += [
        f"    {label:9}{text}"
        for label, text in (
            ("where", event.where),
            ("expected", event.expected),
            ("actual", event.actual),
            ("source", requirement.source if requirement else ""),
        )
        if text
    ]
    return "\n".join(lines)


def _no_excuse(_: VerdictEvent) -> str:
    return ""


def show(
    report: pytest.TestReport,
    events: list[VerdictEvent],
    *,
    fail_on: str,
    excuse: Callable[[VerdictEvent], str] = _no_excuse,
) -> None:
    """Set the outcome of a report by the verdicts: failed, skipped with the reason, or passed.

    Misses that all have an ``excuse`` are an expected failure.
    """
    bad = {Verdict.FAIL} | ({Verdict.WARN} if fail_on == "should" else set())
    misses = [event for event in events if event.verdict in bad]
    failures = [event for event in misses if not excuse(event)]
    reasons = [event.reason for event in events if not event.verdict.measured and event.reason]
    if failures:
        report.outcome = "failed"
        report.longrepr = "\n".join(map(_told, failures))
    elif any(event.verdict is Verdict.ERROR for event in events):
        report.outcome = "failed"
        report.longrepr = report.longrepr or reasons[0]
    elif misses:
        report.outcome, report.longrepr = "skipped", "\n".join(map(_told, misses))
        report.wasxfail = excuse(misses[0])
    elif any(event.verdict.measured for event in events) or not reasons:
        report.outcome = "passed"
        report.longrepr = None
    else:
        report.outcome = "skipped"
        report.longrepr = (str(report.location[0]), report.location[1] or 0, reasons[0])
