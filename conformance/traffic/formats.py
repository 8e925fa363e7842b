"""Which format a file has, by its content, and the reader of that."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import BinaryIO

from conformance.record.places import Place
from conformance.traffic.entries import Entry, Reader, Source
from conformance.traffic.heads import format_of, hint_of
from conformance.traffic.sources import head_of, is_url, open_source
from conformance.traffic.streams import trouble
from conformance.wire.xml import MAX_BYTES

_READERS = {
    "HAR": ("har", "read_har"),
    "mitmproxy": ("mitmproxy_dump", "read_mitmproxy"),
    "cassette": ("cassettes", "read_cassette"),
    "record": ("records", "read_run_record"),
    "exchanges": ("exchange_lines", "read_exchange_lines"),
}

MOST_FAULTS = 1_000
"""A file, or a range of one, of which more parts than these cannot be read is read no further."""


def entries(source: Source) -> Iterator[Entry]:
    """Yield the entries of a source, whatever its format; what cannot be opened is one entry with a fault.

    Where more than `MOST_FAULTS` parts cannot be read, that ends it.  Where the file ends before its time
    (`streams.trouble`), what was read is yielded, and one fault at the end.
    """
    place = Place(source=source.number, file=source.path)
    try:
        head = _head_of_file(source) if source.start else None
        with open_source(source) as stream:
            yield from _entries(stream, source, head_of(stream) if head is None else head)
    except OSError as error:
        why = error.strerror or str(error) or type(error).__name__
        yield Entry(place=place, fault=f"cannot read {source.path}: {why}. Name a file that can be read.")


def _head_of_file(source: Source) -> bytes:
    if is_url(source.path):
        from conformance.traffic.remote import head_of_url

        return head_of_url(source.path)
    with open_source(replace(source, start=0, stop=None)) as stream:
        return head_of(stream)


def _entries(stream: BinaryIO, source: Source, head: bytes) -> Iterator[Entry]:
    known = _READERS.get(format_of(head))
    if known is not None:
        yield from _with_end(_reader(*known)(stream, source), stream, source)
        return
    place = Place(source=source.number, file=source.path)
    hint = hint_of(head)
    if hint is None:
        body = stream.read(MAX_BYTES + 1)
        hint = trouble(stream) and f"the file is cut short or damaged: {trouble(stream)}"
    yield Entry(place=place, fault=hint) if hint else Entry(place=place, body=body)


def _reader(module: str, name: str) -> Reader:
    reader: Reader = getattr(import_module(f"conformance.traffic.{module}"), name)
    return reader


def _with_end(read: Iterator[Entry], stream: BinaryIO, source: Source) -> Iterator[Entry]:
    """Yield entries; where the stream ended before its time the last fault, or one more, tells of it."""
    last: Entry | None = None
    faults = 0
    for entry in read:
        if last is not None:
            yield last
        last = entry
        faults += bool(entry.fault)
        if faults > MOST_FAULTS:
            yield replace(entry, fault=f"more than {MOST_FAULTS:,} parts cannot be read; the rest is left out")
            return
    why = trouble(stream)
    if why and last is not None and last.fault:
        yield replace(last, fault=f"{last.fault.rstrip('.')} (the file: {why})")
        return
    if last is not None:
        yield last
    if why:
        place = Place(source=source.number, file=source.path)
        yield Entry(place=place, fault=f"the file is cut short or damaged: {why}")
