"""Faults in how calls are let in and read: signatures, times, order and numbers of parameters, versions, codes."""

from collections.abc import Callable, Collection
from dataclasses import replace
from xml.sax.saxutils import escape

from lxml import etree

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.error_replies import placed
from conformance.defects.parameters import SHOWN_BY_BALANCE
from conformance.defects.planting import Plant, rereading, reshaping
from conformance.defects.question_forms import forms_overlooked, forms_refused
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import Requester
from conformance.reference.refusals import (
    Refusal,
    access_refused,
)
from conformance.reference.store import Store
from conformance.spec.versions import VERSIONS
from conformance.wire.messages import HttpRequest
from conformance.wire.timestamps import format_timestamp, parse_timestamp

BALANCE, REGISTER, GET_HIT, CREATE_HIT = "GetAccountBalance", "RegisterHITType", "GetHIT", "CreateHIT"
GET_TYPE = "GetQualificationType"
_LOCATION, _ALONE = "Common.Response.error-location", "Common.Response.single-layer"
_REPLAYED = tuple(f"Common.Signature.{topic}" for topic in ("bound-to-operation", "bound-to-timestamp"))
_FORGED = ("Common.Signature.wrong", "Common.Signature.wrong-secret", *_REPLAYED)
_SHOWN = "these are shown by calls of that kind"

Authenticate = Callable[[Call, Store, float, float], Requester]


