"""The XML documents that travel inside strings: their schemas, and what is wrong with a given one.

Source: the data schemas of 2005-10-01, 2006-07-14 and 2011-11-11, and the articles on these documents in the API
References.  What the schemas cannot say (unique identifiers, XHTML in FormattedContent) is judged by the checks.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Literal, TypeAlias

from lxml import etree

from conformance.errors import UsageError, nearest
from conformance.spec.data import schemas_dir
from conformance.spec.document_shapes import (
    Aspect,
    fallback_requirement,
    namespace_requirement,
    requirement_of,
    root_requirement,
)
from conformance.spec.validation import element_path, schema_errors
from conformance.wire.xml import XmlRefused, parse

_FAMILY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
DOCUMENTS: dict[str, str] = {
    "QuestionForm": _FAMILY + "2005-10-01/QuestionForm.xsd",
    "QuestionFormAnswers": _FAMILY + "2005-10-01/QuestionFormAnswers.xsd",
    "AnswerKey": _FAMILY + "2005-10-01/AnswerKey.xsd",
    "ExternalQuestion": _FAMILY + "2006-07-14/ExternalQuestion.xsd",
    "HTMLQuestion": _FAMILY + "2011-11-11/HTMLQuestion.xsd",
}
"""The documents that can be judged: name of the root element → namespace of all its elements."""

LATER_NAMESPACES: dict[str, tuple[str, ...]] = {"QuestionForm": (_FAMILY + "2017-11-06/QuestionForm.xsd",)}
"""Namespaces that clients of the API's successor declare for the same shape: accepted, though none of this API."""

QUESTIONS = ("QuestionForm", "ExternalQuestion", "HTMLQuestion")
"""What the Question of a HIT can be."""

BLOCK = "FormattedContent"
"""What the text of a FormattedContent becomes when it is wrapped into an element of that name, to be validated."""
BLOCK_NAMESPACE = "http://www.w3.org/1999/xhtml"

Content: TypeAlias = "etree._Element | etree.CDATA | str"
"""What an element can be given to hold."""

MAX_FAULTS = 100
"""So many breaches of the schema are told of one document."""
PLACED_ELEMENTS = 5_000
"""In a document of more elements than these the place of a fault is not told, only that there is one."""

