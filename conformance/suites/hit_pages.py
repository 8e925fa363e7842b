"""How lists of HITs are seen to come in order and in pages."""

from typing import Any

from conformance.checks.expectation import Expect
from conformance.spec.versions import TODAY
from conformance.suites.hits import Hits, ids_of, text_of
from conformance.suites.paging import pages_of
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver

# Of each HIT the title, the reward and the lifetime: sorted by each of them they come in another order.
UNSORTED = (("B", "1.00", 7200), ("C", "0.05", 3600), ("A", "0.10", 86400))


def unsorted(hits: Hits, clock: ClockDriver) -> list[str]:
    """Create three HITs, two seconds apart, and return their ids."""
    made: list[str] = []
    for initial, amount, lifetime in UNSORTED:
        if made:
            let_seconds_pass(clock)
        reward = {"Amount": amount, "CurrencyCode": "USD"}
        title = f"{initial} {hits.given.name('title')}"
        made.append(hits.new(Title=title, Reward=reward, LifetimeInSeconds=lifetime).hit_id)
    return made


def judge_order(requirement: str, listed: list[str], expected: list[str], expect: Expect, *, by: str) -> None:
    """See that HITs come in this order."""
    expect(requirement, listed == expected, where=by, expected=", ".join(expected), actual=", ".join(listed))


def judge_pages(hits: Hits, operation: str, made: list[str], expect: Expect, **values: Any) -> None:
    """See that pages of one, three and ten divide a list; numbered pages, that behind its end there is an empty one."""
    for size in (1, 3, 10):
        listed = [hit_id for page in hits.pages(operation, size, **values) for hit_id in page if hit_id in made]
        expect(
            f"{operation}.Pages.partition",
            sorted(listed) == sorted(made),
            where=f"{operation} with PageSize={size}, all pages",
            expected=f"each of {', '.join(made)} once",
            actual=", ".join(listed),
        )
    if hits.requester.version != TODAY:
        judge_numbers(hits, operation, expect, **values)


def judge_numbers(hits: Hits, operation: str, expect: Expect, **values: Any) -> None:
    """See which page comes for no number, and what for one behind the end."""
    behind = hits.requester.call(operation, {**values, "PageNumber": 1000})
    first = hits.requester.must(operation, values)
    totals = [text_of(reply, "TotalNumResults") for reply in (first, behind)]
    expect(
        f"{operation}.Pages.beyond-end",
        behind.accepted and text_of(behind, "NumResults") == "0" and not behind.all("HIT") and len({*totals}) == 1,
        where=f"{operation} with PageNumber=1000",
        expected=f"success, NumResults 0, TotalNumResults {totals[0]}, and no HIT",
        actual=f"{behind.summary}, NumResults {text_of(behind, 'NumResults')}, TotalNumResults {totals[1]}",
    )
    numbered = hits.requester.must(operation, {**values, "PageNumber": 1})
    shown = [(text_of(reply, "PageNumber"), ids_of(reply.all("HIT"))) for reply in (first, numbered)]
    expect(
        f"{operation}.PageNumber.default",
        shown[0] == shown[1] and shown[0][0] == "1",
        where=f"{operation} without PageNumber and with PageNumber=1",
        expected="PageNumber 1, and the same HITs",
        actual=f"{shown[0]} and {shown[1]}",
    )


def judge_counts(hits: Hits, operation: str, expect: Expect, **values: Any) -> None:
    """See that the counters of the pages of two HITs agree with what they hold."""
    pages = list(pages_of(hits.requester, operation, "HIT", values, 2))
    listed = [(text_of(reply, "NumResults"), len(reply.all("HIT"))) for reply in pages]
    counted = sum(found for _, found in listed)
    totals = {text_of(reply, "TotalNumResults") for reply in pages}
    expect(
        f"{operation}.NumResults.count",
        all(count == str(found) for count, found in listed)
        and (totals == {str(counted)} or hits.requester.version == TODAY),
        where=f"{operation} with PageSize=2, all pages",
        expected=f"NumResults as many as HIT elements, TotalNumResults {counted} on each page",
        actual=f"NumResults and HIT elements {listed}, TotalNumResults {', '.join(sorted(totals))}",
    )
