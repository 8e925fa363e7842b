"""The items of a long list in a JSON file, one after the other: the same values as `yaml_items` gives."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from conformance.traffic.json_window import LONGEST, Cut, Malformed, Value, Window
from conformance.traffic.yaml_items import MAX_DEPTH, Item, TooMuch

_SURROGATE = re.compile("[\ud800-\udfff]")
_CUT = "the file ends here, before its end: it was cut short"
_NEXT = re.compile(r',\s*(\{\s*"(?:request|response|recorded_at)"\s*:)')


def items(stream: BinaryIO, names: Iterable[str]) -> Iterator[Item]:
    """Yield the items of the lists that stand under one of ``names`` in the object that the file is.

    Nothing is raised for bad input; after an item that is damaged, the next one is looked for.
    """
    window, wanted = Window(stream, 0), frozenset(names)
    try:
        if window.mark() == "\ufeff":
            window.at += 1
        window.take("{")
        while window.mark() == '"':
            name = window.value().data
            window.take(":")
            if name in wanted and window.mark() == "[":
                window.at += 1
                yield from _items(window)
            else:
                window.pass_over()
            if window.take(",}") == "}":
                return
    except (Cut, Malformed) as error:
        yield _fault(window, error)


def _items(window: Window) -> Iterator[Item]:
    """Yield the items from here to the end of their list; raises Cut or Malformed where there is none to be found."""
    while (mark := window.mark()) != "]":
        if mark == ",":
            window.at += 1
            continue
        offset, line = window.place()
        try:
            yield Item(line=line, offset=offset, value=_plain(window.value()))
        except TooMuch as error:
            yield Item(line=line, offset=offset, fault=str(error))
        except Malformed as error:
            yield Item(line=line, offset=offset, fault=str(error))
            if not window.find(_NEXT):
                raise Cut from None
    window.at += 1


def _fault(window: Window, error: Cut | Malformed) -> Item:
    window.mark()
    offset, line = window.place()
    return Item(line=line, offset=offset, fault=_CUT if isinstance(error, Cut) else str(error))


def _plain(value: Value) -> Any:
    """Return a value with objects as dictionaries and numbers as texts."""
    return _member(value.data, value.long, MAX_DEPTH)


def _member(data: Any, long: dict[str, str | None], depth: int) -> Any:
    if not depth:
        raise TooMuch(f"it is nested deeper than {MAX_DEPTH} levels, and so deep is read at most")
    if isinstance(data, tuple):
        members = {name: _member(one, long, depth - 1) for name, one in data}
        if len(members) != len(data):
            names = [name for name, _ in data]
            raise TooMuch(f"it has {next(name for name in names if names.count(name) > 1)[:40]!r} twice in one object")
        return members
    if isinstance(data, list):
        return [_member(one, long, depth - 1) for one in data]
    if isinstance(data, str) and data[:1] == "\0" and data in long:
        whole = long[data]
        if whole is None:
            raise TooMuch(f"a text of it has more than {LONGEST:,} characters, and so many are read at most")
        data = whole
    if isinstance(data, str):
        return data if data.isascii() else _SURROGATE.sub("\ufffd", data)
    if isinstance(data, float):
        return f"{data:.0f}" if data.is_integer() else str(data)
    return data
