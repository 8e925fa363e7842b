"""What can be wrong with a parameter, and how the requirements about it are named.

A requirement on a fault is called ``<Operation>.<Parameter>.<topic>``, or ``<Structure>.<Member>.<topic>``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from conformance.spec.requirements import Requirement, requirements
from conformance.spec.shapes import SimpleShape

TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "missing": ("required",),
        "empty": ("empty",),
        "blank": ("blank",),
        "too long": ("max", "max-length"),
        "wrong type": ("type",),
        "below minimum": ("range", "minimum"),
        "above maximum": ("range", "maximum"),
        "unknown value": ("values", "invalid"),
        "repeated": ("repeated",),
    }
)
"""The fault of a message → the topics that a requirement about it may have; a sweep sends these faults."""
MORE_TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "too long": ("maxlen", "length"),
        "wrong type": ("values", "format", "range"),
        "below minimum": ("positive", "min"),
        "unknown value": ("Enumeration",),
    }
)
"""Topics beside them, of requirements that cases and suites decide."""
WHOLE_NUMBERS = ("xs:int", "xs:long")
SMALLEST = {"xs:int": -(2**31), "xs:long": -(2**63)}
LARGEST = {"xs:int": 2**31 - 1, "xs:long": 2**63 - 1}


def requirement_on(owner: str, member: str, fault: str, *, more: bool = False) -> Requirement | None:
    """Return the testable requirement about a fault of a member; with ``more`` by its further topics too."""
    topics = (*TOPICS.get(fault, ()), *(MORE_TOPICS.get(fault, ()) if more else ()))
    named = (requirements().get(f"{owner}.{member}.{topic}") for topic in topics)
    return next((requirement for requirement in named if requirement and not requirement.untestable), None)


def limits(simple: SimpleShape) -> tuple[int, int]:
    """Return the least and the greatest number that a whole number's type allows."""
    low = SMALLEST[simple.base] if simple.min_inclusive is None else simple.min_inclusive
    return low, LARGEST[simple.base] if simple.max_inclusive is None else simple.max_inclusive
