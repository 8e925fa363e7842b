from typing import Any

import pytest

from conformance.wire.timestamps import format_timestamp

PREFIX = "AWS.MechanicalTurk."


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    assert {error.place for error in answer.errors} <= {"Request"}
    return [error.code.removeprefix(PREFIX) for error in answer.errors]


def listed(scene: Any, hit_id: str, **parameters: Any) -> list[dict[str, str]]:
    """Return the members of the assignments that GetAssignmentsForHIT lists."""
    answer = scene.call("GetAssignmentsForHIT", HITId=hit_id, **parameters)
    assert answer.accepted, answer.summary
    rows = answer.results[0].findall("Assignment")
    assert answer.text("NumResults") == str(len(rows))
    return [{node.tag: node.text or "" for node in row} for row in rows]


def ids(scene: Any, hit_id: str, **parameters: Any) -> list[str]:
    """Return the ids listed."""
    return [row["AssignmentId"] for row in listed(scene, hit_id, **parameters)]


def test_a_submission_is_listed_with_its_members(scene: Any, documents: Any) -> None:
    """Ids, times and the answer; what is not decided has no time of a decision."""
    hit_id, worker = scene.hit(AutoApprovalDelayInSeconds="7200"), scene.worker()
    accepted = scene.now
    assignment = scene.accept(worker, hit_id)
    assert listed(scene, hit_id) == []
    scene.now += 60
    assert scene.submit(worker, assignment)[1] == {"at": scene.now}
    assert listed(scene, hit_id) == [
        {
            "AssignmentId": assignment,
            "WorkerId": worker,
            "HITId": hit_id,
            "AssignmentStatus": "Submitted",
            "AutoApprovalTime": format_timestamp(scene.now + 7200),
            "AcceptTime": format_timestamp(accepted),
            "SubmitTime": format_timestamp(scene.now),
            "Answer": documents.answers(q="a"),
        }
    ]


def test_approval_pays_and_is_final(scene: Any) -> None:
    """The reward and its fee leave the balance once; neither a second approval nor a rejection is taken."""
    hit_id = scene.hit()
    assignment, _ = scene.submission(hit_id)
    scene.now += 60
    approved = scene.now
    assert scene.call("ApproveAssignment", AssignmentId=assignment).accepted
    scene.now += 60
    for operation in ("ApproveAssignment", "RejectAssignment"):
        answer = scene.call(operation, AssignmentId=assignment)
        assert codes(answer) == ["InvalidAssignmentState"]
        assert dict(answer.errors[0].data) == {
            "AssignmentId": assignment,
            "CurrentState": "Approved",
            "ExpectedStates": "Submitted",
        }
    (row,) = listed(scene, hit_id)
    assert row["ApprovalTime"] == format_timestamp(approved)
    assert "RejectionTime" not in row
    assert str(scene.balance()) == "9998.80"


def test_rejection_pays_nothing_and_is_final(scene: Any) -> None:
    """A rejected submission is not approved later, by nobody and by no time."""
    hit_id = scene.hit()
    assignment, _ = scene.submission(hit_id)
    assert scene.call("RejectAssignment", AssignmentId=assignment).accepted
    rejected = scene.now
    scene.now += 3_000_000
    assert codes(scene.call("ApproveAssignment", AssignmentId=assignment)) == ["InvalidAssignmentState"]
    (row,) = listed(scene, hit_id)
    assert (row["AssignmentStatus"], row["RejectionTime"]) == ("Rejected", format_timestamp(rejected))
    assert "ApprovalTime" not in row
    assert str(scene.balance()) == "10000.00"


def test_an_approval_that_cannot_be_paid_changes_nothing(scene: Any) -> None:
    """The submission waits, also past its time."""
    account = scene.open_account("1.20")
    hit_id = scene.hit(by=account)
    assignment, worker = scene.submission(hit_id)
    assert scene.bonus(assignment, worker, "0.01", by=account).accepted
    assert codes(scene.call("ApproveAssignment", by=account, AssignmentId=assignment)) == ["InsufficientFunds"]
    scene.now += 3_000_000
    answer = scene.call("GetAssignmentsForHIT", by=account, HITId=hit_id)
    assert answer.text("Assignment/AssignmentStatus") == "Submitted"
    assert str(scene.balance(account)) == "1.18"


@pytest.mark.parametrize("delay", [0, 3600])
def test_time_approves(scene: Any, delay: int) -> None:
    """At the end of the delay, not before, a submission is approved as of that time, and paid."""
    hit_id = scene.hit(AutoApprovalDelayInSeconds=str(delay))
    assignment, worker = scene.submission(hit_id)
    due = scene.now + delay
    if delay:
        scene.now = due - 1
        assert listed(scene, hit_id)[0]["AssignmentStatus"] == "Submitted"
        scene.now = due + 5000
    (row,) = listed(scene, hit_id)
    assert (row["AssignmentStatus"], row["ApprovalTime"]) == ("Approved", format_timestamp(due))
    assert codes(scene.call("RejectAssignment", AssignmentId=assignment)) == ["InvalidAssignmentState"]
    assert str(scene.balance()) == "9998.80"
    assert scene.messages(worker) == []


