"""UniqueRequestToken of GrantBonus: however often and however the call comes, the bonus is paid once."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer, Work
from conformance.suites.hits import Fund
from conformance.suites.preconditions import Given
from conformance.suites.times import DAY, MINUTE
from conformance.suites.tokens import judge_retry, told
from conformance.target.drivers import ClockDriver


def paid_once(
    requirement: str, employer: Employer, work: Work, expect: Expect, *, where: str, replies: str, amount: int = 5
) -> None:
    """See that exactly one payment was made for an assignment."""
    paid = employer.given.settled(lambda: employer.bonuses(work), bool)
    expect(
        requirement,
        [bonus.amount for bonus in paid] == [amount],
        where=where,
        expected=f"exactly one payment of {amount}.00",
        actual=f"{[str(bonus.amount) for bonus in paid]} after {replies}",
    )


@pytest.mark.verifies(
    "GrantBonus.UniqueRequestToken.replay",
    "GrantBonus.UniqueRequestToken.replay-message",
    "GrantBonus.UniqueRequestToken.token-message",
)
def test_second_call_errs_and_pays_nothing(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work, token = employer.approved(), given.name("token")
    values = employer.bonus_values(work, UniqueRequestToken=token)
    first = employer.requester.must("GrantBonus", values)
    second = employer.requester.call("GrantBonus", values)
    requirement = "GrantBonus.UniqueRequestToken.replay"
    expect(requirement, second.refused, where="the second call", expected="an error", actual=second.summary)
    paid_once(requirement, employer, work, expect, where="GetBonusPayments", replies=told(first, second))
    message = " ".join(error.message for error in second.answer.errors)
    named = first.answer.request_id or ""
    expect(
        "GrantBonus.UniqueRequestToken.replay-message",
        bool(named) and named in message,
        where="Message of the second call",
        expected=f"the request id of the first call, {named}",
        actual=message or second.summary,
    )
    expect.see(
        "GrantBonus.UniqueRequestToken.token-message",
        where="Message of the second call",
        actual="it quotes the token" if token in message else "it does not quote the token",
    )


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.replay-other-params")
def test_token_alone_decides(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work, other, token = employer.approved(), employer.approved(), given.name("token")
    first = employer.requester.must("GrantBonus", employer.bonus_values(work, UniqueRequestToken=token))
    requirement = "GrantBonus.UniqueRequestToken.replay-other-params"
    for what, values in (
        ("another amount", employer.bonus_values(work, "7.00", UniqueRequestToken=token)),
        ("another Reason", employer.bonus_values(work, Reason="something else", UniqueRequestToken=token)),
        ("another assignment and Worker", employer.bonus_values(other, UniqueRequestToken=token)),
    ):
        again = employer.requester.call("GrantBonus", values)
        expect(requirement, again.refused, where=f"the token with {what}", expected="an error", actual=again.summary)
    paid_once(requirement, employer, work, expect, where="GetBonusPayments", replies=told(first))
    paid = employer.bonuses(other)
    expect(
        requirement,
        not paid,
        where="GetBonusPayments of the other assignment",
        expected="no payment",
        actual=f"{[str(bonus.amount) for bonus in paid]}",
    )


@pytest.mark.verifies("GrantBonus.any-number")
def test_other_tokens_pay_again(given: Given, expect: Expect) -> None:
    """Tokens that differ in case only, or in their last character only, are different ones."""
    employer = Employer(given)
    work, token = employer.approved(), given.name("token").ljust(48, "x")
    tokens = (token, token.upper(), f"{token[:-1]}y")
    replies = [employer.grant(work, UniqueRequestToken=one) for one in tokens]
    paid = given.settled(lambda: employer.bonuses(work), lambda paid: len(paid) >= len(tokens))
    expect(
        "GrantBonus.any-number",
        all(reply.accepted for reply in replies) and len(paid) == len(tokens),
        where="calls with different tokens",
        expected=f"{len(tokens)} payments",
        actual=f"{len(paid)} payments after {told(*replies)}",
    )


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.replay")
def test_token_protects_though_others_came_after_it(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    tokens = [given.name("token") for _ in range(3)]
    for token in tokens:
        employer.requester.must("GrantBonus", employer.bonus_values(work, UniqueRequestToken=token))
    again = employer.grant(work, UniqueRequestToken=tokens[0])
    paid = given.settled(lambda: employer.bonuses(work), lambda paid: len(paid) >= len(tokens))
    expect(
        "GrantBonus.UniqueRequestToken.replay",
        again.refused and len(paid) == len(tokens),
        where="a token used again after two others",
        expected=f"an error, and {len(tokens)} payments",
        actual=f"{again.summary}; {len(paid)} payments",
    )


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.failed-call")
def test_failed_call_leaves_the_token_unused(given: Given, expect: Expect, fund: Fund) -> None:
    employer = Employer(given, fund("20.00"))
    work, token = employer.approved(), given.name("token")
    failed = employer.grant(work, f"{employer.balance() + 1:.2f}", UniqueRequestToken=token)
    second = employer.grant(work, "5.00", UniqueRequestToken=token)
    requirement = "GrantBonus.UniqueRequestToken.failed-call"
    expect(
        requirement,
        failed.refused and second.accepted,
        where="the call after one that failed for lack of funds",
        expected="an error, then success with the same token",
        actual=told(failed, second),
    )
    paid_once(requirement, employer, work, expect, where="GetBonusPayments", replies=told(failed, second))


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.before-expiry", "GrantBonus.UniqueRequestToken.expiry")
def test_token_protects_for_a_day(given: Given, expect: Expect, clock: ClockDriver) -> None:
    employer = Employer(given)
    work, token = employer.approved(), given.name("token")
    values = employer.bonus_values(work, UniqueRequestToken=token)
    first = employer.requester.must("GrantBonus", values)
    clock.advance(DAY - MINUTE)
    shortly_before = employer.requester.call("GrantBonus", values)
    requirement = "GrantBonus.UniqueRequestToken.before-expiry"
    expect(
        requirement,
        shortly_before.refused,
        where="the same call 23 h 59 min later",
        expected="an error",
        actual=shortly_before.summary,
    )
    paid_once(requirement, employer, work, expect, where="GetBonusPayments", replies=told(first, shortly_before))
    clock.advance(2 * MINUTE)
    after = employer.requester.call("GrantBonus", values)
    paid = given.settled(lambda: employer.bonuses(work), lambda paid: len(paid) >= 2)
    expect(
        "GrantBonus.UniqueRequestToken.expiry",
        after.accepted and len(paid) == 2,
        where="the same call 24 h 1 min later",
        expected="it is carried out again: a second payment",
        actual=f"{after.summary}; {len(paid)} payments",
    )


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.lost-reply")
def test_lost_answer_and_retry_pay_at_most_once(given: Given, expect: Expect, fund: Fund) -> None:
    """The call is sent whole and the connection closed unread; the Requester calls again with the same token."""
    employer = Employer(given, fund("100.00"))
    work, token = employer.approved(), given.name("token")
    values = employer.bonus_values(work, UniqueRequestToken=token)
    before = employer.balance()
    employer.requester.call_and_hang_up("GrantBonus", values)
    again = employer.requester.call("GrantBonus", values)
    requirement = "GrantBonus.UniqueRequestToken.lost-reply"
    judge_retry(requirement, again, expect)
    paid_once(requirement, employer, work, expect, where="GetBonusPayments", replies=told(again))
    fell = before - employer.balance()
    expect(
        requirement,
        fell < 10,
        where="GetAccountBalance",
        expected="the balance falls by one bonus of 5.00 and its fee",
        actual=f"it fell by {fell}",
    )
