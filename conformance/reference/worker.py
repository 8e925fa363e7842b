"""What Workers do: ask for a Qualification, hand in a test, accept and submit an assignment, read their mail.

The Requester API has no operation for any of it, so it is done through the control API.
Source: the articles CreateQualificationType (AutoGranted, RetryDelayInSeconds, TestDurationInSeconds),
QualificationRequest, HIT and Assignment.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

from conformance.reference.admission import obstacle
from conformance.reference.answer_documents import with_uploads
from conformance.reference.answer_keys import read_answer_key, read_selections
from conformance.reference.assignments import HANDED_IN, properties_of
from conformance.reference.form_answers import unmet
from conformance.reference.form_pages import answers_to, form_page
from conformance.reference.frames import PREVIEW, frame_url
from conformance.reference.hit_states import in_progress, standing
from conformance.reference.records import (
    HIT,
    Assignment,
    Locale,
    Qualification,
    QualificationRequest,
    QualificationType,
    Worker,
)
from conformance.reference.store import Store
from conformance.spec.documents import document_faults

MOST_FIELDS = 1000


class ControlRefused(Exception):
    """A wish of a Worker, or of whoever drives the endpoint, is refused; ``status`` is the HTTP status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One action of a Worker (``worker_id`` is empty for a new one), with its JSON body and the endpoint's time.

    ``site`` is the address of the Workers' site, with the slash after the host.
    """

    store: Store
    worker_id: str
    body: Mapping[str, object]
    at: float
    site: str = "http://localhost/"

    def text(self, name: str) -> str:
        """Return a member of the body that has to be a text."""
        value = self.body.get(name)
        if not isinstance(value, str):
            raise ControlRefused(400, f"the body has no text {name!r}: add it")
        return value

    def fields(self) -> list[tuple[str, str]]:
        """Return the fields of a form, which the body has to hold."""
        fields = self.body.get("fields")
        pairs = [tuple(pair) for pair in fields if isinstance(pair, list)] if isinstance(fields, list) else []
        good = [pair for pair in pairs if len(pair) == 2 and all(isinstance(text, str) for text in pair)]
        if not isinstance(fields, list) or len(good) < len(fields) or len(good) > MOST_FIELDS:
            raise ControlRefused(400, f"'fields' is a list of at most {MOST_FIELDS} pairs of texts: [[name, value], …]")
        return [(name, value) for name, value in good]


WorkerAction = Callable[[Visit], dict[str, object]]
"""Carries out an action and returns the JSON object of its reply; raises ControlRefused before any change."""


MOST_WORKERS = 100


def create_workers(visit: Visit) -> dict[str, object]:
    """Let a new Worker in, or as many as ``count`` says."""
    count = visit.body.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_WORKERS:
        raise ControlRefused(400, f"'count' is a whole number from 1 to {MOST_WORKERS}")
    adult = visit.body.get("adult", False)
    if not isinstance(adult, bool):
        raise ControlRefused(400, "'adult' is true or false")
    locale = _locale(visit)
    workers = [Worker(worker_id=visit.store.next_worker_id(), locale=locale, adult=adult) for _ in range(count)]
    for worker in workers:
        visit.store.add_worker(worker)
    return {
        "worker_id": workers[0].worker_id,
        "worker_ids": [worker.worker_id for worker in workers],
        "locale": asdict(locale),
    }


def _locale(visit: Visit) -> Locale:
    given = visit.body.get("locale", {"country": "US"})
    country, subdivision = (given.get("country"), given.get("subdivision")) if isinstance(given, dict) else (None, None)
    if not isinstance(country, str) or not isinstance(subdivision, str | None):
        raise ControlRefused(400, "'locale' is an object with a text 'country' and perhaps a text 'subdivision'")
    return Locale(country=country, subdivision=subdivision)


def request_qualification(visit: Visit) -> dict[str, object]:
    """Ask for a Qualification: granted at once, handed to the Requester, or answered with a test to take."""
    kind = _requestable(visit)
    _check_retry(visit, kind)
    record = QualificationRequest(
        qualification_request_id=visit.store.next_object_id(),
        qualification_type_id=kind.qualification_type_id,
        worker_id=visit.worker_id,
        state="Started",
        requested_at=visit.at,
        test=kind.test,
    )
    if kind.auto_granted:
        value = 1 if kind.auto_granted_value is None else kind.auto_granted_value
        return _granted(visit, record, value)
    if kind.test is None:
        return _pending(visit, record)
    visit.store.save_request(record)
    form = kind.test.form
    page = form_page(form, {})
    return {"state": "test", "qualification_request_id": None, "test": form, "page": page, "at": visit.at}


def submit_test(visit: Visit) -> dict[str, object]:
    """Hand in the answers to a test: scored by its key, or left to the Requester."""
    record = visit.store.last_request(visit.text("qualification_type_id"), visit.worker_id)
    if record is None or record.state != "Started" or record.test is None:
        raise ControlRefused(409, "the Worker is not taking a test of that type: request the Qualification first")
    if visit.at > record.requested_at + record.test.duration:
        raise ControlRefused(409, f"the time for the test, {record.test.duration} seconds, is over")
    answer = _typed(visit, record.test.form) if "fields" in visit.body else _answer(visit)
    if reason := unmet(record.test.form, answer):
        raise ControlRefused(409, reason)
    record = replace(record, answer=answer)
    if record.test is not None and record.test.answer_key is not None:
        return _granted(visit, record, read_answer_key(record.test.answer_key).value(read_selections(answer)))
    return _pending(visit, record)


def accept_assignment(visit: Visit) -> dict[str, object]:
    """Accept an assignment of a HIT that has one to give; a Worker gets one of each HIT, unless it was given up."""
    store, hit = visit.store, visit.store.hits.get(visit.text("hit_id"))
    if hit is None:
        raise ControlRefused(404, "there is no such HIT")
    taken = list(store.assignments_of(hit.hit_id))
    for other in taken:
        if other.worker_id == visit.worker_id and (other.state in HANDED_IN or in_progress(other, visit.at)):
            raise ControlRefused(409, "the Worker has an assignment of this HIT")
    status = standing(hit, taken, visit.at).status
    if status != "Assignable":
        raise ControlRefused(409, f"the HIT is {status}: it has no assignment to give")
    if reason := obstacle(store, visit.worker_id, hit, visit.at):
        raise ControlRefused(409, reason)
    record = Assignment(
        assignment_id=store.next_object_id(),
        hit_id=hit.hit_id,
        worker_id=visit.worker_id,
        state="Accepted",
        accepted_at=visit.at,
        deadline=visit.at + store.hit_types[hit.hit_type_id].properties.assignment_duration,
    )
    store.save_assignment(record)
    return {"assignment_id": record.assignment_id, **seen(visit, hit, record.assignment_id), "at": visit.at}


def seen(visit: Visit, hit: HIT, assignment_id: str | None = None) -> dict[str, object]:
    """Return what a Worker sees of a HIT, in a preview if without an assignment: a page, or a frame's address."""
    given = {"hitId": hit.hit_id, "assignmentId": assignment_id or PREVIEW}
    url = frame_url(hit, visit.site, assignment_id, visit.worker_id)
    return {"url": url, "page": None if url else form_page(hit.question, given)}


