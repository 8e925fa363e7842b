"""Endpoints that are not ours, with drivers that are not ours: the example of docs/drivers.md, and ready-made ids."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from conformance.record.events import Verdict

if TYPE_CHECKING:
    from tests.conftest import Kit

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-endpoint"


@contextmanager
def example() -> Iterator[str]:
    """Serve the endpoint of the example on a free port; yield its URL."""
    with subprocess.Popen(
        [sys.executable, EXAMPLE / "service.py", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        try:
            yield service.stdout.readline().strip()
        finally:
            service.terminate()


def test_the_example_is_judged_through_its_own_workers_page(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does is measured, what its driver does not offer is not, and nothing is left behind."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(EXAMPLE.parents[1])
    with example() as url:
        monkeypatch.setenv("SERVICE_URL", url)
        profile = ("--profile", EXAMPLE / "profile.toml")
        kit.judge(url, *profile, "--select", "ApproveAssignment.*")
        left = kit.call("cleanup", url, "--ledger", kit.ledger)
    failed = {name for name in kit.named(Verdict.FAIL) | kit.named(Verdict.WARN) if name.startswith("ApproveAss")}
    assert failed == set()
    assert kit.named(Verdict.ERROR) == set()
    assert kit.named(Verdict.PASS) >= {
        f"ApproveAssignment.{name}"
        for name in ("transition", "time", "Result.element", "RequesterFeedback.stored", "RequesterFeedback.optional")
    }
    assert "ApproveAssignment.RequesterFeedback.worker-visible" in kit.named(Verdict.NOT_MEASURED)
    assert "ApproveAssignment.not-submitted" in kit.named(Verdict.BLOCKED)
    assert left.out.startswith("0 objects")


DRIVER = """
import json, os, urllib.request

class Driver:
    '''Speaks the control API of the embedded endpoint, as somebody's own code would speak to their service.'''

    def __init__(self, url):
        self.url = url + "control/"

    def _ask(self, path, **values):
        head = {"Authorization": "Bearer " + os.environ["MTURK_CONTROL_TOKEN"]}
        request = urllib.request.Request(self.url + path, json.dumps(values).encode(), head)
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def new_workers(self, **values):
        return self._ask("workers", **values)

    def accept_assignment(self, worker_id, **values):
        return self._ask(f"workers/{worker_id}/assignments", **values)

    def submit_assignment(self, worker_id, **values):
        return self._ask(f"workers/{worker_id}/submissions", **values)

    def advance_clock(self, advance):
        return self._ask("clock", advance=advance)

    def read_clock(self):
        return self.advance_clock(0)
"""


def test_a_python_object_drives_workers_and_clock(kit: Kit) -> None:
    """It lies in the working directory, and its methods are all that is needed."""
    (kit.cwd / "our_driver.py").write_text(DRIVER)
    (kit.cwd / "p.toml").write_text(
        'driver_object = "our_driver:Driver"\nworker_driver = "python"\nclock_driver = "python"\n'
        'versions = ["2014-08-15"]\nspend_cap = 20.0\n'
    )
    endpoint = kit.serve()
    selection = ("StateMachine.Assignment.*", "GrantBonus.UniqueRequestToken.before-expiry")
    outcome = kit.judge(endpoint.url, "--profile", "p.toml", *(part for one in selection for part in ("--select", one)))
    assert outcome.code == 0, outcome.out
    assert kit.named(Verdict.ERROR) | kit.named(Verdict.BLOCKED) == set()
    assert any(name.startswith("StateMachine.Assignment.") for name in kit.named(Verdict.PASS))


def test_ready_ids_are_used_and_nobody_acts_as_them(kit: Kit) -> None:
    """Whatever needs more than the id of a Worker is not measured."""
    endpoint = kit.serve()
    head = {"Authorization": f"Bearer {os.environ['MTURK_CONTROL_TOKEN']}"}
    with urlopen(Request(f"{endpoint.url}control/workers", b'{"count": 3}', head)) as reply:
        ids = json.load(reply)["worker_ids"]
    (kit.cwd / "p.toml").write_text(f'worker_driver = "ids"\nworker_ids = {ids}\nversions = ["2014-08-15"]\n')
    outcome = kit.judge(endpoint.url, "--profile", "p.toml", "--select", "BlockWorker.*")
    assert outcome.code == 0, outcome.out
    assert kit.named(Verdict.ERROR) | kit.named(Verdict.BLOCKED) == set()
    assert kit.named(Verdict.PASS) >= {"BlockWorker.Reason.stored", "BlockWorker.idempotent"}
    assert "BlockWorker.effect-accept" in kit.named(Verdict.NOT_MEASURED)


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        ('worker_driver = "command"', "set driver_command"),
        ('clock_driver = "python"', "set driver_object"),
        ('worker_driver = "ids"', "set worker_ids or approved_assignments"),
        ('driver_object = "a:b"', "no driver uses it"),
        ('worker_driver = "command"\ndriver_command = ["no-such-program"]', "there is no such program"),
        ('worker_driver = "python"\ndriver_object = "nowhere:x"', "cannot load nowhere:x"),
        ('worker_driver = "python"\ndriver_object = "nowhere"', 'expected "module:attribute" of Python'),
        ('driver_actions = ["dance"]', "expected a list of actions (accept_assignment"),
        ('approved_assignments = [{AssignmentId = "A"}]', "expected a list of tables with AssignmentId, WorkerId"),
    ],
)
def test_a_driver_that_cannot_be_used_is_wrong_usage(kit: Kit, profile: str, told: str) -> None:
    """Before anything is sent, with what to set."""
    (kit.cwd / "p.toml").write_text(f"{profile}\n")
    outcome = kit.judge("http://127.0.0.1:1/", "--profile", "p.toml")
    assert outcome.code == 2, outcome.err
    assert told in outcome.err


def test_a_driver_that_fails_ends_the_run_before_its_cases(kit: Kit) -> None:
    """It is told what it was asked, and what became of it."""
    (kit.cwd / "broken.py").write_text("raise SystemExit('out of order')\n")
    command = f'driver_command = ["{sys.executable}", "broken.py"]'
    (kit.cwd / "p.toml").write_text(f'worker_driver = "command"\n{command}\n')
    outcome = kit.judge(kit.serve().url, "--profile", "p.toml")
    assert outcome.code == 3
    assert "driver_command, new_workers: it ended with 1: out of order" in outcome.out + outcome.err
    assert "docs/drivers.md" in outcome.out + outcome.err
