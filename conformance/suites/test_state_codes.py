"""Codes of errors about states, as they come; nothing here is judged."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.preconditions import Given
from conformance.suites.qualifications import someone
from conformance.target.requester import Requester

CODE = "Common.Error.code-"


@pytest.mark.verifies(f"{CODE}InvalidQualificationState", f"{CODE}QualificationAlreadyExists")
def test_qualification_that_is_held_or_not(given: Given, requester: Requester, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), someone(given)
    held = {"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": 1}
    requester.call("AssignQualification", held)
    again = requester.call("AssignQualification", held)
    expect.see(f"{CODE}QualificationAlreadyExists", where="AssignQualification, twice", actual=again.summary)
    subject = {"QualificationTypeId": type_id, "SubjectId": worker}
    requester.call("RevokeQualification", subject)
    for operation, values in (("RevokeQualification", {}), ("UpdateQualificationScore", {"IntegerValue": 2})):
        reply = requester.call(operation, {**subject, **values})
        expect.see(f"{CODE}InvalidQualificationState", where=f"{operation} after it was revoked", actual=reply.summary)


@pytest.mark.verifies(f"{CODE}InvalidQualificationRequestState")
def test_request_that_is_decided(given: Given, requester: Requester, expect: Expect) -> None:
    request = given.pending_request()
    named = {"QualificationRequestId": request.qualification_request_id}
    requester.must("GrantQualification", named)
    for operation in ("GrantQualification", "RejectQualificationRequest"):
        reply = requester.call(operation, named)
        expect.see(f"{CODE}InvalidQualificationRequestState", where=operation, actual=reply.summary)


@pytest.mark.verifies(f"{CODE}InvalidAssignmentState")
def test_assignment_that_is_decided(given: Given, requester: Requester, expect: Expect) -> None:
    work = Employer(given).approved()
    reply = requester.call("ApproveAssignment", {"AssignmentId": work.assignment_id})
    expect.see(f"{CODE}InvalidAssignmentState", where="ApproveAssignment, twice", actual=reply.summary)


@pytest.mark.verifies(f"{CODE}PermissionDeniedException")
def test_hit_of_another(given: Given, second_requester: Requester, expect: Expect) -> None:
    reply = second_requester.call("ForceExpireHIT", {"HITId": Employer(given).hit()})
    expect.see(f"{CODE}PermissionDeniedException", where="ForceExpireHIT", actual=reply.summary)
