"""DisableHIT: what becomes of the assignments of a HIT that is disabled, and of what they cost."""

from decimal import Decimal

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import WorkerRefused
from conformance.suites.assignments import REWARD, Employer
from conformance.suites.hits import Fund
from conformance.suites.preconditions import Given
from conformance.target.requester import Requester

BALANCE = "5.00"
EARNED = Decimal(REWARD["Amount"])


def fallen(employer: Employer, before: Decimal, *, at_least: Decimal = EARNED) -> Decimal:
    """Return by how much the balance has fallen, read until it is enough."""
    return employer.given.settled(lambda: before - employer.balance(), lambda amount: amount >= at_least)


@pytest.mark.verifies("DisableHIT.approves-submitted")
def test_pays_for_what_was_submitted(given: Given, expect: Expect, fund: Fund) -> None:
    employer = Employer(given, fund(BALANCE))
    before = employer.balance()
    work = employer.submitted(employer.hit(MaxAssignments=2))
    employer.requester.must("DisableHIT", {"HITId": work.hit_id})
    cost = fallen(employer, before)
    expect(
        "DisableHIT.approves-submitted",
        cost >= EARNED,
        where="GetAccountBalance, before the HIT was created and after it was disabled",
        expected=f"fallen by {EARNED} at least",
        actual=f"fallen by {cost}",
    )


@pytest.mark.verifies("DisableHIT.keeps-rejected")
def test_pays_nothing_for_what_was_rejected(given: Given, expect: Expect, fund: Fund) -> None:
    employer = Employer(given, fund(BALANCE))
    before = employer.balance()
    work = employer.rejected(employer.hit(MaxAssignments=2))
    employer.requester.must("DisableHIT", {"HITId": work.hit_id})
    cost = given.settled(lambda: before - employer.balance(), lambda amount: amount < EARNED)
    expect(
        "DisableHIT.keeps-rejected",
        cost < EARNED,
        where="GetAccountBalance, before the HIT was created and after it was disabled",
        expected=f"fallen by less than {EARNED}",
        actual=f"fallen by {cost}",
    )


@pytest.mark.verifies("DisableHIT.in-progress")
def test_pays_for_what_is_submitted_later(given: Given, expect: Expect, fund: Fund) -> None:
    employer = Employer(given, fund(BALANCE))
    before = employer.balance()
    hit_id, worker_id = employer.hit(MaxAssignments=2), given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    employer.requester.must("DisableHIT", {"HITId": hit_id})
    try:
        Employer(given).submit(worker_id, accepted.assignment_id)
        submitted = "submitted"
    except WorkerRefused as refusal:
        submitted = f"refused: {refusal}"
    cost = fallen(employer, before) if submitted == "submitted" else Decimal(0)
    expect(
        "DisableHIT.in-progress",
        submitted == "submitted" and cost >= EARNED,
        where="the submission, and GetAccountBalance",
        expected=f"submitted, and the balance fallen by {EARNED} at least",
        actual=f"{submitted}; fallen by {cost}",
    )


@pytest.mark.verifies("DisableHIT.data-gone")
def test_gives_away_no_results(requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.submitted(employer.hit(MaxAssignments=2))
    requester.must("DisableHIT", {"HITId": work.hit_id})
    reply = given.settled(
        lambda: requester.call("GetAssignmentsForHIT", {"HITId": work.hit_id}),
        lambda reply: not reply.all("Assignment"),
    )
    expect(
        "DisableHIT.data-gone",
        not reply.all("Assignment") and (reply.accepted or reply.refused),
        where="GetAssignmentsForHIT",
        expected="an error, or no Assignment",
        actual=f"{reply.summary}; {len(reply.all('Assignment'))} assignments",
    )
