"""What ``audit`` says about a file: as lines for people, or as one line of JSON."""

import json
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import click

from conformance.checks.alone import Audit, Located
from conformance.checks.finding import Outcome
from conformance.spec.requirements import requirements
from conformance.spec.versions import LATEST

Grade = Literal["fail", "warn", "observed", "met"]
GRADES: tuple[Grade, ...] = ("fail", "warn", "observed", "met")
Verdict = Literal["conforms", "does not conform", "not measured", "not read"]
PLACES_SHOWN = 5
"""So many places of one fault are shown to people; the JSON has them all."""
_LONGEST = 1_000
_COLOURS = {
    "fail": "red",
    "warn": "yellow",
    "does not conform": "red",
    "conforms": "green",
    "not measured": "yellow",
    "not read": "yellow",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding as it is told: graded by the level that its requirement has, with the sentence and its source."""

    grade: Grade
    requirement: str
    level: str
    where: str
    line: int | None
    expected: str
    actual: str
    note: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is said of one file; ``reason`` says why it was not measured or not read."""

    path: str
    kind: str
    verdict: Verdict
    version: str | None = None
    version_from: str = ""
    reason: str = ""
    findings: tuple[Told, ...] = ()
    met: tuple[str, ...] = ()


def unread(path: str, reason: str) -> Result:
    """Return what is said of a file that could not be read."""
    return Result(path=path, kind="file", verdict="not read", reason=reason)


def result_of(path: str, audit: Audit, *, version: str | None, fail_on: str) -> Result:
    """Grade what a file shows by the levels of a version: that of a reply, else ``version``, else the latest."""
    by = audit.version or version or LATEST
    told = [_told(located, by) for located in audit.findings]
    bad = {"fail", "warn"} if fail_on == "should" else {"fail"}
    missed = any(one.grade in bad for one in told)
    return Result(
        path=path,
        kind=audit.kind,
        verdict="does not conform" if missed else "not measured" if audit.unmeasured else "conforms",
        version=audit.version,
        version_from=audit.version_from,
        reason=audit.unmeasured,
        findings=tuple(sorted((one for one in told if one.grade != "met"), key=lambda one: GRADES.index(one.grade))),
        met=tuple(sorted({one.requirement for one in told if one.grade == "met"})),
    )


def _told(located: Located, version: str) -> Told:
    finding = located.finding
    requirement = requirements().get(finding.requirement)
    # What no requirement speaks of is missed only where a file cannot be read at all.
    level = requirement.level_in(version) if requirement else "MUST" if finding.outcome is Outcome.MISSED else "MAY"
    return Told(
        grade=_grade(finding.outcome, level),
        requirement=finding.requirement,
        level=level,
        where=finding.where,
        line=located.line,
        expected=finding.expected,
        actual=finding.actual,
        note=finding.note,
        text=requirement.text if requirement else "",
        source=requirement.source if requirement else "",
    )


def _grade(outcome: Outcome, level: str) -> Grade:
    if outcome is Outcome.MET:
        return "met"
    if outcome is Outcome.SEEN or level == "MAY":
        return "observed"
    return "fail" if level == "MUST" else "warn"


def as_json(result: Result) -> str:
    """Return a result as a line of JSON in ASCII."""
    findings = [{name: getattr(one, name) for name in one.__slots__} for one in result.findings]
    fields = {name: getattr(result, name) for name in result.__slots__}
    return json.dumps({**fields, "findings": findings})


def lines_of(result: Result) -> Iterator[str]:
    """Yield the lines for people; what came from the file is made safe to show."""
    told = result.kind
    if result.version:
        told += f" in {result.version} ({result.version_from})"
    yield f"{shown(result.path)}: {shown(told)}, {_coloured(result.verdict)}{_counted(result)}"
    if result.reason:
        yield from _folded("  ", result.reason)
    for _, group in groupby(result.findings, lambda one: (one.grade, one.requirement)):
        yield from _block(list(group))


def _counted(result: Result) -> str:
    counts = Counter(one.grade for one in {(one.grade, one.requirement): one for one in result.findings}.values())
    told = [f"{counts[grade]} {word}" for grade, word in _WORDS if counts[grade]]
    if result.met:
        told.append(f"{len(result.met)} met")
    return f" ({', '.join(told)})" if told else ""


_WORDS: tuple[tuple[Grade, str], ...] = (("fail", "failed"), ("warn", "warned"), ("observed", "observed"))


def _block(group: list[Told]) -> Iterator[str]:
    first = group[0]
    yield f"  {_coloured(first.grade, first.grade.upper())}  {shown(first.requirement)}  {first.level}"
    yield from _folded("    ", first.text)
    for one in group[:PLACES_SHOWN]:
        line = f"line {one.line}, " if one.line else ""
        yield from _field("where", f"{line}{one.where}" if one.where else line.removesuffix(", "))
        yield from _field("expected", one.expected)
        yield from _field("actual", one.actual)
        yield from _field("note", one.note)
    if len(group) > PLACES_SHOWN:
        yield f"    … and {len(group) - PLACES_SHOWN} more places, which --json tells"
    yield from _field("source", first.source)


def _field(label: str, value: str) -> Iterator[str]:
    return _folded(f"    {label:8}  ", value)


def _folded(head: str, value: str) -> Iterator[str]:
    """Yield a value behind its label, folded to the terminal, or on one line where there is none."""
    if not value:
        return
    text = shown(value)
    if not sys.stdout.isatty():
        yield head + text
        return
    width = max(40, min(120, shutil.get_terminal_size().columns))
    yield from textwrap.wrap(text, width, initial_indent=head, subsequent_indent=" " * len(head))


def shown(text: str) -> str:
    """Return a text on one line that cannot move a cursor or hide itself."""
    if text.isprintable() and len(text) <= _LONGEST:
        return text
    # Seldom needed, and with the reports comes all that reads a record.
    from conformance.report.visible import visible

    return visible(text, _LONGEST)


def _coloured(name: str, text: str = "") -> str:
    return click.style(text or name, fg=_COLOURS.get(name), bold=True) if sys.stdout.isatty() else text or name


def conclusion(results: Sequence[Result]) -> str:
    """Return how many files there were of each verdict, in one line."""
    counts = Counter(result.verdict for result in results)
    told = ((counts["does not conform"], "not conforming"), (counts["conforms"], "conforming"))
    rest = ((counts[verdict], verdict) for verdict in ("not measured", "not read"))
    return f"{len(results)} files: " + ", ".join(f"{count} {words}" for count, words in (*told, *rest) if count)
