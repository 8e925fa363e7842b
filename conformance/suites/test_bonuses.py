"""GrantBonus: what is paid, what it costs, what the Worker reads, and what stays as it was."""

from decimal import Decimal
from functools import partial
from random import Random

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.strategies.text import sample_text
from conformance.suites.assignments import Bonus, Employer
from conformance.suites.hits import Fund
from conformance.suites.preconditions import Given
from conformance.suites.times import let_seconds_pass
from conformance.target.drivers import ClockDriver

REASON = 'Gut gemacht, l\'été <b>&</b> "so" weiter'


@pytest.mark.verifies(
    "GrantBonus.pays",
    "BonusPayment.WorkerId",
    "BonusPayment.AssignmentId",
    "BonusPayment.BonusAmount",
    "BonusPayment.Reason",
)
def test_pays_the_worker(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    granted = employer.grant(work, Reason=REASON)
    paid = given.settled(lambda: employer.bonuses(work), bool)
    expect(
        "GrantBonus.pays",
        granted.accepted and len(paid) == 1,
        where="GetBonusPayments",
        expected="success, and one payment for the assignment",
        actual=f"{granted.summary}; {len(paid)} payments",
    )
    if not paid:
        return
    (bonus, *_) = paid
    expect(
        "GrantBonus.pays",
        bonus.amount == 5 and bonus.worker_id == work.worker_id and bonus.assignment_id == work.assignment_id,
        where="GetBonusPayments/BonusPayment",
        expected=f"5.00 US dollars to {work.worker_id} for {work.assignment_id}",
        actual=f"{bonus.amount} to {bonus.worker_id} for {bonus.assignment_id}",
    )
    for name, sent, came in (
        ("WorkerId", work.worker_id, bonus.worker_id),
        ("AssignmentId", work.assignment_id, bonus.assignment_id),
        ("Reason", REASON, bonus.reason),
    ):
        expect(
            f"BonusPayment.{name}", sent == came, where=f"BonusPayment/{name}", expected=repr(sent), actual=repr(came)
        )
    shown = bonus.text("BonusAmount/CurrencyCode"), bonus.text("BonusAmount/FormattedPrice")
    expect(
        "BonusPayment.BonusAmount",
        bonus.amount == 5 and shown == ("USD", "$5.00"),
        where="BonusPayment/BonusAmount",
        expected="Amount numerically 5, CurrencyCode USD, FormattedPrice $5.00",
        actual=f"Amount {bonus.amount}, CurrencyCode {shown[0]!r}, FormattedPrice {shown[1]!r}",
    )


def at_least(count: int, paid: list[Bonus]) -> bool:
    """Tell whether that many bonuses were paid."""
    return len(paid) >= count


@pytest.mark.verifies("GrantBonus.pays")
def test_pays_to_the_cent(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    amounts = ("0.01", "0.29", "1.15")  # the last two are not what binary fractions make of them
    replies = [employer.grant(work, amount) for amount in amounts]
    paid = given.settled(lambda: employer.bonuses(work), partial(at_least, len(amounts)))
    expect(
        "GrantBonus.pays",
        all(reply.accepted for reply in replies)
        and sorted(bonus.amount or 0 for bonus in paid) == [Decimal(amount) for amount in amounts],
        where="GetBonusPayments",
        expected=f"payments of {', '.join(amounts)}",
        actual=f"{', '.join(reply.summary for reply in replies)}; {[str(bonus.amount) for bonus in paid]}",
    )


@pytest.mark.verifies("GrantBonus.pays", "BonusPayment.WorkerId", "BonusPayment.AssignmentId")
def test_pays_the_workers_of_one_hit_apart(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=2)
    works = [employer.approved(hit_id) for _ in range(2)]
    for work, amount in zip(works, (1, 2), strict=True):
        employer.requester.must("GrantBonus", employer.bonus_values(work, f"{amount}.00"))
    for work, amount in zip(works, (1, 2), strict=True):
        paid = given.settled(partial(employer.bonuses, work), bool)
        expect(
            "GrantBonus.pays",
            [bonus.amount for bonus in paid] == [amount],
            where="GetBonusPayments for one of two assignments of a HIT",
            expected=f"one payment of {amount}.00",
            actual=f"{[str(bonus.amount) for bonus in paid]}",
        )
        for name, sent, came in (
            ("WorkerId", work.worker_id, {bonus.worker_id for bonus in paid}),
            ("AssignmentId", work.assignment_id, {bonus.assignment_id for bonus in paid}),
        ):
            expect(
                f"BonusPayment.{name}",
                came <= {sent},
                where=f"BonusPayment/{name} for one of two assignments of a HIT",
                expected=sent,
                actual=", ".join(sorted(came)),
            )


@pytest.mark.verifies("GrantBonus.sample-call")
def test_sample_call_keeps_its_blanks(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    reason = "Thank you for these careful answers!"
    granted = employer.requester.call("GrantBonus", employer.bonus_values(work, "5", Reason=reason), method="GET")
    paid = given.settled(lambda: employer.bonuses(work), bool)
    expect(
        "GrantBonus.sample-call",
        granted.accepted and [(bonus.amount, bonus.reason) for bonus in paid] == [(Decimal(5), reason)],
        where="GET GrantBonus",
        expected=f"success, and one payment of 5.00 with the Reason {reason!r}",
        actual=f"{granted.summary}; {[(str(bonus.amount), bonus.reason) for bonus in paid]!r}",
    )


@pytest.mark.verifies("GrantBonus.Reason.roundtrip")
def test_keeps_any_reason(given: Given, expect: Expect, random: Random) -> None:
    employer = Employer(given)
    work = employer.approved()
    reasons = [f"x{sample_text(random, 30)}x" for _ in range(2)]
    for count, reason in enumerate([REASON, "two  blanks,\na new line, 漢字 😀", *reasons], 1):
        granted = employer.grant(work, "0.01", Reason=reason)
        paid = given.settled(lambda: employer.bonuses(work), partial(at_least, count))
        expect(
            "GrantBonus.Reason.roundtrip",
            granted.accepted and reason in [bonus.reason for bonus in paid],
            where="BonusPayment/Reason",
            expected=f"accepted, and kept as {reason!r}",
            actual=f"{granted.summary}; {[bonus.reason for bonus in paid]!r}",
        )


@pytest.mark.verifies("GrantBonus.Reason.visible")
def test_shows_the_reason_to_the_worker(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    reason = f"For the third question ({given.name('reason')})"
    employer.requester.must("GrantBonus", employer.bonus_values(work, Reason=reason))
    texts = given.messages_with(reason, work.worker_id)
    expect(
        "GrantBonus.Reason.visible",
        any(reason in text for text in texts),
        where="the Worker's messages",
        expected=f"the text {reason!r}",
        actual=f"{len(texts)} messages: {texts!r}",
    )


@pytest.mark.verifies("GrantBonus.any-number")
def test_pays_more_than_once_without_token(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    replies = [employer.grant(work, amount) for amount in ("1.00", "2.00")]
    paid = given.settled(lambda: employer.bonuses(work), lambda paid: len(paid) >= 2)
    expect(
        "GrantBonus.any-number",
        all(reply.accepted for reply in replies) and sorted(bonus.amount or 0 for bonus in paid) == [1, 2],
        where="GetBonusPayments",
        expected="two payments, 1.00 and 2.00",
        actual=f"{', '.join(reply.summary for reply in replies)}; {[str(bonus.amount) for bonus in paid]}",
    )


@pytest.mark.verifies("GrantBonus.balance", "GrantBonus.fee")
def test_leaves_the_account_with_its_fee(given: Given, expect: Expect, fund: Fund) -> None:
    employer = Employer(given, fund("100.00"))
    work = employer.approved()
    before = employer.balance()
    employer.requester.must("GrantBonus", employer.bonus_values(work, "5.00"))
    fell = before - given.settled(employer.balance, lambda balance: balance != before)
    expect(
        "GrantBonus.balance",
        5 <= fell < 10,
        where="GetAccountBalance",
        expected="the balance falls by the bonus of 5.00 and its fee, which is less than the bonus",
        actual=f"it fell by {fell}",
    )
    expect(
        "GrantBonus.fee",
        fell > 5,
        where="GetAccountBalance",
        expected="the balance falls by more than the bonus of 5.00: a fee is charged",
        actual=f"it fell by {fell}",
    )


@pytest.mark.verifies("GrantBonus.balance")
def test_pays_with_the_last_cent(given: Given, expect: Expect, fund: Fund) -> None:
    """What an approval and a bonus cost is seen on one account; another then holds exactly that."""
    first = Employer(given, fund("20.00"))
    before = first.balance()
    first.requester.must("GrantBonus", first.bonus_values(first.approved(), "1.00"))
    cost = before - given.settled(first.balance, lambda balance: balance <= before - 1)
    employer = Employer(given, fund(f"{max(cost, Decimal(1)):.2f}"))
    if employer.balance() != cost:
        raise NotMeasured("no account can be opened that holds just what a bonus costs")
    reply = employer.grant(employer.approved(), "1.00")
    left = given.settled(employer.balance, lambda balance: balance == 0)
    expect(
        "GrantBonus.balance",
        reply.accepted and left == 0,
        where="GetAccountBalance",
        expected="an account that holds just what the bonus of 1.00 and its fee cost pays it, and is empty then",
        actual=f"{reply.summary}; {left} are left",
    )


def refused_unpaid(employer: Employer, amount: Decimal, requirement: str, expect: Expect) -> None:
    """Grant a bonus that the account cannot cover; see it refused, and nothing moved."""
    work = employer.approved()
    before = employer.balance()
    asked = before + amount
    reply = employer.grant(work, f"{asked:.2f}")
    after, paid = employer.balance(), employer.bonuses(work)
    expect(
        requirement,
        reply.refused and not paid and before == after,
        where="GrantBonus",
        expected=f"an error for {asked:.2f} with {before} in the account, no payment, the balance unchanged",
        actual=f"{reply.summary}; {len(paid)} payments; balance {after}",
    )
    if reply.refused:
        expect.code(requirement, reply.codes)


@pytest.mark.verifies("GrantBonus.insufficient-funds")
def test_refuses_more_than_the_account_holds(given: Given, expect: Expect, fund: Fund) -> None:
    refused_unpaid(Employer(given, fund("20.00")), Decimal("1.00"), "GrantBonus.insufficient-funds", expect)


@pytest.mark.verifies("GrantBonus.insufficient-for-fee")
def test_refuses_what_leaves_nothing_for_the_fee(given: Given, expect: Expect, fund: Fund) -> None:
    employer = Employer(given, fund("20.00"))
    work = employer.approved()
    before = employer.balance()
    employer.requester.must("GrantBonus", employer.bonus_values(work, "1.00"))
    if before - given.settled(employer.balance, lambda balance: balance != before) <= 1:
        raise NotMeasured("no fee was seen on a bonus of this endpoint")
    refused_unpaid(employer, Decimal(0), "GrantBonus.insufficient-for-fee", expect)


@pytest.mark.verifies("GrantBonus.status-kept", "GrantBonus.separate-from-reward")
def test_leaves_the_assignment_as_it_was(given: Given, expect: Expect, clock: ClockDriver) -> None:
    employer = Employer(given)
    work = employer.approved()
    before = employer.status(work)
    let_seconds_pass(clock)  # so that a new ApprovalTime would be another one
    employer.requester.must("GrantBonus", employer.bonus_values(work, "2.00"))
    paid = given.settled(lambda: employer.bonuses(work), bool)
    after = employer.status(work)
    expect(
        "GrantBonus.status-kept",
        before == after,
        where="GetAssignmentsForHIT",
        expected=f"AssignmentStatus {before[0]}, ApprovalTime {before[1]}, as before",
        actual=f"AssignmentStatus {after[0]}, ApprovalTime {after[1]}",
    )
    expect(
        "GrantBonus.separate-from-reward",
        [bonus.amount for bonus in paid] == [2] and after[0] == "Approved",
        where="GetBonusPayments",
        expected="the bonus of 2.00 alone, the reward not in it; the approval stands",
        actual=f"{[str(bonus.amount) for bonus in paid]}, AssignmentStatus {after[0]}",
    )
