"""RejectQualificationRequest: what it does to the list, to Qualifications and to the Worker."""

from collections.abc import Callable, Iterable
from functools import partial
from random import Random
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.versions import TODAY
from conformance.strategies.sweep import unknown_identifier
from conformance.strategies.text import sample_text
from conformance.suites.preconditions import Given, ListedRequest, requests_listed
from conformance.target.requester import Reply, Requester


def identifiers(requests: Iterable[ListedRequest]) -> list[str]:
    """Return the ids of listed requests."""
    return [request.qualification_request_id for request in requests]


def listed_ids(requester: Requester, type_id: str | None) -> list[str]:
    """Return the ids of the pending requests of a type, or of all types."""
    return identifiers(requests_listed(requester, type_id))


def reject(requester: Requester, request: ListedRequest, **values: Any) -> Reply:
    """Reject a request as a precondition."""
    return requester.must(
        "RejectQualificationRequest", {"QualificationRequestId": request.qualification_request_id, **values}
    )


@pytest.mark.verifies("RejectQualificationRequest.effect-list", "GetQualificationRequests.not-rejected")
def test_leaves_the_list(requester: Requester, given: Given, expect: Expect) -> None:
    request = given.pending_request()
    type_id = request.qualification_type_id
    values = {"QualificationTypeId": type_id, "PageSize": 100}
    before = requester.must("GetQualificationRequests", values)
    reject(requester, request)
    after = given.settled(
        lambda: requester.must("GetQualificationRequests", values), lambda reply: not reply.all("QualificationRequest")
    )
    left = [(one.text or "").strip() for one in after.all("QualificationRequest/QualificationRequestId")]
    expect(
        "GetQualificationRequests.not-rejected",
        request.qualification_request_id not in left,
        where="QualificationRequest",
        expected="a rejected request is left out of the list",
        actual=f"{request.qualification_request_id} is still listed",
    )
    counted = "NumResults" if requester.version == TODAY else "TotalNumResults"
    totals = [(reply.text(counted) or "").strip() for reply in (before, after)]
    expect(
        "RejectQualificationRequest.effect-list",
        request.qualification_request_id not in left and totals == ["1", "0"],
        where=counted,
        expected=f"the request is gone and {counted} fell from 1 to 0",
        actual=f"{counted} {totals[0]} before and {totals[1]} after; {len(left)} requests listed",
    )


@pytest.mark.verifies("RejectQualificationRequest.effect-unfiltered")
def test_leaves_the_list_with_and_without_filter(requester: Requester, given: Given, expect: Expect) -> None:
    request = given.pending_request()
    reject(requester, request, Reason="no")
    for type_id in (request.qualification_type_id, None):
        left = given.settled(
            partial(listed_ids, requester, type_id), lambda left: request.qualification_request_id not in left
        )
        expect(
            "RejectQualificationRequest.effect-unfiltered",
            request.qualification_request_id not in left,
            where="GetQualificationRequests" + (" with QualificationTypeId" if type_id else " without a filter"),
            expected="the rejected request is not listed, on no page",
            actual="it is listed",
        )


@pytest.mark.verifies("RejectQualificationRequest.effect-list")
def test_leaves_the_list_though_the_answer_was_lost(requester: Requester, given: Given, expect: Expect) -> None:
    """The call is sent whole and the connection closed unread; the Requester then calls again to be sure."""
    request = given.pending_request()
    values = {"QualificationRequestId": request.qualification_request_id}
    requester.call_and_hang_up("RejectQualificationRequest", values)
    requester.call("RejectQualificationRequest", values)
    left = given.settled(
        lambda: identifiers(requests_listed(requester, request.qualification_type_id)), lambda left: not left
    )
    expect(
        "RejectQualificationRequest.effect-list",
        request.qualification_request_id not in left,
        where="GetQualificationRequests",
        expected="the request is gone after a rejection whose answer was lost and that was sent again",
        actual="it is listed",
    )


