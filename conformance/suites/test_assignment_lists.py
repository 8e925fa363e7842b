"""GetAssignmentsForHIT: which submissions are listed, in which order, on which page."""

from collections.abc import Iterator
from itertools import islice, zip_longest
from math import ceil

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.spec.versions import TODAY
from conformance.suites.assignments import Employer, Work, decision
from conformance.suites.paging import pages_of
from conformance.suites.preconditions import Given
from conformance.suites.submissions import counters, ids, listed, shown_in
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

_ARTICLE = "GetAssignmentsForHIT"
STATUSES = ("Submitted", "Approved", "Rejected")


def three(employer: Employer, clock: ClockDriver) -> Iterator[Work]:
    """Yield three submissions for one HIT, at least two seconds apart."""
    hit_id = employer.hit(MaxAssignments=3)
    for number in range(3):
        if number:
            let_seconds_pass(clock)
        yield employer.submitted(hit_id)


@pytest.mark.verifies(
    f"{_ARTICLE}.AssignmentStatus.default",
    f"{_ARTICLE}.AssignmentStatus.filter",
    f"{_ARTICLE}.AssignmentStatus.comma",
    f"{_ARTICLE}.AssignmentStatus.repeated",
    f"{_ARTICLE}.AssignmentStatus.several",
    f"{_ARTICLE}.SortProperty.default",
    f"{_ARTICLE}.SortDirection.descending",
    f"{_ARTICLE}.NumResults.count",
    f"{_ARTICLE}.Pages.partition",
)
def test_list_is_sorted_filtered_and_divided(
    given: Given, expect: Expect, clock: ClockDriver, requester: Requester
) -> None:
    """Three submissions, of which one is then approved and one rejected."""
    works = list(three(Employer(given), clock))
    hit_id, order = works[0].hit_id, [work.assignment_id for work in works]
    given.settled(lambda: listed(requester, hit_id), lambda rows: len(rows) == len(works))
    if requester.version != TODAY:
        _see_order(requester, hit_id, order, expect)
    _see_pages(requester, hit_id, order, expect)
    requester.must("ApproveAssignment", {"AssignmentId": order[1]})
    requester.must("RejectAssignment", decision(requester, "RejectAssignment", order[2]))
    _see_statuses(requester, hit_id, order, expect)


def _see_order(requester: Requester, hit_id: str, order: list[str], expect: Expect) -> None:
    plain = ids(listed(requester, hit_id))
    expect(
        f"{_ARTICLE}.SortProperty.default",
        plain == order,
        where="without SortProperty and SortDirection",
        expected="the order of the submissions",
        actual=_places(plain, order),
    )
    ways = [ids(listed(requester, hit_id, SortProperty="SubmitTime", SortDirection=way)) for way in _WAYS]
    expect(
        f"{_ARTICLE}.SortDirection.descending",
        len(ways[1]) == len(order) and ways[0][::-1] == ways[1],
        where="SortProperty=SubmitTime",
        expected="with Descending the reverse of the order with Ascending",
        actual=f"{_places(ways[0], order)} with Ascending, {_places(ways[1], order)} with Descending",
    )


_WAYS = ("Ascending", "Descending")


def _places(found: list[str], order: list[str]) -> str:
    """Tell the assignments found by their numbers in the order of submission."""
    return ", ".join(str(order.index(one) + 1) if one in order else one for one in found) or "none"


def _see_pages(requester: Requester, hit_id: str, order: list[str], expect: Expect) -> None:
    for number, (reply, count) in enumerate(zip_longest(_pages(requester, hit_id, 2), (2, 1)), 1):
        counts = counters(reply, requester.version) if reply else []
        found = len(reply.all("Assignment")) if reply else 0
        expect(
            f"{_ARTICLE}.NumResults.count",
            found == (count or 0) and counts == [str(count or 0), str(len(order))][: len(counts)] and bool(reply),
            where=f"page {number} of three submissions, PageSize=2",
            expected=f"{count or 0} Assignment elements, as NumResults says; TotalNumResults, if any, {len(order)}",
            actual=f"{found} Assignment elements, NumResults and TotalNumResults {counts}",
        )
    singly, whole = (
        ids(shown_in(one) for page in _pages(requester, hit_id, size) for one in page.all("Assignment"))
        for size in (1, 3)
    )
    expect(
        f"{_ARTICLE}.Pages.partition",
        sorted(singly) == sorted(order) and sorted(whole) == sorted(order),
        where="all pages with PageSize=1, and with PageSize=3",
        expected="each of the three submissions once",
        actual=f"{_places(singly, order)}; {_places(whole, order)}",
    )


