"""What a Requester's figures come to: each statistic as a function of what the store holds, over a time.

Source: the tables of the articles GetRequesterStatistic and GetRequesterWorkerStatistic, and what the page of
2006-10-31 says of single days: what stands at a certain number, such as the assignments available, is told by how much
it changed.  For that the store is read as of a time; when a HIT was extended or expired before its time is not kept.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

from conformance.reference.hit_states import Standing, standing
from conformance.reference.money import fee
from conformance.reference.pacific import day_start
from conformance.reference.records import HIT, Assignment, BonusPayment
from conformance.reference.review_figures import Tally, known_answers_found, pluralities_found
from conformance.reference.store import Store

BEGINNING = float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose figures are asked for: a Requester's, with all Workers or with one."""

    store: Store
    owner: str
    worker_id: str | None = None

    def hits(self) -> Iterator[HIT]:
        """Yield the Requester's HITs, those disposed of among them."""
        return self.store.hits_of(self.owner)

    def assignments(self) -> Iterator[Assignment]:
        """Yield the assignments of the Requester's HITs."""
        store, hits = self.store, self.store.hits
        if self.worker_id is not None:
            return (one for one in store.assignments_by(self.worker_id) if hits[one.hit_id].owner == self.owner)
        return chain.from_iterable(store.assignments_of(hit.hit_id) for hit in self.hits())

    def payments(self) -> Iterator[BonusPayment]:
        """Yield the bonuses that the Requester has paid."""
        for record in self.store.payments:
            if record.owner == self.owner and self.worker_id in (None, record.worker_id):
                yield record

    def reward(self, hit_id: str) -> int:
        """Return the reward of a HIT, in cents."""
        return self.store.hit_types[self.store.hits[hit_id].hit_type_id].properties.reward


Statistic = Callable[[Scope, float, float], Fraction]
"""Returns the figure for the time after a begin (`BEGINNING`: ever) and up to an end."""

Entry = tuple[float | None, int]
"""When something happened (None: not yet), and what it counts for."""


def _total(entries: Callable[[Scope], Iterable[Entry]], unit: int = 1) -> Statistic:
    """Add up what happened within the time; ``unit`` is how many of the numbers make one."""

    def statistic(scope: Scope, begin: float, end: float) -> Fraction:
        counted = (number for at, number in entries(scope) if at is not None and begin <= at <= end)
        return Fraction(sum(counted), unit)

    return statistic


def _change(level: Callable[[Scope, float], int], unit: int = 1) -> Statistic:
    """Tell by how much a level changed within the time."""

    def statistic(scope: Scope, begin: float, end: float) -> Fraction:
        before = 0 if begin == BEGINNING else level(scope, begin)
        return Fraction(level(scope, end) - before, unit)

    return statistic


def _sum(*statistics: Statistic) -> Statistic:
    return lambda scope, begin, end: sum((one(scope, begin, end) for one in statistics), Fraction(0))


def _share(part: Statistic, whole: Statistic) -> Statistic:
    """Divide one figure by another; where there is nothing to divide by it is 0."""

    def statistic(scope: Scope, begin: float, end: float) -> Fraction:
        divisor = whole(scope, begin, end)
        return part(scope, begin, end) / divisor if divisor else Fraction(0)

    return statistic


# What happened


def _assignments(when: Callable[[Assignment], float | None]) -> Statistic:
    return _total(lambda scope: ((when(record), 1) for record in scope.assignments()))


def _decided(state: str) -> Callable[[Assignment], float | None]:
    return lambda record: record.decided_at if record.state == state else None


def _abandoned(scope: Scope, begin: float, end: float) -> Fraction:
    ends = [record.deadline for record in scope.assignments() if record.state == "Accepted"]
    return Fraction(sum(begin <= deadline <= end for deadline in ends))


def _paid(amount: Callable[[int], int]) -> Statistic:
    """Add up an amount that follows from the reward of each approved assignment."""
    when = _decided("Approved")
    return _total(
        lambda scope: ((when(one), amount(scope.reward(one.hit_id))) for one in scope.assignments()), unit=100
    )


def _bonus(amount: Callable[[int], int]) -> Statistic:
    return _total(lambda scope: ((one.granted_at, amount(one.amount)) for one in scope.payments()), unit=100)


def _answers(found: Callable[[Store], Iterable[Tally]], number: Callable[[Tally], int]) -> Statistic:
    """Add up a number of each tally of the assignments looked at."""

    def entries(scope: Scope) -> Iterator[Entry]:
        of_interest = {record.assignment_id for record in scope.assignments()}
        return ((tally.at, number(tally)) for tally in found(scope.store) if tally.assignment_id in of_interest)

    return _total(entries)


def _reviewed(policy: str, found: Callable[[Store], Iterable[Tally]]) -> dict[str, Statistic]:
    """Return the statistics of a kind of review policy."""
    correct, incorrect = _answers(found, lambda one: one.correct), _answers(found, lambda one: one.incorrect)
    evaluated = _sum(correct, incorrect)
    return {
        f"Number{policy}AnswersCorrect": correct,
        f"Number{policy}AnswersIncorrect": incorrect,
        f"Number{policy}AnswersEvaluated": evaluated,
        f"Percent{policy}AnswersCorrect": _share(correct, evaluated),
    }


