"""A message with several Requests: each result is judged as the reply to its own Request, and findings say to which."""

from typing import Any

from lxml import etree

from conformance.bindings.query import Credentials
from conformance.bindings.soap import write_call
from conformance.checks.finding import Finding, Outcome
from conformance.checks.judge import judge
from conformance.spec.shapes import MESSAGE_NAMESPACE
from conformance.spec.versions import LATEST
from conformance.wire.messages import Exchange, HttpResponse
from conformance.wire.soap import wrap

PRICE = "<Amount>1.00</Amount><CurrencyCode>USD</CurrencyCode><FormattedPrice>$1.00</FormattedPrice>"
BALANCE = f"<AvailableBalance>{PRICE}</AvailableBalance>"
ACCESS = "<OperationRequest><RequestId>R</RequestId></OperationRequest>"


def judged(*results: str, requests: int = 2) -> list[Finding]:
    """Return what is found in the reply of GetAccountBalance to so many Requests."""
    request = write_call(
        "GetAccountBalance",
        [{}] * requests,
        url="http://e.test/",
        credentials=Credentials(access_key_id="AKID", secret_key="a secret"),
        version=LATEST,
        timestamp="2014-08-15T10:00:00Z",
    )
    root = etree.fromstring(
        f'<GetAccountBalanceResponse xmlns="{MESSAGE_NAMESPACE}{LATEST}">{ACCESS}{"".join(results)}'
        "</GetAccountBalanceResponse>"
    )
    response = HttpResponse(status=200, headers=(("Content-Type", "text/xml"),), body=wrap(root))
    return list(judge(Exchange(request=request, response=response, sent_at=0.0, received_at=0.0)))


def missed(findings: list[Finding]) -> dict[str, Any]:
    return {one.requirement: one.where for one in findings if one.outcome is Outcome.MISSED}


def result(valid: str = "True") -> str:
    return f"<GetAccountBalanceResult><Request><IsValid>{valid}</IsValid></Request>{BALANCE}</GetAccountBalanceResult>"


def test_a_result_for_each_request_is_no_fault() -> None:
    """Though a call by Query has exactly one."""
    found = judged(result(), result())
    assert missed(found) == {}
    met = {one.requirement for one in found if one.outcome is Outcome.MET}
    assert "GetAccountBalance.Result.element" in met


def test_a_finding_says_to_which_request_it_belongs() -> None:
    assert missed(judged(result(), result("true"))) == {
        "Common.Response.is-valid": "Request 2: /GetAccountBalanceResponse/GetAccountBalanceResult[1]/Request/IsValid"
    }
    assert missed(judged(result("true"), result()))["Common.Response.is-valid"].startswith("Request 1: ")


def test_a_single_request_is_not_numbered() -> None:
    where = missed(judged(result("true"), requests=1))["Common.Response.is-valid"]
    assert where.startswith("/GetAccountBalanceResponse")


def test_fewer_results_than_requests_are_judged_as_one_reply() -> None:
    """Whether a service takes batches at all is its own choice."""
    assert missed(judged(result())) == {}


def test_an_envelope_is_no_namespace_where_none_belongs() -> None:
    told = {one.requirement for one in judged(result(), result())}
    assert "Common.Response.rest-no-namespace" not in told
