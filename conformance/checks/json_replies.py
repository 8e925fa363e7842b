"""What every reply of 2017-01-17 has in common: its status, its headers, its JSON, its errors.

Replies without the shape of one (a page of a gateway, an empty failure of a server) show nothing here.  What the
official SDKs take in two forms is taken in both: a type of an error with or without a namespace, a moment with or
without a fraction, nothing at all where the operation tells nothing.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from conformance.bindings.json import (
    ACCESS,
    CONTENT_TYPE,
    FRONT_END,
    PARAMETER_FAULT,
    PARAMETER_FAULTS,
    REQUEST_ID,
    JsonUnreadable,
    parse,
)
from conformance.bindings.json_values import text_of
from conformance.bindings.query import ServiceError
from conformance.checks.finding import Check, Finding, check, decide, met, missed
from conformance.checks.reading import Reading
from conformance.spec.service_model import model
from conformance.wire.messages import HttpResponse, header
from conformance.wire.timestamps import parse_timestamp

MODELLED = ("RequestError", "ServiceFault")
REFUSED = ("RequestError", PARAMETER_FAULT)
"""The types that say that the request is at fault."""
KINDS = frozenset((*MODELLED, *PARAMETER_FAULTS)) | ACCESS | FRONT_END
TOLD = 10
"""So many values of another type, or members of an error, are told of one reply."""


def _sent(reading: Reading) -> HttpResponse | None:
    """Return what was sent as the reply to a call of an operation by JSON; None where there is none of that kind."""
    answer, response = reading.answer, reading.response
    if not reading.call.by_json or reading.operation is None or answer is None or response is None:
        return None
    from_operation = answer.status == 200 or (answer.root is not None and bool(_kind(reading) or answer.status < 500))
    return response if from_operation else None


def _kind(reading: Reading) -> str:
    error = _error(reading)
    return error.kind if error else ""


def _error(reading: Reading) -> ServiceError | None:
    return reading.answer.errors[0] if reading.answer and reading.answer.errors else None


def _content(response: HttpResponse) -> dict[str, Any]:
    try:
        return parse(response.body) if response.body.strip() else {}
    except JsonUnreadable:
        return {}


@check("Common.JSON.object")
def success_is_an_object(reading: Reading) -> Iterator[Finding]:
    """A success is a JSON object; where the operation tells nothing it may be nothing at all."""
    response, answer = _sent(reading), reading.answer
    if response is None or answer is None or answer.status != 200 or answer.errors:
        return
    known = model().operations[str(reading.operation)]
    nothing = not response.body.strip() and bool(model().members(known.response))
    expected = "a JSON object" + ("" if model().members(known.response) else ", or nothing")
    actual = "an empty body" if nothing else answer.unreadable or ""
    yield decide(
        "Common.JSON.object", not nothing and answer.unreadable is None, where="/", expected=expected, actual=actual
    )


@check("Common.JSON.value-types")
def values_have_their_types(reading: Reading) -> Iterator[Finding]:
    """Texts, numbers, booleans, lists and objects stand where the model has them; moments are numbers."""
    answer = reading.answer
    if _sent(reading) is None or answer is None or not answer.accepted:
        return
    for place, expected, actual in answer.mistyped[:TOLD]:
        yield missed("Common.JSON.value-types", where=place, expected=expected, actual=actual, difference="type")
    if not answer.mistyped:
        yield met("Common.JSON.value-types")


@check("Common.JSON.timestamps")
def moments_are_seconds(reading: Reading) -> Iterator[Finding]:
    """A moment is a number of seconds since 1970; milliseconds would be a day that no calendar of theirs has."""
    if _sent(reading) is None or not reading.accepted:
        return
    for visit in reading.visits:
        if visit.member is not None and visit.member.type == "xs:dateTime":
            text = visit.element.text or ""
            yield decide(
                "Common.JSON.timestamps",
                _is_moment(text),
                where=visit.path,
                expected="seconds since 1970-01-01T00:00:00Z",
                actual=repr(text),
            )


def _is_moment(text: str) -> bool:
    try:
        parse_timestamp(text)
    except ValueError:
        return False
    return True


@check("Common.JSON.error-status", "Common.JSON.error-400", "Common.JSON.success-status")
def status_tells_success(reading: Reading) -> Iterator[Finding]:
    """An error is no 2xx, one of the request is 400; a success is 200."""
    response, kind = _sent(reading), _kind(reading)
    if response is None:
        return
    told, good = f"HTTP {response.status}", 200 <= response.status < 300
    if kind:
        yield decide("Common.JSON.error-status", not good, expected="4xx or 5xx", actual=f"{told} with {kind}")
    elif good:
        yield decide("Common.JSON.success-status", response.status == 200, expected="HTTP 200", actual=told)
    if kind in REFUSED and not good:
        yield decide("Common.JSON.error-400", response.status == 400, expected="HTTP 400", actual=f"{told}, {kind}")


@check("Common.JSON.error-type", "Common.JSON.error-kind", "Common.JSON.error-message", "Common.JSON.error-code")
def errors_speak_as_json_does(reading: Reading) -> Iterator[Finding]:
    """An error names its type and says what is wrong; one of the service has a code of its own."""
    response, error = _sent(reading), _error(reading)
    if response is None or error is None or (not error.kind and response.status < 400):
        return
    members = islice(_content(response).items(), TOLD)
    actual = "; ".join(f"{text_of(name)[:80]}: {text_of(told)[:80]!r}" for name, told in members) or "nothing"
    yield decide("Common.JSON.error-type", bool(error.kind), where="__type", expected="a type", actual=actual)
    if not error.kind:
        return
    expected = f"{', '.join((*MODELLED, PARAMETER_FAULT))}, or one of AWS about access and messages"
    yield decide(
        "Common.JSON.error-kind", error.kind in KINDS, where="__type", expected=expected, actual=repr(error.kind)
    )
    if error.kind not in (*MODELLED, PARAMETER_FAULT):
        return
    content = _content(response)
    text, code = content.get("Message"), content.get("TurkErrorCode")
    said = isinstance(text, str) and bool(text.strip())
    yield decide("Common.JSON.error-message", said, where="Message", expected="what is wrong", actual=actual)
    if error.kind == "RequestError":
        named = isinstance(code, str) and code.startswith("AWS.MechanicalTurk.")
        expected = "TurkErrorCode AWS.MechanicalTurk.<name>"
        yield decide("Common.JSON.error-code", named, where="TurkErrorCode", expected=expected, actual=actual)


@check("Common.JSON.content-type", "Common.JSON.request-id")
def headers_are_those_of_aws(reading: Reading) -> Iterator[Finding]:
    """The media type is that of the protocol, whatever its parameters; the request has an id."""
    response = _sent(reading)
    if response is None or not response.headers:  # no server sends none: a recorder left them out
        return
    sent = header(response.headers, "Content-Type") or ""
    good = re.split("[;,]", sent)[0].strip().lower() == CONTENT_TYPE or not response.body.strip()
    yield decide(
        "Common.JSON.content-type",
        good,
        where="Content-Type",
        expected=CONTENT_TYPE,
        actual=repr(sent) if sent else "none",
    )
    identifier = (header(response.headers, REQUEST_ID) or "").strip()
    yield decide("Common.JSON.request-id", bool(identifier), where=REQUEST_ID, expected="an id", actual="none")


CHECKS: tuple[Check, ...] = (
    success_is_an_object,
    values_have_their_types,
    moments_are_seconds,
    status_tells_success,
    errors_speak_as_json_does,
    headers_are_those_of_aws,
)
