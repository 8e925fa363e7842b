"""Messages of the embedded endpoint go to web services on this machine, and never farther."""

import socket
import threading
from collections.abc import Iterator

import pytest

from conformance.errors import UsageError
from conformance.reference.deliveries import KEPT
from conformance.reference.notification_records import Notification
from conformance.target.delivery import LIMITS, Delivery
from conformance.transport.client import Client
from conformance.transport.handler import plain
from conformance.transport.in_process import InProcessAdapter
from conformance.transport.server import running
from conformance.wire.messages import HttpRequest, HttpResponse


class Service:
    """A web service that answers with 503; ``came`` is set by each call."""

    def __init__(self) -> None:
        self.calls: list[HttpRequest] = []
        self.came = threading.Event()

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Take note of a call."""
        self.calls.append(request)
        self.came.set()
        return plain(503, "Not today.")


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    """A client that reaches the service, whatever it calls, and nothing else."""
    with Client(limits=LIMITS, adapter=InProcessAdapter(service.handle)) as made:
        yield made


def message(destination: str, method: str = "GET") -> Notification:
    """Return a message to a web service."""
    posted = method == "POST"
    return Notification(
        owner="A",
        transport="SOAP" if posted else "REST",
        method=method,
        destination=destination,
        content_type="text/xml" if posted else "",
        body="<é/>" if posted else "",
        at=0.0,
    )


@pytest.mark.parametrize("loopback", [False, True])
@pytest.mark.parametrize(
    "destination",
    [
        "http://receptor.example.com/",
        "https://93.184.216.34/x",
        "http://10.0.0.1/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com:80/",
        "http://0.0.0.0/",
        "http://[::ffff:8.8.8.8]/",
    ],
)
def test_nothing_leaves_this_machine(client: Client, service: Service, destination: str, loopback: bool) -> None:
    """Such a message stays where it is kept, as if it had been carried."""
    deliver = Delivery(client, loopback=loopback, at_once=True)
    assert deliver(message(destination), wait=True) == KEPT
    assert deliver(message(destination), wait=False) == KEPT
    assert service.calls == []


def test_this_machine_is_called_only_where_that_is_allowed(client: Client, service: Service) -> None:
    for loopback, status in ((False, KEPT), (True, 503)):
        for host in ("127.0.0.1:9", "localhost", "[::1]:80"):
            deliver = Delivery(client, loopback=loopback)
            assert deliver(message(f"http://{host}/a?b=1"), wait=True) == status
    assert [call.url for call in service.calls] == ["/a?b=1"] * 3


def test_a_route_leads_here_whatever_the_port(client: Client, service: Service) -> None:
    deliver = Delivery(client, routes={"there.test": "http://127.0.0.1:1/"})
    for url in ("http://there.test/a%20b?c=%26", "http://there.test:8080/d"):
        assert deliver(message(url, "POST"), wait=True) == 503
    assert deliver(message("http://not.there.test/"), wait=True) == KEPT
    assert [(call.method, call.url, call.body) for call in service.calls] == [
        ("POST", "/a%20b?c=%26", "<é/>".encode()),
        ("POST", "/d", "<é/>".encode()),
    ]
    assert ("Content-Type", "text/xml") in service.calls[0].headers


def test_a_route_to_elsewhere_is_refused(client: Client) -> None:
    with pytest.raises(UsageError, match="this machine only"):
        Delivery(client, routes={"there.test": "http://192.0.2.1/"})


@pytest.mark.parametrize("destination", ["http://nobody.invalid/", "http://[", "http://127.0.0.1:99999/"])
def test_who_cannot_be_called_is_not_reached(client: Client, service: Service, destination: str) -> None:
    assert Delivery(client, loopback=True)(message(destination), wait=True) is None
    assert service.calls == []


def test_a_closed_port_is_not_reached() -> None:
    with socket.socket() as held, Client(limits=LIMITS) as client:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        assert Delivery(client, loopback=True)(message(url), wait=True) is None


def test_without_anybody_waiting_a_message_comes_too(service: Service) -> None:
    """Over a socket, by a thread of its own; one that cannot be carried does not stop those behind it."""
    with running(service.handle) as url, Client(limits=LIMITS) as client:
        deliver = Delivery(client, loopback=True)
        for destination in ("http://nobody.invalid/", f"{url}x"):
            assert deliver(message(destination), wait=False) == KEPT
        assert service.came.wait(10)
    assert [call.url for call in service.calls] == ["/x"]
