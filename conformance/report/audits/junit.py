"""The report for CI servers: JUnit XML.

Requirements are the test cases, grouped by article as in the report of a run, so that a history of them means
something: cases named by file would come and go with the captures, and a fault seen in a thousand exchanges would fail
a thousand times.  A requirement that was met and never missed passes.  A suite of its own says of each file whether it
was read: an error where it was not, skipped where nothing in it was measured.  A missed SHOULD is a passed case whose
output tells the fault, unless warnings count: JUnit knows no warnings.
"""

from collections.abc import Iterator
from typing import TextIO

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite
from junitparser.junitparser import SystemOut

from conformance.record.audited import FileAccount, Unread
from conformance.report.audits.outcome import Outcome, ToldFault, failing
from conformance.report.audits.places import STANDARD_INPUT, others_of, place_of
from conformance.report.visible import visible
from conformance.spec.requirements import requirements

FILES_SHOWN = 1_000
"""Where there are more files, those that were read are left out."""
_LONGEST = 4_000  # characters of one text; a reply quoted whole would drown the rest
_FILES = "files"


def write(outcome: Outcome, out: TextIO) -> None:
    """Write the report to ``out``."""
    suites: dict[str, TestSuite] = {}
    missed: dict[str, list[ToldFault]] = {}
    for fault in outcome.faults:
        missed.setdefault(fault.key.requirement, []).append(fault)
    for requirement in sorted({*missed, *outcome.met}):
        article = requirement.partition(".")[0]
        case = _case(requirement, missed.get(requirement, []), failing(outcome.fail_on))
        suites.setdefault(article, TestSuite(visible(article))).add_testcase(case)
    files = TestSuite(_FILES)
    for case in _files(outcome):
        files.add_testcase(case)
    document = JUnitXml("mturk-conformance audit")
    for suite in (files, *suites.values()):
        document.add_testsuite(suite)
    document.update_statistics()
    out.write(document.tostring().decode("utf-8"))
    out.write("\n")


def _case(requirement: str, faults: list[ToldFault], bad: tuple[str, ...]) -> TestCase:
    case = TestCase(name=visible(requirement), classname=visible(requirement.partition(".")[0]))
    known = requirements().get(requirement)
    properties = Properties()
    for name, value in (("requirement", requirement), ("source", known.source if known else "")):
        if value:
            properties.add_property(Property(name, visible(value, _LONGEST)))
    case.append(properties)
    for fault in faults:
        first = fault.fault.first[0]
        result: Failure | SystemOut = SystemOut(_told(fault))
        if fault.key.grade in bad:
            expected, actual = visible(fault.fault.expected), visible(first.actual)
            result = Failure(f"{visible(place_of(first.place))}: expected {expected}; got {actual}", fault.key.level)
            result.text = _told(fault)
        case.append(result)
    return case


def _told(told: ToldFault) -> str:
    """Return what is said of a fault, a line a field."""
    key, first = told.key, told.fault.first[0]
    fields = (
        ("sentence", told.text),
        ("level", f"{key.level} in {key.version}" if key.version else key.level),
        ("at", place_of(first.place)),
        ("where", first.where),
        ("expected", told.fault.expected),
        ("actual", first.actual),
        ("note", first.note),
        ("times", str(told.fault.count)),
        ("also at", others_of(told.fault)),
        ("source", told.source),
        ("curl", told.curl),
    )
    return "\n".join(f"{label}: {visible(text, _LONGEST)}" for label, text in fields if text)


def _files(outcome: Outcome) -> Iterator[TestCase]:
    parts: dict[int, list[Unread]] = {}
    for part in outcome.unread:
        parts.setdefault(part.place.source, []).append(part)
    for number, account in outcome.files.items():
        if len(outcome.files) <= FILES_SHOWN or account.unread or not account.judged:
            yield _file(account, parts.get(number, []))


def _file(account: FileAccount, parts: list[Unread]) -> TestCase:
    name = "standard input" if account.file == STANDARD_INPUT else account.file
    case = TestCase(name=visible(name), classname=_FILES)
    for part in parts:
        case.append(Error(f"{visible(place_of(part.place))}: {visible(part.reason)}", "not read"))
    if not parts and not account.judged:
        case.append(Skipped(visible(account.reason) or "nothing in it was measured", "not measured"))
    return case
