"""Why no response came: one short, groupable line for each thing that an endpoint or a network can do.

A failure reads ``<kind>: <one clause>``; the kind is one of `KINDS` and stable, the clause is for people.
"""

import http.client
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions

from conformance.wire.messages import Exchange

UNREACHABLE = "unreachable"  # no connection: refused, no such host, no route, connecting took too long
RESET = "reset"  # the connection went away before the reply began, or was broken off within it
TIMEOUT = "timeout"  # connected, but no reply or not all of it in time
TOO_LARGE = "too large"  # more than the limit, before or after decoding
MALFORMED = "malformed HTTP"  # not HTTP, or framing or content encoding that cannot be undone
TLS = "TLS"  # handshake or certificate
KINDS = (UNREACHABLE, RESET, TIMEOUT, TOO_LARGE, MALFORMED, TLS)

_LONGEST_CLAUSE = 200


class TooLargeError(OSError):
    """A reply exceeds a limit.  An OSError, so that the HTTP libraries pass it on as they do a broken socket."""


# The first row of which any link of the chain is an instance decides; what no row knows is malformed HTTP.
_ROWS: tuple[tuple[str, tuple[type[Exception], ...]], ...] = (
    (TOO_LARGE, (TooLargeError,)),
    (TLS, (ssl.SSLError, urllib3.exceptions.SSLError)),
    (
        UNREACHABLE,
        (
            urllib3.exceptions.ConnectTimeoutError,
            urllib3.exceptions.NewConnectionError,
            urllib3.exceptions.ProxyError,
        ),
    ),
    (TIMEOUT, (TimeoutError, urllib3.exceptions.TimeoutError)),
    (RESET, (OSError,)),
)


def failure_kind(exchange: Exchange) -> str | None:
    """Return which of `KINDS` kept the response from coming, or None if there was no failure."""
    return exchange.failure.partition(":")[0] if exchange.failure else None


def describe(error: Exception) -> str:
    """Return ``<kind>: <one clause>`` for what a library raised while it sent a request or read its reply."""
    chain = [link for link in _links(error) if not isinstance(link, requests.RequestException)]
    kind = next((kind for kind, types in _ROWS if any(isinstance(link, types) for link in chain)), MALFORMED)
    clause = " ".join(_clause(chain[-1] if chain else error).split())
    return f"{kind}: {clause[:_LONGEST_CLAUSE]}"


def _links(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and the errors that it wraps, outermost first; libraries keep them in three places."""
    yield error
    wrapped = (*error.args, getattr(error, "reason", None), error.__cause__)
    inner = next((candidate for candidate in wrapped if isinstance(candidate, BaseException)), None)
    if inner is not None:
        yield from _links(inner)


def _clause(root: BaseException) -> str:
    text = str(root) or type(root).__name__
    match root:
        case http.client.RemoteDisconnected():
            text = "the endpoint closed the connection without an answer"
        case urllib3.exceptions.InvalidChunkLength() if root.length:
            text = f"a chunk begins with {root.length[:40]!r} instead of its length"
        case http.client.IncompleteRead():
            text = f"the reply ended within its body, {root.expected or 'some'} bytes before the announced end"
        case http.client.BadStatusLine():
            text = f"the reply begins with {root.args[0][:80]!r} instead of a status line"
        case ssl.SSLError():
            text = str(getattr(root, "verify_message", "") or root.reason or root).replace("_", " ").lower()
        case OSError() if root.strerror:
            text = root.strerror
    return text
