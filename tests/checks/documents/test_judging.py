"""How documents are judged: what is expected where, paths in paths, sizes, limits, hostile texts."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.documents import (
    LONGEST,
    MAX_FINDINGS,
    judge_answer_key,
    judge_answers,
    judge_document,
    nested_findings,
)
from conformance.checks.finding import Finding, Outcome
from conformance.spec.documents import DOCUMENTS, LATER_NAMESPACES, QUESTIONS

FORM = DOCUMENTS["QuestionForm"]
SECONDS = 20


def form(content: str = "<Text/>", specification: str = "<FreeTextAnswer/>", space: str = FORM) -> str:
    return (
        f'<QuestionForm xmlns="{space}"><Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent>{content}'
        f"</QuestionContent><AnswerSpecification>{specification}</AnswerSpecification></Question></QuestionForm>"
    )


def missed(text: str, *expected: str) -> list[Finding]:
    found = judge_document(text, expected=expected or None)
    return [one for one in found if one.outcome is Outcome.MISSED]


def test_a_sound_document_meets_shape_and_namespace() -> None:
    """Both are said, so that a reader sees what was looked at."""
    assert {(one.requirement, one.outcome, one.where) for one in judge_document(form())} == {
        ("QuestionForm.root", Outcome.MET, "/QuestionForm"),
        ("Common.DataSchema.namespace-required", Outcome.MET, "/QuestionForm"),
    }


@pytest.mark.parametrize(
    ("text", "expected", "requirement"),
    [
        ("birds", ("QuestionForm",), "QuestionForm.root"),
        ("birds", QUESTIONS, "CreateHIT.Question.not-xml"),
        ("birds", ("QuestionFormAnswers",), "QuestionFormAnswers.schema"),
        ("<a/>", ("AnswerKey",), "AnswerKey.root"),
        ("<a/>", QUESTIONS, "CreateHIT.Question.schema-invalid"),
        (form(), ("AnswerKey",), "AnswerKey.root"),
    ],
)
def test_no_document_at_all_is_laid_at_what_was_expected(
    text: str, expected: tuple[str, ...], requirement: str
) -> None:
    """Once, at the whole."""
    (finding,) = judge_document(text, expected=expected)
    assert (finding.requirement, finding.outcome) == (requirement, Outcome.MISSED)


@pytest.mark.parametrize("text", ["birds", "<a/>"])
def test_where_anything_may_stand_no_document_is_told_only(text: str) -> None:
    """Without an expectation nobody knows which requirement it would break."""
    (finding,) = judge_document(text)
    assert (finding.requirement, finding.outcome) == ("schema", Outcome.SEEN)


def test_a_later_namespace_is_told() -> None:
    """The rest is judged as ever."""
    later = LATER_NAMESPACES["QuestionForm"][0]
    (told,) = [one for one in judge_document(form(space=later)) if one.outcome is Outcome.SEEN]
    assert (told.requirement, told.actual) == ("Common.DataSchema.namespace-required", later)
    assert [one.requirement for one in missed(form("", space=later))] == ["QuestionForm.question-content"]


def test_a_fault_in_a_block_has_both_paths() -> None:
    """The path of the FormattedContent, and that in its text; the wrapper is none of the author's."""
    block = "<Text/><FormattedContent><![CDATA[<p>a</p><ul><li><div>b</div></li></ul>]]></FormattedContent>"
    (finding,) = missed(form(block))
    outer = "/QuestionForm/Question/QuestionContent/FormattedContent"
    assert (finding.requirement, finding.where) == ("FormattedContent.no-div-span", f"{outer} → /ul/li/div")


def test_a_document_in_a_reply_has_both_paths() -> None:
    """Paths nest as deep as the texts do."""
    block = "<FormattedContent>&lt;div/&gt;</FormattedContent>"
    found = [
        one for one in nested_findings("/R/HIT/Question", form(block), "Question") if one.outcome is Outcome.MISSED
    ]
    inner = "/QuestionForm/Question/QuestionContent/FormattedContent"
    assert [one.where for one in found] == [f"/R/HIT/Question → {inner} → /div"]
    (whole,) = nested_findings("/R/Test", "birds", "QuestionForm")
    assert whole.where == "/R/Test → /"


@pytest.mark.parametrize(
    ("document", "requirement"),
    [
        ("QuestionForm", "CreateHIT.Question.size"),
        ("ExternalQuestion", "CreateHIT.Question.size"),
        ("HTMLQuestion", "CreateHIT.Question.size"),
        ("AnswerKey", "CreateQualificationType.AnswerKey.max"),
        ("QuestionFormAnswers", None),
    ],
)
def test_size_is_counted_in_bytes(document: str, requirement: str | None) -> None:
    """White space and all; two bytes of UTF-8 are two."""
    start, end = f'<{document} xmlns="{DOCUMENTS[document]}"><!-- ', f" --></{document}>"
    for extra, broken in ((0, False), (1, True)):
        text = start + "é" + "x" * (LONGEST - 2 - len(start + end) + extra) + end
        assert len(text.encode()) == LONGEST + extra
        found = {one.requirement for one in missed(text)} & {"CreateHIT.Question.size", requirement}
        assert found == ({requirement} if broken and requirement else set())


