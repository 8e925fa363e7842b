"""Replies and calls by a seed: valid in every version, and with the envelope that genuine ones have."""

from typing import Any

import pytest
from lxml import etree

from conformance.bindings.elements import values_of
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.calls import write_values
from conformance.strategies.grammar import COUNTERS
from conformance.strategies.replies import OUTCOMES, write_reply
from conformance.wire.xml import serialise

LISTS = [
    operation
    for operation in shapes_for(LATEST).operations
    if (shape := shapes_for(LATEST).type(shapes_for(LATEST).operation(operation).result.type))
    and all(map(shape.element, COUNTERS))
]


@pytest.mark.parametrize("version", VERSIONS)
def test_calls_of_every_operation_survive_both_bindings(version: str, bench: Any) -> None:
    """Any that the schemas allow, and those that genuine clients send."""
    for genuine in (False, True):
        grammar = bench(version).grammar(genuine=genuine)
        for operation in bench(version).operations:
            for _ in range(3):
                bench(version).survives(operation, write_values(operation, grammar))


@pytest.mark.parametrize("version", VERSIONS)
def test_replies_of_every_operation_are_valid(version: str, bench: Any) -> None:
    """Whatever they say, with an echo or without."""
    grammar = bench(version).grammar()
    for operation in bench(version).operations:
        for number, outcome in enumerate(OUTCOMES * 2):
            echo = write_values(operation, grammar) if number % 2 else None
            reply = write_reply(operation, grammar, outcome=outcome, echo=echo)
            assert bench(version).is_valid(reply), etree.tostring(reply, pretty_print=True).decode()
            assert bench(version).found(operation, serialise(reply)) == []


def test_a_middle_version_is_valid_to_a_second_validator(bench: Any) -> None:
    """The one of which the oldest complete schema but one is known."""
    middle = bench("2012-03-25")
    for operation in middle.operations:
        assert middle.is_valid_twice(serialise(write_reply(operation, middle.grammar(2))))


@pytest.mark.parametrize("operation", shapes_for(LATEST).operations)
def test_the_outcome_is_told_where_genuine_replies_tell_it(operation: str, bench: Any) -> None:
    """A refusal in the Request of the result, without data; one of access without a result."""
    grammar = bench(LATEST).grammar(genuine=True)
    result = grammar.shapes.operation(operation).result.name
    success, refusal, access = (
        write_reply(operation, grammar, outcome=outcome) for outcome in ("success", "refusal", "access refusal")
    )
    assert success.findtext(f"{result}/Request/IsValid") == "True"
    assert success.find(".//Errors") is None
    assert refusal.findtext(f"{result}/Request/IsValid") == "False"
    assert [node.tag for node in refusal.find(result)] == ["Request"]
    assert refusal.find(f"{result}/Request/Errors/Error/Code") is not None
    assert [node.tag for node in access] == ["OperationRequest"]
    assert access.find("OperationRequest/Errors/Error/Code") is not None
    assert len(success.findtext("OperationRequest/RequestId", "")) == 36


@pytest.mark.parametrize("operation", LISTS)
def test_counters_come_in_every_order_and_agree_with_the_list(operation: str, bench: Any) -> None:
    """Any of the legal orders, whole or in part; genuine lists always count, and PageNumber comes last."""
    grammar, orders = bench(LATEST).grammar(), set()
    for _ in range(300):
        result = write_reply(operation, grammar).find(grammar.shapes.operation(operation).result.name)
        orders.add("".join(node.tag[0] for node in result if node.tag in COUNTERS))
        items = [node for node in result if node.tag not in (*COUNTERS, "Request")]
        assert result.findtext("NumResults") in (None, str(len(items)))
        assert int(result.findtext("TotalNumResults", "1000")) >= len(items)
    assert orders == {"", "N", "NT", "NP", "NTP", "NPT", "P", "PN", "PNT", "PT", "T", "TP"}
    genuine = bench(LATEST).grammar(genuine=True)
    for _ in range(10):
        result = write_reply(operation, genuine).find(grammar.shapes.operation(operation).result.name)
        assert [node.tag for node in result if node.tag in COUNTERS] == list(COUNTERS)


def test_every_optional_member_is_there_and_not_there(bench: Any) -> None:
    """Of the longest structure."""
    grammar, seen = bench(LATEST).grammar(), []
    for _ in range(60):
        seen += [{node.tag for node in hit} for hit in write_reply("GetHIT", grammar).findall("HIT")]
    names = {member.name for member in grammar.shapes.type("HIT").elements} - {"Request"}
    assert set().union(*seen) - {"Request"} == names
    assert set.intersection(*seen) == {"Request"}


def test_an_echo_repeats_the_parameters(bench: Any) -> None:
    """Structures carry their index, as in genuine replies, and only there."""
    for genuine in (True, False):
        grammar = bench(LATEST).grammar(genuine=genuine)
        values = {**write_values("GrantBonus", grammar)}
        echo = write_reply("GrantBonus", grammar, echo=values).find(".//Request/GrantBonusRequest")
        assert values_of(echo) == values
        assert dict(echo.find("BonusAmount").attrib) == ({"tag": "1"} if genuine else {})


def test_documents_in_one_element_belong_together(bench: Any) -> None:
    """In genuine messages: Test and Answer both or neither, and the answers are to the questions."""
    grammar, both = bench(LATEST).grammar(genuine=True), 0
    for _ in range(40):
        reply = write_reply("GetQualificationRequests", grammar)
        for request in reply.iter("QualificationRequest"):
            form, answers = request.findtext("Test"), request.findtext("Answer")
            assert (form is None) == (answers is None)
            if form is not None:
                both += 1
                names = [node.text for node in etree.fromstring(form).iter("{*}QuestionIdentifier")]
                answered = [node.text for node in etree.fromstring(answers).iter("{*}QuestionIdentifier")]
                assert set(answered) <= set(names)
    assert both > 10
