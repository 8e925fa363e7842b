"""Generated documents: the valid ones are valid to two validators, each faulty one is refused by both."""

import random
from functools import cache
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import find, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.errors import UsageError
from conformance.spec.data import schemas_dir
from conformance.spec.documents import DOCUMENTS, document_faults, read_document
from conformance.strategies.answers import PATTERNS
from conformance.strategies.documents import (
    answers_for,
    faulty_question_forms,
    question_form_answers,
    question_forms,
    sample_answers,
    sample_question_form,
)
from conformance.strategies.faulty_documents import FORM_FAULTS, spoil

FORM = {"f": DOCUMENTS["QuestionForm"]}
ANSWERS = {"a": DOCUMENTS["QuestionFormAnswers"]}


@cache
def second_opinion(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(schemas_dir() / "data" / f"{name}.xsd"))


def verdicts(name: str, text: str) -> tuple[bool, bool]:
    return not document_faults(text), second_opinion(name).is_valid(ElementTree.fromstring(text))


def form_with(specification: str, more: str = "") -> str:
    return (
        f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>a</QuestionIdentifier>{more}'
        "<QuestionContent><Text/></QuestionContent>"
        f"<AnswerSpecification>{specification}</AnswerSpecification></Question></QuestionForm>"
    )


def fits(form: str, answers: str) -> bool:
    """Tell whether the answers name questions of the form, once, and choose what it offers as often as it allows."""
    questions = {
        question.findtext("f:QuestionIdentifier", "", FORM): question
        for question in read_document(form).findall("f:Question", FORM)
    }
    given_answers = read_document(answers).findall("a:Answer", ANSWERS)
    names = [answer.findtext("a:QuestionIdentifier", "", ANSWERS) for answer in given_answers]
    required = {
        name for name, question in questions.items() if question.findtext("f:IsRequired", "", FORM) in {"1", "true"}
    }
    if len(set(names)) != len(names) or not required <= set(names) <= set(questions):
        return False
    return all(
        _meets(questions[name], answer, name in required) for name, answer in zip(names, given_answers, strict=True)
    )


def _meets(question: etree._Element, answer: etree._Element, required: bool) -> bool:
    offer = question.find("f:AnswerSpecification/f:SelectionAnswer", FORM)
    if offer is None:
        text = answer.findtext("a:FreeText", "", ANSWERS)
        return _is_text_allowed(question.find("f:AnswerSpecification/*", FORM), text) and bool(text or not required)
    offered = {element.text for element in offer.findall(".//f:SelectionIdentifier", FORM)}
    chosen = [element.text for element in answer.findall("a:SelectionIdentifier", ANSWERS)]
    low = int(offer.findtext("f:MinSelectionCount", "1", FORM))
    high = int(offer.findtext("f:MaxSelectionCount", "1", FORM))
    other = answer.findtext("a:OtherSelectionText", None, ANSWERS)
    if other is not None and not _is_text_allowed(offer.find("f:Selections/f:OtherSelection", FORM), other):
        return False
    return (
        len(set(chosen)) == len(chosen)
        and set(chosen) <= offered
        and max(low, required) <= len(chosen) <= high - (other is not None)
    )


def _is_text_allowed(asked: etree._Element | None, text: str) -> bool:
    assert asked is not None
    numeric, length = (asked.find(f"f:Constraints/f:{name}", FORM) for name in ("IsNumeric", "Length"))
    pattern = asked.find("f:Constraints/f:AnswerFormatRegex", FORM)
    if numeric is not None:
        return int(numeric.get("minValue", text)) <= int(text) <= int(numeric.get("maxValue", text))
    if length is not None:
        return int(length.get("minLength", 0)) <= len(text) <= int(length.get("maxLength", len(text)))
    return pattern is None or text in PATTERNS[pattern.get("regex", "")]


@given(question_forms())
def test_drawn_form_is_valid(form: str) -> None:
    """Both validators accept it, and its identifiers are unique."""
    assert verdicts("QuestionForm", form) == (True, True)
    for owner, name in (("f:Question", "f:QuestionIdentifier"), (".//f:Selection", "f:SelectionIdentifier")):
        for scope in [read_document(form), *read_document(form).findall("f:Question", FORM)]:
            if owner == "f:Question" or etree.QName(scope).localname == "Question":
                names = [element.findtext(name, "", FORM) for element in scope.findall(owner, FORM)]
                assert len(set(names)) == len(names)


@given(st.data())
def test_drawn_answers_fit_their_form(data: st.DataObject) -> None:
    """The answers are valid, and give what the form asks."""
    form = data.draw(question_forms())
    answers = data.draw(answers_for(form))
    assert verdicts("QuestionFormAnswers", answers) == (True, True)
    assert fits(form, answers)


@given(question_form_answers())
@settings(max_examples=30)
def test_drawn_answers_alone_are_valid(answers: str) -> None:
    """Answers can be had without caring for the form."""
    assert verdicts("QuestionFormAnswers", answers) == (True, True)


@given(faulty_question_forms())
def test_faulty_form_is_refused(case: tuple[str, str]) -> None:
    """Whatever form is spoilt, both validators refuse it, for a fault of shape."""
    text, fault = case
    assert verdicts("QuestionForm", text) == (False, False)
    assert fault in FORM_FAULTS
    assert {found.kind for found in document_faults(text)} == {"schema"}


