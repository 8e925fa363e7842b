"""The boundary sweep: which messages follow from the shapes, and that each of them has one fault."""

from typing import Any

import pytest
from lxml import etree

from conformance.bindings.elements import append_values
from conformance.spec import parameter_faults
from conformance.spec.fitting import is_value
from conformance.spec.parameter_faults import TOPICS
from conformance.spec.requirements import requirements
from conformance.spec.shapes import ElementShape, Shapes, SimpleShape, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies import sweep as module
from conformance.strategies.faulty_scalars import WRONG
from conformance.strategies.sweep import (
    MARKUP,
    UNUSUAL,
    Message,
    sample_structure,
    sample_value,
    sweep,
    sweep_legal,
    sweep_structures,
    unknown_identifier,
)
from conformance.wire.flattening import Values, flatten, unflatten

OPERATIONS = [(version, operation) for version in (VERSIONS[0], LATEST) for operation in shapes_for(version).operations]


def simple_members(shapes: Shapes, operation: str) -> dict[str, tuple[ElementShape, SimpleShape]]:
    members = shapes.operation(operation).request.elements
    return {member.name: (member, simple) for member in members if (simple := shapes.simple(member.type))}


def valid(shapes: Shapes, operation: str, values: Values) -> bool:
    """Tell whether the compiled schema takes a call with these parameters."""
    root = etree.Element(operation)
    for name, text in (("AWSAccessKeyId", "a"), ("Timestamp", "2014-08-15T10:00:00Z"), ("Signature", "s")):
        etree.SubElement(root, name).text = text
    append_values(etree.SubElement(root, "Request"), f"{operation}Request", values, shapes)
    return shapes.schema().validate(root)


def any_required(shapes: Shapes, operation: str) -> bool:
    return any(member.min for member in shapes.operation(operation).request.elements)


def type_of(shapes: Shapes, operation: str, place: str) -> SimpleShape | None:
    """Return the simple type of what is at a dotted place, None for a structure."""
    shape = shapes.operation(operation).request
    for name in [step for step in place.split(".") if step != "1"]:
        member = shape.element(name)
        assert member is not None, place
        shape = shapes.type(member.type) or shape
    return shapes.simple(member.type)


def legal_by_schema(message: Message, simple: SimpleShape) -> bool:
    """An empty or blank text is a text: whether an operation takes it is for requirements to say."""
    return message.fault in ("empty", "blank") and simple.base == "xs:string" and not simple.enumeration


@pytest.mark.parametrize(("version", "operation"), OPERATIONS)
def test_each_message_has_exactly_one_fault(version: str, operation: str) -> None:
    """By the compiled schema: with a good value in the place of the faulty one, the call is valid."""
    shapes = shapes_for(version)
    members = simple_members(shapes, operation)
    good = sample_structure(shapes, shapes.operation(operation).request) if any_required(shapes, operation) else {}
    assert valid(shapes, operation, good)
    for message in sweep(shapes, operation):
        _, simple = members[message.parameter]
        assert message.place == message.parameter
        without = {name: values for name, values in good.items() if name != message.parameter}
        assert valid(shapes, operation, {**without, message.parameter: [sample_value(simple)]}), message.id
        faulty: Values = {**without, message.parameter: list(message.faulty)} if message.faulty else without
        assert valid(shapes, operation, faulty) == legal_by_schema(message, simple), message.id


@pytest.mark.parametrize(("version", "operation"), OPERATIONS)
def test_each_message_about_a_structure_has_exactly_one_fault(version: str, operation: str) -> None:
    """With a good structure in the place of the faulty one, or none where that is allowed, the call is valid."""
    shapes = shapes_for(version)
    good = sample_structure(shapes, shapes.operation(operation).request) if any_required(shapes, operation) else {}
    for message in sweep_structures(shapes, operation):
        member = shapes.operation(operation).request.element(message.parameter)
        assert member is not None
        shape = shapes.type(member.type)
        assert shape is not None
        others = {name: values for name, values in good.items() if name != message.parameter}
        assert valid(shapes, operation, {**others, message.parameter: [sample_structure(shapes, shape)]}), message.id
        faulty: Values = {**others, message.parameter: list(message.faulty)} if message.faulty else others
        simple = type_of(shapes, operation, message.place)
        legal = simple is not None and legal_by_schema(message, simple)
        assert valid(shapes, operation, faulty) == legal, message.id
        assert unflatten(flatten(faulty)) == faulty, message.id


