"""The report for people: what fails and how to see it again, what was not decided and why, and one last line."""

from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.record.events import LEVELS, Verdict
from conformance.record.reader import Record
from conformance.record.spending import Spending
from conformance.record.summary import Finding, Group, Summary, summarise
from conformance.report.evidence import evidence_for
from conformance.report.gate import print_flaky, print_known
from conformance.report.visible import visible

_STYLES = {
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold magenta",
    Verdict.WARN: "bold yellow",
    Verdict.BLOCKED: "bold cyan",
    Verdict.NOT_MEASURED: "bold blue",
    Verdict.OBSERVED: "bold",
}
_MEANINGS = {
    0: "the endpoint met what was measured, or missed nothing but what was known",
    1: "the endpoint missed what the run demanded, or the baseline says otherwise",
    2: "the command or its configuration was wrong",
    3: "the endpoint could not be reached, or the run was cut short",
    4: "refused for safety: money or production",
    5: "nothing was measured, or less than was demanded",
}
_PLAIN_WIDTH = 10_000  # no line of a plain report is ever folded
_CASES_SHOWN = 5


def write(record: Record, out: TextIO) -> None:
    """Write the report to ``out``: coloured and folded on a terminal, plain lines elsewhere.

    All is printed as `Text`, in which rich reads no markup; what an endpoint sent shows its control characters.
    """
    console = Console(file=out)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    with console.capture() as captured:
        _print(console, record, summarise(record))
    out.write(captured.get())  # in one piece: rich itself would answer a closed pipe with the exit code of a verdict


def _print(console: Console, record: Record, summary: Summary) -> None:
    _opening(console, record, summary)
    for title, verdict, findings in (
        ("Failures", Verdict.FAIL, summary.failures),
        ("Errors of the kit", Verdict.ERROR, summary.errors),
        ("Warnings", Verdict.WARN, summary.warnings),
    ):
        new = [finding for finding in findings if finding.sample.known is None]  # the others stand in the table
        _heading(console, title, len(new))
        for finding in new:
            _finding(console, record, verdict, finding)
    print_flaky(console, record)
    print_known(console, record)
    _observations(console, summary)
    _groups(console, "Blocked, by cause", Verdict.BLOCKED, summary.blocked)
    _groups(console, "Not measured, by reason", Verdict.NOT_MEASURED, summary.not_measured)
    _articles(console, summary)
    _closing(console, record, summary)


def _opening(console: Console, record: Record, summary: Summary) -> None:
    header = record.header
    told = (f"kit {header.kit}", f"run {header.run_id}", f"seed {header.seed}", *header.versions, *header.bindings)
    console.print(Text(f"{visible(header.url)} ({visible(', '.join(told))})"))
    console.print(Text(summary.conclusion, style=_conclusion_style(summary)))


def _heading(console: Console, title: str, count: int) -> None:
    if count:
        console.print()
        console.print(Text(f"{title} ({count})", style="bold underline"))


def _finding(console: Console, record: Record, verdict: Verdict, finding: Finding) -> None:
    sample, evidence = finding.sample, evidence_for(record, finding.sample)
    shown = ", ".join(finding.cases[:_CASES_SHOWN])
    more = len(finding.cases) - _CASES_SHOWN
    console.print()
    console.print(
        Text.assemble(
            (verdict.upper(), _STYLES[verdict]),
            f"  {visible(sample.requirement)}  {sample.level}",
            f"  seen {finding.count} times" if finding.count > 1 else "",
            f"  missed in {sample.missed} of {sample.runs} runs" if sample.runs > 1 else "",
        )
    )
    for label, value in (
        ("", evidence.text),
        ("where", sample.where),
        ("expected", sample.expected),
        ("actual", sample.actual),
        ("reason", sample.reason),
        ("note", sample.note),
        ("source", evidence.source),
        ("cases" if len(finding.cases) > 1 else "case", f"{shown} and {more} more" if more > 0 else shown),
    ):
        _field(console, label, value)
    for label, line in (("replay", evidence.replay), ("curl", evidence.curl)):
        if line:
            # Never folded, and with nothing before it on its line but blanks, so that it can be copied whole.
            console.print(Text.assemble("  ", (f"{label:8}  ", "dim"), visible(line, len(line))), soft_wrap=True)


