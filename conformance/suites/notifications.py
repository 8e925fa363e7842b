"""What cases about notifications start from: specifications that are good, and the messages that came."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from conformance.suites.assignments import Employer
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver, Sent
from conformance.target.opening import Target

NOTIFICATION = {
    "Destination": "nobody@example.com",
    "Transport": "Email",
    "Version": "2006-05-05",
    "EventType": ["AssignmentSubmitted"],
}
"""A specification that every version takes; the address is one that never reaches anybody."""

TOPIC = "arn:aws:sns:us-east-1:123456789012:"
"""What an address of a topic begins with."""

DELAY = 330.0
"""After so many seconds a change is in force."""

Event = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Somewhere to send messages to: a web service before 2012-03-25, a queue or a topic since then."""

    transport: str
    destination: str
    sent: Callable[[], tuple[Sent, ...]]

    def specification(self, *events: str, **changes: Any) -> dict[str, Any]:
        """Return a Notification that tells of these events here."""
        return {
            "Destination": self.destination,
            "Transport": self.transport,
            "Version": "2006-05-05",
            "EventType": list(events),
            **changes,
        }

    def messages(self) -> list[Sent]:
        """Return the messages that came here."""
        return [one for one in self.sent() if one.destination.partition("?")[0] == self.destination]

    def events(self) -> list[Event]:
        """Return the events in the messages that came here."""
        return [event for message in self.messages() for event in events_in(message)]

    def told(self, event_type: str) -> list[Event]:
        """Return the events of one type that came here."""
        return [event for event in self.events() if event.get("EventType") == event_type]


def channel(given: Given, target: Target, transport: str | None = None) -> Channel:
    """Return a channel that nobody else uses."""
    chosen = transport or ("REST" if given.requester.version < "2012-03-25" else "SQS")
    host = "queue.example.com" if chosen == "SQS" else "receptor.example.com"
    name = quote(given.name("channel"), safe="")
    destination = f"{name}@example.com" if chosen == "Email" else f"http://{host}/{name}"
    if chosen == "SNS":
        destination = TOPIC + re.sub("[^A-Za-z0-9_-]", "-", name)
    return Channel(transport=chosen, destination=destination, sent=target.sent_notifications)


def query_of(message: Sent) -> dict[str, str]:
    """Return the query of a message by REST."""
    return dict(parse_qsl(urlsplit(message.destination).query, keep_blank_values=True))


def document_of(message: Sent) -> dict[str, Any]:
    """Return the JSON object of a message by SQS or SNS, empty where there is none."""
    try:
        document = json.loads(message.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def events_in(message: Sent) -> list[Event]:
    """Return the events of a message by REST, SQS or SNS; the time of each is under ``time``."""
    if message.transport in ("SQS", "SNS"):
        events = document_of(message).get("Events")
        rows = [one for one in events if isinstance(one, dict)] if isinstance(events, list) else []
        return [{"time": str(row.get("EventTimestamp", "")), **row} for row in rows]
    row = {key.removeprefix("Event.1."): text for key, text in query_of(message).items() if key.startswith("Event.1.")}
    return [{"time": row.get("EventTime", ""), **row}] if row else []


class Notified:
    """A Requester whose HIT type tells of events."""

    def __init__(self, given: Given, target: Target, clock: ClockDriver, **changes: Any) -> None:
        self.given = given
        self.employer = Employer(given)
        self.clock = clock
        self.hit_type_id = self.employer.hit_type(**changes)
        self.channel = channel(given, target)

    def set(self, **values: Any) -> None:
        """Call SetHITTypeNotification for the HIT type."""
        self.given.requester.must("SetHITTypeNotification", {"HITTypeId": self.hit_type_id, **values})

    def listen(self, *events: str) -> None:
        """Have these events told, and wait until that is in force."""
        self.set(Notification=self.channel.specification(*events), Active="true")
        self.wait()

    def wait(self) -> None:
        """Wait until changes are in force; NotMeasured where the clock cannot be moved."""
        self.clock.advance(DELAY)

    def hit(self, **values: Any) -> str:
        """Create a HIT of the type."""
        return self.employer.hit(HITTypeId=self.hit_type_id, **values)

    def accepted(self, hit_id: str) -> tuple[str, str]:
        """Have a new Worker accept a HIT; return the ids of Worker and assignment."""
        worker_id = self.given.workers.new_worker()
        return worker_id, self.given.workers.accept_assignment(worker_id, hit_id).assignment_id

    def told(self, event_type: str, count: int = 1, where: Channel | None = None) -> list[Event]:
        """Return the events of a type, read until there are so many."""
        source = where or self.channel
        return self.given.settled(lambda: source.told(event_type), lambda events: len(events) >= count)
