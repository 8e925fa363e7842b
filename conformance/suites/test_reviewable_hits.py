"""GetReviewableHITs: which HITs wait for a review, in which order, and in which pages."""

from functools import partial

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.suites.assignments import Employer
from conformance.suites.hit_pages import judge_counts, judge_order, judge_pages, unsorted
from conformance.suites.hits import (
    Fund,
    Hits,
    alone,
    ids_of,
    text_of,
)
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

LIST = "GetReviewableHITs"
EXPIRED = (1, 2, 0)  # the order in which HITs are let expire
SORTED = {"Title": (2, 0, 1), "Reward": (1, 2, 0), "Expiration": EXPIRED, "CreationTime": (0, 1, 2)}


@pytest.mark.verifies(
    f"{LIST}.SortProperty.values",
    f"{LIST}.SortProperty.default",
    f"{LIST}.SortDirection.default",
)
def test_sorts(given: Given, expect: Expect, fund: Fund, requester: Requester, clock: ClockDriver) -> None:
    hits = Hits(given, alone(fund, requester))
    made = unsorted(hits, clock)
    for number in EXPIRED:
        let_seconds_pass(clock)
        hits.expire(made[number])
    for name, order in SORTED.items():
        upwards = [made[number] for number in order]
        for direction, expected in (("Ascending", upwards), ("Descending", upwards[::-1])):
            listed = hits.listed(LIST, *made, SortProperty=name, SortDirection=direction)
            by = f"by {name}, {direction.lower()}"
            judge_order(f"{LIST}.SortProperty.values", listed, expected, expect, by=by)
    unknown = hits.requester.call(LIST, {"SortProperty": "Foo"})
    expect(
        f"{LIST}.SortProperty.values",
        is_refusal(unknown),
        where="SortProperty=Foo",
        expected="an error",
        actual=unknown.summary,
    )
    expired = [made[number] for number in EXPIRED]
    listed = hits.listed(LIST, *made, SortDirection="Ascending")
    judge_order(f"{LIST}.SortProperty.default", listed, expired, expect, by="without SortProperty, ascending")
    listed = hits.listed(LIST, *made, SortProperty="Expiration")
    directions = {tuple(expired): "Ascending", tuple(expired[::-1]): "Descending"}
    expect.see(f"{LIST}.SortDirection.default", where=LIST, actual=directions.get(tuple(listed), "neither"))


@pytest.mark.verifies(
    f"{LIST}.HITTypeId.filter",
    f"{LIST}.HITTypeId.absent",
    f"{LIST}.Result.hitid",
    f"{LIST}.minimal-only",
    f"{LIST}.details",
)
def test_filters(given: Given, expect: Expect, fund: Fund, requester: Requester) -> None:
    """Three HITs that wait for a review, each of a type of its own."""
    hits = Hits(given, alone(fund, requester))
    made = [hits.new().hit_id for _ in range(3)]
    for hit_id in made:
        hits.expire(hit_id)
    judge_filter(hits, made, expect)
    judge_elements(hits, expect)


def judge_filter(hits: Hits, made: list[str], expect: Expect) -> None:
    """See that HITTypeId limits the list, and that without it HITs of all types are there."""
    type_id = text_of(hits.read(made[0]), "HITTypeId")
    listed = [hit_id for page in hits.pages(LIST, 100, HITTypeId=type_id) for hit_id in page]
    judge_order(f"{LIST}.HITTypeId.filter", listed, made[:1], expect, by="with the HITTypeId of one of three HITs")
    listed = sorted(hits.listed(LIST, *made))
    judge_order(f"{LIST}.HITTypeId.absent", listed, sorted(made), expect, by="without HITTypeId")


def judge_elements(hits: Hits, expect: Expect) -> None:
    """See that each HIT has its id, and no details, asked for or not."""
    found = hits.page(LIST)
    expect(
        f"{LIST}.Result.hitid",
        bool(found) and all(ids_of(found)),
        where=f"{LIST}/HIT/HITId",
        expected="a HITId in each",
        actual=", ".join(ids_of(found)),
    )
    members = ", ".join(dict.fromkeys(str(child.tag) for hit in found for child in hit))
    expect.see(f"{LIST}.details", where=f"{LIST}/HIT", actual=members)
    asked = hits.requester.call(LIST, {"ResponseGroup": ["Minimal", "HITDetail"]})
    names = [{str(child.tag) for hit in elements for child in hit} for elements in (found, asked.all("HIT"))]
    expect(
        f"{LIST}.minimal-only",
        "HITId" in names[0] and "Title" not in names[0] and (asked.refused or names[0] == names[1]),
        where=f"{LIST}/HIT, without a ResponseGroup and with HITDetail",
        expected="HITId and no Title; with HITDetail the same, or an error",
        actual=f"{', '.join(sorted(names[0]))}; {asked.summary}, {', '.join(sorted(names[1]))}",
    )


