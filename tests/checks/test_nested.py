"""Documents inside replies: which of them an endpoint answers for."""

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

import pytest

from conformance.checks.finding import Finding, Outcome
from conformance.checks.nested import CHECKS, TOLD
from conformance.checks.reading import read_exchange
from conformance.spec.documents import DOCUMENTS

NAMESPACE = DOCUMENTS["QuestionFormAnswers"]
FORM = (
    f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"><Question><QuestionIdentifier>q</QuestionIdentifier>'
    "<QuestionContent><Text/></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
    "</QuestionForm>"
)
ANSWERS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<QuestionFormAnswers xmlns="{NAMESPACE}">\n<Answer>\n'
    "<QuestionIdentifier>q</QuestionIdentifier>\n<FreeText/>\n</Answer>\n</QuestionFormAnswers>\n"
)
BARE = FORM.replace(f' xmlns="{DOCUMENTS["QuestionForm"]}"', "")
ASSIGNMENT = "/GetAssignmentsForHITResponse/GetAssignmentsForHITResult[1]/Assignment[1]/Answer"
REQUEST = "/GetQualificationRequestsResponse/GetQualificationRequestsResult[1]/QualificationRequest[1]"


def judged(replies: Any, operation: str, inner: str, result: str | None = None, **values: str) -> list[Finding]:
    """Return what the checks of this module alone find in a reply."""
    request = replies.call(operation, {name: [value] for name, value in values.items()})
    reading = read_exchange(replies.exchange(request, replies.reply(operation, inner, result=result)))
    return [finding for check in CHECKS for finding in check.judge(reading)]


def of(findings: Iterable[Finding], outcome: Outcome) -> list[tuple[str, str]]:
    return [(one.requirement, one.where) for one in findings if one.outcome is outcome]


def assignment(replies: Any, answer: str) -> list[Finding]:
    inner = f"<Request><IsValid>True</IsValid></Request><Assignment><Answer>{escape(answer)}</Answer></Assignment>"
    return judged(replies, "GetAssignmentsForHIT", inner)


def request(replies: Any, test: str, answer: str) -> list[Finding]:
    documents = f"<Test>{escape(test)}</Test><Answer>{escape(answer)}</Answer>"
    return judged(replies, "GetQualificationRequests", replies.item(documents=documents))


def test_answers_as_genuine_replies_have_them_are_met(replies: Any) -> None:
    """A declaration, a line feed after each element, an empty text."""
    found = assignment(replies, ANSWERS)
    assert {one.outcome for one in found} == {Outcome.MET}
    assert {one.requirement for one in found} == {
        "Assignment.Answer.escaped",
        "QuestionFormAnswers.schema",
        "QuestionFormAnswers.namespace",
    }


@pytest.mark.parametrize(
    ("answer", "requirement", "where"),
    [
        ("birds", "Assignment.Answer.escaped", ASSIGNMENT),
        (escape(ANSWERS), "Assignment.Answer.escaped", ASSIGNMENT),
        (FORM, "Assignment.Answer.escaped", ASSIGNMENT),
        (
            ANSWERS.replace(f' xmlns="{NAMESPACE}"', ""),
            "QuestionFormAnswers.namespace",
            f"{ASSIGNMENT} → /QuestionFormAnswers",
        ),
        (
            ANSWERS.replace("FreeText", "Freetext"),
            "QuestionFormAnswers.schema",
            f"{ASSIGNMENT} → /QuestionFormAnswers/Answer/Freetext",
        ),
    ],
    ids=["no XML", "escaped twice", "the form", "no namespace", "a strange element"],
)
def test_faulty_answers_are_the_endpoint_s(replies: Any, answer: str, requirement: str, where: str) -> None:
    """Once, with the path in the reply and the path in the document."""
    assert of(assignment(replies, answer), Outcome.MISSED) == [(requirement, where)]


def test_an_empty_answer_is_told(replies: Any) -> None:
    """The pages allow both forms of no answer."""
    assert of(assignment(replies, " \n"), Outcome.SEEN) == [("Assignment.Answer.empty", ASSIGNMENT)]
    assert of(assignment(replies, ""), Outcome.MISSED) == []


