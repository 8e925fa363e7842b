"""A run in several processes: the verdicts of one, one record, and no loss where a process dies or is stopped."""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.errors import EndpointUnreachable, KitError, RefusedForSafety, UsageError
from conformance.pytest_plugin.parallel import (
    KEY,
    Controller,
    check_sharing,
    distributes,
    is_worker,
    open_own_accounts,
    tell_controller,
    turn,
    worker_session,
)
from conformance.pytest_plugin.session import EVENTS, Session
from conformance.record.events import ExchangeEvent, Verdict
from conformance.record.reader import read_record
from conformance.target.ledger import open_items
from conformance.target.profile import Profile
from conformance.target.run import Run
from conformance.wire.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    import subprocess

    from tests.conftest import Kit

SHORT = (
    "--seed=3",
    "--version=2014-08-15",
    "--select=GrantBonus.UniqueRequestToken.*",
    "--select=RejectQualificationRequest.*",
    "--select=QualificationRequest.SubmitTime.*",
)
TWO = "--workers=2"


def children(pid: int) -> set[int]:
    """Return the processes that a process has started."""
    return {int(text) for path in Path(f"/proc/{pid}/task").glob("*/children") for text in path.read_text().split()}


def alive(pid: int) -> bool:
    """Tell whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    for _ in range(1500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def recorded(path: Path, lines: int) -> bool:
    """Tell whether a record has so many lines."""
    return path.exists() and path.read_bytes().count(b"\n") >= lines


def assert_whole(path: Path) -> None:
    """A record has one header, first, and one end, last; every exchange has an id of its own."""
    types = [json.loads(line)["type"] for line in path.read_text().splitlines()]
    assert (types[0], types[-1]) == ("run", "end")
    assert (Counter(types)["run"], Counter(types)["end"]) == (1, 1)
    ids = [event.id for event in read_record(path).events if isinstance(event, ExchangeEvent)]
    assert len(ids) == len(set(ids)) > 0
    judged = Counter((event.requirement, event.case, event.version) for event in read_record(path).verdicts)
    assert set(judged.values()) == {1}


def test_two_processes_judge_as_one(kit: Kit) -> None:
    """With the same seed the verdicts are the same, and the record is as whole."""
    assert kit.judge(*SHORT).code == 0
    alone = kit.verdicts()
    outcome = kit.judge(*SHORT, TWO)
    assert (outcome.code, outcome.err) == (0, "")
    assert kit.verdicts() == alone
    assert_whole(kit.record_path)


def test_a_shared_endpoint_is_judged_the_same(kit: Kit) -> None:
    """Cases that move the clock by a day or restart the endpoint do not disturb the others; nothing is left there."""
    drivers = (*kit.driven, "--restart-hook=http")
    alone = kit.serve()
    assert kit.judge(alone.url, *SHORT, *drivers).code == 0
    expected = kit.verdicts()
    assert {Verdict.PASS} in expected.values()
    shared = kit.serve()
    outcome = kit.judge(shared.url, *SHORT, *drivers, TWO)
    assert (outcome.code, outcome.err) == (0, "")
    assert kit.verdicts() == expected
    assert {"GrantBonus.UniqueRequestToken.window", "RejectQualificationRequest.durable"} <= kit.named(Verdict.PASS)
    assert_whole(kit.record_path)
    assert open_items(kit.ledger) == ()


@pytest.mark.parametrize("victims", [1, 2])
def test_a_killed_process_loses_no_verdict(kit: Kit, victims: int) -> None:
    """What it was at is given to another, and a fresh process takes its place; so too where all of them die."""
    assert kit.judge(*SHORT).code == 0
    alone = kit.verdicts()
    with kit.start("run", TWO, *SHORT, "--record", kit.record_path) as run:
        wait_for(lambda: recorded(kit.record_path, 30))
        started = children(run.pid)
        endpoints = {pid for worker in started for pid in children(worker)}
        for pid in sorted(started)[:victims]:
            os.kill(pid, signal.SIGKILL)
        _, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (0, "")
    assert kit.verdicts() == alone
    assert_whole(kit.record_path)
    wait_for(lambda: not any(map(alive, started | endpoints)))


class Gate:
    """An endpoint that stops within its first rejection, so that something can be done to the run meanwhile."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._answer = kit.endpoint()
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, a rejection only once the gate is opened."""
        if self._kit.operation_of(request) == "RejectQualificationRequest":
            self.reached.set()
            self.opened.wait(20)
        return self._answer(request)


def interrupt(run: subprocess.Popen[str], *, terminal: bool) -> None:
    """Send SIGINT to a run, and to the processes that it started, as a terminal does at Ctrl-C."""
    for pid in (run.pid, *(children(run.pid) if terminal else ())):
        os.kill(pid, signal.SIGINT)


@pytest.mark.parametrize("terminal", [True, False])
def test_ctrl_c_ends_every_process(kit: Kit, terminal: bool) -> None:
    """The record ends with why, what was measured stays, and no process is left."""
    with kit.start("run", TWO, "--record", kit.record_path) as run:
        wait_for(lambda: recorded(kit.record_path, 30))
        started = children(run.pid)
        started |= {pid for worker in started for pid in children(worker)}
        interrupt(run, terminal=terminal)
        out, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (3, "")
    assert "The run ended early: the run was interrupted" in out
    assert_whole(kit.record_path)
    end = kit.record().end
    assert end is not None
    assert (end.exit_code, end.interrupted, end.reason) == (3, True, "the run was interrupted")
    assert kit.named(Verdict.PASS)
    assert len(started) == 4
    wait_for(lambda: not any(map(alive, started)))


def test_ctrl_c_cleans_up_at_a_shared_endpoint(kit: Kit) -> None:
    """Each process takes away what it created."""
    gate = Gate(kit)
    endpoint = kit.serve(gate)
    drivers = (*kit.driven, "--select=RejectQualificationRequest.*")
    with kit.start("run", endpoint.url, TWO, *drivers, "--record", kit.record_path, "--ledger", kit.ledger) as run:
        assert gate.reached.wait(20)
        assert open_items(kit.ledger)
        interrupt(run, terminal=True)
        threading.Timer(0.3, gate.opened.set).start()
        _, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (3, "")
    assert_whole(kit.record_path)
    assert open_items(kit.ledger) == ()


def test_an_endpoint_that_several_processes_cannot_share_is_told_at_once(kit: Kit) -> None:
    """Nothing is sent; the advice is to name the driver or to run in one process."""
    endpoint = kit.serve()
    outcome = kit.judge(endpoint.url, TWO)
    assert outcome.code == 2
    assert outcome.err.count("Give --worker-driver http, or leave out --workers.") == 1
    assert endpoint.seen == []


def test_a_control_api_that_opens_no_accounts_is_told(kit: Kit) -> None:
    """The processes find it out by themselves, and the run ends with what they say."""
    answer = kit.endpoint()

    def closed(request: HttpRequest) -> HttpResponse:
        refused = HttpResponse(status=404, body=b'{"error": "not served"}')
        return refused if request.url.startswith("/control/requesters") else answer(request)

    outcome = kit.judge(kit.serve(closed).url, TWO, *kit.driven, *SHORT)
    assert outcome.code == 2
    assert "See that its control API opens accounts, or leave out --workers." in outcome.out
    assert_no_case(kit)


def test_a_case_that_is_not_there_is_told(kit: Kit) -> None:
    """The processes end at once instead of being started again and again."""
    outcome = kit.judge(TWO, *SHORT, "--case=rejection/leaves-the-lst")
    assert outcome.code == 2
    assert "did you mean rejection/leaves-the-list?" in outcome.out
    assert_no_case(kit)


def assert_no_case(kit: Kit) -> None:
    """The record has an end with exit code 2, and no case was judged."""
    end = kit.record().end
    assert end is not None
    assert (end.exit_code, end.interrupted) == (2, False)
    assert {event.verdict for event in kit.record().verdicts} <= {Verdict.NOT_MEASURED}


def test_an_endpoint_that_dies_cuts_the_run_short(kit: Kit) -> None:
    """One process notices, and all end; the reason is in the record."""
    answer, calls = kit.endpoint(), iter(range(100_000))

    def dying(request: HttpRequest) -> HttpResponse:
        if next(calls) > 60:
            raise SystemExit  # no answer: the server hangs up
        return answer(request)

    outcome = kit.judge(kit.serve(dying).url, TWO, *kit.driven, *SHORT)
    assert outcome.code == 3, outcome
    assert kit.record().end is not None


# The parts


def session(profile: Profile | None = None, **fields: Any) -> Session:
    run = Run(profile=profile or Profile(), seed=7, environ={})
    return Session(run=run, wanted=frozenset({"Common.Service.value"}), **fields)


def free_for(kind: int, lock: Path) -> bool:
    """Tell whether another could take the lock now."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize(
    ("item", "beside_others"),
    [
        (SimpleNamespace(fixturenames=["requester", "expect"]), True),
        (SimpleNamespace(fixturenames=["requester", "clock"]), False),
        (SimpleNamespace(fixturenames=["restart"]), False),
        (SimpleNamespace(), True),
    ],
)
def test_cases_run_beside_each_other_but_for_those_that_move_what_all_share(
    tmp_path: Path, item: Any, beside_others: bool
) -> None:
    """A session as such counts as a case like others."""
    lock = tmp_path / "lock"
    with turn(item, lock):
        assert free_for(fcntl.LOCK_SH, lock) is beside_others
        assert not free_for(fcntl.LOCK_EX, lock)
    assert free_for(fcntl.LOCK_EX, lock)
    with turn(item, None):
        assert free_for(fcntl.LOCK_EX, lock)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, False),
        ({"dist": "no", "tx": []}, False),
        ({"dist": "load", "tx": []}, False),
        ({"dist": "no", "tx": ["popen"]}, False),
        ({"dist": "worksteal", "tx": ["popen", "popen"]}, True),
    ],
)
def test_a_process_distributes_where_it_has_others(options: dict[str, Any], expected: bool) -> None:
    """Without xdist the options are not even there."""
    assert distributes(SimpleNamespace(option=SimpleNamespace(**options))) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("profile", "refused"),
    [
        (Profile(), False),
        (Profile(url="http://127.0.0.1:1/", worker_driver="http"), False),
        (Profile(url="http://127.0.0.1:1/", worker_driver="none"), True),
    ],
)
def test_only_accounts_of_their_own_let_processes_share_an_endpoint(profile: Profile, refused: bool) -> None:
    """The embedded endpoint is not shared."""
    if refused:
        with pytest.raises(UsageError, match="--worker-driver http"):
            check_sharing(profile)
    else:
        check_sharing(profile)


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:1/"])
def test_a_worker_is_told_what_the_session_is(url: str | None) -> None:
    """All but the record, which is not its to write; it takes turns only where the endpoint is shared."""
    kit = session(
        Profile(url=url, worker_driver="http" if url else "reference"),
        cases=frozenset({"a/b"}),
        fail_on="should",
        explore=True,
        keep_secrets=True,
        record=Path("record.jsonl"),
    )
    controller = Controller(kit)
    node = SimpleNamespace(workerinput={})
    controller.pytest_configure_node(node)
    told = worker_session(node)  # type: ignore[arg-type]
    assert told is not None
    assert is_worker(node)  # type: ignore[arg-type]
    for name in ("wanted", "cases", "fail_on", "explore", "keep_secrets"):
        assert getattr(told, name) == getattr(kit, name)
    for name in ("profile", "seed", "run_id"):
        assert getattr(told.run, name) == getattr(kit.run, name)
    assert told.record is None
    folder = pickle.loads(node.workerinput[KEY]).lock.parent
    assert told.lock == (folder / "lock" if url else None)
    controller.pytest_unconfigure()
    assert not folder.exists()


