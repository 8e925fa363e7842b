"""JSON at the service's address: what a request asks for, who signed it, and how the answer is sent back.

Source: the service model of 2017-01-17 and genuine errors.  The types of the errors about access and about messages
that reach no operation are those of AWS services of the same protocol; none of this one was captured.
"""

import hmac
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from conformance.bindings.json import ACCESS, TARGET, access_key_id, called, read_call, write_error
from conformance.bindings.query import Call, ServiceError
from conformance.reference.parameters import unacceptable
from conformance.reference.records import Requester
from conformance.reference.refusals import FRONT_END, OPERATION_REQUEST, Refusal
from conformance.reference.store import Store
from conformance.spec.shapes import Shapes
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse, header

SignatureOf = Callable[[HttpRequest, str], str]
"""Returns the signature that a request should have with a secret key; raises ValueError for one that has none."""
_MALFORMED = "SerializationException"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(request: HttpRequest, shapes: Shapes) -> Call:
    """Return what a request asks for; raises Refusal for what is no message of the API, or of no operation."""
    operation = called(request)
    if operation not in shapes.operations or operation == header(request.headers, TARGET):
        raise refused("UnknownOperationException", f"There is no operation {operation[:80]}")
    try:
        call = read_call(request)
    except ValueError as error:
        raise refused(_MALFORMED, f"The message cannot be read: {error}") from None
    check_text(request.body)
    for place, expected, found in call.mistyped:
        raise refused(_MALFORMED, f"{place} is {expected}, not {found}.")
    return call


def check_text(body: bytes) -> None:
    """Raise Refusal if a text of a message has a character that no document could have; which is a choice."""
    if b"\\" in body and (found := _NOT_IN_XML.search("\n".join(_texts(json.loads(body))))):
        raise Refusal(unacceptable("a text of the message", ascii(found[0]), "a control character stands in it"))


def _texts(content: Any) -> Iterator[str]:
    left = [content]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            left += value.values() if isinstance(value, dict) else value


def refused(kind: str, message: str) -> Refusal:
    """Return the refusal of a message, by the type that AWS has for it."""
    place = OPERATION_REQUEST if kind in ACCESS else FRONT_END
    return Refusal(ServiceError(code=kind, message=message, place=place, kind=kind), status=400)


def authenticate(
    request: HttpRequest, store: Store, now: float, tolerance: float, signature_of: SignatureOf | None
) -> Requester:
    """Return the Requester who signed the request; raises Refusal if that is nobody.

    ``tolerance`` is how many seconds X-Amz-Date may differ from ``now``, either way.  Without ``signature_of`` the
    access key alone decides.
    """
    key = access_key_id(request)
    if key is None:
        raise refused("MissingAuthenticationTokenException", "Missing Authentication Token")
    requester = store.requesters.get(key)
    if requester is None:
        raise refused("UnrecognizedClientException", "The security token included in the request is invalid.")
    _check_date(request, now, tolerance)
    if signature_of is not None:
        _check_signature(request, signature_of, requester)
    return requester


def _check_date(request: HttpRequest, now: float, tolerance: float) -> None:
    text = header(request.headers, "X-Amz-Date") or ""
    try:
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise refused("IncompleteSignatureException", f"The header X-Amz-Date {text[:40]} is no date") from None
    if abs(moment - now) > tolerance:
        raise refused("InvalidSignatureException", f"Signature expired or not yet current: {text}")


def _check_signature(request: HttpRequest, signature_of: SignatureOf, requester: Requester) -> None:
    sent = (header(request.headers, "Authorization") or "").rpartition("Signature=")[2]
    try:
        expected = signature_of(request, requester.secret_key)
    except ValueError as error:
        raise refused("IncompleteSignatureException", f"The signature cannot be read: {error}") from None
    if not hmac.compare_digest(expected.encode(), sent.encode()):
        raise refused("InvalidSignatureException", "The signature does not match that of the request: check the key")


def write_refusal(refusal: Refusal, request_id: str) -> HttpResponse:
    """Return the reply that reports a refusal; of several errors the first, for JSON has one."""
    error = refusal.errors[0]
    return write_error(error.code, error.message, request_id=request_id, status=max(400, refusal.status))


def known_members(values: Values, type_name: str, shapes: Shapes) -> Values:
    """Return what a type of the version has members for: the older versions told more here and there."""
    shape = shapes.type(type_name)
    members = shapes.members(shape) if shape else {}
    return {
        name: [
            one if isinstance(one, str) else known_members(one, members[name][0].type, shapes) for one in occurrences
        ]
        for name, occurrences in values.items()
        if name in members
    }
