"""The report for people: files, faults a block each, what was exercised, what could not be read, one last line.

It is coloured and folded on a terminal; elsewhere each field is one plain line.
"""

import os
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

import click

from conformance.record.audited import FileAccount, Unread
from conformance.report.audits.exercised import TITLES, coverage_lines, operation_rows
from conformance.report.audits.outcome import Outcome, many
from conformance.report.audits.places import STANDARD_INPUT, others_of, place_of
from conformance.report.audits.ways import Way, by_requirement
from conformance.report.visible import visible

FILES_SHOWN = 20
"""Where there are more files, those of each verdict are counted."""
WAYS_SHOWN = 5
"""So many ways of missing one requirement are told."""
UNREAD_SHOWN = 10
OBSERVED_SHOWN = 5
_NARROWEST, _WIDEST = 40, 120
_COLOURS = {
    "fail": "red",
    "warn": "yellow",
    "observed": "cyan",
    "does not conform": "red",
    "conforms": "green",
    "not measured": "yellow",
    "not read": "yellow",
}
_OF_CODES = {0: "green", 1: "red"}


def write(outcome: Outcome, out: TextIO) -> None:
    """Write the report to ``out``."""
    for line in _Page(out).lines(outcome):
        out.write(f"{line}\n")


def _columns() -> int:
    """Return how wide the terminal is."""
    import shutil  # which takes the libraries of all archives along

    return shutil.get_terminal_size().columns