def test_who_has_no_controller_is_no_worker() -> None:
    """Then there is nobody to tell anything either."""
    config: Any = SimpleNamespace()
    assert worker_session(config) is None
    assert not is_worker(config)
    tell_controller(config, session())
    assert vars(config) == {}


@pytest.mark.parametrize("cut", [None, EndpointUnreachable("gone"), RefusedForSafety("no"), UsageError("what?")])
def test_a_worker_tells_why_it_ended(cut: KitError | None) -> None:
    """The exit code comes through, and so does what its cases were about."""
    worker = session(cut_short=cut, planned={("a", "v"), ("b", "v")}, refused_for_safety=True)
    config: Any = SimpleNamespace(workeroutput={})
    tell_controller(config, worker)
    kit = session(planned={("c", "v")})
    controller = Controller(kit)
    controller.pytest_testnodedown(config)
    assert kit.planned == {("a", "v"), ("b", "v"), ("c", "v")}
    assert kit.refused_for_safety
    assert str(kit.cut_short) == str(cut)
    if cut is not None:
        assert kit.exit_code(0) == cut.exit_code
    controller.pytest_testnodedown(SimpleNamespace())  # one that was killed says nothing
    assert str(kit.cut_short) == str(cut)
    controller.pytest_unconfigure()


def crash(controller: Controller) -> tuple[str, list[str]]:
    """Let a worker die within a case; return the outcome shown and the cases given to another."""
    report: Any = SimpleNamespace(outcome="failed", longrepr="crashed", nodeid="case")
    again: list[str] = []
    controller.pytest_handlecrashitem("case", report, SimpleNamespace(mark_test_pending=again.append))
    return report.outcome, again


