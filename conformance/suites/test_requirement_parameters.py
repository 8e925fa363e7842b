"""Qualification requirements and Locales in CreateHIT: what they may hold, and what GetHIT then shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.eligibility import (
    ADULT,
    LOCALE,
    NUMBER_APPROVED,
    PERCENT_ABANDONED,
    PERCENT_APPROVED,
    PERCENT_REJECTED,
    PERCENT_RETURNED,
    PERCENT_SUBMITTED,
    SEVERAL_SINCE,
    create,
    hit_of,
    place,
    requires,
    requires_place,
    shown,
)
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.requester import Requester

ARTICLE = "QualificationRequirement"
CUSTOM = "custom"
"""Stands for a Qualification type of the case."""
MASTERS = ("2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6")
_LISTED = "US CA MX BR AR CL CO PE EC UY PY BO VE GB IE FR DE IT ES PT NL BE LU CH AT DK SE NO FI IS PL"
_COUNTRIES = _LISTED.split()

US, CA = place("US"), place("CA")
_BASE = ("LessThan", "LessThanOrEqualTo", "GreaterThan", "GreaterThanOrEqualTo", "EqualTo", "NotEqualTo")
Requirement = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a requirement may hold, and what it may not."""

    requirement: str
    accepted: tuple[Requirement, ...] = ()
    refused: tuple[Requirement, ...] = ()


def without(name: str) -> Requirement:
    """Return a requirement that lacks something."""
    return {key: value for key, value in requires(CUSTOM, "Exists").items() if key != name}


HELD: tuple[Held, ...] = (
    Held(requirement=f"{ARTICLE}.QualificationTypeId.required", refused=(without("QualificationTypeId"),)),
    Held(requirement=f"{ARTICLE}.Comparator.required", refused=(without("Comparator"),)),
    Held(
        requirement=f"{ARTICLE}.Comparator.base-values",
        accepted=(*(requires(CUSTOM, comparator, 10) for comparator in _BASE), requires(CUSTOM, "Exists")),
        refused=(requires(CUSTOM, "Resembles"),),
    ),
    Held(
        requirement=f"{ARTICLE}.Comparator.new-values",
        accepted=(
            requires(CUSTOM, "DoesNotExist"),
            requires(CUSTOM, "In", 10, 20),
            requires(CUSTOM, "NotIn", 10, 20),
        ),
    ),
    Held(
        requirement=f"{ARTICLE}.Comparator.new-values-old",
        refused=(requires(CUSTOM, "DoesNotExist"), requires(CUSTOM, "In", 10), requires(CUSTOM, "NotIn", 10)),
    ),
    Held(
        requirement=f"{ARTICLE}.IntegerValue.in-max",
        accepted=(requires(CUSTOM, "In", *range(15)), requires(CUSTOM, "NotIn", *range(15))),
        refused=(requires(CUSTOM, "In", *range(16)), requires(CUSTOM, "NotIn", *range(16))),
    ),
    Held(requirement=f"{ARTICLE}.IntegerValue.not-locale", refused=(requires(LOCALE, "EqualTo", 1),)),
    Held(requirement=f"{ARTICLE}.LocaleValue.only-locale", refused=(requires_place("EqualTo", US, type_id=CUSTOM),)),
    Held(
        requirement=f"{ARTICLE}.LocaleValue.comparators-old",
        accepted=(requires_place("EqualTo", US), requires_place("NotEqualTo", US)),
        refused=(requires_place("GreaterThan", US),),
    ),
    Held(
        requirement=f"{ARTICLE}.LocaleValue.comparators",
        accepted=tuple(requires_place(comparator, US) for comparator in ("EqualTo", "NotEqualTo", "In", "NotIn")),
        refused=(requires_place("GreaterThan", US),),
    ),
    Held(
        requirement=f"{ARTICLE}.LocaleValue.single",
        refused=(requires_place("EqualTo", US, CA), requires_place("NotEqualTo", US, CA)),
    ),
    Held(
        requirement=f"{ARTICLE}.LocaleValue.in-max",
        accepted=(requires_place("In", *map(place, _COUNTRIES[:30])),),
        refused=(requires_place("In", *map(place, _COUNTRIES)),),
    ),
    Held(requirement="Locale.Country.required", refused=(requires_place("EqualTo", {"Subdivision": "CA"}),)),
    Held(
        requirement="Locale.Country.iso",
        accepted=(requires_place("EqualTo", US),),
        refused=(requires_place("EqualTo", place("XX")), requires_place("EqualTo", place("USA"))),
    ),
    Held(
        requirement="Locale.Country.length",
        accepted=(requires_place("EqualTo", US),),
        refused=(requires_place("EqualTo", place("U")), requires_place("EqualTo", place("USA"))),
    ),
    Held(
        requirement="Locale.Subdivision.length",
        accepted=(requires_place("EqualTo", place("US", "CA")),),
        refused=(requires_place("EqualTo", place("US", "C")), requires_place("EqualTo", place("US", "CAL"))),
    ),
    Held(
        requirement="Locale.Subdivision.iso",
        accepted=(requires_place("EqualTo", place("US", "CA")), requires_place("EqualTo", place("US", "WA"))),
        refused=(requires_place("EqualTo", place("US", "ZZ")),),
    ),
    Held(requirement=f"{ARTICLE}.LocaleValue.with-exists", refused=(requires_place("Exists", US),)),
    Held(requirement="Locale.Subdivision.optional", accepted=(requires_place("EqualTo", US),)),
    Held(
        requirement="Locale.Subdivision.us-only",
        accepted=(requires_place("EqualTo", place("US", "CA")),),
        refused=(requires_place("EqualTo", place("CA", "ON")), requires_place("EqualTo", place("US", "ZZ"))),
    ),
)
"""What every version, or some of them, say of the parts of a requirement."""


