"""The embedded endpoint as a target: in a process of its own, or in this one.

`EmbeddedProcess` is the default of a run: a socket, a fresh interpreter, the world's clock.  `EmbeddedInProcess`
calls the endpoint without a socket and by a clock of its own, so that equal runs give equal bytes; it is the one
that defects can be planted in.
"""

import json
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import conformance
from conformance.bindings.query import Credentials
from conformance.errors import EndpointUnreachable
from conformance.reference.endpoint import Endpoint, Options
from conformance.target.control_drivers import (
    ControlApi,
    ControlClock,
    ControlRequesters,
    ControlWorkers,
    control_url_of,
)
from conformance.target.delivery import LIMITS, RECEPTOR_HOST, Delivery
from conformance.target.embedded_process import BOOT, Start
from conformance.target.receptor import Receptor
from conformance.target.serving import make_endpoint, new_credentials
from conformance.transport.client import Client, Limits
from conformance.transport.in_process import InProcessAdapter
from conformance.transport.server import running
from conformance.wire.messages import HttpRequest, HttpResponse

_START_TIMEOUT = 30.0
_STOP_TIMEOUT = 3.0
_STDERR_TAIL = 2000
# A snapshot is one reply, however much the run has created.
_CONTROL_LIMITS = Limits(max_body=1024 * 1024 * 1024)
_RECEPTOR_URLS = (f"http://{RECEPTOR_HOST}/", f"http://{RECEPTOR_HOST}:8080/")
_EPOCH = 1_420_070_400  # 2015-01-01T00:00:00Z


class Embedded(Protocol):
    """What both kinds of embedded endpoint offer; also a restart hook, and a context manager that ends it."""

    url: str
    other_scheme_url: str | None
    credentials: Credentials
    second_credentials: Credentials
    workers: ControlWorkers
    requesters: ControlRequesters
    clock: ControlClock
    receptor: Receptor

    def client(self, limits: Limits | None = None) -> Client:
        """Return a new client that reaches the endpoint."""

    def restart(self) -> None:
        """Restart the endpoint with all that it holds, at the same URL."""

    def close(self) -> None:
        """End the endpoint; it may be ended already."""


