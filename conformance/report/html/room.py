"""The room on a page that its full entries share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T", bound=str)


@dataclass(slots=True, kw_only=True)
class Room:
    """``left`` are the bytes that are still free on a page whose entries are all in brief."""

    left: int = 0

    def filled(self, write: Callable[[bool], T]) -> T:
        """Return what ``write`` makes, in brief (True) where the whole of it finds no room any more.

        Once one did not find it, those that follow are in brief too: a reader is told where the page changes.
        """
        brief = write(True)
        if self.left <= 0:
            return brief
        whole = write(False)
        self.left -= size(whole) - size(brief)
        return whole if self.left >= 0 else brief


def size(text: str) -> int:
    """Return how many bytes a text takes in UTF-8."""
    return len(text.encode("utf-8", "replace"))
