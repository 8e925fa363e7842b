"""Where a HIT stands: it follows from its assignments and the time, so nothing has to happen when a time comes.

Source: the life cycle told in the articles on HITs of the Developer Guide, in the article HIT and in the articles
SetHITAsReviewing, ExtendHIT, DisposeHIT and DisableHIT.  A HIT that nobody needs to do anything about any more is
disposed of after 120 days, counted from the last thing that happened to it; the pages tell it in three ways.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.reference.records import HIT, Assignment
from conformance.reference.store import Store

KEPT_FOR = 120 * 24 * 60 * 60.0
"""How long a Reviewable or Reviewing HIT is kept, in seconds, when all its submissions are decided."""

_HANDED_IN = ("Submitted", "Approved", "Rejected")
_DECIDED = ("Approved", "Rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The status of a HIT, and its assignments counted: in progress, not taken yet, decided."""

    status: str
    pending: int
    available: int
    completed: int


def in_progress(assignment: Assignment, at: float) -> bool:
    """Tell whether a Worker is still at it; after its deadline an assignment is abandoned."""
    return assignment.state == "Accepted" and at < assignment.deadline


def standing(hit: HIT, assignments: Iterable[Assignment], at: float) -> Standing:
    """Return where ``hit`` stands at ``at``, given all its assignments."""
    assignments = tuple(assignments)
    pending = sum(in_progress(assignment, at) for assignment in assignments)
    handed_in = [assignment for assignment in assignments if assignment.state in _HANDED_IN]
    completed = sum(assignment.state in _DECIDED for assignment in handed_in)
    expired = at >= hit.expires_at
    free = 0 if expired else hit.max_assignments - pending - len(handed_in)
    status = "Assignable" if free > 0 else "Unassignable" if pending else "Reviewable"
    if hit.disposed_at is not None or (status == "Reviewable" and _is_forgotten(hit, assignments, at)):
        return Standing(status="Disposed", pending=pending, available=0, completed=completed)
    if status == "Reviewable" and hit.reviewing:
        status = "Reviewing"
    return Standing(status=status, pending=pending, available=free, completed=completed)


def status_of(store: Store, hit: HIT, at: float) -> str:
    """Return the status of a HIT of the store at ``at``."""
    return standing(hit, store.assignments_of(hit.hit_id), at).status


def _is_forgotten(hit: HIT, assignments: tuple[Assignment, ...], at: float) -> bool:
    """Tell whether a HIT that nobody works on has been left alone for so long that it is gone."""
    if at < hit.created_at + KEPT_FOR or any(assignment.state == "Submitted" for assignment in assignments):
        return False
    handed_in = [assignment for assignment in assignments if assignment.state in _HANDED_IN]
    ends = [one.decided_at or one.returned_at or one.deadline for one in assignments]
    if len(handed_in) < hit.max_assignments:
        ends.append(hit.expires_at)
    return at >= max(ends, default=hit.created_at) + KEPT_FOR
