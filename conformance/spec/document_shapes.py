"""The shape of a document as its data schema states it: which requirement a fault breaks, which members there are.

``schemas/data`` holds one annotated XSD per document (``schemas/README.md``); lxml validates with it, and here it is
read for what a validator does not tell.  An element is found by its path from the root: the schemas give one name one
type within its parent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from lxml import etree

from conformance.spec.annotated_xsd import ANNOTATIONS, XS
from conformance.spec.data import schemas_dir

Aspect = Literal["members", "missing", "value", "attribute", "no attribute"]
"""What a fault is about: a member that does not belong, one that is missing, a value, an attribute, its absence."""

_PARTICLES = (f"{XS}group", f"{XS}sequence", f"{XS}choice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An element that a type may hold: its declaration, and whether it has to be there."""

    declaration: etree._Element
    needed: bool


@cache
def document_source(document: str) -> etree._Element:
    """Return the data schema of ``document`` as it lies in ``schemas/data``, annotations and all; do not change it."""
    parser = etree.XMLParser(remove_comments=True, resolve_entities=False, no_network=True)
    return etree.parse(str(schemas_dir() / "data" / f"{document}.xsd"), parser).getroot()


@cache
def allowed_attributes(document: str) -> dict[str, frozenset[str]]:
    """Return the global elements of a data schema with the attributes that each may carry."""
    source = document_source(document)
    return {
        str(element.get("name")): frozenset(str(one.get("name")) for one in _attributes(source, element))
        for element in source.iterfind(f"{XS}element")
    }


@cache
def needed_attributes(document: str) -> dict[str, dict[str, str]]:
    """Return the global elements with the attributes that they cannot do without, and the requirement of each."""
    source = document_source(document)
    needed: dict[str, dict[str, str]] = {}
    for element in source.iterfind(f"{XS}element"):
        for attribute in _attributes(source, element):
            requirement = attribute.get(f"{ANNOTATIONS}needed")
            if requirement:
                needed.setdefault(str(element.get("name")), {})[str(attribute.get("name"))] = requirement
    return needed


def stated_requirements(document: str) -> frozenset[str]:
    """Return every requirement that a data schema names."""
    keys = [f"{ANNOTATIONS}{name}" for name in ("requirement", "needed", "namespace")]
    nodes = document_source(document).iter(etree.Element)
    return frozenset(requirement for node in nodes for key in keys if (requirement := node.get(key)))


@cache
def namespace_requirement(document: str) -> str | None:
    """Return the requirement that an element outside the document's namespace breaks."""
    return document_source(document).get(f"{ANNOTATIONS}namespace")


@cache
def root_requirement(document: str) -> str | None:
    """Return the requirement that a wrong root element breaks."""
    source = document_source(document)
    root = source.find(f"{XS}element")
    return _stated(root) or _stated(source)


@cache
def fallback_requirement(document: str) -> str | None:
    """Return the requirement that any fault breaks of which no other requirement speaks."""
    return _stated(document_source(document))


def requirement_of(document: str, element: etree._Element, aspect: Aspect, attribute: str = "") -> str | None:
    """Return the requirement that a fault of an element of a document breaks, or None where none speaks of it.

    ``element`` is the one that the validator names: with ``members`` the member that does not belong, with all else
    the element that is at fault itself.  ``attribute`` is the name of the attribute concerned.
    """
    source = document_source(document)
    owner = element.getparent() if aspect == "members" else element
    declaration = None if owner is None else _declaration(source, owner)
    if owner is None or declaration is None:
        return _stated(source)
    match aspect:
        case "members":
            found = _of_members(source, declaration, owner, element)
        case "missing":
            found = _of_missing(source, declaration, owner) or _stated(declaration)
        case "value":
            found = _stated(declaration) or _stated(_type_of(source, declaration))
        case _:
            found = _of_attribute(source, declaration, aspect, attribute)
    return found or _stated(source)


def _of_members(
    source: etree._Element, declaration: etree._Element, owner: etree._Element, stranger: etree._Element
) -> str | None:
    """A member that is known here stands where one that is missing should; else it is itself what is wrong."""
    known = etree.QName(stranger).localname in dict(_members(source, declaration))
    missing = _of_missing(source, declaration, owner) if known else None
    return missing or _stated(_type_of(source, declaration)) or _stated(declaration)


def _of_missing(source: etree._Element, declaration: etree._Element, owner: etree._Element) -> str | None:
    there = {etree.QName(child).localname for child in owner.iterchildren(etree.Element)}
    absent = [member for name, member in _members(source, declaration) if member.needed and name not in there]
    if not absent:
        return None
    return absent[0].declaration.get(f"{ANNOTATIONS}needed") or _stated(_type_of(source, declaration))


def _of_attribute(source: etree._Element, declaration: etree._Element, aspect: Aspect, name: str) -> str | None:
    for attribute in _attributes(source, declaration):
        if attribute.get("name") == name:
            return attribute.get(f"{ANNOTATIONS}{'needed' if aspect == 'no attribute' else 'requirement'}")
    return None


def _stated(node: etree._Element | None) -> str | None:
    return None if node is None else node.get(f"{ANNOTATIONS}requirement")


def _declaration(source: etree._Element, element: etree._Element) -> etree._Element | None:
    """Return the declaration of an element of a document, found from the root down; None for a stranger."""
    path = [element, *element.iterancestors()]
    names = [etree.QName(step).localname for step in reversed(path)]
    found = source.find(f"{XS}element[@name='{names[0]}']")
    for name in names[1:]:
        if found is None:
            return None
        member = dict(_members(source, found)).get(name)
        found = member.declaration if member else None
    return found


def _type_of(source: etree._Element, declaration: etree._Element) -> etree._Element | None:
    """Return the complex type of a declared element, named or its own; None for simple content."""
    named = declaration.get("type")
    own = declaration.find(f"{XS}complexType")
    return source.find(f"{XS}complexType[@name='{named}']") if named else own


def _members(source: etree._Element, declaration: etree._Element) -> Iterator[tuple[str, Member]]:
    content = _type_of(source, declaration)
    if content is not None:
        yield from _particles(source, content, needed=True)


def _particles(source: etree._Element, node: etree._Element, *, needed: bool) -> Iterator[tuple[str, Member]]:
    for child in node:
        strict = needed and child.get("minOccurs") != "0" and node.tag != f"{XS}choice"
        reference = child.get("ref")
        if child.tag == f"{XS}element":
            declared = source.find(f"{XS}element[@name='{reference}']") if reference else child
            if declared is not None:
                yield str(declared.get("name")), Member(declaration=declared, needed=strict)
        elif child.tag in _PARTICLES:
            inner = source.find(f"{XS}group[@name='{reference}']") if reference else child
            if inner is not None:
                yield from _particles(source, inner, needed=strict)


def _attributes(source: etree._Element, declaration: etree._Element) -> Iterator[etree._Element]:
    content = _type_of(source, declaration)
    for node in () if content is None else content:
        if node.tag == f"{XS}attribute":
            yield node
        elif node.tag == f"{XS}attributeGroup":
            group = source.find(f"{XS}attributeGroup[@name='{node.get('ref')}']")
            yield from () if group is None else group.iterfind(f"{XS}attribute")
