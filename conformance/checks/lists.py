"""Paged lists: the counters are there and agree with what is listed."""

import re
from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check_for, decide
from conformance.checks.reading import Reading
from conformance.spec.requirements import requirements
from conformance.spec.shapes import Shapes, TypeShape, shapes_for
from conformance.spec.versions import VERSIONS

COUNTERS = ("NumResults", "TotalNumResults", "PageNumber")
NUMBER = re.compile("[0-9]{1,10}")


def _paged(shapes: Shapes, operation: str) -> TypeShape | None:
    """Return the type of an operation's result if that is a paged list."""
    result = shapes.type(shapes.operation(operation).result.type)
    return result if result is not None and all(map(result.element, COUNTERS)) else None


def _ids() -> Iterator[str]:
    for shapes in map(shapes_for, VERSIONS):
        yield from (f"{name}.Result.elements" for name in shapes.operations if _paged(shapes, name))


def has_data(reading: Reading) -> bool:
    """Tell whether an accepted call asked for more than the echo of its parameters.

    Where the call is not known, it did if the result holds more than that.
    """
    if not reading.call_known and reading.answer is not None:
        return reading.accepted and any(child.tag != "Request" for child in reading.answer.results[0])
    groups = reading.call.response_groups
    return reading.accepted and (not groups or any(group != "Request" for group in groups))


@check_for(_ids)
def list_counts_its_items(reading: Reading) -> Iterator[Finding]:
    """A list has its three counters, and NumResults is the number of items on this page."""
    shape = _paged(reading.shapes, reading.operation) if reading.operation else None
    requirement = f"{reading.operation}.Result.elements"
    if shape is None or requirement not in requirements() or reading.answer is None or not has_data(reading):
        return
    items = [member.name for member in shape.elements if member.max is None]
    result = reading.answer.results[0]
    counters = {name: (result.findtext(name) or "").strip() for name in COUNTERS}
    listed = sum(len(result.findall(name)) for name in items)
    wrong = [f"{name} is {text!r}" for name, text in counters.items() if not NUMBER.fullmatch(text)]
    if not wrong and int(counters["NumResults"]) != listed:
        wrong.append(f"NumResults is {counters['NumResults']} beside {listed} items")
    if not wrong and int(counters["TotalNumResults"]) < listed:
        wrong.append(f"TotalNumResults is {counters['TotalNumResults']} beside {listed} items")
    yield decide(
        requirement,
        not wrong,
        where=next((visit.path for visit in reading.visits if visit.element is result), f"/{result.tag}"),
        expected=f"{', '.join(COUNTERS)} as numbers that agree with the items listed",
        actual="; ".join(wrong),
    )


CHECKS: tuple[Check, ...] = (list_counts_its_items,)
