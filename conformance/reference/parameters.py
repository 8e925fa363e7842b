"""The parameters of an operation, read and judged by their shapes.

All faults are reported, each with the name of its parameter.  What no shape names is passed over, as the service did.
Source: the codes of AWS.MissingParameters and the others are asserted by the official Perl client's tests; that they
are reported below the result's Request is a choice, it was never established.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar, Union

from conformance.bindings.query import ServiceError
from conformance.reference.money import read_decimal
from conformance.reference.refusals import INVALID, MISSING, NOT_IN_ENUMERATION, OUT_OF_RANGE, Refusal, error
from conformance.spec.shapes import ElementShape, Shapes, SimpleShape, TypeShape
from conformance.wire.flattening import Values

Typed = Union[str, int, bool, Decimal, "Parameters"]
T = TypeVar("T", str, int, bool, Decimal, "Parameters")

_QUOTED = 200
_INTEGER = re.compile(r"([+-]?)([0-9]+)", re.ASCII)
_BOUNDS = {"xs:int": (-(2**31), 2**31 - 1), "xs:long": (-(2**63), 2**63 - 1)}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_SPACE = " \t\r\n"
_STRING = SimpleShape(base="xs:string")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A call's own parameters: ``sent`` as they came (known ones only), ``read`` as typed, with defaults."""

    sent: Values
    read: Mapping[str, tuple[Typed, ...]]

    def optional(self, name: str, kind: type[T]) -> T | None:
        """Return the parameter's value, or its default, or None; TypeError if it is not of that type."""
        values = self.read.get(name)
        return _of_kind(name, values[0], kind) if values else None

    def all(self, name: str, kind: type[T]) -> tuple[T, ...]:
        """Return every value of a repeatable parameter, none if it was not sent; TypeError as for `optional`."""
        return tuple(_of_kind(name, value, kind) for value in self.read.get(name, ()))

    def required(self, name: str, kind: type[T]) -> T:
        """Return the value of a parameter that the shapes require or have a default for."""
        value = self.optional(name, kind)
        if value is None:
            raise KeyError(f"the shapes neither require parameter {name} nor have a default for it")
        return value


def _of_kind(name: str, value: Typed, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"parameter {name} was read as {type(value).__name__}, not as {kind.__name__}")
    return value


