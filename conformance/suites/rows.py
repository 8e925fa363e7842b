"""One test function, many rows: what the marker ``each`` takes."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A case of a test function: its id, the requirements that it decides, and what the function gets."""

    id: str
    verifies: tuple[str, ...]
    value: Any
