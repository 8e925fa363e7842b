"""What proxies and recorders do to exchanges on the way into a capture, and what must change no finding."""

import re
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from conformance.wire.messages import Exchange, Headers

Mangle = Callable[[Exchange], Exchange]

_SECRETS = re.compile(rb"(?<![A-Za-z])((?:AWSAccessKeyId|Signature|Timestamp)=)[^&]*")
_SECRETS_IN_XML = re.compile(rb"(<(?:AWSAccessKeyId|Signature|Timestamp)>)[^<]*")
_PAIR = re.compile(rb"(?<![A-Za-z])(?:AWSAccessKeyId|Signature|Timestamp|SignatureVersion)=[^&]*&?")
_MEMBER = re.compile(rb"<(?:AWSAccessKeyId|Signature|Timestamp)>[^<]*</[A-Za-z]+>")
_WORKER = re.compile(rb"(?<![A-Za-z.])((?:WorkerId|SubjectId|AssignmentId|HITId)(?:\.\d+)?=)[^&]*")
_REQUEST_ID = re.compile(rb"(<RequestId>)[^<]*")
_NAMED_BY_REPLIES = re.compile(rb"(<(?:WorkerId|SubjectId)>)[^<]*")


def _requests(exchange: Exchange, change: Callable[[bytes], bytes]) -> Exchange:
    request = exchange.request
    url = change(request.url.encode()).decode()
    return replace(exchange, request=replace(request, url=url, body=change(request.body)))


def _replies(exchange: Exchange, change: Callable[[bytes], bytes]) -> Exchange:
    if exchange.response is None:
        return exchange
    return replace(exchange, response=replace(exchange.response, body=change(exchange.response.body)))


def _headers(exchange: Exchange, change: Callable[[Headers], Headers]) -> Exchange:
    request, response = exchange.request, exchange.response
    response = response and replace(response, headers=change(response.headers))
    return replace(exchange, request=replace(request, headers=change(request.headers)), response=response)


def _url(exchange: Exchange, change: Callable[[str], str]) -> Exchange:
    return replace(exchange, request=replace(exchange.request, url=change(exchange.request.url)))


def _elsewhere(url: str) -> str:
    path = re.sub(r"^https?://[^/?]*", "", url)
    return f"https://cache.proxy.example:8443/mirror/of/mturk{path}"


def _indented(body: bytes) -> bytes:
    try:
        root = etree.fromstring(body, etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    except etree.XMLSyntaxError:
        return body
    return b'<?xml version="1.0"?>\n' + etree.tostring(root, pretty_print=True)


MANGLINGS: dict[str, Mangle] = {
    "as it was": lambda one: one,
    "secrets replaced": lambda one: _requests(
        one, lambda text: _SECRETS_IN_XML.sub(rb"\1[FILTERED]", _SECRETS.sub(rb"\1REDACTED", text))
    ),
    "secrets taken out": lambda one: _requests(one, lambda text: _MEMBER.sub(b"", _PAIR.sub(b"", text))),
    "ids replaced in requests": lambda one: _requests(one, lambda text: _WORKER.sub(rb"\1%3CWORKER_ID%3E", text)),
    "Workers replaced in replies": lambda one: _replies(one, lambda text: _NAMED_BY_REPLIES.sub(rb"\1REDACTED", text)),
    "RequestIds replaced": lambda one: _replies(one, lambda text: _REQUEST_ID.sub(rb"\1***REMOVED***", text)),
    "another host and path": lambda one: _url(one, _elsewhere),
    "path alone": lambda one: _url(one, lambda url: re.sub(r"^https?://[^/?]*", "", url)),
    "names of headers in lower case": lambda one: _headers(
        one, lambda pairs: tuple((name.lower(), value) for name, value in pairs)
    ),
    "no headers": lambda one: _headers(one, lambda _: ()),
    "no lengths": lambda one: _headers(
        one, lambda pairs: tuple(pair for pair in pairs if pair[0].lower() not in ("content-length", "host", "date"))
    ),
    "folded headers": lambda one: _headers(
        one,
        lambda pairs: tuple((name, value.replace("; ", ";\r\n\t").replace(";c", ";\r\n c")) for name, value in pairs),
    ),
    "headers joined": lambda one: _headers(
        one, lambda pairs: tuple((name, f"{value}, {value}") for name, value in pairs)
    ),
    "headers of a proxy": lambda one: _headers(
        one,
        lambda pairs: (
            *pairs,
            ("Via", "1.1 squid"),
            ("Transfer-Encoding", "chunked"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", "7"),
        ),
    ),
    "indented replies": lambda one: _replies(one, _indented),
    "a line feed behind": lambda one: _replies(one, lambda body: body + b"\n" if body else body),
    "lines end with CR LF": lambda one: _replies(one, lambda body: body.replace(b"\n", b"\r\n")),
    "requests lost": lambda one: replace(one, request=replace(one.request, url="/", headers=(), body=b"")),
    "times lost": lambda one: replace(one, sent_at=0.0, received_at=0.0),
    "replies not recorded": lambda one: replace(
        one, response=one.response and replace(one.response, headers=(), body=b"")
    ),
    "cached": lambda one: replace(one, response=one.response and replace(one.response, status=304)),
}
"""What is done → the exchange as it comes out of it."""
