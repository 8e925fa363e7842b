"""Faults of the envelope that every reply comes in, and of the times in it."""

from collections.abc import Callable

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.places import versions_with
from conformance.defects.planting import Plant, reshaping
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.reference.formats import Formats
from conformance.spec.versions import TODAY, VERSIONS
from conformance.wire.timestamps import format_timestamp

REJECT = "RejectQualificationRequest"

_VALID = "Common.Response.is-valid"
_NO_ERRORS = "Common.Response.success-has-no-errors"
_PREFIX = "Common.Error.code-prefix"
_UTC = ("Common.Response.timestamps-utc", "QualificationRequest.SubmitTime.utc")
_SUBMITTED = ("QualificationRequest.SubmitTime.notest", "QualificationRequest.SubmitTime.test")
_REFUSED = ("Common.ResponseGroup.omitted",)
_READS_AS_REFUSED = "a reply with errors reads as a refusal, and the call is one that has to be accepted"
_NO_MOMENT = "a time that cannot be read, or has no zone, is no moment that could be compared"


def _is_valid(operation: str | None, text: str) -> Plant:
    def change(reply: etree._Element) -> None:
        for element in reply.iter("IsValid"):
            element.text = text

    return reshaping(operation, change)


def _is_valid_of_refusals(text: str) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.shape_reply

        def shape(operation: str, reply: etree._Element) -> etree._Element:
            for element in reply.iter("IsValid"):
                element.text = text if element.text == "False" else element.text
            return unchanged(operation, reply)

        endpoint.shape_reply = shape

    return plant


def _refusals_without_is_valid(endpoint: Endpoint) -> None:
    def shape(operation: str, reply: etree._Element) -> etree._Element:
        for request in reply.iter("Request"):
            for element in request.findall("IsValid"):
                if element.text == "False":
                    request.remove(element)
        return reply

    endpoint.shape_reply = shape


def _errors_in_success(operation: str | None, path: str, *errors: tuple[str, str]) -> Plant:
    """Put a list of errors, empty or not, into successful replies below ``path``."""

    def change(reply: etree._Element) -> None:
        parent = reply.find(path)
        if parent is not None:
            listed = etree.SubElement(parent, "Errors")
            for code, message in errors:
                error = etree.SubElement(listed, "Error")
                etree.SubElement(error, "Code").text = code
                etree.SubElement(error, "Message").text = message

    return reshaping(operation, change)


def _errors_below_root(endpoint: Endpoint) -> None:
    """Report the errors of a rejection right below the root, where nobody looks for them."""

    def shape(operation: str, reply: etree._Element) -> etree._Element:
        errors = reply.find("*/Request/Errors")
        if operation == REJECT and errors is not None:
            reply.append(errors)
            reply.remove(reply[1])
        return reply

    endpoint.shape_reply = shape


def _times(write: Callable[[float], str]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        endpoint.formats = Formats(timestamp=write)

    return plant


def _with_offset(at: float) -> str:
    return format_timestamp(at + 2 * 3600).replace("Z", "+02:00")


_ENVELOPE = (
    defect("is-valid/lower-case", _is_valid(None, "true"), _VALID),
    defect("is-valid/upper-case", _is_valid(None, "TRUE"), _VALID),
    defect("is-valid/padded", _is_valid(None, " True\n"), _VALID),
    defect("is-valid/1", _is_valid(None, "1"), _VALID),
    *(
        defect(f"is-valid/lower-case-of-{name}", _is_valid(name, "true"), _VALID, versions=versions_with(name))
        for name in sorted(HANDLERS)
        if versions_with(name) != (TODAY,)  # JSON has no IsValid
    ),
    defect("is-valid/lower-case-of-refusals", _is_valid_of_refusals("false"), _VALID),
    defect("is-valid/true-of-refusals", _is_valid_of_refusals("True"), _VALID, _NO_ERRORS),
    defect("is-valid/missing-in-refusals", _refusals_without_is_valid, "Common.Response.isvalid-present"),
    defect("errors/empty-in-result", _errors_in_success(None, "*/Request"), _NO_ERRORS),
    defect("errors/empty-in-operation-request", _errors_in_success(None, "OperationRequest"), _NO_ERRORS),
    defect(
        "errors/empty-in-list",
        _errors_in_success("GetQualificationRequests", "*/QualificationRequest"),
        _NO_ERRORS,
        "QualificationRequest.elements",
        "Common.Response.schema-names",
    ),
    defect(
        "errors/beside-valid",
        _errors_in_success("GetQualificationType", "*/Request", ("None", "Everything is fine.")),
        _NO_ERRORS,
        _VALID,
        _PREFIX,
        also=_REFUSED,
        because=_READS_AS_REFUSED,
    ),
    defect(
        "errors/beside-a-result",
        _errors_in_success("GetQualificationType", "OperationRequest", ("None", "Everything is fine.")),
        _NO_ERRORS,
        _PREFIX,
        also=_REFUSED,
        because=_READS_AS_REFUSED,
    ),
    defect(
        "errors/below-the-root",
        _errors_below_root,
        f"{REJECT}.QualificationRequestId.valid",
        f"{REJECT}.QualificationRequestId.required",
        also=(f"{REJECT}.Result.element",),
        because="without an error at one of its three places the reply reads as a success that lacks its result",
        versions=VERSIONS,
    ),
)

_TIMES = (
    defect("times/with-offset", _times(_with_offset), *_UTC),
    defect(
        "times/without-zone",
        _times(lambda at: format_timestamp(at).removesuffix("Z")),
        *_UTC,
        also=_SUBMITTED,
        because=_NO_MOMENT,
    ),
    defect("times/epoch-seconds", _times(lambda at: str(int(at))), *_UTC, also=_SUBMITTED, because=_NO_MOMENT),
    defect(
        "times/blank-for-t",
        _times(lambda at: format_timestamp(at).replace("T", " ")),
        *_UTC,
        also=_SUBMITTED,
        because=_NO_MOMENT,
    ),
    defect("times/local-called-utc", _times(lambda at: format_timestamp(at - 7 * 3600)), *_SUBMITTED),
)

DEFECTS: tuple[Defect, ...] = (*_ENVELOPE, *_TIMES)
