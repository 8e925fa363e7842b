"""DisposeQualificationType, and what can be done with types that are Inactive or gone."""

from typing import Any

import pytest

WRONG_STATE = "AWS.MechanicalTurk.InvalidQualificationTypeState"
NO_TYPE = "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
TWO_DAYS = 48 * 60 * 60


def required(type_id: str) -> dict[str, Any]:
    """Return the parameter of a HIT that requires a type."""
    requirement = {"QualificationTypeId": [type_id], "Comparator": ["GreaterThan"], "IntegerValue": ["18"]}
    return {"QualificationRequirement": requirement}


def dispose(scene: Any, type_id: str) -> None:
    """Dispose of a type."""
    answer = scene.call("DisposeQualificationType", QualificationTypeId=type_id)
    assert answer.accepted, answer.summary


def codes(answer: Any) -> list[str]:
    """Return the codes of a refusal."""
    return [error.code for error in answer.errors]


def named(scene: Any, name: str) -> Any:
    """Create a type of that name."""
    return scene.call("CreateQualificationType", Name=name, Description="d", QualificationTypeStatus="Active")


def test_a_second_disposal_names_the_state(scene: Any) -> None:
    """As the genuine service did."""
    type_id = scene.type()
    dispose(scene, type_id)
    error = scene.call("DisposeQualificationType", QualificationTypeId=type_id).errors[0]
    assert error.code == WRONG_STATE
    assert dict(error.data) == {
        "QualificationTypeId": type_id,
        "CurrentState": "Disposed",
        "ExpectedStates": "Active, Inactive",
    }


def test_only_the_owner_disposes(scene: Any, other: Any) -> None:
    """For others there is no such type; nothing at all names none."""
    type_id = scene.type()
    assert codes(scene.call("DisposeQualificationType", by=other, QualificationTypeId=type_id)) == [NO_TYPE]
    assert codes(scene.call("DisposeQualificationType", QualificationTypeId="00000000000000000071")) == [NO_TYPE]
    assert codes(scene.call("DisposeQualificationType")) == ["AWS.MissingParameters"]
    assert scene.call("GetQualificationType", QualificationTypeId=type_id).accepted


@pytest.mark.parametrize(
    "operation", ["GetQualificationType", "UpdateQualificationType", "GetHITsForQualificationType"]
)
def test_nothing_takes_a_type_that_is_gone(scene: Any, other: Any, operation: str) -> None:
    """Its owner learns the state, others that there is none."""
    type_id = scene.type()
    dispose(scene, type_id)
    assert codes(scene.call(operation, QualificationTypeId=type_id)) == [WRONG_STATE]
    assert codes(scene.call(operation, by=other, QualificationTypeId=type_id)) == [NO_TYPE]


@pytest.mark.parametrize("gone", [True, False])
def test_no_new_hits_require_a_type_out_of_use(scene: Any, documents: Any, gone: bool) -> None:
    """Disposed of or Inactive: neither by properties nor by a HIT type of before."""
    type_id = scene.type()
    properties = {
        name: value
        for name, value in documents.hit_parameters().items()
        if name not in ("Question", "LifetimeInSeconds")
    }
    hit_type = scene.call("RegisterHITType", **properties, **required(type_id)).text("HITTypeId")
    if gone:
        dispose(scene, type_id)
    else:
        inactive = {"QualificationTypeId": type_id, "QualificationTypeStatus": "Inactive"}
        assert scene.call("UpdateQualificationType", **inactive).accepted
    assert codes(scene.call("RegisterHITType", **properties, **required(type_id))) == [WRONG_STATE]
    assert codes(scene.call("CreateHIT", **documents.hit_parameters(), **required(type_id))) == [WRONG_STATE]
    of_type = {"HITTypeId": hit_type, "Question": documents.form("q"), "LifetimeInSeconds": "60"}
    assert codes(scene.call("CreateHIT", **of_type)) == [WRONG_STATE]


def test_hits_of_before_stay(scene: Any) -> None:
    """By the documents of 2008-04-01 alone they cannot be extended."""
    type_id = scene.type()
    hit_id = scene.hit(**required(type_id))
    dispose(scene, type_id)
    assert scene.call("GetHIT", HITId=hit_id).text("HITStatus") == "Assignable"
    more = {"HITId": hit_id, "ExpirationIncrementInSeconds": "3600"}
    assert codes(scene.call("ExtendHIT", wire={"version": "2008-04-01"}, **more)) == [WRONG_STATE]
    assert scene.call("ExtendHIT", wire={"version": "2008-08-02"}, **more).accepted


def test_requests_are_rejected_and_none_can_be_made(scene: Any, documents: Any) -> None:
    """Those that wait, and those whose test is being taken."""
    type_id = scene.type(RetryDelayInSeconds="0")
    request = scene.pending(type_id)
    tested, worker = scene.type(Test=documents.form("q"), TestDurationInSeconds="60"), scene.worker()
    scene.ask(worker, tested)
    for gone in (type_id, tested):
        dispose(scene, gone)
    assert scene.listed() == []
    assert not scene.call("GrantQualification", QualificationRequestId=request).accepted
    assert scene.hand_in(worker, tested, documents.answers(q="a"))[0] == 409
    assert scene.refused_to_ask(scene.worker(), type_id)


def test_the_name_is_free_when_the_disposal_is_complete(scene: Any) -> None:
    """After two days, and not before the last HIT that requires the type is gone."""
    type_id, unused = scene.type(Name="used"), scene.type(Name="unused")
    hit_id = scene.hit(**required(type_id))
    for gone in (type_id, unused):
        dispose(scene, gone)
    scene.now += TWO_DAYS - 1
    assert not named(scene, "unused").accepted
    scene.now += 1
    assert named(scene, "unused").text("QualificationTypeId") not in (None, unused)
    assert not named(scene, "used").accepted
    assert scene.call("DisposeHIT", HITId=hit_id).accepted
    assert named(scene, "used").accepted


def test_a_type_of_the_service_is_read_and_not_requestable(scene: Any) -> None:
    """It has no CreationTime that anybody knows."""
    shown = scene.call("GetQualificationType", QualificationTypeId="00000000000000000040")
    assert (shown.text("Name"), shown.text("IsRequestable")) == ("Worker_NumberHITsApproved", "0")
    assert shown.text("CreationTime") is None
