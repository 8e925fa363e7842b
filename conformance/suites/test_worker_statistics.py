"""GetRequesterWorkerStatistic: what is told of one Worker's work for the caller."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.figures import WORKER, Figures, are_days_up_to, dates, is_share
from conformance.suites.forms import form_and_answer
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver
from conformance.target.requester import Requester

APPROVED = "NumberAssignmentsApproved"
STAT = "GetRequesterWorkerStatistic.stat"
STATISTICS = (
    *(f"{form}Assignments{end}" for form in ("Number", "Percent") for end in ("Approved", "Rejected")),
    *(
        f"Number{policy}Answers{end}"
        for policy in ("Known", "Plurality")
        for end in ("Correct", "Incorrect", "Evaluated")
    ),
    *(f"Percent{policy}AnswersCorrect" for policy in ("Known", "Plurality")),
)


def figures_of(given: Given, worker_id: str) -> Figures:
    """Return the figures of a Worker."""
    return Figures(given=given, requester=given.requester, worker_id=worker_id)


def work_of(employer: Employer, worker_id: str) -> str:
    """Have the Worker submit an assignment of a HIT of its own; return its id."""
    workers = employer.given.workers
    accepted = workers.accept_assignment(worker_id, employer.hit())
    workers.submit_assignment(worker_id, accepted.assignment_id, form_and_answer("q1")[1])
    return accepted.assignment_id


@pytest.mark.verifies(
    "GetRequesterWorkerStatistic.Statistic.values",
    "GetRequesterWorkerStatistic.TimePeriod.required",
    "GetRequesterWorkerStatistic.TimePeriod.values",
    "GetRequesterWorkerStatistic.Count",
)
def test_what_can_be_asked_for(given: Given, expect: Expect, clock: ClockDriver) -> None:
    figures = figures_of(given, given.workers.new_worker())
    for name in STATISTICS:
        reply = figures.call(name)
        expect(
            "GetRequesterWorkerStatistic.Statistic.values",
            reply.accepted,
            where=f"Statistic={name}",
            expected="success",
            actual=reply.summary,
        )
    other = figures.call("TotalRewardPayout")
    expect.see("GetRequesterWorkerStatistic.Statistic.values", where="TotalRewardPayout", actual=other.summary)
    for period in ("OneDay", "SevenDays", "ThirtyDays", "LifeToDate"):
        reply = figures.call(APPROVED, period)
        expect(
            "GetRequesterWorkerStatistic.TimePeriod.values",
            reply.accepted,
            where=f"TimePeriod={period}",
            expected="success",
            actual=reply.summary,
        )
    reply = given.requester.call(WORKER, {"Statistic": APPROVED, "WorkerId": figures.worker_id})
    expect(
        "GetRequesterWorkerStatistic.TimePeriod.required",
        reply.refused and not reply.all("DataPoint"),
        where=f"{WORKER} without TimePeriod",
        expected="an error without data",
        actual=reply.summary,
    )
    days, today = dates(figures.call(APPROVED, "OneDay", Count=12)), dates(figures.call(APPROVED, "OneDay"))
    month = dates(figures.call(APPROVED, "ThirtyDays", Count=5))
    expect(
        "GetRequesterWorkerStatistic.Count",
        (len(days), len(today), len(month)) == (12, 1, 1) and are_days_up_to(days, clock.now()),
        where="DataPoint of OneDay with Count=12, of OneDay, of ThirtyDays with Count=5",
        expected="twelve days one after the other up to the present one; one; one",
        actual=f"{', '.join(days)}; {len(today)}; {len(month)}",
    )


@pytest.mark.verifies(
    *(f"{STAT}.{form}Assignments{end}" for form in ("Number", "Percent") for end in ("Approved", "Rejected"))
)
def test_counts_the_decisions_on_a_worker(given: Given, expect: Expect) -> None:
    employer, worker = Employer(given), given.workers.new_worker()
    figures, approved, rejected = figures_of(given, worker), APPROVED, "NumberAssignmentsRejected"
    before = figures.several(approved, rejected)
    employer.approved()  # of another Worker
    for decision in ("ApproveAssignment", "ApproveAssignment", "RejectAssignment"):
        employer.requester.must(decision, {"AssignmentId": work_of(employer, worker)})
    for name, by in ((approved, 2), (rejected, 1)):
        now = figures.settled(name, before[name] + by)
        expect(
            f"{STAT}.{name}",
            now - before[name] == by,
            where=f"{name} after two approvals and one rejection",
            expected=f"{before[name] + by}: {before[name]} before, and {by}",
            actual=str(now),
        )
    counts = figures.several(approved, rejected)
    for name in ("AssignmentsApproved", "AssignmentsRejected"):
        told = figures.read(f"Percent{name}")
        share = counts[f"Number{name}"] / (sum(counts.values()) or 1)
        expect(
            f"{STAT}.Percent{name}",
            is_share(told, share),
            where=f"Percent{name}",
            expected=f"{share:.4f}, or a hundred times that, rounded",
            actual=str(told),
        )


@pytest.mark.verifies("GetRequesterWorkerStatistic.own-account")
def test_work_for_another_requester_is_not_counted(second_requester: Requester, given: Given, expect: Expect) -> None:
    worker = given.workers.new_worker()
    figures = figures_of(given, worker)
    before = figures.read(APPROVED)
    other = Employer(given, second_requester)
    second_requester.must("ApproveAssignment", {"AssignmentId": work_of(other, worker)})
    after = figures.read(APPROVED)
    expect(
        "GetRequesterWorkerStatistic.own-account",
        after == before,
        where=f"{APPROVED} after an approval by another Requester",
        expected=f"{before}, as before",
        actual=str(after),
    )
