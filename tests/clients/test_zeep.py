"""zeep, loaded with the WSDL that we export, drives the embedded endpoint; all that was said is judged."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import zeep
from zeep.exceptions import Fault

from conformance.checks.finding import Outcome
from conformance.checks.judge import judge
from conformance.spec.shapes import MESSAGE_NAMESPACE
from conformance.spec.wsdl import SERVICE
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from tests.conftest import Kit

DATA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01"
FORM = (
    f'<QuestionForm xmlns="{DATA}/QuestionForm.xsd"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<QuestionContent><Text>6 &lt; 7 &amp; why? ü</Text></QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
)
PRICE = {"Amount": Decimal("0.05"), "CurrencyCode": "USD"}


@dataclass(slots=True, kw_only=True)
class Spoken:
    """zeep at an endpoint, and all exchanges that went through."""

    service: Any
    key: str
    secret: str
    exchanges: list[Exchange] = field(default_factory=list)
    operations: set[str] = field(default_factory=set)

    def call(self, operation: str, *requests: dict[str, Any], at: datetime | None = None) -> Any:
        """Make a call, signed by what the article says and by nothing of ours."""
        self.operations.add(operation)
        timestamp = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = f"AWSMechanicalTurkRequester{operation}{timestamp}"
        signature = b64encode(hmac.digest(self.secret.encode(), text.encode(), "sha1")).decode()
        return self.service[operation](
            AWSAccessKeyId=self.key, Timestamp=timestamp, Signature=signature, Request=list(requests)
        )


@pytest.fixture
def spoken(kit: Kit, exported: Path, version: str) -> Iterator[Spoken]:
    """Serve the endpoint and give zeep the exported files of the version; judge all that was said at the end."""
    answer, exchanges = kit.endpoint(), []

    def noted(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        exchanges.append(Exchange(request=request, response=response, sent_at=0.0, received_at=0.0))
        return response

    client = zeep.Client(str(exported / f"{SERVICE}.wsdl"))
    service = client.create_service(
        f"{{{MESSAGE_NAMESPACE}{version}}}{SERVICE}Binding", f"{kit.serve(noted).url}?Service={SERVICE}"
    )
    key = kit.first
    with client.transport.session:
        yield Spoken(service=service, key=key.access_key_id, secret=key.secret_key, exchanges=exchanges)
    found = [finding for exchange in exchanges for finding in judge(exchange)]
    assert found
    assert [finding for finding in found if finding.outcome is Outcome.MISSED] == []


def test_zeep_drives_ten_operations(spoken: Spoken) -> None:
    """What one call has written the next one reads, as objects that zeep makes of the schema."""
    call = spoken.call
    (balance,) = call("GetAccountBalance", {}).GetAccountBalanceResult
    assert balance.AvailableBalance.Amount == Decimal("10000.00")
    names = ("zeep one", "zeep two")
    made = call(
        "CreateQualificationType",
        *({"Name": name, "Description": "<d> & ü", "QualificationTypeStatus": "Active"} for name in names),
    ).QualificationType
    assert [one.Name for one in made] == list(names)
    first, second = (one.QualificationTypeId for one in made)
    call("UpdateQualificationType", {"QualificationTypeId": second, "Description": "changed"})
    read = call("GetQualificationType", *({"QualificationTypeId": one} for one in (second, "none", first)))
    assert [one.Description for one in read.QualificationType] == ["changed", None, "<d> & ü"]
    assert [one.Request.IsValid for one in read.QualificationType] == ["True", "False", "True"]
    (error,) = read.QualificationType[1].Request.Errors.Error
    assert error.Code == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
    (found,) = call(
        "SearchQualificationTypes", {"Query": "zeep", "MustBeRequestable": False}
    ).SearchQualificationTypesResult
    assert found.TotalNumResults == 2
    properties = {
        "Title": "a HIT of zeep",
        "Description": "d",
        "Reward": PRICE,
        "AssignmentDurationInSeconds": 600,
        "QualificationRequirement": [
            {"QualificationTypeId": first, "Comparator": "GreaterThan", "IntegerValue": 5, "RequiredToPreview": True}
        ],
    }
    (registered,) = call("RegisterHITType", properties).RegisterHITTypeResult
    content = {"Question": FORM, "LifetimeInSeconds": 3600, "MaxAssignments": 2}
    (hit,) = call("CreateHIT", {"HITTypeId": registered.HITTypeId, **content}).HIT
    call("ExtendHIT", {"HITId": hit.HITId, "MaxAssignmentsIncrement": 1})
    asked = {"HITId": hit.HITId, "ResponseGroup": ["Minimal", "HITDetail", "HITQuestion", "Request"]}
    (read_hit,) = call("GetHIT", asked).HIT
    assert (read_hit.Title, read_hit.MaxAssignments, read_hit.Question) == ("a HIT of zeep", 3, FORM)
    assert read_hit.Reward.Amount == PRICE["Amount"]
    assert read_hit.Request.GetHITRequest.HITId == hit.HITId
    (listed,) = call("SearchHITs", {}).SearchHITsResult
    assert [one.HITId for one in listed.HIT] == [hit.HITId]
    (nothing,) = call("GetAssignmentsForHIT", {"HITId": hit.HITId}).GetAssignmentsForHITResult
    assert (nothing.NumResults, nothing.Assignment) == (0, [])
    call("DisableHIT", {"HITId": hit.HITId})
    assert len(spoken.operations) >= 10


def test_zeep_meets_a_fault_where_no_operation_can_answer(spoken: Spoken) -> None:
    with pytest.raises(Fault) as fault:
        spoken.call("GetAccountBalance", {}, at=datetime(2001, 1, 1, tzinfo=UTC))
    assert fault.value.code.endswith(":Client.RequestExpired")


@pytest.mark.parametrize("version", ["2014-08-15"], indirect=True)
def test_the_address_of_the_wsdl_is_all_that_zeep_needs(kit: Kit, version: str) -> None:
    """The document names the endpoint that it comes from."""
    with (client := zeep.Client(f"{kit.serve().url}?WSDL")).transport.session:
        spoken = Spoken(service=client.service, key=kit.first.access_key_id, secret=kit.first.secret_key)
        (balance,) = spoken.call("GetAccountBalance", {}).GetAccountBalanceResult
    assert balance.AvailableBalance.CurrencyCode == "USD"