class EmbeddedProcess:
    """The embedded endpoint in a process of its own; raises EndpointUnreachable if that cannot be started.

    With ``any_date`` it takes signatures of any age, so that clients may take no notice of a clock that is moved.
    """

    other_scheme_url: str | None = None

    def __init__(self, *, retired: bool = False, any_date: bool = False) -> None:
        self.credentials = new_credentials()
        self.second_credentials = new_credentials()
        self._retired = retired
        self._any_date = any_date
        self._token = secrets.token_urlsafe(32)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._process: subprocess.Popen[bytes] | None = None
        self.receptor = Receptor(_RECEPTOR_URLS)
        self._beside = ExitStack()
        self._receptor_url = self._beside.enter_context(running(self.receptor.handle, threads=2, serialise=False))
        try:
            self.url = self._start(port=0, snapshot=None)
        except BaseException:
            self.close()
            raise
        self._control_client = Client(limits=_CONTROL_LIMITS)
        self._control = ControlApi(self._control_client, control_url_of(self.url), self._token)
        self.workers = ControlWorkers(self._control)
        self.requesters = ControlRequesters(self._control)
        self.clock = ControlClock(self._control)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The id of the process while there is one."""
        return self._process.pid if self._process else None

    def client(self, limits: Limits | None = None) -> Client:
        """Return a new client that reaches the endpoint."""
        return Client(limits=limits or Limits())

    def restart(self) -> None:
        """Put a fresh process in the place of this one, at the same URL, with all that the endpoint holds."""
        snapshot = self._control.get("snapshot")
        self._stop()
        self._start(port=urlsplit(self.url).port or 0, snapshot=snapshot)

    def close(self) -> None:
        """End the process; it may be ended already."""
        self._stop()
        self._beside.close()
        self._log.close()
        if hasattr(self, "_control_client"):
            self._control_client.close()

    def _start(self, *, port: int, snapshot: dict[str, Any] | None) -> str:
        accounts = (self.credentials, self.second_credentials)
        start = Start(
            package=str(Path(conformance.__file__).resolve().parent),
            path=_import_path(),
            port=port,
            credentials=[[account.access_key_id, account.secret_key] for account in accounts],
            control_token=self._token,
            retired=self._retired,
            any_date=self._any_date,
            receptor=self._receptor_url,
            snapshot=snapshot,
        )
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", BOOT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                cwd=Path(sys.executable).anchor or None,
            )
        except OSError as error:
            raise EndpointUnreachable(
                f"cannot start the embedded endpoint: {sys.executable}: {error.strerror}. "
                "Name an endpoint by its URL, or repair the Python installation."
            ) from error
        line = _first_line(self._process, json.dumps(start).encode() + b"\n")
        try:
            return str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError):
            self._stop()
            raise EndpointUnreachable(
                f"the embedded endpoint did not start: {self._stderr_tail() or 'it ended without a word'}. "
                "Serve it by itself (mturk-conformance serve) to see more, or name an endpoint by its URL."
            ) from None

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        for harder in (process.terminate, process.kill, lambda: None):
            try:
                process.wait(_STOP_TIMEOUT)
                return
            except subprocess.TimeoutExpired:
                harder()

    def _stderr_tail(self) -> str:
        size = self._log.seek(0, 2)
        self._log.seek(max(0, size - _STDERR_TAIL))
        return self._log.read().decode("utf-8", "replace").strip()


class VirtualClock:
    """A clock that moves a millisecond with each request, and otherwise only when told; seconds since the epoch."""

    def __init__(self) -> None:
        self._milliseconds = 0
        self._moving = threading.Lock()

    def read(self) -> float:
        """Return the time."""
        return _EPOCH + self._milliseconds / 1000

    def tick(self) -> float:
        """Move by a millisecond and return the time."""
        with self._moving:
            self._milliseconds += 1
            return self.read()

    def sleep(self, seconds: float) -> None:
        """Let time pass without waiting."""
        with self._moving:
            self._milliseconds += round(seconds * 1000)


class EmbeddedInProcess:
    """The embedded endpoint in this process; ``plant`` may change it before its first request, and after a restart."""

    url = "http://localhost/"
    other_scheme_url: str | None = "https://localhost/"
    credentials = Credentials(
        access_key_id="AKIAEMBEDDEDFIRST000", secret_key="first-secret-of-the-embedded-endpoint-00"
    )
    second_credentials = Credentials(
        access_key_id="AKIAEMBEDDEDSECOND00", secret_key="second-secret-of-the-embedded-endpoint-0"
    )

    def __init__(self, *, retired: bool = False, plant: Callable[[Endpoint], None] | None = None) -> None:
        token = "in-process"
        self.local_clock = VirtualClock()
        options = Options(control_token=token, retired=retired)
        self.receptor = Receptor(_RECEPTOR_URLS, sleep=self.local_clock.sleep, now=self.local_clock.read)
        self.endpoint = make_endpoint(
            (self.credentials, self.second_credentials), options, plant=plant, deliver=self._delivery()
        )
        # The endpoint takes one call at a time by itself.
        self._adapter = InProcessAdapter(self._handle, serialise=False)
        control = ControlApi(self.client(_CONTROL_LIMITS), control_url_of(self.url), token)
        self.workers = ControlWorkers(control)
        self.requesters = ControlRequesters(control)
        self.clock = ControlClock(control, local=self.local_clock.read)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def client(self, limits: Limits | None = None) -> Client:
        """Return a new client that reaches the endpoint; it dates exchanges by the endpoint's own clock."""
        return Client(
            limits=limits or Limits(), adapter=self._adapter, clock=self.local_clock.read, sleep=self.local_clock.sleep
        )

    def restart(self) -> None:
        """Let the endpoint begin anew, with what a snapshot keeps of it."""
        self.endpoint.restart()

    def close(self) -> None:
        """Nothing is to be ended."""

    def _delivery(self) -> Delivery:
        carrier = Client(
            limits=LIMITS,
            adapter=InProcessAdapter(self.receptor.handle, serialise=False),
            clock=self.local_clock.read,
            sleep=self.local_clock.sleep,
        )
        return Delivery(carrier, routes={RECEPTOR_HOST: "http://127.0.0.1/"}, at_once=True)

    def _handle(self, request: HttpRequest) -> HttpResponse:
        return self.endpoint.handle(request, self.local_clock.tick())


def _import_path() -> list[str]:
    """Return the folders that this process imports from, without the working directory."""
    here = Path.cwd().resolve()
    return [folder for folder in sys.path if folder and Path(folder).resolve() != here and Path(folder).is_absolute()]


def _first_line(process: subprocess.Popen[bytes], told: bytes) -> bytes:
    """Tell the process what it has to know and return its first line; empty if none comes in time."""
    assert process.stdin is not None
    assert process.stdout is not None
    watchdog = threading.Timer(_START_TIMEOUT, process.kill)
    watchdog.start()
    try:
        process.stdin.write(told)
        process.stdin.flush()
        return process.stdout.readline()
    except BrokenPipeError:
        return b""
    finally:
        watchdog.cancel()
