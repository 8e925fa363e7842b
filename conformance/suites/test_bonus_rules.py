"""GrantBonus: for which assignments a bonus can be paid, whose tokens are apart, and where the documents are silent."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Bonus, Employer, Work, decision
from conformance.suites.preconditions import Given
from conformance.target.requester import Requester

GRANT = "GrantBonus"


def is_long(count: int, paid: list[Bonus]) -> bool:
    """Tell whether that many bonuses were paid."""
    return len(paid) >= count


def unpaid(employer: Employer, work: Work, requirement: str, expect: Expect, *, before: int, where: str) -> None:
    """See that no bonus came to those that were paid before."""
    paid = len(employer.bonuses(work))
    expect(requirement, paid == before, where=where, expected=f"{before} payments, as before", actual=f"{paid}")


@pytest.mark.verifies("GrantBonus.assignment-decided")
def test_the_assignment_has_to_be_decided(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    hit_id = employer.hit(MaxAssignments=2)
    works = [employer.submitted(hit_id) for _ in range(2)]
    for work, step in zip(works, ("ApproveAssignment", "RejectAssignment"), strict=True):
        early = employer.grant(work)
        employer.requester.must(step, decision(employer.requester, step, work.assignment_id))
        late = employer.grant(work)
        expect(
            "GrantBonus.assignment-decided",
            early.refused and late.accepted,
            where=f"a bonus before and after {step}",
            expected="an error, then success",
            actual=f"{early.summary}, then {late.summary}",
        )


@pytest.mark.verifies("GrantBonus.assignment-owner")
def test_no_bonus_for_the_assignment_of_another(second_requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    reply = second_requester.call(GRANT, employer.bonus_values(work))
    expect(
        "GrantBonus.assignment-owner",
        reply.refused,
        where="GrantBonus of another Requester",
        expected="an error",
        actual=reply.summary,
    )
    unpaid(employer, work, "GrantBonus.assignment-owner", expect, before=0, where="GetBonusPayments of the first")


@pytest.mark.verifies("GrantBonus.durable")
def test_outlives_a_restart(given: Given, expect: Expect, restart: Callable[[], None]) -> None:
    employer = Employer(given)
    work = employer.approved()
    employer.requester.must(GRANT, employer.bonus_values(work))
    given.settled(lambda: employer.bonuses(work), bool)
    restart()
    paid = [str(bonus.amount) for bonus in employer.bonuses(work)]
    expect(
        "GrantBonus.durable",
        paid == ["5.00"],
        where="GetBonusPayments after a restart",
        expected="the payment of 5.00",
        actual=f"{paid}",
    )


@pytest.mark.verifies("GrantBonus.until-disposed")
def test_no_bonus_once_the_hit_is_disposed_of(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    first = employer.grant(work)
    employer.requester.must("DisposeHIT", {"HITId": work.hit_id})
    second = employer.grant(work)
    expect(
        "GrantBonus.until-disposed",
        first.accepted and second.refused,
        where="a bonus before and after DisposeHIT",
        expected="success, then an error",
        actual=f"{first.summary}, then {second.summary}",
    )
    listed = employer.requester.call("GetBonusPayments", {"AssignmentId": work.assignment_id, "PageSize": 100})
    paid = len(listed.all("BonusPayment"))
    expect("GrantBonus.until-disposed", paid < 2, where="GetBonusPayments", expected="no new payment", actual=f"{paid}")


@pytest.mark.verifies("GrantBonus.rejected-assignment")
def test_a_bonus_for_rejected_work(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    reply = employer.grant(employer.rejected())
    expect.see("GrantBonus.rejected-assignment", where=GRANT, actual=reply.summary)


@pytest.mark.verifies("GrantBonus.BonusAmount.cents")
def test_amounts_of_a_cent_and_less(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    for amount in ("0.01", "0.001"):
        reply = employer.grant(work, amount)
        expect.see("GrantBonus.BonusAmount.cents", where=f"Amount {amount}", actual=reply.summary)


# Tokens


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.distinct")
def test_other_tokens_are_other_requests(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    replies = [employer.grant(work, UniqueRequestToken=given.name("token")) for _ in range(2)]
    paid = given.settled(lambda: employer.bonuses(work), partial(is_long, 2))
    expect(
        "GrantBonus.UniqueRequestToken.distinct",
        all(reply.accepted for reply in replies) and len(paid) == 2,
        where="the same call with two tokens",
        expected="success twice, and two payments",
        actual=f"{', then '.join(reply.summary for reply in replies)}; {len(paid)} payments",
    )


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.scope")
def test_the_token_of_another_requester_is_another_one(
    second_requester: Requester, given: Given, expect: Expect
) -> None:
    token = given.name("token")
    for requester in (given.requester, second_requester):
        employer = Employer(given, requester)
        reply = employer.grant(employer.approved(), UniqueRequestToken=token)
        expect(
            "GrantBonus.UniqueRequestToken.scope",
            reply.accepted,
            where=f"the token of {'one' if requester is given.requester else 'another'} Requester",
            expected="success",
            actual=reply.summary,
        )


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.other-operation")
def test_the_token_of_another_operation(given: Given, expect: Expect) -> None:
    employer, token = Employer(given), given.name("token")
    work = employer.approved(employer.hit(UniqueRequestToken=token))
    reply = employer.grant(work, UniqueRequestToken=token)
    expect.see("GrantBonus.UniqueRequestToken.other-operation", where=GRANT, actual=reply.summary)


@pytest.mark.verifies("GrantBonus.UniqueRequestToken.absent-before")
def test_a_token_before_there_were_tokens(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    values: dict[str, Any] = employer.bonus_values(work, UniqueRequestToken=given.name("token"))
    replies = [employer.requester.call(GRANT, values) for _ in range(2)]
    told = ", then ".join(reply.summary for reply in replies)
    expect.see(
        "GrantBonus.UniqueRequestToken.absent-before",
        where="the same call with a token, twice",
        actual=f"{told}; {len(employer.bonuses(work))} payments",
    )
