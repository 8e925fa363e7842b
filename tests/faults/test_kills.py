"""An endpoint with ``--state`` is killed at any moment: what it has answered with success is there.

``KILLS`` kills, 20 unless the environment says otherwise; ``SEED`` chooses what is done between them, not the moments.
"""

import os
from collections.abc import Callable
from random import randrange
from typing import Any

import pytest

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", randrange(2**32)))


def test_nothing_that_was_answered_is_lost(story: Callable[[int], Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Neither HITs, assignments and bonuses nor money; a token pays once.  A fourth of the kills hit a write midway."""
    told = story(SEED)
    while told.tally.kills < KILLS or told.tally.in_flight < KILLS / 4:
        assert told.tally.kills < 3 * KILLS, f"seed {SEED}, {told.tally}: too few writes were hit"
        try:
            told.live()
        except BaseException as error:
            error.add_note(f"seed {SEED}, after {told.tally}")
            raise
    with capsys.disabled():
        print(f"\nseed {SEED}, {told.tally}")  # noqa: T201
    if KILLS >= 200:
        assert 0 < told.tally.carried_out < told.tally.in_flight, "the kills did not come on both sides of the commit"
        assert told.tally.at_start > 0


@pytest.mark.parametrize("fault", ["late", "tokens", *(["apart"] if KILLS >= 200 else [])])
def test_what_is_not_kept_is_missed(fault: str, story: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Found out are answers before anything is kept, a balance kept apart from what was paid, and forgotten tokens."""
    monkeypatch.setenv("FAULT", fault)
    told = story(SEED)

    def live_on() -> None:
        while told.tally.kills < 200:
            told.live()

    with pytest.raises(AssertionError, match=r" is lost| differs| twice"):
        live_on()
