"""Replies and calls by JSON that are not what they should be: what is read of them, and that nothing is raised."""

import json
from base64 import b64decode
from typing import Any

import pytest
from lxml import etree

from conformance.bindings.json import JsonUnreadable, parse, read_answer, read_call
from tests.bindings.json_messages import reply, request_of, vectors

ERRORS, KEPT = vectors("error"), vectors("unreadable")


@pytest.mark.parametrize(
    ("content", "place", "expected"),
    [
        ({"HIT": {"MaxAssignments": "1"}}, "HIT.MaxAssignments", "a number"),
        ({"HIT": {"MaxAssignments": 1.5}}, "HIT.MaxAssignments", "a number"),
        ({"HIT": {"MaxAssignments": True}}, "HIT.MaxAssignments", "a number"),
        ({"HIT": {"MaxAssignments": [1]}}, "HIT.MaxAssignments", "a number"),
        ({"HIT": {"MaxAssignments": {"a": 1}}}, "HIT.MaxAssignments", "a number"),
        ({"HIT": {"CreationTime": "2017-01-17T00:00:00Z"}}, "HIT.CreationTime", "a number of seconds"),
        ({"HIT": {"CreationTime": True}}, "HIT.CreationTime", "a number of seconds"),
        ({"HIT": {"Title": 1}}, "HIT.Title", "a text"),
        ({"HIT": {"Reward": 0.05}}, "HIT.Reward", "a text"),
        ({"HIT": {"Reward": {"Amount": "0.05"}}}, "HIT.Reward", "a text"),
        ({"HIT": "3A"}, "HIT", "an object"),
        ({"HIT": {"QualificationRequirements": {}}}, "HIT.QualificationRequirements", "a list"),
        ({"HIT": {"QualificationRequirements": ["x"]}}, "HIT.QualificationRequirements[0]", "an object"),
        (
            {"HIT": {"QualificationRequirements": [{}, {"RequiredToPreview": "true"}]}},
            "HIT.QualificationRequirements[1].RequiredToPreview",
            "a boolean",
        ),
    ],
)
def test_a_value_of_another_type_is_told_by_its_place(content: dict[str, Any], place: str, expected: str) -> None:
    """And has its text in the tree."""
    (told,) = read_answer("GetHIT", reply(content)).mistyped
    assert told[:2] == (place, expected)


@pytest.mark.parametrize("content", [{"HIT": {"MaxAssignments": 5.0}}, {"HIT": {"Title": None, "HITId": "3A"}}])
def test_one_kind_of_numbers_and_null(content: dict[str, Any]) -> None:
    """5.0 is 5, and null is what is not there."""
    answer = read_answer("GetHIT", reply(content))
    assert answer.mistyped == ()
    assert answer.text("MaxAssignments") in ("5", None)
    assert answer.text("Title") is None


def test_only_the_member_of_the_result_is_the_result() -> None:
    """What is called otherwise, or stands beside it, is seen in the tree and is no result."""
    other = read_answer("GetHIT", reply({"Hit": {"HITId": "3A"}}))
    assert (other.accepted, other.results) == (False, ())
    assert other.root is not None
    assert other.root.findtext("Hit/HITId") == "3A"
    beside = read_answer("GetHIT", reply({"More": 1, "HIT": {"HITId": "3A"}}))
    assert [result.tag for result in beside.results] == ["HIT"]


def test_the_name_that_the_kit_has_is_no_name_of_a_member() -> None:
    """A reply with HIT for HITs, or a call with PageSize for MaxResults, is not what it looks like."""
    listed = read_answer("SearchHITs", reply({"HIT": [{"HITId": "3A"}], "NumResults": 1}))
    assert listed.results[0].findall("HIT") == []
    assert listed.results[0].findtext("_HIT/HITId") == "3A"
    assert read_call(request_of("ListHITs", b'{"PageSize": 5}')).values == {"_PageSize": ["5"]}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_read_whatever_it_is_made_of(name: str) -> None:
    """Where it has a code, that is it; else its type."""
    vector = ERRORS[name]
    answer = read_answer(vector["operation"], reply(vector["body"], vector["status"], **vector["headers"]))
    (error,) = answer.errors
    told = {"code": error.code, "type": error.kind, "message": error.message, "place": error.place}
    assert told == {key: vector[key] for key in told}
    assert not answer.accepted


