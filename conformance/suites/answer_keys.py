"""Tests of choices, answers to them, and the keys that score the answers."""

from collections.abc import Mapping

from conformance.spec.documents import DOCUMENTS
from conformance.suites.forms import ANSWER_KEY

BIRD = {"bird": ("robin", "wren", "crow")}
"""A test of one question: its selections."""
TWO = {"bird": ("robin", "wren"), "tree": ("oak", "elm")}


def choice_form(questions: Mapping[str, tuple[str, ...]] = BIRD, answer: str = "") -> str:
    """Return a QuestionForm whose questions offer several selections, and one with another kind of ``answer``."""
    choices = {
        name: f"<SelectionAnswer><MinSelectionCount>0</MinSelectionCount><MaxSelectionCount>{len(selections)}"
        "</MaxSelectionCount><StyleSuggestion>checkbox</StyleSuggestion><Selections>"
        + "".join(
            f"<Selection><SelectionIdentifier>{one}</SelectionIdentifier><Text>{one}</Text></Selection>"
            for one in selections
        )
        + "</Selections></SelectionAnswer>"
        for name, selections in questions.items()
    }
    body = "".join(question(name, specification) for name, specification in choices.items())
    return form_of(body + (question("other", answer) if answer else ""))


def question(name: str, specification: str) -> str:
    """Return a Question of a form with this answer specification."""
    return (
        f"<Question><QuestionIdentifier>{name}</QuestionIdentifier><IsRequired>false</IsRequired>"
        f"<QuestionContent><Text>Which {name}?</Text></QuestionContent>"
        f"<AnswerSpecification>{specification}</AnswerSpecification></Question>"
    )


def form_of(body: str) -> str:
    """Return a QuestionForm with this content."""
    return f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}">{body}</QuestionForm>'


def chosen(**questions: str) -> str:
    """Return answers to questions; several selections are joined by blanks."""
    body = "".join(
        f"<Answer><QuestionIdentifier>{name}</QuestionIdentifier>"
        + "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in selections.split())
        + "</Answer>"
        for name, selections in questions.items()
    )
    return f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}">{body}</QuestionFormAnswers>'


def option(selections: str, score: int | str) -> str:
    """Return an AnswerOption; several selections are joined by blanks."""
    rows = "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in selections.split())
    return f"<AnswerOption>{rows}<AnswerScore>{score}</AnswerScore></AnswerOption>"


def keyed(name: str, *options: str, default: int | None = None) -> str:
    """Return a Question of a key."""
    tail = "" if default is None else f"<DefaultScore>{default}</DefaultScore>"
    return f"<Question><QuestionIdentifier>{name}</QuestionIdentifier>{''.join(options)}{tail}</Question>"


def key_of(body: str, mapping: str = "") -> str:
    """Return an AnswerKey of these Questions, with a mapping if there is one."""
    tail = f"<QualificationValueMapping>{mapping}</QualificationValueMapping>" if mapping else ""
    return f'<AnswerKey xmlns="{ANSWER_KEY}">{body}{tail}</AnswerKey>'


def percentage(most: int) -> str:
    """Return a PercentageMapping."""
    return f"<PercentageMapping><MaximumSummedScore>{most}</MaximumSummedScore></PercentageMapping>"


def scale(factor: str) -> str:
    """Return a ScaleMapping."""
    return f"<ScaleMapping><SummedScoreMultiplier>{factor}</SummedScoreMultiplier></ScaleMapping>"


def in_range(low: int, high: int, value: int) -> str:
    """Return a SummedScoreRange."""
    return (
        f"<SummedScoreRange><InclusiveLowerBound>{low}</InclusiveLowerBound>"
        f"<InclusiveUpperBound>{high}</InclusiveUpperBound>"
        f"<QualificationValue>{value}</QualificationValue></SummedScoreRange>"
    )


def ranges(*rows: str, outside: int | None = 1) -> str:
    """Return a RangeMapping, without a value for what lies outside where that is None."""
    tail = "" if outside is None else f"<OutOfRangeQualificationValue>{outside}</OutOfRangeQualificationValue>"
    return f"<RangeMapping>{''.join(rows)}{tail}</RangeMapping>"
