"""Reports of what has changed between two records: renderers that read nothing but the differences."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TextIO

from conformance.errors import UsageError, nearest
from conformance.record.differences import Change, Differences, Kind, Side
from conformance.record.reader import Record

# The module of each format has a function write(compared, out).
DIFFERENCE_REPORTS: Mapping[str, str] = MappingProxyType(
    {
        "text": "conformance.report.differences.text",
        "markdown": "conformance.report.differences.markdown",
        "json": "conformance.report.differences.json_report",
    }
)
CONCLUSIONS: Mapping[int, str] = MappingProxyType(
    {
        0: "NOTHING WORSE",
        1: "WORSE",
        3: "NOT COMPARED: the later run was cut short",
        5: "NOT COMPARED: nothing was measured by both",
    }
)
MEANINGS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.BROKEN: "met before, or missed as a SHOULD, and missed now",
        Kind.NEW_FAILING: "not asked before, and missed now",
        Kind.BLOCKED: "met before; now something that it stands on does not work",
        Kind.CHANGED: "missed before and now, but otherwise",
        Kind.FIXED: "missed before, met now",
        Kind.NEW: "not asked before, and met now",
        Kind.GONE: "measured before, and not asked any more",
        Kind.NOT_COMPARABLE: "measured in one record alone",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two records, by what names them, and their differences; ``conclusion`` is empty where none is to be drawn."""

    before: str
    after: str
    differences: Differences
    conclusion: str

    @property
    def counted(self) -> str:
        """How many cases changed in what way."""
        counts = ((kind.value, sum(len(change.cases) for change in self.differences.of(kind))) for kind in Kind)
        told = [f"{count:,} {name}" for name, count in counts if count]
        alike = (
            f"{self.differences.unchanged:,} of {self.differences.compared:,} cases that both measured are as before"
        )
        return "; ".join([", ".join(told), alike] if told else [alike])


def named(record: Record) -> str:
    """Return what names a record to people: its file, the endpoint and the versions."""
    return f"{record.path} ({record.header.url}, {', '.join(record.header.versions)}, run {record.header.run_id})"


def said(side: Side) -> str:
    """Return what a record says of a unit, in words."""
    if side.verdict is None:
        return "not there"
    sample = side.sample
    if not side.signatures or sample is None:
        return side.verdict.value + (f": {side.reason}" if side.reason and not side.verdict.measured else "")
    place = f"{sample.where}: " if sample.where else ""
    told = f"{place}expected {sample.expected}; got {sample.actual}" if sample.expected else place + sample.actual
    return f"{side.verdict.value}: {told}" if told else side.verdict.value


def brief(changes: tuple[Change, ...]) -> list[tuple[str, int, tuple[str, ...]]]:
    """Return what cannot be compared by reason, with how many cases and which requirements."""
    reasons: dict[str, tuple[int, dict[str, None]]] = {}
    for change in changes:
        count, ids = reasons.get(change.why, (0, {}))
        ids[change.requirement] = None
        reasons[change.why] = (count + len(change.cases), ids)
    return [(why, count, tuple(ids)) for why, (count, ids) in sorted(reasons.items())]


def render_differences(name: str, compared: Compared, out: TextIO) -> None:
    """Write the report ``name`` to ``out``; raise UsageError where there is no such report."""
    if name not in DIFFERENCE_REPORTS:
        known = ", ".join(DIFFERENCE_REPORTS)
        raise UsageError(f"there is no format {name!r}{nearest(name, DIFFERENCE_REPORTS) or '.'} Known: {known}.")
    import_module(DIFFERENCE_REPORTS[name]).write(compared, out)
