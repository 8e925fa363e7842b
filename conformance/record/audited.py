"""What an audit amounts to: the faults of captures and documents, folded, and what was looked at.

Parts of an audit are made apart, in processes and on machines, and merged; the order of merging changes nothing.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice, takewhile
from typing import Literal, TypeAlias

from conformance.checks import finding
from conformance.record.places import Place, order_of, place_of, placed
from conformance.wire.messages import Exchange

Difference: TypeAlias = finding.Difference
Grade = Literal["fail", "warn", "observed"]
GRADES: tuple[Grade, ...] = ("fail", "warn", "observed")
FileVerdict = Literal["does not conform", "not read", "conforms", "not measured"]
FIRST = 3
"""So many places of a fault are kept."""
MOST_KEPT = 256
"""Of so many faults an exchange is kept that shows it."""
HISTORY_KEPT = 20_000
"""So many exchanges are looked at together: the first ones."""
HISTORY_BYTES = 3_500_000
"""And of these so many that what they tell has no more bytes than this."""
LARGEST_KEPT = 65_536
"""An exchange with more bytes than this in its bodies and its URL is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Sighting:
    """A place where a fault was seen, and ``where`` in the message or document (XPath, or name of a parameter)."""

    place: Place
    where: str = ""
    actual: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKey:
    """What makes two sightings one fault: equal but for the place and for what differs from call to call."""

    grade: Grade
    requirement: str
    level: str
    version: str
    binding: str
    difference: Difference
    where: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault with how often it was seen; ``first`` are its first `FIRST` sightings, in the order of places."""

    key: FaultKey
    expected: str
    count: int
    first: tuple[Sighting, ...]

    def merged(self, other: "Fault") -> "Fault":
        """Return both as one."""
        first = sorted((*self.first, *other.first))[:FIRST]
        return replace(self, count=self.count + other.count, first=tuple(first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A part of a capture that cannot be read; ``reason`` says why and, where it is known, what was done then."""

    place: Place
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The first exchange that shows a fault, of those not too large; it still holds the secrets of a capture."""

    place: Place
    exchange: Exchange


@dataclass(slots=True, kw_only=True)
class FileAccount:
    """What was found in one file: ``format`` as recognised; entries judged, of other people, unmeasured, unread."""

    file: str
    format: str
    entries: int = 0
    judged: int = 0
    foreign: int = 0
    unmeasured: int = 0
    unread: int = 0
    failed: int = 0
    warned: int = 0
    reason: str = ""

    def merge(self, other: "FileAccount") -> None:
        """Take in what was found in another part of the file."""
        self.format = self.format or other.format
        for name in ("entries", "judged", "foreign", "unmeasured", "unread", "failed", "warned"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reason = self.reason or other.reason

    def verdict(self, fail_on: str) -> FileVerdict:
        """Return the verdict on the file; ``fail_on`` is ``must`` or ``should``."""
        if self.failed or (fail_on == "should" and self.warned):
            return "does not conform"
        if self.unread:
            return "not read"
        return "conforms" if self.judged else "not measured"


@dataclass(slots=True, kw_only=True)
class Coverage:
    """What the capture exercised, each with how often.

    ``operations`` by (operation, version); the others by (operation, name): parameters sent, elements of replies,
    values of enumerations (``Element=Value``), error codes.
    """

    operations: Counter[tuple[str, str]] = field(default_factory=Counter)
    parameters: Counter[tuple[str, str]] = field(default_factory=Counter)
    elements: Counter[tuple[str, str]] = field(default_factory=Counter)
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)

    def merge(self, other: "Coverage") -> None:
        """Take in another part's."""
        for name in ("operations", "parameters", "elements", "values", "errors"):
            getattr(self, name).update(getattr(other, name))


