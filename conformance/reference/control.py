"""The control API: JSON over HTTP for what the Requester API cannot do (Workers, accounts, the clock, restarts).

    POST /control/workers                             {"count"}: new Workers
    POST /control/workers/ID/qualification-requests   {"qualification_type_id"}
    POST /control/workers/ID/test-submissions         {"qualification_type_id", "answer"}
    POST /control/workers/ID/assignments              {"hit_id"}
    POST /control/workers/ID/submissions              {"assignment_id", "answer"}
    POST /control/workers/ID/external-submissions     {"assignment_id", "fields": [[name, value], …]}
    POST /control/workers/ID/previews                 {"hit_id"}
    POST /control/workers/ID/returns                  {"assignment_id"}
    POST /control/workers/ID/uploads                  {"assignment_id", "question_identifier", "content"}
    GET  /control/workers/ID/messages
    GET  /control/notifications                       the messages that were sent to Requesters
    POST /control/layouts                             {"template"}: a new HIT layout, of HTML with ${placeholders}
    POST /control/requesters                          {"balance": "12.34"}: a new account, in US dollars
    GET  /control/clock      POST /control/clock      {"advance": seconds}
    POST /control/restart                             the endpoint begins anew with what its snapshot holds
    GET  /control/snapshot                            the store, without the secret keys that came from outside

Every request carries ``Authorization: Bearer <token>``; refusals are {"error": "…"} with a status from 400 on.
``conformance/target/control.openapi.yaml`` describes all of it.
"""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from conformance.reference.identifiers import secret_key
from conformance.reference.layouts import create_layout
from conformance.reference.money import cents, read_decimal
from conformance.reference.notification_messages import sent_notifications
from conformance.reference.records import Requester
from conformance.reference.routing import path_of, site_of
from conformance.reference.store import Store
from conformance.reference.worker import ControlRefused, Visit, WorkerAction
from conformance.wire.messages import HttpRequest, HttpResponse, header

PREFIX = "/control/"

_LAST_SECOND = 253_118_303_999  # of the year 9990: a reply can name times still to come up to the year 9999

_WORKER = re.compile(r"/control/workers/([^/]+)/([^/]+)")
_ACTIONS = {
    "qualification-requests": ("POST", "request-qualification"),
    "test-submissions": ("POST", "submit-test"),
    "assignments": ("POST", "accept-assignment"),
    "submissions": ("POST", "submit-assignment"),
    "external-submissions": ("POST", "submit-form"),
    "previews": ("POST", "preview"),
    "returns": ("POST", "return-assignment"),
    "uploads": ("POST", "upload-file"),
    "messages": ("GET", "read-messages"),
}


def control(
    store: Store,
    actions: Mapping[str, WorkerAction],
    request: HttpRequest,
    at: float,
    *,
    token: str,
    restart: Callable[[], None],
) -> HttpResponse:
    """Answer a request of the control API; ``at`` is the wall clock, in seconds since the epoch.

    ``restart`` has to put a new store in the place of this one.
    """
    try:
        _check_token(request, token)
        status, body = _answer(store, actions, request, at, token=token, restart=restart)
    except ControlRefused as refusal:
        status, body = refusal.status, {"error": str(refusal)}
    headers = (("Content-Type", "application/json"),)
    return HttpResponse(status=status, headers=headers, body=json.dumps(body).encode("ascii"))


def _check_token(request: HttpRequest, token: str) -> None:
    sent = header(request.headers, "Authorization") or ""
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        raise ControlRefused(401, "the header Authorization is not 'Bearer' and the endpoint's control token")


def _answer(
    store: Store,
    actions: Mapping[str, WorkerAction],
    request: HttpRequest,
    at: float,
    *,
    token: str,
    restart: Callable[[], None],
) -> tuple[int, dict[str, Any]]:
    path = path_of(request)
    if path == "/control/clock":
        if request.method != "GET":
            _require(request, "POST")
            _advance(store, _body(request), at)
        return 200, {"now": at + store.clock_offset}
    if path in _READ:
        _require(request, "GET")
        return 200, _READ[path](store)
    if path == "/control/requesters":
        _require(request, "POST")
        return 201, _open_account(store, _body(request), token)
    if path == "/control/restart":
        _require(request, "POST")
        _body(request)
        restart()
        return 200, {}
    if path == "/control/layouts":
        _require(request, "POST")
        visit = Visit(store=store, worker_id="", body=_body(request), at=at + store.clock_offset)
        return 201, {"hit_layout_id": create_layout(store, visit.text("template"))}
    worker_id, method, action = _worker_action(store, path)
    _require(request, method)
    body = _body(request) if method == "POST" else {}
    visit = Visit(store=store, worker_id=worker_id, body=body, at=at + store.clock_offset, site=site_of(request))
    return 201 if method == "POST" else 200, actions[action](visit)


def _worker_action(store: Store, path: str) -> tuple[str, str, str]:
    if path == "/control/workers":
        return "", "POST", "create-workers"
    found = _WORKER.fullmatch(path)
    if found is None or found[2] not in _ACTIONS:
        raise ControlRefused(404, f"the control API has no {path[:80]}")
    if found[1] not in store.workers:
        raise ControlRefused(404, f"there is no Worker {found[1][:40]}: create one with POST /control/workers")
    return found[1], *_ACTIONS[found[2]]


def _require(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise ControlRefused(405, f"{request.method} is not served here, {method} is")


def _body(request: HttpRequest) -> dict[str, object]:
    try:
        body = json.loads(request.body or b"{}")
        json.dumps(body, ensure_ascii=False).encode()  # refuses an escaped lone surrogate, which no reply could hold
    except (ValueError, RecursionError):
        raise ControlRefused(400, "the body is not JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise ControlRefused(400, "the body is not a JSON object")
    return body


def _open_account(store: Store, body: Mapping[str, object], token: str) -> dict[str, Any]:
    balance = body.get("balance")
    try:
        amount = cents(read_decimal(balance if isinstance(balance, str) else ""))
    except ValueError as error:
        raise ControlRefused(400, f"'balance' is an amount of US dollars in a text: {error}") from None
    if amount < 0:
        raise ControlRefused(400, "'balance' is an amount of US dollars in a text: it is not below 0")
    key_id = store.next_access_key_id()
    account = Requester(access_key_id=key_id, secret_key=secret_key(token, key_id), balance=amount, opened=True)
    store.add_requester(account)
    return {"access_key_id": account.access_key_id, "secret_key": account.secret_key}


def _advance(store: Store, body: Mapping[str, object], at: float) -> None:
    seconds, most = body.get("advance"), _LAST_SECOND - at - store.clock_offset
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= most:
        raise ControlRefused(400, f"'advance' is a number of seconds from 0 to {most:.0f}")
    store.clock_offset += seconds


def without_secrets(dump: dict[str, Any]) -> dict[str, Any]:
    """Return the dump of a store without the secret keys of Requesters, but for the accounts opened through here."""
    rows = [{**row} for row in dump["requesters"]]
    for row in rows:
        if not row["opened"]:
            del row["secret_key"]
    return {**dump, "requesters": rows}


_READ: Mapping[str, Callable[[Store], dict[str, Any]]] = {
    "/control/snapshot": lambda store: without_secrets(store.dump()),
    "/control/notifications": lambda store: {"notifications": sent_notifications(store)},
}
"""What can be read and not changed: path → what is answered."""
