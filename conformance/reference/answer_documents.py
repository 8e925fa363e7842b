"""The answers that the endpoint writes itself: those of forms that are not QuestionForms, and those that are files.

Source: the articles ExternalQuestion (The Answer Data, The Form Action), HTMLQuestion and QuestionFormAnswers.
"""

from collections.abc import Iterable

from lxml import etree

from conformance.reference.documents import read_document
from conformance.reference.records import Upload

NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
RESERVED = frozenset(("assignmentId", "hitId", "turkSubmitTo", "workerId"))
"""Fields of a form that are no answers."""
Members = Iterable[tuple[str, str]]
"""What stands in an Answer: names and texts, in order."""


def answers_of(fields: Iterable[tuple[str, str]]) -> str:
    """Return the QuestionFormAnswers that a form makes: the values of one name are joined by a vertical bar.

    Raises ValueError for a text that XML cannot carry.
    """
    values: dict[str, list[str]] = {}
    for name, value in fields:
        if name not in RESERVED:
            values.setdefault(name, []).append(value)
    return write_answers(
        [("QuestionIdentifier", name), ("FreeText", "|".join(texts))] for name, texts in values.items()
    )


def write_answers(answers: Iterable[Members]) -> str:
    """Return a QuestionFormAnswers document of these answers; raises ValueError for a text that XML cannot carry."""
    root = etree.Element(f"{{{NAMESPACE}}}QuestionFormAnswers", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # wrong in the stubs
    for members in answers:
        _answer(root, members)
    return _text(root)


def with_uploads(answers: str, uploads: Iterable[Upload]) -> str:
    """Return a QuestionFormAnswers document with an answer for each file; without files it stays as it is."""
    uploads = list(uploads)
    if not uploads:
        return answers
    root = read_document(answers)
    for upload in uploads:
        size = str(len(upload.content.encode()))
        identifier = ("QuestionIdentifier", upload.question_identifier)
        _answer(root, (identifier, ("UploadedFileSizeInBytes", size), ("UploadedFileKey", upload.key)))
    return _text(root)


def _answer(root: etree._Element, members: Members) -> None:
    answer = etree.SubElement(root, f"{{{NAMESPACE}}}Answer")
    for name, text in members:
        etree.SubElement(answer, f"{{{NAMESPACE}}}{name}").text = text


def _text(root: etree._Element) -> str:
    return etree.tostring(root, encoding="unicode")
