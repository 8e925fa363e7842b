"""UpdateExpirationForHIT: a HIT lives longer or is over, and what becomes of it by that."""

from contextlib import suppress
from functools import partial

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.suites.assignments import Employer
from conformance.suites.life_cycle import HOUR, is_reviewable, judge_end_of_review, review, show, status_of
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester
from conformance.wire.timestamps import format_timestamp

UPDATE = "UpdateExpirationForHIT"
YEAR = 31_536_000
MINUTE = 60
TOO_NEAR = 11


def update(requester: Requester, hit_id: str, moment: float) -> Reply:
    """Tell when a HIT is to expire, in seconds since the epoch, rounded to whole ones.

    The service remembers the moments that a HIT was given, so that none is told twice where success is expected.
    """
    return requester.call(UPDATE, {"HITId": hit_id, "ExpireAt": format_timestamp(round(moment))})


def expiration(requester: Requester, hit_id: str) -> float:
    """Return the Expiration of a HIT."""
    return show(requester, hit_id).expiration


def judge_moment(requirement: str, reply: Reply, told: float, shown: float, expect: Expect) -> None:
    """See that a HIT expires when it was told to, give or take a second for the fraction of it."""
    expect(
        requirement,
        reply.accepted and abs(shown - round(told)) <= 1,
        where="GetHIT/HIT/Expiration",
        expected="success, and the moment that was told",
        actual=f"{reply.summary}; {shown - round(told):.0f} seconds after it",
    )


def judge_kept(requirement: str, reply: Reply, before: float, after: float, expect: Expect, *, what: str) -> None:
    """See that a moment was refused, and that the HIT expires when it did before."""
    expect(
        requirement,
        is_refusal(reply) and after == before,
        where=what,
        expected="an error, and the same Expiration",
        actual=f"{reply.summary}; Expiration moved by {after - before:.0f} seconds",
    )


