"""The shapes of 2017-01-17: all that the service model has, and nothing that it has not, but for what is annotated."""

import gzip
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import xmlschema
from lxml import etree

from conformance.errors import KitError
from conformance.spec.names import names
from conformance.spec.requirements import requirements
from conformance.spec.service_model import SHARED, Member, model, service_model
from conformance.spec.shapes import ElementShape, SimpleShape, TypeShape, shapes_for
from conformance.spec.versions import LATEST, TODAY

CONTENT = service_model()
SHAPES = CONTENT["shapes"]
BUILT_IN = {"string": "xs:string", "integer": "xs:int", "long": "xs:long", "boolean": "xs:boolean"}
TODAYS = shapes_for(TODAY)
OPERATIONS = sorted(model().operations)
STRUCTURES = sorted(name for name, shape in SHAPES.items() if shape["type"] == "structure")


def type_of(name: str) -> TypeShape:
    """Return a complex type of 2017-01-17."""
    shape = TODAYS.type(name)
    assert shape is not None, name
    return shape


@cache
def complex_types() -> dict[str, str]:
    """Return the types that stand for structures of the model: kit's name → structure; errors have none."""
    found: dict[str, str] = {}
    for operation, known in model().operations.items():
        found[f"{operation}Request"] = known.request
        if known.newer not in names().results:
            found[f"{operation}Result"] = known.response
        for structure in (known.request, known.response):
            found |= {name: name for name in _below(structure)}
    return found


def _below(structure: str) -> Iterator[str]:
    for member in model().members(structure):
        if model().kind(member.shape) == "structure":
            yield member.shape
            yield from _below(member.shape)


