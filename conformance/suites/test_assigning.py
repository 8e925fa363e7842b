"""AssignQualification: to whom, with which value, and what becomes of a request that the Worker made."""

from functools import partial
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.assignments import Employer
from conformance.suites.preconditions import Given
from conformance.suites.qualifications import (
    ASSIGN,
    HELD,
    REQUESTS,
    SCORE,
    assign,
    grant,
    held_list,
    holders,
    must,
    pending,
    reject,
    value_of,
)
from conformance.suites.refusals import is_refusal, judge_spelling
from conformance.target.requester import Requester

LOCALE = "00000000000000000071"


def in_force(name: str, requester: Requester) -> bool:
    """Tell whether a requirement holds in the version tested."""
    return requirements()[name].holds_in(requester.version)


@pytest.mark.verifies(f"{ASSIGN}.Operation.spelling")
def test_the_operation_is_spelt_right(requester: Requester, expect: Expect) -> None:
    judge_spelling(f"{ASSIGN}.Operation.spelling", ASSIGN, "AssignQualifcation", requester, expect)


@pytest.mark.verifies(
    f"{ASSIGN}.no-request-needed",
    f"{ASSIGN}.worker-eligibility-new",
    f"{ASSIGN}.IntegerValue.default",
    f"{ASSIGN}.listed",
)
def test_a_worker_who_did_nothing_is_given_it(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    reply = assign(given, type_id, worker)
    expect(f"{ASSIGN}.worker-eligibility-new", reply.accepted, where=ASSIGN, expected="success", actual=reply.summary)
    value = value_of(given, type_id, worker, "1")
    holds, _, status = given.score(type_id, worker)
    expect(
        f"{ASSIGN}.no-request-needed",
        holds and status in ("Granted", ""),
        where=SCORE,
        expected="the Worker holds the Qualification, Granted",
        actual=f"{reply.summary}; {'Status ' + status if holds else 'the Worker does not hold it'}",
    )
    expect(
        f"{ASSIGN}.IntegerValue.default",
        value == "1",
        where=f"{SCORE} after {ASSIGN} without IntegerValue",
        expected="IntegerValue 1",
        actual=value,
    )
    if HELD in shapes_for(requester.version).operations:
        listed = holders(given, type_id, {worker})
        expect(
            f"{ASSIGN}.listed",
            listed == [worker],
            where=HELD,
            expected=f"the Qualification of the Worker {worker}",
            actual=", ".join(listed) or "nobody",
        )


@pytest.mark.verifies(f"{ASSIGN}.IntegerValue.set", f"{ASSIGN}.reassign-updates")
def test_the_value_is_the_one_given_last(given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    for value in (800, 801):
        must(assign(given, type_id, worker, value))
        found = value_of(given, type_id, worker, str(value))
        expect(
            f"{ASSIGN}.{'IntegerValue.set' if value == 800 else 'reassign-updates'}",
            found == str(value),
            where=f"{SCORE} after {ASSIGN} with IntegerValue={value}",
            expected=str(value),
            actual=found,
        )
    listed = holders(given, type_id, {worker})
    expect(
        f"{ASSIGN}.reassign-updates",
        listed == [worker],
        where=HELD,
        expected="the Worker, once",
        actual=", ".join(listed) or "nobody",
    )


@pytest.mark.verifies(f"{ASSIGN}.QualificationTypeId.valid", f"{ASSIGN}.disposed-type", f"{ASSIGN}.WorkerId.invalid")
def test_what_cannot_be_assigned(requester: Requester, given: Given, expect: Expect) -> None:
    worker, type_id = given.workers.new_worker(), given.qualification_type()
    unknown = assign(given, unknown_identifier(given.name("unknown")), worker)
    expect(
        f"{ASSIGN}.QualificationTypeId.valid",
        is_refusal(unknown),
        where=f"{ASSIGN} of a type that does not exist",
        expected="an error",
        actual=unknown.summary,
    )
    if unknown.refused:
        expect.code(f"{ASSIGN}.QualificationTypeId.valid", unknown.codes)
    nobody = assign(given, type_id, "ZZZ")
    listed = held_list(requester, type_id)
    expect(
        f"{ASSIGN}.WorkerId.invalid",
        is_refusal(nobody) and not listed.keys(listed.page()),
        where=f"{ASSIGN} to the Worker ZZZ",
        expected="an error, and nobody is listed",
        actual=nobody.summary,
    )
    if in_force(f"{ASSIGN}.disposed-type", requester):
        requester.must("DisposeQualificationType", {"QualificationTypeId": type_id})
        disposed = assign(given, type_id, worker)
        expect(
            f"{ASSIGN}.disposed-type",
            is_refusal(disposed),
            where=f"{ASSIGN} of a type that was disposed of",
            expected="an error",
            actual=disposed.summary,
        )


@pytest.mark.verifies(f"{ASSIGN}.owner-only")
def test_only_own_types_are_assigned(
    requester: Requester, second_requester: Requester, given: Given, expect: Expect
) -> None:
    worker, type_id = given.workers.new_worker(), given.qualification_type()
    for by, other, whose in (
        (second_requester, type_id, "another Requester's type"),
        (requester, LOCALE, "a type of the service"),
    ):
        reply = by.call(ASSIGN, {"QualificationTypeId": other, "WorkerId": worker, "IntegerValue": 1})
        expect(
            f"{ASSIGN}.owner-only",
            is_refusal(reply) and not given.score(type_id, worker)[0],
            where=f"{ASSIGN} of {whose}",
            expected="an error, and the Worker does not hold the Qualification",
            actual=reply.summary,
        )


@pytest.mark.verifies(f"{ASSIGN}.SendNotification.values")
def test_whether_to_tell_is_true_or_false(given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    reply = assign(given, type_id, worker, 1, SendNotification="maybe")
    expect(
        f"{ASSIGN}.SendNotification.values",
        is_refusal(reply),
        where="SendNotification=maybe",
        expected="an error",
        actual=reply.summary,
    )
    for text in ("1", "0"):
        told = assign(given, type_id, worker, 1, SendNotification=text)
        expect.see(f"{ASSIGN}.SendNotification.values", where=f"SendNotification={text}", actual=told.summary)


@pytest.mark.verifies(f"{ASSIGN}.SendNotification.default", f"{ASSIGN}.SendNotification.false")
def test_the_worker_is_told_unless_it_is_unwanted(given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    mails: dict[str, int] = {}
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("false", {"SendNotification": "false"}),
        ("left out", {}),
        ("true", {"SendNotification": "true"}),
    )
    workers = {name: given.workers.new_worker() for name, _ in asked}
    for name, values in asked:
        must(assign(given, type_id, workers[name], 1, **values))
    for name in ("true", "left out", "false"):
        read = partial(given.workers.read_messages, workers[name])
        mails[name] = len(given.settled(read, bool) if name != "false" else read())
    expect(
        f"{ASSIGN}.SendNotification.default",
        mails["left out"] == 1,
        where="the messages of the Worker, SendNotification left out",
        expected="one",
        actual=str(mails["left out"]),
    )
    expect(
        f"{ASSIGN}.SendNotification.false",
        (mails["false"], mails["true"]) == (0, 1),
        where="the messages of two Workers, SendNotification=false and true",
        expected="none for the first, one for the second",
        actual=f"{mails['false']} and {mails['true']}",
    )


@pytest.mark.verifies(f"{ASSIGN}.worker-eligibility-old")
def test_a_stranger_and_one_who_worked(given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    name = f"{ASSIGN}.worker-eligibility-old"
    expect.see(name, where="a Worker who never worked for the caller", actual=assign(given, type_id, worker).summary)
    Employer(given).submitted(worker_id=worker)
    expect.see(name, where="after a submission for the caller", actual=assign(given, type_id, worker).summary)


@pytest.mark.verifies(
    f"{ASSIGN}.pending-request-kept",
    f"{ASSIGN}.later-reject-keeps",
    f"{ASSIGN}.later-grant-overrides",
    "GrantQualification.existing-holder",
    "RejectQualificationRequest.grant-other-way",
)
def test_a_request_of_the_worker_stays_apart(given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    first = given.pending_request(type_id)
    must(assign(given, type_id, first.subject_id, 10))
    kept = pending(given, type_id, first.qualification_request_id)
    expect(
        f"{ASSIGN}.pending-request-kept",
        kept == [first.qualification_request_id],
        where=f"{REQUESTS} after {ASSIGN}",
        expected="the request of the Worker",
        actual=", ".join(kept) or "nothing",
    )
    must(reject(given, first))
    left, value = pending(given, type_id), value_of(given, type_id, first.subject_id, "10")
    expect(
        f"{ASSIGN}.later-reject-keeps",
        (left, value) == ([], "10"),
        where="a rejection of the request",
        expected="no request is listed, and the Worker holds 10",
        actual=f"{len(left)} listed, the Worker holds {value}",
    )
    second = given.pending_request(type_id)
    must(assign(given, type_id, second.subject_id, 10))
    granted = grant(given, second, IntegerValue=20)
    told = f"{granted.summary}; the value is {given.score(type_id, second.subject_id)[1]}, 20 granted over 10 assigned"
    expect.see(f"{ASSIGN}.later-grant-overrides", where="GrantQualification", actual=told)
    expect.see("GrantQualification.existing-holder", where="GrantQualification", actual=told)
    third = given.pending_request(type_id)
    must(reject(given, third))
    reply = assign(given, type_id, third.subject_id, 30)
    value = value_of(given, type_id, third.subject_id, "30")
    expect(
        "RejectQualificationRequest.grant-other-way",
        reply.accepted and value == "30",
        where=f"{ASSIGN} after RejectQualificationRequest",
        expected="success, and the Worker holds 30",
        actual=f"{reply.summary}; the Worker holds {value}",
    )
