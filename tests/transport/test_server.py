"""The server, spoken to by the client over loopback."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.errors import UsageError
from conformance.transport.client import Client
from conformance.transport.server import make_server, running
from conformance.wire.messages import HttpRequest, HttpResponse, header


@pytest.fixture
def client() -> Iterator[Client]:
    with Client() as client:
        yield client


def echo(request: HttpRequest) -> HttpResponse:
    """Answer with what arrived."""
    text = "\n".join([request.method, request.url, *(f"{name}: {value}" for name, value in request.headers)])
    return HttpResponse(
        status=200, headers=(("Content-Type", "text/plain"),), body=text.encode() + b"\n" + request.body
    )


def sent(client: Client, request: HttpRequest) -> HttpResponse:
    response = client.send(request, retry=False).response
    assert response is not None
    return response


def test_the_handler_gets_the_request_as_it_was_sent(client: Client) -> None:
    """Path and query undecoded, headers, body; the response comes back with its length."""
    with running(echo) as url:
        request = HttpRequest(
            method="POST",
            url=url + "a%2Fb//c%20d?x=%26&&y=1+2;z=%E2%9C%93",
            headers=(("X-Amz-Target", "t"), ("Content-Type", "text/plain; charset=utf-8")),
            body="|✓".encode(),
        )
        response = sent(client, request)
    lines = response.body.decode().split("\n")
    assert lines[:2] == ["POST", "/a%2Fb//c%20d?x=%26&&y=1+2;z=%E2%9C%93"]
    assert "X-Amz-Target: t" in lines
    assert "Content-Type: text/plain; charset=utf-8" in lines
    assert response.body.endswith("\n|✓".encode())
    assert header(response.headers, "Content-Length") == str(len(response.body))
    assert header(response.headers, "Server") is None


def test_a_query_that_no_client_library_sends_arrives_raw() -> None:
    """Broken percent encodings are for the endpoint to judge."""
    with running(echo) as url:
        port = int(url.rsplit(":", 1)[1].strip("/"))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /?a=%zz&b=%2f&c=%FF HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            reply = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b"GET\n/?a=%zz&b=%2f&c=%FF\n" in reply


def test_a_chunked_request_arrives_whole() -> None:
    """The handler never sees transfer encodings."""
    with running(echo) as url:
        port = int(url.rsplit(":", 1)[1].strip("/"))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
            )
            reply = b"".join(iter(lambda: connection.recv(4096), b""))
    assert reply.endswith(b"abcde")


def test_a_body_over_the_limit_gets_413_and_never_reaches_the_handler(client: Client) -> None:
    """The limit itself is allowed."""
    seen: list[int] = []

    def handler(request: HttpRequest) -> HttpResponse:
        seen.append(len(request.body))
        return HttpResponse(status=200)

    with running(handler, max_body=1000) as url:
        statuses = [
            sent(client, HttpRequest(method="POST", url=url, body=bytes(length))).status
            for length in (1000, 1001, 5_000_000, 10)
        ]
    assert statuses == [200, 413, 413, 200]
    assert seen == [1000, 10]


def test_a_client_that_sends_everything_before_it_reads_gets_its_413() -> None:
    """Closing on it half-way would show it a broken connection instead."""
    with running(echo, max_body=1000) as url:
        port = int(url.rsplit(":", 1)[1].strip("/"))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n")
            connection.sendall(bytes(20_000_000))
            assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_an_exception_in_the_handler_is_a_500_and_the_service_goes_on(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """The traceback is on the log, not in the answer, and the log shows no query (it holds credentials)."""

    def handler(request: HttpRequest) -> HttpResponse:
        if b"bad" in request.body:
            raise ZeroDivisionError("broken within")
        return HttpResponse(status=200, body=b"good")

    with running(handler) as url, caplog.at_level(logging.ERROR):
        broken = sent(client, HttpRequest(method="POST", url=url + "?AWSAccessKeyId=key", body=b"bad"))
        after = sent(client, HttpRequest(method="POST", url=url, body=b"fine"))
    assert (broken.status, after.body) == (500, b"good")
    assert b"broken within" not in broken.body
    assert "broken within" in caplog.text
    assert "AWSAccessKeyId" not in caplog.text


def test_a_handler_cannot_break_the_framing(client: Client) -> None:
    """Lengths and connection headers are the server's to say; all else is kept."""

    def handler(_request: HttpRequest) -> HttpResponse:
        headers = (
            ("Content-Length", "1"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close"),
            ("X-Own", "kept"),
        )
        return HttpResponse(status=299, headers=headers, body=b"<whole/>")

    with running(handler) as url:
        response = sent(client, HttpRequest(method="GET", url=url))
    assert (response.status, response.body) == (299, b"<whole/>")
    assert header(response.headers, "X-Own") == "kept"


def test_head_has_no_body(client: Client) -> None:
    """The next request on the connection is not confused by one."""
    with running(echo) as url:
        assert sent(client, HttpRequest(method="HEAD", url=url)).body == b""
        assert sent(client, HttpRequest(method="GET", url=url)).body.startswith(b"GET")


@pytest.mark.parametrize(("serialise", "together"), [(True, False), (False, True)])
def test_sixteen_clients_at_once(serialise: bool, together: bool) -> None:
    """Every one gets its own answer; the handler runs alone unless told otherwise."""
    inside: list[int] = []
    most: list[int] = []
    counting = threading.Lock()

    def handler(request: HttpRequest) -> HttpResponse:
        with counting:
            inside.append(1)
            most.append(len(inside))
        time.sleep(0.002)
        with counting:
            inside.pop()
        return HttpResponse(status=200, body=request.body)

    def ask(number: int) -> bool:
        request = HttpRequest(method="POST", url=url, body=b"%d" % number)
        with Client() as own:
            return all(sent(own, request).body == b"%d" % number for _ in range(5))

    with running(handler, serialise=serialise) as url, ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(16)))
    assert (max(most) > 1) is together


