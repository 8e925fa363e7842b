"""Every operation once: accepted, accepted with the echo of its parameters, and refused.

These exchanges are what the checks need to see of each operation; the checks decide.
"""

from collections.abc import Iterator

import pytest

from conformance.checks.judge import DECIDED
from conformance.spec.shapes import Shapes, shapes_for
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.good_calls import GoodCalls
from conformance.suites.preconditions import Given
from conformance.suites.rows import Row
from conformance.target.requester import Requester

COMMON = tuple(sorted(requirement for requirement in DECIDED if requirement.startswith("Common.")))


def decided_for(shapes: Shapes, operation: str) -> tuple[str, ...]:
    """Return the requirements that the checks can decide on the replies of an operation."""
    articles, waiting = {operation}, [shapes.operation(operation).result.type]
    while waiting:
        shape = shapes.type(waiting.pop())
        if shape is not None and shape.name not in articles:
            articles.add(shape.name)
            waiting += [member.type for member in shape.elements if member.name not in ("Request", "OperationRequest")]
    own = {requirement for requirement in DECIDED if requirement.partition(".")[0] in articles}
    return (*COMMON, *sorted(own))


def operation_rows(version: str) -> Iterator[Row]:
    """Yield every operation of a version."""
    shapes = shapes_for(version)
    for operation in shapes.operations:
        yield Row(id=operation, verifies=decided_for(shapes, operation), value=operation)


@pytest.mark.each(rows=operation_rows)
def test_operation(row: Row, requester: Requester, given: Given) -> None:
    operation: str = row.value
    for extra in ({}, {"ResponseGroup": ["Minimal", "Request"]}):
        calls = GoodCalls(given=given, version=requester.version)
        if operation == "GetQualificationRequests" and given.workers.capabilities:
            calls.request()  # something to list
        values = calls.values(operation)
        if operation == "GetQualificationScore" and given.workers.capabilities:
            requester.must("AssignQualification", {**values_for_assignment(values), "IntegerValue": 7})
        requester.call(operation, {**values, **extra})
    refused = {
        member.name: unknown_identifier(given.name("unknown"))
        for member in shapes_for(requester.version).operation(operation).request.elements
        if member.refers
    }
    requester.call(operation, refused)


def values_for_assignment(score: dict[str, str]) -> dict[str, str]:
    """Return what gives a Worker the Qualification that a GetQualificationScore asks for."""
    return {"QualificationTypeId": score["QualificationTypeId"], "WorkerId": score["SubjectId"]}
