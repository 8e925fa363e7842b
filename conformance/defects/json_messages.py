"""Faults of JSON alone: its answers, its headers, its errors, how its messages are read, and who is let in by it."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.bindings.json import REQUEST_ID, TARGET, JsonUnreadable, access_key_id, parse, read_call
from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import OfOperation, Plant
from conformance.reference.endpoint import Endpoint
from conformance.reference.json import SignatureOf, refused
from conformance.reference.records import Requester
from conformance.reference.refusals import Refusal
from conformance.reference.store import Store
from conformance.spec.service_model import model
from conformance.spec.shapes import Shapes
from conformance.spec.versions import TODAY
from conformance.wire.messages import HttpRequest, HttpResponse, header
from conformance.wire.timestamps import format_timestamp

BALANCE, BLOCK, GET_TYPE = "GetAccountBalance", "UnblockWorker", "GetQualificationType"
_JSON, _SIGNATURE = "Common.JSON", "Common.JSON.signature"
_MALFORMED = "SerializationException"
_SEEN = "what is seen by this operation is not seen any more"
_CALLED_SO = (f"{BALANCE}.*", f"{_JSON}.*", "Common.Operation.*")

Content = dict[str, Any]


def _answering(operation: str | None, change: Callable[[HttpResponse], HttpResponse]) -> Plant:
    """Let ``change`` alter what is sent as the success of an operation (None: of all)."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.write_json

        def write(name: str, reply: Any, request_id: str) -> HttpResponse:
            response = unchanged(name, reply, request_id)
            return change(response) if operation in (None, name) else response

        endpoint.write_json = (
            write if operation is None else OfOperation(operation=operation, changed=write, unchanged=unchanged)
        )

    return plant


def _failing(change: Callable[[HttpResponse, Content], tuple[int, Content]]) -> Plant:
    """Let ``change`` alter the status and the object of every error."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.write_json_refusal

        def write(refusal: Refusal, request_id: str) -> HttpResponse:
            response = unchanged(refusal, request_id)
            status, content = change(response, parse(response.body))
            return replace(response, status=status, body=json.dumps(content).encode())

        endpoint.write_json_refusal = write

    return plant


def _values(change: Callable[[str, Any], Any]) -> Callable[[HttpResponse], HttpResponse]:
    """Let ``change`` put another value in the place of each, which it gets with the name of its member."""

    def changed(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(key, one) for key, one in value.items()}
        return [changed(name, one) for one in value] if isinstance(value, list) else change(name, value)

    return lambda response: replace(response, body=json.dumps(changed("", parse(response.body))).encode())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers_as_texts(name: str, value: Any) -> Any:
    return str(value) if name == "NumResults" else value


def _booleans_as_texts(name: str, value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _moments_as_texts(name: str, value: Any) -> Any:
    return format_timestamp(value) if name.endswith("Time") and _is_number(value) else value


def _milliseconds(name: str, value: Any) -> Any:
    return int(value * 1000) if name == "CreationTime" and _is_number(value) else value


def _money_as_numbers(name: str, value: Any) -> Any:
    return float(value) if name == "AvailableBalance" else value


def _with_header(name: str, value: str | None) -> Callable[[HttpResponse], HttpResponse]:
    """Send another value of a header, or none."""

    def change(response: HttpResponse) -> HttpResponse:
        kept = tuple(pair for pair in response.headers if pair[0] != name)
        return replace(response, headers=kept if value is None else (*kept, (name, value)))

    return change


def _of_kind(
    kind: str, change: Callable[[int, Content], tuple[int, Content]]
) -> Callable[[HttpResponse, Content], tuple[int, Content]]:
    return lambda response, told: change(response.status, told) if told["__type"] == kind else (response.status, told)


def _renamed(told: Content, old: str, new: str) -> Content:
    return {new if name == old else name: value for name, value in told.items()}


def _without(told: Content, name: str) -> Content:
    return {key: value for key, value in told.items() if key != name}


def _untyped(response: HttpResponse, told: Content) -> tuple[int, Content]:
    return response.status, _without(told, "__type") if "TurkErrorCode" in told else told


def _uncoded(status: int, told: Content) -> tuple[int, Content]:
    about_types = told.get("TurkErrorCode") == "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
    return status, _without(told, "TurkErrorCode") if about_types else told


# How a message is read


def _reading(change: Callable[[HttpRequest], HttpRequest]) -> Plant:
    """Let ``change`` put another message in the place of one, but for its signature."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.read_json
        endpoint.read_json = lambda request, shapes: strict(change(request), shapes)

    return plant


