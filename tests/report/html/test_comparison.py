"""What was expected beside what came: nothing of either is lost, and only what differs is marked."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.record.events import Verdict
from conformance.report.html.comparison import Pieces, compare
from conformance.report.html.room import Room
from conformance.report.html.seen import Axes
from conformance.report.visible import visible

TEXTS = st.text(max_size=60).filter(lambda text: not text.lstrip().startswith("<"))


def told(side: tuple[Pieces, ...]) -> str:
    """Return the text of one side."""
    return "\n".join("".join(text for _, text in pieces) for pieces in side)


def marked(side: tuple[Pieces, ...]) -> list[str]:
    """Return what is marked in one side."""
    return [text for pieces in side for changed, text in pieces if changed]


@given(expected=TEXTS, actual=TEXTS)
def test_both_texts_stand_there_whole(expected: str, actual: str) -> None:
    """As far as what cannot be seen in them is made visible."""
    comparison = compare(expected, actual)
    assert told(comparison.expected) == visible(expected)
    assert told(comparison.actual) == visible(actual)


@given(text=TEXTS)
def test_equal_texts_have_no_marks(text: str) -> None:
    """Nor has an XML document that is written otherwise."""
    assert marked(compare(text, text).expected) == []
    assert marked(compare("<a><b/></a>", "<a>\n <b></b>\n</a>").actual) == []


def test_words_that_differ_are_marked() -> None:
    """And nothing around them."""
    comparison = compare("the order A, B, C", "the order B, C")
    assert "A" in "".join(marked(comparison.expected))
    assert marked(comparison.actual) == []


def test_texts_that_have_little_in_common_are_not_marked() -> None:
    """Every other word would be."""
    comparison = compare("an error, as the assignment is Approved", "success")
    assert marked(comparison.expected) == marked(comparison.actual) == []


def test_lines_of_xml_stand_beside_each_other() -> None:
    """Where one side has a line more, the other has an empty one."""
    comparison = compare("<a><b>1</b><c>2</c><d/></a>", "<a><b>1</b><d/></a>")
    assert len(comparison.expected) == len(comparison.actual) == 5
    assert marked(comparison.expected) == ["  <c>2</c>"]


@pytest.mark.parametrize("piece", ["a ", "<", "<a/>", "a b c d ", "\x00", "\u202e x "])
def test_no_text_takes_long(piece: str) -> None:
    """However much it repeats itself."""
    begin = time.process_time()
    compare(piece * 20_000, piece.upper() * 20_000)
    compare(f"<r>{'<a/>' * 20_000}</r>", f"<r>{'<b/>' * 20_000}</r>")
    assert time.process_time() - begin < 3


def test_once_there_is_no_room_all_entries_are_in_brief() -> None:
    """A small one too that would still fit."""
    room = Room(left=10)
    write = {True: "b", False: "whole entry"}.__getitem__
    assert [room.filled(write), room.filled(write)] == ["whole entry", "b"]
    assert room.filled({True: "b", False: "bb"}.__getitem__) == "b"


def test_the_worst_verdict_of_each_place_is_told() -> None:
    """By numbers of version and binding."""
    axes = Axes(versions=("2006-10-31", "2014-08-15"), bindings=("query", "soap"))
    sightings = [
        ("2014-08-15", "soap", Verdict.PASS),
        ("2014-08-15", "soap", Verdict.WARN),
        ("2006-10-31", "query", Verdict.FAIL),
        ("2014-08-15", "", Verdict.OBSERVED),
    ]
    assert axes.seen(sightings) == "f0.0 o1. w1.1"
