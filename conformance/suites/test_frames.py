"""The Worker's side: the address of a frame, and what becomes of the form in it."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured, WorkerRefused
from conformance.suites.assignments import Employer
from conformance.suites.pages import NOBODY, Answers, answers_in, external_question, frame, html_question, post_form
from conformance.suites.preconditions import Given
from conformance.suites.submissions import Shown, ids, listed
from conformance.target.drivers import ClockDriver
from conformance.target.opening import Target
from conformance.target.requester import Requester

FOUR = ("assignmentId", "hitId", "turkSubmitTo", "workerId")
TWO = FOUR[:2]
FORM = "https://worker.example.org/form"
UNICODE = "l'été <b>&</b> \U0001d518"
FIELDS = (("hitId", "X"), ("a", "1"), ("turkSubmitTo", "X"), ("b", "2"), ("workerId", "Y"), ("c", UNICODE))


@pytest.mark.verifies(
    "WorkerSide.url.no-query", "WorkerSide.url.with-query", "WorkerSide.preview", "WorkerSide.preview.workerId"
)
def test_preview_has_no_assignment(given: Given, expect: Expect) -> None:
    employer, worker_id = Employer(given), given.workers.new_worker()
    plain, asked = (
        given.workers.preview(worker_id, employer.hit(Question=external_question(url))) for url in (FORM, f"{FORM}?a=1")
    )
    parameters = frame(plain)
    expect(
        "WorkerSide.url.no-query",
        str(plain).startswith(f"{FORM}?") and str(plain).count("?") == 1 and bool(parameters),
        where="the address of the frame",
        expected=f"{FORM}?…",
        actual=str(plain),
    )
    expect(
        "WorkerSide.url.with-query",
        str(asked).startswith(f"{FORM}?a=1&") and str(asked).count("?") == 1 and set(TWO) <= set(frame(asked)),
        where="the address of the frame",
        expected=f"{FORM}?a=1&…",
        actual=str(asked),
    )
    expect(
        "WorkerSide.preview",
        parameters.get("assignmentId") == NOBODY,
        where="assignmentId in a preview",
        expected=NOBODY,
        actual=repr(parameters.get("assignmentId")),
    )
    expect.see("WorkerSide.preview.workerId", where="a preview", actual=", ".join(parameters))


@pytest.mark.verifies(
    "WorkerSide.params.08",
    "WorkerSide.params.14",
    "WorkerSide.params.order",
    "WorkerSide.accept.id",
    "Assignment.ids-consistent",
    *(
        f"WorkerSide.submit.{topic}"
        for topic in ("fields", "hitId-ignored", "assignmentId-hidden", "reserved", "unicode", "twice")
    ),
)
def test_form_is_handed_in_once(given: Given, expect: Expect, requester: Requester) -> None:
    hit_id = Employer(given).hit(Question=external_question(), MaxAssignments=2)
    workers = [given.workers.new_worker() for _ in range(2)]
    accepted = [given.workers.accept_assignment(worker_id, hit_id) for worker_id in workers]
    first, second = (frame(one.url) for one in accepted)
    _see_parameters(first, second, expect)
    given.workers.submit_form(workers[0], accepted[0].assignment_id, FIELDS)
    rows = given.settled(lambda: listed(requester, hit_id), bool)
    expect(
        "Assignment.ids-consistent",
        [(row.get("AssignmentId"), row.get("HITId")) for row in rows] == [(first.get("assignmentId"), hit_id)]
        and first.get("hitId") == hit_id,
        where="GetAssignmentsForHIT",
        expected=f"assignmentId and hitId of the form, {first.get('assignmentId')} and {first.get('hitId')}",
        actual=f"{[(row.get('AssignmentId'), row.get('HITId')) for row in rows]}",
    )
    _see_fields(rows, expect)
    try:
        given.workers.submit_form(workers[0], accepted[0].assignment_id, (("a", "other"),))
        told = "taken"
    except WorkerRefused:
        told = "refused"
    again = listed(requester, hit_id)
    expect(
        "WorkerSide.submit.twice",
        ids(again) == ids(rows) and [row.get("Answer") for row in again] == [row.get("Answer") for row in rows],
        where="GetAssignmentsForHIT after a second form",
        expected="one assignment with the answers of the first form",
        actual=f"the second form was {told}; {len(again)} assignments, {[row.get('Answer') for row in again]}",
    )


def _see_parameters(first: dict[str, str], second: dict[str, str], expect: Expect) -> None:
    for requirement, names in (("14", FOUR), ("08", TWO)):
        expect(
            f"WorkerSide.params.{requirement}",
            set(names) <= set(first),
            where="the address of the frame",
            expected=", ".join(names),
            actual=", ".join(first),
        )
    expect.see("WorkerSide.params.order", where="the address of the frame", actual=", ".join(first))
    given = [one.get("assignmentId") for one in (first, second)]
    expect(
        "WorkerSide.accept.id",
        given[0] != given[1] and not {None, "", NOBODY} & set(given),
        where="assignmentId after two acceptances",
        expected="two ids",
        actual=repr(given),
    )


def _see_fields(rows: list[Shown], expect: Expect) -> None:
    answers: Answers = answers_in(rows[0].get("Answer")) if rows else {}
    shown = repr(answers)
    expect(
        "WorkerSide.submit.fields",
        all(answers.get(name) == [("FreeText", text)] for name, text in (("a", "1"), ("b", "2"))),
        where="Answer",
        expected="FreeText 1 under a and FreeText 2 under b",
        actual=shown,
    )
    expect(
        "WorkerSide.submit.unicode",
        answers.get("c") == [("FreeText", UNICODE)],
        where="Answer",
        expected=repr(UNICODE),
        actual=shown,
    )
    for requirement, names in (
        ("hitId-ignored", {"hitId"}),
        ("assignmentId-hidden", {"assignmentId"}),
        ("reserved", {"turkSubmitTo", "workerId"}),
    ):
        expect(
            f"WorkerSide.submit.{requirement}",
            bool(answers) and not names & set(answers),
            where="Answer",
            expected=f"answers, none of them under {', '.join(sorted(names))}",
            actual=shown,
        )


@pytest.mark.verifies(
    "WorkerSide.turkSubmitTo",
    *(
        f"WorkerSide.{topic}"
        for topic in (
            "submit.path",
            "submit.post",
            "submit.get",
            "submit.assignmentId-required",
            "submit.assignmentId-case",
            "preview.submit-refused",
        )
    ),
)
def test_form_is_sent_to_the_site(given: Given, expect: Expect, requester: Requester, target: Target) -> None:
    """Forms that are not to be kept come first, the good one last."""
    hit_id, worker_id = Employer(given).hit(Question=external_question(), MaxAssignments=2), given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    site = frame(accepted.url).get("turkSubmitTo")
    if site is None:
        raise NotMeasured("the address of the frame has no turkSubmitTo, so the Workers' site is not known")
    for requirement, fields in (
        ("submit.assignmentId-required", ()),
        ("submit.assignmentId-case", (("AssignmentID", accepted.assignment_id),)),
        ("preview.submit-refused", (("assignmentId", NOBODY),)),
    ):
        told = post_form(target.client, site, *fields, ("a", "1"))
        rows = listed(requester, hit_id)
        expect(
            f"WorkerSide.{requirement}",
            not rows,
            where="GetAssignmentsForHIT",
            expected="no assignment",
            actual=f"{len(rows)} assignments after {told}",
        )
    told = post_form(target.client, site, ("assignmentId", accepted.assignment_id), ("a", "1"))
    rows = given.settled(lambda: listed(requester, hit_id), bool)
    for requirement in ("turkSubmitTo", "submit.path", "submit.post"):
        expect(
            f"WorkerSide.{requirement}",
            ids(rows) == [accepted.assignment_id] and rows[0].get("AssignmentStatus") == "Submitted",
            where="GetAssignmentsForHIT after a POST to mturk/externalSubmit",
            expected="the assignment, Submitted",
            actual=f"{told}; {[row.get('AssignmentStatus') for row in rows]}",
        )
    another = given.workers.accept_assignment(given.workers.new_worker(), hit_id)
    told = post_form(target.client, site, ("assignmentId", another.assignment_id), ("a", "1"), method="GET")
    kept = "kept" if another.assignment_id in ids(listed(requester, hit_id)) else "not kept"
    expect.see("WorkerSide.submit.get", where="a form sent by GET", actual=f"{told}, {kept}")


@pytest.mark.verifies("WorkerSide.submit.late")
def test_form_comes_too_late(given: Given, expect: Expect, requester: Requester, clock: ClockDriver) -> None:
    employer = Employer(given)
    hit_type = employer.hit_type(AssignmentDurationInSeconds=30)
    hit_id, worker_id = employer.hit(HITTypeId=hit_type, Question=external_question()), given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    clock.advance(40)
    try:
        given.workers.submit_form(worker_id, accepted.assignment_id, (("a", "1"),))
        told = "taken"
    except WorkerRefused:
        told = "refused"
    rows = listed(requester, hit_id)
    try:
        given.workers.accept_assignment(given.workers.new_worker(), hit_id)
        free = True
    except WorkerRefused:
        free = False
    expect(
        "WorkerSide.submit.late",
        not rows and free,
        where="40 seconds after the acceptance, of 30",
        expected="no assignment listed, and another Worker can accept the HIT",
        actual=f"the form was {told}; {len(rows)} listed; another Worker {'can' if free else 'cannot'} accept it",
    )


@pytest.mark.verifies("HTMLQuestion.params", "HTMLQuestion.answers")
def test_page_of_html_is_a_frame_too(given: Given, expect: Expect, requester: Requester) -> None:
    hit_id, worker_id = Employer(given).hit(Question=html_question()), given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    parameters = frame(accepted.url)
    expect(
        "HTMLQuestion.params",
        set(FOUR) <= set(parameters),
        where="the address of the frame",
        expected=", ".join(FOUR),
        actual=", ".join(parameters),
    )
    given.workers.submit_form(worker_id, accepted.assignment_id, (("a", "1"), ("b", "2")))
    rows = given.settled(lambda: listed(requester, hit_id), bool)
    answers = answers_in(rows[0].get("Answer")) if rows else {}
    expect(
        "HTMLQuestion.answers",
        all(answers.get(name) == [("FreeText", text)] for name, text in (("a", "1"), ("b", "2"))),
        where="Answer",
        expected="FreeText 1 under a and FreeText 2 under b",
        actual=repr(answers),
    )
