"""The report for the summary of a CI job or for a comment: Markdown as GitHub and GitLab read it.

What comes from a capture stands in code spans, in which nothing is a link, a mention or an element of HTML.
"""

from collections.abc import Iterator
from typing import TextIO

from conformance.report.audits.exercised import TITLES, coverage_lines, operation_rows
from conformance.report.audits.outcome import Outcome, ToldFault, many
from conformance.report.audits.places import place_of
from conformance.report.audits.ways import Way, by_requirement
from conformance.report.markdown_text import code, escaped

FAULTS_SHOWN = 100
"""So many faults are told, and as many parts that could not be read; a summary has at most a megabyte."""


def write(outcome: Outcome, out: TextIO) -> None:
    """Write the report to ``out``."""
    for line in _lines(outcome):
        out.write(f"{line}\n")


def _lines(outcome: Outcome) -> Iterator[str]:
    yield f"## Audit: {outcome.conclusion}"
    yield ""
    yield f"{outcome.counted}."
    faults = [one for one in outcome.faults if one.key.grade != "observed"]
    yield from _faults(faults)
    if observed := len(outcome.faults) - len(faults):
        yield ""
        yield f"{many(observed, 'observation')} beside, neither right nor wrong."
    if outcome.unread:
        yield from _table(
            ("Not read", "Reason"), [(code(place_of(one.place)), code(one.reason)) for one in outcome.unread]
        )
    yield from _table(("Exercised", ""), [(label, code(text)) for label, text in coverage_lines(outcome)])
    yield from _table(TITLES, operation_rows(outcome))


def _faults(faults: list[ToldFault]) -> Iterator[str]:
    groups = by_requirement(faults)
    yield from _table(
        ("", "Requirement", "Where", "Expected", "Actual", "Times"), [_row(way) for ways in groups for way in ways]
    )
    if not groups:
        return
    yield ""
    yield "<details><summary>The requirements</summary>"
    yield ""
    for ways in groups[:FAULTS_SHOWN]:
        first = ways[0].faults[0]
        source = f" *{escaped(first.source)}*" if first.source else ""
        yield f"- {code(first.key.requirement)}: {escaped(first.text)}{source}"
    yield ""
    yield "</details>"


def _row(way: Way) -> tuple[str, ...]:
    told = way.faults[0]
    places = (place_of(way.first.place), way.first.where, way.elsewhere)
    return (
        f"**{told.key.grade}**",
        f"{code(told.key.requirement)} {escaped(told.key.level)}",
        " ".join(code(text) for text in places if text),
        code(told.fault.expected),
        code(way.first.actual),
        f"{way.count:,}",
    )


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"| {' | '.join(titles)} |"
    yield f"|{' --- |' * len(titles)}"
    for row in rows[:FAULTS_SHOWN]:
        yield f"| {' | '.join(row)} |"
    if len(rows) > FAULTS_SHOWN:
        yield ""
        yield f"… and {len(rows) - FAULTS_SHOWN:,} more."
