"""Order and values of single elements, against the compiled schema of the whole reply."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.spec.annotated_xsd import XS
from conformance.spec.fitting import in_order, is_value
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS

SHAPES = shapes_for(LATEST)
REQUIRED = ("QualificationRequestId", "QualificationTypeId", "SubjectId", "SubmitTime")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_complex_type_is_in_its_own_order(version: str) -> None:
    """So each type can be asked for, in every version."""
    shapes = shapes_for(version)
    for shape in shapes.complex_types():
        names = [member.name for member in shape.elements]
        assert in_order(shapes, shape.name, names), shape.name
        assert len(names) < 2 or not in_order(shapes, shape.name, [*names, names[0]]), shape.name


@pytest.mark.parametrize("version", VERSIONS)
def test_no_type_shares_its_name_with_a_global_element(version: str) -> None:
    """Each type is looked for under its own name, so two of one name would hide one another."""
    names = [node.get("name") for node in shapes_for(version).document() if node.tag != f"{XS}group"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("order", list(permutations(REQUIRED)), ids=" ".join)
def test_the_order_is_that_of_the_whole_schema(order: tuple[str, ...]) -> None:
    """Judged alone, or in a whole reply by the schema: the same."""
    root = etree.Element("GetQualificationRequestsResponse")
    request = etree.SubElement(etree.SubElement(root, "GetQualificationRequestsResult"), "QualificationRequest")
    for name in order:
        etree.SubElement(request, name).text = "2014-01-01T00:00:00Z"
    assert in_order(SHAPES, "QualificationRequest", order) == SHAPES.schema().validate(root) == (order == REQUIRED)


@given(number=st.integers(0, 50))
def test_what_may_repeat_may_repeat_without_end(number: int) -> None:
    """A long list costs no more than a short one."""
    names = ["Request", "NumResults", *["QualificationRequest"] * number]
    assert in_order(SHAPES, "GetQualificationRequestsResult", names)
    assert not in_order(SHAPES, "GetQualificationRequestsResult", [*names, "QualificationRequest", "PageNumber"])


@pytest.mark.parametrize(
    ("type_name", "good", "bad"),
    [
        ("xs:int", ["1", "-1", "+1", " 1\n", "2147483647"], ["", "x", "1.0", "2147483648", "1 2"]),
        ("xs:boolean", ["0", "1", "true", "false"], ["True", "yes", ""]),
        ("xs:dateTime", [" 2014-01-01T00:00:00Z\n", "2014-01-01T00:00:00.000-07:00"], ["2014-01-01", "now"]),
        ("xs:decimal", ["0.10", "5"], ["$5", "1e3"]),
        ("xs:string", ["", "anything"], []),
        ("QualificationStatus", ["Granted", "Revoked"], ["granted", "", "Pending"]),
        ("PageNumber", ["1"], ["0", "-1"]),
        ("Description", ["", "x" * 2000, "😀" * 2000], ["x" * 2001, " " * 2001]),
    ],
)
def test_a_value_is_judged_by_its_type(type_name: str, good: list[str], bad: list[str]) -> None:
    """Built-in types and those of the schema; white space around is collapsed where the type says so."""
    assert [text for text in good if not is_value(SHAPES, type_name, text)] == []
    assert [text for text in bad if is_value(SHAPES, type_name, text)] == []
