"""What controller and workers tell each other, and how cases take turns."""

from __future__ import annotations

import fcntl
import os
import pickle
import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli.suites import SUITES
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
from conformance.record.events import Verdict
from conformance.target.profile import Profile
from conformance.target.run import Run

if TYPE_CHECKING:
    from tests.conftest import Kit


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
    node = SimpleNamespace(workerinput={"workerid": "gw0"}, sendcommand=None)
    controller.pytest_configure_node(node)
    told = worker_session(node)  # type: ignore[arg-type]
    assert told is not None
    assert is_worker(node)  # type: ignore[arg-type]
    for name in ("wanted", "cases", "fail_on", "explore", "keep_secrets"):
        assert getattr(told, name) == getattr(kit, name)
    for name in ("profile", "seed", "run_id"):
        assert getattr(told.run, name) == getattr(kit.run, name)
    assert told.record is None
    folder = pickle.loads(node.workerinput[KEY]).folder
    assert told.at_work == folder / "gw0.at"
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
    """Two of them, neither that of the profile."""
    endpoint = kit.serve()
    profile = Profile(url=endpoint.url, worker_driver="http")
    worker = Session(run=Run(profile=profile, seed=1, environ=dict(os.environ)), wanted=frozenset())
    open_own_accounts(worker)
    target = worker.run.target
    assert target.credentials != target.second_credentials
    assert not {kit.first, kit.second} & {target.credentials, target.second_credentials}
    worker.run.probe()
    worker.run.close()


@pytest.mark.parametrize("suite", sorted(SUITES.glob("*.py")), ids=lambda path: path.stem)
def test_suites_move_what_all_share_by_fixtures_alone(suite: Path) -> None:
    """By these a case is known as one that no other may run beside; the target has the same drivers."""
    used = set(re.findall(r"(?<!conformance\.)\btarget\.(clock|restart_hook|receptor)\b", suite.read_text("utf-8")))
    assert used == set()
