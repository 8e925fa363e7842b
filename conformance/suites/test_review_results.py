"""GetReviewResultsForHIT: which results and actions are reported, when, and in which order."""

from collections import Counter

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.spec.requirements import requirements
from conformance.suites.paging import counter
from conformance.suites.preconditions import Given
from conformance.suites.reviews import Report, Reviewed, form, known_answers, plurality
from conformance.target.drivers import ClockDriver

OPERATION = "GetReviewResultsForHIT"
LEVELS = ("Assignment", "HIT")


def described(report: Report) -> str:
    """Return how many results and actions there are on each level."""
    return ", ".join(
        f"{level}: {len(report.results(level))} results, {len(report.actions(level))} actions" for level in LEVELS
    )


@pytest.mark.verifies(
    f"{OPERATION}.PolicyLevel.default",
    f"{OPERATION}.PolicyLevel.filter",
    f"{OPERATION}.PolicyLevel.several",
    f"{OPERATION}.RetrieveActions",
    f"{OPERATION}.RetrieveResults",
    f"{OPERATION}.PageNumber.default",
    "ReviewReport.shape",
    "ReviewResultDetail.shape",
    "ReviewActionDetail.shape",
    "ReviewActionDetail.status.values",
)
def test_reports_what_is_asked_for(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.both()
    reviewed.answered(hit_id)
    report = reviewed.compared(hit_id)
    expect(
        f"{OPERATION}.PolicyLevel.default",
        all(report.results(level) for level in LEVELS),
        where="without PolicyLevel",
        expected="results on both levels",
        actual=described(report),
    )
    for level, other in (LEVELS, LEVELS[::-1]):
        limited = reviewed.report(hit_id, PolicyLevel=level)
        expect(
            f"{OPERATION}.PolicyLevel.filter",
            bool(limited.results(level)) and not limited.results(other),
            where=f"PolicyLevel={level}",
            expected="results of that level alone",
            actual=described(limited),
        )
    for name in ("RetrieveActions", "RetrieveResults"):
        _judge_flag(reviewed, hit_id, report, name, expect)
    _judge_levels(reviewed, hit_id, expect)
    first = reviewed.report(hit_id, PageNumber=1)
    expect(
        f"{OPERATION}.PageNumber.default",
        [first.results(level) for level in LEVELS] == [report.results(level) for level in LEVELS],
        where="without PageNumber and with PageNumber=1",
        expected="the same results",
        actual=f"{described(report)}; then {described(first)}",
    )
    for level in LEVELS:
        for action in report.actions(level)[:1]:
            expect.see("ReviewActionDetail.status.values", where="Status", actual=action.get("Status", ""))


def _judge_levels(reviewed: Reviewed, hit_id: str, expect: Expect) -> None:
    """See that both levels can be named at once."""
    named = reviewed.report(hit_id, PolicyLevel=list(LEVELS))
    expect(
        f"{OPERATION}.PolicyLevel.several",
        all(named.results(level) for level in LEVELS),
        where="both values of PolicyLevel",
        expected="results on both levels",
        actual=described(named),
    )


def _judge_flag(reviewed: Reviewed, hit_id: str, report: Report, name: str, expect: Expect) -> None:
    """See that a flag lets the elements come, and keeps them away."""

    def count(one: Report) -> int:
        rows = one.actions if name == "RetrieveActions" else one.results
        return sum(len(rows(level)) for level in LEVELS)

    letters = reviewed.requester.call(OPERATION, {"HITId": hit_id, name: "F"}).accepted
    yes, no = ("T", "F") if letters else ("true", "false")
    counts = [
        count(report),
        count(reviewed.report(hit_id, **{name: yes})),
        count(reviewed.report(hit_id, **{name: no})),
    ]
    expect(
        f"{OPERATION}.{name}",
        counts[0] > 0 and counts[1] == counts[0] and counts[2] == 0,
        where=name,
        expected=f"the elements without it and with {yes}, none with {no}",
        actual=f"{', '.join(map(str, counts))} elements",
    )


@pytest.mark.verifies(
    f"{OPERATION}.AssignmentId.filter",
    f"{OPERATION}.AssignmentId.schema",
    f"{OPERATION}.order",
    f"{OPERATION}.assignment-once",
    "ReviewPolicy.SMKA.timing",
    "ReviewPolicy.SP.timing",
)
def test_reviews_each_assignment_once(given: Given, expect: Expect, clock: ClockDriver) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.both(MaxAssignments=2)
    works = [reviewed.answered(hit_id)]
    early = reviewed.scored(hit_id)
    expect(
        "ReviewPolicy.SMKA.timing",
        works[0].assignment_id in [row.get("SubjectId") for row in early.results("Assignment")],
        where="after the first of two submissions",
        expected="results for the assignment",
        actual=described(early),
    )
    works.append(reviewed.answered(hit_id))
    late = reviewed.compared(hit_id)
    expect(
        "ReviewPolicy.SP.timing",
        not early.results("HIT") and bool(late.results("HIT")),
        where="HITReviewReport after the first of two submissions, and after the second",
        expected="no results, then some",
        actual=f"{described(early)}; then {described(late)}",
    )
    ids = [work.assignment_id for work in works]
    subjects = [row.get("SubjectId", "") for row in late.results("Assignment")]
    expect(
        f"{OPERATION}.order",
        set(ids) <= set(subjects) and subjects == sorted(subjects, key=lambda one: ids.index(one) if one in ids else 2),
        where="AssignmentReviewReport",
        expected=f"the results about {ids[0]} before those about {ids[1]}",
        actual=", ".join(subjects),
    )
    if requirements()[f"{OPERATION}.AssignmentId.filter"].holds_in(given.requester.version):
        _judge_assignment(reviewed, hit_id, ids[0], late, expect)
    _let_minutes_pass(clock)
    later = reviewed.report(hit_id)
    scored = [[row.get("SubjectId") for row in one.results("Assignment", "KnownAnswerScore")] for one in (late, later)]
    expect(
        f"{OPERATION}.assignment-once",
        all(sorted(map(str, found)) == sorted(ids) for found in scored),
        where="KnownAnswerScore, and five minutes later",
        expected="one for each of the two assignments",
        actual=f"{scored[0]}, then {scored[1]}",
    )


def _judge_assignment(reviewed: Reviewed, hit_id: str, assignment_id: str, whole: Report, expect: Expect) -> None:
    """See that AssignmentId leaves what is about one assignment."""
    one = reviewed.report(hit_id, AssignmentId=assignment_id)
    named = {row.get("SubjectId") for level in LEVELS for row in one.results(level)}
    named |= {row.get("ObjectId") for level in LEVELS for row in one.actions(level)}
    expect(
        f"{OPERATION}.AssignmentId.filter",
        named == {assignment_id},
        where="AssignmentId of one of two assignments",
        expected=f"results and actions about {assignment_id} alone",
        actual=", ".join(sorted(map(str, named))) or "none",
    )
    expect.see(f"{OPERATION}.AssignmentId.schema", where="AssignmentId", actual=f"{described(whole)}; {described(one)}")


def _let_minutes_pass(clock: ClockDriver) -> None:
    """Move the endpoint's clock on by five minutes; where nobody can, look again at once."""
    try:
        clock.advance(300.0)
    except NotMeasured:
        return


@pytest.mark.verifies(f"{OPERATION}.dup-after-extend")
def test_compares_again_after_an_extension(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.both()
    reviewed.answered(hit_id)
    reviewed.compared(hit_id)
    reviewed.requester.must("ExtendHIT", {"HITId": hit_id, "MaxAssignmentsIncrement": 1})
    reviewed.answered(hit_id)
    report = reviewed.compared(hit_id, 2)
    names = ("SubjectId", "QuestionId", "Key")
    counted = Counter(tuple(row.get(name, "") for name in names) for row in report.results("HIT"))
    expect(
        f"{OPERATION}.dup-after-extend",
        2 in counted.values(),
        where="HITReviewReport after the HIT became Reviewable a second time",
        expected="a SubjectId, QuestionId and Key that come twice",
        actual=described(report),
    )


@pytest.mark.verifies(f"{OPERATION}.PageSize.default")
def test_has_pages_of_four_hundred(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    names = [f"q{number}" for number in range(210)]
    key = dict.fromkeys(names, "B")
    hit_id = reviewed.hit(assignment=known_answers(key), Question=form(names), MaxAssignments=2)
    for _ in range(2):
        reviewed.answered(hit_id, key)
    report = reviewed.settled(hit_id, lambda one: len(one.results("Assignment")) >= 400)
    rest = reviewed.report(hit_id, PageNumber=2)
    counts = [len(one.results("Assignment")) for one in (report, rest)]
    expect(
        f"{OPERATION}.PageSize.default",
        counts[0] == 400,
        where="without PageSize, of 422 results",
        expected="400 results on page 1",
        actual=f"{counts[0]}, and {counts[1]} on page 2",
    )


REJECTING = {"RejectIfKnownAnswerScoreIsLessThan": 50}
APPROVING = {"ApproveIfKnownAnswerScoreIsAtLeast": 50}


@pytest.mark.verifies("ReviewActionDetail.failed")
def test_tells_why_an_action_failed(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.hit(
        assignment=known_answers({"q1": "B"}, **REJECTING),
        hit=plurality(["q1"], ApproveIfWorkerAgreementScoreIsAtLeast=50),
    )
    reviewed.answered(hit_id, {"q1": "C"})
    report = reviewed.compared(hit_id)
    actions = [action for level in LEVELS for action in report.actions(level)]
    failed = [action for action in actions if action.get("Status", "").lower() == "failed"]
    others = [action for action in actions if action not in failed and action.get("ErrorCode")]
    codes = tuple(action.get("ErrorCode", "") for action in failed)
    expect(
        "ReviewActionDetail.failed",
        bool(failed) and all(codes) and not others,
        where="ReviewAction: an approval after a rejection",
        expected="failed, with an ErrorCode, and no other action with one",
        actual=repr(actions),
    )
    if any(codes):
        expect.code("ReviewActionDetail.failed", codes)


@pytest.mark.verifies("ReviewActionDetail.noop-succeeds")
def test_succeeds_where_nothing_is_left_to_do(given: Given, expect: Expect, clock: ClockDriver) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.hit(
        assignment=known_answers({"q1": "B"}, **APPROVING),
        hit=plurality(["q1"], ApproveIfWorkerAgreementScoreIsAtLeast=50),
        MaxAssignments=2,
    )
    work = reviewed.answered(hit_id)
    reviewed.scored(hit_id)
    before = reviewed.employer.status(work)
    _let_minutes_pass(clock)
    reviewed.answered(hit_id)
    report = reviewed.compared(hit_id)
    after = reviewed.employer.status(work)
    about = [
        action.get("Status", "").lower()
        for level in LEVELS
        for action in report.actions(level)
        if action.get("ObjectId") == work.assignment_id and "appro" in action.get("ActionName", "").lower()
    ]
    expect(
        "ReviewActionDetail.noop-succeeds",
        about == ["succeeded"] * 2 and before == after and before[0] == "Approved",
        where="ReviewAction: two approvals of one assignment",
        expected=f"both succeeded, and the ApprovalTime stays {before[1]}",
        actual=f"{', '.join(about) or 'none'}; {after[0]} {after[1]}",
    )


@pytest.mark.verifies("ReviewResultDetail.QuestionId.absent")
def test_names_questions_where_one_is_meant(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.hit(assignment=known_answers({"q1": "B"}))
    reviewed.answered(hit_id)
    report = reviewed.scored(hit_id)
    whole, parts = (report.results("Assignment", f"KnownAnswer{name}") for name in ("Score", "Correct"))
    expect(
        "ReviewResultDetail.QuestionId.absent",
        bool(whole and parts)
        and not any("QuestionId" in row for row in whole)
        and all(row.get("QuestionId") == "q1" for row in parts),
        where="ReviewResult",
        expected="no QuestionId beside KnownAnswerScore, q1 beside KnownAnswerCorrect",
        actual=repr([*whole, *parts]),
    )


@pytest.mark.verifies(f"{OPERATION}.NextToken.more")
def test_tells_the_rest_with_a_token(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.both()
    reviewed.answered(hit_id)
    whole = reviewed.compared(hit_id)
    parts = reviewed.report(hit_id, PageSize=1)
    came, wanted = (
        sorted(str(row) for level in LEVELS for row in (*one.results(level), *one.actions(level)))
        for one in (parts, whole)
    )
    tokens = [counter(reply, "NextToken") for reply in parts.pages[:-1]]
    expect(
        f"{OPERATION}.NextToken.more",
        came == wanted and len(parts.pages) > 1 and all(0 < len(token) <= 255 for token in tokens),
        where="the pages with PageSize=1",
        expected=f"several, with tokens of 1 to 255 characters, and together {described(whole)}",
        actual=f"{len(parts.pages)} with {described(parts)}, tokens of {[len(token) for token in tokens]} characters",
    )


@pytest.mark.verifies("ReviewActionDetail.target", "ReviewActionDetail.ErrorCode.only-failed")
def test_names_what_was_acted_upon(given: Given, expect: Expect) -> None:
    reviewed = Reviewed(given)
    hit_id = reviewed.hit(
        assignment=known_answers({"q1": "B"}, **REJECTING),
        hit=plurality(["q1"], ApproveIfWorkerAgreementScoreIsAtLeast=50),
    )
    work = reviewed.answered(hit_id, {"q1": "C"})
    report = reviewed.compared(hit_id)
    actions = [action for level in LEVELS for action in report.actions(level)]
    named = [action.get("ObjectId", "") for action in actions]
    expect(
        "ReviewActionDetail.target",
        bool(named) and set(named) <= {hit_id, work.assignment_id},
        where="TargetId of every action",
        expected=f"{hit_id} or {work.assignment_id}",
        actual=", ".join(named) or "no action",
    )
    for kind in sorted({action.get("ObjectType", "") for action in actions}):
        expect.see("ReviewActionDetail.target", where="TargetType", actual=repr(kind))
