"""The XML documents that travel inside strings: their schemas, and what is wrong with a given one.

Source: the data schemas of 2005-10-01 and the articles QuestionForm and QuestionFormAnswers of the API References.
What the schemas cannot say (unique identifiers, XHTML in FormattedContent) is not judged here.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from threading import Lock
from typing import Any, Literal, TypeAlias

from lxml import etree

from conformance.errors import UsageError, nearest
from conformance.spec.data import schemas_dir
from conformance.wire.xml import XmlRefused, parse

_FAMILY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
DOCUMENTS: dict[str, str] = {
    "QuestionForm": _FAMILY + "2005-10-01/QuestionForm.xsd",
    "QuestionFormAnswers": _FAMILY + "2005-10-01/QuestionFormAnswers.xsd",
}
"""The documents that can be judged: name of the root element → namespace of all its elements."""

Content: TypeAlias = "etree._Element | etree.CDATA | str"
"""What an element can be given to hold."""

MAX_FAULTS = 100
"""So many breaches of the schema are told of one document."""
PLACED_ELEMENTS = 5_000
"""In a document of more elements than these the place of a fault is not told, only that there is one."""

_XML_SPACE = " \t\r\n"
_ENCODING = re.compile(r"""\A(<\?xml\s[^>]*?)\s+encoding\s*=\s*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*')""", re.ASCII)
_ANY_NAMESPACE = re.compile(r"\{[^{}]*\}")
_OUR_NAMESPACE = re.compile("|".join(re.escape(f"{{{namespace}}}") for namespace in DOCUMENTS.values()))
_validating = Lock()  # a compiled schema keeps the errors of one validation at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFault:
    """One thing wrong with a document: ``where`` is a path of local names (``/QuestionForm/Question[2]``)."""

    kind: Literal["not XML", "unknown root", "namespace", "schema"]
    where: str
    message: str


@cache
def document_schema(name: str) -> etree.XMLSchema:
    """Return the compiled schema of the document ``name``; raise UsageError if there is none of that name."""
    if name not in DOCUMENTS:
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
        return (DocumentFault(kind="not XML", where="/", message=str(error)),)
    name = etree.QName(root).localname
    if name not in expected or name not in DOCUMENTS:
        message = f"the root element is {name}, expected {' or '.join(expected)}"
        return (DocumentFault(kind="unknown root", where=f"/{name}", message=message),)
    return (*_namespace_faults(root, DOCUMENTS[name]), *_schema_faults(root, document_schema(name)))


def _namespace_faults(root: etree._Element, right: str) -> Iterator[DocumentFault]:
    """Yield the fault of a root outside the namespace ``right``, and move the root's namespace there."""
    name = etree.QName(root)
    if name.namespace == right:
        return
    actual = f"in the namespace {name.namespace}" if name.namespace else "in no namespace"
    yield DocumentFault(kind="namespace", where=f"/{name.localname}", message=f"{actual}, expected {right}")
    for element in root.iter(etree.Element):
        if etree.QName(element).namespace == name.namespace:
            element.tag = f"{{{right}}}{etree.QName(element).localname}"


def _schema_faults(root: etree._Element, schema: etree.XMLSchema) -> Iterator[DocumentFault]:
    # To name the place of a fault takes libxml2 time in proportion to the siblings: too long where all are faulty.
    large = root.xpath(f"boolean(/descendant::*[{PLACED_ELEMENTS + 1}])")
    faults = _faults_of_the_whole(root, schema) if large else _faults_in_place(root, schema)
    yield from islice(faults, MAX_FAULTS)


def _faults_in_place(root: etree._Element, schema: etree.XMLSchema) -> Iterator[DocumentFault]:
    with _validating:
        if schema.validate(root):
            return
        log: Iterable[Any] = schema.error_log  # type: ignore[assignment]  # iterable, whatever the stubs say
        errors = [(error.path, error.message) for error in log]
    for path, message in errors:
        where = _path(_located(root, path or ""))
        yield DocumentFault(kind="schema", where=where, message=_OUR_NAMESPACE.sub("", message))


def _faults_of_the_whole(root: etree._Element, schema: etree.XMLSchema) -> Iterator[DocumentFault]:
    try:
        etree.fromstring(etree.tostring(root, encoding="utf-8", with_tail=False), etree.XMLParser(schema=schema))
    except etree.XMLSyntaxError as error:
        log: Iterable[Any] = error.error_log  # type: ignore[assignment]  # so too
        for message in dict.fromkeys(_OUR_NAMESPACE.sub("", entry.message) for entry in log):
            yield DocumentFault(kind="schema", where=_path(root), message=message)


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


def _path(element: etree._Element) -> str:
    tree = element.getroottree()
    steps = _ANY_NAMESPACE.sub("", tree.getelementpath(element))
    return f"/{etree.QName(tree.getroot()).localname}" + ("" if steps == "." else f"/{steps}")
