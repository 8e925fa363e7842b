"""What every reply has in common: its XML as it was sent, its root and request id, its errors, its values.

Replies without the shape of one (a page of a web server that serves no calls at a path, a gateway's) show nothing here.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from conformance.bindings.query import MAX_ERRORS
from conformance.bindings.soap import FAULT
from conformance.checks.finding import Check, Finding, check, decide, met, missed, seen
from conformance.checks.reading import Reading, Visit
from conformance.spec.documents import read_document
from conformance.wire.messages import header
from conformance.wire.timestamps import is_utc_timestamp
from conformance.wire.xml import XmlRefused

FRONT_END = "Response"
DATES = ("CreationTime", "Expiration", "AcceptTime", "SubmitTime", "ApprovalTime", "AutoApprovalTime")
COUNTERS = ("NumResults", "TotalNumResults", "PageNumber")
WORKERS = ("WorkerId", "SubjectId")

_HTTP_OK = 200
_OUR_LIMITS = ("not an XML reply (too large", "not an XML reply (too deep")
_DECLARATION = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["'][^>]*\?>""")
_FIRST_TAG = re.compile(rb"<([A-Za-z_][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_CODE = re.compile(r"AWS\.(MechanicalTurk\.)?\w+", re.ASCII)
_TRACE = re.compile(r"\([0-9]+( s)?\)\s*\Z")
_IDS = {False: re.compile("[A-Z0-9]{1,64}"), True: re.compile("A[A-Z0-9]{1,63}")}
_HEAD = 4_096
TOLD = 10
"""So many faults of one list of errors are told."""


def _is_answer(reading: Reading) -> bool:
    """Whether what came is meant as the reply to a call of an operation: a success, or XML or JSON but no page."""
    answer, response = reading.answer, reading.response
    if reading.operation is None:
        return False
    if answer is None or answer.status == _HTTP_OK:
        return answer is not None
    kind = (header(response.headers, "Content-Type") or "").lower() if response else ""
    return "json" in kind if reading.by_json else "xml" in kind and "html" not in kind


@check("Common.Response.well-formed")
def reply_is_well_formed(reading: Reading) -> Iterator[Finding]:
    """A reply is XML, and its bytes are UTF-8."""
    answer, response = reading.answer, reading.response
    if answer is None or response is None or not _is_answer(reading):
        return
    if (answer.unreadable or "").startswith(_OUR_LIMITS):
        return
    fault = answer.unreadable or _not_utf_8(response.body)
    expected = "well-formed XML in UTF-8"
    yield decide("Common.Response.well-formed", fault is None, where="/", expected=expected, actual=fault or "")


def _not_utf_8(body: bytes) -> str | None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte {error.start} is not UTF-8: {error.reason}"
    return None


@check("Common.Response.declaration")
def declaration_says_utf_8(reading: Reading) -> Iterator[Finding]:
    """Nothing stands before the declaration, which names UTF-8 or no encoding."""
    if reading.response is None or reading.answer is None or reading.answer.root is None or not _is_answer(reading):
        return
    head = reading.response.body[:_HEAD]
    named = _DECLARATION.match(head)
    encoding = named[1].decode("latin-1") if named else "UTF-8"
    yield decide(
        "Common.Response.declaration",
        head.startswith(b"<") and encoding.lower() in ("utf-8", "utf8"),
        where="/",
        expected="a reply that begins with its XML declaration, which names UTF-8 or no encoding",
        actual=f"it begins with {head[:60]!r}",
    )


@check("Common.Response.rest-no-namespace")
def reply_has_no_namespace(reading: Reading) -> Iterator[Finding]:
    """The root of a reply to a Query call is in no namespace."""
    if reading.by_soap or not _is_answer(reading):
        return
    if reading.response is None or reading.answer is None or reading.answer.root is None:
        return
    tag = _FIRST_TAG.search(reading.response.body[:_HEAD])
    if tag is None:
        return
    name, attributes = tag[1].decode("utf-8", "replace"), tag[2].decode("utf-8", "replace")
    yield decide(
        "Common.Response.rest-no-namespace",
        ":" not in name and not re.search(r"\sxmlns\s*=\s*[\"'][^\"']", attributes),
        where=f"/{name}",
        expected="a root without prefix and without xmlns",
        actual=f"<{name}{attributes}>",
    )


@check("Common.Response.root")
def root_is_named_after_the_operation(reading: Reading) -> Iterator[Finding]:
    """The root is called like the operation with Response behind it; that of the front end is exempt."""
    root = reading.answer.root if reading.answer else None
    if root is None or reading.operation is None or root.tag == FRONT_END or not _is_answer(reading):
        return
    wanted = f"{reading.operation}Response"
    yield decide("Common.Response.root", root.tag == wanted, where=f"/{root.tag}", expected=wanted, actual=root.tag)


@check("Common.Response.operation-request")
def reply_has_a_request_id(reading: Reading) -> Iterator[Finding]:
    """Beside the result there is an OperationRequest with a RequestId."""
    root = reading.answer.root if reading.answer else None
    if root is None or reading.operation is None or root.tag == FRONT_END or not _is_answer(reading):
        return
    yield decide(
        "Common.Response.operation-request",
        bool((root.findtext("OperationRequest/RequestId") or "").strip()),
        where=f"/{root.tag}",
        expected="OperationRequest/RequestId with an id",
        actual=f"children {', '.join(str(child.tag) for child in root)}",
    )


@check("Common.Response.error-structure", "KeyValuePair.error-data")
def errors_have_their_structure(reading: Reading) -> Iterator[Finding]:
    """Errors holds Error elements with Code and Message, and pairs of Key and Value as Data."""
    answer = reading.answer
    if answer is None or answer.root is None or not _is_answer(reading):
        return
    said_success = (answer.is_valid or "").strip() == "True"
    # The place of an element takes time in proportion to its siblings.
    for listed in islice(answer.root.iter("Errors"), MAX_ERRORS):
        where = _path(listed)
        if not len(listed) and said_success:
            continue  # that there is such an element is told by another requirement
        faults = [*islice(_faults_of(listed), TOLD)]
        expected = "Error elements, each with one Code, one Message, and Data of one Key and one Value"
        actual = "; ".join(faults)
        yield decide("Common.Response.error-structure", not faults, where=where, expected=expected, actual=actual)
        for data in islice(listed.iterfind("Error/Data"), MAX_ERRORS):
            expected, odd = "one Key and one Value", _not_a_pair(data)
            yield decide("KeyValuePair.error-data", not odd, where=_path(data), expected=expected, actual=odd or "")


def _faults_of(listed: etree._Element) -> Iterator[str]:
    if listed.find("Error") is None:
        yield "no Error"
    for child in listed.iterchildren(tag=etree.Element):
        if child.tag != "Error":
            yield f"a member {child.tag}"
            continue
        names = [str(member.tag) for member in child.iterchildren(tag=etree.Element)]
        yield from (f"{names.count(name)} {name} in an Error" for name in ("Code", "Message") if names.count(name) != 1)
        yield from (f"a {name} in an Error" for name in names if name not in ("Code", "Message", "Data"))
        yield from (f"Data with {text}" for data in child.iterfind("Data") if (text := _not_a_pair(data)))


def _not_a_pair(data: etree._Element) -> str | None:
    names = [str(child.tag) for child in data.iterchildren(tag=etree.Element)]
    return None if sorted(names) == ["Key", "Value"] else ", ".join(names) or "nothing"


def _path(element: etree._Element) -> str:
    return element.getroottree().getpath(element)


@check("Common.Response.invalid-empty")
def refused_result_is_empty(reading: Reading) -> Iterator[Finding]:
    """A result whose IsValid is False holds nothing but Request."""
    for result in reading.answer.results if reading.answer else ():
        if (result.findtext("Request/IsValid") or "").strip() == "False":
            others = [str(child.tag) for child in result.iterchildren(tag=etree.Element) if child.tag != "Request"]
            yield decide(
                "Common.Response.invalid-empty",
                not others,
                where=_path(result),
                expected="Request alone, with IsValid False",
                actual=f"also {', '.join(others)}",
            )


@check("Common.Error.code-prefix", "Common.Error.message-nonempty", "Common.Error.message-trace")
def errors_speak_as_errors_do(reading: Reading) -> Iterator[Finding]:
    """Codes below an operation's response begin with AWS; messages say something."""
    for error in reading.answer.errors if reading.answer and _is_answer(reading) else ():
        where = f"Error below {error.place}"
        if error.place not in ("front end", FAULT):
            known, expected = _CODE.fullmatch(error.code) is not None, "AWS.<name> or AWS.MechanicalTurk.<name>"
            yield decide("Common.Error.code-prefix", known, where=where, expected=expected, actual=repr(error.code))
        expected, actual = "a Message that says something", repr(error.message)
        said = bool(error.message.strip())
        yield decide("Common.Error.message-nonempty", said, where=where, expected=expected, actual=actual)
        ends = "ends with a number in parentheses" if _TRACE.search(error.message) else "does not end with a number"
        yield seen("Common.Error.message-trace", where=where, actual=ends)


# What stands below a result


@check("Common.Response.schema-names")
def names_are_those_of_the_schema(reading: Reading) -> Iterator[Finding]:
    """Below a result stand only elements that the message schema of the version has; Request may hold an echo."""
    below = [visit for visit in reading.visits if visit.path.count("/") > 1 and _is_of_result(visit)]
    unknown = [name for visit in below if visit.type is not None for name in _unknown(visit, reading)]
    if unknown:
        actual, expected = ", ".join(unknown[:20]), f"elements of the message schema of {reading.version}"
        yield missed("Common.Response.schema-names", where=below[0].path, expected=expected, actual=actual)
    elif below:
        yield met("Common.Response.schema-names", below[0].path)


def _is_of_result(visit: Visit) -> bool:
    return visit.path.split("/")[2].partition("[")[0] not in ("OperationRequest", "Errors")


def _unknown(visit: Visit, reading: Reading) -> Iterator[str]:
    assert visit.type is not None
    if visit.type.name != "Request":
        known = {member.name for member in visit.type.elements}
        yield from (f"{visit.path}/{name}" for name in reading.members_of(visit.element) if name not in known)


@check("Common.Response.xml-values-escaped")
def documents_are_escaped(reading: Reading) -> Iterator[Finding]:
    """A document in a reply is text that can be parsed, not a tree of elements."""
    for visit in reading.visits:
        if visit.member is None or not visit.member.document:
            continue
        fault = "child elements" if len(visit.element) else _no_document(visit.element.text or "")
        expected = "an XML document as escaped text"
        yield decide(
            "Common.Response.xml-values-escaped", not fault, where=visit.path, expected=expected, actual=fault or ""
        )


def _no_document(text: str) -> str | None:
    try:
        read_document(text)
    except XmlRefused as refusal:
        return None if refusal.kind in ("too large", "too deep") else f"{text[:60]!r}: {refusal}"
    return None


@check("Common.Response.boolean-form", "Common.Response.no-fraction")
def values_are_written_as_genuine_ones(reading: Reading) -> Iterator[Finding]:
    """Booleans are 0, 1, true or false; the times of HITs and assignments are told to the second."""
    for visit in reading.visits:
        text = visit.element.text or ""
        if visit.member is not None and visit.member.type == "xs:boolean":
            good = text.strip() in ("0", "1", "true", "false") and not len(visit.element)
            expected = "0, 1, true or false"
            yield decide("Common.Response.boolean-form", good, where=visit.path, expected=expected, actual=repr(text))
        if visit.element.tag in DATES and is_utc_timestamp(text):  # what is none is told by another requirement
            expected = "a time to the second"
            whole = "." not in text
            yield decide("Common.Response.no-fraction", whole, where=visit.path, expected=expected, actual=repr(text))


@check("Common.ElementOrder.lists", "Common.Ids.pattern")
def order_and_ids_are_told(reading: Reading) -> Iterator[Finding]:
    """In which order the counters of a list came, and which ids are unlike those of the successor of the API."""
    for result in reading.answer.results if reading.answer and reading.accepted else ():
        order = [str(child.tag) for child in result if child.tag in COUNTERS]
        if len(order) > 1:
            yield seen("Common.ElementOrder.lists", where=f"/{result.tag}", actual=", ".join(order))
    ids = [visit for visit in reading.visits if str(visit.element.tag).endswith("Id") and _is_id(visit)]
    odd = [
        visit for visit in ids if not _IDS[visit.element.tag in WORKERS].fullmatch((visit.element.text or "").strip())
    ]
    if odd:
        actual = f"{odd[0].element.text!r} and {len(odd) - 1} others do not match"
        yield seen("Common.Ids.pattern", where=odd[0].path, actual=actual)
    elif ids:
        yield seen("Common.Ids.pattern", actual="all ids match")


def _is_id(visit: Visit) -> bool:
    return visit.parent is not None and visit.element.tag != "RequestId" and not len(visit.element)


CHECKS: tuple[Check, ...] = (
    reply_is_well_formed,
    declaration_says_utf_8,
    reply_has_no_namespace,
    root_is_named_after_the_operation,
    reply_has_a_request_id,
    errors_have_their_structure,
    refused_result_is_empty,
    errors_speak_as_errors_do,
    names_are_those_of_the_schema,
    documents_are_escaped,
    values_are_written_as_genuine_ones,
    order_and_ids_are_told,
)
