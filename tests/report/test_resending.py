"""Messages that can be sent again: usual calls are their parameters, all else is kept byte for byte."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.bindings import json, query, soap
from conformance.bindings.query import Credentials
from conformance.report.replaying import leaves, written
from conformance.report.resending import sendable
from conformance.transport import sigv4
from conformance.wire.messages import HttpRequest, header

if TYPE_CHECKING:
    from typing import Any

SENT_AT = 1418603400.0  # 2014-12-15T00:30:00Z
URL = "http://127.0.0.1:1/"
SIGNED: dict[str, Any] = {
    "url": URL,
    "credentials": Credentials(access_key_id="REDACTED", secret_key="secret"),
    "version": "2014-08-15",
    "timestamp": "2014-12-15T00:30:00Z",
}
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def again(request: HttpRequest) -> dict[str, Any]:
    """Return what is kept of a message."""
    return sendable(request, sent_at=SENT_AT, chosen={})


def body(kept: dict[str, Any]) -> str:
    """Return the body of a message, with what is made anew in braces."""
    return "".join(text if kind == "text" else f"{{{kind}}}" for kind, text in kept["message"]["body"])


def posted(content: bytes) -> HttpRequest:
    """Return a form with this body."""
    return HttpRequest(method="POST", url=URL, headers=FORM, body=content)


def test_a_usual_call_is_its_parameters() -> None:
    """By either method."""
    for method in ("GET", "POST"):
        kept = again(query.write_call("GetAccountBalance", {}, method=method, **SIGNED))
        assert set(kept) == {"parameters"}
        kinds = {name: kind for name, kind, _ in kept["parameters"]}
        assert kinds["AWSAccessKeyId"] == "key"
        assert kinds["Timestamp"] == "moment"
        assert kinds["Signature"] == "signature"


def test_an_unusual_call_is_cut_where_something_is_made_anew() -> None:
    """The rest stays as it was written."""
    content = b"Operation=Help&&a=b+c&AWSAccessKeyId=REDACTED&Timestamp=2014-12-15T00%3A30%3A00Z&Signature=REDACTED"
    kept = again(posted(content))
    assert body(kept) == "Operation=Help&&a=b+c&AWSAccessKeyId={key}&Timestamp={moment}&Signature={signature}"
    assert ("a", "text", "b c") in kept["parameters"]


def test_a_malformed_call_is_kept_byte_for_byte() -> None:
    """Bad escapes and bytes that are no UTF-8 too; what can be made anew still is."""
    kept = again(posted(b"Operation=Help&a=%ZZ\xff&AWSAccessKeyId=REDACTED"))
    assert body(kept) == "Operation=Help&a=%ZZ\xff&AWSAccessKeyId={key}"
    assert ("Operation", "text", "Help") in kept["parameters"]


def test_a_timestamp_that_was_chosen_stays() -> None:
    """A case is about it."""
    content = b"Operation=Help&&Timestamp=2001-12-15T00%3A30%3A00Z"
    assert body(again(posted(content))) == content.decode()


def test_a_soap_call_is_signed_anew() -> None:
    """In its own body, by what its URL and its name say."""
    request = soap.write_call("Help", [{"About": ["Timestamp"]}], **SIGNED)
    kept = again(request)
    written = body(kept)
    assert written.count("{key}") == written.count("{moment}") == written.count("{signature}") == 1
    assert {name for name, _, _ in kept["parameters"]} >= {"Service", "Operation", "Timestamp"}
    assert kept["message"]["query"] == [("text", "Service=AWSMechanicalTurkRequester")]
    assert dict(kept["message"]["headers"])["SOAPAction"]


def test_what_is_no_soap_message_is_kept_byte_for_byte() -> None:
    """Nobody can sign it."""
    content = b"<Envelope><AWSAccessKeyId>REDACTED</AWSAccessKeyId>"
    request = HttpRequest(method="POST", url=URL, headers=(("Content-Type", "text/xml"),), body=content)
    assert body(again(request)) == content.decode()


ACCOUNT = ("AKIDEXAMPLE", "secret")
CHOSEN: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({}, ()),
    ({"AWSAccessKeyId": "AKIDOTHER"}, ()),
    ({"Timestamp": "2001-01-01T00:00:00Z"}, ()),
    ({}, ("X-Amz-Date",)),
]


@pytest.mark.parametrize(("chosen", "without"), CHOSEN)
@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:1", "http://localhost:8080/a%20path/x~y?b=2&a=1"])
def test_a_call_of_json_is_signed_anew_as_botocore_does(
    url: str, chosen: dict[str, str], without: tuple[str, ...]
) -> None:
    """Body and operation are kept; key, moment and signature are made, but for what a case chose."""
    unsigned = json.write_call("GrantBonus", {"WorkerId": ["A1"], "Reason": ["\u00e4 & b"]}, url=url)
    recorded = sigv4.sign(unsigned, Credentials(access_key_id="X", secret_key="y"), at=SENT_AT)
    if chosen.get("Timestamp"):
        recorded = sigv4.sign(unsigned, Credentials(access_key_id="X", secret_key="y"), at=978_307_200)
    recorded = replace(recorded, headers=tuple(pair for pair in recorded.headers if pair[0] not in without))
    kept = sendable(recorded, sent_at=SENT_AT, chosen=chosen)
    step = {"path": "", "method": "POST", **kept}
    method, target, body, headers = written(step, url, ACCOUNT, "2026-01-02T03:04:05Z", lambda text: text)
    assert (method, target, body) == ("POST", url, unsigned.body)
    sent = HttpRequest(method="POST", url=url, headers=tuple(headers.items()), body=unsigned.body)
    assert json.access_key_id(sent) == chosen.get("AWSAccessKeyId", "AKIDEXAMPLE")
    expected = "20010101T000000Z" if chosen.get("Timestamp") else "20260102T030405Z"
    assert header(sent.headers, "X-Amz-Date") == (None if without else expected)
    if not without:
        assert sigv4.signature_in(sent) == sigv4.signature_of(sent, "secret")


def test_a_call_of_json_that_nobody_signed_is_not_signed() -> None:
    """And one whose signature was chosen has that."""
    unsigned = json.write_call("GetAccountBalance", {}, url=URL)
    step = {"path": "", "method": "POST", **sendable(unsigned, sent_at=SENT_AT, chosen={})}
    assert "Authorization" not in written(step, URL, ACCOUNT, "2026-01-02T03:04:05Z", str)[3]
    signed = sigv4.sign(unsigned, Credentials(access_key_id="X", secret_key="y"), at=SENT_AT)
    step = {"path": "", "method": "POST", **sendable(signed, sent_at=SENT_AT, chosen={"Signature": "wrong"})}
    assert written(step, URL, ACCOUNT, "2026-01-02T03:04:05Z", str)[3]["Authorization"].endswith("Signature=wrong")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{}", []),
        (
            '{"HIT":{"HITId":"H","Max":1,"b":true}}',
            [("HITId", "H"), ("Max", "1 (no text)"), ("b", "true (no text)")],
        ),
        ('{"n":"1"}', [("n", "1")]),
        ('{"Ids":["a","b"]}', [("Ids", "a"), ("Ids", "b")]),
        ('{"NextToken":"x","CreationTime":1500000000.5}', [("CreationTime", "…"), ("NextToken", "…")]),
        ("no JSON", [("", "no JSON")]),
    ],
)
def test_the_leaves_of_json(body: str, expected: list[tuple[str, str]]) -> None:
    """What changes each time is masked; a number is not the text of its digits."""
    assert leaves(body) == expected
