"""The common parameter Validate: a call that is only checked, and what became of that later."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.shapes import shapes_for
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import CREATE, named, word
from conformance.target.requester import Reply, Requester

DRY_RUN, INVALID, LATER = (f"Common.Validate.{name}" for name in ("dry-run", "dry-run-invalid", "deprecated"))


def validate(requester: Requester, values: dict[str, Any]) -> Reply:
    """Send a CreateQualificationType that is to be checked only; what it may have created is not written down."""
    return requester.send(CREATE, requester.write(CREATE, values, common={"Validate": "true"}))


def types_made(given: Given, requester: Requester, name: str) -> list[str]:
    """Return the ids of the types of a name that can be found, and take those out of use."""
    made = given.settled(lambda: named(given, name), bool)
    for type_id in made:
        if "DisposeQualificationType" in shapes_for(requester.version).operations:
            requester.call("DisposeQualificationType", {"QualificationTypeId": type_id})
        else:
            changes = {"QualificationTypeId": type_id, "QualificationTypeStatus": "Inactive"}
            requester.call("UpdateQualificationType", changes)
    return made


def good(name: str) -> dict[str, Any]:
    """Return the parameters of a complete CreateQualificationType."""
    return {"Name": name, "Description": "made by a conformance run", "QualificationTypeStatus": "Active"}


@pytest.mark.verifies(DRY_RUN)
def test_a_checked_call_is_not_carried_out(requester: Requester, given: Given, expect: Expect) -> None:
    name = word(given)
    reply = validate(requester, good(name))
    valid, made = (reply.answer.is_valid or "").strip(), types_made(given, requester, name)
    expect(
        DRY_RUN,
        valid.lower() == "true",
        where=f"{CREATE} with Validate=true, Request/IsValid",
        expected="True, as the request is complete",
        actual=f"{valid or 'nothing'}; {reply.summary}",
    )
    expect(
        DRY_RUN,
        not made,
        where="SearchQualificationTypes",
        expected="no type of that Name",
        actual=f"the type {', '.join(made)}",
    )


@pytest.mark.verifies(INVALID)
def test_a_checked_call_is_reported_as_invalid(requester: Requester, given: Given, expect: Expect) -> None:
    values = good(word(given))
    reply = validate(requester, {name: text for name, text in values.items() if name != "Name"})
    valid = (reply.answer.is_valid or "").strip()
    expect(
        INVALID,
        reply.refused or valid.lower() == "false",
        where=f"{CREATE} without Name and with Validate=true",
        expected="Request/IsValid False, or an error",
        actual=reply.summary,
    )


@pytest.mark.verifies(LATER)
def test_what_became_of_the_parameter(requester: Requester, given: Given, expect: Expect) -> None:
    name = word(given)
    reply = validate(requester, good(name))
    made = "a type was made" if types_made(given, requester, name) else "no type was made"
    expect.see(LATER, where=f"{CREATE} with Validate=true", actual=f"{made}; {reply.summary}")
