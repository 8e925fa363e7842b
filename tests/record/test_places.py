"""Places as bytes: in front of what is told there, and in the order of the places."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from conformance.record.places import Place, after, order_of, place_of, placed, told_after, told_in

PLACES = st.builds(
    Place,
    source=st.integers(0, 2**32 - 1),
    file=st.just("a.har"),
    entry=st.integers(0, 2**60),
    offset=st.integers(-1, 2**60),
    line=st.integers(0, 2**32 - 1),
)


@given(PLACES, st.binary())
def test_a_place_and_what_is_told_there_come_back(place: Place, told: bytes) -> None:
    """But for the file, which the number of the source stands for."""
    one = placed(place, told)
    assert (replace(place_of(one), file="a.har"), bytes(told_in(one))) == (place, told)


@given(st.lists(PLACES, min_size=2), st.binary())
def test_bytes_are_in_the_order_of_places(places: list[Place], told: bytes) -> None:
    """Whatever is told there."""
    ordered = sorted((placed(place, told) for place in places), key=order_of)
    assert [replace(place_of(one), file="a.har") for one in ordered] == sorted(places)


@given(PLACES, st.binary(), st.integers(0, 2**60))
def test_what_is_told_moves_with_its_place(place: Place, told: bytes, already: int) -> None:
    """By as many entries as came before."""
    assert told_after(placed(place, told), already) == placed(after(place, already), told)
