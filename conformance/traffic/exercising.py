"""What an exchange exercised of the API: operation, parameters, elements, values of enumerations, error codes."""

from collections import Counter
from functools import cache

from conformance.bindings.query import Call
from conformance.checks.reading import Reading
from conformance.record.audited import Coverage
from conformance.spec.shapes import Shapes, TypeShape, shapes_for
from conformance.wire.flattening import Values

MOST_CODES = 1_000
"""So many different error codes are told apart; a service has some dozens."""
_LONGEST_CODE = 100


def exercise(reading: Reading, into: Coverage) -> None:
    """Add what a call and its reply, or a reply alone, exercised."""
    operation = reading.operation
    if operation is None:
        return
    into.operations[operation, reading.version] += 1
    if reading.call_known:
        _parameters(
            operation, reading.call.values, reading.shapes.operation(operation).request, reading.shapes, into=into
        )
    _elements(operation, reading, into)
    for error in reading.answer.errors if reading.answer is not None else ():
        key = operation, error.code[:_LONGEST_CODE]
        if key in into.errors or len(into.errors) < MOST_CODES:
            into.errors[key] += 1


def exercise_call(call: Call, version: str, into: Coverage) -> None:
    """Add what a call alone to an operation of a version exercised; the operation is counted with its reply."""
    shapes, operation = shapes_for(version), str(call.operation)
    _parameters(operation, call.values, shapes.operation(operation).request, shapes, into=into)


def _parameters(
    operation: str, values: Values, shape: TypeShape, shapes: Shapes, *, into: Coverage, above: str = ""
) -> None:
    members = shapes.members(shape)
    for name, occurrences in values.items():
        if name not in members:
            continue
        member, inner = members[name]
        place = f"{above}{name}"
        into.parameters[operation, place] += 1
        allowed = enumerated(shapes, member.type) if inner is None else ()
        for one in occurrences:
            if inner is not None and not isinstance(one, str):
                _parameters(operation, one, inner, shapes, into=into, above=f"{place}.")
            elif one in allowed:
                into.values[operation, f"{place}={one}"] += 1


def _elements(operation: str, reading: Reading, into: Coverage) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for visit in reading.visits:
        if visit.member is None or visit.parent is None:
            continue
        seen[visit.parent.name, visit.member.name] += 1
        if visit.type is None and (allowed := enumerated(reading.shapes, visit.member.type)):
            text = visit.element.text or ""
            if text in allowed:
                into.values[_key(operation, visit.parent.name, f"{visit.member.name}={text}")] += 1
    for (parent, member), count in seen.items():
        into.elements[_key(operation, parent, member)] += count


@cache
def _key(operation: str, parent: str, member: str) -> tuple[str, str]:
    """Return the key of an element of a type, one for all that is counted; there are no more than the shapes have."""
    return operation, f"{parent}/{member}"


@cache
def enumerated(shapes: Shapes, type_name: str) -> tuple[str, ...]:
    """Return the values of an enumeration; nothing for any other type."""
    simple = shapes.simple(type_name)
    return simple.enumeration if simple is not None else ()
