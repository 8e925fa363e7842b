"""What stands at the top of the page: the conclusion, how much was measured, and how the run was set up."""

from dataclasses import dataclass
from datetime import datetime

from conformance.record.events import LEVELS, Level, Verdict
from conformance.record.reader import Record
from conformance.record.spending import Spending
from conformance.record.summary import Summary, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """``tone`` is ``good``, ``bad`` or ``open``; ``facts`` are names with values, ``notes`` sentences to heed.

    ``verdicts`` are those that any requirement has as its worst; ``levels`` the requirements counted by them.
    """

    conclusion: str
    tone: str
    measured: str
    share: int
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    levels: tuple[tuple[Level, Tally], ...]


def overview_of(record: Record, summary: Summary) -> Overview:
    """Return the top of the page."""
    musts = summary.levels["MUST"]
    tallies = tuple((level, summary.levels[level]) for level in LEVELS if summary.levels[level].total)
    return Overview(
        conclusion=summary.conclusion,
        tone={0: "good", 1: "bad"}.get(summary.exit_code, "open"),
        measured=summary.musts_measured,
        share=musts.measured * 100 // musts.total if musts.total else 0,
        facts=tuple((name, value) for name, value in _facts(record, summary) if value),
        notes=tuple(_notes(record)),
        verdicts=tuple(verdict for verdict in Verdict if any(tally.counts[verdict] for _, tally in tallies)),
        levels=tallies,
    )


def _facts(record: Record, summary: Summary) -> tuple[tuple[str, str], ...]:
    header, end = record.header, record.end
    drivers = ", ".join(f"{name} by {kind}" for name, kind in sorted(header.drivers.items()) if kind != "none")
    return (
        ("Endpoint", header.url),
        ("API versions", ", ".join(header.versions)),
        ("Bindings", ", ".join(header.bindings)),
        ("Started", _moment(header.started_at)),
        ("Took", _took(header.started_at, end.finished_at) if end else ""),
        ("Run", header.run_id),
        ("Seed", str(header.seed)),
        ("Kit", header.kit),
        ("Profile", header.profile),
        ("Stands for", f"the {header.plays} service"),
        ("Drivers", drivers or "none"),
        ("Selection", ", ".join(header.selection) or "everything"),
        ("Examples", str(header.max_examples or "")),
        ("Clock", summary.clock.text if summary.clock else ""),
        ("Money", _money(end.spending) if end and end.spending else ""),
        ("Exit code", str(summary.exit_code)),
    )


def _notes(record: Record) -> list[str]:
    end = record.end
    notes = []
    if record.truncated:
        notes.append("The last line of the record is cut short; what stands before it is reported.")
    if end is None:
        notes.append("The record has no end: the run was killed.")
    elif end.interrupted:
        notes.append("The run was interrupted.")
    if end and end.reason:
        notes.append(f"The run ended early: {end.reason}")
    if end and end.spending and end.spending.exceeded:
        notes.append("More was spent than estimated: the estimate was too low, or somebody else spent as well.")
    return notes


def _money(spending: Spending) -> str:
    estimate = f"estimated at {spending.estimated} US dollars at most"
    if spending.spent is None:
        return f"{estimate}; the endpoint did not tell its balance before and after"
    return f"{spending.spent} of {spending.before} US dollars spent, {estimate}"


def _moment(text: str) -> str:
    return text.replace("T", " ").replace("Z", " UTC")


def _took(start: str, end: str) -> str:
    try:
        seconds = int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())
    except (TypeError, ValueError):
        return ""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
