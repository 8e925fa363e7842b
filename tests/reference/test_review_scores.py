"""How review policies score answers."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.review_records import MapEntry
from conformance.reference.review_scores import LONGEST, known_answers, percentage, plurality

VALUES = st.frozensets(st.text("ABC", min_size=1, max_size=2), max_size=3)


@given(VALUES, VALUES)
def test_an_answer_is_right_if_it_has_the_values_of_the_key_and_no_other(
    key: frozenset[str], given: frozenset[str]
) -> None:
    """White space around the values of the key does not count."""
    entry = MapEntry(key="q", values=tuple(f" {value}\n" for value in key))
    assert known_answers([entry], {"q": given}) == {"q": key == given}


def test_a_question_that_was_left_out_is_wrong_unless_the_key_is_empty() -> None:
    """No answer is the right one where the key has none."""
    entries = [MapEntry(key="q1", values=("B",)), MapEntry(key="q2")]
    assert known_answers(entries, {}) == {"q1": False, "q2": True}


@given(st.integers(0, 100), st.integers(1, 100))
def test_a_percentage_is_rounded_down(part: int, whole: int) -> None:
    """Two of three are 66."""
    assert percentage(part, whole) * whole <= 100 * part < (percentage(part, whole) + 1) * whole
    assert percentage(2, 3) == 66
    assert percentage(0, 0) == 0


@given(st.lists(st.sampled_from("AB"), min_size=1, max_size=9), st.integers(0, 100))
def test_an_answer_is_agreed_if_its_share_is_above_the_threshold(texts: list[str], threshold: int) -> None:
    """The most common answer counts."""
    found = plurality("q", [{"q": frozenset([text])} for text in texts], threshold)
    most = max(texts.count(text) for text in texts)
    assert (found.agreed is not None) == (100 * most > threshold * len(texts))
    assert found.score == 100 * most // len(texts)


def test_long_and_missing_answers_are_not_compared() -> None:
    """Who gave none is counted among the Workers all the same."""
    long = {"q": frozenset(["x" * (LONGEST + 1)])}
    assert plurality("q", [long, long], 0).agreed is None
    assert plurality("q", [{}, {"q": frozenset(["A"])}], 50).agreed is None
