"""Calls and replies of the SOAP binding: written and read back, against vectors and against the schema."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.bindings import query
from conformance.bindings.query import Credentials, ServiceError
from conformance.bindings.replies import access_refusal, front_end_refusal, operation_reply, write_reply
from conformance.bindings.soap import FAULT, read_answer, read_call, sign_call, write_call
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.spec.wsdl import service_address
from conformance.strategies.messages import valid_requests
from conformance.strategies.text import texts
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse, header
from conformance.wire.soap import Fault, SoapRefused, unwrap, wrap, wrap_fault
from conformance.wire.xml import XmlRefused

VECTORS = json.loads((Path(__file__).parents[2] / "cases/vectors/soap.json").read_text("utf-8"))["vectors"]
READ = [pytest.param(vector, id=vector["name"]) for vector in VECTORS if "operation" in vector]
REFUSED = [pytest.param(vector, id=vector["name"]) for vector in VECTORS if "refused" in vector]
SIGNED = [pytest.param(vector, id=vector["name"]) for vector in VECTORS if "secret" in vector]
REQUESTER = Credentials(access_key_id="AKID", secret_key="a secret")
STAMP = "2014-08-15T10:00:00Z"
SHAPES = shapes_for(LATEST)
ERROR = ServiceError(code="AWS.X", message="m", place="Request", data=(("k", "v"),))


def call(operation: str = "GetAccountBalance", *requests: Values, **wire: Any) -> HttpRequest:
    options = {"url": "http://e.test/", "credentials": REQUESTER, "version": LATEST, "timestamp": STAMP}
    return write_call(operation, requests or ({},), **{**options, **wire})


def message_of(request: HttpRequest) -> etree._Element:
    message = unwrap(request.body)
    assert not isinstance(message, Fault)
    return message


def posted(vector: dict[str, Any]) -> HttpRequest:
    return HttpRequest(method="POST", url=vector.get("url", "/"), body=vector["body"].encode())


def reply(bare: etree._Element, status: int = 200, namespace: str = MESSAGE_NAMESPACE + LATEST) -> HttpResponse:
    """Return a reply that was built for Query as SOAP carries it."""
    for node in bare.iter():
        node.tag = f"{{{namespace}}}{node.tag}"
    return HttpResponse(status=status, body=wrap(bare))


@pytest.mark.parametrize("vector", READ)
def test_a_vector_is_read_as_it_says(vector: dict[str, Any]) -> None:
    """In any prefix and layout, with the members that are not the message's told apart."""
    read = read_call(posted(vector))
    assert (read.operation, read.version, read.service) == (vector["operation"], vector["version"], vector["service"])
    assert dict(read.common) == vector["common"]
    assert list(read.requests) == vector["requests"]


@pytest.mark.parametrize("vector", REFUSED)
def test_a_refused_vector_is_refused_for_its_reason(vector: dict[str, Any]) -> None:
    """What is no XML, and what is no SOAP message of one call."""
    with pytest.raises((XmlRefused, SoapRefused)) as refusal:
        read_call(posted(vector))
    assert refusal.value.kind == vector["refused"]


@pytest.mark.parametrize("vector", SIGNED)
def test_the_signature_of_a_vector_is_the_one_that_the_call_should_have(vector: dict[str, Any]) -> None:
    """Another tool computed it."""
    read = read_call(posted(vector))
    assert sign_call(read, vector["secret"]) == vector["common"]["Signature"]


@pytest.mark.parametrize("vector", SIGNED)
def test_what_a_vector_says_is_written_in_the_canonical_form(vector: dict[str, Any]) -> None:
    """Exactly the vectors marked so are what `write_call` writes, but for the names of prefixes."""
    common = vector["common"]
    written = write_call(
        vector["operation"],
        vector["requests"],
        url=vector["url"],
        version=vector["version"],
        credentials=Credentials(access_key_id=common["AWSAccessKeyId"], secret_key=vector["secret"]),
        timestamp=common["Timestamp"],
        common={name: text for name, text in common.items() if name in ("Validate", "Credential")},
    )
    forms = [etree.canonicalize(body, rewrite_prefixes=True) for body in (written.body.decode(), vector["body"])]
    assert (forms[0] == forms[1]) == vector["canonical"]


def test_there_are_enough_vectors_of_each_kind() -> None:
    """A file that lost them would pass every other test."""
    assert len(READ) >= 15
    assert len(REFUSED) >= 14
    assert sum(vector["canonical"] for vector in VECTORS if "operation" in vector) >= 8