def test_what_no_document_could_have_is_replaced() -> None:
    """In an error, whose texts stand in reports."""
    content = {"__type": "\ud800\x00", "Message": "\udfff\x01", "TurkErrorCode": "\x02"}
    (error,) = read_answer("GetHIT", reply(content, 400)).errors
    assert (error.code, error.kind, error.message) == ("\ufffd", "\ufffd\ufffd", "\ufffd\ufffd")


def test_a_type_with_200_is_an_error_all_the_same() -> None:
    """No client would take it for a success that tells nothing."""
    answer = read_answer("GetHIT", reply({"__type": "RequestError", "Message": "m"}))
    assert (answer.refused, answer.accepted) == (True, False)


UNREADABLE = {
    **{
        name: vector["text"].encode() if "text" in vector else b64decode(vector["base64"])
        for name, vector in KEPT.items()
    },
    "objects in objects": b'{"a":' * 100_000,
    "lists in lists": b'{"a":' + b"[" * 100_000,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_json_object_is_told_and_not_raised(name: str) -> None:
    """Of a reply; of a call it is a ValueError."""
    answer = read_answer("GetHIT", reply(UNREADABLE[name]))
    assert answer.root is None
    assert "not a JSON reply" in (answer.unreadable or "")
    with pytest.raises(JsonUnreadable):
        read_call(request_of("GetHIT", UNREADABLE[name]))
    with pytest.raises(JsonUnreadable):
        parse(UNREADABLE[name])


@pytest.mark.parametrize(
    "body",
    [
        b'{"HIT":' * 300 + b"1" + b"}" * 300,
        b'{"HIT": {"QualificationRequirements": ' + b"[" * 300 + b"]" * 300 + b"}}",
        b'{"HIT": {"Title": ' + b'[{"a":' * 120 + b"1" + b"}]" * 120 + b"}}",
        b'{"HIT": {"MaxAssignments": 1e400, "CreationTime": -1e400, "Expiration": ' + b"9" * 4000 + b"}}",
        b'{"HIT": {"CreationTime": -0.5, "Expiration": 1e-7}}',
        b'{"HIT": {"HITId": "A"}, "HIT": {"HITId": "B", "HITId": "C"}}',
        b'{"\\ud800 \\u0000": 1, "HIT": {"\\udfff": {"": []}, "Title": "\\ud800\\u0000"}}',
        b'{"HIT": {"xmlns": 1, "a:b": 2, "-": 3, "": 4, "' + b"n" * 5000 + b'": 5}}',
    ],
)
def test_a_strange_object_is_read(body: bytes) -> None:
    """Whatever is in it, the tree can be written, and what is told of it is text."""
    answer = read_answer("GetHIT", reply(body))
    assert answer.root is not None
    etree.fromstring(etree.tostring(answer.root))
    json.dumps(answer.mistyped, ensure_ascii=False).encode()


@pytest.mark.parametrize("operation", ["", " ", "a b", "1", "ä", "x.y", "x:y", "a" * 1000, "\ud800"])
def test_an_operation_that_is_none_is_read(operation: str) -> None:
    """Success or error, the tree has a name."""
    for status in (200, 400):
        answer = read_answer(operation, reply({"a": {"b": 1}}, status))
        assert answer.root is not None
        assert etree.tostring(answer.root)


def test_moments_before_1970_and_parts_of_seconds() -> None:
    """A fraction counts upwards, whatever the sign."""
    told = {
        -0.5: "1969-12-31T23:59:59.5Z",
        0: "1970-01-01T00:00:00Z",
        1484654400.125: "2017-01-17T12:00:00.125Z",
        1484654400: "2017-01-17T12:00:00Z",
    }
    for seconds, text in told.items():
        assert read_answer("GetHIT", reply({"HIT": {"CreationTime": seconds}})).text("CreationTime") == text
