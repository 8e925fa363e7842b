"""QuestionFormAnswers: what its schema cannot say, and whether the answers are answers to a form.

Source: the article QuestionFormAnswers.  It says both that answers need not conform to the form's specification and
that they always do, so counts and constraints are told and not judged; genuine answers hold empty FreeText elements,
so an empty one is no answer of the wrong kind.  A form's regular expression is never run on an answer.
"""

from collections.abc import Iterator

from lxml import etree

from conformance.checks.documents.places import at, first_of, repeated, whole_number
from conformance.checks.finding import Finding, met, missed, seen
from conformance.spec.documents import DOCUMENTS

A = f"{{{DOCUMENTS['QuestionFormAnswers']}}}"
F = f"{{{DOCUMENTS['QuestionForm']}}}"
ARTICLE = "QuestionFormAnswers"
KINDS = {
    "FreeText": "FreeTextAnswer",
    "SelectionIdentifier": "SelectionAnswer",
    "OtherSelectionText": "SelectionAnswer",
    "UploadedFileSizeInBytes": "FileUploadAnswer",
    "UploadedFileKey": "FileUploadAnswer",
}
"""What an Answer can hold → what its question then asks for."""
TOPICS = {"FreeTextAnswer": "freetext", "SelectionAnswer": "selection", "FileUploadAnswer": "upload"}


def judge_answers_alone(root: etree._Element) -> Iterator[Finding]:
    """Yield what a QuestionFormAnswers shows beyond its shape."""
    for identifier in repeated(first_of(_answers_if_repeated(root), f"{A}QuestionIdentifier")):
        actual = f"{identifier.text!r} is answered once more"
        yield seen(f"{ARTICLE}.one-per-answered", where=at(identifier), expected="one Answer a question", actual=actual)
    for key in repeated(root.iterfind(f"{A}Answer/{A}UploadedFileKey")):
        expected, actual = "a key that no other upload has", repr(key.text or "")
        yield missed(f"{ARTICLE}.upload", where=at(key), expected=expected, actual=actual)


