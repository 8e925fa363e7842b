"""Lists in pages: what the pages of one list say together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from conformance.checks.expectation import Expect
from conformance.spec.versions import TODAY
from conformance.target.requester import Reply, Requester

MOST_PAGES = 200
FIRST_PAGE = 10
"""So many items the first page has where the call names no PageSize."""


def pages_of(requester: Requester, operation: str, item: str, values: Mapping[str, Any], size: int) -> Iterator[Reply]:
    """Yield the pages of a list; Blocked if a call is refused.

    They are asked for by their number up to the first one that is not full, and in 2017-01-17 by the NextToken of the
    page before, up to the first one that tells none.
    """
    asked: dict[str, Any] = {**values, "PageSize": size}
    for number in range(1, MOST_PAGES + 1):
        by_number = {} if requester.version == TODAY else {"PageNumber": number}
        reply = requester.must(operation, {**asked, **by_number})
        yield reply
        if requester.version == TODAY:
            token = counter(reply, "NextToken")
            if not token:
                return
            asked["NextToken"] = token
        elif len(reply.all(item)) < size:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list: the operation, what it is asked with beside the page, and the elements that it lists.

    The text at ``key`` below an ``item`` tells the items apart.
    """

    requester: Requester
    operation: str
    item: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def page(self, **paging: int | str) -> Reply:
        """Return a page; Blocked if the call is refused."""
        return self.requester.must(self.operation, {**self.values, **paging})

    def keys(self, reply: Reply) -> list[str]:
        """Return what tells the items of a page apart."""
        return [(element.findtext(self.key) or "").strip() for element in reply.all(self.item)]

    def pages(self, size: int) -> list[Reply]:
        """Return all pages of this size, as `pages_of` does."""
        return list(pages_of(self.requester, self.operation, self.item, self.values, size))


def counter(reply: Reply, name: str) -> str:
    """Return the text of a counter."""
    return (reply.text(name) or "").strip()


def judge_pages(listing: Listing, own: list[str], expect: Expect) -> None:
    """Judge what all pages of a list say that holds ``own``, once each, and perhaps more."""
    for size in (1, 2, 3):
        pages = _judge_partition(listing, own, size, expect)
        where = f"{listing.operation} with PageSize={size}"
        for page in pages if size > 1 else ():
            found = str(len(page.all(listing.item)))
            expect(
                f"{listing.operation}.NumResults.count",
                counter(page, "NumResults") == found,
                where=where,
                expected=f"NumResults {found}, the number of {listing.item} elements",
                actual=f"NumResults {counter(page, 'NumResults')!r}",
            )
        if size == 1:
            _judge_total(listing, pages, expect)


def judge_long_pages(listing: Listing, own: list[str], expect: Expect) -> None:
    """Judge pages of ten and of a hundred of a list that holds ``own``, more than ten, once each."""
    for size in (10, 100):
        _judge_partition(listing, own, size, expect)


def _judge_partition(listing: Listing, own: list[str], size: int, expect: Expect) -> list[Reply]:
    pages = listing.pages(size)
    listed = [key for page in pages for key in listing.keys(page)]
    expect(
        f"{listing.operation}.Pages.partition",
        all(listed.count(key) == 1 for key in own),
        where=f"{listing.operation} with PageSize={size}",
        expected=f"each of {', '.join(own)} on one page",
        actual=f"listed on {len(pages)} pages: {', '.join(listed)}",
    )
    return pages


def _judge_total(listing: Listing, pages: list[Reply], expect: Expect) -> None:
    totals = [counter(page, "TotalNumResults") for page in pages]
    results = [counter(page, "NumResults") for page in pages]
    added = str(sum(int(text) for text in results if text.isdigit()))
    expect(
        f"{listing.operation}.TotalNumResults.count",
        all(one == other for one, other in pairwise([*totals, added])),
        where=f"{listing.operation} with PageSize=1",
        expected="TotalNumResults the same on every page, and what the NumResults add up to",
        actual=f"TotalNumResults {', '.join(totals)}; NumResults {', '.join(results)}",
    )


def judge_empty(listing: Listing, expect: Expect) -> None:
    """Judge the counter of a list with nothing in it."""
    total = counter(listing.page(), "TotalNumResults")
    expect(
        f"{listing.operation}.TotalNumResults.count",
        total == "0",
        where=f"{listing.operation} of nothing",
        expected="TotalNumResults 0",
        actual=repr(total),
    )


def judge_defaults(listing: Listing, expect: Expect) -> None:
    """Judge the page that comes unasked of a list with more than ten items."""
    unasked, first = listing.page(), listing.page(PageNumber=1)
    found, told = len(unasked.all(listing.item)), counter(unasked, "NumResults")
    expect(
        f"{listing.operation}.PageSize.default",
        (found, told) == (FIRST_PAGE, str(FIRST_PAGE)),
        where=f"{listing.operation} without PageSize",
        expected=f"ten {listing.item} elements, NumResults 10",
        actual=f"{found} elements, NumResults {told!r}",
    )
    numbers = [counter(page, "PageNumber") for page in (unasked, first)]
    expect(
        f"{listing.operation}.PageNumber.default",
        numbers == ["1", "1"] and listing.keys(unasked) == listing.keys(first),
        where=f"{listing.operation} without PageNumber",
        expected="the same as with PageNumber=1",
        actual=f"PageNumber {numbers[0]!r} and {numbers[1]!r}; {listing.keys(unasked)}, then {listing.keys(first)}",
    )


def judge_beyond_end(listing: Listing, expect: Expect) -> None:
    """Judge a page behind the last one."""
    reply = listing.requester.call(listing.operation, {**listing.values, "PageNumber": 9999})
    expect(
        f"{listing.operation}.Pages.beyond-end",
        reply.accepted and counter(reply, "NumResults") == "0" and not reply.all(listing.item),
        where=f"{listing.operation} with PageNumber=9999",
        expected="success, NumResults 0, nothing listed",
        actual=f"{reply.summary}; NumResults {counter(reply, 'NumResults')!r}, {len(reply.all(listing.item))} listed",
    )
