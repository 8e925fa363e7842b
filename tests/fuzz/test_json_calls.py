"""Any JSON may be sent to the endpoint: it never fails within, and answers with JSON in the form that it has.

Thirty times ``FUZZ`` calls of any operation, a few hundred unless the environment says otherwise.
"""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.bindings.json import write_call
from conformance.bindings.query import Credentials
from conformance.reference.endpoint import Endpoint, Options
from conformance.spec.service_model import model
from conformance.target.serving import make_endpoint
from conformance.transport.sigv4 import sign
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest
from tests.bindings.json_messages import request_of
from tests.bindings.json_strategies import almost, bodies, fitting

EXAMPLES = 30 * int(os.environ.get("FUZZ", "8"))
OWNER = Credentials(access_key_id="AKIAFUZZJSON", secret_key="secret of the fuzzer")
NOW = 1_484_654_400.0
OPERATIONS = sorted(model().operations)
QUESTION = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://example.org/</ExternalURL><FrameHeight>400</FrameHeight>'
    "</ExternalQuestion>"
)
ANSWER = (
    '<QuestionFormAnswers xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/'
    'QuestionFormAnswers.xsd"><Answer><QuestionIdentifier>q</QuestionIdentifier><FreeText>a</FreeText></Answer>'
    "</QuestionFormAnswers>"
)
LIMITS = settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def called(endpoint: Endpoint, operation: str, values: Values) -> dict[str, Any]:
    """Make a call that is accepted; return what it tells."""
    answer = endpoint.handle(sign(write_call(operation, values, url="http://x/"), OWNER, at=NOW), NOW)
    assert answer.status == 200, answer.body
    told: dict[str, Any] = json.loads(answer.body)
    return told


def controlled(endpoint: Endpoint, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Use the control API; return what it tells."""
    headers = (("Authorization", "Bearer t"),)
    request = HttpRequest(method="POST", url=f"/control/{path}", headers=headers, body=json.dumps(body).encode())
    answer = endpoint.handle(request, NOW)
    assert answer.status == 201, answer.body
    told: dict[str, Any] = json.loads(answer.body)
    return told


@pytest.fixture(scope="module")
def furnished() -> tuple[Endpoint, dict[str, list[str]]]:
    """Return an endpoint in which there is something of every kind, and the ids of that by the members that name it."""
    endpoint = make_endpoint([OWNER], Options(control_token="t"))
    kind = called(
        endpoint,
        "CreateQualificationType",
        {"Name": ["n"], "Description": ["d"], "QualificationTypeStatus": ["Active"]},
    )["QualificationType"]["QualificationTypeId"]
    hits = [
        called(
            endpoint,
            "CreateHIT",
            {
                "Title": ["t"],
                "Description": ["d"],
                "Reward": [{"Amount": ["0.05"], "CurrencyCode": ["USD"]}],
                "AssignmentDurationInSeconds": ["600"],
                "LifetimeInSeconds": ["86400"],
                "Question": [QUESTION],
            },
        )["HIT"]
        for _ in range(2)
    ]
    for state in ("submitted", "accepted"):
        worker_id = controlled(endpoint, "workers", {})["worker_id"]
        hit_id = hits[0 if state == "submitted" else 1]["HITId"]
        taken = controlled(endpoint, f"workers/{worker_id}/assignments", {"hit_id": hit_id})["assignment_id"]
        if state == "submitted":
            controlled(endpoint, f"workers/{worker_id}/submissions", {"assignment_id": taken, "answer": ANSWER})
    controlled(endpoint, f"workers/{worker_id}/qualification-requests", {"qualification_type_id": kind})
    store = endpoint.store
    ids = {
        "AssignmentId": [*store.assignments],
        "HITId": [*store.hits],
        "HITTypeId": [*store.hit_types],
        "QualificationRequestId": [*store.qualification_requests],
        "QualificationTypeId": [kind, "000000000000000000L0"],
        "WorkerId": [*store.workers],
    }
    return endpoint, ids


@st.composite
def calls(draw: st.DrawFn, ids: dict[str, list[str]]) -> tuple[str, bytes]:
    """Return an operation by its name, and a body that is good, almost good or no good at all."""
    known = model().operations[draw(st.sampled_from(OPERATIONS))]
    content = draw(fitting(known.request) | fitting(known.request) | almost(known.request))
    members = {member.newer for member in model().members(known.request)}
    for name in draw(st.sets(st.sampled_from(sorted(ids)))) & members:
        content[name] = draw(st.sampled_from(ids[name]))
    good = json.dumps(content).encode()
    return known.newer, draw(st.just(good) | st.just(good) | bodies(known.request))


@LIMITS
@given(data=st.data())
def test_no_call_is_too_strange(furnished: tuple[Endpoint, dict[str, list[str]]], data: st.DataObject) -> None:
    """It is done or refused, in JSON, with the headers that every answer has."""
    endpoint, ids = furnished
    operation, body = data.draw(calls(ids))
    answer = endpoint.handle(sign(request_of(operation, body), OWNER, at=NOW), NOW)
    assert answer.status in (200, 400), answer.body
    content = json.loads(answer.body)
    assert isinstance(content, dict)
    assert ("__type" in content) == (answer.status == 400)
    assert {name for name, _ in answer.headers} == {"Content-Type", "x-amzn-RequestId"}
