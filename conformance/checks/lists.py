"""Paged lists: the counters are there and agree with what is listed."""

import re
from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.reading import Reading
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST

COUNTERS = ("NumResults", "TotalNumResults", "PageNumber")
NUMBER = re.compile("[0-9]{1,10}")


def _stated() -> Iterator[str]:
    """Yield the requirements on the elements of a result that is a paged list."""
    shapes = shapes_for(LATEST)
    for operation in shapes.operations:
        result, name = shapes.type(shapes.operation(operation).result.type), f"{operation}.Result.elements"
        if name in requirements() and result is not None and all(map(result.element, COUNTERS)):
            yield name


RESULT_ELEMENTS = frozenset(_stated())


def has_data(reading: Reading) -> bool:
    """Tell whether an accepted call asked for more than the echo of its parameters."""
    groups = reading.call.response_groups
    return reading.accepted and (not groups or any(group != "Request" for group in groups))


@check(*RESULT_ELEMENTS)
def list_counts_its_items(reading: Reading) -> Iterator[Finding]:
    """A list has its three counters, and NumResults is the number of items on this page."""
    requirement = f"{reading.operation}.Result.elements"
    if requirement not in RESULT_ELEMENTS or reading.answer is None or not has_data(reading):
        return
    shape = reading.shapes.type(reading.shapes.operation(str(reading.operation)).result.type)
    items = [member.name for member in shape.elements if member.max is None] if shape else []
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
