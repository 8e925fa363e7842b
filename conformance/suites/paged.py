"""Lists with known items in them, and one more when it is wanted: one for each operation that has NextToken."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.errors import Blocked
from conformance.suites.assignments import Employer
from conformance.suites.blocks import blocked, must_block
from conformance.suites.hits import Fund, Hits, alone
from conformance.suites.paging import Listing
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import (
    CREATE,
    HITS,
    NEEDED,
    SEARCH,
    hit_type_requiring,
    word,
)
from conformance.target.requester import Requester

MADE = 11
Maker = Callable[[], str]
"""Makes one more item and returns what tells it apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """A list and its own items; others may be in it."""

    listing: Listing
    made: tuple[str, ...]
    add: Maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where lists are made."""

    given: Given
    requester: Requester
    fund: Fund

    def listing(self, operation: str, item: str, key: str, **values: str) -> Listing:
        """Return a list of the Requester's."""
        return Listing(requester=self.requester, operation=operation, item=item, key=key, values=values)


def _hits(scene: Scene) -> tuple[Listing, Maker]:
    hits = Hits(scene.given, alone(scene.fund, scene.requester))
    kind = hits.register()
    listing = Listing(requester=hits.requester, operation="SearchHITs", item="HIT", key="HITId")
    return listing, lambda: hits.of_type(kind).hit_id


def _reviewable(scene: Scene) -> tuple[Listing, Maker]:
    hits = Hits(scene.given)
    kind = hits.register()
    return scene.listing("GetReviewableHITs", "HIT", "HITId", HITTypeId=kind), lambda: hits.reviewable(kind)[0]


def _requiring(scene: Scene) -> tuple[Listing, Maker]:
    type_id = scene.given.qualification_type()
    kind, employer = hit_type_requiring(scene.given, type_id), Employer(scene.given)
    return scene.listing(HITS, "HIT", "HITId", QualificationTypeId=type_id), lambda: employer.hit(HITTypeId=kind)


def _assignments(scene: Scene) -> tuple[Listing, Maker]:
    employer = Employer(scene.given)
    hit_id = employer.hit(MaxAssignments=MADE + 1)
    listing = scene.listing("GetAssignmentsForHIT", "Assignment", "AssignmentId", HITId=hit_id)
    return listing, lambda: employer.submitted(hit_id).assignment_id


def _bonuses(scene: Scene) -> tuple[Listing, Maker]:
    employer = Employer(scene.given)
    work = employer.approved()

    def pay() -> str:
        reason = scene.given.name("reason")
        employer.requester.must("GrantBonus", employer.bonus_values(work, "0.01", Reason=reason))
        return reason

    return scene.listing("GetBonusPayments", "BonusPayment", "Reason", AssignmentId=work.assignment_id), pay


def _blocks(scene: Scene) -> tuple[Listing, Maker]:
    requester = alone(scene.fund, scene.requester)

    def block() -> str:
        worker = scene.given.workers.new_worker()
        must_block(requester, worker)
        return worker

    return blocked(requester), block


def _requests(scene: Scene) -> tuple[Listing, Maker]:
    type_id = scene.given.qualification_type()

    def ask() -> str:
        worker = scene.given.workers.new_worker()
        scene.given.workers.request_qualification(worker, type_id)
        return worker

    values = {"QualificationTypeId": type_id}
    return scene.listing("GetQualificationRequests", "QualificationRequest", "SubjectId", **values), ask


def _held(scene: Scene) -> tuple[Listing, Maker]:
    type_id = scene.given.qualification_type()

    def assign() -> str:
        worker = scene.given.workers.new_worker()
        values = {"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": 1, "SendNotification": "false"}
        scene.requester.must("AssignQualification", values)
        return worker

    operation, values = "GetQualificationsForQualificationType", {"QualificationTypeId": type_id}
    return scene.listing(operation, "Qualification", "SubjectId", **values), assign


def _types(scene: Scene) -> tuple[Listing, Maker]:
    mark = word(scene.given)

    def create() -> str:
        name = f"{mark} {scene.given.name('type')}"
        return (scene.requester.must(CREATE, {**NEEDED, "Name": name}).text("QualificationTypeId") or "").strip()

    values = {"Query": mark, "MustBeRequestable": "false", "MustBeOwnedByCaller": "true"}
    return scene.listing(SEARCH, "QualificationType", "QualificationTypeId", **values), create


LISTS: dict[str, Callable[[Scene], tuple[Listing, Maker]]] = {
    "GetAssignmentsForHIT": _assignments,
    "GetBlockedWorkers": _blocks,
    "GetBonusPayments": _bonuses,
    "GetHITsForQualificationType": _requiring,
    "GetQualificationRequests": _requests,
    "GetQualificationsForQualificationType": _held,
    "GetReviewableHITs": _reviewable,
    "SearchHITs": _hits,
    "SearchQualificationTypes": _types,
}
"""Operation → what makes its list, and the items of that."""


def paged(operation: str, scene: Scene, count: int = MADE) -> Paged:
    """Make a list with so many items, and wait until it shows them; it is read while there is none as well.

    Raises Blocked where it does not show them all by itself: that says nothing of its pages.
    """
    listing, add = LISTS[operation](scene)
    listing.page()
    made = tuple(add() for _ in range(count))

    def shown() -> set[str]:
        return {key for page in listing.pages(100) for key in listing.keys(page)}

    if not scene.given.settled(shown, lambda found: found >= set(made)) >= set(made):
        raise Blocked(f"{operation}: what was made is not listed")
    return Paged(listing=listing, made=made, add=add)
