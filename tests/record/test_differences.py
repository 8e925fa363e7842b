"""What has changed from one record to another."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.record.differences import Differences, Kind, differences
from conformance.record.events import End, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record

HEADER = RunHeader(
    kit="1",
    run_id="aaaa1111",
    seed=1,
    url="http://one/",
    profile="default",
    versions=("2014-08-15",),
    bindings=("query",),
    selection=(),
    started_at="",
)


def told(verdict: str, requirement: str = "A.b", case: str = "a/b", **more: Any) -> VerdictEvent:
    return VerdictEvent(
        **{
            "requirement": requirement,
            "case": case,
            "version": "2014-08-15",
            "binding": "query" if case else "",
            "level": "MUST",
            "verdict": Verdict(verdict),
            **more,
        }
    )


def record(*verdicts: VerdictEvent, header: RunHeader = HEADER, code: int | None = 0) -> Record:
    end = None if code is None else End(finished_at="", exit_code=code)
    return Record(path="r", header=header, verdicts=verdicts, end=end)


def kinds(found: Differences) -> list[str]:
    return [change.kind.value for change in found.changes]


MISSED: dict[str, Any] = {"where": "/a", "expected": "1", "actual": "2"}


@pytest.mark.parametrize(
    ("before", "after", "kind", "code"),
    [
        (told("pass"), told("pass"), None, 0),
        (told("pass"), told("observed"), None, 0),
        (told("pass"), told("fail"), "broken", 1),
        (told("observed"), told("warn", level="SHOULD"), "broken", 1),
        (told("warn", level="SHOULD"), told("fail"), "broken", 1),
        (told("fail"), told("warn", level="SHOULD"), "missed in another way", 0),
        (told("fail"), told("pass"), "fixed", 0),
        (told("fail", **MISSED), told("fail", **MISSED), None, 0),
        (told("fail", **MISSED), told("fail", **{**MISSED, "actual": "3"}), "missed in another way", 0),
        (told("pass"), told("blocked", reason="CreateHIT: refused"), "blocked now", 1),
        (told("fail"), told("blocked", reason="CreateHIT: refused"), "not comparable", 5),
        (told("pass"), told("error", reason="Traceback"), "not comparable", 5),
        (told("not measured", reason="needs clock"), told("fail"), "not comparable", 5),
        (told("not measured"), told("blocked"), None, 5),
        (None, told("pass"), "new", 5),
        (None, told("fail"), "new, failing", 1),
        (None, told("not measured"), None, 5),
        (told("fail"), None, "gone", 5),
    ],
)
def test_a_case_changes_in_one_way(
    before: VerdictEvent | None, after: VerdictEvent | None, kind: str | None, code: int
) -> None:
    """What was met and is missed is broken, and so on; what was not measured by both cannot be compared."""
    found = differences(record(*filter(None, [before])), record(*filter(None, [after])))
    assert (kinds(found), found.exit_code) == ([kind] if kind else [], code)


def test_ids_times_and_the_run_id_make_no_difference() -> None:
    """The signature of a failure is that of another run."""
    one = told("fail", actual="HIT 3ABCDEFGHIJKLMNOPQRST of aaaa1111 at 2014-08-15T00:00:00Z")
    other = told("fail", actual="HIT 3ZYXWVUTSRQPONMLKJIHG of bbbb2222 at 2015-01-01T10:00:07Z")
    found = differences(record(one), record(other, header=replace(HEADER, run_id="bbbb2222")))
    assert (kinds(found), found.unchanged, found.compared) == ([], 1, 1)


def test_one_more_miss_of_a_case_is_another_way() -> None:
    """All misses that a case has of a requirement count, in whatever order they came."""
    one, other = told("fail", actual="1"), told("fail", actual="2")
    assert kinds(differences(record(one, other), record(other, one))) == []
    assert kinds(differences(record(one), record(other, one))) == ["missed in another way"]


def test_cases_that_changed_alike_are_told_together() -> None:
    """A change names its cases; the worst come first."""
    before = record(told("fail", "C.fixed"), *(told("pass", case=f"a/{number}") for number in range(3)))
    after = record(told("pass", "C.fixed"), *(told("fail", case=f"a/{number}") for number in range(3)))
    found = differences(before, after)
    assert kinds(found) == ["broken", "fixed"]
    assert found.changes[0].cases == tuple(f"a/{number}|2014-08-15|query" for number in range(3))


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (replace(HEADER, versions=("2008-08-02",)), "second record: version 2014-08-15 was not run"),
        (replace(HEADER, bindings=("soap",)), "second record: binding query was not run"),
        (replace(HEADER, selection=("GetHIT.*",)), "second record: it was not selected"),
    ],
)
def test_what_a_run_was_not_asked_is_not_comparable(header: RunHeader, why: str) -> None:
    """Neither gone nor fixed; the note says in what the runs were unlike."""
    found = differences(record(told("fail", "CreateHIT.Title.required")), record(header=header))
    assert [(change.kind, change.why) for change in found.changes] == [(Kind.NOT_COMPARABLE, why)]
    assert len(found.notes) == 1


def test_what_no_case_spoke_of_says_why() -> None:
    """A requirement that a run recorded as not measured at all is not new in the other."""
    before = record(told("not measured", case="", reason="needs clock"))
    found = differences(before, record(told("fail")))
    assert [(change.kind, change.why) for change in found.changes] == [
        (Kind.NOT_COMPARABLE, "first record: needs clock")
    ]


def test_other_seeds_and_kits_are_told() -> None:
    """They change what a run tries, so a reader has to know."""
    found = differences(record(told("pass")), record(told("pass"), header=replace(HEADER, seed=2, kit="2")))
    assert found.notes == ("different seeds: 1 before, 2 after", "different kits: 1 before, 2 after")


@pytest.mark.parametrize("code", [None, 3])
def test_a_run_cut_short_is_no_proof_that_nothing_is_worse(code: int | None) -> None:
    """What it came to see may be as before; a break it did see counts."""
    assert differences(record(told("pass")), record(told("pass"), code=code)).exit_code == 3
    assert differences(record(told("pass")), record(told("fail"), code=code)).exit_code == 1