def _pages(requester: Requester, hit_id: str, size: int) -> list[Reply]:
    """Return the pages of three submissions; where a token leads from one to the next, not many more."""
    if requester.version == TODAY:
        return list(islice(pages_of(requester, _ARTICLE, "Assignment", {"HITId": hit_id}, size), 5))
    numbers = range(1, ceil(3 / size) + 1)
    return [requester.must(_ARTICLE, {"HITId": hit_id, "PageSize": size, "PageNumber": number}) for number in numbers]


def _see_statuses(requester: Requester, hit_id: str, order: list[str], expect: Expect) -> None:
    everything = ids(listed(requester, hit_id))
    expect(
        f"{_ARTICLE}.AssignmentStatus.default",
        sorted(everything) == sorted(order),
        where="without AssignmentStatus",
        expected="the Submitted, the Approved and the Rejected assignment",
        actual=_places(everything, order),
    )
    for status, wanted in zip(STATUSES, order, strict=True):
        rows = listed(requester, hit_id, AssignmentStatus=status)
        expect(
            f"{_ARTICLE}.AssignmentStatus.filter",
            [(row.get("AssignmentId"), row.get("AssignmentStatus")) for row in rows] == [(wanted, status)],
            where=f"AssignmentStatus={status}",
            expected=f"the one that is {status}",
            actual=", ".join(str(row.get("AssignmentStatus")) for row in rows) or "none",
        )
    both = ["Approved", "Rejected"]
    for requirement, asked in (("repeated", both), ("several", both), ("comma", "Approved,Rejected")):
        if not requirements()[f"{_ARTICLE}.AssignmentStatus.{requirement}"].holds_in(requester.version):
            continue
        reply = requester.call(_ARTICLE, {"HITId": hit_id, "AssignmentStatus": asked})
        found = ids(shown_in(element) for element in reply.all("Assignment"))
        expect(
            f"{_ARTICLE}.AssignmentStatus.{requirement}",
            sorted(found) == sorted(order[1:]),
            where=f"AssignmentStatus {asked}",
            expected="the Approved and the Rejected assignment",
            actual=f"{reply.summary}; {_places(found, order)}",
        )


@pytest.mark.verifies(f"{_ARTICLE}.SortProperty.values")
def test_sorts_by_each_property(given: Given, expect: Expect, clock: ClockDriver, requester: Requester) -> None:
    """Three assignments, submitted in another order than accepted; then one is approved and one rejected."""
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=3)
    workers = [given.workers.new_worker() for _ in range(3)]
    accepted: list[str] = []
    for worker in workers:
        accepted.append(given.workers.accept_assignment(worker, hit_id).assignment_id)
        let_seconds_pass(clock)
    submitted = [accepted[number] for number in (2, 0, 1)]
    for assignment_id in submitted:
        employer.submit(workers[accepted.index(assignment_id)], assignment_id)
        let_seconds_pass(clock)
    requester.must("ApproveAssignment", {"AssignmentId": accepted[0]})
    requester.must("RejectAssignment", decision(requester, "RejectAssignment", accepted[1]))
    given.settled(
        lambda: listed(requester, hit_id), lambda rows: len({row.get("AssignmentStatus") for row in rows}) == 3
    )
    for name, expected in (("AcceptTime", accepted), ("SubmitTime", submitted), ("AssignmentStatus", None)):
        ways = [ids(listed(requester, hit_id, SortProperty=name, SortDirection=way)) for way in _WAYS]
        expect(  # which status comes first is not said
            f"{_ARTICLE}.SortProperty.values",
            ways[0] == (expected or ways[0]) and ways[1] == ways[0][::-1] and sorted(ways[0]) == sorted(accepted),
            where=f"SortProperty={name}, ascending and descending",
            expected=f"{_places(expected, accepted) if expected else 'each once'}, and the reverse",
            actual="; ".join(_places(way, accepted) for way in ways),
        )


@pytest.mark.verifies(f"{_ARTICLE}.PageSize.default")
def test_page_has_ten_unless_asked_otherwise(given: Given, expect: Expect, requester: Requester) -> None:
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=11)
    for _ in range(11):
        employer.submitted(hit_id)
    given.settled(lambda: listed(requester, hit_id), lambda rows: len(rows) == 11)
    reply = requester.must(_ARTICLE, {"HITId": hit_id})
    count = len(reply.all("Assignment"))
    expect(
        f"{_ARTICLE}.PageSize.default",
        count == 10,
        where="without PageSize",
        expected="10 of 11 submissions",
        actual=str(count),
    )
