"""Endpoints that break HTTP, or answer something else: each run ends in time, with the right code, and cleanly."""

from __future__ import annotations

import gzip
import random
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from conformance.record.events import Verdict
from conformance.spec.versions import LATEST
from conformance.target.ledger import open_items
from conformance.wire.messages import HttpResponse
from tests.hostile.spoiling import FEW, SHOWN, Spoil, framed, headers_of, in_turn, instead, judged, saying, without_end

if TYPE_CHECKING:
    from tests.conftest import Kit

XML = ("Content-Type", "text/xml;charset=UTF-8")
BOMB = gzip.compress(b"<a>" + b"\0" * 50_000_000)

BEARABLE: dict[str, Spoil] = {
    "closes unsaid": saying(lambda raw: raw),
    "adds a 500": saying(lambda raw: raw + b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", keeps_open=True),
    "answers twice": saying(lambda raw: raw + raw, keeps_open=True),
    "100 three times": saying(lambda raw: b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + raw, keeps_open=True),
    "103": saying(lambda raw: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + raw, keeps_open=True),
    "no length": saying(headers_of),
    "a length that is no number": saying(lambda raw: headers_of(raw, b"Content-Length: many")),
    "HTTP/1.0": saying(lambda raw: raw.replace(b"HTTP/1.1", b"HTTP/1.0")),
    "another type": saying(lambda raw: raw.replace(b"text/xml", b"text/html"), keeps_open=True),
}
"""What HTTP allows, what a client can bear, and what says nothing of the API."""
PAGE = (("Content-Type", "text/html"),)
BROKEN: dict[str, tuple[Spoil, str]] = {
    "longer than it is": (saying(lambda raw: raw.replace(b"Content-Length: ", b"Content-Length: 1")), "ended within"),
    "chunked and is not": (saying(lambda raw: headers_of(raw, b"Transfer-Encoding: chunked")), "chunk"),
    "body without end": (without_end(b"HTTP/1.1 200 OK\r\n\r\n<a>", b"x" * 65536), "too large"),
    "headers without end": (without_end(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 4096 + b"\r\n"), "headers"),
    "bomb": (instead(200, BOMB, XML, ("Content-Encoding", "gzip")), "too large"),
    "no HTTP": (saying(lambda _: b"SSH-2.0-OpenSSH_9.6\r\n"), "instead of a status line"),
    "HTML with 200": (instead(200, b"<html><p>Hello<br></html>", *PAGE), "not an XML reply"),
    "HTML with 500": (instead(500, b"<html><p>Oops<br></html>", *PAGE), "HTTP 500"),
    "bytes that are no UTF-8": (instead(200, b'<?xml version="1.0"?><a>\xff\xfe</a>', XML), "encoding"),
}
"""What is no answer to any call, and what is told of it."""
WORSE: tuple[Spoil, ...] = (
    *(spoil for name, (spoil, _) in BROKEN.items() if "without end" not in name and name != "bomb"),
    saying(lambda raw: raw[:-20]),
    saying(lambda raw: raw[:40]),
    saying(lambda raw: headers_of(raw, b"Content-Length: 7", b"Content-Length: 8")),
    saying(lambda raw: headers_of(raw, b"Content-Length: 7", b"Transfer-Encoding: chunked")),
    saying(lambda raw: headers_of(raw, b"Transfer-Encoding: gzip, gzip")),
    without_end(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536),
    instead(200, b"plain", XML, ("Content-Encoding", "gzip")),
    instead(200, b"plain", XML, ("Content-Encoding", "br")),
    instead(204, b""),
    instead(302, b"", ("Location", "/")),
    instead(101, b"", ("Upgrade", "websocket")),
    instead(600, b"?"),
    saying(lambda _: b"HTTP/1.1 huh\r\n\r\n"),
    saying(lambda _: bytes(range(256)) * 40),
    saying(lambda _: b"\0" * 5000),
    saying(lambda _: b"HTTP/1.1 200 OK\r\n\xff\xfe: \r\n no name\r\n\r\n"),
)


@pytest.mark.parametrize("fault", ["closes unsaid", "adds a 500", "all in turn"])
def test_what_a_client_can_bear_changes_no_verdict(kit: Kit, hostile: Any, fault: str) -> None:
    """The endpoint conforms, and its keep-alive faults never make one reply the answer to another call."""
    faults = list(BEARABLE.values()) if fault == "all in turn" else [BEARABLE[fault]]
    outcome = judged(kit, hostile(in_turn(faults)).url)
    assert outcome.code == 0, outcome.out
    assert kit.named(Verdict.BLOCKED) == set()
    assert SHOWN in kit.named(Verdict.PASS)


@pytest.mark.parametrize("fault", BROKEN)
def test_an_endpoint_that_answers_no_call_does_not_pass(kit: Kit, hostile: Any, fault: str) -> None:
    """It does not conform, or is no endpoint at all: never success, and the reason can be read."""
    spoil, told = BROKEN[fault]
    outcome = judged(kit, hostile(spoil).url, "GetAccountBalance.*")
    assert outcome.code in (1, 3), outcome.out
    assert told in outcome.out + outcome.err
    assert outcome.code == 3 or kit.named(Verdict.PASS) == set()


def test_no_reply_is_too_strange_for_a_verdict(kit: Kit, hostile: Any) -> None:
    """Each call meets another fault."""
    server = hostile(in_turn(WORSE))
    outcome = judged(kit, server.url, *FEW[LATEST], "SearchQualificationTypes.*")
    assert outcome.code in (1, 3), outcome.out + outcome.err
    assert len(server.came) > len(WORSE)


@pytest.mark.parametrize("seed", range(2))
def test_chance_errors_are_told_as_what_they_are(kit: Kit, hostile: Any, seed: int) -> None:
    """A throttled call blocks; an error page fails what it answers; no operation is said to be lacking."""
    chance = random.Random(seed)

    def spoil(connection: socket.socket, reply: HttpResponse, number: int) -> bool:
        status = chance.choice([500, 503, 200, 200]) if number else 200
        page = HttpResponse(status=status, headers=(("Retry-After", "0"),), body=b"<html><p>Oops<br></html>")
        connection.sendall(framed(reply if status == 200 else page))
        return True

    outcome = judged(kit, hostile(spoil).url)
    causes = {event.reason for event in kit.record().verdicts if event.verdict is Verdict.BLOCKED}
    assert outcome.code in (0, 1)
    assert kit.named(Verdict.PASS) != set()
    assert all("HTTP 50" in cause for cause in causes), causes
    assert "does not have this operation" not in outcome.out


def test_a_slow_endpoint_within_the_limits_conforms(kit: Kit, hostile: Any) -> None:
    """Each reply comes just before the limit of a pause is over."""

    def spoil(connection: socket.socket, reply: HttpResponse, _number: int) -> bool:
        raw = framed(reply)
        for part in (raw[:30], raw[30:]):
            time.sleep(0.1)
            connection.sendall(part)
        return True

    outcome = judged(kit, hostile(spoil).url, "GetAccountBalance.*")
    assert outcome.code == 0, outcome.out


ENDLESS: dict[str, Spoil] = {
    "silent": lambda connection, *_: bool(connection.recv(1)),
    "headers drip": without_end(b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.05),
    "body drips": without_end(b"HTTP/1.1 200 OK\r\n\r\n", b"y", 0.05),
    "100 again and again": without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "hangs up": lambda connection, *_: False,
}


@pytest.mark.parametrize(("fault", "after"), [*((fault, 0) for fault in ENDLESS), ("silent", 5), ("hangs up", 5)])
def test_an_endpoint_that_gives_no_answer_ends_the_run(
    kit: Kit, hostile: Any, fault: str, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it never answered or stopped to: no verdict, exit code 3, and what was created is in the ledger."""

    def dying(connection: socket.socket, reply: HttpResponse, number: int) -> bool:
        if number >= after:
            return ENDLESS[fault](connection, reply, number)
        connection.sendall(framed(reply))
        return True

    server = hostile(dying)
    for name, seconds in (("READ", "0.4"), ("TOTAL", "0.6")):
        monkeypatch.setenv(f"MTURK_CONFORMANCE_{name}_TIMEOUT", seconds)
    outcome = judged(kit, server.url, "GetQualificationType.*", "UpdateQualificationType.*")
    assert outcome.code == 3, outcome.out
    assert kit.record_path.exists() is bool(after)
    if after:
        assert kit.named(Verdict.FAIL) == set()
        created = sum(kit.operation_of(request) == "CreateQualificationType" for request in server.came)
        noted = [item for item in open_items(kit.ledger) if item.operation == "CreateQualificationType"]
        assert len(noted) == created > 0


def test_what_half_a_reply_hides_stands_in_the_ledger(kit: Kit, hostile: Any) -> None:
    """What a call created whose reply could not be read may be there: it is written down, and cleaned up by name."""
    broken = [True]

    def half(connection: socket.socket, reply: HttpResponse, number: int) -> bool:
        whole = number == 0 or not broken or b"CreateQualificationTypeResponse" not in reply.body
        connection.sendall(framed(reply) if whole else framed(reply)[:-15])
        return whole

    server = hostile(half)
    outcome = judged(kit, server.url, "GetQualificationType.*")
    made = sum(kit.operation_of(request) == "CreateQualificationType" for request in server.came)
    assert made > 0
    assert outcome.code in (0, 5), outcome.out
    left = len(open_items(kit.ledger))
    broken.clear()
    assert kit.call("cleanup", server.url, "--ledger", kit.ledger).code == 0
    assert open_items(kit.ledger) == ()
    assert left <= made
