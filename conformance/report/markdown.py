"""The report for the summary of a CI job or for a comment: Markdown as GitHub and GitLab read it.

What an endpoint said stands in code, in which nothing is a link, a mention or an element of HTML.  However much was
found, the report has at most `ROOM` bytes: GitHub drops a summary of more than a megabyte as a whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from conformance.record.events import LEVELS, Verdict
from conformance.record.gate import flaky, lines
from conformance.record.reader import Record
from conformance.record.summary import Finding, Group, Summary, Tally, summarise
from conformance.report.evidence import evidence_for
from conformance.report.markdown_text import code, escaped, fenced

ROOM = 900_000
"""Bytes of UTF-8."""
FINDINGS_SHOWN = 100
"""So many failures are told, and as many of each other kind."""
_CASES_SHOWN = 3
_MARK = {0: "✅", 1: "❌"}


def write(record: Record, out: TextIO) -> None:
    """Write the report to ``out``."""
    room, left_out = ROOM, 0
    for block in _blocks(record, summarise(record)):
        room -= len(block.encode()) + 2
        if room < 0:
            left_out += 1
            room += len(block.encode()) + 2
        else:
            out.write(f"{block}\n\n")
    if left_out:
        out.write(f"There is no room here for {left_out} more entries; `mturk-conformance report html` shows them.\n")


def _blocks(record: Record, summary: Summary) -> Iterator[str]:
    """Yield the parts of the report, each whole in itself, so that any of them can be left out."""
    header = record.header
    yield f"## {_MARK.get(summary.exit_code, '⚠️')} {summary.conclusion}: {summary.musts_measured}"
    told = (header.url, f"kit {header.kit}", *header.versions, *header.bindings, f"seed {header.seed}")
    yield f"{' · '.join(code(text) for text in told)} · exit code {summary.exit_code}"
    if record.end is None or record.end.reason:
        yield f"The run ended early: {code((record.end and record.end.reason) or 'its record has no end')}"
    yield _tallies("Level", ((level, summary.levels[level]) for level in LEVELS))
    yield from _findings(record, "Failures", summary.failures)
    yield from _findings(record, "Errors of the kit", summary.errors)
    yield from _findings(record, "Warnings", summary.warnings)
    yield from _gate(record)
    yield from _groups("Blocked", "Cause", summary.blocked)
    yield from _groups("Not measured", "Reason", summary.not_measured)
    touched = {name: tally for name, tally in summary.articles.items() if _decided(tally)}
    if touched:
        yield _folded(
            f"By operation ({len(touched)})",
            _tallies("Operation or article", sorted(touched.items(), key=_worst_first)),
        )
    if summary.observations:
        rows = [(code(one.sample.requirement), code(one.sample.actual)) for one in summary.observations]
        yield _folded(f"Observed ({len(rows)}), neither right nor wrong", _table(("Requirement", "Seen"), rows))


def _findings(record: Record, title: str, told: tuple[Finding, ...]) -> Iterator[str]:
    findings = [finding for finding in told if finding.sample.known is None]  # the others stand in the table
    if not findings:
        return
    yield f"### {title} ({len(findings)})"
    for finding in findings[:FINDINGS_SHOWN]:
        yield _finding(record, finding)
    if len(findings) > FINDINGS_SHOWN:
        yield f"… and {len(findings) - FINDINGS_SHOWN:,} more."


def _finding(record: Record, finding: Finding) -> str:
    sample, evidence = finding.sample, evidence_for(record, finding.sample)
    fields = (
        ("Expected", code(sample.expected)),
        ("Actual", code(sample.actual)),
        ("Where", code(sample.where)),
        ("Reason", code(sample.reason)),
        ("Note", code(sample.note)),
        ("Source", escaped(evidence.source)),
        ("Seen in", _some(finding.cases)),
    )
    lines = [escaped(evidence.text), "", *(f"- {label}: {text}" for label, text in fields if text)]
    if sample.case:
        lines += ["", fenced(evidence.replay)]
    times = f", {finding.count} times" if finding.count > 1 else ""
    return _folded(f"<b>{escaped(sample.requirement)}</b> ({sample.level}{times})", "\n".join(lines))


def _gate(record: Record) -> Iterator[str]:
    """Yield what the run passed or failed by beside its verdicts: the baseline, deviations, the flaky, a demand."""
    if told := lines(record):
        rows = [
            (
                f"**{line.status}**" if line.fails else line.status,
                code(line.requirement),
                _some(line.cases),
                code(line.why),
            )
            for line in told
        ]
        table = _table(("", "Requirement", "Cases", "Why"), rows)
        yield _folded(f"Known failures ({len(rows)}; those in bold fail the run)", table)
    if found := flaky(record):
        rows = [
            (code(event.requirement), event.level, code(event.case), f"{event.missed} of {event.runs} runs")
            for event in found
        ]
        yield _folded(f"Flaky ({len(rows)})", _table(("Requirement", "Level", "Case", "Missed in"), rows))
    if record.end and record.end.demand:
        asked = record.end.demand
        said = "as many as" if asked.met else "**fewer than**"
        yield f"Measured: {asked.measured} of {asked.total} MUSTs, {said} demanded ({code(asked.asked)})."


def _some(names: Sequence[str]) -> str:
    """Return the first few of some names, and how many more there are."""
    more = len(names) - _CASES_SHOWN
    # A bar, between case, version and binding, would cut a table.
    shown = ", ".join(code(name.replace("|", " ")) for name in names[:_CASES_SHOWN])
    return shown + (f" and {more} more" if more > 0 else "")


def _groups(title: str, what: str, groups: tuple[Group, ...]) -> Iterator[str]:
    if groups:
        rows = [(code(group.reason), _some(group.requirements), f"{group.count:,}") for group in groups]
        yield _folded(f"{title} ({len(groups)})", _table((what, "Requirements", "Cases"), rows))


def _tallies(title: str, tallies: Iterable[tuple[str, Tally]]) -> str:
    told = list(tallies)
    shown = [verdict for verdict in Verdict if any(tally.counts[verdict] for _, tally in told)]
    rows = [
        (code(name), *(f"{tally.counts[one] or ''}" for one in shown), f"{tally.measured} of {tally.total}")
        for name, tally in told
        if tally.total
    ]
    return _table((title, *shown, "measured"), rows)


def _decided(tally: Tally) -> bool:
    return any(count for verdict, count in tally.counts.items() if verdict is not Verdict.NOT_MEASURED)


def _worst_first(row: tuple[str, Tally]) -> tuple[int, int, str]:
    name, tally = row
    return (-tally.counts[Verdict.FAIL], -tally.counts[Verdict.WARN], name)


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(titles)} |", f"|{' --- |' * len(titles)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows[:FINDINGS_SHOWN]]
    if len(rows) > FINDINGS_SHOWN:
        lines += ["", f"… and {len(rows) - FINDINGS_SHOWN:,} more."]
    return "\n".join(lines)


def _folded(title: str, body: str) -> str:
    """Return a part that a reader opens; ``title`` is HTML."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
