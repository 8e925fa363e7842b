"""Drivers that are a program or a Python object: asked by name, answered like the control API, ended when too slow."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import Blocked, NotMeasured, UsageError, WorkerRefused
from conformance.target.actions import ACTIONS, ActionRestart, Actions, command_actions, python_actions
from conformance.target.control_drivers import ControlClock, ControlRequesters, ControlWorkers
from conformance.target.drivers import ApprovedAssignment, NoWorkers, RealClock
from conformance.target.own_drivers import OF_REQUESTERS, own_drivers
from conformance.target.profile import Profile

URL = "http://127.0.0.1:1/"
REMOTE = Profile(url=URL, worker_driver="none", clock_driver="none", restart_hook="none")
AT = {"at": 5.0}
ANSWERS: dict[str, dict[str, Any]] = {
    "new_workers": {"worker_id": "W1", "locale": {"country": "US", "subdivision": None}},
    "request_qualification": {"state": "pending", "qualification_request_id": "R", **AT},
    "submit_test": {"state": "granted", **AT},
    "accept_assignment": {"assignment_id": "A1", **AT},
    "preview": {"url": "http://x/", "page": "<p/>", **AT},
    "read_messages": {"messages": [{"subject": "s", "text": "t", "at": 1}]},
    "new_requester": {"access_key_id": "K", "secret_key": "s"},
    "new_layout": {"hit_layout_id": "L"},
    "sent_notifications": {"notifications": []},
    "read_clock": {"now": 7},
    "advance_clock": {"now": 67},
    "restart": {},
}
PROGRAM = """
import json, os, subprocess, sys, time
question = json.load(sys.stdin)
how = sys.argv[1]
if how == "echo": json.dump({"worker_id": json.dumps(question)}, sys.stdout)
if how == "hang":
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    time.sleep(60)
if how == "fail": sys.exit("first line\\nit broke on ABCDEFGHIJ")
if how == "text": print("done")
if how == "list": print("[]")
if how == "refused": print('{"error": "not qualified", "reason": "refused"}')
if how == "lacking": print('{"error": "no idea", "reason": "not offered"}')
if how == "error": print('{"error": "bad day for ABCDEFGHIJ"}')
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that answers as its argument says."""
    path = tmp_path / "driver.py"
    path.write_text(PROGRAM)
    return path


def test_every_question_of_the_drivers_is_an_action() -> None:
    """Whatever the drivers ask for has a name, and every name is asked for."""
    asked: list[str] = []

    def perform(action: str, values: dict[str, Any]) -> Any:
        asked.append(action)
        return ANSWERS.get(action, AT)

    actions = Actions("it", perform)
    workers, requesters, clock = ControlWorkers(actions), ControlRequesters(actions), ControlClock(actions)
    assert workers.new_worker() == "W1"
    assert workers.worker_in("US") == "W1"
    workers.request_qualification("W1", "Q")
    workers.submit_test("W1", "Q", "<a/>")
    workers.submit_test_form("W1", "Q", (("q", "a"),))
    assert workers.accept_assignment("W1", "H").assignment_id == "A1"
    workers.submit_assignment("W1", "A1", "<a/>")
    workers.submit_form("W1", "A1", ())
    assert (workers.preview("W1", "H"), workers.preview_page("W1", "H")) == ("http://x/", "<p/>")
    workers.return_assignment("W1", "A1")
    workers.upload_file("W1", "A1", "q", "text")
    assert [message.text for message in workers.read_messages("W1")] == ["t"]
    assert requesters.new_requester("1.00").access_key_id == "K"
    requesters.new_layout("<p/>")
    requesters.sent_notifications()
    clock.now()
    clock.advance(60)
    ActionRestart(actions).restart()
    assert set(asked) == ACTIONS


def test_a_program_is_asked_in_json_with_the_id_of_the_worker(program: Path) -> None:
    """One object with the action and its values."""
    actions = command_actions([sys.executable, str(program), "echo"], 10)
    assert actions.post("workers", count=20)["worker_id"] == '{"action": "new_workers", "count": 20}'
    asked = actions.post("workers", "W1", "assignments", hit_id="H1")["worker_id"]
    assert asked == '{"action": "accept_assignment", "worker_id": "W1", "hit_id": "H1"}'


@pytest.mark.parametrize(
    ("how", "kind", "told"),
    [
        ("fail", Blocked, "driver_command, restart: it ended with 1: it broke on …"),
        ("text", Blocked, "driver_command, restart: its output is not one JSON object"),
        ("list", Blocked, "driver_command, restart: the answer is no JSON object, but list"),
        ("nothing", Blocked, "driver_command, restart: its output is not one JSON object"),
        ("refused", WorkerRefused, "driver_command, restart: not qualified"),
        ("error", Blocked, "driver_command, restart: bad day for …"),
        ("lacking", NotMeasured, "driver_command, restart: no idea"),
    ],
)
def test_a_program_that_fails_says_why(program: Path, how: str, kind: type[Exception], told: str) -> None:
    """The line is equal for equal causes, whatever the ids."""
    with pytest.raises(kind) as raised:
        command_actions([sys.executable, str(program), how], 10).post("restart")
    assert (type(raised.value), str(raised.value)) == (kind, told)


def test_a_program_that_hangs_is_ended_with_all_it_started(program: Path) -> None:
    """Its own children hold its output open, and are ended as well."""
    started = time.monotonic()
    with pytest.raises(Blocked, match=r"read_clock: no answer within 0.5 seconds"):
        command_actions([sys.executable, str(program), "hang"], 0.5).get("clock")
    assert time.monotonic() - started < 10


def test_a_program_that_is_not_there_is_told_at_once() -> None:
    """Before anything is sent to the endpoint."""
    profile = replace(REMOTE, worker_driver="command", driver_command=("no-such-program-here",))
    with pytest.raises(UsageError, match="no-such-program-here"):
        own_drivers(profile, URL)


MODULE = """
from conformance.errors import WorkerRefused
import time

