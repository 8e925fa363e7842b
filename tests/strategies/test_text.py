"""The texts that strategies and suites send."""

import random
from xml.etree import ElementTree

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.strategies.text import SNIPPETS, sample_text, texts


def _carried(text: str) -> set[str | None]:
    element = etree.Element("a")
    element.text = text
    document = etree.tostring(element, encoding="unicode")
    return {etree.fromstring(document).text, ElementTree.fromstring(document).text}


@given(texts(min_size=1))
def test_any_text_survives_two_parsers(text: str) -> None:
    """What is drawn can be carried by XML 1.0 and comes back unchanged."""
    assert _carried(text) == {text}


@given(st.data(), st.integers(0, 12), st.integers(0, 12))
@settings(max_examples=60)
def test_size_is_kept(data: st.DataObject, least: int, more: int) -> None:
    """The length in code points lies between the limits, however the text came about."""
    assert least <= len(data.draw(texts(least, least + more))) <= least + more


@pytest.mark.parametrize(
    "wanted",
    ["]]>", "&amp;", "%20", "<b>", "e\u0301", "😀"],
)
def test_dangerous_pieces_turn_up(wanted: str) -> None:
    """Pieces of several characters are drawn whole, which plain chance would hardly do."""
    assert wanted in find(texts(), lambda text: wanted in text, random=random.Random(1))


def test_blanks_turn_up_at_both_ends() -> None:
    """Trimming is found out."""
    text = find(texts(), lambda text: text != text.lstrip() and text.strip() and text != text.rstrip())
    assert len(text) == 3


def test_failures_shrink_to_the_simplest_text() -> None:
    """A text that fails for its length alone ends as plain digits."""
    assert find(texts(), lambda text: len(text) >= 3) == "000"


def test_sample_has_its_length_and_comes_again() -> None:
    """The same seed gives the same text, of exactly the length asked for, fit for XML."""
    for seed in range(100):
        text = sample_text(random.Random(seed), seed)
        assert len(text) == seed
        assert text == sample_text(random.Random(seed), seed)
        assert _carried(text or "-") == {text or "-"}
    assert len({sample_text(random.Random(seed), 20) for seed in range(100)}) == 100


def test_snippets_are_distinct_and_without_carriage_return() -> None:
    """XML would turn a carriage return into a line feed: losing it proves nothing."""
    assert len(set(SNIPPETS)) == len(SNIPPETS)
    assert "\r" not in "".join(SNIPPETS)
