"""SendTestEventNotification: the message that comes, by each transport."""

import base64
import hashlib
import hmac

import pytest
from lxml import etree

from conformance.checks.expectation import Expect
from conformance.suites.notifications import Channel, channel, document_of, events_in, query_of
from conformance.suites.preconditions import Given
from conformance.target.drivers import Sent
from conformance.target.opening import Target
from conformance.wire.xml import XmlRefused, parse

TEST, MESSAGE = "SendTestEventNotification", "NotificationMessage"
EVENT = "AssignmentSubmitted"
KEYS = ("Signature", "Timestamp", "Version")


def sent(given: Given, to: Channel) -> list[Sent]:
    """Send a test event that the specification does not list; return the messages that come."""
    values = {"Notification": to.specification("HITExpired"), "TestEventType": EVENT}
    given.requester.must(TEST, values)
    return given.settled(to.messages, bool)


@pytest.mark.verifies(f"{TEST}.sends", f"{TEST}.no-filter", f"{MESSAGE}.version")
def test_sends_one_message(given: Given, expect: Expect, target: Target) -> None:
    messages = sent(given, channel(given, target))
    kinds = [event.get("EventType", "") for message in messages for event in events_in(message)]
    expect(f"{TEST}.sends", len(messages) == 1, where=TEST, expected="one message", actual=f"{len(messages)}")
    expect(f"{TEST}.no-filter", set(kinds) == {EVENT}, where="the event", expected=EVENT, actual=", ".join(kinds))
    versions = {document_of(one).get("EventDocVersion") or query_of(one).get("Version") for one in messages}
    expect(
        f"{MESSAGE}.version",
        versions == {"2006-05-05"},
        where="Version",
        expected="2006-05-05",
        actual=", ".join(map(str, versions)) or "no message",
    )


@pytest.mark.verifies(f"{MESSAGE}.rest.get", f"{MESSAGE}.rest.events", f"{MESSAGE}.signature")
def test_calls_a_web_service(given: Given, expect: Expect, target: Target) -> None:
    messages = sent(given, channel(given, target, "REST"))
    query = query_of(messages[0]) if messages else {}
    method = messages[0].method if messages else "no message"
    expect(
        f"{MESSAGE}.rest.get",
        method == "GET" and query.get("method") == "Notify" and set(KEYS) <= set(query),
        where="the request",
        expected=f"GET with method=Notify, {', '.join(KEYS)}",
        actual=f"{method} with {', '.join(query)}",
    )
    expect(
        f"{MESSAGE}.rest.events",
        query.get("Event.1.EventType") == EVENT and bool(query.get("Event.1.EventTime")),
        where="the query",
        expected=f"Event.1.EventType={EVENT} and Event.1.EventTime",
        actual=", ".join(query),
    )
    text = f"AWSMechanicalTurkRequesterNotificationNotify{query.get('Timestamp', '')}"
    key = given.requester.credentials.secret_key.encode()
    signature = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha1).digest()).decode()
    expect(
        f"{MESSAGE}.signature",
        query.get("Signature") == signature,
        where="Signature",
        expected="the one computed from the Timestamp",
        actual="another one" if query.get("Signature") else "none",
    )


@pytest.mark.verifies(f"{MESSAGE}.soap")
def test_posts_a_soap_call(given: Given, expect: Expect, target: Target) -> None:
    messages = sent(given, channel(given, target, "SOAP"))
    try:
        notify = parse(messages[0].body.encode()).find("{*}Body/{*}Notify") if messages else None
    except XmlRefused:
        notify = None
    name = etree.QName(notify) if notify is not None else None
    children = [etree.QName(child).localname for child in notify] if notify is not None else []
    good = name is not None and name.namespace == "http://requester.mturk.amazonaws.com/doc/2006-05-05"
    expect(
        f"{MESSAGE}.soap",
        good and {*KEYS, "Event"} <= set(children) and messages[0].method == "POST",
        where="the request",
        expected=f"POST of Notify in its namespace with {', '.join(KEYS)} and Event",
        actual=f"{name} with {', '.join(children)}",
    )


@pytest.mark.verifies(f"{MESSAGE}.email")
def test_writes_an_email(given: Given, expect: Expect, target: Target) -> None:
    messages = sent(given, channel(given, target, "Email"))
    expect(
        f"{MESSAGE}.email",
        len(messages) == 1 and EVENT in messages[0].body,
        where="the mailbox",
        expected=f"one mail that names {EVENT}",
        actual=f"{len(messages)} mails: {[message.body for message in messages]!r}",
    )


@pytest.mark.verifies(f"{MESSAGE}.sqs.body", f"{MESSAGE}.sqs.event")
def test_puts_a_message_into_a_queue(given: Given, expect: Expect, target: Target) -> None:
    messages = sent(given, channel(given, target, "SQS"))
    _judge_document(f"{MESSAGE}.sqs.body", messages, expect)
    _judge_event(f"{MESSAGE}.sqs.event", messages, expect)


@pytest.mark.verifies(f"{MESSAGE}.sns")
def test_tells_a_topic(given: Given, expect: Expect, target: Target) -> None:
    messages = sent(given, channel(given, target, "SNS"))
    _judge_document(f"{MESSAGE}.sns", messages, expect)
    _judge_event(f"{MESSAGE}.sns", messages, expect)


def _judge_document(requirement: str, messages: list[Sent], expect: Expect) -> None:
    """See that the first message is a document about events."""
    document = document_of(messages[0]) if messages else {}
    wanted = {"EventDocVersion", "EventDocId", "CustomerId", "Events"}
    expect(
        requirement,
        wanted <= set(document) and isinstance(document.get("Events"), list),
        where="the body",
        expected=f"a JSON object with {', '.join(sorted(wanted))}",
        actual=", ".join(document) or "none",
    )


def _judge_event(requirement: str, messages: list[Sent], expect: Expect) -> None:
    """See what the first event of the first message says."""
    events = events_in(messages[0]) if messages else []
    keys = {"EventType", "EventTimestamp", "HITTypeId", "HITId", "AssignmentId"}
    expect(
        requirement,
        bool(events) and keys <= set(events[0]),
        where="the first event",
        expected=", ".join(sorted(keys)),
        actual=", ".join(events[0]) if events else "none",
    )
