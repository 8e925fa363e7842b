"""The control API: JSON over HTTP for what the Requester API cannot do (Workers, the clock, a look at the store).

    POST /control/workers                             a new Worker
    POST /control/workers/ID/qualification-requests   {"qualification_type_id"}
    POST /control/workers/ID/test-submissions         {"qualification_type_id", "answer"}
    GET  /control/workers/ID/messages
    GET  /control/clock      POST /control/clock      {"advance": seconds}
    GET  /control/snapshot                            the store, without secret keys

Every request carries ``Authorization: Bearer <token>``; refusals are {"error": "…"} with a status from 400 on.
"""

import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from conformance.reference.routing import path_of
from conformance.reference.store import Store
from conformance.reference.worker import ControlRefused, Visit, WorkerAction
from conformance.wire.messages import HttpRequest, HttpResponse, header

PREFIX = "/control/"

_LAST_SECOND = 253_402_300_799  # of the year 9999, the last that a reply can name

_WORKER = re.compile(r"/control/workers/([^/]+)/([^/]+)")
_ACTIONS = {
    "qualification-requests": ("POST", "request-qualification"),
    "test-submissions": ("POST", "submit-test"),
    "messages": ("GET", "read-messages"),
}


def control(
    store: Store, actions: Mapping[str, WorkerAction], request: HttpRequest, at: float, *, token: str
) -> HttpResponse:
    """Answer a request of the control API; ``at`` is the wall clock, in seconds since the epoch."""
    try:
        _check_token(request, token)
        status, body = _answer(store, actions, request, at)
    except ControlRefused as refusal:
        status, body = refusal.status, {"error": str(refusal)}
    headers = (("Content-Type", "application/json"),)
    return HttpResponse(status=status, headers=headers, body=json.dumps(body).encode("ascii"))


def _check_token(request: HttpRequest, token: str) -> None:
    sent = header(request.headers, "Authorization") or ""
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        raise ControlRefused(401, "the header Authorization is not 'Bearer' and the endpoint's control token")


def _answer(
    store: Store, actions: Mapping[str, WorkerAction], request: HttpRequest, at: float
) -> tuple[int, dict[str, Any]]:
    path = path_of(request)
    if path == "/control/clock":
        if request.method != "GET":
            _require(request, "POST")
            _advance(store, _body(request), at)
        return 200, {"now": at + store.clock_offset}
    if path == "/control/snapshot":
        _require(request, "GET")
        return 200, _snapshot(store)
    worker_id, method, action = _worker_action(store, path)
    _require(request, method)
    body = _body(request) if method == "POST" else {}
    visit = Visit(store=store, worker_id=worker_id, body=body, at=at + store.clock_offset)
    return 201 if method == "POST" else 200, actions[action](visit)


def _worker_action(store: Store, path: str) -> tuple[str, str, str]:
    if path == "/control/workers":
        return "", "POST", "create-worker"
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


def _advance(store: Store, body: Mapping[str, object], at: float) -> None:
    seconds, most = body.get("advance"), _LAST_SECOND - at - store.clock_offset
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= most:
        raise ControlRefused(400, f"'advance' is a number of seconds from 0 to {most:.0f}")
    store.clock_offset += seconds


def _snapshot(store: Store) -> dict[str, Any]:
    dump = store.dump()
    for requester in dump["requesters"]:
        del requester["secret_key"]
    return dump
