"""Faults planted by a seed: in every operation of every version, each kind where it can be, one at a time."""

from collections import Counter
from copy import deepcopy
from typing import Any

import pytest
from lxml import etree

from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.calls import write_call, write_values
from conformance.strategies.faults import Fault, places, spoil, spoilings
from conformance.strategies.grammar import Grammar
from conformance.strategies.replies import OUTCOMES, write_reply
from conformance.wire.xml import serialise

KINDS = {
    "missing",
    "unknown",
    "repeated",
    "order",
    "empty structure",
    "loose text",
    "child element",
    "wrong type",
    "empty value",
    "unknown value",
    "below minimum",
    "above maximum",
}
GRANT = """<GrantBonus><AWSAccessKeyId>A</AWSAccessKeyId><Timestamp>2014-08-15T10:00:00Z</Timestamp>
<Signature>s</Signature><Request><WorkerId>W</WorkerId><BonusAmount><Amount>1.00</Amount>
<CurrencyCode>USD</CurrencyCode></BonusAmount><AssignmentId>A</AssignmentId><Reason>R</Reason></Request></GrantBonus>"""


def spoilt_reply(operation: str, grammar: Grammar, number: int) -> tuple[bytes, Fault]:
    reply = write_reply(operation, grammar, outcome=OUTCOMES[number % len(OUTCOMES)])
    fault = spoil(list(places(reply, grammar.shapes)), grammar.shapes, grammar.choices)
    return serialise(reply), fault


@pytest.mark.parametrize("version", VERSIONS)
def test_spoilt_replies_of_every_operation_are_found_out(version: str, bench: Any) -> None:
    """Lxml refuses each, and exactly one finding names the place."""
    grammar = bench(version).grammar(3)
    for operation in bench(version).operations:
        for number in range(5):
            bench(version).assert_found(operation, *spoilt_reply(operation, grammar, number))


@pytest.mark.parametrize("version", VERSIONS)
def test_spoilt_calls_of_every_operation_are_refused(version: str, bench: Any) -> None:
    """And the fault lies below the Request."""
    grammar = bench(version).grammar(4)
    for operation in bench(version).operations:
        for _ in range(5):
            call = write_call(operation, grammar)
            parameters = [place for place in places(call, grammar.shapes) if "/Request[1]" in place.path]
            fault = spoil(parameters, grammar.shapes, grammar.choices)
            assert not bench(version).is_valid(call), fault
            assert fault.path.startswith(f"/{operation}/Request[1]")


def test_every_kind_of_fault_turns_up(bench: Any) -> None:
    """In calls there are texts too long besides, which no reply has a limit for."""
    grammar = bench(LATEST).grammar(5)
    replies: Counter[str] = Counter()
    for number in range(400):
        operation = grammar.choices.pick(grammar.shapes.operations)
        replies[spoilt_reply(operation, grammar, number)[1].kind] += 1
    assert set(replies) >= KINDS
    assert min(replies[kind] for kind in ("missing", "unknown", "repeated", "order")) >= 20
    found: set[str] = set()
    for _ in range(40):
        call = write_call("CreateHIT", grammar)
        found |= set(spoilings(list(places(call, grammar.shapes)), grammar.shapes, grammar.choices))
    assert found >= KINDS | {"too long"}


def described(markup: str) -> dict[str, list[str]]:
    """Return the paths at which each kind of fault could be planted."""
    shapes, root = shapes_for(LATEST), etree.fromstring(markup, etree.XMLParser(remove_blank_text=True))
    found = spoilings([place for place in places(root, shapes) if "Request" in place.path], shapes, None)  # type: ignore[arg-type]
    top = f"/{root.tag}/Request[1]"
    return {kind: [one.fault.path.removeprefix(top) for one in kinds] for kind, kinds in found.items()}


def test_the_faults_of_a_call_are_these() -> None:
    """At the Request, at the parameters, and at the members of the structure."""
    members = ["/WorkerId", "/BonusAmount", "/AssignmentId", "/Reason"]
    inner = ["/BonusAmount/Amount", "/BonusAmount/CurrencyCode"]
    scalars = ["/WorkerId", *inner, "/AssignmentId", "/Reason"]
    assert described(GRANT) == {
        "missing": [*members, *inner],
        "unknown": ["/Stranger", "/BonusAmount/Stranger"],
        "repeated": [f"{path}[2]" for path in (*members, *inner)],
        "order": ["/BonusAmount", "/AssignmentId", "/Reason", "/BonusAmount/CurrencyCode"],
        "empty structure": ["", "/BonusAmount"],
        "loose text": ["", "/BonusAmount"],
        "child element": scalars,
        "wrong type": ["/BonusAmount/Amount"],
        "empty value": ["/BonusAmount/Amount"],
    }


@pytest.mark.parametrize("counters", ["NTP", "NPT", "PNT"])
def test_no_legal_order_of_the_counters_is_a_fault(counters: str) -> None:
    """What is swapped must not be another of the orders in which lists come."""
    names = {"N": "NumResults", "T": "TotalNumResults", "P": "PageNumber"}
    inner = "".join(f"<{names[letter]}>1</{names[letter]}>" for letter in counters)
    markup = (
        "<GetBonusPaymentsResponse><GetBonusPaymentsResult><Request><IsValid>True</IsValid></Request>"
        f"{inner}<BonusPayment/></GetBonusPaymentsResult></GetBonusPaymentsResponse>"
    )
    shapes, root = shapes_for(LATEST), etree.fromstring(markup)
    for number in range(len(spoilings(list(places(root, shapes)), shapes, None)["order"])):  # type: ignore[arg-type]
        copy = deepcopy(root)
        spoiling = spoilings(list(places(copy, shapes)), shapes, None)["order"][number]  # type: ignore[arg-type]
        assert shapes.schema().validate(copy)
        spoiling.plant()
        assert not shapes.schema().validate(copy), etree.tostring(copy)


def test_the_echo_of_a_call_is_left_alone(bench: Any) -> None:
    """Nothing there is judged by its type, so a fault there would be nobody's."""
    grammar = bench(LATEST).grammar(6)
    for operation in ("CreateHIT", "GetAssignmentsForHIT", "GrantBonus"):
        reply = write_reply(operation, grammar, echo=write_values(operation, grammar))
        assert reply.find(f".//Request/{grammar.shapes.operation(operation).echo}") is not None
        inside = [place.path for place in places(reply, grammar.shapes) if "/Request/" in place.path]
        assert {path.rpartition("/")[2] for path in inside} == {"IsValid"}


def test_the_same_seed_plants_the_same_fault(bench: Any) -> None:
    """Whatever order sets and dictionaries have."""
    first, second = (
        [spoilt_reply("GetHIT", grammar, number) for number in range(10)]
        for grammar in (bench(LATEST).grammar(7), bench(LATEST).grammar(7))
    )
    assert first == second
