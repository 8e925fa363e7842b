"""The embedded endpoint starts, restarts and ends, wherever it is started from and however its starter ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import conformance
from conformance.bindings.query import Answer, Credentials, read_answer, write_call
from conformance.errors import EndpointUnreachable
from conformance.reference.endpoint import Endpoint
from conformance.target import embedded
from conformance.target.embedded import Embedded, EmbeddedInProcess, EmbeddedProcess
from conformance.wire.flattening import Values
from conformance.wire.timestamps import format_timestamp

CHECKOUT = str(Path(conformance.__file__).resolve().parents[1])


def call(
    endpoint: Embedded, operation: str, *, second: bool = False, by: Credentials | None = None, **values: str
) -> Answer:
    """Call an operation of an embedded endpoint and return its answer."""
    tree: Values = {name: [value] for name, value in values.items()}
    request = write_call(
        operation,
        tree,
        url=endpoint.url,
        credentials=by or (endpoint.second_credentials if second else endpoint.credentials),
        version="2014-08-15",
        timestamp=format_timestamp(endpoint.clock.now()),
    )
    with endpoint.client() as client:
        exchange = client.send(request, retry=False)
    assert exchange.response is not None, exchange.failure
    return read_answer(exchange.response)


def ended(pid: int) -> bool:
    """Wait a while for a process to end; a zombie counts as ended only for its own parent."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("start", [EmbeddedProcess, EmbeddedInProcess])
def test_a_rejected_request_stays_rejected_over_a_restart(start: Callable[[], Embedded]) -> None:
    """What the endpoint holds, its clock and its Requesters are there again after a restart, at the same URL."""
    with start() as endpoint:  # type: ignore[attr-defined]
        created = call(endpoint, "CreateQualificationType", Name="n", Description="d", QualificationTypeStatus="Active")
        kind = str(created.text("QualificationTypeId"))
        worker = endpoint.workers.new_worker()
        request = endpoint.workers.request_qualification(worker, kind).qualification_request_id
        assert request
        assert call(endpoint, "RejectQualificationRequest", QualificationRequestId=request).accepted
        endpoint.clock.advance(5000)
        before, url = endpoint.clock.now(), endpoint.url
        endpoint.restart()
        assert endpoint.url == url
        assert endpoint.clock.now() >= before
        listed = call(endpoint, "GetQualificationRequests", QualificationTypeId=kind)
        assert (listed.accepted, listed.text("NumResults")) == (True, "0")
        assert call(endpoint, "RejectQualificationRequest", QualificationRequestId=request).refused
        assert call(endpoint, "GetAccountBalance", second=True).accepted


@pytest.mark.parametrize("start", [EmbeddedProcess, EmbeddedInProcess])
def test_accounts_that_were_opened_are_there_after_a_restart(start: Callable[[], Embedded]) -> None:
    """With their keys, which nobody told the new process."""
    with start() as endpoint:  # type: ignore[attr-defined]
        account = endpoint.requesters.new_requester("12.34")
        endpoint.restart()
        answer = call(endpoint, "GetAccountBalance", by=account)
        assert answer.text("AvailableBalance/Amount") == "12.34"


@pytest.mark.parametrize("start", [EmbeddedProcess, EmbeddedInProcess])
def test_a_retired_endpoint_refuses_everything(start: Callable[..., Embedded]) -> None:
    """The endpoint can play the service after its retirement."""
    with start(retired=True) as endpoint:  # type: ignore[attr-defined]
        assert call(endpoint, "GetAccountBalance").status == 403


def test_the_process_ends_with_the_block_and_leaves_nothing() -> None:
    """No process, no zombie; to close twice does no harm."""
    with EmbeddedProcess() as endpoint:
        pid = endpoint.pid
        assert pid
    assert endpoint.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    endpoint.close()


def test_a_process_that_does_not_end_by_itself_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process takes no notice of anything but SIGKILL."""
    monkeypatch.setattr(embedded, "_STOP_TIMEOUT", 0.1)
    endpoint = EmbeddedProcess()
    pid = endpoint.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    endpoint.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_secrets_stand_neither_in_arguments_nor_in_the_environment() -> None:
    """Other users of the machine see command lines; the process gets its secrets through its standard input."""
    with EmbeddedProcess() as endpoint:
        seen = b"".join(Path(f"/proc/{endpoint.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
        for account in (endpoint.credentials, endpoint.second_credentials):
            assert account.secret_key.encode() not in seen
            assert account.secret_key not in repr(vars(endpoint))
        assert endpoint._token.encode() not in seen


def test_the_control_api_wants_its_token() -> None:
    """Nobody else on the machine drives the endpoint."""
    with EmbeddedProcess() as endpoint, endpoint.client() as client:
        from conformance.wire.messages import HttpRequest

        exchange = client.send(HttpRequest(method="POST", url=f"{endpoint.url}control/workers"), retry=False)
        assert exchange.response is not None
        assert exchange.response.status == 401


PARENT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from conformance.target.embedded import EmbeddedProcess
endpoint = EmbeddedProcess()
print(endpoint.pid, endpoint.workers.new_worker(), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_when_its_parent_is_killed(how: signal.Signals, tmp_path: Path) -> None:
    """However the starter goes, its endpoint goes with it."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, CHECKOUT],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[0])
        parent.send_signal(how)
    assert ended(pid)


