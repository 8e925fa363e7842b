"""Faults in how the messages of notifications reach web services."""

from typing import Any

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import rereading
from conformance.reference.deliveries import KEPT
from conformance.reference.endpoint import Endpoint
from conformance.reference.notification_records import Notification
from conformance.reference.store import Store
from conformance.wire.flattening import Values

TEST, MESSAGE = "SendTestEventNotification", "NotificationMessage"
_FAILED = 400
_LATER = 300.0


def _until_taken_in(endpoint: Endpoint) -> None:
    """Carry a message again where the web service answers with an error."""
    once = endpoint.deliver

    def deliver(message: Notification, *, wait: bool) -> int | None:
        status = once(message, wait=wait)
        return once(message, wait=wait) if status is not None and status >= _FAILED else status

    endpoint.deliver = deliver


def _again_later(endpoint: Endpoint) -> None:
    """Carry a message for which nobody waits once more, five minutes later."""
    once, pass_time = endpoint.deliver, endpoint.pass_time
    carried: list[Notification] = []

    def deliver(message: Notification, *, wait: bool) -> int | None:
        carried.append(message)
        return once(message, wait=wait)

    def later(store: Store, now: float) -> None:
        pass_time(store, now)
        for message in [one for one in carried if now >= one.at + _LATER]:
            carried.remove(message)
            once(message, wait=False)

    endpoint.deliver, endpoint.pass_time = deliver, later


def _answering_first(endpoint: Endpoint) -> None:
    """Answer to a test event at once; its message is carried when the next request comes."""
    once, pass_time = endpoint.deliver, endpoint.pass_time
    waiting: list[Notification] = []

    def deliver(message: Notification, *, wait: bool) -> int | None:
        waiting.append(message)
        return KEPT

    def later(store: Store, now: float) -> None:
        pass_time(store, now)
        while waiting:
            once(waiting.pop(0), wait=False)

    endpoint.deliver, endpoint.pass_time = deliver, later


def _to_anybody(endpoint: Endpoint) -> None:
    """Take it for an answer where nobody can be reached."""
    once = endpoint.deliver
    endpoint.deliver = lambda message, *, wait: once(message, wait=wait) or KEPT


def _to_any_port(values: Values, endpoint: Endpoint) -> Values:
    """Have a message for port 8080 carried like one for port 80."""

    def changed(sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        return {**sent, "Destination": [str(one).replace(":8080/", "/") for one in sent.get("Destination", [])]}

    return {**values, "Notification": [changed(one) for one in values.get("Notification", [])]}


DEFECTS: tuple[Defect, ...] = (
    defect("delivery/until-taken-in", _until_taken_in, f"{MESSAGE}.once"),
    defect("delivery/again-later", _again_later, f"{MESSAGE}.once"),
    defect("delivery/to-any-port", rereading(TEST, _to_any_port), f"{MESSAGE}.ports"),
    defect(
        "delivery/answering-first",
        _answering_first,
        f"{TEST}.waits",
        also=(f"{TEST}.unreachable",),
        because="it never learns that nobody is there",
    ),
    defect("delivery/to-anybody", _to_anybody, f"{TEST}.unreachable"),
)
