"""``explain``: everything that the kit knows about a requirement."""

import shutil
import sys
import textwrap
from collections.abc import Iterator
from itertools import groupby

import click

from conformance.cli.deciders import audits_for, checks_for, sweeps_for
from conformance.cli.verifying import suites_for
from conformance.spec.names import names
from conformance.spec.requirements import Case, Requirement, cases_of
from conformance.spec.selection import matching
from conformance.spec.versions import KNOWN, TODAY

_LABEL = 14
UNDECIDED = "no check decides it yet"


@click.command("explain")
@click.argument("pattern", metavar="ID|GLOB")
def command(pattern: str) -> None:
    """Explain requirements: the sentence, its level, its source, how it is decided and what decides it."""
    click.echo("\n\n".join("\n".join(_explanation(requirement)) for requirement in matching(pattern)))


_ONLY = {"query": "Query only", "soap": "SOAP only", "json": "JSON only"}


def _explanation(requirement: Requirement) -> Iterator[str]:
    yield requirement.id
    yield from _field("", requirement.text)
    newer = names().newer_operation(requirement.article)
    if newer != requirement.article and requirement.holds_in(TODAY):
        yield from _field(TODAY, f"{requirement.article} is called {newer} there")
    for level in levels(requirement):
        yield from _field("level", level)
    yield from _field("kind", requirement.kind)
    yield from _field("how", requirement.how)
    yield from _field("source", requirement.source)
    yield from _field(f"in {TODAY[:4]}", requirement.in_2017 or "")
    yield from _field("confidence", requirement.confidence)
    yield from _field("real service", requirement.real_service)
    yield from _field("needs", ", ".join(requirement.needs))
    yield from _field("transport", _ONLY.get(requirement.transport or "", ""))
    if requirement.code:
        code = requirement.code
        yield from _field("error code", f"{' or '.join(code.any_of)} ({code.level}; {code.evidence})")
    yield from _field("disputed", requirement.disputed or "")
    yield from _field("untestable", requirement.untestable or "")
    yield from _deciders(requirement)


def _deciders(requirement: Requirement) -> Iterator[str]:
    found = [
        *(("case", described(case)) for case in cases_of(requirement.id)),
        *(("sweep", told) for told in sweeps_for(requirement)),
        *(("suite", told) for told in suites_for(requirement)),
        *(("check", told) for told in checks_for(requirement)),
        *(("audit", told) for told in audits_for(requirement)),
    ]
    for label, told in found:
        yield from _field(label, told)
    if not found and not requirement.untestable:
        yield from _field("decided by", UNDECIDED)


def levels(requirement: Requirement) -> Iterator[str]:
    """Yield the level in each stretch of versions, oldest first."""

    def level(version: str) -> str:
        return requirement.level_in(version) if requirement.holds_in(version) else "not in force"

    for name, stretch in groupby(KNOWN, level):
        versions = list(stretch)
        yield f"{name} in {versions[0]}" + (f" to {versions[-1]}" if len(versions) > 1 else "")


def described(case: Case) -> str:
    """Say in a line what a case sends, and what is to come of it."""
    parts = [f"{case.id}: {case.operation or 'each operation'}, to be {case.expect}"]
    if case.expect == "known":
        parts = [f"{case.id}: {case.operation or 'each operation'}, to be a known operation"]
    for label, value in (
        ("given", ", ".join(case.given)),
        ("with", ", ".join(f"{name}={value}" for name, value in (case.parameters | case.common).items())),
        ("without", ", ".join(case.omit)),
        ("by", "" if case.method == "POST" else case.method),
        ("at", case.path or ""),
        ("signed by", "" if case.signing == "documented" else case.signing),
        ("since", case.since or ""),
        ("until", case.until or ""),
        ("one for each of the", (case.each or "").replace("-", " ")),
    ):
        if value:
            parts.append(f"{label} {value}")
    return "; ".join(parts)


def _field(label: str, value: str) -> list[str]:
    """Return a labelled value, folded to the terminal, or on one line where there is none."""
    if not value:
        return []
    head = f"  {label:{_LABEL}}" if label else "  "
    if not sys.stdout.isatty():
        return [head + value]
    width = max(40, min(100, shutil.get_terminal_size().columns))
    return textwrap.wrap(value, width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)
