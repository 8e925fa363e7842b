"""The deterministic boundary sweep: for each parameter, the messages that a shape says are one fault away.

Nothing is written by hand: which faults a parameter can have follows from its occurrence and its type, and the
requirement that a message decides is found by its name, ``<Operation>.<Parameter>.<topic>``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from conformance.spec.requirements import Requirement, requirements
from conformance.spec.shapes import ElementShape, Shapes, SimpleShape

# The fault of a message → the topics that a requirement about it may have.
TOPICS = {
    "missing": ("required",),
    "empty": ("empty",),
    "blank": ("blank",),
    "too long": ("max", "max-length"),
    "wrong type": ("type",),
    "below minimum": ("range", "minimum"),
    "above maximum": ("range", "maximum"),
    "unknown value": ("values",),
    "repeated": ("repeated",),
}
WHOLE_NUMBERS = ("xs:int", "xs:long")
LARGEST = {"xs:int": 2**31 - 1, "xs:long": 2**63 - 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A call with one fault: ``faulty`` are the occurrences of ``parameter`` to send (none: leave it out)."""

    operation: str
    parameter: str
    fault: str
    faulty: tuple[str, ...]
    requirement: str | None

    @property
    def id(self) -> str:
        """The name of the message: operation, parameter, fault."""
        return f"{self.operation}.{self.parameter}/{self.fault.replace(' ', '-')}"


def _requirement(operation: str, parameter: str, fault: str) -> Requirement | None:
    named = (requirements().get(f"{operation}.{parameter}.{topic}") for topic in TOPICS[fault])
    return next((requirement for requirement in named if requirement and not requirement.untestable), None)


def _faults(member: ElementShape, simple: SimpleShape) -> Iterator[tuple[str, tuple[str, ...]]]:
    if member.min > 0:
        yield "missing", ()
    yield "empty", ("",)
    yield "blank", ("   ",)
    if simple.enumeration:
        yield "unknown value", (f"{simple.enumeration[0]}x",)
    elif simple.base in WHOLE_NUMBERS:
        yield "wrong type", ("green",)
        largest = LARGEST[simple.base] if simple.max_inclusive is None else simple.max_inclusive
        yield "above maximum", (str(largest + 1),)
        if simple.min_inclusive is not None:
            yield "below minimum", (str(simple.min_inclusive - 1),)
    elif simple.base == "xs:boolean":
        yield "wrong type", ("perhaps",)
    elif simple.max_length:
        yield "too long", ("x" * (simple.max_length + 1),)
    if member.max == 1:
        value = sample_value(simple)
        yield "repeated", (value, value)


def sweep(shapes: Shapes, operation: str) -> Iterator[Message]:
    """Yield every message one fault away from a good call of ``operation``, in the order of its parameters."""
    for member in shapes.operation(operation).request.elements:
        simple = shapes.simple(member.type)
        if simple is None or member.name in ("ResponseGroup", "Unused"):
            continue
        for fault, faulty in _faults(member, simple):
            requirement = _requirement(operation, member.name, fault)
            yield Message(
                operation=operation,
                parameter=member.name,
                fault=fault,
                faulty=faulty,
                requirement=requirement.id if requirement else None,
            )


def sample_value(simple: SimpleShape) -> str:
    """Return a plain value of a simple type."""
    if simple.enumeration:
        return simple.enumeration[0]
    if simple.base in WHOLE_NUMBERS:
        return str(simple.min_inclusive if simple.min_inclusive is not None else 1)
    return "true" if simple.base == "xs:boolean" else "text"


def unknown_identifier(seed: str) -> str:
    """Return an id in the form of the service's that no service has issued, made from ``seed``."""
    return sha256(seed.encode()).hexdigest().upper()[:30]
