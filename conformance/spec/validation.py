"""Validation by a compiled schema that tells the place of every error."""

import re
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any

from lxml import etree

_ANY_NAMESPACE = re.compile(r"\{[^{}]*\}")
_validating = Lock()  # a compiled schema keeps the errors of one validation at a time


def schema_errors(root: etree._Element, schema: etree.XMLSchema) -> Iterator[tuple[etree._Element, str]]:
    """Yield each breach of a schema: the element at fault, and libxml2's words for it.

    The time that it takes to name one is in proportion to the element's siblings.
    """
    with _validating:
        if schema.validate(root):
            return
        log: Iterable[Any] = schema.error_log  # type: ignore[assignment]  # iterable, whatever the stubs say
        errors = [(error.path, error.message) for error in log]
    for path, message in errors:
        yield _located(root, path or ""), message


def _located(root: etree._Element, path: str) -> etree._Element:
    """Follow the path of a validation error: ``/*/*[2]``, and ``/p:a/p:b[2]`` where the document has prefixes.

    Prefixes mean here what they mean at each element, so XPath, which knows each of them only once, does not serve.
    """
    element = root
    for step in path.split("/")[2:]:
        name, _, position = step.removesuffix("]").partition("[")
        twins = [child for child in element.iterchildren(etree.Element) if name in {"*", _prefixed(child)}]
        element = twins[int(position or 1) - 1]
    return element


def _prefixed(element: etree._Element) -> str:
    name = etree.QName(element).localname
    return f"{element.prefix}:{name}" if element.prefix else name


def element_path(element: etree._Element) -> str:
    """Return the path of an element by local names, with a position where names repeat: ``/QuestionForm/Question[2]``.

    The time that it takes is in proportion to the element's siblings.
    """
    tree = element.getroottree()
    steps = _ANY_NAMESPACE.sub("", tree.getelementpath(element))
    return f"/{etree.QName(tree.getroot()).localname}" + ("" if steps == "." else f"/{steps}")
