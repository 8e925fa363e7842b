"""What has happened to a HIT, as its records tell it: the events that a Requester can be notified of."""

from collections.abc import Iterator

from conformance.reference.hit_states import status_of
from conformance.reference.records import HIT, Assignment
from conformance.reference.store import Store

Happened = tuple[str, float, str | None]
"""The type of an event, when it was, and the assignment that it is about."""


def history_of(store: Store, hit: HIT, at: float) -> Iterator[Happened]:
    """Yield the events of a HIT up to ``at``; a HIT that is not Reviewable any more is not told to have been."""
    yield "HITCreated", hit.created_at, None
    last = hit.created_at
    for record in store.assignments_of(hit.hit_id):
        for name, when in (
            ("Accepted", record.accepted_at),
            ("Returned", record.returned_at),
            ("Abandoned", record.deadline if record.state == "Accepted" and at >= record.deadline else None),
            ("Submitted", record.submitted_at),
            ("Approved", record.decided_at if record.state == "Approved" else None),
            ("AutoApproved", record.decided_at if _by_itself(record) else None),
            ("Rejected", record.decided_at if record.state == "Rejected" else None),
        ):
            if when is not None:
                yield f"Assignment{name}", when, record.assignment_id
                last = max(last, when) if name in ("Submitted", "Returned", "Abandoned") else last
    if hit.extended_at is not None:  # the last time: the others have been told
        yield "HITExtended", hit.extended_at, None
    if at >= hit.expires_at:
        yield "HITExpired", hit.expires_at, None
    if status_of(store, hit, at) == "Reviewable":
        yield "HITReviewable", max(last, hit.expires_at) if at >= hit.expires_at else last, None
    if hit.disposed_at is not None:
        yield "HITDisposed", hit.disposed_at, None


def _by_itself(record: Assignment) -> bool:
    """Tell whether an assignment was approved because its time had come."""
    approved = record.decided_at if record.state == "Approved" else None
    return approved is not None and record.auto_approval_at is not None and approved >= record.auto_approval_at
