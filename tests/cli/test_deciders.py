"""What decides a requirement, found without importing the suites: the same as pytest would find."""

import importlib

import pytest

from conformance.checks.judge import CHECKS
from conformance.cli.deciders import checks_for, stretches, sweeps_for
from conformance.cli.verifying import SUITES, suites_for
from conformance.pytest_plugin.collection import MARKERS, stem
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import KNOWN, VERSIONS
from conformance.strategies.sweep import sweep, sweep_structures

TOLD = ("cases", "operations", "sweeps")


@pytest.fixture
def marked(pytestconfig: pytest.Config) -> dict[str, set[str]]:
    """Return the requirements with the cases that are marked as verifying them, by the marks and rows themselves.

    The cases of one request, the sweeps and what shows the checks something are rows too, and told by themselves.
    """
    for marker in MARKERS:
        pytestconfig.addinivalue_line("markers", marker)
    found: dict[str, set[str]] = {}
    for path in SUITES.glob("test_*.py"):
        module = importlib.import_module(f"conformance.suites.{path.stem}")
        for name, function in vars(module).items():
            marks = getattr(function, "pytestmark", ()) if name.startswith("test_") else ()
            place = f"{stem(module.__name__)}/{stem(name)}"
            for id_ in (id_ for mark in marks if mark.name == "verifies" for id_ in mark.args):
                found.setdefault(id_, set()).add(place)
            for rows in (mark.kwargs["rows"] for mark in marks if mark.name == "each"):
                for row in (row for version in VERSIONS for row in rows(version) if stem(path.stem) not in TOLD):
                    for id_ in row.verifies:
                        found.setdefault(id_, set()).add(f"{place}/{row.id}")
    return found


def test_the_suites_read_as_text_verify_what_they_verify_when_imported(marked: dict[str, set[str]]) -> None:
    """Every mark is found, by the name that a record gives the case, and no other."""
    assert marked
    for name, requirement in requirements().items():
        found = {told.partition(": ")[0] for told in suites_for(requirement)}
        assert found == marked.get(name, set()), name


def test_a_check_is_told_for_each_requirement_that_it_decides() -> None:
    """And for no other."""
    told = {name: list(checks_for(requirement)) for name, requirement in requirements().items()}
    for check in CHECKS:
        function = f"{stem(check.judge.__module__)}/{stem(check.judge.__name__)}:"
        assert {name for name, lines in told.items() if any(function in line for line in lines)} == check.decides


def test_a_sweep_is_told_with_its_versions() -> None:
    """Those in which the requirement holds and the shape has the parameter."""
    decided: dict[str, set[str]] = {}
    for version in KNOWN:
        for operation in shapes_for(version).operations:
            shapes = shapes_for(version)
            for message in (*sweep(shapes, operation), *sweep_structures(shapes, operation)):
                if message.requirement and requirements()[message.requirement].holds_in(version):
                    of = "" if message.requirement.startswith(f"{operation}.") else f"{operation} "
                    decided.setdefault(message.requirement, set()).add(f"{of}{message.place} {message.fault}")
    assert decided
    for name, requirement in requirements().items():
        assert {told.partition(", in ")[0] for told in sweeps_for(requirement)} == decided.get(name, set()), name


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (list(VERSIONS), "2006-10-31 to 2014-08-15"),
        (list(KNOWN), "2006-10-31 to 2017-01-17"),
        ([VERSIONS[0]], "2006-10-31"),
        ([*VERSIONS[:2], *VERSIONS[3:]], "2006-10-31 to 2007-03-12, 2008-04-01 to 2014-08-15"),
        ([], ""),
    ],
)
def test_versions_are_told_in_stretches(found: list[str], told: str) -> None:
    """First and last of each."""
    assert stretches(found) == told
