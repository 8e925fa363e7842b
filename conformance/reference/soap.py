"""SOAP at the service's address: what a message asks for, and how the answers to its Requests are sent back.

Source: the published WSDLs (document/literal, one soapAction, several Requests in a message with one result for each),
and the official Java and .NET clients, which read errors from the ordinary response and meet a fault only with HTTP 500
or 503.  What the front end refuses has no operation to answer in, so that is what the faults are for.
"""

from collections.abc import Sequence

from lxml import etree

from conformance.bindings.query import NO_RESULTS, Call, ServiceError
from conformance.bindings.soap import calls_in, read_call
from conformance.reference.refusals import Refusal
from conformance.reference.routing import invalid
from conformance.spec.shapes import MESSAGE_NAMESPACE
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.soap import CONTENT_TYPE, Fault, wrap, wrap_fault

_FAULT_STATUS = 500
_HEADERS = (("Content-Type", CONTENT_TYPE),)


def read_calls(request: HttpRequest) -> tuple[Call, ...]:
    """Return what each Request of a message asks for; raises Refusal for what is no message of the API."""
    try:
        message = read_call(request)
    except ValueError as error:
        raise invalid(f"The message cannot be read: {error}") from None
    if not message.version:
        raise invalid(f"The message {message.operation[:80]} is not in a namespace {MESSAGE_NAMESPACE}<version>")
    return calls_in(message)


def write_replies(replies: Sequence[etree._Element], version: str) -> HttpResponse:
    """Return the message that holds the results of ``replies``, each answer to one Request, in their order."""
    namespace = MESSAGE_NAMESPACE + version
    first, *others = replies
    message = etree.Element(f"{{{namespace}}}{first.tag}", nsmap={None: namespace})  # type: ignore[dict-item]
    message.extend(list(first))
    for reply in others:
        message.extend([child for child in reply if child.tag not in NO_RESULTS])
    for node in message.iterdescendants(tag=etree.Element):
        node.tag = f"{{{namespace}}}{node.tag}"
    return HttpResponse(status=200, headers=_HEADERS, body=wrap(message))


def write_fault(refusal: Refusal) -> HttpResponse:
    """Return the fault for what the front end refuses: the code behind the class, which says who is to blame."""
    error: ServiceError = refusal.errors[0]
    fault = Fault(code=f"Client.{error.code}", message=error.message, detail=error.message)
    return HttpResponse(status=_FAULT_STATUS, headers=_HEADERS, body=wrap_fault(fault))
