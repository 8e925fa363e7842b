"""GetRequesterStatistic: by how much each figure changes with what it counts."""

from decimal import Decimal
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.suites.assignments import Employer, Work
from conformance.suites.figures import Figures
from conformance.suites.hits import Fund, alone
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver

STAT = "GetRequesterStatistic.stat"
CENT = Decimal("0.01")
DAY = 86_400


@pytest.fixture
def figures(given: Given, fund: Fund) -> Figures:
    """The figures of a Requester alone on an account, where one can be opened."""
    return Figures(given=given, requester=alone(fund, given.requester))


@pytest.fixture
def employer(given: Given, figures: Figures) -> Employer:
    """The same Requester as one who has HITs worked on."""
    return Employer(given, figures.requester)


def priced(employer: Employer, reward: str, **values: Any) -> str:
    """Create a HIT with a reward and return its id."""
    properties = {
        "Title": employer.given.name("title"),
        "Description": "made by a conformance run",
        "Reward": {"Amount": reward, "CurrencyCode": "USD"},
        "AssignmentDurationInSeconds": values.pop("AssignmentDurationInSeconds", 3600),
    }
    type_id = employer.requester.must("RegisterHITType", properties).text("HITTypeId")
    return employer.hit(HITTypeId=(type_id or "").strip(), **values)


def approve(employer: Employer, work: Work) -> None:
    """Approve a submission."""
    employer.requester.must("ApproveAssignment", {"AssignmentId": work.assignment_id})


def risen(figures: Figures, before: dict[str, Decimal], name: str, by: str, expect: Expect, *, after: str) -> None:
    """See that a figure rose by an amount since it was read before."""
    wanted = before[name] + Decimal(by)
    now = figures.settled(name, wanted)
    expect(
        f"{STAT}.{name}",
        now == wanted,
        where=f"{name} after {after}",
        expected=f"{wanted}: {before[name]} before, and {by}",
        actual=str(now),
    )


def near(requirement: str, value: Decimal, wanted: Decimal, expect: Expect, *, what: str) -> None:
    """See that a figure is another one's, give or take a cent."""
    expect(
        requirement,
        abs(value - wanted) <= CENT,
        where=requirement.rpartition(".")[2],
        expected=f"{wanted}, {what}",
        actual=str(value),
    )


@pytest.mark.verifies(
    f"{STAT}.NumberHITsCreated",
    f"{STAT}.NumberHITsReviewable",
    f"{STAT}.NumberHITsCompleted",
    f"{STAT}.EstimatedFeeLiability",
    f"{STAT}.EstimatedTotalLiability",
)
def test_counts_hits(figures: Figures, employer: Employer, expect: Expect) -> None:
    names = ("NumberHITsCreated", "NumberHITsReviewable", "NumberHITsCompleted", "EstimatedFeeLiability")
    before = figures.several(*names)
    hits = [employer.hit() for _ in range(2)]
    risen(figures, before, "NumberHITsCreated", "2", expect, after="two HITs were created")
    owed = figures.several("EstimatedFeeLiability", "EstimatedRewardLiability", "EstimatedTotalLiability")
    expect(
        f"{STAT}.EstimatedFeeLiability",
        owed["EstimatedFeeLiability"] > before["EstimatedFeeLiability"],
        where="EstimatedFeeLiability after two HITs were created",
        expected=f"more than {before['EstimatedFeeLiability']}",
        actual=str(owed["EstimatedFeeLiability"]),
    )
    both = owed["EstimatedRewardLiability"] + owed["EstimatedFeeLiability"]
    near(f"{STAT}.EstimatedTotalLiability", owed["EstimatedTotalLiability"], both, expect, what="rewards and fees")
    employer.requester.must("ForceExpireHIT", {"HITId": hits[0]})
    risen(figures, before, "NumberHITsReviewable", "1", expect, after="one was expired")
    employer.requester.must("DisposeHIT", {"HITId": hits[0]})
    employer.requester.must("DisableHIT", {"HITId": hits[1]})
    risen(figures, before, "NumberHITsCompleted", "2", expect, after="one was disposed of and the other disabled")


@pytest.mark.verifies(f"{STAT}.NumberAssignmentsAvailable", f"{STAT}.NumberAssignmentsAccepted")
def test_counts_what_can_be_accepted(figures: Figures, employer: Employer, given: Given, expect: Expect) -> None:
    names = ("NumberAssignmentsAvailable", "NumberAssignmentsAccepted")
    if not all(figures.call(name).accepted for name in names):
        raise NotMeasured("the endpoint no longer tells what is deprecated")
    before = figures.several(*names)
    hit_id = employer.hit(MaxAssignments=3)
    risen(figures, before, names[0], "3", expect, after="a HIT with three assignments was created")
    given.workers.accept_assignment(given.workers.new_worker(), hit_id)
    risen(figures, before, names[0], "2", expect, after="one of the three was accepted")
    risen(figures, before, names[1], "1", expect, after="an assignment was accepted")


@pytest.mark.verifies(f"{STAT}.NumberAssignmentsReturned")
def test_counts_what_was_returned(figures: Figures, employer: Employer, given: Given, expect: Expect) -> None:
    name = "NumberAssignmentsReturned"
    if not figures.call(name).accepted:
        raise NotMeasured("the endpoint no longer tells what is deprecated")
    before, worker, hit_id = figures.several(name), given.workers.new_worker(), employer.hit()
    accepted = given.workers.accept_assignment(worker, hit_id)
    risen(figures, before, name, "0", expect, after="an assignment was accepted")
    given.workers.return_assignment(worker, accepted.assignment_id)
    risen(figures, before, name, "1", expect, after="it was returned")


