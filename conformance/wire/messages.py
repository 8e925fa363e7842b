"""HTTP messages as values: what was sent, what came back, and when.

Everything that judges works on an `Exchange`, wherever it was recorded.
"""

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of the header ``name`` (case-insensitive), or None."""
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One HTTP request; ``url`` is absolute or begins with the path, and holds the query string."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """One HTTP response with its whole body (transfer and content encodings undone)."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request with its response.

    ``sent_at`` and ``received_at`` are seconds since the epoch by the client's clock.  Where no response came,
    ``response`` is None and ``failure`` says why in one clause.
    """

    request: HttpRequest
    response: HttpResponse | None
    sent_at: float
    received_at: float
    failure: str | None = None
