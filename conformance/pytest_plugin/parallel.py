"""Several processes for one run: what the controller tells its workers, and what comes back.

The controller alone writes the record and counts; a worker judges its cases and sends their events along with the
reports.  The embedded endpoint is started once in every worker.  An endpoint at a URL is shared by all of them: each
worker has Requester accounts of its own there, and a case that moves the clock, restarts the endpoint or listens for
its messages runs while no other does.
"""

import json
import os
import pickle
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import Blocked, KitError, NotMeasured, UsageError
from conformance.pytest_plugin.examples import Budget
from conformance.pytest_plugin.gate import Gate
from conformance.pytest_plugin.newborn import start_again, tell_the_living
from conformance.pytest_plugin.session import EVENTS, Session
from conformance.record.events import Verdict, VerdictEvent
from conformance.spec.requirements import requirements
from conformance.target.ledger import Ledger
from conformance.target.profile import Profile
from conformance.target.run import Run

KEY = "mturk_conformance"
BALANCE = "10000.00"  # US dollars on each account that a worker opens for itself
MOVERS = ("clock", "restart", "receptor")  # fixtures of cases that no other case may run beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What makes a worker's session the same as the controller's."""

    profile: Profile
    seed: int
    run_id: str
    wanted: frozenset[str]
    cases: frozenset[str]
    fail_on: str
    explore: bool
    keep_secrets: bool
    budget: Budget
    gate: Gate
    ledger: Path | None
    folder: Path


def check_sharing(profile: Profile) -> None:
    """Raise UsageError for an endpoint that several processes cannot share."""
    if profile.url is not None and profile.worker_driver != "http":
        raise UsageError(
            "cannot share an endpoint among several processes: each needs accounts of its own, which only the "
            "control API opens. Give --worker-driver http, or leave out --workers."
        )


def check_distribution(config: pytest.Config) -> None:
    """Raise UsageError for a way to hand out cases in which each is run more than once."""
    if config.option.dist == "each":
        raise UsageError(
            "cannot use --dist=each: every process would judge every case, and the record would tell each verdict "
            "several times. Leave it out, or give --dist=worksteal."
        )


class Controller:
    """Hooks of the process that hands out the cases."""

    def __init__(self, session: Session) -> None:
        check_sharing(session.run.profile)
        self._session = session
        self._folder = tempfile.TemporaryDirectory(prefix="mturk-conformance-")
        self._judged: set[str] = set()
        self._crashed: set[str] = set()

    def pytest_xdist_setupnodes(self, config: pytest.Config) -> None:
        """Before the first worker starts, see that one which dies while it starts is replaced."""
        start_again(config)

    def pytest_configure_node(self, node: Any) -> None:
        """Tell a new worker what the session is."""
        tell_the_living(node)
        kit = self._session
        shared = Shared(
            profile=kit.run.profile,
            seed=kit.run.seed,
            run_id=kit.run.run_id,
            wanted=kit.wanted,
            cases=kit.cases,
            fail_on=kit.fail_on,
            explore=kit.explore,
            keep_secrets=kit.keep_secrets,
            budget=kit.budget,
            gate=kit.gate,
            ledger=kit.run.ledger.path if kit.run.ledger else None,
            folder=Path(self._folder.name),
        )
        node.workerinput[KEY] = pickle.dumps(shared)

    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from a worker that ends what its cases were about, and why it ended early."""
        output = getattr(node, "workeroutput", {}).get(KEY)
        if output is None:
            return
        self._session.planned |= {(name, version) for name, version in output["planned"]}
        self._session.refused_for_safety |= output["refused_for_safety"]
        if output["cut_short"] is not None:
            code, why = output["cut_short"]
            self._session.cut_short = KitError(why)
            self._session.cut_short.exit_code = code

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember which cases have been judged."""
        if hasattr(report, EVENTS):
            self._judged.add(report.nodeid)

    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport, sched: Any) -> None:
        """Give the case of a worker that died to another one; the second time it is the kit's failure."""
        if crashitem not in self._judged:
            if crashitem in self._crashed:
                self._session.take([event.to_json() for event in self._lost(crashitem)], None)
                return
            self._crashed.add(crashitem)
            sched.mark_test_pending(crashitem)
        report.outcome, report.longrepr = "passed", None

    def _lost(self, crashitem: str) -> Iterator[VerdictEvent]:
        """Yield a verdict on each requirement of a case that nobody lives to judge, as its worker has noted them."""
        noted = (json.loads(path.read_text("utf-8")) for path in Path(self._folder.name).glob("*.at"))
        unknown: dict[str, Any] = {"decides": [], "case": crashitem}
        found = next((one for one in noted if one["item"] == crashitem), unknown)
        for requirement in found["decides"] or [found["case"]]:
            version, known = found.get("version", ""), requirements().get(requirement)
            yield VerdictEvent(
                requirement=requirement,
                case=found["case"],
                version=version,
                binding="",
                level=known.level_in(version) if known else "MAY",
                verdict=Verdict.ERROR,
                reason="the process that judged the case died, and so did the one that judged it anew",
            )

    def pytest_unconfigure(self) -> None:
        """Take away what was shared."""
        self._folder.cleanup()


