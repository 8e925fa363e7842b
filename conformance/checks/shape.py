"""The shape of a reply against the schema of its version.

Membership (missing, unknown, repeated), order and values are told apart, and each is laid at the requirement
that speaks of it: the one named by the schema's annotation, else ``<Structure>.elements``, ``.order`` or
``.values`` of the nearest component.  What no requirement speaks of is told as observed, never as a fault.
"""

from collections.abc import Iterator

from lxml import etree

from conformance.checks.finding import Check, Finding, Outcome, check, met
from conformance.checks.reading import Reading, Visit
from conformance.spec.requirements import requirements
from conformance.spec.shapes import TypeShape, shapes_for
from conformance.spec.versions import VERSIONS

UNSTATED = "schema"


def requirement_for(aspect: str, shape: TypeShape, member_requirement: str | None = None) -> str | None:
    """Return the requirement that a fault of ``aspect`` (elements, order, values) in a type is laid at, or None."""
    stated = f"{shape.name}.{aspect}"
    if aspect == "values":
        return member_requirement or (stated if stated in requirements() else None)
    if stated in requirements():
        return stated
    return shape.requirement if aspect == "elements" else None


def _decided() -> frozenset[str]:
    """Return every requirement that a shape error of some version may be laid at."""
    found = set()
    for version in VERSIONS:
        shapes = shapes_for(version)
        for shape in shapes.complex_types():
            found.update(requirement_for(aspect, shape) for aspect in ("elements", "order", "values"))
            found.update(requirement_for("values", shape, member.requirement) for member in shape.elements)
    return frozenset(requirement for requirement in found if requirement)


def _membership(visit: Visit, reading: Reading) -> str:
    """Tell what is wrong with the members of an element: one clause a fault, or an empty string."""
    shape = visit.type
    if shape is None:
        return ""
    counts: dict[str, int] = {}
    for child in visit.element.iterchildren(tag=etree.Element):
        if not (visit.element.tag == "Request" and reading.is_echo(child)):
            counts[child.tag] = counts.get(child.tag, 0) + 1
    faults = []
    for member in shape.elements:
        count = counts.pop(member.name, 0)
        if count < member.min:
            faults.append(f"{member.name} is missing")
        elif member.max is not None and count > member.max:
            faults.append(f"{member.name} stands {count} times")
    faults += [f"{name} is not known here" for name in counts]
    return ", ".join(faults)


def _stripped(root: etree._Element, reading: Reading) -> etree._Element:
    """Return the reply without the echo of the request, which no schema describes."""
    echoes = [
        child
        for request in root.iter("Request")
        for child in request.iterchildren(tag=etree.Element)
        if reading.is_echo(child)
    ]
    for echo in echoes:
        parent = echo.getparent()
        if parent is not None:
            parent.remove(echo)
    return root


def _schema_errors(reading: Reading) -> dict[str, str]:
    """Return the schema's complaints about the reply: XPath of the element → message."""
    root = reading.answer.root if reading.answer else None
    if root is None:
        return {}
    schema = reading.shapes.schema()
    copy = _stripped(etree.fromstring(etree.tostring(root)), reading)
    if schema.validate(copy):
        return {}
    errors: dict[str, str] = {}
    for error in schema.error_log:
        errors.setdefault(error.path or "", error.message)
    return errors


def _judge_members(visit: Visit, reading: Reading, errors: dict[str, str]) -> Iterator[Finding]:
    """Judge the membership and, where that is right, the order of one element's children."""
    shape = visit.type
    if shape is None:
        return
    elements, order = requirement_for("elements", shape), requirement_for("order", shape)
    fault = _membership(visit, reading)
    members = ", ".join(member.name for member in shape.elements)
    if fault:
        yield _finding(elements, where=visit.path, expected=f"members of {shape.name}: {members}", actual=fault)
        return
    if elements:
        yield met(elements, visit.path)
    own = visit.element.getroottree().getpath(visit.element)
    misplaced = any(path.rpartition("/")[0] == own and "not expected" in text for path, text in errors.items())
    if misplaced:
        children = ", ".join(child.tag for child in visit.element.iterchildren(tag=etree.Element))
        yield _finding(order, where=visit.path, expected=f"the order {members}", actual=children)
    elif order:
        yield met(order, visit.path)


def _judge_value(visit: Visit, errors: dict[str, str]) -> Iterator[Finding]:
    """Judge the text of an element with simple content."""
    if visit.member is None or visit.type is not None or visit.parent is None:
        return
    requirement = requirement_for("values", visit.parent, visit.member.requirement)
    error = errors.get(visit.element.getroottree().getpath(visit.element))
    if len(visit.element):
        inner = ", ".join(child.tag for child in visit.element.iterchildren(tag=etree.Element))
        yield _finding(requirement, where=visit.path, expected="text only", actual=f"child elements: {inner}")
    elif error and "not expected" not in error:
        expected = f"a value of type {visit.member.type}"
        yield _finding(requirement, where=visit.path, expected=expected, actual=repr(visit.element.text or ""))


def _finding(requirement: str | None, *, where: str, expected: str, actual: str) -> Finding:
    """Return a missed requirement, or what was seen where no requirement speaks of it."""
    outcome = Outcome.MISSED if requirement else Outcome.SEEN
    return Finding(requirement=requirement or UNSTATED, outcome=outcome, where=where, expected=expected, actual=actual)


@check(*_decided())
def reply_fits_the_schema(reading: Reading) -> Iterator[Finding]:
    """Every element of a reply has the members, the order and the values of its type."""
    if reading.operation is None or not reading.visits:
        return
    errors = _schema_errors(reading)
    for visit in reading.visits:
        yield from _judge_members(visit, reading, errors)
        yield from _judge_value(visit, errors)


CHECKS: tuple[Check, ...] = (reply_fits_the_schema,)
