"""Making a sequence small: leaving out what is not needed for it to show what it shows."""

from collections.abc import Callable, Sequence

MOST_TRIALS = 40
"""So many times a sequence is tried; then the smallest so far stands."""


def shrunk(steps: Sequence[int], shows: Callable[[Sequence[int]], bool], most: int = MOST_TRIALS) -> tuple[int, ...]:
    """Return the fewest of ``steps`` found with which it still ``shows``; the last one is always there.

    All of them are taken to show it.
    """
    *before, last = steps
    trials = 0

    def tried(some: list[int]) -> bool:
        nonlocal trials
        trials += 1
        return shows([*some, last])

    if before and tried([]):
        return (last,)
    size = len(before) // 2 or 1
    while before and trials < most:
        left_out = False
        end = len(before)
        while end > 0 and trials < most:  # what came last is the most likely to matter, so it is tried first
            start = max(0, end - size)
            without = before[:start] + before[end:]
            if without != [] and tried(without):
                before, left_out = without, True
            end = start
        if size == 1 and not left_out:
            break
        size = max(1, size // 2)
    return (*before, last)
