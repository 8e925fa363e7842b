"""What has changed from one record to another: fixed, broken, new, gone, missed in another way, or not comparable."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from conformance.errors import UsageError
from conformance.record.events import LEVELS, Level, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.record.signatures import signature_of
from conformance.spec.selection import select

Unit = tuple[str, str, str, str]
"""What is compared: requirement, case, version, binding."""
_BAD = (Verdict.FAIL, Verdict.WARN)
_WORST = {verdict: place for place, verdict in enumerate(Verdict)}
CUT_SHORT = 3


class Kind(StrEnum):
    """In what way something has changed; the gravest first."""

    BROKEN = "broken"
    NEW_FAILING = "new, failing"
    BLOCKED = "blocked now"
    CHANGED = "missed in another way"
    FIXED = "fixed"
    NEW = "new"
    GONE = "gone"
    NOT_COMPARABLE = "not comparable"

    @property
    def worse(self) -> bool:
        """Whether the later record is worse by it."""
        return self in (Kind.BROKEN, Kind.NEW_FAILING, Kind.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one record says of a unit: the worst ``verdict`` (None: nothing), and the ways in which it was missed.

    ``reason`` is why it was not measured or blocked; ``sample`` is the first event with that verdict.
    """

    verdict: Verdict | None = None
    signatures: tuple[str, ...] = ()
    reason: str = ""
    sample: VerdictEvent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a requirement; ``cases`` are all that changed alike, as case, version and binding.

    ``why`` says what keeps two sides from being compared; it is empty for every other kind.
    """

    kind: Kind
    requirement: str
    level: Level
    before: Side
    after: Side
    cases: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All changes in the order of their kinds, then of requirements; ``notes`` tell in what the runs were unlike.

    ``compared`` counts the units that both measured, ``unchanged`` those of them in which nothing changed.  ``cut``
    tells that the later run did not come to its end.
    """

    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    compared: int
    unchanged: int
    cut: bool

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(one for one in self.changes if one.kind is kind)

    @property
    def exit_code(self) -> int:
        """1: something is worse; 3: the later run was cut short; 5: nothing could be compared; else 0."""
        if any(one.kind.worse for one in self.changes):
            return 1
        if self.cut:
            return CUT_SHORT
        return 0 if self.compared else 5


def differences(before: Record, after: Record) -> Differences:
    """Return what has changed from ``before`` to ``after``; both may be of any endpoints, kits and settings."""
    old, new = _Seen(before), _Seen(after)
    found: defaultdict[tuple[object, ...], list[Unit]] = defaultdict(list)
    sides: dict[tuple[object, ...], tuple[Side, Side, str]] = {}
    compared = unchanged = 0
    for unit in sorted({*old.units, *new.units}):
        one, other = old.side(unit), new.side(unit)
        both = _measured(one) and _measured(other)
        compared += both
        kind, why = _kind(one, other, old.lacks(unit), new.lacks(unit))
        if kind is None:
            unchanged += both
            continue
        key = (kind, unit[0], one.verdict, one.signatures, other.verdict, other.signatures, why)
        found[key].append(unit)
        sides.setdefault(key, (one, other, why))
    changes = [_change(key, units, *sides[key]) for key, units in found.items()]
    kinds = tuple(Kind)
    changes.sort(key=lambda one: (kinds.index(one.kind), LEVELS.index(one.level), one.requirement, one.cases))
    return Differences(
        changes=tuple(changes),
        notes=tuple(_notes(before.header, after.header)),
        compared=compared,
        unchanged=unchanged,
        cut=after.end is None or after.end.exit_code == CUT_SHORT,
    )


class _Seen:
    """What a record says, by unit."""

    def __init__(self, record: Record) -> None:
        self.header = record.header
        self.units: dict[Unit, list[VerdictEvent]] = {}
        self._alone: dict[tuple[str, str], str] = {}
        for event in record.verdicts:
            if event.case:
                unit = (event.requirement, event.case, event.version, event.binding)
                self.units.setdefault(unit, []).append(event)
            else:  # no case spoke of it
                self._alone[event.requirement, event.version] = event.reason
        self._selected = selected_in(record.header)

    def side(self, unit: Unit) -> Side:
        events = self.units.get(unit)
        if not events:
            return Side()
        worst = min((event.verdict for event in events), key=_WORST.__getitem__)
        sample = next(event for event in events if event.verdict is worst)
        ways = {signature_of(event, self.header.run_id) for event in events if event.verdict in _BAD}
        return Side(verdict=worst, signatures=tuple(sorted(ways)), reason=sample.reason, sample=sample)

    def lacks(self, unit: Unit) -> str:
        """Return why the record can say nothing of a unit; empty where it could have."""
        requirement, _, version, binding = unit
        if version not in self.header.versions:
            return f"version {version} was not run"
        if binding not in self.header.bindings:
            return f"binding {binding} was not run"
        if self._selected is not None and requirement not in self._selected:
            return "it was not selected"
        return self._alone.get((requirement, version), "")


