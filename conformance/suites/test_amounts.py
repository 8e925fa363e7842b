"""Amounts of money in 2017-01-17: texts of dollars and cents, in calls and in replies."""

import json
import re
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Bonus, Employer
from conformance.suites.preconditions import Given
from conformance.target.requester import Reply, Requester

AMOUNT = re.compile(r"[0-9]+\.?[0-9]{0,2}", re.ASCII)
EXPECTED = "a text of digits, with at most two after a point"


def content_of(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of a reply as it stands, empty where there is none."""
    try:
        content = json.loads(reply.exchange.response.body) if reply.exchange.response else {}
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def is_amount(value: object) -> bool:
    """Tell whether a JSON value is an amount of money as the service model has it."""
    return isinstance(value, str) and AMOUNT.fullmatch(value) is not None


def paid(wanted: list[Decimal], bonuses: list[Bonus]) -> bool:
    """Tell whether payments of these amounts, the least first, are listed."""
    return sorted(bonus.amount or Decimal(0) for bonus in bonuses) == wanted


@pytest.mark.verifies("GrantBonus.BonusAmount.text")
def test_an_amount_has_decimals_or_none(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work, wanted = employer.approved(), [Decimal(5), Decimal("101.42")]
    replies = [
        employer.requester.call("GrantBonus", employer.bonus_values(work, BonusAmount=amount))
        for amount in ("5", "101.42")
    ]
    found = given.settled(partial(employer.bonuses, work), partial(paid, wanted))
    expect(
        "GrantBonus.BonusAmount.text",
        all(reply.accepted for reply in replies) and paid(wanted, found),
        where="BonusAmount 5 and 101.42",
        expected="success, and payments of 5 and 101.42",
        actual=f"{', '.join(reply.summary for reply in replies)}; {[str(bonus.amount) for bonus in found]}",
    )


@pytest.mark.verifies("BonusPayment.BonusAmount.text")
def test_a_payment_tells_its_amount_as_a_text(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    employer.requester.must("GrantBonus", employer.bonus_values(work, "5.00"))
    given.settled(partial(employer.bonuses, work), bool)
    reply = employer.requester.must("GetBonusPayments", {"AssignmentId": work.assignment_id})
    listed = content_of(reply).get("BonusPayments")
    payments = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    told = [one.get("BonusAmount") for one in payments]
    expect(
        "BonusPayment.BonusAmount.text",
        len(told) == 1 and all(is_amount(one) and Decimal(str(one)) == 5 for one in told),
        where="BonusPayments[0].BonusAmount",
        expected=f"{EXPECTED}, numerically 5",
        actual=json.dumps(told),
    )


@pytest.mark.verifies("GetAccountBalance.amounts")
def test_the_balance_is_a_text(requester: Requester, expect: Expect) -> None:
    content = content_of(requester.must("GetAccountBalance"))
    for name in ("AvailableBalance", *(name for name in ("OnHoldBalance",) if content.get(name) is not None)):
        told = content.get(name)
        owes = isinstance(told, str) and told.startswith("-")
        expect("GetAccountBalance.amounts", owes or is_amount(told), where=name, expected=EXPECTED, actual=repr(told))
