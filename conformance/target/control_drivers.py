"""The drivers that speak the control API (docs/control-api.md): Workers, accounts, clock, restart."""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit

from conformance.bindings.query import Credentials
from conformance.errors import Blocked, EndpointUnreachable, NotMeasured, WorkerRefused
from conformance.target.drivers import (
    WORKER_CAPABILITIES,
    AcceptedAssignment,
    ApprovedAssignment,
    Fields,
    Message,
    QualificationAttempt,
    Sent,
)
from conformance.transport.client import Client, failure_kind
from conformance.wire.messages import HttpRequest

T = TypeVar("T")

WORKERS_AT_ONCE = 20
_OF_A_NOTIFICATION = ("transport", "method", "destination", "content_type", "body")
_STATES = ("granted", "pending", "test")
_NOT_OFFERED = (404, 405, 501)
_NOT_NOW = 409
_BACK_AFTER = 30.0
_KINDS: Mapping[type, str] = {str: "text", float: "number", list: "list"}
_ID = re.compile(r"\b[A-Z0-9]{8,}\b")


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
            if status == _NOT_NOW and path[0] == "workers":
                raise WorkerRefused(f"{what}: HTTP {status} {reason}")
            raise _Refused(f"{what}: HTTP {status} {reason}", status)
        return answer


class Api(Protocol):
    """What answers the drivers: the control API, or actions that stand for its requests."""

    def get(self, *path: str) -> dict[str, Any]:
        """Return the answer to a question."""

    def post(self, *path: str, **values: Any) -> dict[str, Any]:
        """Return the answer to a wish."""


def control_url_of(url: str) -> str:
    """Return where an endpoint at ``url`` has its control API, if it is not said otherwise."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/control"


class ControlWorkers:
    """Acts as Workers through the control API."""

    def __init__(self, api: Api, capabilities: frozenset[str] = WORKER_CAPABILITIES) -> None:
        self.capabilities = capabilities
        self._api = api
        self._waiting: list[str] = []

    def new_worker(self) -> str:
        """Return the id of a Worker without a past."""
        if not self._waiting:
            answer = self._api.post("workers", count=WORKERS_AT_ONCE)
            # Who lets in one at a time takes no notice of the count.
            several = "worker_ids" in answer
            self._waiting = _ids(answer) if several else [_field(answer, "worker_id", str)]
        return self._waiting.pop(0)

    def worker_in(self, country: str, subdivision: str | None = None) -> str:
        """Return the id of a Worker who is in a place; NotMeasured where the answer does not name it."""
        place = {"country": country, "subdivision": subdivision}
        answer = self._api.post("workers", locale={name: text for name, text in place.items() if text})
        told = answer.get("locale")
        if not isinstance(told, Mapping) or {name: told.get(name) for name in place} != place:
            raise NotMeasured("the endpoint lets in no Workers of a certain place: its control API does not offer it")
        return _field(answer, "worker_id", str)

    def approved_assignment(self) -> ApprovedAssignment:
        """Raise NotMeasured: Workers can be had to make one."""
        raise NotMeasured("no assignment is listed in the profile")

    def refresh(self) -> None:
        """Let new Workers in for the next ones asked for: a restart may have lost those that wait."""
        self._waiting = []

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

    def submit_test_form(self, worker_id: str, qualification_type_id: str, fields: Fields) -> QualificationAttempt:
        """Send the form of the page that shows the type's test."""
        return _attempt(
            self._api.post(
                "workers", worker_id, "test-submissions", qualification_type_id=qualification_type_id, fields=fields
            )
        )

    def accept_assignment(self, worker_id: str, hit_id: str) -> AcceptedAssignment:
        """Accept an assignment of the HIT."""
        answer = self._api.post("workers", worker_id, "assignments", hit_id=hit_id)
        return AcceptedAssignment(
            assignment_id=_field(answer, "assignment_id", str),
            at=_field(answer, "at", float),
            url=_optional(answer, "url"),
            page=_optional(answer, "page"),
        )

    def submit_assignment(self, worker_id: str, assignment_id: str, answer: str) -> float:
        """Hand in the answers; return when, by the endpoint's clock."""
        reply = self._api.post("workers", worker_id, "submissions", assignment_id=assignment_id, answer=answer)
        return _field(reply, "at", float)

    def preview(self, worker_id: str, hit_id: str) -> str | None:
        """Look at a HIT without accepting it."""
        return _optional(self._on_site(worker_id, "previews", hit_id=hit_id), "url")

    def preview_page(self, worker_id: str, hit_id: str) -> str | None:
        """Look at the page of a HIT without accepting it."""
        return _optional(self._on_site(worker_id, "previews", hit_id=hit_id), "page")

    def return_assignment(self, worker_id: str, assignment_id: str) -> float:
        """Give back an assignment."""
        return _field(self._on_site(worker_id, "returns", assignment_id=assignment_id), "at", float)

    def submit_form(self, worker_id: str, assignment_id: str, fields: Fields) -> float:
        """Send the form of an assignment."""
        reply = self._on_site(worker_id, "external-submissions", assignment_id=assignment_id, fields=fields)
        return _field(reply, "at", float)

    def upload_file(self, worker_id: str, assignment_id: str, question_identifier: str, content: str) -> float:
        """Upload a file as the answer to a question."""
        reply = self._on_site(
            worker_id,
            "uploads",
            assignment_id=assignment_id,
            question_identifier=question_identifier,
            content=content,
        )
        return _field(reply, "at", float)

    def _on_site(self, worker_id: str, what: str, **values: Any) -> dict[str, Any]:
        """Do what not every endpoint lets Workers do; NotMeasured where this one does not."""
        try:
            return self._api.post("workers", worker_id, what, **values)
        except _Refused as refused:
            raise _not_offered(refused, f"has no {what} of Workers") from None

    def read_messages(self, worker_id: str) -> tuple[Message, ...]:
        """Return the mails that the Worker got, oldest first."""
        rows = _field(self._api.get("workers", worker_id, "messages"), "messages", list)
        return tuple(
            Message(subject=_field(row, "subject", str), text=_field(row, "text", str), at=_field(row, "at", float))
            for row in rows
        )


