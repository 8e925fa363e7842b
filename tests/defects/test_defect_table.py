"""The table of defects: complete, and each with names that exist and reasons where they are due."""

from fnmatch import fnmatchcase
from importlib import import_module
from pkgutil import iter_modules

import pytest

from conformance import defects as package
from conformance.defects import common, pardoned, structural, table
from conformance.defects.defect import defect
from conformance.defects.table import defects
from conformance.spec.requirements import requirements
from conformance.spec.versions import KNOWN, VERSIONS

# No document tells what that version had of the elements in question, so its case says that it is not measured.
NEVER_DECIDED = ["Common.Version.shape in 2011-10-01"]


def test_every_must_and_should_has_a_defect() -> None:
    """Each requirement that can fail or warn is broken by some planted fault, in every version where it holds."""
    uncovered = [
        f"{name} in {version}"
        for name, requirement in requirements().items()
        for version in VERSIONS
        if requirement.level_in(version) != "MAY" and requirement.holds_in(version) and not requirement.untestable
        if not any(name in one.breaks and one.holds_in(version) for one in defects().values())
    ]
    assert uncovered == NEVER_DECIDED


def test_what_breaks_can_be_reported() -> None:
    """Every id that a defect breaks is a MUST or a SHOULD."""
    unknown = {name for one in defects().values() for name in one.breaks if name not in requirements()}
    assert unknown == set()
    assert {requirements()[name].level for one in defects().values() for name in one.breaks} == {"MUST", "SHOULD"}


def test_every_defect_breaks_something() -> None:
    """A defect that breaks nothing could not be found."""
    assert [name for name, one in defects().items() if not one.breaks] == []


def test_names_are_unique() -> None:
    """No two defects share a name."""
    planted = [one for family in table.FAMILIES for one in family.DEFECTS]
    names = [one.name for one in (*planted, *structural.derived(), *pardoned.derived())]
    assert len(names) == len(set(names)) == len(defects())


def test_no_family_is_forgotten() -> None:
    """What any module plants is in the table."""
    modules = [import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__)]
    planted = {one.name for module in modules for one in getattr(module, "DEFECTS", ())}
    assert planted
    assert planted <= set(defects())


def test_a_name_used_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table says which name stands twice."""
    monkeypatch.setattr(table.rejection, "DEFECTS", common.DEFECTS[:1])
    with pytest.raises(ValueError, match=f"two defects are called {common.DEFECTS[0].name}"):
        table.defects.__wrapped__()


def test_consequences_have_a_reason() -> None:
    """Whoever names consequences says why they are honest."""
    assert [name for name, one in defects().items() if one.also and not one.because] == []
    with pytest.raises(ValueError, match="without a reason"):
        defect("x", lambda endpoint: None, "Common.REST.get", also=("*",))


def test_consequences_name_requirements() -> None:
    """Every glob of the consequences matches some requirement, so that none is left over from a renaming."""
    idle = [
        (name, glob)
        for name, one in defects().items()
        for glob in one.also
        if not any(fnmatchcase(requirement, glob) for requirement in requirements())
    ]
    assert idle == []


def test_everything_is_a_consequence_only_where_calls_end() -> None:
    """The glob * is for faults after which nothing, or nothing with parameters, can be called."""
    total = [one for one in defects().values() if "*" in one.also]
    assert len(total) < 5 + len(VERSIONS)
    assert all("can be called" in one.because and "any more" in one.because for one in total)


def test_versions_of_a_defect_are_known() -> None:
    """A defect is limited to versions that exist."""
    assert {version for one in defects().values() for version in one.versions or ()} <= set(KNOWN)


def test_a_defect_may_show_what_it_breaks_and_touches() -> None:
    """Breaks by name, consequences by glob, nothing else."""
    one = defect("x", lambda endpoint: None, "A.b", also=("C.*",), because="why", versions=(VERSIONS[0],))
    assert one.may_show("A.b")
    assert one.may_show("C.d.e")
    assert not one.may_show("A.b.c")
    assert one.holds_in(VERSIONS[0])
    assert not one.holds_in(VERSIONS[1])
