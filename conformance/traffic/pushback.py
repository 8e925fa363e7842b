"""A stream from which what was read too far can be given back."""

from typing import BinaryIO

_CHUNK = 1024 * 1024


class Pushback:
    """Reads a stream whole pieces at a time; ``offset`` is where it stands, in bytes from the file's beginning."""

    def __init__(self, stream: BinaryIO, offset: int = 0) -> None:
        self.offset = offset
        self._stream = stream
        self._back = b""

    def read(self, size: int) -> bytes:
        """Return so many bytes, fewer only at the end."""
        data = b""
        if self._back:
            data, self._back = self._back[:size], self._back[size:]
        while len(data) < size and (piece := self._stream.read(size - len(data))):
            data = data + piece if data else piece
        self.offset += len(data)
        return data

    def push_back(self, data: bytes) -> None:
        """Give back what was read last."""
        self._back = data + self._back
        self.offset -= len(data)

    def skip(self, size: int) -> int:
        """Pass over so many bytes, a piece at a time; return how many were there."""
        left = size
        while left and (piece := self.read(min(left, _CHUNK))):
            left -= len(piece)
        return size - left