def test_answers_are_held_against_the_test_beside_them(replies: Any) -> None:
    """By the requirement on answers, and by that on the request that holds both."""
    assert of(request(replies, FORM, ANSWERS), Outcome.MISSED) == []
    other = ANSWERS.replace(">q<", ">p<")
    where = f"{REQUEST}/Answer → /QuestionFormAnswers/Answer"
    expected = [("QuestionFormAnswers.identifier", where), ("QualificationRequest.Answer.matches-test", where)]
    assert of(request(replies, FORM, other), Outcome.MISSED) == expected


def test_unreadable_answers_of_a_request_are_left_to_their_own_check(replies: Any) -> None:
    """QualificationRequest.Answer.parsable says it."""
    assert of(request(replies, FORM, "birds"), Outcome.MISSED) == []


def hit(replies: Any, question: str, sent: str | None = None) -> list[Finding]:
    """Judge a HIT that shows a question, in the reply to a CreateHIT that ``sent`` one, or to a GetHIT."""
    inner = f"<Request><IsValid>True</IsValid></Request><HITId>H</HITId><Question>{escape(question)}</Question>"
    values = {"Question": sent} if sent is not None else {}
    return judged(replies, "CreateHIT" if values else "GetHIT", inner, "HIT", **values)


def test_a_question_that_comes_back_in_its_namespace_is_met(replies: Any) -> None:
    """Whether or not the call carried it."""
    for sent in (FORM, None):
        assert [(one.requirement, one.outcome) for one in hit(replies, FORM, sent)] == [
            ("GetHIT.question-escaped", Outcome.MET),
            ("Common.DataSchema.returned-namespace", Outcome.MET),
        ]


@pytest.mark.parametrize(("question", "escaped"), [(FORM, True), (BARE, True), ("birds", False), (ANSWERS, False)])
def test_a_question_is_seen_to_be_escaped_where_it_can_be_read(replies: Any, question: str, escaped: bool) -> None:
    """In its namespace or not; any other text shows nothing."""
    assert [one for one in of(hit(replies, question), Outcome.MET) if one[0] == "GetHIT.question-escaped"] == (
        [("GetHIT.question-escaped", "/GetHITResponse/HIT[1]/Question")] if escaped else []
    )


def test_a_question_that_lost_its_namespace_is_the_endpoint_s(replies: Any) -> None:
    """Where the same call carried it in order."""
    found = of(hit(replies, BARE, FORM), Outcome.MISSED)
    assert found == [("Common.DataSchema.returned-namespace", "/CreateHITResponse/HIT[1]/Question")]
    assert of(hit(replies, "birds", FORM), Outcome.MISSED) == found


@pytest.mark.parametrize("sent", [BARE, "birds", None])
def test_a_faulty_question_that_may_be_the_requester_s_is_told(replies: Any, sent: str | None) -> None:
    """The endpoint only repeats what somebody sent, in this call or in an earlier one."""
    found = hit(replies, BARE, sent)
    assert of(found, Outcome.MISSED) == []
    assert {one.requirement for one in found if one.outcome is Outcome.SEEN} == {
        "Common.DataSchema.returned-namespace",
        "Common.DataSchema.namespace-required",
    }


def test_of_many_faults_a_few_are_told(replies: Any) -> None:
    """They are nobody's verdict."""
    faulty = FORM.replace("<Text/>", "<FormattedContent>&lt;div/&gt;</FormattedContent>" * (TOLD + 3))
    assert len(of(hit(replies, faulty), Outcome.SEEN)) == TOLD
    assert of(hit(replies, faulty, FORM), Outcome.MISSED) == []


def test_elements_instead_of_text_are_left_to_the_shape(replies: Any) -> None:
    """What is not escaped is no document in a string."""
    inner = f"<Request><IsValid>True</IsValid></Request><HITId>H</HITId><Question>{FORM}</Question>"
    assert judged(replies, "GetHIT", inner, "HIT") == []
