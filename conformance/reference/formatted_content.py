"""FormattedContent: whether the text of a block is the XHTML that a QuestionForm may hold.

Source: the article Formatted Content: XHTML, and the schema of the subset.  Where the two differ the schema decides; it
knows no comments and nothing of addresses, so these are looked at here.
"""

import re
from html.entities import name2codepoint

from lxml import etree

from conformance.spec.documents import BLOCK, BLOCK_NAMESPACE, schema_faults
from conformance.wire.xml import XmlRefused, parse

METHODS = ("http://", "https://", "ftp://", "news://", "nntp://", "mailto://", "gopher://", "telnet://")

_NAMED = re.compile("&([A-Za-z0-9]+);")
_OF_XML = ("amp", "lt", "gt", "quot", "apos")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LINKS = ("href", "src")


def block_fault(text: str) -> str | None:
    """Return what is wrong with the text of one block, None if it is as it should be."""
    wrapped = f'<{BLOCK} xmlns="{BLOCK_NAMESPACE}">{_NAMED.sub(_numbered, text)}</{BLOCK}>'
    try:
        root = parse(wrapped.encode())
    except XmlRefused as refusal:
        return f"it is not well-formed: {refusal}"
    for node in root.iter():
        if not isinstance(node.tag, str):
            return "it holds a comment or a processing instruction"
        if any(not _has_method(str(node.get(name))) for name in _LINKS if name in node.attrib):
            return f"an address in it does not begin with one of {', '.join(METHODS)}"
        if node.tag == f"{{{BLOCK_NAMESPACE}}}pre":
            node.attrib.pop(_SPACE, "")  # allowed there, and no matter of the schema
    return next((fault.message for fault in schema_faults(root, BLOCK)), None)


def _numbered(reference: re.Match[str]) -> str:
    name = reference[1]
    return reference[0] if name in _OF_XML or name not in name2codepoint else f"&#{name2codepoint[name]};"


def _has_method(address: str) -> bool:
    return address.strip().startswith(METHODS)


def blocks_of(form: etree._Element) -> list[str]:
    """Return the texts of all blocks in a form, in their order."""
    return [block.text or "" for block in form.iterfind(f".//{{*}}{BLOCK}")]
