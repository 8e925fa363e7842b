"""Servers that misbehave on purpose: the embedded endpoint behind a socket that spoils its replies."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from conformance.wire.messages import HttpRequest, HttpResponse
from tests.hostile.spoiling import Spoil

if TYPE_CHECKING:
    from tests.conftest import Kit

TIMES = {"CONNECT_TIMEOUT": "2", "READ_TIMEOUT": "2", "TOTAL_TIMEOUT": "4"}  # seconds


@dataclass(kw_only=True)
class Hostile:
    """Serves ``handler`` and hands each reply to ``spoil``; ``came`` are the requests, in order."""

    handler: Callable[[HttpRequest], HttpResponse]
    spoil: Spoil
    reads: Callable[[socket.socket], bytes]
    url: str = ""
    came: list[HttpRequest] = field(default_factory=list)
    _numbers: threading.Lock = field(default_factory=threading.Lock)

    def converse(self, connection: socket.socket, _number: int) -> None:
        """Answer on one connection."""
        with contextlib.suppress(OSError):
            while message := self.reads(connection):
                request = self._request(message)
                with self._numbers:
                    number = len(self.came)
                    self.came.append(request)
                if not self.spoil(connection, self.handler(request), number):
                    break
        connection.shutdown(socket.SHUT_RDWR)

    def _request(self, message: bytes) -> HttpRequest:
        head, _, body = message.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
        method, path, _ = first.split(" ", 2)
        return HttpRequest(method=method, url=self.url.rstrip("/") + path, headers=headers, body=body)


@pytest.fixture
def hostile(
    kit: Kit, listening: Any, reads: Callable[[socket.socket], bytes], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Spoil], Hostile]:
    """Serve the embedded endpoint with spoilt replies; its time limits are shorter than the usual ones."""
    for name, value in TIMES.items():
        monkeypatch.setenv(f"MTURK_CONFORMANCE_{name}", value)

    def serve(spoil: Spoil) -> Hostile:
        server = Hostile(handler=kit.endpoint(), spoil=spoil, reads=reads)
        server.url = listening(server.converse).url
        return server

    return serve
