"""Faults derived from the shapes: each element of each reply dropped, renamed, doubled, moved, emptied or retyped.

What a fault breaks is read from the same tables that the requirements stand in: the annotations of the schemas, and
ids that name a structure, an operation or an element.  A fault that no requirement speaks of is no defect.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, reshaping
from conformance.spec.requirements import requirements
from conformance.spec.shapes import ElementShape, OperationShape, Shapes, TypeShape, shapes_for
from conformance.spec.versions import LATEST

Change = Callable[[etree._Element, etree._Element], None]
"""Alters a reply in place; it gets an element's parent and the element."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An element of an operation's replies: the path to it, its parent's type and what that says of it."""

    operation: OperationShape
    path: tuple[str, ...]
    parent: TypeShape
    member: ElementShape
    shapes: Shapes

    @property
    def type(self) -> TypeShape | None:
        """The complex type of the element, or None where it holds text."""
        return self.shapes.type(self.member.type)

    @property
    def counts(self) -> bool:
        """Whether the element is a counter beside a list."""
        of_result = self.parent.name == self.operation.result.type
        return of_result and self.member.name != "Request" and self.member.max == 1 and bool(self.of_list)

    @property
    def of_list(self) -> frozenset[str]:
        """The requirement on the counters and items of the operation's list, if it has one."""
        return _known(f"{self.operation.name}.Result.elements")

    @property
    def echoes(self) -> bool:
        """Whether the element is, or is in, the echo of the request."""
        return self.operation.echo in self.path


def _known(*names: str | None) -> frozenset[str]:
    return frozenset(name for name in names if name in requirements())


def _members_of(shape: TypeShape | None) -> frozenset[str]:
    """Return the requirement that wrong members of a type break."""
    return (_known(f"{shape.name}.elements") or _known(shape.requirement)) if shape else frozenset()


# The faults


def _drop(parent: etree._Element, element: etree._Element) -> None:
    parent.remove(element)


def _rename(parent: etree._Element, element: etree._Element) -> None:
    element.tag = f"{element.tag}X"


def _double(parent: etree._Element, element: etree._Element) -> None:
    parent.insert(parent.index(element), deepcopy(element))


def _move_to_front(parent: etree._Element, element: etree._Element) -> None:
    parent.insert(0, element)


def _move_to_end(parent: etree._Element, element: etree._Element) -> None:
    parent.append(element)


def _empty(parent: etree._Element, element: etree._Element) -> None:
    element.clear()


def _put_text(parent: etree._Element, element: etree._Element) -> None:
    element.clear()
    element.text = "neither number nor time"


def _put_element(parent: etree._Element, element: etree._Element) -> None:
    text = element.text
    element.clear()
    etree.SubElement(element, "Text").text = text


def _add_unknown(parent: etree._Element, element: etree._Element) -> None:
    etree.SubElement(element, "Unknown").text = "unknown"


def _retype(place: Place) -> Change:
    simple = place.shapes.simple(place.member.type)
    is_text = simple is not None and simple.base == "xs:string" and not simple.enumeration
    return _put_element if is_text else _put_text


# What they break


def _when_absent(place: Place) -> frozenset[str]:
    operation, name = place.operation.name, place.member.name
    match place.parent.name, name:
        case "OperationRequest", "RequestId":
            return _known(f"{operation}.Result.element")
        case ("Request", "IsValid") | (_, "Request"):
            return _known("Common.Response.isvalid-present")
    if place.parent.name == place.operation.response:
        return _known(f"{operation}.Result.element")
    if place.echoes:
        return _of_echo(place)
    needed = place.member.min > 0 or place.counts
    return (_members_of(place.parent) if needed else frozenset()) | _known(f"{place.parent.name}.{name}.presence")


def _of_echo(place: Place) -> frozenset[str]:
    name = f"{place.operation.name}.Result.request-group"
    return _known(name) if place.member.name != "ResponseGroup" else frozenset()


def _when_renamed(place: Place) -> frozenset[str]:
    unknown = frozenset() if place.echoes else _members_of(place.parent)
    return _when_absent(place) | unknown


def _when_doubled(place: Place) -> frozenset[str]:
    operation = place.operation
    if place.parent.name == operation.response:
        return _known(f"{operation.name}.Result.element") if place.member == operation.result else frozenset()
    if place.echoes:
        return _of_echo(place) if place.member.name != operation.echo else frozenset()
    return _members_of(place.parent) if place.member.max is not None else place.of_list


