from typing import Any

import pytest

from conformance.wire.timestamps import format_timestamp

PREFIX = "AWS.MechanicalTurk."
LIST = "GetQualificationsForQualificationType"


def codes(answer: Any) -> list[str]:
    """Return the codes of an operation's errors without their prefix."""
    return [error.code.removeprefix(PREFIX) for error in answer.errors]


def held(scene: Any, type_id: str, value: int = 5) -> str:
    """Return a new Worker who holds a Qualification."""
    worker = str(scene.worker())
    values = {"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": str(value)}
    assert scene.call("AssignQualification", **values, SendNotification="false").accepted
    return worker


def call(scene: Any, operation: str, type_id: str, worker: str, **more: Any) -> Any:
    """Make a call about a Worker's Qualification."""
    return scene.call(operation, QualificationTypeId=type_id, SubjectId=worker, **more)


def listed(scene: Any, type_id: str, **more: Any) -> list[tuple[str | None, ...]]:
    """Return Worker, value and Status of the Qualifications listed."""
    answer = scene.call(LIST, QualificationTypeId=type_id, **more)
    assert answer.accepted, answer.summary
    rows = answer.results[0].iterfind("Qualification")
    return [tuple(row.findtext(name) for name in ("SubjectId", "IntegerValue", "Status")) for row in rows]


def test_list_holds_the_qualifications_of_a_type_by_the_time_of_the_grant(scene: Any) -> None:
    """Ten a page unless asked otherwise; the counters tell the whole."""
    type_id, other = scene.type(), scene.type()
    held(scene, other)
    workers = []
    for number in range(12):
        scene.now += 1
        workers.append(held(scene, type_id, number))
    rows = [(worker, str(number), "Granted") for number, worker in enumerate(workers)]
    assert listed(scene, type_id) == rows[:10]
    assert listed(scene, type_id, PageNumber="2") == rows[10:]
    assert listed(scene, type_id, PageSize="100", Status="Granted") == rows
    answer = scene.call(LIST, QualificationTypeId=type_id, PageNumber="3")
    assert [node.text for node in answer.results[0]][1:] == ["0", "12", "3"]


def test_revoked_qualification_is_listed_as_revoked(scene: Any) -> None:
    """Its value stays, it can be neither updated nor revoked again, and a new grant brings it back."""
    type_id = scene.type()
    worker = held(scene, type_id)
    assert call(scene, "RevokeQualification", type_id, worker).accepted
    assert (listed(scene, type_id), listed(scene, type_id, Status="Revoked")) == ([], [(worker, "5", "Revoked")])
    for operation, more in (("RevokeQualification", {}), ("UpdateQualificationScore", {"IntegerValue": "6"})):
        assert codes(call(scene, operation, type_id, worker, **more)) == ["InvalidQualificationState"]
    assert call(scene, "GetQualificationScore", type_id, worker).text("Status") == "Revoked"
    assert scene.call("AssignQualification", QualificationTypeId=type_id, WorkerId=worker).accepted
    assert listed(scene, type_id) == [(worker, "1", "Granted")]


@pytest.mark.parametrize(("reason", "mails"), [("not good", 1), ("", 0), (None, 0)])
def test_worker_is_told_the_reason_of_a_revocation(scene: Any, reason: str | None, mails: int) -> None:
    """Without one nothing is sent."""
    type_id = scene.type()
    worker = held(scene, type_id)
    more = {} if reason is None else {"Reason": reason}
    assert call(scene, "RevokeQualification", type_id, worker, **more).accepted
    found = scene.messages(worker)
    assert len(found) == mails
    assert all(str(reason) in mail["text"] for mail in found)


def test_update_changes_the_value_alone(scene: Any) -> None:
    """The time of the grant stays; the value has to be given."""
    type_id = scene.type()
    worker, granted = held(scene, type_id), format_timestamp(scene.now)
    scene.now += 60
    assert call(scene, "UpdateQualificationScore", type_id, worker, IntegerValue="-7").accepted
    answer = call(scene, "GetQualificationScore", type_id, worker)
    assert (answer.text("IntegerValue"), answer.text("GrantTime")) == ("-7", granted)
    assert codes(call(scene, "UpdateQualificationScore", type_id, worker)) == ["AWS.MissingParameters"]


@pytest.mark.parametrize("operation", ["RevokeQualification", "UpdateQualificationScore", "GetQualificationScore"])
def test_only_what_is_held_and_ones_own_can_be_named(scene: Any, other: Any, operation: str) -> None:
    """Another Requester's type is as unknown as none, and a Worker without the Qualification has none."""
    type_id = scene.type()
    worker, more = held(scene, type_id), {"IntegerValue": "1"} if operation.startswith("Update") else {}
    assert codes(call(scene, operation, type_id, scene.worker(), **more)) == ["QualificationDoesNotExist"]
    assert codes(call(scene, operation, type_id, worker, by=other, **more)) == ["QualificationTypeDoesNotExist"]
    assert codes(call(scene, operation, "X", worker, **more)) == ["QualificationTypeDoesNotExist"]
    assert listed(scene, type_id) == [(worker, "5", "Granted")]
    assert codes(scene.call(LIST, by=other, QualificationTypeId=type_id)) == ["QualificationTypeDoesNotExist"]


def test_qualifications_of_the_service_cannot_be_read(scene: Any) -> None:
    """A Worker has a place, and nobody is told."""
    answer = call(scene, "GetQualificationScore", "00000000000000000071", scene.worker())
    assert codes(answer) == ["QualificationDoesNotExist"]


def test_workers_are_let_in_at_a_place(scene: Any) -> None:
    """In the United States unless said otherwise; the answer names the place."""
    assert scene.control("workers", {})[1]["locale"] == {"country": "US", "subdivision": None}
    body = {"locale": {"country": "US", "subdivision": "CA"}, "adult": True}
    assert scene.control("workers", body)[1]["locale"] == body["locale"]
    for bad in ({"locale": "US"}, {"locale": {"country": 1}}, {"locale": {"country": "US", "subdivision": 1}}):
        assert scene.control("workers", bad)[0] == 400
    assert scene.control("workers", {"adult": "yes"})[0] == 400
