"""SOAP at the endpoint: the same handlers, results in the order of the Requests, faults for what has no operation."""

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from conformance.bindings import soap
from conformance.bindings.query import Answer
from conformance.bindings.soap import FAULT
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse, header
from conformance.wire.soap import Fault, unwrap
from conformance.wire.timestamps import format_timestamp
from tests.reference.conftest import NOW, OTHER, OWNER, Scene

GOOD_TYPE: Values = {"Name": ["by SOAP"], "Description": ["d"], "QualificationTypeStatus": ["Active"]}


def message(operation: str, *requests: Values, version: str = LATEST, **wire: Any) -> HttpRequest:
    """Write a signed SOAP call of these Requests."""
    options = {"credentials": OWNER, "timestamp": format_timestamp(NOW), "url": "http://endpoint.test/", **wire}
    return soap.write_call(operation, requests, version=version, **options)


def answered(scene: Scene, request: HttpRequest) -> Answer:
    return soap.read_answer(scene.send(request))


def root_of(response: HttpResponse) -> etree._Element:
    root = unwrap(response.body)
    assert not isinstance(root, Fault)
    return root


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_of_a_version_answers_in_its_response(scene: Scene, version: str) -> None:
    """With nothing given it is taken or refused, never by a fault: the operation is known."""
    for operation in shapes_for(version).operations:
        response = scene.send(message(operation, {}, version=version))
        assert root_of(response).tag == f"{{{MESSAGE_NAMESPACE}{version}}}{operation}Response"
        assert response.status == 200
        answer = soap.read_answer(response)
        assert len(answer.results) == 1, operation
        assert {error.place for error in answer.errors} <= {"Request"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_reply_is_valid_by_the_schema_of_its_version(scene: Scene, version: str) -> None:
    type_id = scene.type()
    for operation, request in (
        ("GetAccountBalance", {}),
        ("GetQualificationType", {"QualificationTypeId": [type_id]}),
        ("SearchHITs", {}),
        ("GetQualificationType", {"QualificationTypeId": ["unknown"]}),
    ):
        root = root_of(scene.send(message(operation, request, version=version)))
        schema = shapes_for(version).schema(MESSAGE_NAMESPACE + version)
        assert schema.validate(root), schema.error_log


def test_soap_and_query_reach_the_same_store(scene: Scene) -> None:
    created = answered(scene, message("CreateQualificationType", GOOD_TYPE))
    assert created.accepted, created.summary
    found = scene.call("GetQualificationType", QualificationTypeId=created.text("QualificationTypeId"))
    assert found.text("Name") == "by SOAP"


def test_results_stand_in_the_order_of_the_requests_and_hold_their_own_errors(scene: Scene) -> None:
    first, second = scene.type(), scene.type()
    asked: list[Values] = [{"QualificationTypeId": [one]} for one in (second, "unknown", first)]
    response = scene.send(message("GetQualificationType", *asked))
    answer = soap.read_answer(response)
    assert [one.findtext("QualificationTypeId") for one in answer.results] == [second, None, first]
    assert [one.findtext("Request/IsValid") for one in answer.results] == ["True", "False", "True"]
    assert len(answer.errors) == 1
    assert len(root_of(response)) == 4  # one OperationRequest for all


def test_the_requests_of_a_message_are_carried_out_one_after_the_other(scene: Scene) -> None:
    """The second creates what the first has named already."""
    answer = answered(scene, message("CreateQualificationType", GOOD_TYPE, GOOD_TYPE))
    assert [one.findtext("Request/IsValid") for one in answer.results] == ["True", "False"]


def test_each_request_chooses_its_response_groups(scene: Scene) -> None:
    asked: Values = {"QualificationTypeId": [scene.type()]}
    echoed = {**asked, "ResponseGroup": ["Minimal", "Request"]}
    answer = answered(scene, message("GetQualificationType", asked, echoed))
    echoes = [one.find("Request/GetQualificationTypeRequest") is not None for one in answer.results]
    assert echoes == [False, True]


def test_a_message_without_a_request_asks_once(scene: Scene) -> None:
    assert answered(scene, message("GetAccountBalance")).accepted


def test_a_wrong_signature_is_told_once_below_operation_request(scene: Scene) -> None:
    answer = answered(scene, message("GetAccountBalance", {}, {}, credentials=replace(OWNER, secret_key="wrong")))
    assert [(error.code, error.place) for error in answer.errors] == [("AWS.BadClaimsSupplied", "OperationRequest")]
    assert answer.results == ()


def test_another_requester_sees_nothing(scene: Scene) -> None:
    asked: Values = {"HITId": ["none"]}
    assert [error.place for error in answered(scene, message("GetHIT", asked, credentials=OTHER)).errors] == ["Request"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (message("NoSuchOperation", {}), "InvalidAction"),
        (message("GetAccountBalance", {}, version="1999-01-01"), "InvalidParameterValue"),
        (message("GetAccountBalance", {}, version=""), "InvalidParameterValue"),
        (message("GetBlockedWorkers", {}, version="2007-06-21"), "InvalidAction"),
        (message("GetAccountBalance", {}, timestamp="2001-01-01T00:00:00Z"), "RequestExpired"),
        (message("GetAccountBalance", {}, url="http://endpoint.test/?Service=Other"), "InvalidParameterValue"),
        (replace(message("GetAccountBalance", {}), body=b"<x/>"), "InvalidParameterValue"),
        (replace(message("GetAccountBalance", {}), body=b"no XML"), "InvalidParameterValue"),
    ],
)
def test_what_has_no_operation_to_answer_in_is_a_fault(scene: Scene, request_: HttpRequest, code: str) -> None:
    """With HTTP 500, as SOAP over HTTP has it, and the code behind the class."""
    response = scene.send(request_)
    assert response.status == 500
    fault = unwrap(response.body)
    assert isinstance(fault, Fault)
    assert fault.code == f"Client.{code}"
    assert [(error.code, error.place) for error in soap.read_answer(response).errors] == [(code, FAULT)]


def test_the_media_type_says_what_a_call_is(scene: Scene) -> None:
    """An envelope as a form is no Query call either."""
    request = message("GetAccountBalance", {})
    kind = (("Content-Type", "application/x-www-form-urlencoded"),)
    assert scene.send(replace(request, headers=kind)).status == 400
    assert header(scene.send(request).headers, "Content-Type") == "text/xml; charset=utf-8"
