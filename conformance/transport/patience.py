"""How long a server waits for its clients: who never ends a request, or holds a connection idle, keeps nobody else out.

Waitress drops a connection on which nothing comes for two minutes; a client that sends a byte now and then would hold
one for ever, and a thousand of them all.
"""

import socket
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import waitress.utilities

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_MOST = 1000
_FAREWELLS, _FAREWELL_SECONDS, _DROPPED = 50, 2.0, 1 << 20


def most_connections() -> int:
    """Return how many connections a server of this process may have: files are left for everything else."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if resource is not None else 2 * _MOST
    return _MOST if files < 0 else max(16, min(_MOST, files // 2))


class Patience:
    """Looks after the connections of a server; ``channels`` are waitress's own.

    A request has ``seconds`` to arrive from its first byte to its last, and then gets a 408.  Of more than ``most``
    connections those on which nothing has come or gone for longest are closed.  Times are by a monotonic clock.
    """

    def __init__(self, *, seconds: float, most: int) -> None:
        self.interval = min(1.0, seconds / 4)
        self._seconds = seconds
        self._most = most
        self._begun: dict[Any, tuple[Any, float]] = {}
        self._next = 0.0

    def look(self, channels: Collection[Any], now: float) -> None:
        """Do what is due, if it is time to look again."""
        if now < self._next:
            return
        self._next = now + self.interval
        self._refuse_the_slow(channels, now)
        if len(channels) > self._most:
            _make_room(channels, len(channels) - self._most)

    def _refuse_the_slow(self, channels: Collection[Any], now: float) -> None:
        before, self._begun = self._begun, {}
        for channel in channels:
            request = channel.request
            if request is None:
                continue
            known, since = before.get(channel, (None, now))
            since = since if known is request else now
            if now - since < self._seconds:
                self._begun[channel] = request, since
            else:
                _refuse(channel, request, f"The request was not complete after {self._seconds:g} seconds.")


def _refuse(channel: Any, request: Any, reason: str) -> None:
    with channel.requests_lock:
        if channel.request is not request:
            return
        request.error = waitress.utilities.Error(reason)
        request.error.code, request.error.reason = 408, "Request Timeout"
        request.completed = True
        channel.request = None
        channel.requests.append(request)
        if len(channel.requests) == 1:
            channel.server.add_task(channel)


def _make_room(channels: Collection[Any], count: int) -> None:
    idle = sorted((one for one in channels if not one.requests), key=lambda one: one.last_activity)
    for channel in idle[:count]:
        channel.will_close = True


class Farewells:
    """Connections that the server has done with while their clients still send: what comes is dropped for a moment.

    Closing at once would reset such a connection, and the client might never see the answer that refused it.
    """

    def __init__(self) -> None:
        self._open: list[tuple[socket.socket, float]] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    def say(self, connection: socket.socket) -> None:
        """Keep a connection, whose last answer is about to be sent, open for what its client is sending."""
        if len(self._open) < _FAREWELLS:
            with suppress(OSError):
                self._open.append((connection.dup(), time.monotonic() + _FAREWELL_SECONDS))

    def look(self) -> None:
        """Drop what has come since the last look, and close what is over."""
        now = time.monotonic()
        self._open = [(one, until) for one, until in self._open if not _is_over(one, until, now)]

    def close(self) -> None:
        """Close all."""
        for one, _ in self._open:
            one.close()
        self._open = []


def _is_over(connection: socket.socket, until: float, now: float) -> bool:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
    try:
        over = now >= until or not connection.recv(_DROPPED)
    except BlockingIOError:
        return False
    except OSError:
        over = True
    if over:
        connection.close()
    return over
