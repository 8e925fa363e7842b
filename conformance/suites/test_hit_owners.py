"""HITs belong to the Requester who created them: another can neither change nor see them."""

from collections.abc import Iterator

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.shapes import shapes_for
from conformance.suites.assignments import Employer
from conformance.suites.life_cycle import increment, show, status_of
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.requester import Requester

_OVER = ("DisposeHIT", "SetHITAsReviewing")
_OPERATIONS = (
    *("ExtendHIT", "ForceExpireHIT", "DisposeHIT", "DisableHIT", "SetHITAsReviewing", "ChangeHITTypeOfHIT"),
    "UpdateExpirationForHIT",
)
_LONG_AGO = "1970-01-01T00:00:00Z"


def owner_rows(version: str) -> Iterator[Row]:
    """Yield the operations on a HIT that a version has."""
    for operation in _OPERATIONS:
        if operation in shapes_for(version).operations:
            yield Row(id=operation, verifies=(f"{operation}.owner-only",), value=operation)


@pytest.mark.each(rows=owner_rows)
def test_only_the_owner(
    row: Row, requester: Requester, second_requester: Requester, given: Given, expect: Expect
) -> None:
    operation: str = row.value
    employer = Employer(given)
    if operation in _OVER:
        hit_id = employer.reviewable_hit()
        status_of(given, hit_id, "Reviewable")
    else:
        hit_id = employer.hit()
    values = {"HITId": hit_id}
    if operation == "ExtendHIT":
        values |= increment(requester.version)
    elif operation == "UpdateExpirationForHIT":
        values["ExpireAt"] = _LONG_AGO
    elif operation == "ChangeHITTypeOfHIT":
        values["HITTypeId"] = Employer(given, second_requester).hit_type()
    before = show(requester, hit_id)
    reply = second_requester.call(operation, values)
    after = show(requester, hit_id)
    body = reply.exchange.response.body.decode("utf-8", "replace") if reply.exchange.response else ""
    told = [name for name in ("Title", "HITTypeId", "HITGroupId") if before[name] and before[name] in body]
    changed = [name for name in before.texts if before[name] != after[name]]
    expect(
        f"{operation}.owner-only",
        is_refusal(reply) and not changed and not told,
        where=f"{operation} by another Requester",
        expected="an error with a code that tells nothing of the HIT, and the HIT as it was",
        actual=f"{reply.summary}; changed: {', '.join(changed) or 'nothing'}; told: {', '.join(told) or 'nothing'}",
    )