def _answers_if_repeated(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the answers where some identifier repeats; that none does is seen sooner than which."""
    texts = [element.text or "" for element in root.iter(f"{A}QuestionIdentifier")]
    if len(set(texts)) < len(texts):
        yield from root.iterfind(f"{A}Answer")


def judge_answers_against_form(form: etree._Element, answers: etree._Element) -> Iterator[Finding]:
    """Yield where answers do not fit the form that they answer; both roots in the right namespace."""
    questions = {one.findtext(f"{F}QuestionIdentifier", ""): one for one in form.iterfind(f"{F}Question")}
    answered: set[str] = set()
    for answer in answers.iterfind(f"{A}Answer"):
        name = answer.findtext(f"{A}QuestionIdentifier", "")
        question = questions.get(name)
        if question is None:
            expected = "an identifier of a Question of the form"
            yield missed(f"{ARTICLE}.identifier", where=at(answer), expected=expected, actual=repr(name))
            continue
        yield met(f"{ARTICLE}.identifier", at(answer))
        specification = question.find(f"{F}AnswerSpecification/*")
        if _content(answer):
            answered.add(name)
        if specification is not None:
            yield from _judge_answer(specification, answer)
    for name, question in questions.items():
        if name not in answered and question.findtext(f"{F}IsRequired", "").strip() in ("true", "1"):
            yield _unmet(at(answers), f"an answer to {name!r}, which is required", "none")


def _content(answer: etree._Element) -> list[etree._Element]:
    """Return what an Answer holds beside its identifier, empty texts left out."""
    found = [element for element in answer.iterchildren(etree.Element) if element.tag.removeprefix(A) in KINDS]
    return [element for element in found if element.tag == f"{A}SelectionIdentifier" or (element.text or "").strip()]


def _judge_answer(specification: etree._Element, answer: etree._Element) -> Iterator[Finding]:
    asked = etree.QName(specification).localname
    for element in _content(answer):
        given = etree.QName(element).localname
        if KINDS[given] != asked and asked in TOPICS:
            expected = f"an answer to a {asked}"
            yield missed(f"{ARTICLE}.{TOPICS[asked]}", where=at(element), expected=expected, actual=given)
            return
    if _content(answer) and asked in ("FreeTextAnswer", "FileUploadAnswer"):
        yield met(f"{ARTICLE}.{TOPICS[asked]}", at(answer))
    match asked:
        case "FreeTextAnswer":
            yield from _judge_text(specification, answer.find(f"{A}FreeText"))
        case "SelectionAnswer":
            yield from _judge_selections(specification, answer)
        case "FileUploadAnswer":
            yield from _judge_upload(specification, answer)


def _judge_selections(specification: etree._Element, answer: etree._Element) -> Iterator[Finding]:
    offered = {one.text or "" for one in specification.iterfind(f"{F}Selections/{F}Selection/{F}SelectionIdentifier")}
    chosen = answer.findall(f"{A}SelectionIdentifier")
    for element in chosen:
        if (element.text or "") not in offered:
            expected = "an identifier of a selection of the question"
            yield missed(f"{ARTICLE}.selection", where=at(element), expected=expected, actual=repr(element.text or ""))
    if chosen and all((element.text or "") in offered for element in chosen):
        yield met(f"{ARTICLE}.selection", at(answer))
    for element in repeated(chosen):
        yield _unmet(at(element), "each selection once", repr(element.text or ""))
    other, text = specification.find(f"{F}Selections/{F}OtherSelection"), answer.find(f"{A}OtherSelectionText")
    if other is None and text is not None and text.text:
        expected = "no OtherSelectionText, as the question has no OtherSelection"
        yield missed(f"{ARTICLE}.other-selection", where=at(text), expected=expected, actual=repr(text.text))
    elif other is not None and text is not None:
        yield met(f"{ARTICLE}.other-selection", at(text))
        yield from _judge_text(other, text)
    yield from _judge_count(specification, answer, len(chosen), int(text is not None))


def _judge_count(specification: etree._Element, answer: etree._Element, count: int, other: int) -> Iterator[Finding]:
    """Hold the number of selections against its limits, whether or not the other field is one of them."""
    least = whole_number(specification.findtext(f"{F}MinSelectionCount", "1"))
    most = whole_number(specification.findtext(f"{F}MaxSelectionCount", "1"))
    if not count + other:
        return  # not answered
    if least is not None and count + other < least:
        yield _unmet(at(answer), f"at least {least} selections", str(count))
    if most is not None and count > most:
        yield _unmet(at(answer), f"at most {most} selections", str(count))


def _judge_text(specification: etree._Element, element: etree._Element | None) -> Iterator[Finding]:
    if element is None or not element.text:
        return
    text = element.text
    for limits in specification.iterfind(f"{F}Constraints/*"):
        match etree.QName(limits).localname:
            case "IsNumeric":
                low, high, value = limits.get("minValue"), limits.get("maxValue"), whole_number(text)
                if value is None and _is_fraction(text):
                    continue
            case "Length":
                low, high, value = limits.get("minLength"), limits.get("maxLength"), len(text)
            case _:
                continue
        least, most = whole_number(low), whole_number(high)
        if value is None or not (value if least is None else least) <= value <= (value if most is None else most):
            expected = f"{etree.QName(limits).localname} from {low or 'any'} to {high or 'any'}"
            yield _unmet(at(element), expected, repr(text))


def _is_fraction(text: str) -> bool:
    """Tell whether a text is a number all the same; whether such a one is meant is not said."""
    try:
        float(text[:50])
    except ValueError:
        return False
    return True


def _judge_upload(specification: etree._Element, answer: etree._Element) -> Iterator[Finding]:
    least, most = (whole_number(specification.findtext(f"{F}{name}FileSizeInBytes")) for name in ("Min", "Max"))
    for size in answer.iterfind(f"{A}UploadedFileSizeInBytes"):
        value = whole_number(size.text)
        if value is not None and not (least or 0) <= value <= (value if most is None else most):
            yield _unmet(at(size), f"a size from {least} to {most} bytes", str(value))


def _unmet(where: str, expected: str, actual: str) -> Finding:
    return seen(f"{ARTICLE}.conformance-claim", where=where, expected=expected, actual=actual)