@dataclass(slots=True, kw_only=True)
class Audited:
    """The outcome of an audit, or of a part of one: collected by `see` and `merge`.

    ``met`` counts by requirement how often it was met; ``history`` is what exchanges tell (`checks.history_facts`)
    behind their places (`places.placed`), for judging them in order once all parts are together; ``kept`` are exchanges
    that show faults, of those faults that are first in the order of `in_order`; ``history_cut`` tells that there are
    more exchanges than were looked at together, ``history_end`` is the place of the first that was left out (but for
    its file), ``interrupted`` that not all was looked at.  Where ``is_telling`` is False exchanges need tell nothing,
    for it would be left out, and is.
    """

    files: dict[int, FileAccount] = field(default_factory=dict)
    faults: dict[FaultKey, Fault] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    coverage: Coverage = field(default_factory=Coverage)
    history: list[bytes] = field(default_factory=list)
    history_cut: bool = False
    history_end: Place | None = field(default=None, compare=False)
    history_bytes: int = field(default=0, compare=False, repr=False)
    kept: dict[FaultKey, Kept] = field(default_factory=dict)
    interrupted: bool = False
    is_telling: bool = field(default=True, compare=False, repr=False)

    def see(self, key: FaultKey, sighting: Sighting, expected: str) -> None:
        """Count a sighting of a fault."""
        known = self.faults.get(key)
        if known is not None and len(known.first) == FIRST and known.first[-1] < sighting:
            self.faults[key] = Fault(key=known.key, expected=known.expected, count=known.count + 1, first=known.first)
            return
        seen = Fault(key=key, expected=expected, count=1, first=(sighting,))
        self.faults[key] = known.merged(seen) if known else seen

    def tell(self, told: Sequence[bytes]) -> None:
        """Add what exchanges tell behind their places; the first are kept that are not too many or too long.

        See `HISTORY_KEPT` and `HISTORY_BYTES`.
        """
        if not self.is_telling:
            return
        self.history += told
        self.history_bytes += sum(map(len, told))
        # Sorting has to be worth it.
        if len(self.history) >= 1.125 * HISTORY_KEPT or self.history_bytes >= 1.125 * HISTORY_BYTES:
            self.cut_history()

    def cut_history(self) -> None:
        """Bring what exchanges tell into the order of places, and leave out what is more than is kept."""
        self.history.sort(key=order_of)
        weights = accumulate(map(len, self.history))
        kept = sum(1 for _ in takewhile(lambda weight: weight <= HISTORY_BYTES, islice(weights, HISTORY_KEPT)))
        if kept < len(self.history):
            self._end_history(place_of(self.history[kept]))
        # What comes after something that was left out is so too, whichever of the two was met first.
        if self.history_end is not None:
            del self.history[bisect_left(self.history, order_of(placed(self.history_end)), key=order_of) :]
        self.history_bytes = sum(map(len, self.history))

    def _end_history(self, place: Place) -> None:
        self.history_cut = True
        self.history_end = place if self.history_end is None else min(place, self.history_end)

    def keep(self, key: FaultKey, place: Place, exchange: Exchange) -> None:
        """Keep an exchange that shows a fault, unless an earlier one is kept, or it is too large."""
        request, response = exchange.request, exchange.response
        size = len(request.url) + len(request.body) + (len(response.body) if response else 0)
        known = self.kept.get(key)
        if size <= LARGEST_KEPT and (known is None or place < known.place):
            self.kept[key] = Kept(place=place, exchange=exchange)
            self._forget()

    def _forget(self) -> None:
        """Keep no more exchanges than `MOST_KEPT`, or twice as many until it is worth the sorting."""
        if len(self.kept) >= 2 * MOST_KEPT:
            self.kept = dict(self.kept_in_order())

    def kept_in_order(self) -> list[tuple[FaultKey, Kept]]:
        """Return what is kept: of the worst faults first, then in the order of places; at most `MOST_KEPT`."""
        return sorted(self.kept.items(), key=_order_of_kept)[:MOST_KEPT]

    def merge(self, other: "Audited") -> None:
        """Take in the outcome of another part."""
        for number, account in other.files.items():
            if number in self.files:
                self.files[number].merge(account)
            else:
                self.files[number] = account
        for key, fault in other.faults.items():
            known = self.faults.get(key)
            self.faults[key] = known.merged(fault) if known else fault
        self.unread += other.unread
        self.met.update(other.met)
        self.coverage.merge(other.coverage)
        self.history_cut |= other.history_cut
        if other.history_end is not None:
            self._end_history(other.history_end)
        self.tell(other.history)
        for key, kept in other.kept.items():
            self.keep(key, kept.place, kept.exchange)
        self.interrupted |= other.interrupted

    def in_order(self) -> list[Fault]:
        """Return the faults: the worst first, then in the order of their first places."""
        return sorted(self.faults.values(), key=lambda one: (GRADES.index(one.key.grade), one.first[0]))


def _order_of_kept(one: tuple[FaultKey, Kept]) -> tuple[object, ...]:
    key, kept = one
    return (GRADES.index(key.grade), kept.place, key.requirement, key.version, key.where, key.expected, key.actual)


def merged(parts: Iterable[Audited]) -> Audited:
    """Return the outcome of all parts together."""
    whole = Audited()
    for part in parts:
        whole.merge(part)
    return whole
