"""The served control API and its description say the same: every route, every answer, every example."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from conformance.bindings.query import read_answer, write_call
from conformance.reference.control import _ACTIONS
from conformance.target.embedded import EmbeddedInProcess
from conformance.target.requester import as_values
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp

API: dict[str, Any] = yaml.safe_load((files("conformance.target") / "control.openapi.yaml").read_text("utf-8"))
REGISTRY: Registry[Any] = Registry().with_resource(
    "api", Resource.from_contents(API, default_specification=DRAFT202012)
)
METHODS = ("get", "post")
FAMILY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01"
QUESTION = (
    f'<QuestionForm xmlns="{FAMILY}/QuestionForm.xsd"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<QuestionContent><Text>?</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>"
    "</Question></QuestionForm>"
)
ANSWER = (
    f'<QuestionFormAnswers xmlns="{FAMILY}/QuestionFormAnswers.xsd"><Answer><QuestionIdentifier>q</QuestionIdentifier>'
    "<FreeText>a</FreeText></Answer></QuestionFormAnswers>"
)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return what a $ref points at, or the node itself."""
    found: dict[str, Any] = API
    if "$ref" not in node:
        return node
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def valid(schema: dict[str, Any], value: Any) -> None:
    """Fail unless a value is valid by a schema of the description."""
    located = json.loads(json.dumps(schema).replace('"#/', '"api#/'))
    Draft202012Validator(located, registry=REGISTRY).validate(value)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of every operation."""
    for path, item in API["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and media type object of everything that an operation carries."""
    for status, response in operation["responses"].items():
        yield status, resolved(response)["content"]["application/json"]
    if "requestBody" in operation:
        yield "request", resolved(operation["requestBody"])["content"]["application/json"]


class Hand:
    """Calls the control API of an embedded endpoint; whatever it answers has to be as described."""

    def __init__(self) -> None:
        self.endpoint = EmbeddedInProcess()
        self.called: set[tuple[str, str]] = set()

    def __call__(
        self, method: str, path: str, body: Any = None, *, worker: str = "", raw: bytes | None = None, token: str = ""
    ) -> tuple[int, Any]:
        """Call one route and return status and answer."""
        request = HttpRequest(
            method=method.upper(),
            url=f"http://localhost/control{path.replace('{worker_id}', worker)}",
            headers=(("Authorization", f"Bearer {token or 'in-process'}"), ("Content-Type", "application/json")),
            body=raw if raw is not None else b"" if body is None else json.dumps(body).encode(),
        )
        response = self.endpoint.client().send(request, retry=False).response
        assert response is not None
        answer, status = json.loads(response.body), str(response.status)
        item = API["paths"][path]
        # How another method is refused stands at any operation of the route.
        described = item.get(method) or item.get("post") or item["get"]
        self.called.add((path, status))
        valid(resolved(described["responses"][status])["content"]["application/json"]["schema"], answer)
        if response.status < 300 and method == "post":
            valid(resolved(described["requestBody"])["content"]["application/json"]["schema"], body or {})
        return response.status, answer


def call(hand: Hand, operation: str, values: dict[str, Any], result: str) -> str:
    """Make an accepted call as the first Requester and return a text of its result."""
    endpoint = hand.endpoint
    request = write_call(
        operation,
        as_values(values),
        url=endpoint.url,
        credentials=endpoint.credentials,
        version="2014-08-15",
        timestamp=format_timestamp(endpoint.clock.now()),
    )
    response = endpoint.client().send(request, retry=False).response
    assert response is not None
    answer = read_answer(response)
    assert answer.accepted, answer.summary
    return str(answer.text(result))


def new_type(hand: Hand, **values: Any) -> str:
    """Create a Qualification type."""
    given = {"Name": f"n{values}", "Description": "d", "QualificationTypeStatus": "Active", **values}
    return call(hand, "CreateQualificationType", given, "QualificationTypeId")