def held_in(version: str) -> Iterator[Row]:
    """Yield what a version says of the parts of a requirement."""
    for one in HELD:
        yield Row(id=one.requirement, verifies=(one.requirement,), value=one)
    comparators = ("Exists", "DoesNotExist") if version >= SEVERAL_SINCE else ("Exists",)
    name = f"{ARTICLE}.IntegerValue.forbidden"
    refused = tuple(requires(CUSTOM, comparator, 1) for comparator in comparators)
    yield Row(id=name, verifies=(name,), value=Held(requirement=name, refused=refused))


@pytest.mark.each(rows=held_in)
def test_requirement(row: Row, given: Given, expect: Expect) -> None:
    one: Held = row.value
    every = (*one.accepted, *one.refused)
    custom = given.qualification_type() if CUSTOM in {part.get("QualificationTypeId") for part in every} else ""
    for parts in every:
        type_id = {"QualificationTypeId": custom} if parts.get("QualificationTypeId") == CUSTOM else {}
        reply = create(given, {**parts, **type_id})
        wanted = parts in one.accepted
        expect(
            one.requirement,
            reply.accepted if wanted else is_refusal(reply),
            where=f"CreateHIT, QualificationRequirement {parts}",
            expected="success" if wanted else "an error with a code and no data",
            actual=reply.summary,
        )


@pytest.mark.verifies(f"{ARTICLE}.LocaleValue.list")
def test_several_places_are_a_list(given: Given, expect: Expect) -> None:
    reply = create(given, requires_place("In", US, CA))
    places = [sorted(one[3]) for one in shown(given, hit_of(reply))] if reply.accepted else []
    expect(
        f"{ARTICLE}.LocaleValue.list",
        places == [["CA", "US"]],
        where="GetHIT/QualificationRequirement/LocaleValue",
        expected="CA and US",
        actual=f"{reply.summary}; {places}",
    )


