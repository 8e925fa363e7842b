"""SimplePlurality: how the answers of several Workers are compared, and what follows from it."""

from collections.abc import Sequence
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Work, decision
from conformance.suites.preconditions import Given
from conformance.suites.reviews import Report, Reviewed, form, known_answers, plurality

POLICY = "ReviewPolicy.SP"
KEYS = (
    "AgreedAnswerFound",
    "AgreedAnswer",
    "AnswerAgreementScore",
    "WorkerAgreementScore",
    "PluralityAnswersCorrect",
    "PluralityAnswersIncorrect",
    "HitAgreementScore",
)


def compared(
    reviewed: Reviewed, rows: Sequence[Sequence[str]], policy: dict[str, Any], **changes: Any
) -> tuple[list[Work], Report]:
    """Have a Worker hand in each row, answers to q1 and so on; return the submissions and the reports."""
    names = [f"q{number}" for number in range(1, len(rows[0]) + 1)]
    hit_id = reviewed.hit(hit=policy, Question=form(names), MaxAssignments=len(rows), **changes)
    works = [reviewed.answered(hit_id, dict(zip(names, row, strict=True))) for row in rows]
    return works, reviewed.compared(hit_id)


def agreed(report: Report) -> list[tuple[str, str]]:
    """Return the agreed answers: question and answer."""
    return [(row.get("QuestionId", ""), row.get("Value", "")) for row in report.results("HIT", "AgreedAnswer")]


