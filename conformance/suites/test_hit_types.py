"""RegisterHITType: which properties make one type, and what is made of it."""

from decimal import Decimal
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import number
from conformance.suites.forms import form_and_answer
from conformance.suites.hits import Fund, Hits, alone, changed, named, text_of
from conformance.suites.preconditions import Given
from conformance.target.requester import Reply, Requester

ARTICLE = "RegisterHITType"
THE_SAME = "the same HITTypeId"
# Requirement → what another type differs in.
OTHERS: dict[str, dict[str, Any]] = {
    "Description": {"Description": "made by a conformance run, but another"},
    "Keywords": {"Keywords": "conformance, tests"},
    "Reward": {"Reward": {"Amount": "0.06", "CurrencyCode": "USD"}},
    "AssignmentDuration": {"AssignmentDurationInSeconds": 3601},
    "AutoApprovalDelay": {"AutoApprovalDelayInSeconds": 86401},
}


def judge_same(requirement: str, first: str, second: str, expect: Expect, *, of: str) -> None:
    """See that two calls gave one type."""
    where = f"HITTypeId of two calls: {of}"
    expect(requirement, first == second, where=where, expected=THE_SAME, actual=f"{first} and {second}")


def judge_other(requirement: str, first: str, second: str, expect: Expect, *, of: str) -> None:
    """See that two calls gave two types."""
    where = f"HITTypeId of two calls: {of}"
    expect(requirement, first != second, where=where, expected="two HITTypeIds", actual=f"{first} twice")