def _balance_of_nothing_refused(endpoint: Endpoint) -> None:
    strict = endpoint.read_json

    def read(request: HttpRequest, shapes: Shapes) -> Call:
        call = strict(request, shapes)
        if call.operation == BALANCE and not call.values:
            raise refused(_MALFORMED, "The message is empty.")
        return call

    endpoint.read_json = OfOperation(operation=BALANCE, changed=read, unchanged=strict)


def _any_prefix(request: HttpRequest) -> HttpRequest:
    operation = (header(request.headers, TARGET) or "").rpartition(".")[2]
    return replace(request, headers=((TARGET, f"{model().target}.{operation}"), *request.headers))


def _unknown_is_the_balance(request: HttpRequest) -> HttpRequest:
    operation = (header(request.headers, TARGET) or "").rpartition(".")[2]
    known = any(one.newer == operation for one in model().operations.values())
    return request if known else replace(request, headers=((TARGET, f"{model().target}.{BALANCE}"), *request.headers))


def _first_of_a_list(request: HttpRequest) -> HttpRequest:
    body = request.body.strip()
    return replace(request, body=body[1:-1]) if body.startswith(b"[") else request


def _end_supplied(request: HttpRequest) -> HttpRequest:
    body = request.body.strip()
    return replace(request, body=body + b"}") if body.startswith(b"{") and not body.endswith(b"}") else request


def _not_utf_8(request: HttpRequest) -> HttpRequest:
    return replace(request, body=request.body.decode("utf-8", "replace").encode())


def _types_not_asked(endpoint: Endpoint) -> None:
    """Read a value of whatever type by its text, as it stands."""
    strict = endpoint.read_json

    def read(request: HttpRequest, shapes: Shapes) -> Call:
        try:
            parse(request.body)
        except JsonUnreadable:
            return strict(request, shapes)
        strict(replace(request, body=b"{}"), shapes)
        return read_call(request)

    endpoint.read_json = read


def _null_refused(endpoint: Endpoint) -> None:
    strict = endpoint.read_json

    def read(request: HttpRequest, shapes: Shapes) -> Call:
        call = strict(request, shapes)
        if None in parse(request.body or b"{}").values():
            raise refused(_MALFORMED, "null is no value.")
        return call

    endpoint.read_json = read


# Who is let in


