"""Sequences of calls, and of what Workers do, that are made up: no rule of a life cycle is broken in any order.

Each example starts from things of its own.  What a single call shows has a case elsewhere; here it is the order that
is tried.
"""

from collections.abc import Callable

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import NotMeasured
from conformance.pytest_plugin.examples import Examples
from conformance.spec.life_cycles import life_cycle
from conformance.suites.hit_machine import HitWorld
from conformance.suites.hits import Fund
from conformance.suites.machines import Hunt, World, hunt
from conformance.suites.money_machine import MoneyWorld
from conformance.suites.preconditions import Given
from conformance.suites.qualification_machine import QualificationWorld
from conformance.target.requester import Requester

ON_SITE = frozenset({"worker:accept", "worker:submit", "worker:return"})
BALANCE = "1000.00"
Make = Callable[[Hunt], World]
Hunting = Callable[[str, frozenset[str], Make], None]


@pytest.fixture
def hunting(given: Given, expect: Expect, examples: Examples) -> Hunting:
    """Hunt in the worlds of a life cycle, where Workers can do what it needs and money may be spent on it."""

    def hunted(name: str, needs: frozenset[str], make: Make) -> None:
        named = life_cycle(name).requirements
        if needs <= given.workers.capabilities and (examples.may_pay or ON_SITE.isdisjoint(needs)):
            hunt(make, named, examples, expect)
        else:
            examples.pass_over(named)

    return hunted


@pytest.mark.machine
@pytest.mark.verifies(*life_cycle("hit").requirements)
def test_hit_in_any_order(given: Given, requester: Requester, fund: Fund, hunting: Hunting) -> None:
    """Workers accept, return and submit; the Requester decides, expires, extends, reviews and disposes."""

    def make(one: Hunt) -> World:
        return HitWorld(given, _funded(fund, requester), one)

    hunting("hit", ON_SITE, make)


@pytest.mark.machine
@pytest.mark.verifies(*life_cycle("qualification").requirements)
def test_qualification_in_any_order(given: Given, hunting: Hunting) -> None:
    """Two Workers ask; the Requester grants, rejects, assigns, changes and revokes."""

    def make(one: Hunt) -> World:
        return QualificationWorld(given, one)

    hunting("qualification", frozenset({"worker:request-qualification"}), make)


@pytest.mark.machine
@pytest.mark.verifies(*life_cycle("money").requirements)
def test_money_in_any_order(given: Given, fund: Fund, hunting: Hunting) -> None:
    """Rewards and bonuses are paid once each, with tokens used again and decisions taken back in between."""

    def make(one: Hunt) -> World:
        return MoneyWorld(given, fund(BALANCE), one)

    hunting("money", ON_SITE, make)


def _funded(fund: Fund, requester: Requester) -> Requester:
    """Return a Requester who can pay for an example; where no account can be opened, the one given."""
    try:
        return fund(BALANCE)
    except NotMeasured:
        return requester
