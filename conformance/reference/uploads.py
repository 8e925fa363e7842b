"""Files that Workers upload: taken, and handed to whoever has an address that GetFileUploadURL gave.

Source: the articles GetFileUploadURL and QuestionForm (FileUploadAnswer).
"""

from urllib.parse import parse_qs, urlsplit

from lxml import etree

from conformance.reference.assignments import check_kept, owned_assignment
from conformance.reference.context import Context, Handler
from conformance.reference.documents import read_document
from conformance.reference.identifiers import file_key, file_ticket
from conformance.reference.parameters import unacceptable
from conformance.reference.records import HIT, Upload
from conformance.reference.refusals import Refusal
from conformance.reference.routing import path_of
from conformance.reference.store import Store
from conformance.reference.worker import ControlRefused, Visit, WorkerAction, held_assignment
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.xml import XmlRefused

FILES = "/files/"
OPEN_FOR = 60
"""How long an address gives the file, in seconds."""


def get_file_upload_url(context: Context) -> Values:
    """Return an address that gives a file to anybody for a minute."""
    record = owned_assignment(context)
    check_kept(context, context.store.hits[record.hit_id])
    identifier = context.values.required("QuestionIdentifier", str)
    upload = _upload(context.store, record.assignment_id, identifier)
    if upload is None:
        raise Refusal(unacceptable("QuestionIdentifier", identifier, "no file was uploaded as its answer"))
    until = int(context.at) + OPEN_FOR
    ticket = file_ticket(context.store.seed, upload.key, until)
    return {"FileUploadURL": [f"{context.site.rstrip('/')}{FILES}{upload.key}?until={until}&ticket={ticket}"]}


def upload_file(visit: Visit) -> dict[str, object]:
    """Upload a file as the answer to a question, in place of the one that was uploaded before."""
    record, identifier = held_assignment(visit), visit.text("question_identifier")
    content = visit.text("content")
    if identifier not in _upload_questions(visit.store.hits[record.hit_id]):
        raise ControlRefused(409, "the HIT has no such question that is answered by a file")
    visit.store.issued += 1
    earlier = _upload(visit.store, record.assignment_id, identifier)
    if earlier is not None:
        visit.store.drop_upload(earlier.key)
    key = file_key(visit.store.seed, visit.store.issued)
    visit.store.save_upload(
        Upload(key=key, assignment_id=record.assignment_id, question_identifier=identifier, content=content)
    )
    return {"key": key, "at": visit.at}


def serve_file(store: Store, request: HttpRequest, at: float) -> HttpResponse:
    """Answer a request for a file; who asks does not matter, the address does."""
    headers = (("Content-Type", "application/octet-stream"),)
    upload = store.uploads.get(path_of(request).removeprefix(FILES))
    query = parse_qs(urlsplit(request.url).query)
    until, ticket = (query.get(name, [""])[0] for name in ("until", "ticket"))
    if upload is None or not until.isascii() or not until.isdigit() or len(until) > 12:
        return HttpResponse(status=403, headers=headers)
    if ticket != file_ticket(store.seed, upload.key, int(until)) or at > int(until):
        return HttpResponse(status=403, headers=headers)
    return HttpResponse(status=200, headers=headers, body=upload.content.encode())


def _upload(store: Store, assignment_id: str, question_identifier: str) -> Upload | None:
    for upload in store.uploads.values():
        if (upload.assignment_id, upload.question_identifier) == (assignment_id, question_identifier):
            return upload
    return None


def _upload_questions(hit: HIT) -> frozenset[str]:
    """Return the identifiers of the questions of a HIT that are answered by a file."""
    try:
        root: etree._Element = read_document(hit.question)
    except XmlRefused:
        return frozenset()
    questions = [one for one in root.iterfind("{*}Question") if one.find(".//{*}FileUploadAnswer") is not None]
    return frozenset(one.findtext("{*}QuestionIdentifier") or "" for one in questions)


HANDLERS: dict[str, Handler] = {"GetFileUploadURL": get_file_upload_url}
ACTIONS: dict[str, WorkerAction] = {"upload-file": upload_file}
