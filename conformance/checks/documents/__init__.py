"""Documents inside strings: from a text to findings.

A fault of shape is laid at the requirement that the data schema names beside the shape; the rules that no schema can
state follow in one module per document.  What is disputed among the sources, or only inferred, is told as observed
and never held against a document.  Regular expressions out of a document are never run, and all that is done takes
time in proportion to the text.
"""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from itertools import islice

from lxml import etree

from conformance.checks.documents.answer_keys import judge_key, judge_key_against_form
from conformance.checks.documents.answers import judge_answers_against_form, judge_answers_alone
from conformance.checks.documents.formatted_content import judge_block
from conformance.checks.documents.frames import judge_external, judge_html
from conformance.checks.documents.places import INNER, inside
from conformance.checks.documents.question_form import judge_form
from conformance.checks.finding import Finding, met, missed, seen
from conformance.spec.document_shapes import namespace_requirement, root_requirement
from conformance.spec.documents import (
    BLOCK,
    DOCUMENTS,
    LATER_NAMESPACES,
    QUESTIONS,
    DocumentFault,
    faults_of,
    read_document,
)
from conformance.wire.xml import XmlRefused

__all__ = ["INNER", "MAX_FINDINGS", "judge_answer_key", "judge_answers", "judge_document", "nested_findings"]

MAX_FINDINGS = 200
"""So many findings are told of one document."""
UNSTATED = "schema"
"""The name under which a fault is told of which no requirement speaks."""
DOCUMENTS_KEPT = 256
"""Of so many documents it is kept what they show: a service shows the same one again and again."""
LONGEST_KEPT = 20_000
"""So many characters may such a document have."""
LONGEST = 65_535
"""The bytes that a Question, a Test or an AnswerKey may have."""
SIZES = {
    **dict.fromkeys(QUESTIONS, "CreateHIT.Question.size"),
    "AnswerKey": "CreateQualificationType.AnswerKey.max",
}
RULES: dict[str, Callable[[etree._Element], Iterator[Finding]]] = {
    "QuestionForm": judge_form,
    "QuestionFormAnswers": judge_answers_alone,
    "AnswerKey": judge_key,
    "ExternalQuestion": judge_external,
    "HTMLQuestion": judge_html,
}

_OUR_LIMITS = ("too deep", "too large")
# Members that one of the sources has in a place where the schema has none: parent and member → requirement.
_DISPUTED = {
    ("Question", "QualificationValueMapping"): "AnswerKey.mapping-position",
    ("SelectionAnswer", "StyleSuggestions"): "QuestionForm.style-values",
}


def kinds_of(document: str) -> tuple[str, ...]:
    """Return the root elements that an annotation ``mt:document`` stands for; ``Question`` is any that a HIT shows."""
    return QUESTIONS if document == "Question" else (document,)


def judge_document(text: str, *, expected: Collection[str] | None = None) -> Iterator[Finding]:
    """Yield what a document shows: faults of shape and broken rules, each at its requirement, up to `MAX_FINDINGS`.

    ``expected`` are the root elements that are right in its place, all that are known by default; with
    ``FormattedContent`` alone the text is that of a block.  ``where`` is a path in the document.  Raises nothing.
    """
    if expected is not None and set(expected) == {BLOCK}:
        yield from islice(judge_block(text), MAX_FINDINGS)
        return
    ask = _found_in if len(text) <= LONGEST_KEPT else _found_in.__wrapped__
    yield from ask(text, tuple(DOCUMENTS) if expected is None else tuple(expected))


@lru_cache(DOCUMENTS_KEPT)
def _found_in(text: str, expected: tuple[str, ...]) -> tuple[Finding, ...]:
    return tuple(islice(_judged(text, expected), MAX_FINDINGS))


def judge_answers(form: str, answers: str) -> Iterator[Finding]:
    """Yield where a QuestionFormAnswers does not fit the QuestionForm that it answers; paths are of the answers.

    What either document is by itself is left to `judge_document`; where one cannot be read nothing is told.
    """
    form_root, answers_root = _root(form, "QuestionForm"), _root(answers, "QuestionFormAnswers")
    if form_root is not None and answers_root is not None:
        yield from islice(judge_answers_against_form(form_root, answers_root), MAX_FINDINGS)


