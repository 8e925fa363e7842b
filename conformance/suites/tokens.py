"""Calls with a UniqueRequestToken, of whatever operation: repeated, they take effect once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.hits import Hits
from conformance.suites.life_cycle import extent, gives_time, increment
from conformance.suites.preconditions import Given
from conformance.suites.times import DAY
from conformance.target.requester import Reply, Requester

TOGETHER = 8  # calls that are released at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokened:
    """Good calls of one operation that are equal but for their token.

    ``effects`` tells how often they took effect, read until that is at least the number given or the settling time is
    over; ``effect`` names one effect.  ``others`` are changes that make another call of it: what changes, and the
    parameters.  ``spoilt`` are changes with which the call is refused.
    """

    operation: str
    requester: Requester
    values: dict[str, Any]
    effect: str
    effects: Callable[[int | Decimal], int | Decimal]
    others: tuple[tuple[str, dict[str, Any]], ...]
    spoilt: dict[str, Any]

    def with_token(self, token: str, **changes: Any) -> dict[str, Any]:
        """Return the parameters of a call; None leaves one out."""
        values = {**self.values, "UniqueRequestToken": token, **changes}
        return {name: one for name, one in values.items() if one is not None}

    def call(self, token: str, **changes: Any) -> Reply:
        """Call the operation with a token."""
        return self.requester.call(self.operation, self.with_token(token, **changes))

    def must(self, token: str) -> Reply:
        """Call the operation with a token, as a precondition."""
        return self.requester.must(self.operation, self.with_token(token))


def creations(given: Given, requester: Requester | None = None) -> Tokened:
    """Return calls of CreateHIT; the annotation tells which HITs they made."""
    hits, mark = Hits(given, requester), given.name("note")
    values = {**hits.properties(), **hits.content(LifetimeInSeconds=604800), "RequesterAnnotation": mark}
    return Tokened(
        operation="CreateHIT",
        requester=hits.requester,
        values=values,
        effect="HIT",
        effects=lambda least: len(given.settled(lambda: hits.annotated(mark), lambda found: len(found) >= least)),
        others=(
            ("another Reward", {"Reward": {"Amount": "0.06", "CurrencyCode": "USD"}}),
            ("another lifetime", {"LifetimeInSeconds": 86400}),
        ),
        spoilt={"Question": "no document"},
    )


def typed_creations(given: Given, requester: Requester | None = None) -> Tokened:
    """Return calls of CreateHITWithHITType; the annotation tells which HITs they made."""
    calls, hits = creations(given, requester), Hits(given, requester)
    values = {**hits.content(HITTypeId=hits.register()), "RequesterAnnotation": calls.values["RequesterAnnotation"]}
    return replace(calls, operation="CreateHITWithHITType", values=values, others=())


def extensions(given: Given, requester: Requester | None = None) -> Tokened:
    """Return calls of ExtendHIT by an hour each, or by an assignment where it gives no time, of one HIT."""
    employer = Employer(given, requester)
    version = employer.requester.version
    hit_id = employer.hit(LifetimeInSeconds=int(3 * DAY))
    start = extent(employer.requester, hit_id)

    def read() -> int:
        return round(extent(employer.requester, hit_id) - start)

    return Tokened(
        operation="ExtendHIT",
        requester=employer.requester,
        values={"HITId": hit_id, **increment(version)},
        effect=f"extension by an {'hour' if gives_time(version) else 'assignment'}",
        effects=lambda least: given.settled(read, lambda found: found >= least),
        others=(("another increment", increment(version, 2)),),
        spoilt={"HITId": "NOSUCHHIT" * 3},
    )


def bonuses(given: Given, requester: Requester | None = None) -> Tokened:
    """Return calls of GrantBonus, for one assignment."""
    employer = Employer(given, requester)
    work, amount = employer.approved(), Decimal(5)

    def paid() -> Decimal:
        return sum((bonus.amount or Decimal(0) for bonus in employer.bonuses(work)), Decimal(0)) / amount

    return Tokened(
        operation="GrantBonus",
        requester=employer.requester,
        values=employer.bonus_values(work),
        effect=f"payment of {amount}.00",
        effects=lambda least: given.settled(paid, lambda found: found >= least),
        others=(("another amount", {"BonusAmount": {"Amount": "7.00", "CurrencyCode": "USD"}}),),
        spoilt={"WorkerId": None},
    )


def judge_effects(requirement: str, calls: Tokened, count: int | Decimal, expect: Expect, *, after: str) -> None:
    """See that calls took effect so many times."""
    came = calls.effects(count)
    expect(
        requirement,
        came == count,
        where=f"what {calls.operation} did, after {after}",
        expected=f"{count} × {calls.effect}",
        actual=f"{came} × {calls.effect}",
    )


def judge_replay(requirement: str, again: Reply, calls: Tokened, expect: Expect, *, what: str) -> None:
    """See that a repeated call is refused, and that the calls took effect once."""
    expect(requirement, again.refused, where=what, expected="an error", actual=again.summary)
    judge_effects(requirement, calls, 1, expect, after=what)


def judge_retry(requirement: str, again: Reply, expect: Expect) -> None:
    """See that a call which is repeated because its answer was lost is answered either way."""
    expect(
        requirement,
        again.accepted or again.refused,
        where="the repeated call",
        expected="success, or the error of a replay",
        actual=again.summary,
    )


def told(*replies: Reply) -> str:
    """Return what several calls brought, in order."""
    return ", then ".join(reply.summary for reply in replies)