def test_every_structure_of_the_model_is_reached_but_for_the_errors() -> None:
    """And the answers whose one member is the result."""
    unwrapped = {model().operations[names().kit_operation(newer)].response for newer in names().results}
    assert set(STRUCTURES) - set(complex_types().values()) - unwrapped == {"RequestError", "ServiceFault"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_its_call_and_its_reply(operation: str) -> None:
    """By the kit's name, with the result that its answer holds."""
    known, shape = model().operations[operation], TODAYS.operation(operation)
    assert CONTENT["operations"][known.newer]["name"] == known.newer
    assert shape.name == operation
    assert shape.response == f"{operation}Response"
    result = names().results.get(known.newer, f"{operation}Result")
    assert (shape.result.name, shape.result.type, shape.result.max) == (result, result, 1)
    assert shape.echo is None
    assert {element.name for element in shape.request.elements} == {
        member.name for member in model().members(known.request)
    }


@pytest.mark.parametrize("name", sorted(complex_types()))
def test_every_member_is_there_as_often_as_the_model_says(name: str) -> None:
    """In its order; in front of the members of a result stands Request, which a refusal has."""
    elements, members = list(type_of(name).elements), list(model().members(complex_types()[name]))
    if elements and elements[0].name == "Request":
        assert elements.pop(0).min == 0
    assert [element.name for element in elements] == [member.name for member in members]
    for element, member in zip(elements, members, strict=True):
        assert element.min == int(member.required), element.name
        assert element.max == (None if member.listed else 1), element.name
        assert_same_type(name, element, member)


def assert_same_type(name: str, element: ElementShape, member: Member) -> None:
    """See that the type of an element allows what the shape of a member does."""
    told = SHAPES[member.shape]
    if member.newer in names().prices:
        assert element.type == "Price"
    elif told["type"] == "structure":
        assert element.type == member.shape
    elif told["type"] == "timestamp":
        assert element.type == "xs:dateTime"
    else:
        simple = TODAYS.simple(element.type)
        assert simple is not None
        structure = complex_types()[name]
        told = {**told, **({"max": longest} if (longest := names().longest.get(f"{structure}.{member.newer}")) else {})}
        assert simple == facets(told, pattern=structure in model().sent()), f"{name}.{element.name}"


def facets(told: dict[str, Any], *, pattern: bool) -> SimpleShape:
    """Return the simple type that a shape of the model should be; a pattern where it is sent."""
    numeric = told["type"] in ("integer", "long")
    least, most = told.get("min"), told.get("max")
    return SimpleShape(
        base=BUILT_IN[told["type"]],
        enumeration=tuple(told.get("enum", ())),
        min_length=None if numeric else least,
        max_length=None if numeric else most,
        min_inclusive=least if numeric else None,
        max_inclusive=most if numeric else None,
        pattern=told["pattern"].removeprefix("^").removesuffix("$") if pattern and "pattern" in told else None,
    )


def test_what_is_required_is_what_the_model_requires() -> None:
    """A few that matter, by hand: so the test is not of the same mind as what it tests."""
    required = {
        "RejectAssignmentRequest": {"AssignmentId", "RequesterFeedback"},
        "GrantBonusRequest": {"WorkerId", "BonusAmount", "AssignmentId", "Reason"},
        "CreateHITRequest": {
            "LifetimeInSeconds",
            "AssignmentDurationInSeconds",
            "Reward",
            "Title",
            "Description",
        },
        "CreateHITWithHITTypeRequest": {"HITTypeId", "LifetimeInSeconds"},
        "NotificationSpecification": {"Destination", "Transport", "Version", "EventType"},
        "SearchHITsRequest": set(),
    }
    for name, members in required.items():
        assert {element.name for element in type_of(name).elements if element.min} == members, name


def test_facets_that_matter() -> None:
    """A few, by hand."""
    page = type_of("SearchHITsRequest").element("PageSize")
    assert page is not None
    assert TODAYS.simple(page.type) == SimpleShape(base="xs:int", min_inclusive=1, max_inclusive=100)
    transport = type_of("NotificationSpecification").element("Transport")
    assert transport is not None
    assert TODAYS.simple(transport.type) == SimpleShape(base="xs:string", enumeration=("Email", "SQS", "SNS"))
    worker = type_of("BlockWorkerRequest").element("WorkerId")
    assert worker is not None
    simple = TODAYS.simple(worker.type)
    assert simple is not None
    assert (simple.min_length, simple.max_length, simple.pattern) == (1, 64, "A[A-Z0-9]+")


def test_ids_that_are_told_may_be_of_any_form() -> None:
    """Genuine replies have identifiers of questions in small letters."""
    question = type_of("ReviewResultDetail").element("QuestionId")
    assert question is not None
    simple = TODAYS.simple(question.type)
    assert simple is not None
    assert (simple.pattern, simple.max_length) == (None, 64)


def test_two_validators_take_the_schema() -> None:
    """And agree on a reply, and on one with a stranger in it."""
    document = TODAYS.document()
    first, second = etree.XMLSchema(document), xmlschema.XMLSchema(etree.tostring(document, encoding="unicode"))
    for member, valid in (("HITId", True), ("HitId", False)):
        reply = etree.fromstring(f"<GetHITResponse><HIT><{member}>3A</{member}></HIT></GetHITResponse>")
        assert first.validate(reply) is valid
        assert second.is_valid(reply) is valid


def test_annotations_name_what_there_is() -> None:
    """Requirements that exist, or could of an envelope, and defaults that are values of their types."""
    for shape in TODAYS.complex_types():
        named = shape.requirement
        assert (
            named is None or named in requirements() or named == f"{shape.name.removesuffix('Result')}.Result.members"
        )
        for element in shape.elements:
            assert element.requirement is None or element.requirement in requirements(), element
            if element.default is not None and (simple := TODAYS.simple(element.type)) is not None:
                assert is_value(element.default, simple), (shape.name, element)


def is_value(text: str, simple: SimpleShape) -> bool:
    """Tell whether a text is a value of a type, in the form that the kit reads."""
    if simple.base in ("xs:int", "xs:long"):
        return (simple.min_inclusive or 0) <= int(text) <= (simple.max_inclusive or int(text))
    if simple.base == "xs:boolean":
        return text in ("true", "false")
    return not simple.enumeration or text in simple.enumeration


def test_annotations_are_taken_over_from_the_older_types() -> None:
    """By type and member: an id refers to what it referred to, a document is of its kind."""
    hit = type_of("CreateHITRequest")
    question = hit.element("Question")
    assert question is not None
    older = shapes_for(LATEST).operation("CreateHIT").request.element("Question")
    assert older is not None
    assert question.document == older.document is not None
    named = type_of("GrantBonusRequest").element("WorkerId")
    assert named is not None
    assert named.refers == "Worker"
    like = type_of("CreateHITWithHITTypeRequest").element("HITTypeId")
    assert like is not None
    assert like.refers == "HITType"
    report = TODAYS.type("ReviewActionDetail")
    assert report is not None
    assert report.requirement == "ReviewActionDetail.shape"


def test_what_is_shared_is_the_same() -> None:
    """The envelope and the amount of money are those of the older versions."""
    for name in set(SHARED) - {"Request"}:
        assert TODAYS.type(name) == shapes_for(LATEST).type(name)
    assert [element.name for element in type_of("Request").elements] == ["IsValid", "Errors"], "JSON has no echo"


def test_the_model_is_read_and_not_imported() -> None:
    """Botocore is data here: nothing of it runs, and the kit starts without it."""
    code = "import sys; from conformance.spec.service_model import model; model(); print('botocore' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_an_installation_without_the_model_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what to do about it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    service_model.cache_clear()
    try:
        with pytest.raises(KitError, match="Install mturk-conformance again"):
            service_model()
    finally:
        service_model.cache_clear()


@pytest.mark.parametrize("packed", [True, False])
def test_the_model_is_found_packed_or_not(packed: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Distributions differ in it; what is broken is as if it were not there."""
    folder = tmp_path / "data" / "mturk" / "2017-01-17"
    folder.mkdir(parents=True)
    body = json.dumps({"shapes": {}}).encode()
    (folder / ("service-2.json.gz" if packed else "service-2.json")).write_bytes(
        gzip.compress(body) if packed else body
    )
    broken = tmp_path / "broken" / "data" / "mturk" / "2017-01-17"
    broken.mkdir(parents=True)
    (broken / "service-2.json").write_bytes(b"{")
    locations = [str(tmp_path / "none"), str(tmp_path / "broken"), str(tmp_path)]
    spec = SimpleNamespace(submodule_search_locations=locations)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    service_model.cache_clear()
    try:
        assert service_model() == {"shapes": {}}
    finally:
        service_model.cache_clear()
