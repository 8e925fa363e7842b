"""Documents inside replies: the texts that the schemas of the messages call a document.

Answers are the endpoint's own making, so whatever is wrong with them is laid at its door.  Question, Test and
AnswerKey come from the Requester, and a faulty one may be what was sent, in this call or in one long ago: the
endpoint answers for such a document only where the same call carried it and it was in order.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from lxml import etree

from conformance.checks.documents import (
    DOCUMENTS_KEPT,
    LONGEST_KEPT,
    judge_answers,
    judge_document,
    kinds_of,
    nested_findings,
)
from conformance.checks.documents.places import inside
from conformance.checks.finding import Check, Finding, Outcome, check, decide, met, missed, seen
from conformance.checks.reading import Reading, Visit
from conformance.spec.documents import DOCUMENTS, LATER_NAMESPACES, read_document
from conformance.wire.xml import XmlRefused

ANSWERS = "QuestionFormAnswers"
RETURNED = "Common.DataSchema.returned-namespace"
ESCAPED = "GetHIT.question-escaped"
MATCHES = "QualificationRequest.Answer.matches-test"
TOLD = 5
"""So many faults of a document that the Requester may have sent are told."""

_NOTE = "perhaps as the Requester sent it"


def documents_in(reading: Reading) -> Iterator[tuple[Visit, str, str]]:
    """Yield each text of a reply that should be a document, with the kind that its schema names, and the text."""
    for visit in reading.visits:
        kind = visit.member.document if visit.member is not None else None
        if kind is not None and not len(visit.element):  # elements instead of text are a fault of the reply's shape
            yield visit, kind, visit.element.text or ""


def _root_of(text: str, kind: str) -> etree.QName | None:
    """Return the name of a document's root; None where the text is no XML, or has another root than its kind."""
    name = (_root_name if len(text) <= LONGEST_KEPT else _root_name.__wrapped__)(text)
    return name if name is not None and name.localname in kinds_of(kind) else None


@lru_cache(DOCUMENTS_KEPT)
def _root_name(text: str) -> etree.QName | None:
    try:
        return etree.QName(read_document(text))
    except XmlRefused:
        return None


@check(
    "Assignment.Answer.escaped",
    "Assignment.Answer.empty",
    *(f"{ANSWERS}.{topic}" for topic in ("schema", "namespace", "upload", "one-per-answered")),
)
def answers_are_documents(reading: Reading) -> Iterator[Finding]:
    """Every Answer is a valid QuestionFormAnswers."""
    for visit, kind, text in documents_in(reading):
        if kind != ANSWERS:
            continue
        of_assignment = visit.parent_name == "Assignment"
        if of_assignment and not text.strip():
            yield seen("Assignment.Answer.empty", where=visit.path, actual="an empty Answer")
            continue
        readable = _root_of(text, kind) is not None
        if of_assignment:
            expected = f"a {ANSWERS} document in escaped form"
            yield decide("Assignment.Answer.escaped", readable, where=visit.path, expected=expected, actual=text)
        if readable:
            yield from nested_findings(visit.path, text, kind)


@check(
    MATCHES,
    *(f"{ANSWERS}.{topic}" for topic in ("identifier", "freetext", "selection", "other-selection")),
    f"{ANSWERS}.conformance-claim",
)
def answers_fit_their_test(reading: Reading) -> Iterator[Finding]:
    """Answer and Test of a QualificationRequest belong together."""
    for visit in reading.of_type("QualificationRequest"):
        form, answers = visit.element.findtext("Test"), visit.element.findtext("Answer")
        if form and answers:
            where = f"{visit.path}/Answer"
            for finding in judge_answers(form, answers):
                placed = inside(where, finding)
                yield placed
                if finding.requirement == f"{ANSWERS}.identifier":
                    yield replace(placed, requirement=MATCHES)


@check(RETURNED, ESCAPED)
def documents_come_back_as_documents(reading: Reading) -> Iterator[Finding]:
    """Question, Test and AnswerKey are XML that declares the namespace of its schema; that of a HIT is escaped."""
    for visit, kind, text in documents_in(reading):
        if kind == ANSWERS:
            continue
        name = _root_of(text, kind)
        spaces = (DOCUMENTS[name.localname], *LATER_NAMESPACES.get(name.localname, ())) if name else ()
        expected = f"a document {' or '.join(kinds_of(kind))} in its namespace"
        if name is not None and visit.parent_name == "HIT":
            yield met(ESCAPED, visit.path)
        if name is not None and name.namespace in spaces:
            yield met(RETURNED, visit.path)
        elif _sent_in_order(reading, visit.element.tag, kind):
            yield missed(RETURNED, where=visit.path, expected=expected, actual=text)
        else:
            yield seen(RETURNED, where=visit.path, expected=expected, actual=text, note=_NOTE)
        yield from _told(visit.path, text, kind) if name is not None else ()


def _sent_in_order(reading: Reading, parameter: str, kind: str) -> bool:
    """Tell whether the call itself carried the document, once, and nothing is wrong with it."""
    sent = [value for value in reading.call.values.get(parameter, ()) if isinstance(value, str)]
    if len(sent) != 1:
        return False
    return all(one.outcome is not Outcome.MISSED for one in judge_document(sent[0], expected=kinds_of(kind)))


def _told(path: str, text: str, kind: str) -> Iterator[Finding]:
    """Tell what is wrong with a document without holding it against the endpoint."""
    faults = (one for one in nested_findings(path, text, kind) if one.outcome is Outcome.MISSED)
    for fault in islice(faults, TOLD):
        yield replace(fault, outcome=Outcome.SEEN, note=_NOTE)


CHECKS: tuple[Check, ...] = (answers_are_documents, answers_fit_their_test, documents_come_back_as_documents)
