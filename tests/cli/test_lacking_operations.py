"""An endpoint that has some of the operations: one line for each that it lacks, and a full verdict on the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from conformance.record.events import Verdict
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.spec.shapes import shapes_for
from conformance.wire.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from tests.conftest import Kit, Outcome, Plant

VERSION = "2014-08-15"
NAMES = "Common.Operation.names"
CALLED = frozenset(shapes_for(VERSION).operations)
# A third, chosen so that one can be judged in full: types of Qualifications, without what decides on requests.
THIRD = frozenset(
    {
        "ApproveAssignment",
        "BlockWorker",
        "CreateQualificationType",
        "DisposeQualificationType",
        "GetAccountBalance",
        "GetBlockedWorkers",
        "GetHIT",
        "GetQualificationType",
        "GetReviewableHITs",
        "RegisterHITType",
        "SearchQualificationTypes",
        "SendTestEventNotification",
        "UnblockWorker",
        "UpdateQualificationType",
    }
)
LACKING = CALLED - THIRD
FULL = ("BlockWorker.*", "GetBlockedWorkers.*", "CreateQualificationType.*", "GetAccountBalance.*")
SELECTED = (*FULL, "GrantBonus.*", "GetQualificationRequests.*", "AssignQualification.*", NAMES)


def only(*operations: str) -> Plant:
    """Leave these operations in an endpoint, and no other."""

    def plant(endpoint: Endpoint) -> None:
        for name in set(HANDLERS) - set(operations):
            del endpoint.handlers[name]

    return plant


def judged(kit: Kit, *selected: str, has: frozenset[str] = THIRD) -> Outcome:
    endpoint = kit.serve(plant=only(*has))
    choice = (word for one in selected for word in ("--select", one))
    return kit.judge(endpoint.url, *kit.driven, "--version", VERSION, *choice)


def cause(operation: str) -> str:
    return f"{operation}: the endpoint does not have this operation"


def test_each_operation_that_is_lacking_is_one_line(kit: Kit) -> None:
    """In each report; what needs it waits for that one cause, and nothing else fails."""
    outcome = judged(kit, *SELECTED)
    assert outcome.code == 1
    assert len(THIRD) * 3 in range(len(CALLED) - 2, len(CALLED) + 3)
    failed = [event for event in kit.record().verdicts if event.verdict is Verdict.FAIL]
    assert {event.reason for event in failed} == {cause(operation) for operation in LACKING}
    assert {event.requirement for event in failed} == {NAMES, "GrantBonus.Operation.name"}
    lines = outcome.out.splitlines()
    assert sum(line.startswith("FAIL ") for line in lines) == len(LACKING)
    for operation in LACKING:
        assert sum(line.strip() == f"reason    {cause(operation)}" for line in lines) == 1
    told = json.loads(kit.call("report", "json", kit.record_path).out)
    assert sorted(finding["reason"] for finding in told["failures"]) == sorted(map(cause, LACKING))
    assert {group["cause"] for group in told["blocked"]} <= set(map(cause, LACKING))
    suites = ElementTree.fromstring(kit.call("report", "junit", kit.record_path).out)
    names = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
    assert {f"{NAMES}/{operation} {VERSION} query" for operation in LACKING} == set(names) - {
        f"GrantBonus.Operation.name {VERSION} query"
    }


def test_what_is_there_is_judged_in_full(kit: Kit) -> None:
    """The requirements of an operation that the endpoint has are met, as they are by an endpoint that has all."""
    judged(kit, *FULL)
    lacking = kit.named(Verdict.BLOCKED)
    some = {event.requirement for event in kit.record().verdicts if event.verdict.measured}
    judged(kit, *FULL, has=CALLED)
    whole = {event.requirement for event in kit.record().verdicts if event.verdict.measured}
    assert kit.named(Verdict.FAIL) == kit.named(Verdict.BLOCKED) == set()
    assert whole - some <= lacking
    assert len(some) > 0.7 * len(whole)


def test_nothing_passes_because_a_lacking_operation_refuses_everything(kit: Kit) -> None:
    """Its own requirements are blocked, those about refusals too; the run fails by one line, though nobody asked."""
    outcome = judged(kit, "GetQualificationRequests.*", "GetBonusPayments.*", "GetAccountBalance.*")
    assert outcome.code == 1
    selected = ("GetQualificationRequests.", "GetBonusPayments.")
    own = [event for event in kit.record().verdicts if event.requirement.startswith(selected)]
    assert {event.verdict for event in own} <= {Verdict.BLOCKED, Verdict.NOT_MEASURED}
    failed = [event for event in kit.record().verdicts if event.verdict is Verdict.FAIL]
    assert {(event.requirement, event.case) for event in failed} == {
        (NAMES, f"{NAMES}/GetQualificationRequests"),
        (NAMES, f"{NAMES}/GetBonusPayments"),
    }
    assert kit.call("replay", kit.record_path, NAMES).code == 1


def test_a_precondition_that_is_lacking_is_not_held_against_what_was_asked(kit: Kit) -> None:
    """What was selected is there, and cannot be shown: that is blocked, and measured is nothing."""
    outcome = judged(kit, "GetQualificationRequests.*", has=frozenset({"GetQualificationRequests", "GetHIT"}))
    assert cause("CreateQualificationType") in outcome.out
    assert kit.named(Verdict.FAIL) == set()
    assert "GetQualificationRequests.PageSize.range" in kit.named(Verdict.BLOCKED) | kit.named(Verdict.PASS)


@pytest.mark.parametrize("status", [404, 500, 501])
def test_an_operation_may_be_lacking_in_many_ways(kit: Kit, status: int) -> None:
    """What a gateway says to every unknown name, or a service to one that it has not got, is recognised."""
    handler = kit.endpoint()

    def answer(request: HttpRequest) -> HttpResponse:
        operation = kit.operation_of(request)
        if operation in THIRD or not operation or (status == 501 and operation not in CALLED):
            return handler(request)
        page = f"<html><p>{operation}<br></html>".encode()
        return HttpResponse(status=status, headers=(("Content-Type", "text/html"),), body=page)

    selection = ("--select", "GrantBonus.*", "--select", NAMES)
    outcome = kit.judge(kit.serve(answer).url, *kit.driven, "--version", VERSION, *selection)
    failed = [event for event in kit.record().verdicts if event.verdict is Verdict.FAIL]
    assert outcome.code == 1
    assert {event.reason for event in failed} == {cause(operation) for operation in LACKING}