class ControlRequesters:
    """Opens accounts and makes HIT layouts through the control API."""

    def __init__(self, api: Api) -> None:
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

    def new_layout(self, template: str) -> str:
        """Return the id of a new HIT layout of this HTML."""
        try:
            return _field(self._api.post("layouts", template=template), "hit_layout_id", str)
        except _Refused as refused:
            raise _not_offered(refused, "makes no HIT layouts") from None

    def sent_notifications(self) -> tuple[Sent, ...]:
        """Return the messages that were sent to Requesters, oldest first."""
        try:
            rows = _field(self._api.get("notifications"), "notifications", list)
        except _Refused as refused:
            raise _not_offered(refused, "shows no notifications") from None
        return tuple(
            Sent(at=_field(row, "at", float), **{name: _field(row, name, str) for name in _OF_A_NOTIFICATION})
            for row in rows
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

    def __init__(self, api: Api, *, local: Callable[[], float] = time.time) -> None:
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
        raise Blocked(f"{name!r} in the answer of a driver is missing or no {_KINDS[kind]}")
    return value


def _optional(answer: Mapping[str, Any], name: str) -> str | None:
    """Return a text that an answer may have."""
    return None if answer.get(name) is None else _field(answer, name, str)


def _ids(answer: Mapping[str, Any]) -> list[str]:
    """Return the ids of the Workers let in, at least one."""
    ids = _field(answer, "worker_ids", list)
    if not ids or not all(isinstance(one, str) for one in ids):
        raise Blocked("'worker_ids' in the answer of a driver is no list of texts, or an empty one")
    return ids


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
        raise Blocked(f"'state' in the answer of a driver is none of {', '.join(_STATES)}")
    return QualificationAttempt(
        state=state,
        at=_field(answer, "at", float),
        qualification_request_id=answer.get("qualification_request_id"),
        test=answer.get("test"),
        page=_optional(answer, "page"),
    )
