"""Reader of HAR 1.2, the HTTP archives that browsers and proxies write.

An entry is read at a time, whatever the size of the file; `json_window` says how.  After an entry that is damaged the
reader goes on with the next that begins as the others do.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from conformance.record.places import Place
from conformance.traffic.entries import Entry, Source
from conformance.traffic.har_entries import exchange_of
from conformance.traffic.json_fields import NotAnEntry
from conformance.traffic.json_window import Cut, Malformed, Value, Window

_ENTRIES = re.compile(r'"entries"\s*:\s*\[()')
# What entries begin with, until one has been read.  Within a string a quotation mark has a backslash before it, so that
# an object's first key is found wherever one looks.
_FIRST_KEYS = ("startedDateTime", "pageref", "connection", "_initiator", "_connectionId", "_fromCache", "_priority")
_MOST_KEYS = 16
_CUT = "the capture ends here, before its end: it was cut short"


def read_har(stream: BinaryIO, source: Source) -> Iterator[Entry]:
    """Yield the entries of a HAR, or those that begin in the source's range, with their offsets and lines.

    A range begins with an entry (`splitting`); its entries are counted from its beginning, its lines not at all.
    """
    yield from _Har(stream, source).entries()


class _Har:
    def __init__(self, stream: BinaryIO, source: Source) -> None:
        self._window = Window(stream, source.start)
        self._source = source
        self._number = 0
        self._first_keys: set[str] = set()
        self._lists = 0
        self._over = False

    def entries(self) -> Iterator[Entry]:
        """Yield all, and what is wrong with the file."""
        try:
            yield from self._file(inside=bool(self._source.start))
        except Cut:
            yield self._fault(_CUT)
        except Malformed as error:
            yield self._fault(f"the capture is no HAR here: {error}")
            if self._window.find(_ENTRIES):
                yield from self._items()

    def _file(self, *, inside: bool) -> Iterator[Entry]:
        """Yield the entries of the file, or where we are ``inside`` their list those from here on."""
        window = self._window
        if inside:
            yield from self._log(inside=True)
        elif window.mark() == "\ufeff":
            window.at += 1
        if self._over:
            return
        for name in self._members(inside=inside):
            if name == "log" and window.mark() == "{":
                yield from self._log(inside=False)
                if self._over:
                    return
            else:
                window.pass_over()
        if not self._lists:
            yield self._fault("the capture has no list `entries` in its `log`")
        if window.mark():
            yield self._fault("something follows the end of the capture, and is left out")

    def _log(self, *, inside: bool) -> Iterator[Entry]:
        window = self._window
        if inside:
            self._lists = 1
            if window.mark() not in ("{", ""):
                self._to_next()
            yield from self._items()
            if self._over:
                return
        for name in self._members(inside=inside):
            if name != "entries" or window.mark() != "[":
                window.pass_over()
                continue
            self._lists += 1
            if self._lists > 1:
                yield self._fault("there is a second list of entries; those of both are judged")
            window.at += 1
            yield from self._items()
            if self._over:
                return

    def _members(self, *, inside: bool) -> Iterator[str]:
        """Pass an object, or the rest of it, and yield the names of its members; who asks passes their values."""
        window = self._window
        if inside:
            if window.take(",}") == "}":
                return
        else:
            window.take("{")
            if window.mark() == "}":
                window.at += 1
                return
        while True:
            if window.mark() not in ('"', ""):
                window.take('"')
            name = window.value().data
            window.take(":")
            yield name
            if window.take(",}") == "}":
                return

    def _items(self) -> Iterator[Entry]:
        """Yield the entries from here to the end of their list, or of the range."""
        window, stop = self._window, self._source.stop
        while not self._over:
            mark = window.mark()
            if mark == "]":
                window.at += 1
                return
            if mark == ",":
                window.at += 1
                continue
            offset, line = window.place()
            if stop is not None and offset >= stop:
                self._over = True
            elif not mark:
                self._over = True
                yield self._fault(_CUT)
            else:
                self._number += 1
                yield self._entry(self._place(self._number, offset, line))

    def _entry(self, place: Place) -> Entry:
        """Read the entry that begins here and go to where the next one is to be looked for."""
        window = self._window
        try:
            value = window.value()
            entry = Entry(place=place, exchange=exchange_of(value))
            self._learn(value)
        except NotAnEntry as error:
            return Entry(place=place, fault=f"the entry is none of a HAR: {error}")
        except Cut:
            self._over = True
            return Entry(place=place, fault=f"{_CUT}, within this entry")
        except Malformed as error:
            fault = f"the entry cannot be read: {error}"
            if not error.passed:
                self._to_next()
            return Entry(place=place, fault=fault)
        return entry

    def _learn(self, value: Value) -> None:
        if value.data and len(self._first_keys) < _MOST_KEYS:
            self._first_keys.add(value.data[0][0])

    def _to_next(self) -> None:
        """Go to the next entry, which is known by its first key; it is all over where there is none."""
        keys = "|".join(map(re.escape, self._first_keys or _FIRST_KEYS))
        self._over = not self._window.find(re.compile(rf'(\{{\s*"(?:{keys})"\s*:)'))

    def _place(self, entry: int, offset: int, line: int) -> Place:
        return Place(source=self._source.number, file=self._source.path, entry=entry, offset=offset, line=line)

    def _fault(self, reason: str) -> Entry:
        self._window.mark()
        return Entry(place=self._place(0, *self._window.place()), fault=reason)