def new_hit(hand: Hand, question: str = QUESTION) -> str:
    """Create a HIT for one Worker."""
    values = {
        "Title": "t",
        "Description": "d",
        "Reward": {"Amount": "1", "CurrencyCode": "USD"},
        "AssignmentDurationInSeconds": 60,
        "LifetimeInSeconds": 60,
        "Question": question,
    }
    return call(hand, "CreateHIT", values, "HITId")


def play_successes(hand: Hand) -> None:
    """Call every route so that it succeeds."""
    worker = hand("post", "/workers", {})[1]["worker_id"]
    wish, hand_in = "/workers/{worker_id}/qualification-requests", "/workers/{worker_id}/test-submissions"
    tested = new_type(hand, Test=QUESTION, TestDurationInSeconds=60)
    states = [
        hand("post", wish, {"qualification_type_id": type_id}, worker=worker)[1]["state"]
        for type_id in (new_type(hand), new_type(hand, AutoGranted=True), tested)
    ]
    assert states == ["pending", "granted", "test"]
    assert hand("post", hand_in, {"qualification_type_id": tested, "answer": ANSWER}, worker=worker)[0] == 201
    other = hand("post", "/workers", {})[1]["worker_id"]
    assert hand("post", wish, {"qualification_type_id": tested}, worker=other)[1]["page"].startswith("<!DOCTYPE html>")
    sent = {"qualification_type_id": tested, "fields": [["answer.1", "a"]]}
    assert hand("post", hand_in, sent, worker=other)[0] == 201
    held = hand("post", "/workers/{worker_id}/assignments", {"hit_id": new_hit(hand)}, worker=worker)[1]
    body = {"assignment_id": held["assignment_id"], "answer": ANSWER}
    assert hand("post", "/workers/{worker_id}/submissions", body, worker=worker)[0] == 201
    play_on_the_site(hand, worker)
    feedback = {"AssignmentId": held["assignment_id"], "RequesterFeedback": "thanks"}
    call(hand, "ApproveAssignment", feedback, "Request/IsValid")
    assert len(hand("get", "/workers/{worker_id}/messages", worker=worker)[1]["messages"]) == 1
    assert hand("post", "/requesters", {"balance": "12.34"})[0] == 201
    assert hand("post", "/layouts", {"template": "<p>${q}</p>"})[0] == 201
    assert hand("get", "/notifications")[0] == 200
    assert hand("get", "/clock")[0] == 200
    assert hand("post", "/clock", {"advance": 5})[0] == 200
    assert hand("post", "/restart", {})[0] == 200
    assert hand("get", "/snapshot")[0] == 200


EXTERNAL = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://example.org/</ExternalURL><FrameHeight>9</FrameHeight>'
    "</ExternalQuestion>"
)
UPLOAD = QUESTION.replace(
    "<FreeTextAnswer/>",
    "<FileUploadAnswer><MaxFileSizeInBytes>9</MaxFileSizeInBytes><MinFileSizeInBytes>1</MinFileSizeInBytes>"
    "</FileUploadAnswer>",
)


def play_on_the_site(hand: Hand, worker: str) -> None:
    """Preview, return, send a form, upload a file."""
    act = "/workers/{worker_id}/"
    external, upload = new_hit(hand, EXTERNAL), new_hit(hand, UPLOAD)
    url = hand("post", f"{act}previews", {"hit_id": external}, worker=worker)[1]["url"]
    assert url.startswith("https://example.org/?")
    for last, more in (("returns", {}), ("external-submissions", {"fields": [["q", "a"]]})):
        held = hand("post", f"{act}assignments", {"hit_id": external}, worker=worker)[1]["assignment_id"]
        assert hand("post", f"{act}{last}", {"assignment_id": held, **more}, worker=worker)[0] == 201
    held = hand("post", f"{act}assignments", {"hit_id": upload}, worker=worker)[1]["assignment_id"]
    body = {"assignment_id": held, "question_identifier": "q", "content": "é"}
    assert hand("post", f"{act}uploads", body, worker=worker)[0] == 201


