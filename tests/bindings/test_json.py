"""Calls and replies of the JSON binding: golden vectors, and what botocore makes of them."""

import json
from functools import cache
from typing import Any

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
import pytest

from conformance.bindings.elements import values_of
from conformance.bindings.json import (
    CONTENT_TYPE,
    REQUEST_ID,
    TARGET,
    called,
    is_json,
    read_answer,
    read_call,
    write_call,
    write_error,
    write_reply,
)
from conformance.bindings.json_values import NotSaid
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values
from conformance.wire.messages import header
from tests.bindings.json_messages import PREFIX, URL, reply, request_of, tree_of, vectors

CALLS, REPLIES = vectors("call"), vectors("reply")


@cache
def service() -> Any:
    """Return the service model as botocore reads it."""
    return botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("mturk", "service-2"))


def by_botocore(operation: str, content: dict[str, Any]) -> dict[str, Any]:
    """Return the request that botocore writes for an operation and its members."""
    serializer = botocore.serialize.create_serializer("json", include_validation=True)
    written: dict[str, Any] = serializer.serialize_to_request(content, service().operation_model(operation))
    return written


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_written_and_read_as_it_should_be(name: str) -> None:
    """The operation stands in a header, the parameters in the body, by the names of 2017-01-17."""
    vector = CALLS[name]
    request = write_call(vector["operation"], vector["values"], url=URL)
    assert is_json(request)
    assert (request.method, request.url) == ("POST", URL)
    assert header(request.headers, "Content-Type") == CONTENT_TYPE == "application/x-amz-json-1.1"
    assert header(request.headers, TARGET) == vector["target"]
    assert json.loads(request.body) == vector["body"]
    call = read_call(request)
    assert call.version == TODAY
    assert call.operation == called(request)
    assert write_call(called(request), call.values, url=URL).body == request.body


@pytest.mark.parametrize("name", CALLS)
def test_botocore_writes_the_same_call(name: str) -> None:
    """What the official SDK for Python sends for the same members."""
    vector = CALLS[name]
    written = by_botocore(vector["target"].removeprefix(f"{PREFIX}."), vector["body"])
    assert json.loads(written["body"]) == vector["body"]
    assert written["headers"]["X-Amz-Target"] == vector["target"]
    assert (written["method"], written["headers"]["Content-Type"]) == ("POST", CONTENT_TYPE)


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_is_read_and_written_as_it_should_be(name: str) -> None:
    """The tree is that of the older versions; lists that hold nothing are told."""
    operation, content, results = (REPLIES[name][key] for key in ("operation", "body", "values"))
    answer = read_answer(operation, reply(content, **{REQUEST_ID: "id"}))
    assert answer.accepted
    assert answer.mistyped == ()
    assert answer.request_id == "id"
    assert answer.root is not None
    assert answer.root.tag == f"{operation}Response"
    told = values_of(answer.root)
    told.pop("OperationRequest")
    assert told == results
    written = write_reply(operation, tree_of(operation, results), request_id="id")
    assert header(written.headers, REQUEST_ID) == "id"
    assert {**json.loads(written.body), **content} == json.loads(written.body)
    assert read_answer(operation, written).root is not None


@pytest.mark.parametrize("name", REPLIES)
def test_botocore_reads_what_is_written(name: str) -> None:
    """What the official SDK for Python tells its caller: every member, moments as moments."""
    operation, content, results = (REPLIES[name][key] for key in ("operation", "body", "values"))
    written = write_reply(operation, tree_of(operation, results), request_id="id")
    newer = read_back(operation)
    parser = botocore.parsers.create_parser("json")
    told = parser.parse(
        {
            "status_code": written.status,
            "headers": {name.lower(): text for name, text in written.headers},
            "body": written.body,
        },
        service().operation_model(newer).output_shape,
    )
    metadata = told.pop("ResponseMetadata")
    assert metadata["RequestId"] == "id"
    assert told.keys() >= content.keys()
    if "HIT" in content and "CreationTime" in content["HIT"]:
        assert told["HIT"]["CreationTime"].timestamp() == content["HIT"]["CreationTime"]


