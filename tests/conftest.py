"""The kit run as its users run it: a home and a working directory of its own, and endpoints to run it against."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from hypothesis import HealthCheck, settings

from conformance.bindings.query import Credentials
from conformance.cli import main
from conformance.pytest_plugin.collection import MARKERS
from conformance.record.events import Verdict
from conformance.record.reader import Record, read_record
from conformance.reference.endpoint import Endpoint, Options
from conformance.target.serving import make_endpoint
from conformance.transport.server import make_server, running
from conformance.wire.messages import HttpRequest, HttpResponse
from conformance.wire.parameters import ParametersUnreadable, read_parameters

# How long an example takes says more of the machine than of the kit: speed is measured in benchmarks.
settings.register_profile("kit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kit")


def pytest_configure(config: pytest.Config) -> None:
    """Know the markers of the suites, which some tests import."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


FIRST = Credentials(access_key_id="AKIAFIRSTREQUESTER00", secret_key="first/secret+of=the&tests%without<end>00")
SECOND = Credentials(access_key_id="AKIASECONDREQUESTER0", secret_key="second-secret-of-the-tests-without-end-0")
TOKEN = "control-token-of-the-tests"
ENVIRONMENT = {
    "MTURK_ACCESS_KEY_ID": FIRST.access_key_id,
    "MTURK_SECRET_KEY": FIRST.secret_key,
    "MTURK_SECOND_ACCESS_KEY_ID": SECOND.access_key_id,
    "MTURK_SECOND_SECRET_KEY": SECOND.secret_key,
    "MTURK_CONTROL_TOKEN": TOKEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


@dataclass(eq=False)
class Listening:
    """Runs ``converse`` on each connection to a port of its own, given the number of that, each in a thread."""

    converse: Callable[[socket.socket, int], None]
    _listening: socket.socket = field(init=False)
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._spawn(self._accept)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/"

    def close(self) -> None:
        """Break off every connection and wait for the threads."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(timeout=5)  # so that no connection comes behind
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for connection in (self._listening, *self._open):
            connection.close()

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(connection)
            self._spawn(self._converse, connection, len(self._open) - 1)

    def _converse(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError):
            self.converse(connection, number)


def read_message(connection: socket.socket) -> bytes:
    """Read one request with its body; empty when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length:\s*(\d+)", head)
    while len(body) < int(length[1] if length else 0):
        piece = connection.recv(65536)
        if not piece:
            return b""
        body += piece
    return head + b"\r\n\r\n" + body


@pytest.fixture
def listening() -> Iterator[Callable[[Callable[[socket.socket, int], None]], Listening]]:
    """Serve connections by a function of the connection and its number; closed after the test."""
    served: list[Listening] = []

    def serve(converse: Callable[[socket.socket, int], None]) -> Listening:
        served.append(Listening(converse))
        return served[-1]

    yield serve
    for one in served:
        one.close()


@pytest.fixture
def reads() -> Callable[[socket.socket], bytes]:
    """Return what reads one request with its body from a connection; empty when the client has gone."""
    return read_message


Answer = Callable[[HttpRequest], HttpResponse]
Plant = Callable[[Endpoint], None]


def operation_of(request: HttpRequest) -> str:
    """Return the operation that a request names, or nothing."""
    try:
        return dict(read_parameters(request)).get("Operation", "")
    except ParametersUnreadable:
        return ""


@dataclass(slots=True, kw_only=True)
class Served:
    """An endpoint on a socket; ``seen`` are the calls that came, the control API's left out."""

    url: str = ""
    seen: list[HttpRequest] = field(default_factory=list)

    def calls(self, operation: str) -> int:
        """Return how often an operation was called."""
        return sum(operation_of(request) == operation for request in self.seen)


@dataclass(slots=True, kw_only=True)
class Kit:
    """The command line in a place of its own, and endpoints in threads to run it against."""

    folder: Path
    captured: pytest.CaptureFixture[str]
    stack: ExitStack
    first: Credentials = FIRST
    second: Credentials = SECOND
    token: str = TOKEN
    driven: tuple[str, ...] = ("--worker-driver", "http", "--clock-driver", "http")
    # Enough of a run for tests of the runner, in seconds; the whole takes a minute.
    few: tuple[str, ...] = ("--select", "RejectQualificationRequest.*", "--select", "GrantBonus.*")

    def operation_of(self, request: HttpRequest) -> str:
        """Return the operation that a request names, or nothing."""
        return operation_of(request)

    def endpoint(self, plant: Plant | None = None) -> Answer:
        """Return the embedded endpoint as a handler that goes by the world's clock, with a fault planted or without."""
        endpoint = make_endpoint([FIRST, SECOND], Options(control_token=TOKEN))
        if plant is not None:
            plant(endpoint)
        return lambda request: endpoint.handle(request, time.time())

    def serve(self, answer: Answer | None = None, *, plant: Plant | None = None) -> Served:
        """Serve a handler, by default the embedded endpoint, until the test is over."""
        answer = answer or self.endpoint(plant)
        served = Served()

        def noted(request: HttpRequest) -> HttpResponse:
            if not request.url.startswith("/control"):
                served.seen.append(request)
            return answer(request)

        served.url = self.stack.enter_context(running(noted, serialise=False))
        return served

    @contextmanager
    def dying(self, calls: int) -> Iterator[str]:
        """Serve the embedded endpoint until so many calls have come, and then no longer; yield its URL."""
        answer, came = self.endpoint(), iter(range(100_000))

        def handler(request: HttpRequest) -> HttpResponse:
            if next(came) == calls:
                threading.Thread(target=server.close).start()
            return answer(request)

        server = make_server(handler)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server.url
        finally:
            server.close()
            thread.join()

    @property
    def cwd(self) -> Path:
        """The working directory of every command."""
        return self.folder / "cwd"

    @property
    def ledger(self) -> Path:
        """The ledger of `judge`, where it names no other."""
        return self.folder / "ledger.jsonl"

    @property
    def record_path(self) -> Path:
        """The record of `judge`, where it names no other."""
        return self.folder / "record.jsonl"

    def call(self, *arguments: str | Path) -> Outcome:
        """Call the command line in this process."""
        self.captured.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = self.captured.readouterr()
        assert "Traceback" not in captured.out + captured.err
        assert "INTERNALERROR" not in captured.out + captured.err
        assert isinstance(ended.value.code, int)
        return Outcome(code=ended.value.code, out=captured.out, err=captured.err)

    def judge(self, *arguments: str | Path) -> Outcome:
        """Call `run` with these arguments."""
        return self.call("run", "--record", self.record_path, "--ledger", self.ledger, *arguments)

    def start(self, *arguments: str | Path, module: str = "conformance", **environ: str) -> subprocess.Popen[str]:
        """Start a module, by default the command line, in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, *map(str, arguments)],
            cwd=self.cwd,
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def snapshot(self, url: str) -> dict[str, list[dict[str, Any]]]:
        """Return what the embedded endpoint at ``url`` holds, by kind."""
        asked = Request(f"{url.rstrip('/')}/control/snapshot", headers={"Authorization": f"Bearer {TOKEN}"})
        with urlopen(asked) as response:
            held: dict[str, list[dict[str, Any]]] = json.load(response)
        return held

    def verdicts(self, record: Path | None = None) -> dict[tuple[str, str, str], set[str]]:
        """Return the verdicts on requirement, case and version in a record, by default that of the last `judge`."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for event in read_record(record or self.record_path).verdicts:
            found.setdefault((event.requirement, event.case, event.version), set()).add(event.verdict)
        return found

    def record(self) -> Record:
        """Return the record of the last `judge`."""
        return read_record(self.record_path)

    def named(self, verdict: Verdict) -> set[str]:
        """Return the requirements that have this verdict in the record."""
        return {event.requirement for event in self.record().verdicts if event.verdict is verdict}


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Kit]:
    """Return the kit with a home, a working directory and credentials that belong to this test alone."""
    for name in [name for name in os.environ if name.startswith(("MTURK_", "PYTEST_", "XDG_"))]:
        monkeypatch.delenv(name)
    for name, value in {**ENVIRONMENT, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    with ExitStack() as stack:
        kit = Kit(folder=tmp_path, captured=capsys, stack=stack)
        kit.cwd.mkdir()
        monkeypatch.chdir(kit.cwd)
        yield kit