def submit_assignment(visit: Visit) -> dict[str, object]:
    """Hand in the answers of an assignment before its deadline, be the HIT expired or not."""
    record = held_assignment(visit)
    hand_in(visit, record, _answer(visit))
    return {"at": visit.at}


def held_assignment(visit: Visit) -> Assignment:
    """Return the Worker's assignment that ``assignment_id`` names, if work on it goes on; raises ControlRefused."""
    record = visit.store.assignments.get(visit.text("assignment_id"))
    if record is None or record.worker_id != visit.worker_id:
        raise ControlRefused(404, "the Worker has no such assignment")
    if record.state != "Accepted":
        raise ControlRefused(409, f"the assignment is {record.state}")
    if not in_progress(record, visit.at):
        raise ControlRefused(409, "the time for the assignment is over")
    return record


def hand_in(visit: Visit, record: Assignment, answer: str) -> None:
    """Put in the answers of an assignment, together with the files that were uploaded for it."""
    uploads = [one for one in visit.store.uploads.values() if one.assignment_id == record.assignment_id]
    disabled = visit.store.hits[record.hit_id].disposed_at is not None  # what is handed in for it is approved
    due = visit.at + (0 if disabled else properties_of(visit.store, record).auto_approval_delay)
    submitted = replace(
        record, state="Submitted", submitted_at=visit.at, auto_approval_at=due, answer=with_uploads(answer, uploads)
    )
    visit.store.save_assignment(submitted)


