"""What a Worker can hand in: the constraints of a QuestionForm on the answers to a test."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import WorkerRefused
from conformance.spec.documents import DOCUMENTS
from conformance.spec.requirements import requirements
from conformance.suites.answer_keys import form_of
from conformance.suites.form_rows import PLAIN, asked, free
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import handed_in
from conformance.suites.rows import Row

ARTICLE = "QuestionForm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A form, and the answers to its question ``q`` that a Worker can and cannot hand in; None leaves it empty."""

    topic: str
    form: str
    takes: tuple[str | None, ...] = ()
    refuses: tuple[str | None, ...] = ()


_OPTIONAL = form_of(asked(name="first") + asked())
_REQUIRED = form_of(asked(name="first") + asked(more="<IsRequired>true</IsRequired>"))
CONSTRAINTS = (
    Constraint(topic="is-required-default", form=_OPTIONAL, takes=(None,)),
    Constraint(topic="is-required-true", form=_REQUIRED, takes=("x",), refuses=(None,)),
    Constraint(
        topic="constraint-numeric",
        form=free('<IsNumeric minValue="100" maxValue="999"/>'),
        takes=("500",),
        refuses=("abc", "99", "1000"),
    ),
    Constraint(
        topic="constraint-length",
        form=free('<Length minLength="2" maxLength="3"/>'),
        takes=("a ",),
        refuses=("a", "abcd"),
    ),
    Constraint(
        topic="constraint-minlength-implies-required",
        form=form_of(
            asked(name="first")
            + asked(PLAIN.replace("/>", "><Constraints><Length minLength='2'/></Constraints></FreeTextAnswer>"))
        ),
        takes=("ab",),
        refuses=(None,),
    ),
    Constraint(
        topic="constraint-regex",
        form=free('<AnswerFormatRegex regex="[0-9]"/><AnswerFormatRegex regex="[a-z]"/>'),
        takes=("1a",),
        refuses=("1", "a"),
    ),
    Constraint(
        topic="constraint-regex-flags",
        form=free('<AnswerFormatRegex regex="regex" flags="i"/>'),
        takes=("RegEx",),
    ),
)


def rows(version: str) -> Iterator[Row]:
    """Yield the constraints that hold in a version."""
    for one in CONSTRAINTS:
        name = f"{ARTICLE}.{one.topic}"
        if requirements()[name].holds_in(version):
            yield Row(id=one.topic, verifies=(name,), value=one)


def answers(text: str | None, *others: str) -> str:
    """Return answers: this text to the question ``q``, something to the others."""
    given = {**dict.fromkeys(others, "something"), **({} if text is None else {"q": text})}
    body = "".join(
        f"<Answer><QuestionIdentifier>{name}</QuestionIdentifier><FreeText>{escape(one)}</FreeText></Answer>"
        for name, one in given.items()
    )
    return f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}">{body}</QuestionFormAnswers>'


@pytest.mark.each(rows=rows)
def test_answer(row: Row, given: Given, expect: Expect) -> None:
    """What is refused leaves the Worker at the test, so the same one tries all that is refused, then what is taken."""
    one: Constraint = row.value
    requirement, others = row.verifies[0], ("first",) if ">first<" in one.form else ()
    type_id = given.qualification_type(Test=one.form, TestDurationInSeconds=3600)
    worker = ""
    for text in (*one.refuses, *one.takes):
        if not worker:
            worker = given.workers.new_worker()
            given.workers.request_qualification(worker, type_id)
        taken = handed_in(given, type_id, worker, answers(text, *others))
        expect(
            requirement,
            taken == (text in one.takes),
            where=f"the answer {text!r} to {one.form[-300:]}",
            expected="taken" if text in one.takes else "not taken",
            actual="taken" if taken else "not taken",
        )
        worker = "" if taken else worker


@pytest.mark.verifies("QuestionForm.constraint-regex-errortext")
def test_what_is_said_of_an_answer_that_does_not_match(given: Given, expect: Expect) -> None:
    type_id = given.qualification_type(Test=free('<AnswerFormatRegex regex="^[0-9]$"/>'), TestDurationInSeconds=600)
    worker = given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    told = "nothing, the answer is taken"
    try:
        given.workers.submit_test(worker, type_id, answers("x"))
    except WorkerRefused as refusal:
        told = str(refusal)
    expect.see("QuestionForm.constraint-regex-errortext", where="the answer 'x' to ^[0-9]$", actual=told)
