"""What a QualificationRequest shows by itself: its id, and the two documents in it."""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from conformance.checks.finding import Check, Finding, check, decide, missed, seen
from conformance.checks.reading import Reading, Visit
from conformance.spec.documents import read_document
from conformance.wire.xml import XmlRefused

STRUCTURE = "QualificationRequest"
IDENTIFIER = f"{STRUCTURE}.QualificationRequestId"
DOCUMENTS = {"Test": "QuestionForm", "Answer": "QuestionFormAnswers"}


def _documents(reading: Reading) -> list[Visit]:
    return [visit for visit in reading.visits if visit.parent_name == STRUCTURE and visit.element.tag in DOCUMENTS]


@check(IDENTIFIER)
def identifiers_are_unique(reading: Reading) -> Iterator[Finding]:
    """Every request in a list has an id of its own."""
    requests = reading.of_type(STRUCTURE)
    identifiers = [(visit.element.findtext("QualificationRequestId") or "").strip() for visit in requests]
    counts = Counter(identifiers)
    for visit, identifier in zip(requests, identifiers, strict=True):
        yield decide(
            IDENTIFIER,
            bool(identifier) and counts[identifier] == 1,
            where=f"{visit.path}/QualificationRequestId",
            expected="an id that is not empty and that no other request of the list has",
            actual=f"{identifier!r}, {counts[identifier]} times in this list",
        )


@check(f"{IDENTIFIER}.trim")
def identifiers_have_white_space(reading: Reading) -> Iterator[Finding]:
    """Record whether ids come with white space around them, as the printed samples have it."""
    for visit in reading.of_type(STRUCTURE):
        identifier = visit.element.findtext("QualificationRequestId") or ""
        around = "white space around the id" if identifier != identifier.strip() else "no white space around the id"
        yield seen(f"{IDENTIFIER}.trim", where=f"{visit.path}/QualificationRequestId", actual=around)


@check(f"{STRUCTURE}.escaped")
def documents_are_escaped(reading: Reading) -> Iterator[Finding]:
    """Test and Answer are text: the XML in them is escaped, not nested."""
    for visit in _documents(reading):
        children = [child.tag for child in visit.element.iterchildren(tag=etree.Element)]
        yield decide(
            f"{STRUCTURE}.escaped",
            not children,
            where=visit.path,
            expected="escaped XML, that is text only",
            actual=f"child elements: {', '.join(children)}",
        )


def _root_of(text: str) -> str:
    """Return the name of a document's root element, or why there is none."""
    try:
        return etree.QName(read_document(text)).localname
    except XmlRefused as refusal:
        return str(refusal)


@check(*(f"{STRUCTURE}.{name}.parsable" for name in DOCUMENTS))
def documents_are_what_they_should_be(reading: Reading) -> Iterator[Finding]:
    """Unescaped once, Test is a QuestionForm and Answer a QuestionFormAnswers document."""
    for visit in _documents(reading):
        if len(visit.element):
            continue
        name = visit.element.tag
        found = _root_of(visit.element.text or "")
        yield decide(
            f"{STRUCTURE}.{name}.parsable",
            found == DOCUMENTS[name],
            where=visit.path,
            expected=f"a {DOCUMENTS[name]} document in escaped form",
            actual=f"the root element is {found}" if found.isidentifier() else found,
        )


@check(f"{STRUCTURE}.Answer.presence")
def answers_come_with_their_test(reading: Reading) -> Iterator[Finding]:
    """Test and Answer are there together or not at all."""
    for visit in reading.of_type(STRUCTURE):
        there = [name for name in DOCUMENTS if visit.element.find(name) is not None]
        if len(there) == 1:
            yield missed(
                f"{STRUCTURE}.Answer.presence",
                where=visit.path,
                expected="Test and Answer together, or neither",
                actual=f"{there[0]} alone",
            )


CHECKS: tuple[Check, ...] = (
    identifiers_are_unique,
    identifiers_have_white_space,
    documents_are_escaped,
    documents_are_what_they_should_be,
    answers_come_with_their_test,
)
