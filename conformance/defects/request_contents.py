"""Faults of what a request holds beside its ids: Test, Answer and SubmitTime."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import (
    Plant,
    acting,
    changed_for_now,
    handling,
    planting,
    putting,
    reshaping,
    viewing,
)
from conformance.reference.context import Context, Handler
from conformance.reference.records import QualificationRequest
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.documents import DOCUMENTS
from conformance.wire.flattening import Values
from conformance.wire.timestamps import format_timestamp

LIST, STRUCTURE = "GetQualificationRequests", "QualificationRequest"

_WHOLE_FORM = (f"{STRUCTURE}.Test.snapshot", f"{STRUCTURE}.Test.snapshot-stable", f"{STRUCTURE}.Test.snapshot-moment")
_ESCAPED = "Common.Response.xml-values-escaped"
_COMPARED = "the tests compare the whole document with what was sent"
_ANSWERS_READ = "shown by reading the answers"
UNFITTING = ("QuestionFormAnswers.*", f"{STRUCTURE}.Answer.matches-test")
"""What is shown where answers are no document, or not the answers to the form beside them."""
_QUESTIONS = f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"/>'


# Test and Answer


def _drop(*names: str) -> Plant:
    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        for name in names:
            values.pop(name, None)

    return viewing(view)


def _add(name: str, content: str) -> Plant:
    """Show a document also where the type has no test."""

    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        values.setdefault(name, [content])

    return viewing(view)


def _show_current_form(record: QualificationRequest, values: Values, context: Context) -> None:
    test = context.store.qualification_types[record.qualification_type_id].test
    if record.test is not None and test is not None:
        values["Test"] = [test.form]


def _copy_form_late(action: WorkerAction, visit: Visit) -> dict[str, object]:
    type_id = visit.text("qualification_type_id")
    started = visit.store.last_request(type_id, visit.worker_id)
    if started is not None and started.state == "Started":
        visit.store.save_request(replace(started, test=visit.store.qualification_types[type_id].test))
    return action(visit)


def _show_first_form(record: QualificationRequest, values: Values, context: Context) -> None:
    for other in context.store.qualification_requests.values():
        if other.qualification_type_id == record.qualification_type_id and other.test is not None:
            values["Test"] = [other.test.form]
            return


def _list_started(handler: Handler, context: Context) -> Values:
    started = [one for one in context.store.qualification_requests.values() if one.state == "Started"]
    with changed_for_now(context.store, started, state="Submitted", submitted_at=context.at):
        return handler(context)


def _show_first_answer(record: QualificationRequest, values: Values, context: Context) -> None:
    answers = [one.answer for one in context.store.qualification_requests.values() if one.answer is not None]
    if record.answer is not None:
        values["Answer"] = [answers[0]]


def _swap_documents(record: QualificationRequest, values: Values, context: Context) -> None:
    if record.test is not None and record.answer is not None:
        values |= {"Test": [record.answer], "Answer": [record.test.form]}


def _nest(name: str) -> Plant:
    """Write a document as XML into the reply instead of as text."""

    def nest(reply: etree._Element) -> None:
        for element in reply.iter(name):
            element.append(etree.fromstring((element.text or "").strip().encode()))
            element.text = None

    return reshaping(LIST, nest)


def _without_last_answer(document: str) -> str:
    return re.sub(r"<(\w+:)?Answer\b(?!.*<(\w+:)?Answer\b).*</(\w+:)?Answer>", "", document, flags=re.DOTALL)


# SubmitTime


def _time(moment: Callable[[QualificationRequest, Context], float]) -> Plant:
    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        values["SubmitTime"] = [context.formats.timestamp(moment(record, context))]

    return viewing(view)


def _submitted(record: QualificationRequest) -> float:
    return record.submitted_at or record.requested_at


def _with_offset(record: QualificationRequest, values: Values, context: Context) -> None:
    values["SubmitTime"] = [format_timestamp(_submitted(record) - 7 * 3600).replace("Z", "-07:00")]


DEFECTS: tuple[Defect, ...] = (
    defect(
        "test/dropped",
        _drop("Test"),
        f"{STRUCTURE}.Test.presence",
        f"{STRUCTURE}.Answer.presence",
        also=_WHOLE_FORM[1:],
        because=_COMPARED,
    ),
    defect("answer/dropped", _drop("Answer"), f"{STRUCTURE}.Answer.presence"),
    defect(
        "test/dropped-with-answer",
        _drop("Test", "Answer"),
        f"{STRUCTURE}.Test.presence",
        f"{STRUCTURE}.Answer.presence",
        also=_WHOLE_FORM[1:],
        because=_COMPARED,
    ),
    defect(
        "test/where-the-type-has-none",
        _add("Test", _QUESTIONS),
        f"{STRUCTURE}.Test.presence",
        f"{STRUCTURE}.Answer.presence",
    ),
    defect(
        "answer/where-the-type-has-no-test",
        _add("Answer", f'<QuestionFormAnswers xmlns="{DOCUMENTS["QuestionFormAnswers"]}"/>'),
        f"{STRUCTURE}.Answer.presence",
        also=UNFITTING,
        because=_ANSWERS_READ,
    ),
    defect(
        "test/empty-where-the-type-has-none",
        planting(_add("Test", ""), _add("Answer", "")),
        f"{STRUCTURE}.Test.presence",
        f"{STRUCTURE}.Answer.presence",
        f"{STRUCTURE}.Test.parsable",
        f"{STRUCTURE}.Answer.parsable",
        _ESCAPED,
    ),
    defect(
        "test/listed-before-answered",
        handling(LIST, _list_started),
        f"{STRUCTURE}.Test.presence",
        f"{STRUCTURE}.Answer.presence",
    ),
    *(
        defect(f"test/{name}", plant, *broken, also=UNFITTING, because="the answers are to another form")
        for name, plant, broken in (
            ("current-form", viewing(_show_current_form), _WHOLE_FORM[1:]),
            ("copied-when-answered", acting("submit-test", _copy_form_late), _WHOLE_FORM[2:]),
            ("first-form-for-ever", viewing(_show_first_form), _WHOLE_FORM[1:2]),
        )
    ),
    defect(
        "test/without-markup-characters",
        putting("Test", lambda form: re.sub("&(lt|gt|amp|quot|apos);", " ", form)),
        _WHOLE_FORM[0],
        also=_WHOLE_FORM[1:],
        because=_COMPARED,
    ),
    defect(
        "test/escaped-twice",
        putting("Test", escape),
        f"{STRUCTURE}.Test.parsable",
        _ESCAPED,
        _WHOLE_FORM[0],
        also=_WHOLE_FORM[1:],
        because=_COMPARED,
    ),
    defect(
        "test/cut-off",
        putting("Test", lambda form: form[:-1]),
        f"{STRUCTURE}.Test.parsable",
        _ESCAPED,
        _WHOLE_FORM[0],
        also=_WHOLE_FORM[1:],
        because=_COMPARED,
    ),
    defect(
        "test/swapped-with-answer",
        viewing(_swap_documents),
        f"{STRUCTURE}.Test.parsable",
        f"{STRUCTURE}.Answer.parsable",
        _WHOLE_FORM[0],
        f"{STRUCTURE}.Answer.content",
        also=_WHOLE_FORM[1:],
        because=_COMPARED,
    ),
    defect(
        "test/nested",
        _nest("Test"),
        f"{STRUCTURE}.escaped",
        _ESCAPED,
        also=(*_WHOLE_FORM, "Common.JSON.value-types"),
        because="where the document is nested there is no text that could be compared",
    ),
    defect(
        "answer/nested",
        _nest("Answer"),
        f"{STRUCTURE}.escaped",
        _ESCAPED,
        also=(f"{STRUCTURE}.Answer.content", "Common.JSON.value-types"),
        because="where the document is nested there is no text that could be compared",
    ),
    *(
        defect(f"answer/{name}", plant, f"{STRUCTURE}.Answer.content", also=UNFITTING, because=_ANSWERS_READ)
        for name, plant in (
            ("of-another-worker", viewing(_show_first_answer)),
            ("without-the-last", putting("Answer", _without_last_answer)),
        )
    ),
    defect(
        "answer/escaped-twice",
        putting("Answer", escape),
        f"{STRUCTURE}.Answer.parsable",
        _ESCAPED,
        f"{STRUCTURE}.Answer.content",
    ),
    defect(
        "answer/plain-text",
        putting("Answer", lambda document: re.sub("<[^<>]*>", "", document)),
        f"{STRUCTURE}.Answer.parsable",
        _ESCAPED,
        f"{STRUCTURE}.Answer.content",
    ),
    defect(
        "answer/without-markup-characters",
        putting("Answer", lambda document: re.sub("&(lt|gt|amp|quot|apos);", " ", document)),
        f"{STRUCTURE}.Answer.content",
    ),
    defect(
        "answer/ascii-only",
        putting("Answer", lambda document: document.encode("ascii", "replace").decode()),
        f"{STRUCTURE}.Answer.content",
    ),
    defect(
        "submit-time/when-the-test-began",
        _time(lambda record, context: record.requested_at),
        f"{STRUCTURE}.SubmitTime.test",
    ),
    defect("submit-time/of-the-list", _time(lambda record, context: context.at), f"{STRUCTURE}.SubmitTime.test"),
    defect(
        "submit-time/an-hour-late",
        _time(lambda record, context: _submitted(record) + 3600),
        f"{STRUCTURE}.SubmitTime.test",
        f"{STRUCTURE}.SubmitTime.notest",
    ),
    defect(
        "submit-time/epoch",
        _time(lambda record, context: 0.0),
        f"{STRUCTURE}.SubmitTime.test",
        f"{STRUCTURE}.SubmitTime.notest",
    ),
    defect(
        "submit-time/with-offset",
        viewing(_with_offset),
        f"{STRUCTURE}.SubmitTime.utc",
        "Common.Response.timestamps-utc",
    ),
    defect(
        "submit-time/without-zone",
        putting("SubmitTime", lambda time: time.removesuffix("Z")),
        f"{STRUCTURE}.SubmitTime.utc",
        "Common.Response.timestamps-utc",
        also=(f"{STRUCTURE}.SubmitTime.test", f"{STRUCTURE}.SubmitTime.notest"),
        because="a time without zone is no moment that could be compared",
    ),
)
