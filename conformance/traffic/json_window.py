"""JSON of any size read a value at a time through a window, with the place of each value in bytes and lines.

The standard library's decoder reads the values: over a window it is as fast as the best streaming reader
(ijson), and its errors say where a value ends or breaks.  A value that is longer than the window is read by its
skeleton: long strings are put aside, or passed over where they are too long, so that little is held.
"""

import codecs
import json
import re
from dataclasses import dataclass, field
from typing import Any, BinaryIO

CHUNK = 512 * 1024
WINDOW = 2 * CHUNK
"""A value with more characters than about this is read by its skeleton."""
SKELETON = 2 * CHUNK
"""So many characters may a value have without its long strings."""
LONG = 32 * 1024
"""A string with more characters than this is long."""
LONGEST = 24 * CHUNK
"""A string with more characters than this, escapes included, is passed over; with a third where some are not ASCII."""
TOO_LONG = (
    f"it has more than {LONGEST:,} characters in the capture, or a third of that where some are not ASCII; so many are "
    "read at most"
)
MOST_LONG = 2 * LONGEST

_SPACE = re.compile(r"[ \t\r\n]*")
_STRUCTURE = re.compile(r'[^"{}\[\]]*+')
_STRING = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
# Whole values, of which none is nested in more than one other.
_FLAT = r'[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+"'
_COMPLETE = re.compile(rf"(?:{_FLAT}|[\[{{](?:{_FLAT}|[\[{{](?:{_FLAT})*+[\]}}])*+[\]}}])*+", re.DOTALL)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_LINE = re.compile(r"\n()")
_WIDER = 3  # so much more memory may characters take where some are not ASCII
_NEAR_END = 12  # characters: as many as a word or an escape has that is cut off
_AHEAD = CHUNK // 4  # characters: with fewer left in the window most values are cut off, which takes long to see

# Objects come as tuples of pairs, so that names that stand twice are seen; numbers as floats, which have no limit.
_STRICT = json.JSONDecoder(object_pairs_hook=tuple, parse_int=float)
_LAX = json.JSONDecoder(object_pairs_hook=tuple, parse_int=float, strict=False)


class Cut(Exception):
    """The stream ends within a value."""


class Malformed(Exception):
    """A value is no JSON, or is not read; the window then stands where that is seen, or has ``passed`` the value."""

    def __init__(self, reason: str, *, passed: bool = False) -> None:
        super().__init__(reason)
        self.passed = passed


