"""How the embedded endpoint carries the messages of notifications to web services: never farther than this machine."""

import queue
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from conformance.errors import UsageError
from conformance.reference.deliveries import KEPT
from conformance.reference.notification_records import Notification
from conformance.transport.client import Client, Limits
from conformance.transport.outgoing import destination
from conformance.wire.messages import HttpRequest

LIMITS = Limits(connect_timeout=3.0, read_timeout=10.0, total_timeout=10.0, max_body=1024 * 1024)
NOWHERE = ".invalid"
"""What no host's name ends with (RFC 6761)."""
RECEPTOR_HOST = "receptor.test"
"""The name by which the embedded endpoint of a run reaches the receptor of that run, at whatever port."""


class Delivery:
    """Carries messages to web services on this machine, through ``client``; all others stay where they are kept.

    ``routes`` lead to this machine: a host's name, whatever the port → scheme, address and port to call instead.
    ``loopback`` allows to call web services that are addressed on this machine.  ``at_once`` has also those messages
    carried before the call returns for which nobody waits; otherwise a thread of its own does it.
    """

    def __init__(
        self,
        client: Client,
        *,
        routes: Mapping[str, str] | None = None,
        loopback: bool = False,
        at_once: bool = False,
    ) -> None:
        self._client = client
        self._routes = {host: destination(url) for host, url in (routes or {}).items()}
        if not all(where.loopback for where in self._routes.values()):
            raise UsageError("messages are delivered on this machine only: give routes to addresses such as 127.0.0.1")
        self._loopback = loopback
        self._at_once = at_once
        self._waiting: queue.SimpleQueue[Notification] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def __call__(self, message: Notification, *, wait: bool) -> int | None:
        """Carry a message; see `conformance.reference.deliveries.Deliver`."""
        if wait or self._at_once:
            return self._carry(message)
        self._waiting.put(message)
        if self._thread is None:
            self._thread = threading.Thread(target=self._carry_what_waits, name="delivery", daemon=True)
            self._thread.start()
        return KEPT

    def _carry_what_waits(self) -> None:
        while True:
            self._carry(self._waiting.get())

    def _carry(self, message: Notification) -> int | None:
        try:
            host = urlsplit(message.destination).hostname or ""
            if host.endswith(NOWHERE):
                return None
            url = self._address(host, message.destination)
            if url is None:
                return KEPT
            headers = (("Content-Type", message.content_type),) if message.content_type else ()
            request = HttpRequest(method=message.method, url=url, headers=headers, body=message.body.encode())
            response = self._client.send(request, retry=False).response
        except (UsageError, ValueError):  # nothing that HTTP could carry, or carry it to
            return None
        return response.status if response else None

    def _address(self, host: str, url: str) -> str | None:
        """Return the URL to call, None where nothing is to be called."""
        if host in self._routes:
            parts = urlsplit(url)
            return self._routes[host].origin + f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        return url if self._loopback and destination(url).loopback else None
