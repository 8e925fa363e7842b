"""Texts of simple types: those allowed pass two validators, those not allowed pass neither."""

import random
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.errors import KitError
from conformance.spec.shapes import SimpleShape, shapes_for
from conformance.spec.versions import LATEST, TODAY
from conformance.strategies.choices import Drawn, Sampled
from conformance.strategies.faulty_scalars import filled, wrong_scalars
from conformance.strategies.scalars import scalar
from conformance.wire.timestamps import is_utc_timestamp

BUILT_IN = ("xs:string", "xs:int", "xs:long", "xs:decimal", "xs:double", "xs:boolean", "xs:dateTime")
NAMED = sorted(
    {
        member.type
        for shape in shapes_for(LATEST).complex_types()
        for member in shape.elements
        if shapes_for(LATEST).type(member.type) is None and not member.type.startswith("xs:")
    }
)


@cache
def validators() -> tuple[etree.XMLSchema, xmlschema.XMLSchema]:
    """Return two validators of a document that names each type as an element."""
    document = shapes_for(LATEST).document()
    for name in (*BUILT_IN, *NAMED):
        etree.SubElement(document, f"{document.tag[:-6]}element", name=f"E.{name.replace(':', '.')}", type=name)
    return etree.XMLSchema(document), xmlschema.XMLSchema(etree.tostring(document, encoding="unicode"))


def verdicts(name: str, text: str) -> tuple[bool, bool]:
    element = etree.Element(f"E.{name.replace(':', '.')}")
    element.text = text
    first, second = validators()
    return first.validate(element), second.is_valid(element)


def simple(name: str) -> SimpleShape:
    shape = shapes_for(LATEST).simple(name)
    assert shape is not None
    return shape


def samples(name: str, count: int, *, genuine: bool = False) -> Iterator[str]:
    choices = Sampled(random=random.Random(1))
    return (scalar(simple(name), choices, genuine=genuine) for _ in range(count))


@pytest.mark.parametrize("name", [*BUILT_IN, *NAMED])
def test_what_is_allowed_is_valid(name: str) -> None:
    """By a seed, in any form and in that of genuine messages."""
    for genuine in (False, True):
        for text in samples(name, 60, genuine=genuine):
            assert verdicts(name, text) == (True, True), text


@pytest.mark.parametrize("name", BUILT_IN)
@settings(max_examples=40, deadline=None, database=None)
@given(data=st.data())
def test_what_is_drawn_is_valid(name: str, data: Any) -> None:
    """By Hypothesis, from the same grammar."""
    assert verdicts(name, scalar(simple(name), Drawn(draw=data.draw))) == (True, True)


@pytest.mark.parametrize("name", [*BUILT_IN, *NAMED])
def test_what_is_not_allowed_is_not_valid(name: str) -> None:
    """Each text of each kind of fault; two of xs:string have none, for any text is one."""
    for kind, texts in wrong_scalars(simple(name)):
        assert texts, kind
        for text in texts:
            assert verdicts(name, text) == (False, False), (kind, text)


def test_times_reach_the_edges_of_calendar_and_clock() -> None:
    """Leap days, ends of years, both midnights, fractions, offsets and no zone at all."""
    times = list(samples("xs:dateTime", 600))
    for part in (
        "-02-29T",
        "-12-31T23:59:59",
        "T24:00:00",
        "T00:00:00",
        ".123456789",
        "+14:00",
        "-08:00",
        "9999-",
        "0001-",
    ):
        assert any(part in text for text in times), part
    assert any(text[-1].isdigit() and ":" not in text[-3:] for text in times)
    assert all(is_utc_timestamp(text) and "." not in text for text in samples("xs:dateTime", 100, genuine=True))


def test_numbers_reach_both_ends() -> None:
    """Of the type and of its facets, with the signs and zeros that are allowed."""
    assert {"-2147483648", "2147483647"} <= set(samples("xs:int", 300))
    assert {"-9223372036854775808", "9223372036854775807"} <= set(samples("xs:long", 300))
    assert {"1", "100"} <= set(samples("PageSize100", 300))
    assert {"+2147483647", "002147483647"} <= set(samples("xs:int", 600))
    assert all(text == str(int(text)) and 1 <= int(text) <= 100 for text in samples("PageSize100", 100, genuine=True))


def test_texts_are_sometimes_as_long_as_they_may_be() -> None:
    """To the character; documents of 65535 are not filled up."""
    lengths = {len(text) for text in samples("Title", 100)}
    assert max(lengths) == 128
    assert max(len(text) for text in samples("Document", 100)) <= 40
    assert filled("😀é", 5) == "😀é😀é😀"


def test_amounts_have_limits_where_their_type_has() -> None:
    """No published type has; a facet added one day is kept."""
    limited = SimpleShape(base="xs:decimal", min_inclusive=1, max_inclusive=2)
    choices = Sampled(random=random.Random(2))
    assert all(1 <= float(scalar(limited, choices)) <= 2 for _ in range(100))
    assert dict(wrong_scalars(limited)) | {"wrong type": (), "empty value": ()} == {
        "wrong type": (),
        "empty value": (),
        "below minimum": ("0.99",),
        "above maximum": ("2.01",),
    }
    assert dict(wrong_scalars(SimpleShape(base="xs:string", min_length=2)))["too short"] == ("x",)


@pytest.mark.parametrize(("name", "shortest"), [("EntityId", 1), ("CustomerId", 2)])
def test_ids_match_the_pattern_that_they_have_today(name: str, shortest: int) -> None:
    """To the ends of their length; genuine ones are as long as those of the service."""
    shape = shapes_for(TODAY).simple(name)
    assert shape is not None
    assert shape.pattern is not None
    for genuine, lengths in ((False, {shortest, 30, 64}), (True, {30})):
        choices = Sampled(random=random.Random(3))
        texts = [scalar(shape, choices, genuine=genuine) for _ in range(60)]
        assert all(re.fullmatch(shape.pattern, text) for text in texts)
        assert {len(text) for text in texts} == lengths


@pytest.mark.parametrize("shape", [SimpleShape(base="xs:anyURI"), SimpleShape(base="xs:string", pattern="[0-9]+")])
def test_what_nobody_can_write_is_said(shape: SimpleShape) -> None:
    """Rather than a wrong text."""
    with pytest.raises(KitError, match=r"teach strategies\.scalars"):
        scalar(shape, Sampled(random=random.Random(1)))
