"""Faults of DisposeHIT and DisableHIT: HITs that should stay and go, or should go and stay."""

from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import (
    accepting,
    afterwards,
    changed_hits,
    disposed,
    in_state,
    pardoned_if,
    reading,
    refusing,
    refusing_submissions,
    saving,
    seen_as,
    unchanged,
    undone,
)
from conformance.defects.planting import Plant, acting, handling, rereading
from conformance.reference.assignments import properties_of
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.money import fee
from conformance.reference.records import HIT
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.versions import KNOWN, in_force
from conformance.wire.flattening import Values

DISPOSE, DISABLE = "DisposeHIT", "DisableHIT"

_KEPT_120_DAYS = tuple(version for version in KNOWN if in_force(version, "2012-03-25", None))
_OLD = 100 * 24 * 60 * 60.0
_TERMINAL = "StateMachine.HIT.disposed-terminal"
_LISTED = "whether HITs that were disposed of are listed is a requirement on the list too"


def _kept(hit: HIT, at: float) -> HIT:
    """Return a HIT as if nobody had disposed of it."""
    return replace(hit, disposed_at=None)


def _young(hit: HIT, at: float) -> HIT:
    """Return an old HIT as if it were new."""
    return replace(hit, created_at=at) if at - hit.created_at > _OLD else hit


def _as_hit_id(values: Values, endpoint: Endpoint) -> Values:
    """Read the parameter that the tables print."""
    others = {name: value for name, value in values.items() if name not in ("HITId", "HitId")}
    return {**others, **({"HITId": values["HitId"]} if "HitId" in values else {})}


def _has_submissions(*states: str) -> Plant:
    """Refuse to dispose of a HIT with assignments in these states."""

    def refuses(context: Context, hit: HIT) -> bool:
        return any(one.state in states for one in context.store.assignments_of(hit.hit_id))

    return refusing(DISPOSE, refuses)


def _shows_reviewable(hit: HIT, status: str, context: Context) -> str:
    return "Reviewable" if status == "Disposed" else status


def _as_kept(handler: Handler, context: Context) -> Values:
    """Decide on an assignment as if nobody had disposed of its HIT."""
    gone = [hit for hit in context.store.hits.values() if hit.disposed_at is not None]
    with changed_hits(context.store, gone, lambda hit: _kept(hit, context.at)):
        return handler(context)


def _undecided(context: Context, hit: HIT) -> bool:
    return any(one.state == "Submitted" for one in context.store.assignments_of(hit.hit_id))


_DISPOSED = (
    defect(
        "dispose-hit/as-printed",
        rereading(DISPOSE, _as_hit_id),
        f"{DISPOSE}.param-case",
        f"{DISPOSE}.transition",
    ),
    defect(
        "dispose-hit/refused",
        refusing(DISPOSE, in_state("Reviewable")),
        f"{DISPOSE}.param-case",
        f"{DISPOSE}.transition",
    ),
    defect(
        "dispose-hit/of-nothing",
        undone(DISPOSE),
        f"{DISPOSE}.drops-from-lists",
        f"{DISPOSE}.gethit-after",
        f"{DISPOSE}.twice",
        "ExtendHIT.disposed",
        _TERMINAL,
        also=("ChangeHITTypeOfHIT.disposed",),
        because="the first versions have no ChangeHITTypeOfHIT",
    ),
    defect(
        "hits/found-when-disposed-of",
        reading("SearchHITs", _kept),
        f"{DISPOSE}.drops-from-lists",
        f"{DISABLE}.disposes",
        _TERMINAL,
        also=("SearchHITs.*",),
        because=_LISTED,
    ),
    defect(
        "hits/reviewable-when-disposed-of",
        reading("GetReviewableHITs", _kept),
        f"{DISPOSE}.drops-from-lists",
        also=("GetReviewableHITs.*",),
        because=_LISTED,
    ),
    defect("hits/shown-as-reviewable", seen_as(_shows_reviewable), f"{DISPOSE}.gethit-after"),
    defect("dispose-hit/twice", pardoned_if(DISPOSE, in_state("Disposed"), unchanged), f"{DISPOSE}.twice"),
    defect("dispose-hit/assignable", pardoned_if(DISPOSE, in_state("Assignable"), disposed), f"{DISPOSE}.assignable"),
    defect(
        "dispose-hit/worked-on",
        pardoned_if(DISPOSE, in_state("Unassignable"), disposed),
        f"{DISPOSE}.active-assignments",
    ),
    defect("dispose-hit/undecided", pardoned_if(DISPOSE, _undecided, disposed), f"{DISPOSE}.undecided"),
    defect("dispose-hit/not-after-a-rejection", _has_submissions("Rejected"), f"{DISPOSE}.rejected-counts"),
    defect("hits/approved-when-disposed-of", handling("ApproveRejectedAssignment", _as_kept), f"{DISPOSE}.no-override"),
    defect("dispose-hit/never-after-work", _has_submissions("Submitted", "Approved"), f"{DISPOSE}.undecided"),
    defect("hits/kept-for-ever", reading("SearchHITs", _young), f"{DISPOSE}.auto-120d", versions=_KEPT_120_DAYS),
)


