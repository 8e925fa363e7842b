"""Exchanges in any number, from a seed: for captures to audit and for load, where Hypothesis would be too slow.

The same seed gives the same bytes.  The messages are of the grammar that the Hypothesis strategies use, written as
genuine services and clients write them.
"""

import random as randomness
from collections.abc import Collection, Iterator
from dataclasses import replace

from lxml import etree

from conformance.bindings.query import Credentials, write_call
from conformance.errors import UsageError
from conformance.spec.shapes import shapes_for
from conformance.strategies.calls import write_values
from conformance.strategies.choices import Sampled
from conformance.strategies.grammar import Grammar
from conformance.strategies.replies import Outcome, write_reply
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpResponse
from conformance.wire.timestamps import format_timestamp
from conformance.wire.xml import serialise

URL = "https://mechanicalturk.example/"
CREDENTIALS = Credentials(access_key_id="AKIAEXAMPLEREQUESTER", secret_key="secret-of-nobody")
BEGIN = 1_408_096_800
"""When the first exchange was sent, in seconds since the epoch: 2014-08-15T10:00:00Z."""
_SUCCESS: tuple[Outcome, ...] = ("success",) * 8
OUTCOMES: tuple[Outcome, ...] = (*_SUCCESS, "refusal", "access refusal")
"""What the replies say, each as often as it comes up."""
ECHO = "Request"
"""The response group that asks for the echo of the parameters; Minimal, which every operation has, goes with it."""
LONGEST_QUERY = 2000
"""Calls whose values have more characters than these are always sent by POST."""

_STATISTIC_OF = ("Statistic", "TimePeriod", "WorkerId")


def bulk_exchanges(seed: int, version: str, operations: Collection[str] | None = None) -> Iterator[Exchange]:
    """Yield exchanges of the Query binding without end, of all operations of a version or of those named.

    Raises UsageError for an unknown version or operation, and where none is named.
    """
    shapes = shapes_for(version)
    names = tuple(shapes.operation(name).name for name in sorted(operations or ()))
    if operations is not None and not names:
        raise UsageError("cannot make exchanges: no operation is named; leave the names out to have all operations")
    choices = Sampled(random=randomness.Random(f"{seed} {version}"))
    return _exchanges(names or shapes.operations, Grammar(shapes=shapes, choices=choices, genuine=True))


def _exchanges(operations: tuple[str, ...], grammar: Grammar) -> Iterator[Exchange]:
    sent_at = float(BEGIN)
    while True:
        sent_at += grammar.choices.integer(1, 5000) / 1000
        yield _exchange(grammar.choices.pick(operations), sent_at, grammar)


def _exchange(operation: str, sent_at: float, grammar: Grammar) -> Exchange:
    values = _values(operation, grammar)
    request = write_call(
        operation,
        values,
        url=URL,
        credentials=CREDENTIALS,
        version=grammar.shapes.version,
        timestamp=format_timestamp(sent_at),
        method="GET" if len(str(values)) < LONGEST_QUERY and grammar.flag() else "POST",
    )
    echo = values if ECHO in values.get("ResponseGroup", ()) else None
    answering = replace(grammar, ids=_asked_for(operation, values, grammar))
    reply = write_reply(operation, answering, outcome=grammar.choices.pick(OUTCOMES), echo=echo)
    for result in reply.iterchildren("GetStatisticResult"):
        _tell_whose_statistic(result, values)
    return Exchange(
        request=request,
        response=HttpResponse(status=200, headers=(("Content-Type", "text/xml"),), body=serialise(reply)),
        sent_at=sent_at,
        received_at=sent_at + grammar.choices.integer(20, 900) / 1000,
    )


def _tell_whose_statistic(result: etree._Element, values: Values) -> None:
    """Let a statistic say what was asked for; but for single days it is one figure."""
    for name in _STATISTIC_OF:
        for element in result.findall(name):
            if name in values:
                element.text = str(values[name][0])
            else:
                result.remove(element)
    if values.get("TimePeriod") != ["OneDay"]:
        for point in result.findall("DataPoint")[1:]:
            result.remove(point)


def _asked_for(operation: str, values: Values, grammar: Grammar) -> dict[str, list[str]]:
    """Return what a call names by ids: its reply speaks of the same objects."""
    named: dict[str, list[str]] = {}
    for member in grammar.shapes.operation(operation).request.elements:
        sent = [value for value in values.get(member.name, ()) if isinstance(value, str)]
        if member.refers and sent:
            named[member.refers] = sent
    return named


def _values(operation: str, grammar: Grammar) -> Values:
    """Return parameters; one call in four asks for the echo, where there is a place for it."""
    values = write_values(operation, grammar)
    if "ResponseGroup" in values:
        shape = grammar.shapes.operation(operation)
        del values["ResponseGroup"]
        if shape.echo and grammar.choices.integer(0, 3) == 3:
            values["ResponseGroup"] = ["Minimal", ECHO]
    return values
