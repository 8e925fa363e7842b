"""Faults of the Worker's side: the address of a frame, and the form that is sent from it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, acting
from conformance.reference.documents import read_document
from conformance.reference.endpoint import Endpoint
from conformance.reference.store import Store
from conformance.reference.worker import ControlRefused, Visit, WorkerAction
from conformance.wire.messages import HttpRequest, HttpResponse

SIDE = "WorkerSide"
_SUBMIT = f"{SIDE}.submit"


# Frames


def _addressed(change: Callable[[str], str], *actions: str) -> Plant:
    """Let ``change`` alter the address of the frame that a Worker sees."""

    def wrapper(action: WorkerAction, visit: Visit) -> dict[str, object]:
        answer = action(visit)
        url = answer.get("url")
        return {**answer, "url": change(url) if isinstance(url, str) else url}

    def plant(endpoint: Endpoint) -> None:
        for name in actions:
            acting(name, wrapper)(endpoint)

    return plant


def _parameters(change: Callable[[dict[str, str]], dict[str, str]]) -> Callable[[str], str]:
    def rewrite(url: str) -> str:
        page, _, query = url.partition("?")
        return f"{page}?{urlencode(change(dict(parse_qsl(query))))}"

    return rewrite


def _without(*names: str) -> Callable[[str], str]:
    return _parameters(lambda sent: {name: value for name, value in sent.items() if name not in names})


def _putting(**values: str) -> Callable[[str], str]:
    return _parameters(lambda sent: {**sent, **values})


_ACCEPT, _PREVIEW = "accept-assignment", "preview"
_NOBODY = "ASSIGNMENT_ID_NOT_AVAILABLE"
_IDS = "Assignment.ids-consistent"

_FRAMES = (
    defect(
        "frame/two-question-marks",
        _addressed(lambda url: url.replace("?assignmentId", "??assignmentId").replace("&assign", "?assign"), _PREVIEW),
        f"{SIDE}.url.no-query",
        f"{SIDE}.url.with-query",
        also=(f"{SIDE}.preview",),
        because="the first parameter has another name",
    ),
    defect(
        "frame/ampersand-first",
        _addressed(lambda url: url.replace("?assignmentId", "&assignmentId"), _PREVIEW),
        f"{SIDE}.url.no-query",
        f"{SIDE}.preview",
    ),
    defect(
        "frame/own-query-lost",
        _addressed(lambda url: url.replace("?a=1&", "?"), _PREVIEW),
        f"{SIDE}.url.with-query",
    ),
    defect("frame/preview-with-an-id", _addressed(_putting(assignmentId="3ABC"), _PREVIEW), f"{SIDE}.preview"),
    defect(
        "frame/accepted-without-hit",
        _addressed(_without("hitId"), _ACCEPT),
        f"{SIDE}.params.14",
        f"{SIDE}.params.08",
        "HTMLQuestion.params",
        _IDS,
    ),
    defect(
        "frame/accepted-without-worker",
        _addressed(_without("workerId"), _ACCEPT),
        f"{SIDE}.params.14",
        "HTMLQuestion.params",
        versions=("2012-03-25", "2013-11-15", "2014-08-15"),
    ),
    defect("frame/accepted-as-preview", _addressed(_putting(assignmentId=_NOBODY), _ACCEPT), f"{SIDE}.accept.id", _IDS),
    defect("frame/accepted-with-another-hit", _addressed(_putting(hitId="3XYZ"), _ACCEPT), _IDS),
    defect(
        "frame/other-site",
        _addressed(_parameters(lambda sent: {**sent, "turkSubmitTo": sent["turkSubmitTo"] + "nowhere/"}), _ACCEPT),
        f"{SIDE}.turkSubmitTo",
        f"{_SUBMIT}.path",
        f"{_SUBMIT}.post",
        versions=("2012-03-25", "2013-11-15", "2014-08-15"),
    ),
)


# Forms


def _answers(change: Callable[[dict[str, list[str]], Visit], None]) -> Plant:
    """Let ``change`` alter the fields of a form before they are kept."""

    def wrapper(action: WorkerAction, visit: Visit) -> dict[str, object]:
        rows: Any = visit.body.get("fields")
        fields = {name: [value] for name, value in rows}
        change(fields, visit)
        altered = [[name, value] for name, values in fields.items() for value in values]
        return action(replace(visit, body={**visit.body, "fields": altered}))

    return acting("submit-form", wrapper)


def _lose_second(fields: dict[str, list[str]], visit: Visit) -> None:
    fields.pop("b", None)


def _kept_as(store: Store, assignment_id: str, name: str, value: str) -> None:
    record = store.assignments[assignment_id]
    root = read_document(record.answer or "")
    namespace = etree.QName(root).namespace
    answer = etree.SubElement(root, f"{{{namespace}}}Answer")
    etree.SubElement(answer, f"{{{namespace}}}QuestionIdentifier").text = name
    etree.SubElement(answer, f"{{{namespace}}}FreeText").text = value
    store.save_assignment(replace(record, answer=etree.tostring(root, encoding="unicode")))


def _keeping(*names: str) -> Plant:
    """Keep fields among the answers that are none."""

    def wrapper(action: WorkerAction, visit: Visit) -> dict[str, object]:
        answer = action(visit)
        for name in names:
            _kept_as(visit.store, visit.text("assignment_id"), name, "X")
        return answer

    return acting("submit-form", wrapper)


def _twice(action: WorkerAction, visit: Visit) -> dict[str, object]:
    record = visit.store.assignments.get(visit.text("assignment_id"))
    if record is not None and record.state == "Submitted":
        visit.store.save_assignment(replace(record, state="Accepted"))
    return action(visit)


def _late(action: WorkerAction, visit: Visit) -> dict[str, object]:
    record = visit.store.assignments.get(visit.text("assignment_id"))
    if record is not None:
        visit.store.save_assignment(replace(record, deadline=record.deadline + 3600))
    return action(visit)


def _never_abandoned(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Take the HIT for the time after the deadline too."""
    hit_id = visit.text("hit_id")
    if any(one.state == "Accepted" and one.deadline <= visit.at for one in visit.store.assignments_of(hit_id)):
        raise ControlRefused(409, "somebody works on it")
    return action(visit)


def _site(change: Callable[[HttpRequest, Store], HttpRequest]) -> Plant:
    """Let ``change`` alter what the Workers' site is sent."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.serve_site

        def serve(store: Store, request: HttpRequest, at: float) -> HttpResponse | None:
            return unchanged(store, change(request, store), at)

        endpoint.serve_site = serve

    return plant


def _form(change: Callable[[dict[str, str], Store], dict[str, str]]) -> Plant:
    def rewrite(request: HttpRequest, store: Store) -> HttpRequest:
        if not request.url.endswith("/mturk/externalSubmit"):
            return request
        fields = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        return replace(request, body=urlencode(change(fields, store)).encode())

    return _site(rewrite)


def _waiting(store: Store) -> str:
    """Return the id of the assignment that was accepted last and not handed in."""
    return next((one.assignment_id for one in reversed(store.assignments.values()) if one.state == "Accepted"), "")


def _guessed(fields: dict[str, str], store: Store) -> dict[str, str]:
    named = {name.lower() for name in fields}
    return fields if "assignmentid" in named else {**fields, "assignmentId": _waiting(store)}


def _any_case(fields: dict[str, str], store: Store) -> dict[str, str]:
    return {"assignmentId" if name.lower() == "assignmentid" else name: value for name, value in fields.items()}


def _from_preview(fields: dict[str, str], store: Store) -> dict[str, str]:
    return {**fields, "assignmentId": _waiting(store)} if fields.get("assignmentId") == _NOBODY else fields


def _elsewhere(request: HttpRequest, store: Store) -> HttpRequest:
    return replace(request, url=request.url.replace("externalSubmit", "internalSubmit"))


_FIRST = "a form that should not be kept takes the place of the one that is sent last"
_SENT = (f"{SIDE}.turkSubmitTo", f"{_SUBMIT}.*", f"{SIDE}.preview.submit-refused")

_FORMS = (
    defect(
        "form/second-field-lost",
        _answers(_lose_second),
        f"{_SUBMIT}.fields",
        "HTMLQuestion.answers",
    ),
    defect(
        "form/in-ascii",
        _answers(
            lambda fields, visit: fields.update(
                {
                    name: [value.encode("ascii", "replace").decode() for value in values]
                    for name, values in fields.items()
                }
            )
        ),
        f"{_SUBMIT}.unicode",
    ),
    defect("form/hit-among-the-answers", _keeping("hitId"), f"{_SUBMIT}.hitId-ignored"),
    defect("form/assignment-among-the-answers", _keeping("assignmentId"), f"{_SUBMIT}.assignmentId-hidden"),
    defect("form/worker-among-the-answers", _keeping("workerId", "turkSubmitTo"), f"{_SUBMIT}.reserved"),
    defect("form/taken-twice", acting("submit-form", _twice), f"{_SUBMIT}.twice"),
    defect("form/taken-late", acting("submit-form", _late), f"{_SUBMIT}.late"),
    defect("form/never-abandoned", acting(_ACCEPT, _never_abandoned), f"{_SUBMIT}.late"),
    defect(
        "form/without-assignment",
        _form(_guessed),
        f"{_SUBMIT}.assignmentId-required",
        also=_SENT,
        because=_FIRST,
    ),
    defect(
        "form/assignment-in-any-letters", _form(_any_case), f"{_SUBMIT}.assignmentId-case", also=_SENT, because=_FIRST
    ),
    defect(
        "form/taken-from-a-preview", _form(_from_preview), f"{SIDE}.preview.submit-refused", also=_SENT, because=_FIRST
    ),
    defect(
        "form/at-another-path",
        _site(_elsewhere),
        f"{SIDE}.turkSubmitTo",
        f"{_SUBMIT}.path",
        f"{_SUBMIT}.post",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_FRAMES, *_FORMS)