def selected_in(header: RunHeader) -> frozenset[str] | None:
    """Return what a run was asked about; None for everything, and where this kit cannot tell."""
    try:
        return select(header.selection) if header.selection else None
    except UsageError:
        return None


def _measured(side: Side) -> bool:
    return side.verdict is not None and side.verdict.measured


def _kind(before: Side, after: Side, not_before: str, not_after: str) -> tuple[Kind | None, str]:
    """Return in what way a unit has changed (None: it has not), and why it cannot be compared."""
    if before.verdict is None or after.verdict is None:
        return _of_one(before, after, not_before, not_after)
    if not _measured(before) or not _measured(after):
        return _unmeasured(before, after)
    bad_before, bad_after = before.verdict in _BAD, after.verdict in _BAD
    if bad_before and bad_after:
        if before.verdict is Verdict.WARN and after.verdict is Verdict.FAIL:
            return Kind.BROKEN, ""
        alike = before.verdict is after.verdict and before.signatures == after.signatures
        return (None if alike else Kind.CHANGED), ""
    if bad_after:
        return Kind.BROKEN, ""
    return (Kind.FIXED if bad_before else None), ""


def _of_one(before: Side, after: Side, not_before: str, not_after: str) -> tuple[Kind | None, str]:
    """Return it for a unit of which one record says nothing."""
    here, lacking = (after, not_before) if before.verdict is None else (before, not_after)
    if not _measured(here):
        return None, ""  # nobody knows anything of it
    if lacking:
        which = "first" if here is after else "second"
        return Kind.NOT_COMPARABLE, f"{which} record: {lacking}"
    if here is before:
        return Kind.GONE, ""
    return (Kind.NEW_FAILING if after.verdict in _BAD else Kind.NEW), ""


def _unmeasured(before: Side, after: Side) -> tuple[Kind | None, str]:
    if not _measured(before) and not _measured(after):
        return None, ""
    if _measured(before) and after.verdict is Verdict.BLOCKED:
        # What failed already has nothing to lose.
        return (
            (Kind.NOT_COMPARABLE, f"second record: blocked: {after.reason}")
            if before.verdict in _BAD
            else (
                Kind.BLOCKED,
                "",
            )
        )
    which, side = ("first", before) if _measured(after) else ("second", after)
    verdict = side.verdict.value if side.verdict else ""
    reason = side.reason.strip().splitlines()[-1:]
    return Kind.NOT_COMPARABLE, ": ".join((f"{which} record", verdict, *reason))


def _change(key: tuple[object, ...], units: Iterable[Unit], before: Side, after: Side, why: str) -> Change:
    kind, requirement = key[:2]
    assert isinstance(kind, Kind)
    levels = [side.sample.level for side in (after, before) if side.sample]
    return Change(
        kind=kind,
        requirement=str(requirement),
        level=levels[0],
        before=before,
        after=after,
        cases=tuple("|".join(unit[1:]) for unit in units),
        why=why,
    )


def _notes(before: RunHeader, after: RunHeader) -> Iterator[str]:
    """Yield in what two runs were unlike that changes what they can show."""
    sides: tuple[tuple[str, object, object], ...] = (
        ("versions", before.versions, after.versions),
        ("bindings", before.bindings, after.bindings),
        ("seeds", (str(before.seed),), (str(after.seed),)),
        ("kits", (before.kit,), (after.kit,)),
        ("selections", before.selection or ("everything",), after.selection or ("everything",)),
        ("services played", (before.plays,), (after.plays,)),
        ("drivers", _drivers(before.drivers), _drivers(after.drivers)),
        ("budgets of examples", (str(before.max_examples or "default"),), (str(after.max_examples or "default"),)),
    )
    for name, one, other in sides:
        if one != other:
            yield f"different {name}: {_listed(one)} before, {_listed(other)} after"


def _drivers(drivers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name} {kind}" for name, kind in sorted(drivers.items()) if kind != "none")


def _listed(values: object) -> str:
    return ", ".join(str(one) for one in values) if isinstance(values, tuple) and values else "none"