@pytest.mark.parametrize("search", [[], ["-I"], ["-P"]])
def test_a_hostile_working_directory_does_no_harm(search: list[str], tmp_path: Path) -> None:
    """Modules of the working directory with well-known names are not imported by the endpoint's process."""
    bomb = "import os, sys; print('bomb', __name__, file=sys.stderr); os._exit(66)\n"
    (tmp_path / "conformance").mkdir()
    for name in ("conformance/__init__.py", "json.py", "waitress.py", "lxml.py", "sitecustomize.py", "idna.py"):
        (tmp_path / name).write_text(bomb)
    # The starter itself is told where the kit is before it looks into its working directory.
    program = (
        "import sys; sys.path[:] = [f for f in sys.path if f]; sys.path.insert(0, sys.argv[1]); import os\n"
        "from conformance.target.embedded import EmbeddedProcess\n"
        "sys.path.insert(0, ''); sys.path.insert(0, os.getcwd())\n"
        "with EmbeddedProcess() as endpoint: print(endpoint.workers.new_worker())\n"
    )
    done = subprocess.run(
        [sys.executable, *search, "-c", program, CHECKOUT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("A")
    assert done.returncode == 0


def test_the_environment_of_python_is_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONPATH and PYTHONSTARTUP of the starter's environment mean nothing to the endpoint's process."""
    (tmp_path / "json.py").write_text("raise SystemExit('wrong json')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with EmbeddedProcess() as endpoint:
        assert endpoint.workers.new_worker()


def test_a_process_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of what the process wrote to standard error is in the message; a missing interpreter is named."""
    monkeypatch.setattr(embedded, "BOOT", "import sys; sys.stdin.readline(); sys.exit('no lxml here')")
    with pytest.raises(EndpointUnreachable, match="did not start: no lxml here") as caught:
        EmbeddedProcess()
    assert caught.value.exit_code == 3
    monkeypatch.setattr(embedded, "BOOT", "print('hello')")
    with pytest.raises(EndpointUnreachable, match="ended without a word"):
        EmbeddedProcess()
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(EndpointUnreachable, match="/no/python: No such file"):
        EmbeddedProcess()


def test_a_process_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that hangs ends after the time for it."""
    monkeypatch.setattr(embedded, "_START_TIMEOUT", 0.2)
    monkeypatch.setattr(embedded, "BOOT", "import time; time.sleep(60)")
    with pytest.raises(EndpointUnreachable, match="did not start"):
        EmbeddedProcess()


def test_equal_runs_in_process_give_equal_bytes() -> None:
    """Same requests, same bytes, same times: nothing of the world gets in."""

    def run() -> list[object]:
        endpoint = EmbeddedInProcess()
        request = write_call(
            "GetAccountBalance",
            {},
            url=endpoint.url,
            credentials=endpoint.credentials,
            version="2014-08-15",
            timestamp=format_timestamp(endpoint.clock.now()),
        )
        return [endpoint.client().send(request, retry=True) for _ in range(3)]

    first = run()
    assert first == run()
    assert len({repr(exchange) for exchange in first}) == 3


def test_a_planted_change_outlives_a_restart() -> None:
    """What is planted changes the endpoint before its first request, and again after a restart."""

    def plant(endpoint: Endpoint) -> None:
        del endpoint.handlers["GetAccountBalance"]

    endpoint = EmbeddedInProcess(plant=plant)
    assert call(endpoint, "GetAccountBalance").refused
    endpoint.restart()
    assert call(endpoint, "GetAccountBalance").refused
    assert call(EmbeddedInProcess(), "GetAccountBalance").accepted


def test_waiting_in_process_takes_no_time() -> None:
    """The client's pauses move the endpoint's clock instead of the world's."""
    endpoint = EmbeddedInProcess()
    before = endpoint.local_clock.read()
    endpoint.local_clock.sleep(2.5)
    assert endpoint.local_clock.read() == before + 2.5
    assert json.dumps(before)
