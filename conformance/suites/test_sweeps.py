"""Boundary sweeps: each parameter of each operation with one fault, derived from the shapes."""

from collections.abc import Iterator

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from conformance.strategies.sweep import Message, sample_value, sweep
from conformance.suites.preconditions import Given
from conformance.suites.rows import Row
from conformance.suites.test_cases import is_refusal
from conformance.target.requester import Requester


def stated_rows(version: str) -> Iterator[Row]:
    """Yield the messages that some requirement speaks of."""
    for operation in shapes_for(version).operations:
        for message in sweep(shapes_for(version), operation):
            if message.requirement:
                yield Row(id=message.id, verifies=(message.requirement,), value=message)


def good_values(message: Message, given: Given, version: str) -> dict[str, str]:
    """Return values for the required parameters beside the faulty one; ids are of objects that exist."""
    shapes = shapes_for(version)
    values = {}
    for member in shapes.operation(message.operation).request.elements:
        if member.min == 0 or member.name == message.parameter:
            continue
        simple = shapes.simple(member.type)
        if member.refers == "QualificationRequest":
            values[member.name] = given.pending_request().qualification_request_id
        elif member.refers == "QualificationType":
            values[member.name] = given.qualification_type()
        elif member.refers == "Worker":
            values[member.name] = given.workers.new_worker()
        elif simple is not None:
            values[member.name] = given.name("text") if simple.base == "xs:string" else sample_value(simple)
    return values


def pending_count(requester: Requester) -> str:
    """Return how many requests are pending: what a refused call must not change."""
    return (requester.must("GetQualificationRequests").text("TotalNumResults") or "").strip()


@pytest.mark.each(rows=stated_rows)
def test_message(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    message: Message = row.value
    requirement = str(message.requirement)
    values = good_values(message, given, requester.version)
    if given.workers.capabilities:
        given.pending_request()  # something that a refused call could change
    before = pending_count(requester)
    reply = requester.call(message.operation, {**values, message.parameter: list(message.faulty)})
    if reply.exchange.response is None:
        raise Blocked(reply.cause)
    if requirements()[requirement].level == "MAY":
        expect.see(requirement, where=message.parameter, actual=f"{message.fault}: {reply.summary}")
        return
    after = pending_count(requester)
    expect(
        requirement,
        is_refusal(reply),
        where=message.parameter,
        expected=f"an error for a call with this parameter {message.fault}",
        actual=reply.summary,
    )
    expect(
        requirement,
        before == after,
        where="GetQualificationRequests",
        expected=f"nothing changes: {before} pending requests",
        actual=f"{after} pending requests",
    )


def unstated_rows(version: str) -> Iterator[Row]:
    """Yield the messages that no requirement speaks of."""
    for operation in shapes_for(version).operations:
        for message in sweep(shapes_for(version), operation):
            if not message.requirement:
                yield Row(id=message.id, verifies=(), value=message)


@pytest.mark.explore
@pytest.mark.each(rows=unstated_rows)
def test_unstated_message(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    """What comes back is recorded; the checks judge the reply as they judge any other."""
    message: Message = row.value
    values = good_values(message, given, requester.version)
    reply = requester.call(message.operation, {**values, message.parameter: list(message.faulty)})
    expect.see(f"sweep/{message.id}", where=message.parameter, actual=f"{message.fault}: {reply.summary}")
