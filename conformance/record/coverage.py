"""How much of the API a capture exercised, of how much there is: what a clean audit is worth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from conformance.record.audited import Coverage
from conformance.spec.requirements import requirements_of
from conformance.spec.shapes import Shapes, TypeShape, shapes_for
from conformance.spec.versions import KNOWN

COMMON = ("ResponseGroup", "Unused")
"""Parameters that are the wire's own and not an operation's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of how many were exercised; ``missing`` names the others, in alphabetical order."""

    exercised: int
    known: int
    missing: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.exercised} of {self.known}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCoverage:
    """What was exercised of an operation, in the versions in which it was called.

    Names are dotted for parameters (``Reward.Amount``), ``<Type>/<Element>`` for elements, and either with ``=Value``
    for values of enumerations.  What there is, is what the shapes of those versions have; of ``errors`` it is the codes
    that requirements on the operation name, and ``other_errors`` are those that were seen beside them.
    """

    operation: str
    versions: tuple[str, ...]
    calls: int
    parameters: Share
    elements: Share
    values: Share
    errors: Share
    other_errors: tuple[str, ...]


def by_operation(coverage: Coverage) -> tuple[OperationCoverage, ...]:
    """Return the coverage of each operation that was exercised, in alphabetical order."""
    called = sorted({operation for operation, _ in _known_calls(coverage)})
    return tuple(_of_operation(operation, coverage) for operation in called)


def operations_exercised(coverage: Coverage) -> Share:
    """Return how many operations were exercised of those that the versions seen have."""
    called = _known_calls(coverage)
    known = {name for version in {version for _, version in called} for name in shapes_for(version).operations}
    return _share({operation for operation, _ in called}, known)


def _known_calls(coverage: Coverage) -> list[tuple[str, str]]:
    """Return the pairs of operation and version that were exercised and exist."""
    return [
        (operation, version)
        for operation, version in coverage.operations
        if version in KNOWN and operation in shapes_for(version).operations
    ]


def _of_operation(operation: str, coverage: Coverage) -> OperationCoverage:
    versions = tuple(sorted(version for name, version in _known_calls(coverage) if name == operation))
    known = [_known(version, operation) for version in versions]
    parameters, elements, values, codes = (set().union(*names) for names in zip(*known, strict=True))
    seen = _names(coverage.errors, operation)
    return OperationCoverage(
        operation=operation,
        versions=versions,
        calls=sum(coverage.operations[operation, version] for version in versions),
        parameters=_share(_names(coverage.parameters, operation), parameters),
        elements=_share(_names(coverage.elements, operation), elements),
        values=_share(_names(coverage.values, operation), values),
        errors=_share(seen, codes),
        other_errors=tuple(sorted(seen - codes)),
    )


def _names(counted: Iterable[tuple[str, str]], operation: str) -> set[str]:
    return {name for of, name in counted if of == operation}


def _share(exercised: set[str], known: set[str]) -> Share:
    return Share(exercised=len(exercised & known), known=len(known), missing=tuple(sorted(known - exercised)))


@cache
def _known(version: str, operation: str) -> tuple[frozenset[str], ...]:
    """Return the parameters, the elements of replies, the values of enumerations and the errors of an operation."""
    shapes = shapes_for(version)
    shape = shapes.operation(operation)
    parameters: set[str] = set()
    elements: set[str] = set()
    values: set[str] = set()
    for name, allowed in _parameters(shape.request, shapes, ""):
        parameters.add(name)
        values.update(f"{name}={value}" for value in allowed)
    response = shapes.type(shape.response)
    for name, allowed in _elements(response, shapes, set()) if response is not None else ():
        elements.add(name)
        values.update(f"{name}={value}" for value in allowed)
    stated = (one for one in requirements_of(operation).values() if one.code is not None and one.holds_in(version))
    codes = {code for one in stated if one.code is not None for code in one.code.any_of}
    return frozenset(parameters), frozenset(elements), frozenset(values), frozenset(codes)


def _parameters(shape: TypeShape, shapes: Shapes, above: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, (member, inner) in shapes.members(shape).items():
        if name not in COMMON:
            yield f"{above}{name}", _allowed(shapes, member.type)
            if inner is not None:
                yield from _parameters(inner, shapes, f"{above}{name}.")


def _elements(shape: TypeShape, shapes: Shapes, done: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    done.add(shape.name)
    for name, (member, inner) in shapes.members(shape).items():
        if shape.name == "Request" and name in shapes.echoes:
            continue
        yield f"{shape.name}/{name}", _allowed(shapes, member.type)
        if inner is not None and inner.name not in done:
            yield from _elements(inner, shapes, done)


def _allowed(shapes: Shapes, type_name: str) -> tuple[str, ...]:
    simple = shapes.simple(type_name)
    return simple.enumeration if simple is not None else ()
