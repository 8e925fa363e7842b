"""Assignments and the time: the automatic approval, and the time that a Worker has."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from lxml import etree

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, WorkerRefused
from conformance.suites.assignments import REWARD, Employer, Work
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester
from conformance.wire.timestamps import parse_timestamp

ASSIGNMENT = "StateMachine.Assignment"
DELAY = 60
LATER = 90.0  # within a minute of the time when the approval is due
LIFETIME = 30
EARNED = Decimal(REWARD["Amount"])


def hit_with_delay(employer: Employer, delay: int = DELAY) -> str:
    """Create a HIT whose assignments are approved by themselves after a delay, and return its id."""
    return employer.hit(HITTypeId=employer.hit_type(AutoApprovalDelayInSeconds=delay))


def listed(employer: Employer, work: Work) -> etree._Element:
    """Return an assignment as GetAssignmentsForHIT lists it."""
    for row in employer.requester.must("GetAssignmentsForHIT", {"HITId": work.hit_id}).all("Assignment"):
        if (row.findtext("AssignmentId") or "").strip() == work.assignment_id:
            return row
    raise Blocked("GetAssignmentsForHIT: an assignment that was submitted is not listed")


def status_in(row: etree._Element) -> str:
    """Return the AssignmentStatus of a listed assignment."""
    return (row.findtext("AssignmentStatus") or "").strip()


def approved(employer: Employer, work: Work) -> etree._Element:
    """Return an assignment as it is listed, read until it is Approved."""
    return employer.given.settled(lambda: listed(employer, work), lambda row: status_in(row) == "Approved")


def moment(row: etree._Element, name: str) -> datetime | None:
    """Return a time of a listed assignment, None where it has none."""
    try:
        return parse_timestamp((row.findtext(name) or "").strip())
    except ValueError:
        return None


def sees_it_approved(requirement: str, row: etree._Element, due: datetime | None, expect: Expect) -> None:
    """See that an assignment is Approved, at most a minute from when that was due."""
    at = moment(row, "ApprovalTime")
    near = at is not None and due is not None and abs((at - due).total_seconds()) <= 60
    expect(
        requirement,
        status_in(row) == "Approved" and near,
        where="GetAssignmentsForHIT, a minute and a half after the submission",
        expected=f"Approved, with an ApprovalTime within 60 seconds of {due}",
        actual=f"{status_in(row)}, ApprovalTime {at}",
    )


@pytest.mark.verifies(f"{ASSIGNMENT}.auto-approve", f"{ASSIGNMENT}.auto-approve-rejected")
def test_approves_what_nobody_decides(given: Given, expect: Expect, clock: ClockDriver) -> None:
    """Of two submissions one is rejected, the other is left alone."""
    employer = Employer(given)
    left = employer.submitted(hit_with_delay(employer))
    rejected = employer.rejected(hit_with_delay(employer))
    waiting = listed(employer, left)
    due = moment(waiting, "AutoApprovalTime")
    clock.advance(LATER)
    sees_it_approved(f"{ASSIGNMENT}.auto-approve", approved(employer, left), due, expect)
    status = status_in(listed(employer, rejected))
    expect(
        f"{ASSIGNMENT}.auto-approve-rejected",
        status == "Rejected",
        where="GetAssignmentsForHIT, a minute and a half after a rejection",
        expected="Rejected",
        actual=status,
    )


@pytest.mark.verifies(f"{ASSIGNMENT}.auto-approve-zero")
def test_approves_at_once_without_a_delay(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.submitted(hit_with_delay(employer, 0))
    status = status_in(approved(employer, work))
    expect(
        f"{ASSIGNMENT}.auto-approve-zero",
        status == "Approved",
        where="GetAssignmentsForHIT, with AutoApprovalDelayInSeconds=0",
        expected="Approved",
        actual=status,
    )


@pytest.mark.verifies(f"{ASSIGNMENT}.auto-approve-expired-hit")
def test_approves_in_time_though_the_hit_is_extended(given: Given, expect: Expect, clock: ClockDriver) -> None:
    employer = Employer(given)
    work = employer.submitted(hit_with_delay(employer))
    due = moment(listed(employer, work), "AutoApprovalTime")
    employer.requester.must("ExtendHIT", {"HITId": work.hit_id, "MaxAssignmentsIncrement": 1})
    clock.advance(LATER)
    sees_it_approved(f"{ASSIGNMENT}.auto-approve-expired-hit", approved(employer, work), due, expect)


@pytest.mark.verifies(f"{ASSIGNMENT}.auto-approve-pays")
def test_pays_what_is_approved_by_time(
    given: Given, expect: Expect, clock: ClockDriver, fund: Callable[[str], Requester]
) -> None:
    employer = Employer(given, fund("5.00"))
    before = employer.balance()
    employer.submitted(hit_with_delay(employer))
    clock.advance(LATER)
    cost = given.settled(lambda: before - employer.balance(), lambda amount: amount >= EARNED)
    expect(
        f"{ASSIGNMENT}.auto-approve-pays",
        cost >= EARNED,
        where="GetAccountBalance, before the HIT was created and a minute and a half after the submission",
        expected=f"fallen by {EARNED} at least",
        actual=f"fallen by {cost}",
    )


@pytest.mark.verifies(f"{ASSIGNMENT}.duration-after-expiry")
def test_can_be_submitted_after_the_hit_has_expired(given: Given, expect: Expect, clock: ClockDriver) -> None:
    employer = Employer(given)
    kind = employer.hit_type(AssignmentDurationInSeconds=600)
    hit_id, worker_id = employer.hit(HITTypeId=kind, LifetimeInSeconds=LIFETIME), given.workers.new_worker()
    assignment_id = given.workers.accept_assignment(worker_id, hit_id).assignment_id
    clock.advance(2.0 * LIFETIME)
    work = Work(assignment_id=assignment_id, worker_id=worker_id, hit_id=hit_id)
    try:
        employer.submit(worker_id, assignment_id)
        actual = status_in(listed(employer, work))
    except WorkerRefused as refusal:
        actual = f"the submission was refused: {refusal}"
    expect(
        f"{ASSIGNMENT}.duration-after-expiry",
        actual == "Submitted",
        where="GetAssignmentsForHIT, after a submission 30 seconds after the HIT expired",
        expected="Submitted",
        actual=actual,
    )
