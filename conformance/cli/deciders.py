"""What decides a requirement: checks, sweeps, and what ``audit`` judges in a file."""

import inspect
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from conformance.checks import documents, history
from conformance.checks.alone import judged_alone
from conformance.checks.finding import Check
from conformance.checks.judge import CHECKS
from conformance.cli.verifying import readable
from conformance.spec.requirements import Requirement
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import KNOWN
from conformance.strategies.sweep import sweep, sweep_structures


def checks_for(requirement: Requirement) -> Iterator[str]:
    """Yield the checks that decide a requirement on every exchange: name, and what each looks at."""
    for check in CHECKS:
        if requirement.id in _ids(check):
            yield _described(check)


def audits_for(requirement: Requirement) -> Iterator[str]:
    """Yield what judges a requirement in a file alone."""
    if requirement.id in judged_alone():
        yield "a document or a message in a file"
    if requirement.id in history.stated():
        yield "history: what several exchanges of a capture show together"
    for module, text in _sources(Path(inspect.getfile(documents)).parent):
        if f'"{requirement.id}"' in text:
            yield f"documents/{module}: a document in a file"


@cache
def _ids(check: Check) -> frozenset[str]:
    return frozenset(check.ids())


def _described(check: Check) -> str:
    function = check.judge
    module = readable(function.__module__.rpartition(".")[2])
    told = (function.__doc__ or "").strip().partition("\n")[0]
    return f"{module}/{readable(function.__name__)}: {told}"


@cache
def _sources(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple((path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.py")))


def sweeps_for(requirement: Requirement) -> Iterator[str]:
    """Yield the faulty calls, derived from the shapes, that decide a requirement, with their versions."""
    versions: dict[str, list[str]] = {}
    for version in filter(requirement.holds_in, KNOWN):
        for told in _swept(version, requirement.article).get(requirement.id, ()):
            versions.setdefault(told, []).append(version)
    for fault, found in versions.items():
        yield f"{fault}, in {stretches(found)}"


@cache
def _swept(version: str, article: str) -> dict[str, list[str]]:
    """Return the faults in the parameters of an operation, or inside a structure, by requirement."""
    shapes = shapes_for(version)
    told: dict[str, list[str]] = {}
    if article in shapes.operations:
        for message in (*sweep(shapes, article), *sweep_structures(shapes, article)):
            told.setdefault(str(message.requirement), []).append(f"{message.place} {message.fault}")
    elif shapes.type(article) is not None:
        for operation in shapes.operations:
            for message in sweep_structures(shapes, operation):
                place = f"{operation} {message.place} {message.fault}"
                told.setdefault(str(message.requirement), []).append(place)
    return told


def stretches(found: list[str]) -> str:
    """Return versions as stretches of successive ones: ``2006-10-31 to 2008-04-01, 2014-08-15``."""
    told = []
    for there, stretch in groupby(KNOWN, found.__contains__):
        if there:
            versions = list(stretch)
            told.append(versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}")
    return ", ".join(told)
