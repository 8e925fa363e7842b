"""What the endpoint holds, in a file that outlives the death of its process at any moment (`serve --state`).

The file is an SQLite database.  All that one request changes is one transaction, which is on the disk before the
answer leaves: a killed process loses nothing that it has answered, and neither does a machine without power as far as
its disk keeps what it says it has written.  A request that changes nothing costs no transaction.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Self

from conformance.errors import KitError
from conformance.reference.control import without_secrets
from conformance.reference.deliveries import KEPT, Deliver
from conformance.reference.endpoint import Endpoint
from conformance.reference.notification_records import Notification
from conformance.reference.rows import row_of
from conformance.reference.store import COUNTERS, FORMAT, TABLES, Store
from conformance.target.state_file import StateFile
from conformance.transport.handler import plain
from conformance.wire.messages import HttpRequest, HttpResponse

KEYS: Mapping[str, tuple[str, ...]] = {
    "requesters": ("access_key_id",),
    "workers": ("worker_id",),
    "qualification_types": ("qualification_type_id",),
    "qualification_requests": ("qualification_request_id",),
    "qualifications": ("qualification_type_id", "worker_id"),
    "hit_types": ("hit_type_id",),
    "hits": ("hit_id",),
    "layouts": ("hit_layout_id",),
    "assignments": ("assignment_id",),
    "uploads": ("key",),
    "blocks": ("owner", "worker_id"),
    "accept_limits": ("owner", "hit_type_id"),
    "tokens": ("owner", "operation", "token"),
    "notification_settings": ("hit_type_id",),
}
"""Table of the store → the fields that a record takes the place of another one by; the other tables only grow."""

RESERVED = 1000
"""So many RequestIds are set aside by one transaction: after a kill those not used are never issued."""


class State:
    """Keeps an endpoint in a file; to be closed, by itself or as a context manager.

    The life of one: open it, make the endpoint with `snapshot`, `attach` and `after_keeping`, then let requests come
    through `handle`.  Messages of notifications leave after what they tell is kept: a kill in between loses the
    message, never the event.  Raises UsageError where the file cannot be used.
    """

    def __init__(self, path: Path, *, failed: Callable[[], None] = lambda: None) -> None:
        self.failure: KitError | None = None
        self._failed = failed
        self._turn = Lock()
        self._changes: list[tuple[str, str | None, str | None]] = []
        self._leaving: list[Notification] = []
        self._deliver: Deliver | None = None
        self._endpoint: Endpoint | None = None
        self._file = StateFile(path, FORMAT)
        self._counters: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def snapshot(self) -> dict[str, Any] | None:
        """Return what the file holds, in the form of a snapshot of the control API; None if it is new."""
        self._counters, rows = self._file.read()
        if not self._counters:
            return None
        tables: dict[str, list[Any]] = {name: [] for name in TABLES}
        for kind, row in rows:
            tables.setdefault(kind, []).append(row)
        return {"format": FORMAT, **self._counters, **tables}

    def attach(self, endpoint: Endpoint) -> None:
        """Take note of all that is put into the endpoint's store from now on; for its ``plant``, after restarts too."""
        self._endpoint = endpoint
        store = endpoint.store
        for requester in store.requesters.values():
            self._note("requesters", requester)
        for table, (_, put) in TABLES.items():
            setattr(store, put.__name__, self._noting(table, getattr(store, put.__name__)))
        lift = store.lift_block

        def lift_block(owner: str, worker_id: str) -> None:
            lift(owner, worker_id)
            self._changes.append(("blocks", json.dumps([owner, worker_id]), None))

        drop = store.drop_upload

        def drop_upload(key: str) -> None:
            drop(key)
            self._changes.append(("uploads", json.dumps([key]), None))

        store.lift_block = lift_block  # type: ignore[method-assign]
        store.drop_upload = drop_upload  # type: ignore[method-assign]

    def after_keeping(self, deliver: Deliver) -> Deliver:
        """Return ``deliver`` so that messages for which nobody waits leave when what they tell is in the file."""
        self._deliver = deliver

        def later(message: Notification, *, wait: bool) -> int | None:
            if wait:
                return deliver(message, wait=True)
            self._leaving.append(message)
            return KEPT

        return later

    def handle(self, request: HttpRequest, at: float) -> HttpResponse:
        """Answer a request as the endpoint does, once what it has changed is in the file.

        Where that cannot be written the answer is a 503, as is every later one, and ``failed`` is called.
        """
        endpoint = self._endpoint
        assert endpoint is not None, "attach comes first"
        with self._turn:
            if self.failure is None:
                try:
                    try:
                        response = endpoint.handle(request, at)
                    finally:
                        self._keep(endpoint.store)
                    self._let_leave()
                    return response
                except KitError as failure:
                    self.failure = failure
                    self._failed()
            return plain(503, "The endpoint cannot keep what it would answer, and is about to end.")

    def close(self) -> None:
        """Give the file back; it may be closed already."""
        with self._turn:
            if self._endpoint is not None and self.failure is None:
                endpoint, self._endpoint = self._endpoint, None
                with suppress(KitError):  # nothing was answered with it: RequestIds will be left out, no more
                    self._write(dict(_counters(endpoint.store)))
            self._file.close()

    def _noting(self, table: str, put: Callable[[Any], None]) -> Callable[[Any], None]:
        def put_and_note(record: Any) -> None:
            put(record)
            self._note(table, record)

        return put_and_note

    def _note(self, table: str, record: Any) -> None:
        row = row_of(record)
        if table == "requesters":
            row = without_secrets({"requesters": [row]})["requesters"][0]
        key = json.dumps([row[name] for name in KEYS[table]]) if table in KEYS else None
        self._changes.append((table, key, json.dumps(row)))

    def _keep(self, store: Store) -> None:
        counters = dict(_counters(store))
        used_up = counters.pop("calls") > self._counters.get("calls", -1)
        changed = any(self._counters.get(name) != value for name, value in counters.items())
        if self._changes or changed or used_up:
            self._write({**counters, "calls": store.calls + RESERVED if used_up else self._counters["calls"]})

    def _write(self, counters: dict[str, Any]) -> None:
        changed = {name: value for name, value in counters.items() if self._counters.get(name) != value}
        self._file.write(changed, self._changes)
        self._counters = counters
        self._changes = []

    def _let_leave(self) -> None:
        leaving, self._leaving = self._leaving, []
        for message in leaving:
            if self._deliver is not None:
                self._deliver(message, wait=False)


def _counters(store: Store) -> list[tuple[str, Any]]:
    return [(name, getattr(store, name)) for name in COUNTERS]
