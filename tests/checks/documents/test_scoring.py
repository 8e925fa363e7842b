"""Scores by an answer key: the article's numbers, what it leaves open, and a second opinion."""

import random

import pytest

from conformance.checks.documents.scoring import allowed_values
from conformance.reference.answer_keys import read_answer_key, read_selections
from conformance.spec.documents import DOCUMENTS
from conformance.strategies.answer_keys import sample_answer_key
from conformance.strategies.documents import sample_answers, sample_question_form


def option(score: int, *selections: str) -> str:
    chosen = "".join(f"<SelectionIdentifier>{name}</SelectionIdentifier>" for name in selections)
    return f"<AnswerOption>{chosen}<AnswerScore>{score}</AnswerScore></AnswerOption>"


def key(*questions: str, mapping: str = "") -> str:
    inner = "".join(
        f"<Question><QuestionIdentifier>{number}</QuestionIdentifier>{question}</Question>"
        for number, question in enumerate(questions, 1)
    )
    mapped = f"<QualificationValueMapping>{mapping}</QualificationValueMapping>" if mapping else ""
    return f'<AnswerKey xmlns="{DOCUMENTS["AnswerKey"]}">{inner}{mapped}</AnswerKey>'


def answers(*chosen: str) -> str:
    """Return answers, each the letters chosen."""
    inner = "".join(
        f"<Answer><QuestionIdentifier>{number}</QuestionIdentifier>"
        + "".join(f"<SelectionIdentifier>{letter}</SelectionIdentifier>" for letter in letters)
        + "</Answer>"
        for number, letters in enumerate(chosen, 1)
    )
    return f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}">{inner}</QuestionFormAnswers>'


@pytest.mark.parametrize(("chosen", "value"), [("ab", 5), ("ba", 5), ("a", 0), ("abc", 0), ("", 0), ("c", -2)])
def test_an_option_scores_for_exactly_its_selections(chosen: str, value: int) -> None:
    """In any order; with one too few or too many it does not match."""
    assert allowed_values(key(option(5, "a", "b") + option(-2, "c")), answers(chosen)) == {value}


def test_scores_are_summed_and_defaults_stand_in() -> None:
    """A question that was not answered gets its default as well."""
    questions = (option(5, "a"), option(10, "a") + "<DefaultScore>3</DefaultScore>")
    assert allowed_values(key(*questions), answers("a", "a")) == {15}
    assert allowed_values(key(*questions), answers("a", "b")) == {8}
    assert allowed_values(key(*questions), answers("a")) == {8}


@pytest.mark.parametrize(
    ("total", "most", "values"), [(10, 15, {67}), (5, 15, {33}), (1, 8, {12, 13}), (-1, 8, {-13, -12}), (0, 8, {0})]
)
def test_a_percentage_is_rounded_to_the_nearest(total: int, most: int, values: set[int]) -> None:
    """Which way a half goes is not said."""
    mapping = f"<PercentageMapping><MaximumSummedScore>{most}</MaximumSummedScore></PercentageMapping>"
    assert allowed_values(key(option(total, "a"), mapping=mapping), answers("a")) == values


@pytest.mark.parametrize(("factor", "values"), [("3", {45}), ("0.5", {7, 8}), ("-1", {-15}), (" 1e1 ", {150})])
def test_a_scaled_sum_is_one_of_the_integers_beside_it(factor: str, values: set[int]) -> None:
    """How it is rounded is not said."""
    mapping = f"<ScaleMapping><SummedScoreMultiplier>{factor}</SummedScoreMultiplier></ScaleMapping>"
    assert allowed_values(key(option(15, "a"), mapping=mapping), answers("a")) == values


@pytest.mark.parametrize(("total", "values"), [(4, {0}), (5, {50}), (7, {50, 80}), (8, {80}), (11, {0})])
def test_a_range_holds_its_bounds(total: int, values: set[int]) -> None:
    """Where ranges overlap either is right; outside of all the other value is."""
    rows = "".join(
        f"<SummedScoreRange><InclusiveLowerBound>{low}</InclusiveLowerBound><InclusiveUpperBound>{high}"
        f"</InclusiveUpperBound><QualificationValue>{value}</QualificationValue></SummedScoreRange>"
        for low, high, value in ((5, 7, 50), (7, 10, 80))
    )
    outside = "<OutOfRangeQualificationValue>0</OutOfRangeQualificationValue>"
    mapping = f"<RangeMapping>{rows}{outside}</RangeMapping>"
    assert allowed_values(key(option(total, "a"), mapping=mapping), answers("a")) == values


@pytest.mark.parametrize(
    "mapping",
    [
        "<PercentageMapping><MaximumSummedScore>0</MaximumSummedScore></PercentageMapping>",
        "<PercentageMapping><MaximumSummedScore>ten</MaximumSummedScore></PercentageMapping>",
        "<ScaleMapping><SummedScoreMultiplier>INF</SummedScoreMultiplier></ScaleMapping>",
        "<ScaleMapping><SummedScoreMultiplier>two</SummedScoreMultiplier></ScaleMapping>",
        "<ScaleMapping/>",
    ],
)
def test_a_key_without_a_value_is_refused(mapping: str) -> None:
    """With what is wrong with it."""
    with pytest.raises(ValueError, match="cannot score by the key"):
        allowed_values(key(option(1, "a"), mapping=mapping), answers("a"))


def test_two_that_share_nothing_agree() -> None:
    """The embedded endpoint's own scoring gives one of the values allowed, for keys and answers of all kinds."""
    scored = 0
    for seed in range(120):
        form = sample_question_form(random.Random(seed))
        if "SelectionAnswer" not in form:
            continue
        one, given = sample_answer_key(form, random.Random(seed)), sample_answers(form, random.Random(seed))
        assert read_answer_key(one).value(read_selections(given)) in allowed_values(one, given)
        scored += 1
    assert scored > 40
