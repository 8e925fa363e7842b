"""Calls and replies of the Query binding: written and read back, in all their variants."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.bindings.query import (
    COMMON_PARAMETERS,
    FORM,
    MAX_ERRORS,
    SERVICE,
    Credentials,
    read_answer,
    read_call,
    sign_call,
    write_call,
)
from conformance.spec.shapes import MESSAGE_NAMESPACE
from conformance.wire.flattening import FlatteningError, Values
from conformance.wire.messages import HttpRequest, HttpResponse, header
from conformance.wire.parameters import ParametersUnreadable

VECTORS = json.loads((Path(__file__).parents[2] / "cases/vectors/signatures.json").read_text("utf-8"))["vectors"]
REQUESTER = Credentials(access_key_id="AKID", secret_key="a secret")
STAMP = "2014-08-15T10:00:00Z"

NAMES = st.from_regex(r"[A-Z][A-Za-z]{0,8}", fullmatch=True).filter(lambda name: name not in COMMON_PARAMETERS)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
SCALARS = st.lists(TEXTS, min_size=1, max_size=4)
TREES = st.recursive(
    st.dictionaries(NAMES, SCALARS, min_size=1, max_size=3),
    lambda inner: st.dictionaries(NAMES, SCALARS | st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=3),
    max_leaves=6,
)


def call(operation: str = "GetAccountBalance", values: Values | None = None, **wire: Any) -> HttpRequest:
    options = {"url": "http://endpoint.test/", "credentials": REQUESTER, "version": "2014-08-15", "timestamp": STAMP}
    return write_call(operation, values or {}, **{**options, **wire})


def sent(request: HttpRequest) -> dict[str, str]:
    """Return the parameters of a request, read by other people's code."""
    text = urlsplit(request.url).query if request.method == "GET" else request.body.decode("ascii")
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def reply(body: str, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=body.encode())


@given(
    values=TREES | st.just({}),
    method=st.sampled_from(["GET", "POST"]),
    signing=st.sampled_from(["documented", "version-1"]),
)
def test_a_call_is_read_as_it_was_written(values: Values, method: str, signing: str) -> None:
    """Whatever the values, the method and the way of signing."""
    read = read_call(call("SomeOperation", values, method=method, signing=signing))
    assert read.values == values
    assert (read.operation, read.version) == ("SomeOperation", "2014-08-15")
    assert read.common["Signature"] == sign_call(read.pairs, REQUESTER.secret_key)


@given(text=TEXTS)
@example(text="a b+c%20d&e=f;g?h#i/é漢😀\r\n\x00")
def test_other_people_read_the_same(text: str) -> None:
    """The parameters are decoded by the standard library as they are by the kit, in the URL and in the body."""
    for method in ("GET", "POST"):
        assert sent(call(values={"Reason": [text]}, method=method))["Reason"] == text


def test_by_post_the_parameters_are_a_form() -> None:
    """In the body, with its type; the URL is left as it is."""
    request = call(url="http://endpoint.test/path?Fixed=1")
    assert (request.method, request.url) == ("POST", "http://endpoint.test/path?Fixed=1")
    assert header(request.headers, "content-type") == FORM
    assert sent(request)["Operation"] == "GetAccountBalance"


@pytest.mark.parametrize(
    ("url", "start"), [("http://e.test/", "http://e.test/?"), ("http://e.test/?Fixed=1", "http://e.test/?Fixed=1&")]
)
def test_by_get_the_parameters_are_the_query(url: str, start: str) -> None:
    """Behind those that the URL has already; there is no body."""
    request = call(url=url, method="GET")
    assert request.url.startswith(start)
    assert (request.body, request.headers) == (b"", ())
    assert sent(request)["Service"] == SERVICE


def test_the_common_parameters_are_those_documented() -> None:
    """And no more of them."""
    assert sent(call()) == {
        "Service": SERVICE,
        "AWSAccessKeyId": "AKID",
        "Version": "2014-08-15",
        "Operation": "GetAccountBalance",
        "Timestamp": STAMP,
        "Signature": sign_call([("Operation", "GetAccountBalance"), ("Timestamp", STAMP)], "a secret"),
    }


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["rule"] == "documented"], ids=lambda v: v["name"])
def test_a_call_is_signed_by_the_documented_rule(vector: dict[str, Any]) -> None:
    """Service, Operation and Timestamp as they are sent: vectors that other tools computed."""
    request = call(
        vector["operation"],
        {"Uncovered": ["by this signature"]},
        credentials=Credentials(access_key_id="AKID", secret_key=vector["secret"]),
        timestamp=vector["timestamp"],
        common={"Service": vector["service"]},
    )
    assert sent(request)["Signature"] == vector["signature"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["rule"] == "version-1"], ids=lambda v: v["name"])
def test_a_call_is_signed_by_version_1_where_it_says_so(vector: dict[str, Any]) -> None:
    """All parameters, as they are sent: vectors that other tools computed."""
    assert dict(vector["parameters"])["SignatureVersion"] == "1"
    assert sign_call(map(tuple, vector["parameters"]), vector["secret"]) == vector["signature"]


