"""Strategies of parameter values: valid by the schema, and unharmed by the Query binding."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.bindings.elements import append_values
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.values import request_values, simple_values
from conformance.wire.flattening import flatten, unflatten

OPERATIONS = shapes_for(LATEST).operations


@pytest.mark.parametrize("version", [VERSIONS[0], LATEST])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_drawn_values_are_valid_and_survive_the_query_binding(operation: str, version: str) -> None:
    """Every drawn call passes the compiled schema, and flattening it and back changes nothing."""
    shapes = shapes_for(version)

    @settings(max_examples=20, deadline=None, database=None)
    @given(request_values(shapes, operation))
    def check(values: dict[str, list[object]]) -> None:
        call = etree.Element(operation)
        for name, text in (("AWSAccessKeyId", "A"), ("Timestamp", "2014-08-15T00:00:00Z"), ("Signature", "s")):
            etree.SubElement(call, name).text = text
        append_values(etree.SubElement(call, "Request"), f"{operation}Request", values, shapes)
        schema = shapes.schema()
        assert schema.validate(call), schema.error_log
        assert unflatten(flatten(values)) == values

    check()


@given(st.data())
def test_whole_numbers_stay_in_their_range(data: st.DataObject) -> None:
    """A page size is drawn from 1 to 100, both ends included."""
    page_size = shapes_for(LATEST).simple("PageSize100")
    assert page_size is not None
    assert 1 <= int(data.draw(simple_values(page_size))) <= 100


def test_ids_come_from_the_caller() -> None:
    """What an element refers to is drawn from the ids given for it."""
    strategy = request_values(shapes_for(LATEST), "GetQualificationType", ids={"QualificationType": st.just("T1")})

    @settings(max_examples=5, database=None)
    @given(strategy)
    def check(values: dict[str, list[object]]) -> None:
        assert values["QualificationTypeId"] == ["T1"]

    check()
