"""Notifications: set, switched, sent and shown through the control API."""

import json
from typing import Any

import pytest

TO = {"Destination": ["http://here.test/"], "Transport": ["REST"], "Version": ["2006-05-05"]}


def specification(*events: str, **changes: str) -> dict[str, Any]:
    """Return a Notification as a call has it."""
    return {**TO, "EventType": list(events), **{name: [text] for name, text in changes.items()}}


def type_of(scene: Any, hit_id: str) -> str:
    """Return the HIT type of a HIT."""
    kind: str = scene.endpoint.store.hits[hit_id].hit_type_id
    return kind


def told(scene: Any) -> list[str]:
    """Return the destinations of the messages that were sent, or their bodies."""
    return [one.body or one.destination for one in scene.endpoint.store.notifications]


def test_events_are_told_once_while_notifications_are_on(scene: Any) -> None:
    """What happened before, or while they were off, is never told."""
    hit_id = scene.hit(MaxAssignments="5")
    kind = type_of(scene, hit_id)
    scene.accept(scene.worker(), hit_id)
    wanted = {"HITTypeId": kind, "Notification": specification("AssignmentAccepted")}
    assert scene.call("SetHITTypeNotification", **wanted).accepted
    scene.accept(scene.worker(), hit_id)
    assert scene.call("SetHITTypeNotification", HITTypeId=kind, Active="true").accepted
    assert told(scene) == []
    assignment = scene.accept(scene.worker(), hit_id)
    scene.endpoint.restart()
    scene.call("GetAccountBalance")
    (message,) = told(scene)
    assert f"Event.1.AssignmentId={assignment}" in message


def test_what_time_brings_is_told_when_it_has_come(scene: Any) -> None:
    """Nobody has to ask for the HIT."""
    hit_id = scene.hit()
    wanted = specification("HITExpired", "HITReviewable")
    scene.call("SetHITTypeNotification", HITTypeId=type_of(scene, hit_id), Notification=wanted, Active="true")
    scene.now = scene.endpoint.store.hits[hit_id].expires_at + 1
    scene.call("GetAccountBalance")
    assert [f"EventType={kind}" in text for kind, text in zip(wanted["EventType"], told(scene), strict=True)] == [
        True
    ] * 2


@pytest.mark.parametrize("transport", ["Email", "SOAP", "REST", "SQS"])
def test_a_test_event_is_sent_by_each_transport(scene: Any, transport: str) -> None:
    """The message names the event, whatever the specification lists."""
    sent = specification("HITExpired", Transport=transport)
    assert scene.call("SendTestEventNotification", Notification=sent, TestEventType="AssignmentReturned").accepted
    (message,) = told(scene)
    assert "AssignmentReturned" in message
    if transport == "SQS":
        assert json.loads(message)["Events"][0]["EventType"] == "AssignmentReturned"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"Active": "true"},
        {"Notification": specification()},
        {"Notification": specification("Ping")},
        {"Notification": specification("HITExpired", Version="}")},
    ],
)
def test_what_makes_no_sense_is_refused(scene: Any, values: dict[str, Any]) -> None:
    """Nothing is kept."""
    kind = type_of(scene, scene.hit())
    assert scene.call("SetHITTypeNotification", HITTypeId=kind, **values).errors
    assert scene.endpoint.store.notification_settings == {}


def test_what_a_requester_does_is_told_today(scene: Any) -> None:
    """A topic is given the JSON of a queue; an extension is told each time, but not one by nothing."""
    hit_id = scene.hit()
    wanted = ("HITExtended", "AssignmentApproved", "AssignmentRejected", "HITDisposed")
    sent = specification(*wanted, Transport="SNS", Destination="arn:aws:sns:us-east-1:1:topic")
    values = {"HITTypeId": type_of(scene, hit_id), "Notification": sent, "Active": "true"}
    assert scene.today("SetHITTypeNotification", **values).accepted
    assert scene.call("ExtendHIT", HITId=hit_id).accepted
    for _ in range(2):
        scene.now += 60
        assert scene.today("ExtendHIT", HITId=hit_id, MaxAssignmentsIncrement="1").accepted
    works = [scene.submission(hit_id)[0] for _ in range(3)]
    assert scene.today("RejectAssignment", AssignmentId=works[0], RequesterFeedback="no").accepted
    assert all(scene.today("ApproveAssignment", AssignmentId=one).accepted for one in works[1:])
    assert scene.today("DisposeHIT", HITId=hit_id).accepted
    scene.today("GetAccountBalance")
    events = [json.loads(message)["Events"][0]["EventType"] for message in told(scene)]
    assert events == [*["HITExtended"] * 2, "AssignmentRejected", *["AssignmentApproved"] * 2, "HITDisposed"]


@pytest.mark.parametrize("transport", ["REST", "SOAP", "Pigeon"])
def test_older_transports_are_no_more(scene: Any, transport: str) -> None:
    """2017-01-17 has Email, SQS and SNS."""
    kind = type_of(scene, scene.hit())
    sent = specification("HITExpired", Transport=transport)
    assert scene.today("SetHITTypeNotification", HITTypeId=kind, Notification=sent).refused
