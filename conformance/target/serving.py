"""The embedded endpoint made from what it should hold, and served on a socket until it is told to stop."""

import gc
import json
import os
import secrets
import signal
import string
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.bindings.query import Credentials
from conformance.errors import KitError, UsageError
from conformance.reference.control import without_secrets
from conformance.reference.deliveries import Deliver, keep
from conformance.reference.endpoint import Endpoint, Options
from conformance.reference.records import Requester
from conformance.reference.store import Store
from conformance.transport.server import make_server
from conformance.transport.sigv4 import signature_of
from conformance.wire.messages import HttpRequest, HttpResponse


def new_credentials() -> Credentials:
    """Return random credentials of the service's form: an id of 20 capitals and digits, a key of 40 characters."""
    letters = string.ascii_uppercase + string.digits
    return Credentials(
        access_key_id="AKIA" + "".join(secrets.choice(letters) for _ in range(16)), secret_key=secrets.token_urlsafe(30)
    )


def make_endpoint(
    credentials: Iterable[Credentials],
    options: Options,
    snapshot: Mapping[str, Any] | None = None,
    *,
    plant: Callable[[Endpoint], None] | None = None,
    deliver: Deliver = keep,
    source: str = "snapshot",
) -> Endpoint:
    """Return an endpoint that lets in these Requesters, with what ``snapshot`` holds or else empty.

    A snapshot (of the control API) has no secret keys but of the accounts opened there.  Raises UsageError, which calls
    it ``source``, if it is of another kind or holds a Requester that is not among ``credentials``.  ``plant`` and
    ``deliver``: see `Endpoint`.
    """
    options = replace(options, signature_of=signature_of)
    if snapshot is None:
        return Endpoint(Store.new(requesters=credentials), options=options, plant=plant, deliver=deliver)
    keys = {account.access_key_id: account.secret_key for account in credentials}
    try:
        unknown = {row["access_key_id"] for row in snapshot["requesters"] if not row["opened"]} - set(keys)
        if unknown:
            raise UsageError(
                f"the {source} belongs to the Requester {', '.join(sorted(unknown))}, whose credentials are not given. "
                f"Give them, or start without the {source}."
            )
        rows = [
            row if row["opened"] else {**row, "secret_key": keys[row["access_key_id"]]}
            for row in snapshot["requesters"]
        ]
        store = Store.load({**snapshot, "requesters": rows})
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"the {source} cannot be used: {error!r}. Take a new one, or start without it.") from error
    for access_key_id in sorted(set(keys) - set(store.requesters)):
        store.add_requester(Requester(access_key_id=access_key_id, secret_key=keys[access_key_id]))
    return Endpoint(store, options=options, plant=plant, deliver=deliver)


def snapshot_of(endpoint: Endpoint) -> dict[str, Any]:
    """Return all that the endpoint holds, as values that JSON can carry, without the secret keys given to it."""
    return without_secrets(endpoint.store.dump())


def serve_forever(
    host: str,
    port: int,
    *,
    credentials: Iterable[Credentials],
    options: Options,
    snapshot: Path | None = None,
    state: Path | None = None,
    ready: Callable[[str], None],
    deliver: Deliver = keep,
) -> None:
    """Serve the embedded endpoint until SIGINT or SIGTERM; ``ready`` is called with its URL when it listens.

    ``snapshot`` is a file that the endpoint starts from if it exists, and that is written when it stops; ``state`` is
    one that it starts from and that is kept up to date (`conformance.target.state`).  To be called from the main
    thread.  Raises UsageError where it cannot listen or use the file, KitError where ``state`` cannot be written.
    """
    stop = threading.Event()
    if state is None:
        endpoint = make_endpoint(credentials, options, _read(snapshot), deliver=deliver)
        with _stopped_by_signals(stop):
            serve_until(stop, endpoint.handle, host, port, ready=ready)
        if snapshot is not None:
            _write(snapshot, snapshot_of(endpoint))
        return

    from conformance.target.state import State

    with State(state, failed=stop.set) as kept, _stopped_by_signals(stop):
        source, later = f"state file {state}", kept.after_keeping(deliver)
        make_endpoint(credentials, options, kept.snapshot(), plant=kept.attach, deliver=later, source=source)
        serve_until(stop, kept.handle, host, port, ready=ready)
    if kept.failure is not None:
        raise kept.failure


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def serve_until(
    stop: threading.Event,
    handle: Callable[[HttpRequest, float], HttpResponse],
    host: str,
    port: int,
    *,
    ready: Callable[[str], None],
) -> None:
    """Serve ``handle``, of an endpoint or of a `State`, by this machine's clock until ``stop`` is set.

    ``ready`` is called with the URL.
    """
    gc.collect()
    gc.freeze()  # what is loaded by now stays: looking through it again and again would hold up requests
    # The endpoint takes one call at a time by itself.
    server = make_server(lambda request: handle(request, time.time()), host=host, port=port, threads=0)

    def run() -> None:
        try:
            server.run()
        finally:
            stop.set()

    thread = threading.Thread(target=run, name="endpoint", daemon=True)
    thread.start()
    try:
        ready(server.url)
        stop.wait()
    finally:
        server.close()
        thread.join(timeout=5)


def _read(path: Path | None) -> dict[str, Any] | None:
    if path is None or not path.exists():
        return None
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read the snapshot {path}: {error}. Name another file, or remove it.") from error
    if not isinstance(content, dict):
        raise UsageError(f"{path} is no snapshot: it holds no JSON object. Name another file, or remove it.")
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(json.dumps(content), "utf-8")
        beside.replace(path)
    except OSError as error:
        raise KitError(
            f"cannot write the snapshot {path}: {error.strerror}. What the endpoint held is lost."
        ) from error
