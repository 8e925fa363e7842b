"""What Workers handed in: listed, approved, rejected, or approved by time.

Source: the articles GetAssignmentsForHIT, GetAssignment, ApproveAssignment, RejectAssignment,
ApproveRejectedAssignment and Assignment.  Deadline is left out, as in every genuine reply.
"""

from collections.abc import Callable
from dataclasses import replace

from conformance.reference.account import check_funds
from conformance.reference.context import Context, Handler
from conformance.reference.formats import members
from conformance.reference.hit_states import standing
from conformance.reference.hits import hit_view, kept_hit
from conformance.reference.money import fee
from conformance.reference.paging import page_of
from conformance.reference.parameters import Parameters, unacceptable
from conformance.reference.records import HIT, Assignment, HITProperties, Message
from conformance.reference.refusals import Refusal, refused
from conformance.reference.response_groups import in_groups
from conformance.reference.store import Store
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values

HANDED_IN = ("Submitted", "Approved", "Rejected")
MOST_FEEDBACK = 1024
REVERSIBLE_FOR = 30 * 24 * 60 * 60.0
"""How long after its submission a rejected assignment can still be approved, in seconds."""

_SORT_KEYS: dict[str, Callable[[Assignment], float | str]] = {
    "AcceptTime": lambda record: record.accepted_at,
    "SubmitTime": lambda record: record.submitted_at or 0.0,
    "AssignmentStatus": lambda record: record.state,
    "Answer": lambda record: record.answer or "",
}


def get_assignments_for_hit(context: Context) -> Values:
    """Return one page of what was handed in for a HIT, of the statuses asked for."""
    values = context.values
    hit_id = kept_hit(context).hit_id
    wanted = values.all("AssignmentStatus", str) or HANDED_IN
    key = _SORT_KEYS[values.optional("SortProperty", str) or "SubmitTime"]
    ordered = sorted(
        (record for record in context.store.assignments_of(hit_id) if record.state in wanted),
        key=lambda record: (key(record), record.assignment_id),
        reverse=values.optional("SortDirection", str) == "Descending",
    )
    shown, counts = page_of(ordered, context, place=lambda record: (key(record), record.assignment_id))
    return {**counts, "Assignment": [in_groups(_view(record, context), context.groups) for record in shown]}


def get_assignment(context: Context) -> Values:
    """Return what was handed in, whatever was decided, and the HIT that it was for."""
    record = owned_assignment(context)
    hit = context.store.hits[record.hit_id]
    check_kept(context, hit)
    if record.state not in HANDED_IN:
        raise wrong_state(record, *HANDED_IN)
    return {"Assignment": [in_groups(_view(record, context), context.groups)], "HIT": [hit_view(hit, context)]}


def called_by(operation: str, values: Parameters) -> str:
    """Return the operation whose handler carries out a call: an approval that overrides is the one of its own."""
    overrides = operation == "ApproveAssignment" and values.optional("OverrideRejection", bool)
    return "ApproveRejectedAssignment" if overrides else operation


def approve_assignment(context: Context) -> Values:
    """Approve a submission: the Worker gets the reward, and is told what the Requester says."""
    return _approve(context, submitted_assignment(context))


def approve_rejected_assignment(context: Context) -> Values:
    """Take back a rejection, within thirty days of the submission: it is approved and paid after all.

    In 2017-01-17, where an approval may say that it overrides one, what waits for a decision is approved as well.
    """
    record = owned_assignment(context)
    if context.version == TODAY and record.state == "Submitted":
        return _approve(context, record)
    check_kept(context, context.store.hits[record.hit_id])
    submitted_at = record.submitted_at
    if record.state != "Rejected":
        raise wrong_state(record, "Rejected")
    if submitted_at is None or context.at > submitted_at + REVERSIBLE_FOR:
        message = "The assignment was submitted more than thirty days ago: its rejection is final."
        raise refused("AWS.MechanicalTurk.InvalidAssignmentState", message, AssignmentId=record.assignment_id)
    return _approve(context, record)


def reject_assignment(context: Context) -> Values:
    """Reject a submission: nothing is paid, and the Worker is told what the Requester says."""
    record = submitted_assignment(context)
    feedback = _feedback_in(context)
    context.store.save_assignment(replace(record, state="Rejected", decided_at=context.at, feedback=feedback))
    _tell(context, record, "rejected", feedback)
    return {}


def _approve(context: Context, record: Assignment) -> Values:
    """Approve and pay what the call names, or raise Refusal; what was said of it before stands if nothing new is."""
    feedback = _feedback_in(context)
    reward = properties_of(context.store, record).reward
    check_funds(context, reward, fee(reward))
    approve(context.store, replace(record, feedback=feedback or record.feedback), context.at)
    _tell(context, record, "approved", feedback)
    return {}