class _Page:
    """How lines are laid out: coloured and folded at ``width``, or plain where that is 0."""

    def __init__(self, out: TextIO) -> None:
        terminal = out.isatty()
        self._colours = terminal and "NO_COLOR" not in os.environ
        self._width = max(_NARROWEST, min(_WIDEST, _columns())) if terminal else 0

    def lines(self, outcome: Outcome) -> Iterator[str]:
        yield from self._files(outcome)
        for group in by_requirement(one for one in outcome.faults if one.key.grade != "observed"):
            yield ""
            yield from self._block(group)
        yield from self._observed(by_requirement(one for one in outcome.faults if one.key.grade == "observed"))
        yield from self._unread(outcome.unread)
        yield from self._coverage(outcome)
        if outcome.files or outcome.faults or outcome.unread:
            yield ""
        yield self._last(outcome)

    def _files(self, outcome: Outcome) -> Iterator[str]:
        if len(outcome.files) > FILES_SHOWN:
            counts = Counter(one.verdict(outcome.fail_on) for one in outcome.files.values())
            for verdict, count in sorted(counts.items(), key=lambda one: -one[1]):
                yield f"{many(count, 'file')}: {self._styled(verdict, verdict)}"
            return
        for account in outcome.files.values():
            yield from self._file(account, outcome.fail_on)

    def _file(self, account: FileAccount, fail_on: str) -> Iterator[str]:
        verdict = account.verdict(fail_on)
        name = "standard input" if account.file == STANDARD_INPUT else account.file
        kind = f"{account.format}, " if account.format else ""
        told = [
            f"{count:,} {word}"
            for count, word in (
                (account.judged if account.entries > 1 else 0, "judged"),
                (account.foreign, "of others"),
                (account.unmeasured if account.entries > 1 else 0, "not measured"),
                (account.unread if account.entries > 1 else 0, "not read"),
                (account.failed, "failed"),
                (account.warned, "warned"),
            )
            if count
        ]
        counted = f" ({', '.join(told)})" if told else ""
        yield f"{visible(name)}: {visible(kind)}{self._styled(verdict, verdict)}{counted}"
        if verdict == "not measured":
            yield from self._folded("  ", account.reason)

    def _block(self, ways: tuple[Way, ...]) -> Iterator[str]:
        """Yield the lines of one requirement that is missed, in one way or in several."""
        fault, count = ways[0].faults[0], sum(way.count for way in ways)
        often = f"  {count:,} times" if count > 1 else ""
        name = visible(fault.key.requirement)
        yield f"{self._styled(fault.key.grade, fault.key.grade.upper())}  {name}  {fault.key.level}{often}"
        yield from self._folded("  ", fault.text)
        for number, way in enumerate(ways[:WAYS_SHOWN]):
            if number:
                yield ""
            yield from self._way(way, alone=len(ways) == 1)
        if len(ways) > WAYS_SHOWN:
            yield f"  … and in {many(len(ways) - WAYS_SHOWN, 'more way')}, which the report jsonl tells"
        yield from self._field("source", fault.source)
        if fault.curl:
            # Never folded, so that it can be copied whole.
            yield f"  {self._dim('curl')}      {visible(fault.curl, len(fault.curl))}"

    def _way(self, way: Way, *, alone: bool) -> Iterator[str]:
        told = way.faults[0]
        times = "" if alone or way.count == 1 else f" ({way.count:,} times)"
        for label, text in (
            ("at", place_of(way.first.place) + times),
            ("where", way.first.where),
            ("expected", told.fault.expected),
            ("actual", way.first.actual),
            ("note", way.first.note),
            ("also at", others_of(told.fault)),
            ("also in", way.elsewhere),
        ):
            yield from self._field(label, text)

    def _observed(self, groups: list[tuple[Way, ...]]) -> Iterator[str]:
        """Yield what was seen that is neither right nor wrong: a line for each where there is little, else counts."""
        if not groups:
            return
        yield ""
        told = f"{self._styled('observed', 'OBSERVED')}  neither right nor wrong"
        often = [(ways[0].faults[0].key.requirement, sum(way.count for way in ways)) for ways in groups]
        if len(groups) > OBSERVED_SHOWN:
            often.sort(key=lambda one: (-one[1], one[0]))
            yield f"{told}; the report jsonl tells what"
            shown = ", ".join(f"{name} ({count:,})" for name, count in often[:OBSERVED_SHOWN])
            yield from self._folded("  ", f"{shown} and {len(often) - OBSERVED_SHOWN} more")
            return
        yield told
        for ways, (name, count) in zip(groups, often, strict=True):
            said = f"{name}: {ways[0].first.actual or ways[0].first.note or 'seen'}"
            yield from self._folded("  ", f"{said}; and {many(count - 1, 'more time')}" if count > 1 else said)

    def _unread(self, parts: tuple[Unread, ...]) -> Iterator[str]:
        if not parts:
            return
        yield ""
        yield f"{self._styled('not read', 'NOT READ')}  {many(len(parts), 'part')}"
        for part in parts[:UNREAD_SHOWN]:
            yield from self._folded("  ", f"{place_of(part.place)}: {part.reason}")
        if len(parts) > UNREAD_SHOWN:
            yield f"  … and {many(len(parts) - UNREAD_SHOWN, 'more part')}, which the report jsonl tells"

    def _coverage(self, outcome: Outcome) -> Iterator[str]:
        lines = list(coverage_lines(outcome))
        if lines:
            yield ""
        for label, text in lines:
            yield from self._field(label, text, indent="", wide=10)
        yield from self._operations(operation_rows(outcome))

    def _operations(self, rows: list[tuple[str, ...]]) -> Iterator[str]:
        """Yield a table of the operations, or a line in words for each where the terminal is too narrow for it."""
        if not rows:
            return
        yield ""
        table = [tuple(title.lower() for title in TITLES), *rows]
        wide = [max(map(len, column)) for column in zip(*table, strict=True)]
        if self._width and sum(wide) + 2 * len(wide) - 2 > self._width:
            for name, *cells in rows:
                told = (f"{cell} {title}" for cell, title in zip(cells, table[0][1:], strict=True) if cell != "-")
                yield from self._folded("", f"{name}: {', '.join(told)}")
            return
        for number, (name, *cells) in enumerate(table):
            aligned = (f"{cell:>{width}}" for cell, width in zip(cells, wide[1:], strict=True))
            line = "  ".join((f"{name:{wide[0]}}", *aligned))
            yield self._dim(line) if number == 0 else line

    def _last(self, outcome: Outcome) -> str:
        said = self._styled("", outcome.conclusion, _OF_CODES.get(outcome.exit_code, "yellow"))
        cut = "  (interrupted)" if outcome.interrupted and outcome.exit_code == 1 else ""
        return f"{said}{cut}  {outcome.counted}; exit code {outcome.exit_code}"

    def _field(self, label: str, value: str, *, indent: str = "  ", wide: int = 8) -> Iterator[str]:
        head = f"{indent}{label:{wide}}  "
        for number, line in enumerate(self._folded(head, value)):
            yield f"{indent}{self._dim(label)}{line[len(indent) + len(label) :]}" if number == 0 else line

    def _folded(self, head: str, value: str) -> Iterator[str]:
        """Yield a value behind its label, folded to the terminal, or on one line where there is none."""
        text = visible(value)
        if not text:
            return
        if not self._width:
            yield head + text
            return
        yield from textwrap.wrap(
            text, self._width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
        )

    def _styled(self, name: str, text: str, colour: str = "") -> str:
        return click.style(text, fg=colour or _COLOURS.get(name), bold=True) if self._colours else text

    def _dim(self, text: str) -> str:
        return click.style(text, dim=True) if self._colours else text
