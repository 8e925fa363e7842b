from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.answer_keys import AnswerKeyUnreadable, read_answer_key, read_selections

INT = st.integers(min_value=-(2**31), max_value=2**31 - 1)


def value(documents: Any, questions: str, mapping: str = "", **answered: str) -> int:
    """Score answers with a key of these questions and this mapping."""
    wrapped = f"<QualificationValueMapping>{mapping}</QualificationValueMapping>" if mapping else ""
    key = read_answer_key(documents.key(questions + wrapped))
    return key.value(read_selections(documents.answers(**answered)))


def percentage(most: int) -> str:
    """Return a PercentageMapping."""
    return f"<PercentageMapping><MaximumSummedScore>{most}</MaximumSummedScore></PercentageMapping>"


def scale(factor: str) -> str:
    """Return a ScaleMapping."""
    return f"<ScaleMapping><SummedScoreMultiplier>{factor}</SummedScoreMultiplier></ScaleMapping>"


RANGES = (
    "<RangeMapping><SummedScoreRange><InclusiveLowerBound>5</InclusiveLowerBound>"
    "<InclusiveUpperBound>7</InclusiveUpperBound><QualificationValue>50</QualificationValue></SummedScoreRange>"
    "<OutOfRangeQualificationValue>-1</OutOfRangeQualificationValue></RangeMapping>"
)


@pytest.mark.parametrize(
    ("answered", "score"),
    [({"q": "a b"}, 9), ({"q": "b a"}, 9), ({"q": "a"}, -2), ({"q": "a b c"}, 3), ({"q": ""}, 3), ({}, 3)],
)
def test_option_scores_only_for_exactly_its_selections(documents: Any, answered: dict[str, str], score: int) -> None:
    """One selection more or less is another answer, and gets the default score."""
    assert value(documents, documents.keyed("q", ("a b", 9), ("a", -2), default=3), **answered) == score


def test_scores_are_summed_and_the_default_is_nothing(documents: Any) -> None:
    """Without a mapping the value is the sum; without DefaultScore another answer adds nothing."""
    questions = documents.keyed("p", ("a", 5)) + documents.keyed("q", ("b", 10))
    assert value(documents, questions, p="a", q="b") == 15
    assert value(documents, questions, p="x", q="b") == 10


@pytest.mark.parametrize(
    ("mapping", "total", "mapped"),
    [
        (percentage(15), 10, 67),
        (percentage(15), 5, 33),
        (percentage(8), 1, 13),
        (scale("3"), 15, 45),
        (scale("0.5"), 15, 8),
        (scale("-1.5"), 3, -4),
        (scale("1e300"), 3, 2**31 - 1),
        (RANGES, 4, -1),
        (RANGES, 5, 50),
        (RANGES, 7, 50),
        (RANGES, 8, -1),
    ],
)
def test_mappings_make_the_value(documents: Any, mapping: str, total: int, mapped: int) -> None:
    """Percentages are rounded, scales multiply, ranges include their bounds; the value stays an xs:int."""
    assert value(documents, documents.keyed("q", ("a", total)), mapping, q="a") == mapped


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<QualificationValueMapping/>",
        "<Question><QuestionIdentifier>q</QuestionIdentifier></Question>",
        "{q}<Extra/>",
        "{q}<QualificationValueMapping></QualificationValueMapping>",
        f"{{q}}<QualificationValueMapping>{scale('1')}{percentage(3)}</QualificationValueMapping>",
        f"<QualificationValueMapping>{scale('1')}</QualificationValueMapping>{{q}}",
        f"{{q}}<QualificationValueMapping>{percentage(0)}</QualificationValueMapping>",
        f"{{q}}<QualificationValueMapping>{scale('x')}</QualificationValueMapping>",
        f"{{q}}<QualificationValueMapping>{scale('INF')}</QualificationValueMapping>",
        f"{{q}}<QualificationValueMapping>{scale('1e999999999')}</QualificationValueMapping>",
        "{q}<QualificationValueMapping><RangeMapping/></QualificationValueMapping>",
        '{q}<Question xmlns="">x</Question>',
        "<Question><QuestionIdentifier>q</QuestionIdentifier><AnswerOption><SelectionIdentifier>a"
        "</SelectionIdentifier><AnswerScore>1.5</AnswerScore></AnswerOption></Question>",
        "<Question><QuestionIdentifier>q</QuestionIdentifier><AnswerOption><SelectionIdentifier>a"
        "</SelectionIdentifier><AnswerScore>99999999999</AnswerScore></AnswerOption></Question>",
    ],
)
def test_malformed_keys_are_refused(documents: Any, body: str) -> None:
    """Missing, surplus and misplaced members and wrong numbers are not a key."""
    with pytest.raises(AnswerKeyUnreadable):
        read_answer_key(documents.key(body.format(q=documents.keyed("q", ("a", 1)))))


@pytest.mark.parametrize("text", ["", "no XML", "<AnswerKey/>", "<!DOCTYPE a><a/>"])
def test_other_documents_are_no_keys(text: str) -> None:
    """What is not well-formed, has another root or no namespace is refused."""
    with pytest.raises(AnswerKeyUnreadable):
        read_answer_key(text)


def test_xml_declaration_does_not_count(documents: Any) -> None:
    """The text has been decoded already, so the encoding that it names is not judged."""
    text = documents.key(documents.keyed("q", ("a", 1)))
    assert read_answer_key(f'\n<?xml version="1.0" encoding="UTF-16"?>\n{text}\n').questions


@given(scores=st.lists(INT, min_size=1, max_size=5), factor=st.floats(allow_nan=False, allow_infinity=False))
def test_every_value_is_an_xs_int(scores: list[int], factor: float) -> None:
    """However large the sum, the value fits into a reply."""
    questions = "".join(
        f"<Question><QuestionIdentifier>q{number}</QuestionIdentifier><AnswerOption><SelectionIdentifier>a"
        f"</SelectionIdentifier><AnswerScore>{score}</AnswerScore></AnswerOption></Question>"
        for number, score in enumerate(scores)
    )
    namespace = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd"
    mapping = f"<QualificationValueMapping>{scale(repr(factor))}</QualificationValueMapping>"
    key = read_answer_key(f'<AnswerKey xmlns="{namespace}">{questions}{mapping}</AnswerKey>')
    selected = {f"q{number}": frozenset({"a"}) for number in range(len(scores))}
    assert -(2**31) <= key.value(selected) < 2**31
