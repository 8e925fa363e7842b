from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.parameters import Parameters, read_parameters
from conformance.reference.refusals import Refusal
from conformance.spec.shapes import TypeShape, shapes_for
from conformance.wire.flattening import Values

SHAPES = shapes_for("2014-08-15")
MISSING, RANGE = "AWS.MissingParameters", "AWS.ParameterOutOfRange"
ENUMERATED, INVALID = "AWS.InvalidEnumeratedParameter", "AWS.MechanicalTurk.InvalidParameterValue"


def shape(name: str) -> TypeShape:
    """Return the request type of an operation, or another type by name."""
    found = SHAPES.type(name)
    assert found is not None
    return found


def read(name: str, values: Values) -> Parameters:
    """Read parameters of a type."""
    return read_parameters(values, shape(name), SHAPES)


@pytest.mark.parametrize(
    ("operation", "values", "code", "name"),
    [
        ("GrantQualification", {}, MISSING, "QualificationRequestId"),
        ("GrantQualification", {"QualificationRequestId": [""]}, INVALID, "QualificationRequestId"),
        ("GrantQualification", {"QualificationRequestId": ["a", "b"]}, INVALID, "QualificationRequestId"),
        ("GrantQualification", {"QualificationRequestId": [{"X": ["a"]}]}, INVALID, "QualificationRequestId"),
        ("GetQualificationRequests", {"PageSize": ["0"]}, RANGE, "PageSize"),
        ("GetQualificationRequests", {"PageSize": ["101"]}, RANGE, "PageSize"),
        ("GetQualificationRequests", {"PageSize": ["x"]}, INVALID, "PageSize"),
        ("GetQualificationRequests", {"PageSize": ["1.5"]}, INVALID, "PageSize"),
        ("GetQualificationRequests", {"PageSize": ["1_0"]}, INVALID, "PageSize"),
        ("GetQualificationRequests", {"PageSize": ["\u0661"]}, INVALID, "PageSize"),
        ("GetQualificationRequests", {"PageNumber": ["0"]}, RANGE, "PageNumber"),
        ("GetQualificationRequests", {"PageNumber": ["2147483648"]}, RANGE, "PageNumber"),
        ("GetQualificationRequests", {"PageNumber": ["9" * 50_000]}, RANGE, "PageNumber"),
        ("GetQualificationRequests", {"SortDirection": ["up"]}, ENUMERATED, "SortDirection"),
        ("GetQualificationRequests", {"SortProperty": ["submittime"]}, ENUMERATED, "SortProperty"),
        ("CreateQualificationType", {"Name": ["n"], "Description": ["d" * 2001]}, INVALID, "Description"),
        ("CreateQualificationType", {"Name": ["n"], "Test": ["\u00e9" * 32768]}, INVALID, "Test"),
        ("CreateQualificationType", {"Name": ["n"], "AutoGranted": ["maybe"]}, INVALID, "AutoGranted"),
        ("CreateQualificationType", {"Name": ["n"], "RetryDelayInSeconds": ["-1"]}, RANGE, "RetryDelayInSeconds"),
    ],
)
def test_faults_are_told_with_code_and_name(operation: str, values: Values, code: str, name: str) -> None:
    """Each kind of fault has its code, and the data name the parameter."""
    with pytest.raises(Refusal) as caught:
        read(f"{operation}Request", values)
    (error,) = caught.value.errors
    assert (error.code, error.place) == (code, "Request")
    assert dict(error.data)["ParameterName"] == name
    assert len(str(error)) < 500


def test_all_faults_are_told_at_once() -> None:
    """A call with three faults gets three errors, in the order of the shape."""
    values: Values = {"SortDirection": ["up"], "PageSize": ["0"], "PageNumber": ["x"]}
    with pytest.raises(Refusal) as caught:
        read("GetQualificationRequestsRequest", values)
    assert [error.code for error in caught.value.errors] == [ENUMERATED, INVALID, RANGE]


def test_values_are_typed_and_defaults_filled_in() -> None:
    """Integers and booleans are read, what is absent has its default; only what was sent counts as sent."""
    sent: Values = {"QualificationTypeId": ["T"], "WorkerId": ["W"], "IntegerValue": [" -0007 "], "Foo": ["x"]}
    parameters = read("AssignQualificationRequest", sent)
    assert parameters.required("IntegerValue", int) == -7
    assert parameters.required("SendNotification", bool) is True
    assert parameters.optional("ResponseGroup", str) is None
    assert set(parameters.sent) == {"QualificationTypeId", "WorkerId", "IntegerValue"}


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("True", True), ("1", True), ("false", False), ("FALSE", False), ("0", False)]
)
def test_booleans_are_read_in_all_forms_that_clients_send(text: str, value: bool) -> None:
    """Digits, words, and Python's words."""
    values: Values = {"QualificationTypeId": ["T"], "WorkerId": ["W"], "SendNotification": [text]}
    assert read("AssignQualificationRequest", values).required("SendNotification", bool) is value


def test_structures_are_read_member_by_member() -> None:
    """A structure becomes parameters of its own; a text in its place, or a fault in it, is refused by its full name."""
    locale: Values = {"LocaleValue": [{"Country": ["US"], "Foo": ["x"]}]}
    parameters = read("Qualification", locale)
    assert parameters.sent == {"LocaleValue": [{"Country": ["US"]}]}
    assert parameters.required("LocaleValue", Parameters).required("Country", str) == "US"
    for values, name in (({"LocaleValue": ["US"]}, "LocaleValue"), ({"LocaleValue": [{"Country": ["A", "B"]}]}, None)):
        with pytest.raises(Refusal) as caught:
            read("Qualification", dict[str, Any](values))
        assert dict(caught.value.errors[0].data)["ParameterName"] == (name or "LocaleValue.Country")


def test_asking_for_another_type_is_an_error_of_the_handler() -> None:
    """A handler that mistakes a type, or takes an optional parameter for a required one, is told so."""
    parameters = read("GrantQualificationRequest", {"QualificationRequestId": ["R"]})
    with pytest.raises(TypeError, match="IntegerValue was read as int, not as str"):
        parameters.optional("IntegerValue", str)
    with pytest.raises(KeyError, match="Reason"):
        parameters.required("Reason", str)


@given(st.integers(min_value=-(2**31), max_value=2**31 - 1), st.integers(min_value=0, max_value=30))
def test_every_xs_int_is_read(number: int, zeros: int) -> None:
    """Signs and leading zeros do not matter."""
    text = f"{'-' if number < 0 else '+'}{'0' * zeros}{abs(number)}"
    values: Values = {"QualificationRequestId": ["R"], "IntegerValue": [text]}
    assert read("GrantQualificationRequest", values).required("IntegerValue", int) == number


@given(st.integers().filter(lambda number: not -(2**31) <= number < 2**31))
def test_integers_beyond_xs_int_are_out_of_range(number: int) -> None:
    """What does not fit is refused, however long."""
    with pytest.raises(Refusal) as caught:
        read("GrantQualificationRequest", {"QualificationRequestId": ["R"], "IntegerValue": [str(number)]})
    assert caught.value.errors[0].code == RANGE