def read_back(operation: str) -> str:
    """Return the name that 2017-01-17 has for an operation, as a call says it."""
    target = header(write_call(operation, {}, url=URL).headers, TARGET) or ""
    return target.partition(".")[2]


@pytest.mark.parametrize(
    ("values", "operation"),
    [
        ({"PageNumber": ["2"]}, "SearchHITs"),
        ({"Unheard": ["1"]}, "GetAccountBalance"),
        ({"HITId": ["A", "B"]}, "GetHIT"),
        ({"BonusAmount": [{"Amount": ["1"], "CurrencyCode": ["EUR"]}]}, "GrantBonus"),
        ({"BonusAmount": [{"CurrencyCode": ["USD"]}]}, "GrantBonus"),
        ({"Reason": [{"a": ["b"]}]}, "GrantBonus"),
        ({}, "DisableHIT"),
        ({"Statistic": ["1"]}, "GetRequesterStatistic"),
    ],
)
def test_what_2017_has_no_words_for_is_not_said(values: Values, operation: str) -> None:
    """Nothing is left out in silence."""
    with pytest.raises(NotSaid):
        write_call(operation, values, url=URL)


@pytest.mark.parametrize(
    ("values", "body"),
    [
        ({"PageSize": ["x"]}, {"MaxResults": "x"}),
        ({"PageSize": ["1.5"]}, {"MaxResults": "1.5"}),
        ({"PageSize": ["-5"]}, {"MaxResults": -5}),
        ({"PageSize": []}, {"MaxResults": None}),
    ],
)
def test_what_is_wrong_arrives_as_it_is(values: Values, body: dict[str, Any]) -> None:
    """A text that is no number is sent as a text."""
    assert json.loads(write_call("SearchHITs", values, url=URL).body) == body


def test_another_target_and_parameters_left_out() -> None:
    """As suites ask for them."""
    request = write_call("GetHIT", {"HITId": ["3A"]}, url=URL, omit=["HITId"], target="Other.Thing")
    assert request.body == b"{}"
    assert (called(request), read_call(request).operation) == ("Other.Thing", "Other.Thing")
    assert header(write_call("Nonsense", {}, url=URL).headers, TARGET) == f"{PREFIX}.Nonsense"


def test_common_parameters_are_told_in_the_words_of_query() -> None:
    """As far as the headers say them."""
    credential = "AWS4-HMAC-SHA256 Credential=AKID/20170117/us-east-1/mturk-requester/aws4_request, SignedHeaders=host"
    call = read_call(request_of("GetHIT", b"", Authorization=credential, X_Amz_Date="20170117T120000Z"))
    assert call.common == {
        "Operation": "GetHIT",
        "Version": TODAY,
        "AWSAccessKeyId": "AKID",
        "Timestamp": "20170117T120000Z",
    }
    assert call.by_json
    assert read_call(request_of("GetHIT", b" ")).common == {"Operation": "GetHIT", "Version": TODAY}


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("AWS.MechanicalTurk.X", {"__type": "RequestError", "Message": "m", "TurkErrorCode": "AWS.MechanicalTurk.X"}),
        ("AWS.X", {"__type": "ParameterValidationError", "Message": "m", "TurkErrorCode": "AWS.X"}),
        ("SerializationException", {"__type": "SerializationException", "Message": "m"}),
    ],
)
def test_an_error_is_written_by_its_code(code: str, content: dict[str, Any]) -> None:
    """A code of AWS stands as the type."""
    written = write_error(code, "m", request_id="id")
    assert (written.status, json.loads(written.body)) == (400, content)
    root = tree_of("GetHIT", {"HIT": [{"Request": [{"Errors": [{"Error": [{"Code": [code], "Message": ["m"]}]}]}]}]})
    assert write_reply("GetHIT", root, request_id="id") == written
