"""What a record amounts to: verdicts by requirement, one entry a fault, and what was not decided and why."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from conformance.record.clock import Clock
from conformance.record.events import LEVELS, Level, Verdict, VerdictEvent
from conformance.record.gate import fails
from conformance.record.reader import Record
from conformance.record.settled import constant_part

_WORST = {verdict: place for place, verdict in enumerate(Verdict)}

_CONCLUSIONS = {
    0: "CONFORMS",
    1: "DOES NOT CONFORM",
    2: "NOT JUDGED: wrong usage or configuration",
    3: "NOT JUDGED: the run was cut short",
    4: "NOT JUDGED: refused for safety",
    5: "NOT JUDGED: nothing was measured",
}
_TOO_LITTLE = "NOT JUDGED: too little was measured"
_CUT_SHORT = 3

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementResult:
    """One requirement over all its cases, versions and bindings.

    ``level`` is the strictest that a case had, ``verdict`` the worst.  ``measured`` tells whether any case saw the
    endpoint meet or miss it, which the worst verdict may hide.
    """

    id: str
    level: Level
    verdict: Verdict
    measured: bool
    cases: int

    @property
    def article(self) -> str:
        """The part of the id before the first dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault with all its sightings; ``sample`` is the first, ``cases`` names each as case, version, binding."""

    sample: VerdictEvent
    count: int
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What was not decided for one ``reason``: the requirements, and how many cases."""

    reason: str
    requirements: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Requirements counted: ``counts`` by verdict (zeros included), of ``total``, of which ``measured``."""

    counts: Mapping[Verdict, int]
    total: int
    measured: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What reports say; requirements, articles and groups are in alphabetical order, findings as they came.

    ``exit_code`` is that of the run, or 3 where the record has no end.  ``clock`` is a note and no verdict.
    """

    conclusion: str
    exit_code: int
    requirements: tuple[RequirementResult, ...]
    levels: Mapping[Level, Tally]
    articles: Mapping[str, Tally]
    failures: tuple[Finding, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    observations: tuple[Finding, ...]
    blocked: tuple[Group, ...]
    not_measured: tuple[Group, ...]
    clock: Clock | None = None

    @property
    def musts_measured(self) -> str:
        """How much of what is demanded was looked at, for example ``12 of 30 MUSTs measured``."""
        musts = self.levels["MUST"]
        return f"{musts.measured} of {musts.total} MUSTs measured"


def summarise(record: Record) -> Summary:
    """Return what ``record`` amounts to; its requirements are those that it has a verdict for."""
    results = tuple(
        _result(id_, events) for id_, events in sorted(_grouped(record.verdicts, lambda event: event.requirement))
    )
    exit_code = record.end.exit_code if record.end else _CUT_SHORT
    levels: Mapping[Level, Tally] = {
        level: _tally(result for result in results if result.level == level) for level in LEVELS
    }

    causes = {event.reason for event in record.verdicts if event.verdict is Verdict.FAIL and event.reason}

    def findings(verdict: Verdict) -> tuple[Finding, ...]:
        told = [event for event in record.verdicts if event.verdict is verdict]
        if verdict is Verdict.FAIL:
            told += [event for event in record.verdicts if event.verdict is Verdict.WARN and event.reason in causes]
        elif verdict is Verdict.WARN:
            told = [event for event in told if event.reason not in causes]
        return _findings(told, record.header.run_id)

    def groups(verdict: Verdict) -> tuple[Group, ...]:
        return _groups(event for event in record.verdicts if event.verdict is verdict)

    return Summary(
        conclusion=_conclusion(record, exit_code, levels["MUST"]),
        exit_code=exit_code,
        requirements=results,
        levels=levels,
        articles={article: _tally(of) for article, of in _grouped(results, lambda result: result.article)},
        failures=findings(Verdict.FAIL),
        errors=findings(Verdict.ERROR),
        warnings=findings(Verdict.WARN),
        observations=findings(Verdict.OBSERVED),
        blocked=groups(Verdict.BLOCKED),
        not_measured=groups(Verdict.NOT_MEASURED),
        clock=record.clock,
    )


def _conclusion(record: Record, exit_code: int, musts: Tally) -> str:
    """Return the conclusion; conformance is claimed no further than it was measured, and not where it is excused."""
    missed = [event for event in record.verdicts if event.verdict is Verdict.FAIL]
    if exit_code == 0 and missed:
        if any(event.known and event.known.by == "baseline" for event in missed):
            return "DOES NOT CONFORM, BUT NOTHING IS NEW"
        if not any(fails(record, event) for event in missed):
            declared = any(event.known for event in missed)
            return "CONFORMS BUT FOR DECLARED DEVIATIONS" if declared else "CONFORMS BUT FOR WHAT IS FLAKY"
    if exit_code == 1 and record.end and record.end.baseline and not any(fails(record, one) for one in record.verdicts):
        return "THE BASELINE IS OUT OF DATE"
    if exit_code == 5 and record.end and record.end.demand and any(one.verdict.measured for one in record.verdicts):
        return _TOO_LITTLE
    if exit_code == 0 and musts.measured < musts.total:
        return "CONFORMS AS FAR AS MEASURED"
    return _CONCLUSIONS.get(exit_code, f"NOT JUDGED: exit code {exit_code}")


def _result(id_: str, events: list[VerdictEvent]) -> RequirementResult:
    return RequirementResult(
        id=id_,
        level=min((event.level for event in events), key=LEVELS.index),
        verdict=min((event.verdict for event in events), key=_WORST.__getitem__),
        measured=any(event.verdict.measured for event in events),
        cases=len(events),
    )


def _tally(results: Iterable[RequirementResult]) -> Tally:
    results = list(results)
    return Tally(
        counts={verdict: sum(result.verdict is verdict for result in results) for verdict in Verdict},
        total=len(results),
        measured=sum(result.measured for result in results),
    )


def _findings(events: list[VerdictEvent], run_id: str) -> tuple[Finding, ...]:
    def by(event: VerdictEvent) -> str:
        return event.known.by if event.known else ""

    def shape(event: VerdictEvent) -> tuple[str, ...]:
        if event.verdict.measured and event.reason:
            return (by(event), "", event.reason)  # one root cause, whichever requirements speak of it
        texts = (event.where, event.expected, event.actual, event.reason)
        return (by(event), event.requirement, *(constant_part(text, run_id) for text in texts))

    return tuple(
        Finding(
            sample=sightings[0],
            count=len(sightings),
            cases=tuple(dict.fromkeys(f"{event.case}|{event.version}|{event.binding}" for event in sightings)),
        )
        for _, sightings in _grouped(events, shape)
    )


def _groups(events: Iterable[VerdictEvent]) -> tuple[Group, ...]:
    return tuple(
        Group(reason=reason, requirements=tuple(sorted({event.requirement for event in of})), count=len(of))
        for reason, of in sorted(_grouped(events, lambda event: event.reason))
    )


def _grouped(items: Iterable[T], key: Callable[[T], K]) -> Iterable[tuple[K, list[T]]]:
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups.items()
