"""Documents that a call carries: what an endpoint took although the documents say that it is to be refused.

Told only where the call was accepted: a refusal may have another reason.  What would be wrong with the document
but need not be refused (identifiers that repeat, counts that nobody can meet) is not the endpoint's fault.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from lxml import etree

from conformance.checks.documents import (
    LONGEST,
    LONGEST_KEPT,
    MAX_FINDINGS,
    disputed_requirement,
    judge_answer_key,
    kinds_of,
)
from conformance.checks.documents.formatted_content import JUDGED, judge_block
from conformance.checks.documents.places import INNER, at
from conformance.checks.documents.question_form import MAX_BLOCKS
from conformance.checks.finding import Check, Finding, Outcome, check, check_for, missed, seen
from conformance.checks.reading import Reading
from conformance.spec.document_shapes import stated_requirements
from conformance.spec.documents import BLOCK, DOCUMENTS, QUESTIONS, DocumentFault, faults_of, read_document
from conformance.spec.shapes import Shapes
from conformance.wire.xml import XmlRefused

F = f"{{{DOCUMENTS['QuestionForm']}}}"
NOT_XML = {
    "CreateHIT.Question": "CreateHIT.Question.not-xml",
    "CreateQualificationType.Test": "CreateQualificationType.Test.questionform",
    "CreateQualificationType.AnswerKey": "CreateQualificationType.AnswerKey.valid",
}
"""Parameter → the requirement that taking a text that is no XML breaks."""
INVALID = {**NOT_XML, "CreateHIT.Question": "CreateHIT.Question.schema-invalid"}
"""Parameter → the requirement that taking an invalid document breaks, where no other speaks of the fault."""
SIZES = {
    "CreateHIT.Question": "CreateHIT.Question.size",
    **{
        f"{operation}.{name}": f"{operation}.{name}.max"
        for operation in ("CreateQualificationType", "UpdateQualificationType")
        for name in ("Test", "AnswerKey")
    },
}
"""Parameter → the requirement on its size."""
NO_TEST = {
    "ExternalQuestion": "CreateQualificationType.Test.no-externalquestion",
    "HTMLQuestion": "HTMLQuestion.not-for-quals",
}
NO_UPLOAD = "CreateQualificationType.Test.no-fileupload"
GRADABLE = ("CreateQualificationType.AnswerKey.no-freetext", "CreateQualificationType.AnswerKey.no-otherselection")


def sent_documents(reading: Reading) -> Iterator[tuple[str, str, str]]:
    """Yield each document that a call of an operation of its version carries: parameter, kind, text."""
    if reading.operation is None:
        return
    for name, document in _documents_of(reading.shapes, reading.operation):
        for value in reading.call.values.get(name, ()):
            if isinstance(value, str) and value:
                yield name, document, value


@lru_cache(512)
def _documents_of(shapes: Shapes, operation: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters of an operation that are documents, with their kinds."""
    elements = shapes.operation(operation).request.elements
    return tuple((member.name, member.document) for member in elements if member.document)


def _refused() -> frozenset[str]:
    """Return every requirement that taking a faulty document may break."""
    stated = (stated_requirements(document) for document in (*QUESTIONS, "AnswerKey"))
    blocks = (f"{BLOCK}.{topic}" for topic in JUDGED)
    tables = (table.values() for table in (INVALID, NOT_XML, SIZES, NO_TEST))
    return frozenset().union(*stated, blocks, *tables, (NO_UPLOAD,))


@check_for(_refused)
def faulty_documents_are_refused(reading: Reading) -> Iterator[Finding]:
    """A call that was accepted carried documents that may be accepted."""
    if not reading.accepted:
        return
    for name, kind, text in sent_documents(reading):
        yield from islice(_judge(f"{reading.operation}.{name}", kind, text), MAX_FINDINGS)


def taken_in_order(reading: Reading) -> bool:
    """Tell whether nothing would be told of the documents of a call, once it was accepted."""
    sent = tuple(sent_documents(reading))
    if len(sent) > 1:
        return False  # which may have to fit each other
    for name, kind, text in sent:
        ask = _is_told if len(text) <= LONGEST_KEPT else _is_told.__wrapped__
        if ask(f"{reading.operation}.{name}", kind, text):
            return False
    return True


@lru_cache(256)
def _is_told(parameter: str, kind: str, text: str) -> bool:
    return next(_judge(parameter, kind, text), None) is not None


def _judge(parameter: str, kind: str, text: str) -> Iterator[Finding]:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LONGEST and parameter in SIZES:
        yield _taken(SIZES[parameter], parameter, "/", f"{size} bytes")
    try:
        root = read_document(text)
    except XmlRefused as refusal:
        if refusal.kind not in ("too large", "too deep") and parameter in NOT_XML:
            yield _taken(NOT_XML[parameter], parameter, "/", str(refusal))
        return
    name = etree.QName(root).localname
    if kind == "QuestionForm" and name in NO_TEST:
        yield _taken(NO_TEST[name], parameter, f"/{name}", f"a document {name}")
        return
    for fault in faults_of(root, expected=kinds_of(kind)):
        requirement, disputed = _requirement(fault, parameter), disputed_requirement(fault)
        if disputed:
            place = f"{parameter.partition('.')[2]}{INNER}{fault.where}"
            yield seen(disputed, where=place, actual=f"accepted, with {fault.message}")
        elif requirement:
            yield _taken(requirement, parameter, fault.where, fault.message)
    if kind == "QuestionForm":
        for upload in root.iter(f"{F}FileUploadAnswer"):
            yield _taken(NO_UPLOAD, parameter, at(upload), "a FileUploadAnswer in a test")
    yield from _blocks(parameter, root)


def _requirement(fault: DocumentFault, parameter: str) -> str | None:
    general = INVALID.get(parameter)
    if fault.kind == "unknown root" or fault.requirement in INVALID.values():
        return general
    return fault.requirement or general


def _blocks(parameter: str, root: etree._Element) -> Iterator[Finding]:
    for block in islice(root.iter(f"{F}{BLOCK}"), MAX_BLOCKS):
        if len(block):
            continue
        for finding in judge_block(block.text or ""):
            if finding.outcome is Outcome.MISSED:
                yield _taken(finding.requirement, parameter, f"{at(block)}{INNER}{finding.where}", finding.actual)


def _taken(requirement: str, parameter: str, where: str, actual: str) -> Finding:
    place = f"{parameter.partition('.')[2]}{INNER}{where}"
    return missed(requirement, where=place, expected="the call refused", actual=f"accepted, with {actual}")


@check(*GRADABLE)
def keys_come_with_forms_that_can_be_graded(reading: Reading) -> Iterator[Finding]:
    """A Test that was accepted with an AnswerKey asks nothing that a key cannot score."""
    sent = {name: text for name, _, text in sent_documents(reading)}
    if not reading.accepted or not {"Test", "AnswerKey"} <= set(sent):
        return
    for finding in judge_answer_key(sent["Test"], sent["AnswerKey"]):
        if finding.outcome is Outcome.MISSED:
            yield _taken(finding.requirement, "CreateQualificationType.Test", finding.where, finding.actual)


CHECKS: tuple[Check, ...] = (faulty_documents_are_refused, keys_come_with_forms_that_can_be_graded)
