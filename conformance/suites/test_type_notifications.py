"""SetHITTypeNotification and SendTestEventNotification: what one Requester sees of them without any message."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.hits import Hits, ids_of, text_of
from conformance.suites.life_cycle import sorts
from conformance.suites.notifications import NOTIFICATION
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.requester import Reply, Requester

SET, TEST = "SetHITTypeNotification", "SendTestEventNotification"
EVENTS = (
    "AssignmentAccepted",
    "AssignmentAbandoned",
    "AssignmentReturned",
    "AssignmentSubmitted",
    "AssignmentRejected",
    "AssignmentApproved",
    "HITCreated",
    "HITReviewable",
    "HITExpired",
    "HITExtended",
    "HITDisposed",
    "Ping",
)


@pytest.mark.verifies(f"{SET}.either-required")
def test_wants_a_specification_or_a_switch(given: Given, expect: Expect) -> None:
    type_id = {"HITTypeId": Employer(given).hit_type()}
    neither, *others = (
        given.requester.call(SET, {**type_id, **values})
        for values in ({}, {"Notification": NOTIFICATION}, {"Active": "true"}, {"Active": "false"})
    )
    expect(
        f"{SET}.either-required",
        is_refusal(neither) and all(reply.accepted for reply in others),
        where=SET,
        expected="an error for HITTypeId alone; success with Notification, then with Active",
        actual=", ".join(reply.summary for reply in (neither, *others)),
    )


@pytest.mark.verifies(f"{SET}.owner-only")
def test_keeps_others_from_setting_it(given: Given, expect: Expect, second_requester: Requester) -> None:
    type_id = Employer(given).hit_type()
    values = {"HITTypeId": type_id, "Notification": NOTIFICATION, "Active": "true"}
    foreign = second_requester.call(SET, values)
    alone = given.requester.call(SET, {"HITTypeId": type_id, "Active": "true"})
    expect(
        f"{SET}.owner-only",
        is_refusal(foreign) and is_refusal(alone),
        where=f"{SET} by another Requester, then Active alone by the first",
        expected="an error, and another one, as the HIT type has no specification yet",
        actual=f"{foreign.summary}, then {alone.summary}",
    )


@pytest.mark.verifies(f"{TEST}.no-state-change")
def test_leaves_hits_alone(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    hit_id = hits.new().hit_id
    names = ("HITStatus", "MaxAssignments", "Expiration", "NumberOfAssignmentsPending")

    def seen() -> list[str]:
        shown = hits.read(hit_id, "HITDetail", "HITAssignmentSummary")
        ids = ids_of(hits.newest())
        if not sorts(given.requester.version):  # then others on the account could be anywhere in the list
            ids = [one for one in ids if one == hit_id]
        return [*(text_of(shown, name) for name in names), *ids[: ids.index(hit_id) + 1 if hit_id in ids else 0]]

    given.settled(seen, lambda found: hit_id in found)
    before = seen()
    for event in ("HITExpired", "AssignmentSubmitted"):
        given.requester.must(TEST, {"Notification": NOTIFICATION, "TestEventType": event})
    after = seen()
    expect(
        f"{TEST}.no-state-change",
        before == after,
        where="GetHIT and SearchHITs",
        expected=repr(before),
        actual=repr(after),
    )


@pytest.mark.verifies("NotificationSpecification.EventType.14")
def test_records_which_events_can_be_tested(given: Given, expect: Expect) -> None:
    for event in EVENTS:
        reply = given.requester.call(TEST, {"Notification": NOTIFICATION, "TestEventType": event})
        expect.see("NotificationSpecification.EventType.14", where=f"TestEventType={event}", actual=reply.summary)


@pytest.mark.verifies("NotificationSpecification.EventType.17", "NotificationSpecification.Version.17")
def test_takes_every_event(given: Given, expect: Expect) -> None:
    """Each event but Ping for a HIT type, at once, and each one for a test; and what versions there are."""
    type_id = {"HITTypeId": Employer(given).hit_type()}

    def set_to(**changes: Any) -> Reply:
        return given.requester.call(SET, {**type_id, "Notification": {**NOTIFICATION, **changes}, "Active": "false"})

    replies = {SET: set_to(EventType=[event for event in EVENTS if event != "Ping"])}
    for event in EVENTS:
        values = {"Notification": NOTIFICATION, "TestEventType": event}
        replies[f"TestEventType={event}"] = given.requester.call(TEST, values)
    for where, reply in replies.items():
        expect(
            "NotificationSpecification.EventType.17",
            reply.accepted,
            where=where,
            expected="success",
            actual=reply.summary,
        )
    for version in ("2006-05-05", "2014-08-15", "1999-01-01"):
        reply = set_to(Version=version)
        expect.see("NotificationSpecification.Version.17", where=f"Version={version}", actual=reply.summary)
