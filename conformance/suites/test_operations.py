"""Every operation once: accepted, accepted with the echo of its parameters, and refused.

These exchanges are what the checks need to see of each operation; the checks decide.
"""

from collections.abc import Iterator

import pytest

from conformance.checks import sent_documents
from conformance.checks.judge import CHECKS
from conformance.spec.shapes import Shapes, shapes_for
from conformance.strategies.sweep import unknown_identifier
from conformance.suites.good_calls import GoodCalls
from conformance.suites.preconditions import Given
from conformance.suites.qualifications import values_for_assignment
from conformance.suites.rows import Row
from conformance.target.requester import Requester

# A call with a faulty document is none of these; what a service takes is seen where one is sent.
SHOWN = frozenset().union(*(check.decides for check in CHECKS if check not in sent_documents.CHECKS))
COMMON = tuple(sorted(requirement for requirement in SHOWN if requirement.startswith("Common.")))
OF_ANSWERS = frozenset({"QuestionFormAnswers.schema", "QuestionFormAnswers.namespace"})


def decided_for(shapes: Shapes, operation: str) -> tuple[str, ...]:
    """Return the requirements that the checks can decide on the replies of an operation."""
    articles, named, waiting = {operation}, set(), [shapes.operation(operation).result.type]
    while waiting:
        shape = shapes.type(waiting.pop())
        if shape is not None and shape.name not in articles:
            articles.add(shape.name)
            members = [member for member in shape.elements if member.name not in ("Request", "OperationRequest")]
            named |= {member.requirement for member in members}
            if any(member.document == "QuestionFormAnswers" for member in members):
                named |= OF_ANSWERS
            waiting += [member.type for member in members]
    own = {name for name in SHOWN if name in named or name.partition(".")[0] in articles}
    return (*COMMON, *sorted(own))


def operation_rows(version: str) -> Iterator[Row]:
    """Yield every operation of a version."""
    shapes = shapes_for(version)
    for operation in shapes.operations:
        yield Row(id=operation, verifies=decided_for(shapes, operation), value=operation)


@pytest.mark.each(rows=operation_rows)
def test_operation(row: Row, requester: Requester, given: Given) -> None:
    operation: str = row.value
    for automatically, extra in ((False, {}), (True, {"ResponseGroup": ["Minimal", "Request"]})):
        calls = GoodCalls(given=given, version=requester.version, automatically=automatically)
        if operation == "GetQualificationRequests" and given.workers.capabilities:
            calls.request()  # something to list
            calls.answered()
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