@pytest.mark.verifies("RejectQualificationRequest.others-kept")
def test_touches_no_other_request(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    first = given.pending_request(type_id)
    other = given.workers.new_worker()
    given.workers.request_qualification(other, type_id)
    both = given.settled(lambda: list(requests_listed(requester, type_id)), lambda found: len(found) > 1)
    second = next((one for one in both if one.qualification_request_id != first.qualification_request_id), first)
    reject(requester, first)
    left = given.settled(lambda: identifiers(requests_listed(requester, type_id)), lambda left: len(left) < 2)
    expect(
        "RejectQualificationRequest.others-kept",
        second.qualification_request_id in left,
        where="GetQualificationRequests",
        expected="the other Worker's request, under the id it had",
        actual=f"{len(left)} requests: {', '.join(left)}",
    )
    granted = requester.call("GrantQualification", {"QualificationRequestId": second.qualification_request_id})
    expect(
        "RejectQualificationRequest.others-kept",
        granted.accepted,
        where="GrantQualification",
        expected="the other request can still be granted",
        actual=granted.summary,
    )


@pytest.mark.verifies("RejectQualificationRequest.others-kept")
def test_touches_no_other_type(requester: Requester, given: Given, expect: Expect) -> None:
    """One Worker asks for two types; the rejection of the one leaves the other."""
    worker = given.workers.new_worker()
    rejected, kept = (given.pending_request(worker_id=worker) for _ in range(2))
    reject(requester, rejected)
    left = listed_ids(requester, kept.qualification_type_id)
    expect(
        "RejectQualificationRequest.others-kept",
        left == [kept.qualification_request_id],
        where="GetQualificationRequests",
        expected="the same Worker's request for another type, under the id it had",
        actual=f"{len(left)} requests: {', '.join(left)}",
    )


@pytest.mark.verifies("RejectQualificationRequest.others-kept")
def test_unknown_id_touches_nothing(requester: Requester, given: Given, expect: Expect) -> None:
    kept = given.pending_request()
    unknown = unknown_identifier(given.name("unknown"))
    requester.call("RejectQualificationRequest", {"QualificationRequestId": unknown})
    left = listed_ids(requester, kept.qualification_type_id)
    expect(
        "RejectQualificationRequest.others-kept",
        left == [kept.qualification_request_id],
        where="GetQualificationRequests",
        expected="the pending request stays when an id is rejected that names no request",
        actual=f"{len(left)} requests: {', '.join(left)}",
    )


def keeps_score(given: Given, expect: Expect, type_id: str, worker: str, score: int) -> None:
    """Reject the pending request of a Worker who holds a Qualification and compare the Qualification."""
    request = given.request_of(worker, type_id)
    if given.score(type_id, worker)[:2] != (True, str(score)):
        raise Blocked("GetQualificationScore: the Worker does not hold the Qualification that the case starts from")
    reject(given.requester, request)
    held, value, status = given.score(type_id, worker)
    expect(
        "RejectQualificationRequest.keeps-existing",
        held and value == str(score) and status in ("Granted", ""),
        where="GetQualificationScore",
        expected=f"the Qualification as it was: {score}, Granted",
        actual=f"{value or 'no score'}, {status or 'no status'}" if held else "no Qualification",
    )


@pytest.mark.verifies("RejectQualificationRequest.keeps-existing")
def test_keeps_an_assigned_qualification(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    requester.must("AssignQualification", {"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": 77})
    given.workers.request_qualification(worker, type_id)
    keeps_score(given, expect, type_id, worker, 77)


@pytest.mark.verifies("RejectQualificationRequest.keeps-existing")
def test_keeps_an_auto_granted_qualification(requester: Requester, given: Given, expect: Expect) -> None:
    """A type that grants by itself leaves no request; once it stops, the same Worker's new request is rejected."""
    type_id = given.qualification_type(AutoGranted=True, AutoGrantedValue=41, RetryDelayInSeconds=0)
    worker = given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    requester.must("UpdateQualificationType", {"QualificationTypeId": type_id, "AutoGranted": False})
    given.workers.request_qualification(worker, type_id)
    keeps_score(given, expect, type_id, worker, 41)


@pytest.mark.verifies("RejectQualificationRequest.keeps-absence")
def test_gives_no_qualification(requester: Requester, given: Given, expect: Expect) -> None:
    request = given.pending_request()
    worker, type_id = request.subject_id, request.qualification_type_id
    held_before, _, _ = given.score(type_id, worker)
    reject(requester, request)
    held, value, _ = given.score(type_id, worker)
    expect(
        "RejectQualificationRequest.keeps-absence",
        not held_before and not held,
        where="GetQualificationScore",
        expected="an error before and after: the Worker has no Qualification",
        actual=f"a Qualification {'before' if held_before else 'after'} the rejection, score {value!r}",
    )


@pytest.mark.verifies("RejectQualificationRequest.Reason.visible")
def test_shows_the_reason_to_the_worker(requester: Requester, given: Given, expect: Expect) -> None:
    worker = given.workers.new_worker()
    request = given.pending_request(worker_id=worker)
    reason = f"Not this time ({given.name('reason')})"
    reject(requester, request, Reason=reason)
    texts = given.messages_with(reason, worker)
    expect(
        "RejectQualificationRequest.Reason.visible",
        any(reason in text for text in texts),
        where="the Worker's messages",
        expected=f"the text {reason!r}",
        actual=f"{len(texts)} messages: {texts!r}",
    )


@pytest.mark.verifies("RejectQualificationRequest.Reason.unicode")
def test_carries_any_reason_unchanged(requester: Requester, given: Given, expect: Expect, random: Random) -> None:
    reasons = ['Zu spät, l\'été <b>fini</b> & "zitiert" &amp; \U0001d518', *(sample_text(random, 40) for _ in range(3))]
    for reason in reasons:
        worker = given.workers.new_worker()
        request = given.pending_request(worker_id=worker)
        rejected = requester.call(
            "RejectQualificationRequest",
            {"QualificationRequestId": request.qualification_request_id, "Reason": reason},
        )
        texts = [message.text for message in given.workers.read_messages(worker)] if rejected.accepted else []
        expect(
            "RejectQualificationRequest.Reason.unicode",
            any(reason in text for text in texts),
            where="Reason",
            expected=f"accepted, and shown to the Worker as {reason!r}",
            actual=f"the Worker sees {texts!r}" if rejected.accepted else rejected.summary,
        )


@pytest.mark.verifies("RejectQualificationRequest.durable")
def test_outlives_a_restart(requester: Requester, given: Given, expect: Expect, restart: Callable[[], None]) -> None:
    request = given.pending_request()
    reject(requester, request)
    restart()
    left = identifiers(requests_listed(requester, request.qualification_type_id))
    expect(
        "RejectQualificationRequest.durable",
        request.qualification_request_id not in left,
        where="GetQualificationRequests after a restart",
        expected="the rejected request stays away",
        actual="it is listed again",
    )


@pytest.mark.verifies("QualificationRequest.QualificationRequestId.usable")
def test_listed_id_can_be_granted_and_rejected(requester: Requester, given: Given, expect: Expect) -> None:
    for operation in ("RejectQualificationRequest", "GrantQualification"):
        request = given.pending_request()
        reply = requester.call(operation, {"QualificationRequestId": request.qualification_request_id})
        expect(
            "QualificationRequest.QualificationRequestId.usable",
            reply.accepted,
            where=operation,
            expected="the id from GetQualificationRequests is taken",
            actual=reply.summary,
        )


@pytest.mark.verifies(
    "RejectQualificationRequest.Result.element",
    "RejectQualificationRequest.Result.nothing-else",
    "RejectQualificationRequest.Result.request-group",
)
def test_answers_with_its_result_element(requester: Requester, given: Given) -> None:
    """What the reply must hold is decided by the checks."""
    reject(requester, given.pending_request(), Reason="no")
    reject(requester, given.pending_request(), Reason="no", ResponseGroup=["Minimal", "Request"])
