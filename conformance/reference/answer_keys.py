"""Answer keys: read, and used to score what a Worker answered.

Source: the article AnswerKey.  A half is rounded up, which the article leaves open; a score outside xs:int, which no
reply could carry, is cut to its bounds.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from conformance.reference.documents import read_document
from conformance.wire.xml import XmlRefused

NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd"

_K = f"{{{NAMESPACE}}}"
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,10}\s*", re.ASCII)
_LEAST, _MOST = -(2**31), 2**31 - 1
_CONTENT = {
    "AnswerKey": re.compile("(Question )+(QualificationValueMapping )?"),
    "Question": re.compile("QuestionIdentifier (AnswerOption )+(DefaultScore )?"),
    "AnswerOption": re.compile("(SelectionIdentifier )+AnswerScore "),
    "QualificationValueMapping": re.compile("(PercentageMapping|ScaleMapping|RangeMapping) "),
    "PercentageMapping": re.compile("MaximumSummedScore "),
    "ScaleMapping": re.compile("SummedScoreMultiplier "),
    "RangeMapping": re.compile("(SummedScoreRange )+OutOfRangeQualificationValue "),
    "SummedScoreRange": re.compile("InclusiveLowerBound InclusiveUpperBound QualificationValue "),
}

Selections = dict[str, frozenset[str]]
"""Question identifier → the identifiers of the selections made."""


class AnswerKeyUnreadable(ValueError):
    """A document is not an AnswerKey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedQuestion:
    """One question of a key: what each set of selections scores, and what any other answer scores."""

    identifier: str
    options: tuple[tuple[frozenset[str], int], ...]
    default: int

    def score(self, selections: Selections) -> int:
        """Return the score of the first option whose selections are exactly those made."""
        chosen = selections.get(self.identifier, frozenset())
        return next((score for option, score in self.options if option == chosen), self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKey:
    """A key: its questions, and how the sum of their scores becomes the value of the Qualification."""

    questions: tuple[KeyedQuestion, ...]
    mapping: Callable[[int], int]

    def value(self, selections: Selections) -> int:
        """Return the value of the Qualification that these answers earn."""
        return min(max(self.mapping(sum(question.score(selections) for question in self.questions)), _LEAST), _MOST)


def read_answer_key(text: str) -> AnswerKey:
    """Return the key in a document; raises AnswerKeyUnreadable."""
    try:
        root = read_document(text)
    except XmlRefused as refusal:
        raise AnswerKeyUnreadable(str(refusal)) from None
    if root.tag != f"{_K}AnswerKey":
        raise AnswerKeyUnreadable(f"its root element is {root.tag}, not AnswerKey in the namespace {NAMESPACE}")
    _check_content(root)
    mapping = root.find(f"{_K}QualificationValueMapping")
    return AnswerKey(
        questions=tuple(map(_question, root.iterfind(f"{_K}Question"))),
        mapping=_mapping(mapping[0]) if mapping is not None else lambda total: total,
    )


def read_selections(text: str) -> Selections:
    """Return the selections in a QuestionFormAnswers document that is known to be one."""
    answers = read_document(text).iterfind("{*}Answer")
    return {
        answer.findtext("{*}QuestionIdentifier") or "": frozenset(
            selection.text or "" for selection in answer.iterfind("{*}SelectionIdentifier")
        )
        for answer in answers
    }


def _check_content(element: etree._Element) -> None:
    children = list(element.iterchildren(tag=etree.Element))
    name = etree.QName(element).localname
    found = "".join(f"{child.tag.removeprefix(_K)} " for child in children)
    content = _CONTENT.get(name)
    if content.fullmatch(found) is None if content else found:
        raise AnswerKeyUnreadable(f"{name} has the members {found or 'none'}, which its schema does not allow")
    for child in children:
        _check_content(child)


def _question(element: etree._Element) -> KeyedQuestion:
    return KeyedQuestion(
        identifier=element.findtext(f"{_K}QuestionIdentifier") or "",
        options=tuple(map(_option, element.iterfind(f"{_K}AnswerOption"))),
        default=_integer(element, "DefaultScore") if element.find(f"{_K}DefaultScore") is not None else 0,
    )


def _option(element: etree._Element) -> tuple[frozenset[str], int]:
    selections = frozenset(selection.text or "" for selection in element.iterfind(f"{_K}SelectionIdentifier"))
    return selections, _integer(element, "AnswerScore")


def _mapping(element: etree._Element) -> Callable[[int], int]:
    match etree.QName(element).localname:
        case "PercentageMapping":
            most = _integer(element, "MaximumSummedScore")
            if not most:
                raise AnswerKeyUnreadable("MaximumSummedScore is 0, of which nothing is a percentage")
            return lambda total: _rounded(Fraction(100 * total, most))
        case "ScaleMapping":
            factor = _factor(element)
            return lambda total: _rounded(factor * total)
    ranges = [
        (
            _integer(row, "InclusiveLowerBound"),
            _integer(row, "InclusiveUpperBound"),
            _integer(row, "QualificationValue"),
        )
        for row in element.iterfind(f"{_K}SummedScoreRange")
    ]
    outside = _integer(element, "OutOfRangeQualificationValue")
    return lambda total: next((value for low, high, value in ranges if low <= total <= high), outside)


def _factor(element: etree._Element) -> Fraction:
    text = element.findtext(f"{_K}SummedScoreMultiplier") or ""
    try:
        return Fraction(float(text))
    except (ValueError, OverflowError):
        raise AnswerKeyUnreadable(f"SummedScoreMultiplier is {text[:40]!r}, not a finite number") from None


def _integer(element: etree._Element, name: str) -> int:
    text = element.findtext(_K + name) or ""
    if not _INTEGER.fullmatch(text) or not _LEAST <= int(text) <= _MOST:
        raise AnswerKeyUnreadable(f"{name} is {text[:40]!r}, not an integer from {_LEAST} to {_MOST}")
    return int(text)


def _rounded(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))
