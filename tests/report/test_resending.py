"""Messages that can be sent again: usual calls are their parameters, all else is kept byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.bindings import query, soap
from conformance.bindings.query import Credentials
from conformance.report.resending import sendable
from conformance.wire.messages import HttpRequest

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
