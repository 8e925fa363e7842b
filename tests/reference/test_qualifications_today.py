"""Qualifications in 2017-01-17: what differs there from the versions before it."""

from typing import Any

import pytest

ACTIONS = ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept")


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    return [error.code.removeprefix("AWS.MechanicalTurk.") for error in answer.errors]


def guarded(scene: Any, type_id: str, **members: str) -> str:
    """Create a HIT that requires a type, by JSON, and return its id."""
    requirement = {"QualificationTypeId": [type_id], "Comparator": ["Exists"]}
    answer = scene.today(
        "CreateHIT",
        Title="title",
        Description="description",
        Reward="1.00",
        AssignmentDurationInSeconds="600",
        LifetimeInSeconds="3600",
        Question=scene.documents.form("q"),
        QualificationRequirement={**requirement, **{name: [text] for name, text in members.items()}},
    )
    assert answer.accepted, answer.summary
    return answer.text("HITId") or ""


def previews(scene: Any, worker: str, hit_id: str) -> bool:
    """Tell whether a Worker is shown a HIT."""
    return bool(scene.control(f"workers/{worker}/previews", {"hit_id": hit_id})[0] < 300)


def shown(scene: Any, hit_id: str) -> tuple[str | None, str | None]:
    """Return what GetHIT tells of its requirement: RequiredToPreview and ActionsGuarded."""
    answer = scene.today("GetHIT", HITId=hit_id)
    preview, actions = (
        answer.text(f"QualificationRequirement/{name}") for name in ("RequiredToPreview", "ActionsGuarded")
    )
    return preview, actions


@pytest.mark.parametrize("action", ACTIONS)
def test_a_requirement_guards_the_actions_that_it_names(scene: Any, action: str) -> None:
    """Who does not meet it never accepts, and has a look where that is not guarded."""
    type_id, stranger, holder = scene.type(), scene.worker(), scene.worker()
    hit_id = guarded(scene, type_id, ActionsGuarded=action)
    assert scene.today("AssignQualification", QualificationTypeId=type_id, WorkerId=holder).accepted
    assert previews(scene, stranger, hit_id) is (action == "Accept")
    assert scene.refused_to_accept(stranger, hit_id)
    assert previews(scene, holder, hit_id)
    assert not scene.refused_to_accept(holder, hit_id)
    assert shown(scene, hit_id) == ("false", action)


def test_the_older_member_guards_the_preview_as_well(scene: Any) -> None:
    """Which actions are told then, and where there is neither member, is a choice."""
    type_id, stranger = scene.type(), scene.worker()
    hit_id = guarded(scene, type_id, RequiredToPreview="true")
    assert not previews(scene, stranger, hit_id)
    assert shown(scene, hit_id) == ("true", "PreviewAndAccept")
    assert shown(scene, guarded(scene, type_id)) == ("false", "Accept")


def test_older_versions_do_not_tell_the_actions(scene: Any) -> None:
    hit_id = guarded(scene, scene.type(), ActionsGuarded="PreviewAndAccept")
    answer = scene.call("GetHIT", HITId=hit_id, ResponseGroup=["Minimal", "HITDetail"])
    assert answer.text("QualificationRequirement/RequiredToPreview") is not None
    assert answer.text("QualificationRequirement/ActionsGuarded") is None


def test_what_was_revoked_has_no_score(scene: Any) -> None:
    """Up to 2014-08-15 it is told with its status."""
    type_id, worker = scene.type(), scene.worker()
    assert scene.today("AssignQualification", QualificationTypeId=type_id, WorkerId=worker).accepted
    assert scene.today("RevokeQualification", QualificationTypeId=type_id, SubjectId=worker).accepted
    score = {"QualificationTypeId": type_id, "SubjectId": worker}
    assert codes(scene.today("GetQualificationScore", **score)) == ["InvalidQualificationState"]
    assert scene.call("GetQualificationScore", **score).text("Status") == "Revoked"


def test_lengths_hold_that_are_stated_in_words(scene: Any) -> None:
    """The model has no number for them."""
    type_id = scene.type()
    for length, accepted in ((2000, True), (2001, False)):
        answer = scene.today("UpdateQualificationType", QualificationTypeId=type_id, Description="x" * length)
        assert answer.accepted is accepted
