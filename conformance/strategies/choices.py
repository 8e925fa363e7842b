"""Where a grammar of documents takes its decisions from: Hypothesis, or a seeded generator."""

import random as randomness
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from conformance.strategies.text import sample_text, texts

T = TypeVar("T")


class Choices(Protocol):
    """Where the decisions come from; the first option is the simplest."""

    def integer(self, low: int, high: int) -> int:
        """Return a number from ``low`` to ``high``, both included."""

    def pick(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""

    def text(self, low: int, high: int) -> str:
        """Return a text of ``low`` to ``high`` code points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Decisions that Hypothesis takes, and shrinks."""

    draw: st.DrawFn

    def integer(self, low: int, high: int) -> int:
        """Return a number from ``low`` to ``high``, both included."""
        return self.draw(st.integers(low, high))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""
        return self.draw(st.sampled_from(options))

    def text(self, low: int, high: int) -> str:
        """Return a text of ``low`` to ``high`` code points."""
        return self.draw(texts(low, high))


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
