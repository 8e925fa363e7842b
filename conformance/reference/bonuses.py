"""Bonuses: paid to Workers for their assignments, and listed.

Source: the articles GrantBonus, GetBonusPayments and BonusPayment.  No code was ever told for a token that is used
again; the one sent here is a plausible one.
"""

from conformance.reference.account import check_funds, price_in
from conformance.reference.assignments import owned_assignment, wrong_state
from conformance.reference.context import Context, Handler
from conformance.reference.formats import members
from conformance.reference.hits import owned_hit
from conformance.reference.money import fee
from conformance.reference.paging import page_of
from conformance.reference.parameters import missing, unacceptable
from conformance.reference.records import Assignment, BonusPayment, Message
from conformance.reference.refusals import Refusal, refused
from conformance.reference.tokens import earlier_use, use_token
from conformance.spec.versions import in_force
from conformance.wire.flattening import Values


def grant_bonus(context: Context) -> Values:
    """Pay a bonus, and the fee, to the Worker of an assignment, which stays as it is; tell the Worker why."""
    if used := earlier_use(context, "GrantBonus"):
        message = f"The UniqueRequestToken was used before: the bonus was paid by the request {used.first}."
        raise refused("AWS.MechanicalTurk.DuplicateRequest", message)
    record = _rewarded(context)
    amount = price_in(context.values, "BonusAmount", least=1) or 0
    check_funds(context, amount, fee(amount))
    owner = context.requester.access_key_id
    reason = context.values.optional("Reason", str) or None
    context.store.charge(owner, amount, fee(amount))
    context.store.record_payment(
        BonusPayment(
            owner=owner,
            worker_id=record.worker_id,
            assignment_id=record.assignment_id,
            amount=amount,
            granted_at=context.at,
            reason=reason,
        )
    )
    use_token(context, "GrantBonus", context.request_id)
    _tell(context, record, amount, reason)
    return {}


def get_bonus_payments(context: Context) -> Values:
    """Return one page of the bonuses paid for a HIT or for one assignment, oldest first."""
    given = [name for name in ("HITId", "AssignmentId") if name in context.values.sent]
    if not given:
        raise Refusal(missing("HITId", "HITId or AssignmentId is needed"))
    assignment = owned_assignment(context).assignment_id if "AssignmentId" in given else None
    hit = owned_hit(context).hit_id if "HITId" in given else None
    store = context.store
    found = [
        payment
        for payment in store.payments
        if assignment in (None, payment.assignment_id)
        and hit in (None, store.assignments[payment.assignment_id].hit_id)
    ]
    shown, counts = page_of(found, context)
    return {**counts, "BonusPayment": [_view(payment, context) for payment in shown]}


def _rewarded(context: Context) -> Assignment:
    """Return the assignment to pay a bonus for; WorkerId has to be its Worker."""
    record = owned_assignment(context)
    # Only decided ones, and while there is the HIT, up to 2008-04-01; later pages no longer say so.
    anytime = in_force(context.version, "2008-08-02", None)
    if not anytime and context.store.hits[record.hit_id].disposed_at is not None:
        raise refused("AWS.MechanicalTurk.InvalidHITState", "The HIT was disposed of.", HITId=record.hit_id)
    decided = ("Approved", "Rejected")
    states = ("Submitted", *decided) if anytime else decided
    if record.state not in states:
        raise wrong_state(record, *states)
    worker_id = context.values.required("WorkerId", str)
    if worker_id != record.worker_id:
        raise Refusal(unacceptable("WorkerId", worker_id, "the assignment is not of this Worker"))
    return record


def _tell(context: Context, record: Assignment, amount: int, reason: str | None) -> None:
    text = f"You were given a bonus of {amount // 100}.{amount % 100:02} US dollars."
    if reason:
        text += f"\nThe Requester gave this reason:\n{reason}"
    message = Message(worker_id=record.worker_id, subject="You were given a bonus", text=text, at=context.at)
    context.store.send_message(message)


def _view(payment: BonusPayment, context: Context) -> Values:
    return {
        **members(WorkerId=payment.worker_id, AssignmentId=payment.assignment_id, Reason=payment.reason),
        "BonusAmount": [context.formats.price(payment.amount)],
        "GrantTime": [context.formats.timestamp(payment.granted_at)],
    }


HANDLERS: dict[str, Handler] = {"GrantBonus": grant_bonus, "GetBonusPayments": get_bonus_payments}
