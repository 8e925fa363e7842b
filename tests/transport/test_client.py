"""The client against endpoints that fail in every way that a socket allows."""

import gzip
import socket
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.transport.client import Client, Limits, failure_kind
from conformance.transport.failures import KINDS
from conformance.wire.messages import Exchange, HttpRequest, header

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<ok>"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
SHORT = Limits(connect_timeout=0.3, read_timeout=0.3, total_timeout=0.6, max_body=1024 * 1024)


def get(url: str) -> HttpRequest:
    return HttpRequest(method="GET", url=url)


def post(url: str, body: bytes = b"Operation=CreateHIT") -> HttpRequest:
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    return HttpRequest(method="POST", url=url, headers=form, body=body)


def with_length(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(body), b"", body))


def chunked(*lines: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(lines)


def assert_failed(exchange: Exchange, kind: str, words: str) -> None:
    assert exchange.response is None
    assert failure_kind(exchange) == kind, exchange.failure
    assert words in (exchange.failure or "")
    assert exchange.received_at >= exchange.sent_at


def test_the_exchange_holds_what_was_really_sent(client: Client, replies: Any) -> None:
    """Added headers are in the record, the URL is absolute, and the wire carries just that."""
    server = replies(OK)
    exchange = client.send(post(server.url + "?a=1&&b=%20"), retry=False)
    sent = exchange.request
    assert sent.url == server.url + "?a=1&&b=%20"
    assert header(sent.headers, "User-Agent").startswith("mturk-conformance/")
    head = b"POST /?a=1&&b=%20 HTTP/1.1\r\n" + b"".join(f"{name}: {value}\r\n".encode() for name, value in sent.headers)
    assert server.requests == [head + b"\r\nOperation=CreateHIT"]
    assert exchange.response is not None
    assert exchange.response.body == b"<ok>"
    assert exchange.failure is None
    assert failure_kind(exchange) is None


def test_headers_of_the_caller_stay_even_wrong_or_repeated(client: Client, replies: Any) -> None:
    """A test of the endpoint may need another Host, or a header twice."""
    server = replies(OK)
    headers = (("Host", "elsewhere.example"), ("X-Twice", "1"), ("X-Twice", "2"), ("User-Agent", "other"))
    exchange = client.send(HttpRequest(method="GET", url=server.url, headers=headers), retry=True)
    for name, value in headers:
        assert f"\r\n{name}: {value}\r\n".encode() in server.requests[0]
    assert set(headers) < set(exchange.request.headers)
    assert server.requests[0].count(b"Host:") == 1


def test_repeated_response_headers_are_kept(client: Client, replies: Any) -> None:
    """Two headers of one name stay two, in order."""
    server = replies(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX-A: 2\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n")
    response = client.send(get(server.url), retry=True).response
    assert response is not None
    assert [value for name, value in response.headers if name == "Set-Cookie"] == ["a=1", "b=2"]


def test_a_cookie_is_not_sent_back(client: Client, replies: Any) -> None:
    """Each exchange stands for itself."""
    server = replies(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n")
    for _ in range(2):
        client.send(get(server.url), retry=True)
    assert b"Cookie" not in server.requests[1]


@pytest.mark.parametrize("status", [200, 204, 400, 404, 500, 599])
def test_every_status_is_a_response(client: Client, replies: Any, status: int) -> None:
    """Judging a status is not the client's business."""
    server = replies(b"HTTP/1.1 %d\r\nContent-Length: 0\r\n\r\n" % status)
    response = client.send(get(server.url), retry=False).response
    assert response is not None
    assert response.status == status


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>hello", b"<html>hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"<ok>"),
        (b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, b"<ok>"),
        (chunked(b"2\r\n<o\r\n", b"2;x=y\r\nk>\r\n", b"0\r\nTrailer: 1\r\n\r\n"), b"<ok>"),
        (with_length(gzip.compress(b"<ok>", mtime=0), b"Content-Encoding: gzip"), b"<ok>"),
        (with_length(zlib.compress(b"<ok>"), b"Content-Encoding: Deflate"), b"<ok>"),
        (with_length(gzip.compress(zlib.compress(b"<ok>")), b"Content-Encoding: deflate, gzip"), b"<ok>"),
        (with_length(b"", b"Content-Encoding: gzip"), b""),
        (with_length(b"<ok>", b"Content-Encoding: identity"), b"<ok>"),
    ],
)
def test_every_framing_and_encoding_is_undone(client: Client, replies: Any, raw: bytes, body: bytes) -> None:
    """The judge sees the body, however it travelled."""
    exchange = client.send(get(replies(raw).url), retry=False)
    assert exchange.response is not None, exchange.failure
    assert exchange.response.body == body