def play_refusals(hand: Hand) -> None:
    """Call every route in every wrong way."""
    worker = hand("post", "/workers", {})[1]["worker_id"]
    for method, path, _ in operations():
        assert hand(method, path, {}, worker=worker, token="wrong")[0] == 401
        if method == "post":
            assert hand(method, path, raw=b"[]", worker=worker)[0] == 400
        assert hand("delete", path, {}, worker=worker)[0] == 405
        if "{worker_id}" in path:
            assert hand(method, path, {}, worker="NOBODY")[0] == 404
    type_id, hit_id = new_type(hand), new_hit(hand)
    for path, body in (
        ("qualification-requests", {"qualification_type_id": type_id}),
        ("assignments", {"hit_id": hit_id}),
    ):
        statuses = [hand("post", f"/workers/{{worker_id}}/{path}", body, worker=worker)[0] for _ in range(2)]
        assert statuses == [201, 409]
    body = {"qualification_type_id": type_id, "answer": ANSWER}
    assert hand("post", "/workers/{worker_id}/test-submissions", body, worker=worker)[0] == 409
    hit_id = new_hit(hand)
    held = hand("post", "/workers/{worker_id}/assignments", {"hit_id": hit_id}, worker=worker)[1]["assignment_id"]
    body = {"assignment_id": held, "answer": ANSWER}
    statuses = [hand("post", "/workers/{worker_id}/submissions", body, worker=worker)[0] for _ in range(2)]
    assert statuses == [201, 409]
    for path, more in (
        ("returns", {}),
        ("external-submissions", {"fields": []}),
        ("uploads", {"question_identifier": "q", "content": ""}),
    ):
        assert hand("post", f"/workers/{{worker_id}}/{path}", {"assignment_id": held, **more}, worker=worker)[0] == 409
    assert hand("post", "/workers/{worker_id}/previews", {"hit_id": hit_id}, worker=worker)[0] == 409


def test_every_route_answers_as_described() -> None:
    """Successes and refusals are valid by the schemas, and no answer described is without a call that brings it."""
    well, badly = Hand(), Hand()
    play_successes(well)
    play_refusals(badly)
    described = {(path, status) for _, path, operation in operations() for status in operation["responses"]}
    assert well.called | badly.called == described


def test_every_route_served_is_described() -> None:
    """What Workers can do has a path of its own; nothing else begins with a Worker's id."""
    described = {path.rpartition("/")[2]: method.upper() for method, path, _ in operations() if "{worker_id}" in path}
    assert described == {name: method for name, (method, _) in _ACTIONS.items()}


@pytest.mark.parametrize("name", sorted(API["components"]["schemas"]))
def test_schemas_are_schemas_and_used(name: str) -> None:
    """Each is valid JSON Schema, and something refers to it."""
    Draft202012Validator.check_schema(API["components"]["schemas"][name])
    assert f'"#/components/schemas/{name}"' in json.dumps(API)


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()), ids=lambda value: str(value)[:60])
def test_every_body_has_valid_examples(method: str, path: str, operation: dict[str, Any]) -> None:
    """Requests and answers, successes and errors, are shown by an example that is valid itself."""
    assert operation["operationId"]
    assert operation["summary"]
    assert {"401"} <= set(operation["responses"])
    assert ("requestBody" in operation) is (method == "post"), path
    for place, media in bodies(operation):
        assert media["examples"], (path, place)
        for example in media["examples"].values():
            valid(media["schema"], example["value"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Account", {"balance": 5}),
        ("Account", {"balance": "0.001"}),
        ("Advance", {"advance": -1}),
        ("AssignmentWish", {}),
        ("QualificationAttempt", {"state": "maybe", "at": 1}),
        ("Time", {"now": "noon"}),
        ("Messages", {"messages": [{"subject": "s"}]}),
    ],
)
def test_wrong_bodies_are_invalid_by_the_schemas(name: str, value: Any) -> None:
    """The schemas say no to what the endpoint, or the driver, refuses."""
    with pytest.raises(ValidationError):
        valid({"$ref": f"#/components/schemas/{name}"}, value)