def test_identifiers_of_genuine_forms_are_told_only() -> None:
    """Dots, dashes and underscores are in use; an empty one is no identifier either."""
    selections = "".join(
        f"<Selection><SelectionIdentifier>{name}</SelectionIdentifier><Text/></Selection>"
        for name in ("a_1", "b-2", "")
    )
    text = form(specification=f"<SelectionAnswer><Selections>{selections}</Selections></SelectionAnswer>")
    assert missed(text) == []
    assert [one.actual for one in judge_document(text) if one.outcome is Outcome.SEEN] == ["'a_1'", "'b-2'", "''"]


def test_documents_that_cannot_be_read_show_nothing_together() -> None:
    """What each is by itself is told elsewhere."""
    assert list(judge_answers("birds", "birds")) == []
    assert list(judge_answers(form(), form())) == []
    assert list(judge_answer_key(form(), "birds")) == []
    assert list(judge_answer_key("<a/>", f'<AnswerKey xmlns="{DOCUMENTS["AnswerKey"]}"/>')) == []


@given(st.text(max_size=60), st.sampled_from([*DOCUMENTS, "FormattedContent"]))
def test_no_text_raises(text: str, document: str) -> None:
    """Whatever it is."""
    assert len(list(judge_document(text, expected=[document]))) <= MAX_FINDINGS
    list(judge_document(form(f"<FormattedContent><![CDATA[{text}]]></FormattedContent>")))


BLOCKS = {
    "opened": "<b>" * 500_000,
    "closed": "</b>" * 500_000,
    "crossed": "<b><i>" * 100_000 + "</b></i>" * 100_000,
    "quotes": '<a "' * 500_000,
    "less than": "<" * 1_000_000,
    "blanks": "<a " + " " * 1_000_000 + "=",
    "attributes": "<p " + "a=1 " * 200_000 + ">",
    "comments": "<!--" * 500_000,
    "entities": "&nbsp;" * 200_000 + "&",
    "divs": "<div/>" * 300_000,
    "scripts": "<script>" * 200_000,
}


@pytest.mark.parametrize("text", BLOCKS.values(), ids=BLOCKS)
def test_hostile_blocks_are_judged_soon(text: str) -> None:
    """In time that grows with the text only, whether they are judged as a block, in a form or as a page."""
    began = perf_counter()
    assert 0 < len(list(judge_document(text, expected=["FormattedContent"]))) <= MAX_FINDINGS
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    list(judge_document(form(f"<FormattedContent>{escaped}</FormattedContent>")))
    page = f'<HTMLQuestion xmlns="{DOCUMENTS["HTMLQuestion"]}"><HTMLContent>{escaped}</HTMLContent></HTMLQuestion>'
    list(judge_document(page))
    assert perf_counter() - began < SECONDS


SELECTION = "<Selection><SelectionIdentifier>a b</SelectionIdentifier><Text/></Selection>"
TEXTS = {
    "ten megabytes": form(" " * 10_000_000),
    "deep": form("<Text>" * 5_000 + "</Text>" * 5_000),
    "deep within the limit": form("<Text>" * 190 + "</Text>" * 190),
    "a million children": form("<a/>" * 1_000_000),
    "selections": form(
        specification=f"<SelectionAnswer><Selections>{SELECTION * 60_000}</Selections></SelectionAnswer>"
    ),
    "blocks": form("<FormattedContent>&lt;b/&gt;</FormattedContent>" * 100_000),
    "regular expressions": form(
        specification="<FreeTextAnswer><Constraints>"
        + f'<AnswerFormatRegex regex="{"(a+" * 100}{")+" * 100}"/>' * 2_000
        + "</Constraints></FreeTextAnswer>"
    ),
    "numbers": form(
        specification="<FreeTextAnswer><Constraints>"
        f'<Length minLength="{"9" * 100_000}"/></Constraints></FreeTextAnswer>'
    ),
    "ranges": f'<AnswerKey xmlns="{DOCUMENTS["AnswerKey"]}"><QualificationValueMapping><RangeMapping>'
    + "<SummedScoreRange><InclusiveLowerBound>1</InclusiveLowerBound><InclusiveUpperBound>2</InclusiveUpperBound>"
    "</SummedScoreRange>" * 20_000 + "</RangeMapping></QualificationValueMapping></AnswerKey>",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_documents_are_judged_soon(text: str) -> None:
    """Megabytes, a million faults, deep nesting, expressions that explode when they are run."""
    began = perf_counter()
    assert 0 < len(list(judge_document(text))) <= MAX_FINDINGS
    list(judge_answer_key(text, text))
    list(judge_answers(text, text.replace("QuestionForm", "QuestionFormAnswers")))
    assert perf_counter() - began < SECONDS


def test_a_constraint_that_explodes_is_not_run_on_an_answer() -> None:
    """Two hundred letters would keep a backtracking engine busy for longer than the universe has lasted."""
    specification = '<FreeTextAnswer><Constraints><AnswerFormatRegex regex="^(a+)+$"/></Constraints></FreeTextAnswer>'
    answers = (
        f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}"><Answer><QuestionIdentifier>q'
        f"</QuestionIdentifier><FreeText>{'a' * 200}b</FreeText></Answer></QuestionFormAnswers>"
    )
    found = list(judge_answers(form(specification=specification), answers))
    assert [(one.requirement, one.outcome) for one in found] == [
        ("QuestionFormAnswers.identifier", Outcome.MET),
        ("QuestionFormAnswers.freetext", Outcome.MET),
    ]
