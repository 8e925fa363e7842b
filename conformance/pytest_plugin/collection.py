"""From test functions to cases: versions, rows, defects, and which of them are selected."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.errors import UsageError, nearest
from conformance.pytest_plugin.examples import INTERLEAVED
from conformance.pytest_plugin.session import Session
from conformance.spec.requirements import requirements
from conformance.spec.versions import bindings_in
from conformance.target.profile_keys import BINDINGS

MARKERS = (
    "verifies(*ids): the requirements that the test decides through expect",
    "each(rows=…): run the test once for each row that rows(version) yields (id, verifies, value)",
    "explore: run only with --mturk-explore",
    "machine: tries sequences of calls, as many as --mturk-max-examples says",
    "mturk_case(id, decides, binding): set by the plugin on every case",
)


def stem(function: str) -> str:
    """Return the readable name of a test function or module."""
    return function.rpartition(".")[2].removeprefix("test_").replace("_", "-")


def _named_by_marker(definition: pytest.Item | Any) -> tuple[str, ...]:
    return tuple(name for mark in definition.iter_markers("verifies") for name in mark.args)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOf:
    """One case of a test function: its id, where it is run, and the requirements that it decides."""

    id: str
    version: str
    binding: str
    row: Any
    decides: tuple[str, ...]


def _told(names: tuple[str, ...], version: str, binding: str, session: Session) -> tuple[str, ...]:
    """Return the requirements that a case decides in a version; an unknown id is a fault of the suite."""
    return tuple(
        name
        for name in names
        if (known := requirements()[name]).holds_in(version)
        and known.speaks_of(binding)
        and (session.plan is None or binding in ("query", "json", known.transport))
    )


def _bindings(session: Session, version: str) -> tuple[str, ...]:
    """Return the bindings to run cases in; defects are looked for by SOAP only in what is of SOAP alone."""
    return session.run.profile.bindings_in(version) if session.plan is None else bindings_in(version, BINDINGS)


def _cases(metafunc: pytest.Metafunc, session: Session) -> Iterator[CaseOf]:
    """Yield every case of a test function."""
    named = _named_by_marker(metafunc.definition)
    place = f"{stem(metafunc.module.__name__)}/{stem(metafunc.function.__name__)}"
    each = metafunc.definition.get_closest_marker("each")
    exploring = metafunc.definition.get_closest_marker("explore") is not None
    for version in session.run.profile.versions:
        for row in each.kwargs["rows"](version) if each else (None,):
            case = place if row is None else row.id if place == "cases/case" else f"{place}/{row.id}"
            for binding in _bindings(session, version):
                told = _told((*named, *(row.verifies if row else ())), version, binding, session)
                decides = tuple(name for name in told if name in session.wanted)
                # What a check found is seen again in the case that showed it, whatever that decides by itself.
                shown = session.replays and bool(told) and case in session.cases
                if decides or shown or (exploring and (session.explore or case in session.cases)):
                    session.planned.update((name, version) for name in decides)
                    yield CaseOf(id=case, version=version, binding=binding, row=row, decides=decides)


def arrange(metafunc: pytest.Metafunc, session: Session) -> None:
    """Give a test function one parameter set for each case, version and defect."""
    if "version" not in metafunc.fixturenames:
        return
    names = ["version", "defect", *(["row"] if "row" in metafunc.fixturenames else [])]
    sets = []
    for case in _cases(metafunc, session):
        defects = (None,) if session.plan is None else tuple(session.plan.defects_for(case.id, case.decides))
        if metafunc.definition.get_closest_marker("machine") is not None:
            # Whatever one call shows has a case of its own, which finds it with far fewer of them.
            defects = tuple(one for one in defects if one is None or one.startswith(INTERLEAVED))
        binding = "" if case.binding == BINDINGS[0] else case.binding
        for defect in defects:
            values = [case.version, defect, *([case.row] if "row" in names else [])]
            parts = (case.version, binding, case.row.id if case.row else "", defect or "")
            mark = pytest.mark.mturk_case(case.id, case.decides, case.binding)
            sets.append(pytest.param(*values, id="-".join(filter(None, parts)), marks=mark))
    if not sets:
        unused = pytest.param(*(None for _ in names), id="nothing", marks=pytest.mark.mturk_case(None, (), ""))
        sets.append(unused)
    metafunc.parametrize(names, sets)


def case_of(item: pytest.Item) -> tuple[str | None, tuple[str, ...]]:
    """Return the case id of an item (None: not selected) and the requirements that it decides."""
    mark = item.get_closest_marker("mturk_case")
    if mark is None:
        return None, ()
    case, decides, _ = mark.args
    return case, decides


def binding_of(item: pytest.Item) -> str:
    """Return the binding that a case is run in."""
    mark = item.get_closest_marker("mturk_case")
    return "" if mark is None else str(mark.args[2])


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
