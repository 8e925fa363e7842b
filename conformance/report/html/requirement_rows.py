"""The list of all requirements that a record speaks of, by article: a row each, whatever the number of cases."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.record.events import Level, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.record.settled import constant_part
from conformance.record.summary import Summary, Tally
from conformance.report.html.findings import Section
from conformance.report.html.heat import kind_of
from conformance.report.html.seen import Axes
from conformance.report.visible import visible
from conformance.spec.requirements import requirements

_OBSERVATIONS = 2
_LONGEST = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement.  ``anchor`` is its id where no entry of a fault bears it; ``faults`` are numbers of entries.

    ``observed`` is what was seen of it where it is a MAY; ``apart`` says which versions and bindings differ.
    """

    id: str
    anchor: str
    name: str
    text: str
    level: Level
    kind: str
    verdict: Verdict
    cases: int
    seen: str
    apart: tuple[tuple[Verdict, str], ...]
    observed: tuple[str, ...]
    faults: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRows:
    """The requirements of one article."""

    name: str
    tally: Tally
    rows: tuple[Row, ...]


def articles_of(record: Record, summary: Summary, axes: Axes, sections: Iterable[Section]) -> tuple[ArticleRows, ...]:
    """Return the articles with their rows, in alphabetical order."""
    events: defaultdict[str, list[VerdictEvent]] = defaultdict(list)
    for event in record.verdicts:
        events[event.requirement].append(event)
    faults: defaultdict[str, list[int]] = defaultdict(list)
    for section in sections:
        for entry in section.entries:
            faults[entry.sample.requirement].append(entry.number)
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for result in summary.requirements:
        known, of = requirements().get(result.id), events[result.id]
        rows[result.article].append(
            Row(
                id=result.id,
                anchor="" if result.id in faults else result.id,
                name=result.id.partition(".")[2] or result.id,
                text=known.text if known else "",
                level=result.level,
                kind=kind_of(result.id),
                verdict=result.verdict,
                cases=result.cases,
                seen=axes.seen((event.version, event.binding, event.verdict) for event in of),
                apart=_apart(of, axes),
                observed=_observed(of, record.header.run_id),
                faults=tuple(faults.get(result.id, ())),
            )
        )
    return tuple(
        ArticleRows(name=name, tally=tally, rows=tuple(rows[name])) for name, tally in summary.articles.items()
    )


def _apart(events: Iterable[VerdictEvent], axes: Axes) -> tuple[tuple[Verdict, str], ...]:
    """Return which verdict holds where, if versions or bindings differ; the worst of each counts."""
    worst: dict[tuple[str, str], Verdict] = {}
    order = list(Verdict)
    for event in events:
        place = (event.version, event.binding)
        worst[place] = min(worst.get(place, event.verdict), event.verdict, key=order.index)
    if len(set(worst.values())) < 2:
        return ()
    places: defaultdict[Verdict, list[str]] = defaultdict(list)
    for (version, binding), verdict in sorted(worst.items()):
        names = (version if len(axes.versions) > 1 else "", binding if len(axes.bindings) > 1 else "")
        places[verdict].append(" ".join(name for name in names if name) or "elsewhere")
    return tuple((verdict, ", ".join(dict.fromkeys(places[verdict]))) for verdict in order if verdict in places)


def _observed(events: Iterable[VerdictEvent], run_id: str) -> tuple[str, ...]:
    """Return what was observed, each kind of thing once, a few of them."""
    told: dict[str, str] = {}
    for event in events:
        if event.verdict is Verdict.OBSERVED and (text := event.actual or event.note):
            told.setdefault(constant_part(text, run_id), visible(text, _LONGEST))
    return tuple(told.values())[:_OBSERVATIONS]
