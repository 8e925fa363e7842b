"""Rewards and bonuses on one account, in any order: each is paid once, and nothing else is taken."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from conformance.spec.life_cycles import Rule, life_cycle
from conformance.suites.assignments import Employer, Work, decision
from conformance.suites.machines import Hunt, Moves
from conformance.suites.preconditions import Given
from conformance.target.requester import Requester

CYCLE = "money"
MOST_WORKS = 3
REWARD = Decimal("1.00")
BONUS = Decimal("2.00")
DEAREST = Decimal("1.5")
"""Above what is paid with the highest fee that the service ever took, and below what paying twice would take."""

_TOKEN = "UniqueRequestToken"


@dataclass(kw_only=True, eq=False)
class _Paid:
    """An assignment, and the bonuses paid for it."""

    work: Work
    state: str = "Submitted"
    bonuses: list[Decimal] = field(default_factory=list)


class MoneyWorld:
    """A Requester alone on an account, and what should be left on it."""

    def __init__(self, given: Given, requester: Requester, hunt: Hunt) -> None:
        self._hunt = hunt
        self._cycle = life_cycle(CYCLE)
        self._given = given
        self._requester = requester
        self._employer = Employer(given, requester)
        self._first = self._before = self._employer.balance()
        self._spent = Decimal(0)
        self._hit_id = ""
        self._works: list[_Paid] = []
        self._tokens: list[tuple[dict[str, Any], _Paid]] = []

    def moves(self) -> Moves:
        """Return what can be done now."""
        moves = Moves()
        if len(self._works) < MOST_WORKS:
            moves.offer("work", self._work)
        for paid in self._works:
            for rule in self._cycle.rules_in(paid.state, self._requester.version):
                on = bool(rule.to)
                if not rule.action.startswith("GrantBonus"):
                    moves.offer(rule.action, partial(self._decide, rule, paid), on=on)
                elif on:
                    moves.offer(rule.action, partial(self._grant, rule, paid))
                else:
                    for values in (values for values, first in self._tokens if first is paid):
                        moves.offer(rule.action, partial(self._again, rule, values, paid), on=False)
        return moves

    def _work(self) -> None:
        if not self._hit_id:
            reward = {"Amount": str(REWARD), "CurrencyCode": "USD"}
            self._hit_id = self._employer.hit(Reward=reward, MaxAssignments=MOST_WORKS)
        self._works.append(_Paid(work=self._employer.submitted(self._hit_id)))
        self._before = self._employer.balance()  # what was put aside for a HIT may have left the account

    def _decide(self, rule: Rule, paid: _Paid) -> None:
        values = decision(self._requester, rule.action, paid.work.assignment_id)
        paid.state = self._pay(rule, rule.action, values, REWARD) or paid.state

    def _grant(self, rule: Rule, paid: _Paid) -> None:
        token = {_TOKEN: self._given.name("token")} if rule.action != "GrantBonus" else {}
        values = self._employer.bonus_values(paid.work, str(BONUS), **token)
        self._pay(rule, "GrantBonus", values, BONUS)
        paid.bonuses.append(BONUS)
        if token:
            self._tokens.append((values, paid))
        self._look_at_bonuses(rule, paid)

    def _again(self, rule: Rule, values: dict[str, Any], paid: _Paid) -> None:
        """Use a token that has been used before."""
        amount = {} if rule.action.endswith("the same token") else {"Amount": "3.00"}
        changes = {"BonusAmount": {**values["BonusAmount"], **amount}}
        self._pay(rule, "GrantBonus", {**values, **changes}, BONUS)
        self._look_at_bonuses(rule, paid)

    def _pay(self, rule: Rule, operation: str, values: dict[str, Any], amount: Decimal) -> str:
        """Make a call and see what it took from the account; return the state that it leads to."""
        reply = self._requester.call(operation, values)
        right, expected = (reply.accepted, "success") if rule.to else (reply.refused, "an error")
        self._see(rule, right, rule.action, expected, reply.summary)
        cost = amount if rule.costs else Decimal(0)
        self._spent += cost
        least, before = self._first - self._spent, self._before
        after = self._given.settled(self._employer.balance, lambda balance: balance <= least)
        taken, most = before - after, cost * DEAREST
        where = f"GetAccountBalance before and after {rule.action}"
        self._see(rule, taken <= most, where, f"at most {most} taken", f"{taken} taken: {before}, then {after}")
        if rule.costs:
            told = f"{self._first - after} taken"
            self._see(rule, after <= least, where, f"at least {self._spent} taken since the beginning", told)
        self._before = after
        return rule.to

    def _look_at_bonuses(self, rule: Rule, acted: _Paid) -> None:
        for paid in self._works:
            found = self._given.settled(
                lambda one=paid: [bonus.amount for bonus in self._employer.bonuses(one.work)],  # type: ignore[misc]
                lambda amounts, one=paid: sorted(map(str, amounts)) == sorted(map(str, one.bonuses)),  # type: ignore[misc]
            )
            named = rule.requirement if paid is acted else self._cycle.beside["apart"]
            if paid is acted and rule.to and len(found) < len(paid.bonuses):
                named = self._cycle.beside["paid"]
            self._hunt.see(
                named,
                sorted(map(str, found)) == sorted(map(str, paid.bonuses)),
                where=f"GetBonusPayments after {rule.action}",
                expected=", ".join(map(str, paid.bonuses)) or "none",
                actual=", ".join(map(str, found)) or "none",
            )

    def _see(self, rule: Rule, condition: bool, where: str, expected: str, actual: str) -> None:
        self._hunt.see(rule.requirement, condition, where=where, expected=expected, actual=actual)