def test_a_case_whose_process_died_gets_a_second_chance() -> None:
    """The second time it is a failure of the kit."""
    kit = session()
    controller = Controller(kit)
    assert crash(controller) == ("passed", ["case"])
    assert kit.exit_code(0) != 3
    assert crash(controller) == ("failed", [])
    assert kit.exit_code(1) == 3
    controller.pytest_unconfigure()


def test_a_case_that_was_judged_is_not_run_again() -> None:
    """Its process may die before it says that it is done with it."""
    kit = session()
    controller = Controller(kit)
    controller.pytest_runtest_logreport(SimpleNamespace(nodeid="case", **{EVENTS: [[], None]}))  # type: ignore[arg-type]
    controller.pytest_runtest_logreport(SimpleNamespace(nodeid="other"))  # type: ignore[arg-type]
    assert crash(controller) == ("passed", [])
    assert kit.tally[Verdict.ERROR] == 0
    controller.pytest_unconfigure()


def test_a_worker_works_on_accounts_of_its_own(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of them, neither that of the profile; both are known, so that they are kept out of the record."""
    endpoint = kit.serve()
    profile = Profile(url=endpoint.url, worker_driver="http")
    worker = Session(run=Run(profile=profile, seed=1, environ=dict(os.environ)), wanted=frozenset())
    open_own_accounts(worker)
    target = worker.run.target
    assert [target.credentials, target.second_credentials] == worker.run.opened
    assert not {kit.first, kit.second} & set(worker.run.opened)
    worker.run.probe()
    worker.run.close()