OPERATIONS = {
    name: [version for version in VERSIONS if name in shapes_for(version).operations]
    for name in sorted({name for version in VERSIONS for name in shapes_for(version).operations})
}


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=15)
@given(data=st.data())
def test_a_call_is_valid_and_read_as_it_was_written(operation: str, data: st.DataObject) -> None:
    """In any version that has the operation, with several requests, whatever the order of their members."""
    version = data.draw(st.sampled_from(OPERATIONS[operation]))
    shapes = shapes_for(version)
    requests = data.draw(st.lists(valid_requests(shapes, operation), min_size=1, max_size=2))
    request = call(operation, *requests, version=version)
    schema = shapes.schema(MESSAGE_NAMESPACE + version)
    assert schema.validate(etree.fromstring(etree.tostring(message_of(request)))), schema.error_log
    read = read_call(request)
    assert (read.operation, read.version, read.requests) == (operation, version, tuple(requests))
    assert read.common == {"AWSAccessKeyId": "AKID", "Timestamp": STAMP, "Signature": sign_call(read, "a secret")}


def test_a_call_is_posted_as_the_published_interface_says() -> None:
    """The one SOAPAction in quotes, XML in UTF-8, the service in the URL."""
    request = call()
    assert (request.method, header(request.headers, "SOAPAction")) == ("POST", '"http://soap.amazon.com"')
    assert header(request.headers, "Content-Type") == "text/xml; charset=utf-8"
    assert request.url == "http://e.test/?Service=AWSMechanicalTurkRequester"
    assert request.body.startswith(b'<?xml version="1.0"?>\n<soap:Envelope ')


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://e.test", {"Service": "AWSMechanicalTurkRequester"}),
        ("http://e.test/soap?a=1#there", {"a": "1", "Service": "AWSMechanicalTurkRequester"}),
        ("http://e.test/?Service=Other", {"Service": "Other"}),
        (service_address(LATEST), {"Service": "AWSMechanicalTurkRequester"}),
    ],
)
def test_the_service_is_named_once_in_the_url(url: str, expected: dict[str, str]) -> None:
    """It is added where it is missing, and signed as the URL has it."""
    request = call(url=url)
    assert dict(parse_qsl(urlsplit(request.url).query)) == expected
    read = read_call(request)
    assert read.service == expected["Service"]
    assert read.common["Signature"] == query.sign_call(
        [("Service", expected["Service"]), ("Operation", "GetAccountBalance"), ("Timestamp", STAMP)], "a secret"
    )


def test_a_url_that_cannot_be_read_names_no_service() -> None:
    """The call is read all the same: its body says what is called."""
    read = read_call(HttpRequest(method="POST", url="/?Service=%ZZ", body=call().body))
    assert (read.service, read.operation) == (None, "GetAccountBalance")


@pytest.mark.parametrize("name", ["AWSAccessKeyId", "Timestamp", "Signature"])
def test_a_common_member_can_be_left_out(name: str) -> None:
    """The signature is that of an empty text in its place."""
    read = read_call(call(omit=(name,)))
    assert name not in read.common
    if name != "Signature":
        assert read.common["Signature"] == sign_call(read, "a secret")


def test_the_service_can_be_left_out_of_the_url() -> None:
    """The signature takes it for the usual one."""
    request = call(omit=["Service"])
    assert request.url == "http://e.test/"
    assert read_call(request).common["Signature"] == read_call(call()).common["Signature"]


def test_common_members_can_be_replaced_and_added() -> None:
    """Before signing, but for the signature itself; the order is that of the schema."""
    request = call(common={"Validate": "true", "Timestamp": "yesterday"})
    assert [etree.QName(node).localname for node in message_of(request)] == [
        "AWSAccessKeyId",
        "Timestamp",
        "Signature",
        "Validate",
        "Request",
    ]
    read = read_call(request)
    assert read.common["Timestamp"] == "yesterday"
    assert read.common["Signature"] == sign_call(read, "a secret")
    assert read_call(call(common={"Signature": "wrong"})).common["Signature"] == "wrong"


def test_a_wrong_call_can_be_written_to_see_it_refused() -> None:
    """Unknown members go behind the known ones, in the order given; the rest stays in its order."""
    wrong: Values = {"Zebra": ["1"], "{urn:x}Other": ["2"], "Reason": ["r", "s"], "WorkerId": [{"{}Deep": ["3"]}]}
    message = message_of(call("GrantBonus", wrong))
    request = message[-1]
    namespace = f"{{{MESSAGE_NAMESPACE}{LATEST}}}"
    assert [node.tag.replace(namespace, "") for node in request] == [
        "WorkerId",
        "Reason",
        "Reason",
        "Zebra",
        "{urn:x}Other",
    ]
    assert not SHAPES.schema(MESSAGE_NAMESPACE + LATEST).validate(message)
    assert read_call(call("GrantBonus", wrong)).requests == (wrong,)


def test_an_unknown_operation_of_an_unknown_version_is_written() -> None:
    """To see it refused."""
    read = read_call(call("NoSuchOperation", {"A": ["1"]}, version="1999-01-01"))
    assert (read.operation, read.version, read.requests) == ("NoSuchOperation", "1999-01-01", ({"A": ["1"]},))


