"""AnswerKey: what its schema cannot say, and whether it fits the form that it is the key of.

Source: the article AnswerKey.  What it leaves open (ranges that overlap or hold nothing, a question keyed twice) is
told as observed.
"""

from collections.abc import Iterator

from lxml import etree

from conformance.checks.documents.places import at, first_of, repeated, whole_number
from conformance.checks.finding import Finding, missed, seen
from conformance.spec.documents import DOCUMENTS

K = f"{{{DOCUMENTS['AnswerKey']}}}"
F = f"{{{DOCUMENTS['QuestionForm']}}}"


def judge_key(root: etree._Element) -> Iterator[Finding]:
    """Yield what an AnswerKey shows by itself."""
    for identifier in repeated(first_of(root.iterfind(f"{K}Question"), f"{K}QuestionIdentifier")):
        actual = f"{identifier.text!r} is keyed once more"
        yield seen("AnswerKey.question", where=at(identifier), expected="one Question for each question", actual=actual)
    for question in root.iterfind(f"{K}Question"):
        yield from _judge_options(question)
    for most in root.iterfind(f"{K}QualificationValueMapping/{K}PercentageMapping/{K}MaximumSummedScore"):
        number = whole_number(most.text)
        if number is not None and number <= 0:
            actual = f"{number}, of which nothing is a percentage"
            yield seen("AnswerKey.percentage", where=at(most), expected="a number above 0", actual=actual)
    for mapping in root.iterfind(f"{K}QualificationValueMapping/{K}RangeMapping"):
        yield from _judge_ranges(mapping)


def _judge_options(question: etree._Element) -> Iterator[Finding]:
    known: set[frozenset[str]] = set()
    for option in question.iterfind(f"{K}AnswerOption"):
        chosen = frozenset(identifier.text or "" for identifier in option.iterfind(f"{K}SelectionIdentifier"))
        if chosen in known:
            actual = f"{', '.join(sorted(chosen))} once more"
            expected = "each combination of selections once"
            yield seen("AnswerKey.exact-match", where=at(option), expected=expected, actual=actual)
        known.add(chosen)


def _judge_ranges(mapping: etree._Element) -> Iterator[Finding]:
    ranges: list[tuple[int, int, etree._Element]] = []
    for row in mapping.iterfind(f"{K}SummedScoreRange"):
        low, high = (whole_number(row.findtext(f"{K}Inclusive{name}Bound")) for name in ("Lower", "Upper"))
        if low is None or high is None:
            continue
        if low > high:
            actual = f"{low} to {high}, in which no sum lies"
            yield seen("AnswerKey.range", where=at(row), expected="a lower bound up to the upper one", actual=actual)
        else:
            ranges.append((low, high, row))
    ranges.sort(key=lambda one: one[:2])
    reached: int | None = None
    for low, high, row in ranges:
        if reached is not None and low <= reached:
            actual = f"{low} to {high}, of which {low} to {min(high, reached)} lies in another range too"
            yield seen("AnswerKey.range-overlap", where=at(row), expected="ranges that do not overlap", actual=actual)
        reached = high if reached is None else max(reached, high)


def judge_key_against_form(form: etree._Element, key: etree._Element) -> Iterator[Finding]:
    """Yield where a key and the form that it belongs to do not fit; both roots in the right namespace."""
    offered = {
        question.findtext(f"{F}QuestionIdentifier", ""): _selections(question)
        for question in form.iterfind(f"{F}Question")
    }
    for question in key.iterfind(f"{K}Question"):
        name = question.findtext(f"{K}QuestionIdentifier", "")
        if name not in offered:
            yield _unmatched(question, f"{name!r}, which no Question of the form has")
            continue
        for identifier in question.iterfind(f"{K}AnswerOption/{K}SelectionIdentifier"):
            if (identifier.text or "") not in offered[name]:
                yield _unmatched(identifier, f"{identifier.text!r}, which is no selection of {name!r}")
    yield from _ungradable(form)


def _selections(question: etree._Element) -> frozenset[str]:
    return frozenset(identifier.text or "" for identifier in question.iter(f"{F}SelectionIdentifier"))


def _unmatched(element: etree._Element, actual: str) -> Finding:
    expected = "identifiers of the form's questions and selections"
    return seen("AnswerKey.identifier-match", where=at(element), expected=expected, actual=actual)


def _ungradable(form: etree._Element) -> Iterator[Finding]:
    """What a form with a key cannot ask; ``where`` is a path in the form."""
    for name, requirement in (
        ("FreeTextAnswer", "CreateQualificationType.AnswerKey.no-freetext"),
        ("OtherSelection", "CreateQualificationType.AnswerKey.no-otherselection"),
    ):
        for element in form.iter(f"{F}{name}"):
            yield missed(requirement, where=at(element), expected=f"no {name} in a form with a key", actual=name)
