"""Nested values and the dotted names of the Query protocol."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire.flattening import MAX_DEPTH, FlatteningError, Values, flatten, unflatten
from conformance.wire.messages import HttpRequest
from conformance.wire.parameters import ParametersUnreadable, encode_parameters, read_parameters

VECTORS = json.loads((Path(__file__).parents[2] / "cases/vectors/query-strings.json").read_text("utf-8"))["vectors"]
READ = [pytest.param(vector, id=vector["name"]) for vector in VECTORS if "values" in vector]
REFUSED = [pytest.param(vector, id=vector["name"]) for vector in VECTORS if "refused" in vector]

NAMES = st.from_regex(r"[A-Za-z_é][A-Za-z0-9_é-]{0,5}", fullmatch=True)


def trees(occurrences: st.SearchStrategy[Any]) -> st.SearchStrategy[Values]:
    return st.dictionaries(NAMES, occurrences, min_size=1, max_size=3)


SCALARS = st.lists(st.text(), min_size=1, max_size=12)
TREES = st.recursive(
    trees(SCALARS), lambda inner: trees(SCALARS | st.lists(inner, min_size=1, max_size=3)), max_leaves=8
)


def pairs_of(vector: dict[str, Any]) -> list[tuple[str, str]]:
    url = f"http://127.0.0.1/?{vector.get('query', '')}"
    return read_parameters(HttpRequest(method="POST", url=url, body=vector.get("body", "").encode()))


@pytest.mark.parametrize("vector", READ)
def test_a_vector_is_read_as_its_tree(vector: dict[str, Any]) -> None:
    """Canonical or merely tolerated."""
    assert unflatten(pairs_of(vector)) == vector["values"]


@pytest.mark.parametrize("vector", READ)
def test_a_vectors_tree_is_written_in_the_canonical_form(vector: dict[str, Any]) -> None:
    """Exactly the vectors marked so are what `flatten` writes; the others come back as their tree all the same."""
    written = flatten(vector["values"])
    sent = "&".join(filter(None, (vector.get("query"), vector.get("body"))))
    assert (sorted(encode_parameters(written).split("&")) == sorted(sent.split("&"))) == vector["canonical"]
    assert unflatten(written) == vector["values"]


@pytest.mark.parametrize("vector", REFUSED)
def test_a_refused_vector_is_refused_for_its_reason(vector: dict[str, Any]) -> None:
    """Bytes that are no parameters, and parameters that are no tree, are told apart."""
    if vector["refused"] == "unreadable":
        with pytest.raises(ParametersUnreadable):
            pairs_of(vector)
    else:
        pairs = pairs_of(vector)
        with pytest.raises(FlatteningError):
            unflatten(pairs)


@given(tree=TREES, random=st.randoms(use_true_random=False))
def test_a_tree_survives_the_wire_in_any_order(tree: Values, random: Any) -> None:
    """Flattened, shuffled, encoded, read and gathered again, it is the same tree."""
    pairs = flatten(tree)
    random.shuffle(pairs)
    body = encode_parameters(pairs).encode()
    assert unflatten(read_parameters(HttpRequest(method="POST", url="/", body=body), max_pairs=len(pairs))) == tree


@given(pairs=st.lists(st.tuples(st.text(alphabet="AB.0129٣ ", max_size=9), st.sampled_from(["", "x"])), max_size=6))
def test_any_names_are_gathered_or_refused(pairs: list[tuple[str, str]]) -> None:
    """What is gathered loses no value, and can be written and gathered again."""
    try:
        tree = unflatten(pairs)
    except FlatteningError:
        return
    written = flatten(tree)
    assert sorted(value for _, value in written) == sorted(value for _, value in pairs)
    assert unflatten(written) == tree


def test_elements_keep_the_order_of_the_tree() -> None:
    """The order written is the order given, for traces that a person reads."""
    tree: Values = {"B": ["1"], "A": [{"D": ["2", "3"], "C": ["4"]}]}
    assert flatten(tree) == [("B", "1"), ("A.1.D.1", "2"), ("A.1.D.2", "3"), ("A.1.C", "4")]


def test_what_the_form_cannot_express_leaves_no_trace() -> None:
    """No occurrences, and structures with nothing in them."""
    assert flatten({"A": [], "B": [{}], "C": [{"D": []}]}) == []


@pytest.mark.parametrize("tree", [{"": ["x"]}, {"1": ["x"]}, {"A.B": ["x"]}, {"A": [{"2": ["x"]}]}, {"A": ["x", {}]}])
def test_a_tree_that_could_not_be_read_back_is_not_written(tree: Values) -> None:
    """Names with dots, numbers for names, text beside structures."""
    with pytest.raises(FlatteningError, match="cannot be flattened"):
        flatten(tree)


def test_an_error_names_the_parameter_as_sent() -> None:
    """The name and the reason stand apart, too, for a finding to quote."""
    with pytest.raises(FlatteningError, match=r"'Q\.2\.Value' is sent both") as refused:
        unflatten([("Q.1.Value", "a"), ("Q.2.Value.1.X", "b"), ("Q.2.Value", "c")])
    assert refused.value.name == "Q.2.Value"
    assert refused.value.reason.startswith("is sent both as a value and as a structure")


def test_nesting_is_limited() -> None:
    """A name of a million dots neither recurses nor is repeated in full."""
    deepest = ".1.".join(["A"] * MAX_DEPTH)
    assert flatten(unflatten([(deepest, "x")])) == [(deepest, "x")]
    for name in (f"{deepest}.1.A", "A." * 1_000_000 + "A"):
        with pytest.raises(FlatteningError, match="nested deeper than 32") as refused:
            unflatten([(name, "x")])
        assert len(str(refused.value)) < 200


def test_an_index_of_ten_thousand_digits_is_only_an_order() -> None:
    """No conversion to a number is tried, which Python would refuse."""
    assert unflatten([("A." + "9" * 10_000, "last"), ("A.2", "first")]) == {"A": ["first", "last"]}
