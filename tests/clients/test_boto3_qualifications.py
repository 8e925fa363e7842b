"""boto3 makes Qualification types at the embedded endpoint and decides who holds one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("boto3")

if TYPE_CHECKING:
    from tests.clients.conftest import Relay

ANSWER_KEY = (
    '<AnswerKey xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd">'
    "<Question><QuestionIdentifier>q1</QuestionIdentifier><AnswerOption><SelectionIdentifier>s</SelectionIdentifier>"
    "<AnswerScore>1</AnswerScore></AnswerOption></Question></AnswerKey>"
)


def made(mturk: Any, name: str, **more: Any) -> str:
    """Return the id of a new active type."""
    call = {"Name": name, "Description": "what it is; 100 % + more", "QualificationTypeStatus": "Active"}
    return str(mturk.create_qualification_type(**call | more)["QualificationType"]["QualificationTypeId"])


def test_boto3_describes_a_type_and_reads_it_again(mturk: Any, relay: Relay) -> None:
    """What is read is what was said; what is changed is changed, and nothing else."""
    type_id = made(mturk, "Ünique & <name>", Keywords="a, b ü", Test=relay.form, TestDurationInSeconds=60)
    read = mturk.get_qualification_type(QualificationTypeId=type_id)["QualificationType"]
    assert (read["Name"], read["Description"], read["Keywords"]) == (
        "Ünique & <name>",
        "what it is; 100 % + more",
        "a, b ü",
    )
    assert (read["Test"], read["TestDurationInSeconds"]) == (relay.form, 60)
    assert isinstance(read["CreationTime"], datetime)
    assert (read["QualificationTypeStatus"], read["IsRequestable"], read["AutoGranted"]) == ("Active", True, False)
    changed = mturk.update_qualification_type(QualificationTypeId=type_id, Description="new", RetryDelayInSeconds=0)
    assert changed["QualificationType"] == read | {"Description": "new", "RetryDelayInSeconds": 0}
    again = mturk.get_qualification_type(QualificationTypeId=type_id)["QualificationType"]
    assert again == changed["QualificationType"]


def test_boto3_decides_on_requests(mturk: Any, relay: Relay) -> None:
    """It lists what waits with the answers to the test, accepts one with a score and rejects the other."""
    type_id = made(mturk, "tested", Test=relay.form, TestDurationInSeconds=60)
    workers = [relay.workers.new_worker() for _ in range(2)]
    for worker in workers:
        assert relay.workers.request_qualification(worker, type_id).state == "test"
        relay.workers.submit_test(worker, type_id, relay.answers)
    listed = mturk.list_qualification_requests(QualificationTypeId=type_id)
    assert listed["NumResults"] == 2
    requests = {one["WorkerId"]: one for one in listed["QualificationRequests"]}
    assert set(requests) == set(workers)
    for one in requests.values():
        assert (one["Test"], one["QualificationTypeId"]) == (relay.form, type_id)
        assert "a &lt; b &amp; ü" in one["Answer"]
    ids = [requests[worker]["QualificationRequestId"] for worker in workers]
    mturk.accept_qualification_request(QualificationRequestId=ids[0], IntegerValue=42)
    mturk.reject_qualification_request(QualificationRequestId=ids[1], Reason="Nicht diesmal: 1 < 2 & 'ü'")
    assert mturk.list_qualification_requests(QualificationTypeId=type_id)["QualificationRequests"] == []
    held = mturk.get_qualification_score(QualificationTypeId=type_id, WorkerId=workers[0])["Qualification"]
    assert (held["IntegerValue"], held["Status"], held["WorkerId"]) == (42, "Granted", workers[0])
    with pytest.raises(mturk.exceptions.RequestError):
        mturk.get_qualification_score(QualificationTypeId=type_id, WorkerId=workers[1])
    assert "Nicht diesmal: 1 < 2 & 'ü'" in relay.workers.read_messages(workers[1])[-1].text


def test_boto3_assigns_changes_and_takes_away(mturk: Any, relay: Relay) -> None:
    """Without a request; what is granted by itself has the value of the type."""
    type_id = made(mturk, "assigned", AutoGranted=True, AutoGrantedValue=3)
    first, second, third = (relay.workers.new_worker() for _ in range(3))
    assert relay.workers.request_qualification(first, type_id).state == "granted"
    for value in (7, 8):
        mturk.associate_qualification_with_worker(
            QualificationTypeId=type_id, WorkerId=second, IntegerValue=value, SendNotification=value == 7
        )
    assert len(relay.workers.read_messages(second)) == 1
    mturk.associate_qualification_with_worker(QualificationTypeId=type_id, WorkerId=third, SendNotification=False)
    mturk.disassociate_qualification_from_worker(QualificationTypeId=type_id, WorkerId=third, Reason="no & more")
    listed = mturk.list_workers_with_qualification_type(QualificationTypeId=type_id, Status="Granted")
    assert {one["WorkerId"]: one["IntegerValue"] for one in listed["Qualifications"]} == {first: 3, second: 8}
    (revoked,) = mturk.list_workers_with_qualification_type(QualificationTypeId=type_id, Status="Revoked")[
        "Qualifications"
    ]
    assert (revoked["WorkerId"], revoked["Status"]) == (third, "Revoked")


def test_boto3_searches_types_and_deletes_one(mturk: Any) -> None:
    """By a word of the name or a keyword, among its own."""
    type_id = made(mturk, "Searchable one", Keywords="findme")
    for query in ("Searchable", "findme"):
        found = mturk.list_qualification_types(Query=query, MustBeRequestable=True, MustBeOwnedByCaller=True)
        assert [one["QualificationTypeId"] for one in found["QualificationTypes"]] == [type_id]
    hit_id = mturk.create_hit(
        Title="t",
        Description="d",
        Reward="0.01",
        AssignmentDurationInSeconds=60,
        LifetimeInSeconds=3600,
        Question='<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
        'ExternalQuestion.xsd"><ExternalURL>https://example.com/</ExternalURL><FrameHeight>400</FrameHeight>'
        "</ExternalQuestion>",
        QualificationRequirements=[{"QualificationTypeId": type_id, "Comparator": "Exists"}],
    )["HIT"]["HITId"]
    listed = mturk.list_hits_for_qualification_type(QualificationTypeId=type_id)
    assert [one["HITId"] for one in listed["HITs"]] == [hit_id]
    other = made(mturk, "to be deleted", Keywords="deleteme")
    mturk.delete_qualification_type(QualificationTypeId=other)
    left = mturk.list_qualification_types(Query="deleteme", MustBeRequestable=False, MustBeOwnedByCaller=True)
    assert left["QualificationTypes"] == []
