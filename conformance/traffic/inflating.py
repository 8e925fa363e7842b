"""Compressed data undone a piece at a time, so that however much it expands to, little is held.

gzip (several members), zlib and raw deflate are the standard library's; zstd is its newest version's, for older ones
the backport of that; br is brotlicffi from 1.2 on, which can bound its output
(the package brotli can as well by now, but mitmproxy wants an older one).
"""

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator

PIECE = 256 * 1024
"""No piece that is yielded is much longer."""

GZIP = b"\x1f\x8b\x08"
ZSTD = b"\x28\xb5\x2f\xfd"
LARGEST_WINDOW = 27
"""Binary logarithm of the largest window of zstd, thus of what it may hold, in a file; less is read in a body."""
BODY_WINDOW = 23
"""The same for a body, as RFC 9659 has it."""

Pieces = Iterable[bytes]


class Corrupt(ValueError):
    """Compressed data ends too early or is damaged; the message says which, in one clause."""


class Trailing(Corrupt):
    """Something follows compressed data that does not belong to it."""


def inflated(pieces: Pieces, coding: str, window: int = BODY_WINDOW) -> Iterator[bytes]:
    """Yield what ``pieces`` are in one coding (gzip, deflate, zstd, br), each piece of bounded length.

    All that can be read is yielded before Corrupt is raised.  Raises KeyError for an unknown coding.
    """
    return _zstd(pieces, window) if coding == "zstd" else _CODINGS[coding](pieces)


def coding_of(start: bytes) -> str | None:
    """Return the coding that data says itself that it has, by its first bytes; None for none."""
    if start.startswith(GZIP):
        return "gzip"
    return "zstd" if start.startswith(ZSTD) else None


def _gzip(pieces: Pieces) -> Iterator[bytes]:
    return _zlib(pieces, lambda start: 16 + zlib.MAX_WBITS, "gzip")


def _deflate(pieces: Pieces) -> Iterator[bytes]:
    return _zlib(pieces, _deflate_window, "deflate")


def _deflate_window(start: bytes) -> int:
    """Return the parameter for zlib's format, which the standard means, or for raw data, which some send."""
    framed = len(start) > 1 and start[0] & 15 == 8 and (start[0] << 8 | start[1]) % 31 == 0
    return zlib.MAX_WBITS if framed else -zlib.MAX_WBITS


def _zlib(pieces: Pieces, window: Callable[[bytes], int], name: str) -> Iterator[bytes]:
    decoder = None
    try:
        for piece in pieces:
            data = piece
            while data:
                if decoder is None or decoder.eof:
                    if decoder is not None and not (data := _next_member(data, name)):
                        break
                    decoder = zlib.decompressobj(window(data))
                if out := decoder.decompress(data, PIECE):
                    yield out
                data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        if decoder is not None and (out := decoder.flush()):
            yield out
    except zlib.error as error:
        raise Corrupt(f"its {name} data is damaged: {str(error).rpartition(': ')[2]}") from None
    if decoder is not None and not decoder.eof:
        raise Corrupt(f"it ends within its {name} data")


def _next_member(data: bytes, name: str) -> bytes:
    data = data.lstrip(b"\0")  # tapes are padded with them
    if data and not (name == "gzip" and data[0] == GZIP[0]):
        raise Trailing(f"something else follows its {name} data")
    return data


def _zstd(pieces: Pieces, window: int) -> Iterator[bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    options = {int(zstd.DecompressionParameter.window_log_max): window}
    decoder = None
    try:
        for piece in pieces:
            data = piece
            while data:
                if decoder is None or decoder.eof:
                    decoder = zstd.ZstdDecompressor(options=options)
                if out := decoder.decompress(data, PIECE):
                    yield out
                while not decoder.eof and not decoder.needs_input:
                    yield decoder.decompress(b"", PIECE)
                data = decoder.unused_data if decoder.eof else b""
    except zstd.ZstdError as error:
        raise Corrupt(f"its zstd data is damaged: {str(error).rpartition(': ')[2].rstrip('.')}") from None
    if decoder is not None and not decoder.eof:
        raise Corrupt("it ends within its zstd data")


def _brotli(pieces: Pieces) -> Iterator[bytes]:
    import brotlicffi

    decoder = brotlicffi.Decompressor()
    seen = False
    try:
        for piece in pieces:
            seen = seen or bool(piece)
            if out := decoder.process(piece, output_buffer_limit=PIECE):
                yield out
            while not decoder.is_finished() and (out := decoder.process(b"", output_buffer_limit=PIECE)):
                yield out
    except brotlicffi.error:
        raise Corrupt("its br data is damaged") from None
    if seen and not decoder.is_finished():
        raise Corrupt("it ends within its br data")


_CODINGS: dict[str, Callable[[Pieces], Iterator[bytes]]] = {"gzip": _gzip, "deflate": _deflate, "br": _brotli}
