"""Every paginator of boto3 goes through a list at the embedded endpoint by NextToken and misses nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("boto3")

if TYPE_CHECKING:
    from tests.clients.conftest import Relay

MADE = 5
PROPERTIES: dict[str, Any] = {
    "Title": "t",
    "Description": "d",
    "Reward": "0.05",
    "AssignmentDurationInSeconds": 600,
    "LifetimeInSeconds": 3600,
}


class Scene:
    """What there is to be listed; each method makes it and returns what the list is asked for, and what it tells."""

    def __init__(self, mturk: Any, relay: Relay) -> None:
        self.mturk = mturk
        self.relay = relay

    def hit(self, **more: Any) -> str:
        """Return a new HIT."""
        made = self.mturk.create_hit(**{**PROPERTIES, "Question": self.relay.form, **more})
        return str(made["HIT"]["HITId"])

    def kind(self, name: str = "n") -> str:
        """Return a new Qualification type."""
        made = self.mturk.create_qualification_type(Name=name, Description="d", QualificationTypeStatus="Active")
        return str(made["QualificationType"]["QualificationTypeId"])

    def work(self) -> tuple[str, list[tuple[str, str]]]:
        """Return a HIT, its Workers and what they handed in."""
        hit_id = self.hit(MaxAssignments=MADE)
        return hit_id, [self.relay.handed_in(hit_id) for _ in range(MADE)]

    def hits(self) -> tuple[dict[str, Any], set[str]]:
        """Make HITs."""
        return {}, {self.hit() for _ in range(MADE)}

    def reviewable(self) -> tuple[dict[str, Any], set[str]]:
        """Make HITs that have expired, and one that has not."""
        hits = {self.hit() for _ in range(MADE)}
        for hit_id in hits:
            self.mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=datetime(1970, 1, 1, tzinfo=UTC))
        self.hit()
        return {}, hits

    def requiring(self) -> tuple[dict[str, Any], set[str]]:
        """Make HITs that ask for a Qualification, and one that does not."""
        kind = self.kind()
        wanted = [{"QualificationTypeId": kind, "Comparator": "Exists"}]
        hits = {self.hit(QualificationRequirements=wanted) for _ in range(MADE)}
        self.hit()
        return {"QualificationTypeId": kind}, hits

    def assignments(self) -> tuple[dict[str, Any], set[str]]:
        """Have work handed in."""
        hit_id, work = self.work()
        return {"HITId": hit_id, "AssignmentStatuses": ["Submitted"]}, {one for _, one in work}

    def bonuses(self) -> tuple[dict[str, Any], set[str]]:
        """Pay bonuses."""
        hit_id, work = self.work()
        for worker, assignment_id in work:
            self.mturk.send_bonus(WorkerId=worker, AssignmentId=assignment_id, BonusAmount="0.01", Reason="r")
        return {"HITId": hit_id}, {one for _, one in work}

    def blocks(self) -> tuple[dict[str, Any], set[str]]:
        """Block those who worked."""
        workers = {worker for worker, _ in self.work()[1]}
        for worker in workers:
            self.mturk.create_worker_block(WorkerId=worker, Reason="r")
        return {}, workers

    def requests(self) -> tuple[dict[str, Any], set[str]]:
        """Let Workers ask for a Qualification."""
        kind, workers = self.kind(), {self.relay.workers.new_worker() for _ in range(MADE)}
        for worker in workers:
            self.relay.workers.request_qualification(worker, kind)
        return {"QualificationTypeId": kind}, workers

    def holders(self) -> tuple[dict[str, Any], set[str]]:
        """Give Workers a Qualification."""
        kind, workers = self.kind(), {self.relay.workers.new_worker() for _ in range(MADE)}
        for worker in workers:
            self.mturk.associate_qualification_with_worker(QualificationTypeId=kind, WorkerId=worker)
        return {"QualificationTypeId": kind}, workers

    def types(self) -> tuple[dict[str, Any], set[str]]:
        """Make Qualification types."""
        made = {self.kind(f"findme {number}") for number in range(MADE)}
        self.kind("another")
        return {"Query": "findme", "MustBeRequestable": True, "MustBeOwnedByCaller": True}, made


@pytest.mark.parametrize(
    ("operation", "told_in", "make"),
    [
        ("list_hits", ("HITs", "HITId"), Scene.hits),
        ("list_reviewable_hits", ("HITs", "HITId"), Scene.reviewable),
        ("list_hits_for_qualification_type", ("HITs", "HITId"), Scene.requiring),
        ("list_assignments_for_hit", ("Assignments", "AssignmentId"), Scene.assignments),
        ("list_bonus_payments", ("BonusPayments", "AssignmentId"), Scene.bonuses),
        ("list_worker_blocks", ("WorkerBlocks", "WorkerId"), Scene.blocks),
        ("list_qualification_requests", ("QualificationRequests", "WorkerId"), Scene.requests),
        ("list_workers_with_qualification_type", ("Qualifications", "WorkerId"), Scene.holders),
        ("list_qualification_types", ("QualificationTypes", "QualificationTypeId"), Scene.types),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_paginator_of(
    mturk: Any, relay: Relay, operation: str, told_in: tuple[str, str], make: Callable[[Scene], Any]
) -> None:
    """Five in pages of two: each once, with a token on every page but the last."""
    result, member = told_in
    asked, expected = make(Scene(mturk, relay))
    pages = list(mturk.get_paginator(operation).paginate(**asked, PaginationConfig={"PageSize": 2}))
    assert [page["NumResults"] for page in pages] == [2, 2, 1]
    assert ["NextToken" in page for page in pages] == [True, True, False]
    told = [one[member] for page in pages for one in page[result]]
    assert sorted(told) == sorted(expected)
    whole = mturk.get_paginator(operation).paginate(**asked, PaginationConfig={"MaxItems": 3, "PageSize": 2})
    assert [one[member] for one in whole.build_full_result()[result]] == told[:3]
