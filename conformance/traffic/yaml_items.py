"""The items of a long list in a YAML file, one after the other, with limits of their own.

PyYAML's loader, the C one where there is one, gives events; nothing is constructed by tags, whatever they name.  An
alias is the value that it stands for and not a copy, so that a few lines cannot become gigabytes.  Where the file is
damaged, the rest of it is read item by item: what begins like the one before, at the same indentation, is the next.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import yaml

from conformance.wire.xml import MAX_BYTES

Value = str | bytes | list[Any] | dict[str, Any] | None
"""A scalar as text (numbers too), as bytes where it is binary, a list, a mapping whose keys are texts, or nothing."""

MAX_ITEM = 3 * MAX_BYTES
MAX_NODES = 20_000
MAX_DEPTH = 32
MAX_ANCHORED = MAX_BYTES
_LINE = 1024 * 1024
_TOO_LONG = f"it has more than {MAX_ITEM:,} bytes, and so many are read at most"
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_ITEM = re.compile(rb" *- ")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item with where it begins; where it cannot be read, ``fault`` says why.

    Lines count from 1; ``offset`` is in bytes, -1 where it is not known.
    """

    line: int
    offset: int = -1
    value: Value = None
    fault: str = ""


class _Refused(ValueError):
    """An item is beyond a limit, or refers to nothing; the message says so in one clause."""


class TooMuch(ValueError):
    """What is read is too long or too deep, and no more of it is to be read; the message says so in one clause."""


def items(stream: BinaryIO, names: Iterable[str]) -> Iterator[Item]:
    """Yield the items of the lists that stand under one of ``names``, or of a list that is the whole document.

    Nothing is raised for bad input.
    """
    feed, anchors = _Feed(stream), _Anchors()
    reading = _Reading(feed, frozenset(names), anchors)
    try:
        for item in reading.items():
            feed.forget_before(item.line)
            yield item
    except (yaml.YAMLError, ValueError) as error:
        # The parser reads ahead: which item is damaged is not known yet.
        yield from _one_by_one(feed, anchors, reading, _why(error))


class _Feed:
    """What the loader reads from; it keeps what was read since the item before, to read it again."""

    def __init__(self, stream: BinaryIO) -> None:
        self.kept = bytearray()
        self.first_line = 1
        self.stream = stream

    def read(self, size: int) -> bytes:
        """Return at most so many bytes."""
        data = self.stream.read(size)
        self.kept += data
        if len(self.kept) > MAX_ITEM:
            raise TooMuch(_TOO_LONG)
        return data

    def forget_before(self, line: int) -> None:
        """Forget the lines before this one."""
        at = 0
        while self.first_line < line and (found := self.kept.find(b"\n", at)) >= 0:
            at = found + 1
            self.first_line += 1
        del self.kept[:at]

    def lines(self) -> Iterator[bytes]:
        """Yield what is kept and all that follows, a line (or a large piece of one) at a time."""
        *whole, last = bytes(self.kept).splitlines(keepends=True) or [b""]
        self.kept.clear()
        yield from whole
        if first := last if last.endswith(b"\n") else last + self.stream.readline(_LINE):
            yield first
        while line := self.stream.readline(_LINE):
            yield line


