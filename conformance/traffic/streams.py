"""Streams of bytes that are decompressed while they are read, hold little, and end where they cannot be read on."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from conformance.traffic.inflating import LARGEST_WINDOW, Corrupt, coding_of, inflated

BUFFER = 64 * 1024
"""So many bytes of a stream can be peeked at, unless it has fewer."""
_READ = 256 * 1024

MOST_EXPANSION = 300
"""What expands more than so many times is a bomb, not a capture: genuine ones expand five to fifty times."""
FREE_EXPANSION = 256 * 1024 * 1024
"""Expanding to so many bytes is allowed whatever the factor."""


def buffered(raw: BinaryIO) -> BinaryIO:
    """Return a stream over ``raw`` that is decompressed if it is gzip or zstd, and can be peeked at."""
    return io.BufferedReader(_Stream(raw), BUFFER)


def trouble(stream: BinaryIO) -> str:
    """Return why a stream ended before its time, in one clause; empty where it did not."""
    raw = getattr(stream, "raw", None)
    return raw.trouble if isinstance(raw, _Stream) else ""


class _Stream(io.RawIOBase):
    """Fills the buffer that it is given, unless it ends; what cannot be decompressed ends it, and is its trouble."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__()
        self.trouble = ""
        self._raw = raw
        self._taken = 0
        self._left = memoryview(b"")
        start = raw.read(4)
        coding = coding_of(start)
        plain = self._plain(start)
        self._pieces = plain if coding is None else self._bounded(inflated(plain, coding, LARGEST_WINDOW))

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stubs say Buffer
        """Fill ``buffer``; return how many bytes are in it, fewer than it holds only at the end."""
        filled = 0
        while filled < len(buffer):
            if not self._left:
                piece = self._next()
                if piece is None:
                    break
                self._left = memoryview(piece)
            taken = self._left[: len(buffer) - filled]
            buffer[filled : filled + len(taken)] = taken
            self._left = self._left[len(taken) :]
            filled += len(taken)
        return filled

    def close(self) -> None:
        """Close what is read, too."""
        if not self.closed:
            self._raw.close()
        super().close()

    def _next(self) -> bytes | None:
        try:
            return next(self._pieces, None)
        except Corrupt as error:
            self.trouble = str(error)
            return None

    def _plain(self, start: bytes) -> Iterator[bytes]:
        piece = start
        while piece:
            self._taken += len(piece)
            yield piece
            piece = self._raw.read(_READ)

    def _bounded(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        given = 0
        for piece in pieces:
            given += len(piece)
            if given > FREE_EXPANSION and given > MOST_EXPANSION * self._taken:
                raise Corrupt(
                    f"it expands to more than {MOST_EXPANSION} times its size; decompress it yourself if that is meant"
                )
            yield piece
