"""Review policies of HITs: what is taken, applied and reported."""

from typing import Any

import pytest
from lxml import etree

from conformance.reference.review_policies import KNOWN_ANSWERS, PLURALITY

OPERATION = "GetReviewResultsForHIT"


def policy(name: str, key: dict[str, str] | None = None, **texts: str) -> dict[str, Any]:
    """Return a policy as a call has it."""
    entries = [{"Key": [name], "Value": [value]} for name, value in (key or {}).items()]
    parameters: list[dict[str, Any]] = [{"Key": ["AnswerKey"], "MapEntry": entries}] if key else []
    parameters += [{"Key": [one], "Value": [text]} for one, text in texts.items()]
    return {"PolicyName": [name], "Parameter": parameters}


def known(**texts: str) -> dict[str, Any]:
    """Return a policy of one known answer: the one that Workers give in `reviewed`."""
    return policy(KNOWN_ANSWERS, {"q1": "B"}, **texts)


def agreeing(**texts: str) -> dict[str, Any]:
    """Return a policy about one question."""
    return policy(PLURALITY, QuestionIds="q1", QuestionAgreementThreshold="50", **texts)


def submit(scene: Any, hit_id: str, text: str) -> str:
    """Have a new Worker answer a HIT; return the assignment."""
    worker = scene.worker()
    assignment: str = scene.accept(worker, hit_id)
    status, _ = scene.submit(worker, assignment, answer=answers(text))
    assert status == 201
    return assignment


def answers(text: str) -> str:
    """Return answers to the question q1."""
    namespace = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
    return (
        f'<QuestionFormAnswers xmlns="{namespace}"><Answer><QuestionIdentifier>q1</QuestionIdentifier>'
        f"<FreeText>{text}</FreeText></Answer></QuestionFormAnswers>"
    )


def keys(scene: Any, hit_id: str, level: str, **values: str) -> list[tuple[str | None, str | None]]:
    """Return Key and Value of the results of a level."""
    answer = scene.call(OPERATION, HITId=hit_id, **values)
    assert answer.accepted, answer.summary
    rows = answer.results[0].iterfind(f"{level}ReviewReport/ReviewResult")
    return [(row.findtext("Key"), row.findtext("Value")) for row in rows]


def actions(scene: Any, hit_id: str) -> list[tuple[str | None, ...]]:
    """Return what was done, and how it ended."""
    result = scene.call(OPERATION, HITId=hit_id).results[0]
    return [
        tuple(row.findtext(name) for name in ("ActionName", "Status", "ErrorCode"))
        for row in result.iterfind(".//ReviewAction")
    ]


def test_known_answers_are_scored_once_and_survive_a_restart(scene: Any) -> None:
    """The report is the same however often it is read."""
    hit_id = scene.hit(AssignmentReviewPolicy=known(), MaxAssignments="2")
    submit(scene, hit_id, "B")
    first = keys(scene, hit_id, "Assignment")
    assert first == [("KnownAnswerCorrect", "1"), ("KnownAnswerScore", "100")]
    scene.endpoint.restart()
    assert keys(scene, hit_id, "Assignment") == first
    assert keys(scene, hit_id, "HIT") == []


def test_an_approval_of_what_was_rejected_fails(scene: Any) -> None:
    """The action says why; the assignment stays rejected."""
    hit_id = scene.hit(
        AssignmentReviewPolicy=known(RejectIfKnownAnswerScoreIsLessThan="50"),
        HITReviewPolicy=agreeing(ApproveIfWorkerAgreementScoreIsAtLeast="50"),
    )
    assignment = submit(scene, hit_id, "C")
    assert scene.endpoint.store.assignments[assignment].state == "Rejected"
    assert actions(scene, hit_id)[-1] == ("approve", "Failed", "AWS.MechanicalTurk.InvalidAssignmentState")


