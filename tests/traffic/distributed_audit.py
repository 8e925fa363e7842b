"""An audit by a Dask cluster of two worker processes shows what one process shows, whoever dies meanwhile.

Dask is an extra, so pytest collects this module only where it is named, as ``tox -e dask`` does; there a missing Dask
is a failure.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import dask
import pytest
from distributed import Client, LocalCluster, WorkerPlugin

import conformance
from conformance.cli import main
from conformance.errors import EndpointUnreachable, UsageError
from conformance.record.audited import Audited
from conformance.traffic import cluster as clusters
from conformance.traffic import distributed, splitting
from conformance.traffic.auditing import audit_all
from conformance.traffic.distributed import audit_by_dask
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options
from conformance.traffic.sources import sources
from tests.traffic.test_auditing import PIECE, bulk_exchanges, entry, islice, spoiled, write_har

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers have no tests to import


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Entries of a HAR, some with faults."""
    return [json.dumps(entry(one)) for one in spoiled(islice(bulk_exchanges(3, "2014-08-15"), 150))]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Path:
    """A folder with captures of some ranges, one that is compressed, one that is cut short, documents."""
    folder = tmp_path_factory.mktemp("archive")
    for number in range(3):
        write_har(folder / f"{number}.har", texts, times=4)
    write_har(folder / "3.har", texts[:20])
    (folder / "4.har.gz").write_bytes(gzip.compress((folder / "3.har").read_bytes()))
    (folder / "5.har").write_bytes((folder / "3.har").read_bytes()[:-3000])
    for number in range(10):
        (folder / f"{number}.xml").write_text("<GetHITResponse/>")
    return folder


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut captures into parts that are small enough for a test."""
    monkeypatch.setattr(splitting.parts, "__defaults__", (PIECE,))
    monkeypatch.setattr(splitting.tasks, "__defaults__", (PIECE,))


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """Two workers, each a process of its own, and started again when it dies."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made


@pytest.fixture
def client(cluster: LocalCluster) -> Iterator[Client]:
    """A client beside the audit's own."""
    with Client(cluster, set_as_default=False) as made:
        yield made


class Slow(WorkerPlugin):
    """Makes every task take a while."""

    def setup(self, worker: Any) -> None:
        """Change what a worker does."""
        from conformance.traffic import distributed

        real = distributed.audit_task

        def slow(task: Any, options: Any) -> Any:
            time.sleep(0.1)
            return real(task, options)

        distributed.audit_task = slow


class Poison(WorkerPlugin):
    """Has the process die that reads a certain file."""

    def __init__(self, path: str, once: str = "") -> None:
        self.path = path
        self.once = once

    def setup(self, worker: Any) -> None:
        """Change what a worker does."""
        from conformance.traffic import distributed

        real = distributed.audit_task

        def deadly(task: Any, options: Any) -> Any:
            if any(one.path == self.path for one in task):
                os._exit(9)
            return real(task, options)

        distributed.audit_task = deadly


def here(folder: Path) -> Audited:
    """Return what this process finds."""
    return audit_all(sources([str(folder)]), Options(keeps=True))


def there(folder: Path, cluster: LocalCluster, **how: Any) -> Audited:
    """Return what the cluster finds."""
    return audit_by_dask(sources([str(folder)]), Options(keeps=True), cluster.scheduler_address, **how)


class Told:
    """Keeps what it is told of the progress, and does something at the first."""

    def __init__(self, action: Callable[[], object] = lambda: None, after: int = 1) -> None:
        self.total = 0
        self.done: list[int] = []
        self._action = action
        self._after = after

    def begin(self, total: int) -> None:
        """Keep the total."""
        self.total = total

    def advance(self, done: int) -> None:
        """Keep a step."""
        self.done.append(done)
        if len(self.done) == self._after:
            self._action()


def tasks_at(client: Client) -> int:
    """Return how many tasks the scheduler has, once it had a moment to forget."""
    for _ in range(50):
        count: int = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
        if not count:
            break
        time.sleep(0.1)
    return count


