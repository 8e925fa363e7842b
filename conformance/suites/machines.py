"""Sequences of actions that Hypothesis makes up, and the hunt for one that breaks a rule of a life cycle.

A world (`World`) knows which actions are possible and what has to come of each.  A rule that is broken ends the
example; only one requirement is hunted at a time, so that what was found can be made small without turning into
something else, and the next hunt leaves it alone.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, Verbosity, configuration, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, KitError, NotMeasured
from conformance.pytest_plugin.examples import Examples

T = TypeVar("T")
STEPS = 16
MOST_FOUND = 4
"""How many different requirements are hunted down in one case: there may be other examples of more."""

MOST_SHRINKING = 20.0
"""For how many seconds what was found is made smaller."""
MOST_BLOCKED = 3
"""How many examples may end because something that they start from does not work."""

ASIDE = 3
"""One of so many moves leads nowhere."""

Stopping = Blocked | NotMeasured | KitError
Named = dict[str, list[Callable[[], None]]]
"""The name of an action → the ways to do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What can be done now: what leads ``on``, and what is refused, or ends it all."""

    on: Named = field(default_factory=dict)
    aside: Named = field(default_factory=dict)

    def offer(self, action: str, move: Callable[[], None], *, on: bool = True) -> None:
        """Add a way to do something."""
        (self.on if on else self.aside).setdefault(action, []).append(move)


class World(Protocol):
    """One example: what was done so far, and what should have come of it."""

    def moves(self) -> Moves:
        """Return the actions that are possible now; none where the example is over."""


class RuleBroken(Exception):
    """The example breaks the rule that is hunted."""


class ExampleOver(Exception):
    """The example cannot go on: something else is broken, or what has come of it is nobody's fault."""


class Enough(BaseException):
    """Nothing more is to be tried; no Exception, so that Hypothesis does not take it for a failure of the example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A requirement that an example has shown to be missed."""

    requirement: str
    where: str
    expected: str
    actual: str


@dataclass(kw_only=True, eq=False)
class Hunt:
    """The search for one broken rule; ``known`` are those that were found before."""

    examples: Examples
    until: float
    known: frozenset[str] = frozenset()
    found: Miss | None = None
    stopped: Stopping | None = None
    blocked: int = 0
    met: set[str] = field(default_factory=set)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be tried."""
        return self.stopped is not None or self.blocked > MOST_BLOCKED or time.monotonic() > self.until

    def halt(self, why: Stopping) -> None:
        """Say that an example could not go on; what keeps all of them from it ends the hunt."""
        self.blocked += 1
        if not isinstance(why, Blocked | NotMeasured) or (isinstance(why, Blocked) and why.silent):
            self.stopped = why

    def see(self, requirement: str, condition: bool, *, where: str, expected: str, actual: str) -> None:
        """Say what an action showed; raises RuleBroken or ExampleOver where it should not have been so."""
        if condition:
            self.met.add(requirement)
            return
        if requirement in self.known or not self.examples.wanted(requirement):
            raise ExampleOver
        if self.found is None or self.found.requirement == requirement:
            self.examples.hold()
            if self.found is None:
                self.until = min(self.until, time.monotonic() + MOST_SHRINKING)
            self.found = Miss(requirement=requirement, where=where, expected=expected, actual=actual)
            raise RuleBroken
        raise ExampleOver


def hunt(make: Callable[[Hunt], World], requirements: tuple[str, ...], examples: Examples, expect: Expect) -> None:
    """Try sequences in worlds that ``make`` makes, and decide the ``requirements`` that they speak of.

    What they do not come to, because something else does not work or cannot be done on this target, is left to the
    cases that are about it.  Raises Blocked where the endpoint is silent, KitError where the kit itself cannot go on.
    """
    until = time.monotonic() + examples.seconds if examples.seconds is not None else float("inf")
    known: frozenset[str] = frozenset()
    said: set[str] = set()
    stopped: Stopping | None = None
    for _ in range(MOST_FOUND):
        one = Hunt(examples=examples, until=until, known=known)
        _run(one, make)
        said |= one.met
        stopped = one.stopped
        if one.found is None:
            break
        miss = one.found
        examples.recall()
        expect(miss.requirement, False, where=miss.where, expected=miss.expected, actual=miss.actual)
        examples.keep()
        known |= {miss.requirement}
        if not examples.shrinks:
            break
    for requirement in sorted(said - known):
        expect(requirement, True)
    examples.pass_over(set(requirements) - said - known)
    if stopped is not None and not known:
        raise stopped


def _run(one: Hunt, make: Callable[[Hunt], World]) -> None:
    """Let Hypothesis try examples until one breaks a rule or there have been enough."""
    phases = (Phase.generate, Phase.shrink) if one.examples.shrinks else (Phase.generate,)
    chosen = settings(
        max_examples=one.examples.most,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=phases,
        print_blob=False,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    machine = seed(one.examples.seed)(type("Machine", (_Machine,), {"hunt": one, "make": staticmethod(make)}))
    try:
        with _nothing_left_behind(), _no_numbers_of_others():
            run_state_machine_as_test(machine, settings=chosen)
    except (RuleBroken, Flaky, Enough):
        pass  # what was found is known; an endpoint may answer otherwise the next time, and has still done it


@contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Keep Hypothesis from writing into the folder that the run stands in."""
    before = vars(configuration).get("__hypothesis_home_directory")
    with TemporaryDirectory(prefix="mturk-conformance-") as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)


@contextmanager
def _no_numbers_of_others() -> Iterator[None]:
    """Keep Hypothesis from drawing what stands in the modules around: the same seed would not be the same elsewhere."""
    none = SimpleNamespace(set_for_type=lambda _kind: ())
    with (
        patch.object(providers, "_get_local_constants", lambda: none, create=True),
        patch.object(providers, "CONSTANTS_CACHE", {}, create=True),
    ):
        yield


def _chosen(data: Any, things: list[T]) -> T:
    """Draw one of some things; by number, as Hypothesis goes by the hash of what it draws, which is never the same."""
    return things[int(data.draw(st.integers(0, len(things) - 1)))]


class _Machine(RuleBasedStateMachine):
    """An example for Hypothesis."""

    hunt: Hunt
    make: Callable[[Hunt], World]

    def __init__(self) -> None:
        super().__init__()
        self.hunt.examples.begin()
        self.world: World | None = None
        self.over = False

    @rule(data=st.data())
    def act(self, data: Any) -> None:
        """Do one of the things that are possible."""
        if self.hunt.over:
            raise Enough
        if self.over:
            return
        try:
            self.world = self.world or self.make(self.hunt)
            moves = self.world.moves()
            aside = moves.aside and (not moves.on or data.draw(st.integers(1, ASIDE)) == ASIDE)
            named = moves.aside if aside else moves.on
            self.over = not named
            if named:
                _chosen(data, _chosen(data, list(named.values())))()
        except ExampleOver:
            self.over = True
        except (Blocked, NotMeasured, KitError) as why:
            self.over = True
            self.hunt.halt(why)
