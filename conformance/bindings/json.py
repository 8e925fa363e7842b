"""The JSON binding of 2017-01-17: X-Amz-Target names the operation, the body holds its parameters.

What is written and read is said in the words of the kit (`conformance.spec.names`): a call of GrantBonus goes out as
SendBonus, its reply is read as the tree that GrantBonus has in the other versions.  A request is written unsigned;
`conformance.transport.sigv4` signs it.

Source: the service model of 2017-01-17 (protocol json 1.1), and genuine errors: HTTP 400 with ``__type``, ``Message``
and ``TurkErrorCode``, of which ``__type`` may be one that the model lacks.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from conformance.bindings.json_values import NotSaid, Told, append, object_of, strangers, text_of, to_json
from conformance.bindings.query import Answer, Call, ServiceError
from conformance.spec.names import names
from conformance.spec.service_model import model
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, TODAY
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse, header
from conformance.wire.timestamps import format_timestamp

CONTENT_TYPE = "application/x-amz-json-1.1"
TARGET = "X-Amz-Target"
REQUEST_ID = "x-amzn-RequestId"
ACCESS = frozenset(
    (
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotAuthorizedException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    )
)
"""Errors of AWS about who calls, which no operation reports."""
PARAMETER_FAULT = "ParameterValidationError"
PARAMETER_FAULTS = (PARAMETER_FAULT, "SerializationException", "ValidationException")
"""The types of errors where a parameter is at fault: that of the service, and those of other AWS services."""
FRONT_END = frozenset(
    (
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "InvalidAction",
        "MalformedQueryString",
        "RequestEntityTooLargeException",
        "SerializationException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "UnknownOperationException",
    )
)
"""Errors of AWS about a message that reaches no operation."""
THROTTLED = frozenset(
    ("RequestLimitExceeded", "RequestThrottled", "Throttling", "ThrottlingException", "TooManyRequestsException")
)
"""Errors of AWS by which a call is put off."""


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)
_LONGEST = 200
"""So many characters of a type or of a code are told."""


class JsonUnreadable(ValueError):
    """A body is no JSON object."""


def is_json(request: HttpRequest) -> bool:
    """Tell whether a request is meant as a JSON call: a POST that names its operation in the header for it."""
    return request.method == "POST" and header(request.headers, TARGET) is not None


def write_call(
    operation: str,
    values: Values,
    *,
    url: str,
    omit: Iterable[str] = (),
    target: str | None = None,
) -> HttpRequest:
    """Write a call, unsigned; ``omit`` leaves parameters out, ``target`` sends another X-Amz-Target.

    Raises NotSaid (a ValueError) for an operation or parameters that 2017-01-17 has no words for.
    """
    left_out = set(omit)
    called, said = instead(operation, {name: texts for name, texts in values.items() if name not in left_out})
    known = model().operations.get(called)
    if known is not None:
        body = to_json(said, known.request)
    elif said or operation in shapes_for(LATEST).operations:
        raise NotSaid(f"2017-01-17 has no operation {operation}")
    else:
        body = {}
    name = known.newer if known else called
    headers = (("Content-Type", CONTENT_TYPE), (TARGET, target or f"{model().target}.{name}"))
    return HttpRequest(method="POST", url=url, headers=headers, body=json.dumps(body).encode())


def instead(operation: str, values: Values) -> tuple[str, Values]:
    """Return the call that says in 2017-01-17 what an older one says: another operation, where the table has one."""
    for one in names().instead:
        if one.of == operation and (one.when is None or one.when in values):
            said = {one.rename.get(name, name): texts for name, texts in values.items()}
            return one.call, {**said, **{name: [text] for name, text in one.add.items()}}
    return operation, values


def read_call(request: HttpRequest) -> Call:
    """Read a call from an HTTP request; raises JsonUnreadable (a ValueError).

    The common parameters are told in the words of Query: Operation, Version, and of the signature AWSAccessKeyId and
    Timestamp, as far as the request has them.
    """
    operation = called(request)
    known = model().operations.get(operation)
    content = parse(request.body) if request.body.strip() else {}
    told = Told()
    values = told.values(content, known.request) if known else strangers(content)
    common = {"Operation": operation, "Version": TODAY}
    if key := access_key_id(request):
        common["AWSAccessKeyId"] = key
    if moment := header(request.headers, "X-Amz-Date"):
        common["Timestamp"] = moment
    return Call(common=common, values=values, mistyped=tuple(told.mistyped), by_json=True)


def called(request: HttpRequest) -> str:
    """Return the operation that a request calls, by the kit's name; as it stands where the target is another."""
    target = header(request.headers, TARGET) or ""
    prefix, _, operation = target.rpartition(".")
    return names().kit_operation(operation) if prefix == model().target else target


def access_key_id(request: HttpRequest) -> str | None:
    """Return the id of the access key in the header Authorization; None where there is none of Signature Version 4."""
    text = header(request.headers, "Authorization") or ""
    _, found, credential = text.partition("Credential=")
    return credential.partition("/")[0].strip() or None if found else None


def parse(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body; raises JsonUnreadable."""
    try:
        content = json.loads(body.decode(), parse_constant=_refuse)
    except RecursionError:
        raise JsonUnreadable("the JSON is nested too deeply") from None
    except ValueError as error:
        raise JsonUnreadable(f"not JSON: {error}") from None
    if not isinstance(content, dict):
        raise JsonUnreadable(f"a JSON {type(content).__name__}, not an object")
    return content


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def read_answer(operation: str, response: HttpResponse) -> Answer:
    """Read the reply to a call of ``operation``, by the kit's name, as the tree that it has in the older versions.

    What cannot be read is told in ``unreadable`` and never raised.  An empty body stands for an empty object.
    """
    try:
        content = parse(response.body) if response.body.strip() else {}
    except JsonUnreadable as refusal:
        start = response.body[:60].decode("utf-8", "replace")
        return Answer(status=response.status, unreadable=f"not a JSON reply ({refusal}; it begins {start!r})")
    if response.status != 200 or "__type" in content:
        return _refused(operation, response, content)
    known = model().operations.get(operation)
    told = Told()
    root = _root(operation, response)
    result = (names().results.get(known.newer) if known else None) or f"{_tag(operation)}Result"
    if known is None:
        append(etree.SubElement(root, result), strangers(content))
    elif known.newer in names().results:
        _append_unwrapped(root, result, told, content, known.response)
    else:
        append(etree.SubElement(root, result), told.values(content, known.response))
    results = tuple(root.findall(result))
    return Answer(status=response.status, root=root, results=results, mistyped=tuple(told.mistyped))


def _append_unwrapped(
    root: etree._Element, unwrapped: str, told: Told, content: Mapping[str, Any], structure: str
) -> None:
    """Append the result that stands in a member of its own; what stands beside that is of no result."""
    values = told.values(content, structure)
    for one in values.pop(unwrapped, []):
        result = etree.SubElement(root, unwrapped)
        if isinstance(one, str):
            result.text = one
        else:
            append(result, one)
    append(root, values)


def _root(operation: str, response: HttpResponse) -> etree._Element:
    root = etree.Element(f"{_tag(operation)}Response")
    access = etree.SubElement(root, "OperationRequest")
    if request_id := header(response.headers, REQUEST_ID):
        etree.SubElement(access, "RequestId").text = text_of(request_id)
    return root


def _tag(operation: str) -> str:
    """Return what the elements of a reply are called after: the operation, if an element can be."""
    return operation if _NAME.fullmatch(operation) else "Unknown"


def _refused(operation: str, response: HttpResponse, content: Mapping[str, Any]) -> Answer:
    """Return the error of a reply, at the place where the other bindings would have it."""
    kind = text_of(content.get("__type") or header(response.headers, "x-amzn-ErrorType") or "")
    kind = kind.partition(":")[0].rpartition("#")[2][:_LONGEST]
    message = content.get("Message", content.get("message"))
    code = content.get("TurkErrorCode")
    place = "OperationRequest" if kind in ACCESS else "front end" if kind in FRONT_END else "Request"
    error = ServiceError(
        code=text_of(code)[:_LONGEST] if code else kind,
        message="" if message is None else text_of(message),
        place=place,
        kind=kind,
    )
    root = _root(operation, response)
    results: tuple[etree._Element, ...] = ()
    if place == "Request":
        known = model().operations.get(operation)
        result = etree.SubElement(
            root, (names().results.get(known.newer) if known else None) or f"{_tag(operation)}Result"
        )
        results = (result,)
    return Answer(status=response.status, root=root, results=results, errors=(error,))


def is_throttled(response: HttpResponse) -> bool:
    """Tell whether a reply puts its call off: AWS says so with HTTP 400 and an error of its own."""
    if response.status != 400 or not response.body.lstrip().startswith(b"{"):
        return False
    return any(error.kind in THROTTLED for error in read_answer("", response).errors)


def write_reply(operation: str, root: etree._Element, *, request_id: str) -> HttpResponse:
    """Write the reply of an operation from its tree: the members of the result, or its first error."""
    known = model().operations[operation]
    results = [
        child for child in root.iterchildren(tag=etree.Element) if child.tag not in ("OperationRequest", "Errors")
    ]
    error = root.find(".//Errors/Error")
    if error is not None:
        code = error.findtext("Code") or ""
        return write_error(code, error.findtext("Message") or "", request_id=request_id)
    unwrapped = names().results.get(known.newer)
    body: dict[str, Any] = {}
    for result in results:
        for request in result.findall("Request"):
            result.remove(request)
        if unwrapped is None:
            body |= object_of(result, known.response)
        else:
            body |= object_of(_around(result), known.response)
    return _response(200, body, request_id)


def _around(result: etree._Element) -> etree._Element:
    around = etree.Element("around")
    around.append(result)
    return around


def write_error(code: str, message: str, *, request_id: str, status: int = 400) -> HttpResponse:
    """Write an error: a code of the service as TurkErrorCode of a RequestError, one of AWS as the type itself."""
    if not code:
        return _response(status, {"__type": "RequestError", "Message": message}, request_id)
    if not code.startswith("AWS."):
        return _response(status, {"__type": code, "Message": message}, request_id)
    kind = "RequestError" if code.startswith("AWS.MechanicalTurk.") else PARAMETER_FAULT
    return _response(status, {"__type": kind, "Message": message, "TurkErrorCode": code}, request_id)


def _response(status: int, body: Mapping[str, Any], request_id: str) -> HttpResponse:
    headers = (("Content-Type", CONTENT_TYPE), (REQUEST_ID, request_id))
    return HttpResponse(status=status, headers=headers, body=json.dumps(body).encode())


def format_date(epoch: float) -> str:
    """Return the moment as the header X-Amz-Date has it (``20170117T120000Z``), for seconds since the epoch."""
    return format_timestamp(epoch).replace("-", "").replace(":", "")