def distributes(config: pytest.Config) -> bool:
    """Tell whether this process hands out its cases to others."""
    return getattr(config.option, "dist", "no") != "no" and bool(getattr(config.option, "tx", None))


def is_worker(config: pytest.Config) -> bool:
    """Tell whether this process gets its cases from another."""
    return hasattr(config, "workerinput")


def worker_session(config: pytest.Config) -> Session | None:
    """Return the session that the controller told this process of; None where there is no controller."""
    told = getattr(config, "workerinput", None)
    if told is None:
        return None
    shared: Shared = pickle.loads(told[KEY])
    run = Run(profile=shared.profile, seed=shared.seed, environ=os.environ, run_id=shared.run_id)
    run.ledger = Ledger(shared.ledger) if shared.ledger else None
    return Session(
        run=run,
        wanted=shared.wanted,
        cases=shared.cases,
        fail_on=shared.fail_on,
        explore=shared.explore,
        keep_secrets=shared.keep_secrets,
        budget=shared.budget,
        gate=shared.gate,
        lock=shared.folder / "lock" if shared.profile.url is not None else None,
        at_work=shared.folder / f"{told['workerid']}.at",
    )


def note_at_work(session: Session, item: pytest.Item, case: str, version: str, decides: Collection[str]) -> None:
    """Note which case a worker is at, for the controller to read should the worker die."""
    if session.at_work is not None:
        noted = {"item": item.nodeid, "case": case, "version": version, "decides": list(decides)}
        session.at_work.write_text(json.dumps(noted), "utf-8")


def open_own_accounts(session: Session) -> None:
    """Give a worker that shares its endpoint Requesters of its own, so that no other case draws on them.

    Raises UsageError where the endpoint opens no accounts.
    """
    target = session.run.target
    try:
        first, second = target.new_requester(BALANCE), target.new_requester(BALANCE)
    except (Blocked, NotMeasured) as why:
        raise UsageError(
            f"cannot share the endpoint among several processes: {why}. "
            "See that its control API opens accounts, or leave out --workers."
        ) from None
    session.run.replace_target(replace(target, credentials=first, second_credentials=second))


def tell_controller(config: pytest.Config, session: Session) -> None:
    """Send along, as the worker ends, what its reports did not tell."""
    output = getattr(config, "workeroutput", None)
    if output is not None:
        cut = session.cut_short
        output[KEY] = {
            "planned": [list(pair) for pair in sorted(session.planned)],
            "refused_for_safety": session.refused_for_safety,
            "cut_short": (cut.exit_code, str(cut)) if cut else None,
        }


@contextmanager
def turn(item: pytest.Item | pytest.Session, lock: Path | None) -> Iterator[None]:
    """Run a case, or what a session does by itself, beside others; a case that moves what all share runs alone."""
    if lock is None:
        yield
        return
    import fcntl

    alone = any(name in getattr(item, "fixturenames", ()) for name in MOVERS)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
