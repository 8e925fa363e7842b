"""From test functions to cases: versions, rows, defects, and which of them are selected."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.errors import UsageError, nearest
from conformance.pytest_plugin.session import Session
from conformance.spec.requirements import requirements

MARKERS = (
    "verifies(*ids): the requirements that the test decides through expect",
    "each(rows=…): run the test once for each row that rows(version) yields (id, verifies, value)",
    "explore: run only with --mturk-explore",
    "mturk_case(id, decides): set by the plugin on every case",
)


def stem(function: str) -> str:
    """Return the readable name of a test function or module."""
    return function.rpartition(".")[2].removeprefix("test_").replace("_", "-")


def _named_by_marker(definition: pytest.Item | Any) -> tuple[str, ...]:
    return tuple(name for mark in definition.iter_markers("verifies") for name in mark.args)


def _counted(names: tuple[str, ...], version: str, session: Session) -> tuple[str, ...]:
    """Return the requirements that a case decides in a version; an unknown id is a fault of the suite."""
    return tuple(name for name in names if name in session.wanted and requirements()[name].holds_in(version))


def _cases(metafunc: pytest.Metafunc, session: Session) -> Iterator[tuple[str, str, Any, tuple[str, ...]]]:
    """Yield case id, version, row and decided requirements of every case of a test function."""
    named = _named_by_marker(metafunc.definition)
    place = f"{stem(metafunc.module.__name__)}/{stem(metafunc.function.__name__)}"
    each = metafunc.definition.get_closest_marker("each")
    exploring = metafunc.definition.get_closest_marker("explore") is not None
    for version in session.run.profile.versions:
        for row in each.kwargs["rows"](version) if each else (None,):
            decides = _counted((*named, *(row.verifies if row else ())), version, session)
            case = place if row is None else row.id if place == "cases/case" else f"{place}/{row.id}"
            if decides or (exploring and (session.explore or case in session.cases)):
                session.planned.update((name, version) for name in decides)
                yield case, version, row, decides


def arrange(metafunc: pytest.Metafunc, session: Session) -> None:
    """Give a test function one parameter set for each case, version and defect."""
    if "version" not in metafunc.fixturenames:
        return
    names = ["version", "defect", *(["row"] if "row" in metafunc.fixturenames else [])]
    sets = []
    for case, version, row, decides in _cases(metafunc, session):
        defects = (None,) if session.plan is None else tuple(session.plan.defects_for(case, decides))
        for defect in defects:
            values = [version, defect, *([row] if "row" in names else [])]
            identifier = "-".join(part for part in (version, row.id if row else "", defect or "") if part)
            sets.append(pytest.param(*values, id=identifier, marks=pytest.mark.mturk_case(case, decides)))
    if not sets:
        unused = pytest.param(*(None for _ in names), id="nothing", marks=pytest.mark.mturk_case(None, ()))
        sets.append(unused)
    metafunc.parametrize(names, sets)


def case_of(item: pytest.Item) -> tuple[str | None, tuple[str, ...]]:
    """Return the case id of an item (None: not selected) and the requirements that it decides."""
    mark = item.get_closest_marker("mturk_case")
    if mark is None:
        return None, ()
    case, decides = mark.args
    return case, decides


def deselect(config: pytest.Config, items: list[pytest.Item], session: Session) -> None:
    """Take out the items that are no case of this session; raise UsageError for a case that is not there."""
    known = {case for item in items if (case := case_of(item)[0])}
    for name in sorted(session.cases - known):
        raise UsageError(f"there is no case {name!r} in what is selected{nearest(name, known) or '.'}")
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        case, _ = case_of(item)
        foreign = item.get_closest_marker("mturk_case") is None
        wanted = case is not None and (not session.cases or case in session.cases)
        (kept if foreign or wanted else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept
