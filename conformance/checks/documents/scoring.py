"""What a Qualification test scores by its key: every value that the article AnswerKey allows.

Made for suites that hold a granted value against the key and the answers.  Where the article leaves a choice (the
rounding of a half, and of a scaled sum; overlapping ranges) each outcome is allowed.
"""

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lxml import etree

from conformance.checks.documents.answer_keys import K
from conformance.checks.documents.answers import A
from conformance.checks.documents.places import whole_number
from conformance.spec.documents import read_document


def allowed_values(key: str, answers: str) -> frozenset[int]:
    """Return the values of the Qualification that ``answers`` may earn by ``key``, both valid documents.

    Raises XmlRefused for what is no XML, ValueError for a key that no value can be computed by.
    """
    root = read_document(key)
    total = sum(_score(question, _chosen(read_document(answers))) for question in root.iterfind(f"{K}Question"))
    mapping = root.find(f"{K}QualificationValueMapping/*")
    if mapping is None:
        return frozenset((total,))
    match etree.QName(mapping).localname:
        case "PercentageMapping":
            most = _number(mapping, "MaximumSummedScore")
            if not most:
                raise ValueError("cannot score by the key: its MaximumSummedScore is 0; give another")
            return _nearest(Fraction(total * 100, most))
        case "ScaleMapping":
            return _around(total * _multiplier(mapping))
    return _in_ranges(mapping, total)


def _chosen(answers: etree._Element) -> dict[str, set[str]]:
    return {
        answer.findtext(f"{A}QuestionIdentifier", ""): {
            one.text or "" for one in answer.iterfind(f"{A}SelectionIdentifier")
        }
        for answer in answers.iterfind(f"{A}Answer")
    }


def _score(question: etree._Element, chosen: dict[str, set[str]]) -> int:
    own = chosen.get(question.findtext(f"{K}QuestionIdentifier", ""), set())
    for option in question.iterfind(f"{K}AnswerOption"):
        if own == {one.text or "" for one in option.iterfind(f"{K}SelectionIdentifier")}:
            return _number(option, "AnswerScore")
    return _number(question, "DefaultScore") if question.find(f"{K}DefaultScore") is not None else 0


def _in_ranges(mapping: etree._Element, total: int) -> frozenset[int]:
    values = [
        _number(row, "QualificationValue")
        for row in mapping.iterfind(f"{K}SummedScoreRange")
        if _number(row, "InclusiveLowerBound") <= total <= _number(row, "InclusiveUpperBound")
    ]
    return frozenset(values or [_number(mapping, "OutOfRangeQualificationValue")])


def _multiplier(mapping: etree._Element) -> Fraction:
    text = mapping.findtext(f"{K}SummedScoreMultiplier", "").strip()
    try:
        return Fraction(Decimal(text[:50]))
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"cannot score by the key: its multiplier is {text[:50]!r}; give a number") from None


def _nearest(value: Fraction) -> frozenset[int]:
    low = math.floor(value)
    if value - low == Fraction(1, 2):
        return frozenset((low, low + 1))
    return frozenset((math.floor(value + Fraction(1, 2)),))


def _around(value: Fraction) -> frozenset[int]:
    return frozenset((math.floor(value), math.ceil(value)))


def _number(owner: etree._Element, name: str) -> int:
    number = whole_number(owner.findtext(f"{K}{name}"))
    if number is None:
        raise ValueError(f"cannot score by the key: {name} is no integer; give a valid key")
    return number
