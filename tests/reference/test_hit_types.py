from typing import Any

import pytest

PREFIX = "AWS.MechanicalTurk."
TYPE = ("Title", "Description", "Reward", "AssignmentDurationInSeconds")


def properties(documents: Any, **changes: Any) -> dict[str, Any]:
    """Return the parameters of RegisterHITType."""
    parameters = documents.hit_parameters()
    return {**{name: parameters[name] for name in TYPE}, **changes}


def requirement(type_id: str, comparator: str = "Exists", **values: Any) -> dict[str, Any]:
    """Return a QualificationRequirement."""
    return {"QualificationTypeId": [type_id], "Comparator": [comparator], **values}


def register(scene: Any, **changes: Any) -> str:
    """Register a type and return its id."""
    answer = scene.call("RegisterHITType", **properties(scene.documents, **changes))
    assert answer.accepted, answer.summary
    return str(answer.text("HITTypeId"))


def test_equal_properties_are_one_type(scene: Any) -> None:
    """However they are written: an amount, a delay left out, the order of the requirements."""
    first, second = requirement(scene.type()), requirement(scene.type(), "GreaterThan", IntegerValue=["5"])
    original = register(scene)
    assert register(scene) == original
    assert register(scene, AutoApprovalDelayInSeconds="2592000") == original
    assert register(scene, Reward={"Amount": ["1"], "CurrencyCode": ["USD"]}) == original
    both = register(scene, QualificationRequirement=[first, second])
    assert register(scene, QualificationRequirement=[second, first]) == both != original


def test_each_property_makes_another_type(scene: Any) -> None:
    """One difference is enough."""
    changes: list[dict[str, Any]] = [
        {},
        {"Title": "another"},
        {"Description": "another"},
        {"Keywords": "k"},
        {"Reward": {"Amount": ["1.01"], "CurrencyCode": ["USD"]}},
        {"AssignmentDurationInSeconds": "601"},
        {"AutoApprovalDelayInSeconds": "0"},
        {"QualificationRequirement": requirement("00000000000000000071", "EqualTo", LocaleValue=[{"Country": ["US"]}])},
        {"QualificationRequirement": requirement("000000000000000000L0", "GreaterThan", IntegerValue=["90"])},
        {"QualificationRequirement": requirement("000000000000000000L0", "In", IntegerValue=["90", "91"])},
    ]
    assert len({register(scene, **change) for change in changes}) == len(changes)


def test_types_are_the_requesters_own(scene: Any, other: Any, documents: Any) -> None:
    """Another's type is another one, and nobody else can use it."""
    mine = register(scene)
    theirs = scene.call("RegisterHITType", by=other, **properties(documents)).text("HITTypeId")
    assert theirs != mine
    answer = scene.call("CreateHIT", HITTypeId=theirs, LifetimeInSeconds="60", Question=documents.form("q"))
    assert [error.code for error in answer.errors] == [PREFIX + "InvalidParameterValue"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Reward": {"Amount": ["-1"], "CurrencyCode": ["USD"]}}, PREFIX + "InvalidParameterValue"),
        ({"Reward": {"Amount": ["0.015"], "CurrencyCode": ["USD"]}}, PREFIX + "InvalidParameterValue"),
        ({"Reward": {"Amount": ["5"], "CurrencyCode": ["EUR"]}}, PREFIX + "InvalidParameterValue"),
        ({"Reward": {"Amount": ["5"]}}, "AWS.MissingParameters"),
        ({"Reward": {"CurrencyCode": ["USD"]}}, "AWS.MissingParameters"),
        ({"AssignmentDurationInSeconds": "29"}, "AWS.ParameterOutOfRange"),
        ({"AutoApprovalDelayInSeconds": "2592001"}, "AWS.ParameterOutOfRange"),
        ({"Title": "t" * 129}, PREFIX + "InvalidParameterValue"),
        ({"QualificationRequirement": requirement("NOBODY")}, PREFIX + "QualificationTypeDoesNotExist"),
        (
            {"QualificationRequirement": [requirement("00000000000000000071")] * 11},
            PREFIX + "InvalidParameterValue",
        ),
    ],
)
def test_what_makes_no_type_is_refused(scene: Any, change: dict[str, Any], code: str) -> None:
    """And nothing is registered."""
    answer = scene.call("RegisterHITType", **properties(scene.documents, **change))
    assert [error.code for error in answer.errors] == [code]
    assert scene.endpoint.store.hit_types == {}


def test_a_reward_of_nothing_is_taken(scene: Any) -> None:
    """A HIT may be worth nothing."""
    assert register(scene, Reward={"Amount": ["0"], "CurrencyCode": ["USD"]})