def test_an_approval_that_cannot_be_paid_fails(scene: Any) -> None:
    """The submission waits for a decision."""
    hit_id = scene.hit(AssignmentReviewPolicy=known(ApproveIfKnownAnswerScoreIsAtLeast="50"))
    store = scene.endpoint.store
    store.charge("OWNER", store.requesters["OWNER"].balance, 0)
    assignment = submit(scene, hit_id, "B")
    assert store.assignments[assignment].state == "Submitted"
    assert actions(scene, hit_id)[-1] == ("approve", "Failed", "AWS.MechanicalTurk.InsufficientFunds")


def test_answers_are_compared_each_time_the_hit_becomes_reviewable(scene: Any) -> None:
    """An extension lets a HIT become Reviewable again."""
    rules = {"ExtendIfHITAgreementScoreIsLessThan": "80", "ExtendMaximumAssignments": "3"}
    hit_id = scene.hit(
        HITReviewPolicy=agreeing(**rules, ExtendMinimumTimeInSeconds="3600"),
        MaxAssignments="2",
    )
    for text in ("B", "C", "D"):
        submit(scene, hit_id, text)
    assert [value for key, value in keys(scene, hit_id, "HIT") if key == "HitAgreementScore"] == ["0", "0"]
    assert scene.endpoint.store.hits[hit_id].max_assignments == 3


@pytest.mark.parametrize(
    "given",
    [
        {"AssignmentReviewPolicy": policy("Foo", {"q1": "B"})},
        {"AssignmentReviewPolicy": policy(KNOWN_ANSWERS)},
        {"AssignmentReviewPolicy": known(Foo="1")},
        {"AssignmentReviewPolicy": known(ExtendMaximumAssignments="26")},
        {"AssignmentReviewPolicy": known(ApproveIfKnownAnswerScoreIsAtLeast="many")},
        {"HITReviewPolicy": policy(PLURALITY, QuestionIds="q1")},
        {"HITReviewPolicy": agreeing(ExtendIfHITAgreementScoreIsLessThan="50")},
    ],
)
def test_a_faulty_policy_is_refused(scene: Any, given: dict[str, Any]) -> None:
    """No HIT is made."""
    scene.hit()
    before = len(scene.endpoint.store.hits)
    kind = next(iter(scene.endpoint.store.hit_types))
    hit = next(iter(scene.endpoint.store.hits.values()))
    values = {"HITTypeId": kind, "Question": hit.question, "LifetimeInSeconds": "60", **given}
    assert scene.call("CreateHIT", **values).errors
    assert len(scene.endpoint.store.hits) == before


def test_another_requester_sees_no_report(scene: Any, other: Any) -> None:
    """It is as if there were no such HIT."""
    hit_id = scene.hit(AssignmentReviewPolicy=known())
    assert [error.code for error in scene.call(OPERATION, by=other, HITId=hit_id).errors] == [
        "AWS.MechanicalTurk.HITDoesNotExist"
    ]


def test_today_a_report_comes_in_pages_without_counts(scene: Any) -> None:
    """A token goes on through the results and the actions of both levels at once; flags are booleans."""
    hit_id = scene.hit(
        AssignmentReviewPolicy=known(ApproveIfKnownAnswerScoreIsAtLeast="50"), HITReviewPolicy=agreeing()
    )
    submit(scene, hit_id, "B")
    whole = scene.today(OPERATION, HITId=hit_id, PageSize="100").results[0]
    assert whole.find("NextToken") is None
    assert {one.tag for report in whole if report.tag.endswith("Report") for one in report} == {
        "ReviewResult",
        "ReviewAction",
    }
    rows, asked = [], {"HITId": hit_id, "PageSize": "1"}
    while True:
        page = scene.today(OPERATION, **asked)
        rows += [etree.tostring(row) for row in page.results[0].iterfind("*/*") if row.tag.startswith("Review")]
        if page.text("NextToken") is None:
            break
        asked["NextToken"] = page.text("NextToken")
    assert sorted(rows) == sorted(etree.tostring(row) for row in whole.iterfind("*/*") if row.tag.startswith("Review"))
    without = scene.today(OPERATION, HITId=hit_id, RetrieveActions="false").results[0]
    assert without.find(".//ReviewResult") is not None
    assert without.find(".//ReviewAction") is None
    assert scene.today(OPERATION, HITId=hit_id, PageSize="101").refused
