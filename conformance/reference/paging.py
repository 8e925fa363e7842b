"""Lists in pages."""

from collections.abc import Sequence
from typing import TypeVar

from conformance.reference.formats import members
from conformance.reference.parameters import Parameters
from conformance.wire.flattening import Values

T = TypeVar("T")


def page_of(ordered: Sequence[T], values: Parameters, *, descending: bool = False) -> tuple[Sequence[T], Values]:
    """Return the page that PageNumber and PageSize ask for, and its counts; a page beyond the end is empty.

    ``descending`` turns ``ordered`` round, at no other cost than that of the page.
    """
    number, size = values.required("PageNumber", int), values.required("PageSize", int)
    begin, end = (number - 1) * size, number * size
    if descending:
        begin, end = (max(0, len(ordered) - position) for position in (end, begin))
    shown = ordered[begin:end][:: -1 if descending else 1]
    counts = members(NumResults=str(len(shown)), TotalNumResults=str(len(ordered)), PageNumber=str(number))
    return shown, counts
