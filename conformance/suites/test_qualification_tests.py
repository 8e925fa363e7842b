"""Qualification tests: the copy of Test and Answer in a request, its moment, and how a test is replaced."""

from random import Random

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.strategies.documents import sample_answers, sample_question_form
from conformance.suites.forms import canonical, content, form_and_answer, selection_form
from conformance.suites.preconditions import Given, requests_listed
from conformance.suites.times import TOLERANCE, apart
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

DURATION = 3600


def tested_type(given: Given, form: str) -> str:
    """Create a QualificationType with a test."""
    return given.qualification_type(Test=form, TestDurationInSeconds=DURATION)


@pytest.mark.verifies(
    "QualificationRequest.Test.presence",
    "QualificationRequest.Answer.presence",
    "QualificationRequest.Answer.content",
    "QualificationRequest.Test.snapshot",
    "QualificationRequest.Test.parsable",
    "QualificationRequest.Answer.parsable",
    "QualificationRequest.escaped",
    "QualificationRequest.elements",
    "QualificationRequest.order",
)
def test_request_holds_test_and_answers(given: Given, expect: Expect, random: Random) -> None:
    """Once with a fixed form, once with a generated one."""
    generated = sample_question_form(random)
    for form, answer in (form_and_answer("q1"), (generated, sample_answers(generated, random))):
        request = given.answered_test(tested_type(given, form), answer)
        test, answers = request.document("Test"), request.document("Answer")
        expect(
            "QualificationRequest.Test.presence",
            test is not None,
            where="QualificationRequest/Test",
            expected="Test, as the type has one and the answers were handed in",
            actual="no Test",
        )
        expect(
            "QualificationRequest.Answer.presence",
            answers is not None,
            where="QualificationRequest/Answer",
            expected="Answer, as the type has a test and the answers were handed in",
            actual="no Answer",
        )
        if test is not None:
            expect(
                "QualificationRequest.Test.snapshot",
                canonical(test) == canonical(form),
                where="QualificationRequest/Test",
                expected=f"the form of the type: {form}",
                actual=test,
            )
        if answers is not None:
            expect(
                "QualificationRequest.Answer.content",
                content(answers) == content(answer),
                where="QualificationRequest/Answer",
                expected=f"the answers handed in: {answer}",
                actual=answers,
            )
        if test is None or answers is None:
            raise Blocked("GetQualificationRequests: a request whose test was taken lacks Test or Answer")


@pytest.mark.verifies("QualificationRequest.Test.presence", "QualificationRequest.Answer.presence")
def test_request_without_test_holds_neither(given: Given, expect: Expect) -> None:
    request = given.pending_request()
    for name in ("Test", "Answer"):
        found = request.document(name)
        expect(
            f"QualificationRequest.{name}.presence",
            found is None,
            where=f"QualificationRequest/{name}",
            expected=f"no {name}, as the type has no test",
            actual=repr(found),
        )


@pytest.mark.verifies("QualificationRequest.returned-to-author")
def test_request_with_answers_is_listed(requester: Requester, given: Given, expect: Expect) -> None:
    form, answer = form_and_answer("q1")
    type_id, worker = tested_type(given, form), given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    given.workers.submit_test(worker, type_id, answer)
    found = given.settled(lambda: list(requests_listed(requester, type_id)), bool)
    expect(
        "QualificationRequest.returned-to-author",
        len(found) == 1,
        where="GetQualificationRequests",
        expected="the one request, once the answers to the test were handed in",
        actual=f"{len(found)} requests",
    )


@pytest.mark.verifies("QualificationRequest.Test.presence", "QualificationRequest.Answer.presence")
def test_nothing_is_shown_before_answers_came(requester: Requester, given: Given, expect: Expect) -> None:
    """A Worker has begun the test and handed nothing in."""
    type_id = tested_type(given, form_and_answer("q1")[0])
    given.workers.request_qualification(given.workers.new_worker(), type_id)
    found = list(requests_listed(requester, type_id))
    for name in ("Test", "Answer"):
        shown = [request for request in found if request.document(name) is not None]
        expect(
            f"QualificationRequest.{name}.presence",
            not shown,
            where=f"QualificationRequest/{name}",
            expected=f"no {name}, as no answers were handed in",
            actual=f"{len(shown)} requests with {name}",
        )


