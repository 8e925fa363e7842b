"""Notifications: set for a HIT type, sent when something happens to its HITs, or at once for a test.

Source: the articles SetHITTypeNotification, SendTestEventNotification and Notification.  A change is in force at once.
All messages are kept, to be read through the control API; whether those to web services also leave the endpoint is
up to whoever made it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from conformance.reference.context import Context, Handler
from conformance.reference.deliveries import port_fault
from conformance.reference.hit_history import history_of
from conformance.reference.hits import owned_hit_type
from conformance.reference.notification_messages import message_of
from conformance.reference.notification_records import Event, NotificationSetting, NotificationSpecification
from conformance.reference.parameters import Parameters, missing, unacceptable
from conformance.reference.records import HIT
from conformance.reference.refusals import INVALID, NOT_IN_ENUMERATION, Refusal, refused
from conformance.reference.store import Store
from conformance.wire.flattening import Values

PING = "Ping"
WEB_SERVICES = ("REST", "SOAP")
NO_ENDPOINT = "AWS.MechanicalTurk.InvalidTransportEndpoint"
Tell = Callable[[Store, str, NotificationSpecification, Event, float], None]
"""Sends one message with one event, as a specification says, to a Requester."""
_VERSION = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def set_hit_type_notification(context: Context) -> Values:
    """Set where the notifications of a HIT type go, switch them on or off, or both."""
    values, store = context.values, context.store
    kind = owned_hit_type(context, values.required("HITTypeId", str))
    given, active = values.optional("Notification", Parameters), values.optional("Active", bool)
    before = store.notification_settings.get(kind.hit_type_id)
    if given is None:
        if active is None:
            raise Refusal(missing("Notification", "Notification or Active has to be given"))
        if before is None:
            message = "The HIT type has no notification specification that could be switched on or off."
            raise refused(INVALID, message, ParameterName="Active")
        store.save_notification_setting(replace(before, active=active))
        return {}
    specification = _specification(given)
    if not specification.event_types:
        raise Refusal(missing("Notification.EventType"))
    if PING in specification.event_types:
        reason = "it is for SendTestEventNotification only"
        raise Refusal(unacceptable("Notification.EventType", PING, reason, NOT_IN_ENUMERATION))
    hits = store.hits_of_type(kind.hit_type_id)
    setting = before or NotificationSetting(
        hit_type_id=kind.hit_type_id,
        specification=specification,
        noticed=tuple(event.key for event in events_of(store, hits, context.at)),
    )
    active = setting.active if active is None else active
    store.save_notification_setting(replace(setting, specification=specification, active=active))
    return {}


def send_test_event_notification(context: Context) -> Values:
    """Send a message with a made-up event, whatever events the specification names."""
    specification = _specification(context.values.required("Notification", Parameters))
    event_type = context.values.optional("TestEventType", str)
    if event_type is None:
        raise Refusal(missing("TestEventType"))
    store = context.store
    event = Event(
        event_type=event_type,
        at=context.at,
        hit_type_id=store.next_object_id(),
        hit_id=store.next_object_id(),
        assignment_id=store.next_object_id() if event_type.startswith("Assignment") else None,
    )
    before = len(store.notifications)
    send(store, context.requester.access_key_id, specification, event, context.at)
    for message in store.notifications[before:]:
        if message.method and context.deliver(message, wait=True) is None:
            del store.notifications[before:]
            raise _unusable(specification.destination, "the web service cannot be reached")
    return {}


def _unusable(destination: str, reason: str) -> Refusal:
    return Refusal(unacceptable("Notification.Destination", destination, reason, NO_ENDPOINT))


def _specification(given: Parameters) -> NotificationSpecification:
    version = given.required("Version", str)
    if not _VERSION.fullmatch(version):
        raise Refusal(unacceptable("Notification.Version", version, "it is a date, such as 2006-05-05"))
    destination, transport = given.required("Destination", str), given.required("Transport", str)
    if transport in WEB_SERVICES and (fault := port_fault(destination)):
        raise _unusable(destination, fault)
    return NotificationSpecification(
        destination=destination,
        transport=transport,
        version=version,
        event_types=given.all("EventType", str),
    )


def notify_what_is_due(store: Store, at: float, tell: Tell | None = None) -> None:
    """Send what has happened since the last time to HITs of types whose notifications are on."""
    if not store.to_notify:
        return
    due, store.to_notify = store.to_notify, {}
    for hit_type_id, hits in _by_type(store, due).items():
        setting = store.notification_settings[hit_type_id]
        kind, known = store.hit_types[hit_type_id], set(setting.noticed)
        new = [event for event in events_of(store, hits, at) if event.key not in known]
        noticed = (*setting.noticed, *(event.key for event in new))
        store.save_notification_setting(replace(setting, noticed=noticed))
        for event in new:
            if setting.active and event.event_type in setting.specification.event_types:
                (tell or send)(store, kind.owner, setting.specification, event, at)


def _by_type(store: Store, hit_ids: Iterable[str]) -> dict[str, list[HIT]]:
    """Return those of the HITs whose types have notifications, by type."""
    found: dict[str, list[HIT]] = {}
    for hit_id in hit_ids:
        hit = store.hits.get(hit_id)
        if hit is not None and hit.hit_type_id in store.notification_settings:
            found.setdefault(hit.hit_type_id, []).append(hit)
    return found


def events_of(store: Store, hits: Iterable[HIT], at: float) -> list[Event]:
    """Return all that has happened to some HITs, oldest first, as their records tell it."""
    happened = [
        Event(event_type=name, at=when, hit_type_id=hit.hit_type_id, hit_id=hit.hit_id, assignment_id=assignment_id)
        for hit in hits
        for name, when, assignment_id in history_of(store, hit, at)
    ]
    return sorted(happened, key=lambda event: event.at)


def send(store: Store, owner: str, specification: NotificationSpecification, event: Event, at: float) -> None:
    """Send one message with one event."""
    secret_key = store.requesters[owner].secret_key
    store.send_notification(message_of(specification, event, owner=owner, secret_key=secret_key, at=at))


HANDLERS: dict[str, Handler] = {
    "SetHITTypeNotification": set_hit_type_notification,
    "SendTestEventNotification": send_test_event_notification,
}
