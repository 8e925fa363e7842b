"""Faults that are not those of one operation: who calls, how parameters are read, the envelope of the reply."""

from collections.abc import Callable, Collection
from dataclasses import replace
from urllib.parse import quote, unquote, unquote_plus

from lxml import etree

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, reshaping
from conformance.reference.authentication import check_signature
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.reference.formats import Formats
from conformance.reference.parameters import Parameters, missing
from conformance.reference.records import Requester
from conformance.reference.refusals import Refusal, access_refused, front_end_refused
from conformance.reference.routing import REQUEST, path_of
from conformance.reference.store import Store
from conformance.spec.shapes import Shapes, TypeShape
from conformance.spec.versions import LATEST, VERSIONS
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp

REJECT, BALANCE = "RejectQualificationRequest", "GetAccountBalance"

_ACCEPTED = (
    "Common.Signature.v0-algorithm",
    "Common.Timestamp.format",
    "Common.ResponseGroup.omitted",
    "Common.REST.get",
    "Common.REST.path-root",
    "Common.Version.multiple-supported",
)
_SHOWN_BY_BALANCE = "each of these is shown by a call of GetAccountBalance that is accepted"
_NOTHING_CALLABLE = "nothing can be called any more"


# Who calls


def _only(operation: str | None, call: Call) -> bool:
    return operation is None or operation == call.operation


def _authenticated_without(name: str, operation: str | None = None) -> Plant:
    """Let in calls without this parameter; whose key and signature are there they are still judged."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.authenticate

        def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
            if call.common.get(name) or not _only(operation, call):
                return strict(call, store, now, tolerance)
            for requester in store.requesters.values():
                if call.common.get("AWSAccessKeyId", requester.access_key_id) != requester.access_key_id:
                    continue
                if name == "Signature" or _signed_by(requester, call, now):
                    return requester
            return strict(call, store, now, tolerance)

        endpoint.authenticate = authenticate

    return plant


def _signed_by(requester: Requester, call: Call, now: float) -> bool:
    try:
        check_signature(replace(call, common={"Timestamp": "", **call.common}), requester, now)
    except Refusal:
        return False
    return True


def _check_signature_only(lenient: Callable[[str], bool]) -> Plant:
    """Take a Timestamp of any form that ``lenient`` takes, whatever its time."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.authenticate

        def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
            requester = store.requesters.get(call.common.get("AWSAccessKeyId", ""))
            if requester is None or not lenient(call.common.get("Timestamp", "")):
                return strict(call, store, now, tolerance)
            check_signature(call, requester, now)
            return requester

        endpoint.authenticate = authenticate

    return plant


