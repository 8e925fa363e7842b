"""boto3 has work done and pays for it at the embedded endpoint."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

pytest.importorskip("boto3")

if TYPE_CHECKING:
    from tests.clients.conftest import Relay

DATA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01"
FILE_FORM = (
    f'<QuestionForm xmlns="{DATA}/QuestionForm.xsd"><Question><QuestionIdentifier>f1</QuestionIdentifier>'
    "<QuestionContent><Text>Which file?</Text></QuestionContent><AnswerSpecification><FileUploadAnswer>"
    "<MaxFileSizeInBytes>1000</MaxFileSizeInBytes><MinFileSizeInBytes>1</MinFileSizeInBytes></FileUploadAnswer>"
    "</AnswerSpecification></Question></QuestionForm>"
)


def made(mturk: Any, question: str, **more: Any) -> str:
    """Return the id of a new HIT of 50 cents."""
    call = {"Title": "t", "Description": "d", "Reward": "0.50", "AssignmentDurationInSeconds": 600}
    return str(mturk.create_hit(**call | more, LifetimeInSeconds=3600, Question=question)["HIT"]["HITId"])


def balance(mturk: Any) -> Decimal:
    """Return what the Requester may spend."""
    return Decimal(mturk.get_account_balance()["AvailableBalance"])


def test_boto3_pays_for_work(mturk: Any, relay: Relay) -> None:
    """It lists what Workers handed in, approves and rejects; the balance follows."""
    before = balance(mturk)
    hit_id = made(mturk, relay.form, MaxAssignments=2)
    (worker, paid), (_, unpaid) = (relay.handed_in(hit_id) for _ in range(2))
    listed = mturk.list_assignments_for_hit(HITId=hit_id, AssignmentStatuses=["Submitted"])
    assert listed["NumResults"] == 2
    assert {one["AssignmentId"] for one in listed["Assignments"]} == {paid, unpaid}
    for one in listed["Assignments"]:
        assert "a &lt; b &amp; ü" in one["Answer"]
        assert one["AutoApprovalTime"] - one["SubmitTime"] == timedelta(days=30)
        assert one["AcceptTime"] <= one["SubmitTime"]
    mturk.approve_assignment(AssignmentId=paid, RequesterFeedback="danke schön & <more>")
    mturk.reject_assignment(AssignmentId=unpaid, RequesterFeedback="leider nicht")
    assert before - balance(mturk) == Decimal("0.60")  # with a fee of 20 percent
    read = mturk.get_assignment(AssignmentId=paid)
    assert read["HIT"]["HITId"] == hit_id
    assert read["Assignment"]["WorkerId"] == worker
    assert read["Assignment"]["RequesterFeedback"] == "danke schön & <more>"
    assert isinstance(read["Assignment"]["ApprovalTime"], datetime)
    statuses = {
        one["AssignmentId"]: one["AssignmentStatus"]
        for one in mturk.list_assignments_for_hit(HITId=hit_id)["Assignments"]
    }
    assert statuses == {paid: "Approved", unpaid: "Rejected"}
    hit = mturk.get_hit(HITId=hit_id)["HIT"]
    counted = [hit[f"NumberOfAssignments{name}"] for name in ("Pending", "Available", "Completed")]
    assert (hit["HITStatus"], counted) == ("Reviewable", [0, 0, 2])


def test_boto3_changes_its_mind(mturk: Any, relay: Relay) -> None:
    """A rejected assignment is approved after all, but only if that is said."""
    _, assignment_id = relay.handed_in(made(mturk, relay.form))
    mturk.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="leider nicht")
    with pytest.raises(mturk.exceptions.RequestError) as refused:
        mturk.approve_assignment(AssignmentId=assignment_id)
    assert refused.value.response["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"
    mturk.approve_assignment(AssignmentId=assignment_id, RequesterFeedback="doch", OverrideRejection=True)
    read = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert (read["AssignmentStatus"], read["RequesterFeedback"]) == ("Approved", "doch")


def test_boto3_pays_bonuses(mturk: Any, relay: Relay) -> None:
    """Once for each token; they are listed by HIT and by assignment."""
    hit_id = made(mturk, relay.form, MaxAssignments=2)
    work = [relay.handed_in(hit_id) for _ in range(2)]
    before = balance(mturk)
    for worker, assignment_id in work:
        bonus = {"WorkerId": worker, "AssignmentId": assignment_id, "BonusAmount": "1.25", "Reason": "für 6 < 7 & mehr"}
        mturk.send_bonus(**bonus, UniqueRequestToken=assignment_id)
        with pytest.raises(mturk.exceptions.RequestError):
            mturk.send_bonus(**bonus, UniqueRequestToken=assignment_id)
    assert before - balance(mturk) == Decimal("3.00")
    listed = mturk.list_bonus_payments(HITId=hit_id)
    assert listed["NumResults"] == 2
    assert {(one["WorkerId"], one["AssignmentId"]) for one in listed["BonusPayments"]} == set(work)
    assert {(one["BonusAmount"], one["Reason"]) for one in listed["BonusPayments"]} == {("1.25", "für 6 < 7 & mehr")}
    assert all(isinstance(one["GrantTime"], datetime) for one in listed["BonusPayments"])
    (one,) = mturk.list_bonus_payments(AssignmentId=work[0][1])["BonusPayments"]
    assert (one["WorkerId"], one["AssignmentId"]) == work[0]


def test_boto3_fetches_a_file(mturk: Any, relay: Relay) -> None:
    """The address that it is given has the very content."""
    hit_id = made(mturk, FILE_FORM)
    worker = relay.workers.new_worker()
    assignment_id = relay.workers.accept_assignment(worker, hit_id).assignment_id
    relay.workers.upload_file(worker, assignment_id, "f1", "what it holds: ü")
    relay.workers.submit_assignment(
        worker, assignment_id, relay.answers.replace("q1", "f0").replace("a &lt; b &amp; ü", "")
    )
    url = mturk.get_file_upload_url(AssignmentId=assignment_id, QuestionIdentifier="f1")["FileUploadURL"]
    with urlopen(url) as file:
        assert file.read().decode() == "what it holds: ü"


def test_boto3_speaks_to_workers_and_of_them(mturk: Any, relay: Relay) -> None:
    """It notifies those it knows and is told of those it does not; it blocks, lists blocks and unblocks."""
    worker, assignment_id = relay.handed_in(made(mturk, relay.form))
    mturk.approve_assignment(AssignmentId=assignment_id)
    stranger = relay.workers.new_worker()
    told = mturk.notify_workers(Subject="ein Gruß", MessageText="1 < 2 & 'ü'", WorkerIds=[worker, stranger])
    (failure,) = told["NotifyWorkersFailureStatuses"]
    assert (failure["WorkerId"], failure["NotifyWorkersFailureCode"]) == (stranger, "HardFailure")
    (mail,) = relay.workers.read_messages(worker)
    assert (mail.subject, "1 < 2 & 'ü'" in mail.text) == ("ein Gruß", True)
    assert mturk.notify_workers(Subject="s", MessageText="m", WorkerIds=[worker])["NotifyWorkersFailureStatuses"] == []
    mturk.create_worker_block(WorkerId=worker, Reason="a reason & more")
    (block,) = mturk.list_worker_blocks()["WorkerBlocks"]
    assert block == {"WorkerId": worker, "Reason": "a reason & more"}
    mturk.delete_worker_block(WorkerId=worker, Reason="forgiven")
    assert mturk.list_worker_blocks()["WorkerBlocks"] == []
