"""A run in several processes: the verdicts of one, one record, and no loss where a process dies or is stopped."""

from __future__ import annotations

import json
import os
import queue
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.record.events import Verdict
from conformance.record.reader import read_record
from conformance.spec.requirements import requirements
from conformance.target.ledger import open_items
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
REASON = "RejectQualificationRequest.Reason."
SELECTED = {name for name in requirements() if name.startswith(REASON)}


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
    ids = [json.loads(line)["id"] for line in path.read_text().splitlines() if '"type": "exchange"' in line[:40]]
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
    assert {f"GrantBonus.UniqueRequestToken.{name}" for name in ("before-expiry", "durable")} <= kit.named(Verdict.PASS)
    assert_whole(kit.record_path)
    assert open_items(kit.ledger) == ()


@pytest.mark.parametrize("victims", [1, 2])
def test_a_killed_process_loses_no_verdict(kit: Kit, victims: int) -> None:
    """What it was at is given to another, and a fresh process takes its place; so too where all of them die."""
    assert kit.judge(*SHORT).code == 0
    alone = kit.verdicts()
    kit.record_path.unlink()
    with kit.start("run", TWO, *SHORT, "--record", kit.record_path) as run:
        wait_for(lambda: recorded(kit.record_path, 30))
        started = children(run.pid)
        endpoints = {pid for worker in started for pid in children(worker)}
        assert len(started) == 2
        for pid in sorted(started)[:victims]:
            os.kill(pid, signal.SIGKILL)
        _, err = run.communicate(timeout=120)
    assert (run.returncode, err) == (0, "")
    assert kit.verdicts() == alone
    assert_whole(kit.record_path)
    wait_for(lambda: not any(map(alive, started | endpoints)))


def test_a_process_killed_while_it_starts_is_started_again(kit: Kit) -> None:
    """One that dies at work is replaced, and so is the one that takes its place and never says a word."""
    with kit.start("run", TWO, *SHORT, "--record", kit.record_path) as run:
        wait_for(lambda: recorded(kit.record_path, 30))
        first = children(run.pid)
        os.kill(min(first), signal.SIGKILL)
        wait_for(lambda: children(run.pid) - first)
        for pid in children(run.pid) - first:
            os.kill(pid, signal.SIGKILL)
        _, err = run.communicate(timeout=120)
    assert (run.returncode, err) == (0, "")
    assert_whole(kit.record_path)


def test_a_case_that_kills_whoever_judges_it_is_told(kit: Kit) -> None:
    """The second time nobody gets it; the record names what it was about, and the others are judged."""
    answer, runs = kit.endpoint(), queue.SimpleQueue[int]()

    def murderous(request: HttpRequest) -> HttpResponse:
        if kit.operation_of(request) == "RejectQualificationRequest":
            run = runs.get(timeout=20)
            runs.put(run)
            for worker in children(run):
                os.kill(worker, signal.SIGKILL)
        return answer(request)

    served = kit.serve(murderous)
    few = ("--select", f"{REASON}*", "--version", "2014-08-15")
    with kit.start("run", served.url, *kit.driven, *few, TWO, "--record", kit.record_path) as run:
        runs.put(run.pid)
        _, err = run.communicate(timeout=120)
    assert (run.returncode, "Traceback" in err) == (3, False), err
    lost = [event for event in read_record(kit.record_path).verdicts if event.verdict is Verdict.ERROR]
    assert all("died" in event.reason and event.case for event in lost)
    # One that is killed between two cases may not have noted the next one yet; then that has its place as a name.
    assert {event.requirement for event in lost if event.version} & SELECTED


class Gate:
    """An endpoint that stops both processes of a run, once something was created, and neither while it creates."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._answer = kit.endpoint()
        self._rejections = 0
        self._closing = False
        self._held = threading.Semaphore(0)
        self.opened = threading.Event()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; from the fourth rejection on, what creates nothing only once the gate is opened."""
        operation = self._kit.operation_of(request)
        if operation == "RejectQualificationRequest" and open_items(self._kit.ledger):
            self._rejections += 1
            self._closing = self._rejections >= 4
        if self._closing and not self.opened.is_set() and not (operation or "").startswith("Create"):
            self._held.release()
            self.opened.wait(20)
        return self._answer(request)

    def reached(self) -> bool:
        """Wait until both processes are held."""
        return all(self._held.acquire(timeout=20) for _ in range(2))


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
        out, err = run.communicate(timeout=120)
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
        assert gate.reached()
        interrupt(run, terminal=True)
        threading.Timer(0.3, gate.opened.set).start()
        _, err = run.communicate(timeout=120)
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
    with kit.dying(60) as url:
        outcome = kit.judge(url, TWO, *kit.driven, *SHORT)
    assert outcome.code == 3
    assert "The run ended early: the endpoint stopped answering: " in outcome.out
    end = kit.record().end
    assert end is not None
    assert (end.exit_code, end.interrupted) == (3, False)
    assert kit.named(Verdict.PASS)