def test_nobody_listening(client: Client, refused_url: str, pauses: list[float]) -> None:
    """A read is tried again after growing pauses, then given up."""
    assert_failed(client.send(get(refused_url), retry=True), "unreachable", "Connection refused")
    assert pauses == [0.2, 0.4]


def test_no_such_host(client: Client) -> None:
    """A name that cannot be resolved; .invalid is reserved for that."""
    assert_failed(client.send(get("http://endpoint.invalid/"), retry=False), "unreachable", "")


def test_an_endpoint_that_accepts_and_hangs(client: Client, raw_server: Any) -> None:
    """The longest pause ends it."""

    def hang(connection: socket.socket, _number: int) -> None:
        while connection.recv(65536):
            pass

    server = raw_server(hang)
    assert_failed(client.send(get(server.url), retry=False), "timeout", "no byte came for 0.3 s")


def test_an_endpoint_that_never_reads(client: Client, raw_server: Any) -> None:
    """A request that does not get out is a timeout too."""
    server = raw_server(lambda connection, number: time.sleep(0.5))
    assert_failed(client.send(post(server.url, bytes(20_000_000)), retry=False), "timeout", "timed out")


@pytest.mark.parametrize(
    "prefix", [b"", b"HTTP/1.1 200 OK\r\nX: ", OK[:-4], chunked(), chunked(b"F"), chunked(b"FF\r\n")]
)
def test_a_reply_that_drips_for_ever_is_cut_off(client: Client, raw_server: Any, prefix: bytes) -> None:
    """Each byte comes within the longest pause, in whichever part of the reply: only the total ends it."""

    def drip(connection: socket.socket, _number: int) -> None:
        server.read_request(connection)
        connection.sendall(prefix.replace(b"Length: 4", b"Length: 999"))
        for _ in range(100):
            connection.sendall(b"0")
            time.sleep(0.05)

    server = raw_server(drip)
    start = time.monotonic()
    exchange = client.send(get(server.url), retry=False)
    assert_failed(exchange, "timeout", "the reply was not complete after 0.6 s")
    assert 0.5 < time.monotonic() - start < 1.5


def test_a_reset_before_the_answer(client: Client, replies: Any) -> None:
    """A read is repeated, the last failure reported."""
    server = replies(b"", then="reset")
    assert_failed(client.send(get(server.url), retry=True), "reset", "reset by peer")
    assert len(server.requests) == 3


def test_a_close_without_an_answer(client: Client, replies: Any) -> None:
    """The connection ends in good order, but no byte came."""
    assert_failed(client.send(get(replies(b"").url), retry=False), "reset", "closed the connection without an answer")


