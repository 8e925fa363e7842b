"""Values of an operation's parameters, drawn from its shape: what the schema allows, and no more.

Ids are the one thing that a shape cannot know: `ids` says what an element that refers to a QualificationType,
QualificationRequest or Worker may hold.
"""

from collections.abc import Mapping

from hypothesis import strategies as st

from conformance.spec.shapes import ElementShape, Shapes, SimpleShape, TypeShape
from conformance.strategies.documents import question_form_answers, question_forms
from conformance.strategies.text import texts
from conformance.wire.flattening import Values

SMALLEST = {"xs:int": -(2**31), "xs:long": -(2**63)}
LARGEST = {"xs:int": 2**31 - 1, "xs:long": 2**63 - 1}
MOST_REPETITIONS = 3
TEXT_SIZE = 40
IDS = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=20, max_size=30)
DOCUMENTS = {"QuestionForm": question_forms(), "QuestionFormAnswers": question_form_answers()}


def request_values(
    shapes: Shapes, operation: str, *, ids: Mapping[str, st.SearchStrategy[str]] | None = None
) -> st.SearchStrategy[Values]:
    """Return a strategy of value trees that the request type of ``operation`` allows."""
    return _values(shapes.operation(operation).request, shapes, ids or {})


def _values(shape: TypeShape, shapes: Shapes, ids: Mapping[str, st.SearchStrategy[str]]) -> st.SearchStrategy[Values]:
    required = {member.name: _occurrences(member, shapes, ids) for member in shape.elements if member.min > 0}
    optional = {member.name: _occurrences(member, shapes, ids) for member in shape.elements if member.min == 0}
    return st.fixed_dictionaries(required, optional=optional)


def _occurrences(
    member: ElementShape, shapes: Shapes, ids: Mapping[str, st.SearchStrategy[str]]
) -> st.SearchStrategy[list[str | Values]]:
    most = MOST_REPETITIONS if member.max is None else member.max
    return st.lists(_value(member, shapes, ids), min_size=max(1, member.min), max_size=most)


def _value(
    member: ElementShape, shapes: Shapes, ids: Mapping[str, st.SearchStrategy[str]]
) -> st.SearchStrategy[str | Values]:
    shape = shapes.type(member.type)
    if shape is not None:
        return _values(shape, shapes, ids).filter(bool)  # parameters cannot express a structure with nothing in it
    if member.refers:
        return ids.get(member.refers, IDS)
    if member.document in DOCUMENTS:
        return DOCUMENTS[member.document]
    simple = shapes.simple(member.type)
    return texts() if simple is None else simple_values(simple)


def simple_values(simple: SimpleShape) -> st.SearchStrategy[str]:
    """Return a strategy of the texts that a simple type allows; the ends of a range come up often."""
    if simple.enumeration:
        return st.sampled_from(simple.enumeration)
    if simple.base in LARGEST:
        low = SMALLEST[simple.base] if simple.min_inclusive is None else simple.min_inclusive
        high = LARGEST[simple.base] if simple.max_inclusive is None else simple.max_inclusive
        return st.sampled_from((low, high)).map(str) | st.integers(low, high).map(str)
    if simple.base == "xs:boolean":
        return st.sampled_from(("true", "false", "1", "0"))
    if simple.base == "xs:decimal":
        return st.decimals(min_value=0, max_value=10_000, places=2).map(str)
    return texts(simple.min_length or 0, min(simple.max_length or TEXT_SIZE, TEXT_SIZE))
