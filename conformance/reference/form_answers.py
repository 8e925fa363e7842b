"""Whether the answers of a Worker to a test meet what its form asks for.

Source: the article QuestionForm (IsRequired, and the Constraints of a FreeTextAnswer).  Only what a browser would keep
a Worker from handing in is refused; answers to questions that the form does not have are left alone.
"""

import re

from lxml import etree

from conformance.reference.documents import read_document

_TRUE = ("true", "1")
_NUMBER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
DEFAULT_ERROR = "Invalid input supplied"


def unmet(form: str, answers: str) -> str | None:
    """Return why a Worker cannot hand in these answers, None if they can be handed in."""
    given = {
        (answer.findtext("{*}QuestionIdentifier") or "").strip(): answer
        for answer in read_document(answers).iterfind("{*}Answer")
    }
    for question in read_document(form).iterfind("{*}Question"):
        name = (question.findtext("{*}QuestionIdentifier") or "").strip()
        if reason := _unmet(question, given.get(name)):
            return f"the answer to {name}: {reason}"
    return None


def _unmet(question: etree._Element, answer: etree._Element | None) -> str | None:
    told = [] if answer is None else [one.text for one in answer if etree.QName(one).localname != "QuestionIdentifier"]
    constraints = question.findall("{*}AnswerSpecification/{*}FreeTextAnswer/{*}Constraints/*")
    needed = (question.findtext("{*}IsRequired") or "").strip() in _TRUE or any(map(_needs_text, constraints))
    if not any(told):
        return "it is required" if needed else None
    text = "" if answer is None else answer.findtext("{*}FreeText") or ""
    return next(filter(None, (_breaks(one, text) for one in constraints)), None)


def _needs_text(constraint: etree._Element) -> bool:
    return int(constraint.get("minLength", "0")) > 0


def _breaks(constraint: etree._Element, text: str) -> str | None:
    """Return how a text breaks one constraint."""
    match etree.QName(constraint).localname:
        case "IsNumeric":
            low, high = constraint.get("minValue"), constraint.get("maxValue")
            return None if _NUMBER.fullmatch(text) and _within(int(text), low, high) else "it is no such number"
        case "Length":
            low, high = constraint.get("minLength"), constraint.get("maxLength")
            return None if _within(len(text), low, high) else "it is too short or too long"
    flags = re.IGNORECASE if "i" in constraint.get("flags", "") else 0
    try:
        fits = re.search(constraint.get("regex", ""), text, flags) is not None
    except re.error:  # another dialect: nobody can be held to it
        return None
    return None if fits else constraint.get("errorText", DEFAULT_ERROR)


def _within(value: int, low: str | None, high: str | None) -> bool:
    return (low is None or int(low) <= value) and (high is None or value <= int(high))
