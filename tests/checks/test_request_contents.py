"""What a QualificationRequest shows by itself."""

from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.finding import Outcome
from conformance.spec.documents import DOCUMENTS

IDENTIFIER = "QualificationRequest.QualificationRequestId"
ITEM = "/GetQualificationRequestsResponse/GetQualificationRequestsResult[1]/QualificationRequest[{}]"
FORM = (
    f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Overview><Text>a &amp; b</Text></Overview><Question>'
    "<QuestionIdentifier>q1</QuestionIdentifier><QuestionContent><Text>c</Text></QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
)
ANSWERS = (
    f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}"><Answer>'
    "<QuestionIdentifier>q1</QuestionIdentifier><FreeText>d</FreeText></Answer></QuestionFormAnswers>"
)
PARSABLE = {"Test": "QualificationRequest.Test.parsable", "Answer": "QualificationRequest.Answer.parsable"}


def documents(test: str | None = FORM, answer: str | None = ANSWERS) -> str:
    """Return Test and Answer as genuine replies hold them, escaped."""
    pairs = (("Test", test), ("Answer", answer))
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in pairs if text is not None)


def test_a_request_with_a_taken_test_meets_all(replies: Any) -> None:
    """Both documents, escaped."""
    body = replies.listing(replies.item(documents=documents()))
    assert replies.missed(body) == []
    for requirement in (*PARSABLE.values(), IDENTIFIER):
        assert replies.of(requirement, body) == [Outcome.MET], requirement
    assert replies.of("QualificationRequest.escaped", body) == [Outcome.MET]


@pytest.mark.parametrize(
    "answer",
    [
        f"\n  {ANSWERS}\n",
        f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n{ANSWERS}\n',
        f'<?xml version="1.0" encoding="UTF-8"?>{ANSWERS}',
        ANSWERS.replace("<FreeText>d</FreeText>", "<FreeText/>"),
    ],
)
def test_documents_as_genuine_replies_have_them_are_met(answer: str, replies: Any) -> None:
    """White space, a declaration of an encoding that is gone, a text that the Worker left empty."""
    assert replies.missed(replies.listing(replies.item(documents=documents(answer=answer)))) == []


@given(identifiers=st.lists(st.text("abc", min_size=1), min_size=1, max_size=6))
def test_ids_are_met_where_no_other_request_has_them(identifiers: list[str], replies: Any) -> None:
    """Each request that shares its id with another is reported at its place."""
    body = replies.listing(*map(replies.item, identifiers))
    found = [one for one in replies.findings(body) if one.requirement == IDENTIFIER]
    shared = [number for number, one in enumerate(identifiers, 1) if identifiers.count(one) > 1]
    places = [f"{ITEM.format(number)}/QualificationRequestId" for number in shared]
    assert [one.where for one in found if one.outcome is Outcome.MISSED] == places
    assert sum(one.outcome is Outcome.MET for one in found) == (len(shared) < len(identifiers))


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_id_is_reported(text: str, replies: Any) -> None:
    """White space is nothing."""
    found = replies.missed(replies.listing(replies.item(text)))
    assert [(one.requirement, one.actual) for one in found] == [(IDENTIFIER, "'', 1 times in this list")]


def test_white_space_around_an_id_is_recorded_and_not_judged(replies: Any) -> None:
    """Printed samples have it; two ids that differ by it only are one id."""
    assert replies.missed(replies.listing(replies.item("\n Q1 \n"))) == []
    (finding,) = [one for one in replies.findings(replies.listing(replies.item("Q1\n"))) if one.outcome is Outcome.SEEN]
    assert (finding.requirement, finding.actual) == (f"{IDENTIFIER}.trim", "white space around the id")
    found = replies.missed(replies.listing(replies.item("Q1"), replies.item("Q1\n")))
    assert {one.requirement for one in found} == {IDENTIFIER}


@pytest.mark.parametrize("name", ["Test", "Answer"])
def test_a_document_that_is_not_escaped_is_reported_once(name: str, replies: Any) -> None:
    """By the requirement on escaping; what is nested is not also called unreadable."""
    body = replies.listing(replies.item(documents="<Test>{}</Test><Answer>{}</Answer>"))
    texts = {"Test": FORM, "Answer": ANSWERS}
    plain = body.format(*(texts[one] if one == name else escape(texts[one]) for one in texts))
    (finding,) = replies.missed(plain)
    assert (finding.requirement, finding.where) == ("QualificationRequest.escaped", f"{ITEM.format(1)}/{name}")
    assert "QuestionForm" in finding.actual


@pytest.mark.parametrize(
    ("name", "text", "actual"),
    [
        ("Test", "", "empty: the body has no bytes"),
        ("Test", "no form", "not well-formed: "),
        ("Test", escape(FORM), "not well-formed: "),
        ("Test", FORM[:-5], "not well-formed: "),
        ("Test", ANSWERS, "the root element is QuestionFormAnswers"),
        ("Test", f"<!DOCTYPE x>{FORM}", "DTD: "),
        ("Answer", FORM, "the root element is QuestionForm"),
        ("Answer", "{}", "not well-formed: "),
    ],
    ids=["empty", "no XML", "escaped twice", "cut off", "the other document", "DTD", "the form", "JSON"],
)
def test_a_text_that_is_not_its_document_is_reported(name: str, text: str, actual: str, replies: Any) -> None:
    """With what is wrong, at its place."""
    both = {"test": FORM, "answer": ANSWERS, name.lower(): text}
    (finding,) = replies.missed(replies.listing(replies.item(documents=documents(**both))))
    assert (finding.requirement, finding.where) == (PARSABLE[name], f"{ITEM.format(1)}/{name}")
    assert finding.actual.startswith(actual)
    assert "in escaped form" in finding.expected


@pytest.mark.parametrize(("test", "answer", "actual"), [(FORM, None, "Test alone"), (None, ANSWERS, "Answer alone")])
def test_one_document_without_the_other_is_reported(
    test: str | None, answer: str | None, actual: str, replies: Any
) -> None:
    """They are there together or not at all."""
    (finding,) = replies.missed(replies.listing(replies.item(documents=documents(test, answer))))
    assert (finding.requirement, finding.where) == ("QualificationRequest.Answer.presence", ITEM.format(1))
    assert finding.actual == actual


def test_a_request_without_a_test_shows_nothing_about_documents(replies: Any) -> None:
    """What is not there is neither met nor missed."""
    body = replies.listing(replies.item())
    for requirement in (*PARSABLE.values(), "QualificationRequest.escaped", "QualificationRequest.Answer.presence"):
        assert replies.of(requirement, body) == []
