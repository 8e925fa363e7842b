"""What is kept of what exchanges tell: the first, by their places, that are not too many and not too long."""

import random
from typing import Any

from conformance.record.audited import Audited, merged
from conformance.record.places import Place, placed


def test_what_is_kept_is_the_same_however_parts_are_merged(monkeypatch: Any) -> None:
    """All in one part, or each exchange in a part of its own, in any order."""
    monkeypatch.setattr("conformance.record.audited.HISTORY_BYTES", 400)
    chance = random.Random(0)
    places = [Place(source=0, file="f", entry=number) for number in range(1, 40)]
    told = [placed(place, b"x" * chance.randrange(1, 40)) for place in places]
    whole = Audited(history=list(told))
    whole.cut_history()
    assert whole.history_cut
    assert 0 < sum(map(len, whole.history)) <= 400
    assert whole.history == told[: len(whole.history)]
    for _ in range(20):
        parts = []
        for one in chance.sample(told, len(told)):
            part = Audited()
            part.tell([one])
            parts.append(part)
        together = merged(parts)
        together.cut_history()
        assert together.history == whole.history
        assert together.history_cut