@pytest.mark.verifies(f"{LIST}.Status.default", f"{LIST}.Status.Reviewing", f"{LIST}.Status.both")
def test_lists_by_status(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    type_id = hits.register()
    reviewable, reviewing = hits.reviewable(type_id, 2)
    hits.requester.must("SetHITAsReviewing", {"HITId": reviewing})
    for topic, status, expected in (
        ("Status.default", [], {reviewable}),
        ("Status.Reviewing", ["Reviewing"], {reviewing}),
        ("Status.both", ["Reviewable", "Reviewing"], {reviewable, reviewing}),
    ):
        if not requirements()[f"{LIST}.{topic}"].holds_in(hits.requester.version):
            continue
        listed = hits.listed(LIST, *expected, HITTypeId=type_id, Status=status)
        others = hits.page(LIST, HITTypeId=type_id, Status=status)
        came = {*listed, *ids_of(others)}
        expect(
            f"{LIST}.{topic}",
            came == expected,
            where=f"{LIST} with Status {' and '.join(status) or 'left out'}",
            expected=", ".join(sorted(expected)),
            actual=", ".join(sorted(came)),
        )


@pytest.mark.verifies(f"{LIST}.excludes")
def test_lists_nothing_that_does_not_wait(given: Given, expect: Expect) -> None:
    """One HIT is Assignable, one Unassignable, one was disposed of."""
    hits = Hits(given)
    type_id = hits.register()
    assignable, taken, disposed = (hits.of_type(type_id).hit_id for _ in range(3))
    given.workers.accept_assignment(given.workers.new_worker(), taken)
    hits.expire(disposed)
    hits.requester.must("DisposeHIT", {"HITId": disposed})
    states = {assignable: "Assignable", taken: "Unassignable", disposed: "disposed of"}
    for status in ("Reviewable", "Reviewing"):
        read = partial(hits.page, LIST, HITTypeId=type_id, Status=status)
        listed = ids_of(given.settled(read, lambda found: not found))
        expect(
            f"{LIST}.excludes",
            not listed,
            where=f"{LIST} with Status={status}",
            expected="no HIT",
            actual=", ".join(f"{hit_id}, which is {states.get(hit_id, 'unknown')}" for hit_id in listed),
        )


@pytest.mark.verifies(f"{LIST}.keeps-decided")
def test_keeps_what_was_decided(given: Given, expect: Expect) -> None:
    hits, employer = Hits(given), Employer(given)
    type_id = hits.register()
    hit_id = hits.of_type(type_id).hit_id
    employer.approved(hit_id)
    listed = hits.listed(LIST, hit_id, HITTypeId=type_id)
    judge_order(f"{LIST}.keeps-decided", listed, [hit_id], expect, by="after the only assignment was approved")


@pytest.mark.verifies(
    f"{LIST}.PageSize.default",
    f"{LIST}.PageNumber.default",
    f"{LIST}.NumResults.count",
    f"{LIST}.Pages.partition",
    f"{LIST}.Pages.beyond-end",
    f"{LIST}.SortProperty.Enumeration",
)
def test_pages(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    type_id = hits.register()
    made = hits.reviewable(type_id, 11)
    hits.listed(LIST, *made, HITTypeId=type_id)
    shown = len(hits.page(LIST, HITTypeId=type_id))
    expect(f"{LIST}.PageSize.default", shown == 10, where=LIST, expected="ten HIT elements", actual=str(shown))
    judge_pages(hits, LIST, made, expect, HITTypeId=type_id)
    judge_counts(hits, LIST, expect, HITTypeId=type_id)
    requirement = f"{LIST}.SortProperty.Enumeration"
    if requirements()[requirement].holds_in(hits.requester.version):
        values = {"HITTypeId": type_id, "SortProperty": "Enumeration"}
        reply = hits.requester.call(LIST, values)
        by = "by Enumeration, with PageSize=4"
        expect(requirement, reply.accepted, where=by, expected="success", actual=reply.summary)
        if reply.accepted:
            listed = [hit_id for page in hits.pages(LIST, 4, **values) for hit_id in page]
            judge_order(requirement, sorted(listed), sorted(made), expect, by=by)
