"""Lists of requests for Qualifications and of Qualifications: what they hold, in which order, on which pages."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.versions import TODAY
from conformance.suites.answer_keys import chosen
from conformance.suites.forms import form_and_answer, selection_form
from conformance.suites.paging import (
    Listing,
    judge_beyond_end,
    judge_defaults,
    judge_empty,
    judge_long_pages,
    judge_pages,
)
from conformance.suites.preconditions import Given, requests_listed
from conformance.suites.qualification_types import handed_in
from conformance.suites.qualifications import HELD, REQUESTS, REVOKE, held_list, holder, holders, named, pending
from conformance.suites.refusals import is_refusal
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

MORE_THAN_A_PAGE = 11


def request_list(requester: Requester, type_id: str | None = None) -> Listing:
    """Return the list of the requests for a type, or for all."""
    asked = {"QualificationTypeId": type_id} if type_id else {}
    return Listing(
        requester=requester, operation=REQUESTS, item="QualificationRequest", key="QualificationRequestId", values=asked
    )


def asked_by(given: Given, type_id: str, count: int) -> list[str]:
    """Have new Workers ask for a Qualification, and return the ids of the requests when all are listed."""
    for _ in range(count):
        given.workers.request_qualification(given.workers.new_worker(), type_id)
    return given.settled(
        lambda: [one.qualification_request_id for one in requests_listed(given.requester, type_id)],
        lambda found: len(found) == count,
    )


def held_by(given: Given, type_id: str, count: int) -> list[str]:
    """Assign a Qualification to new Workers, and return their ids when all are listed."""
    workers = [holder(given, type_id) for _ in range(count)]
    holders(given, type_id, set(workers))
    return workers


def judge_numbers(listing: Listing, expect: Expect) -> None:
    """See that a PageNumber that is no positive integer is refused."""
    for text in ("0", "-1", "x"):
        reply = listing.requester.call(listing.operation, {**listing.values, "PageNumber": text})
        expect(
            f"{listing.operation}.PageNumber.positive",
            is_refusal(reply),
            where=f"PageNumber={text}",
            expected="an error",
            actual=reply.summary,
        )


@pytest.mark.verifies(
    f"{REQUESTS}.NumResults.count", f"{REQUESTS}.TotalNumResults.count", f"{REQUESTS}.Pages.partition"
)
def test_pages_of_requests(requester: Requester, given: Given, expect: Expect) -> None:
    judge_empty(request_list(requester, given.qualification_type()), expect)
    type_id = given.qualification_type()
    judge_pages(request_list(requester, type_id), asked_by(given, type_id, 3), expect)


@pytest.mark.verifies(f"{REQUESTS}.PageSize.default", f"{REQUESTS}.PageNumber.default", f"{REQUESTS}.Pages.partition")
def test_first_page_of_requests(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    made = asked_by(given, type_id, MORE_THAN_A_PAGE)
    judge_defaults(request_list(requester, type_id), expect)
    judge_long_pages(request_list(requester, type_id), made, expect)


@pytest.mark.verifies(f"{REQUESTS}.PageNumber.positive", f"{REQUESTS}.Pages.beyond-end")
def test_numbers_of_pages_of_requests(requester: Requester, expect: Expect) -> None:
    judge_numbers(request_list(requester), expect)
    judge_beyond_end(request_list(requester), expect)


def two_requests(given: Given, clock: ClockDriver) -> tuple[list[str], str, str]:
    """Have a Worker ask for two types, first for the one with the greater id; return the types and the requests."""
    types = sorted((given.qualification_type() for _ in range(2)), reverse=True)
    worker = given.workers.new_worker()
    older = given.pending_request(types[0], worker).qualification_request_id
    let_seconds_pass(clock)
    return types, older, given.pending_request(types[1], worker).qualification_request_id


def listed_of(wanted: tuple[str, ...], requester: Requester, type_id: str | None = None, **values: Any) -> list[str]:
    """Return those of the requests wanted that are listed, in the order of the list."""
    every = [one.qualification_request_id for one in requests_listed(requester, type_id, **values)]
    return [one for one in every if one in wanted]


@pytest.mark.verifies(f"{REQUESTS}.QualificationTypeId.filter", f"{REQUESTS}.QualificationTypeId.optional")
def test_requests_for_two_types(requester: Requester, given: Given, clock: ClockDriver, expect: Expect) -> None:
    types, older, newer = two_requests(given, clock)

    def own(type_id: str | None = None) -> list[str]:
        return listed_of((older, newer), requester, type_id)

    found = own(types[0])
    expect(
        f"{REQUESTS}.QualificationTypeId.filter",
        found == [older],
        where="with QualificationTypeId",
        expected="the request for this type alone",
        actual=f"{len(found)} of the two requests: {', '.join(found)}",
    )
    found = own()
    expect(
        f"{REQUESTS}.QualificationTypeId.optional",
        set(found) == {older, newer},
        where="without QualificationTypeId",
        expected=f"{older}, made first, and {newer}",
        actual=", ".join(found) or "neither",
    )


@pytest.mark.verifies(
    f"{REQUESTS}.SortProperty.default",
    f"{REQUESTS}.SortProperty.values",
    f"{REQUESTS}.SortDirection.default",
    f"{REQUESTS}.SortDirection.values",
)
def test_sorted_requests(requester: Requester, given: Given, clock: ClockDriver, expect: Expect) -> None:
    """The type whose id is the greater one is asked for first, so that no other order looks like that of the times."""
    types, older, newer = two_requests(given, clock)

    def own(**values: Any) -> list[str]:
        return listed_of((older, newer), requester, **values)

    for topic, values in (
        ("SortProperty.default", {"SortDirection": "Ascending"}),
        ("SortDirection.default", {"SortProperty": "SubmitTime"}),
    ):
        found = own(**values)
        expect(
            f"{REQUESTS}.{topic}",
            found == [older, newer],
            where=f"without QualificationTypeId, {values}",
            expected=f"{older}, made first, and {newer}, in this order",
            actual=", ".join(found) or "neither",
        )
    alike = len(types[0]) == len(types[1]) and f"{types[0]}{types[1]}".isupper()  # no doubt which id is the greater
    for name, expected in (("SubmitTime", [older, newer]), ("QualificationTypeId", [newer, older])):
        upwards, downwards = (own(SortProperty=name, SortDirection=way) for way in ("Ascending", "Descending"))
        expect(
            f"{REQUESTS}.SortProperty.values",
            upwards == expected or (name == "QualificationTypeId" and not alike),
            where=f"SortProperty={name}, ascending",
            expected=", ".join(expected),
            actual=", ".join(upwards),
        )
        expect(
            f"{REQUESTS}.SortDirection.values",
            len(downwards) == len(expected) and downwards == upwards[::-1],
            where=f"SortProperty={name}, descending",
            expected=f"the reverse of the ascending list: {', '.join(upwards[::-1])}",
            actual=", ".join(downwards),
        )


@pytest.mark.verifies(f"{REQUESTS}.pending-only", f"{REQUESTS}.not-awaiting-answers")
def test_requests_that_wait_for_the_owner(given: Given, expect: Expect) -> None:
    plain = given.qualification_type()
    tested = given.qualification_type(Test=form_and_answer("q1")[0], TestDurationInSeconds=600)
    worker = given.workers.new_worker()
    for type_id in (plain, tested):
        given.workers.request_qualification(worker, type_id)
    listed = given.settled(lambda: list(requests_listed(given.requester, plain)), bool)
    expect(
        f"{REQUESTS}.pending-only",
        [one.subject_id for one in listed] == [worker],
        where="a type without a test",
        expected="the request of the Worker",
        actual=f"{len(listed)} requests",
    )
    waiting = pending(given, tested)
    expect(
        f"{REQUESTS}.not-awaiting-answers",
        not waiting,
        where="a type whose test the Worker has not answered",
        expected="no request",
        actual=f"{len(waiting)} requests",
    )


@pytest.mark.verifies(f"{REQUESTS}.not-autograded")
def test_requests_that_need_no_owner(given: Given, expect: Expect) -> None:
    form, key = selection_form("q1")
    keyed = given.qualification_type(Test=form, TestDurationInSeconds=600, AnswerKey=key)
    automatic = given.qualification_type(AutoGranted="true")
    worker = given.workers.new_worker()
    for type_id in (keyed, automatic):
        given.workers.request_qualification(worker, type_id)
    handed_in(given, keyed, worker, chosen(q1="a"))
    for type_id, kind in ((keyed, "an AnswerKey"), (automatic, "AutoGranted=true")):
        left = pending(given, type_id)
        expect(
            f"{REQUESTS}.not-autograded",
            not left,
            where=f"a type with {kind}",
            expected="no request",
            actual=f"{len(left)} requests",
        )


@pytest.mark.verifies(
    f"{HELD}.content",
    f"{HELD}.NumResults.count",
    f"{HELD}.TotalNumResults.count",
    f"{HELD}.Pages.partition",
    f"{HELD}.Status.default",
    f"{HELD}.Status.revoked",
)
def test_qualifications_of_a_type(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    judge_empty(held_list(requester, type_id), expect)
    workers = held_by(given, type_id, 3)
    reply = requester.call(HELD, {"QualificationTypeId": type_id})
    listed = held_list(requester, type_id).keys(reply)
    expect(
        f"{HELD}.content",
        sorted(listed) == sorted(workers),
        where=HELD,
        expected=f"one Qualification for each of {', '.join(workers)}",
        actual=f"{reply.summary}; {', '.join(listed) or 'nobody'}",
    )
    judge_pages(held_list(requester, type_id), workers, expect)
    requester.must(REVOKE, named(type_id, workers[0]))
    left = holders(given, type_id, set(workers[1:]))
    expect(
        f"{HELD}.Status.default",
        sorted(left) == sorted(workers[1:]),
        where="without Status, one of three revoked",
        expected=f"the two others, {', '.join(workers[1:])}",
        actual=", ".join(left) or "nobody",
    )
    revoked = held_list(requester, type_id, Status="Revoked")
    page = given.settled(revoked.page, lambda found: revoked.keys(found) == workers[:1])
    states = {(one.text or "").strip() for one in page.all("Qualification/Status")}
    expect(
        f"{HELD}.Status.revoked",
        revoked.keys(page) == workers[:1] and states <= {"Revoked"},
        where="Status=Revoked, one of three revoked",
        expected=f"the Qualification of {workers[0]} alone, Revoked",
        actual=f"{', '.join(revoked.keys(page)) or 'nobody'}; {', '.join(states) or 'no Status'}",
    )


@pytest.mark.verifies(f"{HELD}.PageSize.default", f"{HELD}.PageNumber.default", f"{HELD}.Pages.partition")
def test_first_page_of_qualifications(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    made = held_by(given, type_id, MORE_THAN_A_PAGE)
    judge_defaults(held_list(requester, type_id), expect)
    judge_long_pages(held_list(requester, type_id), made, expect)


@pytest.mark.verifies(
    f"{HELD}.Operation.spelling",
    f"{HELD}.PageSize.range",
    f"{HELD}.PageNumber.positive",
    f"{HELD}.Pages.beyond-end",
    f"{HELD}.Status.values",
)
def test_parameters_of_the_list_of_qualifications(requester: Requester, given: Given, expect: Expect) -> None:
    listing = held_list(requester, given.qualification_type())
    reply = requester.call(HELD, listing.values)
    expect(f"{HELD}.Operation.spelling", reply.accepted, where=HELD, expected="success", actual=reply.summary)
    if requester.version != TODAY:
        judge_numbers(listing, expect)
        judge_beyond_end(listing, expect)
    for topic, name, good, bad in (
        ("PageSize.range", "PageSize", ("1", "100"), ("0", "101", "x")),
        ("Status.values", "Status", ("Granted", "Revoked"), ("Pending",)),
    ):
        for text in (*good, *bad):
            reply = requester.call(HELD, {**listing.values, name: text})
            expect(
                f"{HELD}.{topic}",
                reply.accepted if text in good else is_refusal(reply),
                where=f"{name}={text}",
                expected="success" if text in good else "an error",
                actual=reply.summary,
            )


@pytest.mark.verifies(f"{HELD}.owner-only")
def test_qualifications_are_listed_for_the_owner(second_requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    held_by(given, type_id, 1)
    reply = second_requester.call(HELD, {"QualificationTypeId": type_id})
    expect(
        f"{HELD}.owner-only",
        (reply.refused or reply.accepted) and not reply.all("Qualification"),
        where=f"{HELD} by another Requester",
        expected="an error or an empty list",
        actual=f"{reply.summary}; {len(reply.all('Qualification'))} listed",
    )
