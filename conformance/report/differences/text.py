"""Differences for people, as plain lines: what is worse first."""

from collections.abc import Iterator
from typing import TextIO

from conformance.record.differences import Change, Kind
from conformance.report.differences import MEANINGS, Compared, brief, said
from conformance.report.visible import visible

CASES_SHOWN = 3
_IN_BRIEF = (Kind.NEW, Kind.GONE)


def write(compared: Compared, out: TextIO) -> None:
    """Write the report to ``out``."""
    out.write("".join(f"{line}\n" for line in _lines(compared)))


def _lines(compared: Compared) -> Iterator[str]:
    yield f"before: {visible(compared.before)}"
    yield f"after:  {visible(compared.after)}"
    yield from (f"note: {visible(note)}" for note in compared.differences.notes)
    for kind in Kind:
        changes = compared.differences.of(kind)
        if not changes:
            continue
        yield ""
        yield f"{kind.value.capitalize()} ({sum(len(one.cases) for one in changes)}): {MEANINGS[kind]}"
        if kind is Kind.NOT_COMPARABLE:
            for why, count, ids in brief(changes):
                yield f"  {count} of {_few(ids)}: {visible(why)}"
        elif kind in _IN_BRIEF:
            yield from (f"  {one.requirement} ({_few(one.cases)})" for one in changes)
        else:
            for one in changes:
                yield from _change(one)
    yield ""
    told = (compared.conclusion, compared.counted)
    yield "  ".join(filter(None, told))


def _change(change: Change) -> Iterator[str]:
    yield f"  {change.requirement} ({change.level}) in {_few(change.cases)}"
    yield f"    before: {visible(said(change.before))}"
    yield f"    after:  {visible(said(change.after))}"


def _few(names: tuple[str, ...]) -> str:
    more = len(names) - CASES_SHOWN
    return visible(", ".join(names[:CASES_SHOWN])) + (f" and {more} more" if more > 0 else "")
