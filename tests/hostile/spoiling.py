"""What a hostile endpoint makes of its replies, and how such an endpoint is judged."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from conformance.record.events import Verdict
from conformance.spec.versions import LATEST, TODAY
from conformance.wire.messages import HttpResponse

if TYPE_CHECKING:
    from tests.conftest import Kit, Outcome

Spoil: TypeAlias = Callable[[socket.socket, HttpResponse, int], bool]
"""Sends what it makes of a reply (the n-th, from 0) and tells whether the connection stays open."""
# What needs no driver: a few reads, a few writes, and what the checks see in all their replies.
FEW = {
    LATEST: ("GetAccountBalance.*", "GetQualificationType.*", "Common.Signature.*", "Common.Response.root"),
    TODAY: ("GetAccountBalance.*", "GetQualificationType.*", "Common.JSON.signature*", "Common.JSON.target"),
}
SHOWN = "GetQualificationType.returns"  # by a case that writes, then reads
LONGEST = 20.0  # seconds that a run of these may take on a busy machine; most take one or two


def framed(reply: HttpResponse, *extra: bytes) -> bytes:
    """Return a reply as it goes over the wire, with more headers."""
    headers = [f"{name}: {value}".encode() for name, value in reply.headers if name.lower() != "content-length"]
    line = b"HTTP/1.1 %d Said" % reply.status
    return b"\r\n".join((line, *headers, *extra, b"Content-Length: %d" % len(reply.body), b"", reply.body))


def saying(change: Callable[[bytes], bytes], *, keeps_open: bool = False) -> Spoil:
    """Send what ``change`` makes of the bytes of the genuine reply."""

    def spoil(connection: socket.socket, reply: HttpResponse, _number: int) -> bool:
        # With the end of the connection behind it at once: between the two a client might send the next request.
        connection.sendall(change(framed(reply)), 0 if keeps_open else socket.MSG_MORE)
        return keeps_open

    return spoil


def instead(status: int, body: bytes, *headers: tuple[str, str]) -> Spoil:
    """Send another reply in the place of the genuine one."""
    return saying(lambda _: framed(HttpResponse(status=status, headers=headers, body=body)), keeps_open=True)


def without_end(start: bytes, piece: bytes, pause: float = 0.0) -> Spoil:
    """Begin a reply, and send ``piece`` until the client has gone."""

    def spoil(connection: socket.socket, _reply: HttpResponse, _number: int) -> bool:
        connection.sendall(start)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return spoil


def in_turn(faults: Sequence[Spoil]) -> Spoil:
    """Let each reply have the next of the faults."""
    return lambda connection, reply, number: faults[number % len(faults)](connection, reply, number)


def headers_of(raw: bytes, *extra: bytes) -> bytes:
    """Put headers before those of a reply, whose length is taken out."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    return b"\r\n".join((lines[0], *extra, *lines[1:], b"", body))


def children() -> set[str]:
    """Return the processes that this one has started and that still are, where the system tells them."""
    lists = Path("/proc/self/task").glob("*/children")
    return {pid for one in lists for pid in one.read_text().split()}


def judged(kit: Kit, url: str, *selected: str, version: str = LATEST) -> Outcome:
    """Judge an endpoint; whatever it does, the run ends in time, without a fault of the kit, and nothing is left."""
    threads, processes = set(threading.enumerate()), children()
    started = time.monotonic()
    choice = (word for one in selected or FEW[version] for word in ("--select", one))
    outcome = kit.judge(url, *choice, "--version", version)
    assert time.monotonic() - started < LONGEST
    left = {one.name for one in set(threading.enumerate()) - threads if "_converse" not in one.name}  # of the server
    assert (left, children() - processes) == (set(), set())
    if kit.record_path.exists():
        assert kit.named(Verdict.ERROR) == set()
    return outcome
