"""What every reply of 2017-01-17 has in common; what the official SDKs take in two forms is no fault in either."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from conformance.bindings.json import CONTENT_TYPE, REQUEST_ID, write_call
from conformance.bindings.query import Credentials
from conformance.checks.finding import Outcome
from conformance.checks.judge import judge
from conformance.spec.requirements import requirements
from conformance.spec.versions import TODAY
from conformance.transport.sigv4 import sign
from conformance.wire.messages import Exchange, HttpResponse

ACCOUNT = Credentials(access_key_id="AKIAEXAMPLE", secret_key="secret")
NOW = 1_500_000_000.0
GOOD = (("Content-Type", CONTENT_TYPE), (REQUEST_ID, "1"))
HIT = {"HITId": "3ABC", "MaxAssignments": 2, "Reward": "0.50", "CreationTime": 1.5e9, "QualificationRequirements": []}
ERROR = {"__type": "RequestError", "Message": "no", "TurkErrorCode": "AWS.MechanicalTurk.HITDoesNotExist"}


def exchange(
    operation: str, content: object, status: int = 200, headers: Iterable[tuple[str, str]] = GOOD, **values: Any
) -> Exchange:
    """Return a call of an operation with this reply: bytes as they are, all else as JSON."""
    request = sign(write_call(operation, values, url="http://service.example/"), ACCOUNT, at=NOW)
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    response = HttpResponse(status=status, headers=tuple(headers), body=body)
    return Exchange(request=request, response=response, sent_at=NOW, received_at=NOW + 0.1)


def missed(one: Exchange, *levels: str) -> list[str]:
    """Return the rules of JSON and of its lists that an exchange misses, without their article."""
    found = {finding.requirement for finding in judge(one) if finding.outcome is Outcome.MISSED}
    rules = (name for name in found if name.startswith(("Common.JSON.", "Common.Paging.")))
    return sorted(
        name.removeprefix("Common.").removeprefix("JSON.")
        for name in rules
        if not levels or requirements()[name].level_in(TODAY) in levels
    )


@pytest.mark.parametrize(
    ("operation", "content"),
    [
        ("GetHIT", {"HIT": HIT}),
        ("GetHIT", {"HIT": HIT | {"MaxAssignments": 2.0, "CreationTime": 1500000000.123, "Keywords": None}}),
        ("GetHIT", {"HIT": HIT | {"Stranger": 5}}),
        ("BlockWorker", {}),
        ("BlockWorker", b""),
        ("GetAccountBalance", {"AvailableBalance": "10000.00"}),
        ("SearchHITs", {"NumResults": 1, "HITs": [HIT], "NextToken": "p1:xyz"}),
        ("SearchHITs", {"NumResults": 0, "HITs": []}),
    ],
)
def test_good_replies_miss_nothing(operation: str, content: object) -> None:
    """Whole numbers with a fraction of zero, moments with any fraction, null, strangers, nothing for nothing."""
    assert missed(exchange(operation, content)) == []


@pytest.mark.parametrize("kind", ["RequestError", "com.amazonaws.mturk#RequestError", "RequestError:http://x/"])
def test_types_of_errors_may_have_a_namespace(kind: str) -> None:
    """All official SDKs cut it off."""
    assert missed(exchange("GetHIT", ERROR | {"__type": kind}, 400, HITId=["3ABC"])) == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"__type": "ParameterValidationError", "Message": "no"}, 400),
        ({"__type": "UnrecognizedClientException", "message": "The security token is invalid"}, 400),
        ({"__type": "AccessDeniedException", "Message": "no"}, 403),
        ({"__type": "ServiceFault", "Message": "later"}, 500),
        ({"__type": "SerializationException"}, 400),
    ],
)
def test_good_errors_miss_nothing(content: object, status: int) -> None:
    """Those about access may be told by AWS in its own way."""
    assert missed(exchange("GetHIT", content, status)) == []


def test_type_in_a_header_is_a_type() -> None:
    """It is where AWS has it in other protocols; boto3 tells the status in its place."""
    headers = (*GOOD, ("x-amzn-ErrorType", "RequestError"))
    told = {name: value for name, value in ERROR.items() if name != "__type"}
    assert missed(exchange("GetHIT", told, 400, headers)) == []


@pytest.mark.parametrize(
    ("content", "status", "headers"),
    [
        (b"<html>Bad gateway</html>", 502, (("Content-Type", "text/html"),)),
        (b"", 503, ()),
        (b"", 500, ()),
        (b"<html>Forbidden</html>", 403, (("Content-Type", "text/html"),)),
        (b"nothing here", 404, ()),
    ],
)
def test_pages_of_gateways_show_nothing(content: bytes, status: int, headers: tuple[tuple[str, str], ...]) -> None:
    """They are no replies to a call."""
    assert missed(exchange("GetHIT", content, status, headers)) == []


@pytest.mark.parametrize(
    ("operation", "content", "rules"),
    [
        ("GetHIT", b"", ["object"]),
        ("BlockWorker", b"[]", ["object"]),
        ("BlockWorker", b"<BlockWorkerResponse/>", ["object"]),
        ("GetHIT", {"HIT": HIT | {"MaxAssignments": "2"}}, ["value-types"]),
        ("GetHIT", {"HIT": HIT | {"MaxAssignments": 2.5}}, ["value-types"]),
        ("GetHIT", {"HIT": HIT | {"Reward": 0.5}}, ["value-types"]),
        ("GetHIT", {"HIT": HIT | {"CreationTime": "2017-07-14T02:40:00Z"}}, ["value-types"]),
        ("GetHIT", {"HIT": HIT | {"CreationTime": 1_500_000_000_000}}, ["timestamps"]),
        ("GetHIT", {"HIT": HIT | {"QualificationRequirements": {}}}, ["value-types"]),
        ("GetHIT", ERROR, ["error-status"]),
        ("SearchHITs", {"NumResults": 2, "HITs": [HIT]}, ["Paging.NumResults"]),
    ],
)
def test_what_clients_cannot_read_is_a_must(operation: str, content: object, rules: list[str]) -> None:
    """Each is told once, by the rule that speaks of it."""
    assert missed(exchange(operation, content), "MUST") == rules


@pytest.mark.parametrize(
    ("found", "rules"),
    [
        (exchange("GetHIT", {"HIT": HIT}, headers=(("Server", "x"),)), ["content-type", "request-id"]),
        (exchange("GetHIT", {"HIT": HIT}, headers=(("Content-Type", "application/json"), GOOD[1])), ["content-type"]),
        (exchange("GetHIT", {"HIT": HIT}, 201), ["success-status"]),
        (exchange("GetHIT", ERROR, 422), ["error-400"]),
        (exchange("GetHIT", ERROR | {"__type": "HITDoesNotExist"}, 400), ["error-kind"]),
        (exchange("GetHIT", {"__type": "RequestError", "message": "no"}, 400), ["error-code", "error-message"]),
        (exchange("SearchHITs", {}), ["Paging.members"]),
        (exchange("SearchHITs", {"HITs": []}), ["Paging.members"]),
    ],
)
def test_matters_of_taste_are_no_must(found: Exchange, rules: list[str]) -> None:
    """Clients get along with them."""
    assert missed(found) == rules
    assert missed(found, "MUST") == []


def test_content_type_may_have_a_charset() -> None:
    """Parameters of the media type say nothing else."""
    headers = (("content-type", f"{CONTENT_TYPE}; charset=UTF-8"), ("X-Amzn-RequestId", "1"))
    assert missed(exchange("GetHIT", {"HIT": HIT}, headers=headers)) == []


def test_an_error_names_its_type() -> None:
    """An answer of the service that does not is no error that clients know."""
    assert missed(exchange("GetHIT", {"Message": "no"}, 400)) == ["error-type"]
    assert missed(exchange("GetHIT", b"", 400)) == ["error-type"]
