"""Where a grammar of messages or documents takes its decisions from: Hypothesis, or a seeded generator.

Hypothesis is imported only when it decides, so that what goes by a seed starts without it.
"""

import random as randomness
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from conformance.strategies.text import sample_text, texts

if TYPE_CHECKING:
    from hypothesis import strategies as st

T = TypeVar("T")
STRATEGIES_KEPT = 1024
"""So many strategies of numbers and of texts are kept: to make one anew costs as much as to draw from it."""


class Choices(Protocol):
    """Where the decisions come from; the first option is the simplest."""

    def integer(self, low: int, high: int) -> int:
        """Return a number from ``low`` to ``high``, both included."""

    def pick(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""

    def text(self, low: int, high: int) -> str:
        """Return a text of ``low`` to ``high`` code points."""


@lru_cache(STRATEGIES_KEPT)
def _integers(low: int, high: int) -> "st.SearchStrategy[int]":
    from hypothesis import strategies as st

    return st.integers(low, high)


_texts = lru_cache(STRATEGIES_KEPT)(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Decisions that Hypothesis takes, and shrinks."""

    draw: "st.DrawFn"

    def integer(self, low: int, high: int) -> int:
        """Return a number from ``low`` to ``high``, both included."""
        return self.draw(_integers(low, high))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""
        return options[self.draw(_integers(0, len(options) - 1))]

    def text(self, low: int, high: int) -> str:
        """Return a text of ``low`` to ``high`` code points."""
        return self.draw(_texts(low, high))


@cache
def _composite() -> "Callable[..., st.SearchStrategy[Any]]":
    from hypothesis import strategies as st

    @st.composite
    def written(draw: st.DrawFn, grammar: Callable[..., T], arguments: tuple[object, ...]) -> T:
        return grammar(*arguments, Drawn(draw=draw))

    return written


def drawn(grammar: Callable[..., T], *arguments: object) -> "st.SearchStrategy[T]":
    """Return a strategy of what a grammar writes: ``grammar(*arguments, choices)``."""
    return _composite()(grammar, arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """Decisions that a seeded generator takes."""

    random: randomness.Random

    def integer(self, low: int, high: int) -> int:
        """Return a number from ``low`` to ``high``, both included."""
        return self.random.randint(low, high)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""
        return self.random.choice(options)

    def text(self, low: int, high: int) -> str:
        """Return a text of ``low`` to ``high`` code points."""
        return sample_text(self.random, self.random.randint(low, high))
