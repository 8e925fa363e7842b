"""The Workers' site, as far as the Requester's forms see it: previews, returned work, and where forms are sent.

    POST /mturk/externalSubmit     the fields of a form, one of them assignmentId
    GET  /files/KEY                an uploaded file, for whoever has its address

Source: the articles ExternalQuestion (Preview Mode, The Form Action) and HTMLQuestion; Assignments in the Developer
Guide 2008-04-01.
"""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from conformance.reference.admission import obstacle_to_preview
from conformance.reference.answer_documents import answers_of
from conformance.reference.hit_states import standing
from conformance.reference.routing import path_of
from conformance.reference.store import Store
from conformance.reference.uploads import FILES, serve_file
from conformance.reference.worker import (
    MOST_FIELDS,
    ControlRefused,
    Visit,
    WorkerAction,
    hand_in,
    held_assignment,
    seen,
)
from conformance.wire.messages import HttpRequest, HttpResponse

SUBMIT = "/mturk/externalSubmit"


def preview(visit: Visit) -> dict[str, object]:
    """Look at a HIT without accepting it: its page, or the address of the frame that the page is in."""
    hit = visit.store.hits.get(visit.text("hit_id"))
    if hit is None:
        raise ControlRefused(404, "there is no such HIT")
    status = standing(hit, visit.store.assignments_of(hit.hit_id), visit.at).status
    if status != "Assignable":
        raise ControlRefused(409, f"the HIT is {status}: Workers do not see it")
    if reason := obstacle_to_preview(visit.store, visit.worker_id, hit, visit.at):
        raise ControlRefused(409, reason)
    view = seen(visit, hit)
    return {**view, "parameters": dict(parse_qsl(urlsplit(str(view["url"] or "")).query)), "at": visit.at}


def return_assignment(visit: Visit) -> dict[str, object]:
    """Give back an assignment, so that somebody else can have it."""
    visit.store.save_assignment(replace(held_assignment(visit), state="Returned", returned_at=visit.at))
    return {"at": visit.at}


def submit_form(visit: Visit) -> dict[str, object]:
    """Send the form of an assignment with these fields."""
    record = held_assignment(visit)
    hand_in(visit, record, _answers(visit.fields()))
    return {"at": visit.at}


def _answers(fields: Iterable[tuple[str, str]]) -> str:
    try:
        return answers_of(fields)
    except ValueError:
        raise ControlRefused(400, "a field has a character that XML does not allow") from None


def serve(store: Store, request: HttpRequest, at: float) -> HttpResponse | None:
    """Answer a request for the Workers' site, None where it is for something else."""
    path = path_of(request)
    if path == SUBMIT:
        return _submitted(store, request, at)
    return serve_file(store, request, at) if path.startswith(FILES) else None


def _submitted(store: Store, request: HttpRequest, at: float) -> HttpResponse:
    """Take the form that a Worker's browser sends; who the Worker is follows from the assignment."""
    if request.method != "POST":
        return _page(405, "A form is sent by POST.")
    try:
        fields = parse_qsl(request.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        return _page(400, "The form cannot be read.")
    record = store.assignments.get(dict(fields).get("assignmentId", ""))
    if record is None:
        return _page(400, "The form has no assignmentId of an assignment that was accepted.")
    body = {"assignment_id": record.assignment_id, "fields": [list(field) for field in fields]}
    try:
        submit_form(Visit(store=store, worker_id=record.worker_id, body=body, at=at))
    except ControlRefused as refusal:
        return _page(refusal.status, str(refusal))
    return _page(200, "Thank you.")


def _page(status: int, text: str) -> HttpResponse:
    headers = (("Content-Type", "text/plain; charset=utf-8"),)
    return HttpResponse(status=status, headers=headers, body=text.encode())


ACTIONS: dict[str, WorkerAction] = {
    "preview": preview,
    "return-assignment": return_assignment,
    "submit-form": submit_form,
}
