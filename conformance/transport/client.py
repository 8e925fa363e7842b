"""The client: one request in, one exchange out, whatever the endpoint or the network does.

Nothing is sent twice unless the caller says that it may be, no redirect is followed (credentials stand in query
and body), no cookie is kept, no ``.netrc`` read.  Certificates of the environment are used, and its proxies except
for this machine.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
import urllib3
from requests.adapters import BaseAdapter

from conformance.bindings.json import is_throttled
from conformance.errors import UsageError
from conformance.transport import hang_up
from conformance.transport.bounded import BoundedAdapter, Bounds
from conformance.transport.decoding import decode
from conformance.transport.failures import RESET, TIMEOUT, UNREACHABLE, describe, failure_kind
from conformance.transport.outgoing import destination, outgoing, prepared
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse, header

__all__ = ["Client", "Limits", "failure_kind"]

_PIECE = 64 * 1024
_FIRST_PAUSE = 0.2
_LONGEST_RETRY_AFTER = 10.0
_FRAMING = 1024 * 1024  # octets of headers and chunk lengths that a reply may have beyond its body


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may cost; times in seconds, for each attempt.

    ``read_timeout`` is the longest pause within a reply, ``total_timeout`` the time from the sent request to the
    last byte of its reply, ``max_body`` the bytes of a body (as received and as decoded), ``retries`` how often a
    request that may be repeated is repeated, ``requests_per_second`` the rate that is not exceeded (None: any).
    """

    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    total_timeout: float = 30.0
    max_body: int = 8 * 1024 * 1024
    retries: int = 2
    requests_per_second: float | None = None


class Client:
    """Sends requests; may be shared by threads.

    ``clock`` dates the exchanges (seconds since the epoch), ``sleep`` waits between attempts, ``adapter`` replaces
    the network (`in_process.InProcessAdapter`).
    """

    def __init__(
        self,
        *,
        limits: Limits = Limits(),
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        adapter: BaseAdapter | None = None,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._adapter = adapter or BoundedAdapter(
            Bounds(seconds=limits.total_timeout, octets=2 * limits.max_body + _FRAMING)
        )
        self._surroundings: dict[str, dict[str, Any]] = {}
        self._turns = threading.Lock()
        self._next_turn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._adapter.close()

    def send(self, request: HttpRequest, *, retry: bool) -> Exchange:
        """Send ``request`` and return the exchange, with the request as it really went out.

        ``retry`` says that the request may be repeated safely: then it is, after no connection, no answer, a 503 or
        429, or what puts a call off by JSON, and the last exchange is returned.  Otherwise it is sent at most once.
        What the endpoint or the network does is never an exception: where no complete reply came, ``failure`` says
        why (see `failures`).  Raises UsageError for a request that HTTP cannot carry.
        """
        message = outgoing(request)
        repetitions = self._limits.retries if retry else 0
        for attempt in range(repetitions):
            exchange, answered = self._attempt(message)
            pause = _pause_before_repeating(exchange, answered, attempt)
            if pause is None:
                return exchange
            self._sleep(pause)
        return self._attempt(message)[0]

    def send_and_hang_up(self, request: HttpRequest) -> None:
        """Send ``request`` whole, once, and close the connection without reading the answer."""
        message = outgoing(request)
        if isinstance(self._adapter, BoundedAdapter):
            hang_up.send_and_hang_up(message, connect_timeout=self._limits.connect_timeout)
        else:
            self._adapter.send(prepared(message), stream=True).close()

    def _attempt(self, message: HttpRequest) -> tuple[Exchange, bool]:
        """Send once; the second value tells whether status and headers of an answer came."""
        surroundings = self._surroundings_of(message.url)
        self._await_turn()
        sent_at = self._clock()
        status: int | None = None
        response: HttpResponse | None = None
        failure: str | None = None
        try:
            reply = self._adapter.send(
                prepared(message),
                stream=True,
                timeout=(self._limits.connect_timeout, self._limits.read_timeout),
                **surroundings,
            )
            status = reply.status_code
            with closing(reply):
                response = self._read(reply)
        except (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            urllib3.exceptions.LocationValueError,
        ) as error:
            raise UsageError(f"cannot send to {message.url}: {error}. Check the URL and the proxy settings.") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            failure = describe(error) + (f" (after status {status})" if status is not None else "")
        exchange = Exchange(
            request=message, response=response, sent_at=sent_at, received_at=self._clock(), failure=failure
        )
        return exchange, status is not None

    def _read(self, reply: requests.Response) -> HttpResponse:
        headers = tuple(reply.raw.headers.items())
        codings = ",".join(value for name, value in headers if name.lower() == "content-encoding")
        body = decode(reply.raw.stream(_PIECE, decode_content=False), codings, self._limits.max_body)
        return HttpResponse(status=reply.status_code, headers=headers, body=body)

    def _surroundings_of(self, url: str) -> dict[str, Any]:
        """Return proxies and certificates for a URL; found out once for each origin, it costs as much as sending."""
        where = destination(url)
        if where.origin not in self._surroundings:
            with requests.Session() as session:
                session.trust_env = not where.loopback
                verify = _authorities() if where.origin.startswith("https:") else None
                found = session.merge_environment_settings(where.url, {}, True, verify, None)
            if isinstance(found["verify"], str) and not Path(found["verify"]).exists():
                raise UsageError(
                    f"cannot send to {where.origin}: REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names {found['verify']}, "
                    "which does not exist. Correct or unset it."
                )
            self._surroundings[where.origin] = {name: found[name] for name in ("proxies", "verify", "cert")}
        return self._surroundings[where.origin]

    def _await_turn(self) -> None:
        if self._limits.requests_per_second is None:
            return
        with self._turns:
            now = time.monotonic()
            turn = max(now, self._next_turn)
            self._next_turn = turn + 1 / self._limits.requests_per_second
        if turn > now:
            self._sleep(turn - now)


def _authorities() -> str | None:
    """Return the file of authorities that the environment names, for this machine too; None for the usual ones."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")


def _pause_before_repeating(exchange: Exchange, answered: bool, attempt: int) -> float | None:
    """Return the seconds to wait before a request is repeated, None if there is no reason to."""
    pause = _FIRST_PAUSE * float(2**attempt)
    if exchange.response is None:
        return pause if not answered and failure_kind(exchange) in (UNREACHABLE, RESET, TIMEOUT) else None
    if exchange.response.status not in (429, 503) and not is_throttled(exchange.response):
        return None
    wanted = header(exchange.response.headers, "Retry-After") or ""
    return min(float(wanted), _LONGEST_RETRY_AFTER) if wanted.isascii() and wanted.isdigit() else pause