def read_messages(visit: Visit) -> dict[str, object]:
    """Return the mails that the Worker got, oldest first."""
    mails = [asdict(message) for message in visit.store.messages_to(visit.worker_id)]
    return {"messages": [{name: mail[name] for name in ("subject", "text", "at")} for mail in mails]}


def _answer(visit: Visit) -> str:
    answer = visit.text("answer")
    if faults := document_faults(answer, expected=("QuestionFormAnswers",)):
        raise ControlRefused(400, f"the answer is no QuestionFormAnswers document: {faults[0].message}")
    return answer


def _typed(visit: Visit, form: str) -> str:
    """Return the answers that the fields of the page of a form make."""
    try:
        return answers_to(form, visit.fields())
    except ValueError:
        raise ControlRefused(400, "a field has a character that XML does not allow") from None


def _requestable(visit: Visit) -> QualificationType:
    kind = visit.store.qualification_types.get(visit.text("qualification_type_id"))
    if kind is None:
        raise ControlRefused(404, "there is no such Qualification type")
    if kind.status != "Active" or kind.disposed_at is not None:
        raise ControlRefused(409, "the Qualification type is not Active: nobody can request it")
    return kind


def _check_retry(visit: Visit, kind: QualificationType) -> None:
    last = visit.store.last_request(kind.qualification_type_id, visit.worker_id)
    if last is None:
        return
    if last.state == "Submitted":
        raise ControlRefused(409, "a request of the Worker for this type is pending")
    if last.state == "Started" and last.test is not None and visit.at <= last.requested_at + last.test.duration:
        raise ControlRefused(409, "the Worker is taking the test of this type")
    if kind.retry_delay is None:
        raise ControlRefused(409, "the type can be requested once only")
    if visit.at < last.requested_at + kind.retry_delay:
        raise ControlRefused(409, f"the type can be requested again {kind.retry_delay} seconds after the last request")


def _granted(visit: Visit, record: QualificationRequest, value: int) -> dict[str, object]:
    visit.store.save_request(replace(record, state="Granted", submitted_at=visit.at))
    visit.store.save_qualification(
        Qualification(
            qualification_type_id=record.qualification_type_id,
            worker_id=record.worker_id,
            value=value,
            granted_at=visit.at,
        )
    )
    return {"state": "granted", "qualification_request_id": None, "test": None, "at": visit.at}


def _pending(visit: Visit, record: QualificationRequest) -> dict[str, object]:
    visit.store.save_request(replace(record, state="Submitted", submitted_at=visit.at))
    request_id = record.qualification_request_id
    return {"state": "pending", "qualification_request_id": request_id, "test": None, "at": visit.at}


ACTIONS: dict[str, WorkerAction] = {
    "create-workers": create_workers,
    "request-qualification": request_qualification,
    "submit-test": submit_test,
    "accept-assignment": accept_assignment,
    "submit-assignment": submit_assignment,
    "read-messages": read_messages,
}
