"""Drawn messages of every operation: the valid ones are valid and survive the wire, the faulty ones are found out."""

from typing import Any

import pytest
from hypothesis import find, given, settings

from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.faults import Fault
from conformance.strategies.messages import (
    NOT_IN_PARAMETERS,
    FaultyRequest,
    faulty_replies,
    faulty_requests,
    valid_replies,
    valid_requests,
)
from conformance.wire.flattening import Values, flatten

EVERY = [(version, operation) for version in (VERSIONS[0], LATEST) for operation in shapes_for(version).operations]
every_operation = pytest.mark.parametrize(("version", "operation"), EVERY)
few = settings(max_examples=8, deadline=None, database=None)


@every_operation
def test_drawn_calls_are_valid_and_survive_both_bindings(version: str, operation: str, bench: Any) -> None:
    """The schema of SOAP takes them, and both bindings give back the parameters that they carry."""

    @few
    @given(valid_requests(shapes_for(version), operation))
    def check(values: Values) -> None:
        bench(version).survives(operation, values)

    check()


@every_operation
def test_drawn_replies_are_valid(version: str, operation: str, bench: Any) -> None:
    """Two validators take them, and no check of shapes finds a fault."""

    @few
    @given(valid_replies(shapes_for(version), operation))
    def check(reply: bytes) -> None:
        assert bench(version).is_valid_twice(reply)
        assert bench(version).found(operation, reply) == []

    check()


@every_operation
def test_faulty_calls_are_refused(version: str, operation: str, bench: Any) -> None:
    """As the message that they are, and as the same parameters in SOAP where parameters can have the fault."""

    @few
    @given(faulty_requests(shapes_for(version), operation))
    def check(request: FaultyRequest) -> None:
        assert not bench(version).is_valid(request.call)
        if request.values is not None:
            assert not bench(version).is_valid_soap(bench(version).soap_call(operation, request.values))

    check()


@every_operation
def test_faulty_replies_are_found_out(version: str, operation: str, bench: Any) -> None:
    """Lxml refuses them, and exactly one finding names the place."""

    @few
    @given(faulty_replies(shapes_for(version), operation))
    def check(case: tuple[bytes, Fault]) -> None:
        bench(version).assert_found(operation, *case)

    check()


def test_ids_come_from_the_caller() -> None:
    """What an element refers to is one of the ids given for it; what none is given for is made up."""

    @few
    @given(valid_requests(shapes_for(LATEST), "GrantBonus", ids={"Worker": ["W1", "W2"]}))
    def check(values: Values) -> None:
        assert values["WorkerId"][0] in ("W1", "W2")
        assert len(values["AssignmentId"][0]) == 30

    check()


def test_messages_shrink_to_what_has_to_be_there() -> None:
    """What fails with any message is shown with the least of them."""
    shapes = shapes_for(LATEST)
    values = find(valid_requests(shapes, "GrantBonus"), lambda values: True, settings=few)
    assert flatten(values) == [
        ("WorkerId", "0" * 30),
        ("BonusAmount.1.Amount", "0.00"),
        ("BonusAmount.1.CurrencyCode", ""),
        ("AssignmentId", "0" * 30),
        ("Reason", ""),
    ]
    reply = find(valid_replies(shapes, "GrantBonus"), lambda reply: True, settings=few)
    assert reply.count(b"<") == 9  # the prologue, root, result, Request, IsValid


@settings(max_examples=60, deadline=None, database=None)
@given(faulty_requests(shapes_for(LATEST), "CreateHIT"))
def test_the_parameter_at_fault_is_named(request: FaultyRequest) -> None:
    """By its dotted name, under which it is sent unless it is what is missing; what only XML can say has no values."""
    if request.fault.kind in NOT_IN_PARAMETERS or (request.fault.kind == "empty structure" and request.parameter):
        assert request.values is None
    if request.values is None:
        assert request.fault.kind in (*NOT_IN_PARAMETERS, "empty structure", "missing", "child element")
        return
    sent = [name for name, _ in flatten(request.values)]
    if not request.parameter:
        assert (request.fault.kind, sent) == ("empty structure", [])
        return
    plain = request.parameter.removesuffix(".1")
    there = any(name in (request.parameter, plain) or name.startswith(f"{plain}.") for name in sent)
    assert there == (request.fault.kind != "missing"), (request.parameter, sent)