@pytest.mark.verifies(f"{POLICY}.question-score")
def test_agrees_above_the_threshold(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    for rows, wanted in (([["B"], ["B"], ["C"]], [("q1", "B")]), ([["B"], ["C"]], [])):
        _, report = compared(reviewed, rows, plurality(["q1"]))
        expect(
            f"{POLICY}.question-score",
            agreed(report) == wanted,
            where=f"answers {rows} with a threshold of 50",
            expected=f"the agreed answers {wanted}",
            actual=repr(agreed(report)),
        )
    _, report = compared(reviewed, [["B"], ["B"]], plurality(["q1"], 40))
    expect(f"{POLICY}.question-score", bool(agreed(report)), where="two equal answers", expected="one", actual="none")


@pytest.mark.verifies(
    f"{POLICY}.hit-score",
    f"{POLICY}.worker-score",
    "ReviewResultDetail.keys",
    "ReviewResultDetail.agreed-conditional",
)
def test_scores_hit_and_workers(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    rows = [["A", "A", "A", "A"], ["A", "B", "A", "B"], ["A", "A", "B", "C"]]
    works, report = compared(reviewed, rows, plurality(["q1", "q2", "q3", "q4"]))
    scores = report.values("HIT", "HitAgreementScore")
    expect(
        f"{POLICY}.hit-score",
        scores == ["75"],
        where="HitAgreementScore",
        expected="75, as three of four questions have an agreed answer",
        actual=", ".join(scores),
    )
    by_worker = {row.get("SubjectId"): row.get("Value") for row in report.results("HIT", "WorkerAgreementScore")}
    found = [by_worker.get(work.assignment_id) for work in works]
    expect(
        f"{POLICY}.worker-score",
        found == ["100", "66", "66"],
        where="WorkerAgreementScore",
        expected="100, 66, 66",
        actual=", ".join(map(str, found)),
    )
    keys = {row.get("Key", "") for row in report.results("HIT")}
    expect(
        "ReviewResultDetail.keys",
        keys >= set(KEYS),
        where="Key",
        expected=", ".join(KEYS),
        actual=", ".join(sorted(keys)),
    )
    if keys - set(KEYS):
        expect.see("ReviewResultDetail.keys", where="Key", actual=f"besides: {', '.join(sorted(keys - set(KEYS)))}")
    for key in ("AgreedAnswer", "AnswerAgreementScore"):
        named = {row.get("QuestionId") for row in report.results("HIT", key)}
        expect(
            "ReviewResultDetail.agreed-conditional",
            named == {"q1", "q2", "q3"},
            where=key,
            expected="for q1, q2 and q3, on which the Workers agree, and not for q4",
            actual=", ".join(sorted(map(str, named))),
        )


@pytest.mark.verifies(f"{POLICY}.disregard-rejected")
def test_leaves_out_what_was_rejected(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.hit(hit=plurality(["q1"], DisregardAssignmentIfRejected="T"), MaxAssignments=3)
    reviewed.answered(hit_id, {"q1": "B"})
    other = reviewed.answered(hit_id, {"q1": "C"})
    reviewed.requester.must("RejectAssignment", decision(reviewed.requester, "RejectAssignment", other.assignment_id))
    reviewed.answered(hit_id, {"q1": "B"})
    _expect_unanimity(f"{POLICY}.disregard-rejected", reviewed.compared(hit_id), expect)


@pytest.mark.verifies(f"{POLICY}.disregard-known")
def test_leaves_out_who_fails_the_known_answers(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    policy = plurality(["q1"], DisregardAssignmentIfKnownAnswerScoreIsLessThan=50)
    rows = [["B", "K"], ["C", "X"], ["B", "K"]]
    _, report = compared(reviewed, rows, policy, assignment=known_answers({"q2": "K"}))
    _expect_unanimity(f"{POLICY}.disregard-known", report, expect)


def _expect_unanimity(requirement: str, report: Report, expect: Expect) -> None:
    found = report.values("HIT", "AnswerAgreementScore")
    expect(
        requirement,
        found == ["100"],
        where="AnswerAgreementScore of two equal answers beside one that does not count",
        expected="100",
        actual=", ".join(found) or "none",
    )


@pytest.mark.verifies(f"{POLICY}.long-answers")
def test_leaves_out_long_answers(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    _, report = compared(reviewed, [["x" * 257, "y" * 256]] * 2, plurality(["q1", "q2"]))
    found = [question for question, _ in agreed(report)]
    expect(
        f"{POLICY}.long-answers",
        found == ["q2"],
        where="equal answers of 257 and of 256 characters",
        expected="an agreed answer to the latter alone",
        actual=", ".join(found) or "none",
    )


@pytest.mark.verifies(f"{POLICY}.approve-reject")
def test_decides_by_the_agreement(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    rules = {"ApproveIfWorkerAgreementScoreIsAtLeast": 50, "RejectIfWorkerAgreementScoreIsLessThan": 50}
    works, _ = compared(reviewed, [["B"], ["B"], ["C"]], plurality(["q1"], **rules))
    wanted = ["Approved", "Approved", "Rejected"]
    found = reviewed.statuses(works, wanted)
    expect(
        f"{POLICY}.approve-reject",
        found == wanted,
        where="two Workers who agree and one who does not",
        expected=", ".join(wanted),
        actual=", ".join(found),
    )


@pytest.mark.verifies(f"{POLICY}.extend-effect")
def test_extends_where_workers_disagree(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    rules = {
        "ExtendIfHITAgreementScoreIsLessThan": 50,
        "ExtendMaximumAssignments": 3,
        "ExtendMinimumTimeInSeconds": 3600,
    }
    works, _ = compared(reviewed, [["B"], ["C"]], plurality(["q1"], **rules))
    hit_id = works[0].hit_id

    def read() -> tuple[str, str]:
        reply = reviewed.requester.must("GetHIT", {"HITId": hit_id})
        return (reply.text("MaxAssignments") or "").strip(), (reply.text("HITStatus") or "").strip()

    wanted = ("3", "Assignable")
    found = given.settled(read, wanted.__eq__)
    expect(f"{POLICY}.extend-effect", found == wanted, where="GetHIT", expected=str(wanted), actual=str(found))
    reviewed.answered(hit_id, {"q1": "D"})
    reviewed.compared(hit_id, 2)
    most = reviewed.most(hit_id)
    expect(f"{POLICY}.extend-effect", most == "3", where="MaxAssignments at its maximum", expected="3", actual=most)
