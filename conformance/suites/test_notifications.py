"""Notifications of what happens to HITs: which events are told, where to, and what is said of them."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import decision
from conformance.suites.notifications import Notified, channel
from conformance.suites.preconditions import Given
from conformance.target.drivers import ClockDriver
from conformance.target.opening import Target
from conformance.wire.timestamps import is_utc_timestamp, parse_timestamp

MESSAGE, SET = "NotificationMessage", "SetHITTypeNotification"
OF_REQUESTERS = ("AssignmentApproved", "AssignmentRejected", "HITCreated", "HITExtended", "HITDisposed")
"""Events of what a Requester does, which can be told since 2017-01-17."""


@pytest.mark.verifies(
    f"{MESSAGE}.event.AssignmentAccepted",
    f"{MESSAGE}.event.AssignmentSubmitted",
    f"{MESSAGE}.event.fields",
    f"{MESSAGE}.event.time",
    "NotificationSpecification.EventType.repeat",
)
def test_tells_what_workers_do(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.listen("AssignmentAccepted", "AssignmentSubmitted")
    hit_id = notified.hit()
    worker_id, assignment_id = notified.accepted(hit_id)
    at = target.now()
    notified.employer.submit(worker_id, assignment_id)
    submitted, accepted = notified.told("AssignmentSubmitted"), notified.told("AssignmentAccepted")
    for name, events in (("AssignmentAccepted", accepted), ("AssignmentSubmitted", submitted)):
        expect(
            f"{MESSAGE}.event.{name}",
            assignment_id in [event.get("AssignmentId") for event in events],
            where="messages",
            expected=f"{name} of {assignment_id}",
            actual=repr(events),
        )
    expect(
        "NotificationSpecification.EventType.repeat",
        bool(accepted and submitted),
        where="messages",
        expected="both events",
        actual=f"{len(accepted)} and {len(submitted)}",
    )
    ids = {"HITTypeId": notified.hit_type_id, "HITId": hit_id, "AssignmentId": assignment_id}
    event = accepted[0] if accepted else {}
    time = event.get("time", "")
    expect(
        f"{MESSAGE}.event.fields",
        bool(time) and ids.items() <= event.items(),
        where="an event",
        expected=f"EventType, a time and {ids}",
        actual=repr(event),
    )
    expect(
        f"{MESSAGE}.event.time",
        is_utc_timestamp(time) and abs(parse_timestamp(time).timestamp() - at) <= 60,
        where="the time of an event",
        expected="a time in UTC with Z, within 60 seconds of the acceptance",
        actual=repr(time),
    )


@pytest.mark.verifies(f"{MESSAGE}.unsubscribed")
def test_tells_nothing_else(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.listen("AssignmentSubmitted")
    worker_id, assignment_id = notified.accepted(notified.hit())
    notified.employer.submit(worker_id, assignment_id)
    notified.told("AssignmentSubmitted")
    kinds = [event.get("EventType", "") for event in notified.channel.events()]
    expect(
        f"{MESSAGE}.unsubscribed",
        set(kinds) <= {"AssignmentSubmitted"},
        where="messages",
        expected="AssignmentSubmitted alone",
        actual=", ".join(kinds),
    )


@pytest.mark.verifies(f"{MESSAGE}.event.AssignmentReturned")
def test_tells_of_a_return(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.listen("AssignmentReturned")
    worker_id, assignment_id = notified.accepted(notified.hit())
    given.workers.return_assignment(worker_id, assignment_id)
    _expect_told(notified, "AssignmentReturned", "AssignmentId", assignment_id, expect)


@pytest.mark.verifies(f"{MESSAGE}.event.AssignmentAbandoned")
def test_tells_of_an_abandoned_assignment(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock, AssignmentDurationInSeconds=30)
    notified.listen("AssignmentAbandoned")
    _, assignment_id = notified.accepted(notified.hit())
    clock.advance(60.0)
    _expect_told(notified, "AssignmentAbandoned", "AssignmentId", assignment_id, expect)


@pytest.mark.verifies(f"{MESSAGE}.event.HITExpired")
def test_tells_of_an_expired_hit(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.listen("HITExpired")
    hit_id = notified.hit(LifetimeInSeconds=60)
    clock.advance(90.0)
    _expect_told(notified, "HITExpired", "HITId", hit_id, expect)


@pytest.mark.verifies(f"{MESSAGE}.event.HITReviewable")
def test_tells_of_a_reviewable_hit(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.listen("HITReviewable")
    hit_id = notified.employer.reviewable_hit(HITTypeId=notified.hit_type_id)
    _expect_told(notified, "HITReviewable", "HITId", hit_id, expect)


@pytest.mark.verifies(*(f"{MESSAGE}.event.{name}" for name in OF_REQUESTERS))
def test_tells_what_the_requester_does(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.listen(*OF_REQUESTERS)
    employer, hit_id = notified.employer, notified.hit()
    given.requester.must("ExtendHIT", {"HITId": hit_id, "MaxAssignmentsIncrement": 1})
    good, bad = (employer.submitted(hit_id).assignment_id for _ in range(2))
    for operation, assignment_id in (("ApproveAssignment", good), ("RejectAssignment", bad)):
        given.requester.must(operation, decision(given.requester, operation, assignment_id))
    given.requester.must("DisposeHIT", {"HITId": hit_id})
    for event_type, assignment_id in (("AssignmentApproved", good), ("AssignmentRejected", bad)):
        _expect_told(notified, event_type, "AssignmentId", assignment_id, expect)
    for event_type in ("HITCreated", "HITExtended", "HITDisposed"):
        _expect_told(notified, event_type, "HITId", hit_id, expect)


def _expect_told(notified: Notified, event_type: str, name: str, identifier: str, expect: Expect) -> None:
    events = notified.told(event_type)
    expect(
        f"{MESSAGE}.event.{event_type}",
        [event.get(name) for event in events] == [identifier],
        where="messages",
        expected=f"one {event_type} with the {name} {identifier}",
        actual=repr(events),
    )


@pytest.mark.verifies(f"{MESSAGE}.sqs.at-least-once")
def test_tells_every_event_to_a_queue(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.listen("AssignmentAccepted")
    hit_id = notified.hit(MaxAssignments=9)
    accepted = {notified.accepted(hit_id)[1] for _ in range(9)} | {notified.accepted(notified.hit())[1]}
    told = {event.get("AssignmentId", "") for event in notified.told("AssignmentAccepted", 10)}
    expect(
        f"{MESSAGE}.sqs.at-least-once",
        accepted <= told,
        where="messages",
        expected="each of ten acceptances",
        actual=f"{len(accepted & told)} of them",
    )


@pytest.mark.verifies(f"{SET}.active-alone")
def test_switches_off_and_on(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.set(Notification=notified.channel.specification("AssignmentAccepted"), Active="true")
    notified.set(Active="false")
    notified.wait()
    notified.accepted(notified.hit())
    silent = len(notified.channel.events())
    notified.set(Active="true")
    notified.wait()
    _, assignment_id = notified.accepted(notified.hit())
    told = [event.get("AssignmentId") for event in notified.told("AssignmentAccepted")]
    expect(
        f"{SET}.active-alone",
        not silent and told == [assignment_id],
        where="messages",
        expected=f"none while switched off, then the acceptance {assignment_id}",
        actual=f"{silent}, then {told}",
    )


@pytest.mark.verifies(f"{SET}.replace", f"{SET}.active-unchanged")
def test_replaces_the_specification(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    other = channel(given, target)
    notified.set(Notification=notified.channel.specification("AssignmentAccepted"), Active="true")
    notified.set(Notification=other.specification("AssignmentAccepted"))
    notified.wait()
    notified.accepted(notified.hit())
    found = len(notified.told("AssignmentAccepted", where=other))
    expect(
        f"{SET}.active-unchanged",
        found == 1,
        where="a second specification without Active",
        expected="a message",
        actual=f"{found} messages",
    )
    notified.set(Notification=other.specification("AssignmentAccepted"), Active="true")
    notified.wait()
    notified.accepted(notified.hit())
    found, left = len(notified.told("AssignmentAccepted", found + 1, other)) - found, len(notified.channel.events())
    expect(
        f"{SET}.replace",
        (found, left) == (1, 0),
        where="the second destination and the first",
        expected="one message to the second, none to the first",
        actual=f"{found} and {left}",
    )


@pytest.mark.verifies(f"{SET}.initial-inactive")
def test_is_off_at_first(given: Given, expect: Expect, target: Target, clock: ClockDriver) -> None:
    notified = Notified(given, target, clock)
    notified.set(Notification=notified.channel.specification("AssignmentAccepted"))
    notified.wait()
    notified.accepted(notified.hit())
    clock.advance(600.0)
    events = notified.channel.events()
    expect(
        f"{SET}.initial-inactive",
        not events,
        where="a first specification without Active",
        expected="no message",
        actual=repr(events),
    )


@pytest.mark.verifies(f"{SET}.delay")
def test_records_how_soon_a_change_is_in_force(
    given: Given, expect: Expect, target: Target, clock: ClockDriver
) -> None:
    notified = Notified(given, target, clock)
    notified.set(Notification=notified.channel.specification("AssignmentAccepted"), Active="true")
    for seconds in range(0, 331, 30):
        notified.accepted(notified.hit())
        if notified.channel.events():
            expect.see(f"{SET}.delay", where="the first message", actual=f"after {seconds} seconds")
            return
        clock.advance(30.0)
    expect.see(f"{SET}.delay", where="the first message", actual="none after five and a half minutes")
