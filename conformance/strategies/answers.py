"""Answers that meet what a QuestionForm asks."""

from lxml import etree

from conformance.spec.documents import DOCUMENTS, Content, document_element, read_document
from conformance.strategies.choices import Choices

_NAMESPACES = {"f": DOCUMENTS["QuestionForm"]}
PATTERNS = {
    "^[0-9]{4}$": ("1984", "0007"),
    "^(yes|no)$": ("yes", "no"),
    r"^\S+@\S+$": ("who@example.org", "ü+tag@example.org"),
}
"""Regular expressions for AnswerFormatRegex, with answers that match them."""


def answer_form(form: str, choices: Choices) -> str:
    """Return a QuestionFormAnswers to ``form``; the errors are those of ``documents.sample_answers``."""
    questions = read_document(form).findall("f:Question", _NAMESPACES)
    if not questions:
        raise ValueError("cannot answer the form: it has no Question in the namespace of QuestionForm")
    answered = [question for question in questions if _is_required(question) or choices.pick((True, False))]
    answers = _reply("QuestionFormAnswers", *(_answer(question, choices) for question in answered or questions[:1]))
    return etree.tostring(answers, encoding="unicode")


def _reply(name: str, *content: Content) -> etree._Element:
    return document_element("QuestionFormAnswers", name, *content)


def _is_required(question: etree._Element) -> bool:
    if question.findtext("f:IsRequired", "", _NAMESPACES).strip() in {"true", "1"}:
        return True
    lengths = question.iterfind("f:AnswerSpecification/f:FreeTextAnswer/f:Constraints/f:Length", _NAMESPACES)
    return any(int(length.get("minLength", "0")) for length in lengths)


def _answer(question: etree._Element, choices: Choices) -> etree._Element:
    answer = _reply("Answer", _reply("QuestionIdentifier", question.findtext("f:QuestionIdentifier", "", _NAMESPACES)))
    specification = question.find("f:AnswerSpecification/*", _NAMESPACES)
    if specification is None:
        raise ValueError("cannot answer the form: a Question has no AnswerSpecification; give a valid form")
    required = _is_required(question)
    match etree.QName(specification).localname:
        case "FreeTextAnswer":
            answer.append(_reply("FreeText", _free_text(specification, choices, least=int(required))))
        case "SelectionAnswer":
            answer.extend(_selected(specification, choices, least=int(required)))
        case _:
            size = specification.findtext("f:MinFileSizeInBytes", "1", _NAMESPACES)
            answer.append(_reply("UploadedFileSizeInBytes", size.strip()))
            answer.append(_reply("UploadedFileKey", f"key-{choices.integer(0, 10**9)}"))
    return answer


def _free_text(specification: etree._Element, choices: Choices, *, least: int) -> str:
    """Return a text of at least ``least`` characters, not all of them blank, that meets the constraint."""
    constraints = specification.findall("f:Constraints/*", _NAMESPACES)
    if len(constraints) > 1:
        raise ValueError("cannot make up an answer under several constraints; write it by hand")
    low, high = least, 20
    for constraint in constraints:
        limits = constraint.attrib
        match etree.QName(constraint).localname:
            case "IsNumeric":
                return _number(limits.get("minValue"), limits.get("maxValue"), choices)
            case "Length":
                low = max(low, int(limits.get("minLength", "0")))
                high = int(limits.get("maxLength", str(low + 20)))
            case _:
                return _match(str(limits["regex"]), choices)
    text = choices.text(low, high)
    return text if text.strip() else "-" * len(text)


def _number(least: str | None, most: str | None, choices: Choices) -> str:
    low = int(least) if least is not None else min(0, int(most or 0))
    return str(choices.integer(low, int(most) if most is not None else max(low, 0) + 1000))


def _match(pattern: str, choices: Choices) -> str:
    if pattern not in PATTERNS:
        raise ValueError(f"cannot make up an answer that matches {pattern!r}; known: {', '.join(PATTERNS)}")
    return choices.pick(PATTERNS[pattern])


def _selected(specification: etree._Element, choices: Choices, *, least: int) -> list[etree._Element]:
    """Return the chosen identifiers, and the text of the other choice only where it fits even if it is counted."""
    identifiers = specification.findall("f:Selections/f:Selection/f:SelectionIdentifier", _NAMESPACES)
    low = max(least, int(specification.findtext("f:MinSelectionCount", "1", _NAMESPACES)))
    high = int(specification.findtext("f:MaxSelectionCount", "1", _NAMESPACES))
    left = [identifier.text or "" for identifier in identifiers]
    chosen: list[etree._Element] = []
    if low > min(high, len(left)):
        raise ValueError("cannot answer the form: a Question wants more selections than it offers")
    for _ in range(choices.integer(low, min(high, len(left)))):
        chosen.append(_reply("SelectionIdentifier", left.pop(choices.integer(0, len(left) - 1))))
    other = specification.find("f:Selections/f:OtherSelection", _NAMESPACES)
    if other is not None and len(chosen) < high and choices.pick((False, True)):
        chosen.append(_reply("OtherSelectionText", _free_text(other, choices, least=1)))
    return chosen
