"""Blocked Workers: what they can no longer do, what they are told, and how they are listed."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import WorkerRefused
from conformance.spec.versions import TODAY
from conformance.suites.assignments import Employer
from conformance.suites.blocks import LIST, block, blocked, can_list, must_block, reasons
from conformance.suites.eligibility import accepts
from conformance.suites.forms import form_and_answer
from conformance.suites.hits import Fund, alone
from conformance.suites.paging import (
    judge_beyond_end,
    judge_defaults,
    judge_empty,
    judge_long_pages,
    judge_pages,
)
from conformance.suites.preconditions import Given
from conformance.target.requester import Requester


@pytest.mark.verifies("BlockWorker.effect-accept", "UnblockWorker.effect")
def test_a_block_keeps_from_accepting_until_it_is_lifted(requester: Requester, given: Given, expect: Expect) -> None:
    employer, worker = Employer(given), given.workers.new_worker()
    hit_id = employer.hit()
    must_block(requester, worker)
    kept_out = not accepts(given, worker, hit_id)
    expect(
        "BlockWorker.effect-accept",
        kept_out,
        where="a HIT of the Requester",
        expected="a blocked Worker cannot accept it",
        actual="it was accepted",
    )
    requester.must("UnblockWorker", {"WorkerId": worker})
    let_in = accepts(given, worker, employer.hit())
    expect("BlockWorker.effect-accept", let_in, where="after UnblockWorker", expected="accepted", actual="refused")
    expect("UnblockWorker.effect", let_in, where="a HIT of the Requester", expected="accepted", actual="refused")
    if can_list(requester):
        left = given.settled(lambda: reasons(requester, worker), lambda left: not left)
        expect("UnblockWorker.effect", not left, where=LIST, expected="the Worker is not listed", actual="still listed")


@pytest.mark.verifies("BlockWorker.effect-accept")
def test_a_block_concerns_all_hits_and_no_other_worker(requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    before, (worker, other) = employer.hit(MaxAssignments=2), (given.workers.new_worker() for _ in range(2))
    must_block(requester, worker)
    for when, hit_id in (("before", before), ("after", employer.hit())):
        expect(
            "BlockWorker.effect-accept",
            not accepts(given, worker, hit_id),
            where=f"a HIT created {when} the block",
            expected="a blocked Worker cannot accept it",
            actual="it was accepted",
        )
    expect(
        "BlockWorker.effect-accept",
        accepts(given, other, before),
        where="another Worker",
        expected="accepted: only the Worker named is blocked",
        actual="refused",
    )


@pytest.mark.verifies("BlockWorker.effect-in-progress")
def test_what_was_accepted_can_be_submitted(requester: Requester, given: Given, expect: Expect) -> None:
    employer, worker = Employer(given), given.workers.new_worker()
    hit_id = employer.hit()
    accepted = given.workers.accept_assignment(worker, hit_id)
    must_block(requester, worker)
    try:
        given.workers.submit_assignment(worker, accepted.assignment_id, form_and_answer("q1")[1])
        submitted = "submitted"
    except WorkerRefused as refusal:
        submitted = f"refused: {refusal.cause}"
    values = {"HITId": hit_id, "PageSize": 100}
    listed = given.settled(
        lambda: requester.must("GetAssignmentsForHIT", values).all("Assignment/AssignmentStatus"), bool
    )
    states = [(element.text or "").strip() for element in listed]
    expect(
        "BlockWorker.effect-in-progress",
        submitted == "submitted" and states == ["Submitted"],
        where="an assignment that was accepted before the block",
        expected="it is submitted, and listed as Submitted",
        actual=f"{submitted}; listed: {', '.join(states) or 'nothing'}",
    )


@pytest.mark.verifies("BlockWorker.effect-other-requesters")
def test_a_block_concerns_the_caller_only(
    requester: Requester, second_requester: Requester, given: Given, expect: Expect
) -> None:
    worker = given.workers.new_worker()
    must_block(requester, worker)
    let_in = accepts(given, worker, Employer(given, second_requester).hit())
    expect(
        "BlockWorker.effect-other-requesters",
        let_in,
        where="a HIT of another Requester",
        expected="the Worker can accept it",
        actual="refused",
    )


@pytest.mark.verifies("BlockWorker.worker-view")
def test_what_a_blocked_worker_sees(requester: Requester, given: Given, expect: Expect) -> None:
    worker, hit_id = given.workers.new_worker(), Employer(given).hit()
    must_block(requester, worker)
    try:
        given.workers.preview(worker, hit_id)
        seen = "the preview is shown; what it says of the block is not told"
    except WorkerRefused as refusal:
        seen = f"no preview: {refusal.cause}"
    expect.see("BlockWorker.worker-view", where="the preview of a HIT", actual=seen)


@pytest.mark.verifies("BlockWorker.idempotent")
def test_blocking_again_succeeds(requester: Requester, given: Given, expect: Expect) -> None:
    worker = given.workers.new_worker()
    must_block(requester, worker)
    again = block(requester, worker, given.name("another reason"))
    expect("BlockWorker.idempotent", again.accepted, where="the second call", expected="success", actual=again.summary)
    if can_list(requester):
        listed = given.settled(lambda: reasons(requester, worker), bool)
        expect("BlockWorker.idempotent", len(listed) == 1, where=LIST, expected="once", actual=f"{len(listed)} times")


@pytest.mark.verifies("UnblockWorker.not-blocked")
def test_unblocking_who_is_not_blocked_succeeds(requester: Requester, given: Given, expect: Expect) -> None:
    reply = requester.call("UnblockWorker", {"WorkerId": given.workers.new_worker()})
    expect(
        "UnblockWorker.not-blocked",
        reply.accepted,
        where="UnblockWorker of a Worker who was never blocked",
        expected="success",
        actual=reply.summary,
    )


@pytest.mark.verifies("UnblockWorker.Reason.optional")
def test_unblocking_takes_a_reason_or_none(requester: Requester, given: Given, expect: Expect) -> None:
    worker = given.workers.new_worker()
    calls: tuple[dict[str, Any], ...] = ({}, {"Reason": given.name("reason")})
    for more in calls:
        must_block(requester, worker)
        reply = requester.call("UnblockWorker", {"WorkerId": worker, **more})
        expect(
            "UnblockWorker.Reason.optional",
            reply.accepted,
            where=f"UnblockWorker with{'' if more else 'out'} Reason",
            expected="success",
            actual=reply.summary,
        )


@pytest.mark.verifies("BlockWorker.Reason.private", "UnblockWorker.Reason.private")
def test_the_worker_is_told_no_reason(requester: Requester, given: Given, expect: Expect) -> None:
    worker = given.workers.new_worker()
    for operation in ("BlockWorker", "UnblockWorker"):
        reason = given.name("reason")
        requester.must(operation, {"WorkerId": worker, "Reason": reason})
        told = [one for one in given.workers.read_messages(worker) if reason in f"{one.subject} {one.text}"]
        expect(
            f"{operation}.Reason.private",
            not told,
            where="the Worker's messages",
            expected=f"none with the text {reason!r}",
            actual=f"{[one.text for one in told]!r}",
        )


@pytest.mark.verifies("BlockWorker.Reason.stored")
def test_the_requester_reads_the_reason(requester: Requester, given: Given, expect: Expect) -> None:
    worker, reason = given.workers.new_worker(), f"{given.name('reason')}: zu spät & <leer>"
    must_block(requester, worker, reason)
    listed = given.settled(lambda: reasons(requester, worker), bool)
    expect(
        "BlockWorker.Reason.stored",
        listed == [reason],
        where=f"{LIST}, WorkerBlock/Reason",
        expected=repr(reason),
        actual=repr(listed),
    )


@pytest.mark.verifies("GetBlockedWorkers.own-only")
def test_others_do_not_see_a_block(
    requester: Requester, second_requester: Requester, given: Given, expect: Expect
) -> None:
    worker = given.workers.new_worker()
    must_block(requester, worker)
    given.settled(lambda: reasons(requester, worker), bool)
    seen = reasons(second_requester, worker)
    expect(
        "GetBlockedWorkers.own-only",
        not seen,
        where=f"{LIST} of another Requester",
        expected="the Worker is not listed",
        actual="the Worker is listed",
    )


@pytest.mark.verifies(
    "GetBlockedWorkers.Result.one-per-worker",
    "GetBlockedWorkers.NumResults.count",
    "GetBlockedWorkers.TotalNumResults.count",
    "GetBlockedWorkers.Pages.partition",
)
def test_all_pages_list_each_worker_once(requester: Requester, given: Given, expect: Expect, fund: Fund) -> None:
    requester = alone(fund, requester)
    listing, workers = blocked(requester), [given.workers.new_worker() for _ in range(3)]
    if not listing.page().all("WorkerBlock"):
        judge_empty(listing, expect)
    for worker in (*workers, workers[0]):
        must_block(requester, worker)
    judge_pages(listing, workers, expect)
    listed = [key for page in listing.pages(100) for key in listing.keys(page)]
    expect(
        "GetBlockedWorkers.Result.one-per-worker",
        all(listed.count(worker) == 1 for worker in workers),
        where=LIST,
        expected=f"each of {', '.join(workers)} once",
        actual=", ".join(listed),
    )


@pytest.mark.verifies(
    "GetBlockedWorkers.PageSize.default",
    "GetBlockedWorkers.PageNumber.default",
    "GetBlockedWorkers.Pages.partition",
    "GetBlockedWorkers.Pages.beyond-end",
)
def test_the_first_page_has_ten_workers(requester: Requester, given: Given, expect: Expect, fund: Fund) -> None:
    requester = alone(fund, requester)
    workers = [given.workers.new_worker() for _ in range(11)]
    for worker in workers:
        must_block(requester, worker)
    judge_defaults(blocked(requester), expect)
    judge_long_pages(blocked(requester), workers, expect)
    if requester.version != TODAY:
        judge_beyond_end(blocked(requester), expect)