def judge_answer_key(form: str, key: str) -> Iterator[Finding]:
    """Yield where an AnswerKey does not fit the QuestionForm that it scores; paths are of the document at fault.

    What either document is by itself is left to `judge_document`; where one cannot be read nothing is told.
    """
    form_root, key_root = _root(form, "QuestionForm"), _root(key, "AnswerKey")
    if form_root is not None and key_root is not None:
        yield from islice(judge_key_against_form(form_root, key_root), MAX_FINDINGS)


def nested_findings(outer_path: str, text: str, document_kind: str) -> Iterator[Finding]:
    """Yield what the document in the text at ``outer_path`` shows; ``document_kind`` as `kinds_of` knows it.

    ``where`` is ``<outer path> → <path in the document>``.
    """
    for finding in judge_document(text, expected=kinds_of(document_kind)):
        yield inside(outer_path, finding)


def _root(text: str, document: str) -> etree._Element | None:
    """Return the root of a document with its namespace put right, or None where it is not that document."""
    try:
        root = read_document(text)
    except XmlRefused:
        return None
    return None if any(fault.kind == "unknown root" for fault in faults_of(root, expected=(document,))) else root


def _judged(text: str, expected: tuple[str, ...]) -> Iterator[Finding]:
    try:
        root = read_document(text)
    except XmlRefused as refusal:
        yield _unreadable(refusal, expected)
        return
    name, namespace = etree.QName(root).localname, etree.QName(root).namespace
    faults = list(faults_of(root, expected=expected))
    for fault in faults:
        yield _at_requirement(fault, expected)
    if name not in expected or name not in RULES:
        return
    if namespace in LATER_NAMESPACES.get(name, ()):
        yield _later(name, str(namespace))
    yield from _size(name, text)
    yield from RULES[name](root)
    yield from _met(name, faults)


def _unreadable(refusal: XmlRefused, expected: tuple[str, ...]) -> Finding:
    wanted = f"a document {' or '.join(expected)}"
    stated = _one_of(expected, "CreateHIT.Question.not-xml")
    if stated is None or refusal.kind in _OUR_LIMITS:
        return seen(UNSTATED, where="/", expected=wanted, actual=str(refusal))
    return missed(stated, where="/", expected=wanted, actual=str(refusal))


def _one_of(expected: tuple[str, ...], of_questions: str) -> str | None:
    """Return the requirement that no document at all breaks in a place for ``expected``."""
    if len(expected) == 1:
        return root_requirement(expected[0]) if expected[0] in DOCUMENTS else None
    return of_questions if set(expected) <= set(QUESTIONS) else None


def _at_requirement(fault: DocumentFault, expected: tuple[str, ...]) -> Finding:
    disputed = disputed_requirement(fault)
    stated = fault.requirement
    if fault.kind == "unknown root":
        stated = _one_of(expected, "CreateHIT.Question.schema-invalid")
    if disputed or stated is None:
        return seen(disputed or UNSTATED, where=fault.where, expected="what the schema allows", actual=fault.message)
    return missed(stated, where=fault.where, expected="what the schema allows", actual=fault.message)


def disputed_requirement(fault: DocumentFault) -> str | None:
    """Return the requirement of a fault over which the sources differ, and which is therefore not judged."""
    steps = [step.partition("[")[0] for step in fault.where.split("/")[-2:]]
    return _DISPUTED.get((steps[0], steps[-1]))


def _later(name: str, namespace: str) -> Finding:
    requirement = namespace_requirement(name) or UNSTATED
    note = "the namespace of a later API, for the same shape"
    return seen(requirement, where=f"/{name}", expected=DOCUMENTS[name], actual=namespace, note=note)


def _size(name: str, text: str) -> Iterator[Finding]:
    size = len(text.encode("utf-8", "surrogatepass"))
    if name in SIZES and size > LONGEST:
        yield missed(SIZES[name], where=f"/{name}", expected=f"at most {LONGEST} bytes", actual=f"{size} bytes")


def _met(name: str, faults: list[DocumentFault]) -> Iterator[Finding]:
    """Say what a document shows to be met as a whole: the requirement on its namespace, and that on its shape."""
    spaces, shape = namespace_requirement(name), root_requirement(name)
    broken = {fault.requirement for fault in faults}
    if spaces and spaces not in broken:
        yield met(spaces, f"/{name}")
    if shape and shape != spaces and not faults:
        yield met(shape, f"/{name}")
