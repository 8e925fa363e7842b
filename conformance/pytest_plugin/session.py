"""What one pytest session of the kit knows: the run, the selection, the record, and how it ends."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pytest

from conformance import __version__
from conformance.bindings.query import Answer
from conformance.checks.finding import Finding
from conformance.errors import EndpointUnreachable, KitError, RefusedForSafety
from conformance.pytest_plugin.examples import Budget
from conformance.pytest_plugin.gate import Gate
from conformance.record.baseline import Scope
from conformance.record.case_log import OPERATIONS, CaseLog, Stop
from conformance.record.demand import Demand
from conformance.record.events import End, Event, RunHeader, Verdict, VerdictEvent, event_from_json
from conformance.record.known import Compared
from conformance.record.spending import Spending
from conformance.record.writer import RecordWriter
from conformance.spec.requirements import requirements
from conformance.target.opening import Target
from conformance.target.run import Run
from conformance.wire.messages import Exchange

EVENTS = "mturk_events"  # attribute of a report: what `Session.take` takes
NETWORK_DEAD_AFTER = 3  # cases in a row that ended without an answer; then the endpoint is asked whether it lives
UNDECIDED = "no check, case or suite of this kit decides it"
NOT_SHOWN = "no case that was run shows it"
NOTICE = "Common.Version.retirement-message"
RETIRED = 'the endpoint plays the retired service, which refuses every call alike (profile: plays = "retired")'


class Plan(Protocol):
    """A session over planted defects: which ones a case is run against, and the target of each."""

    def defects_for(self, case: str, decides: Iterable[str]) -> Iterable[str | None]:
        """Return the names of the defects to run a case against; None is the endpoint without one."""

    def target(self, defect: str | None) -> Target:
        """Return a fresh target with the defect planted."""

    def judge(self, exchange: Exchange, answer: Answer | None) -> Iterable[Finding]:
        """Return what the checks find in an exchange."""

    def take(self, defect: str | None, events: list[Event]) -> None:
        """Take the events of a case that was run against the defect."""


@dataclass(kw_only=True, eq=False)
class Session:
    """The state of a session.

    One that ``replays`` runs ``cases`` whether or not they name a requirement that is wanted.
    ``planned`` and ``seen`` hold requirements with versions: which some case is about, and which have a verdict;
    ``lacking`` holds versions with operations that the endpoint was told to lack, by no case that was selected.
    ``cut_short`` is why the session ended early, ``broken`` what failed in the suites outside of any case (known only
    where they are ``alone`` in their pytest session), ``recorded`` tells whether the record has its last line.
    ``told`` are the verdicts, ``excused`` counts those that do not fail the run (`Gate.excuse`); ``compared`` and
    ``demand`` are what the end of the run says of the baseline, and of how much was measured.
    ``lock`` is the file by which processes that share an endpoint take turns, ``at_work`` the one in which one of
    several notes the case that it is at.
    """

    run: Run
    wanted: frozenset[str]
    selection: tuple[str, ...] = ()
    cases: frozenset[str] = frozenset()
    fail_on: str = "must"
    explore: bool = False
    replays: bool = False
    keep_secrets: bool = False
    budget: Budget = field(default_factory=Budget)
    gate: Gate = field(default_factory=Gate)
    record: Path | None = None
    plan: Plan | None = None
    writer: RecordWriter | None = None
    tally: Counter[Verdict] = field(default_factory=Counter)
    excused: Counter[Verdict] = field(default_factory=Counter)
    told: list[VerdictEvent] = field(default_factory=list)
    compared: Compared | None = None
    demand: Demand | None = None
    planned: set[tuple[str, str]] = field(default_factory=set)
    seen: set[tuple[str, str]] = field(default_factory=set)
    lacking: set[tuple[str, str]] = field(default_factory=set)
    cut_short: KitError | None = None
    alone: bool = False
    broken: list[str] = field(default_factory=list)
    recorded: bool = False
    dead_in_a_row: int = 0
    refused_for_safety: bool = False
    lock: Path | None = None
    at_work: Path | None = None

    def notes(self) -> tuple[str, ...]:
        """Return what the user should know about the endpoint before anything is sent to it."""
        url = self.run.profile.url
        return self.run.guard.check_endpoint(url) if url else ()

    def begin(self, url: str) -> None:
        """Open the record and write its header; ``url`` is that of the endpoint under test."""
        if self.record is None or self.writer is not None:
            return
        profile = self.run.profile
        writer = RecordWriter(self.record)
        writer.write(
            RunHeader(
                kit=__version__,
                run_id=self.run.run_id,
                seed=self.run.seed,
                url=url,
                profile=profile.name,
                versions=profile.versions,
                bindings=profile.bindings_used,
                selection=self.selection,
                started_at=_now(),
                plays=profile.plays,
                max_examples=self.budget.examples,
                repeat=self.gate.repeat,
                rerun_failures=self.gate.rerun_failures,
                flaky=self.gate.flaky,
                fail_on=self.fail_on,
                deviations=self.gate.deviations,
                drivers={
                    "worker": profile.worker_driver,
                    "clock": profile.clock_driver,
                    "restart": profile.restart_hook,
                },
            )
        )
        self.writer = writer

    def take(self, lines: list[dict[str, object]], defect: str | None) -> None:
        """Take the events of a finished case: count them and write them down; KitError if that is impossible."""
        events = [event_from_json(line) for line in lines]
        if self.plan is not None:
            self.plan.take(defect, events)
        for event in events:
            if isinstance(event, VerdictEvent):
                self._count(event)
                self.seen.add((event.requirement, event.version))
            if self.writer is not None:
                self.writer.write(event)

    def _count(self, event: VerdictEvent) -> None:
        self.tally[event.verdict] += 1
        self.excused[event.verdict] += bool(self.excuse(event))
        self.told.append(replace(event, exchanges=()))

    def excuse(self, event: VerdictEvent) -> str:
        """Return why a verdict does not fail the run though it is a miss; empty where it does."""
        return self.gate.excuse(event, self.scope)

    @cached_property
    def scope(self) -> Scope:
        """What the run is about, as far as an entry of a baseline has to know."""
        profile = self.run.profile
        chosen = self.selection or self.cases or self.replays or profile.plays == "retired"
        return Scope(
            run_id=self.run.run_id,
            profile=profile.name,
            versions=profile.versions,
            bindings=profile.bindings_used,
            wanted=self.wanted,
            whole=self.alone and not chosen,  # at the pytest door, tests may be left out by other means
        )

    def told_lacking(self, log: CaseLog, stop: Stop, verdicts: Iterable[VerdictEvent]) -> list[VerdictEvent]:
        """Return the finding that an operation is lacking, where its requirements wait and nothing else would tell.

        No case that was selected asks whether the operation is there; without a finding the run would pass.
        """
        own = any(event.requirement.partition(".")[0] == stop.lacking for event in verdicts)
        known = (log.version, stop.lacking)
        if self.plan is not None or OPERATIONS in self.wanted or not own or known in self.lacking:
            return []
        self.lacking.add(known)
        return [replace(log.lacking(stop), case=f"{OPERATIONS}/{stop.lacking}")]

    def add_unseen(self) -> None:
        """Record every selected requirement that no case spoke of as not measured, with the reason.

        A session of named cases was asked about nothing else; in a worker it is for the controller to do.
        """
        if self.cases or self.plan is not None or self.at_work is not None:
            return
        for version in self.run.profile.versions:
            for name in sorted(self.wanted):
                requirement = requirements()[name]
                if requirement.holds_in(version) and (name, version) not in self.seen:
                    why = NOT_SHOWN if (name, version) in self.planned else UNDECIDED
                    if not any(map(requirement.speaks_of, self.run.profile.bindings_in(version))):
                        why = f"it is about calls by {requirement.transport}, which the run does not make (--binding)"
                    if self.run.profile.plays == "retired" and name != NOTICE:
                        why = RETIRED
                    event = VerdictEvent(
                        requirement=name,
                        case="",
                        version=version,
                        binding="",
                        level=requirement.level_in(version),
                        verdict=Verdict.NOT_MEASURED,
                        reason=requirement.untestable or str(self.cut_short or why),
                    )
                    self._count(event)
                    if self.writer is not None:
                        self.writer.write(event)

    def exit_code(self, pytest_status: int) -> int:
        """Return the kit's exit code for how the session went (the contract is in README, "Exit codes")."""
        if self.cut_short is not None:
            return self.cut_short.exit_code
        if pytest_status == pytest.ExitCode.USAGE_ERROR:
            return 2
        ended_early = pytest_status in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
        if ended_early or self.broken or self.tally[Verdict.ERROR]:
            return 3
        counted = self.tally - self.excused
        failed = counted[Verdict.FAIL] or (self.fail_on == "should" and counted[Verdict.WARN])
        if failed or pytest_status == pytest.ExitCode.TESTS_FAILED:  # the pytest door may run other tests as well
            return 1
        if any(count for verdict, count in self.tally.items() if verdict.measured):
            stale = self.compared is not None and self.compared.failing
            return 1 if stale else 0 if self.demand is None or self.demand.met else 5
        return RefusedForSafety.exit_code if self.refused_for_safety else 5

    def end(self, pytest_status: int) -> int:
        """Close the record, clean up and close the run; return the exit code."""
        interrupted = pytest_status == pytest.ExitCode.INTERRUPTED and self.cut_short is None and not self.broken
        if interrupted:
            self.cut_short = EndpointUnreachable("the run was interrupted")
        try:
            self._close_record(pytest_status, interrupted)
            if interrupted or not isinstance(self.cut_short, EndpointUnreachable):
                with suppress(KitError):  # what is left stays in the ledger, and is no verdict
                    self.run.clean()
        finally:
            self.run.close()
        return self.exit_code(pytest_status)

    def _close_record(self, pytest_status: int, interrupted: bool) -> None:
        """Write what is left to say; a record that takes no more is why the session ended early."""
        try:
            self.add_unseen()
            self._compare(pytest_status)
            if self.writer is not None:
                code, reason = self.exit_code(pytest_status), str(self.cut_short or "") or next(iter(self.broken), None)
                spending = self._spending()
                self.writer.write(
                    End(
                        finished_at=_now(),
                        exit_code=code,
                        interrupted=interrupted,
                        reason=reason,
                        spending=spending,
                        baseline=self.compared,
                        demand=self.demand,
                    )
                )
                self.writer.close()
                self.recorded = True
        except KitError as error:
            self.cut_short = error

    def _compare(self, pytest_status: int) -> None:
        """Compare with the baseline and with what was demanded; a run that came to no verdict changes no file."""
        if self.at_work is not None or self.plan is not None:
            return
        self.demand = self.gate.counted(self.told)
        if self.cut_short is None:
            judged = self.exit_code(pytest_status) in (0, 1)
            self.compared = self.gate.settle(
                self.told, self.scope, seed=self.run.seed, fail_on=self.fail_on, write=judged
            )

    def _spending(self) -> Spending | None:
        """Compare the balance with that before the run; an endpoint that is gone is not asked."""
        known = None if isinstance(self.cut_short, EndpointUnreachable) else self.run.spending()
        if known is None:
            return None
        estimated, before, after = (amount if amount is None else f"{amount:.2f}" for amount in known)
        return Spending(estimated=estimated or "0.00", before=before, after=after)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SESSION: pytest.StashKey[Session] = pytest.StashKey()
