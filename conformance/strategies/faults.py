"""One fault in a valid message: where it can be planted, and what must be found of it.

Which faults a message can have follows from the types of its elements.  Echoes of parameters in replies are left
alone, for nothing there is judged by its type.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Literal

from lxml import etree

from conformance.spec.fitting import in_order
from conformance.spec.shapes import ElementShape, Shapes, TypeShape
from conformance.strategies.choices import Choices
from conformance.strategies.faulty_scalars import wrong_scalars

STRANGER = "Stranger"
"""An element that no type knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a message.

    ``path`` is the faulty element, or where a missing one belongs: an XPath without prefixes.  ``where`` is the element
    that a finding must name: of a wrong value that element itself, of missing, unknown, repeated or misplaced members
    the one around them.  ``structure`` is the type of the element around and ``member`` the name of the member at
    fault, empty where there is none; ``aspect`` is what a requirement on the fault would be about.
    """

    kind: str
    path: str
    where: str
    structure: str
    member: str
    aspect: Literal["elements", "order", "values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An element of a message with what its parent's type says of it; ``type`` is None for simple content."""

    element: etree._Element
    path: str
    member: ElementShape | None
    type: TypeShape | None
    parent: TypeShape | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiling:
    """A fault that a message could have, and the change that plants it."""

    fault: Fault
    plant: Callable[[], None]


def places(root: etree._Element, shapes: Shapes) -> Iterator[Place]:
    """Yield every element of a message whose root is a global element, but for the echo of a call's parameters."""
    top = Place(element=root, path=f"/{root.tag}", member=None, type=shapes.type(root.tag), parent=None)
    yield from _below(top, shapes)


def _below(place: Place, shapes: Shapes) -> Iterator[Place]:
    yield place
    counts: dict[str, int] = {}
    for child in place.element if place.type is not None else ():
        known = place.type.element(child.tag) if place.type is not None else None
        if known is None or is_echo(child, shapes):
            continue
        counts[child.tag] = counts.get(child.tag, 0) + 1
        path = f"{place.path}/{child.tag}" + (f"[{counts[child.tag]}]" if known.max != 1 else "")
        shape = shapes.type(known.type)
        yield from _below(Place(element=child, path=path, member=known, type=shape, parent=place.type), shapes)


def is_echo(element: etree._Element, shapes: Shapes) -> bool:
    """Tell whether an element of a reply repeats the parameters of a call."""
    parent = element.getparent()
    if parent is None or parent.tag != "Request":
        return False
    return element.tag in shapes.operations or element.tag.removesuffix("Request") in shapes.operations


def _known(place: Place, shapes: Shapes) -> list[etree._Element]:
    return [child for child in place.element if not is_echo(child, shapes)]


def _around(place: Place, kind: str, path: str, member: str, aspect: Literal["elements", "order"]) -> Fault:
    structure = place.type.name if place.type else ""
    return Fault(kind=kind, path=path, where=place.path, structure=structure, member=member, aspect=aspect)


def _missing(place: Place, shapes: Shapes, choices: Choices) -> Iterator[Spoiling]:
    for member in place.type.elements if place.type else ():
        found = place.element.findall(member.name)
        if found and len(found) == member.min:
            fault = _around(place, "missing", f"{place.path}/{member.name}", member.name, "elements")
            yield Spoiling(fault=fault, plant=partial(place.element.remove, found[-1]))


def _unknown(place: Place, shapes: Shapes, choices: Choices) -> Iterator[Spoiling]:
    fault = _around(place, "unknown", f"{place.path}/{STRANGER}", STRANGER, "elements")

    def plant() -> None:
        stranger = etree.Element(STRANGER)
        stranger.text = "unheard of"
        place.element.insert(choices.integer(0, len(place.element)), stranger)

    yield Spoiling(fault=fault, plant=plant)


def _repeated(place: Place, shapes: Shapes, choices: Choices) -> Iterator[Spoiling]:
    for child in _known(place, shapes):
        member = place.type.element(child.tag) if place.type else None
        if member is not None and member.max == 1:
            fault = _around(place, "repeated", f"{place.path}/{child.tag}[2]", child.tag, "elements")
            yield Spoiling(fault=fault, plant=partial(child.addnext, deepcopy(child)))


def _order(place: Place, shapes: Shapes, choices: Choices) -> Iterator[Spoiling]:
    children = _known(place, shapes)
    for first, second in pairwise(children):
        names = [{first: second, second: first}.get(child, child).tag for child in children]
        if first.tag != second.tag and place.type and not in_order(shapes, place.type.name, names):
            fault = _around(place, "order", f"{place.path}/{second.tag}", second.tag, "order")
            yield Spoiling(fault=fault, plant=partial(first.addprevious, second))


def _emptied(place: Place, shapes: Shapes, choices: Choices) -> Iterator[Spoiling]:
    if place.type and any(member.min for member in place.type.elements):
        first = next(member for member in place.type.elements if member.min)
        fault = _around(place, "empty structure", place.path, first.name, "elements")
        yield Spoiling(fault=fault, plant=place.element.clear)


def _loose_text(place: Place, shapes: Shapes, choices: Choices) -> Iterator[Spoiling]:
    fault = _around(place, "loose text", place.path, "", "elements")
    yield Spoiling(fault=fault, plant=partial(setattr, place.element, "text", "loose text"))


def _wrong_value(place: Place, shapes: Shapes, choices: Choices) -> Iterator[Spoiling]:
    if place.member is None or (simple := shapes.simple(place.member.type)) is None:
        return
    for kind, texts in wrong_scalars(simple):

        def plant(texts: tuple[str, ...] = tuple(texts)) -> None:
            place.element.text = choices.pick(texts)

        yield Spoiling(fault=_within(place, place.member, kind), plant=plant)


def _child(place: Place, shapes: Shapes, choices: Choices) -> Iterator[Spoiling]:
    if place.member is not None:
        fault = _within(place, place.member, "child element")
        yield Spoiling(fault=fault, plant=partial(place.element.append, etree.Element(STRANGER)))


def _within(place: Place, member: ElementShape, kind: str) -> Fault:
    structure = place.parent.name if place.parent else ""
    return Fault(kind=kind, path=place.path, where=place.path, structure=structure, member=member.name, aspect="values")


_Kind = Callable[[Place, Shapes, Choices], Iterator[Spoiling]]
MEMBERS: tuple[_Kind, ...] = (_missing, _unknown, _repeated, _order, _emptied, _loose_text)
VALUES: tuple[_Kind, ...] = (_wrong_value, _child)


def spoilings(places: list[Place], shapes: Shapes, choices: Choices) -> dict[str, list[Spoiling]]:
    """Return every fault that could be planted at these places, by kind; to plant one makes the others void."""
    found: dict[str, list[Spoiling]] = {}
    for place in places:
        for kind in MEMBERS if place.type else VALUES:
            for spoiling in kind(place, shapes, choices):
                found.setdefault(spoiling.fault.kind, []).append(spoiling)
    return found


def spoil(places: list[Place], shapes: Shapes, choices: Choices) -> Fault:
    """Plant one fault at one of the places, and return it; there is always one, for any structure can hold a stranger.

    Every kind of fault that has a place is as likely as any other, however many places each has.
    """
    found = spoilings(places, shapes, choices)
    spoiling = choices.pick(found[choices.pick(sorted(found))])
    spoiling.plant()
    return spoiling.fault
