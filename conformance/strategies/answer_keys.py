"""AnswerKeys for a given QuestionForm, and faulty ones: as Hypothesis strategies, and from a seed."""

import random as randomness
from typing import TYPE_CHECKING

from lxml import etree

from conformance.spec.documents import DOCUMENTS, Content, document_element, read_document
from conformance.strategies.choices import Choices, Sampled, drawn
from conformance.strategies.spoiling import (
    Fault,
    elements,
    filled,
    first,
    spoiled,
    twice,
    without,
    without_namespace,
    written,
)

if TYPE_CHECKING:
    from hypothesis import strategies as st

K, F = "AnswerKey", f"{{{DOCUMENTS['QuestionForm']}}}"
MULTIPLIERS = ("1", "0.5", "3", "-1", "2.25", "1e1")
_MOST_KEYED = 3


def answer_keys_for(form: str) -> "st.SearchStrategy[str]":
    """Return a strategy of valid AnswerKeys for ``form``; see ``sample_answer_key``."""
    return drawn(_key, form)


def sample_answer_key(form: str, random: randomness.Random) -> str:
    """Return a valid AnswerKey whose identifiers are those of ``form``; the same for the same state of ``random``.

    Raises XmlRefused if ``form`` is not XML, ValueError if it has no question to choose from.
    """
    return _key(form, Sampled(random=random))


def spoil_key(key: str, fault: str) -> str:
    """Return a valid AnswerKey with the fault of that name in KEY_FAULTS; UsageError for an unknown name."""
    return spoiled(K, key, fault, KEY_FAULTS)


def _build(name: str, *content: Content) -> etree._Element:
    return document_element(K, name, *content)


def _key(form: str, choices: Choices) -> str:
    questions = [one for one in read_document(form).iterfind(f"{F}Question") if _selections(one)]
    if not questions:
        raise ValueError("cannot make a key to the form: it has no Question with selections; give another form")
    keyed = [one for one in questions if choices.pick((True, False))] or questions[:1]
    key = _build(K, *(_question(one, choices) for one in keyed))
    mapping = choices.pick((None, _percentage, _scale, _range))
    if mapping:
        key.append(_build("QualificationValueMapping", mapping(choices)))
    return etree.tostring(key, encoding="unicode")


def _selections(question: etree._Element) -> list[str]:
    return [one.text or "" for one in question.iter(f"{F}SelectionIdentifier")]


def _question(asked: etree._Element, choices: Choices) -> etree._Element:
    question = _build("Question", _build("QuestionIdentifier", asked.findtext(f"{F}QuestionIdentifier", "")))
    selections, combinations = _selections(asked), set()
    for _ in range(choices.integer(1, _MOST_KEYED)):
        combinations.add(frozenset(choices.pick(selections) for _ in range(choices.integer(1, len(selections)))))
    for combination in sorted(combinations, key=sorted):
        identifiers = (_build("SelectionIdentifier", name) for name in sorted(combination))
        question.append(_build("AnswerOption", *identifiers, _score("AnswerScore", choices)))
    if choices.pick((False, True)):
        question.append(_score("DefaultScore", choices))
    return question


def _score(name: str, choices: Choices) -> etree._Element:
    return _build(name, str(choices.integer(-20, 100)))


def _percentage(choices: Choices) -> etree._Element:
    return _build("PercentageMapping", _build("MaximumSummedScore", str(choices.integer(1, 300))))


def _scale(choices: Choices) -> etree._Element:
    return _build("ScaleMapping", _build("SummedScoreMultiplier", choices.pick(MULTIPLIERS)))


def _range(choices: Choices) -> etree._Element:
    mapping, low = _build("RangeMapping"), choices.integer(-20, 20)
    for _ in range(choices.integer(1, 3)):
        high = low + choices.integer(0, 50)
        numbers = {"InclusiveLowerBound": low, "InclusiveUpperBound": high, "QualificationValue": choices.integer(0, 9)}
        mapping.append(_build("SummedScoreRange", *(_build(name, str(number)) for name, number in numbers.items())))
        low = high + choices.integer(1, 5)
    mapping.append(_build("OutOfRangeQualificationValue", str(choices.integer(0, 9))))
    return mapping


def _mapped(markup: str, *, where: str = "") -> Fault:
    """Return the fault of a mapping, put in the place of the one that the key has, or into an element of it."""
    content = f"<QualificationValueMapping>{markup}</QualificationValueMapping>"

    def fault(root: etree._Element) -> None:
        for old in root.findall(f"{{{DOCUMENTS[K]}}}QualificationValueMapping"):
            root.remove(old)
        owner = root.find(f"{{{DOCUMENTS[K]}}}{where}") if where else root
        assert owner is not None
        owner.extend(elements(K, content))

    return fault


