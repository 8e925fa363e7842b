"""ScoreMyKnownAnswers: how answers are scored, and what follows from the score."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.reviews import Report, Reviewed, Texts, choices, form, known_answers
from conformance.suites.rows import Row
from conformance.suites.submissions import FEEDBACK, shown

POLICY = "ReviewPolicy.SMKA"
Answers = Mapping[str, Texts]


def flags(report: Report) -> dict[str, str]:
    """Return the Value of KnownAnswerCorrect for each question."""
    return {
        row.get("QuestionId", ""): row.get("Value", "") for row in report.results("Assignment", "KnownAnswerCorrect")
    }


def matching_rows(version: str) -> Iterator[Row]:
    """Yield a key, answers to it and which of them are right."""
    for topic, key, answers, right in (
        ("correct-flag", {"q1": "B", "q2": "C"}, {"q1": "B", "q2": "D"}, {"q1": "1", "q2": "0"}),
        ("exact-match", {"q1": "B", "q2": "C"}, {"q1": "b", "q2": "C."}, {"q1": "0", "q2": "0"}),
        ("trim", {"q1": "B", "q2": " C "}, {"q1": " B ", "q2": "C"}, {"q1": "1", "q2": "1"}),
        ("empty", {"q1": "", "q2": "B"}, {"q1": "B"}, {"q1": "0", "q2": "0"}),
    ):
        name = f"{POLICY}.{topic}"
        yield Row(id=name, verifies=(name,), value=(key, answers, right))


@pytest.mark.each(rows=matching_rows)
def test_compares_answers_with_the_key(row: Row, given: Given, expect: Expect) -> None:
    key, answers, right = row.value
    reviewed = Reviewed(given)
    hit_id = reviewed.hit(assignment=known_answers(key), Question=form(list(key)))
    reviewed.answered(hit_id, answers)
    found = flags(reviewed.scored(hit_id))
    (requirement,) = row.verifies
    expect(
        requirement,
        found == right,
        where="KnownAnswerCorrect",
        expected=f"{right} for the answers {answers} to the key {key}",
        actual=repr(found),
    )


@pytest.mark.verifies(f"{POLICY}.multi-value", f"{POLICY}.all-values")
def test_wants_all_values_and_no_other(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    for key, answers, right in ((["A", "B"], (["A"], ["A", "B"]), ["0", "1"]), (["A"], (["A", "B"],), ["0"])):
        policy = known_answers({"q1": key})
        hit_id = reviewed.hit(assignment=policy, Question=choices("q1", "ABC"), MaxAssignments=len(right))
        for count, answer in enumerate(answers, 1):
            reviewed.answered(hit_id, {"q1": answer})
            reviewed.scored(hit_id, count)
        found = reviewed.report(hit_id).values("Assignment", "KnownAnswerCorrect")
        expect(
            f"{POLICY}.multi-value",
            found == right,
            where="KnownAnswerCorrect",
            expected=f"{right} for the selections {answers} to the key {key}",
            actual=repr(found),
        )
        if len(key) > 1:
            expect(
                f"{POLICY}.all-values",
                found == right,
                where="KnownAnswerCorrect",
                expected=f"{right} for the selections {answers} to the key {key}",
                actual=repr(found),
            )


def questions(count: int) -> list[str]:
    """Return the names of questions."""
    return [f"q{number}" for number in range(1, count + 1)]


def answered_rightly(count: int, right: int) -> dict[str, str]:
    """Return answers to questions whose key is B, so many of them right."""
    return {name: "B" if number < right else "C" for number, name in enumerate(questions(count))}


@pytest.mark.verifies(f"{POLICY}.score", f"{POLICY}.no-action")
def test_scores_in_percent_and_decides_nothing_unasked(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    key = answered_rightly(4, 4)
    hit_id = reviewed.hit(assignment=known_answers(key), Question=form(questions(4)))
    work = reviewed.answered(hit_id, answered_rightly(4, 3))
    report = reviewed.scored(hit_id)
    found = report.values("Assignment", "KnownAnswerScore")
    expect(
        f"{POLICY}.score",
        found == ["75"],
        where="KnownAnswerScore",
        expected="75 for three of four",
        actual=", ".join(found),
    )
    status, _ = reviewed.employer.status(work)
    expect(
        f"{POLICY}.no-action",
        status == "Submitted" and bool(report.results("Assignment")),
        where="a policy with an AnswerKey alone",
        expected="the assignment stays Submitted, and has results",
        actual=f"{status}, {len(report.results('Assignment'))} results",
    )


def decided(reviewed: Reviewed, count: int, rights: list[int], wanted: list[str], **rules: Any) -> list[str]:
    """Have Workers answer so many of ``count`` questions rightly; return the statuses of what they handed in."""
    policy = known_answers(answered_rightly(count, count), **rules)
    hit_id = reviewed.hit(assignment=policy, Question=form(questions(count)), MaxAssignments=len(rights))
    works = [reviewed.answered(hit_id, answered_rightly(count, right)) for right in rights]
    reviewed.scored(hit_id, len(rights))
    return reviewed.statuses(works, wanted)


@pytest.mark.verifies(f"{POLICY}.approve")
def test_approves_from_the_threshold_on(given: Given, expect: Expect) -> None:
    wanted = ["Approved", "Submitted"]
    found = decided(Reviewed(given), 5, [4, 3], wanted, ApproveIfKnownAnswerScoreIsAtLeast=80)
    expect(
        f"{POLICY}.approve",
        found == wanted,
        where="ApproveIfKnownAnswerScoreIsAtLeast=80",
        expected="Approved with four of five, Submitted with three",
        actual=", ".join(found),
    )


@pytest.mark.verifies(f"{POLICY}.reject")
def test_rejects_below_the_threshold(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    found = decided(
        reviewed, 2, [0, 1, 2], ["Rejected", "Submitted", "Submitted"], RejectIfKnownAnswerScoreIsLessThan=50
    )
    expect(
        f"{POLICY}.reject",
        found[::2] == ["Rejected", "Submitted"],
        where="RejectIfKnownAnswerScoreIsLessThan=50",
        expected="Rejected with none of two, Submitted with both",
        actual=", ".join(found),
    )
    expect.see(f"{POLICY}.reject", where="a score of just 50", actual=found[1])


@pytest.mark.verifies(f"{POLICY}.approve-range")
def test_knows_a_threshold_that_nobody_reaches(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    for number in (-1, 102):
        policy = known_answers({"q1": "B"}, ApproveIfKnownAnswerScoreIsAtLeast=number)
        reply = reviewed.requester.call("CreateHIT", reviewed.values(assignment=policy))
        expect(
            f"{POLICY}.approve-range",
            is_refusal(reply),
            where=f"ApproveIfKnownAnswerScoreIsAtLeast={number}",
            expected="an error",
            actual=reply.summary,
        )
    found = decided(reviewed, 1, [1], ["Submitted"], ApproveIfKnownAnswerScoreIsAtLeast=101)
    expect(
        f"{POLICY}.approve-range",
        found == ["Submitted"],
        where="ApproveIfKnownAnswerScoreIsAtLeast=101",
        expected="the assignment stays Submitted",
        actual=", ".join(found),
    )


@pytest.mark.verifies(f"{POLICY}.reason")
def test_tells_the_reason(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    reason = given.name("reason")
    for rules, answer, wanted in (
        ({"ApproveIfKnownAnswerScoreIsAtLeast": 0, "ApproveReason": reason}, "B", reason),
        ({"RejectIfKnownAnswerScoreIsLessThan": 50, "RejectReason": reason}, "C", reason),
        ({"ApproveIfKnownAnswerScoreIsAtLeast": 0}, "B", ""),
    ):
        hit_id = reviewed.hit(assignment=known_answers({"q1": "B"}, **rules))
        work = reviewed.answered(hit_id, {"q1": answer})
        reviewed.scored(hit_id)
        row = shown(reviewed.requester, work, ResponseGroup=FEEDBACK)
        expect(
            f"{POLICY}.reason",
            row.get("RequesterFeedback", "") == wanted and row.get("AssignmentStatus") != "Submitted",
            where="RequesterFeedback",
            expected=f"decided, with {wanted!r}",
            actual=f"{row.get('AssignmentStatus')} with {row.get('RequesterFeedback', '')!r}",
        )


EXTEND = {"ExtendIfKnownAnswerScoreIsLessThan": 80}


@pytest.mark.verifies(f"{POLICY}.extend")
def test_extends_by_one_up_to_the_maximum(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.hit(assignment=known_answers({"q1": "B"}, **EXTEND, ExtendMaximumAssignments=3))
    found = []
    for count, wanted in enumerate(("2", "3", "3"), 1):
        reviewed.answered(hit_id, {"q1": "C"})
        reviewed.scored(hit_id, count)
        found.append(given.settled(lambda: reviewed.most(hit_id), wanted.__eq__))
        if found[-1] != wanted:
            break
    expect(
        f"{POLICY}.extend",
        found == ["2", "3", "3"],
        where="MaxAssignments after each of three wrong submissions, up to 3",
        expected="2, 3, 3",
        actual=", ".join(found),
    )
    good = reviewed.hit(assignment=known_answers({"q1": "B"}, **EXTEND, ExtendMaximumAssignments=3))
    reviewed.answered(good)
    reviewed.scored(good)
    most = reviewed.most(good)
    expect(f"{POLICY}.extend", most == "1", where="MaxAssignments with a right answer", expected="1", actual=most)


@pytest.mark.verifies("ReviewPolicy.ten-limit")
def test_never_extends_to_ten(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    policy = known_answers({"q1": "B"}, **EXTEND, ExtendMaximumAssignments=12)
    hit_id = reviewed.hit(assignment=policy, MaxAssignments=9)
    reviewed.answered(hit_id, {"q1": "C"})
    reviewed.scored(hit_id)
    most = reviewed.most(hit_id)
    expect(
        "ReviewPolicy.ten-limit",
        most == "9",
        where="MaxAssignments of a HIT of nine, to be extended up to 12",
        expected="9",
        actual=most,
    )
