"""The message Notify."""

import pytest
from lxml import etree

from conformance.checks.finding import Finding, Outcome
from conformance.checks.notifications import FIELDS, MAX_ELEMENTS, SHAPE, TIME, judge_notification

SPACE = "http://requester.mturk.amazonaws.com/doc/2006-05-05"
EVENT = (
    "<Event><EventType>AssignmentAccepted</EventType><EventTime>2006-05-05T10:00:00Z</EventTime>"
    "<HITTypeId>T</HITTypeId><HITId>H</HITId><AssignmentId>A</AssignmentId></Event>"
)


def message(events: str = EVENT, *, space: str = SPACE, version: str = "2006-05-05") -> str:
    return (
        f'<Notify xmlns="{space}"><Signature>s</Signature><Timestamp>2006-05-05T10:00:01Z</Timestamp>'
        f"<Version>{version}</Version>{events}</Notify>"
    )


def judged(text: str) -> list[Finding]:
    return list(judge_notification(etree.fromstring(text)))


def missed(text: str) -> list[tuple[str, str]]:
    return [(one.requirement, one.where) for one in judged(text) if one.outcome is Outcome.MISSED]


@pytest.mark.parametrize(
    "events",
    [
        EVENT,
        EVENT * 3,
        EVENT.replace("AssignmentAccepted", "HITReviewable").replace("<AssignmentId>A</AssignmentId>", ""),
        "<Event><EventType>Ping</EventType><EventTime>2006-05-05T10:00:00Z</EventTime></Event>",
    ],
)
def test_a_good_message_is_met(events: str) -> None:
    """One event or several; an AssignmentId only where there is an assignment; a Ping is about nothing."""
    assert missed(message(events)) == []
    assert {one.requirement for one in judged(message(events))} == {SHAPE, FIELDS, TIME}


@pytest.mark.parametrize(
    ("text", "requirement", "where"),
    [
        (message(space="urn:other"), SHAPE, "/Notify"),
        (message(space=f"{SPACE[:-10]}2014-08-15"), SHAPE, "/Notify"),
        (message(version="2014-08-15"), SHAPE, "/Notify"),
        (message().replace(f' xmlns="{SPACE}"', ""), SHAPE, "/Notify"),
        (message("").replace("<Signature>s</Signature>", ""), SHAPE, "/Notify/Timestamp"),
        (message(""), SHAPE, "/Notify"),
        (message(EVENT.replace("<HITId>H</HITId>", "")), FIELDS, "/Notify/Event"),
        (message(EVENT.replace("<AssignmentId>A</AssignmentId>", "")), FIELDS, "/Notify/Event"),
        (message(EVENT + EVENT.replace("Accepted", "Acepted")), FIELDS, "/Notify/Event[2]/EventType"),
        (message(EVENT.replace("10:00:00Z", "10:00:00")), TIME, "/Notify/Event/EventTime"),
        (message(EVENT.replace("2006-05-05T10:00:00Z", "yesterday")), TIME, "/Notify/Event/EventTime"),
        (message(EVENT.replace("<HITId>", "<Extra/><HITId>")), FIELDS, "/Notify/Event/Extra"),
    ],
)
def test_a_fault_goes_to_the_requirement_that_speaks_of_it(text: str, requirement: str, where: str) -> None:
    """The envelope of the events, their fields, their times."""
    assert (requirement, where) in missed(text)


def test_the_rest_is_judged_as_if_the_namespace_were_right() -> None:
    """A foreign namespace is one fault, with or without a prefix."""
    assert missed(message(space="urn:other")) == [(SHAPE, "/Notify")]
    prefixed = message(space="urn:other").replace("<", "<p:").replace("<p:/", "</p:").replace("xmlns=", "xmlns:p=")
    assert missed(prefixed) == [(SHAPE, "/Notify")]


def test_a_prefix_declared_further_down_leads_to_the_element_at_fault() -> None:
    """Each event may declare the namespace anew."""
    late = f'<p:Event xmlns:p="{SPACE}">' + EVENT.removeprefix("<Event>").replace("<", "<p:").replace("<p:/", "</p:")
    assert missed(message(EVENT + late)) == []
    assert missed(message(EVENT + late.replace("Accepted", "Acepted"))) == [(FIELDS, "/Notify/Event[2]/EventType")]
    assert missed(message(EVENT + late.replace("<p:EventType>", "<p:EventType x='1'>", 1))) == [
        (FIELDS, "/Notify/Event[2]/EventType")
    ]


def test_a_message_without_end_is_not_judged() -> None:
    """Naming the place of every fault in it would take minutes."""
    (told,) = judged(message("<Event/>" * MAX_ELEMENTS))
    assert told.outcome is Outcome.SEEN
    assert str(MAX_ELEMENTS) in told.actual
