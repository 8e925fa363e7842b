"""A SelectionAnswer: identifiers, counts and style, which depend on one another.

Source: the article QuestionForm.  Genuine forms have identifiers with dots, dashes and underscores, so that an
identifier is not alphanumeric is told only.
"""

from collections.abc import Iterator

from lxml import etree

from conformance.checks.documents.places import at, repeated, whole_number
from conformance.checks.finding import Finding, missed, seen
from conformance.spec.documents import DOCUMENTS

F = f"{{{DOCUMENTS['QuestionForm']}}}"
SINGLE_STYLES = ("radiobutton", "dropdown")
"""Styles by which one selection can be made."""


def judge_selection_answer(answer: etree._Element) -> Iterator[Finding]:
    """Yield what is wrong with one SelectionAnswer beyond its shape."""
    identifiers = answer.findall(f"{F}Selections/{F}Selection/{F}SelectionIdentifier")
    yield from _judge_identifiers(identifiers)
    least, most = (answer.find(f"{F}{name}SelectionCount") for name in ("Min", "Max"))
    # Whether the other field is one of the selections is not said; the larger number is right in both readings.
    offered = len(identifiers) + (answer.find(f"{F}Selections/{F}OtherSelection") is not None)
    for count, requirement in ((least, "min-selection-default"), (most, "max-selection-default")):
        yield from _judge_count(count, f"QuestionForm.{requirement}", offered)
    low, high = _number(least), _number(most)
    if low is not None and high is not None and offered >= low > high > 0:
        actual = f"MinSelectionCount {low} above MaxSelectionCount {high}"
        expected = "a minimum up to the maximum, which is 1 by default"
        yield seen("QuestionForm.min-selection-default", where=at(answer), expected=expected, actual=actual)
    yield from _judge_style(answer, high)


def _judge_identifiers(identifiers: list[etree._Element]) -> Iterator[Finding]:
    requirement = "QuestionForm.selection-identifier"
    for identifier in repeated(identifiers):
        expected, actual = "an identifier that no other selection of the question has", repr(identifier.text or "")
        yield missed(requirement, where=at(identifier), expected=expected, actual=actual)
    for identifier in identifiers:
        text = identifier.text or ""
        if not text.isalnum():
            yield seen(requirement, where=at(identifier), expected="letters and digits", actual=repr(text))


def _number(count: etree._Element | None) -> int | None:
    return 1 if count is None else whole_number(count.text)


def _judge_count(count: etree._Element | None, requirement: str, offered: int) -> Iterator[Finding]:
    number = None if count is None else whole_number(count.text)
    if count is not None and number is not None and number > offered > 0:
        expected, actual = f"at most the number of selections, {offered}", str(number)
        yield missed(requirement, where=at(count), expected=expected, actual=actual)


def _judge_style(answer: etree._Element, most: int | None) -> Iterator[Finding]:
    style = answer.find(f"{F}StyleSuggestion")
    if style is not None and style.text in SINGLE_STYLES and most is not None and most > 1:
        expected, actual = "a style by which several can be chosen", f"{style.text}, with MaxSelectionCount {most}"
        yield missed("QuestionForm.style-single", where=at(style), expected=expected, actual=actual)