def test_a_call_of_version_1_covers_all_that_it_sends() -> None:
    """The service verifies by what it reads."""
    request = call(values={"Reward": [{"Amount": ["1"]}], "B": ["é", "2"]}, signing="version-1")
    pairs = list(sent(request).items())
    assert sent(request)["SignatureVersion"] == "1"
    assert sent(request)["Signature"] == sign_call(pairs, "a secret") != sign_call(pairs[:5], "a secret")


@given(name=st.sampled_from(["Service", "Version", "Operation", "Timestamp", "AWSAccessKeyId"]), text=TEXTS)
def test_a_common_parameter_can_be_replaced(name: str, text: str) -> None:
    """It is replaced before signing, so only the content is at fault."""
    parameters = sent(call(common={name: text}))
    assert parameters[name] == text
    assert parameters["Signature"] == sign_call(list(parameters.items()), "a secret")


def test_a_signature_that_is_given_is_sent() -> None:
    """To see a wrong one refused."""
    assert sent(call(common={"Signature": "wrong"}))["Signature"] == "wrong"


@pytest.mark.parametrize("name", ["Service", "Version", "Operation", "Timestamp", "AWSAccessKeyId", "Signature"])
def test_a_common_parameter_can_be_left_out(name: str) -> None:
    """The signature is that of an empty text in its place."""
    parameters = sent(call(omit=(name,)))
    assert name not in parameters
    if name == "Timestamp":
        assert parameters["Signature"] == sign_call([("Operation", "GetAccountBalance")], "a secret")


def test_own_parameters_can_be_left_out() -> None:
    """By the name that they travel under."""
    parameters = sent(call(values={"A": ["1"], "B": [{"C": ["2"], "D": ["3"]}]}, omit=("A", "B.1.C")))
    assert {"A", "B.1.C"}.isdisjoint(parameters)
    assert parameters["B.1.D"] == "3"


def test_action_is_another_name_of_operation() -> None:
    """The service knew it; Operation goes first."""
    request = HttpRequest(method="GET", url="/?Action=GetHIT&HITId=1")
    assert read_call(request).operation == "GetHIT"
    assert read_call(HttpRequest(method="GET", url="/?Action=A&Operation=B")).operation == "B"
    assert read_call(HttpRequest(method="GET", url="/?HITId=1")).operation is None


def test_of_a_common_parameter_sent_twice_the_first_counts() -> None:
    """For reading and for signing alike."""
    request = HttpRequest(method="POST", url="/?Operation=A", body=b"Operation=B&Timestamp=1&Timestamp=2")
    assert read_call(request).common == {"Operation": "A", "Timestamp": "1"}
    pairs = [("Operation", "A"), ("Operation", "B"), ("Timestamp", "1"), ("Timestamp", "2")]
    assert sign_call(pairs, "s") == sign_call([("Operation", "A"), ("Timestamp", "1")], "s")


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("", ()),
        ("ResponseGroup=", ()),
        ("ResponseGroup=Request", ("Request",)),
        ("ResponseGroup.1=Minimal&&ResponseGroup.2=Request", ("Minimal", "Request")),
        ("ResponseGroup.1.Odd=x", ()),
    ],
)
def test_response_groups_are_read_in_their_variants(text: str, groups: tuple[str, ...]) -> None:
    """As clients send them; an empty one asks for nothing."""
    assert read_call(HttpRequest(method="GET", url=f"/?{text}")).response_groups == groups


@pytest.mark.parametrize(("text", "kind"), [("Reason=%FF", ParametersUnreadable), ("A.0=1", FlatteningError)])
def test_a_call_that_cannot_be_read_raises(text: str, kind: type[ValueError]) -> None:
    """Both are ValueErrors, so that one clause catches them."""
    with pytest.raises(kind):
        read_call(HttpRequest(method="GET", url=f"/?{text}"))


def test_credentials_do_not_show_the_secret() -> None:
    """They end up in messages and logs."""
    assert "a secret" not in repr(REQUESTER)


def test_a_success_is_read() -> None:
    """Result, id and texts below the result."""
    answer = read_answer(
        reply(
            '<?xml version="1.0"?>\n<AResponse><OperationRequest><RequestId>r</RequestId></OperationRequest>'
            "<AResult><Request><IsValid>True</IsValid></Request><B><C>1</C></B><D/></AResult></AResponse>"
        )
    )
    assert (answer.accepted, answer.refused, answer.errors, answer.unreadable) == (True, False, (), None)
    assert (answer.request_id, answer.is_valid, answer.summary) == ("r", "True", "success")
    assert [answer.text(path) for path in ("B/C", "D", "E")] == ["1", "", None]


ERRORS = (
    "<Errors><Error><Code> A.B </Code><Message>m (1 s)</Message>"
    "<Data><Key>k</Key><Value>1</Value></Data><Data><Key>k</Key><Value>1</Value></Data><Data/></Error>"
    "<Error><Code>C</Code></Error></Errors>"
)


ACCESS = f"<OperationRequest><RequestId>r</RequestId>{ERRORS}</OperationRequest>"
REFUSED = f"<AResult><Request><IsValid>False</IsValid>{ERRORS}</Request></AResult>"