def _feedback_in(context: Context) -> str | None:
    """Return what the Requester says; raises Refusal where it is too long, which the service model does not know."""
    feedback = context.values.optional("RequesterFeedback", str) or None
    if feedback is not None and len(feedback) > MOST_FEEDBACK:
        raise Refusal(unacceptable("RequesterFeedback", feedback, f"it has more than {MOST_FEEDBACK} characters"))
    return feedback


def approve(store: Store, record: Assignment, at: float) -> None:
    """Pay the reward of a submission, which the balance has to cover, and let it be approved."""
    reward = properties_of(store, record).reward
    store.charge(store.hits[record.hit_id].owner, reward, fee(reward))
    store.save_assignment(replace(record, state="Approved", decided_at=at))


def approve_what_is_due(store: Store, at: float) -> None:
    """Approve the submissions whose time has come, as of that time; one that cannot be paid waits for the funds."""
    for time, assignment_id in store.due_approvals(at):
        record = store.assignments[assignment_id]
        reward = properties_of(store, record).reward
        if store.can_pay(store.hits[record.hit_id].owner, reward, fee(reward)):
            approve(store, record, time)


def properties_of(store: Store, record: Assignment) -> HITProperties:
    """Return the properties of the type of an assignment's HIT."""
    return store.hit_types[store.hits[record.hit_id].hit_type_id].properties


def owned_assignment(context: Context) -> Assignment:
    """Return the assignment of the Requester's own HIT that AssignmentId names; raises Refusal."""
    assignment_id = context.values.required("AssignmentId", str)
    record = context.store.assignments.get(assignment_id)
    if record is None or context.store.hits[record.hit_id].owner != context.requester.access_key_id:
        message = "The Requester has no such assignment."
        raise refused("AWS.MechanicalTurk.AssignmentDoesNotExist", message, AssignmentId=assignment_id[:200])
    return record


def submitted_assignment(context: Context) -> Assignment:
    """Return the assignment that AssignmentId names, if it waits for a decision; raises Refusal."""
    record = owned_assignment(context)
    if record.state != "Submitted":
        raise wrong_state(record, "Submitted")
    return record


def check_kept(context: Context, hit: HIT) -> None:
    """Raise Refusal if a HIT was disposed of: what was handed in for it went with it."""
    if standing(hit, context.store.assignments_of(hit.hit_id), context.at).status == "Disposed":
        message = "The HIT was disposed of, and its assignments with it."
        raise refused("AWS.MechanicalTurk.InvalidHITState", message, HITId=hit.hit_id)


def wrong_state(record: Assignment, *expected: str) -> Refusal:
    """Return the refusal of what can only be done to assignments in one of these states."""
    states = ", ".join(expected)
    return refused(
        "AWS.MechanicalTurk.InvalidAssignmentState",
        f"This operation is for assignments with a status of {states}; this one has {record.state}.",
        AssignmentId=record.assignment_id,
        CurrentState=record.state,
        ExpectedStates=states,
    )


def _tell(context: Context, record: Assignment, decision: str, feedback: str | None) -> None:
    if feedback:
        title = properties_of(context.store, record).title
        text = f"Your work on the HIT {title} was {decision}.\nThe Requester gave this feedback:\n{feedback}"
        subject = f"Your work was {decision}"
        context.store.send_message(Message(worker_id=record.worker_id, subject=subject, text=text, at=context.at))


def _view(record: Assignment, context: Context) -> Values:
    times = {
        "AutoApprovalTime": record.auto_approval_at,
        "AcceptTime": record.accepted_at,
        "SubmitTime": record.submitted_at,
        "ApprovalTime": record.decided_at if record.state == "Approved" else None,
        "RejectionTime": record.decided_at if record.state == "Rejected" else None,
    }
    return members(
        AssignmentId=record.assignment_id,
        WorkerId=record.worker_id,
        HITId=record.hit_id,
        AssignmentStatus=record.state,
        **{name: None if at is None else context.formats.timestamp(at) for name, at in times.items()},
        Answer=record.answer,
        RequesterFeedback=record.feedback,
    )


HANDLERS: dict[str, Handler] = {
    "GetAssignmentsForHIT": get_assignments_for_hit,
    "GetAssignment": get_assignment,
    "ApproveAssignment": approve_assignment,
    "ApproveRejectedAssignment": approve_rejected_assignment,
    "RejectAssignment": reject_assignment,
}
