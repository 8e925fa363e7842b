from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.bindings.query import ServiceError, read_answer
from conformance.reference.endpoint import HANDLERS
from conformance.reference.refusals import Refusal
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import VERSIONS
from conformance.wire.messages import HttpRequest
from conformance.wire.parameters import encode_parameters

OPERATIONS = sorted(HANDLERS)
REQUIREMENT = {
    "QualificationTypeId": ["00000000000000000071"],
    "Comparator": ["EqualTo"],
    "LocaleValue": [{"Country": ["US"]}],
}


@pytest.mark.parametrize("version", VERSIONS)
def test_replies_are_valid_by_the_schema_of_the_version(scene: Any, documents: Any, version: str) -> None:
    """What handlers return, and what refuses a call, fits the shapes; a run judges the replies of all operations so."""
    schema, wire = shapes_for(version).schema(), {"version": version}
    type_id = scene.type(Test=documents.form("q"), TestDurationInSeconds="60", RetryDelayInSeconds="5", Keywords="k")
    worker = scene.worker()
    scene.ask(worker, type_id)
    scene.hand_in(worker, type_id, documents.answers(q="a"))
    request_id = scene.listed()[0]
    hit_id = scene.hit(RequesterAnnotation="a", QualificationRequirement=REQUIREMENT, Keywords="k", MaxAssignments="3")
    assignment, rewarded = scene.submission(hit_id)
    rejected, _ = scene.submission(hit_id)
    price = {"Amount": ["1234.5"], "CurrencyCode": ["USD"]}
    bonus = {"AssignmentId": assignment, "WorkerId": rewarded, "BonusAmount": price, "Reason": "r"}
    groups = ["HITDetail", "HITQuestion", "HITAssignmentSummary"]
    calls = [
        ("GetQualificationRequests", {}),
        ("GetQualificationType", {"QualificationTypeId": type_id}),
        ("UpdateQualificationType", {"QualificationTypeId": type_id, "Description": "x"}),
        ("RejectQualificationRequest", {"QualificationRequestId": request_id, "Reason": "r"}),
        ("GrantQualification", {"QualificationRequestId": request_id}),
        ("AssignQualification", {"QualificationTypeId": type_id, "WorkerId": worker}),
        ("GetQualificationScore", {"QualificationTypeId": type_id, "SubjectId": worker}),
        ("GetAccountBalance", {}),
        ("CreateQualificationType", {"Name": ["a", "b"]}),
        ("RegisterHITType", {**documents.hit_parameters(), "QualificationRequirement": REQUIREMENT}),
        ("CreateHIT", {**documents.hit_parameters(), "ResponseGroup": ["Minimal", *groups]}),
        ("GetHIT", {"HITId": hit_id, "ResponseGroup": ["Minimal", *groups]}),
        ("ApproveAssignment", {"AssignmentId": assignment, "RequesterFeedback": "f"}),
        ("RejectAssignment", {"AssignmentId": rejected, "RequesterFeedback": "f"}),
        ("GrantBonus", bonus),
        ("GetBonusPayments", {"HITId": hit_id}),
        ("GetAssignmentsForHIT", {"HITId": hit_id, "ResponseGroup": ["Minimal", "AssignmentFeedback"]}),
    ]
    for operation, parameters in calls:
        groups = [*parameters.pop("ResponseGroup", ["Minimal"]), "Request"]
        response = scene.send(scene.request(operation, **parameters, wire=wire, ResponseGroup=groups))
        reply = etree.fromstring(response.body)
        for node in reply.iterfind("*/Request/*/*[@tag]"):
            del node.attrib["tag"]  # in genuine replies, and in no schema
        assert schema.validate(reply), (operation, schema.error_log.last_error)
        assert read_answer(response).accepted is (operation not in ("CreateQualificationType", "GrantQualification"))


def test_reply_looks_like_a_genuine_one(scene: Any) -> None:
    """The prologue, a line feed, all the rest on one line, no namespace."""
    response = scene.send(scene.request("GetAccountBalance"))
    start = b'<?xml version="1.0"?>\n<GetAccountBalanceResponse><OperationRequest><RequestId>'
    assert response.body.startswith(start)
    assert response.body.count(b"\n") == 1
    assert b"xmlns" not in response.body
    assert b"<Request><IsValid>True</IsValid></Request>" in response.body


def test_equal_requests_at_equal_times_give_equal_bytes(scenes: Any, documents: Any) -> None:
    """Two endpoints over equal stores cannot be told apart."""

    def play(scene: Any) -> list[bytes]:
        type_id = scene.type(Test=documents.form("q"), TestDurationInSeconds="60")
        worker = scene.worker()
        scene.ask(worker, type_id)
        scene.hand_in(worker, type_id, documents.answers(q="a"))
        requests = [scene.request(name, QualificationTypeId=type_id, WorkerId=worker) for name in OPERATIONS]
        return [scene.send(request).body for request in requests]

    assert play(scenes()) == play(scenes())


def test_every_call_has_a_request_id_of_its_own(scene: Any) -> None:
    """Refused calls too, at each of the three places."""
    requests = [
        scene.request("GetAccountBalance"),
        scene.request("GetQualificationType"),
        scene.request("GetAccountBalance", wire={"omit": ["Signature"]}),
        scene.request("NoSuchOperation"),
    ]
    ids = [read_answer(scene.send(request)).request_id for request in requests * 25]
    assert None not in ids
    assert len(set(ids)) == 100


