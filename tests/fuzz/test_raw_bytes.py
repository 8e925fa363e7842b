"""Whatever bytes come through the socket, the endpoint answers them or hangs up, and serves the next client.

Ten times ``FUZZ`` messages, a few unless the environment says otherwise.
"""

import logging
import os
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.bindings.query import Credentials, read_answer, write_call
from conformance.reference.endpoint import Endpoint, Options
from conformance.reference.store import Store
from conformance.transport.client import Client
from conformance.transport.server import running
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp

EXAMPLES = 10 * int(os.environ.get("FUZZ", "8"))
ACCOUNT = Credentials(access_key_id="OWNER", secret_key="of the owner")
OWN_FAILURES = (b"its log says why", b"Internal Server Error\r\n\r\n")
ENVELOPE = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    b'<GetHIT xmlns="http://requester.mturk.amazonaws.com/doc/2014-08-15"><Request/></GetHIT></e:Body></e:Envelope>'
)
TEMPLATES = [
    b"GET /?Service=AWSMechanicalTurkRequester&Operation=GetHIT&Version=2014-08-15&HITId=x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 44\r\n\r\n"
    b"Operation=Help&Version=2014-08-15&About=Help",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    b'POST / HTTP/1.1\r\nContent-Type: text/xml\r\nSOAPAction: "GetHIT"\r\nContent-Length: %d\r\n\r\n' % len(ENVELOPE)
    + ENVELOPE,
    b"POST /control/workers HTTP/1.1\r\nAuthorization: Bearer t\r\nContent-Length: 11\r\n\r\n" + b'{"count":1}',
    b"GET /mturk/preview?groupId=x&hitId=y HTTP/1.0\r\n\r\n",
    b"GET /?WSDL HTTP/1.1\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n",
]
TOKENS = (
    *(b"\r\n", b"\r\n\r\n", b"\0", b"%", b"%00", b"%FF", b"&", b"=", b";", b":", b"<", b"]]>", b"\xff\xfe", b" "),
    *(b"..", b"/", b"?", b"#", b"[", b"-1", b"9" * 30, b"\xc3\x28"),
    *(b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n"),
)
PIECES = st.binary(max_size=20) | st.sampled_from(TOKENS)
CHANGES = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), PIECES), max_size=4)


def spoilt(message: bytes, changes: list[tuple[int, int, bytes]], times: int) -> bytes:
    """Return a message with pieces in the place of others, several times over."""
    for at, length, piece in changes:
        message = message[:at] + piece + message[at + length :]
    return message * times


MESSAGES = st.builds(spoilt, st.sampled_from(TEMPLATES) | st.binary(max_size=200), CHANGES, st.integers(1, 3))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    endpoint = Endpoint(Store.new(requesters=[ACCOUNT]), options=Options(control_token="t"))
    with running(lambda request: endpoint.handle(request, time.time()), threads=0, request_time=5) as address:
        yield address


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(message=MESSAGES, split=st.integers(0, 300))
def test_any_bytes(url: str, caplog: pytest.LogCaptureFixture, message: bytes, split: int) -> None:
    """Cut, spliced, sent in two parts or several times over: no failure within, and something like HTTP comes back."""
    with caplog.at_level(logging.ERROR):
        answer = exchanged(url, message[:split], message[split:])
    assert not any(failure in answer for failure in OWN_FAILURES), answer
    assert not caplog.records, caplog.text
    assert answer == b"" or answer.startswith((b"HTTP/1.0 ", b"HTTP/1.1 ")), answer


def test_a_proper_call_is_served_meanwhile(url: str) -> None:
    """After all that, and while a client has said half of what it wants."""
    port = int(url.rsplit(":", 1)[1].strip("/"))
    request: HttpRequest = write_call(
        "GetAccountBalance",
        {},
        url=url,
        credentials=ACCOUNT,
        version="2014-08-15",
        timestamp=format_timestamp(time.time()),
    )
    with socket.create_connection(("127.0.0.1", port)) as half, Client() as client:
        half.sendall(TEMPLATES[1][:-5])
        response = client.send(request, retry=False).response
        assert response is not None
        assert read_answer(response).accepted


def exchanged(url: str, *parts: bytes) -> bytes:
    """Send parts on a connection, say that there is no more, and return all that comes back."""
    port = int(url.rsplit(":", 1)[1].strip("/"))
    answer = b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(10)
        try:
            for part in parts:
                connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(65536):
                answer += more
        except TimeoutError:
            raise
        except OSError:  # it has hung up
            pass
    return answer
