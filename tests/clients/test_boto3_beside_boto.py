"""boto 2.49 by Query and boto3 by JSON at one endpoint: one store, and both read the same."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("boto3")
if sys.version_info >= (3, 12):
    pytest.skip("boto 2.49 cannot be imported by Python 3.12", allow_module_level=True)

from boto.mturk.connection import BaseAutoResultElement
from boto.mturk.price import Price

if TYPE_CHECKING:
    from tests.clients.conftest import Driven, Relay

COMMON = ("HITId", "HITTypeId", "HITStatus", "HITReviewStatus", "Title", "Description", "Keywords", "MaxAssignments")
COUNTS = ("NumberOfAssignmentsPending", "NumberOfAssignmentsAvailable", "NumberOfAssignmentsCompleted")


def moment(text: str) -> datetime:
    """Return the moment that boto has as a text."""
    return datetime.fromisoformat(text)


def agree(driven: Driven, mturk: Any, hit_id: str) -> None:
    """Check that both read the same of a HIT."""
    (older,) = driven.boto.get_hit(hit_id, ["Minimal", "HITDetail", "HITQuestion", "HITAssignmentSummary"])
    newer = mturk.get_hit(HITId=hit_id)["HIT"]
    for name in (*COMMON, *COUNTS, "AutoApprovalDelayInSeconds", "AssignmentDurationInSeconds"):
        assert str(newer[name]) == getattr(older, name), name
    assert older.Question == newer["Question"]
    assert (older.Amount, older.CurrencyCode) == (newer["Reward"], "USD")
    assert (moment(older.CreationTime), moment(older.Expiration)) == (newer["CreationTime"], newer["Expiration"])


def test_a_hit_of_boto_is_read_by_boto3(driven: Driven, mturk: Any, relay: Relay) -> None:
    """And its assignments, which boto3 approves and boto reads."""
    (made,) = driven.boto.create_hit(
        question=driven.form, title="Ünique & <title>", description="d", reward=0.5, keywords=["a", "b ü"],
        max_assignments=2, lifetime=timedelta(days=1), duration=600,
    )  # fmt: skip
    agree(driven, mturk, made.HITId)
    assert [one["HITId"] for one in mturk.list_hits()["HITs"]] == [made.HITId]
    worker, assignment_id = relay.handed_in(made.HITId)
    (older,) = driven.boto.get_assignments(made.HITId)
    (newer,) = mturk.list_assignments_for_hit(HITId=made.HITId)["Assignments"]
    assert (older.AssignmentId, older.WorkerId) == (newer["AssignmentId"], newer["WorkerId"]) == (assignment_id, worker)
    assert older.answers[0][0].fields == ["a < b & ü"]
    assert newer["Answer"] == relay.answers
    assert moment(older.SubmitTime) == newer["SubmitTime"]
    mturk.approve_assignment(AssignmentId=assignment_id, RequesterFeedback="danke")
    approved, _ = driven.boto.get_assignment(assignment_id, response_groups=["Minimal", "AssignmentFeedback"])
    assert (approved.AssignmentStatus, approved.RequesterFeedback) == ("Approved", "danke")
    agree(driven, mturk, made.HITId)


def test_a_hit_of_boto3_is_read_by_boto(driven: Driven, mturk: Any, relay: Relay) -> None:
    """What one changes the other reads; the type is the same where the properties are."""
    hit_id = mturk.create_hit(
        Title="Ünique & <title>", Description="d", Reward="0.50", Keywords="a, b ü", MaxAssignments=2,
        AssignmentDurationInSeconds=600, LifetimeInSeconds=86_400, Question=relay.form,
    )["HIT"]["HITId"]  # fmt: skip
    agree(driven, mturk, hit_id)
    driven.boto.extend_hit(hit_id, assignments_increment=3)
    agree(driven, mturk, hit_id)
    _, assignment_id = relay.handed_in(hit_id)
    driven.boto.reject_assignment(assignment_id, "leider nicht")
    read = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert (read["AssignmentStatus"], read["RequesterFeedback"]) == ("Rejected", "leider nicht")
    mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=datetime(1970, 1, 1, tzinfo=UTC))
    agree(driven, mturk, hit_id)
    assert [hit.HITId for hit in driven.boto.get_reviewable_hits()] == [hit_id]
    driven.boto.set_reviewing(hit_id)
    assert [one["HITId"] for one in mturk.list_reviewable_hits(Status="Reviewing")["HITs"]] == [hit_id]
    (kind,) = driven.boto.register_hit_type(
        "Ünique & <title>", "d", Price(0.5), timedelta(minutes=10), ["a", "b ü"], timedelta(days=30)
    )
    assert kind.HITTypeId == mturk.get_hit(HITId=hit_id)["HIT"]["HITTypeId"]


def test_both_pay_from_one_balance(driven: Driven, mturk: Any, relay: Relay) -> None:
    """Bonuses of either are listed by both, in one order."""
    (hit,) = driven.boto.create_hit(driven.registered("one"), driven.form, max_assignments=2)
    (first, one), (second, two) = (relay.handed_in(hit.HITId) for _ in range(2))
    driven.boto.grant_bonus(first, one, Price(1.25), "older")
    mturk.send_bonus(WorkerId=second, AssignmentId=two, BonusAmount="2.00", Reason="newer")
    assert driven.balance() == float(mturk.get_account_balance()["AvailableBalance"]) == 10_000 - 1.5 - 2.4
    markers = [("BonusPayment", BaseAutoResultElement)]
    older = driven.boto._process_request("GetBonusPayments", {"HITId": hit.HITId}, markers)
    newer = mturk.list_bonus_payments(HITId=hit.HITId)["BonusPayments"]
    assert [(bonus.WorkerId, bonus.AssignmentId, bonus.Amount, bonus.Reason) for bonus in older] == [
        (bonus["WorkerId"], bonus["AssignmentId"], bonus["BonusAmount"], bonus["Reason"]) for bonus in newer
    ]
    assert {bonus["Reason"] for bonus in newer} == {"older", "newer"}
    assert [moment(bonus.GrantTime) for bonus in older] == [bonus["GrantTime"] for bonus in newer]


def test_both_know_who_is_qualified(driven: Driven, mturk: Any, relay: Relay) -> None:
    """A type of either, a Qualification granted by one and revoked by the other; a Worker blocked by boto."""
    (made,) = driven.boto.create_qualification_type("Ünique & <name>", "d", "Active", keywords=["a"])
    type_id = made.QualificationTypeId
    read = mturk.get_qualification_type(QualificationTypeId=type_id)["QualificationType"]
    assert (read["Name"], read["Keywords"], read["QualificationTypeStatus"]) == ("Ünique & <name>", "a", "Active")
    assert read["CreationTime"] == moment(made.CreationTime)
    first, second = (relay.workers.new_worker() for _ in range(2))
    relay.workers.request_qualification(first, type_id)
    (request,) = driven.boto.get_qualification_requests(type_id, sort_by="SubmitTime")
    (newer,) = mturk.list_qualification_requests(QualificationTypeId=type_id)["QualificationRequests"]
    assert (request.QualificationRequestId, request.SubjectId) == (newer["QualificationRequestId"], newer["WorkerId"])
    mturk.accept_qualification_request(QualificationRequestId=request.QualificationRequestId, IntegerValue=42)
    driven.boto.assign_qualification(type_id, second, value=7)
    (score,) = driven.boto.get_qualification_score(type_id, first)
    assert score.IntegerValue == "42"
    held = mturk.list_workers_with_qualification_type(QualificationTypeId=type_id)["Qualifications"]
    assert {one["WorkerId"]: one["IntegerValue"] for one in held} == {first: 42, second: 7}
    driven.boto.revoke_qualification(second, type_id, "r")
    left = mturk.list_workers_with_qualification_type(QualificationTypeId=type_id, Status="Granted")["Qualifications"]
    assert [one["WorkerId"] for one in left] == [first]
    driven.boto.block_worker(first, "a reason")
    assert mturk.list_worker_blocks()["WorkerBlocks"] == [{"WorkerId": first, "Reason": "a reason"}]
