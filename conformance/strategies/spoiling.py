"""Ways to spoil a document of any kind in one place; a fault changes the tree below the root that it is given."""

from collections.abc import Callable, Mapping
from copy import deepcopy

from lxml import etree

from conformance.errors import UsageError, nearest
from conformance.spec.documents import DOCUMENTS, read_document

Fault = Callable[[etree._Element], None]


def spoiled(document: str, text: str, fault: str, faults: Mapping[str, Fault]) -> str:
    """Return ``text`` with the fault of that name; raise UsageError for an unknown name."""
    if fault not in faults:
        raise UsageError(f"no way is known to spoil a document {document} by {fault!r}{nearest(fault, faults)}")
    root = read_document(text)
    faults[fault](root)
    return etree.tostring(root, encoding="unicode")


def place(document: str, root: etree._Element, path: str) -> etree._Element:
    """Return the first element at a path of names; raise ValueError where there is none."""
    found = root.find("/".join(f"{{{DOCUMENTS[document]}}}{name}" for name in path.split("/")))
    if found is None:
        raise ValueError(f"cannot spoil the document: it has no {path}; give a valid one that has")
    return found


def elements(document: str, markup: str) -> list[etree._Element]:
    """Return the elements that ``markup`` holds, in the namespace of ``document``."""
    return list(etree.fromstring(f'<Elements xmlns="{DOCUMENTS[document]}">{markup}</Elements>'))


def without(document: str, path: str) -> Fault:
    """Return the fault that an element is missing."""

    def fault(root: etree._Element) -> None:
        found = place(document, root, path)
        owner = found.getparent()
        assert owner is not None
        owner.remove(found)

    return fault


def first(document: str, path: str) -> Fault:
    """Return the fault that an element stands before those that it should follow."""

    def fault(root: etree._Element) -> None:
        found = place(document, root, path)
        owner = found.getparent()
        assert owner is not None
        owner.insert(0, found)

    return fault


def twice(document: str, path: str) -> Fault:
    """Return the fault that an element stands there twice."""

    def fault(root: etree._Element) -> None:
        found = place(document, root, path)
        found.addnext(deepcopy(found))

    return fault


def filled(document: str, path: str, markup: str) -> Fault:
    """Return the fault that something else stands in an element; an empty path is the root."""
    content = elements(document, markup)

    def fault(root: etree._Element) -> None:
        owner = place(document, root, path) if path else root
        owner[:] = deepcopy(content)

    return fault


def written(document: str, path: str, text: str) -> Fault:
    """Return the fault that an element holds another text."""

    def fault(root: etree._Element) -> None:
        place(document, root, path).text = text

    return fault


def without_namespace(root: etree._Element) -> None:
    """Take all elements out of their namespace."""
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(root)
