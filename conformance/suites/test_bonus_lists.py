"""GetBonusPayments and GetAccountBalance: which bonuses are listed, for whom, and what is left of the money."""

from collections.abc import Sized
from decimal import Decimal
from functools import partial

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.versions import TODAY
from conformance.suites.assignments import Employer, Work
from conformance.suites.hits import Fund, moment
from conformance.suites.paging import (
    Listing,
    counter,
    judge_beyond_end,
    judge_defaults,
    judge_empty,
    judge_long_pages,
    judge_pages,
)
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

LIST = "GetBonusPayments"


def payments(requester: Requester, key: str = "Reason", **values: str) -> Listing:
    """Return the list of the bonuses paid for a HIT or an assignment."""
    return Listing(requester=requester, operation=LIST, item="BonusPayment", key=key, values=values)


def keys_listed(listing: Listing) -> list[str]:
    """Return what tells the payments of the first page apart."""
    return listing.keys(listing.page(PageSize=100))


def are(count: int, listed: Sized) -> bool:
    """Tell whether as many are listed as were paid."""
    return len(listed) >= count


def pay(employer: Employer, work: Work, *reasons: str) -> None:
    """Pay a bonus for each of the reasons."""
    for reason in reasons:
        employer.requester.must("GrantBonus", employer.bonus_values(work, "0.01", Reason=reason))


@pytest.mark.verifies("GetBonusPayments.none", "GetBonusPayments.empty", "GetBonusPayments.TotalNumResults.count")
def test_lists_nothing_where_nothing_was_paid(requester: Requester, given: Given, expect: Expect) -> None:
    listing = payments(requester, HITId=Employer(given).hit())
    reply = requester.call(LIST, listing.values)
    if requester.version == TODAY:
        told = {name: counter(reply, name) for name in ("NumResults", "NextToken")}
        expect(
            "GetBonusPayments.empty",
            reply.accepted and list(told.values()) == ["0", ""] and not reply.all("BonusPayment"),
            where=f"{LIST} of a HIT without bonuses",
            expected="success, NumResults 0, no NextToken, no BonusPayment",
            actual=f"{reply.summary}; {told}, {len(reply.all('BonusPayment'))} payments",
        )
        return
    counters = {name: counter(reply, name) for name in ("NumResults", "TotalNumResults", "PageNumber")}
    expect(
        "GetBonusPayments.none",
        reply.accepted and list(counters.values()) == ["0", "0", "1"] and not reply.all("BonusPayment"),
        where=f"{LIST} of a HIT without bonuses",
        expected="success, NumResults 0, TotalNumResults 0, PageNumber 1, no BonusPayment",
        actual=f"{reply.summary}; {counters}, {len(reply.all('BonusPayment'))} payments",
    )
    judge_empty(listing, expect)


