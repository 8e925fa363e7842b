"""Who meets a Qualification requirement: seen by who can accept a HIT, and who is shown it."""

from collections.abc import Mapping

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.versions import in_force
from conformance.suites.assignments import Employer
from conformance.suites.eligibility import (
    ADULT,
    NUMBER_APPROVED,
    PERCENT_APPROVED,
    SEVERAL_SINCE,
    accepts,
    create,
    hit,
    hit_of,
    judge,
    place,
    requires,
    requires_place,
    sees,
    shown,
)
from conformance.suites.preconditions import Given
from conformance.suites.qualifications import holder
from conformance.target.requester import Requester

ARTICLE = "QualificationRequirement"

# Comparator → what it compares with, a value that does not meet it, one that does.
BASE = {
    "LessThan": ((10,), 10, 9),
    "LessThanOrEqualTo": ((10,), 11, 10),
    "GreaterThan": ((10,), 10, 11),
    "GreaterThanOrEqualTo": ((10,), 9, 10),
    "EqualTo": ((10,), 11, 10),
    "NotEqualTo": ((10,), 10, 11),
    "Exists": ((), None, 0),
}
NEW = {"DoesNotExist": ((), 0, None), "In": ((10, 20, 30), 25, 20), "NotIn": ((10, 20, 30), 20, 25)}


def judge_comparators(
    given: Given, expect: Expect, rows: Mapping[str, tuple[tuple[int, ...], int | None, int | None]]
) -> None:
    """Have Workers of different values try HITs that compare in different ways."""
    type_id = given.qualification_type()
    values = {value for _, *pair in rows.values() for value in pair}
    workers = {
        value: given.workers.new_worker() if value is None else holder(given, type_id, value) for value in values
    }
    for comparator, (compared, bad, good) in rows.items():
        hit_id = hit(given, requires(type_id, comparator, *compared))
        where = f"{comparator} {', '.join(map(str, compared))}: values {bad} and {good}"
        judge(given, expect, f"{ARTICLE}.eval.{comparator}", hit_id, where, out=(workers[bad],), fits=workers[good])


@pytest.mark.verifies(*(f"{ARTICLE}.eval.{comparator}" for comparator in BASE))
def test_values_are_compared(given: Given, expect: Expect) -> None:
    judge_comparators(given, expect, BASE)


@pytest.mark.verifies(*(f"{ARTICLE}.eval.{comparator}" for comparator in NEW))
def test_values_are_compared_with_lists(given: Given, expect: Expect) -> None:
    judge_comparators(given, expect, NEW)


