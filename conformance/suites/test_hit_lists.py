"""SearchHITs: which HITs are listed, in which order, with which groups, and in which pages."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.hit_pages import judge_counts, judge_order, judge_pages, unsorted
from conformance.suites.hits import (
    COUNTERS,
    GROUPS,
    Fund,
    Hits,
    alone,
    ids_of,
    judge_listed,
    text_of,
)
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

LIST = "SearchHITs"
SORTED = {"Title": (2, 0, 1), "Reward": (1, 2, 0), "Expiration": (1, 0, 2)}


@pytest.mark.verifies(
    f"{LIST}.SortProperty.default",
    f"{LIST}.Pages.partition",
    f"{LIST}.Pages.beyond-end",
    f"{LIST}.NumResults.count",
    f"{LIST}.PageNumber.default",
    f"{LIST}.no-filter",
    *(f"{LIST}.sort.{name}" for name in SORTED),
)
def test_sorts_and_pages(given: Given, expect: Expect, fund: Fund, requester: Requester, clock: ClockDriver) -> None:
    hits = Hits(given, alone(fund, requester))
    made = unsorted(hits, clock)
    judge_order(f"{LIST}.SortProperty.default", hits.listed(LIST, *made), made, expect, by="without SortProperty")
    for name, order in SORTED.items():
        values: dict[str, Any] = {"SortProperty": name, "SortDirection": "Ascending"}
        expected = [made[number] for number in order]
        judge_order(f"{LIST}.sort.{name}", hits.listed(LIST, *made, **values), expected, expect, by=f"by {name}")
        downwards = hits.listed(LIST, *made, **{**values, "SortDirection": "Descending"})
        judge_order(f"{LIST}.sort.{name}", downwards, expected[::-1], expect, by=f"by {name}, descending")
    judge_pages(hits, LIST, made, expect)
    judge_counts(hits, LIST, expect)
    filtered = hits.requester.call(LIST, {"HITTypeId": hits.register(), "PageSize": 1})
    totals = [text_of(reply, "TotalNumResults") for reply in (filtered, hits.requester.must(LIST, {"PageSize": 1}))]
    expect(
        f"{LIST}.no-filter",
        filtered.refused or totals[0] == totals[1],
        where="a call with a HITTypeId, and one without",
        expected="an error, or the same TotalNumResults",
        actual=", ".join(totals),
    )


@pytest.mark.verifies(f"{LIST}.PageSize.default")
def test_a_page_has_ten(given: Given, expect: Expect, fund: Fund, requester: Requester) -> None:
    hits = Hits(given, alone(fund, requester))
    type_id = hits.register()
    made = [hits.of_type(type_id).hit_id for _ in range(11)]
    hits.listed(LIST, *made)
    shown = len(hits.page(LIST))
    expect(f"{LIST}.PageSize.default", shown == 10, where=LIST, expected="ten HIT elements", actual=str(shown))


@pytest.mark.verifies(f"{LIST}.enumeration-complete")
def test_enumerates_every_hit(given: Given, expect: Expect, fund: Fund, requester: Requester) -> None:
    hits = Hits(given, alone(fund, requester))
    type_id = hits.register()
    made = [hits.of_type(type_id).hit_id for _ in range(9)]
    listed = hits.listed(LIST, *made, size=4, SortProperty="Enumeration")
    expect(
        f"{LIST}.enumeration-complete",
        sorted(listed) == sorted(made),
        where="SortProperty=Enumeration, PageSize=4",
        expected=f"each of {', '.join(made)} once",
        actual=", ".join(listed),
    )


@pytest.mark.verifies(f"{LIST}.default-groups", f"{LIST}.groups.question", f"{LIST}.groups.minimal")
def test_shows_what_is_asked_for(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    hit_id = hits.new().hit_id
    cases: tuple[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
        ("default-groups", (), ("Title", *COUNTERS), ("Question",)),
        ("groups.question", ("Minimal", "HITQuestion"), ("Question",), ()),
        ("groups.minimal", ("Minimal",), ("HITId",), ("Title", COUNTERS[0])),
    )
    for topic, groups, present, absent in cases:
        names = {str(child.tag) for child in hits.found(hit_id, *groups)}
        expect(
            f"{LIST}.{topic}",
            set(present) <= names and not set(absent) & names,
            where=f"{LIST}/HIT, {'the groups ' + ', '.join(groups) if groups else 'no group asked for'}",
            expected=f"{', '.join(present)}" + (f", without {', '.join(absent)}" if absent else ""),
            actual=", ".join(sorted(names)),
        )


@pytest.mark.verifies(f"{LIST}.details")
def test_lists_hits_with_their_details(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    judge_listed(f"{LIST}.details", hits.found(hits.new().hit_id), expect)


@pytest.mark.verifies(f"{LIST}.own-only")
def test_lists_own_hits_alone(given: Given, expect: Expect, second_requester: Requester) -> None:
    own, foreign = Hits(given), Hits(given, second_requester)
    there = foreign.new().hit_id
    made = own.new().hit_id
    own.found(made)
    listed = ids_of(own.newest())
    expect(f"{LIST}.own-only", there not in listed, where=LIST, expected="no HIT of another Requester", actual=there)


@pytest.mark.verifies(f"{LIST}.all")
def test_lists_hits_of_every_status(given: Given, expect: Expect) -> None:
    """Assignable, Unassignable, Reviewable and Reviewing ones; one that was disposed of is gone."""
    hits = Hits(given)
    type_id = hits.register()
    assignable, taken, expired, reviewing, disposed = (hits.of_type(type_id).hit_id for _ in range(5))
    given.workers.accept_assignment(given.workers.new_worker(), taken)
    for hit_id in (expired, reviewing, disposed):
        hits.expire(hit_id)
    hits.requester.must("SetHITAsReviewing", {"HITId": reviewing})
    hits.requester.must("DisposeHIT", {"HITId": disposed})
    kept = {assignable, taken, expired, reviewing}
    listed = given.settled(lambda: ids_of(hits.newest()), lambda found: kept <= set(found) and disposed not in found)
    states = {hit_id: text_of(hits.read(hit_id, *GROUPS), "HITStatus") for hit_id in kept}
    expect(
        f"{LIST}.all",
        kept <= set(listed) and disposed not in listed,
        where=LIST,
        expected=f"{states}, and not {disposed}, which was disposed of",
        actual=", ".join(hit_id for hit_id in listed if hit_id in {*kept, disposed}),
    )
