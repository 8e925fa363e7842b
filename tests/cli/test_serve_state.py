"""`serve --state`: what is told, and how the command ends, where the file cannot be used or written any more."""

from __future__ import annotations

import json
import resource
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from conformance.target.control_drivers import ControlApi
from conformance.target.state import State
from conformance.transport.client import Client

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Kit


@contextmanager
def serving(kit: Kit, path: Path) -> Iterator[tuple[subprocess.Popen[str], ControlApi]]:
    """Serve with that file during the block, in another process."""
    with kit.start("serve", "--port", "0", "--control", "--json", "--state", path) as server, Client() as client:
        try:
            assert server.stdout is not None
            told = json.loads(server.stdout.readline())
            yield server, ControlApi(client, told["control"], told["MTURK_CONTROL_TOKEN"])
        finally:
            server.kill()


def workers_of(snapshot: dict[str, Any] | None) -> list[str]:
    """Return the Workers in a snapshot."""
    assert snapshot is not None
    return [row["worker_id"] for row in snapshot["workers"]]


def test_a_killed_endpoint_goes_on(kit: Kit, tmp_path: Path) -> None:
    """What was answered is there; an end in order leaves one file and 0."""
    folder = tmp_path / "held"
    folder.mkdir()
    with serving(kit, folder / "state.db") as (server, api):
        answered = api.post("workers", count=3)
        server.kill()
    with serving(kit, folder / "state.db") as (server, api):
        assert workers_of(api.get("snapshot")) == answered["worker_ids"]
        server.send_signal(signal.SIGTERM)
        assert server.communicate(timeout=10) == ("", "")
    assert server.returncode == 0
    assert [file.name for file in folder.iterdir()] == ["state.db"]


def test_a_disk_that_takes_no_more_ends_it_with_2(kit: Kit, tmp_path: Path) -> None:
    """The write is refused, the reason is told, and all that was answered before is in the file."""
    path = tmp_path / "state.db"
    with serving(kit, path) as (server, api):
        answered = api.post("workers", count=3)
        full = path.with_name("state.db-wal").stat().st_size
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (full, full))
        with pytest.raises(Exception, match=r"503|cannot keep"):
            api.post("workers", count=3)
        _, told = server.communicate(timeout=10)
    assert server.returncode == 2
    assert f"cannot write the state file {path}" in told
    assert "Traceback" not in told
    with State(path) as state:
        assert workers_of(state.snapshot()) == answered["worker_ids"]


def test_a_file_in_use_or_of_another_kind_ends_it_with_2(kit: Kit, tmp_path: Path) -> None:
    """Nothing is served, nothing is changed."""
    used = tmp_path / "used.db"
    with State(used):
        outcome = kit.call("serve", "--port", "0", "--state", used)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"cannot use the state file {used}: another process has it open" in outcome.err
    other = tmp_path / "other"
    other.write_text("notes of mine")
    outcome = kit.call("serve", "--port", "0", "--state", other)
    assert (outcome.code, outcome.out, other.read_text()) == (2, "", "notes of mine")
    assert "it is no state of an endpoint" in outcome.err


def test_state_and_snapshot_exclude_each_other(kit: Kit) -> None:
    """Only one of them can say what the endpoint begins with."""
    outcome = kit.call("serve", "--state", "a", "--snapshot", "b")
    assert outcome.code == 2
    assert "give one of them" in outcome.err
