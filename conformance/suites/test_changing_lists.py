"""Lists that change while they are read page by page: what stays is neither lost nor doubled."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.paging import Listing, counter
from conformance.suites.preconditions import Given
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

REQUESTS, SUBMISSIONS = "GetQualificationRequests", "GetAssignmentsForHIT"
OLDEST_FIRST = {"SortProperty": "SubmitTime", "SortDirection": "Ascending"}


def judge_added(listing: Listing, made: list[str], page_before: list[str], expect: Expect) -> None:
    """See that what came at the end of a sorted list after its first page was read pushed nothing aside."""
    shown = [*page_before, *listing.keys(listing.page(PageSize=2, PageNumber=2))]
    expect(
        f"{listing.operation}.Pages.partition",
        all(shown.count(one) == 1 for one in made),
        where=f"{listing.operation}, oldest first, PageSize=2: one was added after page 1",
        expected=f"each of {', '.join(made)} on one page",
        actual=", ".join(shown),
    )


def judge_total(requirement: str, listing: Listing, left: list[str], expect: Expect) -> None:
    """See that the pages of a list and its counters agree after one item left it."""
    pages = listing.pages(2)
    shown, totals = (
        [key for page in pages for key in listing.keys(page)],
        {counter(one, "TotalNumResults") for one in pages},
    )
    expect(
        requirement,
        sorted(shown) == sorted(left) and totals == {str(len(left))},
        where=f"{listing.operation} after one was taken away",
        expected=f"{', '.join(left)} once each, TotalNumResults {len(left)}",
        actual=f"{', '.join(shown)}, TotalNumResults {', '.join(sorted(totals))}",
    )


@pytest.mark.verifies(f"{REQUESTS}.Pages.partition", f"{REQUESTS}.TotalNumResults.count")
def test_requests_come_and_go(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    type_id = given.qualification_type()
    values = {"QualificationTypeId": type_id, **OLDEST_FIRST}
    key = "QualificationRequestId"
    listing = Listing(requester=requester, operation=REQUESTS, item="QualificationRequest", key=key, values=values)

    def ask(count: int) -> list[str]:
        given.workers.request_qualification(given.workers.new_worker(), type_id)
        let_seconds_pass(clock)
        return given.settled(lambda: listing.keys(listing.page(PageSize=100)), lambda found: len(found) == count)

    made = [ask(count) for count in (1, 2, 3)][-1]
    first = listing.keys(listing.page(PageSize=2, PageNumber=1))
    left = [one for one in ask(4) if one != made[0]]
    judge_added(listing, made, first, expect)
    requester.must("RejectQualificationRequest", {"QualificationRequestId": made[0]})
    given.settled(lambda: listing.keys(listing.page(PageSize=100)), lambda found: made[0] not in found)
    judge_total(f"{REQUESTS}.TotalNumResults.count", listing, left, expect)


@pytest.mark.verifies(f"{SUBMISSIONS}.Pages.partition", f"{SUBMISSIONS}.NumResults.count")
def test_submissions_come_and_go(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    """One goes when it is approved, from the list of those that are Submitted."""
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=4)
    values = {"HITId": hit_id, "AssignmentStatus": "Submitted", **OLDEST_FIRST}
    listing = Listing(requester=requester, operation=SUBMISSIONS, item="Assignment", key="AssignmentId", values=values)

    def submit(count: int) -> str:
        work = employer.submitted(hit_id)
        let_seconds_pass(clock)
        given.settled(lambda: listing.keys(listing.page(PageSize=100)), lambda found: len(found) == count)
        return work.assignment_id

    made = [submit(count) for count in (1, 2, 3)]
    first = listing.keys(listing.page(PageSize=2, PageNumber=1))
    last = submit(4)
    judge_added(listing, made, first, expect)
    requester.must("ApproveAssignment", {"AssignmentId": made[0]})
    given.settled(lambda: listing.keys(listing.page(PageSize=100)), lambda found: made[0] not in found)
    judge_total(f"{SUBMISSIONS}.NumResults.count", listing, [*made[1:], last], expect)
