"""XML documents that travel inside strings, parsed for those who read on in them."""

import re

from lxml import etree

from conformance.wire.xml import parse

_DECLARATION = re.compile(r"\A<\?xml\s[^>]*\?>")


def read_document(text: str) -> etree._Element:
    """Return the root of a document; raises XmlRefused.

    Its XML declaration does not count: the text has been decoded already, whatever encoding it names.
    """
    return parse(_DECLARATION.sub("", text.strip(" \t\r\n")).encode())
