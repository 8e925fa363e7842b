"""Identifiers that have no legal form in 2017-01-17: refused, whatever is looked up by them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from conformance.checks.expectation import Expect
from conformance.spec.requirements import requirements
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import DISPOSE, GET, UPDATE
from conformance.suites.qualifications import ASSIGN, HELD, REQUESTS, REVOKE, SCORE, holder, named
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.requester import Requester

TYPE = "QualificationTypeId"
TOO_LONG = "A" * 65


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """An operation and the parameter whose form is judged; ``spoil`` makes the ids without a form of a good one."""

    operation: str
    parameter: str
    spoil: Callable[[str], tuple[str, ...]]


def spoiled(identifier: str) -> tuple[str, ...]:
    """Return what looks like an id and has characters or a length that ids do not have."""
    return identifier.lower(), f"{identifier[:4]}-{identifier[4:]}", "", TOO_LONG


def spoiled_worker(identifier: str) -> tuple[str, ...]:
    """Return the same of the id of a Worker, which begins with A besides."""
    return (*spoiled(identifier), f"B{identifier[1:]}")


IDENTIFIED = (
    *(
        Identified(operation=operation, parameter=TYPE, spoil=spoiled)
        for operation in (UPDATE, GET, DISPOSE, REQUESTS, HELD, ASSIGN, REVOKE, SCORE)
    ),
    Identified(operation=ASSIGN, parameter="WorkerId", spoil=spoiled_worker),
    Identified(operation=REVOKE, parameter="SubjectId", spoil=spoiled_worker),
    Identified(operation=SCORE, parameter="SubjectId", spoil=spoiled_worker),
)


def identified(version: str) -> Iterator[Row]:
    """Yield the parameters whose form a version speaks of."""
    for one in IDENTIFIED:
        name = f"{one.operation}.{one.parameter}.form"
        if requirements()[name].holds_in(version):
            yield Row(id=name, verifies=(name,), value=one)


@pytest.mark.each(rows=identified)
def test_identifiers_have_a_form(row: Row, requester: Requester, given: Given, expect: Expect) -> None:
    """The rest of the call is good, so that nothing else is in its way."""
    one: Identified = row.value
    values = good_values(given, one)
    good = values[one.parameter]
    for bad in one.spoil(good):
        if bad == good:
            continue  # an id without a letter has no small ones
        reply = requester.call(one.operation, {**values, one.parameter: bad})
        expect(
            row.id,
            is_refusal(reply),
            where=f"{one.parameter}={bad or 'nothing'}",
            expected="an error",
            actual=reply.summary,
        )


def good_values(given: Given, one: Identified) -> dict[str, str]:
    """Return the parameters of a good call of an operation on a type of its own."""
    type_id = given.qualification_type()
    if one.operation in (REVOKE, SCORE):
        return named(type_id, holder(given, type_id))
    values = {TYPE: type_id}
    if one.operation == UPDATE:
        values["Description"] = given.name("text")
    return values | ({"WorkerId": given.workers.new_worker()} if one.operation == ASSIGN else {})
