"""The log of one case while it runs: its exchanges, what it says of its requirements, and the verdicts of both."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.bindings.exchanges import calls_of
from conformance.bindings.json import PARAMETER_FAULTS
from conformance.bindings.query import Answer
from conformance.checks.finding import Finding, Outcome, decide, seen
from conformance.checks.judge import decided, judge
from conformance.record.events import LEVELS, ActionEvent, ExchangeEvent, Level, Verdict, VerdictEvent
from conformance.spec.requirements import requirements
from conformance.spec.versions import TODAY
from conformance.wire.messages import Exchange

OPERATIONS = "Common.Operation.names"  # each operation is there, under its name
MISSES_KEPT = 3  # of one requirement in one case: more of the same say nothing new
Judging = Callable[[Exchange, Answer | None], Iterable[Finding]]
"""Tells what the checks find in an exchange; what was read of the reply may be given."""
_OUTCOME_OF = {Outcome.MET: Verdict.PASS, Outcome.SEEN: Verdict.OBSERVED}
_MISSED_AT: dict[Level, Verdict] = {"MUST": Verdict.FAIL, "SHOULD": Verdict.WARN, "MAY": Verdict.OBSERVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What ended a case before its end: a verdict (blocked, not measured or error) and its reason.

    ``lacking`` is the operation that the endpoint does not have, where that is the reason, and ``answered`` what it
    said to the call.
    """

    verdict: Verdict
    reason: str
    lacking: str = ""
    answered: str = ""

    def is_about(self, requirement: str) -> bool:
        """Tell whether the requirement is that the lacking operation be there, or known by its name."""
        return bool(self.lacking) and (
            requirement == OPERATIONS or requirement.startswith(f"{self.lacking}.Operation.")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A finding with the level it is judged at and the exchanges it is about."""

    finding: Finding
    level: Level
    exchanges: tuple[str, ...]


class CaseLog:
    """Collects what happens in one case and concludes with its verdicts.

    ``decides`` are the requirements that the case names; ``wanted`` tells which requirements are selected;
    ``judging`` may be another road to the same findings, ``attempt`` counts the runs of the same case, from 1.
    The object is what suites call ``expect`` (`conformance.checks.expectation.Expect`).
    """

    def __init__(
        self,
        case: str,
        *,
        decides: Iterable[str],
        version: str,
        binding: str,
        wanted: Callable[[str], bool],
        judging: Judging = judge,
        attempt: int = 1,
    ) -> None:
        self.case = case
        self.version = version
        self.binding = binding
        self.exchanges: list[Exchange] = []
        self._answers: list[Answer | None] = []
        self._run = f"{case}|{version}|{binding}" + (f"|{attempt}" if attempt > 1 else "")
        self._wanted = wanted
        self._judging = judging
        self._decides = tuple(name for name in decides if self._counts(name))
        self._own: list[_Said] = []
        self._left_out: dict[str, str] = {}
        self._passed_over: frozenset[str] = frozenset()
        self._kept = 0
        self._actions: list[ActionEvent] = []
        self._held: tuple[list[Exchange], list[Answer | None], list[ActionEvent]] = ([], [], [])

    def _counts(self, requirement: str) -> bool:
        known = requirements().get(requirement)
        if not self._wanted(requirement):
            return False
        return known is None or (known.holds_in(self.version) and known.speaks_of(self.binding))

    def _level(self, requirement: str) -> Level:
        known = requirements().get(requirement)
        return known.level_in(self.version) if known else "MAY"

    def _exchange_id(self, number: int) -> str:
        return f"{self._run}#{number}"

    def leave_out(self, reasons: Mapping[str, str]) -> None:
        """Say which of the requirements cannot be measured on this target, and why."""
        self._left_out.update(reasons)

    def judge_only(self, judged: Container[str], reason: str) -> None:
        """Say that nothing is judged but these requirements, not even by the checks, and why."""
        wanted = self._wanted
        self._wanted = lambda name: name in judged and wanted(name)
        self.leave_out({name: reason for name in self._decides if name not in judged})

    def is_left_out(self, requirement: str) -> bool:
        """Tell whether a requirement cannot be measured on this target."""
        return requirement in self._left_out

    @property
    def nothing_left(self) -> bool:
        """Whether every requirement that the case names was left out."""
        return all(name in self._left_out for name in self._decides)

    def watch(self, exchange: Exchange, answer: Answer | None = None) -> None:
        """Take note of an exchange that the case made, with its reply as it was read."""
        self.exchanges.append(exchange)
        self._answers.append(answer)

    def keep(self) -> None:
        """Keep the exchanges so far whatever is forgotten later."""
        self._kept = len(self.exchanges)

    def forget(self) -> None:
        """Forget the exchanges since the last `keep`: nothing will be said of them."""
        del self.exchanges[self._kept :]
        del self._answers[self._kept :]
        self._actions = [one for one in self._actions if one.after < self._kept]

    def hold(self) -> None:
        """Remember what there is, to bring it back with `recall` whatever comes in between."""
        self._held = (list(self.exchanges), list(self._answers), list(self._actions))

    def recall(self) -> None:
        """Bring back what was there at the last `hold`."""
        self.exchanges[:], self._answers[:], self._actions[:] = self._held

    def note(self, name: str, arguments: Iterable[str], result: str) -> None:
        """Take note of what was done by a driver."""
        after, arguments = len(self.exchanges), tuple(arguments)
        self._actions.append(ActionEvent(case=self._run, after=after, name=name, arguments=arguments, result=result))

    @property
    def actions(self) -> tuple[ActionEvent, ...]:
        """What was done by drivers."""
        return tuple(self._actions)

    def pass_over(self, names: Iterable[str]) -> None:
        """Leave requirements to other cases where this one, which names them, has not come to them."""
        self._passed_over |= set(names)

    def _say(self, finding: Finding, level: Level | None = None) -> None:
        last = (self._exchange_id(len(self.exchanges)),) if self.exchanges else ()
        self._own.append(_Said(finding=finding, level=level or self._level(finding.requirement), exchanges=last))

    def __call__(
        self, requirement: str, condition: bool, *, where: str = "", expected: str = "", actual: str = ""
    ) -> None:
        """Say that a requirement is met or missed by the last exchange."""
        self._say(decide(requirement, condition, where=where, expected=expected, actual=actual))

    def see(self, requirement: str, *, where: str = "", actual: str) -> None:
        """Record behaviour that nothing judges."""
        self._say(seen(requirement, where=where, actual=actual))

    def code(self, requirement: str, codes: tuple[str, ...]) -> None:
        """Compare the codes of an error with those that the requirement names, at their own level."""
        stated = requirements()[requirement].code
        if stated is not None:
            # 2017-01-17 has a type for faults of parameters, under which any code or none is told.
            known = (*stated.any_of, *PARAMETER_FAULTS) if self.version == TODAY else stated.any_of
            condition = any(code in known for code in codes)
            expected = " or ".join(known)
            finding = decide(requirement, condition, where="Code", expected=expected, actual=", ".join(codes))
            self._say(finding, stated.level)

    def exchange_events(self) -> Iterator[ExchangeEvent]:
        """Yield the exchanges as events of the record."""
        for number, exchange in enumerate(self.exchanges, 1):
            yield ExchangeEvent(id=self._exchange_id(number), exchange=exchange)

    def conclude(self, stop: Stop | None, elapsed: float) -> list[VerdictEvent]:
        """Return the verdicts: of the requirements that the case names, and of the checks on its exchanges."""
        # What a case found met before it broke off is not decided: it would have gone on asking.
        own = [one for one in self._own if stop is None or one.finding.outcome is Outcome.MISSED]
        said = [one for one in (*own, *self._checked(stop)) if self._counts(one.finding.requirement)]
        events = [event for group in _by_requirement(said) for event in self._verdicts(group, elapsed)]
        judged = {event.requirement for event in events}
        for requirement in self._decides:
            if requirement not in judged and (undecided := self._undecided(requirement, stop, elapsed)):
                events.append(undecided)
        if (
            stop is not None
            and stop.verdict is Verdict.ERROR
            and all(event.verdict is not stop.verdict for event in events)
        ):
            broken = next(iter(self._decides), self.case)
            events.append(self._event(broken, self._level(broken), stop.verdict, reason=stop.reason, elapsed=elapsed))
        return events

    def _checked(self, stop: Stop | None) -> Iterator[_Said]:
        for number, (exchange, answer) in enumerate(zip(self.exchanges, self._answers, strict=True), 1):
            if stop is not None and stop.lacking and stop.lacking in _called(exchange):
                continue  # what is not there has no replies of its own to judge
            for finding in self._judging(exchange, answer):
                level = self._level(finding.requirement)
                yield _Said(finding=finding, level=level, exchanges=(self._exchange_id(number),))

    def _undecided(self, requirement: str, stop: Stop | None, elapsed: float) -> VerdictEvent | None:
        """Return the verdict on a requirement that the case names and nothing decided.

        None where that is for the checks to decide, and no reply of this case shows what they look at.  What they see
        in the replies of any operation does not wait for one that is lacking.
        """
        if stop is not None and stop.is_about(requirement):
            return self.lacking(stop, requirement, elapsed)
        if requirement in self._left_out:
            stop = Stop(verdict=Verdict.NOT_MEASURED, reason=self._left_out[requirement])
        elif requirement in self._passed_over or self._shown_elsewhere(requirement, stop):
            return None
        stop = stop or Stop(verdict=Verdict.ERROR, reason="the case ended without deciding this requirement")
        return self._event(requirement, self._level(requirement), stop.verdict, reason=stop.reason, elapsed=elapsed)

    @staticmethod
    def _shown_elsewhere(requirement: str, stop: Stop | None) -> bool:
        """Tell whether what the checks decide is no matter of this case: any operation's replies may show it."""
        common = stop is not None and bool(stop.lacking) and requirement.startswith("Common.")
        return (stop is None or common) and requirement in decided()

    def lacking(self, stop: Stop, requirement: str = OPERATIONS, elapsed: float = 0.0) -> VerdictEvent:
        """Return the finding about an operation that the endpoint lacks: what else waits for it is blocked."""
        level = self._level(requirement)
        return self._event(
            requirement,
            level,
            _MISSED_AT[level],
            where=f"Operation={stop.lacking}",
            expected="an operation that the endpoint has",
            actual=stop.answered,
            reason=stop.reason,
            exchanges=(self._exchange_id(len(self.exchanges)),) if self.exchanges else (),
            elapsed=elapsed,
        )

    def _verdicts(self, group: list[_Said], elapsed: float) -> Iterator[VerdictEvent]:
        """Yield one verdict for a requirement, or one for each of its first different misses."""
        misses = [one for one in group if one.finding.outcome is Outcome.MISSED]
        misses.sort(key=lambda one: LEVELS.index(one.level))
        distinct = list({(one.finding.where, one.finding.expected, one.finding.actual): one for one in misses}.values())
        for one in distinct[:MISSES_KEPT]:
            yield self._of(one, _MISSED_AT[one.level], elapsed)
        if not misses:
            best = next((one for one in group if one.finding.outcome is Outcome.MET), group[0])
            yield self._of(best, _OUTCOME_OF[best.finding.outcome], elapsed)

    def _of(self, said: _Said, verdict: Verdict, elapsed: float) -> VerdictEvent:
        finding = said.finding
        return self._event(
            finding.requirement,
            said.level,
            verdict,
            where=finding.where,
            expected=finding.expected,
            actual=finding.actual,
            note=finding.note,
            exchanges=said.exchanges,
            elapsed=elapsed,
        )

    def _event(
        self,
        requirement: str,
        level: Level,
        verdict: Verdict,
        *,
        where: str = "",
        expected: str = "",
        actual: str = "",
        note: str = "",
        reason: str = "",
        exchanges: tuple[str, ...] = (),
        elapsed: float = 0.0,
    ) -> VerdictEvent:
        return VerdictEvent(
            requirement=requirement,
            case=self.case,
            version=self.version,
            binding=self.binding,
            level=level,
            verdict=verdict,
            where=where,
            expected=expected,
            actual=actual,
            note=note,
            reason=reason,
            exchanges=exchanges,
            elapsed=round(elapsed, 4),
        )


def _called(exchange: Exchange) -> set[str]:
    try:
        return {call.operation or "" for call in calls_of(exchange.request)}
    except ValueError:
        return set()


def _by_requirement(said: Iterable[_Said]) -> list[list[_Said]]:
    groups: dict[str, list[_Said]] = {}
    for one in said:
        groups.setdefault(one.finding.requirement, []).append(one)
    return list(groups.values())
