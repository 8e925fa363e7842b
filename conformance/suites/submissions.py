"""What GetAssignmentsForHIT and GetAssignment show of a submission, as suites compare it."""

from collections.abc import Callable, Iterable
from typing import Any

from lxml import etree

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.versions import TODAY
from conformance.suites.assignments import Work, decision
from conformance.suites.preconditions import PAGE_SIZE
from conformance.target.requester import Reply, Requester
from conformance.wire.timestamps import parse_timestamp

Shown = dict[str, str]
"""The members of an Assignment with their texts."""

FEEDBACK = ["Minimal", "AssignmentFeedback"]
"""The response groups that bring RequesterFeedback."""

DECISIONS = {"ApproveAssignment": "Approved", "RejectAssignment": "Rejected", "ApproveRejectedAssignment": "Approved"}
"""Operation → the AssignmentStatus that it brings about."""


def shown_in(element: etree._Element) -> Shown:
    """Return the members of an Assignment; ids without white space around them."""
    kept = ("Answer", "RequesterFeedback")
    return {
        str(child.tag): (child.text or "") if child.tag in kept else (child.text or "").strip() for child in element
    }


def listed(requester: Requester, hit_id: str, **values: Any) -> list[Shown]:
    """Return the assignments that GetAssignmentsForHIT lists on one page, a long one unless said otherwise."""
    reply = requester.must("GetAssignmentsForHIT", {"HITId": hit_id, "PageSize": PAGE_SIZE, **values})
    return [shown_in(element) for element in reply.all("Assignment")]


def shown(requester: Requester, work: Work, **values: Any) -> Shown:
    """Return what GetAssignmentsForHIT shows of a submission; Blocked if it is not listed."""
    for row in listed(requester, work.hit_id, **values):
        if row.get("AssignmentId") == work.assignment_id:
            return row
    raise Blocked("GetAssignmentsForHIT: an assignment that was submitted is not listed")


def counters(reply: Reply, version: str) -> list[str]:
    """Return NumResults and TotalNumResults of a list, of which 2017-01-17 has only the first."""
    names = ("NumResults",) if version == TODAY else ("NumResults", "TotalNumResults")
    return [(reply.text(name) or "").strip() for name in names]


def ids(rows: Iterable[Shown]) -> list[str]:
    """Return the AssignmentIds of listed assignments."""
    return [row.get("AssignmentId", "") for row in rows]


def moment(row: Shown, name: str) -> float | None:
    """Return a time of an assignment in seconds since the epoch, None where it is missing or no time."""
    try:
        return parse_timestamp(row.get(name, "")).timestamp()
    except ValueError:
        return None


def within(seconds: float, one: float | None, other: float | None) -> bool:
    """Tell whether two times are known and not further apart than that."""
    return one is not None and other is not None and abs(one - other) <= seconds


def call(operation: str, work: Work, requester: Requester, **values: Any) -> Reply:
    """Call an operation about a submission."""
    return requester.call(operation, decision(requester, operation, work.assignment_id, **values))


def refused_leaving(
    requirement: str,
    reply: Reply,
    work: Work,
    read: Callable[[], Shown],
    expect: Expect,
    *,
    status: str,
) -> Shown:
    """See that a call was refused and that a submission has still its status; return what is shown of it."""
    row, response = read(), reply.exchange.response
    leaks = response is not None and work.worker_id.encode() in response.body
    expect(
        requirement,
        reply.refused and not leaks and row.get("AssignmentStatus") == status,
        where=reply.operation,
        expected=f"an error without data of the assignment, which stays {status}",
        actual=f"{reply.summary}; AssignmentStatus {row.get('AssignmentStatus')}" + ("; data in the reply" * leaks),
    )
    if reply.refused:
        expect.code(requirement, reply.codes)
    return row
