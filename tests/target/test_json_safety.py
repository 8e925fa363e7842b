"""By JSON, too, nothing is paid for by accident, and what is created stands in the ledger before it is sent."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conformance.bindings.query import Credentials
from conformance.errors import NotMeasured
from conformance.spec.versions import TODAY
from conformance.target.guard import Guard
from conformance.target.ledger import Ledger, open_items
from conformance.target.requester import Requester
from conformance.transport.client import Client
from conformance.transport.in_process import InProcessAdapter
from conformance.wire.messages import HttpRequest, HttpResponse, header

ACCOUNT = Credentials(access_key_id="AKIAEXAMPLE", secret_key="secret")
BONUS = {"WorkerId": "A1", "AssignmentId": "B2", "Reason": "r", "UniqueRequestToken": "t"}
TYPE = {"Title": "t", "Description": "d", "AssignmentDurationInSeconds": 60}


class Setting:
    """A Requester of 2017-01-17 before an endpoint that gives one answer."""

    def __init__(self, guard: Guard, ledger: Ledger | None = None, **told: Any) -> None:
        self.came: list[HttpRequest] = []
        self.told = told
        self.requester = Requester(
            url="http://localhost/",
            version=TODAY,
            credentials=ACCOUNT,
            client=Client(adapter=InProcessAdapter(self._take), sleep=lambda _: None),
            guard=guard,
            ledger=ledger,
            now=lambda: 1_484_654_400.0,
            watch=lambda *_: None,
            run_id="run1",
            binding="json",
        )

    def _take(self, request: HttpRequest) -> HttpResponse:
        self.came.append(request)
        headers = (("Content-Type", "application/x-amz-json-1.1"),)
        return HttpResponse(status=200, headers=headers, body=json.dumps(self.told).encode())

    @property
    def targets(self) -> list[str]:
        """What was sent, by the last word of X-Amz-Target."""
        return [(header(request.headers, "X-Amz-Target") or "").rpartition(".")[2] for request in self.came]


def amount(text: str) -> dict[str, Any]:
    """Return the parameters of a bonus with an amount as the other versions have it."""
    return {**BONUS, "BonusAmount": {"Amount": text, "CurrencyCode": "USD"}}


def retargeted(request: HttpRequest, operation: str) -> HttpRequest:
    """Return a message that calls another operation."""
    target = f"MTurkRequesterServiceV20170117.{operation}"
    headers = tuple((name, target if name == "X-Amz-Target" else value) for name, value in request.headers)
    return HttpRequest(method=request.method, url=request.url, headers=headers, body=request.body)


def test_what_would_pay_is_never_sent_by_json() -> None:
    """By either name, at once or unheard, and where a message was changed after it was written."""
    setting = Setting(Guard(embedded=False))
    requester = setting.requester
    harmless = requester.write("GetAccountBalance")
    calls: list[Callable[[], object]] = [
        lambda: requester.call("GrantBonus", amount("1.00")),
        lambda: requester.call("GrantBonus", {**BONUS, "BonusAmount": "1.00"}),
        lambda: requester.call("CreateHIT", {**TYPE, "Reward": {"Amount": "1"}}),
        lambda: requester.call("CreateHIT", {"HITTypeId": "T"}),
        lambda: requester.call("CreateHITWithHITType", {"HITTypeId": "T"}),
        lambda: requester.call("ExtendHIT", {"HITId": "H", "MaxAssignmentsIncrement": 1}),
        lambda: requester.call("ApproveAssignment", {"AssignmentId": "B2"}),
        lambda: requester.call("ApproveRejectedAssignment", {"AssignmentId": "B2"}),
        lambda: requester.call_and_hang_up("GrantBonus", amount("1.00")),
        lambda: requester.call_together(2, "GrantBonus", amount("1.00")),
        lambda: requester.call("GetAccountBalance", common={"Operation": "GrantBonus"}),
        lambda: requester.call("GetAccountBalance", common={"Operation": "SendBonus"}),
        lambda: requester.send("GetAccountBalance", retargeted(harmless, "SendBonus")),
        lambda: requester.send("GetAccountBalance", retargeted(harmless, "CreateHITWithHITType")),
        lambda: requester.send_again("GrantBonus", requester.write("GrantBonus", amount("1.00"))),
    ]
    for call in calls:
        with pytest.raises(NotMeasured) as refused:
            call()
        assert refused.value.for_safety
    assert setting.came == []


@pytest.mark.parametrize("said", [amount("2.00"), {**BONUS, "BonusAmount": "2.00"}])
def test_a_bonus_counts_by_json(said: dict[str, Any]) -> None:
    """Whether the amount was given as the older versions have it or as 2017-01-17 does: with its fee."""
    guard = Guard(embedded=False, spend_cap=Decimal(3))
    setting = Setting(guard)
    assert setting.requester.call("GrantBonus", said).accepted
    assert guard.spent == Decimal("2.90")
    with pytest.raises(NotMeasured, match="goes over the cap"):
        setting.requester.call("GrantBonus", said)
    assert setting.targets == ["SendBonus"]


@pytest.mark.parametrize("operation", ["CreateHIT", "CreateHITWithHITType"])
def test_hits_of_a_known_type_are_estimated_by_json(operation: str) -> None:
    """And more assignments for them, by the reward that their type has."""
    guard = Guard(embedded=False, spend_cap=Decimal(10))
    typing = Setting(guard, HITTypeId="T")
    typing.requester.call("RegisterHITType", {**TYPE, "Reward": {"Amount": "1.00", "CurrencyCode": "USD"}})
    making = Setting(guard, HIT={"HITId": "H", "HITTypeId": "T"})
    making.requester.call(operation, {"HITTypeId": "T", "MaxAssignments": 2, "LifetimeInSeconds": 60})
    assert (making.targets, guard.spent) == (["CreateHITWithHITType"], Decimal("2.90"))
    more = Setting(guard)
    more.requester.call("ExtendHIT", {"HITId": "H", "MaxAssignmentsIncrement": 1})
    assert (more.targets, guard.spent) == (["CreateAdditionalAssignmentsForHIT"], Decimal("4.35"))
    with pytest.raises(NotMeasured, match="cannot be told"):
        more.requester.call("ExtendHIT", {"HITId": "UNKNOWN", "MaxAssignmentsIncrement": 1})


def test_what_is_created_by_json_stands_in_the_ledger(tmp_path: Path) -> None:
    """With its version, so that it is removed by JSON; what a case takes away itself is crossed off."""
    path = tmp_path / "ledger"
    with Ledger(path) as ledger:
        setting = Setting(
            Guard(embedded=False), ledger, QualificationType={"QualificationTypeId": "Q1", "Name": "run1"}
        )
        setting.requester.call("CreateQualificationType", {"Name": "run1", "Description": "d"})
        ((identifier, version, operation),) = [(one.id, one.version, one.operation) for one in open_items(path)]
        assert (identifier, version, operation) == ("Q1", TODAY, "CreateQualificationType")
        setting.requester.call("DisposeQualificationType", {"QualificationTypeId": "Q1"})
        assert open_items(path) == ()
    assert setting.targets == ["CreateQualificationType", "DeleteQualificationType"]


def test_a_create_of_a_typed_hit_is_noted_too(tmp_path: Path) -> None:
    """Also where the answer is not waited for."""
    path = tmp_path / "ledger"
    guard = Guard(embedded=True)
    with Ledger(path) as ledger:
        setting = Setting(guard, ledger, HIT={"HITId": "H1"})
        setting.requester.call("CreateHITWithHITType", {"HITTypeId": "T", "LifetimeInSeconds": 60})
        setting.requester.call_and_hang_up("CreateHIT", {"HITTypeId": "T", "LifetimeInSeconds": 60})
    assert [one.id for one in open_items(path)] == ["H1", None]
