"""Faults of what all replies share: their XML, their root, the structure of errors, how values are written."""

from collections.abc import Callable

from lxml import etree

from conformance.bindings.replies import write_reply
from conformance.defects.defect import Defect, defect
from conformance.defects.parameters import SHOWN_BY_BALANCE
from conformance.defects.planting import OfOperation, Plant, reshaping
from conformance.reference.endpoint import Endpoint
from conformance.reference.formats import Formats
from conformance.spec.versions import VERSIONS
from conformance.wire.messages import HttpResponse
from conformance.wire.timestamps import format_timestamp

BALANCE, GET_HIT = "GetAccountBalance", "GetHIT"
GET_TYPE, CREATE_TYPE = "GetQualificationType", "CreateQualificationType"
R = "Common.Response"
_NAMESPACE = b'Response xmlns="http://requester.mturk.amazonaws.com/doc/2014-08-15">'
_READ_IN_PART = "these are read from the replies that are spoiled"


def _writing(change: Callable[[etree._Element, HttpResponse], bytes]) -> Plant:
    """Let ``change`` say how a reply is written."""

    def plant(endpoint: Endpoint) -> None:
        def write(reply: etree._Element, status: int) -> HttpResponse:
            good = write_reply(reply, status=status)
            return HttpResponse(status=good.status, headers=good.headers, body=change(reply, good))

        endpoint.write_reply = write

    return plant


def _of_refusals(change: Callable[[etree._Element], None], operation: str | None = None) -> Plant:
    """Let ``change`` alter, in place, the replies that report an error."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.shape_reply

        def shape(name: str, reply: etree._Element) -> etree._Element:
            reply = unchanged(name, reply)
            if operation in (None, name) and reply.find(".//Errors") is not None:
                change(reply)
            return reply

        endpoint.shape_reply = (
            shape if operation is None else OfOperation(operation=operation, changed=shape, unchanged=unchanged)
        )

    return plant


def _cut_short(reply: etree._Element, good: HttpResponse) -> bytes:
    return good.body[:-7] if reply.tag == f"{BALANCE}Response" else good.body


def _in_latin_1(reply: etree._Element, good: HttpResponse) -> bytes:
    written: bytes = etree.tostring(reply, encoding="ISO-8859-1", xml_declaration=True)  # type: ignore[assignment]  # the stubs
    return written


def _in_a_namespace(reply: etree._Element, good: HttpResponse) -> bytes:
    return good.body.replace(b"Response>", _NAMESPACE, 1)


def _after_a_mark(reply: etree._Element, good: HttpResponse) -> bytes:
    return b"\xef\xbb\xbf" + good.body


def _renamed(reply: etree._Element) -> None:
    reply.tag = "GetBalanceResponse"


def _called_error(reply: etree._Element) -> None:
    reply.tag = "ErrorResponse"


def _without(path: str) -> Callable[[etree._Element], None]:
    def change(reply: etree._Element) -> None:
        for element in reply.findall(path):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)

    return change


def _emptied(reply: etree._Element) -> None:
    for message in reply.iter("Message"):
        message.text = ""


def _without_prefix(reply: etree._Element) -> None:
    for code in reply.iter("Code"):
        code.text = (code.text or "").rpartition(".")[2]


def _all_in_one_pair(reply: etree._Element) -> None:
    for data in reply.iter("Data"):
        etree.SubElement(data, "Key").text = "Another"
        etree.SubElement(data, "Value").text = "value"


def _beside_the_error(reply: etree._Element) -> None:
    for result in reply.findall("QualificationType"):
        etree.SubElement(result, "QualificationTypeId").text = "2UNKNOWN"


def _with_more(reply: etree._Element) -> None:
    for result in reply.findall(f"{BALANCE}Result"):
        etree.SubElement(result, "ReservedBalance").text = "0.00"


def _as_tree(reply: etree._Element) -> None:
    for test in reply.iter("Test"):
        root = etree.fromstring((test.text or "").encode())
        test.text = None
        test.append(root)


def _formats(formats: Formats) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        endpoint.formats = formats

    return plant


_OF_A_TYPE = ("QualificationType.*", f"{GET_TYPE}.*", "CreateQualificationType.*", "UpdateQualificationType.*")
DEFECTS: tuple[Defect, ...] = (
    defect(
        "replies/cut-short",
        _writing(_cut_short),
        f"{R}.well-formed",
        also=(*SHOWN_BY_BALANCE, f"{BALANCE}.*", "Common.*"),
        because="what cannot be read shows nothing",
    ),
    defect("replies/in-latin-1", _writing(_in_latin_1), f"{R}.well-formed", f"{R}.declaration"),
    defect("replies/after-a-byte-order-mark", _writing(_after_a_mark), f"{R}.declaration"),
    defect("replies/in-a-namespace", _writing(_in_a_namespace), f"{R}.rest-no-namespace"),
    defect(
        "replies/root-of-another-name",
        reshaping(BALANCE, _renamed),
        f"{R}.root",
        also=(f"{BALANCE}.*",),
        because=_READ_IN_PART,
    ),
    defect(
        "replies/root-of-refusals-of-another-name",
        _of_refusals(_called_error),
        f"{R}.root",
        also=("Common.AWSAccessKeyId.unknown", f"{R}.error-location", f"{R}.single-layer"),
        because=_READ_IN_PART,
    ),
    defect(
        "replies/refusals-without-request-id",
        _of_refusals(_without("OperationRequest/RequestId")),
        f"{R}.operation-request",
    ),
    defect(
        "errors/without-message",
        _of_refusals(_without(".//Error/Message")),
        f"{R}.error-structure",
        "Common.Error.message-nonempty",
        versions=VERSIONS,
    ),
    defect("errors/with-an-empty-message", _of_refusals(_emptied), "Common.Error.message-nonempty", versions=VERSIONS),
    defect("errors/code-without-prefix", _of_refusals(_without_prefix, GET_HIT), "Common.Error.code-prefix"),
    defect(
        "errors/all-data-in-one",
        _of_refusals(_all_in_one_pair),
        f"{R}.error-structure",
        "KeyValuePair.error-data",
    ),
    defect(
        "refusal/with-an-id-beside-it",
        _of_refusals(_beside_the_error, CREATE_TYPE),
        f"{R}.invalid-empty",
        also=(*_OF_A_TYPE, "QuestionForm.*", "FormattedContent.*", "Common.*"),
        because="an error with data beside it is no refusal",
    ),
    defect(
        "replies/with-an-unknown-element",
        reshaping(BALANCE, _with_more),
        f"{R}.schema-names",
        also=(f"{BALANCE}.*",),
        because=_READ_IN_PART,
    ),
    defect(
        "replies/documents-as-trees",
        reshaping(GET_TYPE, _as_tree),
        f"{R}.xml-values-escaped",
        also=(*_OF_A_TYPE, "Common.DataSchema.*", "Common.REST.url-encoded-only", "Common.JSON.value-types"),
        because=_READ_IN_PART,
    ),
    defect(
        "replies/booleans-in-words",
        _formats(Formats(boolean=lambda value: "True" if value else "False")),
        f"{R}.boolean-form",
        also=(*_OF_A_TYPE, "HIT.*", "QualificationRequirement.*"),
        because=_READ_IN_PART,
    ),
    defect(
        "times/with-a-fraction",
        _formats(Formats(timestamp=lambda at: format_timestamp(at).replace("Z", ".000Z"))),
        f"{R}.no-fraction",
    ),
)
