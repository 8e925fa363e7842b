"""The client without a socket gives the same exchanges as over one."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from conformance.transport.client import Client, Limits, failure_kind
from conformance.transport.in_process import InProcessAdapter
from conformance.transport.server import running
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse


def handler(request: HttpRequest) -> HttpResponse:
    """Answer with what arrived, or fail."""
    if request.url.startswith("/fail"):
        raise ValueError("asked for")
    lines = [request.method, request.url, *sorted(f"{name.lower()}: {value}" for name, value in request.headers)]
    headers = (("Content-Type", "text/plain"), ("X-Twice", "1"), ("X-Twice", "2"), ("Content-Length", "3"))
    return HttpResponse(status=200, headers=headers, body="\n".join(lines).encode() + request.body)


def judged(exchange: Exchange) -> object:
    assert exchange.response is not None
    headers = sorted((name, value) for name, value in exchange.response.headers if name != "Date")
    return exchange.response.status, headers, exchange.response.body, exchange.request, exchange.failure


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "?a=%26&&b=1", b""),
        ("POST", "x/y", b"Operation=GetHIT"),
        ("POST", "", b""),
        ("HEAD", "", b""),
        ("POST", "fail", b"x"),
    ],
)
def test_an_exchange_is_the_same_as_over_a_socket(method: str, path: str, body: bytes) -> None:
    """Request, response, and what an exception in the handler looks like."""
    with running(handler) as url, Client() as over_socket, Client(adapter=InProcessAdapter(handler)) as within:
        request = HttpRequest(method=method, url=url + path, headers=(("Content-Type", "a/b"),), body=body)
        assert judged(within.send(request, retry=False)) == judged(over_socket.send(request, retry=False))


def test_limits_hold_without_a_socket() -> None:
    """Size and retries are the client's, so they do not depend on the way."""
    statuses = iter((503, 503, 200))
    pauses: list[float] = []
    adapter = InProcessAdapter(lambda request: HttpResponse(status=next(statuses), body=bytes(11)))
    with Client(adapter=adapter, limits=Limits(max_body=11), sleep=pauses.append) as client:
        response = client.send(HttpRequest(method="GET", url="http://in.process/"), retry=True).response
    assert response is not None
    assert (response.status, pauses) == (200, [0.2, 0.4])
    with Client(adapter=InProcessAdapter(handler), limits=Limits(max_body=10)) as client:
        exchange = client.send(HttpRequest(method="GET", url="http://in.process/"), retry=False)
    assert failure_kind(exchange) == "too large"


def test_times_come_from_the_given_clock() -> None:
    """An endpoint with a clock of its own and its client can be on one time."""
    ticks = iter((100.0, 160.0))
    with Client(adapter=InProcessAdapter(handler), clock=lambda: next(ticks)) as client:
        exchange = client.send(HttpRequest(method="GET", url="http://in.process/"), retry=False)
    assert (exchange.sent_at, exchange.received_at) == (100.0, 160.0)


def test_a_call_costs_little() -> None:
    """Under 200 µs, of which a self-test makes hundreds of thousands; the fastest of several rounds, against noise."""
    request = HttpRequest(method="POST", url="http://in.process/", body=b"Operation=GetHIT")
    with Client(adapter=InProcessAdapter(lambda _request: HttpResponse(status=200, body=b"<ok/>"))) as client:

        def round_of_hundred() -> float:
            start = time.perf_counter()
            for _ in range(100):
                client.send(request, retry=True)
            return time.perf_counter() - start

        assert min(round_of_hundred() for _ in range(10)) / 100 < 200e-6


@pytest.mark.parametrize(("serialise", "together"), [(True, 1), (False, 2)])
def test_a_handler_with_locks_of_its_own_need_not_take_turns(serialise: bool, together: int) -> None:
    """By default one request is handled at a time."""
    inside, most, gate = 0, 0, threading.Barrier(2)

    def handler(_request: HttpRequest) -> HttpResponse:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        with suppress(threading.BrokenBarrierError):
            gate.wait(timeout=0.2)
        inside -= 1
        return HttpResponse(status=200)

    adapter = InProcessAdapter(handler, serialise=serialise)
    request = HttpRequest(method="GET", url="http://endpoint.test/")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: Client(adapter=adapter).send(request, retry=False), range(2)))
    assert most == together
