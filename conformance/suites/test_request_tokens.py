"""UniqueRequestToken of every operation that has one: repeated, at once, unheard, after a restart."""

from collections.abc import Callable, Iterator

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.preconditions import Given
from conformance.suites.rows import Row
from conformance.suites.tokens import (
    TOGETHER,
    Tokened,
    bonuses,
    creations,
    extensions,
    judge_effects,
    judge_replay,
    judge_retry,
    told,
)
from conformance.target.requester import Requester

TOKEN = "UniqueRequestToken"
CALLS: dict[str, Callable[[Given, Requester | None], Tokened]] = {
    "CreateHIT": creations,
    "ExtendHIT": extensions,
    "GrantBonus": bonuses,
}


def rows(topic: str, *operations: str) -> Callable[[str], Iterator[Row]]:
    """Return what yields the operations whose token has a requirement on ``topic``."""

    def of_version(version: str) -> Iterator[Row]:
        for operation in operations:
            yield Row(id=operation, verifies=(f"{operation}.{TOKEN}.{topic}",), value=operation)

    return of_version


def prepared(row: Row, given: Given) -> tuple[str, Tokened, str]:
    """Return the requirement of a row, calls of its operation, and a token."""
    return row.verifies[0], CALLS[row.value](given, None), given.name("token")


@pytest.mark.each(rows=rows("replay-other-params", "CreateHIT", "ExtendHIT"))
def test_token_alone_decides(row: Row, given: Given, expect: Expect) -> None:
    requirement, calls, token = prepared(row, given)
    calls.must(token)
    for what, changes in calls.others:
        again = calls.call(token, **changes)
        expect(requirement, again.refused, where=f"the token with {what}", expected="an error", actual=again.summary)
    judge_effects(requirement, calls, 1, expect, after="calls with one token")


@pytest.mark.each(rows=rows("concurrent", "CreateHIT", "ExtendHIT", "GrantBonus"))
def test_calls_at_the_same_moment_take_effect_once(row: Row, given: Given, expect: Expect) -> None:
    requirement, calls, token = prepared(row, given)
    replies = calls.requester.call_together(TOGETHER, calls.operation, calls.with_token(token))
    accepted = sum(reply.accepted for reply in replies)
    where = f"{TOGETHER} calls with one token, released at once"
    expect(
        requirement,
        accepted == 1,
        where=where,
        expected="exactly one success",
        actual=f"{accepted} successes: {', '.join(sorted({reply.summary for reply in replies}))}",
    )
    judge_effects(requirement, calls, 1, expect, after=where)


@pytest.mark.each(rows=rows("lost-reply", "CreateHIT", "ExtendHIT"))
def test_lost_answer_and_retry_take_effect_once(row: Row, given: Given, expect: Expect) -> None:
    """The call is sent whole and the connection closed unread; the Requester calls again with the same token."""
    requirement, calls, token = prepared(row, given)
    calls.requester.call_and_hang_up(calls.operation, calls.with_token(token))
    again = calls.call(token)
    judge_retry(requirement, again, expect)
    judge_effects(requirement, calls, 1, expect, after=f"a call that nobody heard the answer of, then {told(again)}")


@pytest.mark.each(rows=rows("durable", "CreateHIT", "ExtendHIT", "GrantBonus"))
def test_token_outlives_a_restart(row: Row, given: Given, expect: Expect, restart: Callable[[], None]) -> None:
    requirement, calls, token = prepared(row, given)
    calls.must(token)
    restart()
    judge_replay(requirement, calls.call(token), calls, expect, what="the same call after a restart")


@pytest.mark.each(rows=rows("failed-not-consumed", "CreateHIT", "ExtendHIT"))
def test_refused_call_leaves_the_token_unused(row: Row, given: Given, expect: Expect) -> None:
    requirement, calls, token = prepared(row, given)
    failed, second = calls.call(token, **calls.spoilt), calls.call(token)
    expect(
        requirement,
        failed.refused and second.accepted,
        where=f"a call that is refused ({', '.join(calls.spoilt)}), then a good one with the same token",
        expected="an error, then success",
        actual=told(failed, second),
    )


@pytest.mark.each(rows=rows("per-requester", "CreateHIT", "ExtendHIT"))
def test_tokens_of_two_requesters_do_not_meet(
    row: Row, given: Given, expect: Expect, second_requester: Requester
) -> None:
    requirement, calls, token = prepared(row, given)
    calls.must(token)
    other = CALLS[row.value](given, second_requester).call(token)
    where = f"{row.value} of a second Requester with the token of the first"
    expect(requirement, other.accepted, where=where, expected="success", actual=other.summary)


@pytest.mark.verifies("CreateHIT.UniqueRequestToken.other-operation", "ExtendHIT.UniqueRequestToken.other-operation")
def test_tells_whether_operations_share_their_tokens(given: Given, expect: Expect) -> None:
    """A token goes from CreateHIT to ExtendHIT, another one back."""
    making, extending = creations(given), extensions(given)
    for first, second in ((making, extending), (extending, making)):
        token = given.name("token")
        first.must(token)
        told = f"with the token of a {first.operation}: {second.call(token).summary}"
        expect.see(f"{second.operation}.{TOKEN}.other-operation", where=second.operation, actual=told)
