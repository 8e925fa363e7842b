"""Faults of the states of HITs and of assignments: what Workers and the time make of them."""

from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import accepting, afterwards, seen_as
from conformance.defects.planting import Plant, acting, handling
from conformance.reference.assignments import approve
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import HIT
from conformance.reference.store import Store
from conformance.reference.worker import Visit, WorkerAction
from conformance.wire.flattening import Values

_HIT, _ASSIGNMENT = "StateMachine.HIT", "StateMachine.Assignment"
_HOUR = 3600.0
_APPROVED = tuple(f"{_ASSIGNMENT}.{name}" for name in ("auto-approve", "auto-approve-expired-hit"))
_PAID = (f"{_ASSIGNMENT}.auto-approve-pays", "DisableHIT.in-progress")


# What GetHIT shows


def _free(hit: HIT, status: str, context: Context) -> str:
    return "Assignable" if status == "Unassignable" and context.at < hit.expires_at else status


def _handed_in(hit: HIT, context: Context) -> int:
    return sum(one.submitted_at is not None for one in context.store.assignments_of(hit.hit_id))


def _undecided(hit: HIT, status: str, context: Context) -> str:
    """Show a HIT as Unassignable until its submissions are decided."""
    waiting = any(one.state == "Submitted" for one in context.store.assignments_of(hit.hit_id))
    return "Unassignable" if status == "Reviewable" and waiting else status


def _partial(hit: HIT, status: str, context: Context) -> str:
    """Show an expired HIT as Unassignable where fewer assignments were submitted than it has."""
    partial = 0 < _handed_in(hit, context) < hit.max_assignments
    return "Unassignable" if status == "Reviewable" and partial else status


def _idle(hit: HIT, status: str, context: Context) -> str:
    """Show a HIT that expired by itself, and that nobody accepted, as Assignable."""
    lifetime = hit.expires_at - hit.created_at
    by_itself = lifetime > 0 and lifetime.is_integer()
    alone = not any(True for _ in context.store.assignments_of(hit.hit_id))
    return "Assignable" if status == "Reviewable" and alone and by_itself else status


# What leaves the state Reviewable


def _reviewing(operation: str) -> Plant:
    """Let an operation begin a review."""

    def change(context: Context, before: HIT, after: HIT) -> None:
        context.store.save_hit(replace(after, reviewing=True))

    return afterwards(operation, change)


def _reopen(context: Context, before: HIT, after: HIT) -> None:
    context.store.save_hit(replace(after, expires_at=context.at + _HOUR))


def _review_when_decided(handler: Handler, context: Context) -> Values:
    """Begin the review of a HIT with the approval of an assignment."""
    values = handler(context)
    record = context.store.assignments[context.values.required("AssignmentId", str)]
    context.store.save_hit(replace(context.store.hits[record.hit_id], reviewing=True))
    return values


# What Workers do


def _not_given_back(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Let an assignment that is returned stay with the Worker."""
    record = visit.store.assignments.get(visit.text("assignment_id"))
    reply = action(visit)
    if record is not None:
        visit.store.save_assignment(record)
    return reply


def _for_ever(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Let a Worker keep an assignment for a month."""
    reply = action(visit)
    record = visit.store.assignments[str(reply["assignment_id"])]
    visit.store.save_assignment(replace(record, deadline=record.deadline + 720 * _HOUR))
    return reply


def _one_more(hit: HIT, at: float) -> HIT:
    return replace(hit, max_assignments=hit.max_assignments + 1)


def _never_at_once(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Take a delay of nothing for one of a month."""
    reply = action(visit)
    record = visit.store.assignments[visit.text("assignment_id")]
    if record.auto_approval_at == record.submitted_at:
        visit.store.save_assignment(replace(record, auto_approval_at=visit.at + 720 * _HOUR))
    return reply


# What the time does


def _no_approval(endpoint: Endpoint) -> None:
    endpoint.pass_time = lambda store, at: None


def _late(endpoint: Endpoint) -> None:
    unchanged = endpoint.pass_time
    endpoint.pass_time = lambda store, at: unchanged(store, at - _HOUR)


def _approved_on_reading(endpoint: Endpoint) -> None:
    """Approve what is due, with the time of two minutes later."""
    unchanged = endpoint.pass_time

    def approve_late(store: Store, at: float) -> None:
        due = [one for one, time in store.awaiting.items() if time <= at]
        unchanged(store, at)
        for one in due:
            record = store.assignments[one]
            if record.decided_at is not None:
                store.save_assignment(replace(record, decided_at=record.decided_at + 120))

    endpoint.pass_time = approve_late


def _rejected_too(endpoint: Endpoint) -> None:
    unchanged = endpoint.pass_time

    def approve_all(store: Store, at: float) -> None:
        unchanged(store, at)
        for one in list(store.assignments.values()):
            if one.state == "Rejected" and one.auto_approval_at is not None and one.auto_approval_at <= at:
                approve(store, one, at)

    endpoint.pass_time = approve_all


def _for_nothing(endpoint: Endpoint) -> None:
    """Approve what is due without paying."""
    unchanged = endpoint.pass_time

    def approve_free(store: Store, at: float) -> None:
        before = dict(store.requesters)
        unchanged(store, at)
        store.requesters.update(before)

    endpoint.pass_time = approve_free


_STATES = (
    defect("hits/never-unassignable", seen_as(_free), f"{_HIT}.unassignable"),
    defect("hits/reviewable-when-decided", seen_as(_undecided), f"{_HIT}.all-submitted", f"{_HIT}.expired-partial"),
    defect("hits/reviewable-when-complete", seen_as(_partial), f"{_HIT}.expired-partial"),
    defect("hits/never-over", seen_as(_idle), f"{_HIT}.expired-idle"),
    defect("hits/reviewed-by-deciding", handling("ApproveAssignment", _review_when_decided), f"{_HIT}.decisions-keep"),
    defect("hits/reviewed-by-reading", _reviewing("GetAssignmentsForHIT"), f"{_HIT}.leave-reviewable"),
    defect("hits/reopened-by-reading", afterwards("GetAssignmentsForHIT", _reopen), f"{_HIT}.leave-reviewable"),
    defect(
        "hits/not-given-back",
        acting("return-assignment", _not_given_back),
        f"{_HIT}.return-reopens",
        f"{_HIT}.expired-busy",
        "ForceExpireHIT.unassignable",
    ),
    defect("hits/never-abandoned", acting("accept-assignment", _for_ever), f"{_HIT}.abandon-reopens"),
    defect("hits/one-more-accepted", accepting(_one_more), f"{_HIT}.max-concurrent"),
)

_TIMES = (
    defect("automatic-approval/never", _no_approval, *_APPROVED, f"{_ASSIGNMENT}.auto-approve-zero", *_PAID),
    defect("automatic-approval/an-hour-late", _late, *_APPROVED, f"{_ASSIGNMENT}.auto-approve-zero", *_PAID),
    defect("automatic-approval/another-time", _approved_on_reading, *_APPROVED),
    defect("automatic-approval/of-rejected", _rejected_too, f"{_ASSIGNMENT}.auto-approve-rejected"),
    defect("automatic-approval/for-nothing", _for_nothing, *_PAID),
    defect(
        "automatic-approval/never-at-once",
        acting("submit-assignment", _never_at_once),
        f"{_ASSIGNMENT}.auto-approve-zero",
        "DisableHIT.in-progress",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_STATES, *_TIMES)
