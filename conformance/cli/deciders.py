"""What decides a requirement: checks, suites, sweeps, and what ``audit`` judges in a file.

The suites are read and not imported: with pytest, they take longer than everything else that ``explain`` does.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from conformance.checks import documents
from conformance.checks.alone import judged_alone
from conformance.checks.finding import Check
from conformance.checks.judge import CHECKS
from conformance.spec.requirements import Requirement
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import VERSIONS
from conformance.strategies.sweep import sweep

SUITES = Path(__file__).resolve().parents[1] / "suites"


def checks_for(requirement: Requirement) -> Iterator[str]:
    """Yield the checks that decide a requirement on every exchange: name, and what each looks at."""
    for check in CHECKS:
        if requirement.id in _ids(check):
            yield _described(check)


def audits_for(requirement: Requirement) -> Iterator[str]:
    """Yield what judges a requirement in a file alone."""
    if requirement.id in judged_alone():
        yield "a document or a message in a file"
    for module, text in _sources(Path(inspect.getfile(documents)).parent):
        if f'"{requirement.id}"' in text:
            yield f"documents/{module}: a document in a file"


@cache
def _ids(check: Check) -> frozenset[str]:
    return frozenset(check.ids())


def _described(check: Check) -> str:
    function = check.judge
    module = function.__module__.rpartition(".")[2]
    told = (function.__doc__ or "").strip().partition("\n")[0]
    return f"{module}/{_readable(function.__name__)}: {told}"


def _readable(name: str) -> str:
    return name.removeprefix("test_").replace("_", "-")


def suites_for(requirement: Requirement) -> Iterator[str]:
    """Yield the cases of the suites that verify a requirement, as a record names them, and what each says of itself."""
    for module, text in _sources(SUITES):
        if f'"{requirement.id}"' in text:  # written out, so that it can be searched for
            for ids, name, told in _verified(text):
                if requirement.id in ids:
                    yield f"{_readable(module)}/{_readable(name)}" + (f": {told}" if told else "")


@cache
def _sources(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple((path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.py")))


@cache
def _verified(text: str) -> tuple[tuple[frozenset[str], str, str], ...]:
    """Return the test functions of a module: the ids of their marks ``verifies``, name, first line of the docstring."""
    functions = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return tuple(
        (frozenset(_marked(function)), function.name, (ast.get_docstring(function) or "").partition("\n")[0])
        for function in functions
    )


def _marked(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "verifies":
            yield from (str(one.value) for one in mark.args if isinstance(one, ast.Constant))


def sweeps_for(requirement: Requirement) -> Iterator[str]:
    """Yield the faulty calls, derived from the shapes, that decide a requirement, with their versions."""
    versions: dict[str, list[str]] = {}
    for version in filter(requirement.holds_in, VERSIONS):
        shapes = shapes_for(version)
        if requirement.article in shapes.operations:
            for message in sweep(shapes, requirement.article):
                if message.requirement == requirement.id:
                    versions.setdefault(f"{message.parameter} {message.fault}", []).append(version)
    for fault, found in versions.items():
        yield f"{fault}, in {stretches(found)}"


def stretches(found: list[str]) -> str:
    """Return versions as stretches of successive ones: ``2006-10-31 to 2008-04-01, 2014-08-15``."""
    told = []
    for there, stretch in groupby(VERSIONS, found.__contains__):
        if there:
            versions = list(stretch)
            told.append(versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}")
    return ", ".join(told)
