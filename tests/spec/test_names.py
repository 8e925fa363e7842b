"""The table of both names: each of them is one, on both sides, and each thing has one name."""

from collections import Counter
from itertools import chain

import pytest
import tomli

from conformance.bindings.json import write_call
from conformance.spec import names as names_module
from conformance.spec.data import schemas_dir
from conformance.spec.names import names
from conformance.spec.service_model import model, service_model
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, TODAY, VERSIONS

TABLE = tomli.loads((schemas_dir() / "json" / "names.toml").read_text("utf-8"))
CONTENT = service_model()
STRUCTURES = {name: shape for name, shape in CONTENT["shapes"].items() if shape["type"] == "structure"}
OLDER = {operation for version in VERSIONS for operation in shapes_for(version).operations}
NEW = {"CreateHITWithHITType", "UpdateExpirationForHIT", "ListReviewableHITs"} - set(TABLE["operations"])
GONE = {
    "DisableHIT",
    "GetRequesterStatistic",
    "GetRequesterWorkerStatistic",
    "GetWorkerAcceptLimit",
    "Help",
    "SetWorkerAcceptLimit",
}
"""Operations that have no successor."""


def members_of(type_name: str) -> set[str]:
    """Return the members that a type has in the latest of the older versions."""
    shape = shapes_for(LATEST).type(type_name)
    return {element.name for element in shape.elements} if shape else set()


def test_operations_have_one_name_on_either_side() -> None:
    """Left one of the model, right one of the older versions; no older one has two."""
    assert set(TABLE["operations"]) <= set(CONTENT["operations"])
    assert set(TABLE["operations"].values()) <= OLDER
    assert len(set(TABLE["operations"].values())) == len(TABLE["operations"])
    assert not set(TABLE["operations"]) & OLDER, "a name that both have would mean two things"


def test_every_operation_of_the_model_is_called_as_before_or_is_new() -> None:
    """Those that are called as before are operations of the latest older version."""
    for newer in CONTENT["operations"]:
        kit = names().kit_operation(newer)
        assert names().newer_operation(kit) == newer
        assert (kit in shapes_for(LATEST).operations) != (kit in NEW)


def test_every_older_operation_goes_on_or_is_gone() -> None:
    """It is said by its own operation, by another, or by none."""
    said = set(model().operations) | {one.of for one in names().instead}
    assert OLDER - said == GONE


def test_members_have_one_name_on_either_side() -> None:
    """Left one of a structure of the model, right one of an older type."""
    left = {member for shape in STRUCTURES.values() for member in shape["members"]}
    right = {element.name for shape in shapes_for(LATEST).complex_types() for element in shape.elements}
    assert set(TABLE["members"]) <= left
    assert set(TABLE["members"].values()) <= right


def test_members_of_one_structure_alone_are_those_of_both() -> None:
    """Left a member of the model's structure, right one of the older type of that name, or of its request."""
    for structure, own in TABLE["members_of"].items():
        assert set(own) <= set(STRUCTURES[structure]["members"])
        kit = names().kit_operation(structure.removesuffix("Request")) + "Request"
        assert set(own.values()) <= (members_of(structure) | members_of(kit))


def test_no_structure_has_a_name_twice() -> None:
    """In the words of the kit, as in the model's own."""
    for structure in STRUCTURES:
        counted = Counter(member.name for member in model().members(structure))
        assert set(counted.values()) <= {1}, structure


def test_every_list_has_the_name_of_one_of_its_items() -> None:
    """In the kit's words a list is the element repeated, as the older types have it."""
    messages = {told["output"]["shape"] for told in CONTENT["operations"].values()}
    for structure, shape in STRUCTURES.items():
        for member in model().members(structure):
            older = shapes_for(LATEST).type(structure)
            element = older.element(member.name) if older else None
            if element is not None and structure not in messages:
                assert (element.max != 1) == member.listed, f"{structure}.{member.newer}"
            assert member.newer in shape["members"]


def test_results_are_members_of_answers_that_have_no_other() -> None:
    """Their content is what the older reply has as its result."""
    for newer, member in TABLE["results"].items():
        response = CONTENT["operations"][newer]["output"]["shape"]
        assert set(STRUCTURES[response]["members"]) == {member}
        assert STRUCTURES[response]["members"][member]["shape"] == member
    for newer, told in CONTENT["operations"].items():
        kit = names().kit_operation(newer)
        if newer not in TABLE["results"] and kit in shapes_for(LATEST).operations:
            assert shapes_for(LATEST).operation(kit).result.name == f"{kit}Result", told["output"]["shape"]


def test_amounts_are_all_amounts_and_no_others() -> None:
    """By their shape in the model, and a Price in the older versions."""
    amounts = {
        member
        for shape in STRUCTURES.values()
        for member, told in shape["members"].items()
        if told["shape"] == "CurrencyAmount"
    }
    assert set(TABLE["prices"]["members"]) == amounts
    for shape in shapes_for(LATEST).complex_types():
        for element in shape.elements:
            if element.name in amounts:
                assert element.type == "Price"


def test_new_operations_are_like_older_ones() -> None:
    """Their parameters are among those."""
    for newer, older in TABLE["like"].items():
        request = CONTENT["operations"][newer]["input"]["shape"]
        assert {member.name for member in model().members(request)} <= members_of(f"{older}Request")


@pytest.mark.parametrize("one", names().instead, ids=lambda one: one.of)
def test_what_another_operation_says_is_said_in_words_of_both(one: names_module.Instead) -> None:
    """Of the older call its parameters, of the newer one those that are added or renamed."""
    sent = members_of(f"{one.of}Request")
    taken = {member.name for member in model().members(model().operations[one.call].request)}
    assert one.of in OLDER
    assert one.when is None or one.when in sent
    assert set(one.rename) <= sent
    assert set(chain(one.rename.values(), one.add)) <= taken
    values = {name: ["1"] for name in sent & taken}
    if one.when is None:
        assert write_call(one.of, {name: ["1"] for name in one.rename}, url="/")
    else:
        assert write_call(one.of, {one.when: ["1"]}, url="/")
    assert values


def test_the_shapes_of_today_have_the_names_of_the_kit() -> None:
    """Of operations and of members."""
    assert set(shapes_for(TODAY).operations) == set(model().operations)
    assert all(names().kit_operation(newer) in shapes_for(TODAY).operations for newer in CONTENT["operations"])


def test_lengths_that_the_model_lacks_are_of_texts_that_it_has() -> None:
    """They narrow what is sent, and nothing that the model limits itself."""
    for place, longest in TABLE["longest"].items():
        structure, _, member = place.partition(".")
        shape = CONTENT["shapes"][STRUCTURES[structure]["members"][member]["shape"]]
        assert (shape["type"], shape.get("max")) == ("string", None)
        assert longest > 0
        assert structure in model().sent()
