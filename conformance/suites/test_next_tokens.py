"""Lists of 2017-01-17: pages that follow one another by NextToken."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.spec.versions import TODAY
from conformance.suites.hits import Fund, Hits, alone, ids_of
from conformance.suites.paged import LISTS, Paged, Scene, paged
from conformance.suites.paging import MOST_PAGES, Listing, counter
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.requester import Reply, Requester

LONGEST = 255
SIZES = (100, 10, 1)
FEW_PAGES = 5
"""So many pages of ten a list may have to be read one by one as well."""
_ONCE, _MORE, _ENDS, _LAST, _LIMIT, _CHANGES, _UNKNOWN, _OTHER_LIST, _OTHER_REQUESTER, _NUMBER, _MEMBERS = (
    f"Common.Paging.{topic}"
    for topic in (
        "once",
        "more",
        "ends",
        "last",
        "limit",
        "changes",
        "unknown",
        "other-list",
        "other-requester",
        "NumResults",
        "members",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The pages of a list, as far as they were read.

    ``repeated`` is a token that came a second time, ``refused`` what came instead of the page that a token leads to.
    """

    size: int
    pages: tuple[Reply, ...]
    repeated: str = ""
    refused: str = ""

    @property
    def tokens(self) -> list[str]:
        """What the pages tell as NextToken."""
        return [counter(page, "NextToken") for page in self.pages]

    @property
    def ended(self) -> bool:
        """Whether the last page is one without NextToken."""
        return not self.tokens[-1]

    def keys(self, listing: Listing) -> list[str]:
        """Return the items of all pages."""
        return [key for page in self.pages for key in listing.keys(page)]


def walk(listing: Listing, size: int, pages: tuple[Reply, ...] = ()) -> Walk:
    """Read a list from page to page, on from these ``pages``; Blocked if the first call is refused."""
    found, told = list(pages), {counter(page, "NextToken") for page in pages}
    while len(found) < MOST_PAGES:
        token = counter(found[-1], "NextToken") if found else ""
        if found and not token:
            break
        if token:
            reply = listing.requester.call(listing.operation, {**listing.values, "PageSize": size, "NextToken": token})
            if not reply.accepted:
                return Walk(size=size, pages=tuple(found), refused=reply.summary)
            found.append(reply)
        else:
            found.append(listing.page(PageSize=size))
        token = counter(found[-1], "NextToken")
        if token and token in told:
            return Walk(size=size, pages=tuple(found), repeated=token)
        told.add(token)
    return Walk(size=size, pages=tuple(found))


def judge_walk(paged: Paged, walked: Walk, expect: Expect) -> None:
    """Judge what the pages of a list say together."""
    listing, made = paged.listing, paged.made
    where = f"{listing.operation} with MaxResults={walked.size}"
    counts = [len(page.all(listing.item)) for page in walked.pages]
    seen = walked.keys(listing)
    missing = [key for key in made if key not in seen]
    many = "a page without NextToken, and none told twice"
    said = f"{walked.repeated!r} comes twice" if walked.repeated else f"none on {len(counts)} pages"
    expect(_ENDS, walked.ended or bool(walked.refused), where=where, expected=many, actual=said)
    most, told = max(counts), ", ".join(map(str, counts))
    expect(_LIMIT, most <= walked.size, where=where, expected=f"at most {walked.size} items", actual=f"{told} items")
    longest = max(walked.tokens, key=len)
    short = walked.ended and bool(missing) and counts[-1] >= walked.size
    expect(
        _MORE,
        not short and len(longest) <= LONGEST,
        where=where,
        expected=f"a NextToken of at most {LONGEST} characters as long as items are missing",
        actual=f"the last of {len(counts)} pages has none, {len(missing)} items are missing" if short else longest,
    )
    expect(
        _ONCE,
        all(seen.count(key) == 1 for key in made),
        where=where,
        expected=f"each of {', '.join(made)} on one page",
        actual=f"on {len(counts)} pages: {', '.join(seen)}" + (walked.refused and f"; then {walked.refused}"),
    )
    if walked.ended and not missing:
        expected = "no NextToken on the page with the last item"
        actual = f"{told} items on the pages: the last but one tells a NextToken"
        expect(_LAST, len(counts) == 1 or counts[-1] > 0, where=where, expected=expected, actual=actual)


