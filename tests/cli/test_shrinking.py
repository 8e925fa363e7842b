"""Making a sequence small."""

from collections.abc import Sequence

import pytest

from conformance.cli.shrinking import MOST_TRIALS, shrunk


@pytest.mark.parametrize("needed", [(), (0,), (3,), (8,), (0, 8), (2, 3, 7), tuple(range(9))])
def test_only_what_is_needed_is_left(needed: tuple[int, ...]) -> None:
    """In its order; the last one always is."""

    def shows(kept: Sequence[int]) -> bool:
        return set(needed) <= set(kept)

    assert shrunk(range(10), shows) == (*needed, 9)


def test_a_long_sequence_is_not_tried_for_ever() -> None:
    """The smallest so far stands, and it shows it."""
    trials = []

    def shows(kept: Sequence[int]) -> bool:
        trials.append(kept)
        return set(range(0, 400, 2)) <= set(kept)

    few = shrunk(range(401), shows)
    assert len(trials) <= MOST_TRIALS
    assert shows(few)
