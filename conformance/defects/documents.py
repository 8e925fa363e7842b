"""Faults in what replies hold of Qualifications, and in the documents inside them."""

from collections.abc import Callable

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, reshaping

_NAMESPACE = ' xmlns="'
_ANSWER_READ = "shown by reading the answers"


def _in_text(operation: str, name: str, change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the text of every element ``name`` in the replies of an operation."""

    def reshape(reply: etree._Element) -> None:
        for element in reply.iter(name):
            element.text = change(element.text or "")

    return reshaping(operation, reshape)


def _without_namespace(text: str) -> str:
    before, _, after = text.partition(_NAMESPACE)
    return before + after.partition('"')[2]


def _of_another_question(text: str) -> str:
    return text.replace("<QuestionIdentifier>", "<QuestionIdentifier>no-")


def _identifier_last(text: str) -> str:
    before, mark, after = text.partition("<QuestionIdentifier>")
    identifier, _, rest = after.partition("</QuestionIdentifier>")
    content, _, end = rest.partition("</Answer>")
    return f"{before}{content}{mark}{identifier}</QuestionIdentifier></Answer>{end}"


def _also_a_locale(reply: etree._Element) -> None:
    for value in reply.iter("IntegerValue"):
        locale = etree.Element("LocaleValue")
        etree.SubElement(locale, "Country").text = "US"
        value.addnext(locale)


DEFECTS: tuple[Defect, ...] = (
    defect(
        "documents/question-without-namespace",
        _in_text("CreateHIT", "Question", _without_namespace),
        "Common.DataSchema.returned-namespace",
    ),
    defect(
        "documents/answers-without-namespace",
        _in_text("GetAssignmentsForHIT", "Answer", _without_namespace),
        "QuestionFormAnswers.namespace",
    ),
    defect(
        "documents/answers-out-of-order",
        _in_text("GetAssignmentsForHIT", "Answer", _identifier_last),
        "QuestionFormAnswers.schema",
    ),
    defect(
        "documents/answers-to-other-questions",
        _in_text("GetQualificationRequests", "Answer", _of_another_question),
        "QualificationRequest.Answer.matches-test",
        also=("QuestionFormAnswers.*", "QualificationRequest.Answer.*"),
        because=_ANSWER_READ,
    ),
    defect(
        "qualifications/of-another-worker",
        _in_text("GetQualificationScore", "SubjectId", lambda _: "A3ANOTHERWORKER"),
        "Qualification.SubjectId",
    ),
    defect(
        "qualifications/with-two-values", reshaping("GetQualificationScore", _also_a_locale), "Qualification.value-kind"
    ),
)
