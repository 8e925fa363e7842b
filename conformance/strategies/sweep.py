"""The deterministic boundary sweep: for each parameter, the messages that a shape says are one fault away.

Nothing is written by hand: which faults a parameter can have follows from its occurrence and its type, and the
requirement that a message decides is found by its name, ``<Operation>.<Parameter>.<topic>``; for a member of a
structure, ``<Structure>.<Member>.<topic>``.  What is legal and seldom sent is derived likewise: `sweep_legal`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from conformance.errors import KitError
from conformance.spec.parameter_faults import WHOLE_NUMBERS, limits, requirement_on
from conformance.spec.requirements import Requirement
from conformance.spec.shapes import ElementShape, Shapes, SimpleShape, TypeShape
from conformance.strategies.faulty_scalars import WRONG
from conformance.wire.flattening import Values

_SAMPLES = {"xs:boolean": "true", "xs:decimal": "1.00", "xs:double": "0.5", "xs:dateTime": "2014-08-15T10:00:00Z"}
NOT_SWEPT = ("ResponseGroup", "Unused")
"""Parameters that are the wire's own and not an operation's."""
UNUSUAL = "é e\u0301 日本語 العربية \u200d \u00a0 \u2028 \U0001f600 \U0010fffd"
MARKUP = "<b> </Text> &amp; & \" ' ]]> <![CDATA[ <!-- %20 + a=b&c=d"
"""Texts that XML can carry: of characters seldom sent, and of those that have a meaning somewhere on the way."""

Kinds = Callable[[ElementShape, SimpleShape], Iterator[tuple[str, tuple[str, ...]]]]
"""What can be sent for a member: what is special about it, and its occurrences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A call with one fault: ``faulty`` are the occurrences of ``parameter`` to send (none: leave it out).

    Where the fault lies inside a structure, ``member`` says where (``LocaleValue.1.Country``); it is empty where the
    parameter itself is at fault.
    """

    operation: str
    parameter: str
    fault: str
    faulty: tuple[str | Values, ...]
    requirement: str | None
    member: str = ""

    @property
    def place(self) -> str:
        """The dotted name of what is at fault."""
        return f"{self.parameter}.1.{self.member}" if self.member else self.parameter

    @property
    def id(self) -> str:
        """The name of the message: operation, place, fault."""
        return f"{self.operation}.{self.place}/{self.fault.replace(' ', '-')}"


def _faults(member: ElementShape, simple: SimpleShape) -> Iterator[tuple[str, tuple[str, ...]]]:
    if member.min > 0:
        yield "missing", ()
    yield "empty", ("",)
    yield "blank", ("   ",)
    if simple.enumeration:
        yield "unknown value", (f"{simple.enumeration[0]}x",)
    elif simple.base in WRONG:
        yield "wrong type", (WRONG[simple.base][0],)
    elif simple.max_length:
        yield "too long", ("x" * (simple.max_length + 1),)
    if simple.base in WHOLE_NUMBERS:
        yield "above maximum", (str(limits(simple)[1] + 1),)
        if simple.min_inclusive is not None:
            yield "below minimum", (str(simple.min_inclusive - 1),)
    if member.max == 1:
        value = sample_value(simple)
        yield "repeated", (value, value)


def _legal(member: ElementShape, simple: SimpleShape) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a member may hold at its ends; a text with a meaning of its own (an id, a document) has no ends."""
    if simple.base in WHOLE_NUMBERS:
        least, greatest = limits(simple)
        yield "least", (str(least),)
        yield "greatest", (str(greatest),)
    elif simple.base == "xs:string" and not (simple.enumeration or member.refers or member.document):
        yield "unusual text", (UNUSUAL[: simple.max_length],)
        yield "markup", (MARKUP[: simple.max_length],)
        if simple.max_length:
            yield "longest", ("x" * simple.max_length,)


def sweep_legal(shapes: Shapes, operation: str) -> Iterator[Message]:
    """Yield the calls whose one unusual value the shapes allow: ends of ranges, longest and unusual texts."""
    yield from _plain(shapes, operation, _legal)
    yield from _structures(shapes, operation, _legal)


def sweep(shapes: Shapes, operation: str) -> Iterator[Message]:
    """Yield every message one fault away from a good call of ``operation``, in the order of its parameters.

    Parameters that are structures are left to `sweep_structures`.
    """
    yield from _plain(shapes, operation, _faults)