@pytest.mark.parametrize(
    ("body", "status", "place", "request_id"),
    [
        (f"<AResponse>{ACCESS}</AResponse>", 200, "OperationRequest", "r"),
        (f"<AResponse>{REFUSED}</AResponse>", 200, "Request", None),
        (f"<Response>{ERRORS}<RequestID>R</RequestID></Response>", 400, "front end", "R"),
        (f"<Response>{ERRORS}</Response>", 403, "front end", None),
    ],
    ids=["access", "operation", "front end", "front end without id"],
)
def test_errors_are_found_at_their_three_places(body: str, status: int, place: str, request_id: str | None) -> None:
    """With code, message and all their data, the doubled ones too."""
    answer = read_answer(reply(body, status))
    assert (answer.accepted, answer.refused, answer.request_id) == (False, True, request_id)
    first, second = answer.errors
    assert (first.code, first.message, first.place) == ("A.B", "m (1 s)", place)
    assert first.data == (("k", "1"), ("k", "1"), ("", ""))
    assert (str(first), str(second)) == ("A.B: m (1 s)", "C")
    assert answer.summary == f"HTTP {status}, error A.B: m (1 s)"


@pytest.mark.parametrize(
    ("body", "status", "summary"),
    [
        ("<AResponse/>", 200, "HTTP 200, AResponse without result and without error"),
        ("<AResponse><OperationRequest/></AResponse>", 200, "HTTP 200, AResponse without result and without error"),
        ("<AResponse><AResult/></AResponse>", 500, "HTTP 500, AResponse without result and without error"),
        ("<html><head/><body/></html>", 200, "HTTP 200, html in the place of a reply"),
        ("<AResult><Request/></AResult>", 200, "HTTP 200, AResult in the place of a reply"),
        (f"<AResponse>{ERRORS}</AResponse>", 200, "HTTP 200, AResponse without result and without error"),
        (
            "<AResponse><AResult><Request><IsValid> false</IsValid></Request></AResult></AResponse>",
            200,
            "HTTP 200, AResponse without result and without error",
        ),
    ],
    ids=["bare root", "no result", "status", "a page", "a fragment", "errors at no known place", "not valid"],
)
def test_what_is_neither_success_nor_error_is_neither(body: str, status: int, summary: str) -> None:
    """Nothing passes for an accepted call by accident, nor for a refused one."""
    answer = read_answer(reply(body, status))
    assert (answer.accepted, answer.refused, answer.summary) == (False, False, summary)


def test_an_error_without_a_code_is_no_refusal_and_no_success() -> None:
    """A code is what a client goes by."""
    answer = read_answer(
        reply("<AResponse><AResult><Request><Errors><Error/></Errors></Request></AResult></AResponse>")
    )
    assert (answer.accepted, answer.refused) == (False, False)


@pytest.mark.parametrize("version", ["2005-10-01", "2014-08-15"])
def test_a_reply_in_the_namespace_of_a_version_reads_alike(version: str) -> None:
    """Replies of Query have none, those of SOAP have it."""
    body = "<AResponse{}><OperationRequest><RequestId>r</RequestId></OperationRequest><AResult/></AResponse>"
    bare, namespaced = (
        read_answer(reply(body.format(text))) for text in ("", f' xmlns="{MESSAGE_NAMESPACE}{version}"')
    )
    assert bare.root is not None
    assert namespaced.root is not None
    assert [node.tag for node in bare.root.iter()] == [node.tag for node in namespaced.root.iter()]
    assert namespaced.accepted


def test_another_namespace_stays() -> None:
    """It is not the one of the service."""
    answer = read_answer(reply('<AResponse xmlns="urn:other"><AResult/></AResponse>'))
    assert [result.tag for result in answer.results] == ["{urn:other}AResult"]


@pytest.mark.parametrize("body", ["", "   ", "<", "plain text", '{"json": 1}', '<!DOCTYPE a [<!ENTITY b "c">]><a/>'])
def test_what_is_not_xml_is_told_and_not_raised(body: str) -> None:
    """With its beginning."""
    answer = read_answer(reply(body, 502))
    assert answer.root is None
    assert (answer.accepted, answer.refused, answer.request_id, answer.is_valid) == (False, False, None, None)
    assert answer.text("A") is None
    assert answer.summary.startswith("HTTP 502, not an XML reply (")
    assert repr(body[:60]) in answer.summary


@given(body=st.binary(max_size=200), status=st.integers(100, 599))
def test_any_bytes_can_be_read(body: bytes, status: int) -> None:
    """Whatever an endpoint sends."""
    answer = read_answer(HttpResponse(status=status, body=body))
    assert answer.summary
    assert not answer.accepted


def test_errors_are_read_up_to_a_limit() -> None:
    """A reply that is nothing but errors costs no more than its parsing."""
    body = f"<AResponse><OperationRequest><Errors>{'<Error/>' * 1000}</Errors></OperationRequest></AResponse>"
    assert len(read_answer(reply(body)).errors) == MAX_ERRORS