@pytest.fixture(params=[0, 8])
def threads(request: pytest.FixtureRequest) -> int:
    """Return how many threads call the handler; 0: the one that serves does."""
    number: int = request.param
    return number


def test_clients_of_a_server_without_threads_get_their_own_answers() -> None:
    """The handler is called by one thread, whoever asks."""
    callers: set[int] = set()

    def handler(request: HttpRequest) -> HttpResponse:
        callers.add(threading.get_ident())
        return HttpResponse(status=200, body=request.body)

    def ask(number: int) -> bool:
        request = HttpRequest(method="POST", url=url, body=b"%d" % number)
        with Client() as own:
            return all(sent(own, request).body == b"%d" % number for _ in range(5))

    with running(handler, threads=0) as url, ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(16)))
    assert len(callers) == 1


def test_requests_sent_ahead_are_answered_in_order(threads: int) -> None:
    """A client need not wait for one answer before it sends the next request."""
    with running(lambda request: HttpResponse(status=200, body=request.body), threads=threads) as url:
        port = int(url.rsplit(":", 1)[1].strip("/"))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for number in range(3):
                connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nno %d" % number)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            reply = b"".join(iter(lambda: connection.recv(4096), b""))
    assert reply.count(b"200 OK") == 4
    assert reply.index(b"no 0") < reply.index(b"no 1") < reply.index(b"no 2")


