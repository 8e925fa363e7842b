"""What readers of captures yield."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from conformance.record.places import Place
from conformance.wire.messages import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a capture: an exchange, or a ``body`` that stands alone (a document, or a reply without its call).

    ``fault`` says in one clause why a part of the capture cannot be read; then there is nothing else.  Nothing at all
    is traffic of another protocol.
    """

    place: Place
    exchange: Exchange | None = None
    body: bytes | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file of an audit: its number among all, from 0, and its path, URL, or ``-`` for standard input.

    With ``start`` and ``stop`` (bytes of an uncompressed file) only the entries that begin there are meant.  ``at`` is
    where the file lies, if another process has to be told so because its path depends on the working directory.
    Where ``is_telling`` is False, what exchanges show together is looked at no longer, and need not be told.
    """

    number: int
    path: str
    start: int = 0
    stop: int | None = None
    at: str = ""
    is_telling: bool = True


Reader = Callable[[BinaryIO, Source], Iterator[Entry]]
"""Yields the entries of a stream, which can be read and peeked at but not sought in; raises nothing for bad input.

A reader holds one entry at a time.  After a part that cannot be read (an `Entry` with ``fault``) it goes on with the
next entry where it can find one.
"""
