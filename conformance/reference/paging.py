"""Lists in pages."""

from collections.abc import Sequence
from typing import TypeVar

from conformance.reference.formats import members
from conformance.reference.parameters import Parameters
from conformance.wire.flattening import Values

T = TypeVar("T")


def page_of(ordered: Sequence[T], values: Parameters) -> tuple[Sequence[T], Values]:
    """Return the page that PageNumber and PageSize ask for, and its counts; a page beyond the end is empty."""
    number, size = values.required("PageNumber", int), values.required("PageSize", int)
    shown = ordered[(number - 1) * size : number * size]
    counts = members(NumResults=str(len(shown)), TotalNumResults=str(len(ordered)), PageNumber=str(number))
    return shown, counts
