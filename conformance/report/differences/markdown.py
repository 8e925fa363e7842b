"""Differences for the summary of a CI job or for a comment: Markdown as GitHub and GitLab read it."""

from collections.abc import Iterator
from typing import TextIO

from conformance.record.differences import Change, Kind
from conformance.report.differences import MEANINGS, Compared, brief, said
from conformance.report.markdown_text import code, escaped

SHOWN = 100
"""So many rows a table has; a summary has at most a megabyte."""


def write(compared: Compared, out: TextIO) -> None:
    """Write the report to ``out``."""
    out.write("".join(f"{line}\n" for line in _lines(compared)))


def _lines(compared: Compared) -> Iterator[str]:
    yield f"## Comparison: {escaped(compared.conclusion)}" if compared.conclusion else "## Comparison"
    yield ""
    yield f"{escaped(compared.counted)}."
    yield ""
    yield f"- before: {code(compared.before)}"
    yield f"- after: {code(compared.after)}"
    for note in compared.differences.notes:
        yield f"- note: {code(note)}"
    for kind in Kind:
        changes = compared.differences.of(kind)
        if changes:
            yield ""
            yield f"### {kind.value.capitalize()}"
            yield ""
            yield f"{MEANINGS[kind].capitalize()}."
            yield ""
            yield from _uncompared(changes) if kind is Kind.NOT_COMPARABLE else _table(changes)


def _table(changes: tuple[Change, ...]) -> Iterator[str]:
    yield "| Requirement | Level | Before | After | Cases |"
    yield "| --- | --- | --- | --- | --- |"
    for one in changes[:SHOWN]:
        more = f" and {len(one.cases) - 1} more" if len(one.cases) > 1 else ""
        cells = (code(one.requirement), one.level, code(said(one.before)), code(said(one.after)))
        yield f"| {' | '.join(cells)} | {code(one.cases[0])}{more} |"
    yield from _more(len(changes))


def _uncompared(changes: tuple[Change, ...]) -> Iterator[str]:
    reasons = brief(changes)
    yield "| Reason | Cases | Requirements |"
    yield "| --- | --- | --- |"
    for why, count, ids in reasons[:SHOWN]:
        yield f"| {code(why)} | {count:,} | {len(ids):,} |"
    yield from _more(len(reasons))


def _more(count: int) -> Iterator[str]:
    if count > SHOWN:
        yield ""
        yield f"… and {count - SHOWN:,} more."
