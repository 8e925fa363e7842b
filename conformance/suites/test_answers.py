"""QuestionFormAnswers: each kind of answer to the questions of a form, as the Requester gets it."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import WorkerRefused
from conformance.spec.documents import DOCUMENTS
from conformance.suites.assignments import Employer, Work
from conformance.suites.pages import answers_in
from conformance.suites.preconditions import Given
from conformance.suites.submissions import listed, shown
from conformance.target.requester import Requester

SAID, OTHER = "l'été <b>&</b>", "something else"
_ARTICLE = "QuestionFormAnswers"
_ESCAPED = SAID.replace("&", "&amp;").replace("<", "&lt;")
_CHOICE = (
    "<SelectionAnswer><MinSelectionCount>0</MinSelectionCount><MaxSelectionCount>3</MaxSelectionCount><Selections>"
    + "".join(
        f"<Selection><SelectionIdentifier>{one}</SelectionIdentifier><Text>{one}</Text></Selection>" for one in "abc"
    )
    + "{other}</Selections></SelectionAnswer>"
)
QUESTIONS = {
    "said": "<FreeTextAnswer/>",
    "unsaid": "<FreeTextAnswer/>",
    "two": _CHOICE.format(other=""),
    "none": _CHOICE.format(other=""),
    "other": _CHOICE.format(other="<OtherSelection/>"),
}
SHORT = "<FreeTextAnswer><Constraints><Length minLength='1' maxLength='2'/></Constraints></FreeTextAnswer>"


def form(**questions: str) -> str:
    """Return a QuestionForm: identifiers with their answer specifications."""
    rows = "".join(
        f"<Question><QuestionIdentifier>{name}</QuestionIdentifier><QuestionContent><Text>?</Text></QuestionContent>"
        f"<AnswerSpecification>{answer}</AnswerSpecification></Question>"
        for name, answer in questions.items()
    )
    return f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}">{rows}</QuestionForm>'


def answered(**answers: str) -> str:
    """Return a QuestionFormAnswers: identifiers with the members of their answers."""
    rows = "".join(
        f"<Answer><QuestionIdentifier>{name}</QuestionIdentifier>{members}</Answer>"
        for name, members in answers.items()
    )
    return f'<QuestionFormAnswers xmlns="{DOCUMENTS[_ARTICLE]}">{rows}</QuestionFormAnswers>'


def _chosen(*selections: str) -> str:
    return "".join(f"<SelectionIdentifier>{one}</SelectionIdentifier>" for one in selections)


@pytest.mark.verifies(
    *(
        f"{_ARTICLE}.{topic}"
        for topic in ("identifier", "freetext", "selection", "no-selection", "other-selection", "one-per-answered")
    )
)
def test_answers_come_back_by_kind(given: Given, expect: Expect, requester: Requester) -> None:
    """A text, two selections, no selection, one's own selection; one question is left out."""
    hit_id, worker_id = Employer(given).hit(Question=form(**QUESTIONS)), given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    handed_in = answered(
        said=f"<FreeText>{_ESCAPED}</FreeText>",
        two=_chosen("a", "c"),
        none="",
        other=f"{_chosen('b')}<OtherSelectionText>{OTHER}</OtherSelectionText>",
    )
    given.workers.submit_assignment(worker_id, accepted.assignment_id, handed_in)
    work = Work(assignment_id=accepted.assignment_id, worker_id=worker_id, hit_id=hit_id)
    document = shown(requester, work).get("Answer", "")
    answers = answers_in(document)
    told = repr(answers)
    for topic, good, expected in (
        ("identifier", bool(answers) and set(answers) <= set(QUESTIONS), f"identifiers among {', '.join(QUESTIONS)}"),
        ("freetext", answers.get("said") == [("FreeText", SAID)], f"FreeText {SAID!r} under said"),
        (
            "selection",
            sorted(answers.get("two", [])) == [("SelectionIdentifier", "a"), ("SelectionIdentifier", "c")],
            "SelectionIdentifier a and c under two",
        ),
        (
            "no-selection",
            all(name != "SelectionIdentifier" for name, _ in answers.get("none", [])),
            "no SelectionIdentifier under none",
        ),
        (
            "other-selection",
            sorted(answers.get("other", [])) == [("OtherSelectionText", OTHER), ("SelectionIdentifier", "b")],
            f"SelectionIdentifier b and OtherSelectionText {OTHER!r} under other",
        ),
        (
            "one-per-answered",
            all(document.count(f">{name}<") == 1 for name in ("said", "two", "other"))
            and all(not text for _, text in answers.get("unsaid", [])),
            "one Answer under said, two and other each, nothing said under unsaid",
        ),
    ):
        expect(f"{_ARTICLE}.{topic}", good, where="Answer", expected=expected, actual=told)


@pytest.mark.verifies(f"{_ARTICLE}.conformance-claim")
def test_answer_beyond_its_constraints(given: Given, expect: Expect, requester: Requester) -> None:
    hit_id, worker_id = Employer(given).hit(Question=form(short=SHORT)), given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    try:
        given.workers.submit_assignment(
            worker_id, accepted.assignment_id, answered(short="<FreeText>much too long</FreeText>")
        )
        told = f"taken, {len(listed(requester, hit_id))} listed"
    except WorkerRefused:
        told = "refused"
    expect.see(f"{_ARTICLE}.conformance-claim", where="an answer of 13 characters, of 2 at most", actual=told)
