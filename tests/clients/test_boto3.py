"""boto3, the official library of today for Python, drives the embedded endpoint: HITs, and what is refused.

It signs by Signature Version 4 and reads JSON by the service model, with code that is not ours.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

boto3 = pytest.importorskip("boto3")
from botocore.exceptions import ClientError, ParamValidationError  # noqa: E402

from conformance.bindings.exchanges import calls_of  # noqa: E402

if TYPE_CHECKING:
    from tests.clients.conftest import Relay
    from tests.conftest import Kit

HTML = (
    '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/'
    'HTMLQuestion.xsd"><HTMLContent><![CDATA[<!DOCTYPE html><html><body><form name="mturk_form" method="post" '
    'id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId" '
    'value=""/><input name="q" type="text"/></form></body></html>]]></HTMLContent><FrameHeight>450</FrameHeight>'
    "</HTMLQuestion>"
)
PROPERTIES: dict[str, Any] = {
    "Title": "Ünique & <title>",
    "Description": "what it is; 100 % + more",
    "Reward": "0.50",
    "AssignmentDurationInSeconds": 600,
}


def status(mturk: Any, hit_id: str) -> tuple[str, str]:
    """Return the two states of a HIT that boto3 reads."""
    hit = mturk.get_hit(HITId=hit_id)["HIT"]
    return hit["HITStatus"], hit["HITReviewStatus"]


def test_boto3_signs_in_its_own_way(mturk: Any, relay: Relay, kit: Kit) -> None:
    """By Signature Version 4 in the header, the operation in another; it is let in and reads its balance."""
    assert mturk.get_account_balance()["AvailableBalance"] == "10000.00"
    (call,) = calls_of(relay.exchanges[-1].request)
    assert (call.version, call.operation) == ("2017-01-17", "GetAccountBalance")
    assert call.common["AWSAccessKeyId"] == kit.first.access_key_id


def test_boto3_describes_a_hit_and_reads_it_again(mturk: Any) -> None:
    """What is read is what was said, in the types of the service model: texts, numbers, moments, lists."""
    kind = mturk.create_qualification_type(Name="r", Description="d", QualificationTypeStatus="Active")
    requirements = [
        {
            "QualificationTypeId": kind["QualificationType"]["QualificationTypeId"],
            "Comparator": "In",
            "IntegerValues": [1, 2],
            "ActionsGuarded": "DiscoverPreviewAndAccept",
        },
        {
            "QualificationTypeId": "00000000000000000071",
            "Comparator": "NotIn",
            "LocaleValues": [{"Country": "DE"}, {"Country": "US", "Subdivision": "NY"}],
            "ActionsGuarded": "Accept",
        },
    ]
    made = mturk.create_hit(
        **PROPERTIES,
        Question=HTML,
        LifetimeInSeconds=86_400,
        MaxAssignments=3,
        AutoApprovalDelayInSeconds=172_800,
        Keywords="a, b ü",
        RequesterAnnotation="batch 1",
        QualificationRequirements=requirements,
    )["HIT"]
    read = mturk.get_hit(HITId=made["HITId"])["HIT"]
    assert read == made
    assert {name: read[name] for name in PROPERTIES} == PROPERTIES
    assert (read["Question"], read["Keywords"], read["RequesterAnnotation"]) == (HTML, "a, b ü", "batch 1")
    assert (read["MaxAssignments"], read["AutoApprovalDelayInSeconds"]) == (3, 172_800)
    assert read["Expiration"] - read["CreationTime"] == timedelta(days=1)
    told = {one["QualificationTypeId"]: one for one in read["QualificationRequirements"]}
    assert len(told) == len(requirements)
    for said in requirements:
        one = told[said["QualificationTypeId"]]
        assert {name: one[name] for name in said} == said


def test_boto3_leads_a_hit_through_its_life(mturk: Any, relay: Relay) -> None:
    """Extended, prolonged, moved to another type, expired, reviewed, taken back from the review and deleted."""
    kinds = [mturk.create_hit_type(**PROPERTIES | {"Title": title})["HITTypeId"] for title in ("one", "two")]
    assert mturk.create_hit_type(**PROPERTIES | {"Title": "one"})["HITTypeId"] == kinds[0]
    hit_id = mturk.create_hit_with_hit_type(HITTypeId=kinds[0], LifetimeInSeconds=3600, Question=HTML)["HIT"]["HITId"]
    mturk.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=2)
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=until)
    mturk.update_hit_type_of_hit(HITId=hit_id, HITTypeId=kinds[1])
    hit = mturk.get_hit(HITId=hit_id)["HIT"]
    assert (hit["MaxAssignments"], hit["Title"], hit["HITTypeId"]) == (3, "two", kinds[1])
    assert abs(hit["Expiration"] - until) <= timedelta(seconds=1)
    assert status(mturk, hit_id) == ("Assignable", "NotReviewed")
    mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=datetime(1970, 1, 1, tzinfo=UTC))
    assert status(mturk, hit_id)[0] == "Reviewable"
    mturk.update_hit_review_status(HITId=hit_id)
    assert status(mturk, hit_id)[0] == "Reviewing"
    mturk.update_hit_review_status(HITId=hit_id, Revert=True)
    assert status(mturk, hit_id)[0] == "Reviewable"
    mturk.delete_hit(HITId=hit_id)
    assert hit_id not in [one["HITId"] for one in mturk.list_hits()["HITs"]]


def test_boto3_makes_a_hit_of_a_layout(mturk: Any, relay: Relay) -> None:
    """The parameters stand in the question that it reads."""
    layout = relay.requesters.new_layout("<html><body>${what}</body></html>")
    made = mturk.create_hit(
        **PROPERTIES,
        LifetimeInSeconds=3600,
        HITLayoutId=layout,
        HITLayoutParameters=[{"Name": "what", "Value": "hello"}],
    )["HIT"]
    assert made["HITLayoutId"] == layout
    assert "hello" in made["Question"]


def test_boto3_reads_the_results_of_review_policies(mturk: Any, relay: Relay) -> None:
    """An assignment with a wrong answer to a known question is scored and rejected."""
    policy = {
        "PolicyName": "ScoreMyKnownAnswers/2011-09-01",
        "Parameters": [
            {"Key": "AnswerKey", "MapEntries": [{"Key": "q1", "Values": ["right"]}]},
            {"Key": "RejectIfKnownAnswerScoreIsLessThan", "Values": ["50"]},
        ],
    }
    hit_id = mturk.create_hit(**PROPERTIES, LifetimeInSeconds=3600, Question=relay.form, AssignmentReviewPolicy=policy)[
        "HIT"
    ]["HITId"]
    _, assignment_id = relay.handed_in(hit_id)
    told = mturk.list_review_policy_results_for_hit(
        HITId=hit_id, PolicyLevels=["Assignment"], RetrieveActions=True, RetrieveResults=True
    )
    assert told["AssignmentReviewPolicy"] == {"PolicyName": policy["PolicyName"]}
    report = told["AssignmentReviewReport"]
    assert "0" in [one["Value"] for one in report["ReviewResults"] if one["Key"] == "KnownAnswerScore"]
    assert ("reject", assignment_id) in [(one["ActionName"], one["TargetId"]) for one in report["ReviewActions"]]
    assert mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]["AssignmentStatus"] == "Rejected"


def test_boto3_asks_for_notifications(mturk: Any, relay: Relay) -> None:
    """Of a type, and as a test: both are sent to the queue."""
    queue = {
        "Destination": "https://queue.amazonaws.com/123456789012/queue",
        "Transport": "SQS",
        "Version": "2014-08-15",
        "EventTypes": ["AssignmentSubmitted", "HITReviewable"],
    }
    kind = mturk.create_hit_type(**PROPERTIES)["HITTypeId"]
    mturk.update_notification_settings(HITTypeId=kind, Notification=queue, Active=True)
    mturk.send_test_event_notification(Notification=queue, TestEventType="Ping")
    assert "Ping" in relay.requesters.sent_notifications()[-1].body
    hit_id = mturk.create_hit_with_hit_type(HITTypeId=kind, LifetimeInSeconds=3600, Question=relay.form)["HIT"]["HITId"]
    relay.handed_in(hit_id)
    sent = [one.body for one in relay.requesters.sent_notifications() if hit_id in one.body]
    assert [event for event in queue["EventTypes"] if any(event in body for body in sent)] == queue["EventTypes"]
    mturk.update_notification_settings(HITTypeId=kind, Active=False)
    mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=datetime.now(UTC))
    assert len([one for one in relay.requesters.sent_notifications() if hit_id in one.body]) == len(sent)


def test_boto3_is_told_that_a_token_was_used(mturk: Any) -> None:
    """A call that is sent again with its UniqueRequestToken is refused, and no second HIT is made."""
    call = {**PROPERTIES, "LifetimeInSeconds": 3600, "Question": HTML, "UniqueRequestToken": "tökens & <more>"}
    hit_id = mturk.create_hit(**call)["HIT"]["HITId"]
    with pytest.raises(mturk.exceptions.RequestError) as refused:
        mturk.create_hit(**call)
    assert refused.value.response["TurkErrorCode"] == "AWS.MechanicalTurk.HitAlreadyExists"
    assert [one["HITId"] for one in mturk.list_hits()["HITs"]] == [hit_id]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda mturk: mturk.get_hit(HITId="NOSUCHHIT"), "AWS.MechanicalTurk.HITDoesNotExist"),
        (
            lambda mturk: mturk.create_hit(
                **PROPERTIES, LifetimeInSeconds=3600, Question=HTML, MaxAssignments=1_000_000
            ),
            "AWS.MechanicalTurk.InsufficientFunds",
        ),
        (
            lambda mturk: mturk.approve_assignment(AssignmentId="NOSUCHASSIGNMENT"),
            "AWS.MechanicalTurk.AssignmentDoesNotExist",
        ),
        (
            lambda mturk: mturk.get_qualification_type(QualificationTypeId="NOSUCHTYPE"),
            "AWS.MechanicalTurk.QualificationTypeDoesNotExist",
        ),
    ],
    ids=["hit", "funds", "assignment", "type"],
)
def test_boto3_raises_the_errors_of_the_model(mturk: Any, call: Callable[[Any], Any], code: str) -> None:
    """As its own exception RequestError, with the code and the message of the service."""
    with pytest.raises(mturk.exceptions.RequestError) as refused:
        call(mturk)
    assert refused.value.response["TurkErrorCode"] == code
    assert refused.value.response["Error"]["Code"] == "RequestError"
    assert refused.value.response["Error"]["Message"]
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_boto3_raises_what_the_model_lacks_as_a_client_error(mturk: Any) -> None:
    """A fault of the parameters comes with a type that the service model has no exception for."""
    with pytest.raises(ClientError) as refused:
        mturk.list_hits(MaxResults=101)
    assert not isinstance(refused.value, mturk.exceptions.RequestError)
    assert refused.value.response["Error"]["Code"] == "ParameterValidationError"
    assert refused.value.response["Error"]["Message"]
    assert mturk.list_hits(MaxResults=100)["HITs"] == []


def test_boto3_refuses_by_itself_what_the_model_forbids(mturk: Any, relay: Relay) -> None:
    """A parameter that is missing, or of another type, goes nowhere."""
    mturk.get_account_balance()
    for call in ({"HITId": 1}, {}):
        with pytest.raises(ParamValidationError):
            mturk.get_hit(**call)
    assert len(relay.exchanges) == 1


def test_boto3_is_not_let_in_with_another_key(connect: Callable[[str], Any], mturk: Any) -> None:
    """What it is told is no error of the operation."""
    with pytest.raises(ClientError) as refused:
        connect("another secret").get_account_balance()
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"
    assert mturk.get_account_balance()["AvailableBalance"]


def test_every_operation_and_paginator_of_boto3_is_driven() -> None:
    """By one of the tests beside this one."""
    client = boto3.client("mturk", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    operations = client.meta.method_to_api_mapping
    called, paginated = set(), set()
    for file in Path(__file__).parent.glob("test_boto3*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called.add(node.func.attr)
            if isinstance(node, ast.Constant):
                paginated.add(node.value)
    assert len(operations) == 39
    assert set(operations) - called == set()
    pages = {name for name in operations if client.can_paginate(name)}
    assert len(pages) == 9
    assert pages - paginated == set()
    client.close()