@pytest.mark.parametrize("values", [{"Reason": ["\0"]}, {"no name": ["x"]}, {"{}": ["x"]}, {"": ["x"]}])
def test_what_xml_cannot_hold_is_not_written(values: Values) -> None:
    """Control characters, names that are none."""
    with pytest.raises(ValueError, match=r"XML compatible|Invalid tag name|Empty tag name"):
        call("GrantBonus", values)


def test_a_structure_with_nothing_in_it_is_read_as_an_empty_text() -> None:
    """The elements are the same; a request is a structure always."""
    assert read_call(call("GrantBonus", {"BonusAmount": [{}]})).requests == ({"BonusAmount": [""]},)
    assert read_call(call("GetAccountBalance", {})).requests == ({},)


@pytest.mark.parametrize("version", VERSIONS)
def test_replies_are_read_as_those_of_query(version: str) -> None:
    """Success, and errors at both places, of every operation: the same answer but for the status of the tree."""
    shapes, namespace = shapes_for(version), MESSAGE_NAMESPACE + version
    for operation in shapes.operations:
        for build in (
            lambda name: operation_reply(shapes, name, "r"),
            lambda name: operation_reply(shapes, name, "r", errors=[ERROR]),
            lambda name: access_refusal(name, "r", [ERROR]),
        ):
            answer, twin = (
                read_answer(reply(build(operation), namespace=namespace)),
                query.read_answer(write_reply(build(operation))),
            )
            assert answer.root is not None
            assert twin.root is not None
            assert etree.tostring(answer.root) == etree.tostring(twin.root)
            assert (answer.errors, answer.request_id, answer.accepted) == (twin.errors, "r", twin.accepted)


def test_each_request_has_its_result() -> None:
    """A batch: the answer holds them in the order of the reply, with the errors of all."""
    root = operation_reply(SHAPES, "GetQualificationType", "r", values={"QualificationTypeId": ["Q1"]})
    root.append(operation_reply(SHAPES, "GetQualificationType", "r", errors=[ERROR])[1])
    answer = read_answer(reply(root))
    assert [result.findtext("Request/IsValid") for result in answer.results] == ["True", "False"]
    assert answer.errors == (ERROR,)
    assert answer.text("QualificationTypeId") == "Q1"


def test_a_reply_of_another_style_is_read() -> None:
    """The envelope's namespace as the default, the message's by a prefix, indented, with declarations of no use."""
    namespace = MESSAGE_NAMESPACE + "2012-03-25"
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
    <Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="{namespace}"><Body>
      <m:GetAccountBalanceResponse xmlns:soap11="http://schemas.xmlsoap.org/soap/envelope/">
        <m:OperationRequest><m:RequestId>r</m:RequestId></m:OperationRequest>
        <m:GetAccountBalanceResult xmlns="urn:unused"><m:Request><m:IsValid>True</m:IsValid></m:Request>
          <m:AvailableBalance><m:Amount>1.00</m:Amount></m:AvailableBalance></m:GetAccountBalanceResult>
      </m:GetAccountBalanceResponse></Body></Envelope>""".replace("\n    ", "\n").strip()
    answer = read_answer(HttpResponse(status=200, body=body.encode()))
    assert (answer.accepted, answer.request_id, answer.summary) == (True, "r", "success")
    assert answer.text("AvailableBalance/Amount") == "1.00"


def test_a_fault_is_an_error_of_its_own_place() -> None:
    """The services' clients meet it with HTTP 500 and 503."""
    body = wrap_fault(Fault(code="Server", message="try again"))
    answer = read_answer(HttpResponse(status=503, body=body))
    assert answer.errors == (ServiceError(code="Server", message="try again", place=FAULT),)
    assert (answer.accepted, answer.refused, answer.root, answer.results) == (False, True, None, ())
    assert answer.summary == "HTTP 503, error Server: try again"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not a SOAP reply (empty:"),
        (b"<html>no</html>", "not a SOAP reply (not an envelope:"),
        (b"<GetAccountBalanceResponse/>", "it begins '<GetAccountBalanceResponse/>')"),
        (wrap(etree.Element("{urn:x}GetAccountBalanceResponse")), "no message of the API in its Body, but {urn:x}Get"),
    ],
)
def test_what_is_no_reply_is_told_and_not_raised(body: bytes, told: str) -> None:
    """The front end's own pages among it."""
    answer = read_answer(HttpResponse(status=500, body=body))
    assert told in answer.summary
    assert not answer.accepted


def test_the_front_ends_reply_in_an_envelope_is_read() -> None:
    """Its errors are at their own place, whatever carries them."""
    error = ServiceError(code="Forbidden", message="no longer", place="front end")
    answer = read_answer(HttpResponse(status=403, body=wrap(front_end_refusal("R", error))))
    assert (answer.errors, answer.request_id) == ((error,), "R")


@given(text=texts())
def test_texts_of_replies_arrive(text: str) -> None:
    """Line ends, markup and all."""
    bare = operation_reply(SHAPES, "GetHIT", "r", values={"Title": [text]})
    assert (read_answer(reply(bare)).text("Title") or "") == text
