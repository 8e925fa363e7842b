"""The shape of a reply against the schema of its version.

Membership (missing, unknown, repeated), order and values are told apart, and each is laid at the requirement
that speaks of it: the one named by the schema's annotation, else ``<Structure>.elements``, ``.order`` or
``.values`` of the nearest component.  What no requirement speaks of is told as observed, never as a fault.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from sys import intern

from lxml import etree

from conformance.checks.finding import Check, Difference, Finding, check_for, met, missed, seen
from conformance.checks.reading import MAX_VISITS, Reading, Visit
from conformance.spec.fitting import in_order, is_value
from conformance.spec.requirements import requirements
from conformance.spec.shapes import ElementShape, Shapes, TypeShape, shapes_for
from conformance.spec.versions import KNOWN

UNSTATED = "schema"


def requirement_for(aspect: str, shape: TypeShape, member_requirement: str | None = None) -> str | None:
    """Return the requirement that a fault of ``aspect`` (elements, order, values) in a type is laid at, or None."""
    if aspect == "values":
        return member_requirement or _stated(f"{shape.name}.{aspect}")
    return _stated(f"{shape.name}.{aspect}") or (_stated(shape.requirement or "") if aspect == "elements" else None)


@lru_cache(maxsize=4096)  # more than there are: asked for every element of every reply
def _stated(requirement: str) -> str | None:
    """Return the id of a requirement if there is such a one: of an envelope there need not be."""
    return requirement if requirement in requirements() else None


@cache
def _ids() -> frozenset[str]:
    """Return every id that a shape error of some version may be laid at, if there is such a requirement."""
    found: set[str | None] = set()
    for version in KNOWN:
        for shape in shapes_for(version).complex_types():
            found.update(f"{shape.name}.{aspect}" for aspect in ("elements", "order", "values"))
            found.update(member.requirement for member in shape.elements)
            found.add(shape.requirement)
    return frozenset(filter(None, found))


def _membership(names: list[str], shape: TypeShape) -> tuple[str, Difference | None]:
    """Tell what is wrong with the members of an element: one clause a fault, or an empty string, and of what kind."""
    counts = Counter(names)
    faults = []
    lacks = False
    for member in shape.elements:
        count = counts.pop(member.name, 0)
        if count < member.min:
            faults.append(f"{member.name} is missing")
            lacks = True
        elif member.max is not None and count > member.max:
            faults.append(f"{member.name} stands {count} times")
    faults += [f"{name} is not known here" for name in counts]
    return ", ".join(faults), "missing" if lacks else "extra"


def _known(shape: TypeShape) -> str:
    return ", ".join(member.name for member in shape.elements)


def _expected(shape: TypeShape) -> str:
    return f"members of {shape.name}: {_known(shape)}"


def _loose_text(element: etree._Element) -> str:
    """Return the first text that stands between members, where no text belongs."""
    texts = chain([element.text], (child.tail for child in element))
    return next((text.strip() for text in texts if text and text.strip()), "")


def _judge_members(visit: Visit, shape: TypeShape, reading: Reading) -> Iterator[Finding]:
    """Judge the membership and, where that is right, the order of one element's children."""
    elements, order = requirement_for("elements", shape), requirement_for("order", shape)
    names = reading.members_of(visit.element)
    if text := _loose_text(visit.element):
        yield seen(UNSTATED, where=visit.path, expected=_expected(shape), actual=f"text {text!r}", difference="extra")
    fault, difference = _membership(names, shape)
    if fault:
        yield _finding(elements, where=visit.path, expected=_expected(shape), actual=fault, difference=difference)
        return
    if elements and reading.accepted:
        yield met(elements, visit.path)
    # What was asked is remembered; each of these names is one that the type has, and is kept once.
    if not in_order(reading.shapes, shape.name, map(intern, names)):
        expected = f"the order {_known(shape)}"
        yield _finding(order, where=visit.path, expected=expected, actual=", ".join(names), difference="order")
    elif order:
        yield met(order, visit.path)


def _judge_value(visit: Visit, member: ElementShape, parent: TypeShape, reading: Reading) -> Iterator[Finding]:
    """Judge the text of an element with simple content."""
    requirement = requirement_for("values", parent, member.requirement)
    inner, text = reading.members_of(visit.element), visit.element.text or ""
    if inner:
        actual = f"child elements: {', '.join(inner)}"
        yield _finding(requirement, where=visit.path, expected="text only", actual=actual, difference="type")
    elif not is_value(reading.shapes, member.type, text):
        expected = f"a value of type {member.type}"
        difference = _kind_of_value(reading.shapes, member.type, text)
        yield _finding(requirement, where=visit.path, expected=expected, actual=repr(text), difference=difference)
    elif requirement and reading.accepted and _is_telling(reading.shapes, member.type):
        yield met(requirement, visit.path)


def _kind_of_value(shapes: Shapes, type_name: str, text: str) -> Difference:
    """Tell whether a text that is no value of a type is of another type, or of this one and not allowed."""
    simple = shapes.simple(type_name)
    if simple is None or simple.base == type_name or not is_value(shapes, simple.base, text):
        return "type"
    return "value"


def _is_telling(shapes: Shapes, type_name: str) -> bool:
    """Tell whether a value of a type is all that a requirement on it can ask for: one of a list, or a number.

    Any text is a string and any moment a dateTime; whether it is the right one, other checks and suites see.
    """
    simple = shapes.simple(type_name)
    return simple is not None and (bool(simple.enumeration) or simple.base in ("xs:int", "xs:long"))


def _finding(
    requirement: str | None, *, where: str, expected: str, actual: str, difference: Difference | None
) -> Finding:
    """Return a missed requirement, or what was seen where no requirement speaks of it."""
    if requirement:
        return missed(requirement, where=where, expected=expected, actual=actual, difference=difference)
    return seen(UNSTATED, where=where, expected=expected, actual=actual, difference=difference)


@check_for(_ids)
def reply_fits_the_schema(reading: Reading) -> Iterator[Finding]:
    """Every element of a reply has the members, the order and the values of its type."""
    if reading.operation is None:
        return
    for visit in reading.visits:
        if visit.type is not None:
            yield from _judge_members(visit, visit.type, reading)
        elif visit.member is not None and visit.parent is not None:
            yield from _judge_value(visit, visit.member, visit.parent, reading)
    if len(reading.visits) == MAX_VISITS:
        yield seen(UNSTATED, actual=f"a reply of {MAX_VISITS} elements and more, of which the first ones were judged")


CHECKS: tuple[Check, ...] = (reply_fits_the_schema,)
