"""The Qualifications that Workers hold of the Requester's types: listed, changed, taken back.

Source: the articles GetQualificationsForQualificationType, UpdateQualificationScore, RevokeQualification and
Qualification.  A Qualification that was revoked is kept, as the list shows it; for one that is revoked again, or
updated, the code is that which client libraries know, and that nothing is sent without a Reason is a choice.
"""

from dataclasses import replace

from conformance.reference.context import Context, Handler
from conformance.reference.paging import page_of
from conformance.reference.parameters import missing
from conformance.reference.qualification_types import owned_type
from conformance.reference.qualifications import held_of, qualification_view, refuse_revoked
from conformance.reference.records import Message, Qualification
from conformance.reference.refusals import Refusal
from conformance.wire.flattening import Values


def get_qualifications_for_qualification_type(context: Context) -> Values:
    """Return one page of the Qualifications of a type that are granted, or of those that were revoked."""
    type_id = owned_type(context).qualification_type_id
    status = context.values.required("Status", str)
    every = context.store.qualifications.values()
    found = [held for held in every if held.qualification_type_id == type_id and held.status == status]
    shown, counts = page_of(sorted(found, key=_place), context, place=_place)
    return {**counts, "Qualification": [qualification_view(held, context) for held in shown]}


def _place(held: Qualification) -> tuple[float, str]:
    return held.granted_at, held.worker_id


def update_qualification_score(context: Context) -> Values:
    """Change the value of a Qualification that a Worker holds; it stays granted as of when it was."""
    held = _granted(context)
    value = context.values.optional("IntegerValue", int)
    if value is None:
        raise Refusal(missing("IntegerValue"))
    context.store.save_qualification(replace(held, value=value))
    return {}


def revoke_qualification(context: Context) -> Values:
    """Take a Qualification from the Worker who holds it; where there is a Reason, the Worker is told."""
    held = _granted(context)
    store, reason = context.store, context.values.optional("Reason", str)
    store.save_qualification(replace(held, status="Revoked"))
    if reason:
        name = store.qualification_types[held.qualification_type_id].name
        text = f"Your Qualification {name} was revoked.\nThe Requester gave this reason:\n{reason}"
        subject = "A Qualification was revoked"
        store.send_message(Message(worker_id=held.worker_id, subject=subject, text=text, at=context.at))
    return {}


def _granted(context: Context) -> Qualification:
    """Return the Qualification that the call names, if the Worker has it; raises Refusal."""
    held = held_of(context, owned_type(context).qualification_type_id)
    refuse_revoked(held)
    return held


HANDLERS: dict[str, Handler] = {
    "GetQualificationsForQualificationType": get_qualifications_for_qualification_type,
    "UpdateQualificationScore": update_qualification_score,
    "RevokeQualification": revoke_qualification,
}
