"""Servers that misbehave at the level of the socket, one script per test."""

import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.transport.client import Client, Limits

# Short, so that tests of hanging are; 0.6 s in all, 0.3 s for each pause.
SHORT = Limits(connect_timeout=0.3, read_timeout=0.3, total_timeout=0.6, max_body=1024 * 1024)
Script = Callable[[socket.socket, int], None]


@dataclass(kw_only=True)
class RawServer:
    """What a script talks to: ``requests`` are the raw requests that it has read, in order."""

    reads: Callable[[socket.socket], bytes]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    url: str = ""
    close: Callable[[], None] = lambda: None

    def read_request(self, connection: socket.socket) -> bytes:
        """Read and keep one request with its body; empty when the client has gone."""
        if request := self.reads(connection):
            self.requests.append(request)
        return request


@pytest.fixture
def raw_server(listening: Any, reads: Callable[[socket.socket], bytes]) -> Callable[[Script], RawServer]:
    """Start a `RawServer` with a script ``(connection, number of the connection)``; closed after the test."""

    def start(script: Script) -> RawServer:
        server = RawServer(reads=reads)

        def converse(connection: socket.socket, number: int) -> None:
            server.connections += 1
            script(connection, number)

        served = listening(converse)
        server.url, server.close = served.url, served.close
        return server

    return start


@pytest.fixture
def replies(raw_server: Callable[[Script], RawServer]) -> Callable[..., RawServer]:
    """Start a server that answers its requests, over all connections, with these raw replies, the last one for ever.

    ``then`` is what follows each reply: ``close`` the connection, ``keep`` it for the next request, or ``reset`` it.
    """

    def start(*raw: bytes, then: str = "close") -> RawServer:
        def script(connection: socket.socket, _number: int) -> None:
            while server.read_request(connection):
                connection.sendall(raw[min(len(server.requests), len(raw)) - 1])
                if then == "reset":
                    reset(connection)
                if then != "keep":
                    connection.close()
                    return

        server = raw_server(script)
        return server

    return start


def reset(connection: socket.socket) -> None:
    """Close a connection so that the other side sees it reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.fixture
def refused_url() -> str:
    """Return a URL of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


@pytest.fixture
def pauses() -> list[float]:
    """Collect the pauses between attempts, which are not slept."""
    return []


@pytest.fixture
def client(pauses: list[float]) -> Iterator[Client]:
    """Return a client with short limits that does not sleep between attempts."""
    with Client(limits=SHORT, sleep=pauses.append) as client:
        yield client