@pytest.mark.verifies(f"{STAT}.NumberAssignmentsAbandoned")
def test_counts_what_was_abandoned(
    figures: Figures, employer: Employer, given: Given, expect: Expect, clock: ClockDriver
) -> None:
    name = "NumberAssignmentsAbandoned"
    before = figures.several(name)
    hit_id = priced(employer, "0.01", AssignmentDurationInSeconds=30)
    given.workers.accept_assignment(given.workers.new_worker(), hit_id)
    risen(figures, before, name, "0", expect, after="an assignment of 30 seconds was accepted")
    clock.advance(60)
    risen(figures, before, name, "1", expect, after="60 seconds have passed")


@pytest.mark.verifies(
    *(f"{STAT}.NumberAssignments{name}" for name in ("Pending", "Approved", "Rejected")),
    f"{STAT}.PercentAssignmentsApproved",
    f"{STAT}.PercentAssignmentsRejected",
)
def test_counts_decisions(figures: Figures, employer: Employer, expect: Expect) -> None:
    pending, approved, rejected = (f"NumberAssignments{name}" for name in ("Pending", "Approved", "Rejected"))
    before = figures.several(pending, approved, rejected)
    hit_id = employer.hit(MaxAssignments=3)
    works = [employer.submitted(hit_id) for _ in range(3)]
    risen(figures, before, pending, "3", expect, after="three were submitted")
    for work in works[:2]:
        approve(employer, work)
    employer.requester.must("RejectAssignment", {"AssignmentId": works[2].assignment_id})
    risen(figures, before, pending, "0", expect, after="all of them were decided")
    risen(figures, before, approved, "2", expect, after="two were approved")
    risen(figures, before, rejected, "1", expect, after="one was rejected")
    now = figures.several(approved, rejected)
    for name in ("Approved", "Rejected"):
        share = now[f"NumberAssignments{name}"] / (now[approved] + now[rejected])
        told = figures.read(f"PercentAssignments{name}")
        near(f"{STAT}.PercentAssignments{name}", told, share, expect, what="the share of those decided")


@pytest.mark.verifies(f"{STAT}.TotalRewardPayout", f"{STAT}.AverageRewardAmount", f"{STAT}.EstimatedRewardLiability")
def test_adds_up_rewards(figures: Figures, employer: Employer, expect: Expect) -> None:
    names = ("TotalRewardPayout", "EstimatedRewardLiability")
    before = figures.several(*names)
    hit_id = priced(employer, "0.10", MaxAssignments=3)
    risen(figures, before, names[1], "0.30", expect, after="a HIT of three times 0.10 was created")
    work = employer.submitted(hit_id)
    risen(figures, before, names[1], "0.30", expect, after="one assignment of it was submitted")
    approve(employer, work)
    risen(figures, before, names[1], "0.20", expect, after="it was approved")
    approve(employer, employer.submitted(priced(employer, "0.50")))
    risen(figures, before, names[0], "0.60", expect, after="rewards of 0.10 and 0.50")
    paid, count = figures.read(names[0]), figures.read("NumberAssignmentsApproved")
    average = figures.read("AverageRewardAmount")
    near(f"{STAT}.AverageRewardAmount", average, paid / (count or 1), expect, what=f"{paid} by {count} approvals")


@pytest.mark.verifies(
    *(f"{STAT}.{name}" for name in ("TotalRewardFeePayout", "TotalFeePayout", "TotalRewardAndFeePayout")),
    *(f"{STAT}.{name}" for name in ("TotalBonusPayout", "TotalBonusFeePayout")),
)
def test_adds_up_fees_and_bonuses(given: Given, expect: Expect, fund: Fund) -> None:
    figures = Figures(given=given, requester=fund("100.00"))
    employer = Employer(given, figures.requester)
    fees, bonuses, bonus_fees = "TotalRewardFeePayout", "TotalBonusPayout", "TotalBonusFeePayout"
    before, full = figures.several(fees, bonuses, bonus_fees), employer.balance()
    work = employer.submitted(priced(employer, "0.50"))
    approve(employer, work)
    left = given.settled(employer.balance, lambda balance: balance != full)
    if left == full:
        raise NotMeasured("the balance of this endpoint never changes")
    reward_fee = full - left - Decimal("0.50")
    risen(figures, before, fees, str(reward_fee), expect, after="a reward of 0.50 was paid")
    employer.requester.must("GrantBonus", employer.bonus_values(work, "5.00"))
    after = given.settled(employer.balance, lambda balance: balance != left)
    risen(figures, before, bonuses, "5", expect, after="a bonus of 5.00 was paid")
    risen(figures, before, bonus_fees, str(left - after - 5), expect, after="a bonus of 5.00 was paid")
    now = figures.several(fees, bonus_fees, "TotalRewardPayout", "TotalFeePayout", "TotalRewardAndFeePayout")
    for name, parts in (
        ("TotalFeePayout", (fees, bonus_fees)),
        ("TotalRewardAndFeePayout", ("TotalRewardPayout", fees)),
    ):
        wanted = sum((now[part] for part in parts), Decimal(0))
        expect(
            f"{STAT}.{name}",
            now[name] == wanted,
            where=name,
            expected=f"{wanted}, the sum of {' and '.join(parts)}",
            actual=str(now[name]),
        )


@pytest.mark.verifies(f"{STAT}.NumberHITsAssignable")
def test_counts_assignable_hits_by_the_day(
    figures: Figures, employer: Employer, expect: Expect, clock: ClockDriver
) -> None:
    name = "NumberHITsAssignable"
    before = figures.several(name)
    employer.hit(LifetimeInSeconds=4 * DAY)
    risen(figures, before, name, "0", expect, after="a HIT was created, whose day has not ended")
    clock.advance(DAY + 3600)
    risen(figures, before, name, "1", expect, after="a day has ended")