def test_structures_are_swept_to_their_last_member() -> None:
    """Each member of each structure, with the requirement that is named after the structure."""
    messages = {message.id: message for message in sweep_structures(shapes_for(LATEST), "CreateHIT")}
    country = messages["CreateHIT.QualificationRequirement.1.LocaleValue.1.Country/empty"]
    assert country.faulty[0]["LocaleValue"] == [{"Country": [""]}]  # type: ignore[index]
    assert country.place == "QualificationRequirement.1.LocaleValue.1.Country"
    missing = messages["CreateHIT.QualificationRequirement.1.Comparator/missing"]
    assert missing.faulty == ({"QualificationTypeId": ["text"]},)
    assert missing.requirement == "QualificationRequirement.Comparator.required"
    amounts = {name.partition("/")[2] for name in messages if ".Reward.1.Amount" in name}
    assert amounts == {"missing", "empty", "blank", "wrong-type", "repeated"}
    bonus = {message.id: message.requirement for message in sweep_structures(shapes_for(LATEST), "GrantBonus")}
    assert bonus["GrantBonus.BonusAmount/missing"] == "GrantBonus.BonusAmount.required"
    assert "GrantBonus.BonusAmount/repeated" in bonus
    assert not list(sweep_structures(shapes_for(LATEST), "GetHIT"))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_structure_of_every_version_can_be_swept(version: str) -> None:
    """The names are unique beside those of the plain sweep, and every requirement named is one."""
    shapes = shapes_for(version)
    for operation in shapes.operations:
        messages = [*sweep(shapes, operation), *sweep_structures(shapes, operation)]
        assert len({message.id for message in messages}) == len(messages)
        assert {message.requirement for message in messages} - {None} <= set(requirements())
        structures = {
            member.name for member in shapes.operation(operation).request.elements if shapes.type(member.type)
        }
        assert structures == {message.parameter for message in sweep_structures(shapes, operation)}


@pytest.mark.parametrize(("version", "operation"), OPERATIONS)
def test_what_is_legal_and_unusual_is_valid(version: str, operation: str) -> None:
    """By the compiled schema, beside good values; no id and no document is made unusual."""
    shapes = shapes_for(version)
    good = sample_structure(shapes, shapes.operation(operation).request) if any_required(shapes, operation) else {}
    for message in sweep_legal(shapes, operation):
        others = {name: values for name, values in good.items() if name != message.parameter}
        values = {**others, message.parameter: list(message.faulty)}
        assert valid(shapes, operation, values), message.id
        assert message.requirement is None
        assert not message.place.endswith("Id")


def test_unusual_texts_stand_in_every_text_of_a_hit() -> None:
    """In parameters and in members of structures; numbers are sent at both ends."""
    legal = {message.id: message.faulty for message in sweep_legal(shapes_for(LATEST), "CreateHIT")}
    assert legal["CreateHIT.RequesterAnnotation/unusual-text"] == (UNUSUAL,)
    assert legal["CreateHIT.Title/markup"] == (MARKUP,)
    assert {len(str(legal[f"CreateHIT.{name}/longest"][0])) for name in ("Title", "UniqueRequestToken")} == {128, 64}
    assert legal["CreateHIT.MaxAssignments/least"] == ("1",)
    assert "CreateHIT.HITLayoutParameter.1.Value/unusual-text" in legal
    assert "CreateHIT.Question/markup" not in legal


@pytest.mark.parametrize("base", sorted(WRONG))
def test_every_type_that_is_not_any_text_has_a_wrong_one(base: str) -> None:
    """Which is not of the type, while the plain value is."""
    shapes = shapes_for(LATEST)
    member = ElementShape(name="N", type=base, min=0, max=1)
    (wrong,) = dict(module._faults(member, SimpleShape(base=base)))["wrong type"]
    assert not is_value(shapes, base, wrong)
    assert sample_value(SimpleShape(base=base)) != "text"


@pytest.mark.parametrize(("version", "operation"), OPERATIONS)
def test_every_parameter_has_the_faults_of_its_shape(version: str, operation: str) -> None:
    """Missing where required, repeated where single, and by its type; a response group is no parameter to sweep."""
    shapes = shapes_for(version)
    faults: dict[str, set[str]] = {}
    for message in sweep(shapes, operation):
        faults.setdefault(message.parameter, set()).add(message.fault)
    members = simple_members(shapes, operation)
    assert list(faults) == [name for name in members if name not in ("ResponseGroup", "Unused")]
    for name, found in faults.items():
        member, simple = members[name]
        assert ("missing" in found) == (member.min > 0)
        assert ("repeated" in found) == (member.max == 1)
        assert ("unknown value" in found) == bool(simple.enumeration)
        assert ("below minimum" in found) == (simple.min_inclusive is not None)
        assert ("too long" in found) == (simple.max_length is not None)
        assert {"empty", "blank"} <= found <= set(TOPICS)


