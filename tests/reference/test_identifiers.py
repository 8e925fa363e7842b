import re

from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.identifiers import object_id, request_id, worker_id

SEEDS, NUMBERS = st.integers(), st.integers(min_value=0)


@given(SEEDS, NUMBERS)
def test_ids_have_the_forms_of_genuine_ones(seed: int, number: int) -> None:
    """Objects have 30 letters and digits, Workers A and 13, calls a lower-case UUID."""
    assert re.fullmatch("[0-9A-Z]{30}", object_id(seed, number))
    assert re.fullmatch("A[0-9A-Z]{13}", worker_id(seed, number))
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request_id(seed, number))


@given(SEEDS, NUMBERS, SEEDS, NUMBERS)
def test_ids_are_equal_only_for_equal_seeds_and_numbers(seed: int, number: int, seed2: int, number2: int) -> None:
    """The ids of one seed do not meet each other, nor those of another seed."""
    same = (seed, number) == (seed2, number2)
    for make in (object_id, worker_id, request_id):
        assert (make(seed, number) == make(seed2, number2)) is same