@pytest.mark.verifies("QualificationRequest.Test.snapshot-stable")
def test_copy_survives_an_update(requester: Requester, given: Given, expect: Expect) -> None:
    old, old_answer = form_and_answer("old")
    new, new_answer = form_and_answer("new")
    type_id, first, second = tested_type(given, old), given.workers.new_worker(), given.workers.new_worker()
    before = given.answered_test(type_id, old_answer, first)
    update = {"QualificationTypeId": type_id, "Test": new, "TestDurationInSeconds": DURATION}
    requester.must("UpdateQualificationType", update)
    given.answered_test(type_id, new_answer, second)
    shown = {
        one.qualification_request_id: canonical(one.document("Test")) for one in requests_listed(requester, type_id)
    }
    expect(
        "QualificationRequest.Test.snapshot-stable",
        shown.get(before.qualification_request_id) == canonical(old),
        where="Test of the request made before the update",
        expected=f"the old form: {old}",
        actual=str(shown.get(before.qualification_request_id)),
    )
    later = [test for identifier, test in shown.items() if identifier != before.qualification_request_id]
    expect(
        "QualificationRequest.Test.snapshot-stable",
        later == [canonical(new)],
        where="Test of the request made after the update",
        expected=f"the new form: {new}",
        actual=" ".join(later) or "no such request",
    )


@pytest.mark.verifies("QualificationRequest.Test.snapshot-moment")
def test_copy_is_of_the_moment_of_the_request(requester: Requester, given: Given, expect: Expect) -> None:
    """The Worker sees one form, the author replaces it, the Worker hands in answers to what was seen."""
    seen, answer = form_and_answer("seen")
    replaced, _ = form_and_answer("replaced")
    type_id, worker = tested_type(given, seen), given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    update = {"QualificationTypeId": type_id, "Test": replaced, "TestDurationInSeconds": DURATION}
    requester.must("UpdateQualificationType", update)
    given.workers.submit_test(worker, type_id, answer)
    test = given.request_of(worker, type_id).document("Test")
    expect(
        "QualificationRequest.Test.snapshot-moment",
        canonical(test) == canonical(seen),
        where="QualificationRequest/Test",
        expected=f"the form that the Worker saw: {seen}",
        actual=str(test),
    )


@pytest.mark.verifies("QualificationRequest.SubmitTime.test")
def test_submit_time_is_when_answers_came(given: Given, expect: Expect, clock: ClockDriver) -> None:
    form, answer = form_and_answer("q1")
    type_id, worker = tested_type(given, form), given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    clock.advance(2 * TOLERANCE)
    handed_in = given.workers.submit_test(worker, type_id, answer)
    clock.advance(2 * TOLERANCE)
    request = given.request_of(worker, type_id)
    seconds = apart(request.submit_time, handed_in.at)
    expect(
        "QualificationRequest.SubmitTime.test",
        seconds is not None and seconds < TOLERANCE,
        where="SubmitTime",
        expected=f"when the answers came, within {TOLERANCE:.0f} s; the test began {2 * TOLERANCE:.0f} s earlier",
        actual=f"{request.submit_time!r}" + (f", {seconds:.0f} s away" if seconds is not None else ""),
    )


@pytest.mark.verifies("UpdateQualificationType.Test.replace")
def test_update_replaces_test_duration_and_key(requester: Requester, given: Given, expect: Expect) -> None:
    old_form, old_key = selection_form("old")
    form, key = selection_form("new")
    type_id = given.qualification_type(Test=old_form, AnswerKey=old_key, TestDurationInSeconds=600)
    replacement = {"Test": form, "AnswerKey": key, "TestDurationInSeconds": 1200}
    updated = requester.call("UpdateQualificationType", {"QualificationTypeId": type_id, **replacement})
    expect(
        "UpdateQualificationType.Test.replace",
        updated.accepted,
        where="UpdateQualificationType",
        expected="Test, TestDurationInSeconds and AnswerKey are taken together",
        actual=updated.summary,
    )
    if not updated.accepted:
        return
    read = given.settled(
        lambda: requester.must("GetQualificationType", {"QualificationTypeId": type_id}),
        lambda reply: canonical(reply.text("Test")) == canonical(form),
    )
    for name, value in replacement.items():
        found = read.text(name)
        expect(
            "UpdateQualificationType.Test.replace",
            canonical(found) == canonical(str(value)),
            where=f"GetQualificationType, {name}",
            expected=f"what the update set: {value}",
            actual=str(found),
        )