class _Fault(Exception):
    """A value that is refused: the code, and what is wrong with it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def read_parameters(values: Values, shape: TypeShape, shapes: Shapes) -> Parameters:
    """Return the parameters that ``shape`` names; raises Refusal with one error a fault."""
    faults: list[ServiceError] = []
    parameters = _structure(values, shape, shapes, "", faults)
    if faults:
        raise Refusal(*faults)
    return parameters


def missing(name: str, why: str = "it is required", code: str = MISSING) -> ServiceError:
    """Return the error of a parameter that has to be given."""
    return error(code, f"The request lacks the parameter {name}: {why}.", ParameterName=name)


def unacceptable(name: str, value: str, reason: str, code: str = INVALID) -> ServiceError:
    """Return the error of a parameter whose value is refused; a long value is quoted in part."""
    message = f"The value of the parameter {name} is not accepted: {reason}."
    return error(code, message, ParameterName=name, ParameterValue=value[:_QUOTED])


def _structure(values: Values, shape: TypeShape, shapes: Shapes, prefix: str, faults: list[ServiceError]) -> Parameters:
    sent: Values = {}
    read: dict[str, tuple[Typed, ...]] = {}
    for element in shape.elements:
        name = prefix + element.name
        occurrences = values.get(element.name, [])
        if occurrences:
            if element.max is not None and len(occurrences) > element.max:
                faults.append(unacceptable(name, str(len(occurrences)), f"it is given more than {element.max} times"))
            accepted = list(_occurrences(occurrences, element, shapes, name, faults))
            sent[element.name] = [occurrence for occurrence, _ in accepted]
            read[element.name] = tuple(typed for _, typed in accepted)
        elif element.default is not None:
            read[element.name] = (_scalar(element.default, element, _simple(element, shapes)),)
        elif element.min:
            # The official Perl client expects this code where a HIT has no Question.
            faults.append(missing(name, code=INVALID if element.document else MISSING))
    return Parameters(sent=sent, read=read)


def _occurrences(
    occurrences: list[str | Values], element: ElementShape, shapes: Shapes, name: str, faults: list[ServiceError]
) -> Iterator[tuple[str | Values, Typed]]:
    structure = shapes.type(element.type)
    for occurrence in occurrences:
        if structure is not None and not isinstance(occurrence, str):
            parameters = _structure(occurrence, structure, shapes, f"{name}.", faults)
            yield parameters.sent, parameters
        elif isinstance(occurrence, str) and structure is None:
            simple = _simple(element, shapes)
            for text in _joined(occurrence, element, simple):
                try:
                    yield text, _scalar(text, element, simple)
                except _Fault as fault:
                    faults.append(unacceptable(name, text, str(fault), fault.code))
        elif isinstance(occurrence, str):
            # Seen of the real service for a QualificationRequirement that was sent as a text.
            faults.append(unacceptable(name, occurrence, "it is a structure", NOT_IN_ENUMERATION))
        else:
            faults.append(unacceptable(name, ", ".join(occurrence), "it has no members"))


def _joined(text: str, element: ElementShape, simple: SimpleShape) -> list[str]:
    """Return the values in one text: names of an enumeration that may be repeated may also be joined by commas."""
    joined = bool(simple.enumeration) and element.max != 1
    return [part.strip(_SPACE) for part in text.split(",")] if joined else [text]


def _simple(element: ElementShape, shapes: Shapes) -> SimpleShape:
    return shapes.simple(element.type) or _STRING


def _scalar(text: str, element: ElementShape, simple: SimpleShape) -> Typed:
    if simple.enumeration and text not in simple.enumeration:
        raise _Fault(NOT_IN_ENUMERATION, f"it is one of {', '.join(simple.enumeration)}")
    if element.min and not text:
        raise _Fault(INVALID, "it is empty")
    size, unit = (len(text.encode()), "bytes") if element.document else (len(text), "characters")
    if simple.max_length is not None and size > simple.max_length:
        raise _Fault(INVALID, f"it has {size} {unit}, at most {simple.max_length} are allowed")
    if simple.min_length is not None and size < simple.min_length:
        raise _Fault(INVALID, f"it has {size} {unit}, at least {simple.min_length} are needed")
    reader = _READERS.get(simple.base)
    return reader(text, simple) if reader else text


def _integer(text: str, simple: SimpleShape) -> int:
    found = _INTEGER.fullmatch(text.strip(_SPACE))
    if found is None:
        raise _Fault(INVALID, "it is not an integer")
    least, most = _BOUNDS[simple.base]
    least = max(least, simple.min_inclusive) if simple.min_inclusive is not None else least
    most = min(most, simple.max_inclusive) if simple.max_inclusive is not None else most
    # Twenty digits are more than any xs:long has; what follows them need not be read.
    number = int(found[1] + (found[2].lstrip("0") or "0")[:20])
    if not least <= number <= most:
        raise _Fault(OUT_OF_RANGE, f"it is an integer from {least} to {most}")
    return number


def _decimal(text: str, _: SimpleShape) -> Decimal:
    try:
        return read_decimal(text.strip(_SPACE))
    except ValueError as error:
        raise _Fault(INVALID, str(error)) from None


def _boolean(text: str, _: SimpleShape) -> bool:
    value = _BOOLEANS.get(text.strip(_SPACE).lower())  # boto writes True
    if value is None:
        raise _Fault(INVALID, "it is true or false")
    return value


_READERS: dict[str, Callable[[str, SimpleShape], Typed]] = {
    "xs:int": _integer,
    "xs:long": _integer,
    "xs:boolean": _boolean,
    "xs:decimal": _decimal,
}