@pytest.mark.verifies("GetBonusPayments.HITId", "GetBonusPayments.AssignmentId")
def test_lists_by_hit_or_by_assignment(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    hit_id, other = employer.hit(MaxAssignments=2), employer.approved()
    works = [employer.approved(hit_id) for _ in range(2)]
    for work in (*works, other):
        pay(employer, work, given.name("reason"))
    paid = [work.assignment_id for work in works]
    for requirement, values, wanted in (
        ("GetBonusPayments.HITId", {"HITId": hit_id}, paid),
        ("GetBonusPayments.AssignmentId", {"AssignmentId": paid[1]}, paid[1:]),
    ):
        listing = payments(employer.requester, "AssignmentId", **values)
        listed = given.settled(partial(keys_listed, listing), partial(are, len(wanted)))
        expect(
            requirement,
            sorted(listed) == sorted(wanted),
            where=f"{LIST} with {', '.join(values)}",
            expected=f"the payments for {', '.join(wanted)}",
            actual=f"payments for {', '.join(listed) or 'nothing'}",
        )


@pytest.mark.verifies("BonusPayment.GrantTime")
def test_tells_when_a_bonus_was_paid(given: Given, expect: Expect, clock: ClockDriver) -> None:
    employer = Employer(given)
    work = employer.approved()
    at = clock.now()
    pay(employer, work, given.name("reason"))
    listing = payments(employer.requester, "GrantTime", AssignmentId=work.assignment_id)
    times = given.settled(partial(keys_listed, listing), bool)
    told = moment(times[0]) if len(times) == 1 else None
    expect(
        "BonusPayment.GrantTime",
        told is not None and abs(told - at) <= 60,
        where="BonusPayment/GrantTime",
        expected="the time of the call, within 60 seconds",
        actual=", ".join(times) + ("" if told is None else f", {abs(told - at):.0f} seconds away") or "no GrantTime",
    )


@pytest.mark.verifies("GetBonusPayments.own-only")
def test_others_do_not_see_a_payment(second_requester: Requester, given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work = employer.approved()
    pay(employer, work, given.name("reason"))
    given.settled(lambda: employer.bonuses(work), bool)
    for values in ({"AssignmentId": work.assignment_id}, {"HITId": work.hit_id}):
        reply = second_requester.call(LIST, values)
        expect(
            "GetBonusPayments.own-only",
            not reply.all("BonusPayment") and (reply.accepted or reply.refused),
            where=f"{LIST} of another Requester with {', '.join(values)}",
            expected="an error, or an empty list",
            actual=f"{reply.summary}; {len(reply.all('BonusPayment'))} payments",
        )


@pytest.mark.verifies(
    "GetBonusPayments.NumResults.count", "GetBonusPayments.TotalNumResults.count", "GetBonusPayments.Pages.partition"
)
def test_all_pages_list_each_payment_once(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work, reasons = employer.approved(), [given.name("reason") for _ in range(3)]
    pay(employer, work, *reasons)
    given.settled(lambda: employer.bonuses(work), partial(are, len(reasons)))
    judge_pages(payments(employer.requester, AssignmentId=work.assignment_id), reasons, expect)


@pytest.mark.verifies(
    "GetBonusPayments.PageSize.default",
    "GetBonusPayments.PageNumber.default",
    "GetBonusPayments.Pages.partition",
    "GetBonusPayments.Pages.beyond-end",
)
def test_the_first_page_has_ten_payments(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    work, reasons = employer.approved(), [given.name("reason") for _ in range(11)]
    pay(employer, work, *reasons)
    given.settled(lambda: employer.bonuses(work), partial(are, 11))
    listing = payments(employer.requester, AssignmentId=work.assignment_id)
    judge_defaults(listing, expect)
    judge_long_pages(listing, reasons, expect)
    if employer.requester.version != TODAY:
        judge_beyond_end(listing, expect)


@pytest.mark.verifies("GetAccountBalance.AvailableBalance.net")
def test_the_balance_falls_by_what_was_paid(given: Given, expect: Expect, fund: Fund) -> None:
    employer = Employer(given, fund("100.00"))
    before = employer.balance()
    work = employer.approved()
    employer.requester.must("GrantBonus", employer.bonus_values(work, "2.00"))
    paid = Decimal("2.05")
    left = given.settled(employer.balance, lambda balance: before - balance >= paid)
    expect(
        "GetAccountBalance.AvailableBalance.net",
        before - left >= paid,
        where="AvailableBalance",
        expected=f"at least {paid} less after a reward of 0.05 and a bonus of 2.00",
        actual=f"{before} before, {left} after",
    )


@pytest.mark.verifies("GetAccountBalance.sandbox")
def test_what_the_balance_reads(requester: Requester, expect: Expect) -> None:
    reply = requester.must("GetAccountBalance")
    amount = (reply.text("AvailableBalance/Amount") or "").strip()
    expect.see("GetAccountBalance.sandbox", where="AvailableBalance/Amount", actual=amount or "nothing")
