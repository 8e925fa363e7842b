"""Signatures, against values that other tools computed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire.signatures import sign, string_to_sign, string_to_sign_v1

VECTORS = json.loads((Path(__file__).parents[2] / "cases/vectors/signatures.json").read_text("utf-8"))["vectors"]
PAIRS = st.lists(st.tuples(st.text(), st.text()))


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in VECTORS])
def test_a_vector_is_signed_as_expected(vector: dict[str, Any]) -> None:
    """The text to sign and its signature, by either rule."""
    if vector["rule"] == "documented":
        text = string_to_sign(vector["service"], vector["operation"], vector["timestamp"])
    else:
        text = string_to_sign_v1((name, value) for name, value in vector["parameters"])
    assert text == vector["string_to_sign"]
    assert sign(vector["secret"], text) == vector["signature"]


def test_both_rules_have_at_least_six_vectors() -> None:
    """A file that lost its vectors would pass every other test."""
    rules = [vector["rule"] for vector in VECTORS]
    assert min(rules.count("documented"), rules.count("version-1")) >= 6
    assert len(rules) == rules.count("documented") + rules.count("version-1")


@given(pairs=PAIRS, signature=st.text())
def test_the_signature_itself_is_never_covered(pairs: list[tuple[str, str]], signature: str) -> None:
    """So a verifier can hand over all the parameters that it received."""
    covered = [pair for pair in pairs if pair[0] != "Signature"]
    assert string_to_sign_v1([*covered, ("Signature", signature)]) == string_to_sign_v1(covered)


@given(pairs=st.lists(st.tuples(st.text(), st.text()), unique_by=lambda pair: pair[0].lower()), random=st.randoms())
def test_the_order_sent_does_not_matter_where_names_differ(pairs: list[tuple[str, str]], random: Any) -> None:
    """Sender and receiver may hold the parameters in different orders."""
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert string_to_sign_v1(shuffled) == string_to_sign_v1(pairs)
