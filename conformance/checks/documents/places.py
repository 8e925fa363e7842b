"""How the rules on documents speak: where a thing stands, what a text says, and at most so much of everything."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import etree

from conformance.checks.finding import Finding
from conformance.spec.validation import element_path

INNER = " → "
"""Stands between the path in a document and the path in what a text of it holds."""

_NUMBER = re.compile(r"[ \t\r\n]*([+-]?[0-9]{1,18})[ \t\r\n]*", re.ASCII)


def whole_number(text: str | None) -> int | None:
    """Return the integer that a text is, white space aside; None where it is none, or has more than 18 digits."""
    found = _NUMBER.fullmatch(text or "")
    return int(found[1]) if found else None


def first_of(owners: Iterable[etree._Element], name: str) -> Iterator[etree._Element]:
    """Yield the first child called ``name`` of each owner that has one: a second one is a fault of shape."""
    for owner in owners:
        child = owner.find(name)
        if child is not None:
            yield child


def repeated(elements: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """Yield every element whose text an earlier one has too."""
    known: set[str] = set()
    for element in elements:
        text = element.text or ""
        if text in known:
            yield element
        known.add(text)


def inside(outer: str, finding: Finding) -> Finding:
    """Return a finding on a document that stands in a text at ``outer``, with both paths."""
    return replace(finding, where=f"{outer}{INNER}{finding.where or '/'}")


def at(element: etree._Element) -> str:
    """Return where an element stands in its document."""
    return element_path(element)
