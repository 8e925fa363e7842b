"""Documents made valid pass both validators and all rules; made faulty, they break what the fault is named after."""

import random
from collections.abc import Callable, Iterable
from functools import cache
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import find, given, settings
from hypothesis import strategies as st

from conformance.checks.documents import judge_answer_key, judge_answers, judge_document
from conformance.checks.documents.formatted_content import read_block
from conformance.checks.finding import Finding, Outcome
from conformance.errors import UsageError
from conformance.spec.data import schemas_dir
from conformance.spec.documents import BLOCK, document_faults, document_schema, read_document
from conformance.strategies.answer_keys import (
    KEY_FAULTS,
    KEY_RULE_FAULTS,
    answer_keys_for,
    sample_answer_key,
    spoil_key,
    spoil_key_rule,
)
from conformance.strategies.documents import (
    question_form_answers,
    question_forms,
    rule_breaking_question_forms,
    sample_question_form,
)
from conformance.strategies.faulty_answers import (
    ANSWER_FAULTS,
    FORM_OF_EVERYTHING,
    MISFITS,
    fitting_answers,
    misfit,
    misfits,
    spoil_answers,
)
from conformance.strategies.faulty_content import BLOCK_FAULTS
from conformance.strategies.faulty_documents import FORM_FAULTS, FORM_RULE_FAULTS, spoil
from conformance.strategies.formatted_content import blocks, faulty_blocks, sample_block
from conformance.strategies.frames import (
    EXTERNAL,
    FRAME_FAULTS,
    FRAME_RULE_FAULTS,
    HTML,
    external_questions,
    html_questions,
    sample_external_question,
    sample_html_question,
    spoil_frame,
)

FRAMES: dict[str, st.SearchStrategy[str]] = {EXTERNAL: external_questions(), HTML: html_questions()}
WITH_CHOICE = question_forms().filter(lambda form: "SelectionAnswer" in form)


@cache
def second_opinion(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(schemas_dir() / "data" / f"{name}.xsd"))


def verdicts(name: str, text: str) -> tuple[bool, bool]:
    return not document_faults(text), second_opinion(name).is_valid(ElementTree.fromstring(text))


def shown(findings: Iterable[Finding]) -> tuple[set[str], set[str]]:
    """Return the requirements broken and those of which something is told."""
    found = list(findings)
    broken, told = (
        {one.requirement for one in found if one.outcome is kind} for kind in (Outcome.MISSED, Outcome.SEEN)
    )
    return broken, told - {"schema"}


def is_named(fault: str, findings: Iterable[Finding]) -> bool:
    """Tell whether a document breaks the requirement that its fault is named after alone, or tells of it alone."""
    broken, told = shown(findings)
    return {fault.partition("/")[0]} == (broken or told)


@given(st.one_of(question_forms(), question_form_answers(), *FRAMES.values()))
def test_drawn_documents_break_nothing(text: str) -> None:
    """Neither shape nor rule, and nothing in them is disputed."""
    name = read_document(text).tag.rpartition("}")[2]
    assert verdicts(name, text) == (True, True)
    assert shown(judge_document(text, expected=[name])) == (set(), set())


@given(st.data())
def test_drawn_keys_fit_their_form(data: st.DataObject) -> None:
    """What the form is besides, a test that nobody can grade, is the form's fault."""
    form = data.draw(WITH_CHOICE)
    key = data.draw(answer_keys_for(form))
    assert verdicts("AnswerKey", key) == (True, True)
    assert shown(judge_document(key)) == (set(), set())
    broken, told = shown(judge_answer_key(form, key))
    assert told == set()
    assert ("CreateQualificationType.AnswerKey.no-freetext" in broken) == ("FreeTextAnswer" in form)
    assert ("CreateQualificationType.AnswerKey.no-otherselection" in broken) == ("OtherSelection" in form)


@given(blocks())
def test_drawn_blocks_break_nothing(text: str) -> None:
    """Two validators take them, and the rules."""
    root = read_block(text)
    assert document_schema(BLOCK).validate(root)
    assert second_opinion(BLOCK).is_valid(root)
    found = list(judge_document(text, expected=[BLOCK]))
    assert found == []


@given(faulty_blocks())
def test_a_fault_is_found_whatever_stands_before_it(case: tuple[str, str]) -> None:
    """The rest of the block is in order, so nothing else is."""
    text, fault = case
    assert is_named(fault, judge_document(text, expected=[BLOCK])), text


@given(rule_breaking_question_forms())
def test_a_broken_rule_is_found_in_any_form(case: tuple[str, str]) -> None:
    """The schema takes it."""
    text, fault = case
    assert verdicts("QuestionForm", text) == (True, True)
    assert is_named(fault, judge_document(text, expected=["QuestionForm"]))


@given(question_forms(), st.sampled_from(sorted(FORM_FAULTS)))
def test_a_fault_of_shape_is_laid_at_the_requirement_it_is_named_after(form: str, fault: str) -> None:
    """Whatever the form says besides."""
    broken, told = shown(judge_document(spoil(form, fault), expected=["QuestionForm"]))
    assert broken or told == {fault.partition("/")[0]}
    assert broken <= {fault.partition("/")[0]}


@given(st.data(), st.sampled_from(sorted(KEY_FAULTS)))
def test_a_faulty_key_is_refused_for_its_fault(data: st.DataObject, fault: str) -> None:
    """By both validators."""
    text = spoil_key(data.draw(WITH_CHOICE.flatmap(answer_keys_for)), fault)
    assert verdicts("AnswerKey", text) == (False, False)
    broken, _ = shown(judge_document(text, expected=["AnswerKey"]))
    assert broken == {fault.partition("/")[0]}