def _authenticating(wrapper: Callable[[Authenticate, Call, Store, float, float], Requester]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.authenticate
        endpoint.authenticate = lambda call, store, now, tolerance: wrapper(strict, call, store, now, tolerance)

    return plant


def _letting_in(which: Callable[[Call, Refusal], bool]) -> Plant:
    """Let in calls with a wrong signature of a kind."""

    def wrapper(strict: Authenticate, call: Call, store: Store, now: float, tolerance: float) -> Requester:
        try:
            return strict(call, store, now, tolerance)
        except Refusal as refusal:
            requester = store.requesters.get(call.common.get("AWSAccessKeyId", ""))
            if requester is None or refusal.errors[0].code != "AWS.BadClaimsSupplied" or not which(call, refusal):
                raise
            return requester

    return _authenticating(wrapper)


def _signed_as(**changes: Callable[[str], str]) -> Plant:
    """Let in calls whose signature would be right with other values of these parameters."""

    def wrapper(strict: Authenticate, call: Call, store: Store, now: float, tolerance: float) -> Requester:
        try:
            return strict(call, store, now, tolerance)
        except Refusal:
            common = {name: changes[name](text) if name in changes else text for name, text in call.common.items()}
            return strict(replace(call, common=common), store, now, tolerance)

    return _authenticating(wrapper)


def _a_second_earlier(text: str) -> str:
    return format_timestamp(parse_timestamp(text).timestamp() - 1)


def _refusing_calls(which: Callable[[Call], bool]) -> Plant:
    def wrapper(strict: Authenticate, call: Call, store: Store, now: float, tolerance: float) -> Requester:
        if which(call):
            raise access_refused("AWS.BadClaimsSupplied", "The request is not signed as it should be.")
        return strict(call, store, now, tolerance)

    return _authenticating(wrapper)


def _at_any_time(strict: Authenticate, call: Call, store: Store, now: float, tolerance: float) -> Requester:
    return strict(call, store, now, float("inf"))


def _reading(change: Callable[[Callable[[HttpRequest], Call], HttpRequest], Call]) -> Plant:
    """Put ``change`` in the place of what reads a call."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.read_call
        endpoint.read_call = lambda request: change(strict, request)

    return plant


def _rewriting(old: bytes, new: bytes) -> Plant:
    return _reading(lambda strict, request: strict(replace(request, body=request.body.replace(old, new))))


def _unreadable(which: Callable[[HttpRequest, Call], bool]) -> Plant:
    def change(strict: Callable[[HttpRequest], Call], request: HttpRequest) -> Call:
        call = strict(request)
        if which(request, call):
            raise ValueError("the parameters are not written as they should be")
        return call

    return _reading(change)


def _blank_for_plus(strict: Callable[[HttpRequest], Call], request: HttpRequest) -> Call:
    call = strict(request)
    common = {**call.common, "Signature": call.common.get("Signature", "").replace(" ", "+")}
    return replace(call, common=common) if "Signature" in call.common else call


def _choosing(which: Callable[[str], bool]) -> Plant:
    """Take some names of operations that there are not for the balance."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.choose_operation

        def choose(call: Call, known: Collection[str]) -> str:
            operation = call.operation or ""
            return BALANCE if operation not in known and which(operation) else strict(call, known)

        endpoint.choose_operation = choose

    return plant


def _first_group_only(endpoint: Endpoint) -> None:
    strict = endpoint.choose_groups
    endpoint.choose_groups = lambda operation, asked: strict(operation, asked[:1])


def _oldest_by_default(endpoint: Endpoint) -> None:
    strict = endpoint.choose_version
    endpoint.choose_version = lambda call, offered: strict(call, offered) if call.version else min(offered)


def _with_a_result(endpoint: Endpoint) -> None:
    """Put an empty result beside the error that says who calls is not known."""
    unchanged = endpoint.shape_reply

    def shape(operation: str, reply: etree._Element) -> etree._Element:
        reply = unchanged(operation, reply)
        if operation == GET_HIT and reply.find("OperationRequest/Errors") is not None:
            request = etree.SubElement(etree.SubElement(reply, "HIT"), "Request")
            etree.SubElement(request, "IsValid").text = "True"
        return reply

    endpoint.shape_reply = shape


def _group_turned(reply: etree._Element) -> None:
    """Show the group of a HIT in the versions that have none, and hide it in the others."""
    for hit in reply.findall("HIT"):
        found = hit.find("HITGroupId")
        if found is not None:
            hit.remove(found)
        else:
            etree.SubElement(hit, "HITGroupId").text = "3GROUP"


def _test_escaped(reply: etree._Element) -> None:
    for test in reply.iter("Test"):
        test.text = escape(test.text or "")


_ACCESS = (
    defect(
        "key/unknown-told-in-the-result",
        placed("Request", lambda _, error: error.code == "AWS.NotAuthorized"),
        "Common.AWSAccessKeyId.unknown",
    ),
    defect(
        "signature/not-checked",
        _letting_in(lambda call, refusal: True),
        *_FORGED,
        "Common.Signature.url-encoding",
        _LOCATION,
        _ALONE,
        also=("Common.Response.*",),
        because=_SHOWN,
    ),
    defect(
        "signature/not-checked-of-new-hits",
        _letting_in(lambda call, refusal: call.operation == CREATE_HIT),
        "Common.Signature.wrong-secret",
    ),
    defect("signature/of-the-balance-for-all", _signed_as(Operation=lambda _: BALANCE), _REPLAYED[0]),
    defect("signature/of-a-second-ago", _signed_as(Timestamp=_a_second_earlier), _REPLAYED[1]),
    defect(
        "signature/told-in-the-result",
        placed("Request", lambda _, error: error.code == "AWS.BadClaimsSupplied"),
        "Common.Signature.wrong",
        "Common.Signature.wrong-secret",
        _LOCATION,
        _ALONE,
        also=_REPLAYED,
        because="a result is not expected there either",
    ),
    defect(
        "signature/refused-with-an-empty-result",
        _with_a_result,
        _ALONE,
        also=("Common.Response.*",),
        because="the result beside the error says that the call is valid",
    ),
    defect(
        "signature/version-1-unknown",
        _refusing_calls(lambda call: "SignatureVersion" in call.common),
        "Common.Signature.v1-algorithm",
    ),
    defect("signature/blank-for-plus", _reading(_blank_for_plus), "Common.Signature.url-encoding"),
    defect(
        "timestamp/with-a-fraction-refused",
        _refusing_calls(lambda call: "." in call.common.get("Timestamp", "")),
        "Common.Timestamp.fraction",
    ),
    defect("timestamp/of-any-age", _authenticating(_at_any_time), "Common.Timestamp.skew"),
)

_READ = (
    defect(
        "operation/unknown-is-the-balance",
        _choosing(lambda name: name == "NoSuchOperation"),
        "Common.Operation.unknown",
    ),
    defect(
        "operation/accept-limits-for-ever",
        _choosing(lambda name: name.endswith("WorkerAcceptLimit")),
        "Common.Operation.retired-accept-limit",
        also=("Common.Response.*",),
        because="the reply is that of another operation",
    ),
    defect(
        "parameters/service-last-refused",
        _unreadable(lambda _, call: bool(call.pairs) and call.pairs[-1][0] == "Service"),
        "Common.Parameters.order",
    ),
    defect("parameters/plus-is-a-plus", _rewriting(b"+", b"%2B"), "Common.Parameters.plus"),
    defect(
        "parameters/no-structures",
        rereading(REGISTER, lambda values, _: {name: one for name, one in values.items() if name != "Reward"}),
        "Common.REST.structured-parameter",
        also=("Common.Parameters.*", f"{REGISTER}.*", "Common.REST.index-variants"),
        because=_SHOWN,
    ),
    defect("parameters/unnumbered-ignored", _rewriting(b"ResponseGroup=", b"Ignored="), "Common.REST.index-variants"),
    defect(
        "parameters/first-group-only",
        _first_group_only,
        "Common.ResponseGroup.list",
        "Common.REST.repeated-parameter",
        also=("GetHIT.*", "HIT.*", "Common.*"),
        because=_SHOWN,
    ),
    defect(
        "route/balance-not-by-post",
        _unreadable(lambda one, call: one.method == "POST" and call.operation == BALANCE),
        "Common.REST.post",
        also=(*SHOWN_BY_BALANCE, "Common.*", f"{BALANCE}.*"),
        because=_SHOWN,
    ),
    defect(
        "route/no-query-beside-a-body",
        _unreadable(lambda one, _: bool(one.body) and "?" in one.url),
        "Common.REST.query-and-body",
    ),
    defect(
        "documents/returned-escaped-twice",
        reshaping(GET_TYPE, _test_escaped),
        "Common.REST.url-encoded-only",
        also=("QualificationType.*", "Common.DataSchema.*", "Common.Response.xml-values-escaped"),
        because=_SHOWN,
    ),
    defect(
        "documents/of-2005-refused",
        forms_refused(lambda form: "/2005-10-01/" in form),
        "Common.DataSchema.independent",
        "Common.REST.url-encoded-only",
        also=("Common.DataSchema.*", "Common.Error.*"),
        because="no form is taken",
    ),
    defect(
        "documents/in-any-namespace",
        forms_overlooked("Common.DataSchema.namespace-required"),
        "Common.DataSchema.namespace-required",
    ),
    defect(
        "version/oldest-by-default",
        _oldest_by_default,
        "Common.Version.optional",
        also=("HIT.*", "GetHIT.*", "Common.Response.schema-names"),
        because="a reply of the oldest version is judged by the newest, which the call is about",
    ),
    defect(
        "version/groups-in-the-wrong-ones",
        reshaping(GET_HIT, _group_turned),
        "Common.Version.shape",
        also=("HIT.*", "GetHIT.*", "Common.Response.schema-names"),
        because=_SHOWN,
        versions=tuple(version for version in VERSIONS if version != "2011-10-01"),  # where it is not known
    ),
)


DEFECTS: tuple[Defect, ...] = (*_ACCESS, *_READ)
