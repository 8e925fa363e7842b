"""DisposeQualificationType: what can no longer be done with a type, and what stays."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import WorkerRefused
from conformance.spec.requirements import requirements
from conformance.suites.assignments import Employer
from conformance.suites.forms import form_and_answer
from conformance.suites.life_cycle import extend
from conformance.suites.preconditions import Given, requests_listed
from conformance.suites.qualification_types import (
    CREATE,
    DISPOSE,
    HITS,
    NEEDED,
    UPDATE,
    hit_type_requiring,
    hit_type_values,
    hits_requiring,
)
from conformance.suites.refusals import is_refusal, is_unknown_operation
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

HOURS = (0, 24, 48)
"""When the name of a type that was disposed of is tried again; by the last hour it has to be free."""


def dispose(requester: Requester, type_id: str) -> Reply:
    """Dispose of a type, as a precondition."""
    return requester.must(DISPOSE, {"QualificationTypeId": type_id})


def new_hits(requester: Requester, given: Given, type_id: str) -> dict[str, Reply]:
    """Try to make a HIT, and a HIT type, that require a type."""
    hit = {"Question": form_and_answer("q1")[0], "LifetimeInSeconds": 3600}
    return {
        "RegisterHITType": requester.call("RegisterHITType", hit_type_values(given, type_id)),
        "CreateHIT": requester.call("CreateHIT", {**hit_type_values(given, type_id), **hit}),
    }


@pytest.mark.verifies(f"{DISPOSE}.Operation.name")
def test_its_name(requester: Requester, given: Given, expect: Expect) -> None:
    values = {"QualificationTypeId": given.qualification_type()}
    for operation, known in (("DisposeQualification", False), (DISPOSE, True)):
        reply = requester.call(operation, values)
        expect(
            f"{DISPOSE}.Operation.name",
            is_unknown_operation(reply, operation, requester) is not known,
            where=f"Operation={operation}",
            expected="an operation that is known" if known else "an operation that nobody knows",
            actual=reply.summary,
        )


@pytest.mark.verifies(f"{DISPOSE}.twice", f"{DISPOSE}.no-new-hits", f"{DISPOSE}.later-use-fails")
def test_no_use_after_the_disposal(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    assigned = {"WorkerId": given.workers.new_worker()} if given.workers.capabilities else {}
    dispose(requester, type_id)
    again = requester.call(DISPOSE, {"QualificationTypeId": type_id})
    expect(
        f"{DISPOSE}.twice",
        is_refusal(again),
        where="a second disposal",
        expected="an error with a code and no data",
        actual=again.summary,
    )
    if again.refused:
        expect.code(f"{DISPOSE}.twice", again.codes)
    for operation, reply in new_hits(requester, given, type_id).items():
        expect(
            f"{DISPOSE}.no-new-hits",
            is_refusal(reply),
            where=f"{operation} with a requirement on the type",
            expected="an error",
            actual=reply.summary,
        )
    later: dict[str, dict[str, Any]] = {
        UPDATE: {"Description": "later"},
        "AssignQualification": {**assigned, "IntegerValue": 1},
        HITS: {},
    }
    for operation, values in later.items():
        if operation == "AssignQualification" and not assigned:
            continue
        reply = requester.call(operation, {"QualificationTypeId": type_id, **values})
        expect(
            f"{DISPOSE}.later-use-fails",
            is_refusal(reply),
            where=f"{operation} of the type",
            expected="an error",
            actual=reply.summary,
        )


@pytest.mark.verifies(f"{DISPOSE}.again")
def test_a_second_disposal(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    dispose(requester, type_id)
    again = requester.call(DISPOSE, {"QualificationTypeId": type_id})
    expect.see(f"{DISPOSE}.again", where="a second disposal", actual=again.summary)


@pytest.mark.verifies(f"{CREATE}.Status.inactive-no-hits")
def test_no_hits_for_an_inactive_type(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type(QualificationTypeStatus="Inactive")
    for operation, reply in new_hits(requester, given, type_id).items():
        expect(
            f"{CREATE}.Status.inactive-no-hits",
            is_refusal(reply),
            where=f"{operation} with a requirement on an Inactive type",
            expected="an error",
            actual=reply.summary,
        )


@pytest.mark.verifies(f"{DISPOSE}.hittypes", f"{DISPOSE}.active-hits-stay", f"{DISPOSE}.no-extend")
def test_what_becomes_of_hits(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    hit_type = hit_type_requiring(given, type_id)
    hit_id = Employer(given).hit(HITTypeId=hit_type)
    dispose(requester, type_id)
    hit = {"HITTypeId": hit_type, "Question": form_and_answer("q1")[0], "LifetimeInSeconds": 3600}
    created = requester.call("CreateHIT", hit)
    expect(
        f"{DISPOSE}.hittypes",
        is_refusal(created),
        where="CreateHIT with a HIT type that requires the type",
        expected="an error",
        actual=created.summary,
    )
    shown = requester.call("GetHIT", {"HITId": hit_id, "ResponseGroup": ["Minimal", "HITDetail"]})
    expect(
        f"{DISPOSE}.active-hits-stay",
        shown.text("HITStatus") == "Assignable",
        where="GetHIT of a HIT made before, HITStatus",
        expected="Assignable",
        actual=shown.text("HITStatus") or shown.summary,
    )
    if not requirements()[f"{DISPOSE}.no-extend"].holds_in(requester.version):
        return
    extended = extend(requester, hit_id)
    expect(
        f"{DISPOSE}.no-extend",
        is_refusal(extended),
        where="ExtendHIT of a HIT made before",
        expected="an error",
        actual=extended.summary,
    )


@pytest.mark.verifies(f"{DISPOSE}.qualifications-stay")
def test_workers_keep_what_they_hold(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    (hit_id,) = hits_requiring(given, type_id)
    values = {"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": 20}
    requester.must("AssignQualification", values)
    dispose(requester, type_id)
    try:
        given.workers.accept_assignment(worker, hit_id)
        refused = ""
    except WorkerRefused as refusal:
        refused = str(refusal)
    expect(
        f"{DISPOSE}.qualifications-stay",
        not refused,
        where="a Worker who holds the Qualification accepts a HIT that requires it",
        expected="an assignment",
        actual=refused,
    )


@pytest.mark.verifies(f"{DISPOSE}.pending-rejected")
def test_pending_requests_are_rejected(requester: Requester, given: Given, expect: Expect) -> None:
    request = given.pending_request()
    identifier = request.qualification_request_id
    dispose(requester, request.qualification_type_id)
    left = given.settled(
        lambda: {one.qualification_request_id for one in requests_listed(requester)}, lambda ids: identifier not in ids
    )
    granted = requester.call("GrantQualification", {"QualificationRequestId": identifier})
    expect(
        f"{DISPOSE}.pending-rejected",
        identifier not in left,
        where="GetQualificationRequests after the disposal",
        expected="a list without the request",
        actual="the request is listed",
    )
    expect(
        f"{DISPOSE}.pending-rejected",
        is_refusal(granted),
        where="GrantQualification after the disposal",
        expected="an error",
        actual=granted.summary,
    )


@pytest.mark.verifies(f"{DISPOSE}.owner-only")
def test_another_requester_cannot_dispose_of_a_type(
    requester: Requester, second_requester: Requester, given: Given, expect: Expect
) -> None:
    type_id = given.qualification_type()
    reply = second_requester.call(DISPOSE, {"QualificationTypeId": type_id})
    expect(
        f"{DISPOSE}.owner-only",
        is_refusal(reply),
        where=f"{DISPOSE} by another Requester",
        expected="an error",
        actual=reply.summary,
    )
    update = {"QualificationTypeId": type_id, "Description": "still there"}
    used = requester.call(UPDATE, update)
    if given.workers.capabilities:
        values = {"QualificationTypeId": type_id, "WorkerId": given.workers.new_worker(), "IntegerValue": 1}
        used = requester.call("AssignQualification", values)
    expect(
        f"{DISPOSE}.owner-only",
        used.accepted,
        where=f"{used.operation} by the owner afterwards",
        expected="a type that can be used as before",
        actual=used.summary,
    )


@pytest.mark.verifies(f"{DISPOSE}.name-reuse", f"{DISPOSE}.delay")
def test_the_name_becomes_free(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    name, passed = given.name("type"), 0
    type_id = given.qualification_type(Name=name)
    dispose(requester, type_id)
    for hours in HOURS:
        clock.advance((hours - passed) * 3600)
        passed = hours
        reply = requester.call(CREATE, {"Name": name, **NEEDED})
        if reply.accepted:
            break
    told = f"accepted {passed} hours after the disposal" if reply.accepted else f"not within {HOURS[-1]} hours"
    expect.see(f"{DISPOSE}.delay", where=f"{CREATE} with the Name", actual=told)
    second = (reply.text("QualificationTypeId") or "").strip()
    expect(
        f"{DISPOSE}.name-reuse",
        reply.accepted and second != type_id,
        where=f"{CREATE} with the Name {HOURS[-1]} hours after the disposal",
        expected="a type with another id",
        actual=f"the id {second}" if reply.accepted else reply.summary,
    )
