"""The messages of notifications: a GET request, a SOAP call, an e-mail, or JSON for a queue or a topic.

Source: the article NotificationReceptorAPI (2008-08-02), and Notification Handling Using Amazon SQS (2014-08-15).  That
a topic is given the JSON of a queue is inferred.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict
from urllib.parse import urlencode

from lxml import etree

from conformance.reference.notification_records import Event, Notification, NotificationSpecification
from conformance.reference.store import Store
from conformance.wire.soap import ENVELOPE
from conformance.wire.timestamps import format_timestamp

_SERVICE = "AWSMechanicalTurkRequesterNotification"
_NAMESPACE = "http://requester.mturk.amazonaws.com/doc/"


def message_of(
    specification: NotificationSpecification, event: Event, *, owner: str, secret_key: str, at: float
) -> Notification:
    """Return the message that tells of one event, as its specification wants it."""
    timestamp = format_timestamp(at)
    signed = {
        "Signature": signature_of(secret_key, timestamp),
        "Timestamp": timestamp,
        "Version": specification.version,
    }
    method, destination, content_type, body = "", specification.destination, "", ""
    if specification.transport == "REST":
        query = {"method": "Notify", **signed, **{f"Event.1.{name}": text for name, text in _fields(event).items()}}
        joint = "&" if "?" in destination else "?"
        method, destination = "GET", f"{destination}{joint}{urlencode(query)}"
    elif specification.transport == "SOAP":
        method, content_type, body = "POST", "text/xml; charset=utf-8", _soap(specification.version, signed, event)
    elif specification.transport in ("SQS", "SNS"):
        content_type, body = "application/json", _json(specification.version, owner, event)
    else:
        content_type, body = "text/plain; charset=utf-8", _mail(event)
    return Notification(
        owner=owner,
        transport=specification.transport,
        method=method,
        destination=destination,
        content_type=content_type,
        body=body,
        at=at,
    )


def sent_notifications(store: Store) -> list[dict[str, object]]:
    """Return all messages that were sent, oldest first, as the control API shows them."""
    return [{name: value for name, value in asdict(one).items() if name != "owner"} for one in store.notifications]


def signature_of(secret_key: str, timestamp: str) -> str:
    """Return the signature of a message that is sent at a time."""
    text = f"{_SERVICE}Notify{timestamp}"
    return base64.b64encode(hmac.new(secret_key.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _fields(event: Event, time_name: str = "EventTime") -> dict[str, str]:
    fields = {"EventType": event.event_type, time_name: format_timestamp(event.at)}
    if event.event_type != "Ping":
        fields |= {"HITTypeId": event.hit_type_id, "HITId": event.hit_id}
    return fields if event.assignment_id is None else {**fields, "AssignmentId": event.assignment_id}


def _soap(version: str, signed: dict[str, str], event: Event) -> str:
    name = f"{{{_NAMESPACE}{version}}}"
    root = etree.Element(f"{{{ENVELOPE}}}Envelope")
    notify = etree.SubElement(etree.SubElement(root, f"{{{ENVELOPE}}}Body"), f"{name}Notify")
    for key, text in signed.items():
        etree.SubElement(notify, f"{name}{key}").text = text
    told = etree.SubElement(notify, f"{name}Event")
    for key, text in _fields(event).items():
        etree.SubElement(told, f"{name}{key}").text = text
    return etree.tostring(root, encoding="unicode")


def _json(version: str, owner: str, event: Event) -> str:
    document = {
        "EventDocVersion": version,
        "EventDocId": hashlib.sha256(event.key.encode()).hexdigest()[:32],
        "CustomerId": owner,
        "Events": [_fields(event, "EventTimestamp")],
    }
    return json.dumps(document)


def _mail(event: Event) -> str:
    lines = [f"{name}: {text}" for name, text in _fields(event).items()]
    return "\n".join(["Something happened to one of your HITs.", *lines, ""])