_IS_LARGE: Any = etree.XPath(f"boolean(/descendant::*[{PLACED_ELEMENTS + 1}])")
_XML_SPACE = " \t\r\n"
_ENCODING = re.compile(r"""\A(<\?xml\s[^>]*?)\s+encoding\s*=\s*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*')""", re.ASCII)
_OUR_NAMESPACE = re.compile(
    "|".join(re.escape(f"{{{namespace}}}") for namespace in (*DOCUMENTS.values(), BLOCK_NAMESPACE))
)
_ATTRIBUTE = re.compile(r"Element '[^']*'(?:, attribute '(?P<wrong>[^']*)'|: The attribute '(?P<other>[^']*)' is)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFault:
    """One thing wrong with a document: ``where`` is a path of local names (``/QuestionForm/Question[2]``).

    ``requirement`` is the one that the data schema names for it, None where no requirement speaks of it.
    """

    kind: Literal["not XML", "unknown root", "namespace", "schema"]
    where: str
    message: str
    requirement: str | None = None


@cache
def document_schema(name: str) -> etree.XMLSchema:
    """Return the compiled schema of the document ``name``, or of a block; UsageError if there is none of that name."""
    if name not in DOCUMENTS and name != BLOCK:
        raise UsageError(f"there is no schema for a document {name!r}{nearest(name, DOCUMENTS)}")
    return etree.XMLSchema(file=str(schemas_dir() / "data" / f"{name}.xsd"))


def document_element(document: str, name: str, *content: Content, **attributes: str) -> etree._Element:
    """Return a new element ``name`` in the namespace of ``document``, holding text or child elements."""
    namespace = DOCUMENTS[document]
    element = etree.Element(f"{{{namespace}}}{name}", attributes, nsmap={None: namespace})  # type: ignore[dict-item]  # wrong in the stubs
    for piece in content:
        if isinstance(piece, etree._Element):
            element.append(piece)
        else:
            element.text = piece
    return element


def read_document(text: str) -> etree._Element:
    """Return the root of a document as it was found in Test, Answer or Question; raise XmlRefused if it is not XML.

    White space around the document is tolerated, and its encoding declaration is not judged: the text has been
    decoded already.
    """
    try:
        body = _ENCODING.sub(r"\1", text.strip(_XML_SPACE)).encode()
    except UnicodeEncodeError as error:
        raise XmlRefused("encoding", f"character {error.start} is no character: {error.reason}") from None
    return parse(body)


def document_faults(text: str, *, expected: Collection[str] = tuple(DOCUMENTS)) -> tuple[DocumentFault, ...]:
    """Return what is wrong with a document, read as by ``read_document``; nothing if all is well.

    The root element decides which document of ``expected`` it is.  A missing or foreign namespace is one fault of
    its own; the rest is then judged as if the namespace were right.
    """
    try:
        root = read_document(text)
    except XmlRefused as error:
        return (DocumentFault(kind="not XML", where="/", message=str(error), requirement=_expected_root(expected)),)
    return tuple(faults_of(root, expected=expected))


def faults_of(root: etree._Element, *, expected: Collection[str] = tuple(DOCUMENTS)) -> Iterator[DocumentFault]:
    """Yield what is wrong with a document that has been read; its root's namespace is moved to the right one."""
    name = etree.QName(root).localname
    if name not in expected or name not in DOCUMENTS:
        message = f"the root element is {name}, expected {' or '.join(expected)}"
        stated = _expected_root(expected)
        yield DocumentFault(kind="unknown root", where=f"/{name}", message=message, requirement=stated)
        return
    yield from _namespace_faults(root, name)
    yield from schema_faults(root, name)


def _expected_root(expected: Collection[str]) -> str | None:
    """Return the requirement that any other root than the one document expected breaks."""
    names = [name for name in expected if name in DOCUMENTS]
    return root_requirement(names[0]) if len(names) == 1 else None


def _namespace_faults(root: etree._Element, document: str) -> Iterator[DocumentFault]:
    """Yield the fault of a root outside its namespaces, and move the root's namespace to the first of them."""
    name, right = etree.QName(root), DOCUMENTS[document]
    if name.namespace == right:
        return
    if name.namespace not in LATER_NAMESPACES.get(document, ()):
        actual = f"in the namespace {name.namespace}" if name.namespace else "in no namespace"
        yield DocumentFault(
            kind="namespace",
            where=f"/{name.localname}",
            message=f"{actual}, expected {right}",
            requirement=namespace_requirement(document),
        )
    for element in root.iter(etree.Element):
        if etree.QName(element).namespace == name.namespace:
            element.tag = f"{{{right}}}{etree.QName(element).localname}"


def schema_faults(root: etree._Element, name: str) -> Iterator[DocumentFault]:
    """Yield the breaches of the schema of ``name``, up to `MAX_FAULTS`, in a document in the right namespace."""
    # To name the place of a fault takes libxml2 time in proportion to the siblings: too long where all are faulty.
    large = _IS_LARGE(root)
    faults = _faults_of_the_whole(root, name) if large else _faults_in_place(root, name)
    yield from islice(faults, MAX_FAULTS)


def _faults_in_place(root: etree._Element, name: str) -> Iterator[DocumentFault]:
    for element, message in schema_errors(root, document_schema(name)):
        yield DocumentFault(
            kind="schema",
            where=element_path(element),
            message=_OUR_NAMESPACE.sub("", message),
            requirement=_stated(name, element, message),
        )


def _stated(document: str, element: etree._Element, message: str) -> str | None:
    """Return the requirement behind a fault, told by libxml2's words for it from those of other kinds."""
    if etree.QName(element).namespace != etree.QName(element.getroottree().getroot()).namespace:
        return namespace_requirement(document)
    attribute = _ATTRIBUTE.match(message)
    if attribute:
        aspect: Aspect = "no attribute" if message.endswith("is required but missing.") else "attribute"
        return requirement_of(document, element, aspect, attribute["wrong"] or attribute["other"])
    if ": Missing child element(s)." in message:
        return requirement_of(document, element, "missing")
    return requirement_of(document, element, "members" if ": This element is not expected." in message else "value")


def _faults_of_the_whole(root: etree._Element, name: str) -> Iterator[DocumentFault]:
    parser = etree.XMLParser(schema=document_schema(name))
    try:
        etree.fromstring(etree.tostring(root, encoding="utf-8", with_tail=False), parser)
    except etree.XMLSyntaxError as error:
        log: Iterable[Any] = error.error_log  # type: ignore[assignment]  # so too
        for message in dict.fromkeys(_OUR_NAMESPACE.sub("", entry.message) for entry in log):
            stated = fallback_requirement(name)
            yield DocumentFault(kind="schema", where=element_path(root), message=message, requirement=stated)
