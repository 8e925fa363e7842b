"""UniqueRequestToken of CreateHIT: however often the call comes, one HIT is made."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.hits import Hits, named, text_of
from conformance.suites.preconditions import Given
from conformance.suites.times import DAY, MINUTE
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

TOKEN = "CreateHIT.UniqueRequestToken"
LONGEST = 64


class Calls:
    """Calls of CreateHIT that are equal but for their token; the annotation tells which HITs they made."""

    def __init__(self, given: Given, requester: Requester | None = None) -> None:
        self.hits = Hits(given, requester)
        self.mark = given.name("note")
        self.values = {**self.hits.properties(), **self.hits.content(LifetimeInSeconds=604800)}

    def call(self, token: str, **changes: object) -> Reply:
        """Call CreateHIT with a token."""
        values = {**self.values, "RequesterAnnotation": self.mark, "UniqueRequestToken": token, **changes}
        return self.hits.requester.call("CreateHIT", {name: one for name, one in values.items() if one is not None})

    def must(self, token: str) -> Reply:
        """Call CreateHIT with a token, as a precondition."""
        values = {**self.values, "RequesterAnnotation": self.mark, "UniqueRequestToken": token}
        return self.hits.requester.must("CreateHIT", values)

    def made(self, least: int = 1) -> list[str]:
        """Return the HITs that the calls made, once there are so many of them."""
        return self.hits.given.settled(lambda: self.hits.annotated(self.mark), lambda found: len(found) >= least)


def judge_count(requirement: str, calls: Calls, count: int, expect: Expect) -> None:
    """See that the calls made so many HITs."""
    made = calls.made(count)
    expect(
        requirement,
        len(made) == count,
        where="SearchHITs",
        expected=f"{count} HITs of the calls",
        actual=str(len(made)),
    )


@pytest.mark.verifies(f"{TOKEN}.dup-error", f"{TOKEN}.dup-code", f"{TOKEN}.dup-message", f"{TOKEN}.new-token")
def test_second_call_makes_no_hit(given: Given, expect: Expect) -> None:
    calls, token = Calls(given), given.name("token")
    first = calls.must(token)
    again = calls.call(token)
    expect(f"{TOKEN}.dup-error", again.refused, where="the second call", expected="an error", actual=again.summary)
    judge_count(f"{TOKEN}.dup-error", calls, 1, expect)
    judge_refusal(named(first, "HITId"), again, expect)
    other = calls.call(given.name("token"))
    expect(
        f"{TOKEN}.new-token",
        other.accepted and text_of(other, "HITId") != text_of(first, "HITId"),
        where="the same call with another token",
        expected="success, and another HITId",
        actual=f"{other.summary}, HITId {text_of(other, 'HITId')}",
    )


def judge_refusal(hit_id: str, reply: Reply, expect: Expect) -> None:
    """See which code a repeated call is refused with, and that the HIT made first is named."""
    requirement = f"{TOKEN}.dup-code"
    expect(requirement, reply.refused, where="the second call", expected="an error with a Code", actual=reply.summary)
    if reply.refused:
        expect.code(requirement, reply.codes)
    expect.see(requirement, where="its spelling", actual=", ".join(reply.codes))
    told = " ".join(
        [error.message for error in reply.answer.errors]
        + [text for error in reply.answer.errors for _, text in error.data]
    )
    expect(f"{TOKEN}.dup-message", hit_id in told, where="Error of the second call", expected=hit_id, actual=told)


@pytest.mark.verifies(f"{TOKEN}.maxlen")
def test_token_is_not_too_long(given: Given, expect: Expect) -> None:
    calls, requirement = Calls(given), f"{TOKEN}.maxlen"
    longest = calls.call(given.name("token").ljust(LONGEST, "x"))
    expect(requirement, longest.accepted, where="64 characters", expected="success", actual=longest.summary)
    longer = calls.call(given.name("token").ljust(LONGEST + 1, "x"))
    expect(requirement, longer.refused, where="65 characters", expected="an error", actual=longer.summary)
    judge_count(requirement, calls, 1, expect)


@pytest.mark.verifies(f"{TOKEN}.before-expiry", f"{TOKEN}.expiry")
def test_token_protects_for_a_day(given: Given, expect: Expect, clock: ClockDriver) -> None:
    calls, token = Calls(given), given.name("token")
    calls.must(token)
    clock.advance(DAY - 10 * MINUTE)
    before = calls.call(token)
    requirement = f"{TOKEN}.before-expiry"
    expect(requirement, before.refused, where="the call 23 h 50 min later", expected="an error", actual=before.summary)
    judge_count(requirement, calls, 1, expect)
    made = len(calls.made())
    clock.advance(11 * MINUTE)
    after = calls.call(token)
    requirement = f"{TOKEN}.expiry"
    expect(requirement, after.accepted, where="the call 24 h 1 min later", expected="success", actual=after.summary)
    judge_count(requirement, calls, made + 1, expect)


@pytest.mark.verifies(f"{TOKEN}.failed-not-consumed")
def test_refused_call_leaves_the_token_unused(given: Given, expect: Expect) -> None:
    calls, token = Calls(given), given.name("token")
    failed, second = calls.call(token, Title=None), calls.call(token)
    expect(
        f"{TOKEN}.failed-not-consumed",
        failed.refused and second.accepted,
        where="a call without Title, then a complete one with the same token",
        expected="an error, then success",
        actual=f"{failed.summary}, then {second.summary}",
    )


@pytest.mark.verifies(f"{TOKEN}.per-requester")
def test_tokens_of_two_requesters_do_not_meet(given: Given, expect: Expect, second_requester: Requester) -> None:
    token = given.name("token")
    Calls(given).must(token)
    other = Calls(given, second_requester).call(token)
    expect(
        f"{TOKEN}.per-requester",
        other.accepted,
        where="CreateHIT of a second Requester with the token of the first",
        expected="success",
        actual=other.summary,
    )


@pytest.mark.verifies(f"{TOKEN}.old-version")
def test_tells_what_a_token_does_in_old_versions(given: Given, expect: Expect) -> None:
    calls, token = Calls(given), given.name("token")
    replies = [calls.call(token) for _ in range(2)]
    told = ", then ".join(reply.summary for reply in replies)
    expect.see(f"{TOKEN}.old-version", where="two calls with one token", actual=f"{told}; {len(calls.made())} HITs")