class Driver:
    def __init__(self, url): self.url = url
    def new_workers(self, count=1, **more): return {"worker_id": self.url}
    def accept_assignment(self, worker_id, hit_id): raise WorkerRefused("no")
    def submit_assignment(self, worker_id, assignment_id, answer): raise ValueError("no ABCDEFGHIJ here")
    def return_assignment(self, worker_id, assignment_id): raise NotImplementedError
    def read_clock(self): time.sleep(30)

def make(url): return Driver(url)
ready = Driver("ready")
nothing = object()
def fails(url): raise RuntimeError("out of order")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a module in it that holds drivers."""
    (tmp_path / "their_driver.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "their_driver", raising=False)
    return tmp_path


@pytest.mark.parametrize(("name", "worker"), [("Driver", URL), ("make", URL), ("ready", "ready")])
def test_an_object_a_class_or_a_function_makes_the_driver(folder: Path, name: str, worker: str) -> None:
    """Whoever is called gets the endpoint's URL; the search path is as before."""
    before = list(sys.path)
    own = own_drivers(replace(REMOTE, worker_driver="python", driver_object=f"their_driver:{name}"), URL)
    assert sys.path == before
    assert own.workers.new_worker() == worker
    assert {"worker:accept", "worker:submit", "worker:return"} <= own.workers.capabilities
    assert "worker:preview" not in own.workers.capabilities
    assert own.requesters is None
    assert isinstance(own.clock, RealClock)


def test_what_a_method_raises_is_told(folder: Path) -> None:
    """The kit's own exceptions pass; what is not there, or not implemented, is not measured; the rest blocks."""
    actions, _ = python_actions("their_driver:ready", URL, 0.3)
    workers = ControlWorkers(actions)
    with pytest.raises(WorkerRefused, match="no"):
        workers.accept_assignment("W1", "H1")
    with pytest.raises(Blocked) as raised:
        workers.submit_assignment("W1", "A1", "<a/>")
    assert str(raised.value) == "driver_object, submit_assignment: ValueError: no … here"
    with pytest.raises(NotMeasured, match="not offered"):
        workers.return_assignment("W1", "A1")
    with pytest.raises(NotMeasured, match="has no such method"):
        workers.preview("W1", "H1")
    with pytest.raises(Blocked, match=r"no answer within 0\.3 seconds"):
        actions.get("clock")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("their_driver:missing", "AttributeError"),
        ("no_such_module:x", "ModuleNotFoundError"),
        ("their_driver:nothing", "object and has no method of a driver"),
        ("their_driver:fails", "raised RuntimeError: out of order"),
    ],
)
def test_what_is_no_driver_is_told_at_once(folder: Path, name: str, told: str) -> None:
    """With what was tried and why it failed."""
    with pytest.raises(UsageError, match=told):
        python_actions(name, URL, 1)


def test_a_program_offers_what_the_profile_says(program: Path) -> None:
    """Without a word on it, all but accounts: who opens accounts is taken to deal in no real money."""
    command = (sys.executable, str(program), "echo")
    profile = replace(REMOTE, worker_driver="command", driver_command=command)
    own = own_drivers(profile, URL)
    assert own.requesters is None
    assert {"worker:accept", "worker:take-test", "worker:upload-file"} <= own.workers.capabilities
    own = own_drivers(replace(profile, driver_actions=("new_workers", "accept_assignment", "new_requester")), URL)
    assert own.workers.capabilities == {"worker:known", "worker:locale", "worker:page", "worker:accept"}
    assert own.requesters is not None
    assert isinstance(own_drivers(replace(profile, driver_actions=("restart",)), URL).workers, NoWorkers)
    clocked = replace(profile, worker_driver="none", clock_driver="command", restart_hook="command")
    own = own_drivers(clocked, URL)
    assert isinstance(own.clock, ControlClock)
    assert isinstance(own.restart_hook, ActionRestart)
    assert own.requesters is None
    assert OF_REQUESTERS < ACTIONS


def test_listed_ids_are_given_out_once() -> None:
    """After that the cases concerned are not measured; nobody can act as these Workers."""
    work = ApprovedAssignment(assignment_id="A1", worker_id="W9", hit_id="H1")
    profile = replace(REMOTE, worker_driver="ids", worker_ids=("W1", "W2"), approved_assignments=(work,))
    workers = own_drivers(profile, URL).workers
    assert workers.capabilities == {"worker:known", "approved-assignment"}
    assert [workers.new_worker(), workers.new_worker(), workers.approved_assignment()] == ["W1", "W2", work]
    with pytest.raises(NotMeasured, match="worker_ids"):
        workers.new_worker()
    with pytest.raises(NotMeasured, match="approved_assignments"):
        workers.approved_assignment()
    with pytest.raises(NotMeasured, match="no worker driver"):
        workers.accept_assignment("W1", "H1")


def test_who_lists_no_ids_has_no_workers() -> None:
    """Nothing is offered that is not there."""
    workers = NoWorkers()
    assert workers.capabilities == frozenset()
    for ask in (workers.new_worker, workers.approved_assignment):
        with pytest.raises(NotMeasured, match="no worker driver"):
            ask()
