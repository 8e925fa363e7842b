"""Where something stands in a capture; and what is told behind its place, as one value of bytes.

An audit keeps thousands of such values: they take half the memory of objects, and sort as their places do.
"""

from dataclasses import dataclass, replace
from struct import Struct

_PLACE = Struct(">IQQI")  # big-endian: bytes in the order of the numbers


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where something stands in a capture.

    ``source`` is the number of the file in the order in which files were named or found, from 0; ``file`` its path or
    URL; ``entry`` counts the exchanges of a file from 1 and is 0 for a file that is one document.  ``offset`` is in
    bytes of the file, once it is decompressed, -1 where it is not known; ``line`` counts from 1, 0 where it is unknown.
    """

    source: int
    file: str
    entry: int = 0
    offset: int = -1
    line: int = 0


def placed(place: Place, told: bytes = b"") -> bytes:
    """Return what is told behind its place, whose ``file`` is left out: the number of the source stands for it."""
    return _PLACE.pack(place.source, place.entry, place.offset + 1, place.line) + told


def place_of(one: bytes) -> Place:
    """Return the place of what `placed` returned, without its file."""
    source, entry, offset, line = _PLACE.unpack_from(one)
    return Place(source=source, file="", entry=entry, offset=offset - 1, line=line)


def order_of(one: bytes) -> bytes:
    """Return what sorts as the place does; all that one exchange tells has the same."""
    return one[: _PLACE.size]


def told_in(one: bytes) -> memoryview:
    """Return what is told, without its place."""
    return memoryview(one)[_PLACE.size :]


def after(place: Place, already: int) -> Place:
    """Return the place of an entry that comes after ``already`` others; a file that is one document has none."""
    return replace(place, entry=place.entry + already) if place.entry else place


def told_after(one: bytes, already: int) -> bytes:
    """Return what is told of an entry that comes after ``already`` others."""
    return placed(after(place_of(one), already)) + told_in(one)