def test_the_outcome_is_that_of_one_process(
    archive: Path, cluster: LocalCluster, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all its parts, whatever the size of a task; files of every kind, and progress up to the last byte."""
    expected = here(archive)
    assert expected.unread
    assert expected.faults
    progress = Told()
    assert there(archive, cluster, progress=progress) == expected
    assert len(progress.done) > 10
    assert sum(progress.done) == progress.total == sum(path.stat().st_size for path in archive.iterdir())
    monkeypatch.setattr(distributed, "TASK_BYTES", 1000)  # some at a time
    assert there(archive, cluster) == expected
    assert tasks_at(client) == 0


def test_paths_do_not_depend_on_the_working_directory_of_workers(
    archive: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path means here what it means there."""
    monkeypatch.chdir(archive)
    outcome = audit_by_dask(sources(["3.har"]), Options(), cluster.scheduler_address)
    assert outcome == audit_all(sources(["3.har"]), Options())
    assert outcome.files[0].entries == 20


def test_what_only_this_process_can_read_is_read_here(
    archive: Path, cluster: LocalCluster, tmp_path: Path, texts: list[str]
) -> None:
    """A pipe among files."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = (archive / "3.har").read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    named = [Source(number=0, path=str(archive / "0.har")), Source(number=1, path=str(pipe))]
    outcome = audit_by_dask(named, Options(), cluster.scheduler_address)
    writer.join()
    assert [outcome.files[number].entries for number in range(2)] == [600, 20]
    assert not outcome.unread


def test_a_history_that_is_full_is_cut_as_in_one_process(
    archive: Path, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What workers no longer send would have been left out anyway."""
    from conformance.record import audited

    monkeypatch.setattr(audited, "HISTORY_KEPT", 100)
    monkeypatch.setattr(distributed, "HISTORY_KEPT", 100)
    monkeypatch.setattr(distributed, "AHEAD", 2)
    expected = here(archive)
    assert expected.history_cut
    assert there(archive, cluster) == expected


def test_a_killed_worker_changes_nothing(archive: Path, cluster: LocalCluster, client: Client) -> None:
    """What it was doing and what it had found is done again, here by the one that is left, then by its successor."""
    client.register_plugin(Slow())
    killed: list[int] = []

    def kill() -> None:
        processes = [worker.process.pid for worker in cluster.workers.values()]
        killed.append(processes[0])
        os.kill(processes[0], signal.SIGKILL)

    assert there(archive, cluster, progress=Told(kill, after=5)) == here(archive)
    assert killed


@pytest.fixture
def strict() -> Iterator[None]:
    """A task is given up after two deaths, not after four."""
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        yield


@pytest.mark.usefixtures("strict")
def test_a_file_that_kills_every_worker_is_told_and_the_rest_judged(
    archive: Path, cluster: LocalCluster, client: Client
) -> None:
    """Also where it is one of several files of a task."""
    for name in ("3.har", "7.xml"):
        poison = str(archive / name)
        client.register_plugin(Poison(poison), name=name)
        outcome = there(archive, cluster)
        client.unregister_worker_plugin(name)
        for worker in list(cluster.workers.values()):  # they still have the poison in them
            os.kill(worker.process.pid, signal.SIGKILL)
        expected = here(archive)
        lost = [one for one in outcome.unread if one not in expected.unread]
        assert [one.place.file for one in lost] == [poison]
        assert "each worker that read it, from byte 0 to its end, died" in lost[0].reason
        number = lost[0].place.source
        assert outcome.files.pop(number).verdict("must") == "not read"
        expected.files.pop(number)
        assert outcome.files == expected.files
        time.sleep(2)


def test_no_scheduler_no_workers_no_address(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ends with what is the matter, before anything is judged."""
    monkeypatch.setattr(clusters, "CONNECTING", 1)
    monkeypatch.setattr(clusters, "PATIENCE", 1)
    with pytest.raises(EndpointUnreachable, match=r"cannot reach the Dask scheduler at tcp://127\.0\.0\.1:9"):
        audit_by_dask([], Options(), "tcp://127.0.0.1:9")
    with pytest.raises(SystemExit) as ended:
        main(["audit", str(archive), "--dask", "tcp://127.0.0.1:9"])
    assert ended.value.code == 3
    for address in ("carrier-pigeon://x:1", "tcp://host-without-port"):
        with pytest.raises(UsageError, match="is no address of a Dask scheduler"):
            audit_by_dask([], Options(), address)
    with (
        LocalCluster(n_workers=0, processes=True, dashboard_address=None) as empty,
        pytest.raises(EndpointUnreachable, match="has no workers"),
    ):
        there(archive, empty)


def test_another_version_of_the_kit_is_told(archive: Path, cluster: LocalCluster, client: Client) -> None:
    """Of a worker that is there at the beginning, and of one that comes later."""

    def other() -> None:
        import conformance
        from conformance.traffic import distributed

        conformance.__version__ = distributed.__version__ = "0.0.1"

    worker = next(iter(client.nthreads()))
    progress = Told(lambda: client.run(other, workers=[worker]), after=2)
    client.register_plugin(Slow())
    outcome = there(archive, cluster, progress=progress)
    assert outcome.interrupted
    assert f"a worker has version 0.0.1 of mturk-conformance, this is {conformance.__version__}" in "".join(
        one.reason for one in outcome.unread
    )
    with pytest.raises(UsageError, match=f"1 of 2 workers do not have version .*: {worker} has version 0.0.1"):
        there(archive, cluster)


def test_threads_of_workers_are_told_and_change_nothing(archive: Path) -> None:
    """They take turns."""
    told: list[str] = []
    with LocalCluster(n_workers=1, threads_per_worker=3, processes=True, dashboard_address=None) as threaded:
        assert there(archive, threaded, tell=told.append) == here(archive)
    assert told == ["note: 1 of 1 workers have threads, which help nothing: start them with --nthreads 1"]


def test_a_cluster_that_goes_away_leaves_the_findings(archive: Path) -> None:
    """The scheduler ends in the middle: what is missing is told."""
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as mortal:
        with Client(mortal, set_as_default=False) as client:
            client.register_plugin(Slow())
        outcome = there(archive, mortal, progress=Told(lambda: mortal.close(timeout=5), after=3))
    assert outcome.interrupted
    assert outcome.files[0].entries > 0
    assert "was lost" in outcome.unread[-1].reason
    assert "This and all that comes after it was left out" in outcome.unread[-1].reason


def test_an_interruption_leaves_the_findings_and_no_tasks(archive: Path, cluster: LocalCluster, client: Client) -> None:
    """Ctrl-C at the command line, which exits as interrupted, or as not conforming where that was seen before."""
    client.register_plugin(Slow())
    code = (
        "import sys\n"
        "from conformance.traffic import splitting\n"
        f"splitting.parts.__defaults__ = splitting.tasks.__defaults__ = ({PIECE},)\n"
        "from conformance.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "audit", "--json", "--dask", cluster.scheduler_address, str(archive)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for _ in range(600):
        if client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
            break
        time.sleep(0.05)
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[-1]["interrupted"] is True, err
    assert any(line["type"] == "fault" for line in lines)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert tasks_at(client) == 0


def test_the_command_line(archive: Path, cluster: LocalCluster) -> None:
    """The same report, the same exit code; two kinds of workers at once are refused."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "conformance", "audit", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=archive)

    by_one, by_dask = run("3.har", "4.har.gz"), run("3.har", "4.har.gz", "--dask", cluster.scheduler_address)
    assert (by_dask.returncode, by_dask.stdout, by_dask.stderr) == (by_one.returncode, by_one.stdout, by_one.stderr)
    both = run("3.har", "--workers", "2", "--dask", cluster.scheduler_address)
    assert both.returncode == 2
    assert "Give one of them" in both.stderr
