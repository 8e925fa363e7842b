"""``run --binding soap``: the same cases and checks by the other binding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.bindings.soap import is_soap
from conformance.record.events import Verdict
from conformance.record.reader import read_record

if TYPE_CHECKING:
    from conformance.reference.endpoint import Endpoint
    from tests.conftest import Kit

BY_SOAP = ("--version", "2014-08-15", "--binding", "soap")
FEW = ("--select", "GetAccountBalance.*", "--select", "Common.SOAP.*")


def second_result_lower(endpoint: Endpoint) -> None:
    """In a batch, the second result says success in lower case."""
    unchanged = endpoint.write_soap

    def write(replies: Any, version: str) -> Any:
        for element in replies[1].iter("IsValid") if len(replies) > 1 else ():
            element.text = "true"
        return unchanged(replies, version)

    endpoint.write_soap = write


def test_the_embedded_endpoint_is_judged_by_soap(kit: Kit) -> None:
    """All that was sent to the service is SOAP, and the record says so."""
    outcome = kit.judge(*BY_SOAP, *FEW)
    assert outcome.code == 0, outcome.out
    record = kit.record()
    assert record.header.bindings == ("soap",)
    assert {event.binding for event in record.verdicts if event.verdict.measured} == {"soap"}
    assert record.exchanges
    assert all(is_soap(exchange.request) for exchange in record.exchanges.values())
    passed = kit.named(Verdict.PASS)
    assert {"GetAccountBalance.Result.element", "Common.SOAP.soap-action", "Common.SOAP.escaped-xml"} <= passed
    assert "Common.SOAP.batch" in kit.named(Verdict.OBSERVED)


def test_keys_and_signatures_are_kept_out_of_the_record(kit: Kit) -> None:
    assert kit.judge(kit.serve().url, *BY_SOAP, "--select", "GetAccountBalance.*").code == 0
    text = kit.record_path.read_text("utf-8")
    assert kit.first.access_key_id not in text
    assert kit.first.secret_key not in text
    bodies = [exchange.request.body for exchange in kit.record().exchanges.values()]
    assert bodies
    assert all(b"<Signature>REDACTED</Signature>" in body for body in bodies)


def test_both_bindings_in_one_run(kit: Kit) -> None:
    """What speaks of one of them is decided by that one."""
    selected = (
        "--select",
        "Common.REST.get",
        "--select",
        "Common.SOAP.soap-action",
        "--select",
        "GetHIT.HITId.unknown",
    )
    outcome = kit.judge("--version", "2014-08-15", "--binding", "query", "--binding", "soap", *selected)
    assert outcome.code == 0, outcome.out
    found = {(event.requirement, event.binding) for event in kit.record().verdicts}
    assert {("Common.REST.get", "query"), ("Common.SOAP.soap-action", "soap")} <= found
    assert not found & {("Common.REST.get", "soap"), ("Common.SOAP.soap-action", "query")}
    assert {binding for requirement, binding in found if requirement == "GetHIT.HITId.unknown"} == {"query", "soap"}


def test_a_run_by_query_alone_says_what_is_about_soap(kit: Kit) -> None:
    kit.judge("--version", "2014-08-15", *FEW)
    reasons = {event.reason for event in kit.record().verdicts if event.requirement == "Common.SOAP.soap-action"}
    assert reasons == {"it is about calls by soap, which the run does not make (--binding)"}


def test_a_finding_in_a_batch_names_its_request(kit: Kit) -> None:
    """And what the case is about is replayed by SOAP."""
    endpoint = kit.serve(plant=second_result_lower)
    selected = ("--select", "Common.Response.is-valid", "--select", "Common.SOAP.batch")
    outcome = kit.judge(endpoint.url, *kit.driven, *BY_SOAP, *selected)
    assert outcome.code == 1
    (found,) = [event for event in kit.record().verdicts if event.verdict is Verdict.FAIL]
    assert (found.requirement, found.case) == ("Common.Response.is-valid", "soap/several-requests-in-one-message")
    assert found.where == "Request 2: /GetQualificationTypeResponse/QualificationType[1]/Request/IsValid"
    again = kit.folder / "again.jsonl"
    assert "UNCHANGED" in kit.call("replay", kit.record_path, "Common.SOAP.batch", "--record", again).out
    assert read_record(again).header.bindings == ("soap",)


def test_what_soap_cannot_say_keeps_nothing_else_from_being_measured(kit: Kit) -> None:
    """XML has no control characters; how long a text may be is measured all the same."""
    selected = ("--select", "*.RequesterFeedback.maxlen", "--select", "*.RequesterFeedback.control-chars")
    assert kit.judge(*BY_SOAP, *selected).code == 0
    assert {name.partition(".")[2] for name in kit.named(Verdict.PASS)} == {"RequesterFeedback.maxlen"}
    unsaid = kit.named(Verdict.NOT_MEASURED)
    assert {name.partition(".")[2] for name in unsaid} == {"RequesterFeedback.control-chars"}


def test_an_unknown_binding_is_wrong_usage(kit: Kit) -> None:
    outcome = kit.judge("--binding", "json")
    assert outcome.code == 2
    assert "a list of bindings (query, soap)" in outcome.err
