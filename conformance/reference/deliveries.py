"""How the messages of notifications leave the endpoint, or do not.

Source: the articles SendTestEventNotification (the service waits for the web service) and Building A Notification
Receptor (ports).  Whoever makes an `Endpoint` says how messages are carried; by itself it carries none anywhere.
"""

import ipaddress
from typing import Protocol
from urllib.parse import urlsplit

from conformance.reference.notification_records import Notification

PORTS = (80, 443)
KEPT = 200
"""The status that stands for a message which is kept, to be read through the control API, and goes nowhere."""


class Deliver(Protocol):
    """Carries a message to a web service."""

    def __call__(self, message: Notification, *, wait: bool) -> int | None:
        """Return the HTTP status of the answer, None where the web service cannot be reached.

        Without ``wait`` it may return at once, with `KEPT`.
        """


def keep(message: Notification, *, wait: bool) -> int | None:
    """Let a message stay where it is kept."""
    return KEPT


def port_fault(destination: str) -> str | None:
    """Return why a web service cannot be called for its port, None if it can be.

    On the machine of the endpoint, where only tests have their receptors, any port will do.
    """
    try:
        parts = urlsplit(destination)
        port = parts.port
    except ValueError:
        return "it is no address"
    if port is None or port in PORTS or _is_here(parts.hostname or ""):
        return None
    return f"port {port} is not supported, {PORTS[0]} and {PORTS[1]} are"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