def _letting_in(
    changed: Callable[[SignatureOf | None, float], tuple[SignatureOf | None, float]],
    nobody: Callable[[HttpRequest, Store], bool] = lambda request, store: False,
) -> Plant:
    """Judge signatures with another function and tolerance; ``nobody`` tells who is let in as the first Requester."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.authenticate_json

        def authenticate(
            request: HttpRequest, store: Store, now: float, tolerance: float, signature_of: SignatureOf | None
        ) -> Requester:
            if nobody(request, store):
                return next(iter(store.requesters.values()))
            other, longer = changed(signature_of, tolerance)
            return strict(request, store, now, longer, other)

        endpoint.authenticate_json = authenticate

    return plant


def _strictly(signature_of: SignatureOf | None, tolerance: float) -> tuple[SignatureOf | None, float]:
    return signature_of, tolerance


_ANSWERS = (
    ("nothing-for-the-balance", _answering(BALANCE, lambda sent: replace(sent, body=b"")), "object", _CALLED_SO),
    ("a-list-for-nothing", _answering(BLOCK, lambda sent: replace(sent, body=b"[]")), "object", (f"{BLOCK}.*",)),
    ("numbers-as-texts", _answering(None, _values(_numbers_as_texts)), "value-types", ()),
    ("booleans-as-texts", _answering(None, _values(_booleans_as_texts)), "value-types", ()),
    ("moments-as-texts", _answering(None, _values(_moments_as_texts)), "value-types", ()),
    ("money-as-numbers", _answering(BALANCE, _values(_money_as_numbers)), "value-types", _CALLED_SO),
    (
        "milliseconds",
        _answering(GET_TYPE, _values(_milliseconds)),
        "timestamps",
        ("QualificationType.*", f"{GET_TYPE}.*", "CreateQualificationType.*", "UpdateQualificationType.*"),
    ),
    ("plain-text", _answering(None, _with_header("Content-Type", "text/plain")), "content-type", ()),
    (
        "no-request-id",
        _answering(None, _with_header(REQUEST_ID, None)),
        "request-id",
        ("Common.Response.*", "*.Result.element"),
    ),
    (
        "status-201",
        _answering(BALANCE, lambda sent: replace(sent, status=201)),
        "success-status",
        (*_CALLED_SO, "Common.Error.*"),
    ),
    ("errors-with-status-200", _failing(lambda sent, told: (200, told)), "error-status", ("*.code", f"{_JSON}.*")),
    ("errors-with-status-422", _failing(_of_kind("RequestError", lambda _, told: (422, told))), "error-400", ()),
    ("errors-without-type", _failing(_untyped), "error-type", ()),
    (
        "errors-of-another-type",
        _failing(_of_kind("RequestError", lambda status, told: (status, {**told, "__type": "ClientError"}))),
        "error-kind",
        (),
    ),
    (
        "errors-without-message",
        _failing(lambda sent, told: (sent.status, _without(told, "Message"))),
        "error-message",
        ("Common.Error.message-nonempty",),
    ),
    (
        "errors-with-an-empty-message",
        _failing(lambda sent, told: (sent.status, {**told, "Message": " "})),
        "error-message",
        ("Common.Error.message-nonempty",),
    ),
    (
        "message-in-small-letters",
        _failing(lambda sent, told: (sent.status, _renamed(told, "Message", "message"))),
        "error-message",
        (),
    ),
    ("errors-without-code", _failing(_of_kind("RequestError", _uncoded)), "error-code", ("*Qualification*",)),
    (
        "unknown-operation-is-a-fault",
        _failing(_of_kind("UnknownOperationException", lambda _, told: (500, {**told, "__type": "InternalFailure"}))),
        "no-fault",
        (),
    ),
)
_REQUESTS = (
    ("balance-of-nothing-refused", _balance_of_nothing_refused, ("target", "signature"), _CALLED_SO),
    ("any-prefix", _reading(_any_prefix), ("target.unknown",), ()),
    ("unknown-is-the-balance", _reading(_unknown_is_the_balance), ("target.unknown",), ("Common.Operation.*",)),
    ("first-of-a-list", _reading(_first_of_a_list), ("malformed",), ()),
    ("end-supplied", _reading(_end_supplied), ("malformed",), ()),
    ("not-utf-8-taken", _reading(_not_utf_8), ("malformed",), ()),
    ("types-not-asked", _types_not_asked, ("parameter-types",), ()),
    ("null-refused", _null_refused, ("null-members",), ()),
    (
        "any-signature",
        _letting_in(lambda signature_of, tolerance: (None, tolerance)),
        tuple(f"signature.{topic}" for topic in ("wrong-secret", "body", "target")),
        ("Common.Signature.*",),
    ),
    (
        "unknown-key-let-in",
        _letting_in(_strictly, lambda request, store: access_key_id(request) not in (None, *store.requesters)),
        ("signature.unknown-key",),
        ("Common.AWSAccessKeyId.*",),
    ),
    (
        "no-authorization-needed",
        _letting_in(_strictly, lambda request, store: header(request.headers, "Authorization") is None),
        ("signature.missing",),
        ("*.common-parameters", "Common.*.required"),
    ),
    (
        "any-date",
        _letting_in(lambda signature_of, tolerance: (signature_of, math.inf)),
        ("signature.date",),
        ("Common.Timestamp.*",),
    ),
    (
        "dates-of-one-minute",
        _letting_in(lambda signature_of, tolerance: (signature_of, 60.0)),
        ("signature.date",),
        ("Common.Timestamp.*",),
    ),
)
DEFECTS: tuple[Defect, ...] = (
    *(
        defect(f"json/{name}", plant, f"{_JSON}.{topic}", also=also, because=_SEEN, versions=(TODAY,))
        for name, plant, topic, also in _ANSWERS
    ),
    *(
        defect(
            f"json/{name}",
            plant,
            *(f"{_JSON}.{topic}" for topic in topics),
            also=also,
            because=_SEEN,
            versions=(TODAY,),
        )
        for name, plant, topics, also in _REQUESTS
    ),
)
