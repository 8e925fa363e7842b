"""Notifications that leave the endpoint: who is called, when, and what a test event says of it."""

from typing import Any

import pytest

from conformance.reference.deliveries import KEPT, keep, port_fault
from conformance.reference.notification_records import Notification

NO_ENDPOINT = "AWS.MechanicalTurk.InvalidTransportEndpoint"


def specification(destination: str = "http://here.test/", transport: str = "REST") -> dict[str, Any]:
    """Return a Notification as a call has it."""
    names = {"Destination": destination, "Transport": transport, "Version": "2006-05-05"}
    return {**{name: [text] for name, text in names.items()}, "EventType": ["AssignmentAccepted"]}


def ping(scene: Any, **changes: str) -> Any:
    """Send a test event."""
    return scene.call("SendTestEventNotification", Notification=specification(**changes), TestEventType="Ping")


class Carrier:
    """Takes note of what it is to carry; ``status`` is what the web service answers."""

    def __init__(self, scene: Any, status: int | None = 200) -> None:
        self.carried: list[tuple[str, bool]] = []
        self.status = status
        scene.endpoint.deliver = self

    def __call__(self, message: Notification, *, wait: bool) -> int | None:
        """Note a message, and whether somebody waits for the answer."""
        self.carried.append((message.method, wait))
        return self.status


@pytest.mark.parametrize(("transport", "method"), [("REST", "GET"), ("SOAP", "POST")])
def test_a_test_event_is_carried_to_a_web_service_and_waited_for(scene: Any, transport: str, method: str) -> None:
    """Its answer may be an error: the web service was reached."""
    carrier = Carrier(scene, status=500)
    assert ping(scene, transport=transport).accepted
    assert carrier.carried == [(method, True)]
    assert len(scene.endpoint.store.notifications) == 1


def test_a_web_service_that_cannot_be_reached_is_an_error(scene: Any) -> None:
    """Nothing was sent then."""
    Carrier(scene, status=None)
    answer = ping(scene)
    assert [error.code for error in answer.errors] == [NO_ENDPOINT]
    assert scene.endpoint.store.notifications == []


@pytest.mark.parametrize("transport", ["Email", "SQS"])
def test_mails_and_queues_call_nobody(scene: Any, transport: str) -> None:
    carrier = Carrier(scene, status=None)
    assert ping(scene, destination="a@example.com", transport=transport).accepted
    assert carrier.carried == []


def test_an_event_is_carried_once_and_nobody_waits(scene: Any) -> None:
    """Whatever the web service answers, and whatever happens later."""
    hit_id = scene.hit()
    kind = scene.endpoint.store.hits[hit_id].hit_type_id
    carrier = Carrier(scene, status=None)
    values = {"HITTypeId": kind, "Notification": specification(), "Active": "true"}
    assert scene.call("SetHITTypeNotification", **values).accepted
    scene.accept(scene.worker(), hit_id)
    assert carrier.carried == [("GET", False)]
    scene.endpoint.restart()
    again = Carrier(scene)
    scene.now += 3600
    scene.call("GetAccountBalance")
    assert again.carried == []
    assert len(scene.endpoint.store.notifications) == 1


@pytest.mark.parametrize("operation", ["SendTestEventNotification", "SetHITTypeNotification"])
def test_other_ports_are_refused(scene: Any, operation: str) -> None:
    """For web services alone: the address of a queue is no business of this."""
    kind = scene.endpoint.store.hits[scene.hit()].hit_type_id
    more = {"TestEventType": "Ping"} if operation.startswith("Send") else {"HITTypeId": kind}
    for transport, taken in (("REST", False), ("SOAP", False), ("SQS", True)):
        answer = scene.call(operation, Notification=specification("http://here.test:8080/", transport), **more)
        assert answer.accepted == taken, transport


@pytest.mark.parametrize(
    ("destination", "fault"),
    [
        ("http://a.example/", None),
        ("http://a.example:80/", None),
        ("https://a.example:443/x?y=1", None),
        ("nobody@example.com", None),
        ("http://127.0.0.1:9000/", None),
        ("http://[::1]:9000/", None),
        ("http://localhost:9000/", None),
        ("http://localhost.example.com:9000/", "port 9000"),
        ("http://10.0.0.1:8080/", "port 8080"),
        ("http://a.example:99999/", "no address"),
        ("http://[a/", "no address"),
    ],
)
def test_the_ports_of_web_services(destination: str, fault: str | None) -> None:
    found = port_fault(destination)
    assert found is None if fault is None else fault in str(found)


def test_by_itself_an_endpoint_keeps_its_messages(scene: Any) -> None:
    assert ping(scene, destination="http://nobody.invalid/").accepted
    assert keep(scene.endpoint.store.notifications[0], wait=True) == KEPT