@pytest.mark.parametrize("fault", FORM_FAULTS)
def test_every_fault_is_found_in_one_place(fault: str) -> None:
    """Each way to spoil a form makes one fault, in a form of which everything else is as before."""
    form = sample_question_form(random.Random(5))
    (found,) = document_faults(spoil(form, fault))
    assert found.where.startswith("/QuestionForm")
    assert second_opinion("QuestionForm").is_valid(ElementTree.fromstring(form))
    assert not second_opinion("QuestionForm").is_valid(ElementTree.fromstring(spoil(form, fault)))


def test_spoiling_keeps_formatted_content_as_cdata() -> None:
    """Reading the form to spoil it must not change how FormattedContent is written."""
    form = form_with("<FreeTextAnswer/>").replace(
        "<Text/>", "<FormattedContent><![CDATA[<p>a</p>]]></FormattedContent>"
    )
    assert "<![CDATA[<p>a</p>]]>" in spoil(form, "QuestionForm.answer-specification/empty")


def test_spoiling_says_what_it_cannot_do() -> None:
    """An unknown fault and a form without what is to be spoilt are told apart."""
    with pytest.raises(UsageError, match=r"did you mean QuestionForm\.list-item/none"):
        spoil(form_with("<FreeTextAnswer/>"), "QuestionForm.list-item/non")
    with pytest.raises(ValueError, match="QuestionForm has no Question"):
        spoil(f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"/>', "QuestionForm.root/empty")


def test_form_shrinks_to_the_smallest() -> None:
    """What fails with any form is shown with one question, one empty Text and a FreeTextAnswer."""
    assert (
        find(question_forms(), lambda form: True).count("<") == len(form_with("<FreeTextAnswer/>").split("<")) - 1 + 1
    )


@pytest.mark.parametrize(
    "part",
    ["Overview", "DisplayName", "List", "Binary", "FormattedContent", "OtherSelection", "AnswerFormatRegex", "Length"],
)
def test_seeded_forms_hold_every_part(part: str) -> None:
    """Two hundred seeds leave no part of the grammar out."""
    assert any(f"<{part}" in sample_question_form(random.Random(seed)) for seed in range(200))


def test_seeded_documents_come_again_and_are_valid() -> None:
    """The same seed gives the same form and the same answers, other seeds others, all of them valid and fitting."""
    forms = set()
    for seed in range(150):
        first, second = random.Random(seed), random.Random(seed)
        form = sample_question_form(first)
        answers = sample_answers(form, first)
        assert (form, answers) == (sample_question_form(second), sample_answers(form, second))
        assert verdicts("QuestionForm", form) == (True, True)
        assert verdicts("QuestionFormAnswers", answers) == (True, True)
        assert fits(form, answers)
        forms.add(form)
    assert len(forms) == 150


@pytest.mark.parametrize(
    ("constraint", "least", "most"),
    [
        ("", -1000, 1000),
        (' minValue="5000"', 5000, 10000),
        (' maxValue="-5000"', -5000, -5000),
        (' maxValue="7"', 0, 7),
        (' minValue="-3" maxValue="-2"', -3, -2),
    ],
)
def test_number_keeps_to_its_limits(constraint: str, least: int, most: int) -> None:
    """A form by hand may give either limit, both or none."""
    form = form_with(f"<FreeTextAnswer><Constraints><IsNumeric{constraint}/></Constraints></FreeTextAnswer>")
    answer = read_document(sample_answers(form, random.Random(2))).findtext(".//a:FreeText", "", ANSWERS)
    assert least <= int(answer) <= most


def test_upload_is_answered() -> None:
    """A HIT's form may ask for a file; the size is the least allowed."""
    sizes = "<MaxFileSizeInBytes>9</MaxFileSizeInBytes><MinFileSizeInBytes> 5 </MinFileSizeInBytes>"
    answers = sample_answers(form_with(f"<FileUploadAnswer>{sizes}</FileUploadAnswer>"), random.Random(2))
    assert verdicts("QuestionFormAnswers", answers) == (True, True)
    assert "<UploadedFileSizeInBytes>5<" in answers


def test_blank_is_no_answer_to_a_required_question() -> None:
    """A required text is never all blanks, which a service may take for nothing."""
    form = form_with("<FreeTextAnswer/>", "<IsRequired>true</IsRequired>")
    for seed in range(100):
        answers = read_document(sample_answers(form, random.Random(seed)))
        assert answers.findtext(".//a:FreeText", "", ANSWERS).strip()


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (
            f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Overview><Text/></Overview></QuestionForm>',
            "no Question",
        ),
        (form_with(""), "no AnswerSpecification"),
        (
            form_with('<FreeTextAnswer><Constraints><AnswerFormatRegex regex="^x+$"/></Constraints></FreeTextAnswer>'),
            "known: ",
        ),
        (form_with("<FreeTextAnswer><Constraints><IsNumeric/><Length/></Constraints></FreeTextAnswer>"), "by hand"),
        (form_with("<SelectionAnswer><Selections/></SelectionAnswer>"), "more selections than it offers"),
    ],
)
def test_form_that_cannot_be_answered_is_refused(form: str, reason: str) -> None:
    """What cannot be answered is said, never answered wrongly."""
    with pytest.raises(ValueError, match=reason):
        sample_answers(form, random.Random(1))
