"""Mails that a Requester has sent to Workers.

Source: the article NotifyWorkers.  Who worked for the Requester, and had the work decided, can be written to; that the
call succeeds beside those who cannot, and how they are reported, is known from a client and from the schema of
2012-03-25.
"""

from conformance.reference.context import Context, Handler
from conformance.reference.parameters import missing, unacceptable
from conformance.reference.records import Message
from conformance.reference.refusals import Refusal
from conformance.reference.store import Store
from conformance.spec.versions import in_force
from conformance.wire.flattening import Values

MOST = 100


def notify_workers(context: Context) -> Values:
    """Send a mail to each Worker named, once; report those who cannot be written to."""
    subject = context.values.optional("Subject", str)
    if not subject and in_force(context.version, "2008-08-02", None):
        raise Refusal(missing("Subject"))
    text = context.values.required("MessageText", str)
    named = tuple(dict.fromkeys(context.values.all("WorkerId", str)))
    if len(named) > MOST:  # which the service model only tells
        raise Refusal(unacceptable("WorkerId", str(len(named)), f"one call names at most {MOST} Workers"))
    reached = {one for one in named if _was_judged(context.store, one, context.requester.access_key_id)}
    for worker_id in named:
        if worker_id in reached:
            mail = Message(worker_id=worker_id, subject=subject or "", text=text, at=context.at)
            context.store.send_message(mail)
    result = context.shapes.type("NotifyWorkersResult")
    if result is None or result.element("NotifyWorkersFailureStatus") is None:
        return {}
    return {"NotifyWorkersFailureStatus": [_failure(one) for one in named if one not in reached]}


def _was_judged(store: Store, worker_id: str, owner: str) -> bool:
    """Tell whether the Requester has approved or rejected work of a Worker."""
    return any(
        record.state in ("Approved", "Rejected") and store.hits[record.hit_id].owner == owner
        for record in store.assignments_by(worker_id)
    )


def _failure(worker_id: str) -> Values:
    return {
        "NotifyWorkersFailureCode": ["HardFailure"],
        "NotifyWorkersFailureMessage": ["The Requester has approved or rejected no work of this Worker."],
        "WorkerId": [worker_id],
    }


HANDLERS: dict[str, Handler] = {"NotifyWorkers": notify_workers}
