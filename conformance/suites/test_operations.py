"""Every operation once: accepted, accepted with the echo of its parameters, and refused.

These exchanges are what the checks need to see of each operation; the checks decide.
"""

from collections.abc import Iterator

import pytest

from conformance.checks.judge import DECIDED
from conformance.spec.shapes import Shapes, shapes_for
from conformance.strategies.sweep import sample_value, unknown_identifier
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


def good_values(operation: str, given: Given, version: str) -> dict[str, str]:
    """Return values for a call that should be accepted; what the operation lists or reads is made first."""
    shapes = shapes_for(version)
    request = given.pending_request() if given.workers.capabilities else None
    values = {}
    for member in shapes.operation(operation).request.elements:
        simple = shapes.simple(member.type)
        if member.min == 0 or simple is None:
            continue
        if member.refers == "QualificationRequest" and request is not None:
            values[member.name] = request.qualification_request_id
        elif member.refers == "QualificationType":
            values[member.name] = request.qualification_type_id if request else given.qualification_type()
        elif member.refers == "Worker" and request is not None:
            values[member.name] = request.subject_id
        elif member.refers:
            values[member.name] = unknown_identifier(given.name("unknown"))
        else:
            values[member.name] = given.name("text") if simple.base == "xs:string" else sample_value(simple)
    if operation == "CreateQualificationType":
        values |= {"Description": "made by a conformance run", "QualificationTypeStatus": "Active"}
    if operation == "GetQualificationScore" and request is not None:
        given.requester.must("GrantQualification", {"QualificationRequestId": request.qualification_request_id})
    return values


@pytest.mark.each(rows=operation_rows)
def test_operation(row: Row, requester: Requester, given: Given) -> None:
    operation: str = row.value
    for extra in ({}, {"ResponseGroup": ["Minimal", "Request"]}):
        requester.call(operation, {**good_values(operation, given, requester.version), **extra})
    refused = {
        member.name: unknown_identifier(given.name("unknown"))
        for member in shapes_for(requester.version).operation(operation).request.elements
        if member.refers
    }
    requester.call(operation, refused)
