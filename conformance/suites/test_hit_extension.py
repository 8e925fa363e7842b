"""ExtendHIT: more time, more assignments, and what becomes of the HIT by that."""

from contextlib import suppress
from functools import partial

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.suites.assignments import Employer
from conformance.suites.life_cycle import (
    HOUR,
    extend,
    gives_time,
    increment,
    is_reviewable,
    judge_end_of_review,
    review,
    show,
    status_of,
)
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

YEAR = 31_536_000
MIN = "ExtendHIT.ExpirationIncrementInSeconds.min"


@pytest.mark.verifies(
    "ExtendHIT.expiration.unexpired",
    "ExtendHIT.ExpirationIncrementInSeconds.max",
    "ExtendHIT.ExpirationIncrementInSeconds.min",
    "ExtendHIT.ExpirationIncrementInSeconds.min-observed",
)
def test_adds_time(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit()
    for seconds, requirement in ((HOUR, "min"), (YEAR, "max")):
        before = show(requester, hit_id).expiration
        reply = extend(requester, hit_id, ExpirationIncrementInSeconds=seconds)
        expect(
            f"ExtendHIT.ExpirationIncrementInSeconds.{requirement}",
            reply.accepted,
            where=f"ExpirationIncrementInSeconds={seconds}",
            expected="success",
            actual=reply.summary,
        )
        after = given.settled(partial(expiration, requester, hit_id), before.__ne__)
        expect(
            "ExtendHIT.expiration.unexpired",
            not reply.accepted or abs(after - before - seconds) <= 1,
            where="GetHIT/Expiration",
            expected=f"{seconds} seconds after the former one",
            actual=f"{after - before:.0f} seconds after it",
        )
    refuses_times(requester, hit_id, expect)


def expiration(requester: Requester, hit_id: str) -> float:
    """Return the Expiration of a HIT."""
    return show(requester, hit_id).expiration


def refuses_times(requester: Requester, hit_id: str, expect: Expect) -> None:
    """See which increments are refused, and that these leave the Expiration as it was."""
    for seconds, requirement in ((59, "min"), (YEAR + 1, "max")):
        before = show(requester, hit_id).expiration
        reply = extend(requester, hit_id, ExpirationIncrementInSeconds=seconds)
        after = show(requester, hit_id).expiration
        expect(
            f"ExtendHIT.ExpirationIncrementInSeconds.{requirement}",
            is_refusal(reply) and after == before,
            where=f"ExpirationIncrementInSeconds={seconds}",
            expected="an error with a code, and the same Expiration",
            actual=f"{reply.summary}; Expiration moved by {after - before:.0f} seconds",
        )
        if seconds == 59 and requester.version >= "2014-08-15":
            message = " ".join(error.message for error in reply.answer.errors)
            expect.see(f"{MIN}-observed", where="59 seconds", actual=f"{reply.summary} {message}".strip())
    for seconds in (60, HOUR - 1):
        reply = extend(requester, hit_id, ExpirationIncrementInSeconds=seconds)
        expect.see(MIN, where=f"{seconds} seconds", actual=reply.summary)
        if seconds == 60 and requester.version >= "2014-08-15":
            expect.see(f"{MIN}-observed", where="60 seconds", actual=reply.summary)


@pytest.mark.verifies("ExtendHIT.neither")
def test_without_increments(requester: Requester, given: Given, expect: Expect) -> None:
    reply = requester.call("ExtendHIT", {"HITId": Employer(given).hit()})
    expect.see("ExtendHIT.neither", where="ExtendHIT with HITId alone", actual=reply.summary)


@pytest.mark.verifies("ExtendHIT.expiration.expired", "ExtendHIT.revives.expired")
def test_revives_an_expired_hit(requester: Requester, given: Given, expect: Expect, clock: ClockDriver) -> None:
    """Where the clock can be moved, a minute passes, so that the old Expiration and the time of the call are two."""
    hit_id = Employer(given).reviewable_hit(LifetimeInSeconds=4 * HOUR)
    status_of(given, hit_id, "Reviewable")
    with suppress(NotMeasured):
        clock.advance(60.0)
    called = clock.now()
    requester.must("ExtendHIT", {"HITId": hit_id, "ExpirationIncrementInSeconds": HOUR})
    status = status_of(given, hit_id, "Assignable")
    shown = show(requester, hit_id)
    expect(
        "ExtendHIT.expiration.expired",
        abs(shown.expiration - called - HOUR) <= 10,
        where="GetHIT/Expiration",
        expected=f"{HOUR} seconds after the time of the call",
        actual=f"{shown.expiration - called:.0f} seconds after it",
    )
    listed = given.settled(lambda: is_reviewable(requester, hit_id, shown["HITTypeId"]), lambda listed: not listed)
    expect(
        "ExtendHIT.revives.expired",
        status == "Assignable" and not listed,
        where="GetHIT/HITStatus and GetReviewableHITs",
        expected="Assignable, and no longer listed",
        actual=f"{status}, and {'still' if listed else 'no longer'} listed",
    )


@pytest.mark.verifies("ExtendHIT.reviewing")
def test_ends_a_review(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    review(requester, hit_id)
    status_of(given, hit_id, "Reviewing")
    reply = extend(requester, hit_id)
    places = ("GetHIT/HITStatus after ExtendHIT", "GetHIT/HITStatus after ForceExpireHIT")
    judge_end_of_review("ExtendHIT.reviewing", hit_id, reply, given, expect, places=places)


@pytest.mark.verifies(
    "ExtendHIT.assignments",
    "ExtendHIT.expiration-kept",
    "ExtendHIT.both",
    "ExtendHIT.MaxAssignmentsIncrement.range",
    "ExtendHIT.MaxAssignmentsIncrement.positive",
)
def test_adds_assignments(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).hit(MaxAssignments=10)
    expires = expiration(requester, hit_id)
    reply = extend(requester, hit_id, MaxAssignmentsIncrement=1)
    before = given.settled(lambda: show(requester, hit_id), lambda shown: shown["MaxAssignments"] == "11")
    expect(
        "ExtendHIT.MaxAssignmentsIncrement.range",
        reply.accepted,
        where="MaxAssignmentsIncrement=1",
        expected="success",
        actual=reply.summary,
    )
    expect(
        "ExtendHIT.assignments",
        before["MaxAssignments"] == "11",
        where="GetHIT/MaxAssignments",
        expected="11 instead of 10",
        actual=f"{before['MaxAssignments']} ({reply.summary})",
    )
    expect(
        "ExtendHIT.expiration-kept",
        before.expiration == expires,
        where="GetHIT/Expiration",
        expected="as before",
        actual=f"{before.expiration - expires:.0f} seconds later",
    )
    refuses_assignments(requester, hit_id, before["MaxAssignments"], expect)
    if gives_time(requester.version):
        adds_both(requester, given, hit_id, expect)


def refuses_assignments(requester: Requester, hit_id: str, before: str, expect: Expect) -> None:
    """See which increments are refused, and that these leave MaxAssignments as it was."""
    unlikely = (1_000_000_001,) if gives_time(requester.version) else ()
    for faulty in (0, -1, *unlikely):
        refused = extend(requester, hit_id, MaxAssignmentsIncrement=faulty)
        count = show(requester, hit_id)["MaxAssignments"]
        for topic in ("range", "positive"):
            expect(
                f"ExtendHIT.MaxAssignmentsIncrement.{topic}",
                is_refusal(refused) and count == before,
                where=f"MaxAssignmentsIncrement={faulty}",
                expected=f"an error with a code, and MaxAssignments {before} as before",
                actual=f"{refused.summary}; MaxAssignments {count}",
            )


def adds_both(requester: Requester, given: Given, hit_id: str, expect: Expect) -> None:
    """See that one call can give both assignments and time."""
    before = show(requester, hit_id)
    both = extend(requester, hit_id, MaxAssignmentsIncrement=1, ExpirationIncrementInSeconds=HOUR)
    wanted = int(before["MaxAssignments"]) + 1
    after = given.settled(lambda: show(requester, hit_id), lambda shown: shown["MaxAssignments"] == str(wanted))
    expect(
        "ExtendHIT.both",
        both.accepted
        and after["MaxAssignments"] == str(wanted)
        and abs(after.expiration - before.expiration - HOUR) <= 1,
        where="GetHIT",
        expected=f"MaxAssignments {wanted}, and an Expiration {HOUR} seconds later",
        actual=f"{both.summary}; {after['MaxAssignments']}, {after.expiration - before.expiration:.0f} seconds later",
    )


@pytest.mark.verifies("ExtendHIT.revives.exhausted")
def test_revives_an_exhausted_hit(requester: Requester, given: Given, expect: Expect) -> None:
    work = Employer(given).submitted()
    requester.must("ExtendHIT", {"HITId": work.hit_id, "MaxAssignmentsIncrement": 1})
    status = status_of(given, work.hit_id, "Assignable")
    available = show(requester, work.hit_id)["NumberOfAssignmentsAvailable"]
    expect(
        "ExtendHIT.revives.exhausted",
        status == "Assignable" and available in ("1", ""),
        where="GetHIT",
        expected="Assignable, with one assignment available",
        actual=f"{status}, NumberOfAssignmentsAvailable {available}",
    )


@pytest.mark.verifies("ExtendHIT.revives.insufficient")
def test_does_not_revive_by_assignments_alone(requester: Requester, given: Given, expect: Expect) -> None:
    hit_id = Employer(given).reviewable_hit()
    status_of(given, hit_id, "Reviewable")
    reply = extend(requester, hit_id, MaxAssignmentsIncrement=1)
    status = status_of(given, hit_id, "Assignable") if reply.accepted else show(requester, hit_id).status
    expect(
        "ExtendHIT.revives.insufficient",
        status != "Assignable",
        where="GetHIT/HITStatus",
        expected="not Assignable: the HIT is still expired",
        actual=f"{status} ({reply.summary})",
    )


@pytest.mark.verifies("ExtendHIT.ten-limit", "ExtendHIT.ten-limit.below")
def test_keeps_few_assignments_below_ten(requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    limited = employer.hit(MaxAssignments=9)
    refused = extend(requester, limited, MaxAssignmentsIncrement=1)
    count = show(requester, limited)["MaxAssignments"]
    expect(
        "ExtendHIT.ten-limit",
        is_refusal(refused) and count == "9",
        where="ExtendHIT by one of nine assignments",
        expected="an error with a code, and MaxAssignments 9",
        actual=f"{refused.summary}; MaxAssignments {count}",
    )
    if refused.refused:
        expect.code("ExtendHIT.ten-limit", refused.codes)
    for start in (8, 10):
        reply = extend(requester, employer.hit(MaxAssignments=start), MaxAssignmentsIncrement=1)
        expect(
            "ExtendHIT.ten-limit.below",
            reply.accepted,
            where=f"ExtendHIT by one of {start} assignments",
            expected="success",
            actual=reply.summary,
        )


@pytest.mark.verifies("ExtendHIT.autoapproval-kept")
def test_keeps_the_time_of_automatic_approval(requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.submitted(employer.hit(MaxAssignments=2))

    def due() -> str:
        return (
            requester.must("GetAssignmentsForHIT", {"HITId": work.hit_id}).text("Assignment/AutoApprovalTime")
        ) or ""

    before = given.settled(due, bool)
    requester.must("ExtendHIT", {"HITId": work.hit_id, **increment(requester.version)})
    after = due()
    expect(
        "ExtendHIT.autoapproval-kept",
        before == after,
        where="GetAssignmentsForHIT/AutoApprovalTime",
        expected=before,
        actual=after,
    )
