"""Replies as a service writes them, read back by the reader, and against the schema."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.bindings.elements import values_of
from conformance.bindings.query import ServiceError, read_answer
from conformance.bindings.replies import XML, access_refusal, front_end_refusal, operation_reply, write_reply
from conformance.spec.shapes import Shapes, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.strategies.text import texts
from conformance.wire.flattening import Values
from conformance.wire.messages import header

SHAPES = shapes_for(LATEST)
STAMP = "2014-08-15T10:00:00Z"
PLAIN = texts().map(str.strip)
ERRORS = st.lists(
    st.builds(
        ServiceError,
        code=PLAIN.filter(bool),
        message=PLAIN,
        place=st.just("Request"),
        data=st.lists(st.tuples(texts(), texts()), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=3,
)


def listed(*identifiers: str) -> Values:
    return {
        "NumResults": [str(len(identifiers))],
        "TotalNumResults": ["7"],
        "PageNumber": ["1"],
        "QualificationRequest": [
            {"QualificationRequestId": [one], "QualificationTypeId": ["T"], "SubjectId": ["W"], "SubmitTime": [STAMP]}
            for one in identifiers
        ],
    }


@given(identifiers=st.lists(texts(), max_size=4), request_id=PLAIN)
def test_a_reply_is_read_as_it_was_written(identifiers: list[str], request_id: str) -> None:
    """The values under the one result, IsValid beside them."""
    values = listed(*identifiers)
    answer = read_answer(write_reply(operation_reply(SHAPES, "GetQualificationRequests", request_id, values=values)))
    assert answer.accepted
    assert (answer.request_id or "", answer.is_valid) == (request_id, "True")
    found = values_of(answer.results[0])
    assert found.pop("Request") == [{"IsValid": ["True"]}]
    assert found == {name: occurrences for name, occurrences in values.items() if occurrences}


@given(errors=ERRORS)
def test_errors_are_read_as_they_were_written(errors: list[ServiceError]) -> None:
    """Under Request, with IsValid False."""
    answer = read_answer(write_reply(operation_reply(SHAPES, "GetAccountBalance", "r", errors=errors)))
    assert list(answer.errors) == errors
    assert (answer.is_valid, answer.accepted, answer.refused) == ("False", False, True)


@given(errors=ERRORS)
def test_an_access_refusal_has_no_result(errors: list[ServiceError]) -> None:
    """The errors stand under OperationRequest, beside the id."""
    answer = read_answer(write_reply(access_refusal("GetAccountBalance", "r", errors)))
    assert [(one.code, one.data, one.place) for one in answer.errors] == [
        (one.code, one.data, "OperationRequest") for one in errors
    ]
    assert answer.root is not None
    assert [child.tag for child in answer.root] == ["OperationRequest"]
    assert (answer.results, answer.request_id, answer.refused) == ((), "r", True)


def test_the_front_end_answers_in_a_root_of_its_own() -> None:
    """It knows no operation, and calls the id otherwise."""
    error = ServiceError(code="Forbidden", message="no longer", place="front end")
    reply = write_reply(front_end_refusal("R", error), status=403)
    assert reply.status == 403
    assert reply.body == (
        b'<?xml version="1.0"?>\n<Response><Errors><Error><Code>Forbidden</Code><Message>no longer</Message></Error>'
        b"</Errors><RequestID>R</RequestID></Response>"
    )
    answer = read_answer(reply)
    assert (answer.errors, answer.request_id) == ((error,), "R")


def test_a_reply_is_one_line_below_its_prologue() -> None:
    """As genuine replies are, in their type."""
    reply = write_reply(operation_reply(SHAPES, "RejectQualificationRequest", "r"))
    assert (reply.status, header(reply.headers, "Content-Type")) == (200, XML)
    assert reply.body == (
        b'<?xml version="1.0"?>\n<RejectQualificationRequestResponse><OperationRequest><RequestId>r</RequestId>'
        b"</OperationRequest><RejectQualificationRequestResult><Request><IsValid>True</IsValid></Request>"
        b"</RejectQualificationRequestResult></RejectQualificationRequestResponse>"
    )


def test_the_echo_repeats_the_parameters() -> None:
    """Between IsValid and the data, in the order of the request; what is no parameter is left out."""
    echo: Values = {
        "Unknown": ["x"],
        "Reason": ["<b> & é"],
        "QualificationRequestId": ["Q"],
        "ResponseGroup": ["Request"],
    }
    root = operation_reply(SHAPES, "RejectQualificationRequest", "r", echo=echo)
    request = root.find("RejectQualificationRequestResult/Request")
    assert request is not None
    assert [child.tag for child in request] == ["IsValid", "RejectQualificationRequestRequest"]
    assert [(node.tag, node.text) for node in request[1]] == [
        ("QualificationRequestId", "Q"),
        ("Reason", "<b> & é"),
        ("ResponseGroup", "Request"),
    ]
    assert not any(node.attrib for node in root.iter())


def test_structures_in_the_echo_carry_the_index_they_were_sent_with(tmp_path: Path) -> None:
    """As in genuine replies, where the index of the parameter became an attribute."""
    (tmp_path / "op.xsd").write_text(
        """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
        <xs:element name="Op"><xs:complexType/></xs:element>
        <xs:complexType name="OpRequest"><xs:sequence>
          <xs:element name="Name" type="xs:string"/>
          <xs:element name="Reward" type="Price" maxOccurs="unbounded"/>
        </xs:sequence></xs:complexType>
        <xs:complexType name="Price"><xs:sequence><xs:element name="Amount" type="xs:string"/></xs:sequence>
        </xs:complexType>
        <xs:group name="OpEcho"><xs:sequence><xs:element name="OpRequest" type="OpRequest"/></xs:sequence></xs:group>
        <xs:element name="OpResponse"><xs:complexType><xs:sequence><xs:element name="OpResult" type="OpResult"/>
        </xs:sequence></xs:complexType></xs:element>
        <xs:complexType name="OpResult"><xs:sequence/></xs:complexType>
        </xs:schema>""",
        "utf-8",
    )
    echo: Values = {"Name": ["n"], "Reward": [{"Amount": ["1"]}, {"Amount": ["2"]}]}
    root = operation_reply(Shapes(LATEST, tmp_path), "Op", "r", echo=echo)
    found = [(node.tag, dict(node.attrib)) for node in root.iterfind("OpResult/Request/OpRequest/*")]
    assert found == [("Name", {}), ("Reward", {"tag": "1"}), ("Reward", {"tag": "2"})]


def test_an_operation_without_a_slot_for_it_has_no_echo() -> None:
    """As the published schemas have it."""
    root = operation_reply(SHAPES, "GetQualificationScore", "r", echo={"SubjectId": ["W"]})
    assert root.find("Qualification/Request/GetQualificationScoreRequest") is None


@pytest.mark.parametrize("version", VERSIONS)
def test_every_reply_is_valid_in_its_version(version: str) -> None:
    """Success with an echo, and refusal at both places, of every operation."""
    shapes = shapes_for(version)
    error = ServiceError(code="C", message="m", place="Request", data=(("k", "v"),))
    for operation in shapes.operations:
        replies: list[etree._Element] = [
            operation_reply(shapes, operation, "r"),
            operation_reply(shapes, operation, "r", errors=[error]),
            access_refusal(operation, "r", [error]),
        ]
        for reply in replies:
            assert shapes.schema().validate(reply), f"{operation}: {shapes.schema().error_log}"


def test_values_that_the_result_does_not_know_are_a_fault_of_the_caller() -> None:
    """They would otherwise vanish."""
    with pytest.raises(KeyError, match="RejectQualificationRequestResult has no member Extra"):
        operation_reply(SHAPES, "RejectQualificationRequest", "r", values={"Extra": ["1"]})