# How things stand


def _as_of(record: Assignment, at: float) -> Assignment:
    """Return an assignment as it was at a time after its acceptance."""
    if record.decided_at is not None and record.decided_at > at:
        record = replace(record, state="Submitted")
    if record.submitted_at is not None and record.submitted_at > at:
        record = replace(record, state="Accepted")
    if record.state == "Returned" and record.returned_at is not None and record.returned_at > at:
        record = replace(record, state="Accepted")
    return record


def _standings(scope: Scope, at: float) -> Iterator[tuple[HIT, Standing, int]]:
    """Yield the HITs that there were at a time, where each stood, and how many submissions waited for a decision."""
    for hit in scope.hits():
        if hit.created_at > at or (hit.disposed_at is not None and hit.disposed_at <= at):
            continue
        accepted = (record for record in scope.store.assignments_of(hit.hit_id) if record.accepted_at <= at)
        records = [_as_of(record, at) for record in accepted]
        stood = standing(replace(hit, disposed_at=None), records, at)
        yield hit, stood, sum(record.state == "Submitted" for record in records)


def _number_of(status: str) -> Callable[[Scope, float], int]:
    return lambda scope, at: sum(stood.status == status for _, stood, _ in _standings(scope, at))


def _available(scope: Scope, at: float) -> int:
    return sum(stood.available for _, stood, _ in _standings(scope, at))


def _waiting(scope: Scope, at: float) -> int:
    return sum(waiting for _, _, waiting in _standings(scope, at))


def _owed(amount: Callable[[int], int]) -> Callable[[Scope, float], int]:
    """Add up an amount that follows from the reward of each assignment that can still be approved."""

    def level(scope: Scope, at: float) -> int:
        return sum(
            (stood.available + stood.pending + waiting) * amount(scope.reward(hit.hit_id))
            for hit, stood, waiting in _standings(scope, at)
        )

    return level


def _assignable_yesterday(scope: Scope, begin: float, end: float) -> Fraction:
    """Count the Assignable HITs at the end of the last whole day."""
    return Fraction(_number_of("Assignable")(scope, day_start(end)))


def _itself(reward: int) -> int:
    return reward


_APPROVED, _REJECTED = _assignments(_decided("Approved")), _assignments(_decided("Rejected"))
_REWARDS, _REWARD_FEES = _paid(_itself), _paid(fee)
_BONUSES, _BONUS_FEES = _bonus(_itself), _bonus(fee)
_REWARDS_OWED, _FEES_OWED = _change(_owed(_itself), 100), _change(_owed(fee), 100)

DECISIONS: dict[str, Statistic] = {
    "NumberAssignmentsApproved": _APPROVED,
    "NumberAssignmentsRejected": _REJECTED,
    "PercentAssignmentsApproved": _share(_APPROVED, _sum(_APPROVED, _REJECTED)),
    "PercentAssignmentsRejected": _share(_REJECTED, _sum(_APPROVED, _REJECTED)),
}
REVIEWED: dict[str, Statistic] = {
    **_reviewed("Known", known_answers_found),
    **_reviewed("Plurality", pluralities_found),
}
OF_A_WORKER: dict[str, Statistic] = {**DECISIONS, **REVIEWED}
"""What is told of one Worker, by name."""

STATISTICS: dict[str, Statistic] = {
    **OF_A_WORKER,
    "NumberHITsAssignable": _assignable_yesterday,
    "NumberHITsReviewable": _change(_number_of("Reviewable")),
    "NumberHITsCreated": _total(lambda scope: ((hit.created_at, 1) for hit in scope.hits())),
    "NumberHITsCompleted": _total(lambda scope: ((hit.disposed_at, 1) for hit in scope.hits())),
    "TotalRewardPayout": _REWARDS,
    "TotalRewardFeePayout": _REWARD_FEES,
    "TotalFeePayout": _sum(_REWARD_FEES, _BONUS_FEES),
    "TotalRewardAndFeePayout": _sum(_REWARDS, _REWARD_FEES),
    "TotalBonusPayout": _BONUSES,
    "TotalBonusFeePayout": _BONUS_FEES,
    "EstimatedFeeLiability": _FEES_OWED,
    "EstimatedRewardLiability": _REWARDS_OWED,
    "EstimatedTotalLiability": _sum(_REWARDS_OWED, _FEES_OWED),
    "NumberAssignmentsAvailable": _change(_available),
    "NumberAssignmentsAccepted": _assignments(lambda record: record.accepted_at),
    "NumberAssignmentsPending": _change(_waiting),
    "NumberAssignmentsReturned": _assignments(lambda record: record.returned_at),
    "NumberAssignmentsAbandoned": _abandoned,
    "AverageRewardAmount": _share(_REWARDS, _APPROVED),
}
"""What is told of an account, by name."""
