"""The kit's web service for notifications: addresses, answers, and what came."""

import socket
import time

import pytest

from conformance.bindings.query import read_answer, write_call
from conformance.errors import NotMeasured, UsageError
from conformance.target.embedded import EmbeddedInProcess, EmbeddedProcess
from conformance.target.receptor import Receptor, at_address
from conformance.target.requester import as_values
from conformance.transport.client import Client
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp

URLS = ("https://kit.example:9000/n/", "http://kit.example/n")


def test_addresses_are_on_the_port_that_is_asked_for() -> None:
    """Where no port is supported, another one is better than none; an unsupported one has to be there."""
    receptor = Receptor(URLS)
    assert receptor.inbox("a b/ü").destination == "http://kit.example/n/a%20b%2F%C3%BC"
    assert receptor.inbox("c", supported=False).destination == "https://kit.example:9000/n/c"
    assert Receptor(URLS[:1]).inbox("d").destination == "https://kit.example:9000/n/d"
    with pytest.raises(NotMeasured, match="receptor_urls"):
        Receptor(URLS[1:]).inbox("e", supported=False)


def test_messages_come_to_who_they_are_for() -> None:
    """By the end of the path, whatever a proxy has made of what is before it."""
    waits: list[float] = []
    receptor = Receptor(URLS, sleep=waits.append, now=lambda: 5.0)
    first, second = receptor.inbox("one 1", status=500, after=2.0), receptor.inbox("two")
    answer = receptor.handle(HttpRequest(method="GET", url="/one%201?method=Notify&a=%26"))
    headers = (("Content-Type", "text/xml"),)
    post = HttpRequest(method="POST", url="/n/two", headers=headers, body=b"<x>\xff</x>")
    assert (answer.status, receptor.handle(post).status) == (500, 200)
    assert receptor.handle(HttpRequest(method="GET", url="/three")).status == 404
    (got,), (posted,) = first.messages(), second.messages()
    assert (got.transport, got.method, got.at) == ("REST", "GET", 5.0)
    assert got.destination == f"{first.destination}?method=Notify&a=%26"
    assert (posted.transport, posted.destination, posted.body) == ("SOAP", second.destination, "<x>\ufffd</x>")
    assert posted.content_type == "text/xml"
    assert (first.answered, second.answered, waits) == (1, 1, [2.0])


def test_what_comes_late_is_awaited() -> None:
    """For some seconds, and no longer."""
    waits: list[float] = []
    receptor = Receptor(URLS, sleep=waits.append)
    assert receptor.awaited(lambda: len(waits), lambda count: count == 3) == 3
    waits.clear()
    assert receptor.awaited(lambda: "", bool, seconds=1.0) == ""
    assert sum(waits) == pytest.approx(1.0, abs=0.15)


def test_it_listens_only_as_long_as_somebody_wants_to_hear() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    receptor = Receptor((f"http://127.0.0.1:{port}/",), listening=at_address("127.0.0.1", port))
    inbox = receptor.inbox("x", status=418)
    with Client() as client:

        def call() -> int | None:
            response = client.send(HttpRequest(method="GET", url=inbox.destination), retry=False).response
            return response.status if response else None

        assert call() is None
        for _ in range(2):
            with receptor.listen():
                assert call() == 418
        with receptor.listen(), pytest.raises(UsageError, match="cannot listen"), receptor.listen():
            pass
    assert len(inbox.messages()) == 2


@pytest.mark.parametrize("start", [EmbeddedProcess, EmbeddedInProcess])
def test_the_embedded_endpoint_calls_the_receptor_of_its_run(start: type[EmbeddedProcess | EmbeddedInProcess]) -> None:
    """By a name that only it knows, and after a restart too; messages to anybody else stay with it."""
    with start() as endpoint:
        client = endpoint.client()
        inbox = endpoint.receptor.inbox("x")
        for restarted in (False, True):
            if restarted:
                endpoint.restart()
            for destination in (inbox.destination, "http://receptor.example.com/"):
                assert _ping(endpoint, client, destination)
        assert not _ping(endpoint, client, "http://receptor.invalid/")
    assert [message.method for message in inbox.messages()] == ["GET", "GET"]
    assert inbox.answered == 2


def test_in_process_a_slow_receptor_costs_no_time() -> None:
    """The clock of the endpoint moves instead."""
    with EmbeddedInProcess() as endpoint:
        inbox = endpoint.receptor.inbox("x", after=1000.0)
        before, started = endpoint.local_clock.read(), time.monotonic()
        assert _ping(endpoint, endpoint.client(), inbox.destination)
        assert endpoint.local_clock.read() - before >= 1000
        assert time.monotonic() - started < 30


def _ping(endpoint: EmbeddedProcess | EmbeddedInProcess, client: Client, destination: str) -> bool:
    """Send a test event by REST; tell whether the endpoint says that it came."""
    notification = {
        "Destination": destination,
        "Transport": "REST",
        "Version": "2006-05-05",
        "EventType": "AssignmentAccepted",
    }
    request = write_call(
        "SendTestEventNotification",
        as_values({"Notification": notification, "TestEventType": "AssignmentAccepted"}),
        url=endpoint.url,
        credentials=endpoint.credentials,
        version="2008-08-02",
        timestamp=format_timestamp(endpoint.clock.now()),
    )
    response = client.send(request, retry=False).response
    assert response is not None
    return read_answer(response).accepted