def test_retired_service_answers_one_notice_and_changes_nothing(scenes: Any) -> None:
    """Every call gets HTTP 403 and the front end's document, good, bad or unreadable."""
    scene = scenes(retired=True)
    before = {**scene.endpoint.store.dump(), "calls": None}
    requests = [
        scene.request("GetAccountBalance"),
        scene.request("CreateQualificationType", Name="n", Description="d", QualificationTypeStatus="Active"),
        HttpRequest(method="GET", url="/?%zz"),
        HttpRequest(method="GET", url="/elsewhere"),
    ]
    for request in requests:
        response = scene.send(request)
        assert response.status == 403
        root = etree.fromstring(response.body)
        assert [node.tag for node in root] == ["Errors", "RequestID"]
        assert root.findtext("Errors/Error/Code") == "Forbidden"
    assert {**scene.endpoint.store.dump(), "calls": None} == before


def test_a_service_is_retired_from_a_moment_on_by_its_own_clock(scenes: Any) -> None:
    """Not a moment before; a clock that is moved moves that too."""
    scene = scenes(retired_from=1_400_003_600.0)
    assert scene.send(scene.request("GetAccountBalance")).status == 200
    scene.now = 1_400_003_599.9
    assert scene.send(scene.request("GetAccountBalance")).status == 200
    scene.endpoint.store.clock_offset = 0.2
    assert scene.send(scene.request("GetAccountBalance")).status == 403


def test_decisions_sent_together_are_taken_one_after_the_other(scene: Any) -> None:
    """Of a grant and a rejection of one request exactly one succeeds."""
    type_id = scene.type()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            request_id = scene.pending(type_id)
            pair = [
                scene.request(name, QualificationRequestId=request_id)
                for name in ("GrantQualification", "RejectQualificationRequest")
            ]
            assert sum(read_answer(response).accepted for response in pool.map(scene.send, pair)) == 1


def test_replaced_steps_change_one_instance_only(scenes: Any) -> None:
    """Handlers, formats, refusals and the reply's shape are each replaced without touching another endpoint."""
    scene, untouched = scenes(), scenes()
    endpoint = scene.endpoint
    endpoint.handlers["GetAccountBalance"] = lambda context: {"AvailableBalance": [context.formats.price(1)]}
    endpoint.formats = replace(endpoint.formats, price=lambda cents: {"Amount": [f"{cents}"], "CurrencyCode": ["EUR"]})

    def renamed(operation: str, reply: etree._Element) -> etree._Element:
        reply.tag = f"{operation}Reply"
        return reply

    def moved(operation: str | None, refusal: Refusal) -> Refusal:
        errors = [replace(error, place="OperationRequest") for error in refusal.errors]
        assert all(isinstance(error, ServiceError) for error in errors)
        return Refusal(*errors, status=500)

    endpoint.shape_reply, endpoint.shape_refusal = renamed, moved
    answer = scene.call("GetAccountBalance")
    assert (answer.root.tag, answer.text("AvailableBalance/Amount")) == ("GetAccountBalanceReply", "1")
    answer = scene.call("GetQualificationType")
    assert (answer.status, answer.results, answer.errors[0].place) == (500, (), "OperationRequest")
    assert untouched.call("GetAccountBalance").text("AvailableBalance/Amount") == "10000.00"


def test_wrapped_store_method_is_seen_by_the_handlers(scene: Any) -> None:
    """A store whose requests are never saved as decided lists them for ever."""
    request_id = scene.pending(scene.type())
    scene.endpoint.store.save_request = lambda record: None
    assert scene.call("RejectQualificationRequest", QualificationRequestId=request_id).accepted
    assert scene.listed() == [request_id]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(OPERATIONS),
    st.dictionaries(
        st.sampled_from(["Name", "Test", "AnswerKey", "PageSize", "ResponseGroup.1", "Description", "Reason", "A.1.B"])
        | st.text(max_size=5),
        st.text(max_size=20),
        max_size=5,
    ),
)
def test_no_parameters_make_the_endpoint_stumble(scene: Any, operation: str, parameters: dict[str, str]) -> None:
    """Whatever is sent, a signed call gets a readable reply: a success or an error."""
    signed = scene.request(operation)
    extra = encode_parameters(parameters.items()).encode()
    response = scene.send(replace(signed, body=signed.body + b"&" + extra))
    answer = read_answer(response)
    assert response.status < 500
    assert answer.accepted or answer.refused


@pytest.mark.parametrize(("version", "made"), [("2006-10-31", 0), ("2011-10-01", 1)])
def test_a_call_with_validate_is_only_checked_up_to_2008(scene: Any, version: str, made: int) -> None:
    """The answer says whether it is valid and holds nothing else; later the parameter means nothing."""
    wire = {"version": version, "common": {"Validate": "true"}}
    values = {"Name": "n", "Description": "d", "QualificationTypeStatus": "Active"}
    answer = scene.call("CreateQualificationType", **values, wire=wire)
    assert answer.is_valid == "True"
    assert len(scene.endpoint.store.qualification_types) == made
    assert bool(answer.text("QualificationTypeId")) is bool(made)
    assert scene.call("CreateQualificationType", Description="d", wire=wire).is_valid == "False"
