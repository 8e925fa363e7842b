"""The message vectors: two validators give the verdicts, every operation and structure has its share."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from lxml import etree

from conformance.bindings.elements import values_of
from conformance.spec.data import cases_dir
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.wire.flattening import unflatten

FOLDER = cases_dir() / "vectors" / "messages"
FILES = sorted(FOLDER.rglob("*.json"))
FAULTS = {
    "attribute",
    "enumeration",
    "limit",
    "missing",
    "order",
    "repeated",
    "text",
    "unknown",
    "value",
    "version",
}
PARTS = {
    "ElementNames": "ResponseGroupInformation",
    "Error": "Errors",
    "NameAndValue": "Arguments",
    "OperationNames": "ResponseGroupInformation",
    "ParameterNames": "OperationInformation",
    "ResponseGroupNames": "OperationInformation",
}
"""Types that the published schemas have no name for, and the file whose vectors show them."""

SHARED = {"HIT", "Qualification", "QualificationType"}
"""Results that stand elsewhere too."""

Vector = dict[str, Any]


@cache
def vectors(file: Path) -> list[Vector]:
    found: list[Vector] = json.loads(file.read_text("utf-8"))["vectors"]
    return found


@cache
def second_opinion(version: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(etree.tostring(shapes_for(version).document(), encoding="unicode"))


def in_namespace(vector: Vector, version: str) -> etree._Element:
    """Return the document of a vector as SOAP carries it."""
    xml = str(vector["xml"])
    end = len(vector["root"]) + 1
    return etree.fromstring(f'{xml[:end]} xmlns="{MESSAGE_NAMESPACE}{version}"{xml[end:]}')


def message_kind(vector: Vector) -> str:
    return "reply" if vector["root"].endswith("Response") else "call"


def shares(found: list[Vector]) -> Counter[tuple[str, bool]]:
    return Counter((message_kind(vector), vector["valid"]) for vector in found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_lxml_gives_every_verdict(file: Path) -> None:
    """In every version that a vector names, without a namespace and in that of the version."""
    wrong = [
        f"{vector['name']} in {version}"
        for vector in vectors(file)
        for version in vector["versions"]
        for verdict in (
            shapes_for(version).schema().validate(etree.fromstring(vector["xml"])),
            shapes_for(version).schema(MESSAGE_NAMESPACE + version).validate(in_namespace(vector, version)),
        )
        if verdict != vector["valid"]
    ]
    assert wrong == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_xmlschema_gives_every_verdict(file: Path) -> None:
    """The second validator: the two disagree nowhere."""
    wrong = [
        f"{vector['name']} in {version}"
        for vector in vectors(file)
        for version in vector["versions"]
        if second_opinion(version).is_valid(vector["xml"]) != vector["valid"]
    ]
    assert wrong == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_vector_is_what_it_says(file: Path) -> None:
    """Its own name, versions that exist, its root, and its fault where it says that it is."""
    names = [vector["name"] for vector in vectors(file)]
    assert len(set(names)) == len(names)
    for vector in vectors(file):
        root = etree.fromstring(vector["xml"])
        assert root.tag == vector["root"]
        assert vector["versions"] == sorted(set(vector["versions"]) & set(VERSIONS))
        assert vector["versions"]
        assert vector["valid"] == ("fault" not in vector) == ("at" not in vector)
        if not vector["valid"]:
            assert vector["fault"] in FAULTS
            there = len(root.findall(vector["at"].partition("/")[2]))
            least = {"missing": 0, "repeated": 2}.get(vector["fault"], 1)
            assert (there == 0) if not least else (there >= least), vector["name"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_parameters_are_the_request_of_the_call(file: Path) -> None:
    """What Query sends and what SOAP carries are one tree of values."""
    for vector in vectors(file):
        if "parameters" in vector:
            requests = etree.fromstring(vector["xml"]).findall("Request")
            assert [values_of(request) for request in requests] == [unflatten(map(tuple, vector["parameters"]))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_only_a_version_makes_wrong_is_right_in_another(file: Path) -> None:
    """Else the vector would show something else."""
    for vector in vectors(file):
        if vector.get("fault") == "version":
            document = etree.fromstring(vector["xml"])
            accepting = [version for version in VERSIONS if shapes_for(version).schema().validate(document)]
            assert accepting, vector["name"]
            assert not set(accepting) & set(vector["versions"])


def test_every_operation_has_two_valid_and_two_invalid_calls_and_replies() -> None:
    """Each operation of each version, and no file for anything else."""
    operations = {name for version in VERSIONS for name in shapes_for(version).operations}
    assert {file.stem for file in FILES if file.parent.name == "operations"} == operations
    for name in sorted(operations):
        found = vectors(FOLDER / "operations" / f"{name}.json")
        assert {vector["root"] for vector in found} == {name, f"{name}Response"}
        assert all(shares(found)[kind, valid] >= 2 for kind in ("call", "reply") for valid in (True, False)), name


def test_every_structure_has_two_valid_and_two_invalid_vectors() -> None:
    """Each type of each version that is not the frame of an operation's messages."""
    structures = {"CommonParameters"}
    for version in VERSIONS:
        shapes = shapes_for(version)
        frames = {f"{name}{end}" for name in shapes.operations for end in ("", "Request", "Response")}
        results = {shapes.operation(name).result.type for name in shapes.operations}
        for shape in shapes.complex_types():
            own = shape.name in results and shape.element("Request") is not None and shape.name not in SHARED
            if shape.name not in frames and not own:
                structures.add(PARTS.get(shape.name, shape.name))
    assert {file.stem for file in FILES if file.parent.name == "structures"} == structures
    for name in sorted(structures):
        counted = Counter(vector["valid"] for vector in vectors(FOLDER / "structures" / f"{name}.json"))
        assert min(counted[True], counted[False]) >= 2, name


def test_the_vectors_show_every_kind_of_fault() -> None:
    """And most of them are of the last version, which every implementation has to know."""
    found = [vector for file in FILES for vector in vectors(file)]
    assert {vector["fault"] for vector in found if not vector["valid"]} == FAULTS
    assert sum(LATEST in vector["versions"] for vector in found) > len(found) * 0.9
