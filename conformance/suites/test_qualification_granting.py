"""What becomes of a Worker's wish for a Qualification: the properties of its type decide."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import WorkerRefused
from conformance.suites.answer_keys import chosen
from conformance.suites.forms import form_and_answer, selection_form
from conformance.suites.preconditions import Given, ListedRequest
from conformance.suites.qualification_types import CREATE, asked, awaited, handed_in, held, rejected_request
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

RETRY, VALUE = f"{CREATE}.RetryDelayInSeconds", f"{CREATE}.AutoGrantedValue"
RETAKES: dict[str, dict[str, str]] = {
    "Common.Error.code-QualificationTypeDoesNotAllowRetake": {},
    "Common.Error.code-QualificationTypeRetryDelayNotElapsed": {"RetryDelayInSeconds": "86400"},
}
RIGHT, WRONG = chosen(q1="a"), chosen(q1="b")


def _tested(given: Given, **values: str) -> str:
    """Create a type with a test that a key scores, and return its id."""
    form, key = selection_form("q1")
    return given.qualification_type(Test=form, TestDurationInSeconds="600", AnswerKey=key, **values)


@pytest.mark.verifies(f"{CREATE}.Status.inactive-no-requests")
def test_nobody_asks_for_an_inactive_type(given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(QualificationTypeStatus="Inactive"), given.workers.new_worker()
    attempt = asked(given, type_id, worker)
    expect(
        f"{CREATE}.Status.inactive-no-requests",
        attempt is None,
        where="a Worker's request for an Inactive type",
        expected="a Worker who may not ask",
        actual=f"the request is {attempt.state if attempt else ''}",
    )


@pytest.mark.verifies(f"{RETRY}.omitted")
def test_without_a_delay_one_asks_once(given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    rejected_request(given, type_id, worker)
    again = asked(given, type_id, worker)
    expect(
        f"{RETRY}.omitted",
        again is None,
        where="a second request for a type without RetryDelayInSeconds",
        expected="a Worker who may not ask again",
        actual=f"the request is {again.state if again else ''}",
    )


@pytest.mark.verifies(f"{RETRY}.wait")
def test_with_a_delay_one_waits(given: Given, expect: Expect, clock: ClockDriver) -> None:
    type_id, worker = given.qualification_type(RetryDelayInSeconds="60"), given.workers.new_worker()
    rejected_request(given, type_id, worker)
    for seconds, may in ((30, False), (31, True)):
        clock.advance(seconds)
        again = asked(given, type_id, worker)
        expect(
            f"{RETRY}.wait",
            (again is not None) is may,
            where=f"a second request {'61' if may else '30'} s after the first; RetryDelayInSeconds is 60",
            expected=f"a Worker who may{'' if may else ' not'} ask again",
            actual=f"the request is {again.state if again else 'refused'}",
        )


@pytest.mark.verifies(f"{RETRY}.zero")
def test_with_no_delay_one_asks_at_once(given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(RetryDelayInSeconds="0"), given.workers.new_worker()
    rejected_request(given, type_id, worker)
    again = asked(given, type_id, worker)
    expect(
        f"{RETRY}.zero",
        again is not None,
        where="a second request at once; RetryDelayInSeconds is 0",
        expected="a Worker who may ask again",
        actual="the request is refused",
    )


@pytest.mark.verifies(*RETAKES)
def test_what_a_worker_reads_who_asks_too_often(given: Given, expect: Expect) -> None:
    for requirement, values in RETAKES.items():
        type_id, worker = given.qualification_type(**values), given.workers.new_worker()
        rejected_request(given, type_id, worker)
        try:
            told = f"the request is {given.workers.request_qualification(worker, type_id).state}"
        except WorkerRefused as refusal:
            told = str(refusal)
        expect.see(requirement, where="a second request of the Worker", actual=told)


@pytest.mark.verifies("QualificationType.retake-better-score")
def test_a_second_attempt_can_score_better(given: Given, expect: Expect, clock: ClockDriver) -> None:
    type_id, worker = _tested(given, RetryDelayInSeconds="60"), given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    given.workers.submit_test(worker, type_id, WRONG)
    first = held(given, type_id, worker)
    clock.advance(61)
    again = asked(given, type_id, worker)
    taken = again is not None and handed_in(given, type_id, worker, RIGHT)
    second = given.settled(lambda: given.score(type_id, worker)[1], lambda value: value == "10")
    expect(
        "QualificationType.retake-better-score",
        taken and second == "10",
        where="GetQualificationScore after the test was taken again",
        expected=f"10 instead of {first}",
        actual=second if taken else "the Worker could not take the test again",
    )


@pytest.mark.verifies(f"{CREATE}.Test.optional")
def test_without_a_test_nothing_is_answered(given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    attempt = given.workers.request_qualification(worker, type_id)
    waiting = given.settled(lambda: awaited(given, type_id, worker), bool)
    shown = [name for one in waiting for name in ("Test", "Answer") if one.document(name) is not None]
    expect(
        f"{CREATE}.Test.optional",
        attempt.state == "pending" and len(waiting) == 1 and not shown,
        where="GetQualificationRequests",
        expected="the request at once, without Test and Answer",
        actual=f"{attempt.state}; {len(waiting)} requests, {' and '.join(shown) or 'no documents'}",
    )


def _waiting(given: Given, type_id: str, worker: str, *, waits: bool) -> list[ListedRequest]:
    """Return the requests of a Worker; where one is expected, read until it is there."""
    if not waits:
        return awaited(given, type_id, worker)
    return given.settled(lambda: awaited(given, type_id, worker), bool)


@pytest.mark.verifies(f"{CREATE}.TestDurationInSeconds.enforced")
def test_answers_come_in_time(given: Given, expect: Expect, clock: ClockDriver) -> None:
    """One Worker is a second early, one a second late."""
    form, answer = form_and_answer("q1")
    type_id = given.qualification_type(Test=form, TestDurationInSeconds="60")
    early, late = given.workers.new_worker(), given.workers.new_worker()
    for worker in (early, late):
        given.workers.request_qualification(worker, type_id)
    for worker, seconds, waits in ((early, 50, True), (late, 11, False)):
        clock.advance(seconds)
        handed_in(given, type_id, worker, answer)
        waiting = _waiting(given, type_id, worker, waits=waits)
        expect(
            f"{CREATE}.TestDurationInSeconds.enforced",
            bool(waiting) is waits,
            where=f"answers {'50' if waits else '61'} s after the request; TestDurationInSeconds is 60",
            expected="answers that are taken" if waits else "answers that are not taken",
            actual=f"{len(waiting)} requests are listed",
        )


@pytest.mark.verifies(f"{CREATE}.AnswerKey.optional")
def test_without_a_key_the_requester_decides(given: Given, expect: Expect) -> None:
    form, answer = form_and_answer("q1")
    type_id, worker = given.qualification_type(Test=form, TestDurationInSeconds="600"), given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    given.workers.submit_test(worker, type_id, answer)
    waiting = given.settled(lambda: awaited(given, type_id, worker), bool)
    holds, value, _ = given.score(type_id, worker)
    expect(
        f"{CREATE}.AnswerKey.optional",
        len(waiting) == 1 and not holds,
        where="a test without a key that was taken",
        expected="a request that waits, and no Qualification",
        actual=f"{len(waiting)} requests, {f'a Qualification of {value}' if holds else 'no Qualification'}",
    )


@pytest.mark.verifies(f"{CREATE}.AnswerKey.auto")
def test_a_key_decides(given: Given, expect: Expect) -> None:
    type_id, worker = _tested(given), given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    given.workers.submit_test(worker, type_id, RIGHT)
    score, waiting = held(given, type_id, worker), awaited(given, type_id, worker)
    expect(
        f"{CREATE}.AnswerKey.auto",
        score == "10" and not waiting,
        where="a test with a key that was taken",
        expected="the Qualification with 10, and no request",
        actual=f"{score}, {len(waiting)} requests",
    )


@pytest.mark.verifies(f"{CREATE}.AutoGranted.effect", f"{VALUE}.default", f"{VALUE}.set")
def test_granted_at_once(given: Given, expect: Expect) -> None:
    for topic, values, value in (("default", {}, "1"), ("set", {"AutoGrantedValue": "42"}, "42")):
        type_id, worker = given.qualification_type(AutoGranted="true", **values), given.workers.new_worker()
        given.workers.request_qualification(worker, type_id)
        score, waiting = held(given, type_id, worker), awaited(given, type_id, worker)
        expect(
            f"{CREATE}.AutoGranted.effect",
            score != "none" and not waiting,
            where="a request for a type with AutoGranted",
            expected="the Qualification, and no request",
            actual=f"{score}, {len(waiting)} requests",
        )
        expect(
            f"{VALUE}.{topic}",
            score == value,
            where="GetQualificationScore",
            expected=f"{value}, with {f'AutoGrantedValue={value}' if values else 'no AutoGrantedValue'}",
            actual=score,
        )


@pytest.mark.verifies(f"{VALUE}.ignored")
def test_a_value_without_the_grant_is_nothing(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type(AutoGranted="false", AutoGrantedValue="42")
    worker = given.workers.new_worker()
    request = given.pending_request(type_id, worker)
    requester.must("GrantQualification", {"QualificationRequestId": request.qualification_request_id})
    score = held(given, type_id, worker)
    expect(
        f"{VALUE}.ignored",
        score == "1",
        where="GetQualificationScore after a grant without IntegerValue",
        expected="1, as AutoGranted is false and AutoGrantedValue=42 without effect",
        actual=score,
    )
