"""Calls and replies are read in the binding that the request is written in; a batch is taken apart."""

from typing import Any

from lxml import etree

from conformance.bindings import query, soap
from conformance.bindings.exchanges import answer_to, answers_in, calls_of
from conformance.bindings.query import Credentials
from conformance.spec.versions import LATEST
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpResponse
from conformance.wire.soap import Fault, wrap, wrap_fault

WIRE: Any = {
    "url": "http://e.test/",
    "credentials": Credentials(access_key_id="AKID", secret_key="a secret"),
    "version": LATEST,
    "timestamp": "2014-08-15T10:00:00Z",
}
FIRST: Values = {"HITId": ["H1"], "ResponseGroup": ["Minimal", "HITDetail"]}
SECOND: Values = {"HITId": ["H2"]}


def test_the_same_call_is_read_from_both_bindings() -> None:
    """But for SignatureVersion and the like, which SOAP has none of."""
    (by_query,) = calls_of(query.write_call("GetHIT", FIRST, **WIRE))
    (by_soap,) = calls_of(soap.write_call("GetHIT", [FIRST], **WIRE))
    assert by_soap.common == by_query.common
    assert by_soap.values == by_query.values
    assert by_soap.response_groups == ("Minimal", "HITDetail")


def test_each_request_is_a_call() -> None:
    calls = calls_of(soap.write_call("GetHIT", [FIRST, SECOND], **WIRE))
    assert [call.values for call in calls] == [FIRST, SECOND]
    assert {(call.operation, call.version) for call in calls} == {("GetHIT", LATEST)}
    assert [call.values for call in calls_of(soap.write_call("GetAccountBalance", [], **WIRE))] == [{}]


def batch_reply(*ids: str) -> HttpResponse:
    namespace = f"http://requester.mturk.amazonaws.com/doc/{LATEST}"
    hits = "".join(f"<HIT><Request><IsValid>True</IsValid></Request><HITId>{one}</HITId></HIT>" for one in ids)
    access = "<OperationRequest><RequestId>R</RequestId></OperationRequest>"
    text = f'<GetHITResponse xmlns="{namespace}">{access}{hits}</GetHITResponse>'
    return HttpResponse(status=200, body=wrap(etree.fromstring(text)))


def test_a_batch_is_answered_result_by_result() -> None:
    """Each with the OperationRequest of all; what was read stays as it is."""
    request = soap.write_call("GetHIT", [FIRST, SECOND], **WIRE)
    whole = answer_to(request, batch_reply("H1", "H2"))
    one, other = answers_in(whole, 2)
    assert (one.text("HITId"), other.text("HITId")) == ("H1", "H2")
    assert len(one.results) == len(other.results) == 1
    assert one.request_id == other.request_id == "R"
    assert len(whole.results) == 2


def test_a_reply_with_another_number_of_results_stays_whole() -> None:
    request = soap.write_call("GetHIT", [FIRST, SECOND], **WIRE)
    for ids in (("H1",), ("H1", "H2", "H3")):
        whole = answer_to(request, batch_reply(*ids))
        assert answers_in(whole, 2) == (whole,)


def test_a_dotted_fault_is_told_by_what_follows_its_class() -> None:
    """Client and Server say who is to blame, not what is wrong."""
    request = soap.write_call("GetHIT", [FIRST], **WIRE)
    for code, told in (("Client.RequestExpired", "RequestExpired"), ("Server", "Server"), ("{urn:x}A.b", "{urn:x}A.b")):
        fault = HttpResponse(status=500, body=wrap_fault(Fault(code=code, message="m")))
        assert [error.code for error in answer_to(request, fault).errors] == [told]


def test_the_front_end_of_a_retired_service_knows_no_envelope() -> None:
    request = soap.write_call("GetHIT", [FIRST], **WIRE)
    body = b"<Response><Errors><Error><Code>Forbidden</Code><Message>m</Message></Error></Errors></Response>"
    (error,) = answer_to(request, HttpResponse(status=403, body=body)).errors
    assert (error.code, error.place) == ("Forbidden", "front end")
    assert "not a SOAP reply" in str(answer_to(request, HttpResponse(status=200, body=b"<html/>")).unreadable)
