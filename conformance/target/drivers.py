"""What the Requester API cannot do: act as a Worker, open an account, move the clock, restart the endpoint.

`WorkerDriver`, `RequesterDriver`, `ClockDriver` and `RestartHook` say what the suites ask for.  Here are the drivers
that speak the control API (docs/control-api.md), and those for targets that offer nothing: what needs a driver that is
not there is not measured, and never passed.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit

from conformance.bindings.query import Credentials
from conformance.errors import Blocked, EndpointUnreachable, NotMeasured
from conformance.transport.client import Client, failure_kind
from conformance.wire.messages import HttpRequest

T = TypeVar("T")

WORKER_CAPABILITIES = frozenset(
    {
        "worker:request-qualification",
        "worker:take-test",
        "worker:read-message",
        "worker:accept",
        "worker:submit",
    }
)
_STATES = ("granted", "pending", "test")
_NOT_OFFERED = (404, 405, 501)
_BACK_AFTER = 30.0
_KINDS: Mapping[type, str] = {str: "text", float: "number", list: "list"}
_ID = re.compile(r"\b[A-Z0-9]{8,}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationAttempt:
    """How a Worker's wish for a Qualification stands at ``at`` (seconds since the epoch, the endpoint's clock).

    ``state`` is ``granted``, ``pending`` (a request waits for the Requester) or ``test`` (``test`` holds what the
    Worker sees; the request comes into being when the answers are handed in).
    """

    state: str
    at: float
    qualification_request_id: str | None = None
    test: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedAssignment:
    """An assignment that a Worker accepted at ``at`` (seconds since the epoch, the endpoint's clock)."""

    assignment_id: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail that a Worker got; ``at`` in seconds since the epoch, by the endpoint's clock."""

    subject: str
    text: str
    at: float


class WorkerDriver(Protocol):
    """Acts as Workers; each method raises Blocked if the driver fails, NotMeasured if it cannot do that at all."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What it can do, in the words that requirements use in ``needs``."""

    def new_worker(self) -> str:
        """Return the id of a Worker without a past."""

    def request_qualification(self, worker_id: str, qualification_type_id: str) -> QualificationAttempt:
        """Ask for a Qualification of the type."""

    def submit_test(self, worker_id: str, qualification_type_id: str, answer: str) -> QualificationAttempt:
        """Hand in the answers (a QuestionFormAnswers document) to the type's test."""

    def accept_assignment(self, worker_id: str, hit_id: str) -> AcceptedAssignment:
        """Accept an assignment of the HIT."""

    def submit_assignment(self, worker_id: str, assignment_id: str, answer: str) -> float:
        """Hand in the answers (a QuestionFormAnswers document); return when, by the endpoint's clock."""

    def read_messages(self, worker_id: str) -> tuple[Message, ...]:
        """Return the mails that the Worker got, oldest first."""


class RequesterDriver(Protocol):
    """Opens accounts of Requesters."""

    def new_requester(self, balance: str) -> Credentials:
        """Return the credentials of a new Requester with that balance in US dollars (``12.34``).

        Raises Blocked if that fails, NotMeasured where the endpoint opens no accounts.
        """


class ClockDriver(Protocol):
    """The endpoint's clock, in seconds since the epoch."""

    def now(self) -> float:
        """Return the time."""

    def advance(self, seconds: float) -> None:
        """Move the clock forward; raises NotMeasured where it cannot be moved, Blocked if that fails."""

    def refresh(self) -> None:
        """Forget how far the clock is ahead: somebody else may have moved it."""


class RestartHook(Protocol):
    """Restarts the endpoint."""

    def restart(self) -> None:
        """Return when the endpoint serves again; raises EndpointUnreachable if it does not come back."""


class NoWorkers:
    """The driver of a target on which nobody can act as a Worker."""

    capabilities: frozenset[str] = frozenset()

    def new_worker(self) -> str:
        """Raise NotMeasured."""
        raise NotMeasured("no worker driver: set worker_driver in the profile")

    def request_qualification(self, worker_id: str, qualification_type_id: str) -> QualificationAttempt:
        """Raise NotMeasured."""
        raise NotMeasured("no worker driver: set worker_driver in the profile")

    def submit_test(self, worker_id: str, qualification_type_id: str, answer: str) -> QualificationAttempt:
        """Raise NotMeasured."""
        raise NotMeasured("no worker driver: set worker_driver in the profile")

    def accept_assignment(self, worker_id: str, hit_id: str) -> AcceptedAssignment:
        """Raise NotMeasured."""
        raise NotMeasured("no worker driver: set worker_driver in the profile")

    def submit_assignment(self, worker_id: str, assignment_id: str, answer: str) -> float:
        """Raise NotMeasured."""
        raise NotMeasured("no worker driver: set worker_driver in the profile")

    def read_messages(self, worker_id: str) -> tuple[Message, ...]:
        """Raise NotMeasured."""
        raise NotMeasured("no worker driver: set worker_driver in the profile")


class RealClock:
    """A clock that can be read and not moved: by default that of this machine, which a target is taken to share."""

    def __init__(self, read: Callable[[], float] = time.time) -> None:
        self._read = read

    def now(self) -> float:
        """Return the time."""
        return self._read()

    def advance(self, seconds: float) -> None:
        """Raise NotMeasured."""
        raise NotMeasured("no clock driver: set clock_driver in the profile")

    def refresh(self) -> None:
        """Do nothing: this clock is never ahead."""


class _Refused(Blocked):
    """The control API answered with an error; ``status`` is that of HTTP."""

    def __init__(self, cause: str, status: int) -> None:
        super().__init__(cause)
        self.status = status


class ControlApi:
    """The control API at ``url`` (such as ``http://127.0.0.1:8080/control``), opened by its token."""

    def __init__(self, client: Client, url: str, token: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))

    def get(self, *path: str) -> dict[str, Any]:
        """Return the answer to a GET; raises Blocked like `post`."""
        return self._call("GET", path, b"")

    def post(self, *path: str, **values: Any) -> dict[str, Any]:
        """Return the answer to a POST of ``values``; raises Blocked, with a line without ids, if it is no success."""
        return self._call("POST", path, json.dumps(values).encode())

    def answers(self) -> bool:
        """Tell whether anything answers there, be it with an error."""
        request = HttpRequest(method="GET", url=f"{self._url}/clock", headers=self._headers)
        return self._client.send(request, retry=False).response is not None

    def _call(self, method: str, path: tuple[str, ...], body: bytes) -> dict[str, Any]:
        url = "/".join([self._url, *(quote(part, safe="") for part in path)])
        exchange = self._client.send(
            HttpRequest(method=method, url=url, headers=self._headers, body=body), retry=method == "GET"
        )
        # Ids change from run to run, and reports fold by the line.
        what = f"control API, {method} {'/'.join(['', *path[:1], *path[2:]])}"
        if exchange.response is None:
            raise Blocked(f"{what}: {failure_kind(exchange) or 'no answer'}", silent=True)
        status = exchange.response.status
        try:
            answer = json.loads(exchange.response.body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Blocked(f"{what}: HTTP {status} with something that is not a JSON object")
        if not 200 <= status < 300:
            reason = _ID.sub("…", str(answer.get("error", "without a reason")))
            raise _Refused(f"{what}: HTTP {status} {reason}", status)
        return answer


def control_url_of(url: str) -> str:
    """Return where an endpoint at ``url`` has its control API, if it is not said otherwise."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/control"


class ControlWorkers:
    """Acts as Workers through the control API."""

    capabilities = WORKER_CAPABILITIES

    def __init__(self, api: ControlApi) -> None:
        self._api = api

    def new_worker(self) -> str:
        """Return the id of a Worker without a past."""
        return _field(self._api.post("workers"), "worker_id", str)

    def request_qualification(self, worker_id: str, qualification_type_id: str) -> QualificationAttempt:
        """Ask for a Qualification of the type."""
        return _attempt(
            self._api.post("workers", worker_id, "qualification-requests", qualification_type_id=qualification_type_id)
        )

    def submit_test(self, worker_id: str, qualification_type_id: str, answer: str) -> QualificationAttempt:
        """Hand in the answers to the type's test."""
        return _attempt(
            self._api.post(
                "workers", worker_id, "test-submissions", qualification_type_id=qualification_type_id, answer=answer
            )
        )

    def accept_assignment(self, worker_id: str, hit_id: str) -> AcceptedAssignment:
        """Accept an assignment of the HIT."""
        answer = self._api.post("workers", worker_id, "assignments", hit_id=hit_id)
        return AcceptedAssignment(assignment_id=_field(answer, "assignment_id", str), at=_field(answer, "at", float))

    def submit_assignment(self, worker_id: str, assignment_id: str, answer: str) -> float:
        """Hand in the answers; return when, by the endpoint's clock."""
        reply = self._api.post("workers", worker_id, "submissions", assignment_id=assignment_id, answer=answer)
        return _field(reply, "at", float)

    def read_messages(self, worker_id: str) -> tuple[Message, ...]:
        """Return the mails that the Worker got, oldest first."""
        rows = _field(self._api.get("workers", worker_id, "messages"), "messages", list)
        return tuple(
            Message(subject=_field(row, "subject", str), text=_field(row, "text", str), at=_field(row, "at", float))
            for row in rows
        )


class ControlRequesters:
    """Opens accounts through the control API."""

    def __init__(self, api: ControlApi) -> None:
        self._api = api

    def new_requester(self, balance: str) -> Credentials:
        """Return the credentials of a new Requester with that balance in US dollars."""
        try:
            answer = self._api.post("requesters", balance=balance)
        except _Refused as refused:
            raise _not_offered(refused, "opens no accounts") from None
        return Credentials(
            access_key_id=_field(answer, "access_key_id", str), secret_key=_field(answer, "secret_key", str)
        )


class ControlRestart:
    """Restarts the endpoint through the control API; ``wait`` pauses for some seconds."""

    def __init__(self, api: ControlApi, *, wait: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._wait = wait

    def restart(self) -> None:
        """Return when the endpoint serves again; it may hang up instead of answering to the wish."""
        try:
            self._api.post("restart")
        except _Refused as refused:
            raise _not_offered(refused, "cannot be restarted") from None
        except Blocked:
            self._wait(0.1)
        for _ in range(int(_BACK_AFTER / 0.25)):
            if self._api.answers():
                return
            self._wait(0.25)
        raise EndpointUnreachable(
            f"restarted the endpoint, and its control API did not answer for {_BACK_AFTER:.0f} seconds. "
            "See that it starts again by itself, or set restart_hook to none."
        )


class ControlClock:
    """Moves the endpoint's clock through the control API.

    The distance between the endpoint's clock and ``local`` is asked for once and after each move, so that reading
    the time costs no request.
    """

    def __init__(self, api: ControlApi, *, local: Callable[[], float] = time.time) -> None:
        self._api = api
        self._local = local
        self._ahead: float | None = None

    def now(self) -> float:
        """Return the endpoint's time."""
        if self._ahead is None:
            self._learn(self._api.get("clock"))
        return self._local() + (self._ahead or 0.0)

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self._learn(self._api.post("clock", advance=seconds))

    def refresh(self) -> None:
        """Ask for the distance again when the time is next read."""
        self._ahead = None

    def _learn(self, answer: Mapping[str, Any]) -> None:
        self._ahead = _field(answer, "now", float) - self._local()


def _field(answer: Any, name: str, kind: type[T]) -> T:
    """Return a member of an answer; Blocked where it is missing or of another kind."""
    value = answer.get(name) if isinstance(answer, Mapping) else None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind):
        raise Blocked(f"control API: {name!r} in an answer is missing or no {_KINDS[kind]}")
    return value


def _not_offered(refused: _Refused, what: str) -> Blocked | NotMeasured:
    """Return what to raise when a part of the control API that not every endpoint has was refused."""
    return (
        NotMeasured(f"the endpoint {what}: its control API does not offer it")
        if refused.status in _NOT_OFFERED
        else refused
    )


def _attempt(answer: Mapping[str, Any]) -> QualificationAttempt:
    state = _field(answer, "state", str)
    if state not in _STATES:
        raise Blocked(f"control API: 'state' in an answer is none of {', '.join(_STATES)}")
    return QualificationAttempt(
        state=state,
        at=_field(answer, "at", float),
        qualification_request_id=answer.get("qualification_request_id"),
        test=answer.get("test"),
    )