def test_the_messages_of_the_rejection_are_these() -> None:
    """In the order of the parameters, with the requirements that they decide."""
    rejection = "RejectQualificationRequest"
    assert [(message.id, message.requirement) for message in sweep(shapes_for(LATEST), rejection)] == [
        (f"{rejection}.QualificationRequestId/missing", f"{rejection}.QualificationRequestId.required"),
        (f"{rejection}.QualificationRequestId/empty", None),
        (f"{rejection}.QualificationRequestId/blank", None),
        (f"{rejection}.QualificationRequestId/repeated", None),
        (f"{rejection}.Reason/empty", f"{rejection}.Reason.empty"),
        (f"{rejection}.Reason/blank", None),
        (f"{rejection}.Reason/repeated", None),
    ]


def test_numbers_are_swept_at_their_ends() -> None:
    """One beyond what the type or its facets allow."""
    page_size = {
        message.fault: message.faulty
        for message in sweep(shapes_for(LATEST), "GetQualificationRequests")
        if message.parameter == "PageSize"
    }
    assert page_size == {
        "empty": ("",),
        "blank": ("   ",),
        "wrong type": ("green",),
        "above maximum": ("101",),
        "below minimum": ("0",),
        "repeated": ("1", "1"),
    }
    (status,) = [
        message.faulty
        for message in sweep(shapes_for(LATEST), "CreateQualificationType")
        if message.fault == "unknown value"
    ]
    assert status == ("Activex",)
    longest = {
        message.parameter: len(message.faulty[0])
        for message in sweep(shapes_for(LATEST), "CreateQualificationType")
        if message.fault == "too long"
    }
    assert longest == {"Keywords": 1001, "Description": 2001, "Test": 65536, "AnswerKey": 65536}
    largest = {
        message.parameter: message.faulty
        for message in sweep(shapes_for(LATEST), "CreateQualificationType")
        if message.fault == "above maximum"
    }
    assert largest["AutoGrantedValue"] == (str(2**31),)
    assert largest["RetryDelayInSeconds"] == (str(2**63),)


def test_ids_are_unique_and_readable() -> None:
    """Record, ledger and replay speak of them."""
    messages = [
        message for operation in shapes_for(LATEST).operations for message in sweep(shapes_for(LATEST), operation)
    ]
    identifiers = [message.id for message in messages]
    assert len(identifiers) == len(set(identifiers)) > 100
    assert not [identifier for identifier in identifiers if " " in identifier]


def test_a_requirement_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the first topic of the fault that has one; one that cannot be tested is passed over."""
    some = next(iter(requirements().values()))

    def planted(name: str, **changes: Any) -> Any:
        fields = {field: getattr(some, field) for field in some.__slots__}
        return type(some)(**{**fields, "id": name, **changes})

    names = ("Op.A.max", "Op.A.max-length", "Op.B.max-length", "Op.C.max")
    known = {name: planted(name, untestable="why" if name == "Op.C.max" else None) for name in names}
    monkeypatch.setattr(parameter_faults, "requirements", lambda: known)
    found = {name: parameter_faults.requirement_on("Op", name, "too long") for name in "ABCD"}
    assert {name: requirement.id if requirement else None for name, requirement in found.items()} == {
        "A": "Op.A.max",
        "B": "Op.B.max-length",
        "C": None,
        "D": None,
    }


def test_every_requirement_named_is_one() -> None:
    """In every version."""
    for version in VERSIONS:
        for operation in shapes_for(version).operations:
            named = {message.requirement for message in sweep(shapes_for(version), operation)} - {None}
            assert named <= set(requirements())


def test_a_maximum_of_zero_is_a_maximum() -> None:
    """Not the absence of one."""
    member = ElementShape(name="N", type="T", min=0, max=1)
    faults = dict(module._faults(member, SimpleShape(base="xs:int", max_inclusive=0)))
    assert faults["above maximum"] == ("1",)


def test_an_unknown_identifier_looks_like_one_and_is_fixed_by_its_seed() -> None:
    """So a run can be repeated."""
    first, second = unknown_identifier("a"), unknown_identifier("b")
    assert first == unknown_identifier("a") != second
    assert len(first) == 30
    assert first.isalnum()
    assert first == first.upper()
