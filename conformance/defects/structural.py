"""Faults derived from the shapes: each element of each reply dropped, renamed, doubled, moved, emptied or retyped.

A fault that no requirement speaks of is no defect; `unstated` counts those.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import chain

from lxml import etree

from conformance.defects import stated
from conformance.defects.defect import Defect, defect
from conformance.defects.places import Place, places, places_in
from conformance.defects.planting import Plant, reshaping
from conformance.reference.endpoint import HANDLERS
from conformance.spec.requirements import requirements
from conformance.spec.versions import TODAY

Change = Callable[[etree._Element, etree._Element], None]
"""Alters a reply in place; it gets an element's parent and the element."""


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

    @property
    def misleads(self) -> bool:
        """Whether those who read the element get something else, or nothing."""
        in_list = self.kind == "doubled" and self.place.member.max is None and not self.place.is_result
        return in_list or self.kind in ("dropped", "renamed", "emptied", "retyped")

    @property
    def plant(self) -> Plant:
        """Plant the fault in every element at the place."""
        *above, name = self.place.path

        def change(reply: etree._Element) -> None:
            for parent in reply.findall("/".join(above)) if above else [reply]:
                for element in parent.findall(name):
                    self.change(parent, element)

        return reshaping(self.place.operation.name, change)


def _faults_at(place: Place) -> Iterator[Fault]:
    def fault(kind: str, change: Change, breaks: frozenset[str]) -> Fault:
        return Fault(place=place, kind=kind, change=change, breaks=breaks)

    yield fault("dropped", _drop, stated.when_absent(place))
    yield fault("renamed", _rename, stated.when_renamed(place))
    yield fault("doubled", _double, stated.when_doubled(place))
    yield fault("emptied", _empty, stated.when_emptied(place))
    yield fault("retyped", _put_element if place.is_plain_text else _put_text, stated.when_retyped(place))
    if not place.is_first:
        yield fault("moved-to-front", _move_to_front, stated.when_moved(place))
    if place.member != place.parent.elements[-1]:
        yield fault("moved-to-end", _move_to_end, stated.when_moved(place))
    if place.type is not None:
        yield fault("with-unknown-element", _add_unknown, stated.when_unknown_is_added(place))


def faults() -> Iterator[Fault]:
    """Yield every fault of every element of every reply, those that no requirement speaks of among them."""
    for place in places():
        yield from _faults_at(place)


def _stated() -> Iterator[tuple[Fault, tuple[str, ...]]]:
    """Yield each fault that some requirement speaks of, with the versions in which it does.

    2017-01-17 asks for less of some elements than the last version of XML, from which they are derived, and knows more
    structures by all their members.
    """
    places_of_today = chain.from_iterable(map(_faults_at, places_in(TODAY)))
    today = {(one.place.operation.name, one.place.path, one.kind): one.breaks for one in places_of_today}
    for fault in faults():
        wanted = {name for name in fault.breaks if requirements()[name].holds_in(TODAY)}
        broken = today.get((fault.place.operation.name, fault.place.path, fault.kind), frozenset())
        less = not wanted <= broken
        versions = tuple(one for one in fault.place.versions if not (less and one == TODAY))
        strange = fault.kind == "with-unknown-element" and TODAY in versions
        breaks = fault.breaks | {name for name in broken if strange and requirements()[name].since == TODAY}
        if any(requirements()[name].holds_in(version) for name in breaks for version in versions):
            yield replace(fault, breaks=breaks), versions


def _rename_root(reply: etree._Element) -> None:
    reply.tag = f"{reply.tag}X"


def derived() -> Iterator[Defect]:
    """Yield a defect for each fault that some requirement speaks of."""
    for fault, versions in _stated():
        also, because = stated.touched(fault.place) if fault.misleads else ((), "")
        if common := stated.shown_by_any_reply(fault.place, fault.kind):
            also, because = (*also, *common), because or "any reply shows it"
        yield defect(fault.name, fault.plant, *sorted(fault.breaks), also=also, because=because, versions=versions)
    for name in sorted(HANDLERS):
        if broken := stated.known(f"{name}.Result.element"):
            also, because = stated.touched_by_root(name)
            plant = reshaping(name, _rename_root)
            yield defect(f"{name}/reply/renamed", plant, *broken, also=also, because=because)


def unstated() -> int:
    """Return how many derived faults no requirement speaks of."""
    return len(list(faults())) - len(list(_stated()))