def _when_emptied(place: Place) -> frozenset[str]:
    operation, member = place.operation.name, place.member
    if place.type is None:
        return (
            _when_value_is_wrong(place)
            if not member.document
            else _known(f"{place.parent.name}.{member.name}.parsable")
        )
    if member.name == "OperationRequest" or place.echoes:
        return _when_absent(place)
    if member.name == "Request":
        return _known("Common.Response.isvalid-present")
    broken = _members_of(place.type) if any(inner.min for inner in place.type.elements) else frozenset()
    if member == place.operation.result:
        broken |= _known("Common.Response.isvalid-present", f"{operation}.Result.elements")
    return broken


def _when_retyped(place: Place) -> frozenset[str]:
    return _when_value_is_wrong(place) if place.type is None else _when_emptied(place)


def _when_value_is_wrong(place: Place) -> frozenset[str]:
    if place.echoes or place.member.name == "RequestId":
        return _when_absent(place)
    of_time = "Common.Response.timestamps-utc" if place.member.type == "xs:dateTime" else None
    counter = place.of_list if place.counts else frozenset()
    return _known(place.member.requirement, of_time) | counter


def _when_moved(place: Place) -> frozenset[str]:
    return _known(f"{place.parent.name}.order")


def _when_unknown_is_added(place: Place) -> frozenset[str]:
    return frozenset() if place.echoes else _members_of(place.type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A kind of fault at a place, and the requirements that speak of it."""

    place: Place
    kind: str
    change: Change
    breaks: frozenset[str]

    @property
    def name(self) -> str:
        """The name of the defect: operation, path, kind."""
        return f"{self.place.operation.name}/{'.'.join(self.place.path)}/{self.kind}"


def _faults_at(place: Place) -> Iterator[Fault]:
    def fault(kind: str, change: Change, breaks: frozenset[str]) -> Fault:
        return Fault(place=place, kind=kind, change=change, breaks=breaks)

    yield fault("dropped", _drop, _when_absent(place))
    yield fault("renamed", _rename, _when_renamed(place))
    yield fault("doubled", _double, _when_doubled(place))
    yield fault("emptied", _empty, _when_emptied(place))
    yield fault("retyped", _retype(place), _when_retyped(place))
    if place.member != place.parent.elements[0]:
        yield fault("moved-to-front", _move_to_front, _when_moved(place))
    if place.member != place.parent.elements[-1]:
        yield fault("moved-to-end", _move_to_end, _when_moved(place))
    if place.type is not None:
        yield fault("with-unknown-element", _add_unknown, _when_unknown_is_added(place))


def _places(operation: OperationShape, shape: TypeShape, path: tuple[str, ...], shapes: Shapes) -> Iterator[Place]:
    """Yield the elements that a successful reply can hold below ``path``."""
    for member in shape.elements:
        foreign = shape.name == "Request" and member.name not in ("IsValid", operation.echo)
        if foreign or member.name == "Errors":
            continue
        place = Place(operation=operation, path=(*path, member.name), parent=shape, member=member, shapes=shapes)
        yield place
        if place.type is not None:
            yield from _places(operation, place.type, place.path, shapes)


def faults() -> Iterator[Fault]:
    """Yield every fault of every element of every reply, those that no requirement speaks of among them."""
    shapes = shapes_for(LATEST)
    for name in shapes.operations:
        operation = shapes.operation(name)
        response = shapes.type(operation.response)
        if response is not None:
            for place in _places(operation, response, (), shapes):
                yield from _faults_at(place)


def _planted(fault: Fault) -> Plant:
    *above, name = fault.place.path

    def change(reply: etree._Element) -> None:
        parents = reply.findall("/".join(above)) if above else [reply]
        for parent in parents:
            for element in parent.findall(name):
                fault.change(parent, element)

    return reshaping(fault.place.operation.name, change)


def _root_renamed(name: str) -> Plant:
    def change(reply: etree._Element) -> None:
        reply.tag = f"{reply.tag}X"

    return reshaping(name, change)


# What they show besides

_READERS: dict[str, tuple[str, ...]] = {}


def _consequences(fault: Fault) -> tuple[tuple[str, ...], str]:
    return (), ""


def derived() -> Iterator[Defect]:
    """Yield a defect for each fault that some requirement speaks of."""
    for fault in faults():
        if fault.breaks:
            also, because = _consequences(fault)
            yield defect(fault.name, _planted(fault), *sorted(fault.breaks), also=also, because=because)
    for name in shapes_for(LATEST).operations:
        if broken := _known(f"{name}.Result.element"):
            yield defect(f"{name}/root/renamed", _root_renamed(name), *broken)


def unstated() -> int:
    """Return how many derived faults no requirement speaks of."""
    return sum(not fault.breaks for fault in faults())