def spoken(url: str, *messages: bytes) -> bytes:
    """Return all that is answered to these bytes on one connection; the last of them has to end it."""
    port = int(url.rsplit(":", 1)[1].strip("/"))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for message in messages:
            connection.sendall(message)
        return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.mark.parametrize(
    ("header", "body"),
    [(b"Content-Length: 4\r\n", b"no %d"), (b"Transfer-Encoding: chunked\r\n", b"4\r\nno %d\r\n0\r\n\r\n"), (b"", b"")],
)
def test_a_header_that_is_repeated_is_read_as_it_was_the_first_time(threads: int, header: bytes, body: bytes) -> None:
    """Each request has its own body."""
    start = b"POST /a?b HTTP/1.1\r\nHost: x\r\nX-Own: kept\r\n" + header + b"\r\n"
    messages = [start + (body % number if body else b"") for number in range(3)]
    with running(echo, threads=threads) as url:
        reply = spoken(url, *messages, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answers = [one.partition(b"\r\n\r\n")[2] for one in reply.split(b"HTTP/1.1 ")[1:4]]
    assert [answer.replace(b"no %d" % number, b"") for number, answer in enumerate(answers)] == [
        answers[0].replace(b"no 0", b"")
    ] * 3
    assert answers[0].startswith(b"POST\n/a?b\nHost: x\nX-Own: kept\n")
    assert [answer.endswith(b"no %d" % number) for number, answer in enumerate(answers)] == [bool(body)] * 3


def test_what_a_handler_says_cannot_become_another_header(threads: int, caplog: pytest.LogCaptureFixture) -> None:
    """A line break in a header is a failure of the handler's, and the log says so."""
    broken = HttpResponse(status=200, headers=(("X-Own", "a\r\nX-Other: b"),), body=b"never sent")
    with running(lambda _: broken, threads=threads) as url:
        reply = spoken(url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 500 ")
    assert b"X-Other" not in reply
    assert b"never sent" not in reply
    assert "line break" in caplog.text


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_no_length_either(status: int, threads: int) -> None:
    """What follows on the connection is the next answer."""
    answer = HttpResponse(status=status, body=b"not to be sent")
    with running(lambda _: answer, threads=threads) as url:
        reply = spoken(
            url, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
    assert [one.partition(b"\r\n\r\n")[2] for one in reply.split(b"HTTP/1.1 %d " % status)[1:]] == [b"", b""]
    assert b"Content-Length" not in reply


def test_an_older_client_keeps_its_connection_if_it_asks_to(threads: int) -> None:
    """HTTP 1.0 ends it after each answer otherwise; a date is there once, the handler's if it gives one."""
    dated = HttpResponse(status=200, headers=(("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),), body=b"whole")
    with running(lambda _: dated, threads=threads) as url:
        reply = spoken(url, b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n")
    first, last = reply.split(b"HTTP/1.0 200 OK\r\n")[1:]
    assert b"Connection: Keep-Alive\r\n" in first
    assert b"Connection: close\r\n" in last
    assert reply.count(b"Date: Thu, 01 Jan 1970 00:00:00 GMT") == reply.count(b"Date") == 2


def test_who_does_not_read_his_answers_holds_up_nobody(client: Client, threads: int) -> None:
    """Forty megabytes wait for one client while others are served."""
    large = b"x" * 20_000_000

    def handler(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=200, body=large if request.url == "/large" else b"small")

    with running(handler, threads=threads) as url:
        port = int(url.rsplit(":", 1)[1].strip("/"))
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
            for _ in range(3):
                assert sent(client, HttpRequest(method="GET", url=url)).body == b"small"
            read = 0
            while read < 2 * len(large):
                read += len(slow.recv(1 << 20))


def test_a_handler_that_fails_without_threads_leaves_the_service_up(client: Client) -> None:
    """The next request is served, on the same connection."""

    def handler(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=200, body=b"%d" % (1 // len(request.body)))

    with running(handler, threads=0) as url:
        assert sent(client, HttpRequest(method="POST", url=url)).status == 500
        assert sent(client, HttpRequest(method="POST", url=url, body=b"x")).body == b"1"


def test_threads_may_share_a_client(client: Client) -> None:
    """Answers are not mixed up."""
    with running(lambda request: HttpResponse(status=200, body=request.body)) as url, ThreadPoolExecutor(16) as pool:
        requests = [HttpRequest(method="POST", url=url, body=b"%d" % number) for number in range(100)]
        assert [response.body for response in pool.map(lambda one: sent(client, one), requests)] == [
            one.body for one in requests
        ]


def test_closing_ends_the_service(client: Client) -> None:
    """Once, twice, or before it began."""
    with running(echo) as url:
        assert sent(client, HttpRequest(method="GET", url=url)).status == 200
    assert client.send(HttpRequest(method="GET", url=url), retry=False).response is None
    server = make_server(echo)
    server.close()
    server.close()
    server.run()
    assert client.send(HttpRequest(method="GET", url=server.url), retry=False).response is None


def test_a_taken_port_is_explained() -> None:
    """The message says which, and what to do."""
    server = make_server(echo)
    port = int(server.url.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(UsageError, match=rf"cannot listen on 127\.0\.0\.1 port {port}: .*Choose another port"):
        make_server(echo, port=port)
    server.close()


def test_the_url_of_an_ipv6_address() -> None:
    """Brackets, as a URL wants them."""
    server = make_server(echo, host="::1")
    assert server.url.startswith("http://[::1]:")
    server.close()
