"""ForceExpireHIT and SetHITAsReviewing: a HIT is over, reviewed, and taken back from the review."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, WorkerRefused
from conformance.suites.assignments import Employer
from conformance.suites.life_cycle import is_reviewable, refused_to_accept, review, show, status_of
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester


@pytest.mark.verifies("ForceExpireHIT.immediate", "ForceExpireHIT.reviewable", "ForceExpireHIT.already")
def test_expires_at_once(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    hit_id = Employer(given).hit()
    reply = requester.must("ForceExpireHIT", {"HITId": hit_id})
    after = clock.now()
    status = status_of(given, hit_id, "Reviewable")
    shown = show(requester, hit_id)
    expect(
        "ForceExpireHIT.immediate",
        shown.expiration <= after + 5,
        where="GetHIT/Expiration",
        expected="not later than 5 seconds after the call",
        actual=f"{shown.expiration - after:.0f} seconds after it",
    )
    listed = given.settled(lambda: is_reviewable(requester, hit_id, shown["HITTypeId"]), bool)
    expect(
        "ForceExpireHIT.reviewable",
        status == "Reviewable" and listed,
        where="GetHIT/HITStatus and GetReviewableHITs",
        expected="Reviewable, and listed",
        actual=f"{status}, {'' if listed else 'not '}listed ({reply.summary})",
    )
    again = requester.call("ForceExpireHIT", {"HITId": hit_id})
    expect.see("ForceExpireHIT.already", where="the second call", actual=again.summary)
    if again.refused:
        expect.code("ForceExpireHIT.already", again.codes)


@pytest.mark.verifies("ForceExpireHIT.no-new")
def test_lets_nobody_accept_an_expired_hit(given: Given, expect: Expect) -> None:
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    refusal = refused_to_accept(given, hit_id)
    expect(
        "ForceExpireHIT.no-new",
        refusal,
        where="a Worker who wants to accept the HIT",
        expected="no assignment",
        actual="the Worker has accepted an assignment",
    )


@pytest.mark.verifies("ForceExpireHIT.in-progress", "ForceExpireHIT.can-complete")
def test_waits_for_who_works_on_it(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id, worker_id = Employer(given).hit(MaxAssignments=2), given.workers.new_worker()
    accepted = given.workers.accept_assignment(worker_id, hit_id)
    requester.must("ForceExpireHIT", {"HITId": hit_id})
    busy = show(requester, hit_id)
    listed = is_reviewable(requester, hit_id, busy["HITTypeId"])
    expect(
        "ForceExpireHIT.in-progress",
        busy.status != "Reviewable" and not listed,
        where="GetHIT/HITStatus and GetReviewableHITs while a Worker is at it",
        expected="not Reviewable, and not listed",
        actual=f"{busy.status}, {'' if listed else 'not '}listed",
    )
    expect.see("ForceExpireHIT.in-progress", where="HITStatus while a Worker is at it", actual=busy.status)
    try:
        Employer(given).submit(worker_id, accepted.assignment_id)
        submitted = "submitted"
    except WorkerRefused as refusal:
        submitted = f"refused: {refusal}"
    rows = given.settled(
        lambda: requester.must("GetAssignmentsForHIT", {"HITId": hit_id}).all("Assignment/AssignmentId"), bool
    )
    expect(
        "ForceExpireHIT.can-complete",
        submitted == "submitted" and [(row.text or "").strip() for row in rows] == [accepted.assignment_id],
        where="the submission, and GetAssignmentsForHIT",
        expected="submitted, and listed",
        actual=f"{submitted}; {len(rows)} assignments",
    )
    if submitted == "submitted":
        status = status_of(given, hit_id, "Reviewable")
        expect(
            "ForceExpireHIT.in-progress",
            status == "Reviewable",
            where="GetHIT/HITStatus after the submission",
            expected="Reviewable",
            actual=status,
        )


@pytest.mark.verifies("ForceExpireHIT.no-effect-on-assignments", "StateMachine.HIT.expired-partial")
def test_leaves_submissions_undecided(requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.submitted(employer.hit(MaxAssignments=3))
    requester.must("ForceExpireHIT", {"HITId": work.hit_id})
    hit_status = status_of(given, work.hit_id, "Reviewable")
    rows = requester.must("GetAssignmentsForHIT", {"HITId": work.hit_id}).all("Assignment")
    expect(
        "StateMachine.HIT.expired-partial",
        hit_status == "Reviewable" and len(rows) == 1,
        where="GetHIT/HITStatus and GetAssignmentsForHIT, with one of three assignments submitted",
        expected="Reviewable, and one assignment",
        actual=f"{hit_status}, and {len(rows)} assignments",
    )
    states = [(row.findtext("AssignmentStatus") or "").strip() for row in rows]
    disposed = requester.call("DisposeHIT", {"HITId": work.hit_id})
    expect(
        "ForceExpireHIT.no-effect-on-assignments",
        states == ["Submitted"] and not disposed.accepted,
        where="GetAssignmentsForHIT and DisposeHIT",
        expected="Submitted, and an error",
        actual=f"{', '.join(states) or 'no assignment'}; {disposed.summary}",
    )


# SetHITAsReviewing


@pytest.mark.verifies(
    "SetHITAsReviewing.promote",
    "SetHITAsReviewing.Revert.default",
    "SetHITAsReviewing.list-effect",
    "SetHITAsReviewing.no-toggle",
    "SetHITAsReviewing.revert",
)
def test_begins_a_review_and_takes_it_back(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    reply = requester.call("SetHITAsReviewing", {"HITId": hit_id})
    status = status_of(given, hit_id, "Reviewing")
    for requirement in ("promote", "Revert.default"):
        expect(
            f"SetHITAsReviewing.{requirement}",
            status == "Reviewing",
            where="GetHIT/HITStatus after a call without Revert",
            expected="Reviewing",
            actual=f"{status} ({reply.summary})",
        )
    if status != "Reviewing":
        raise Blocked("SetHITAsReviewing: the HIT did not become Reviewing")
    type_id = show(requester, hit_id)["HITTypeId"]
    reviewing = given.settled(lambda: is_reviewable(requester, hit_id, type_id, "Reviewing"), bool)
    waiting = given.settled(lambda: is_reviewable(requester, hit_id, type_id), lambda listed: not listed)
    expect(
        "SetHITAsReviewing.list-effect",
        reviewing and not waiting,
        where="GetReviewableHITs",
        expected="listed with Status=Reviewing, and not without Status",
        actual=f"{'' if reviewing else 'not '}listed with it, {'' if waiting else 'not '}listed without it",
    )
    again = requester.call("SetHITAsReviewing", {"HITId": hit_id})
    status = show(requester, hit_id).status
    expect(
        "SetHITAsReviewing.no-toggle",
        status == "Reviewing",
        where="GetHIT/HITStatus after a second call without Revert",
        expected="Reviewing",
        actual=f"{status} ({again.summary})",
    )
    reverted = requester.call("SetHITAsReviewing", {"HITId": hit_id, "Revert": True})
    status = status_of(given, hit_id, "Reviewable")
    expect(
        "SetHITAsReviewing.revert",
        status == "Reviewable" and reverted.accepted,
        where="GetHIT/HITStatus after a call with Revert=true",
        expected="success, and Reviewable",
        actual=f"{status} ({reverted.summary})",
    )


@pytest.mark.verifies("SetHITAsReviewing.Revert.default", "SetHITAsReviewing.Revert.values")
def test_takes_true_and_false(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    maybe = requester.call("SetHITAsReviewing", {"HITId": hit_id, "Revert": "maybe"})
    status = show(requester, hit_id).status
    expect(
        "SetHITAsReviewing.Revert.values",
        is_refusal(maybe) and status == "Reviewable",
        where="Revert=maybe",
        expected="an error with a code, and the HIT stays Reviewable",
        actual=f"{maybe.summary}; {status}",
    )
    if status != "Reviewable":
        raise Blocked("SetHITAsReviewing: the HIT that the case starts from is no longer Reviewable")
    reply = requester.call("SetHITAsReviewing", {"HITId": hit_id, "Revert": False})
    status = status_of(given, hit_id, "Reviewing")
    expect(
        "SetHITAsReviewing.Revert.default",
        status == "Reviewing",
        where="GetHIT/HITStatus after a call with Revert=false",
        expected="Reviewing",
        actual=f"{status} ({reply.summary})",
    )
    for number in ("1", "0"):
        told = requester.call("SetHITAsReviewing", {"HITId": hit_id, "Revert": number})
        expect.see("SetHITAsReviewing.Revert.values", where=f"Revert={number}", actual=told.summary)


@pytest.mark.verifies(
    "SetHITAsReviewing.wrong-state", "SetHITAsReviewing.revert-wrong-state", "SetHITAsReviewing.Revert.only"
)
def test_reviews_only_what_is_reviewable(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    for revert, requirement in ((False, "wrong-state"), (True, "revert-wrong-state")):
        reply = requester.call("SetHITAsReviewing", {"HITId": hit_id, **({"Revert": True} if revert else {})})
        status = show(requester, hit_id).status
        expect(
            f"SetHITAsReviewing.{requirement}",
            is_refusal(reply) and status == "Assignable",
            where=f"SetHITAsReviewing{' with Revert=true' if revert else ''} for an Assignable HIT",
            expected="an error with a code, and the HIT stays Assignable",
            actual=f"{reply.summary}; {status}",
        )
        if reply.refused:
            expect.code(f"SetHITAsReviewing.{requirement}", reply.codes)
    over = Employer(given).reviewable_hit()
    status_of(given, over, "Reviewable")
    told = requester.call("SetHITAsReviewing", {"HITId": over, "Revert": True})
    expect.see("SetHITAsReviewing.revert-wrong-state", where="Revert=true for a Reviewable HIT", actual=told.summary)
    status = show(requester, over).status
    expect(
        "SetHITAsReviewing.Revert.only",
        status == "Reviewable",
        where="GetHIT/HITStatus after Revert=true for a Reviewable HIT",
        expected="Reviewable",
        actual=f"{status} ({told.summary})",
    )


@pytest.mark.verifies("DisposeHIT.reviewing")
def test_disposes_of_what_is_reviewed(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    review(requester, hit_id)
    status_of(given, hit_id, "Reviewing")
    reply = requester.call("DisposeHIT", {"HITId": hit_id})
    expect.see("DisposeHIT.reviewing", where="DisposeHIT of a Reviewing HIT", actual=reply.summary)
