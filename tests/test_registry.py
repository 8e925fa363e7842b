"""Nothing is left to do: every operation is handled, and every requirement that can be tested is decided."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

from conformance import suites
from conformance.pytest_plugin.collection import MARKERS
from conformance.reference.endpoint import HANDLERS
from conformance.spec.requirements import cases, requirements
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import KNOWN, TODAY


@pytest.fixture(autouse=True)
def _markers(pytestconfig: pytest.Config) -> None:
    """Make the markers of the suites known, so that the suites can be imported."""
    for marker in MARKERS:
        pytestconfig.addinivalue_line("markers", marker)


def suite_modules() -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(suites.__path__, "conformance.suites."):
        if module.name.rpartition(".")[2].startswith("test_"):
            yield importlib.import_module(module.name)


def marks() -> Iterator[tuple[str, pytest.Mark]]:
    """Yield the marks of every test function of the suites."""
    for module in suite_modules():
        for name, function in vars(module).items():
            if name.startswith("test_"):
                for mark in getattr(function, "pytestmark", ()):
                    yield f"{module.__name__}.{name}", mark


def verified() -> Iterator[tuple[str, str]]:
    """Yield every requirement that a test function names, itself or by its rows, with the place."""
    for place, mark in marks():
        if mark.name == "verifies":
            yield from ((name, place) for name in mark.args)
        elif mark.name == "each":
            for version in KNOWN:
                yield from (
                    (name, f"{place}[{row.id}]") for row in mark.kwargs["rows"](version) for name in row.verifies
                )


def decided() -> set[str]:
    """Return what some case shows: a check decides nothing in a run where no exchange shows what it looks at."""
    return {*(case.verifies for case in cases()), *(name for name, _ in verified())}


def test_every_testable_requirement_is_decided() -> None:
    """By a case, a suite or a sweep; what cannot be tested says why, and is decided by nothing."""
    untestable = {name for name, requirement in requirements().items() if requirement.untestable}
    missing = set(requirements()) - decided() - untestable
    assert sorted(missing) == [], "decide them, or say in untestable why that is impossible"
    assert sorted(untestable & decided()) == [], "they are decided, so they are testable"


def test_what_holds_in_2017_is_decided_there() -> None:
    """By a case that runs there, by a row that there is in that version, or by a function that names it."""
    there = {case.verifies for case in cases() if case.holds_in(TODAY)}
    for _, mark in marks():
        if mark.name == "verifies":
            there.update(mark.args)
        elif mark.name == "each":
            there.update(name for row in mark.kwargs["rows"](TODAY) for name in row.verifies)
    holding = {name for name, one in requirements().items() if one.holds_in(TODAY) and not one.untestable}
    assert sorted(holding - there) == [], "decide them in 2017-01-17, or take away what says that they hold there"


def test_every_operation_is_handled() -> None:
    """By the embedded endpoint, in every version that has it."""
    known = {operation for version in KNOWN for operation in shapes_for(version).operations}
    assert sorted(known - set(HANDLERS)) == [], "handle them"
    assert sorted(set(HANDLERS) - known) == [], "they have no schema"


def test_the_suites_name_requirements_that_exist() -> None:
    """A slip of the pen would leave the requirement undecided and the test without effect."""
    assert [pair for pair in verified() if pair[0] not in requirements()] == []


def test_every_test_of_the_suites_has_something_to_decide() -> None:
    """One without a mark is never run by the kit."""
    marked = {place for place, mark in marks() if mark.name in ("verifies", "each")}
    functions = {
        f"{module.__name__}.{name}" for module in suite_modules() for name in vars(module) if name.startswith("test_")
    }
    assert sorted(functions - marked) == []
    assert len(functions) > 20


def test_rows_have_ids_of_their_own() -> None:
    """Record and replay speak of a case by its id."""
    for place, mark in marks():
        for version in KNOWN if mark.name == "each" else ():
            identifiers = [row.id for row in mark.kwargs["rows"](version)]
            assert len(identifiers) == len(set(identifiers)), f"{place} {version}"
