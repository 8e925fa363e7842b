"""A recorded run as an HTTP archive, HAR 1.2: every exchange, for the tools that read such files, `audit` included.

An entry's comment is the id of the exchange in the record.  Where no response came, its status is 0 and ``_error`` says
why, as browsers have it.  HAR has no place for a request's body that is not text: that one has ``encoding`` beside it,
as the bodies of responses have.
"""

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TextIO
from urllib.parse import parse_qsl

import conformance
from conformance.record.reader import Record
from conformance.wire.messages import Exchange, Headers, HttpRequest, HttpResponse, header

Json = dict[str, object]
_VERSION = "HTTP/1.1"
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", re.ASCII)
_UNKNOWN = -1  # what HAR says for a size that is not known


def write(record: Record, out: TextIO) -> None:
    """Write the archive to ``out``, one entry a line; the same record gives the same bytes, all of them ASCII."""
    creator = {"name": "mturk-conformance", "version": conformance.__version__}
    out.write(f'{{"log": {{"version": "1.2", "creator": {json.dumps(creator)}, "entries": [')
    separator = "\n"
    for name, exchange in record.exchanges.items():
        out.write(separator + json.dumps(entry_of(exchange, name, record.header.url)))
        separator = ",\n"
    out.write("\n]}}\n")


def entry_of(exchange: Exchange, comment: str, url: str) -> Json:
    """Return the entry of an exchange; ``url`` is the endpoint's, for requests that name a path alone."""
    elapsed = max(0.0, exchange.received_at - exchange.sent_at) * 1000
    return {
        "startedDateTime": _moment(exchange.sent_at),
        "time": elapsed,
        "request": _request(exchange.request, url),
        "response": _response(exchange.response, exchange.failure or ""),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed, "receive": 0},
        "comment": comment,
    }


def _request(request: HttpRequest, url: str) -> Json:
    address = request.url if "://" in request.url else url.rstrip("/") + request.url
    query = parse_qsl(address.partition("?")[2].partition("#")[0], keep_blank_values=True)
    told: Json = {
        "method": request.method,
        "url": address,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _headers(request.headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": _UNKNOWN,
        "bodySize": len(request.body),
    }
    if request.body:
        told["postData"] = {"mimeType": header(request.headers, "Content-Type") or "", **_text(request.body)}
    return told


def _response(response: HttpResponse | None, failure: str) -> Json:
    if response is None:
        nothing = HttpResponse(status=0)
        return {**_response(nothing, ""), "_error": failure, "bodySize": _UNKNOWN}
    content = {
        "size": len(response.body),
        "mimeType": header(response.headers, "Content-Type") or "x-unknown",
        **_text(response.body),
    }
    return {
        "status": response.status,
        "statusText": _PHRASES.get(response.status, ""),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _headers(response.headers),
        "content": content,
        "redirectURL": header(response.headers, "Location") or "",
        "headersSize": _UNKNOWN,
        "bodySize": len(response.body),
    }


def _text(body: bytes) -> Json:
    """Return a body as text, unless readers could make other bytes of it than these."""
    declared = _DECLARED.match(body)
    safe = body.isascii() or declared is None or declared[1].lower() == b"utf-8"
    try:
        if safe and body[:1] >= b"\t":
            return {"text": body.decode()}
    except UnicodeDecodeError:
        pass
    return {"text": base64.b64encode(body).decode("ascii"), **({"encoding": "base64"} if body else {})}


def _moment(seconds: float) -> str:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # a record that was written by another program
        moment = datetime.fromtimestamp(0, UTC)
    return moment.isoformat(timespec="microseconds")


def _headers(headers: Headers) -> list[Json]:
    return [{"name": name, "value": value} for name, value in headers]


_PHRASES: Mapping[int, str] = {status.value: status.phrase for status in HTTPStatus}
