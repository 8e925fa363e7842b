"""Reader of exchanges as JSON lines, the format for tools that have none of their own.

``exchange_lines.schema.json`` beside this module describes a line.  What it does not name is passed over.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any, BinaryIO

from conformance.record.places import Place
from conformance.traffic.bodies import BodyUnreadable, decoded
from conformance.traffic.entries import Entry, Source
from conformance.traffic.json_fields import NotAnEntry, members_of, moment, scalar, text_of
from conformance.traffic.json_window import TOO_LONG, Cut, Malformed, Value, Window
from conformance.wire.messages import Exchange, Headers, HttpRequest, HttpResponse


def read_exchange_lines(stream: BinaryIO, source: Source) -> Iterator[Entry]:
    """Yield the exchanges of the lines, or of those that begin in the source's range, with their offsets and lines.

    A range begins with a line; its exchanges are counted from its beginning, its lines not at all.
    """
    window = Window(stream, source.start, lines=True)
    number = 0
    if window.mark() == "\ufeff":
        window.at += 1
    while window.mark():
        offset, line = window.place()
        if source.stop is not None and offset >= source.stop:
            return
        number += 1
        place = Place(source=source.number, file=source.path, entry=number, offset=offset, line=line)
        yield _entry(window, place)


def _entry(window: Window, place: Place) -> Entry:
    """Read the value that begins here, and go past it, or to the next line where it is damaged."""
    try:
        return Entry(place=place, exchange=exchange_of(window.value()))
    except NotAnEntry as error:
        return Entry(place=place, fault=f"the line is no exchange: {error}")
    except Cut:
        window.next_line()
        return Entry(place=place, fault="the exchange that begins here was not written to its end")
    except Malformed as error:
        if not error.passed:
            window.next_line()
        return Entry(place=place, fault=f"the line cannot be read: {error}")


def exchange_of(value: Value) -> Exchange:
    """Return the exchange that a line holds; raise NotAnEntry.

    Where no response came, or a body cannot be had, ``response`` is None and ``failure`` says why.
    """
    line = members_of(value.data, "it")
    asked = members_of(line.get("request"), "the request")
    answered = line.get("response")
    failure = line.get("failure")
    response: HttpResponse | None = None
    body = b""
    try:
        body = _body(asked, "the request", value.long)
        response = _response(answered, value.long) if answered is not None else None
    except BodyUnreadable as error:
        failure = f"a body cannot be read: {error}"
    request = HttpRequest(
        method=text_of(asked, "method", "the request"),
        url=scalar(text_of(asked, "url", "the request")),
        headers=_headers(asked, "the request"),
        body=body,
    )
    sent_at = _time(line.get("sent_at"), "sent_at")
    return Exchange(
        request=request,
        response=response,
        sent_at=sent_at,
        received_at=_time(line.get("received_at"), "received_at") or sent_at,
        failure=None if response else _failure(failure),
    )


def _failure(said: Any) -> str:
    return scalar(said) if isinstance(said, str) and said else "the line holds no response"


def _response(data: Any, long: dict[str, str | None]) -> HttpResponse:
    answer = members_of(data, "the response")
    status = answer.get("status")
    if not isinstance(status, float) or not status.is_integer() or not 100 <= status <= 999:
        raise NotAnEntry("the status of the response is no number from 100 to 999")
    body = _body(answer, "the response", long)
    return HttpResponse(status=int(status), headers=_headers(answer, "the response"), body=body)


def _body(message: dict[str, Any], what: str, long: dict[str, str | None]) -> bytes:
    data = message.get("body")
    if isinstance(data, tuple):
        body = members_of(data, f"the body of {what}")
        name = "text" if "text" in body else "base64"
        content = _whole(text_of(body, name, f"the body of {what}"), long)
    elif data is None or isinstance(data, str):
        name, content = "text", _whole(data or "", long)
    else:
        raise NotAnEntry(f"the body of {what} is neither a string nor an object")
    if name == "text":
        octets = scalar(content).encode()
    else:
        try:
            octets = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise NotAnEntry(f"the body of {what} is not base64") from None
    return decoded(octets, _headers(message, what))


def _whole(text: str, long: dict[str, str | None]) -> str:
    whole = long.get(text, text) if text[:1] == "\0" else text
    if whole is None:
        raise BodyUnreadable(TOO_LONG)
    return whole


def _headers(message: dict[str, Any], what: str) -> Headers:
    fields = message.get("headers")
    if fields is None:
        return ()
    if isinstance(fields, tuple):  # an object: of each name the value, or the values
        pairs: list[Any] = [
            (name, one) for name, value in fields for one in (value if isinstance(value, list) else [value])
        ]
    else:
        pairs = fields if isinstance(fields, list) else [None]
    if not all(_is_pair(pair) for pair in pairs):
        raise NotAnEntry(f"the headers of {what} are no pairs of name and value")
    return tuple((scalar(name), scalar(value)) for name, value in pairs)


def _is_pair(data: Any) -> bool:
    """Tell whether data are two strings."""
    return isinstance(data, list | tuple) and len(data) == 2 and all(isinstance(one, str) for one in data)


def _time(data: Any, name: str) -> float:
    """Return seconds since the epoch; 0 where they are not told."""
    if data is None:
        return 0.0
    if isinstance(data, float) and 0 <= data < 1e11:
        return data
    if isinstance(data, str) and (read := moment(data)):
        return read
    raise NotAnEntry(f"{name} is neither a number of seconds nor a moment in ISO 8601")
