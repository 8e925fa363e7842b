"""Reader of VCR cassettes: of vcrpy (``interactions``) and of Ruby's VCR (``http_interactions``), in YAML or JSON.

A body is text, or binary by a YAML tag, or a mapping with ``string`` or ``base64_string`` and the name of an
``encoding``; headers have a value or a list of them.  Tags of Ruby and Python objects are passed over.
"""

import base64
import binascii
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

from conformance.record.places import Place
from conformance.traffic import json_items, yaml_items
from conformance.traffic.bodies import BodyUnreadable, decoded
from conformance.traffic.entries import Entry, Source
from conformance.traffic.yaml_items import Item
from conformance.wire.messages import Exchange, Headers, HttpRequest, HttpResponse

LISTS = ("interactions", "http_interactions")
MAX_HEADERS = 1_000


class _NoInteraction(ValueError):
    """An item is none; the message says what it lacks in one clause."""


def read_cassette(stream: BinaryIO, source: Source) -> Iterator[Entry]:
    """Yield the interactions of a cassette with the lines on which they begin."""
    read = json_items if _is_json(stream) else yaml_items
    for number, item in enumerate(read.items(stream, LISTS), 1):
        place = Place(source=source.number, file=source.path, entry=number, offset=item.offset, line=item.line)
        yield _entry(item, place)


def _is_json(stream: BinaryIO) -> bool:
    """Tell whether the first character is that of an object; of YAML that could be one it is as well."""
    peek = getattr(stream, "peek", None)
    return peek is not None and peek(64)[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _entry(item: Item, place: Place) -> Entry:
    if item.fault:
        return Entry(place=place, fault=f"interaction {place.entry} cannot be read: {item.fault}")
    try:
        return Entry(place=place, exchange=exchange_of(item.value))
    except _NoInteraction as error:
        return Entry(place=place, fault=f"interaction {place.entry} cannot be read: {error}")


def exchange_of(interaction: object) -> Exchange:
    """Return the exchange that an interaction of either layout is; raise ValueError where it is none."""
    if not isinstance(interaction, dict):
        raise _NoInteraction("it is no mapping")
    asked = interaction.get("request")
    uri = asked.get("uri", asked.get("url")) if isinstance(asked, dict) else None
    if not isinstance(asked, dict) or not isinstance(uri, str):
        raise _NoInteraction("it has no request with a uri")
    headers = _headers(asked.get("headers"))
    response, failure = _response(interaction.get("response"))
    try:
        body = decoded(_octets(asked.get("body")), headers)
    except BodyUnreadable as error:
        body, response, failure = b"", None, f"the body of the request cannot be read: {error}"
    method = _text(asked.get("method"), "GET").removeprefix(":").upper()
    request = HttpRequest(method=method, url=uri, headers=headers, body=body)
    moment = _moment(interaction.get("recorded_at"))
    return Exchange(request=request, response=response, sent_at=moment, received_at=moment, failure=failure)


def _response(answered: object) -> tuple[HttpResponse | None, str | None]:
    """Return the response, or None and why there is none."""
    if not isinstance(answered, dict):
        return None, "the cassette has no response to it"
    headers = _headers(answered.get("headers"))
    try:
        body = decoded(_octets(answered.get("body")), headers)
    except BodyUnreadable as error:
        return None, f"the body of the response cannot be read: {error}"
    return HttpResponse(status=_status(answered), headers=headers, body=body), None


def _octets(body: object, encoding: str = "") -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        with suppress(LookupError, UnicodeEncodeError):
            return body.encode(encoding or "utf-8")
        return body.encode("utf-8", "surrogatepass")
    return _of_mapping(body) if isinstance(body, dict) else b""


def _of_mapping(body: dict[str, Any]) -> bytes:
    if "base64_string" in body:
        try:
            return base64.b64decode(_octets(body["base64_string"]))
        except binascii.Error:
            raise _NoInteraction("its base64_string is not base64") from None
    state = body.get("state")
    if isinstance(state, list) and state and not isinstance(state[0], list | dict):
        return _octets(state[0])  # an open file that vcrpy wrote as a Python object
    text, named = body.get("string"), _text(body.get("encoding"), "")
    if isinstance(text, dict):
        raise _NoInteraction("its body is no text")
    # Ruby names so what has no encoding, and what is plain ASCII as far as it goes.
    return _octets(text, "" if named.upper() in ("ASCII-8BIT", "BINARY", "US-ASCII") else named)


def _headers(members: object) -> Headers:
    if not isinstance(members, dict):
        return ()
    pairs: list[tuple[str, str]] = []
    for name, value in members.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str | bytes) and len(pairs) < MAX_HEADERS:
                pairs.append((name, _text(one, "")))
    return tuple(pairs)


def _status(response: dict[str, Any]) -> int:
    status = response.get("status", response.get("status_code"))
    code = _text(status.get("code") if isinstance(status, dict) else status, "")
    if not (code.isascii() and code.isdigit() and len(code) == 3):
        raise _NoInteraction("its response has no status")
    return int(code)


def _moment(written: object) -> float:
    """Return seconds since the epoch, 0 where none are told: Ruby's VCR writes them as e-mails do."""
    text = _text(written, "")
    for reading in (parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError, TypeError, OverflowError, OSError):
            return reading(text).timestamp()
    return 0.0


def _text(value: object, otherwise: str) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else otherwise
