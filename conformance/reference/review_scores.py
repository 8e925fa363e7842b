"""How review policies score answers: against known ones, and against those of the others.

Source: the articles AssignmentReviewPolicies and HITReviewPolicies.  White space around a value never counts, letter
case and punctuation do; scores are whole percentages, rounded down.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from conformance.reference.documents import read_document
from conformance.reference.review_records import MapEntry

LONGEST = 256
"""Longer answers, in characters, are not compared with others."""

Answers = Mapping[str, frozenset[str]]
"""Question → the values of the answer, none where there is no answer."""


def answers_in(document: str) -> Answers:
    """Return the answers of a QuestionFormAnswers document."""
    found: dict[str, frozenset[str]] = {}
    for answer in read_document(document).iterfind("{*}Answer"):
        question = next((one.text or "" for one in answer.iterfind("{*}QuestionIdentifier")), "").strip()
        values = [(one.text or "").strip() for one in answer if etree.QName(one).localname != "QuestionIdentifier"]
        found[question] = found.get(question, frozenset()) | frozenset(filter(None, values))
    return found


def known_answers(key: Iterable[MapEntry], answers: Answers) -> dict[str, bool]:
    """Tell of each known question whether exactly the values of the key were given."""
    return {
        entry.key.strip(): answers.get(entry.key.strip(), frozenset())
        == frozenset(filter(None, (value.strip() for value in entry.values)))
        for entry in key
    }


def percentage(part: int, whole: int) -> int:
    """Return a score, 0 of nothing."""
    return 100 * part // whole if whole else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plurality:
    """What the answers to one question have in common: ``agreed`` is None where too few Workers gave the same."""

    agreed: frozenset[str] | None
    score: int


def plurality(question: str, given: Iterable[Answers], threshold: int) -> Plurality:
    """Return whether the share of Workers with the same answer to a question is above the threshold."""
    given = list(given)
    counted = Counter(filter(None, (_compared(answers.get(question, frozenset())) for answers in given)))
    if not counted:
        return Plurality(agreed=None, score=0)
    (answer, count), *_ = counted.most_common(1)
    above = 100 * count > threshold * len(given)
    return Plurality(agreed=answer if above else None, score=percentage(count, len(given)))


def _compared(values: frozenset[str]) -> frozenset[str]:
    return values if all(len(value) <= LONGEST for value in values) else frozenset()
