"""Records of notifications: where the messages of a HIT type go, and those that were sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSpecification:
    """What is told to whom: an address, how messages come there, in which version, about which events."""

    destination: str
    transport: str
    version: str
    event_types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSetting:
    """The notifications of a HIT type; ``noticed`` are the events that have been told, or never will be."""

    hit_type_id: str
    specification: NotificationSpecification
    active: bool = False
    noticed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a HIT, or to an assignment of it."""

    event_type: str
    at: float
    hit_type_id: str
    hit_id: str
    assignment_id: str | None = None

    @property
    def key(self) -> str:
        """What tells this event from every other one of its HIT type."""
        return f"{self.event_type} {self.assignment_id or self.hit_id} {self.at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A message as it left: an HTTP request, an e-mail, or what was put into a queue or told to a topic."""

    owner: str
    transport: str
    method: str
    destination: str
    content_type: str
    body: str
    at: float
