"""UniqueRequestToken of CreateHIT: however often the call comes, one HIT is made."""

from collections.abc import Callable, Iterator

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.suites.hits import named, text_of
from conformance.suites.preconditions import Given
from conformance.suites.rows import Row
from conformance.suites.times import DAY, MINUTE
from conformance.suites.tokens import Tokened, creations, judge_effects, judge_replay, told, typed_creations
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Reply, Requester

TOKEN = "CreateHIT.UniqueRequestToken"
TOPICS = ("dup-error", "dup-code", "dup-message", "new-token")
CALLS: dict[str, Callable[[Given, Requester | None], Tokened]] = {
    "CreateHIT": creations,
    "CreateHITWithHITType": typed_creations,
}
LONGEST = 64


def operations(version: str) -> Iterator[Row]:
    """Yield the operations that make a HIT by a token of which there is something to decide in a version."""
    for operation in CALLS:
        named_after = [f"{operation}.UniqueRequestToken.{topic}" for topic in TOPICS]
        if any(requirements()[requirement].holds_in(version) for requirement in named_after):
            yield Row(id=operation, verifies=tuple(named_after), value=operation)


@pytest.mark.each(rows=operations)
def test_second_call_makes_no_hit(row: Row, given: Given, expect: Expect) -> None:
    calls, token, article = CALLS[row.value](given, None), given.name("token"), f"{row.value}.UniqueRequestToken"
    first = calls.must(token)
    again = calls.call(token)
    judge_replay(f"{article}.dup-error", again, calls, expect, what="the second call")
    judge_refusal(article, named(first, "HITId"), again, expect)
    other = calls.call(given.name("token"))
    expect(
        f"{article}.new-token",
        other.accepted and text_of(other, "HITId") != text_of(first, "HITId"),
        where="the same call with another token",
        expected="success, and another HITId",
        actual=f"{other.summary}, HITId {text_of(other, 'HITId')}",
    )


@pytest.mark.verifies("CreateHITWithHITType.UniqueRequestToken.across")
def test_tells_whether_both_ways_share_their_tokens(given: Given, expect: Expect) -> None:
    token = given.name("token")
    creations(given).must(token)
    reply = typed_creations(given).call(token)
    expect.see(
        "CreateHITWithHITType.UniqueRequestToken.across",
        where="CreateHITWithHITType with the token of a CreateHIT",
        actual=reply.summary,
    )


def judge_refusal(article: str, hit_id: str, reply: Reply, expect: Expect) -> None:
    """See which code a repeated call is refused with, and that the HIT made first is named."""
    requirement = f"{article}.dup-code"
    expect(requirement, reply.refused, where="the second call", expected="an error with a Code", actual=reply.summary)
    if reply.refused:
        expect.code(requirement, reply.codes)
    expect.see(requirement, where="its spelling", actual=", ".join(reply.codes))
    said = " ".join(
        [error.message for error in reply.answer.errors]
        + [text for error in reply.answer.errors for _, text in error.data]
    )
    expect(f"{article}.dup-message", hit_id in said, where="Error of the second call", expected=hit_id, actual=said)


@pytest.mark.verifies(f"{TOKEN}.maxlen")
def test_token_is_not_too_long(given: Given, expect: Expect) -> None:
    calls, requirement = creations(given), f"{TOKEN}.maxlen"
    longest = calls.call(given.name("token").ljust(LONGEST, "x"))
    expect(requirement, longest.accepted, where="64 characters", expected="success", actual=longest.summary)
    longer = calls.call(given.name("token").ljust(LONGEST + 1, "x"))
    expect(requirement, longer.refused, where="65 characters", expected="an error", actual=longer.summary)
    judge_effects(requirement, calls, 1, expect, after="one call that was to be accepted")


@pytest.mark.verifies(f"{TOKEN}.before-expiry", f"{TOKEN}.expiry")
def test_token_protects_for_a_day(given: Given, expect: Expect, clock: ClockDriver) -> None:
    calls, token = creations(given), given.name("token")
    calls.must(token)
    clock.advance(DAY - 10 * MINUTE)
    before = calls.call(token)
    judge_replay(f"{TOKEN}.before-expiry", before, calls, expect, what="the call 23 h 50 min later")
    made = calls.effects(1)
    clock.advance(11 * MINUTE)
    after = calls.call(token)
    requirement = f"{TOKEN}.expiry"
    expect(requirement, after.accepted, where="the call 24 h 1 min later", expected="success", actual=after.summary)
    judge_effects(requirement, calls, made + 1, expect, after="the call 24 h 1 min later")


@pytest.mark.verifies(f"{TOKEN}.old-version")
def test_tells_what_a_token_does_in_old_versions(given: Given, expect: Expect) -> None:
    calls, token = creations(given), given.name("token")
    replies = [calls.call(token) for _ in range(2)]
    actual = f"{told(*replies)}; {calls.effects(1)} HITs"
    expect.see(f"{TOKEN}.old-version", where="two calls with one token", actual=actual)