@given(st.data(), st.sampled_from(sorted(KEY_RULE_FAULTS)))
@settings(max_examples=60)
def test_a_doubtful_key_is_told_of(data: st.DataObject, fault: str) -> None:
    """And not held against its author."""
    form = data.draw(WITH_CHOICE)
    text = spoil_key_rule(data.draw(answer_keys_for(form)), fault)
    broken, told = shown(judge_document(text, expected=["AnswerKey"]))
    _, unmatched = shown(judge_answer_key(form, text))
    assert broken == set()
    assert fault.partition("/")[0] in told | unmatched


@given(question_form_answers(), st.sampled_from(sorted(ANSWER_FAULTS)))
@settings(max_examples=60)
def test_faulty_answers_are_refused_for_their_fault(answers: str, fault: str) -> None:
    """By both validators."""
    text = spoil_answers(answers, fault)
    assert verdicts("QuestionFormAnswers", text) == (False, False)
    broken, _ = shown(judge_document(text, expected=["QuestionFormAnswers"]))
    assert broken == {fault.partition("/")[0]}


@given(misfits())
@settings(max_examples=40)
def test_answers_that_do_not_fit_are_valid_by_themselves(case: tuple[str, str, str]) -> None:
    """Only with the form is anything wrong with them."""
    form, answers, name = case
    assert verdicts("QuestionFormAnswers", answers) == (True, True)
    assert shown(judge_document(answers)) == (set(), set())
    assert is_named(name, judge_answers(form, answers))


def test_fitting_answers_fit() -> None:
    """The form is in order too."""
    assert verdicts("QuestionForm", FORM_OF_EVERYTHING) == (True, True)
    assert shown(judge_document(FORM_OF_EVERYTHING)) == (set(), set())
    assert shown(judge_answers(FORM_OF_EVERYTHING, fitting_answers())) == (set(), set())


FRAME_CASES = [
    (document, fault, shape)
    for document in FRAMES
    for shape, table in ((True, FRAME_FAULTS), (False, FRAME_RULE_FAULTS))
    for fault in table[document]
]


@pytest.mark.parametrize(("document", "fault", "shape"), FRAME_CASES, ids=[case[1] for case in FRAME_CASES])
@given(data=st.data())
@settings(max_examples=10)
def test_a_faulty_frame_is_told_from_the_others(document: str, fault: str, shape: bool, data: st.DataObject) -> None:
    """By its shape, or by a rule that the schema does not know."""
    text = spoil_frame(document, data.draw(FRAMES[document]), fault)
    assert verdicts(document, text) == (not shape, not shape)
    assert is_named(fault, judge_document(text, expected=[document]))


MADE: dict[str, Callable[[random.Random], str]] = {
    "block": sample_block,
    "external": sample_external_question,
    "html": sample_html_question,
    "key": lambda source: sample_answer_key(FORM_OF_EVERYTHING, source),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_seeded_documents_come_again(make: Callable[[random.Random], str]) -> None:
    """The same seed gives the same, other seeds give others."""
    assert [make(random.Random(seed)) for seed in range(40)] == [make(random.Random(seed)) for seed in range(40)]
    assert len({make(random.Random(seed)) for seed in range(100)}) > 30


@pytest.mark.parametrize(
    "part", ["<table", "<ul", "<dl", "<a", "<img", "<map", "&nbsp;", "<blockquote", "<col/>", "<br"]
)
def test_seeded_blocks_hold_every_part(part: str) -> None:
    """Four hundred seeds leave no part of the grammar out."""
    assert any(part in sample_block(random.Random(seed)) for seed in range(400))


@pytest.mark.parametrize("part", ["Percentage", "Scale", "Range", "DefaultScore", "<AnswerScore>-"])
def test_seeded_keys_hold_every_part(part: str) -> None:
    """Nor do a hundred leave out a mapping."""
    assert any(part in sample_answer_key(FORM_OF_EVERYTHING, random.Random(seed)) for seed in range(100))


def test_documents_shrink_to_the_smallest() -> None:
    """What fails with any is shown with little."""
    assert len(find(blocks(), lambda block: True)) <= len("&nbsp;")
    assert find(external_questions(), lambda text: True).count("<FrameHeight>0<") == 1


def test_what_cannot_be_made_is_said() -> None:
    """A form without a choice, an unknown fault, a document without what is to be spoilt."""
    form = sample_question_form(random.Random(1))
    with pytest.raises(ValueError, match="no Question with selections"):
        sample_answer_key(form.replace("SelectionIdentifier", "Other"), random.Random(1))
    with pytest.raises(UsageError, match=r"did you mean AnswerKey\.root/no-question"):
        spoil_key("<a/>", "AnswerKey.root/no-questions")
    with pytest.raises(ValueError, match="it has no Answer/QuestionIdentifier"):
        spoil_answers("<a/>", "QuestionFormAnswers.schema/no-identifier")


def test_every_rule_has_a_fault_that_breaks_it() -> None:
    """Blocks stand in forms, so that each of their faults is one of a form as well."""
    assert set(BLOCK_FAULTS) <= set(FORM_RULE_FAULTS)
    assert {misfit(name) for name in MISFITS}.isdisjoint({fitting_answers()})
