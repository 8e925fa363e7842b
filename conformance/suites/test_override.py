"""ApproveAssignment in 2017-01-17, which takes back a rejection where it says so."""

import json
from functools import partial

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer, Work
from conformance.suites.json_messages import send_object
from conformance.suites.preconditions import Given
from conformance.suites.submissions import call, refused_leaving, shown
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

APPROVE, UNDO = "ApproveAssignment", "ApproveRejectedAssignment"
OVERRIDE = f"{APPROVE}.OverrideRejection"


def approve(requester: Requester, work: Work, *, override: bool) -> Reply:
    """Approve an assignment, and say whether this overrides a rejection."""
    return requester.call(APPROVE, {"AssignmentId": work.assignment_id, "OverrideRejection": override})


@pytest.mark.verifies(f"{OVERRIDE}.default")
def test_false_overrides_nothing(given: Given, expect: Expect, requester: Requester) -> None:
    employer = Employer(given)
    rejected, waiting = employer.rejected(), employer.submitted()
    reply, read = approve(requester, rejected, override=False), partial(shown, requester, rejected)
    refused_leaving(f"{OVERRIDE}.default", reply, rejected, read, expect, status="Rejected")
    reply, row = approve(requester, waiting, override=False), shown(requester, waiting)
    expect(
        f"{OVERRIDE}.default",
        reply.accepted and row.get("AssignmentStatus") == "Approved",
        where=f"{APPROVE} of a Submitted assignment with OverrideRejection false",
        expected="success, and AssignmentStatus Approved",
        actual=f"{reply.summary}; AssignmentStatus {row.get('AssignmentStatus')!r}",
    )


@pytest.mark.verifies(f"{OVERRIDE}.approved")
def test_what_is_approved_stays_so(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    work = Employer(given).approved()
    before = shown(requester, work)
    let_seconds_pass(clock)  # so that a new time would be another one
    reply, read = approve(requester, work, override=True), partial(shown, requester, work)
    row = refused_leaving(f"{OVERRIDE}.approved", reply, work, read, expect, status="Approved")
    expect(
        f"{OVERRIDE}.approved",
        row.get("ApprovalTime") == before.get("ApprovalTime"),
        where="ApprovalTime",
        expected=f"{before.get('ApprovalTime')!r}, as before",
        actual=repr(row.get("ApprovalTime")),
    )


@pytest.mark.verifies(f"{OVERRIDE}.submitted")
def test_what_waits_may_be_approved(given: Given, expect: Expect, requester: Requester) -> None:
    work = Employer(given).submitted()
    reply = approve(requester, work, override=True)
    status = shown(requester, work).get("AssignmentStatus")
    expect.see(f"{OVERRIDE}.submitted", where=APPROVE, actual=f"{reply.summary}; AssignmentStatus {status}")


@pytest.mark.verifies(f"{OVERRIDE}.type")
def test_a_text_overrides_nothing(given: Given, expect: Expect, requester: Requester) -> None:
    work = Employer(given).rejected()
    reply = send_object(requester, APPROVE, {"AssignmentId": work.assignment_id, "OverrideRejection": "perhaps"})
    status = shown(requester, work).get("AssignmentStatus")
    expect(
        f"{OVERRIDE}.type",
        not reply.accepted and status == "Rejected",
        where=f"{APPROVE} with OverrideRejection {json.dumps('perhaps')}",
        expected="an error, and the assignment stays Rejected",
        actual=f"{reply.summary}; AssignmentStatus {status}",
    )


@pytest.mark.verifies(f"{UNDO}.RequesterFeedback.returned")
def test_the_feedback_is_that_of_the_last_decision(given: Given, expect: Expect, requester: Requester) -> None:
    work, said = Employer(given).rejected(), given.name("feedback")
    reply = call(UNDO, work, requester, RequesterFeedback=said)
    told = given.settled(lambda: shown(requester, work).get("RequesterFeedback"), lambda text: text == said)
    expect(
        f"{UNDO}.RequesterFeedback.returned",
        reply.accepted and told == said,
        where="Assignment/RequesterFeedback after a rejection was overridden",
        expected=repr(said),
        actual=f"{reply.summary}; {told!r}",
    )