def _field(console: Console, label: str, value: str) -> None:
    if not value:
        return
    grid = Table.grid(padding=(0, 2))
    if label:
        grid.add_row("", Text(f"{label:8}", style="dim"), Text(visible(value), overflow="fold"))
    else:
        grid.add_row("", Text(visible(value), overflow="fold"))
    console.print(grid)


def _observations(console: Console, summary: Summary) -> None:
    _heading(console, "Observed", len(summary.observations))
    for finding in summary.observations:
        sample = finding.sample
        _field(console, "", f"{sample.requirement}: {sample.actual or sample.note or 'seen'}")


def _groups(console: Console, title: str, verdict: Verdict, groups: tuple[Group, ...]) -> None:
    _heading(console, title, len(groups))
    for group in groups:
        requirements, cases = len(group.requirements), group.count
        counted = f"{_count(requirements, 'requirement')}, {_count(cases, 'case')}"
        console.print(Text.assemble((visible(group.reason) or "no reason given", _STYLES[verdict]), f"  ({counted})"))
        names = ", ".join(group.requirements)
        _field(console, "", names if verdict is Verdict.BLOCKED else _shortened(group.requirements))


def _shortened(ids: tuple[str, ...]) -> str:
    shown = ", ".join(ids[:_CASES_SHOWN])
    return shown if len(ids) <= _CASES_SHOWN else f"{shown} and {len(ids) - _CASES_SHOWN} more"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _articles(console: Console, summary: Summary) -> None:
    shown = [verdict for verdict in Verdict if any(tally.counts[verdict] for tally in summary.articles.values())]
    touched = {
        name: tally
        for name, tally in summary.articles.items()
        if any(count for verdict, count in tally.counts.items() if verdict is not Verdict.NOT_MEASURED)
    }
    levels = ((level, summary.levels[level]) for level in LEVELS)
    rows = [
        (visible(name), *(str(tally.counts[verdict]) for verdict in shown), f"{tally.measured} of {tally.total}")
        for name, tally in (*touched.items(), *levels)
        if tally.total
    ]
    titles = ("by worst verdict", *shown, "measured")
    widths = [max(len(row[column]) for row in (titles, *rows)) for column in range(len(titles))]
    console.print()
    for row in (titles, *rows):
        cells = [
            f"{row[0]:{widths[0]}}",
            *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        console.print(Text("  ".join(cells), style="bold" if row is titles else ""), soft_wrap=True)
    if untouched := len(summary.articles) - len(touched):
        console.print(Text(f"and {_count(untouched, 'article')} of which nothing was measured"))


def _closing(console: Console, record: Record, summary: Summary) -> None:
    console.print()
    if record.truncated:
        console.print(Text("The last line of the record is cut short; what stands before it is reported."))
    if record.end and record.end.reason:
        console.print(Text(f"The run ended early: {visible(record.end.reason)}"))
    if summary.clock:
        console.print(Text(f"Time: {summary.clock.text}."))
    if record.end and record.end.demand:
        asked = record.end.demand
        said = "as many as" if asked.met else "fewer than"
        told = f"{asked.measured} of {asked.total} MUSTs, {said} demanded ({asked.asked})"
        console.print(Text(f"Measured: {told}.", style="" if asked.met else "bold red"))
    if record.end and record.end.spending:
        _spending(console, record.end.spending)
    meaning = _MEANINGS.get(summary.exit_code, "unknown to this kit")
    console.print(
        Text.assemble(
            (summary.conclusion, _conclusion_style(summary)),
            f"  {summary.musts_measured}; exit code {summary.exit_code}: {meaning}",
        )
    )


def _spending(console: Console, spending: Spending) -> None:
    estimate = f"estimated at {spending.estimated} US dollars at most"
    if spending.spent is None:
        console.print(Text(f"Money: {estimate}; the endpoint did not tell its balance before and after."))
        return
    told = f"{spending.spent} of {spending.before} US dollars spent, {estimate}"
    console.print(
        Text(f"Money: {told}: the estimate was too low, or somebody else spent as well.", style="bold red")
        if spending.exceeded
        else Text(f"Money: {told}.")
    )


def _conclusion_style(summary: Summary) -> str:
    return {0: "bold green", 1: "bold red"}.get(summary.exit_code, "bold yellow")
