"""Requests for Qualifications that are granted or rejected: once, by their owner, and with the value given."""

import pytest

from conformance.checks.expectation import Expect
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.preconditions import Given, ListedRequest
from conformance.suites.qualifications import GRANT, REJECT, REQUESTS, SCORE, grant, must, pending, reject, value_of
from conformance.suites.refusals import is_refusal, judge_spelling
from conformance.target.requester import Requester

RACES = 20


def held_value(given: Given, request: ListedRequest, wanted: str) -> str:
    """Return what the Worker who made a request holds, read until it is as wanted."""
    return value_of(given, request.qualification_type_id, request.subject_id, wanted)


@pytest.mark.verifies(f"{GRANT}.Operation.name")
def test_the_operation_is_named_in_the_singular(requester: Requester, expect: Expect) -> None:
    judge_spelling(f"{GRANT}.Operation.name", GRANT, f"{GRANT}s", requester, expect)


@pytest.mark.verifies(
    f"{GRANT}.IntegerValue.default",
    f"{GRANT}.removes-request",
    f"{REQUESTS}.not-granted",
    f"{GRANT}.twice",
    f"{REJECT}.after-grant",
)
def test_a_grant_is_final(given: Given, expect: Expect) -> None:
    request = given.pending_request()
    must(grant(given, request))
    value = held_value(given, request, "1")
    expect(
        f"{GRANT}.IntegerValue.default",
        value == "1",
        where=f"{SCORE}, no IntegerValue given",
        expected="1",
        actual=value,
    )
    left = pending(given, request.qualification_type_id)
    for name in (f"{GRANT}.removes-request", f"{REQUESTS}.not-granted"):
        expect(
            name,
            not left,
            where=f"{REQUESTS} after {GRANT}",
            expected="the request is not listed",
            actual=f"{len(left)} requests listed",
        )
    again = grant(given, request, IntegerValue=2)
    value = held_value(given, request, "1")
    expect(
        f"{GRANT}.twice",
        is_refusal(again) and value == "1",
        where=f"a second {GRANT}",
        expected="an error, and the value is what it was",
        actual=f"{again.summary}; the value is {value}",
    )
    rejected = reject(given, request)
    value = held_value(given, request, "1")
    expect(
        f"{REJECT}.after-grant",
        is_refusal(rejected) and value == "1",
        where=f"{REJECT} after {GRANT}",
        expected="an error, and the Worker keeps the Qualification",
        actual=f"{rejected.summary}; the Worker holds {value}",
    )


@pytest.mark.verifies(f"{GRANT}.IntegerValue.set")
def test_the_value_granted_is_held(given: Given, expect: Expect) -> None:
    request = given.pending_request()
    must(grant(given, request, IntegerValue=95))
    value = held_value(given, request, "95")
    expect(f"{GRANT}.IntegerValue.set", value == "95", where=SCORE, expected="95", actual=value)


@pytest.mark.verifies(f"{REJECT}.twice", f"{GRANT}.after-reject")
def test_a_rejection_is_final(given: Given, expect: Expect) -> None:
    request = given.pending_request()
    must(reject(given, request))
    again = reject(given, request)
    left = pending(given, request.qualification_type_id)
    expect(
        f"{REJECT}.twice",
        is_refusal(again) and not left,
        where=f"a second {REJECT}",
        expected="an error, and the request is not listed",
        actual=f"{again.summary}; {len(left)} requests listed",
    )
    granted = grant(given, request)
    holds = given.score(request.qualification_type_id, request.subject_id)[0]
    expect(
        f"{GRANT}.after-reject",
        is_refusal(granted) and not holds,
        where=f"{GRANT} after {REJECT}",
        expected="an error, and the Worker does not hold the Qualification",
        actual=f"{granted.summary}; the Worker {'holds it' if holds else 'does not hold it'}",
    )


@pytest.mark.verifies(f"{GRANT}.unknown")
def test_what_nobody_asked_for_is_not_granted(requester: Requester, given: Given, expect: Expect) -> None:
    reply = requester.call(GRANT, {"QualificationRequestId": unknown_identifier(given.name("unknown"))})
    expect(f"{GRANT}.unknown", is_refusal(reply), where=GRANT, expected="an error", actual=reply.summary)
    if reply.refused:
        expect.code(f"{GRANT}.unknown", reply.codes)


@pytest.mark.verifies(f"{GRANT}.owner-only", f"{REJECT}.owner-only")
def test_requests_are_decided_by_the_owner_of_the_type(
    second_requester: Requester, given: Given, expect: Expect
) -> None:
    request = given.pending_request()
    for operation in (REJECT, GRANT):
        reply = second_requester.call(operation, {"QualificationRequestId": request.qualification_request_id})
        left = pending(given, request.qualification_type_id, request.qualification_request_id)
        expect(
            f"{operation}.owner-only",
            is_refusal(reply) and left == [request.qualification_request_id],
            where=f"{operation} by another Requester",
            expected="an error, and the request is still listed",
            actual=f"{reply.summary}; {', '.join(left) or 'nothing'} listed",
        )
        if not left:
            request = given.pending_request()


@pytest.mark.verifies(f"{REJECT}.race-with-grant")
def test_of_two_decisions_at_the_same_time_one_holds(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    for _ in range(RACES):
        request = given.pending_request(type_id)
        named = {"QualificationRequestId": request.qualification_request_id}
        granted, rejected = requester.call_at_once((GRANT, named), (REJECT, dict(named)))
        holds = given.score(request.qualification_type_id, request.subject_id)[0]
        expect(
            f"{REJECT}.race-with-grant",
            granted.accepted != rejected.accepted and holds == granted.accepted,
            where=f"{GRANT} and {REJECT} at the same time",
            expected="one of them succeeds, and the Worker holds the Qualification if it is the grant",
            actual=f"{granted.summary}; {rejected.summary}; the Worker {'holds it' if holds else 'does not hold it'}",
        )
