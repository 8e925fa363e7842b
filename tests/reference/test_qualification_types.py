from typing import Any

import pytest

from conformance.wire.timestamps import format_timestamp

XML_FAULT, INVALID = "AWS.MechanicalTurk.XMLParseError", "AWS.MechanicalTurk.InvalidParameterValue"
MISSING = "AWS.MissingParameters"
NO_TYPE = "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
NEEDED = {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active"}


def members(answer: Any) -> dict[str, str]:
    """Return the data of a QualificationType as texts."""
    assert answer.accepted, answer.summary
    return {node.tag: node.text or "" for node in answer.results[0] if node.tag != "Request"}


def refused(answer: Any, code: str) -> Any:
    """Assert that an operation refused with that code; return its error."""
    assert [(error.code, error.place) for error in answer.errors] == [(code, "Request")], answer.summary
    assert (answer.status, answer.is_valid) == (200, "False")
    assert [node.tag for node in answer.results[0]] == ["Request"]
    return answer.errors[0]


def get(scene: Any, type_id: str, **more: Any) -> dict[str, str]:
    """Read a type."""
    return members(scene.call("GetQualificationType", QualificationTypeId=type_id, **more))


def test_plain_type_has_what_was_given_and_no_more(scene: Any) -> None:
    """What was never set is left out, CreationTime is now."""
    created = members(scene.call("CreateQualificationType", **NEEDED, Keywords="a, b"))
    assert created == {
        "QualificationTypeId": created["QualificationTypeId"],
        "CreationTime": format_timestamp(scene.now),
        "Name": "n",
        "Description": "d",
        "Keywords": "a, b",
        "QualificationTypeStatus": "Active",
        "IsRequestable": "1",
        "AutoGranted": "0",
    }
    scene.now += 100
    assert get(scene, created["QualificationTypeId"]) == created


def test_full_type_reads_back_as_sent(scene: Any, documents: Any) -> None:
    """Test, key, durations and values come back verbatim, in the order of the schema."""
    test = f'<?xml version="1.0" encoding="UTF-8"?>\r\n{documents.form("q", answer=documents.choices("a"))}\n'
    key = documents.key(documents.keyed("q", ("a", 1)))
    more = {"RetryDelayInSeconds": "0", "AutoGrantedValue": "7", "AutoGranted": "false"}
    type_id = scene.type(Test=test, AnswerKey=key, TestDurationInSeconds="60", **more)
    read = get(scene, type_id)
    assert (read["Test"], read["AnswerKey"], read["TestDurationInSeconds"]) == (test, key, "60")
    assert (read["RetryDelayInSeconds"], read["AutoGrantedValue"], read["AutoGranted"]) == ("0", "7", "0")


def test_name_is_unique_for_one_requester(scene: Any, other: Any) -> None:
    """A second type of the name, even beside an inactive one, is refused and tells the first; others may use it."""
    type_id = scene.type(Name="n", QualificationTypeStatus="Inactive")
    answer = scene.call("CreateQualificationType", **NEEDED)
    error = refused(answer, "AWS.MechanicalTurk.QualificationTypeAlreadyExists")
    assert error.data == (("QualificationTypeId", type_id),)
    assert scene.call("CreateQualificationType", by=other, **NEEDED).accepted


@pytest.mark.parametrize("name", ["Description", "QualificationTypeStatus"])
def test_what_the_pages_require_is_required_from_2008_on(scene: Any, name: str) -> None:
    """Older pages and all schemas let it be absent."""
    given = {key: value for key, value in NEEDED.items() if key != name}
    refused(scene.call("CreateQualificationType", **given), MISSING)
    assert scene.call("CreateQualificationType", **given, wire={"version": "2007-06-21"}).accepted


@pytest.mark.parametrize("number", range(10))
def test_contradictory_types_are_refused(scene: Any, documents: Any, number: int) -> None:
    """Tests, keys, durations and automatic grants that do not go together make no type."""
    test, chosen = documents.form("q"), documents.form("q", answer=documents.choices("a"))
    upload = "<FileUploadAnswer><MaxFileSizeInBytes>2</MaxFileSizeInBytes><MinFileSizeInBytes>1</MinFileSizeInBytes>"
    key = documents.key(documents.keyed("q", ("a", 1)))
    more, code = [
        ({"Test": test}, MISSING),
        ({"AnswerKey": key}, MISSING),
        ({"Test": "<QuestionForm>", "TestDurationInSeconds": "1"}, XML_FAULT),
        ({"Test": "", "TestDurationInSeconds": "1"}, XML_FAULT),
        ({"Test": key, "TestDurationInSeconds": "1"}, XML_FAULT),
        ({"Test": chosen, "TestDurationInSeconds": "1", "AnswerKey": "<AnswerKey/>"}, XML_FAULT),
        ({"Test": test, "TestDurationInSeconds": "1", "AutoGranted": "true"}, INVALID),
        ({"Test": test, "TestDurationInSeconds": "1", "AnswerKey": key}, INVALID),
        (
            {
                "Test": documents.form("q", answer=documents.choices("a", other=True)),
                "TestDurationInSeconds": "1",
                "AnswerKey": key,
            },
            INVALID,
        ),
        ({"Test": documents.form("q", answer=f"{upload}</FileUploadAnswer>"), "TestDurationInSeconds": "1"}, INVALID),
    ][number]
    before = scene.endpoint.store.dump()["qualification_types"]
    refused(scene.call("CreateQualificationType", **NEEDED, **dict(more)), code)
    assert scene.endpoint.store.dump()["qualification_types"] == before


def test_update_changes_what_is_given_and_nothing_else(scene: Any) -> None:
    """Name and keywords cannot be changed; id and time of creation stay."""
    type_id = scene.type(Name="n", Keywords="k", RetryDelayInSeconds="5")
    before = get(scene, type_id)
    scene.now += 60
    given = {"Description": "new", "QualificationTypeStatus": "Inactive", "Name": "x", "Keywords": "x"}
    answer = scene.call("UpdateQualificationType", QualificationTypeId=type_id, **given)
    expected = {**before, "Description": "new", "QualificationTypeStatus": "Inactive"}
    assert members(answer) == expected
    assert get(scene, type_id) == expected


def test_update_replaces_test_duration_and_key_together(scene: Any, documents: Any) -> None:
    """A new test without a key leaves the type without one; without Test all stay."""
    chosen = documents.form("q", answer=documents.choices("a"))
    key = documents.key(documents.keyed("q", ("a", 1)))
    type_id = scene.type(Test=chosen, TestDurationInSeconds="60", AnswerKey=key)
    scene.call("UpdateQualificationType", QualificationTypeId=type_id, Description="x")
    assert get(scene, type_id)["AnswerKey"] == key
    new = {"Test": documents.form("p"), "TestDurationInSeconds": "9"}
    assert scene.call("UpdateQualificationType", QualificationTypeId=type_id, **new).accepted
    read = get(scene, type_id)
    assert (read["Test"], read["TestDurationInSeconds"], read.get("AnswerKey")) == (new["Test"], "9", None)


@pytest.mark.parametrize("name", ["Test", "AnswerKey", "TestDurationInSeconds", "AutoGranted"])
def test_update_that_does_not_fit_changes_nothing(scene: Any, documents: Any, name: str) -> None:
    """Parts of a test alone, an empty test, and an automatic grant beside a test are refused."""
    key = documents.key(documents.keyed("q", ("a", 1)))
    type_id = scene.type(Test=documents.form("q"), TestDurationInSeconds="60")
    before = get(scene, type_id)
    given = {"Test": "", "AnswerKey": key, "TestDurationInSeconds": "61", "AutoGranted": "true"}[name]
    assert scene.call("UpdateQualificationType", QualificationTypeId=type_id, **{name: given}).refused
    assert get(scene, type_id) == before


def test_automatic_grant_can_be_turned_on_and_its_value_set(scene: Any, documents: Any) -> None:
    """Without a value it is 1; while it is on no test can be added."""
    type_id = scene.type()
    answer = scene.call("UpdateQualificationType", QualificationTypeId=type_id, AutoGranted="true")
    assert (answer.text("AutoGranted"), answer.text("AutoGrantedValue")) == ("1", "1")
    answer = scene.call("UpdateQualificationType", QualificationTypeId=type_id, AutoGrantedValue="7")
    assert answer.text("AutoGrantedValue") == "7"
    test = {"Test": documents.form("q"), "TestDurationInSeconds": "9"}
    refused(scene.call("UpdateQualificationType", QualificationTypeId=type_id, **test), INVALID)
    assert scene.call("UpdateQualificationType", QualificationTypeId=type_id, AutoGranted="0", **test).accepted


def test_only_the_owner_updates_and_sees_the_key(scene: Any, documents: Any, other: Any) -> None:
    """Another Requester reads the type without its key, and cannot change it."""
    chosen = documents.form("q", answer=documents.choices("a"))
    key = documents.key(documents.keyed("q", ("a", 1)))
    type_id = scene.type(Test=chosen, TestDurationInSeconds="60", AnswerKey=key)
    answer = scene.call("UpdateQualificationType", by=other, QualificationTypeId=type_id, Description="x")
    refused(answer, NO_TYPE)
    seen, own = get(scene, type_id, by=other), get(scene, type_id)
    assert own == {**seen, "AnswerKey": key}
    assert "AnswerKey" not in seen


@pytest.mark.parametrize("operation", ["GetQualificationType", "UpdateQualificationType"])
def test_unknown_type_does_not_exist(scene: Any, operation: str) -> None:
    """An id that was never issued is refused by the operation."""
    refused(scene.call(operation, QualificationTypeId="X" * 30), NO_TYPE)
