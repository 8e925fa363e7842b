"""Boundary sweeps: each parameter of each operation with one fault, derived from the shapes."""

from collections.abc import Iterator

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from conformance.strategies.sweep import Message, sweep
from conformance.suites.called import operations_called
from conformance.suites.good_calls import GoodCalls
from conformance.suites.preconditions import Given, requests_listed
from conformance.suites.rows import Row
from conformance.suites.test_cases import is_refusal
from conformance.target.requester import Requester


def stated_rows(version: str) -> Iterator[Row]:
    """Yield the messages that some requirement speaks of."""
    for operation in operations_called(version):
        for message in sweep(shapes_for(version), operation):
            if message.requirement:
                yield Row(id=message.id, verifies=(message.requirement,), value=message)


def observed_state(calls: GoodCalls, operation: str) -> str:
    """Return what a refused call must not change: a pending request, and what was paid for the assignment."""
    seen = []
    if "worker:request-qualification" in calls.given.workers.capabilities:
        pending = calls.request()
        listed = list(requests_listed(calls.given.requester, pending.qualification_type_id))
        seen.append(f"{len(listed)} requests for a type")
    if operation == "GrantBonus" and "worker:submit" in calls.given.workers.capabilities:
        paid = calls.employer.bonuses(calls.work(operation))
        seen.append(f"{len(paid)} bonuses for an assignment")
    return ", ".join(seen)


@pytest.mark.each(rows=stated_rows)
def test_message(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    message: Message = row.value
    requirement = str(message.requirement)
    calls = GoodCalls(given=given, version=requester.version)
    values = calls.values(message.operation, without=message.parameter)
    before = observed_state(calls, message.operation)
    reply = requester.call(message.operation, {**values, message.parameter: list(message.faulty)})
    if reply.exchange.response is None:
        raise Blocked(reply.cause)
    if requirements()[requirement].level == "MAY":
        expect.see(requirement, where=message.parameter, actual=f"{message.fault}: {reply.summary}")
        return
    after = observed_state(calls, message.operation)
    expect(
        requirement,
        is_refusal(reply),
        where=message.parameter,
        expected=f"an error for a call with this parameter {message.fault}",
        actual=reply.summary,
    )
    expect(requirement, before == after, where="state", expected=f"nothing changes: {before}", actual=after)


def unstated_rows(version: str) -> Iterator[Row]:
    """Yield the messages that no requirement speaks of."""
    for operation in operations_called(version):
        for message in sweep(shapes_for(version), operation):
            if not message.requirement:
                yield Row(id=message.id, verifies=(), value=message)


@pytest.mark.explore
@pytest.mark.each(rows=unstated_rows)
def test_unstated_message(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    """What comes back is recorded; the checks judge the reply as they judge any other."""
    message: Message = row.value
    values = GoodCalls(given=given, version=requester.version).values(message.operation, without=message.parameter)
    reply = requester.call(message.operation, {**values, message.parameter: list(message.faulty)})
    expect.see(f"sweep/{message.id}", where=message.parameter, actual=f"{message.fault}: {reply.summary}")
