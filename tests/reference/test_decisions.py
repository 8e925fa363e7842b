"""GetAssignment and ApproveRejectedAssignment."""

from typing import Any

import pytest

from conformance.wire.timestamps import format_timestamp

DAY = 24 * 3600


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    return [error.code.removeprefix("AWS.MechanicalTurk.") for error in answer.errors]


def member(scene: Any, assignment: str, name: str, **parameters: Any) -> str | None:
    """Return a member of what GetAssignment shows."""
    answer = scene.call("GetAssignment", AssignmentId=assignment, **parameters)
    assert answer.accepted, answer.summary
    text: str | None = answer.text(name)
    return text


def rejected(scene: Any, **parameters: Any) -> tuple[str, str, str]:
    """Return the ids of a rejected assignment, its Worker and its HIT."""
    hit_id = scene.hit(**parameters)
    assignment, worker = scene.submission(hit_id)
    assert scene.call("RejectAssignment", AssignmentId=assignment, RequesterFeedback="no").accepted
    return assignment, worker, hit_id


def test_one_submission_is_shown_with_its_hit(scene: Any) -> None:
    """By default its own members and the ids of the HIT; the groups add to both."""
    assignment, _, hit_id = scene.approved(Title="a title")
    assert member(scene, assignment, "Assignment/AssignmentId") == assignment
    assert member(scene, assignment, "Assignment/AssignmentStatus") == "Approved"
    assert member(scene, assignment, "HIT/HITId") == hit_id
    assert member(scene, assignment, "HIT/Title") is None
    groups = ["Minimal", "HITDetail", "HITQuestion"]
    assert member(scene, assignment, "HIT/Title", ResponseGroup=groups) == "a title"
    assert "<QuestionForm" in (member(scene, assignment, "HIT/Question", ResponseGroup=groups) or "")
    assert codes(scene.call("GetAssignment", AssignmentId=assignment, ResponseGroup="HITAssignmentSummary"))


def test_what_is_not_handed_in_is_not_shown(scene: Any, other: Any) -> None:
    """Nor what belongs to somebody else, nor what is gone with its HIT."""
    hit_id = scene.hit()
    accepted = scene.accept(scene.worker(), hit_id)
    assert codes(scene.call("GetAssignment", AssignmentId=accepted)) == ["InvalidAssignmentState"]
    assignment, _, hit_id = scene.approved()
    assert codes(scene.call("GetAssignment", by=other, AssignmentId=assignment)) == ["AssignmentDoesNotExist"]
    assert scene.call("DisposeHIT", HITId=hit_id).accepted
    assert codes(scene.call("GetAssignment", AssignmentId=assignment)) == ["InvalidHITState"]


def test_a_rejection_is_taken_back_and_paid(scene: Any) -> None:
    """Once; what was said of the rejection stays unless something else is said."""
    assignment, worker, _ = rejected(scene)
    before = scene.balance()
    scene.now += 60
    call = {"AssignmentId": assignment}
    assert scene.call("ApproveRejectedAssignment", **call, RequesterFeedback="yes").accepted
    assert str(before - scene.balance()) == "1.20"
    assert member(scene, assignment, "Assignment/ApprovalTime") == format_timestamp(scene.now)
    assert member(scene, assignment, "Assignment/RejectionTime") is None
    groups = ["Minimal", "AssignmentFeedback"]
    assert member(scene, assignment, "Assignment/RequesterFeedback", ResponseGroup=groups) == "yes"
    assert len(scene.messages(worker)) == 2
    assert codes(scene.call("ApproveRejectedAssignment", **call)) == ["InvalidAssignmentState"]
    kept, _, _ = rejected(scene)
    assert scene.call("ApproveRejectedAssignment", AssignmentId=kept).accepted
    assert member(scene, kept, "Assignment/RequesterFeedback", ResponseGroup=groups) == "no"


@pytest.mark.parametrize(("days", "taken"), [(29, True), (30, True), (31, False)])
def test_a_rejection_is_final_after_thirty_days(scene: Any, days: int, taken: bool) -> None:
    """Counted from the submission."""
    assignment, _, _ = rejected(scene)
    scene.now += days * DAY
    assert scene.call("ApproveRejectedAssignment", AssignmentId=assignment).accepted is taken


def test_only_rejected_work_of_kept_hits_is_approved_after_all(scene: Any, other: Any) -> None:
    """Not what waits, not what another Requester owns, not what cannot be paid."""
    waiting, _ = scene.submission(scene.hit())
    assert codes(scene.call("ApproveRejectedAssignment", AssignmentId=waiting)) == ["InvalidAssignmentState"]
    assignment, _, hit_id = rejected(scene)
    call = {"AssignmentId": assignment}
    assert codes(scene.call("ApproveRejectedAssignment", by=other, **call)) == ["AssignmentDoesNotExist"]
    assert scene.call("DisposeHIT", HITId=hit_id).accepted
    assert codes(scene.call("ApproveRejectedAssignment", **call)) == ["InvalidHITState"]
