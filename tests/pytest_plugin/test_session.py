"""How a session ends: exit codes, and what is said of requirements that no case spoke of."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import Blocked, EndpointUnreachable, KitError, NotMeasured, RefusedForSafety, UsageError
from conformance.pytest_plugin.collection import stem
from conformance.pytest_plugin.outcome import stop_of
from conformance.pytest_plugin.session import Session
from conformance.record.events import Verdict
from conformance.record.reader import read_record
from conformance.target.profile import Profile
from conformance.target.run import Run

INTERRUPTED, INTERNAL, USAGE, FAILED = 2, 3, 4, 1


def session(**fields: object) -> Session:
    run = Run(profile=Profile(worker_driver="none"), seed=1, environ={})
    return Session(run=run, wanted=frozenset(), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tally", "fail_on", "status", "expected"),
    [
        ([Verdict.PASS], "must", 0, 0),
        ([Verdict.PASS, Verdict.WARN], "must", 0, 0),
        ([Verdict.PASS, Verdict.WARN], "should", FAILED, 1),
        ([Verdict.PASS, Verdict.FAIL], "must", FAILED, 1),
        ([Verdict.OBSERVED], "must", 0, 0),
        ([Verdict.BLOCKED, Verdict.NOT_MEASURED], "must", 0, 5),
        ([], "must", 5, 5),
        ([Verdict.PASS, Verdict.ERROR, Verdict.FAIL], "must", FAILED, 3),
        ([Verdict.PASS], "must", FAILED, 1),
        ([Verdict.PASS], "must", INTERRUPTED, 3),
        ([Verdict.PASS, Verdict.FAIL], "must", INTERNAL, 3),
        ([Verdict.PASS], "must", USAGE, 2),
    ],
)
def test_exit_codes_follow_the_worst(tally: list[Verdict], fail_on: str, status: int, expected: int) -> None:
    """The kit's own faults come before verdicts, verdicts before success, and nothing measured is no success."""
    assert session(tally=Counter(tally), fail_on=fail_on).exit_code(status) == expected


@given(st.lists(st.sampled_from(Verdict)), st.sampled_from(["must", "should"]), st.integers(0, 5))
def test_success_needs_a_measurement_and_no_fault(tally: list[Verdict], fail_on: str, status: int) -> None:
    """Whatever happened, 0 means that something was measured and nothing was amiss; codes stay within the contract."""
    code = session(tally=Counter(tally), fail_on=fail_on).exit_code(status)
    assert code in range(6)
    if code == 0:
        assert any(verdict.measured for verdict in tally)
        assert not {Verdict.FAIL, Verdict.ERROR} & set(tally)
        assert status in (0, 5)


@pytest.mark.parametrize(
    "error", [KitError("a"), UsageError("b"), EndpointUnreachable("c"), RefusedForSafety("d")], ids=repr
)
def test_what_cut_a_session_short_decides_its_exit_code(error: KitError) -> None:
    """Whatever was measured before."""
    assert session(cut_short=error, tally=Counter([Verdict.FAIL])).exit_code(FAILED) == error.exit_code


@pytest.mark.parametrize(
    ("error", "verdict", "reason"),
    [
        (Blocked("why"), Verdict.BLOCKED, "why"),
        (NotMeasured("why"), Verdict.NOT_MEASURED, "why"),
        (pytest.skip.Exception("why"), Verdict.NOT_MEASURED, "why"),
        (RefusedForSafety("why"), Verdict.ERROR, "why"),
    ],
)
def test_an_exception_of_the_kit_is_told_in_its_own_words(error: BaseException, verdict: Verdict, reason: str) -> None:
    """No traceback is needed for what the kit itself says."""
    stop = stop_of(error)
    assert stop is not None
    assert (stop.verdict, stop.reason) == (verdict, reason)


def test_any_other_exception_is_an_error_of_the_kit_with_the_end_of_its_traceback() -> None:
    """It is never counted as non-conformance."""
    stop = stop_of(ZeroDivisionError("inner"))
    assert stop is not None
    assert stop.verdict is Verdict.ERROR
    assert "ZeroDivisionError: inner" in stop.reason
    assert stop_of(None) is None


def test_what_no_case_spoke_of_is_not_measured_with_the_reason(tmp_path: Path) -> None:
    """Untestable, undecided by the kit, or planned and not shown: each is told as what it is."""
    ids = ("QualificationRequest.only-in", "Common.Service.value", "Common.Signature.required")
    kit = session(record=tmp_path / "record.jsonl")
    kit.wanted = frozenset(ids)
    kit.planned = {("Common.Service.value", "2014-08-15")}
    kit.run.profile = Profile(worker_driver="none", clock_driver="none", restart_hook="none")
    kit.begin("http://127.0.0.1:1/")
    assert kit.end(5) == 5
    record = read_record(tmp_path / "record.jsonl")
    reasons = {event.requirement: event.reason for event in record.verdicts}
    assert reasons["Common.Service.value"] == "no case that was run shows it"
    assert reasons["Common.Signature.required"] == "no check, case or suite of this kit decides it"
    assert "all replies" in reasons["QualificationRequest.only-in"]
    assert record.end is not None
    assert record.end.exit_code == 5
    assert kit.recorded


@pytest.mark.parametrize(
    ("function", "name"),
    [("test_leaves_the_list", "leaves-the-list"), ("conformance.suites.test_rejection", "rejection"), ("case", "case")],
)
def test_case_ids_are_words(function: str, name: str) -> None:
    """Cases are named for people; the names of functions and modules give them."""
    assert stem(function) == name
