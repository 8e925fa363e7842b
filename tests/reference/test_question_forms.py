"""Forms, the blocks in them and the answers to them, as the endpoint judges them."""

from random import Random

import pytest
from hypothesis import given

from conformance.reference.form_answers import unmet
from conformance.reference.formatted_content import block_fault
from conformance.reference.question_forms import check_question_form
from conformance.reference.refusals import NOT_XHTML, NOT_XML, Refusal
from conformance.spec.documents import DOCUMENTS
from conformance.strategies.documents import question_forms, sample_answers
from conformance.strategies.faulty_content import BLOCK_FAULTS
from conformance.strategies.faulty_documents import FORM_FAULTS, spoil
from conformance.strategies.formatted_content import blocks

FORM = (
    f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<DisplayName>Q</DisplayName>{required}<QuestionContent><Text>What?</Text></QuestionContent><AnswerSpecification>"
    "<FreeTextAnswer>{constraints}</FreeTextAnswer></AnswerSpecification></Question></QuestionForm>"
)
ANSWERS = f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}">{{answer}}</QuestionFormAnswers>'
ANSWER = "<Answer><QuestionIdentifier>q</QuestionIdentifier><FreeText>{text}</FreeText></Answer>"
SCHEMA_ALONE = {fault for fault in BLOCK_FAULTS if fault.startswith("FormattedContent.tag-list-schema-extra/")}


def form(constraint: str = "", required: str = "") -> str:
    constraints = f"<Constraints>{constraint}</Constraints>" if constraint else ""
    return FORM.format(required=required, constraints=constraints)


def answers(text: str | None) -> str:
    return ANSWERS.format(answer="" if text is None else ANSWER.format(text=text))


@given(blocks())
def test_every_block_that_the_article_allows_is_taken(block: str) -> None:
    assert block_fault(block) is None


@pytest.mark.parametrize("fault", sorted(set(BLOCK_FAULTS) - SCHEMA_ALONE))
def test_a_faulty_block_is_refused(fault: str) -> None:
    assert block_fault(BLOCK_FAULTS[fault])


@pytest.mark.parametrize("fault", sorted(SCHEMA_ALONE))
def test_what_the_schema_alone_has_is_taken(fault: str) -> None:
    assert block_fault(BLOCK_FAULTS[fault]) is None


def test_a_block_cannot_end_what_it_is_wrapped_into() -> None:
    assert block_fault("a</FormattedContent><FormattedContent>b")


def test_white_space_of_pre_may_be_declared() -> None:
    assert block_fault('<pre xml:space="preserve">a</pre>') is None


@given(question_forms())
def test_every_form_of_the_strategies_is_taken(text: str) -> None:
    check_question_form("Test", text)


@pytest.mark.parametrize("fault", sorted(FORM_FAULTS))
def test_a_faulty_form_is_refused_as_no_document(fault: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check_question_form("Test", spoil(form(), fault))
    assert [error.code for error in refusal.value.errors] == [NOT_XML]


def test_a_faulty_block_in_a_form_has_a_code_of_its_own() -> None:
    with pytest.raises(Refusal) as refusal:
        check_question_form("Test", spoil(form(), "FormattedContent.no-script/element"))
    assert [error.code for error in refusal.value.errors] == [NOT_XHTML]


@pytest.mark.parametrize(
    "fault",
    [
        "QuestionForm.one-question/overviews-only",
        "QuestionForm.question-identifier-unique/repeated",
        "QuestionForm.style-single/radiobutton",
        "QuestionForm.style-single/dropdown",
    ],
)
def test_rules_beyond_the_schema_are_kept(fault: str) -> None:
    with pytest.raises(Refusal):
        check_question_form("Test", spoil(form(), fault))


@given(question_forms())
def test_answers_that_meet_a_form_can_be_handed_in(text: str) -> None:
    assert unmet(text, sample_answers(text, Random(text))) is None


@pytest.mark.parametrize(
    ("constraint", "required", "text", "taken"),
    [
        ("", "", None, True),
        ("", "<IsRequired>true</IsRequired>", None, False),
        ("", "<IsRequired>1</IsRequired>", "", False),
        ("", "<IsRequired>true</IsRequired>", "x", True),
        ('<IsNumeric minValue="-3" maxValue="5"/>', "", "-3", True),
        ('<IsNumeric minValue="-3" maxValue="5"/>', "", "-4", False),
        ('<IsNumeric minValue="-3" maxValue="5"/>', "", "x", False),
        ('<IsNumeric minValue="-3" maxValue="5"/>', "", None, True),
        ("<IsNumeric/>", "", "12", True),
        ('<Length minLength="2" maxLength="3"/>', "", "a ", True),
        ('<Length minLength="2" maxLength="3"/>', "", "abcd", False),
        ('<Length minLength="2" maxLength="3"/>', "", None, False),
        ('<Length maxLength="3"/>', "", None, True),
        ('<AnswerFormatRegex regex="^a$"/>', "", "A", False),
        ('<AnswerFormatRegex regex="^a$" flags="i"/>', "", "A", True),
        ('<AnswerFormatRegex regex="[0-9]"/><AnswerFormatRegex regex="[a-z]"/>', "", "1", False),
        ('<AnswerFormatRegex regex="(a"/>', "", "b", True),
    ],
)
def test_constraints_decide_what_can_be_handed_in(
    constraint: str, required: str, text: str | None, taken: bool
) -> None:
    assert (unmet(form(constraint, required), answers(text)) is None) == taken


def test_who_does_not_match_is_told_so() -> None:
    told = unmet(form('<AnswerFormatRegex regex="^a$" errorText="An a, please"/>'), answers("b"))
    assert told == "the answer to q: An a, please"
    assert "Invalid input supplied" in str(unmet(form('<AnswerFormatRegex regex="^a$"/>'), answers("b")))
