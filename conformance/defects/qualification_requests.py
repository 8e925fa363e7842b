"""Faults of the list of requests, of what it says of each, and of granting and assigning Qualifications."""

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
    pending,
    planting,
    reshaping,
    text,
    viewing,
)
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import QualificationRequest
from conformance.reference.refusals import refused
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.documents import DOCUMENTS
from conformance.wire.flattening import Values
from conformance.wire.timestamps import format_timestamp

LIST, GRANT, ASSIGN = "GetQualificationRequests", "GrantQualification", "AssignQualification"
STRUCTURE = "QualificationRequest"
REJECT = "RejectQualificationRequest"

_ID = f"{STRUCTURE}.QualificationRequestId"
_WHOLE_FORM = (f"{STRUCTURE}.Test.snapshot", f"{STRUCTURE}.Test.snapshot-stable", f"{STRUCTURE}.Test.snapshot-moment")
_COMPARED = "the tests compare the whole document with what was sent"
_QUESTIONS = f'<QuestionForm xmlns="{DOCUMENTS["QuestionForm"]}"/>'


# Who sees what


def _seen_by_owner_of_type(handler: Handler, context: Context) -> Values:
    kind = context.store.qualification_types.get(text(context.values.sent, "QualificationTypeId"))
    owner = context.store.requesters[kind.owner] if kind else context.requester
    return handler(replace(context, requester=owner))


def _seen_by_first_requester(handler: Handler, context: Context) -> Values:
    if "QualificationTypeId" in context.values.sent:
        return handler(context)
    return handler(replace(context, requester=next(iter(context.store.requesters.values()))))


def _hide(which: Callable[[QualificationRequest, Context], bool]) -> Plant:
    """Leave some pending requests out of the list, with their count."""

    def wrapper(handler: Handler, context: Context) -> Values:
        hidden = [record for record in pending(context.store) if which(record, context)]
        with changed_for_now(context.store, hidden, state="Started"):
            return handler(context)

    return handling(LIST, wrapper)


def _is_newest(record: QualificationRequest, context: Context) -> bool:
    return record == pending(context.store)[-1]


def _count(name: str, change: Callable[[int], int]) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        return {**values, name: [str(change(int(text(values, name))))]}

    return handling(LIST, wrapper)


def _count_hidden(handler: Handler, context: Context) -> Values:
    return {**handler(context), "QualificationRequest": []}


# The ids in a request


def _put(name: str, change: Callable[[str], str]) -> Plant:
    """Show another text under ``name``, where a request has it."""

    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        if name in values:
            values[name] = [change(text(values, name))]

    return viewing(view)


def _show_id_of_first(record: QualificationRequest, values: Values, context: Context) -> None:
    twins = [one for one in pending(context.store) if one.qualification_type_id == record.qualification_type_id]
    values["QualificationRequestId"] = [twins[0].qualification_request_id]


def _show_other_id(unless: Callable[[Context], bool]) -> Plant:
    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        if not unless(context):
            values["QualificationRequestId"] = [f"{record.qualification_request_id[:-1]}_"]

    return viewing(view)


def _number_ids(endpoint: Endpoint) -> None:
    """Show ids that change with every list."""
    calls = 0

    def number(handler: Handler, context: Context) -> Values:
        nonlocal calls
        calls += 1
        return handler(context)

    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        values["QualificationRequestId"] = [f"{record.qualification_request_id[:-4]}{calls:04}"]

    planting(viewing(view), handling(LIST, number))(endpoint)


def _show_type_name(record: QualificationRequest, values: Values, context: Context) -> None:
    values["QualificationTypeId"] = [context.store.qualification_types[record.qualification_type_id].name]


def _refuse_listed_id(handler: Handler, context: Context) -> Values:
    raise refused("AWS.MechanicalTurk.QualificationRequestDoesNotExist", "The Requester has no such request.")


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
    with changed_for_now(context.store, started, state="Submitted"):
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


# Granting and assigning


def _without_effect(handler: Handler, context: Context) -> Values:
    before = dict(context.store.qualifications)
    values = handler(context)
    context.store.qualifications = before
    return values


def _with_default_value(handler: Handler, context: Context) -> Values:
    read = {**context.values.read, "IntegerValue": (1,)}
    return handler(replace(context, values=replace(context.values, read=read)))