def _refuse_signatures(which: Callable[[Call], bool]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.authenticate

        def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
            if call.common.get("Signature") and which(call):
                raise access_refused("AWS.BadClaimsSupplied", "The signature is not that of the request.")
            return strict(call, store, now, tolerance)

        endpoint.authenticate = authenticate

    return plant


def _has_own_parameters(call: Call) -> bool:
    return call.common.get("SignatureVersion") != "1" and bool(call.values)


def _refuse_timestamps_without_fraction(endpoint: Endpoint) -> None:
    strict = endpoint.authenticate

    def authenticate(call: Call, store: Store, now: float, tolerance: float) -> Requester:
        if "." not in call.common.get("Timestamp", "."):
            raise front_end_refused(400, "InvalidParameterValue", "The Timestamp has no milliseconds.")
        return strict(call, store, now, tolerance)

    endpoint.authenticate = authenticate


def _show_data_to_strangers(endpoint: Endpoint) -> None:
    """Bring the balance beside the error that says who calls is not known."""

    def shape(operation: str, reply: etree._Element) -> etree._Element:
        if reply.find("OperationRequest/Errors") is not None and operation == BALANCE:
            balance = etree.SubElement(etree.SubElement(reply, f"{BALANCE}Result"), "AvailableBalance")
            etree.SubElement(balance, "Amount").text = "10000.00"
            etree.SubElement(balance, "CurrencyCode").text = "USD"
        return reply

    endpoint.shape_reply = shape


# What is called


def _any_service(endpoint: Endpoint) -> None:
    endpoint.check_service = lambda call: None


def _guess_operation(operation: str) -> Plant:
    """Take a call without Operation for one of ``operation``."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.choose_operation

        def choose(call: Call, known: Collection[str]) -> str:
            return strict(call, known) if call.operation else operation

        endpoint.choose_operation = choose

    return plant


def _without_operation(operation: str) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        del endpoint.handlers[operation]

    return plant


def _refuse_version(version: str) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        endpoint.options = replace(endpoint.options, versions=endpoint.options.versions - {version})

    return plant


def _refuse_route(which: Callable[[HttpRequest], bool]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.check_route

        def check(request: HttpRequest) -> None:
            if which(request):
                raise front_end_refused(404, "NotFound", "Nothing is served here.")
            strict(request)

        endpoint.check_route = check

    return plant


# How parameters are read


def _decode(change: Callable[[str], str], methods: Collection[str] = ("GET", "POST")) -> Plant:
    """Let ``change`` spoil the values of the operation's own parameters as they are read."""

    def spoiled(value: str | Values) -> str | Values:
        return change(value) if isinstance(value, str) else {name: [*map(spoiled, one)] for name, one in value.items()}

    def plant(endpoint: Endpoint) -> None:
        reading = endpoint.read_call

        def read(request: HttpRequest) -> Call:
            call = reading(request)
            if request.method not in methods:
                return call
            return replace(call, values={name: [*map(spoiled, values)] for name, values in call.values.items()})

        endpoint.read_call = read

    return plant


def _as_latin_1(value: str) -> str:
    return value.encode().decode("latin-1")


def _as_ascii(value: str) -> str:
    return value.encode("ascii", "ignore").decode()


# Response groups and the echo


def _choose_groups(change: Callable[[str, tuple[str, ...], frozenset[str]], frozenset[str]]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.choose_groups
        endpoint.choose_groups = lambda operation, asked: change(operation, asked, strict(operation, asked))

    return plant


def _demand_group(operation: str, asked: tuple[str, ...], groups: frozenset[str]) -> frozenset[str]:
    if not asked:
        raise Refusal(missing("ResponseGroup"))
    return groups


def _demand_group_for_balance(operation: str, asked: tuple[str, ...], groups: frozenset[str]) -> frozenset[str]:
    return _demand_group(operation, asked, groups) if operation == BALANCE else groups


def _no_default_group(operation: str, asked: tuple[str, ...], groups: frozenset[str]) -> frozenset[str]:
    return groups if asked or operation != BALANCE else frozenset()


def _echo(change: Callable[[Values], Values]) -> Plant:
    """Let ``change`` alter the parameters that a rejection echoes; what it does with them stays the same."""

    def plant(endpoint: Endpoint) -> None:
        reading = endpoint.read_parameters

        def read(values: Values, shape: TypeShape, shapes: Shapes) -> Parameters:
            parameters = reading(values, shape, shapes)
            if shape.name != f"{REJECT}Request":
                return parameters
            return replace(parameters, sent=change(parameters.sent))

        endpoint.read_parameters = read

    return plant


# The envelope


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
    """Report the errors of an operation right below the root, where nobody looks for them."""

    def shape(operation: str, reply: etree._Element) -> etree._Element:
        for errors in reply.findall("*/Request/Errors"):
            reply.append(errors)
            for result in reply.findall("*[Request]"):
                reply.remove(result)
        return reply

    endpoint.shape_reply = shape


# Times


def _times(write: Callable[[float], str]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        endpoint.formats = Formats(timestamp=write)

    return plant


def _with_offset(at: float) -> str:
    return format_timestamp(at + 2 * 3600).replace("Z", "+02:00")


_PARAMETERS = f"{REJECT}.common-parameters"
_ECHO = f"{REJECT}.Result.request-group"
_VALID = "Common.Response.is-valid"
_NO_ERRORS = "Common.Response.success-has-no-errors"
_TEXTS = "a text that is read wrongly is told wrongly"
_FORMS = ("QualificationRequest.Test.snapshot",)
_UTC = ("Common.Response.timestamps-utc", "QualificationRequest.SubmitTime.utc")
_SUBMITTED = ("QualificationRequest.SubmitTime.notest", "QualificationRequest.SubmitTime.test")
_NO_MOMENT = "a time that cannot be read, or has no zone, is no moment that could be compared"
_REASONS = (f"{REJECT}.Reason.visible", f"{REJECT}.Reason.unicode")

_CALLERS = (
    *(
        defect(f"{name.lower()}/not-needed", _authenticated_without(name), f"Common.{name}.required", _PARAMETERS)
        for name in ("AWSAccessKeyId", "Signature", "Timestamp")
    ),
    *(
        defect(f"{name.lower()}/not-needed-to-reject", _authenticated_without(name, REJECT), _PARAMETERS)
        for name in ("AWSAccessKeyId", "Signature", "Timestamp")
    ),
    defect(
        "operation/guessed-to-be-the-balance",
        _guess_operation(BALANCE),
        "Common.Operation.required",
        _PARAMETERS,
    ),
    defect(
        "operation/guessed-to-be-a-rejection",
        _guess_operation(REJECT),
        _PARAMETERS,
    ),
    defect(
        "refusal/with-data-beside-it",
        _show_data_to_strangers,
        "Common.AWSAccessKeyId.required",
        "Common.Signature.required",
        "Common.Timestamp.required",
        "Common.Response.isvalid-present",
    ),
    defect("timestamp/of-any-form", _check_signature_only(lambda time: True), "Common.Timestamp.format"),
    defect("timestamp/now", _check_signature_only(lambda time: time == "now"), "Common.Timestamp.format"),
    defect("timestamp/with-a-blank", _check_signature_only(lambda time: " " in time), "Common.Timestamp.format"),
    defect(
        "timestamp/refused-without-fraction",
        _refuse_timestamps_without_fraction,
        "Common.Timestamp.format",
        also=("*",),
        because=_NOTHING_CALLABLE,
    ),
    defect(
        "signature/always-refused",
        _refuse_signatures(lambda call: call.common.get("SignatureVersion") != "1"),
        "Common.Signature.v0-algorithm",
        also=("*",),
        because=_NOTHING_CALLABLE,
    ),
    defect(
        "signature/covers-all-parameters",
        _refuse_signatures(_has_own_parameters),
        "Common.Signature.v0-algorithm",
        also=("*",),
        because="no operation with parameters can be called any more",
    ),
)

_CALLED = (
    defect("service/ignored", _any_service, "Common.Service.value"),
    defect(
        "route/no-get",
        _refuse_route(lambda request: request.method == "GET"),
        "Common.REST.get",
        "Common.REST.path-root",
        f"{REJECT}.sample-call",
    ),
    defect(
        "route/get-not-at-the-root",
        _refuse_route(lambda request: request.method == "GET" and path_of(request) == "/"),
        "Common.REST.get",
        "Common.REST.path-root",
    ),
    defect(
        "route/no-onca-xml",
        _refuse_route(lambda request: path_of(request) != "/"),
        f"{REJECT}.sample-call",
        versions=VERSIONS[:1],
    ),
    *(
        defect(
            f"version/{version}-refused",
            _refuse_version(version),
            "Common.Version.multiple-supported",
            also=("*",),
            because="nothing can be called in this version any more",
            versions=(version,),
        )
        for version in (VERSIONS[0], LATEST)
    ),
)

_LOST_WITH: dict[str, tuple[str, ...]] = {
    "AssignQualification": ("QualificationRequest.SubjectId",),
    "CreateQualificationType": (),
    BALANCE: _ACCEPTED,
    "GetQualificationRequests": (),
    "GetQualificationScore": (
        "GrantQualification.effect",
        "QualificationRequest.SubjectId",
        f"{REJECT}.keeps-existing",
    ),
    "GetQualificationType": (),
    "GrantQualification": ("QualificationRequest.QualificationRequestId.usable", f"{REJECT}.others-kept"),
    REJECT: (
        f"{REJECT}.Reason.optional",
        f"{REJECT}.Reason.unicode",
        f"{REJECT}.QualificationRequestId.valid",
        f"{REJECT}.effect-list",
        f"{REJECT}.sample-call",
        "QualificationRequest.QualificationRequestId.usable",
    ),
    "UpdateQualificationType": ("UpdateQualificationType.Test.replace",),
}
"""The operations, and what cannot be met without each."""

_MISSING = tuple(
    defect(
        f"operation/no-{operation}",
        _without_operation(operation),
        "Common.Operation.names",
        *((f"{REJECT}.Operation.name",) if operation == REJECT else ()),
        also=lost,
        because="these are shown by calls of the operation" if lost else "",
    )
    for operation, lost in _LOST_WITH.items()
)

_DECODED = "Common.Parameters.percent-decoding"
_READ = (
    defect("parameters/left-encoded", _decode(lambda value: quote(value)), _DECODED, also=_REASONS, because=_TEXTS),
    defect("parameters/decoded-twice", _decode(unquote), _DECODED, also=_REASONS, because=_TEXTS),
    defect("parameters/plus-decoded-last", _decode(unquote_plus), _DECODED, also=_REASONS, because=_TEXTS),
    defect(
        "parameters/plus-is-a-blank",
        _decode(lambda value: value.replace("+", " ")),
        _DECODED,
        also=_REASONS,
        because=_TEXTS,
    ),
    defect("parameters/latin-1", _decode(_as_latin_1), _DECODED, also=(*_REASONS, *_FORMS), because=_TEXTS),
    defect("parameters/latin-1-by-get", _decode(_as_latin_1, ("GET",)), _DECODED),
    defect("parameters/ascii", _decode(_as_ascii), _DECODED, also=(*_REASONS, *_FORMS), because=_TEXTS),
)

_GROUPS = (
    defect(
        "response-group/demanded",
        _choose_groups(_demand_group),
        "Common.ResponseGroup.omitted",
        also=("*",),
        because=_NOTHING_CALLABLE,
    ),
    defect(
        "response-group/demanded-for-the-balance",
        _choose_groups(_demand_group_for_balance),
        "Common.ResponseGroup.omitted",
        also=_ACCEPTED,
        because=_SHOWN_BY_BALANCE,
    ),
    defect("response-group/no-default", _choose_groups(_no_default_group), "Common.ResponseGroup.omitted"),
    defect(
        "echo/always",
        _choose_groups(lambda operation, asked, groups: groups | {REQUEST}),
        "Common.ResponseGroup.request-off",
    ),
    defect(
        "echo/always-of-reads",
        _choose_groups(lambda operation, asked, groups: groups | {REQUEST} if operation.startswith("Get") else groups),
        "Common.ResponseGroup.request-off",
    ),
    defect("echo/never", _choose_groups(lambda operation, asked, groups: groups - {REQUEST}), _ECHO),
    defect("echo/empty", _echo(lambda values: {}), _ECHO),
    defect("echo/other-values", _echo(lambda values: {name: ["?"] for name in values}), _ECHO),
    defect("echo/values-twice", _echo(lambda values: {name: one * 2 for name, one in values.items()}), _ECHO),
)

_ENVELOPE = (
    defect("is-valid/lower-case", _is_valid(None, "true"), _VALID),
    defect("is-valid/upper-case", _is_valid(None, "TRUE"), _VALID),
    defect("is-valid/padded", _is_valid(None, " True\n"), _VALID),
    defect("is-valid/1", _is_valid(None, "1"), _VALID),
    *(defect(f"is-valid/lower-case-of-{name}", _is_valid(name, "true"), _VALID) for name in sorted(HANDLERS)),
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
    ),
    defect(
        "errors/beside-valid",
        _errors_in_success("GetQualificationType", "*/Request", ("None", "Everything is fine.")),
        _NO_ERRORS,
        _VALID,
    ),
    defect(
        "errors/beside-a-result",
        _errors_in_success("GetQualificationType", "OperationRequest", ("None", "Everything is fine.")),
        _NO_ERRORS,
    ),
    defect(
        "errors/below-the-root",
        _errors_below_root,
        f"{REJECT}.QualificationRequestId.valid",
        also=(f"{REJECT}.Result.element", "Common.Response.isvalid-present"),
        because="without an error at one of its three places the reply reads as a success that lacks its result",
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

DEFECTS: tuple[Defect, ...] = (
    *_CALLERS,
    *_CALLED,
    *_MISSING,
    *_READ,
    *_GROUPS,
    *_ENVELOPE,
    *_TIMES,
)
