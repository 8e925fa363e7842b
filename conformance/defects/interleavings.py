"""Faults that no single call shows, and no pair of calls: only a sequence in a certain order does.

Their names begin with ``interleavings/``: on them, and on them alone, the suites are tried that make up sequences.
"""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import afterwards, changed_hits
from conformance.defects.planting import Plant, acting, handling, with_values
from conformance.reference.assignments import properties_of
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.money import fee
from conformance.reference.records import HIT, Assignment
from conformance.reference.refusals import Refusal
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.versions import KNOWN, VERSIONS
from conformance.wire.flattening import Values

_TOKENS = "GrantBonus.UniqueRequestToken"
_LISTED_WHEN_EXTENDED = tuple(version for version in VERSIONS if version >= "2008-08-02")
_SINCE_OVERRIDES = tuple(version for version in KNOWN if version >= "2012-03-25")


def _named_assignment(context: Context) -> Assignment | None:
    return context.store.assignments.get(context.values.optional("AssignmentId", str) or "")


def _with_memory(*wrappers: tuple[str, Callable[[Handler, Context, set[str]], Values]]) -> Plant:
    """Put a wrapper round the handler of each operation; all of them share a set that an endpoint has to itself."""

    def plant(endpoint: Endpoint) -> None:
        memory: set[str] = set()
        for operation, wrapper in wrappers:
            handling(operation, lambda handler, context, one=wrapper: one(handler, context, memory))(endpoint)  # type: ignore[misc]

    return plant


# Places


def _freed_twice(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Take an approval that came after a return for another place that has become free."""
    hit = visit.store.hits.get(visit.text("hit_id"))
    states = {one.state for one in visit.store.assignments_of(hit.hit_id)} if hit is not None else set()
    freed = hit is not None and {"Returned", "Approved"} <= states
    with changed_hits(visit.store, [hit] if hit and freed else [], _one_more):
        return action(visit)


def _one_more(hit: HIT) -> HIT:
    return replace(hit, max_assignments=hit.max_assignments + 1)


# Decisions


def _final_only_once(handler: Handler, context: Context, memory: set[str]) -> Values:
    """Let an approval be rejected that has taken a rejection back."""
    record = _named_assignment(context)
    if record is not None and record.state == "Approved" and record.assignment_id in memory:
        context.store.save_assignment(replace(record, state="Submitted"))
    return handler(context)


def _remember_assignment(handler: Handler, context: Context, memory: set[str]) -> Values:
    values = handler(context)
    memory.add(context.values.required("AssignmentId", str))
    return values


# Reviews


def _lose_reviewed(context: Context, before: HIT, after: HIT) -> None:
    """Lose what was approved while a HIT was Reviewing, as it is extended."""
    if before.reviewing:
        for one in list(context.store.assignments_of(before.hit_id)):
            if one.state == "Approved":
                context.store.save_assignment(replace(one, state="Returned"))


# Qualifications


def _old_score(handler: Handler, context: Context) -> Values:
    """Bring back, with a grant, the score of the Qualification that was revoked."""
    store = context.store
    request = store.qualification_requests.get(context.values.optional("QualificationRequestId", str) or "")
    held = request and store.qualifications.get((request.qualification_type_id, request.worker_id))
    if held and held.status == "Revoked":
        return handler(with_values(context, IntegerValue=held.value))
    return handler(context)


def _remember_update(handler: Handler, context: Context, memory: set[str]) -> Values:
    values = handler(context)
    kind, worker = (context.values.required(name, str) for name in ("QualificationTypeId", "SubjectId"))
    memory.add(f"{kind} {worker}")
    return values


def _forget_update(handler: Handler, context: Context, memory: set[str]) -> Values:
    """Take back, with the rejection of a request, the last change of the score that the Worker has."""
    values = handler(context)
    store = context.store
    request = store.qualification_requests[context.values.required("QualificationRequestId", str)]
    held = store.qualifications.get((request.qualification_type_id, request.worker_id))
    if held and held.status == "Granted" and f"{held.qualification_type_id} {held.worker_id}" in memory:
        store.save_qualification(replace(held, value=held.value - 1))
    return values


# Money


def _remember_override(handler: Handler, context: Context, memory: set[str]) -> Values:
    values = handler(context)
    record = _named_assignment(context)
    if record is not None:
        memory.add(record.hit_id)
    return values


def _charged_twice(handler: Handler, context: Context, memory: set[str]) -> Values:
    """Take the reward twice for the approval that follows when a rejection of the same HIT was taken back."""
    values = handler(context)
    record = _named_assignment(context)
    if record is not None and record.hit_id in memory:
        reward = properties_of(context.store, record).reward
        context.store.charge(context.requester.access_key_id, reward, fee(reward))
    return values


def _only_the_last_token(handler: Handler, context: Context) -> Values:
    """Remember no token of a bonus but the last."""
    values = handler(context)
    store, token = context.store, context.values.optional("UniqueRequestToken", str)
    for key in [one for one in store.tokens if one[1] == "GrantBonus" and one[2] != token]:
        if token and key[0] == context.requester.access_key_id:
            del store.tokens[key]
    return values


def _charged_all_the_same(handler: Handler, context: Context, memory: set[str]) -> Values:
    """Take the fee for a bonus once more where an approval is refused after a bonus was paid for the assignment."""
    record = _named_assignment(context)
    try:
        return handler(context)
    except Refusal:
        if record is not None and any(one.assignment_id == record.assignment_id for one in context.store.payments):
            context.store.charge(context.requester.access_key_id, 0, 1)
        raise


DEFECTS: tuple[Defect, ...] = (
    defect(
        "interleavings/return-frees-twice",
        acting("accept-assignment", _freed_twice),
        "StateMachine.HIT.max-concurrent",
    ),
    defect(
        "interleavings/rejected-again-after-override",
        _with_memory(("ApproveRejectedAssignment", _remember_assignment), ("RejectAssignment", _final_only_once)),
        "RejectAssignment.already-approved",
        versions=_SINCE_OVERRIDES,
    ),
    defect(
        "interleavings/extension-loses-reviewed",
        afterwards("ExtendHIT", _lose_reviewed),
        "GetAssignmentsForHIT.partial",
        versions=_LISTED_WHEN_EXTENDED,
    ),
    defect(
        "interleavings/grant-keeps-revoked-score",
        handling("GrantQualification", _old_score),
        "GrantQualification.IntegerValue.set",
    ),
    defect(
        "interleavings/rejection-takes-back-update",
        _with_memory(("UpdateQualificationScore", _remember_update), ("RejectQualificationRequest", _forget_update)),
        "RejectQualificationRequest.keeps-existing",
        versions=VERSIONS,
    ),
    defect(
        "interleavings/charged-twice-after-override",
        _with_memory(("ApproveRejectedAssignment", _remember_override), ("ApproveAssignment", _charged_twice)),
        "ApproveAssignment.pays",
        versions=_SINCE_OVERRIDES,
    ),
    defect(
        "interleavings/token-forgotten-by-next-bonus",
        handling("GrantBonus", _only_the_last_token),
        f"{_TOKENS}.replay",
        also=(f"{_TOKENS}.*",),
        because="a token that is forgotten does not protect, whatever is sent with it",
    ),
    defect(
        "interleavings/refused-approval-charged-after-bonus",
        _with_memory(("ApproveAssignment", _charged_all_the_same)),
        "ApproveAssignment.already-approved",
    ),
)
