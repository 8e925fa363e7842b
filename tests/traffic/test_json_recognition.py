"""Calls of JSON: whose they are, and what is known of them where a recorder lost a part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.spec.versions import TODAY
from conformance.traffic.json_recognition import LOST_TARGET_REASON, NO_POST_REASON, OTHER_VERSION_REASON
from conformance.traffic.recognition import recognise
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

TARGET = "MTurkRequesterServiceV20170117.GetHIT"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20170117/us-east-1/mturk-requester/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=abc"
)
REAL = "https://mturk-requester-sandbox.us-east-1.amazonaws.com/"
REFUSED = b'{"__type":"RequestError","Message":"no","TurkErrorCode":"AWS.MechanicalTurk.HITDoesNotExist"}'


def call(body: bytes = b'{"HITId":"H1"}', target: str | None = TARGET, **more: Any) -> HttpRequest:
    """Return a call of GetHIT."""
    headers = (("Content-Type", "application/x-amz-json-1.1"), ("Authorization", SIGNED))
    headers = (*headers, ("X-Amz-Target", target)) if target is not None else headers
    return HttpRequest(**{"method": "POST", "url": "http://127.0.0.1:5000/", "headers": headers, "body": body, **more})


def exchange(request: HttpRequest, body: bytes = b'{"HIT":{"HITId":"H1"}}', status: int = 200) -> Exchange:
    """Return a call with its reply."""
    headers = (("Content-Type", "application/x-amz-json-1.1"),)
    response = HttpResponse(status=status, headers=headers, body=body)
    return Exchange(request=request, response=response, sent_at=1.0, received_at=2.0)


@pytest.mark.parametrize("url", ["/", "http://127.0.0.1:5000/", REAL, "https://proxy.example/some/where"])
@pytest.mark.parametrize("told", [None, TODAY, "2014-08-15"])
def test_a_call_is_known_by_its_target(url: str, told: str | None) -> None:
    """Whatever its host, and whatever version was told: JSON has one."""
    known = recognise(exchange(call(url=url)), told)
    assert (known.whose, known.version, known.binding, known.call_known) == ("call", TODAY, "json", True)
    assert known.calls[0].operation == "GetHIT"
    assert known.calls[0].values == {"HITId": ["H1"]}
    assert known.calls[0].common["AWSAccessKeyId"] == "AKIDEXAMPLE"


@pytest.mark.parametrize(
    ("target", "whose", "reason"),
    [
        ("DynamoDB_20120810.GetItem", "foreign", ""),
        ("AWSCognitoIdentityProviderService.InitiateAuth", "foreign", ""),
        ("MTurkRequesterServiceV20990101.GetHIT", "silent", OTHER_VERSION_REASON),
    ],
)
def test_other_services_and_versions(target: str, whose: str, reason: str) -> None:
    """Others are passed over, another version is not judged."""
    known = recognise(exchange(call(target=target)))
    assert (known.whose, known.reason) == (whose, reason)


def test_a_target_that_was_joined_is_one() -> None:
    """As of a header that stands twice."""
    known = recognise(exchange(call(target=f"{TARGET}, {TARGET}")))
    assert (known.whose, known.calls[0].operation) == ("call", "GetHIT")


@pytest.mark.parametrize("target", [None, "REDACTED"])
def test_without_a_target_nobody_knows_the_operation(target: str | None) -> None:
    """The scope of the signature, the host or an error tells whose it is; nothing tells it of others."""
    signed = call(target=target)
    bare = replace(signed, headers=tuple(pair for pair in signed.headers if pair[0] != "Authorization"))
    for known in (
        recognise(exchange(signed)),
        recognise(exchange(replace(bare, url=REAL))),
        recognise(exchange(bare, REFUSED, 400)),
    ):
        assert (known.whose, known.reason) == ("silent", LOST_TARGET_REASON)
    assert recognise(exchange(bare)).whose == "foreign"


@pytest.mark.parametrize("body", [b"", b"REDACTED", b'"***"', b'{"HITId":"[FILTERED]"}', b'{"HITId":'])
def test_a_body_that_was_not_kept(body: bytes) -> None:
    """The operation is known, its parameters are not; nothing is held against those."""
    known = recognise(exchange(call(body)))
    assert (known.whose, known.call_known) == ("call", False)
    assert known.calls[0].operation == "GetHIT"
    assert known.calls[0].values == {}
    assert (known.unreadable is not None) == (body == b'{"HITId":')


@pytest.mark.parametrize(
    ("request_", "body", "status", "reason"),
    [
        (call(), b'{"__type":"ThrottlingException","message":"Rate exceeded"}', 400, "it was throttled"),
        (call(), b"", 200, "the body of the reply was not recorded"),
        (call(), b"<html/>", 502, "HTTP 502: the gateway got no reply"),
        (call(method="GET"), b"{}", 200, NO_POST_REASON),
        (call(method="OPTIONS"), b"", 200, "a reply to OPTIONS has nothing to judge"),
        (call(), b'{"a":' * 100_000, 200, "its reply is larger or deeper than the kit reads"),
    ],
)
def test_what_shows_nothing(request_: HttpRequest, body: bytes, status: int, reason: str) -> None:
    """No reply, or none of the service."""
    known = recognise(exchange(request_, body, status))
    assert (known.whose, known.reason) == ("silent", reason)


def test_a_call_by_query_that_names_this_version_is_none_of_json() -> None:
    """Its version is one that it fits."""
    url = "/?Service=AWSMechanicalTurkRequester&Operation=GetHIT&Version=2017-01-17&AWSAccessKeyId=K&HITId=H"
    body = b"<GetHITResponse><OperationRequest/><HIT><HITId>H</HITId></HIT></GetHITResponse>"
    for told in (None, TODAY):
        known = recognise(exchange(HttpRequest(method="GET", url=url), body), told)
        assert (known.whose, known.version, known.binding) == ("call", "2014-08-15", "query")
