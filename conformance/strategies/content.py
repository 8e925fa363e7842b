"""Content models: which members a type has in which orders, and with how many occurrences.

`conformance.spec.shapes.TypeShape` lists the members of a type, each once.  Whoever writes an element has to know
besides which of them exclude each other and which orders are allowed: the counters of a list come in three.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from lxml import etree

from conformance.errors import KitError
from conformance.spec.annotated_xsd import XS
from conformance.spec.shapes import ElementShape, Shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An element at its place in a content model; ``max`` is None where it may repeat without end."""

    member: ElementShape
    min: int
    max: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parts one after the other, or one of them; the whole may be left out where it is ``optional``."""

    kind: Literal["sequence", "choice"]
    parts: tuple["Part", ...]
    optional: bool


Part: TypeAlias = Leaf | Group
_MODELS: dict[str, Literal["sequence", "choice"]] = {
    f"{XS}group": "sequence",
    f"{XS}sequence": "sequence",
    f"{XS}choice": "choice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute that elements of a type have."""

    name: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What elements of a complex type hold: ``parts`` one after the other, and attributes."""

    parts: tuple[Part, ...]
    attributes: tuple[Attribute, ...]


@cache
def _components(shapes: Shapes) -> dict[tuple[str, str], etree._Element]:
    return {(node.tag, node.get("name", "")): node for node in shapes.document()}


@cache
def content_of(shapes: Shapes, type_name: str) -> Content:
    """Return the content model of a complex type, or of the global element of that name; KitError if there is none."""
    components = _components(shapes)
    node = components.get((f"{XS}complexType", type_name))
    if node is None and (element := components.get((f"{XS}element", type_name))) is not None:
        node = element.find(f"{XS}complexType")
    shape = shapes.type(type_name)
    if node is None or shape is None:
        raise KitError(f"cannot write a {type_name}: {shapes.version} has no complex type of that name")
    members = {member.name: member for member in shape.elements}
    attributes = tuple(
        Attribute(name=attribute.get("name", ""), required=attribute.get("use") == "required")
        for attribute in node.iterfind(f"{XS}attribute")
    )
    return Content(parts=tuple(_parts(node, components, members)), attributes=attributes)


def _parts(
    node: etree._Element, components: dict[tuple[str, str], etree._Element], members: dict[str, ElementShape]
) -> Iterator[Part]:
    """Yield what stands below a particle; a sequence that has to be there, and stands in one, is no group."""
    for child in node:
        if child.tag == f"{XS}element":
            yield _leaf(child, members)
            continue
        inner = components[f"{XS}group", child.get("ref", "")] if child.tag == f"{XS}group" else child
        if inner.tag not in _MODELS:
            continue
        kind, optional = _MODELS[inner.tag], child.get("minOccurs") == "0"
        parts = tuple(_parts(inner, components, members))
        if kind == "sequence" and not optional and node.tag != f"{XS}choice":
            yield from parts
        else:
            yield Group(kind=kind, parts=parts, optional=optional)


def _leaf(node: etree._Element, members: dict[str, ElementShape]) -> Leaf:
    most = node.get("maxOccurs", "1")
    return Leaf(
        member=members[str(node.get("name") or node.get("ref"))],
        min=int(node.get("minOccurs", "1")),
        max=None if most == "unbounded" else int(most),
    )
