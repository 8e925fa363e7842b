"""Good calls: whatever a case is about, the call that it varies has to be one that a service takes."""

from __future__ import annotations

from itertools import count

import pytest

from conformance.spec.shapes import shapes_for
from conformance.spec.versions import VERSIONS
from conformance.suites.good_calls import GoodCalls
from conformance.suites.preconditions import Given
from conformance.suites.qualifications import values_for_assignment
from conformance.target.opening import open_target
from conformance.target.profile import Profile
from conformance.target.run import Run


@pytest.mark.parametrize("automatically", [False, True])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_takes_its_good_call(version: str, automatically: bool) -> None:
    """In every version that has it, with all that the call is given beside the required parameters."""
    profile, numbers = Profile(versions=(version,)), count()
    run = Run(profile=profile, seed=1, environ={}, run_id="good")
    refused = {}
    with open_target(profile, {}, in_process=True) as target:
        requester = run.requester(target, version, lambda exchange, answer=None: None)
        given = Given(requester, target.workers, lambda kind: f"{kind} {next(numbers)}", 0.0)
        for operation in shapes_for(version).operations:
            values = GoodCalls(given=given, version=version, automatically=automatically).values(operation)
            if operation == "GetQualificationScore":
                requester.must("AssignQualification", {**values_for_assignment(values), "IntegerValue": 7})
            reply = requester.call(operation, values)
            if not reply.accepted:
                refused[operation] = reply.summary
    assert refused == {}