@pytest.mark.verifies(
    f"{ARTICLE}.IntegerValue.rest-list", f"{ARTICLE}.rest-names", f"{ARTICLE}.IntegerValue.list", f"{ARTICLE}.list"
)
def test_requirements_are_numbered(requester: Requester, given: Given, expect: Expect) -> None:
    types = [given.qualification_type() for _ in range(2)]
    several = requester.version >= SEVERAL_SINCE
    first = requires(types[0], "In", 10, 20, 30) if several else requires(types[0], "EqualTo", 10)
    reply = create(given, first, requires(types[1], "Exists"))
    found = [one[:3] for one in shown(given, hit_of(reply))] if reply.accepted else []
    integers = [sorted(values) for type_id, _, values in found if type_id == types[0]]
    for name in ("IntegerValue.rest-list", "IntegerValue.list"):
        expect(
            f"{ARTICLE}.{name}",
            integers == [["10", "20", "30"]],
            where="GetHIT/QualificationRequirement/IntegerValue",
            expected="10, 20, 30, which were sent as IntegerValue.1, .2 and .3",
            actual=f"{reply.summary}; {integers}",
        )
    for name in ("rest-names", "list"):
        expect(
            f"{ARTICLE}.{name}",
            sorted(one[:2] for one in found) == sorted([(types[0], str(first["Comparator"])), (types[1], "Exists")]),
            where="GetHIT/QualificationRequirement",
            expected="the two requirements that were sent as QualificationRequirement.1 and .2",
            actual=f"{reply.summary}; {found}",
        )


@pytest.mark.verifies("Locale.Subdivision.version")
def test_old_versions_know_countries_alone(given: Given, expect: Expect) -> None:
    reply = create(given, requires_place("EqualTo", place("US", "CA")))
    places = [one[3] for one in shown(given, hit_of(reply))] if reply.accepted else []
    expect(
        "Locale.Subdivision.version",
        places == [("US",)] if reply.accepted else reply.refused,
        where="CreateHIT with a Subdivision",
        expected="an error, or a Locale in GetHIT that has the Country alone",
        actual=f"{reply.summary}; {places}",
    )


SYSTEM = {
    "Worker_PercentAssignmentsApproved": requires(PERCENT_APPROVED, "GreaterThanOrEqualTo", 50),
    "Worker_NumberHITsApproved": requires(NUMBER_APPROVED, "GreaterThanOrEqualTo", 0),
    "Worker_Locale": requires_place("EqualTo", US),
    "Worker_Adult": requires(ADULT, "EqualTo", 1),
    "Worker_PercentAssignmentsSubmitted": requires(PERCENT_SUBMITTED, "GreaterThanOrEqualTo", 50),
    "Worker_PercentAssignmentsAbandoned": requires(PERCENT_ABANDONED, "LessThanOrEqualTo", 50),
    "Worker_PercentAssignmentsReturned": requires(PERCENT_RETURNED, "LessThanOrEqualTo", 50),
    "Worker_PercentAssignmentsRejected": requires(PERCENT_REJECTED, "LessThanOrEqualTo", 50),
}


@pytest.mark.verifies(*(f"{ARTICLE}.system.{name}" for name in SYSTEM))
def test_types_of_the_service_can_be_required(given: Given, expect: Expect) -> None:
    for name, parts in SYSTEM.items():
        reply = create(given, parts)
        found = [one[:2] for one in shown(given, hit_of(reply))] if reply.accepted else []
        expect(
            f"{ARTICLE}.system.{name}",
            found == [(parts["QualificationTypeId"], parts["Comparator"])],
            where=f"a HIT that requires {parts['QualificationTypeId']}",
            expected="the HIT is created, and GetHIT shows the requirement",
            actual=f"{reply.summary}; {found}",
        )


@pytest.mark.verifies(f"{ARTICLE}.system.dropped", f"{ARTICLE}.system.masters")
def test_types_that_some_pages_do_not_list(given: Given, expect: Expect) -> None:
    dropped = (PERCENT_SUBMITTED, PERCENT_ABANDONED, PERCENT_RETURNED, PERCENT_REJECTED)
    for type_id in dropped:
        reply = create(given, requires(type_id, "LessThanOrEqualTo", 100))
        expect.see(f"{ARTICLE}.system.dropped", where=type_id, actual=reply.summary)
    for type_id in MASTERS:
        reply = create(given, requires(type_id, "Exists"))
        expect.see(f"{ARTICLE}.system.masters", where=type_id, actual=reply.summary)
