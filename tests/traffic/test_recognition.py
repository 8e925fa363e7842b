"""Whose traffic an exchange is, and by which version and binding it is judged."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.bindings import soap
from conformance.bindings.query import Credentials, write_call
from conformance.spec.shapes import MESSAGE_NAMESPACE
from conformance.spec.versions import LATEST
from conformance.traffic.recognition import LOST_REASON, Recognised, recognise
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

KEY = Credentials(access_key_id="AKID", secret_key="secret")
STAMP = "2014-08-15T10:00:00Z"
HIT = (
    b'<?xml version="1.0"?>\n<GetHITResponse><OperationRequest><RequestId>r</RequestId></OperationRequest>'
    b"<HIT><Request><IsValid>True</IsValid></Request><HITId>H</HITId></HIT></GetHITResponse>"
)
PAGE = b"<!DOCTYPE html><html><body>Hello</body></html>"


def call(**wire: Any) -> HttpRequest:
    """Return a call of GetHIT."""
    options = {"url": "http://e.test/", "version": "2008-08-02", "timestamp": STAMP, **wire}
    return write_call("GetHIT", {"HITId": ["H"]}, credentials=KEY, **options)


def soap_call(version: str = "2008-08-02") -> HttpRequest:
    """Return the same call as a SOAP message."""
    return soap.write_call(
        "GetHIT", [{"HITId": ["H"]}], url="http://e.test/", credentials=KEY, version=version, timestamp=STAMP
    )


def enveloped(version: str = "2008-08-02") -> bytes:
    """Return the reply in an envelope."""
    inner = HIT.partition(b"\n")[2].replace(
        b"<GetHITResponse>", f'<GetHITResponse xmlns="{MESSAGE_NAMESPACE}{version}">'.encode()
    )
    return (
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>' + inner + b"</e:Body></e:Envelope>"
    )


def exchange(request: HttpRequest, body: bytes = HIT, status: int = 200, **more: Any) -> Exchange:
    """Return a request with a reply."""
    response = HttpResponse(status=status, headers=(("Content-Type", "text/xml"),), body=body)
    return Exchange(**{"request": request, "response": response, "sent_at": 1.0, "received_at": 2.0, **more})


LOST = HttpRequest(method="GET", url="/")


def test_a_call_is_known_by_its_parameters() -> None:
    """Operation, version and binding are those that it names."""
    known = recognise(exchange(call()))
    assert (known.whose, known.version, known.binding) == ("call", "2008-08-02", "query")
    assert known.calls[0].operation == "GetHIT"


def test_a_soap_call_is_known_by_its_namespace() -> None:
    """It has no other version."""
    known = recognise(exchange(soap_call(), enveloped()))
    assert (known.whose, known.version, known.binding) == ("call", "2008-08-02", "soap")


@pytest.mark.parametrize("headers", [(), (("content-type", "text/xml, text/xml"),), (("Content-Type", "text/plain"),)])
def test_a_soap_call_whose_headers_were_lost(headers: tuple[tuple[str, str], ...]) -> None:
    """The message tells what it is."""
    known = recognise(exchange(replace(soap_call(), headers=headers), enveloped()))
    assert (known.whose, known.binding) == ("call", "soap")
    assert known.answer is not None
    assert known.answer.accepted


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest(method="GET", url="http://e.test/style.css"),
        HttpRequest(method="POST", url="http://e.test/login", body=b"user=a&Operation=Login"),
        HttpRequest(method="GET", url="https://ec2.amazonaws.com/?Action=RunInstances&Version=2014-06-15"),
        HttpRequest(method="GET", url="https://e.test/?Service=AWSECommerceService&Operation=Help&AWSAccessKeyId=A"),
        HttpRequest(
            method="POST", url="/", headers=(("Content-Type", "text/xml"),), body=b'<Envelope xmlns="urn:other"/>'
        ),
        HttpRequest(method="POST", url="/", headers=(("X-Amz-Target", "DynamoDB_20120810.GetItem"),), body=b"{}"),
        HttpRequest(
            method="GET",
            url="https://mechanicalturk.amazonaws.com/AWSMechanicalTurk/2014-08-15/AWSMechanicalTurkRequester.wsdl",
        ),
        HttpRequest(method="CONNECT", url="mechanicalturk.amazonaws.com:443"),
        HttpRequest(method="GET", url="http://[broken/"),
    ],
)
@pytest.mark.parametrize("body", [PAGE, b"", b"{}", b"<HelpResponse xmlns='http://webservices.amazon.com/x'/>"])
def test_the_traffic_of_others(request_: HttpRequest, body: bytes) -> None:
    """Is passed over, whatever came back."""
    assert recognise(exchange(request_, body)).whose == "foreign"


def test_hosts_and_paths_say_nothing() -> None:
    """Proxies change them."""
    known = recognise(exchange(call(url="https://proxy.example/some/where?x=1", method="GET")))
    assert known.whose == "call"


def test_clients_that_name_no_service() -> None:
    """Known by operation and key; without a key by the version."""
    assert recognise(exchange(call(omit=("Service",)), PAGE)).whose == "call"
    assert recognise(exchange(call(omit=("Service", "AWSAccessKeyId")), PAGE)).whose == "call"
    assert recognise(exchange(call(omit=("Service", "AWSAccessKeyId", "Version")), PAGE)).whose == "foreign"
    assert recognise(exchange(call(omit=("Service", "AWSAccessKeyId", "Version")), HIT)).whose == "call"


@pytest.mark.parametrize(("body", "binding"), [(HIT, "query"), (enveloped(), "soap")])
def test_a_reply_whose_call_is_lost(body: bytes, binding: str) -> None:
    """Its root tells what it is."""
    known = recognise(exchange(LOST, body))
    assert (known.whose, known.reason, known.binding) == ("reply", LOST_REASON, binding)


def test_a_call_that_cannot_be_read() -> None:
    """Its reply is judged alone, and why it cannot be read is kept."""
    known = recognise(exchange(HttpRequest(method="GET", url=f"{call(method='GET').url}&HITId.0=x")))
    assert (known.whose, str(known.unreadable)[:9]) == ("reply", "parameter")
    silent = recognise(exchange(HttpRequest(method="GET", url=f"{call(method='GET').url}&x=%zz"), PAGE))
    assert (silent.whose, silent.reason) == ("silent", LOST_REASON)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"response": None, "failure": "timeout: too slow"}, "timeout: too slow"),
        ({"response": None}, "no reply was recorded"),
        ({"response": HttpResponse(status=302, body=b"")}, "HTTP 302 is no reply of the service"),
        ({"response": HttpResponse(status=0, body=b"")}, "HTTP 0 is no reply of the service"),
        ({"response": HttpResponse(status=503, body=PAGE)}, "HTTP 503: it was throttled"),
        ({"response": HttpResponse(status=200, body=b"")}, "the body of the reply was not recorded"),
        ({"request": replace(call(method="GET"), method="HEAD")}, "a reply to HEAD has nothing to judge"),
        ({"request": replace(call(method="GET"), method="OPTIONS")}, "a reply to OPTIONS has nothing to judge"),
        (
            {"response": HttpResponse(status=200, body=b"<a>" * 2_000)},
            "its reply is larger or deeper than the kit reads",
        ),
    ],
)
def test_what_shows_nothing(changed: dict[str, Any], reason: str) -> None:
    """No reply, or none of the service."""
    known = recognise(exchange(**{"request": call(), **changed}))
    assert (known.whose, known.reason) == ("silent", reason)


def test_an_empty_reply_that_says_so_is_judged() -> None:
    """Its length was recorded: it was empty."""
    response = HttpResponse(status=200, headers=(("content-length", "0"),))
    assert recognise(exchange(call(), response=response)).whose == "call"


@pytest.mark.parametrize(
    ("wire", "body", "told", "version"),
    [
        ({}, HIT, None, "2008-08-02"),
        ({}, HIT, "2012-03-25", "2012-03-25"),
        ({"omit": ("Version",)}, HIT, None, LATEST),
        ({"version": "2006-03-20"}, HIT, None, LATEST),
        (
            {"omit": ("Version",)},
            HIT.replace(b"<GetHITResponse>", f'<GetHITResponse xmlns="{MESSAGE_NAMESPACE}2007-06-21">'.encode()),
            None,
            "2007-06-21",
        ),
        (
            {"omit": ("Version",)},
            HIT.replace(b"</HIT>", b"<NumberOfSimilarHITs>0</NumberOfSimilarHITs></HIT>"),
            None,
            "2011-10-01",
        ),
    ],
)
def test_the_version(wire: dict[str, Any], body: bytes, told: str | None, version: str) -> None:
    """That which was told, else that of the call, of the reply's namespace, else the newest that the reply fits."""
    known = recognise(exchange(call(**wire), body), told)
    assert known.version == version
    assert known.calls[0].version == version


def test_values_that_a_recorder_replaced_are_not_those_sent() -> None:
    """What depends on them is not judged; keys and signatures are no such values."""
    assert recognise(exchange(call(common={"Signature": "REDACTED", "AWSAccessKeyId": "<KEY>"}))).call_known
    request = write_call("GetHIT", {"HITId": ["[FILTERED]"]}, url="/", credentials=KEY, version=LATEST, timestamp=STAMP)
    known: Recognised = recognise(exchange(request))
    assert not known.call_known
    assert known.calls[0].values == {}
    assert known.sent[0].values == {"HITId": ["[FILTERED]"]}
