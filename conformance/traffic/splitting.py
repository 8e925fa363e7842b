"""How an audit is cut into tasks: whole files, several small ones at a time, and ranges of large ones.

A range begins where an entry begins, so that the entries of all ranges are those of the file.  HAR files and JSON
lines can be cut; what is compressed, and every other format, is one task.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from conformance.traffic.entries import Source
from conformance.traffic.sources import is_url

TASK_BYTES = 8 * 1024 * 1024
"""About so many bytes are one task."""
MOST_FILES = 500
"""So many files at most are one task."""
_HEAD = 256 * 1024
_FIRST_WINDOW = 64 * 1024  # most entries are shorter, and each look at a URL costs what it fetches
_WINDOW = 1024 * 1024
_LONGEST_SEARCH = 64 * _WINDOW  # a longer entry stays whole
_HAR = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')
# The first key of the first entry.  Inside a JSON string no quotation mark stands without a backslash before it.
_FIRST_KEY = re.compile(rb'"entries"\s*:\s*\[\s*(\{\s*"(\w{3,40})"\s*:)')
_ENTRY_KEYS = (b"startedDateTime", b"pageref", b"_initiator", b"_connectionId", b"connection", b"_fromCache")
_LINE = re.compile(rb'\A(?:\xef\xbb\xbf)?\{[^\r\n]*"request"')
_RECORD = re.compile(rb'\A(?:\xef\xbb\xbf)?\{\s*"event"')

Task = tuple[Source, ...]
"""What one process does at a time: some whole files, or one range of one."""


def size_of(source: Source) -> int:
    """Return how many bytes a source has as it lies in the file system, 0 where that is not known."""
    try:
        size = _size_of_url(source.path) if is_url(source.path) else Path(source.path).stat().st_size
    except (OSError, ValueError):
        return 0
    return max(0, (size if source.stop is None else min(source.stop, size)) - source.start)


def parts(sources: Iterable[Source], size: int = TASK_BYTES) -> Iterator[Source]:
    """Yield sources, large ones in ranges of about ``size`` bytes where their format can be cut, in their order."""
    for source in sources:
        if source.start or source.stop is not None or size_of(source) <= size:
            yield source
        else:
            yield from _ranges(source, size)


def tasks(sources: Iterable[Source], size: int = TASK_BYTES) -> Iterator[Task]:
    """Yield tasks of about ``size`` bytes: small files together, ranges alone, in their order."""
    together: list[Source] = []
    weight = 0
    for part in parts(sources, size):
        alone = bool(part.start) or part.stop is not None or part.path == "-"
        heavy = size_of(part)
        if together and (alone or weight + heavy > size or len(together) == MOST_FILES):
            yield tuple(together)
            together, weight = [], 0
        if alone:
            yield (part,)
        else:
            together.append(part)
            weight += heavy
    if together:
        yield tuple(together)


def _ranges(source: Source, size: int) -> Iterator[Source]:
    try:
        with _opened(source) as file:
            beginning = _beginning(file.read(_HEAD))
            end = file.seek(0, 2)
            start = 0
            while beginning is not None and end - start > size + size // 2:
                cut = _next(file, beginning, start + size)
                if cut is None:
                    break
                yield replace(source, start=start, stop=cut)
                start = cut
    except OSError:  # told by who reads it
        yield source
        return
    yield replace(source, start=start) if start else source


def _size_of_url(url: str) -> int:
    from conformance.traffic.remote import size_of_url

    return size_of_url(url)


def _opened(source: Source) -> BinaryIO:
    if not is_url(source.path):
        return Path(source.path).open("rb")
    from conformance.traffic.remote import open_url

    return open_url(source.path, block=_FIRST_WINDOW)


def _beginning(head: bytes) -> re.Pattern[bytes] | None:
    """Return what an entry begins with, as its first group, in a file of which this is the head; None: it stays whole.

    The first key of a HAR's entry has to be one that nothing inside an entry begins with.
    """
    if _HAR.match(head):
        found = _FIRST_KEY.search(head)
        if found is None or found[2] not in _ENTRY_KEYS:
            return None
        return re.compile(rb'(?<=[,\s])(\{\s*"' + re.escape(found[2]) + rb'"\s*:)')
    if _LINE.match(head) and not _RECORD.match(head):
        return re.compile(rb"\n()(?=[^\r\n])")
    return None


def _next(file: BinaryIO, beginning: re.Pattern[bytes], start: int) -> int | None:
    """Return where the first entry begins from a place on; None where there is none for a long time."""
    overlap = 256
    base, size = start, _FIRST_WINDOW
    while base < start + _LONGEST_SEARCH:
        file.seek(base - overlap)
        window = file.read(size + overlap)
        found = beginning.search(window, overlap - 1)
        if found:
            return base - overlap + found.start(1)
        if len(window) < size + overlap:
            return None
        base, size = base + size, _WINDOW
    return None
