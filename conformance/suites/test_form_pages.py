"""What Workers see of a QuestionForm: its texts, what stands in its fields, what its applications are given."""

from xml.sax.saxutils import escape

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.suites.answer_keys import form_of
from conformance.suites.assignments import Employer
from conformance.suites.form_rows import APPLET, asked, shown
from conformance.suites.pages import NOBODY, answers_in
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import word
from conformance.suites.shown_pages import Page, read_page

ARTICLE = "QuestionForm"
IDS = ("hitId", "assignmentId")


def page_of_test(given: Given, form: str) -> tuple[str, str, Page]:
    """Have a new Worker begin a test of this form; return the ids of type and Worker, and the page."""
    type_id = given.qualification_type(Test=form, TestDurationInSeconds=3600)
    worker_id = given.workers.new_worker()
    return type_id, worker_id, read_page(given.workers.request_qualification(worker_id, type_id).page)


@pytest.mark.verifies(f"{ARTICLE}.text-verbatim")
def test_text_is_shown_as_it_is(given: Given, expect: Expect) -> None:
    mark = word(given)
    text = f"<b>{mark}</b>"
    _, _, page = page_of_test(given, shown(f"<Text>{escape(text)}</Text>"))
    if mark not in page.text:
        raise NotMeasured("the page that the worker driver tells does not hold the Text of the form")
    near = page.text[max(0, page.text.index(mark) - 20) :][: 40 + len(mark)].strip()
    expect(f"{ARTICLE}.text-verbatim", text in page.text, where="the page of the test", expected=text, actual=near)


@pytest.mark.verifies(f"{ARTICLE}.default-text")
def test_default_text_is_the_answer(given: Given, expect: Expect) -> None:
    default = f"as {word(given)} has it"
    form = form_of(asked(f"<FreeTextAnswer><DefaultText>{default}</DefaultText></FreeTextAnswer>"))
    type_id, worker_id, page = page_of_test(given, form)
    if not page.fields:
        raise NotMeasured("the page that the worker driver tells has no fields")
    standing = [value for _, value in page.fields]
    expect(
        f"{ARTICLE}.default-text",
        default in standing,
        where="the fields in the page of the test",
        expected=repr(default),
        actual=repr(standing),
    )
    given.workers.submit_test_form(worker_id, type_id, page.fields)
    answers = answers_in(given.request_of(worker_id, type_id).document("Answer"))
    expect(
        f"{ARTICLE}.default-text",
        answers.get("q") == [("FreeText", default)],
        where="Answer of GetQualificationRequests, the form sent without a change",
        expected=f"FreeText {default!r}",
        actual=repr(answers.get("q", "no answer")),
    )


@pytest.mark.verifies(f"{ARTICLE}.application-hit-parameters")
def test_application_learns_of_the_hit(given: Given, expect: Expect) -> None:
    form = shown(f"<Application><JavaApplet>{APPLET}</JavaApplet></Application>")
    hit_id, worker_id = Employer(given).hit(Question=form), given.workers.new_worker()
    preview = read_page(given.workers.preview_page(worker_id, hit_id))
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    page = read_page(accepted.page)
    if not preview.applications or not page.applications:
        raise NotMeasured("the page that the worker driver tells shows no application")
    for where, one, assignment_id in (("preview", preview, NOBODY), ("assignment", page, accepted.assignment_id)):
        expected, told = dict(zip(IDS, (hit_id, assignment_id), strict=True)), dict(one.parameters)
        expect(
            f"{ARTICLE}.application-hit-parameters",
            expected.items() <= told.items(),
            where=f"the parameters of the applet in the page of the {where}",
            expected=repr(expected),
            actual=repr(told),
        )
