from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.eligibility import meets, value_held
from conformance.reference.records import Assignment, Locale, Qualification, QualificationRequirement, Worker
from conformance.reference.store import Store

WORKER, TYPE, NOW = "W", "T", 1000.0
SUBMITTED, ABANDONED, RETURNED = "00000000000000000000", "00000000000000000070", "000000000000000000E0"
REJECTED, RATE, APPROVED = "000000000000000000S0", "000000000000000000L0", "00000000000000000040"
ADULT, LOCALE = "00000000000000000060", "00000000000000000071"
ints = st.integers(min_value=-100, max_value=100)


def store(value: int | None = None, *, status: Any = "Granted", worker: Worker | None = None) -> Store:
    """Return a store with one Worker, who may hold one Qualification."""
    made = Store(seed=0)
    made.add_worker(worker or Worker(worker_id=WORKER))
    if value is not None:
        made.save_qualification(
            Qualification(qualification_type_id=TYPE, worker_id=WORKER, value=value, granted_at=0, status=status)
        )
    return made


def requires(comparator: str, *integers: int, type_id: str = TYPE, locales: tuple[Locale, ...] = ()) -> Any:
    """Return a requirement."""
    return QualificationRequirement(
        qualification_type_id=type_id, comparator=comparator, integers=integers, locales=locales
    )


def with_work(*states: Any, deadline: float = 0.0) -> Store:
    """Return a store with one assignment of the Worker in each of these states."""
    made = store()
    for number, state in enumerate(states):
        made.save_assignment(
            Assignment(
                assignment_id=str(number),
                hit_id="H",
                worker_id=WORKER,
                state=state,
                accepted_at=0,
                deadline=deadline,
            )
        )
    return made


@given(ints, ints)
def test_a_value_is_compared_with_one(value: int, other: int) -> None:
    """Each comparator says what its name says, and three of them exclude the other three."""
    expected = {
        "LessThan": value < other,
        "LessThanOrEqualTo": value <= other,
        "GreaterThan": value > other,
        "GreaterThanOrEqualTo": value >= other,
        "EqualTo": value == other,
        "NotEqualTo": value != other,
    }
    assert {name: meets(store(value), WORKER, requires(name, other), NOW) for name in expected} == expected


@given(ints, st.lists(ints, min_size=1, max_size=15))
def test_a_value_is_one_of_a_list_or_not(value: int, listed: list[int]) -> None:
    """In and NotIn are opposites."""
    found = [meets(store(value), WORKER, requires(name, *listed), NOW) for name in ("In", "NotIn")]
    assert found == [value in listed, value not in listed]


@pytest.mark.parametrize("held", [store(), store(5, status="Revoked")])
def test_who_holds_nothing_meets_only_the_wish_for_nothing(held: Store) -> None:
    """No comparison is met, whatever it says; a Qualification that was revoked is none."""
    for comparator in ("LessThan", "GreaterThan", "EqualTo", "NotEqualTo", "In", "NotIn"):
        assert not meets(held, WORKER, requires(comparator, 5), NOW)
    assert not meets(held, WORKER, requires("Exists"), NOW)
    assert meets(held, WORKER, requires("DoesNotExist"), NOW)


def test_a_qualification_of_value_0_exists() -> None:
    """It is the holding that counts."""
    assert meets(store(0), WORKER, requires("Exists"), NOW)
    assert not meets(store(0), WORKER, requires("DoesNotExist"), NOW)


@pytest.mark.parametrize(
    ("comparator", "places", "met"),
    [
        ("EqualTo", [("US", None)], True),
        ("EqualTo", [("US", "CA")], True),
        ("EqualTo", [("US", "NY")], False),
        ("EqualTo", [("IN", None)], False),
        ("NotEqualTo", [("US", "NY")], True),
        ("NotEqualTo", [("US", None)], False),
        ("In", [("IN", None), ("US", "CA")], True),
        ("NotIn", [("IN", None), ("US", "NY")], True),
        ("Exists", [], True),
        ("GreaterThan", [("US", None)], False),
    ],
)
def test_a_place_lies_in_another(comparator: str, places: list[tuple[str, str | None]], met: bool) -> None:
    """A country holds all its parts; a part holds itself alone."""
    made = store(worker=Worker(worker_id=WORKER, locale=Locale(country="US", subdivision="CA")))
    locales = tuple(Locale(country=country, subdivision=part) for country, part in places)
    assert meets(made, WORKER, requires(comparator, type_id=LOCALE, locales=locales), NOW) is met


def test_the_service_counts_what_a_worker_did() -> None:
    """Percentages are of what was accepted or submitted, rounded down; work in progress is neither."""
    made = with_work("Approved", "Approved", "Rejected", "Submitted", "Returned", "Accepted")
    values = {name: value_held(made, WORKER, name, NOW) for name in (SUBMITTED, ABANDONED, RETURNED, REJECTED)}
    assert values == {SUBMITTED: 66, ABANDONED: 16, RETURNED: 16, REJECTED: 25}
    assert value_held(made, WORKER, APPROVED, NOW) == 2
    assert value_held(with_work("Accepted", deadline=NOW + 1), WORKER, ABANDONED, NOW) == 0


