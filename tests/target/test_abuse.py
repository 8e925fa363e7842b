"""The embedded endpoint against clients that mean no good: each gets a clear refusal, and nobody else notices."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import pytest

from conformance.bindings.query import Credentials, read_answer, write_call
from conformance.reference.endpoint import Endpoint, Options
from conformance.reference.store import Store
from conformance.transport.client import Client
from conformance.transport.patience import most_connections
from conformance.transport.server import running
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp

ACCOUNT = Credentials(access_key_id="OWNER", secret_key="of the owner")
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><x>&i;</x>"
)
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="Operation"\r\n\r\nGetHIT\r\n--'
SOAP = b'Content-Type: text/xml\r\nSOAPAction: "http://soap.amazon.com/GetHIT"\r\n'


@dataclass(frozen=True)
class Besieged:
    """A served endpoint: its port, and a well-behaved client of it."""

    url: str
    client: Client

    @property
    def port(self) -> int:
        """Return the port."""
        return int(self.url.rsplit(":", 1)[1].strip("/"))

    def connect(self) -> socket.socket:
        """Open a connection of one's own."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.settimeout(10)
        return connection

    def answer(self, *parts: bytes) -> bytes:
        """Send something on a connection of its own and read until the endpoint closes it."""
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def call(self, operation: str = "GetAccountBalance", **values: str) -> str:
        """Make a proper call; return its summary if it was refused."""
        request = write_call(
            operation,
            {name: [value] for name, value in values.items()},
            url=self.url,
            credentials=ACCOUNT,
            version="2014-08-15",
            timestamp=format_timestamp(time.time()),
        )
        response = self.client.send(request, retry=False).response
        assert response is not None
        answer = read_answer(response)
        return "" if answer.accepted else answer.summary


@pytest.fixture
def besieged() -> Iterator[Besieged]:
    endpoint = Endpoint(Store.new(requesters=[ACCOUNT]), options=Options(control_token="t"))
    with (
        running(lambda request: endpoint.handle(request, time.time()), threads=0, request_time=0.4) as url,
        Client() as client,
    ):
        besieged = Besieged(url, client)
        yield besieged
        assert besieged.call() == ""


def posted(body: bytes, headers: bytes = b"Content-Type: application/x-www-form-urlencoded\r\n") -> bytes:
    length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    return b"POST / HTTP/1.1\r\nHost: x\r\n" + headers + length + body


@pytest.mark.parametrize(
    ("message", "status"),
    [
        pytest.param(posted(b"&".join(b"p%d=1" % number for number in range(10_001))), 400, id="10001 parameters"),
        pytest.param(posted(b"Operation=%FF%FE"), 400, id="no UTF-8"),
        pytest.param(posted(b"Operation=%4"), 400, id="broken escape"),
        pytest.param(posted(b"Operation=a%00b"), 400, id="NUL in a parameter"),
        pytest.param(posted(b"\0" * 1000), 400, id="NULs"),
        pytest.param(posted(b"Operation=" + b"A." * 100_000 + b"=1"), 400, id="deep name"),
        pytest.param(
            posted(MULTIPART, b"Content-Type: multipart/form-data; boundary=x\r\n"), 400, id="malformed multipart"
        ),
        pytest.param(posted(BOMB.encode(), SOAP), 500, id="entity bomb in SOAP"),  # a Fault, which is sent with 500
        pytest.param(posted(b"<a>" * 100_000, SOAP), 500, id="deep SOAP"),
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000, 431, id="long header"),
        pytest.param(b"GET /" + b"x" * 300_000, 431, id="long request line"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X-Y: z\r\n" * 50_000 + b"\r\n", 431, id="many headers"),
        pytest.param(b"GET / HTTP/1.1\r\nX: a\0b\r\nConnection: close\r\n\r\n", 400, id="NUL in a header"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, id="TLS"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, id="negative length"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, id="two lengths"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 9999999999999\r\n\r\n", 413, id="endless length"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, id="bad chunk"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501, id="unknown coding"),
    ],
)
def test_what_cannot_be_served_is_refused(besieged: Besieged, message: bytes, status: int) -> None:
    """With the status that says why, at once, and a text that is none of the server's own failures."""
    begin = time.monotonic()
    answer = besieged.answer(message)
    assert answer.startswith((b"HTTP/1.0 %d " % status, b"HTTP/1.1 %d " % status)), answer[:300]
    assert b"its log says why" not in answer
    assert time.monotonic() - begin < 3


def test_a_body_over_the_limit_gets_413(besieged: Besieged) -> None:
    """However the client goes on."""
    begin = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 9000000\r\n\r\n"
    assert besieged.answer(begin, bytes(9_000_000)).startswith(b"HTTP/1.1 413 ")


def test_an_entity_bomb_in_a_parameter_is_refused(besieged: Besieged) -> None:
    """By the operation, which finds a document type where none may be."""
    type_parameters = {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active"}
    assert "XMLParseError" in besieged.call(
        "CreateQualificationType", Test=BOMB, TestDurationInSeconds="60", **type_parameters
    )


@pytest.mark.parametrize(
    "beginning",
    [b"G", b"POST / HTTP/1.1\r\nX-Slow: ", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"],
    ids=["first byte", "headers", "body"],
)
def test_who_sends_a_byte_now_and_then_gets_408(besieged: Besieged, beginning: bytes) -> None:
    """Though something comes all the time; meanwhile others are served."""
    with besieged.connect() as slow:
        slow.sendall(beginning)
        slow.settimeout(0.05)
        begin, answer = time.monotonic(), b""
        while not answer and time.monotonic() - begin < 5:
            assert besieged.call() == ""
            slow.sendall(b"x")
            try:
                answer = slow.recv(65536)
            except TimeoutError:
                continue
        assert answer.split(b"\r\n")[0].endswith(b" 408 Request Timeout"), answer


def test_more_connections_than_there_is_room_for(besieged: Besieged) -> None:
    """Who has been idle for longest goes first, so that a new client is served, whatever the others do."""
    with ExitStack() as opened:
        crowd = [opened.enter_context(closing(besieged.connect())) for _ in range(most_connections() // 2 + 50)]
        for connection in crowd[::2]:
            connection.sendall(b"GET /")
        begin = time.monotonic()
        with Client() as late:
            assert Besieged(besieged.url, late).call() == ""
        assert time.monotonic() - begin < 5
        assert crowd[1].recv(1) == b""


def test_a_thousand_requests_sent_ahead_are_answered(besieged: Besieged) -> None:
    """In order, and the last one closes."""
    ahead = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 1000
    answer = besieged.answer(ahead, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 404 ") == 1000
    assert answer.count(b"HTTP/1.1 400 ") == 1


def test_who_hangs_up_is_nobodys_problem(besieged: Besieged) -> None:
    """In the middle of a request, or before the answer is read."""
    for part in (b"", b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc", posted(b"Operation=GetHIT")):
        for _ in range(20):
            with besieged.connect() as connection:
                connection.sendall(part)
    assert besieged.client.send(HttpRequest(method="GET", url=besieged.url), retry=False).response is not None
