"""Workers' requests for Qualifications, and the Qualifications that they hold.

Source: the articles GetQualificationRequests, GrantQualification, RejectQualificationRequest, AssignQualification,
GetQualificationScore and the structures QualificationRequest and Qualification.
"""

from dataclasses import replace

from conformance.reference.context import Context, Handler
from conformance.reference.formats import members
from conformance.reference.paging import page_of
from conformance.reference.parameters import unacceptable
from conformance.reference.qualification_types import owned_type
from conformance.reference.records import Message, Qualification, QualificationRequest
from conformance.reference.refusals import Refusal, refused
from conformance.reference.system_types import SYSTEM_TYPES
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values

_NO_SUCH_REQUEST = "AWS.MechanicalTurk.QualificationRequestDoesNotExist"
_WRONG_STATE = "AWS.MechanicalTurk.InvalidQualificationRequestState"
_NO_QUALIFICATION = "AWS.MechanicalTurk.QualificationDoesNotExist"


def get_qualification_requests(context: Context) -> Values:
    """Return one page of the requests that wait for the Requester's decision."""
    records = context.store.pending_requests(context.requester.access_key_id)
    if "QualificationTypeId" in context.values.sent:
        wanted = owned_type(context).qualification_type_id
        records = (record for record in records if record.qualification_type_id == wanted)
    by_type = context.values.optional("SortProperty", str) == "QualificationTypeId"

    def place(record: QualificationRequest) -> tuple[float | str, str]:
        return record.qualification_type_id if by_type else record.submitted_at or 0.0, record.qualification_request_id

    descending = context.values.optional("SortDirection", str) == "Descending"
    shown, counts = page_of(sorted(records, key=place, reverse=descending), context, place=place)
    return {**counts, "QualificationRequest": [_request_view(record, context) for record in shown]}


def grant_qualification(context: Context) -> Values:
    """Grant a pending request; a Qualification that the Worker holds already gets the new value."""
    record = _pending_request(context)
    _give(context, record.qualification_type_id, record.worker_id)
    context.store.save_request(replace(record, state="Granted"))
    return {}


def reject_qualification_request(context: Context) -> Values:
    """Reject a pending request and tell the Worker; a Qualification held already stays as it is."""
    record = _pending_request(context)
    reason = context.values.optional("Reason", str)
    context.store.save_request(replace(record, state="Rejected", reason=reason))
    name = context.store.qualification_types[record.qualification_type_id].name
    text = f"Your request for the Qualification {name} was rejected."
    if reason:
        text += f"\nThe Requester gave this reason:\n{reason}"
    message = Message(
        worker_id=record.worker_id, subject="A Qualification request was rejected", text=text, at=context.at
    )
    context.store.send_message(message)
    return {}


def assign_qualification(context: Context) -> Values:
    """Give a Worker a Qualification that need not have been asked for; a pending request stays pending."""
    kind = owned_type(context)
    worker_id = context.values.required("WorkerId", str)
    if worker_id not in context.store.workers:
        raise Refusal(unacceptable("WorkerId", worker_id, "there is no such Worker"))
    _give(context, kind.qualification_type_id, worker_id)
    if context.values.required("SendNotification", bool):
        text = f"You were given the Qualification {kind.name}."
        message = Message(worker_id=worker_id, subject="You have a new Qualification", text=text, at=context.at)
        context.store.send_message(message)
    return {}


def get_qualification_score(context: Context) -> Values:
    """Return what a Worker holds of one of the Requester's types, or held; the service's own cannot be read.

    What was revoked is told up to 2014-08-15, a choice; in 2017-01-17 it is refused, as a client in use has seen.
    """
    type_id = context.values.required("QualificationTypeId", str)
    if type_id not in SYSTEM_TYPES:
        type_id = owned_type(context).qualification_type_id
    held = held_of(context, type_id)
    if context.version == TODAY:
        refuse_revoked(held)
    return qualification_view(held, context)


def held_of(context: Context, type_id: str) -> Qualification:
    """Return what the Worker whom SubjectId names holds of a type, or held until it was revoked; raises Refusal."""
    subject = context.values.required("SubjectId", str)
    held = context.store.qualifications.get((type_id, subject))
    if held is None:
        message = "The Worker does not hold the Qualification."
        raise refused(_NO_QUALIFICATION, message, QualificationTypeId=type_id, SubjectId=subject[:200])
    return held


def refuse_revoked(held: Qualification) -> None:
    """Raise Refusal for a Qualification that was revoked."""
    if held.status != "Granted":
        raise refused(
            "AWS.MechanicalTurk.InvalidQualificationState",
            "The Qualification was revoked.",
            QualificationTypeId=held.qualification_type_id,
            SubjectId=held.worker_id,
            CurrentState=held.status,
            ExpectedStates="Granted",
        )


def qualification_view(held: Qualification, context: Context) -> Values:
    """Return what a reply says of a Qualification."""
    return members(
        QualificationTypeId=held.qualification_type_id,
        SubjectId=held.worker_id,
        GrantTime=context.formats.timestamp(held.granted_at),
        IntegerValue=str(held.value),
        Status=held.status,
    )


def _pending_request(context: Context) -> QualificationRequest:
    """Return the request named, if it is the Requester's to decide; one whose answers are awaited is not there yet."""
    request_id = context.values.required("QualificationRequestId", str)
    store = context.store
    record = store.qualification_requests.get(request_id)
    if (
        record is None
        or record.state == "Started"
        or store.qualification_types[record.qualification_type_id].owner != context.requester.access_key_id
    ):
        message = "The Requester has no such Qualification request."
        raise refused(_NO_SUCH_REQUEST, message, QualificationRequestId=request_id[:200])
    if record.state != "Submitted":
        raise refused(
            _WRONG_STATE,
            f"A Qualification request is decided while it is Submitted; this one is {record.state}.",
            QualificationRequestId=request_id,
            CurrentState=record.state,
            ExpectedStates="Submitted",
        )
    return record


def _give(context: Context, type_id: str, worker_id: str) -> None:
    value = context.values.required("IntegerValue", int)
    context.store.save_qualification(
        Qualification(qualification_type_id=type_id, worker_id=worker_id, value=value, granted_at=context.at)
    )


def _request_view(record: QualificationRequest, context: Context) -> Values:
    return members(
        QualificationRequestId=record.qualification_request_id,
        QualificationTypeId=record.qualification_type_id,
        SubjectId=record.worker_id,
        Test=record.test.form if record.test else None,
        Answer=record.answer,
        SubmitTime=context.formats.timestamp(record.submitted_at or record.requested_at),
    )


HANDLERS: dict[str, Handler] = {
    "GetQualificationRequests": get_qualification_requests,
    "GrantQualification": grant_qualification,
    "RejectQualificationRequest": reject_qualification_request,
    "AssignQualification": assign_qualification,
    "GetQualificationScore": get_qualification_score,
}