@pytest.mark.parametrize(("submissions", "rate"), [(99, 100), (100, 99), (200, 99)])
def test_the_approval_rate_counts_from_a_hundred_submissions(submissions: int, rate: int) -> None:
    """Until then it is 100."""
    made = with_work("Rejected", *["Approved"] * (submissions - 1))
    assert value_held(made, WORKER, RATE, NOW) == rate


def test_a_new_worker_has_a_good_name() -> None:
    """Nothing was abandoned, returned or rejected, and nothing for adults was agreed to."""
    values = {name: value_held(store(), WORKER, name, NOW) for name in (SUBMITTED, ABANDONED, RETURNED, REJECTED, RATE)}
    assert values == {SUBMITTED: 100, ABANDONED: 0, RETURNED: 0, REJECTED: 0, RATE: 100}
    assert (value_held(store(), WORKER, APPROVED, NOW), value_held(store(), WORKER, ADULT, NOW)) == (0, 0)
    adult = store(worker=Worker(worker_id=WORKER, adult=True))
    assert value_held(adult, WORKER, ADULT, NOW) == 1


def test_hits_are_shown_and_given_to_who_meets_the_requirements(scene: Any) -> None:
    """What is required to preview keeps from seeing a HIT, the rest from accepting it."""
    seen, worked = scene.type(), scene.type()
    wanted = [
        {"QualificationTypeId": [seen], "Comparator": ["Exists"], "RequiredToPreview": ["true"]},
        {"QualificationTypeId": [worked], "Comparator": ["GreaterThan"], "IntegerValue": ["3"]},
    ]
    hit_id, worker = scene.hit(QualificationRequirement=wanted), scene.worker()

    def looks() -> int:
        return int(scene.control(f"workers/{worker}/previews", {"hit_id": hit_id})[0])

    assert (looks(), scene.refused_to_accept(worker, hit_id)) == (409, True)
    assert scene.call("AssignQualification", QualificationTypeId=seen, WorkerId=worker).accepted
    assert (looks(), scene.refused_to_accept(worker, hit_id)) == (201, True)
    assert scene.call("AssignQualification", QualificationTypeId=worked, WorkerId=worker, IntegerValue="4").accepted
    assert scene.accept(worker, hit_id)


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        ({"Comparator": ["Exists"], "IntegerValue": ["1"]}, ["InvalidParameterValue"]),
        ({"Comparator": ["DoesNotExist"], "IntegerValue": ["1"]}, ["InvalidParameterValue"]),
        ({"Comparator": ["In"], "IntegerValue": [str(n) for n in range(15)]}, []),
        ({"Comparator": ["In"], "IntegerValue": [str(n) for n in range(16)]}, ["InvalidParameterValue"]),
        ({"Comparator": ["EqualTo"], "LocaleValue": [{"Country": ["US"]}]}, ["InvalidParameterValue"]),
        ({"Type": LOCALE, "Comparator": ["EqualTo"], "IntegerValue": ["1"]}, ["InvalidParameterValue"]),
        ({"Type": LOCALE, "Comparator": ["EqualTo"], "LocaleValue": [{"Country": ["US"]}]}, []),
        ({"Type": LOCALE, "Comparator": ["LessThan"], "LocaleValue": [{"Country": ["US"]}]}, ["InvalidParameterValue"]),
        ({"Type": LOCALE, "Comparator": ["EqualTo"], "LocaleValue": [{"Country": ["XX"]}]}, ["InvalidParameterValue"]),
        ({"Type": LOCALE, "Comparator": ["EqualTo"], "LocaleValue": [{"Subdivision": ["CA"]}]}, None),
        (
            {"Type": LOCALE, "Comparator": ["EqualTo"], "LocaleValue": [{"Country": ["US"]}, {"Country": ["CA"]}]},
            ["InvalidParameterValue"],
        ),
        (
            {"Type": LOCALE, "Comparator": ["In"], "LocaleValue": [{"Country": ["US"], "Subdivision": ["ZZ"]}]},
            ["InvalidParameterValue"],
        ),
    ],
)
def test_a_requirement_holds_what_goes_together(scene: Any, parts: dict[str, Any], codes: list[str] | None) -> None:
    """Numbers go with numbers, places with places, and no more than the comparator takes."""
    type_id = parts.pop("Type", None) or scene.type()
    answer = scene.call(
        "RegisterHITType",
        Title="t",
        Description="d",
        Reward={"Amount": ["1"], "CurrencyCode": ["USD"]},
        AssignmentDurationInSeconds="60",
        QualificationRequirement=[{"QualificationTypeId": [type_id], **parts}],
    )
    found = [error.code.removeprefix("AWS.MechanicalTurk.") for error in answer.errors]
    assert found == codes if codes is not None else answer.refused