def test_a_reset_within_the_body(client: Client, raw_server: Any) -> None:
    """The status came, so the request is not repeated."""

    def script(connection: socket.socket, _number: int) -> None:
        server.read_request(connection)
        connection.sendall(OK[:-2])
        time.sleep(0.1)  # so that the client has read this before the reset discards it
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    server = raw_server(script)
    assert_failed(client.send(get(server.url), retry=True), "reset", "(after status 200)")
    assert server.connections == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (OK[:-2], "2 bytes before the announced end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n<ok>", "Content-Length"),
        (b"hello\r\n\r\n", "'hello"),
        (b"HTTP/9.9 200 OK\r\n\r\n", "HTTP/9.9"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "2000"),
        (b"\x16\x03\x01\x00\xff", "instead of a status line"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "more than 100 headers"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "header line"),
        (chunked(b"zz\r\n"), "b'zz"),
        (chunked(b"-1\r\nabc"), ""),
        (chunked(b"-5\r\nabc"), ""),
        (chunked(b"4\r\n<o"), "ended within its body"),
        (chunked(b"4\r\n<ok>\r\n"), "ended"),
        (with_length(b"no gzip", b"Content-Encoding: gzip"), "the body is not gzip"),
        (with_length(gzip.compress(b"<ok>", mtime=0)[:-3], b"Content-Encoding: gzip"), "ends within its gzip encoding"),
        (with_length(gzip.compress(b"<ok>", mtime=0) + b"rest", b"Content-Encoding: gzip"), "the body is not gzip"),
        (with_length(b"<ok>", b"Content-Encoding: br"), "'br' was not asked for"),
    ],
)
def test_what_is_not_http_is_called_so(client: Client, replies: Any, raw: bytes, words: str) -> None:
    """Broken framing and broken encodings are failures with what was found, never exceptions, never half a body."""
    assert_failed(client.send(get(replies(raw).url), retry=False), "malformed HTTP", words)


@pytest.mark.parametrize(
    "raw",
    [
        with_length(bytes(50_000_000)),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(3_000_000),
        chunked(b"7FFFFFFF\r\n" + bytes(3_000_000)),
        with_length(gzip.compress(bytes(50_000_000)), b"Content-Encoding: gzip"),
        with_length(gzip.compress(gzip.compress(bytes(50_000_000))), b"Content-Encoding: gzip, gzip"),
        with_length(gzip.compress(b"<ok>", mtime=0) * 100_000, b"Content-Encoding: gzip"),
        chunked(b"1\r\n \r\n" * 1_000_000),
    ],
    ids=["length", "no length", "chunk", "gzip bomb", "nested gzip bomb", "many gzip members", "small chunks"],
)
def test_no_reply_gets_over_the_limit(replies: Any, raw: bytes) -> None:
    """The limit of 1 MiB holds for what is received and for what it expands to."""
    with Client(limits=Limits(max_body=1024 * 1024)) as client:
        assert_failed(client.send(get(replies(raw).url), retry=False), "too large", "bytes")


def test_a_body_of_just_the_limit_is_read(client: Client, replies: Any) -> None:
    """The limit itself is allowed, one byte more is not."""
    limit = SHORT.max_body
    for length, received in ((limit, True), (limit + 1, False)):
        exchange = client.send(get(replies(with_length(bytes(length))).url), retry=False)
        assert (exchange.response is not None) is received


def test_https_to_a_server_without_tls(client: Client, raw_server: Any) -> None:
    """What fails in the handshake is its own kind, and is not tried again."""

    def plain(connection: socket.socket, _number: int) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")
        connection.close()

    server = raw_server(plain)
    exchange = client.send(get(server.url.replace("http:", "https:")), retry=True)
    assert_failed(exchange, "TLS", "wrong version number")
    assert server.connections == 1


def test_a_redirect_is_returned_and_not_followed(client: Client, replies: Any) -> None:
    """Credentials stand in query and body: the other host must not even see a connection."""
    other = replies(OK)
    server = replies(b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % other.url.encode())
    exchange = client.send(get(server.url), retry=True)
    assert exchange.response is not None
    assert exchange.response.status == 302
    assert header(exchange.response.headers, "location") == other.url
    assert other.connections == 0


def test_a_read_is_repeated_until_the_endpoint_is_ready(client: Client, replies: Any, pauses: list[float]) -> None:
    """503 twice, then 200; pauses double."""
    server = replies(BUSY, BUSY, OK, then="keep")
    response = client.send(get(server.url), retry=True).response
    assert response is not None
    assert response.status == 200
    assert len(server.requests) == 3
    assert pauses == [0.2, 0.4]


@pytest.mark.parametrize(("value", "pause"), [(b"3", 3), (b"3600", 10), (b"soon", 0.2), (b"-1", 0.2)])
def test_retry_after_is_honoured_up_to_ten_seconds(
    client: Client, replies: Any, pauses: list[float], value: bytes, pause: float
) -> None:
    """A number of seconds replaces the pause, anything else does not."""
    server = replies(b"HTTP/1.1 429 Slow\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n" % value, OK, then="keep")
    response = client.send(get(server.url), retry=True).response
    assert response is not None
    assert response.status == 200
    assert pauses == [pause]


