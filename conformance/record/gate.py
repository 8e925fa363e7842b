"""What a run passed or failed by beside its verdicts, as one table: new, known, stale, declared, flaky."""

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.record.events import MISSED, Verdict, VerdictEvent
from conformance.record.known import Known, Row, Status
from conformance.record.reader import Record

NEW, DEVIATION, UNUSED, FLAKY = "new", "deviation", "not missed", "flaky"
_ORDER = (NEW, *(one.value for one in Status if one.fails), FLAKY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Equal things about one requirement: ``status`` in a word, in which ``cases``, why it was ``known``.

    A case is told with its version and binding.  ``fails`` tells whether the run fails by it.
    """

    status: str
    requirement: str
    cases: tuple[str, ...]
    known: Known | None
    fails: bool

    @property
    def why(self) -> str:
        """Reason, owner, ticket and the last day, as far as they are known."""
        if self.known is None:
            return ""
        until = self.known.expires and f"until {self.known.expires}"
        return "; ".join(filter(None, (self.known.reason, self.known.owner, self.known.ticket, until)))


def fails(record: Record, event: VerdictEvent) -> bool:
    """Tell whether the run fails by a verdict: a miss at its level that nothing excuses."""
    level = event.verdict is Verdict.FAIL or (event.verdict is Verdict.WARN and record.header.fail_on == "should")
    return level and event.known is None and not _tolerated(record, event)


def flaky(record: Record) -> tuple[VerdictEvent, ...]:
    """Return what was missed in some runs of a case and met in others, once for each requirement and case."""
    found: dict[tuple[str, ...], VerdictEvent] = {}
    for event in record.verdicts:
        if event.flaky:
            found.setdefault((event.requirement, event.case, event.version, event.binding), event)
    return tuple(found.values())


def lines(record: Record) -> tuple[Line, ...]:
    """Return the table: what fails the run first; empty where there is no baseline and no deviation."""
    baseline = record.end.baseline if record.end else None
    if baseline is None and not record.header.deviations:
        return ()
    found: dict[tuple[str, str, Known | None, bool], dict[str, None]] = {}
    for status, failing, requirement, case, known in (*_of_verdicts(record), *_of_rows(record), *_unused(record)):
        found.setdefault((status, requirement, known, failing), {}).setdefault(case)
    told = [
        Line(status=status, requirement=requirement, cases=tuple(filter(None, cases)), known=known, fails=failing)
        for (status, requirement, known, failing), cases in found.items()
    ]
    return tuple(sorted(told, key=_place))


_Told = tuple[str, bool, str, str, Known | None]


def _of_verdicts(record: Record) -> Iterator[_Told]:
    for event in record.verdicts:
        where = _where(event.case, event.version, event.binding)
        if event.known is not None and event.known.by == "deviation":
            yield DEVIATION, False, event.requirement, where, event.known
        elif fails(record, event):
            yield NEW, True, event.requirement, where, None
        elif event.verdict in MISSED and event.known is None and _tolerated(record, event):
            yield FLAKY, False, event.requirement, where, None


def _of_rows(record: Record) -> Iterator[_Told]:
    for row in record.end.baseline.rows if record.end and record.end.baseline else ():
        where = _where(row.case, row.version, row.binding)
        yield row.status.value, row.status.fails, row.requirement, where, _of(row)


def _of(row: Row) -> Known | None:
    return row.known if row.reason or row.owner or row.ticket or row.expires else None


def _unused(record: Record) -> Iterator[_Told]:
    """Yield the declared deviations that the run did not see."""
    seen = {event.requirement for event in record.verdicts if event.known and event.known.by == "deviation"}
    for requirement, reason in record.header.deviations.items():
        if requirement not in seen:
            yield UNUSED, False, requirement, "", Known(by="deviation", reason=reason)


def _tolerated(record: Record, event: VerdictEvent) -> bool:
    return event.flaky and record.header.flaky == "warn"


def _where(case: str, version: str, binding: str) -> str:
    return "|".join((case or "any case", version or "any version", binding or "any binding"))


def _place(line: Line) -> tuple[int, str, str]:
    place = _ORDER.index(line.status) if line.status in _ORDER else len(_ORDER)
    return place, line.status, line.requirement
