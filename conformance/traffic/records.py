"""Reader of the records that the kit writes itself: of a run (``run --record FILE``) and of the live proxy.

One event stands on a line (`conformance.record.events`); those that are exchanges become entries again, in their order.
"""

import json
from collections.abc import Iterator
from typing import BinaryIO

from conformance.record.events import ExchangeEvent
from conformance.record.places import Place
from conformance.traffic.entries import Entry, Source
from conformance.wire.xml import MAX_BYTES

MAX_LINE = 4 * MAX_BYTES
"""Bytes of a line that is read: two bodies, each of whose bytes may be escaped."""

_CHUNK = 1024 * 1024


def read_run_record(stream: BinaryIO, source: Source) -> Iterator[Entry]:
    """Yield the exchanges of a record; a line that is no event, is too long or cut short is an entry with a fault."""
    number = count = 0
    offset = source.start
    while source.stop is None or offset < source.stop:
        line = stream.readline(MAX_LINE + 1)
        if not line:
            return
        number += 1
        at, offset = offset, offset + len(line)
        place = Place(
            source=source.number, file=source.path, entry=count + 1, offset=at, line=0 if source.start else number
        )
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(_CHUNK)
                offset += len(line)
            entry: Entry | None = Entry(
                place=place, fault=f"line {number} has more than {MAX_LINE:,} bytes, and so many are read at most"
            )
        else:
            entry = _entry(line, place)
        if entry is not None:
            count += 1
            yield entry


def _entry(line: bytes, place: Place) -> Entry | None:
    """Return the entry that a line is; None for an event of another kind."""
    if not line.strip():
        return None
    try:
        data = json.loads(line)
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            raise ValueError("is no event of a record")
        if data["type"] != "exchange":
            return None
        return Entry(place=place, exchange=ExchangeEvent.from_json(data).exchange)
    except (ValueError, RecursionError) as error:
        named = f"line {place.line}" if place.line else f"the line at byte {place.offset}"
        if not line.endswith(b"\n"):
            return Entry(place=place, fault=f"{named} was not written to its end")
        not_json = isinstance(error, json.JSONDecodeError | UnicodeError | RecursionError)
        return Entry(place=place, fault=f"{named} {'is not JSON' if not_json else error}")
