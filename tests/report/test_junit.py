"""The JUnit report: one test case for each requirement and case, readable by the tools that CI servers use."""

import io
from pathlib import Path

import pytest
from junitparser import Failure, JUnitXml, Properties, Skipped, TestCase

from conformance.record.events import End, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.report import render

HEADER = RunHeader(
    kit="0",
    run_id="abcd1234",
    seed=1,
    url="http://127.0.0.1:1/",
    profile="default",
    versions=("2014-08-15",),
    bindings=("query",),
    selection=(),
    started_at="2026-01-01T00:00:00Z",
)


def event(verdict: Verdict, **fields: str) -> VerdictEvent:
    """Return a verdict on a requirement that the kit knows."""
    values = {
        "requirement": "RejectQualificationRequest.effect-list",
        "case": "rejection/leaves-the-list",
        "version": "2014-08-15",
        "binding": "query",
        **fields,
    }
    return VerdictEvent(level="MUST", verdict=verdict, elapsed=0.25, **values)


def rendered(tmp_path: Path, *verdicts: VerdictEvent) -> list[TestCase]:
    """Return the test cases of the report of a record with these verdicts."""
    record = Record(path="r.jsonl", header=HEADER, verdicts=verdicts, end=End(finished_at="", exit_code=1))
    out = io.StringIO()
    render("junit", record, out)
    file = tmp_path / "junit.xml"
    file.write_text(out.getvalue(), "utf-8")
    return [case for suite in JUnitXml.fromfile(str(file)) for case in suite]


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (Verdict.PASS, None),
        (Verdict.OBSERVED, None),
        (Verdict.WARN, None),
        (Verdict.FAIL, "failure"),
        (Verdict.ERROR, "error"),
        (Verdict.BLOCKED, "skipped"),
        (Verdict.NOT_MEASURED, "skipped"),
    ],
)
def test_verdicts_become_what_ci_servers_know(verdict: Verdict, kind: str | None, tmp_path: Path) -> None:
    """Only a missed MUST is a failure, only the kit's own fault an error."""
    (case,) = rendered(tmp_path, event(verdict, actual="x", reason="y"))
    assert [result._tag for result in case.result] == ([kind] if kind else [])


def test_a_failure_tells_its_requirement_and_how_to_see_it_again(tmp_path: Path) -> None:
    """Sentence, place, expectation, source and replay line stand in the text, the ids in properties."""
    (case,) = rendered(tmp_path, event(Verdict.FAIL, where="/a/b", expected="gone", actual="still there"))
    (failure,) = case.result
    assert isinstance(failure, Failure)
    for part in ("no longer returned", "/a/b", "gone", "still there", "API Reference", "mturk-conformance replay"):
        assert part in failure.text
    properties = {one.name: one.value for one in case.child(Properties)}
    assert properties["requirement"] == "RejectQualificationRequest.effect-list"
    assert properties["level"] == "MUST"
    assert case.time == 0.25


def test_every_case_of_a_requirement_is_a_case_of_its_own(tmp_path: Path) -> None:
    """Cases, versions and bindings are kept apart."""
    cases = rendered(tmp_path, event(Verdict.PASS), event(Verdict.PASS, version="2006-10-31"))
    assert len({(case.classname, case.name) for case in cases}) == 2


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    """Control characters and markup of an endpoint neither break the XML nor vanish."""
    (case,) = rendered(tmp_path, event(Verdict.BLOCKED, reason="]]> \x00\x1b[31m </testcase>"))
    (skipped,) = case.result
    assert isinstance(skipped, Skipped)
    assert "</testcase>" in skipped.text
    assert "\x1b" not in skipped.text