class _TooLong(Exception):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value, in which objects are tuples of pairs; ``long`` has its long strings by the names that stand for them.

    Such a name is None where the string was passed over.
    """

    data: Any
    long: dict[str, str | None] = field(default_factory=dict)


class Window:
    """The part of a stream that is looked at; ``at`` is the place in ``text`` that was reached.

    The stream begins at ``offset``; lines are counted where that is 0.  With ``lines`` no string goes over the end of a
    line.
    """

    def __init__(self, stream: BinaryIO, offset: int, *, lines: bool = False) -> None:
        self.text = ""
        self.at = 0
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._ended = False
        self._known = 0  # a place in the text; and what its offset and line are
        self._offset = offset
        self._line = 0 if offset else 1
        self._decoder = _STRICT if lines else _LAX

    def more(self) -> bool:
        """Forget what was passed and read on; tell whether there was any more."""
        self.place()
        left = self.text[self.at :]
        data = b"" if self._ended else self._stream.read(CHUNK)
        self._ended = not data
        piece = self._decode(data, not data)
        self.text, self.at, self._known = left + piece, 0, 0
        return bool(data) or bool(piece)

    def place(self) -> tuple[int, int]:
        """Return the offset in bytes and the line that were reached; the line is 0 where lines are not counted."""
        passed = self.at - self._known
        if passed and not self.text.isascii():
            passed = len(self.text[self._known : self.at].encode(errors="surrogateescape"))
        self._offset += passed
        if self._line:
            self._line += self.text.count("\n", self._known, self.at)
        self._known = self.at
        return self._offset, self._line

    def mark(self) -> str:
        """Return the next character that is no white space, and go there; empty at the end."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self, marks: str) -> str:
        """Pass one of ``marks`` and return it; raise Cut at the end, and Malformed at anything else."""
        mark = self.mark()
        if not mark:
            raise Cut
        if mark not in marks:
            raise Malformed(f"{mark!r} stands where {' or '.join(map(repr, marks))} is expected")
        self.at += 1
        return mark

    def value(self) -> Value:
        """Read the value that begins here and pass it; raise Cut or Malformed."""
        self.mark()
        try:
            return Value(data=self._whole())
        except (_TooLong, RecursionError):
            return self._by_skeleton()

    def pass_over(self) -> None:
        """Pass the value that begins here, however long."""
        if self.mark() in ("{", "["):
            self._skeleton(None)
        else:
            self.value()

    def find(self, pattern: re.Pattern[str], overlap: int = 512) -> bool:
        """Go to the first group of the next match, of at most ``overlap`` characters; tell whether there is one."""
        while True:
            found = pattern.search(self.text, self.at)
            if found:
                self.at = found.start(1)
                return True
            self.at = max(self.at, len(self.text) - overlap)
            if not self.more():
                self.at = len(self.text)
                return False

    def next_line(self) -> None:
        """Go to the line after the one where that began which was read last, as far as it is still in the window."""
        self.at = self._known
        self.find(_LINE)

    def _whole(self) -> Any:
        if len(self.text) - self.at < _AHEAD and not self._ended:
            self.more()
        while True:
            try:
                value, end = self._decoder.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if error.pos < len(self.text) - _NEAR_END and not error.msg.startswith("Unterminated"):
                    self.at = max(error.pos, self.at)
                    raise Malformed(f"it is not JSON: {error.msg.lower()}") from None
                if len(self.text) - self.at > WINDOW:
                    raise _TooLong from None
                if not self.more():
                    raise Cut from None
                continue
            # A number may go on where the window ends.
            if end == len(self.text) and isinstance(value, float):
                if end - self.at > WINDOW:
                    self.at = end
                    raise Malformed("it is a number without an end")
                if self.more():
                    continue
            begin, self.at = self.at, end
            if not self.text.isascii() and (found := _NOT_UTF8.search(self.text, begin, end)):
                before = len(self.text[begin : found.start()].encode(errors="surrogateescape"))
                raise Malformed(f"it is not UTF-8, {before} bytes after its beginning", passed=True)
            return value

    def _by_skeleton(self) -> Value:
        long: dict[str, str | None] = {}
        text = self._skeleton(long)
        if text is None:
            reason = f"without its longest strings it has more than {SKELETON:,} characters; so many are read at most"
            raise Malformed(reason, passed=True)
        if _NOT_UTF8.search(text) or any(one and _NOT_UTF8.search(one) for one in long.values()):
            raise Malformed("it is not UTF-8", passed=True)
        try:
            data, end = self._decoder.raw_decode(text)
            if end == len(text):
                read = {name: one and self._decoder.raw_decode(f'"{one}"')[0] for name, one in long.items()}
                return Value(data=data, long=read)
        except json.JSONDecodeError as error:
            raise Malformed(f"it is not JSON: {error.msg.lower()}", passed=True) from None
        except RecursionError:
            raise Malformed("it is nested too deep to be read", passed=True) from None
        raise Malformed("it is not JSON", passed=True)

    def _skeleton(self, long: dict[str, str | None] | None) -> str | None:
        """Pass a value and return it without its long strings, which go into ``long``; None where that is too much."""
        parts: list[str] = []
        depth = size = kept = 0
        while True:
            if size > SKELETON and depth:  # nothing of it is kept
                self.at = _COMPLETE.match(self.text, self.at).end()  # type: ignore[union-attr]  # or nothing
            piece, mark, change = self._structure()
            depth += change
            if mark == '"':
                room = min(LONGEST, MOST_LONG - kept) if long is not None and size <= SKELETON else 0
                string = self._string(room)
                if string is None or len(string) > LONG:
                    name = f"\0{len(long or ())}"
                    if long is not None:
                        long[name] = string
                        kept += len(string or "")
                    string = f"\\u0000{name[1:]}"
                piece += string + '"'
            elif not piece and not self.more():
                raise Cut
            size += len(piece)
            if size <= SKELETON:
                parts.append(piece)
            else:
                parts.clear()
                if long:
                    long.clear()
            if mark and depth <= 0:
                return "".join(parts) if size <= SKELETON else None

    def _structure(self) -> tuple[str, str, int]:
        """Pass what stands outside of strings to the next mark; return it, the mark, and how many brackets it opens."""
        found = _STRUCTURE.match(self.text, self.at)
        end = found.end() if found else self.at
        mark = self.text[end : end + 1]
        piece = self.text[self.at : end] + mark
        self.at = end + len(mark)
        return piece, mark, {"{": 1, "[": 1, "}": -1, "]": -1}.get(mark, 0)

    def _string(self, room: int) -> str | None:
        """Pass the rest of a string, with its quotation mark; return it, or None where there is no room for it."""
        parts: list[str] = []
        size = 0
        while True:
            found = _STRING.match(self.text, self.at)
            end = found.end() if found else self.at
            size += (end - self.at) * (1 if self.text.isascii() else _WIDER)
            if size <= max(room, LONG):
                parts.append(self.text[self.at : end])
            else:
                parts.clear()
            self.at = end
            if self.text[end : end + 1] == '"':
                self.at += 1
                return "".join(parts) if size <= max(room, LONG) else None
            if not self.more():
                raise Cut
