"""The calls and the reply of an exchange, whatever its binding.

JSON is known by the header that names the operation, SOAP by its media type, all else is Query.

A SOAP message of several Requests is as many calls, which share all that stands beside the Requests.
"""

from copy import deepcopy
from dataclasses import replace

from lxml import etree

from conformance.bindings import json, query, soap
from conformance.bindings.query import NO_RESULTS, Answer, Call
from conformance.wire.messages import HttpRequest, HttpResponse


def calls_of(request: HttpRequest) -> tuple[Call, ...]:
    """Return the calls of a request, one for each Request of SOAP, else one; raises ValueError as the bindings do."""
    if json.is_json(request):
        return (json.read_call(request),)
    return soap.calls_in(soap.read_call(request)) if soap.is_soap(request) else (query.read_call(request),)


def answer_to(request: HttpRequest, response: HttpResponse) -> Answer:
    """Read the reply to a request, in the binding of that; what cannot be read is told and never raised."""
    if json.is_json(request):
        return json.read_answer(json.called(request), response)
    return soap.read_answer(response) if soap.is_soap(request) else query.read_answer(response)


def binding_of(request: HttpRequest) -> str:
    """Return the binding of a request: ``query``, ``soap`` or ``json``."""
    if json.is_json(request):
        return "json"
    return "soap" if soap.is_soap(request) else "query"


def answers_in(answer: Answer, number: int) -> tuple[Answer, ...]:
    """Return the answer to each of ``number`` calls of one message; the whole one alone where there is not one each."""
    if number == 1 or answer.root is None or len(answer.results) != number:
        return (answer,)
    return tuple(_alone(answer, index) for index in range(number))


def _alone(answer: Answer, index: int) -> Answer:
    root = deepcopy(answer.root)
    assert root is not None
    results = [child for child in root.iterchildren(tag=etree.Element) if child.tag not in NO_RESULTS]
    for place, result in enumerate(results):
        if place != index:
            root.remove(result)
    return replace(query.answer_in(root, status=answer.status), unreadable=answer.unreadable)