def rows(version: str) -> Iterator[Row]:
    """Yield a row for each list."""
    for operation in LISTS if version == TODAY else ():
        yield Row(id=operation, verifies=(), value=operation)


@pytest.mark.each(rows=rows)
@pytest.mark.verifies(_ONCE, _MORE, _ENDS, _LAST, _LIMIT, _CHANGES, _UNKNOWN, _NUMBER, _MEMBERS)
def test_pages_follow_one_another(row: Row, given: Given, requester: Requester, fund: Fund, expect: Expect) -> None:
    lists = paged(row.value, Scene(given=given, requester=requester, fund=fund))
    listing, pages = lists.listing, 1
    for size in SIZES:
        if size == 1 and pages > FEW_PAGES:
            continue
        walked = walk(listing, size)
        pages = len(walked.pages)
        if pages >= MOST_PAGES and len({*walked.keys(listing)}) > pages * size / 2:
            raise NotMeasured(f"the list has more than {MOST_PAGES} pages of {size}")
        judge_walk(lists, walked, expect)
    _judge_unknown(listing, expect)
    _judge_changes(lists, expect)


def _judge_unknown(listing: Listing, expect: Expect) -> None:
    token = counter(listing.page(PageSize=1), "NextToken")
    for what, text in (("made up", "conformance"), ("cut by half", token[: len(token) // 2])):
        if text:
            reply = listing.requester.call(listing.operation, {**listing.values, "PageSize": 1, "NextToken": text})
            where = f"{listing.operation} with a NextToken that was {what}"
            expect(_UNKNOWN, is_refusal(reply), where=where, expected="an error", actual=reply.summary)


def _judge_changes(lists: Paged, expect: Expect) -> None:
    listing = lists.listing
    first = listing.page(PageSize=5)
    lists.add()
    seen = walk(listing, 5, (first,)).keys(listing)
    expect(
        _CHANGES,
        all(seen.count(key) == 1 for key in lists.made),
        where=f"{listing.operation} with MaxResults=5: one was added after page 1",
        expected=f"each of {', '.join(lists.made)} on one page",
        actual=", ".join(seen),
    )


@pytest.mark.verifies(_OTHER_LIST)
def test_token_of_another_list(given: Given, requester: Requester, fund: Fund, expect: Expect) -> None:
    lists = paged("SearchQualificationTypes", Scene(given=given, requester=requester, fund=fund), 2)
    token = counter(lists.listing.page(PageSize=1), "NextToken")
    if not token:
        raise NotMeasured("the first of two pages tells no NextToken")
    reply = requester.call("SearchHITs", {"NextToken": token})
    expect.see(_OTHER_LIST, where="SearchHITs with a token of SearchQualificationTypes", actual=reply.summary)


@pytest.mark.verifies(_OTHER_REQUESTER)
def test_token_of_another_requester(
    given: Given, requester: Requester, second_requester: Requester, fund: Fund, expect: Expect
) -> None:
    hits = Hits(given, alone(fund, requester))
    kind = hits.register()
    made = [hits.of_type(kind).hit_id for _ in range(3)]
    hits.listed("SearchHITs", *made)
    token = counter(hits.requester.must("SearchHITs", {"PageSize": 1}), "NextToken")
    if not token:
        raise NotMeasured("the first of three pages tells no NextToken")
    reply = second_requester.call("SearchHITs", {"PageSize": 100, "NextToken": token})
    shown = [hit_id for hit_id in ids_of(reply.all("HIT")) if hit_id in made]
    where = "SearchHITs with the NextToken of another Requester"
    expect(_OTHER_REQUESTER, not shown, where=where, expected="none of the HITs", actual=", ".join(shown))