def _keyed_first(root: etree._Element) -> None:
    root.insert(0, elements(K, f"<QualificationValueMapping>{_PERCENTAGE}</QualificationValueMapping>")[0])
    for second in root.findall(f"{{{DOCUMENTS[K]}}}QualificationValueMapping")[1:]:
        root.remove(second)


def _row(low: object, high: object) -> str:
    bounds = f"<InclusiveLowerBound>{low}</InclusiveLowerBound><InclusiveUpperBound>{high}</InclusiveUpperBound>"
    return f"<SummedScoreRange>{bounds}<QualificationValue>1</QualificationValue></SummedScoreRange>"


_PERCENTAGE = "<PercentageMapping><MaximumSummedScore>10</MaximumSummedScore></PercentageMapping>"
_ELSE = "<OutOfRangeQualificationValue>0</OutOfRangeQualificationValue>"
_OPTION = "Question/AnswerOption"

KEY_FAULTS: dict[str, Fault] = {
    "Common.DataSchema.namespace-required/none": without_namespace,
    "AnswerKey.root/no-question": filled(K, "", ""),
    "AnswerKey.root/mapping-first": _keyed_first,
    "AnswerKey.question/no-identifier": without(K, "Question/QuestionIdentifier"),
    "AnswerKey.question/two-identifiers": twice(K, "Question/QuestionIdentifier"),
    "AnswerKey.question/no-option": filled(K, "Question", "<QuestionIdentifier>q</QuestionIdentifier>"),
    "AnswerKey.question/option-first": first(K, _OPTION),
    "AnswerKey.option/no-score": without(K, f"{_OPTION}/AnswerScore"),
    "AnswerKey.option/score-first": first(K, f"{_OPTION}/AnswerScore"),
    "AnswerKey.option/fraction": written(K, f"{_OPTION}/AnswerScore", "1.5"),
    "AnswerKey.option/no-selection": filled(K, _OPTION, "<AnswerScore>1</AnswerScore>"),
    "AnswerKey.mapping-one/two": _mapped(_PERCENTAGE + _PERCENTAGE),
    "AnswerKey.mapping-one/none": _mapped(""),
    "AnswerKey.range-outofrange-required/no-range": _mapped(f"<RangeMapping>{_ELSE}</RangeMapping>"),
    "AnswerKey.range-outofrange-required/no-value": _mapped(f"<RangeMapping>{_row(1, 2)}</RangeMapping>"),
    "CreateQualificationType.AnswerKey.valid/maximum": _mapped(_PERCENTAGE.replace("10", "ten")),
    "CreateQualificationType.AnswerKey.valid/bound": _mapped(f"<RangeMapping>{_row(1, 2.5)}{_ELSE}</RangeMapping>"),
}
"""Name → fault.  Each of them makes the key invalid under the schema."""

KEY_RULE_FAULTS: dict[str, Fault] = {
    "AnswerKey.question/keyed-twice": twice(K, "Question"),
    "AnswerKey.exact-match/option-twice": twice(K, _OPTION),
    "AnswerKey.percentage/of-nothing": _mapped(_PERCENTAGE.replace("10", "0")),
    "AnswerKey.range/reversed": _mapped(f"<RangeMapping>{_row(2, 1)}{_ELSE}</RangeMapping>"),
    "AnswerKey.range-overlap/one": _mapped(f"<RangeMapping>{_row(1, 5)}{_row(5, 9)}{_ELSE}</RangeMapping>"),
    "AnswerKey.range-overlap/within": _mapped(f"<RangeMapping>{_row(1, 9)}{_row(3, 4)}{_ELSE}</RangeMapping>"),
    "AnswerKey.mapping-position/in-question": _mapped(_PERCENTAGE, where="Question"),
    "AnswerKey.identifier-match/question": written(K, "Question/QuestionIdentifier", "nobody asked"),
    "AnswerKey.identifier-match/selection": written(K, f"{_OPTION}/SelectionIdentifier", "not offered"),
}
"""Name → fault that is told and not judged; `spoil_key_rule` makes them."""


def spoil_key_rule(key: str, fault: str) -> str:
    """Return a valid AnswerKey with the fault of that name in KEY_RULE_FAULTS; UsageError for an unknown name."""
    return spoiled(K, key, fault, KEY_RULE_FAULTS)
