"""What a record amounts to."""

from typing import Any

import pytest

from conformance.record.events import End, Level, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.record.summary import Summary, summarise


def verdict(requirement: str, verdict: str, level: Level = "MUST", **more: Any) -> VerdictEvent:
    return VerdictEvent(
        requirement=requirement,
        level=level,
        verdict=Verdict(verdict),
        **{"case": requirement, "version": "2014-08-15", "binding": "query", **more},
    )


def summary(*verdicts: VerdictEvent, exit_code: int | None = 0) -> Summary:
    header = RunHeader(
        kit="0", run_id="r7f3", seed=0, url="", profile="", versions=(), bindings=(), selection=(), started_at=""
    )
    end = None if exit_code is None else End(finished_at="", exit_code=exit_code)
    return summarise(Record(path="", header=header, verdicts=verdicts, end=end))


@pytest.mark.parametrize(
    ("verdicts", "worst", "measured"),
    [
        (["pass"], "pass", True),
        (["pass", "observed"], "observed", True),
        (["pass", "not measured"], "not measured", True),
        (["not measured", "blocked"], "blocked", False),
        (["blocked", "warn", "not measured"], "warn", True),
        (["error", "warn"], "error", True),
        (["error"], "error", False),
        (["pass", "error", "fail", "blocked"], "fail", True),
    ],
)
def test_the_worst_verdict_stands_for_a_requirement(verdicts: list[str], worst: str, measured: bool) -> None:
    """A requirement is as good as its worst case, and measured if any case saw the endpoint meet or miss it."""
    (result,) = summary(*(verdict("A.b", name) for name in verdicts)).requirements
    assert (result.verdict, result.measured, result.cases) == (worst, measured, len(verdicts))


def test_requirements_are_counted_by_level_verdict_and_article() -> None:
    """The strictest level of a requirement counts; articles are the first part of the id."""
    result = summary(
        verdict("A.one", "pass"),
        verdict("A.two", "fail"),
        verdict("A.three", "not measured"),
        verdict("B.one", "warn", "SHOULD"),
        verdict("B.one", "pass", "MUST"),
        verdict("B.two", "observed", "MAY"),
    )
    assert result.musts_measured == "3 of 4 MUSTs measured"
    assert result.levels["MUST"].counts[Verdict.WARN] == 1
    assert result.levels["SHOULD"].total == 0
    assert (result.levels["MAY"].total, result.levels["MAY"].measured) == (1, 1)
    assert list(result.articles) == ["A", "B"]
    assert (result.articles["A"].total, result.articles["A"].measured) == (3, 2)
    assert result.articles["A"].counts[Verdict.FAIL] == 1


def test_one_fault_is_one_finding_with_all_its_sightings() -> None:
    """Sightings that differ in ids, moments and long numbers only are one fault; other faults stay apart."""
    seen: dict[str, Any] = {"where": "/R/Id", "expected": "a score"}
    result = summary(
        verdict("A.b", "fail", case="A.b/x", actual="r7f3 ABCDEFGHIJ1234567890 at 2026-01-01T00:00:00Z", **seen),
        verdict("A.b", "fail", case="A.b/y", actual="r7f3 ZYXWVUTSRQ0987654321 at 2026-02-01T00:00:00.5Z", **seen),
        verdict("A.b", "fail", case="A.b/y", actual="HTTP 500", **seen),
        verdict("A.c", "fail", case="A.c", actual="HTTP 500", **seen),
        verdict("A.b", "fail", case="A.b/z", actual="HTTP 404", **seen),
        verdict("A.d", "warn", "SHOULD", actual="HTTP 404", **seen),
    )
    assert [finding.count for finding in result.failures] == [2, 1, 1, 1]
    assert result.failures[0].cases == ("A.b/x|2014-08-15|query", "A.b/y|2014-08-15|query")
    assert result.failures[0].sample.case == "A.b/x"
    assert [finding.sample.requirement for finding in result.warnings] == ["A.d"]


def test_one_root_cause_is_one_finding_whatever_requirements_speak_of_it() -> None:
    """A missed SHOULD of the same cause is no warning of its own; without the cause's MUST it is."""
    cause = {"reason": "GetHIT: the endpoint does not have this operation"}
    should = verdict("GetHIT.Operation.spelling", "warn", "SHOULD", **cause)
    result = summary(
        should,
        verdict("Common.Operation.names", "fail", actual="HTTP 400", **cause),
        verdict("GetHIT.Operation.name", "fail", actual="HTTP 404", version="2013-11-15", **cause),
        verdict("GetHIT.unknown", "blocked", **cause),
        verdict("Common.Operation.names", "fail", reason="Help: the endpoint does not have this operation"),
    )
    assert [finding.count for finding in result.failures] == [3, 1]
    assert result.failures[0].sample.requirement == "Common.Operation.names"
    assert result.warnings == ()
    assert [group.reason for group in result.blocked] == [cause["reason"]]
    assert [finding.sample.requirement for finding in summary(should).warnings] == ["GetHIT.Operation.spelling"]


def test_what_was_not_decided_is_grouped_by_its_reason() -> None:
    """A cause names everything that waits for it; a reason names everything that it left out."""
    result = summary(
        verdict("B.b", "blocked", reason="CreateQualificationType fails"),
        verdict("A.a", "blocked", reason="CreateQualificationType fails"),
        verdict("A.a", "blocked", reason="CreateQualificationType fails", version="2013-11-15"),
        verdict("A.a", "not measured", reason="no worker driver"),
    )
    (cause,) = result.blocked
    assert (cause.reason, cause.requirements, cause.count) == ("CreateQualificationType fails", ("A.a", "B.b"), 3)
    assert [group.reason for group in result.not_measured] == ["no worker driver"]


@pytest.mark.parametrize(
    ("exit_code", "conclusion", "code"),
    [
        (0, "CONFORMS", 0),
        (1, "DOES NOT CONFORM", 1),
        (5, "NOT JUDGED: nothing was measured", 5),
        (None, "NOT JUDGED: the run was cut short", 3),
        (99, "NOT JUDGED: exit code 99", 99),
    ],
)
def test_the_conclusion_is_that_of_the_run(exit_code: int | None, conclusion: str, code: int) -> None:
    """A record without an end is of a run that was cut short, whatever its verdicts say."""
    result = summary(verdict("A.b", "pass"), exit_code=exit_code)
    assert (result.conclusion, result.exit_code) == (conclusion, code)