def _plain(shapes: Shapes, operation: str, kinds: Kinds) -> Iterator[Message]:
    for member in shapes.operation(operation).request.elements:
        simple = shapes.simple(member.type)
        if simple is None or member.name in NOT_SWEPT:
            continue
        for fault, faulty in kinds(member, simple):
            requirement = requirement_on(operation, member.name, fault)
            yield Message(
                operation=operation,
                parameter=member.name,
                fault=fault,
                faulty=faulty,
                requirement=requirement.id if requirement else None,
            )


def sweep_structures(shapes: Shapes, operation: str) -> Iterator[Message]:
    """Yield every message one fault away in a parameter that is a structure: it, or a member of it, is at fault.

    The rest of the structure is `sample_structure`: ids in it belong to nothing, and put in good ones who sends it.
    """
    for parameter in shapes.operation(operation).request.elements:
        shape = shapes.type(parameter.type)
        if shape is None:
            continue
        good = sample_structure(shapes, shape)
        whole: list[tuple[str, tuple[str | Values, ...]]] = [("missing", ())] if parameter.min else []
        whole += [("repeated", (good, good))] if parameter.max == 1 else []
        for fault, occurrences in whole:
            requirement = requirement_on(operation, parameter.name, fault)
            yield _structured(operation, parameter.name, fault, occurrences, requirement)
    yield from _structures(shapes, operation, _faults)


def _structures(shapes: Shapes, operation: str, kinds: Kinds) -> Iterator[Message]:
    for parameter in shapes.operation(operation).request.elements:
        if (shape := shapes.type(parameter.type)) is not None:
            for place, fault, faulty, requirement in _inside(shapes, shape, kinds):
                yield _structured(operation, parameter.name, fault, (faulty,), requirement, member=place)


def _structured(
    operation: str,
    parameter: str,
    fault: str,
    faulty: tuple[str | Values, ...],
    requirement: Requirement | None,
    *,
    member: str = "",
) -> Message:
    stated = requirement.id if requirement else None
    return Message(
        operation=operation, parameter=parameter, fault=fault, faulty=faulty, requirement=stated, member=member
    )


def _inside(shapes: Shapes, shape: TypeShape, kinds: Kinds) -> Iterator[tuple[str, str, Values, Requirement | None]]:
    """Yield the place, the fault, the faulty structure and the requirement for each fault inside a structure."""
    for member in shape.elements:
        # Beside what excludes it a member would be a second fault, so a structure of options has this one alone.
        good = sample_structure(shapes, shape)
        if any(one.min for one in shape.elements):
            others = {name: values for name, values in good.items() if name != member.name}
        else:
            others = {}
        if (inner := shapes.type(member.type)) is not None:
            for place, fault, faulty, requirement in _inside(shapes, inner, kinds):
                yield f"{member.name}.1.{place}", fault, {**others, member.name: [faulty]}, requirement
        elif (simple := shapes.simple(member.type)) is not None:
            for fault, texts in kinds(member, simple):
                without = others or _first_other(shapes, shape, member)
                structure: Values = {**others, member.name: list(texts)} if texts else without
                if structure:  # parameters cannot express a structure with nothing in it
                    yield member.name, fault, structure, requirement_on(shape.name, member.name, fault)


def _first_other(shapes: Shapes, shape: TypeShape, member: ElementShape) -> Values:
    """Return a structure of one member, another than ``member``; an empty one where there is no other."""
    others = [one for one in shape.elements if one.name != member.name][:1]
    return {one.name: [_sample(shapes, one)] for one in others}


def sample_structure(shapes: Shapes, shape: TypeShape) -> Values:
    """Return a plain value of a structure: its required members, or the first one where all are optional."""
    required = [member for member in shape.elements if member.min] or list(shape.elements[:1])
    return {member.name: [_sample(shapes, member)] for member in required}


def _sample(shapes: Shapes, member: ElementShape) -> str | Values:
    if (shape := shapes.type(member.type)) is not None:
        return sample_structure(shapes, shape)
    simple = shapes.simple(member.type)
    if simple is None:
        raise KitError(f"cannot sample {member.name}: {shapes.version} has no type {member.type}")
    return sample_value(simple)


def sample_value(simple: SimpleShape) -> str:
    """Return a plain value of a simple type."""
    if simple.enumeration:
        return simple.enumeration[0]
    if simple.base in WHOLE_NUMBERS:
        return str(simple.min_inclusive if simple.min_inclusive is not None else 1)
    return _SAMPLES.get(simple.base, "text")


def unknown_identifier(seed: str) -> str:
    """Return an id in the form of the service's that no service has issued, made from ``seed``."""
    return sha256(seed.encode()).hexdigest().upper()[:30]