def _to_another_worker(handler: Handler, context: Context) -> Values:
    before = dict(context.store.qualifications)
    values = handler(context)
    for key in context.store.qualifications.keys() - before.keys():
        held = context.store.qualifications.pop(key)
        context.store.save_qualification(replace(held, worker_id=f"{held.worker_id}X"))
    return values


_BY_ID = (f"{REJECT}.Reason.optional", f"{REJECT}.Reason.unicode", f"{REJECT}.sample-call", f"{REJECT}.effect-list")

DEFECTS: tuple[Defect, ...] = (
    defect("list/of-another-requester-by-type", handling(LIST, _seen_by_owner_of_type), f"{LIST}.owner-only"),
    defect("list/of-another-requester", handling(LIST, _seen_by_first_requester), f"{LIST}.owner-only"),
    defect(
        "list/without-the-newest",
        _hide(_is_newest),
        f"{STRUCTURE}.returned-to-author",
        also=(_ID,),
        because="three requests are made to compare their ids, and one of them is not listed",
    ),
    defect(
        "list/nothing-with-filter",
        _hide(lambda record, context: "QualificationTypeId" in context.values.sent),
        f"{STRUCTURE}.returned-to-author",
        also=(_ID,),
        because="three requests are made to compare their ids, and none of them is listed",
    ),
    defect(
        "list/nothing-without-filter",
        _hide(lambda record, context: "QualificationTypeId" not in context.values.sent),
        f"{STRUCTURE}.returned-to-author",
    ),
    defect(
        "list/without-tested-requests",
        _hide(lambda record, context: record.test is not None),
        f"{STRUCTURE}.returned-to-author",
    ),
    defect(
        "list/counted-but-not-shown",
        handling(LIST, _count_hidden),
        f"{LIST}.Result.elements",
        f"{STRUCTURE}.returned-to-author",
        also=(_ID,),
        because="three requests are made to compare their ids, and none of them is listed",
    ),
    defect("list/counts-one-more", _count("NumResults", lambda number: number + 1), f"{LIST}.Result.elements"),
    defect(
        "list/total-of-nothing",
        _count("TotalNumResults", lambda number: 0),
        f"{LIST}.Result.elements",
        also=(f"{REJECT}.effect-list",),
        because="TotalNumResults has to fall from 1 to 0 by a rejection",
    ),
    defect(
        "id/of-the-first-of-the-type",
        viewing(_show_id_of_first),
        _ID,
        also=(f"{REJECT}.others-kept", f"{STRUCTURE}.Test.snapshot-stable"),
        because="these tests tell two requests for one type apart by their ids",
    ),
    defect(
        "id/other-when-descending",
        _show_other_id(lambda context: text(context.values.sent, "SortDirection") != "Descending"),
        f"{_ID}.stable",
    ),
    defect(
        "id/other-when-sorted-by-type",
        _show_other_id(lambda context: text(context.values.sent, "SortProperty") != "QualificationTypeId"),
        f"{_ID}.stable",
    ),
    defect(
        "id/new-in-every-list",
        _number_ids,
        f"{_ID}.stable",
        f"{_ID}.usable",
        also=(*_BY_ID, f"{REJECT}.others-kept", f"{STRUCTURE}.Test.snapshot-stable"),
        because="what is listed under one id is not found under it again",
    ),
    defect(
        "id/not-the-one-that-is-taken",
        _show_other_id(lambda context: False),
        f"{_ID}.usable",
        also=_BY_ID,
        because="no request can be rejected by the id that is listed",
    ),
    defect(
        "grant/refuses-listed-ids",
        handling(GRANT, _refuse_listed_id),
        f"{_ID}.usable",
        also=(f"{REJECT}.others-kept",),
        because="the test grants the request that was not rejected",
    ),
    defect(
        "type-id/in-lower-case",
        _put("QualificationTypeId", str.lower),
        f"{STRUCTURE}.QualificationTypeId",
        also=(f"{GRANT}.effect",),
        because="the score is asked for by the id of the type as the list has it",
    ),
    defect(
        "type-id/is-the-name",
        viewing(_show_type_name),
        f"{STRUCTURE}.QualificationTypeId",
        also=(f"{GRANT}.effect",),
        because="the score is asked for by the id of the type as the list has it",
    ),
    defect(
        "subject-id/pseudonym",
        _put("SubjectId", lambda worker_id: f"X{worker_id}"),
        f"{STRUCTURE}.SubjectId",
        f"{STRUCTURE}.SubjectId.matches-request",
        also=(f"{GRANT}.effect",),
        because="the score is asked for by the SubjectId that the list has",
    ),
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
    ),
    defect(
        "test/empty-where-the-type-has-none",
        planting(_add("Test", ""), _add("Answer", "")),
        f"{STRUCTURE}.Test.presence",
        f"{STRUCTURE}.Answer.presence",
        f"{STRUCTURE}.Test.parsable",
        f"{STRUCTURE}.Answer.parsable",
    ),
    defect("test/listed-before-answered", handling(LIST, _list_started), f"{STRUCTURE}.Test.presence"),
    defect("test/current-form", viewing(_show_current_form), *_WHOLE_FORM[1:]),
    defect("test/copied-when-answered", acting("submit-test", _copy_form_late), _WHOLE_FORM[2]),
    defect("test/first-form-for-ever", viewing(_show_first_form), _WHOLE_FORM[1]),
    defect(
        "test/without-markup-characters",
        _put("Test", lambda form: re.sub("&(lt|gt|amp|quot|apos);", " ", form)),
        _WHOLE_FORM[0],
        also=_WHOLE_FORM[1:],
        because=_COMPARED,
    ),
    defect(
        "test/escaped-twice",
        _put("Test", escape),
        f"{STRUCTURE}.Test.parsable",
        _WHOLE_FORM[0],
        also=_WHOLE_FORM[1:],
        because=_COMPARED,
    ),
    defect(
        "test/cut-off",
        _put("Test", lambda form: form[:-1]),
        f"{STRUCTURE}.Test.parsable",
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
        also=_WHOLE_FORM,
        because="where the document is nested there is no text that could be compared",
    ),
    defect(
        "answer/nested",
        _nest("Answer"),
        f"{STRUCTURE}.escaped",
        also=(f"{STRUCTURE}.Answer.content",),
        because="where the document is nested there is no text that could be compared",
    ),
    defect("answer/of-another-worker", viewing(_show_first_answer), f"{STRUCTURE}.Answer.content"),
    defect(
        "answer/escaped-twice",
        _put("Answer", escape),
        f"{STRUCTURE}.Answer.parsable",
        f"{STRUCTURE}.Answer.content",
    ),
    defect(
        "answer/plain-text",
        _put("Answer", lambda document: re.sub("<[^<>]*>", "", document)),
        f"{STRUCTURE}.Answer.parsable",
        f"{STRUCTURE}.Answer.content",
    ),
    defect(
        "answer/without-markup-characters",
        _put("Answer", lambda document: re.sub("&(lt|gt|amp|quot|apos);", " ", document)),
        f"{STRUCTURE}.Answer.content",
    ),
    defect(
        "answer/ascii-only",
        _put("Answer", lambda document: document.encode("ascii", "replace").decode()),
        f"{STRUCTURE}.Answer.content",
    ),
    defect("answer/without-the-last", _put("Answer", _without_last_answer), f"{STRUCTURE}.Answer.content"),
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
        _put("SubmitTime", lambda time: time.removesuffix("Z")),
        f"{STRUCTURE}.SubmitTime.utc",
        "Common.Response.timestamps-utc",
        also=(f"{STRUCTURE}.SubmitTime.test", f"{STRUCTURE}.SubmitTime.notest"),
        because="a time without zone is no moment that could be compared",
    ),
    defect("grant/has-no-effect", handling(GRANT, _without_effect), f"{GRANT}.effect"),
    defect("grant/ignores-the-value", handling(GRANT, _with_default_value), f"{GRANT}.effect"),
    defect("grant/to-another-worker", handling(GRANT, _to_another_worker), f"{GRANT}.effect"),
    defect("assign/has-no-effect", handling(ASSIGN, _without_effect), f"{STRUCTURE}.SubjectId"),
    defect("assign/ignores-the-value", handling(ASSIGN, _with_default_value), f"{STRUCTURE}.SubjectId"),
)