@pytest.mark.verifies(
    f"{UPDATE}.future",
    f"{UPDATE}.range",
    f"{UPDATE}.range-message",
    f"{UPDATE}.same-time-twice",
    f"{UPDATE}.ExpireAt.required",
)
def test_gives_more_time(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    before = expiration(requester, hit_id)
    without = requester.call(UPDATE, {"HITId": hit_id})
    after = expiration(requester, hit_id)
    judge_kept(f"{UPDATE}.ExpireAt.required", without, before, after, expect, what="a call without ExpireAt")
    later = before + 2 * HOUR
    reply = update(requester, hit_id, later)
    judge_moment(f"{UPDATE}.future", reply, later, _settled(given, hit_id, before), expect)
    again = update(requester, hit_id, later)
    expect.see(f"{UPDATE}.same-time-twice", where="the second call", actual=again.summary)
    judge_range(requester, hit_id, expect)


def _settled(given: Given, hit_id: str, before: float) -> float:
    """Return the Expiration of a HIT, read until it is another than before."""
    return given.settled(partial(expiration, given.requester, hit_id), before.__ne__)


def judge_range(requester: Requester, hit_id: str, expect: Expect) -> None:
    """See how near and how far a later moment may be."""
    before = expiration(requester, hit_id)
    for seconds in (TOO_NEAR, YEAR + MINUTE):
        reply = update(requester, hit_id, before + seconds)
        after = expiration(requester, hit_id)
        judge_kept(f"{UPDATE}.range", reply, before, after, expect, what=f"{seconds} seconds after the Expiration")
        if seconds == TOO_NEAR:
            expect.see(f"{UPDATE}.range-message", where=f"{seconds} seconds after the Expiration", actual=reply.summary)
        before = after
    good = update(requester, hit_id, before + HOUR)
    expect(
        f"{UPDATE}.range",
        good.accepted,
        where=f"{HOUR} seconds after the Expiration",
        expected="success",
        actual=good.summary,
    )


@pytest.mark.verifies(f"{UPDATE}.shorten")
def test_leaves_no_less_time(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    hit_id = Employer(given).hit(LifetimeInSeconds=4 * HOUR)
    before = expiration(requester, hit_id)
    reply = update(requester, hit_id, clock.now() + HOUR / 2)
    after = expiration(requester, hit_id)
    judge_kept(
        f"{UPDATE}.shorten", reply, before, after, expect, what="30 minutes from now, hours before the Expiration"
    )


@pytest.mark.verifies(f"{UPDATE}.past")
def test_expires_at_once(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    """A HIT with hours to live is told a moment an hour ago."""
    hit_id = Employer(given).hit(LifetimeInSeconds=4 * HOUR)
    reply = update(requester, hit_id, clock.now() - HOUR)
    after = clock.now()
    status = status_of(given, hit_id, "Reviewable")
    expires = expiration(requester, hit_id)
    expect(
        f"{UPDATE}.past",
        reply.accepted and expires <= after + 5 and status == "Reviewable",
        where="GetHIT after an ExpireAt an hour ago",
        expected="success, an Expiration not later than 5 seconds after the call, and Reviewable",
        actual=f"{reply.summary}; {expires - after:.0f} seconds after it, {status}",
    )


@pytest.mark.verifies(f"{UPDATE}.expired", f"{UPDATE}.revives")
def test_revives_an_expired_hit(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    """Where the clock can be moved, a minute passes, so that the old Expiration and the time of the call are two."""
    hit_id = Employer(given).reviewable_hit(LifetimeInSeconds=4 * HOUR)
    status_of(given, hit_id, "Reviewable")
    with suppress(NotMeasured):
        clock.advance(60.0)
    later = clock.now() + HOUR
    reply = update(requester, hit_id, later)
    status = status_of(given, hit_id, "Assignable")
    shown = show(requester, hit_id)
    judge_moment(f"{UPDATE}.expired", reply, later, shown.expiration, expect)
    listed = given.settled(lambda: is_reviewable(requester, hit_id, shown["HITTypeId"]), lambda listed: not listed)
    expect(
        f"{UPDATE}.revives",
        status == "Assignable" and not listed,
        where="GetHIT/HIT/HITStatus and ListReviewableHITs",
        expected="Assignable, and no longer listed",
        actual=f"{status}, and {'still' if listed else 'no longer'} listed ({reply.summary})",
    )


@pytest.mark.verifies(f"{UPDATE}.reviewing")
def test_ends_a_review(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    review(requester, hit_id)
    status_of(given, hit_id, "Reviewing")
    reply = update(requester, hit_id, clock.now() + HOUR)
    places = ("GetHIT/HIT/HITStatus after a moment in the future", "GetHIT/HIT/HITStatus when it has expired again")
    judge_end_of_review(f"{UPDATE}.reviewing", hit_id, reply, given, expect, places=places)


@pytest.mark.verifies(f"{UPDATE}.autoapproval-kept")
def test_keeps_the_time_of_automatic_approval(requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.submitted(employer.hit(MaxAssignments=2))

    def due() -> str:
        listed = requester.must("GetAssignmentsForHIT", {"HITId": work.hit_id})
        return listed.text("Assignment/AutoApprovalTime") or ""

    before = given.settled(due, bool)
    reply = update(requester, work.hit_id, expiration(requester, work.hit_id) + HOUR)
    after = due()
    expect(
        f"{UPDATE}.autoapproval-kept",
        reply.accepted and before == after,
        where="ListAssignmentsForHIT/Assignments[0].AutoApprovalTime",
        expected=before,
        actual=f"{after} ({reply.summary})",
    )


@pytest.mark.verifies(f"{UPDATE}.disposed")
def test_does_not_revive_what_is_deleted(
    requester: Requester, given: Given, expect: Expect, clock: ClockDriver
) -> None:
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    requester.must("DisposeHIT", {"HITId": hit_id})
    reply = update(requester, hit_id, clock.now() + HOUR)
    expect(
        f"{UPDATE}.disposed",
        is_refusal(reply),
        where=f"{UPDATE} of a HIT that was deleted",
        expected="an error",
        actual=reply.summary,
    )
