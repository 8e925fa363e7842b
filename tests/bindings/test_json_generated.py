"""Generated calls, replies and bytes by JSON: what is right comes back as it was, what is wrong raises nothing.

A hundred times ``FUZZ`` messages of any content, two hundred unless the environment says otherwise.
"""

import json
import os
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.bindings.json import read_answer, read_call, write_call, write_reply
from conformance.bindings.json_values import NotSaid
from conformance.checks.judge import judge
from conformance.spec.service_model import model
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import TODAY
from conformance.strategies.calls import write_values
from conformance.strategies.choices import Sampled
from conformance.strategies.grammar import Grammar
from conformance.strategies.replies import write_reply as write_any_reply
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpResponse
from tests.bindings.json_messages import URL, reply, request_of
from tests.bindings.json_strategies import ANYTHING, TEXTS, bodies, fitting

EXAMPLES = 100 * int(os.environ.get("FUZZ", "2"))
OPERATIONS = sorted(model().operations)
SEEDS = st.integers(0, 2**32)


def newer(operation: str) -> str:
    """Return the name that the model has for an operation."""
    return model().operations[operation].newer


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=EXAMPLES // 10)
@given(data=st.data())
def test_fitting_calls_and_replies_come_back_as_they_were(operation: str, data: st.DataObject) -> None:
    """Of a reply the lists that hold nothing are told besides."""
    known = model().operations[operation]
    content = data.draw(fitting(known.request))
    call = read_call(request_of(known.newer, json.dumps(content).encode()))
    assert call.operation == operation
    assert call.mistyped == ()
    assert json.loads(write_call(operation, call.values, url=URL).body) == content
    told = data.draw(fitting(known.response))
    answer = read_answer(operation, reply(told))
    assert answer.mistyped == ()
    if answer.accepted:  # not where the member is missing that is the result
        assert answer.root is not None
        assert without_empty(json.loads(write_reply(operation, answer.root, request_id="r").body)) == told


def without_empty(value: Any) -> Any:
    """Return a JSON value without the lists that hold nothing."""
    if isinstance(value, list):
        return [without_empty(one) for one in value]
    if isinstance(value, dict):
        return {name: without_empty(one) for name, one in value.items() if one != []}
    return value


def unsaid(operation: str, values: Values) -> bool:
    """Tell whether JSON has no words for a call: for an amount in another currency, say."""
    try:
        write_call(operation, values, url=URL)
    except NotSaid:
        return True
    return False


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=EXAMPLES // 10)
@given(SEEDS, st.booleans())
def test_calls_and_replies_of_the_shapes_come_back_as_they_were(operation: str, seed: int, genuine: bool) -> None:
    """Those that all of the kit makes of the shapes: calls, and replies that tell a success."""
    grammar = Grammar(shapes=shapes_for(TODAY), choices=Sampled(random=Random(seed)), genuine=genuine)
    values = write_values(operation, grammar)
    if not genuine and unsaid(operation, values):
        return
    request = write_call(operation, values, url=URL)
    call = read_call(request)
    assert call.mistyped == ()
    assert write_call(operation, call.values, url=URL).body == request.body
    written = write_reply(operation, write_any_reply(operation, grammar), request_id="r")
    answer = read_answer(operation, written)
    assert answer.root is not None
    assert json.loads(write_reply(operation, answer.root, request_id="r").body) == json.loads(written.body)


HEADERS = st.sampled_from(
    [(), (("x-amzn-RequestId", "\x01é"), ("Content-Type", "text/html"), ("x-amzn-ErrorType", "a#b:c"))]
)


@settings(max_examples=EXAMPLES)
@given(data=st.data(), operation=st.sampled_from(OPERATIONS), status=st.sampled_from([200, 200, 201, 400, 500]))
def test_no_content_is_too_strange(data: st.DataObject, operation: str, status: int) -> None:
    """Calls and replies are read and judged, and what is told of them is text."""
    known = model().operations[operation]
    request = request_of(known.newer, data.draw(bodies(known.request)))
    response = HttpResponse(status=status, headers=data.draw(HEADERS), body=data.draw(bodies(known.response)))
    _is_borne(operation, Exchange(request=request, response=response, sent_at=0.0, received_at=1.0))


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(OPERATIONS), st.binary(max_size=60), st.binary(max_size=60))
@example("GetHIT", b"\xff\xfe{\x00}\x00", b"\x00" * 60)
def test_no_bytes_are_too_strange(operation: str, asked: bytes, told: bytes) -> None:
    """Whether they are JSON or not."""
    response = HttpResponse(status=200, body=told)
    request = request_of(newer(operation), asked)
    _is_borne(operation, Exchange(request=request, response=response, sent_at=0.0, received_at=1.0))


@settings(max_examples=EXAMPLES)
@given(TEXTS, st.sampled_from([200, 400]), ANYTHING)
def test_no_target_is_too_strange(target: str, status: int, content: Any) -> None:
    """An operation that nobody knows, or no name at all."""
    body = json.dumps(content).encode()
    request = request_of(target, body)
    response = HttpResponse(status=status, body=body)
    _is_borne(target, Exchange(request=request, response=response, sent_at=0.0, received_at=1.0))


def _is_borne(operation: str, exchange: Exchange) -> None:
    try:
        call = read_call(exchange.request)
    except ValueError:
        call = None
    if call is not None:
        json.dumps([call.values, call.mistyped], ensure_ascii=False).encode()
    assert exchange.response is not None
    answer = read_answer(operation, exchange.response)
    if answer.root is not None:
        etree.fromstring(etree.tostring(answer.root))
    errors = [(error.code, error.kind, error.message) for error in answer.errors]
    json.dumps([answer.summary, answer.unreadable, answer.mistyped, errors], ensure_ascii=False).encode()
    for finding in judge(exchange):
        json.dumps([finding.where, finding.expected, finding.actual], ensure_ascii=False).encode()
