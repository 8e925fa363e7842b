"""Boundary sweeps: each parameter of each operation with one fault, derived from the shapes."""

from collections.abc import Iterator

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from conformance.strategies.sweep import Message, sweep, sweep_legal, sweep_structures
from conformance.suites.effects import state
from conformance.suites.good_calls import GoodCalls
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.suites.swept import values_of
from conformance.target.opening import Target
from conformance.target.requester import Requester


def messages(version: str) -> Iterator[Message]:
    """Yield the messages with one fault, in a parameter or inside a structure."""
    shapes = shapes_for(version)
    for operation in shapes_for(version).operations:
        yield from sweep(shapes, operation)
        yield from sweep_structures(shapes, operation)


def holds_in(message: Message, version: str) -> bool:
    """Tell whether a message decides a requirement in a version."""
    return message.requirement is not None and requirements()[message.requirement].holds_in(version)


def stated_rows(version: str) -> Iterator[Row]:
    """Yield the messages that some requirement speaks of."""
    for message in messages(version):
        if message.requirement:
            yield Row(id=message.id, verifies=(message.requirement,), value=message)


@pytest.mark.each(rows=stated_rows)
def test_message(row: Row, requester: Requester, given: Given, target: Target, expect: Expect) -> None:
    message: Message = row.value
    requirement = str(message.requirement)
    calls = GoodCalls(given=given, version=requester.version)
    values = values_of(message, calls, target)
    before = state(calls, message.operation, values)
    reply = requester.call(message.operation, values)
    if reply.exchange.response is None:
        raise Blocked(reply.cause)
    if requirements()[requirement].level == "MAY":
        expect.see(requirement, where=message.place, actual=f"{message.fault}: {reply.summary}")
        return
    after = state(calls, message.operation, values)
    expect(
        requirement,
        is_refusal(reply),
        where=message.place,
        expected=f"an error for a call with this parameter {message.fault}",
        actual=reply.summary,
    )
    expect(requirement, before == after, where="state", expected=f"nothing changes: {before}", actual=after)


def unstated_rows(version: str) -> Iterator[Row]:
    """Yield the messages that no requirement speaks of, and the legal ones that are seldom sent."""
    for message in messages(version):
        if not holds_in(message, version):
            yield Row(id=message.id, verifies=(), value=message)
    for operation in shapes_for(version).operations:
        for message in sweep_legal(shapes_for(version), operation):
            yield Row(id=message.id, verifies=(), value=message)


@pytest.mark.explore
@pytest.mark.each(rows=unstated_rows)
def test_unstated_message(row: Row, requester: Requester, given: Given, target: Target, expect: Expect) -> None:
    """What comes back is recorded; the checks judge the reply as they judge any other, its echo included."""
    message: Message = row.value
    calls = GoodCalls(given=given, version=requester.version)
    groups = {"ResponseGroup": ["Minimal", "Request"]}
    reply = requester.call(message.operation, {**groups, **values_of(message, calls, target)})
    expect.see(f"sweep/{message.id}", where=message.place, actual=f"{message.fault}: {reply.summary}")
