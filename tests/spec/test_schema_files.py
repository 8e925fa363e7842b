"""The schema files: a closed vocabulary, known names in the annotations, and a place for every error."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from conformance.checks.shape import UNSTATED, requirement_for
from conformance.spec.annotated_xsd import ANNOTATIONS, XS
from conformance.spec.data import schemas_dir
from conformance.spec.documents import DOCUMENTS
from conformance.spec.requirements import operations, requirements
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, TODAY, VERSIONS

FOLDER = schemas_dir() / "requester"
FILES = sorted(FOLDER.rglob("*.xsd"))
ROOTS = {file: etree.parse(str(file)).getroot() for file in FILES}

VOCABULARY = {
    "schema": {"elementFormDefault"},
    "element": {"name", "ref", "type", "minOccurs", "maxOccurs"},
    "attribute": {"name", "type", "use"},
    "group": {"name", "ref"},
    "sequence": {"minOccurs"},
    "choice": {"minOccurs"},
    "complexType": {"name"},
    "simpleType": {"name"},
    "restriction": {"base"},
    "enumeration": {"value"},
    "maxLength": {"value"},
    "minLength": {"value"},
    "minInclusive": {"value"},
    "maxInclusive": {"value"},
    "pattern": {"value"},
}
ANNOTATED = {
    "since": None,
    "until": None,
    "requirement": {"element", "complexType"},
    "document": {"element"},
    "refers": {"element"},
    "default": {"element"},
}
BUILT_IN = {"xs:string", "xs:int", "xs:long", "xs:boolean", "xs:decimal", "xs:double", "xs:dateTime"}
OBJECTS = {"Assignment", "HIT", "HITLayout", "HITType", "QualificationRequest", "QualificationType", "Worker"}
ANY_QUESTION = "Question"
"""Any document that a HIT can show."""
SHARED = {"envelope", "limits", "paging"}


def nodes() -> Iterator[tuple[str, etree._Element]]:
    """Yield every node of every file with the place to look for it."""
    for file, root in ROOTS.items():
        for node in root.iter(etree.Element):
            yield f"{file.name}:{node.sourceline}", node


def annotated(name: str) -> dict[str, str]:
    return {where: text for where, node in nodes() if (text := node.get(ANNOTATIONS + name)) is not None}


def test_the_vocabulary_of_xsd_is_closed() -> None:
    """What is read, pruned and merged is only what the code knows how to read, prune and merge."""
    strangers = [
        f"{where} {node.tag} {key}"
        for where, node in nodes()
        for key in (*node.attrib, None)
        if not node.tag.startswith(XS)
        or (name := node.tag.removeprefix(XS)) not in VOCABULARY
        or (key is not None and not key.startswith("{") and key not in VOCABULARY[name])
    ]
    assert strangers == []


def test_the_vocabulary_of_annotations_is_closed() -> None:
    """Each annotation stands only where it is read."""
    strangers = []
    for where, node in nodes():
        for key in node.attrib:
            name = key.removeprefix(ANNOTATIONS)
            places = ANNOTATED.get(name, set())
            if key.startswith("{") and places is not None and node.tag.removeprefix(XS) not in places:
                strangers.append(f"{where} {key}")
    assert strangers == []


def test_a_type_without_a_name_belongs_to_a_global_element() -> None:
    """Elsewhere it would be out of the reach of `Shapes.type`."""
    for where, node in nodes():
        if node.tag in (f"{XS}complexType", f"{XS}simpleType") and node.get("name") is None:
            parent = node.getparent()
            assert parent is not None, where
            assert parent.tag == f"{XS}element", where
            assert parent.getparent() is node.getroottree().getroot(), where


def test_dates_are_versions_in_their_order() -> None:
    """A date that no version has would cut at a place that nobody means."""
    dates = {**annotated("since"), **annotated("until")}
    assert set(dates.values()) <= set(VERSIONS)
    for where, node in nodes():
        since, until = node.get(f"{ANNOTATIONS}since"), node.get(f"{ANNOTATIONS}until")
        assert since is None or until is None or since < until, where


def test_every_requirement_named_exists() -> None:
    """And can be tested."""
    for where, name in annotated("requirement").items():
        assert name in requirements(), where
        assert requirements()[name].untestable is None, where


def test_every_document_named_is_known() -> None:
    """A schema for it exists."""
    assert set(annotated("document").values()) <= {*DOCUMENTS, ANY_QUESTION}


def test_every_object_referred_to_is_known() -> None:
    """What an id may belong to; an object that an operation creates is called as that operation calls it."""
    assert set(annotated("refers").values()) == OBJECTS
    assert {traits.creates for traits in operations().values() if traits.creates} <= OBJECTS


def test_every_type_named_exists() -> None:
    """In every version: built in from a short list, or of the schema."""
    for version in VERSIONS:
        shapes = shapes_for(version)
        for shape in shapes.complex_types():
            for member in shape.elements:
                assert (
                    member.type in BUILT_IN
                    or shapes.type(member.type) is not None
                    or (not member.type.startswith("xs:") and shapes.simple(member.type) is not None)
                ), f"{version} {shape.name}/{member.name}"


def test_defaults_are_values_of_their_types() -> None:
    """What an absent parameter counts as could also be sent."""
    shapes = shapes_for(LATEST)
    members = [member for shape in shapes.complex_types() for member in shape.elements if member.default is not None]
    assert members
    for member in members:
        simple = shapes.simple(member.type)
        assert simple is not None
        assert not simple.enumeration or member.default in simple.enumeration, member.name
        if simple.base == "xs:int":
            assert int(str(member.default)) >= (simple.min_inclusive or 0), member.name


@pytest.mark.parametrize("file", sorted((FOLDER / "operations").iterdir()), ids=lambda file: file.stem)
def test_an_operation_has_a_file_of_its_name(file: Path) -> None:
    """With its call, its parameters, its echo, its reply and, where it is its own, its result."""
    names = [node.get("name") for node in ROOTS[file] if isinstance(node.tag, str)]
    name = file.stem
    assert names[:2] == [name, f"{name}Request"]
    assert f"{name}Response" in names
    assert all(one.startswith(name) for one in names)
    assert any(name in shapes_for(version).operations for version in VERSIONS)
    assert name in operations(), "its traits are missing in cases/operations"


def test_every_operation_known_by_traits_has_a_schema() -> None:
    """The two folders list the same operations, but for those that the service model of 2017-01-17 brings along."""
    written = {file.stem for file in (FOLDER / "operations").iterdir()}
    assert set(operations()) == written | set(shapes_for(TODAY).operations)


@pytest.mark.parametrize("file", sorted((FOLDER / "structures").iterdir()), ids=lambda file: file.stem)
def test_a_structure_has_a_file_of_its_name(file: Path) -> None:
    """Types that several files share lie in a file named in lower case after what they have in common."""
    names = [node.get("name") for node in ROOTS[file] if isinstance(node.tag, str)]
    if file.stem in SHARED:
        assert file.stem == file.stem.lower()
    else:
        assert names[0] == file.stem


def test_every_file_is_in_a_known_place() -> None:
    """Nothing lies where nobody looks."""
    places = {file.relative_to(FOLDER).parent.name for file in FILES}
    assert places == {"", "operations", "structures"}
    assert [file.stem for file in FILES if file.parent == FOLDER] == ["envelope"]


def destinations(type_name: str, version: str = LATEST) -> dict[str, str]:
    """Return where each possible error in a type is laid: fault → requirement, or `schema`, which is observed only.

    ``missing`` and ``repeated`` are there only where a member can be so.
    """
    shape = shapes_for(version).type(type_name)
    assert shape is not None
    elements = requirement_for("elements", shape) or UNSTATED
    found = {"unknown": elements, "order": requirement_for("order", shape) or UNSTATED}
    if any(member.min for member in shape.elements):
        found["missing"] = elements
    if any(member.max is not None for member in shape.elements):
        found["repeated"] = elements
    for member in shape.elements:
        if shapes_for(version).type(member.type) is None:
            found[f"value of {member.name}"] = requirement_for("values", shape, member.requirement) or UNSTATED
    return found


def test_where_the_errors_of_a_qualification_request_go() -> None:
    """Every error has a requirement behind it."""
    assert destinations("QualificationRequest") == {
        "missing": "QualificationRequest.elements",
        "unknown": "QualificationRequest.elements",
        "repeated": "QualificationRequest.elements",
        "order": "QualificationRequest.order",
        "value of QualificationRequestId": "QualificationRequest.QualificationRequestId",
        "value of QualificationTypeId": "QualificationRequest.QualificationTypeId",
        "value of SubjectId": "QualificationRequest.SubjectId",
        "value of Test": "QualificationRequest.escaped",
        "value of Answer": "QualificationRequest.escaped",
        "value of SubmitTime": "QualificationRequest.SubmitTime.utc",
    }


def test_where_the_errors_of_the_list_go() -> None:
    """No requirement speaks of the order of the counters nor of their values: the check of lists does."""
    assert destinations("GetQualificationRequestsResult") == {
        "unknown": "GetQualificationRequests.Result.elements",
        "repeated": "GetQualificationRequests.Result.elements",
        "order": UNSTATED,
        "value of NumResults": UNSTATED,
        "value of TotalNumResults": UNSTATED,
        "value of PageNumber": UNSTATED,
    }


def test_where_the_errors_of_the_rejection_go() -> None:
    """Its result has no data, so any element in it is one too many."""
    assert destinations("RejectQualificationRequestResult") == {
        "unknown": "RejectQualificationRequest.Result.nothing-else",
        "repeated": "RejectQualificationRequest.Result.nothing-else",
        "order": UNSTATED,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_every_error_of_every_version_has_a_destination(version: str) -> None:
    """A requirement that exists, or the observed rest; what says that a result holds nothing else is one of them."""
    stated = {
        (shape.name, fault.partition(" of ")[2] or fault): requirement
        for shape in shapes_for(version).complex_types()
        for fault, requirement in destinations(shape.name, version).items()
        if requirement != UNSTATED
    }
    assert set(stated.values()) <= set(requirements())
    for operation in shapes_for(version).operations:
        law, result = f"{operation}.Result.nothing-else", shapes_for(version).operation(operation).result.type
        if law in requirements() and requirements()[law].holds_in(version):
            assert law in {stated.get((result, fault)) for fault in ("unknown", "missing", "repeated")}, operation
    assert stated["Request", "IsValid"] == "Common.Response.is-valid"
