"""Messages of JSON as the endpoint reads them: the target, the body, the types of values."""

import json
from typing import Any

import pytest

from conformance.bindings.json import CONTENT_TYPE, TARGET
from conformance.bindings.query import Credentials
from conformance.transport.sigv4 import sign
from conformance.wire.messages import HttpRequest

PREFIX = "MTurkRequesterServiceV20170117"
OWNER = Credentials(access_key_id="OWNER", secret_key="owner's secret")


def send(scene: Any, operation: str, content: object, *, prefix: str = f"{PREFIX}.") -> tuple[int, dict[str, Any]]:
    """Call an operation by its name of today; return the status and the object of the reply."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = (("Content-Type", CONTENT_TYPE), (TARGET, f"{prefix}{operation}"))
    request = HttpRequest(method="POST", url="http://endpoint.test/", headers=headers, body=body)
    response = scene.send(sign(request, OWNER, at=scene.now))
    return response.status, json.loads(response.body)


@pytest.mark.parametrize("prefix", ["", "MTurkWorkerServiceV20170117.", f"x.{PREFIX}.", f"{PREFIX}.x."])
def test_the_target_has_one_prefix(scene: Any, prefix: str) -> None:
    """None, or another one, names no operation."""
    status, told = send(scene, "GetAccountBalance", {}, prefix=prefix)
    assert (status, told["__type"]) == (400, "UnknownOperationException")
    assert send(scene, "GetAccountBalance", {})[0] == 200


@pytest.mark.parametrize(
    ("operation", "content"),
    [
        ("ListHITs", {"MaxResults": "5"}),
        ("ListHITs", {"MaxResults": [5]}),
        ("ListHITs", {"MaxResults": True}),
        ("ListHITs", {"MaxResults": 1e999}),
        ("ListHITs", {"NextToken": 5}),
        ("ListAssignmentsForHIT", {"HITId": "X", "AssignmentStatuses": "Submitted"}),
        ("CreateHITType", {"Reward": {"Amount": "1"}}),
        ("UpdateExpirationForHIT", {"HITId": "X", "ExpireAt": "tomorrow"}),
        ("ListHITs", b"[]"),
        ("ListHITs", b"{"),
        ("ListHITs", b'{"MaxResults": NaN}'),
        ("ListHITs", b"\xff"),
    ],
)
def test_values_of_other_types_are_refused(scene: Any, operation: str, content: object) -> None:
    """So are bodies that are no object; no number is taken for a text, and no text for a number."""
    status, told = send(scene, operation, content)
    assert (status, told["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("content", [b"", b"{}", {"MaxResults": 5.0}, {"MaxResults": None, "Stranger": {"a": [1]}}])
def test_what_says_nothing_else_is_taken(scene: Any, content: object) -> None:
    """Nothing at all, a whole number however it is written, null, and members of other names."""
    assert send(scene, "ListHITs", content) == (200, {"NumResults": 0, "HITs": []})


def test_a_list_is_read_to_its_end(scene: Any) -> None:
    """Each page but the last tells a token, which another list refuses."""
    for _ in range(5):
        scene.type(Keywords="k")
    asked: dict[str, Any] = {"MustBeRequestable": True, "MustBeOwnedByCaller": True, "MaxResults": 2}
    seen: list[str] = []
    token = None
    for count in (2, 2, 1):
        status, told = send(scene, "ListQualificationTypes", asked | ({"NextToken": token} if token else {}))
        assert (status, told["NumResults"], len(told["QualificationTypes"])) == (200, count, count)
        seen += [one["QualificationTypeId"] for one in told["QualificationTypes"]]
        token = told.get("NextToken")
        assert (token is None) == (count == 1)
        if token:
            assert send(scene, "ListHITs", {"NextToken": token})[0] == 400
            assert send(scene, "ListQualificationTypes", asked | {"Query": "k", "NextToken": token})[0] == 400
    assert len(set(seen)) == 5
