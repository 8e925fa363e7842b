"""Where a HIT stands: it follows from its assignments and the time, so nothing has to happen when a time comes.

Source: the life cycle told in the articles on HITs of the Developer Guide and in the article HIT.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.reference.records import HIT, Assignment


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
    pending = handed_in = completed = 0
    for assignment in assignments:
        pending += in_progress(assignment, at)
        handed_in += assignment.state != "Accepted"
        completed += assignment.state in ("Approved", "Rejected")
    expired = at >= hit.expires_at
    free = 0 if expired else hit.max_assignments - pending - handed_in
    status = "Assignable" if free > 0 else "Unassignable" if pending else "Reviewable"
    return Standing(status=status, pending=pending, available=free, completed=completed)
