"""Paged lists: the counters are there and agree with what is listed."""

from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.reading import Reading
from conformance.spec.requirements import requirements

COUNTERS = ("NumResults", "TotalNumResults", "PageNumber")
RESULT_ELEMENTS = frozenset(name for name in requirements() if name.endswith(".Result.elements"))


def has_data(reading: Reading) -> bool:
    """Tell whether an accepted call asked for more than the echo of its parameters."""
    groups = reading.call.response_groups
    accepted = reading.answer is not None and reading.answer.accepted
    return accepted and (not groups or any(group != "Request" for group in groups))


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
    wrong = [f"{name} is {text!r}" for name, text in counters.items() if not text.isdecimal()]
    if not wrong and int(counters["NumResults"]) != listed:
        wrong.append(f"NumResults is {counters['NumResults']} beside {listed} items")
    if not wrong and int(counters["TotalNumResults"]) < listed:
        wrong.append(f"TotalNumResults is {counters['TotalNumResults']} beside {listed} items")
    yield decide(
        requirement,
        not wrong,
        where=f"/{reading.operation}Response/{result.tag}",
        expected=f"{', '.join(COUNTERS)} as numbers that agree with the items listed",
        actual="; ".join(wrong),
    )


CHECKS: tuple[Check, ...] = (list_counts_its_items,)
