"""Reader of mitmproxy dumps (``mitmdump -w FILE``): of mitmproxy 7 (flow format 14) up to the newest there is.

A dump is a row of tnetstrings, ``<length>:<bytes><type>``, one dictionary a flow.  mitmproxy has a reader of its own,
`mitmproxy.io.FlowReader`; it builds every value of every flow in Python, and took seven times as long as this here for
the same exchanges (a walk for nothing but bodies is 25 times as fast as it).  So this walks, and passes over by its
length what is not asked for: of a flow it reads the request, the response and how it ended, nothing of the connections,
certificates and metadata, and it needs no mitmproxy.

HTTP flows become exchanges; flows of TCP, UDP, DNS become entries with nothing to judge.  What is damaged is told, and
the next flow is looked for by its first key.  One flow is held at a time; of one larger than `MAX_FLOW` the bodies are
passed over unread.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from conformance.record.places import Place
from conformance.traffic.bodies import BodyUnreadable, decoded
from conformance.traffic.entries import Entry, Source
from conformance.traffic.pushback import Pushback
from conformance.wire.messages import Exchange, Headers, HttpRequest, HttpResponse, header
from conformance.wire.xml import MAX_BYTES

MAX_FLOW = 2 * MAX_BYTES + 1024 * 1024
FORMATS = range(5, 1_000)
"""Versions of the flow format whose requests and responses stand as they are read here; 14 is of mitmproxy 7."""

_LONGEST_LENGTH = 12  # digits: as many as mitmproxy itself takes
_SMALL = {b"%d" % number: number for number in range(1_000)}  # most lengths, faster looked up than read
_NO_LENGTH = -1
_REMEMBERED = 2_000  # bytes of headers
_READ = frozenset(
    b"type version error msg request response method scheme host port authority path status_code headers content "
    b"timestamp_start timestamp_end".split()
)
_MAX_ITEMS = 20_000  # values of one dictionary or list
_TOO_MANY = f"it has more than {_MAX_ITEMS:,} values, and so many are read at most"
_MAX_SEARCHES = 100  # a file with more damage than this is not searched on: each search may read a whole flow
_DICTIONARY, _LIST = ord("}"), ord("]")
_TEXTS = (ord(";"), ord(","))
_NUMBERS = (ord("#"), ord("^"))
_NONE = ord("~")
# What a flow can begin with: mitmproxy writes its keys in an order that only changed from version to version.
_FLOW = re.compile(rb"(?<!6:backup;)(?<![0-9])[1-9][0-9]{1,11}:(?:9:websocket|7:version|4:type|8:messages|8:response);")
_SEEN_AGAIN = 48  # bytes: longer than any beginning of a flow
_Span = tuple[int, int, int]
"""Where a value stands, from and to, and its type."""


class _Damaged(ValueError):
    """What was read is no tnetstring, or not a flow; the message says why in one clause."""


def read_mitmproxy(stream: BinaryIO, source: Source) -> Iterator[Entry]:
    """Yield the flows of a dump, in the order in which they were written, with their offsets."""
    bytes_ = Pushback(stream, source.start)
    searches = number = 0
    while source.stop is None or bytes_.offset < source.stop:
        at = bytes_.offset
        place = Place(source=source.number, file=source.path, entry=number + 1, offset=at)
        try:
            flow = _next_flow(bytes_)
            if flow is None:
                return
            entry = _entry(flow, place)
            number += 1
            yield entry
            continue
        except _Damaged as error:
            fault = str(error)
        searches += 1
        found = searches <= _MAX_SEARCHES and _search(bytes_)
        number += 1
        on = f"reading goes on at byte {bytes_.offset}" if found else "nothing more of the file is read"
        yield Entry(place=place, fault=f"no mitmproxy flow at byte {at}: {fault}; {on}")
        if not found:
            return


def _search(stream: Pushback) -> bool:
    """Go on to what may be the beginning of a flow; tell whether there is one."""
    at = 1  # where the damage began, nothing begins
    while len(window := stream.read(1024 * 1024)) > 0:
        while at and window[at : at + 1].isdigit():
            at += 1  # nor within its length
        found = _FLOW.search(window, at)
        at = 0
        if found:
            stream.push_back(window[found.start() :])
            return True
        if len(window) <= _SEEN_AGAIN:
            return False
        stream.push_back(window[-_SEEN_AGAIN:])
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flow:
    """The values of one flow that are read: at the top, of the request and of the response, each by its key."""

    data: bytes
    top: Mapping[bytes, _Span]

    def part(self, name: bytes) -> "_Flow | None":
        """Return a dictionary within, or None where there is none."""
        start, stop, kind = self.top.get(name, (0, 0, _NONE))
        return _Flow(data=self.data, top=_members(self.data, start, stop)) if kind == _DICTIONARY else None

    def octets(self, name: bytes) -> bytes | None:
        """Return a string; None where there is none."""
        start, stop, kind = self.top.get(name, (0, 0, _NONE))
        return self.data[start:stop] if kind in _TEXTS else None

    def text(self, name: bytes) -> str:
        """Return a string as text, empty where there is none."""
        return (self.octets(name) or b"").decode("utf-8", "replace")

    def figure(self, name: bytes) -> float:
        """Return a number, 0 where there is none."""
        start, stop, kind = self.top.get(name, (0, 0, _NONE))
        if kind not in _NUMBERS or stop - start > 40:
            return 0.0
        try:
            figure = float(self.data[start:stop])
        except ValueError:
            figure = math.nan
        if not math.isfinite(figure):
            raise _Damaged(f"{name.decode(errors='replace')} is no number")
        return figure


def _next_flow(stream: Pushback) -> _Flow | None:
    """Read one flow; None at the end of the dump."""
    length = _length(stream)
    if length is None:
        return None
    if length > MAX_FLOW:
        return _large_flow(stream, length)
    data = stream.read(length + 1)
    try:
        if len(data) <= length:
            raise _Damaged(f"the file ends within the flow, of whose {length:,} bytes {len(data):,} are there")
        if data[length] != _DICTIONARY:
            raise _Damaged("its length is wrong, or it is no dictionary")
        return _Flow(data=data, top=_members(data, 0, length))
    except _Damaged:
        stream.push_back(data)
        raise


def _length(stream: Pushback) -> int | None:
    digits = b""
    while (octet := stream.read(1)).isdigit() and len(digits) < _LONGEST_LENGTH:
        digits += octet
    if octet == b":" and digits:
        return int(digits)
    if not digits and not octet:
        return None
    stream.push_back(digits + octet)
    raise _Damaged("the file ends within a length" if not octet else "there is no length")


def _members(data: bytes, at: int, end: int) -> dict[bytes, _Span]:
    """Return where those values of a dictionary stand that are read here, by key."""
    found: dict[bytes, _Span] = {}
    find, known = data.find, _SMALL.get
    for _ in range(_MAX_ITEMS):
        if at >= end:
            return found
        # Keys are short, and of their types nothing hangs; the rest is `_items`, written out for speed.
        colon = find(b":", at, at + 4)
        begin = colon + 1
        stop = begin + known(data[at:colon], end)
        key = data[begin:stop]
        at = stop + 1
        colon = find(b":", at, at + _LONGEST_LENGTH + 1)
        begin = colon + 1
        length = known(data[at:colon]) if colon > 0 else _NO_LENGTH
        stop = begin + (_length_of(data[at:colon]) if length is None else length)
        if stop < begin or stop >= end:
            raise _Damaged(f"there is no length near byte {at} of the flow, or a wrong one")
        if key in _READ:
            found[key] = (begin, stop, data[stop])
        at = stop + 1
    raise _Damaged(_TOO_MANY)


def _length_of(digits: bytes) -> int:
    return int(digits) if digits.isdigit() else _NO_LENGTH


def _items(data: bytes, at: int, end: int) -> list[_Span]:
    """Return where the elements of a list stand."""
    spans: list[_Span] = []
    find, known = data.find, _SMALL.get
    while at < end:
        colon = find(b":", at, at + _LONGEST_LENGTH + 1)
        length = known(data[at:colon]) if colon > 0 else _NO_LENGTH
        begin = colon + 1
        stop = begin + (_length_of(data[at:colon]) if length is None else length)
        if stop < begin or stop >= end:
            raise _Damaged(f"there is no length at byte {at} of the flow, or a wrong one")
        spans.append((begin, stop, data[stop]))
        at = stop + 1
        if len(spans) > _MAX_ITEMS:
            raise _Damaged(_TOO_MANY)
    return spans


def _large_flow(stream: Pushback, length: int) -> _Flow:
    """Return a flow that is larger than what is held, without what makes it so: values longer than a body may be.

    Dictionaries are walked through, as far as they go: two levels, of which a flow's request and response are one.
    """
    kept = _shrunk(stream, length, depth=2)
    if stream.read(1) != b"}":
        raise _Damaged("the file ends within the flow, or its length is wrong")
    return _Flow(data=kept, top=_members(kept, 0, len(kept)))


def _shrunk(stream: Pushback, length: int, *, depth: int) -> bytes:
    """Return the elements that stand in the next ``length`` bytes, None for what is too long to keep."""
    end, kept = stream.offset + length, bytearray()
    while stream.offset < end:
        size = _length(stream)
        if size is None or stream.offset + size >= end:
            raise _Damaged("the file ends within the flow, or a length in it is wrong")
        if size <= MAX_BYTES and len(kept) + size <= MAX_FLOW:
            kept += b"%d:" % size + stream.read(size + 1)
        elif depth and (nested := stream.read(_SEEN_AGAIN)):
            # The type stands behind the value: what begins as a key of a request or a response does is looked into.
            stream.push_back(nested)
            inner = _shrunk(stream, size, depth=depth - 1) if _begins_message(nested) else b""
            kind = stream.read(1) if inner else (stream.skip(size + 1), b"~")[1]
            kept += b"%d:" % len(inner) + inner + kind
        else:
            stream.skip(size + 1)
            kept += b"0:~"
    return bytes(kept)


def _begins_message(start: bytes) -> bool:
    return re.match(rb"[0-9]{1,2}:[a-z_]+;", start) is not None


def _entry(flow: _Flow, place: Place) -> Entry:
    try:
        version, kind = int(flow.figure(b"version")), flow.octets(b"type")
        if kind is None or version not in FORMATS:
            told = f"format version {version}" if version else "no format version"
            raise _Damaged(f"it has {told}; write it anew with `mitmdump -nr OLD -w NEW`")
        request = flow.part(b"request")
        if kind != b"http" or request is None:
            return Entry(place=place)
        return Entry(place=place, exchange=_exchange(flow, request))
    except _Damaged as error:
        return Entry(place=place, fault=f"the flow at byte {place.offset} cannot be read: {error}")


def _exchange(flow: _Flow, request: _Flow) -> Exchange:
    answered, failure, received_at = _response(flow)
    headers = _headers(request)
    try:
        body = decoded(request.octets(b"content") or b"", headers)
    except BodyUnreadable as error:
        body, answered, failure = b"", None, f"the body of the request cannot be read: {error}"
    sent_at = request.figure(b"timestamp_start")
    sent = HttpRequest(method=request.text(b"method"), url=_url(request, headers), headers=headers, body=body)
    return Exchange(
        request=sent, response=answered, sent_at=sent_at, received_at=received_at or sent_at, failure=failure
    )


def _response(flow: _Flow) -> tuple[HttpResponse | None, str | None, float]:
    """Return the response, or None and why there is none, and when it was there, 0 if that is not known."""
    response, error = flow.part(b"response"), flow.part(b"error")
    if response is None:
        return None, (error and error.text(b"msg")) or "no response was recorded", 0.0
    received_at = response.figure(b"timestamp_end") or response.figure(b"timestamp_start")
    headers, body = _headers(response), response.octets(b"content")
    if body is None:
        return None, "the body of the response was not recorded, or is longer than what is read", received_at
    try:
        body = decoded(body, headers)
    except BodyUnreadable as unreadable:
        return None, f"the body of the response cannot be read: {unreadable}", received_at
    return HttpResponse(status=int(response.figure(b"status_code")), headers=headers, body=body), None, received_at


def _url(request: _Flow, headers: Headers) -> str:
    """Return where the client meant to go: by its header Host, since behind a proxy the address may be another's."""
    asked = header(headers, "Host") or request.text(b"authority")
    if not asked:
        asked = f"{request.text(b'host')}:{request.figure(b'port'):.0f}"
    return f"{request.text(b'scheme') or 'http'}://{asked}{request.text(b'path')}"


def _headers(message: _Flow) -> Headers:
    start, stop, kind = message.top.get(b"headers", (0, 0, _NONE))
    if kind != _LIST:
        return ()
    octets = message.data[start:stop]
    return _headers_in(octets) if len(octets) <= _REMEMBERED else _headers_in.__wrapped__(octets)


@lru_cache(maxsize=64)  # a client sends the same ones again and again
def _headers_in(data: bytes) -> Headers:
    pairs = []
    for field in _items(data, 0, len(data)):
        pair = [data[one[0] : one[1]].decode("latin-1") for one in _items(data, field[0], field[1])]
        if field[2] != _LIST or len(pair) != 2:
            raise _Damaged("a header is no pair")
        pairs.append((pair[0], pair[1]))
    return tuple(pairs)
