"""Servers that misbehave on purpose: the embedded endpoint behind a socket that spoils its replies."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import pytest

from conformance.wire.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from tests.conftest import Kit

Spoil: TypeAlias = Callable[[socket.socket, HttpResponse, int], bool]
"""Sends what it makes of a reply (the n-th, from 0) and tells whether the connection stays open."""
TIMES = {"CONNECT_TIMEOUT": "2", "READ_TIMEOUT": "2", "TOTAL_TIMEOUT": "4"}  # seconds


@dataclass(eq=False)
class Hostile:
    """Serves ``handler`` and hands each reply to ``spoil``; ``came`` are the requests, in order."""

    handler: Callable[[HttpRequest], HttpResponse]
    spoil: Spoil
    came: list[HttpRequest] = field(default_factory=list)
    _listening: socket.socket = field(init=False)
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _numbers: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._spawn(self._accept)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/"

    def close(self) -> None:
        """Break off every connection and wait for the threads."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(timeout=5)
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for connection in (self._listening, *self._open):
            connection.close()

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(connection)
            self._spawn(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while (request := read_request(connection, self.url)) is not None:
                with self._numbers:
                    number = len(self.came)
                    self.came.append(request)
                if not self.spoil(connection, self.handler(request), number):
                    break
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def read_request(connection: socket.socket, url: str) -> HttpRequest | None:
    """Read one request; None when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            return None
        body += piece
    method, path, _ = first.split(" ", 2)
    return HttpRequest(method=method, url=url.rstrip("/") + path, headers=headers, body=body)


@pytest.fixture
def hostile(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Spoil], Hostile]]:
    """Serve the embedded endpoint with spoilt replies; its time limits are shorter than the usual ones."""
    for name, value in TIMES.items():
        monkeypatch.setenv(f"MTURK_CONFORMANCE_{name}", value)
    served: list[Hostile] = []

    def serve(spoil: Spoil) -> Hostile:
        served.append(Hostile(kit.endpoint(), spoil))
        return served[-1]

    yield serve
    for one in served:
        one.close()
