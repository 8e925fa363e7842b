from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SEARCH, REVIEWABLE = "SearchHITs", "GetReviewableHITs"


def listed(scene: Any, operation: str, **parameters: Any) -> list[str]:
    """Return the HITIds of a page."""
    answer = scene.call(operation, **parameters)
    assert answer.accepted, answer.summary
    return [hit.findtext("HITId") for hit in answer.results[0].iterfind("HIT")]


def price(amount: str) -> dict[str, list[str]]:
    return {"Amount": [amount], "CurrencyCode": ["USD"]}


@pytest.fixture
def three(scene: Any) -> list[str]:
    """Three HITs, a minute apart, which each property puts in another order."""
    made = []
    for title, amount, lifetime in (("B", "1.00", "7200"), ("C", "0.05", "3600"), ("A", "0.10", "86400")):
        made.append(scene.hit(Title=title, Reward=price(amount), LifetimeInSeconds=lifetime))
        scene.now += 60
    return made


@pytest.mark.parametrize(
    ("name", "order"),
    [("Title", (2, 0, 1)), ("Reward", (1, 2, 0)), ("Expiration", (1, 0, 2)), ("CreationTime", (0, 1, 2))],
)
def test_hits_are_sorted_by_a_property(scene: Any, three: list[str], name: str, order: tuple[int, ...]) -> None:
    """The reward by its amount, not by its text; descending is the reverse."""
    expected = [three[number] for number in order]
    assert listed(scene, SEARCH, SortProperty=name) == expected
    assert listed(scene, SEARCH, SortProperty=name, SortDirection="Descending") == expected[::-1]


def test_without_a_word_the_oldest_comes_first(scene: Any, three: list[str]) -> None:
    """The defaults of SearchHITs."""
    assert listed(scene, SEARCH) == three


def test_hits_are_the_requesters_own(scene: Any, three: list[str], other: Any) -> None:
    """Each sees only what is theirs, in both lists."""
    foreign = scene.hit(by=other)
    assert listed(scene, SEARCH, by=other) == [foreign]
    assert foreign not in listed(scene, SEARCH)
    scene.now += 10**6
    assert listed(scene, REVIEWABLE, by=other) == [foreign]


def test_details_and_counters_come_unasked(scene: Any, three: list[str]) -> None:
    """A question only if it is asked for; of GetReviewableHITs no details at all."""
    names = {node.tag for node in scene.call(SEARCH).results[0].find("HIT")}
    assert {"Title", "NumberOfAssignmentsPending"} <= names
    assert "Question" not in names
    asked = scene.call(SEARCH, ResponseGroup=["Minimal", "HITQuestion"]).results[0].find("HIT")
    assert {node.tag for node in asked} == {"HITId", "HITTypeId", "Question"}
    scene.now += 10**6
    shown = scene.call(REVIEWABLE).results[0].find("HIT")
    assert {node.tag for node in shown} == {"HITId", "HITTypeId"}
    assert scene.call(REVIEWABLE, ResponseGroup=["HITDetail"]).refused


def test_what_waits_for_review_is_listed_by_status(scene: Any, three: list[str]) -> None:
    """Reviewable ones unless told otherwise, the last to expire first; disposed ones in no list."""
    assert listed(scene, REVIEWABLE) == []
    scene.now += 10**6
    assert listed(scene, REVIEWABLE) == [three[2], three[0], three[1]]
    assert scene.call("SetHITAsReviewing", HITId=three[0]).accepted
    assert scene.call("DisposeHIT", HITId=three[1]).accepted
    assert listed(scene, REVIEWABLE) == [three[2]]
    assert listed(scene, REVIEWABLE, Status="Reviewing") == [three[0]]
    assert listed(scene, REVIEWABLE, Status=["Reviewable", "Reviewing"]) == [three[2], three[0]]
    assert listed(scene, SEARCH) == [three[0], three[2]]


def test_a_hit_type_limits_the_list(scene: Any, three: list[str]) -> None:
    """An unknown one has no HITs."""
    scene.now += 10**6
    type_id = scene.call("GetHIT", HITId=three[0]).text("HITTypeId")
    assert listed(scene, REVIEWABLE, HITTypeId=type_id) == three[:1]
    assert listed(scene, REVIEWABLE, HITTypeId="UNKNOWN") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(count=st.integers(0, 12), size=st.integers(1, 5))
def test_pages_divide_the_list(scenes: Any, count: int, size: int) -> None:
    """Whatever their size, by Enumeration as by a property with equal keys."""
    scene = scenes()
    made = [scene.hit() for _ in range(count)]
    for name in ("Enumeration", "Title"):
        pages = [
            listed(scene, SEARCH, SortProperty=name, PageSize=str(size), PageNumber=str(number))
            for number in range(1, count // size + 2)
        ]
        assert sorted(one for page in pages for one in page) == sorted(made)
        assert all(len(page) == size for page in pages[:-1])


def test_descending_is_ascending_turned_round(scene: Any) -> None:
    """Equal keys too, on whichever page."""
    hits = [scene.hit(Title="ab"[number % 2]) for number in range(5)]

    def listed(direction: str, page: int) -> list[str | None]:
        values = {"SortProperty": "Title", "SortDirection": direction, "PageSize": "2", "PageNumber": str(page)}
        return [node.text for node in scene.call("SearchHITs", **values).results[0].iterfind("HIT/HITId")]

    ascending = [hits[number] for number in (0, 2, 4, 1, 3)]
    assert [listed("Ascending", page) for page in (1, 2, 3, 4)] == [ascending[:2], ascending[2:4], ascending[4:], []]
    turned = ascending[::-1]
    assert [listed("Descending", page) for page in (1, 2, 3, 4)] == [turned[:2], turned[2:4], turned[4:], []]
