"""The versions of which no schema is known: the reference of 2008-08-02, and the published schemas around them."""

from pathlib import Path

import pytest

from conformance.spec.annotated_xsd import XS
from conformance.spec.shapes import Shapes, shapes_for
from conformance.spec.versions import VERSIONS

FOLDER = Path(__file__).parents[1] / "facts"
PUBLISHED = ("2007-06-21", "2012-03-25", "2013-11-15", "2014-08-15")
BETWEEN = tuple(version for version in VERSIONS if version not in PUBLISHED)

ONLY_BEFORE = {
    ("GrantBonusRequest", "Reason", "0..1"): "The reference of 2006-10-31 says that it can be included.",
    ("DisableHITResponse", "HIT", "0..None"): "The page of 2006-08-23 says that it answers with a HIT.",
}
"""What the versions before the first published schema have and that schema has not."""

CREATE_HIT = {
    "AssignmentDurationInSeconds",
    "AutoApprovalDelayInSeconds",
    "Description",
    "Keywords",
    "QualificationRequirement",
    "Reward",
    "Title",
}
"""What a call without HITTypeId has: a section of the page describes it, its table does not."""


def documented() -> dict[str, list[str]]:
    lines = (FOLDER / "parameters-2008-08-02.tsv").read_text("utf-8").splitlines()
    _, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {name: parameters.split() for name, parameters in rows}


def told(shapes: Shapes) -> set[tuple[str, str, str]]:
    """Return owner, member and occurrence of all members, and the values of all enumerations."""
    found = {
        (shape.name, member.name, f"{member.min}..{member.max}")
        for shape in shapes.complex_types()
        for member in shape.elements
    }
    for node in shapes.document().iterfind(f"{XS}simpleType"):
        simple = shapes.simple(name := node.get("name", ""))
        found |= {(name, f"={value}", "") for value in simple.enumeration} if simple else set()
    return found


def neighbours(version: str) -> list[set[tuple[str, str, str]]]:
    """Return what the published versions before and after say; before the first, the first alone."""
    before = [other for other in PUBLISHED if other < version][-1:]
    after = [other for other in PUBLISHED if other > version][:1]
    return [told(shapes_for(other)) for other in before + after]


def test_2008_has_the_operations_of_its_reference() -> None:
    """All of them and no other."""
    assert len(documented()) == 39
    assert sorted(shapes_for("2008-08-02").operations) == sorted(documented())


@pytest.mark.parametrize("name", documented())
def test_2008_has_the_parameters_of_its_reference(name: str) -> None:
    """None is missing; what is there besides are properties that the tables leave to a HIT type, and ResponseGroup."""
    ours = {member.name for member in shapes_for("2008-08-02").operation(name).request.elements}
    assert set(documented()[name]) <= ours
    assert ours - set(documented()[name]) <= {"ResponseGroup", "Unused"} | (
        CREATE_HIT if name == "CreateHIT" else set()
    )


@pytest.mark.parametrize("version", BETWEEN)
def test_nothing_is_in_a_version_alone(version: str) -> None:
    """What no schema proves is in one of the published neighbours, or listed with its reason."""
    alone = told(shapes_for(version)) - set().union(*neighbours(version))
    assert alone == (set(ONLY_BEFORE) if version < PUBLISHED[0] else set())


@pytest.mark.parametrize("version", [version for version in BETWEEN if version > PUBLISHED[0]])
def test_what_was_there_before_and_after_was_there_between(version: str) -> None:
    """A date too late would cut it out."""
    assert set.intersection(*neighbours(version)) - told(shapes_for(version)) == set()


def test_before_the_first_schema_there_were_fewer_operations() -> None:
    """Those that no older source names came with it; two are in the pages of 2007-03-12 already; none went."""
    first = set(shapes_for(PUBLISHED[0]).operations)
    limits = {"GetWorkerAcceptLimit", "SetWorkerAcceptLimit"}
    for version in (version for version in BETWEEN if version < PUBLISHED[0]):
        new = {"BlockWorker", "ChangeHITTypeOfHIT", "NotifyWorkers", "UnblockWorker"}
        expected = new if version == "2007-03-12" else new | limits
        assert first - set(shapes_for(version).operations) == expected
        assert set(shapes_for(version).operations) <= first