class _Anchors:
    """The values that have a name, of which so much is kept that a file of many does not fill the memory."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        self._size = 0

    def keep(self, name: str, value: Value, size: int) -> None:
        """Keep a value whose texts are ``size`` long together."""
        self._size += size + len(name) + 100
        if self._size <= MAX_ANCHORED:
            self._values[name] = value

    def value(self, name: str) -> Value:
        """Return the value of a name; raise _Refused where it has none."""
        if name not in self._values:
            raise _Refused(f"the alias *{name[:40]} stands for nothing that was kept")
        return self._values[name]


class _Reading:
    """Reads the events of a loader.

    ``begun`` is the line of the item that was begun last, 0 before the first; ``within`` tells whether it is not yet
    at its end.
    """

    def __init__(self, source: object, names: frozenset[str], anchors: _Anchors, *, line_before: int = 0) -> None:
        self._source = source
        self._loader: Any = None
        self._names = names
        self._anchors = anchors
        self._line_before = line_before
        self._depth = 0
        self._nodes = self._size = 0
        self.begun = 0
        self.within = False

    def items(self) -> Iterator[Item]:
        """Yield the items of all documents; raises what the loader raises."""
        self._loader = _LOADER(self._source)  # that of Python begins to read here
        while not isinstance(event := self._next(), yaml.StreamEndEvent):
            if isinstance(event, yaml.SequenceStartEvent):
                yield from self._items()
            elif isinstance(event, yaml.MappingStartEvent):
                yield from self._members()

    def _next(self) -> Any:
        event = self._loader.get_event()
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
            if self._depth > MAX_DEPTH:  # the parser would go on, slower with each level
                raise TooMuch(f"it is nested deeper than {MAX_DEPTH} levels, and so deep is read at most")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._depth -= 1
        return event

    def _members(self) -> Iterator[Item]:
        """Yield the items of the lists in a mapping that has begun."""
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            self._skip_to(self._depth - isinstance(key, yaml.CollectionStartEvent))
            value = self._next()
            named = isinstance(key, yaml.ScalarEvent) and key.value.removeprefix(":") in self._names
            if named and isinstance(value, yaml.SequenceStartEvent):
                yield from self._items()
            else:
                self._skip_to(self._depth - isinstance(value, yaml.CollectionStartEvent))

    def _items(self) -> Iterator[Item]:
        """Yield the items of a list that has begun."""
        inside = self._depth
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            self.begun = line = self._line_before + event.start_mark.line + 1
            self._nodes = self._size = 0
            self.within = True
            try:
                item = Item(line=line, value=self._value(event))
            except _Refused as error:
                self._skip_to(inside)
                item = Item(line=line, fault=str(error))
            self.within = False
            yield item

    def _skip_to(self, depth: int) -> None:
        while self._depth > depth:
            self._next()

    def _value(self, event: Any) -> Value:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Refused(f"it has more than {MAX_NODES:,} values, and so many are read at most")
        if isinstance(event, yaml.AliasEvent):
            return self._anchors.value(str(event.anchor))
        before = self._size
        value: Value
        if isinstance(event, yaml.ScalarEvent):
            self._size += len(event.value)
            value = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list()
        else:
            value = self._mapping()
        if event.anchor is not None:
            self._anchors.keep(str(event.anchor), value, self._size - before)
        return value

    def _list(self) -> Value:
        values = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            values.append(self._value(event))
        return values

    def _mapping(self) -> Value:
        members: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._value(event)
            value = self._value(self._next())
            if isinstance(key, str | bytes):
                members[key if isinstance(key, str) else key.decode("utf-8", "replace")] = value
        return members


def _scalar(event: Any) -> str | bytes | None:
    """Return a scalar; of the tags, the one that says binary counts."""
    text: str = event.value
    if event.tag and event.tag.rpartition(":")[2].lstrip("!") == "binary":
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            raise _Refused("a binary value of it is not base64") from None
    if event.implicit[0]:  # plain, and without a tag
        return None if text in _NOTHING else text.removeprefix(":")
    return text


def _one_by_one(feed: _Feed, anchors: _Anchors, broken: _Reading, why: str) -> Iterator[Item]:
    """Yield what can be read after the file was found damaged, which is from the item on that was begun last."""
    told = False
    for line, piece in _pieces(feed, feed.first_line, broken.begun):
        for item in _of_piece(line, piece, anchors):
            told = told or bool(item.fault)
            if item.fault or line > broken.begun or broken.within:
                yield item
    if not told:
        yield Item(line=max(broken.begun, 1), fault=why)


def _of_piece(line: int, piece: bytes | None, anchors: _Anchors) -> Iterator[Item]:
    if piece is None:
        yield Item(line=line, fault=_TOO_LONG)
        return
    reading = _Reading(b"items:\n" + piece, frozenset({"items"}), anchors, line_before=line - 2)
    try:
        yield from reading.items()
    except (yaml.YAMLError, ValueError) as error:
        yield Item(line=line, fault=_why(error, line - 2))


def _pieces(feed: _Feed, number: int, last: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the items from line ``last`` on as they stand, each with its line; None for one that is too long."""
    start: re.Match[bytes] | None = None
    begun, piece, too_long = 0, bytearray(), False
    whole = True
    for number, line in enumerate(feed.lines(), number):  # noqa: B020, PLR1704 - it goes on from there
        if number < last:
            continue
        found = _ITEM.match(line) if whole else None
        if found and (start is None or found[0] == start[0]):
            if start is not None:
                yield begun, None if too_long else bytes(piece)
            start, begun, too_long = found, number, False
            piece.clear()
        whole = line.endswith((b"\n", b"\r"))
        too_long = too_long or len(piece) + len(line) > MAX_ITEM
        if too_long:
            piece.clear()
        elif start is not None:
            piece += line
    if start is not None:
        yield begun, None if too_long else bytes(piece)


def _why(error: BaseException, line_before: int = 0) -> str:
    """Return in one clause what the loader says, with the line where it knows it."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    place = f" (line {line_before + mark.line + 1})" if mark is not None else ""
    return f"it is not YAML: {problem}{place}" if isinstance(error, yaml.YAMLError) else str(problem)
