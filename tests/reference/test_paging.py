"""Lists in pages, by number and by the token of the page before."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.paging import page_of
from conformance.reference.parameters import Parameters
from conformance.reference.refusals import Refusal
from conformance.spec.versions import TODAY

LISTED = st.lists(st.integers(min_value=0, max_value=10**6), unique=True, max_size=25)
SIZES = st.integers(min_value=1, max_value=8)


def asking(operation: str = "SearchHITs", /, key: str = "OWNER", **read: Any) -> Any:
    """Return the context of a call that asks for a page."""
    told = {name: (value,) for name, value in read.items()}
    values = Parameters(sent={name: [str(value)] for name, value in read.items()}, read=told)
    return SimpleNamespace(
        values=values, operation=operation, version=TODAY, requester=SimpleNamespace(access_key_id=key)
    )


def place(item: int) -> tuple[int]:
    """Return where a number stands among numbers."""
    return (item,)


def token_in(counts: Any) -> str | None:
    """Return the token that a page tells."""
    return str(counts["NextToken"][0]) if "NextToken" in counts else None


@given(LISTED, SIZES)
def test_numbered_pages_partition_any_list(items: list[int], size: int) -> None:
    """All pages together are the list, and their counts say so."""
    seen: list[int] = []
    for number in range(1, len(items) // size + 3):
        shown, counts = page_of(items, asking(PageNumber=number, PageSize=size))
        assert counts["NumResults"] == [str(len(shown))]
        assert counts["TotalNumResults"] == [str(len(items))]
        seen += shown
    assert seen == items


@given(LISTED, SIZES, st.sampled_from([place, None]), st.booleans())
def test_pages_that_follow_partition_any_list(items: list[int], size: int, by: Any, descending: bool) -> None:
    """All are full but the last one, which alone tells no token, and is not empty unless the list is."""
    items.sort()
    pages, token = [], ""
    while True:
        follows = {"NextToken": token} if token else {}
        shown, counts = page_of(
            items, asking(PageSize=size, **follows), place=by, descending=descending and by is not None
        )
        assert counts["NumResults"] == [str(len(shown))]
        pages.append(list(shown))
        if not (token := token_in(counts) or ""):
            break
        assert len(shown) == size
        assert len(token) <= 255
    assert bool(pages[-1]) == bool(items)
    told = [one for page in pages for one in page]
    assert told == (items[::-1] if descending and by else items)


@given(LISTED, SIZES, st.booleans(), st.data())
def test_what_stays_is_told_once_whatever_comes_and_goes(
    items: list[int], size: int, descending: bool, data: st.DataObject
) -> None:
    """Between two pages any items leave, the one that was shown last among them, and any come, anywhere."""
    stays = set(items)
    ever, seen, token = set(items), [], ""
    now = sorted(items)
    while True:
        follows = {"NextToken": token} if token else {}
        shown, counts = page_of(now, asking(PageSize=size, **follows), place=place, descending=descending)
        seen += shown
        if not (token := token_in(counts) or ""):
            break
        gone = data.draw(st.sets(st.sampled_from(sorted(ever)), max_size=3))
        come = data.draw(st.sets(st.integers(min_value=0, max_value=10**6), max_size=2)) - ever
        stays -= gone
        ever |= come
        now = sorted({*now, *come} - gone)
    assert len(seen) == len(set(seen))
    assert stays <= set(seen)


def test_a_token_is_of_its_list_alone() -> None:
    """Another operation, another Requester, other parameters and what was made up are refused; another size is not."""
    items = list(range(9))
    _, counts = page_of(items, asking(PageSize=2, HITTypeId="T"), place=place)
    token = token_in(counts) or ""
    shown, _ = page_of(items, asking(PageSize=3, HITTypeId="T", NextToken=token), place=place)
    assert shown == [2, 3, 4]
    last = "A" if token[-1] != "A" else "B"
    for context in (
        asking("GetReviewableHITs", PageSize=2, HITTypeId="T", NextToken=token),
        asking("SearchHITs", "OTHER", PageSize=2, HITTypeId="T", NextToken=token),
        asking(PageSize=2, HITTypeId="U", NextToken=token),
        *(
            asking(PageSize=2, HITTypeId="T", NextToken=made_up)
            for made_up in (
                token[:-1] + last,
                "x" + token,
                token[:-4],
                "p1",
                "ü",
                "A" * 255,
                "=" * 8,
                "MTIzNDU2Nzg5WzJd",
            )
        ),
    ):
        with pytest.raises(Refusal):
            page_of(items, context, place=place)


def test_a_token_can_be_used_again() -> None:
    """The same page comes as often as it is asked for."""
    items = list(range(5))
    token = token_in(page_of(items, asking(PageSize=2), place=place)[1])
    pages = [page_of(items, asking(PageSize=2, NextToken=token), place=place) for _ in range(2)]
    assert pages[0] == pages[1]