@pytest.mark.verifies(
    f"{ARTICLE}.returns-id",
    f"{ARTICLE}.idempotent",
    f"{ARTICLE}.identity.Title",
    *(f"{ARTICLE}.identity.{name}" for name in OTHERS),
)
def test_equal_properties_are_one_type(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    properties = hits.properties()
    reply = hits.requester.must("RegisterHITType", properties)
    found = reply.all("HITTypeId")
    expect(
        f"{ARTICLE}.returns-id",
        len(found) == 1 and bool((found[0].text or "").strip()),
        where="RegisterHITTypeResult/HITTypeId",
        expected="one HITTypeId that is not empty",
        actual=str([element.text for element in found]),
    )
    type_id = named(reply, "HITTypeId")
    judge_same(f"{ARTICLE}.idempotent", type_id, hits.register(**properties), expect, of="equal properties")
    other = hits.register(**{**properties, "Title": given.name("title")})
    judge_other(f"{ARTICLE}.identity.Title", type_id, other, expect, of="another Title")
    for name, change in OTHERS.items():
        other = hits.register(**{**properties, **change})
        judge_other(f"{ARTICLE}.identity.{name}", type_id, other, expect, of=f"another {next(iter(change))}")


@pytest.mark.verifies(f"{ARTICLE}.identity.default-equals-explicit", f"{ARTICLE}.identity.reward-format")
def test_equal_values_written_otherwise_are_one_type(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    properties = hits.properties()
    first, second = (hits.register(**{**properties, "AutoApprovalDelayInSeconds": delay}) for delay in (None, 2592000))
    judge_same(
        f"{ARTICLE}.identity.default-equals-explicit", first, second, expect, of="the default left out and given"
    )
    first, second = (
        hits.register(**{**properties, "Reward": {"Amount": amount, "CurrencyCode": "USD"}})
        for amount in ("0.1", "0.10")
    )
    judge_same(f"{ARTICLE}.identity.reward-format", first, second, expect, of="Reward.1.Amount=0.1 and 0.10")


@pytest.mark.verifies(f"{ARTICLE}.identity.Qualifications", f"{ARTICLE}.identity.qual-order")
def test_requirements_are_part_of_the_type_as_a_set(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    properties = hits.properties()
    first, second = (
        {"QualificationTypeId": given.qualification_type(), "Comparator": "GreaterThan", "IntegerValue": value}
        for value in (18, 20)
    )

    def register(*required: dict[str, Any]) -> str:
        return hits.register(**{**properties, "QualificationRequirement": list(required)})

    there = register(first, second)
    judge_same(f"{ARTICLE}.identity.qual-order", there, register(second, first), expect, of="requirements reversed")
    other = register(first, {**second, "IntegerValue": 21})
    judge_other(f"{ARTICLE}.identity.Qualifications", there, other, expect, of="another IntegerValue of a requirement")


@pytest.mark.verifies(
    f"{ARTICLE}.identity.not-lifetime",
    "CreateHIT.type-identity.same",
    "CreateHIT.type-identity.new",
    "CreateHIT.type-identity.again",
)
def test_a_hit_gets_the_type_with_its_properties(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    properties = hits.properties(
        QualificationRequirement=[{"QualificationTypeId": given.qualification_type(), "Comparator": "Exists"}]
    )
    known = hits.register(**properties)
    made = hits.create(**{**properties, **hits.content()})
    judge_same("CreateHIT.type-identity.same", known, made.hit_type_id, expect, of="RegisterHITType, then CreateHIT")
    others = {"LifetimeInSeconds": 7200, "MaxAssignments": 3, "Question": form_and_answer("q2")[0]}
    again = hits.create(**{**properties, **others})
    judge_same(
        f"{ARTICLE}.identity.not-lifetime", made.hit_type_id, again.hit_type_id, expect, of=f"other {', '.join(others)}"
    )
    found = {known, made.hit_type_id, again.hit_type_id}
    told = f"{len(found)} HITTypeIds of a type that was registered and two HITs with its properties"
    expect.see("CreateHIT.type-identity.again", where="CreateHIT/HIT/HITTypeId", actual=told)
    new = changed(properties, {"Title": given.name("title")})
    fresh = hits.create(**{**new, **hits.content()}).hit_type_id
    requirement = "CreateHIT.type-identity.new"
    judge_other(requirement, known, fresh, expect, of="another Title")
    judge_same(requirement, fresh, hits.register(**new), expect, of="CreateHIT with a new Title, then RegisterHITType")


@pytest.mark.verifies(f"{ARTICLE}.identity.per-requester")
def test_types_belong_to_their_requester(given: Given, expect: Expect, second_requester: Requester) -> None:
    hits, foreign = Hits(given), Hits(given, second_requester)
    properties = hits.properties()
    own, other = hits.register(**properties), foreign.register(**properties)
    requirement = f"{ARTICLE}.identity.per-requester"
    judge_other(requirement, own, other, expect, of="two Requesters")
    reply = foreign.requester.call("CreateHIT", {"HITTypeId": own, **foreign.content()})
    expect(
        requirement,
        reply.refused,
        where="CreateHIT with the HITTypeId of another Requester",
        expected="an error",
        actual=reply.summary,
    )


@pytest.mark.verifies(f"{ARTICLE}.no-hit")
def test_makes_no_hit(given: Given, expect: Expect, fund: Fund, requester: Requester) -> None:
    hits = Hits(given, alone(fund, requester))
    hits.new()

    before = given.settled(hits.total, "1".__eq__)
    hits.register()
    after = hits.total()
    expect(
        f"{ARTICLE}.no-hit",
        before == after,
        where="the number of HITs by SearchHITs, before and after",
        expected=before,
        actual=after,
    )


@pytest.mark.verifies(f"{ARTICLE}.usable")
def test_makes_a_type_that_hits_can_have(given: Given, expect: Expect) -> None:
    hits = Hits(given)
    properties = hits.properties()
    made = hits.of_type(hits.register(**properties))
    shown: Reply = hits.read(made.hit_id)
    for name, sent in properties.items():
        came: object = number(shown.text("Reward/Amount")) if name == "Reward" else text_of(shown, name)
        wanted: object = Decimal(sent["Amount"]) if name == "Reward" else str(sent)
        expect(f"{ARTICLE}.usable", came == wanted, where=f"GetHIT/HIT/{name}", expected=str(wanted), actual=str(came))
