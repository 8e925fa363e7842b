"""Servers that misbehave at the level of the socket, one script per test."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from conformance.transport.client import Client, Limits

# Short, so that tests of hanging are; 0.6 s in all, 0.3 s for each pause.
SHORT = Limits(connect_timeout=0.3, read_timeout=0.3, total_timeout=0.6, max_body=1024 * 1024)
Script = Callable[[socket.socket, int], None]


@dataclass
class RawServer:
    """Runs a script on each connection; ``requests`` are the raw requests that scripts have read, in order."""

    script: Script
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    _listening: socket.socket = field(init=False)
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._spawn(self._accept)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/"

    def close(self) -> None:
        """Break off every connection and wait for the scripts."""
        for endpoint in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                endpoint.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for endpoint in (self._listening, *self._open):
            endpoint.close()

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
            number, self.connections = self.connections, self.connections + 1
            self._spawn(self._converse, connection, number)

    def _converse(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):
            self.script(connection, number)

    def read_request(self, connection: socket.socket) -> bytes:
        """Read and keep one request with its body; empty when the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, start = data.partition(b"\r\n\r\n")
        body = bytearray(start)
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]


@pytest.fixture
def raw_server() -> Iterator[Callable[[Script], RawServer]]:
    """Start a `RawServer` with a script ``(connection, number of the connection)``; closed after the test."""
    servers: list[RawServer] = []

    def start(script: Script) -> RawServer:
        servers.append(RawServer(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


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
