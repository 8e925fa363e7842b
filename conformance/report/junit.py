"""The report for CI servers: JUnit XML, one test case for each requirement, case, version and binding.

The requirement's id, level, verdict and source stand as properties.  A missed SHOULD is a passed case whose output
tells the finding: JUnit knows no warnings.
"""

from typing import TextIO

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite
from junitparser.junitparser import SystemOut

from conformance.record.events import Verdict, VerdictEvent
from conformance.record.gate import fails
from conformance.record.known import Known
from conformance.record.reader import Record
from conformance.report.evidence import evidence_for
from conformance.report.visible import visible
from conformance.spec.requirements import requirements

_LONGEST = 4000  # characters of one text; a reply quoted whole would drown the rest


def write(record: Record, out: TextIO) -> None:
    """Write the report to ``out``."""
    suites: dict[str, TestSuite] = {}
    told: dict[tuple[str, ...], list[VerdictEvent]] = {}
    for event in record.verdicts:
        told.setdefault((event.requirement, event.case, event.version, event.binding), []).append(event)
    for events in told.values():
        article = events[0].requirement.partition(".")[0]
        suites.setdefault(article, TestSuite(article)).add_testcase(_case(record, events))
    document = JUnitXml("mturk-conformance")
    for _, suite in sorted(suites.items()):
        document.add_testsuite(suite)
    if stale := _stale(record):
        document.add_testsuite(stale)
    document.update_statistics()
    out.write(document.tostring().decode("utf-8"))
    out.write("\n")


def _stale(record: Record) -> TestSuite | None:
    """Return a test case for each entry of the baseline by which the run fails, as none of the endpoint's does."""
    rows = record.end.baseline.failing if record.end and record.end.baseline else ()
    suite = TestSuite("baseline")
    for row in rows:
        name = " ".join(part for part in (row.case or row.requirement, row.version, row.binding) if part)
        case = TestCase(name=name, classname=row.requirement, time=0)
        failure = Failure(f"the baseline lists a failure, and it is otherwise: {row.status.value}", "baseline")
        failure.text = visible("; ".join(filter(None, (row.signature, row.reason, row.owner, row.ticket))), _LONGEST)
        case.append(failure)
        suite.add_testcase(case)
    return suite if rows else None


def _case(record: Record, events: list[VerdictEvent]) -> TestCase:
    """Return the test case of what one case says of one requirement: one verdict, or several different misses."""
    first = events[0]
    name = " ".join(part for part in (first.case or first.requirement, first.version, first.binding) if part)
    case = TestCase(name=name, classname=first.requirement, time=first.elapsed)
    case.append(_properties(first))
    for event in events:
        result = _result(record, event)
        if result is not None:
            result.text = _told(record, event)
            case.append(result)
        elif event.verdict is not Verdict.PASS:
            case.append(SystemOut(_told(record, event)))
    return case


def _properties(event: VerdictEvent) -> Properties:
    requirement = requirements().get(event.requirement)
    properties = Properties()
    for name, value in (
        ("requirement", event.requirement),
        ("level", event.level),
        ("verdict", event.verdict.value),
        ("version", event.version),
        ("binding", event.binding),
        ("source", requirement.source_in(event.version) if requirement else ""),
        ("runs", f"missed in {event.missed} of {event.runs}" if event.runs > 1 else ""),
        ("flaky", "true" if event.flaky else ""),
        *(_known(event.known) if event.known else ()),
    ):
        if value:
            properties.add_property(Property(name, visible(value, _LONGEST)))
    return properties


def _known(known: Known) -> tuple[tuple[str, str], ...]:
    return (
        ("known", known.by),
        ("known.reason", known.reason),
        ("known.owner", known.owner),
        ("known.ticket", known.ticket),
        ("known.expires", known.expires),
    )


def _told(record: Record, event: VerdictEvent) -> str:
    """Return what a finding says, a line a field."""
    evidence = evidence_for(record, event)
    fields = (
        ("sentence", evidence.text),
        ("where", event.where),
        ("expected", event.expected),
        ("actual", event.actual),
        ("reason", event.reason),
        ("source", evidence.source),
        ("replay", evidence.replay if event.case else ""),
        ("curl", evidence.curl),
    )
    return "\n".join(f"{label}: {visible(text, _LONGEST)}" for label, text in fields if text)


def _result(record: Record, event: VerdictEvent) -> Failure | Error | Skipped | None:
    line = visible(event.actual or event.reason or event.verdict.value).partition("\n")[0]
    match event.verdict:
        case Verdict.FAIL | Verdict.WARN if event.known is not None:
            return Skipped(f"known ({event.known.by}): {visible(event.known.reason) or 'no reason given'}", "known")
        case Verdict.FAIL if not fails(record, event):
            return Skipped(f"flaky: missed in {event.missed} of {event.runs} runs", "flaky")
        case Verdict.FAIL:
            return Failure(f"expected {visible(event.expected)}; got {line}", event.level)
        case Verdict.ERROR:
            return Error(line, "kit error")
        case Verdict.BLOCKED | Verdict.NOT_MEASURED:
            return Skipped(line, event.verdict.value)
    return None
