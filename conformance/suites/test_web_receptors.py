"""Notifications by REST as a web service sees them: how often they come, to which ports, and who waits for whom."""

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.suites.notifications import Channel, Notified
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.drivers import ClockDriver
from conformance.target.opening import Target
from conformance.target.receptor import Inbox, Receptor
from conformance.target.requester import Reply
from conformance.transport.outgoing import destination

TEST, MESSAGE = "SendTestEventNotification", "NotificationMessage"
ACCEPTED = "AssignmentAccepted"
AFTER = 2.0
"""So many seconds a slow receptor takes to answer."""
AGAIN = 600.0
"""Within so many seconds, by the endpoint's clock, nothing comes a second time."""
LATE = 2.0
"""So many seconds of the kit's clock are left to what may come though it should not."""
UNREACHED = "no message came to the receptor: see that receptor_urls in the profile leads to receptor_bind"


def channel_to(destination: str, inbox: Inbox | None = None) -> Channel:
    """Return the channel to a web service."""
    return Channel(transport="REST", destination=destination, sent=inbox.messages if inbox else tuple)


def sent(given: Given, to: Channel) -> Reply:
    """Send a test event."""
    values = {"Notification": to.specification(ACCEPTED), "TestEventType": ACCEPTED}
    return given.requester.call(TEST, values)


@pytest.mark.verifies(f"{MESSAGE}.once")
def test_comes_once(given: Given, expect: Expect, target: Target, receptor: Receptor, clock: ClockDriver) -> None:
    """Even though the web service answers with an error."""
    inbox = receptor.inbox(given.name("channel"), status=500)
    notified = Notified(given, target, clock)
    notified.channel = channel_to(inbox.destination, inbox)
    notified.listen(ACCEPTED)
    _, assignment_id = notified.accepted(notified.hit())

    def told() -> int:
        return [event.get("AssignmentId") for event in notified.channel.told(ACCEPTED)].count(assignment_id)

    if not receptor.awaited(told, bool):
        raise Blocked(UNREACHED)
    clock.advance(AGAIN)
    given.requester.must("GetAccountBalance")
    receptor.wait(LATE)
    expect(
        f"{MESSAGE}.once",
        told() == 1,
        where=f"the receptor, which answers with {inbox.status}, after {AGAIN:.0f} seconds",
        expected="one message",
        actual=f"{told()} messages",
    )


@pytest.mark.verifies(f"{MESSAGE}.ports")
def test_comes_to_no_other_port(given: Given, expect: Expect, receptor: Receptor) -> None:
    inbox = receptor.inbox(given.name("channel"), supported=False)
    reply = sent(given, channel_to(inbox.destination, inbox))
    if reply.accepted:
        receptor.awaited(inbox.messages, bool, seconds=LATE)
    elif not is_refusal(reply):
        raise Blocked(reply.cause)
    came = len(inbox.messages())
    if came and destination(inbox.destination).loopback:
        expect.see(f"{MESSAGE}.ports", where=f"{TEST} to this machine, as tests want it", actual=inbox.destination)
        return
    expect(
        f"{MESSAGE}.ports",
        not came,
        where=f"{TEST} to {inbox.destination}",
        expected="an error, or no message",
        actual=f"{reply.summary}, and {came} messages",
    )


@pytest.mark.verifies(f"{TEST}.waits")
def test_waits_for_the_answer(given: Given, expect: Expect, receptor: Receptor) -> None:
    """A second test event, to a receptor that answers at once, shows that messages come at all."""
    slow, quick = (receptor.inbox(given.name("channel"), after=after) for after in (AFTER, 0.0))
    first = sent(given, channel_to(slow.destination, slow))
    answered = slow.answered
    if not first.accepted:
        raise Blocked(first.cause)
    if not answered:
        sent(given, channel_to(quick.destination, quick))
        if not receptor.awaited(lambda: (*slow.messages(), *quick.messages()), bool):
            raise Blocked(UNREACHED)
    expect(
        f"{TEST}.waits",
        answered >= 1,
        where=f"{TEST} to a receptor that answers after {AFTER:.0f} seconds",
        expected="success after the receptor has answered",
        actual=first.summary if answered else f"{first.summary} before the receptor has answered",
    )


@pytest.mark.verifies(f"{TEST}.unreachable")
def test_tells_that_nobody_is_there(given: Given, expect: Expect, receptor: Receptor) -> None:
    requirement = f"{TEST}.unreachable"
    name = given.name("channel").replace(" ", "-")
    reply = sent(given, channel_to(f"http://receptor.invalid/{name}"))
    refused = is_refusal(reply)
    expect(
        requirement,
        refused,
        where=f"{TEST} to http://receptor.invalid/",
        expected="an error, as no host has this name",
        actual=reply.summary,
    )
    if refused:
        expect.code(requirement, reply.codes)
