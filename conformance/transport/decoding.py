"""Undoing content encodings within a limit, with any version of the HTTP library, and noticing what is cut off."""

import zlib
from collections.abc import Iterable, Iterator

from conformance.transport.failures import TooLargeError

_PIECE = 64 * 1024
_WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class UndecodableError(ValueError):
    """A body is not what its Content-Encoding says, or that encoding is unknown; the message says which."""


def decode(pieces: Iterable[bytes], codings: str, limit: int) -> bytes:
    """Return the body whose wire form arrives in ``pieces``, with ``codings`` (the header's value) undone.

    Holds no more than about ``limit`` bytes, whatever the body expands to.  Raises TooLargeError beyond it (it holds
    for every layer of encoding), and UndecodableError.
    """
    layer = _within(pieces, limit)
    for coding in reversed([name.strip().lower() for name in codings.split(",")]):
        if coding not in ("", "identity"):
            layer = _within(_inflated(layer, coding), limit)
    return b"".join(layer)


def _within(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    room = limit
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            raise TooLargeError(f"the body is longer than the limit of {limit} bytes")
        yield piece


def _inflated(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    if coding not in _WINDOW:
        raise UndecodableError(f"Content-Encoding {coding[:40]!r} was not asked for and cannot be undone")
    decoder = None  # none before the first byte: an empty body is empty in every encoding
    try:
        for piece in pieces:
            data = piece
            while data:
                if decoder is None or decoder.eof:  # a gzip stream may have several members
                    decoder = zlib.decompressobj(_WINDOW[coding])
                yield decoder.decompress(data, _PIECE)
                data = decoder.unconsumed_tail or decoder.unused_data
        if decoder is not None:
            yield decoder.flush()
    except zlib.error as error:
        raise UndecodableError(f"the body is not {coding}, as Content-Encoding says: {error}") from None
    if decoder is not None and not decoder.eof:
        raise UndecodableError(f"the body ends within its {coding} encoding")
