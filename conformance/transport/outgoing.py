"""From an `HttpRequest` to exactly what goes out: absolute URL, all headers, body; our own mistakes are found here."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import requests
import urllib3
from urllib3.util import parse_url

from conformance import __version__
from conformance.errors import UsageError
from conformance.wire.messages import Headers, HttpRequest

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "TRACE", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a URL leads: the URL as sent, its ``scheme://host:port``, the Host header, whether that is this machine."""

    url: str
    origin: str
    host: str
    loopback: bool


@lru_cache(maxsize=256)
def destination(url: str) -> Destination:
    """Return where ``url`` leads; raise UsageError if that is nowhere that can be sent to."""
    try:
        parts = parse_url(url)
    except urllib3.exceptions.LocationParseError as error:
        raise UsageError(f"cannot send to {url!r}: {error}. Give a URL such as http://127.0.0.1:8080/") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise UsageError(
            f"cannot send to {url!r}: it is not an absolute http or https URL. Give one such as http://127.0.0.1:8080/"
        )
    if parts.auth is not None:
        raise UsageError(
            f"cannot send to {parts.host}: the URL holds a user name or password, which would go into the record. "
            "Take it out and name the credentials in the profile."
        )
    origin = f"{parts.scheme}://{parts.netloc}"
    return Destination(
        url=origin + parts.request_uri, origin=origin, host=cast(str, parts.netloc), loopback=_is_loopback(parts.host)
    )


def outgoing(request: HttpRequest) -> HttpRequest:
    """Return ``request`` as it goes over the wire; raise UsageError if HTTP cannot carry it.

    Adds Host, User-Agent, Accept-Encoding (no encoding is asked for) and Content-Length where they are missing;
    a header that is there stays, a wrong one too.
    """
    where = destination(request.url)
    names = {name.lower() for name, _ in request.headers}
    defaults: list[tuple[str, str]] = [
        ("Host", where.host),
        ("User-Agent", f"mturk-conformance/{__version__}"),
        ("Accept-Encoding", "identity"),
    ]
    if "transfer-encoding" not in names and (request.body or request.method not in _WITHOUT_BODY):
        defaults.append(("Content-Length", str(len(request.body))))
    headers = (*((name, value) for name, value in defaults if name.lower() not in names), *request.headers)
    _check(request.method, headers)
    return HttpRequest(method=request.method, url=where.url, headers=headers, body=request.body)


def prepared(request: HttpRequest) -> requests.PreparedRequest:
    """Return an outgoing request in the form that adapters take, repeated headers included."""
    message = requests.PreparedRequest()
    message.method = request.method
    message.url = request.url
    message.headers = cast(Any, urllib3.HTTPHeaderDict(request.headers))  # the usual dict would drop repetitions
    message.body = request.body or None
    return message


def _check(method: str, headers: Headers) -> None:
    if not _TOKEN.fullmatch(method):
        raise UsageError(f"cannot send a request with the method {method!r}: HTTP allows a single word there")
    for name, value in headers:
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise UsageError(
                f"cannot send the header {name!r} with the value {value!r}: HTTP allows a word as name, and as value "
                "Latin-1 text without line breaks. Encode it, or put it into the body."
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
