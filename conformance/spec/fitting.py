"""Whether members stand in the order of their type, and whether a text is a value of a type.

Asked of lxml for one element at a time.  A whole reply validated at once would say the same, but libxml2 names the
place of each error in time proportional to the siblings of the faulty element: minutes, where a reply of a few
megabytes is all faults.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import groupby
from threading import Lock

from lxml import etree

from conformance.spec.annotated_xsd import XS
from conformance.spec.shapes import Shapes

ANSWERS_KEPT = 1024
"""So many answers are kept: replies are much alike, and one is soon asked again."""
LONGEST_KEPT = 64
"""So many names, or characters, may what is asked have for its answer to be kept."""

_validating = Lock()  # a compiled schema keeps the errors of one validation at a time


@cache
def _probe(shapes: Shapes) -> etree.XMLSchema:
    """Compile a schema with every type as a global element, and whatever content in the members of the complex ones."""
    root = shapes.document()
    known = {node.get("name") for node in root.iterfind(f"{XS}element")}
    etree.strip_elements(root, f"{XS}attribute")  # neither members nor values
    types = [node.get("name", "") for node in root if node.tag in (f"{XS}complexType", f"{XS}simpleType")]
    for node in root.iterfind(f"{XS}*//{XS}element"):
        types.append(node.get("type", ""))
        node.set("name", node.attrib.pop("ref", "") or node.get("name", ""))
        node.set("type", "xs:anyType")
    for name in sorted(set(filter(None, types)) - known):
        etree.SubElement(root, f"{XS}element", name=_element_name(name), type=name)
    return etree.XMLSchema(root)


def _element_name(type_name: str) -> str:
    return type_name.replace(":", ".")


def in_order(shapes: Shapes, type_name: str, members: Iterable[str]) -> bool:
    """Tell whether elements of these names, each allowed and in a right number, stand in the order of a type."""
    runs = tuple(name for name, _ in groupby(members))  # what may repeat may repeat without end: one stands for its run
    ask = _runs_in_order if len(runs) <= LONGEST_KEPT else _runs_in_order.__wrapped__
    return ask(shapes, type_name, runs)


@lru_cache(ANSWERS_KEPT)
def _runs_in_order(shapes: Shapes, type_name: str, runs: tuple[str, ...]) -> bool:
    element = etree.Element(type_name)
    for name in runs:
        etree.SubElement(element, name)
    with _validating:
        return _probe(shapes).validate(element)


def is_value(shapes: Shapes, type_name: str, text: str) -> bool:
    """Tell whether ``text`` is a value of a simple type, built in (``xs:…``) or of the schema."""
    if type_name == "xs:string":
        return True
    ask = _is_value if len(text) <= LONGEST_KEPT else _is_value.__wrapped__
    return ask(shapes, type_name, text)


@lru_cache(ANSWERS_KEPT)
def _is_value(shapes: Shapes, type_name: str, text: str) -> bool:
    simple = shapes.simple(type_name)
    element = etree.Element(_element_name(type_name))
    # White space around the value of any type but text is no part of it; of a dateTime, libxml2 leaves it there.
    element.text = text if simple is None or simple.base == "xs:string" else text.strip(" \t\r\n")
    with _validating:
        return _probe(shapes).validate(element)
