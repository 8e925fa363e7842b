"""Element trees and value trees: the XML half that all bindings share.

A value tree (`conformance.wire.flattening.Values`) maps each element name to its occurrences in order; an
occurrence is a text or a value tree again.
"""

from lxml import etree

from conformance.spec.shapes import MESSAGE_NAMESPACE, Shapes
from conformance.wire.flattening import Values


def values_of(element: etree._Element) -> Values:
    """Return what is below ``element`` as a value tree (attributes, comments and mixed text are left out)."""
    values: Values = {}
    for child in element.iterchildren(tag=etree.Element):
        values.setdefault(child.tag, []).append(values_of(child) or text_of(child))
    return values


def text_of(element: etree._Element) -> str:
    """Return the text of an element that holds nothing else but, perhaps, comments."""
    return "".join([element.text or "", *(node.tail or "" for node in element)])


def append_values(parent: etree._Element, type_name: str, values: Values, shapes: Shapes) -> None:
    """Append ``values`` to ``parent`` in the order that the type of that name gives its members.

    Raises KeyError for a value that the type has no member for: that is a fault of the caller.
    """
    shape = shapes.type(type_name)
    members = shapes.members(shape) if shape else {}
    if unknown := values.keys() - members.keys():
        raise KeyError(f"{type_name} has no member {', '.join(sorted(unknown))}")
    for name in [name for name in members if name in values]:
        for occurrence in values[name]:
            child = etree.SubElement(parent, name)
            if isinstance(occurrence, str):
                child.text = occurrence
            else:
                append_values(child, members[name][0].type, occurrence, shapes)


def taken_out(message: etree._Element) -> etree._Element:
    """Return the message of an envelope as a root of its own; the lines stay those of the file."""
    alone = etree.Element(message.tag)
    alone.sourceline = message.sourceline
    alone.text = message.text
    alone.extend(list(message))
    return alone


def without_namespace(root: etree._Element) -> etree._Element:
    """Take the message namespace off all elements, in place: Query replies have none, SOAP replies do."""
    for node in root.iter(tag=etree.Element):
        if node.tag.startswith("{" + MESSAGE_NAMESPACE):
            node.tag = etree.QName(node).localname
    return root
