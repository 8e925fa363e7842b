"""The report for CI servers: JUnit XML, one test case for each requirement, case, version and binding.

The requirement's id, level, verdict and source stand as properties.  A missed SHOULD is a passed case whose output
tells the finding: JUnit knows no warnings.
"""

from typing import TextIO

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite
from junitparser.junitparser import SystemOut

from conformance.record.events import Verdict, VerdictEvent
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
    document.update_statistics()
    out.write(document.tostring().decode("utf-8"))
    out.write("\n")


def _case(record: Record, events: list[VerdictEvent]) -> TestCase:
    """Return the test case of what one case says of one requirement: one verdict, or several different misses."""
    first = events[0]
    name = " ".join(part for part in (first.case or first.requirement, first.version, first.binding) if part)
    case = TestCase(name=name, classname=first.requirement, time=first.elapsed)
    case.append(_properties(first))
    for event in events:
        result = _result(event)
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
        ("source", requirement.source if requirement else ""),
    ):
        if value:
            properties.add_property(Property(name, visible(value, _LONGEST)))
    return properties


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


def _result(event: VerdictEvent) -> Failure | Error | Skipped | None:
    line = visible(event.actual or event.reason or event.verdict.value).partition("\n")[0]
    match event.verdict:
        case Verdict.FAIL:
            return Failure(f"expected {visible(event.expected)}; got {line}", event.level)
        case Verdict.ERROR:
            return Error(line, "kit error")
        case Verdict.BLOCKED | Verdict.NOT_MEASURED:
            return Skipped(line, event.verdict.value)
    return None