@pytest.mark.parametrize("raw", [BUSY, b"", b"garbage", OK[:-1]])
@pytest.mark.parametrize("then", ["close", "reset", "keep"])
def test_a_write_is_never_sent_twice(client: Client, replies: Any, raw: bytes, then: str, pauses: list[float]) -> None:
    """Whatever comes back, or nothing: the endpoint has seen one request."""
    server = replies(raw, then=then)
    client.send(post(server.url), retry=False)
    assert len(server.requests) == 1
    assert pauses == []


def test_a_connection_is_used_again(client: Client, replies: Any) -> None:
    """Both framings leave it clean; so a run does not open thousands."""
    server = replies(OK, chunked(b"4\r\n<ok>\r\n0\r\n\r\n"), OK, then="keep")
    for _ in range(4):
        assert client.send(post(server.url), retry=False).response is not None
    assert server.connections == 1


@pytest.mark.parametrize("delay", [0, 0.02])
def test_surplus_bytes_do_not_become_the_next_reply(client: Client, raw_server: Any, delay: float) -> None:
    """A body longer than announced, whether the rest comes with it or a little later."""

    def script(connection: socket.socket, _number: int) -> None:
        while server.read_request(connection):
            connection.sendall(OK if delay else OK + OK)
            time.sleep(delay)
            connection.sendall(b"surplus" if delay else b"")

    server = raw_server(script)
    for _ in range(3):
        response = client.send(post(server.url), retry=False).response
        assert response is not None
        assert response.body == b"<ok>"
        time.sleep(3 * delay)
    assert len(server.requests) == 3


@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_write_after_an_idle_connection_was_closed_succeeds(client: Client, replies: Any, then: str) -> None:
    """The stale connection is noticed before the write, which goes out once, on a new one."""
    server = replies(OK, then=then)
    for _ in range(3):
        exchange = client.send(post(server.url), retry=False)
        assert exchange.failure is None
        time.sleep(0.02)  # the end of the connection arrives
    assert len(server.requests) == 3
    assert server.connections == 3


def test_the_rate_is_limited(replies: Any) -> None:
    """Ten requests a second: the first at once, the others wait their turn."""
    waits: list[float] = []
    with Client(limits=Limits(requests_per_second=10), sleep=waits.append) as client:
        server = replies(OK, then="keep")
        for _ in range(3):
            client.send(get(server.url), retry=True)
    assert waits == pytest.approx([0.1, 0.2], abs=0.05)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reply=st.one_of(
        st.binary(max_size=200),
        st.tuples(
            st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 ", b"HTTP/1.1 204 \r\n"]),
            st.lists(
                st.sampled_from(
                    [
                        b"Content-Length: 4\r\n",
                        b"Content-Length: -4\r\n",
                        b"Content-Length: 4, 4\r\n",
                        b"Transfer-Encoding: chunked\r\n",
                        b"Content-Encoding: gzip\r\n",
                        b"Content-Encoding: ,,\r\n",
                        b"Connection: close\r\n",
                        b"Set-Cookie: \x00=;;expires=x\r\n",
                        b"Location: http://[\r\n",
                        b" folded\r\n",
                        b"no colon\r\n",
                        b"\xff\xfe: \x00\r\n",
                        b"\r\n",
                        b"4\r\n",
                        b"-1\r\n",
                        b"0\r\n",
                    ]
                )
            ).map(b"".join),
            st.binary(max_size=40),
        ).map(b"".join),
    )
)
def test_no_reply_whatever_raises(raw_server: Callable[..., Any], reply: bytes) -> None:
    """Any bytes give a response or a failure of a known kind."""

    def script(connection: socket.socket, _number: int) -> None:
        server.read_request(connection)
        connection.sendall(reply)
        connection.close()

    server = raw_server(script)
    with Client(limits=SHORT) as client:
        exchange = client.send(get(server.url), retry=False)
    server.close()
    assert (exchange.response is None) == (failure_kind(exchange) in KINDS)
