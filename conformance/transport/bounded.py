"""The adapter that the client sends through: replies are read within a time and a size, whatever they contain.

The socket's own timeout only limits each pause, so a byte now and then keeps a reply alive for ever, in the
headers as in the body; and a body is read by library code that trusts what the framing says.  The bounds are
therefore set where the bytes come in, below the HTTP parser.
"""

import http
import http.client
import io
import socket
import time
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from conformance.transport.failures import TooLargeError

_CONNECTIONS = 64  # kept open for each endpoint; more threads than this would open and drop connections


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one reply may take: seconds from the sent request to its last byte, and octets on the wire."""

    seconds: float
    octets: int


class BoundedAdapter(HTTPAdapter):
    """Sends at most once, keeps connections open, never looks at cookies, and reads replies within `Bounds`."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds  # before the constructor, which makes the pools
        super().__init__(pool_maxsize=_CONNECTIONS, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self._bind(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Return the pools for connections through ``proxy``."""
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not known:
            self._bind(manager)
        return manager

    def build_response(self, req: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse) -> requests.Response:
        """Return the response unread, without the cookie handling of the original."""
        return unread_response(req, resp)

    def _bind(self, manager: urllib3.PoolManager) -> None:
        manager.pool_classes_by_scheme = {
            scheme: _bounded_pool(pool, self._bounds) for scheme, pool in manager.pool_classes_by_scheme.items()
        }


def unread_response(request: requests.PreparedRequest, raw: urllib3.BaseHTTPResponse) -> requests.Response:
    """Return a response of which only status and headers have been read."""
    response = requests.Response()
    response.request = request
    response.status_code = raw.status
    response.raw = raw
    return response


def _bounded_pool(pool: type[urllib3.HTTPConnectionPool], bounds: Bounds) -> type[urllib3.HTTPConnectionPool]:
    def reply(sock: socket.socket, **options: Any) -> http.client.HTTPResponse:
        return _FinalResponse(_BoundedSocket(sock, bounds), **options)  # type: ignore[arg-type]

    connection = type("BoundedConnection", (pool.ConnectionCls,), {"response_class": staticmethod(reply)})
    return type("BoundedPool", (pool,), {"ConnectionCls": connection})


class _FinalResponse(http.client.HTTPResponse):
    """A response that passes over what comes before it: any of 1xx, where the original knows 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 < status < 200 or status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)


@dataclass(frozen=True, slots=True)
class _BoundedSocket:
    """As much of a socket as the HTTP parser asks for."""

    socket: socket.socket
    bounds: Bounds

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_BoundedReader(self.socket, self.bounds))


class _BoundedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, bounds: Bounds) -> None:
        self._socket = sock
        self._file = sock.makefile("rb", buffering=0)
        self._longest_pause = sock.gettimeout() or bounds.seconds
        self._bounds = bounds
        self._deadline = time.monotonic() + bounds.seconds
        self._room = bounds.octets

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._late()
        if left < self._longest_pause:
            self._socket.settimeout(left)
        try:
            size = self._file.readinto(buffer)
        except TimeoutError:
            if left < self._longest_pause:
                raise self._late() from None
            raise TimeoutError(f"no byte came for {self._longest_pause:g} s") from None
        self._room -= size or 0
        if self._room < 0:
            raise TooLargeError(f"the reply is longer than {self._bounds.octets} bytes on the wire")
        return size

    def close(self) -> None:
        self._file.close()
        super().close()

    def _late(self) -> TimeoutError:
        return TimeoutError(f"the reply was not complete after {self._bounds.seconds:g} s")
