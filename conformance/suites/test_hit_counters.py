"""The counters of a HIT's assignments, and what stays as it is while a HIT moves on."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.shapes import shapes_for
from conformance.suites.assignments import Employer, decision
from conformance.suites.forms import form_and_answer
from conformance.suites.hits import COUNTERS, GROUPS, Hits, judge_text, text_of
from conformance.suites.life_cycle import increment
from conformance.suites.preconditions import Given


@pytest.mark.verifies("GetHIT.id-stable", "HIT.HITReviewStatus.independent", "HIT.counter.end")
def test_stays_the_same_hit(given: Given, expect: Expect) -> None:
    """Extended, moved to another type where the version can, expired, and set as Reviewing."""
    hits = Hits(given)
    hit_id = hits.new(MaxAssignments=5).hit_id
    steps: list[tuple[str, dict[str, Any]]] = [("ExtendHIT", increment(hits.requester.version))]
    if "ChangeHITTypeOfHIT" in shapes_for(hits.requester.version).operations:
        steps.append(("ChangeHITTypeOfHIT", {"HITTypeId": hits.register()}))
    for operation, values in [*steps, ("ForceExpireHIT", {})]:
        hits.requester.must(operation, {"HITId": hit_id, **values})
        came = text_of(hits.requester.call("GetHIT", {"HITId": hit_id}), "HITId")
        expect("GetHIT.id-stable", came == hit_id, where=f"GetHIT after {operation}", expected=hit_id, actual=came)
    ended = given.settled(lambda: hits.read(hit_id, *GROUPS), lambda hit: text_of(hit, "HITStatus") == "Reviewable")
    for name in COUNTERS[:2]:
        judge_text("HIT.counter.end", ended, name, "0", expect)
    hits.requester.must("SetHITAsReviewing", {"HITId": hit_id})
    reviewing = hits.read(hit_id, *GROUPS)
    statuses = [text_of(reply, "HITReviewStatus") for reply in (ended, reviewing)]
    expect(
        "HIT.HITReviewStatus.independent",
        statuses == ["NotReviewed"] * 2,
        where="GetHIT/HIT/HITReviewStatus before and after SetHITAsReviewing",
        expected="NotReviewed",
        actual=", ".join(statuses),
    )


@pytest.mark.verifies("HIT.counter.Completed")
def test_counts_what_was_decided(given: Given, expect: Expect) -> None:
    employer, hits = Employer(given), Hits(given)
    hit_id = employer.hit(MaxAssignments=2)
    works = [employer.submitted(hit_id) for _ in range(2)]
    for count, step in enumerate(("", "ApproveAssignment", "RejectAssignment")):
        if step:
            hits.requester.must(step, decision(hits.requester, step, works[count - 1].assignment_id))
        wanted = str(count)
        shown = given.settled(lambda: text_of(hits.read(hit_id, *GROUPS), COUNTERS[2]), wanted.__eq__)
        expect(
            "HIT.counter.Completed",
            shown == wanted,
            where=f"GetHIT/HIT/{COUNTERS[2]} after {step or 'two submissions'}",
            expected=wanted,
            actual=repr(shown),
        )


@pytest.mark.verifies("HIT.counter.Available", "HIT.counter.Pending")
def test_counts_what_workers_take_and_give_back(given: Given, expect: Expect) -> None:
    """Five assignments: three are accepted, one of them is submitted, another one returned."""
    hits, workers = Hits(given), given.workers
    hit_id = hits.new(MaxAssignments=5).hit_id
    taken = []
    for _ in range(3):
        worker_id = workers.new_worker()
        taken.append((worker_id, workers.accept_assignment(worker_id, hit_id).assignment_id))

    def judge(step: str, pending: str, available: str) -> None:
        def read() -> tuple[str, str]:
            shown = hits.read(hit_id, *GROUPS)
            return text_of(shown, COUNTERS[0]), text_of(shown, COUNTERS[1])

        came = given.settled(read, (pending, available).__eq__)
        for name, wanted, actual in zip(("Pending", "Available"), (pending, available), came, strict=True):
            where = f"NumberOfAssignments{name} {step}"
            expect(f"HIT.counter.{name}", actual == wanted, where=where, expected=wanted, actual=actual)

    judge("after three of five were accepted", "3", "2")
    workers.submit_assignment(*taken[0], form_and_answer("q1")[1])
    judge("after one of the three was submitted", "2", "2")
    workers.return_assignment(*taken[1])
    judge("after another one was returned", "1", "3")


@pytest.mark.verifies("HIT.counter.Pending-preview")
def test_tells_how_previews_are_counted(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    hit_id = hits.new().hit_id
    given.workers.preview(given.workers.new_worker(), hit_id)
    shown = text_of(hits.read(hit_id, *GROUPS), COUNTERS[0])
    expect.see("HIT.counter.Pending-preview", where=f"{COUNTERS[0]} after a preview", actual=shown)
