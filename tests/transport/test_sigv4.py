"""Signature Version 4: as botocore signs, found out where a request was changed, and no exception for what is none."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Account
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.bindings.json import CONTENT_TYPE, TARGET, write_call
from conformance.bindings.query import Credentials
from conformance.transport.sigv4 import (
    AUTHORIZATION,
    DATE,
    REGION,
    SERVICE,
    SignatureUnreadable,
    sign,
    signature_in,
    signature_of,
)
from conformance.wire.messages import HttpRequest, header

ACCOUNT = Credentials(access_key_id="AKIDEXAMPLE", secret_key="a secret key/with+signs")
AT = 1_484_654_400.0  # 2017-01-17T12:00:00Z
HOSTS = st.sampled_from(
    ["mturk-requester.us-east-1.amazonaws.com", "localhost:8080", "127.0.0.1:80", "LOCALHOST", "[::1]:1234", "a:443"]
)
PATHS = st.sampled_from(["", "/", "/a b/ü", "/x?b=2&a=1", "/%7Ea//b/../c", "?", "/a;b=c"])
KEYS = st.from_regex(r"[A-Z0-9]{16,20}", fullmatch=True)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
MOMENTS = st.integers(0, 4_102_444_800)


def call(**values: list[Any]) -> HttpRequest:
    """Return a call that is not signed yet."""
    return write_call("GetHIT", {"HITId": ["3ABC"], **values}, url="https://mturk.example.com/")


def by_botocore(request: HttpRequest, account: Credentials, at: float) -> dict[str, str]:
    """Return the headers that botocore itself adds at a moment."""
    message = AWSRequest(method=request.method, url=request.url, data=request.body)
    for name, value in request.headers:
        message.headers[name] = value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: datetime.fromtimestamp(at, UTC))
        own = Account(account.access_key_id, account.secret_key)
        botocore.auth.SigV4Auth(own, SERVICE, REGION).add_auth(message)
    return {name: message.headers[name] for name in (DATE, AUTHORIZATION)}


URLS = st.tuples(st.sampled_from(["http://", "https://"]), HOSTS, PATHS).map("".join)
ACCOUNTS = st.builds(Credentials, access_key_id=KEYS, secret_key=SECRETS)


@settings(max_examples=200)
@given(URLS, st.binary(max_size=40), ACCOUNTS, MOMENTS)
def test_it_signs_as_botocore_does(url: str, body: bytes, account: Credentials, at: int) -> None:
    """The same date and the same Authorization, to the letter, whatever is signed by whom and when."""
    headers = (("Content-Type", CONTENT_TYPE), (TARGET, "MTurkRequesterServiceV20170117.GetHIT"))
    request = HttpRequest(method="POST", url=url, headers=headers, body=body)
    signed = sign(request, account, at=at)
    assert {name: header(signed.headers, name) for name in (DATE, AUTHORIZATION)} == by_botocore(request, account, at)
    assert signature_of(signed, account.secret_key) == signature_in(signed)
    assert replace(signed, headers=signed.headers[:2]) == request


def test_a_signature_is_known_to_the_letter() -> None:
    """One that was computed once, so that it stays."""
    signed = sign(call(), ACCOUNT, at=AT)
    assert header(signed.headers, DATE) == "20170117T120000Z"
    assert header(signed.headers, AUTHORIZATION) == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20170117/us-east-1/mturk-requester/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
        "Signature=8ccf1dcf8f498c0925988f55e3069f544cda893403e61e700b174c6e9b625b19"
    )
    assert signature_in(signed) == by_botocore(call(), ACCOUNT, AT)[AUTHORIZATION].rpartition("=")[2]


def test_a_server_sees_the_signature_that_a_client_made() -> None:
    """It knows the path and the header Host, and gets headers of others in any case and order besides."""
    signed = sign(call(), ACCOUNT, at=AT)
    parts = urlsplit(signed.url)
    headers = [(name.upper(), value) for name, value in reversed(signed.headers)]
    headers += [("host", parts.netloc), ("User-Agent", "x"), ("Connection", "close"), ("Content-Length", "17")]
    came = replace(signed, url=parts.path, headers=tuple(headers))
    assert signature_of(came, ACCOUNT.secret_key) == signature_in(signed)


def changed(request: HttpRequest, name: str, change: str) -> HttpRequest:
    """Return a request with another value of a header."""
    return replace(
        request,
        headers=tuple((one, change if one.lower() == name.lower() else value) for one, value in request.headers),
    )


def authorization(request: HttpRequest) -> str:
    """Return the header Authorization."""
    return header(request.headers, AUTHORIZATION) or ""


TAMPERED = {
    "body": lambda one: replace(one, body=json.dumps({"HITId": "3ABD"}).encode()),
    "a space in the body": lambda one: replace(one, body=one.body + b" "),
    "no body": lambda one: replace(one, body=b""),
    "method": lambda one: replace(one, method="PUT"),
    "path": lambda one: replace(one, url=one.url + "x"),
    "query": lambda one: replace(one, url=one.url + "?a=1"),
    "host": lambda one: replace(one, url=one.url.replace("example.com", "example.org")),
    "operation": lambda one: changed(one, TARGET, "MTurkRequesterServiceV20170117.DeleteHIT"),
    "media type": lambda one: changed(one, "Content-Type", "text/plain"),
    "second": lambda one: changed(one, DATE, "20170117T120001Z"),
    "access key": lambda one: changed(one, AUTHORIZATION, authorization(one).replace("AKID", "AKIE")),
    "region": lambda one: changed(one, AUTHORIZATION, authorization(one).replace("us-east-1", "us-east-2")),
    "service": lambda one: changed(one, AUTHORIZATION, authorization(one).replace("mturk-requester", "s3")),
    "signed headers": lambda one: changed(one, AUTHORIZATION, authorization(one).replace("content-type;", "")),
    "signature": lambda one: changed(one, AUTHORIZATION, authorization(one)[:-1] + "x"),
}


@pytest.mark.parametrize("what", [name for name in TAMPERED if name != "access key"])
def test_a_change_is_found_out(what: str) -> None:
    """Of anything that is signed."""
    signed = sign(call(), ACCOUNT, at=AT)
    came = TAMPERED[what](signed)
    assert came != signed
    assert signature_of(came, ACCOUNT.secret_key) != signature_in(came)


def test_another_key_makes_another_signature() -> None:
    """The access key itself is not signed: it only says whose secret key belongs to it."""
    signed = sign(call(), ACCOUNT, at=AT)
    assert signature_of(signed, "another secret") != signature_in(signed)
    assert signature_of(TAMPERED["access key"](signed), ACCOUNT.secret_key) == signature_in(signed)


def test_headers_that_botocore_never_signs_count_where_they_are_signed() -> None:
    """Other official SDKs sign User-Agent."""
    names = "content-type;host;user-agent;x-amz-date;x-amz-target"
    request = replace(call(), headers=(*call().headers, ("User-Agent", "aws-sdk-java/1.11")))
    signed = sign(request, ACCOUNT, at=AT)
    assert f"SignedHeaders={names}, " in authorization(signed)
    assert signature_of(signed, ACCOUNT.secret_key) == signature_in(signed)
    other = changed(signed, "User-Agent", "another")
    assert signature_of(other, ACCOUNT.secret_key) != signature_in(other)


def test_a_header_host_is_signed_once() -> None:
    """Where the request has one it is that, wherever it is sent."""
    signed = sign(replace(call(), headers=(("Host", "elsewhere"), *call().headers)), ACCOUNT, at=AT)
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-target, " in authorization(signed)
    assert signature_of(replace(signed, url="http://localhost:1/"), ACCOUNT.secret_key) == signature_in(signed)


GOOD = "Credential=AKID/20170117/us-east-1/mturk-requester/aws4_request"
REST = "SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "Basic QTpC",
        "AWS4-HMAC-SHA256",
        f"AWS4-HMAC-SHA256 {GOOD}",
        f"AWS4-HMAC-SHA256 {GOOD}, Signature=0",
        f"AWS4-HMAC-SHA512 {GOOD}, {REST}",
        f"AWS4-HMAC-SHA256{GOOD}, {REST}",
        f"AWS4-HMAC-SHA256 {GOOD}; SignedHeaders=host; Signature=0",
        f"AWS4-HMAC-SHA256 Credential=, {REST}",
        f"AWS4-HMAC-SHA256 Credential=AKID, {REST}",
        f"AWS4-HMAC-SHA256 Credential=/20170117/us-east-1/mturk-requester/aws4_request, {REST}",
        f"AWS4-HMAC-SHA256 Credential=AKID/20170118/us-east-1/mturk-requester/aws4_request, {REST}",
        f"AWS4-HMAC-SHA256 {GOOD}/more, {REST}",
        "AWS AKID:signature",
    ],
)
def test_what_is_no_signature_cannot_be_read(text: str) -> None:
    """A ValueError says why."""
    request = replace(call(), headers=(*call().headers, (DATE, "20170117T120000Z"), (AUTHORIZATION, text)))
    with pytest.raises(SignatureUnreadable, match="Credential"):
        signature_of(request, "secret")


def test_a_signature_without_a_date_cannot_be_read() -> None:
    """The day of its scope has to be that of the header."""
    request = replace(call(), headers=(*call().headers, (AUTHORIZATION, f"AWS4-HMAC-SHA256 {GOOD}, {REST}")))
    with pytest.raises(SignatureUnreadable):
        signature_of(request, "secret")
    with pytest.raises(SignatureUnreadable):
        signature_in(call())


@settings(max_examples=200)
@given(
    st.text(st.characters(codec="latin-1"), max_size=80) | st.just(f"AWS4-HMAC-SHA256 {GOOD}, {REST}"),
    st.text(st.characters(codec="latin-1"), max_size=20) | st.just("20170117T120000Z"),
    st.text(st.characters(codec="latin-1"), max_size=20),
)
def test_no_headers_are_too_strange(text: str, date: str, host: str) -> None:
    """There is a signature to compare with, or a ValueError."""
    headers = (("Host", host), (DATE, date), (AUTHORIZATION, text), *call().headers)
    try:
        assert signature_of(replace(call(), url="/", headers=headers), "secret")
    except ValueError:
        return