@pytest.mark.parametrize(
    ("operation", "decided"), [("ApproveAssignment", "Approved"), ("RejectAssignment", "Rejected")]
)
def test_feedback_is_kept_and_told(scene: Any, operation: str, decided: str) -> None:
    """The Worker reads it; the Requester too, in the group of its own; without it nothing is told."""
    hit_id, feedback = scene.hit(MaxAssignments="2"), "zu spät <b>&amp;\n  "
    (told, worker), (silent, other) = scene.submission(hit_id), scene.submission(hit_id)
    scene.call(operation, AssignmentId=told, RequesterFeedback=feedback)
    scene.call(operation, AssignmentId=silent)
    (mail,) = scene.messages(worker)
    assert feedback in mail["text"]
    assert decided.lower() in mail["subject"]
    assert scene.messages(other) == []
    rows = {row["AssignmentId"]: row for row in listed(scene, hit_id, ResponseGroup=["Minimal", "AssignmentFeedback"])}
    assert rows[told]["RequesterFeedback"] == feedback
    assert "RequesterFeedback" not in rows[silent]
    assert all("RequesterFeedback" not in row for row in listed(scene, hit_id))
    alone = listed(scene, hit_id, ResponseGroup="AssignmentFeedback")
    assert sorted(map(tuple, alone)) == [(), ("RequesterFeedback",)]


def test_feedback_is_limited(scene: Any) -> None:
    """To 1024 characters, whatever their bytes."""
    assignment, _ = scene.submission(scene.hit())
    long = scene.call("ApproveAssignment", AssignmentId=assignment, RequesterFeedback="é" * 1025)
    assert codes(long) == ["InvalidParameterValue"]
    assert scene.call("ApproveAssignment", AssignmentId=assignment, RequesterFeedback="é" * 1024).accepted


def test_statuses_narrow_the_list(scene: Any) -> None:
    """One, several, or several joined by commas; another value is refused."""
    hit_id = scene.hit(MaxAssignments="3")
    submitted, approved, rejected = (scene.submission(hit_id)[0] for _ in range(3))
    scene.call("ApproveAssignment", AssignmentId=approved)
    scene.call("RejectAssignment", AssignmentId=rejected)
    assert set(ids(scene, hit_id)) == {submitted, approved, rejected}
    assert ids(scene, hit_id, AssignmentStatus="Submitted") == [submitted]
    for both in (["Approved", "Rejected"], "Approved,Rejected", "Approved, Rejected", ["Approved,Rejected"]):
        assert set(ids(scene, hit_id, AssignmentStatus=both)) == {approved, rejected}
    for wrong in ("Pending", "Approved,", "Approved,Pending"):
        answer = scene.call("GetAssignmentsForHIT", HITId=hit_id, AssignmentStatus=wrong)
        assert codes(answer) == ["AWS.InvalidEnumeratedParameter"]


def test_the_list_is_sorted_and_paged(scene: Any, documents: Any) -> None:
    """By the time of submission unless asked otherwise, ten a page."""
    hit_id = scene.hit(MaxAssignments="12")
    held = []
    for _ in range(12):
        worker = scene.worker()
        held.append((worker, scene.accept(worker, hit_id)))
        scene.now += 2
    for number, (worker, assignment) in enumerate(reversed(held)):
        scene.submit(worker, assignment, documents.answers(q="abcdefghijkl"[(number * 5) % 12]))
        scene.now += 2
    by_submit = [assignment for _, assignment in reversed(held)]
    assert ids(scene, hit_id) == by_submit[:10]
    assert ids(scene, hit_id, PageNumber="2") == by_submit[10:]
    assert ids(scene, hit_id, PageNumber="99") == []
    whole = {"PageSize": "100"}
    assert ids(scene, hit_id, SortProperty="AcceptTime", **whole) == by_submit[::-1]
    assert ids(scene, hit_id, SortDirection="Descending", **whole) == by_submit[::-1]
    assert len(set(ids(scene, hit_id, SortProperty="Answer", **whole))) == 12
    found = [row["Answer"] for row in listed(scene, hit_id, SortProperty="Answer", **whole)]
    assert found == sorted(found)
    scene.call("ApproveAssignment", AssignmentId=by_submit[5])
    assert ids(scene, hit_id, SortProperty="AssignmentStatus", **whole)[0] == by_submit[5]
    assert codes(scene.call("GetAssignmentsForHIT", HITId=hit_id, PageSize="101")) == ["AWS.ParameterOutOfRange"]


def test_assignments_are_for_the_owner_of_the_hit(scene: Any, other: Any) -> None:
    """For everyone else there are none; what was not handed in is not decided."""
    hit_id = scene.hit(MaxAssignments="2")
    assignment, _ = scene.submission(hit_id)
    for operation in ("ApproveAssignment", "RejectAssignment"):
        assert codes(scene.call(operation, by=other, AssignmentId=assignment)) == ["AssignmentDoesNotExist"]
        assert codes(scene.call(operation, AssignmentId="ZZZ")) == ["AssignmentDoesNotExist"]
        held = scene.accept(scene.worker(), scene.hit())
        assert codes(scene.call(operation, AssignmentId=held)) == ["InvalidAssignmentState"]
    assert codes(scene.call("GetAssignmentsForHIT", by=other, HITId=hit_id)) == ["HITDoesNotExist"]