@pytest.mark.verifies(f"{ARTICLE}.eval.no-qualification")
def test_who_holds_nothing_meets_no_comparison(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    name = f"{ARTICLE}.eval.no-qualification"
    kept_out = not accepts(given, worker, hit(given, requires(type_id, "EqualTo", 10)))
    expect(name, kept_out, where="EqualTo 10", expected="the Worker cannot accept the HIT", actual="it was accepted")
    told = [requires(type_id, "NotEqualTo", 10)]
    if in_force(requester.version, SEVERAL_SINCE, None):
        told.append(requires(type_id, "NotIn", 10, 20))
    for one in told:
        found = "accepted" if accepts(given, worker, hit(given, one)) else "refused"
        expect.see(name, where=f"{one['Comparator']}, of a Worker without the Qualification", actual=found)


@pytest.mark.verifies(f"{ARTICLE}.Locale.eval-country", f"{ARTICLE}.locale-one-only")
def test_a_country_is_met_anywhere_in_it(given: Given, expect: Expect) -> None:
    inside, outside = given.workers.worker_in("US", "CA"), given.workers.worker_in("IN")
    hit_id = hit(given, requires_place("EqualTo", place("US")))
    judge(given, expect, f"{ARTICLE}.Locale.eval-country", hit_id, "EqualTo US", out=(outside,), fits=inside)
    both = create(given, requires_place("EqualTo", place("US")), requires_place("EqualTo", place("CA")))
    found = "accepted" if both.accepted and accepts(given, inside, hit_of(both)) else "refused"
    expect.see(f"{ARTICLE}.locale-one-only", where="EqualTo US and EqualTo CA, a Worker in US", actual=found)


@pytest.mark.verifies(f"{ARTICLE}.Locale.eval-subdivision")
def test_a_subdivision_is_met_in_it_alone(given: Given, expect: Expect) -> None:
    name = f"{ARTICLE}.Locale.eval-subdivision"
    state, other, abroad = (given.workers.worker_in(*one) for one in (("US", "PA"), ("US", "NY"), ("IN",)))
    hit_id = hit(given, requires_place("EqualTo", place("US", "PA")))
    judge(given, expect, name, hit_id, "EqualTo US-PA", out=(other, abroad), fits=state)
    for worker in (other, abroad):
        hit_id = hit(given, requires_place("NotEqualTo", place("US", "PA")))
        judge(given, expect, name, hit_id, "NotEqualTo US-PA", out=(state,), fits=worker)


@pytest.mark.verifies(f"{ARTICLE}.all-must-hold")
def test_all_requirements_have_to_be_met(given: Given, expect: Expect) -> None:
    types = [given.qualification_type() for _ in range(2)]
    first, second = (holder(given, type_id, 1) for type_id in types)
    both = holder(given, types[1], 1, holder(given, types[0], 1))
    hit_id = hit(given, *(requires(type_id, "Exists") for type_id in types))
    judge(given, expect, f"{ARTICLE}.all-must-hold", hit_id, "two requirements", out=(first, second), fits=both)


@pytest.mark.verifies(f"{ARTICLE}.RequiredToPreview.true", f"{ARTICLE}.RequiredToPreview.partial")
def test_what_is_required_to_preview(given: Given, expect: Expect) -> None:
    seen, worked = given.qualification_type(), given.qualification_type()
    hit_id = hit(given, requires(seen, "Exists", RequiredToPreview="true"), requires(worked, "Exists"))
    stranger, partly = given.workers.new_worker(), holder(given, seen, 1)
    expect(
        f"{ARTICLE}.RequiredToPreview.true",
        not sees(given, stranger, hit_id),
        where="RequiredToPreview=true",
        expected="a Worker without the Qualification is not shown the HIT",
        actual="it is shown",
    )
    shown_partly = given.settled(lambda: sees(given, partly, hit_id), bool)
    expect(
        f"{ARTICLE}.RequiredToPreview.partial",
        shown_partly and not accepts(given, partly, hit_id),
        where="a Worker who holds what is required to preview, and nothing else",
        expected="the HIT is shown, and cannot be accepted",
        actual="it could be accepted" if shown_partly else "it is not shown",
    )


@pytest.mark.verifies(f"{ARTICLE}.RequiredToPreview.default")
def test_a_preview_needs_nothing_by_default(given: Given, expect: Expect) -> None:
    hit_id = hit(given, requires(given.qualification_type(), "Exists"))
    told = [preview for *_, preview in shown(given, hit_id)]
    expect(
        f"{ARTICLE}.RequiredToPreview.default",
        set(told) <= {"", "false", "0"},
        where="GetHIT/QualificationRequirement/RequiredToPreview",
        expected="false, where it was left out",
        actual=", ".join(told),
    )
    expect(
        f"{ARTICLE}.RequiredToPreview.default",
        sees(given, given.workers.new_worker(), hit_id),
        where="a requirement without RequiredToPreview",
        expected="a Worker who does not meet it is shown the HIT",
        actual="it is not shown",
    )


@pytest.mark.verifies(f"{ARTICLE}.foreign-type")
def test_a_type_of_another_requester_can_be_required(second_requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    reply = create(given, requires(type_id, "Exists"), by=second_requester)
    expect(
        f"{ARTICLE}.foreign-type",
        reply.accepted,
        where="CreateHIT by another Requester",
        expected="success",
        actual=reply.summary,
    )
    if reply.accepted:
        fits, stranger = holder(given, type_id, 1), given.workers.new_worker()
        where = "a HIT that requires another Requester's type"
        judge(given, expect, f"{ARTICLE}.foreign-type", hit_of(reply), where, out=(stranger,), fits=fits)


@pytest.mark.verifies(f"{ARTICLE}.adult-flow")
def test_a_hit_for_adults_is_not_for_everyone(given: Given, expect: Expect) -> None:
    reply = create(given, requires(ADULT, "EqualTo", 1, RequiredToPreview="true"))
    kept_out = reply.accepted and not accepts(given, given.workers.new_worker(), hit_of(reply))
    expect(
        f"{ARTICLE}.adult-flow",
        kept_out,
        where="Worker_Adult EqualTo 1, RequiredToPreview=true",
        expected="the HIT is created, and a Worker who agreed to nothing cannot accept it",
        actual=f"{reply.summary}; the Worker could accept it" if reply.accepted else reply.summary,
    )


@pytest.mark.verifies(f"{ARTICLE}.updated-continuously")
def test_system_values_follow_what_happens(given: Given, expect: Expect) -> None:
    employer = Employer(given)
    worker = employer.approved().worker_id
    hit_id = hit(given, requires(NUMBER_APPROVED, "GreaterThan", 1))
    before = accepts(given, worker, hit_id)
    employer.approved(worker_id=worker)
    after = given.settled(lambda: accepts(given, worker, hit_id), bool)
    expect(
        f"{ARTICLE}.updated-continuously",
        not before and after,
        where="Worker_NumberHITsApproved GreaterThan 1",
        expected="a Worker with one approved assignment cannot accept the HIT, and can after a second approval",
        actual="accepted after the first approval" if before else "refused after the second",
    )


@pytest.mark.verifies(f"{ARTICLE}.system.approval-floor")
def test_a_new_worker_has_a_full_approval_rate(given: Given, expect: Expect) -> None:
    worker = Employer(given).rejected().worker_id
    hit_id = hit(given, requires(PERCENT_APPROVED, "GreaterThanOrEqualTo", 100))
    expect(
        f"{ARTICLE}.system.approval-floor",
        accepts(given, worker, hit_id),
        where="Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 100, one submission, which was rejected",
        expected="the Worker can accept the HIT",
        actual="the Worker is refused",
    )
