"""Value trees as elements and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.bindings.elements import append_values, values_of, without_namespace
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST
from conformance.strategies.text import texts
from conformance.wire.flattening import Values

SHAPES = shapes_for(LATEST)


@st.composite
def values_for(draw: st.DrawFn, type_name: str) -> Values:
    """Draw values for any of the members of a type, simple or not, in a drawn order."""
    shape = SHAPES.type(type_name)
    assert shape is not None
    members = draw(st.lists(st.sampled_from(shape.elements), unique_by=lambda member: member.name))
    values: Values = {}
    for member in members:
        one: st.SearchStrategy[Any] = texts()
        if SHAPES.type(member.type) is not None:
            one = values_for(member.type).filter(bool)
        values[member.name] = draw(st.lists(one, min_size=1, max_size=2))
    return values


def test_elements_become_values() -> None:
    """Text and structures; attributes, comments and the white space between elements do not count."""
    root = etree.fromstring('<a>\n <b x="1">1</b><!-- no --><c><d/></c><b> 2 </b>\n</a>')
    assert values_of(root) == {"b": ["1", " 2 "], "c": [{"d": [""]}]}


def test_a_comment_within_a_text_is_no_part_of_it() -> None:
    """Nor does it make a structure of the element."""
    assert values_of(etree.fromstring("<a><b>x<!-- c -->y</b><b><!-- c --></b></a>")) == {"b": ["xy", ""]}


TYPES = ("Qualification", "GetQualificationRequestsResult", "Price")


@given(case=st.sampled_from(TYPES).flatmap(lambda name: st.tuples(st.just(name), values_for(name))))
def test_values_come_back_from_elements(case: tuple[str, Values]) -> None:
    """Whatever the order they are given in."""
    type_name, values = case
    parent = etree.Element("parent")
    append_values(parent, type_name, values, SHAPES)
    assert values_of(etree.fromstring(etree.tostring(parent))) == values


def test_values_are_written_in_the_order_of_the_type() -> None:
    """Not in the order they are given in."""
    parent = etree.Element("parent")
    append_values(parent, "Price", {"FormattedPrice": ["$1.00"], "CurrencyCode": ["USD"], "Amount": ["1.00"]}, SHAPES)
    assert [child.tag for child in parent] == ["Amount", "CurrencyCode", "FormattedPrice"]


@pytest.mark.parametrize(("type_name", "values"), [("Price", {"Amuont": ["1"]}), ("NoSuchType", {"Amount": ["1"]})])
def test_a_value_that_the_type_does_not_know_is_a_fault_of_the_caller(type_name: str, values: Values) -> None:
    """It would otherwise vanish."""
    with pytest.raises(KeyError, match="has no member"):
        append_values(etree.Element("parent"), type_name, values, SHAPES)


def test_the_message_namespace_is_taken_off() -> None:
    """That of any version, from every element; any other one stays, and so do comments."""
    root = etree.fromstring(
        f'<a xmlns="{MESSAGE_NAMESPACE}2007-06-21"><b/><!-- c --><c xmlns="{MESSAGE_NAMESPACE}2014-08-15"/>'
        '<d xmlns="urn:other"/></a>'
    )
    assert [node.tag for node in without_namespace(root).iter(etree.Element)] == ["a", "b", "c", "{urn:other}d"]
