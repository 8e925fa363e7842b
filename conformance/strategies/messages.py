"""Hypothesis strategies of whole messages of any operation: what its shape allows, and what is one fault away.

Nothing here is written by hand for an operation: whatever schemas a version has, its messages follow from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from lxml import etree

from conformance.bindings.elements import values_of
from conformance.spec.shapes import Shapes
from conformance.strategies.calls import write_call, write_values
from conformance.strategies.choices import Choices, drawn
from conformance.strategies.faults import Fault, Place, places, spoil
from conformance.strategies.grammar import Grammar
from conformance.strategies.replies import OUTCOMES, write_reply
from conformance.wire.flattening import FlatteningError, Values, flatten
from conformance.wire.xml import serialise

NOT_IN_PARAMETERS = ("order", "loose text")
"""Faults that only XML can have: parameters have no order, and nothing between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyRequest:
    """A call with one fault: as the message that SOAP carries, without envelope and namespace, and as a value tree.

    ``values`` is None where parameters cannot express the fault (`NOT_IN_PARAMETERS`, a structure with nothing in it).
    ``parameter`` is the dotted name of what is at fault, empty where that is the whole Request.
    """

    call: bytes
    values: Values | None
    parameter: str
    fault: Fault


def valid_requests(
    shapes: Shapes, operation: str, *, ids: Mapping[str, Sequence[str]] | None = None
) -> st.SearchStrategy[Values]:
    """Return a strategy of value trees that the request type of ``operation`` allows.

    ``ids`` maps what an element refers to (``QualificationType``) to the ids to take for it.
    """
    return drawn(_request, shapes, operation, ids or {})


def valid_replies(shapes: Shapes, operation: str) -> st.SearchStrategy[bytes]:
    """Return a strategy of whole replies of ``operation``, as XML documents without a namespace.

    They are successes, refusals of the operation, and refusals of access; members and counters stand in any legal
    order, what is optional is there or not, and the parameters of some call are echoed or not.
    """
    return drawn(_reply, shapes, operation)


def faulty_requests(shapes: Shapes, operation: str) -> st.SearchStrategy[FaultyRequest]:
    """Return a strategy of calls of ``operation`` with exactly one fault in their parameters."""
    return drawn(_faulty_request, shapes, operation)


def faulty_replies(shapes: Shapes, operation: str) -> st.SearchStrategy[tuple[bytes, Fault]]:
    """Return a strategy of replies of ``operation`` with exactly one fault, and that fault."""
    return drawn(_faulty_reply, shapes, operation)


def _request(shapes: Shapes, operation: str, ids: Mapping[str, Sequence[str]], choices: Choices) -> Values:
    return write_values(operation, Grammar(shapes=shapes, choices=choices, ids=ids))


def _reply(shapes: Shapes, operation: str, choices: Choices) -> bytes:
    return serialise(_reply_tree(operation, Grammar(shapes=shapes, choices=choices)))


def _faulty_request(shapes: Shapes, operation: str, choices: Choices) -> FaultyRequest:
    call = write_call(operation, Grammar(shapes=shapes, choices=choices))
    fault = spoil(_parameters(call, shapes), shapes, choices)
    values = _expressed(_parameters(call, shapes)) if fault.kind not in NOT_IN_PARAMETERS else None
    return FaultyRequest(call=serialise(call), values=values, parameter=_dotted(fault.path), fault=fault)


def _expressed(parameters: list[Place]) -> Values | None:
    """Return what is in a Request as a value tree; None for empty structures, and for texts beside structures."""
    request, *inside = parameters
    if any(place.type and not len(place.element) for place in inside):
        return None
    values = values_of(request.element)
    try:
        flatten(values)
    except FlatteningError:
        return None
    return values


def _faulty_reply(shapes: Shapes, operation: str, choices: Choices) -> tuple[bytes, Fault]:
    reply = _reply_tree(operation, Grammar(shapes=shapes, choices=choices))
    fault = spoil(list(places(reply, shapes)), shapes, choices)
    return serialise(reply), fault


def _reply_tree(operation: str, grammar: Grammar) -> etree._Element:
    echoed = grammar.flag()
    echo = write_values(operation, grammar) if echoed and grammar.shapes.operation(operation).echo else None
    return write_reply(operation, grammar, outcome=grammar.choices.pick(OUTCOMES), echo=echo)


def _parameters(call: etree._Element, shapes: Shapes) -> list[Place]:
    """Return the places in the Request of a call, the Request first."""
    request = call[-1]
    return [place for place in places(call, shapes) if request in (place.element, *place.element.iterancestors())]


def _dotted(path: str) -> str:
    """Return the parameter's name for the path of its element: below the Request, structures with their index."""
    *structures, last = path.split("/")[3:] or [""]
    names = [f"{name}.{index.rstrip(']') or 1}" for name, _, index in (step.partition("[") for step in structures)]
    return ".".join([*names, last.replace("[", ".").rstrip("]")])
