"""SetHITTypeNotification and SendTestEventNotification: what one Requester sees of them without any message."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.notifications import NOTIFICATION
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.requester import Requester

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
    employer = Employer(given)
    hit_id = employer.hit()

    def seen() -> list[str | None]:
        reply = given.requester.must(
            "GetHIT", {"HITId": hit_id, "ResponseGroup": ["HITDetail", "HITAssignmentSummary"]}
        )
        listed = given.requester.must("SearchHITs", {"SortProperty": "CreationTime", "SortDirection": "Descending"})
        ids = [one.findtext("HITId") for one in listed.all("HIT")]
        names = ("HITStatus", "MaxAssignments", "Expiration", "NumberOfAssignmentsPending")
        return [*(reply.text(name) for name in names), *ids[: ids.index(hit_id) + 1 if hit_id in ids else 0]]

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
