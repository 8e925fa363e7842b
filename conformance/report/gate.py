"""The parts of the report for people that tell what was known before the run, and what fails only at times."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.record.gate import Line, flaky, lines
from conformance.record.known import Status
from conformance.record.reader import Record
from conformance.report.visible import visible

_CASES_SHOWN = 3


def print_known(console: Console, record: Record) -> None:
    """Print the table of what was new, known, stale or declared; nothing where nothing was known before the run."""
    told = lines(record)
    baseline = record.end.baseline if record.end else None
    if baseline is None and not told:
        return
    unmeasured = sum(len(line.cases) for line in told if line.status == Status.UNMEASURED)
    shown = [line for line in told if line.status != Status.UNMEASURED]
    title = f"Known failures, by {visible(baseline.path)}" if baseline else "Known failures, declared by the profile"
    console.print()
    console.print(Text(f"{title} ({counted(told)})", style="bold underline"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=bool(shown))
    for name in ("", "requirement", "cases", "why"):
        table.add_column(name, overflow="fold", header_style="dim")
    for line in shown:
        style = "bold red" if line.fails else ""
        row = (line.status, visible(line.requirement), _cases(line), visible(line.why))
        table.add_row(*(Text(cell, style=style) for cell in row))
    console.print(table)
    if unmeasured:
        console.print(Text(f"and {unmeasured} of which this run does not tell"))


def print_flaky(console: Console, record: Record) -> None:
    """Print what was missed in some runs of a case and met in others, with rates."""
    found = flaky(record)
    if not found:
        return
    console.print()
    console.print(Text(f"Flaky ({len(found)}): met and missed in runs with the same seed", style="bold underline"))
    for event in found:
        where = visible("|".join((event.case, event.version, event.binding)))
        rate = f"missed in {event.missed} of {event.runs} runs"
        console.print(Text(f"{rate}  {visible(event.requirement)}  {event.level}  {where}"))


def counted(told: tuple[Line, ...]) -> str:
    """Return how many cases there are of each status, in words."""
    counts: dict[str, int] = {}
    for line in told:
        counts[line.status] = counts.get(line.status, 0) + max(len(line.cases), 1)
    return ", ".join(f"{number} {status}" for status, number in counts.items()) or "none"


def _cases(line: Line) -> str:
    more = len(line.cases) - _CASES_SHOWN
    return visible(", ".join(line.cases[:_CASES_SHOWN])) + (f" and {more} more" if more > 0 else "")