# DisableHIT


def _without_approval(handler: Handler, context: Context) -> Values:
    """Let what was submitted wait as before."""
    waiting = [one for one in context.store.assignments.values() if one.state == "Submitted"]
    for one in waiting:
        context.store.save_assignment(replace(one, state="Rejected"))
    try:
        return handler(context)
    finally:
        for one in waiting:
            context.store.save_assignment(one)


def _pay_rejected(context: Context, before: HIT, after: HIT) -> None:
    for one in context.store.assignments_of(after.hit_id):
        if one.state == "Rejected":
            reward = properties_of(context.store, one).reward
            context.store.charge(after.owner, reward, fee(reward))


def _left_waiting(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Let what is handed in for a disabled HIT wait for a decision."""
    reply = action(visit)
    record = visit.store.assignments[visit.text("assignment_id")]
    if visit.store.hits[record.hit_id].disposed_at is not None and record.auto_approval_at is not None:
        visit.store.save_assignment(replace(record, auto_approval_at=record.auto_approval_at + _OLD))
    return reply


_DISABLED = (
    defect(
        "disable-hit/of-nothing",
        undone(DISABLE),
        f"{DISABLE}.disposes",
        f"{DISABLE}.irreversible",
        f"{DISABLE}.twice",
        f"{DISABLE}.removes",
        f"{DISABLE}.data-gone",
        f"{DISABLE}.in-progress",
    ),
    defect("hits/accepted-when-disabled", accepting(_kept), f"{DISABLE}.removes"),
    defect("disable-hit/approves-nothing", handling(DISABLE, _without_approval), f"{DISABLE}.approves-submitted"),
    defect("disable-hit/pays-rejected", afterwards(DISABLE, _pay_rejected), f"{DISABLE}.keeps-rejected"),
    defect(
        "hits/no-submission-when-disabled",
        refusing_submissions(lambda hit, at: hit.disposed_at is not None),
        f"{DISABLE}.in-progress",
    ),
    defect("hits/late-work-not-approved", acting("submit-assignment", _left_waiting), f"{DISABLE}.in-progress"),
    defect(
        "hits/results-kept",
        reading("GetAssignmentsForHIT", _kept),
        f"{DISABLE}.data-gone",
        also=("GetAssignmentsForHIT.disposed",),
        because="the same is a requirement on GetAssignmentsForHIT",
    ),
    defect("disable-hit/unassignable-refused", refusing(DISABLE, in_state("Unassignable")), f"{DISABLE}.unassignable"),
    defect("disable-hit/reviewable", pardoned_if(DISABLE, in_state("Reviewable"), disposed), f"{DISABLE}.reviewable"),
    defect("disable-hit/reviewing", pardoned_if(DISABLE, in_state("Reviewing"), disposed), f"{DISABLE}.reviewing"),
    defect("disable-hit/twice", pardoned_if(DISABLE, in_state("Disposed"), unchanged), f"{DISABLE}.twice"),
    defect(
        "disable-hit/expires-only",
        saving(DISABLE, lambda context, before, after: replace(before, expires_at=context.at)),
        f"{DISABLE}.disposes",
        f"{DISABLE}.irreversible",
        f"{DISABLE}.data-gone",
        also=(f"{DISABLE}.twice",),
        because="the HIT was extended before it is disabled again",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_DISPOSED, *_DISABLED)
