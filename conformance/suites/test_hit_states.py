"""The states of a HIT: what Workers and the time make of it."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, WorkerRefused
from conformance.suites.assignments import Employer, decision
from conformance.suites.life_cycle import refused_to_accept, show, status_of
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

HIT = "StateMachine.HIT"
LIFETIME = 30
OVER = LIFETIME + 1.0


def sees_status(requirement: str, given: Given, expect: Expect, hit_id: str, wanted: str, *, when: str) -> None:
    """See that GetHIT comes to show a status."""
    status = status_of(given, hit_id, wanted)
    expect(requirement, status == wanted, where=f"GetHIT/HITStatus {when}", expected=wanted, actual=status)


def sees_it_reopened(requirement: str, given: Given, expect: Expect, hit_id: str, when: str) -> None:
    """See that a HIT is Assignable again, and that another Worker can accept it."""
    sees_status(requirement, given, expect, hit_id, "Assignable", when=when)
    refused = refused_to_accept(given, hit_id)
    expect(
        requirement,
        not refused,
        where=f"another Worker who wants to accept the HIT {when}",
        expected="an assignment",
        actual="the Worker cannot accept it",
    )


def accepted(given: Given, hit_id: str) -> tuple[str, str]:
    """Have a new Worker accept a HIT; return the ids of the Worker and the assignment."""
    worker_id = given.workers.new_worker()
    return worker_id, given.workers.accept_assignment(worker_id, hit_id).assignment_id


@pytest.mark.verifies(f"{HIT}.unassignable")
def test_is_unassignable_while_all_is_taken(given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit(MaxAssignments=1)
    accepted(given, hit_id)
    sees_status(f"{HIT}.unassignable", given, expect, hit_id, "Unassignable", when="with its only assignment accepted")


@pytest.mark.verifies(f"{HIT}.return-reopens")
def test_reopens_when_an_assignment_is_returned(given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit(MaxAssignments=1)
    given.workers.return_assignment(*accepted(given, hit_id))
    sees_it_reopened(f"{HIT}.return-reopens", given, expect, hit_id, "after the return")


@pytest.mark.verifies(f"{HIT}.abandon-reopens")
def test_reopens_when_an_assignment_is_abandoned(given: Given, expect: Expect, clock: ClockDriver) -> None:
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=1, HITTypeId=employer.hit_type(AssignmentDurationInSeconds=LIFETIME))
    accepted(given, hit_id)
    clock.advance(OVER)
    sees_it_reopened(f"{HIT}.abandon-reopens", given, expect, hit_id, "when the time for its assignment is over")


@pytest.mark.verifies(f"{HIT}.all-submitted", f"{HIT}.decisions-keep", f"{HIT}.max-concurrent")
def test_is_reviewable_when_all_is_submitted(given: Given, expect: Expect) -> None:
    """Of two assignments one is submitted, then both are; a third Worker comes in between."""
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=2)
    first = employer.submitted(hit_id)
    second, third = given.workers.new_worker(), given.workers.new_worker()
    taken = given.workers.accept_assignment(second, hit_id)
    try:
        given.workers.accept_assignment(third, hit_id)
        actual = "the third Worker has accepted one too"
    except WorkerRefused:
        actual = ""
    expect(
        f"{HIT}.max-concurrent",
        not actual,
        where="a HIT of two assignments, one of them submitted and one accepted",
        expected="no third assignment",
        actual=actual,
    )
    if actual:
        raise Blocked("the HIT that the case starts from has more assignments than it should")
    employer.submit(second, taken.assignment_id)
    sees_status(f"{HIT}.all-submitted", given, expect, hit_id, "Reviewable", when="with all assignments submitted")
    employer.requester.must("ApproveAssignment", {"AssignmentId": first.assignment_id})
    employer.requester.must("RejectAssignment", decision(employer.requester, "RejectAssignment", taken.assignment_id))
    status = show(employer.requester, hit_id).status
    expect(
        f"{HIT}.decisions-keep",
        status == "Reviewable",
        where="GetHIT/HITStatus after an approval and a rejection",
        expected="Reviewable, as before",
        actual=status,
    )


@pytest.mark.verifies(f"{HIT}.expired-idle")
def test_is_reviewable_when_it_has_expired(given: Given, expect: Expect, clock: ClockDriver) -> None:
    hit_id = Employer(given).hit(LifetimeInSeconds=LIFETIME)
    clock.advance(OVER)
    sees_status(f"{HIT}.expired-idle", given, expect, hit_id, "Reviewable", when="after its lifetime")


@pytest.mark.verifies(f"{HIT}.leave-reviewable")
def test_stays_reviewable(requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    hit_id = employer.reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    stays_reviewable(requester, employer, hit_id, expect)


def stays_reviewable(requester: Requester, employer: Employer, hit_id: str, expect: Expect) -> None:
    """See that calls that are no reason to leave the state Reviewable leave it."""
    for operation in ("ForceExpireHIT", "ChangeHITTypeOfHIT", "GetAssignmentsForHIT"):
        values = {"HITId": hit_id}
        if operation == "ChangeHITTypeOfHIT":
            if requester.version < "2007-06-21":
                continue
            values["HITTypeId"] = employer.hit_type()
        reply = requester.call(operation, values)
        status = show(requester, hit_id).status
        expect(
            f"{HIT}.leave-reviewable",
            status == "Reviewable",
            where=f"GetHIT/HITStatus after {operation}",
            expected="Reviewable",
            actual=f"{status} ({reply.summary})",
        )


@pytest.mark.verifies(f"{HIT}.expired-busy")
def test_waits_for_a_worker_after_its_lifetime(given: Given, expect: Expect, clock: ClockDriver) -> None:
    hit_id = Employer(given).hit(LifetimeInSeconds=LIFETIME)
    worker_id, assignment_id = accepted(given, hit_id)
    clock.advance(OVER)
    busy = show(given.requester, hit_id).status
    expect(
        f"{HIT}.expired-busy",
        busy != "Reviewable",
        where="GetHIT/HITStatus of an expired HIT that a Worker has accepted",
        expected="not Reviewable",
        actual=busy,
    )
    given.workers.return_assignment(worker_id, assignment_id)
    sees_status(f"{HIT}.expired-busy", given, expect, hit_id, "Reviewable", when="after the return")


@pytest.mark.verifies("ForceExpireHIT.unassignable")
def test_an_unassignable_hit_expires(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit(MaxAssignments=1)
    worker_id, assignment_id = accepted(given, hit_id)
    reply = requester.call("ForceExpireHIT", {"HITId": hit_id})
    expect(
        "ForceExpireHIT.unassignable",
        reply.accepted,
        where="ForceExpireHIT of an Unassignable HIT",
        expected="success",
        actual=reply.summary,
    )
    given.workers.return_assignment(worker_id, assignment_id)
    sees_status("ForceExpireHIT.unassignable", given, expect, hit_id, "Reviewable", when="after the return")


@pytest.mark.verifies(f"{HIT}.lifetime-accept")
def test_cannot_be_accepted_after_its_lifetime(given: Given, expect: Expect, clock: ClockDriver) -> None:
    hit_id = Employer(given).hit(LifetimeInSeconds=LIFETIME, MaxAssignments=2)
    clock.advance(OVER)
    refused = refused_to_accept(given, hit_id)
    expect(
        f"{HIT}.lifetime-accept",
        refused,
        where="a Worker who wants to accept an expired HIT",
        expected="no assignment",
        actual="the Worker has accepted an assignment",
    )
