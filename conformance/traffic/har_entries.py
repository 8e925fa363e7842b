"""An entry of a HAR as the exchange that it tells of, as the tools write it that make such files."""

import base64
import binascii
import re
from typing import Any
from urllib.parse import quote_plus

from conformance.traffic.bodies import BodyUnreadable, decoded
from conformance.traffic.inflating import GZIP, ZSTD
from conformance.traffic.json_fields import NotAnEntry, members_of, moment, scalar, text_of
from conformance.traffic.json_window import TOO_LONG, Value
from conformance.wire.messages import Exchange, Headers, HttpRequest, HttpResponse

_DECLARED = re.compile(r"\ufeff?<\?xml[^>]{0,80}?\bencoding\s*=\s*[\"']([A-Za-z][\w.-]{0,39})[\"']")
_UTF8 = ("utf-8", "utf8")
_ESCAPED = re.compile(r"(?:[\w.~*+-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_COMPRESSED = (GZIP[:1].decode("latin-1"), ZSTD[:1].decode("latin-1"))


def exchange_of(value: Value) -> Exchange:
    """Return the exchange of an entry; raise NotAnEntry.

    Where no response came, or its body cannot be had, ``response`` is None and ``failure`` says why.  A time that is
    not known is 0.
    """
    entry = members_of(value.data, "the entry")
    asked = members_of(entry.get("request"), "its request")
    headers = _headers(asked, "its request")
    sent_at = moment(entry.get("startedDateTime"))
    took = entry.get("time")
    lasted = took / 1000 if isinstance(took, float) and 0 < took < 1e12 else 0.0
    failure: str | None = None
    response: HttpResponse | None = None
    try:
        response, failure = _response(entry.get("response"), value.long)
    except BodyUnreadable as error:
        failure = f"the body of the response cannot be read: {error}"
    try:
        body = _request_body(asked.get("postData"), headers, value.long)
    except BodyUnreadable as error:
        body, response, failure = b"", None, f"the body of the request cannot be read: {error}"
    request = HttpRequest(
        method=text_of(asked, "method", "its request"),
        url=scalar(text_of(asked, "url", "its request")),
        headers=headers,
        body=body,
    )
    return Exchange(request=request, response=response, sent_at=sent_at, received_at=sent_at + lasted, failure=failure)


def _response(data: Any, long: dict[str, str | None]) -> tuple[HttpResponse | None, str | None]:
    """Return the response, or None and why there is none."""
    if data is None:
        return None, "the capture holds no response"
    answer = members_of(data, "its response")
    status = answer.get("status")
    if not isinstance(status, float) or not status.is_integer():
        if status is not None:
            raise NotAnEntry("the status of its response is no whole number")
        status = 0.0
    if not 100 <= status <= 999:
        said = answer.get("_error") or answer.get("statusText")
        return None, f"no response came ({said[:80]})" if isinstance(said, str) and said else "no response came"
    headers = _headers(answer, "its response")
    content = members_of(answer.get("content", ()), "the content of its response")
    if not isinstance(content.get("text"), str):
        if content.get("text") is not None:
            raise NotAnEntry("the text of its response's content is no string")
        if content.get("size") != 0 or answer.get("bodySize") != 0:
            return None, "the capture does not hold the body of the response"
    body = _body(content, headers, long)
    return HttpResponse(status=int(status), headers=headers, body=body), None


def _request_body(data: Any, headers: Headers, long: dict[str, str | None]) -> bytes:
    if data is None:
        return b""
    post = members_of(data, "the postData of its request")
    if post.get("text"):
        return _body(post, headers, long)
    params = post.get("params") or []
    if not isinstance(params, list):
        raise NotAnEntry("the params of its postData are no list")
    pairs = [members_of(one, "a param of its postData") for one in params]
    return "&".join(f"{_form(one.get('name'))}={_form(one.get('value'))}" for one in pairs).encode()


def _form(text: Any) -> str:
    """Return a name or value of a form as it is sent; some tools write it as it was sent, others decode it."""
    text = scalar(text) if isinstance(text, str) else ""
    return text if "%" in text and _ESCAPED.fullmatch(text) else quote_plus(text, safe="*")


def _body(content: dict[str, Any], headers: Headers, long: dict[str, str | None]) -> bytes:
    text = content.get("text") or ""
    if not isinstance(text, str):
        raise NotAnEntry("the text of a body is no string")
    if text[:1] == "\0" and text in long:
        whole = long[text]
        if whole is None:
            raise BodyUnreadable(TOO_LONG)
        text = whole
    encoding = content.get("encoding")
    if isinstance(encoding, str) and encoding.lower() == "base64":
        return decoded(_from_base64(text), headers)
    return decoded(_octets(text), headers)


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text if "\n" not in text else "".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BodyUnreadable("it is not the base64 that the capture says it is") from None


def _octets(text: str) -> bytes:
    """Return the bytes that a tool made ``text`` of."""
    if text.startswith(_COMPRESSED):  # a character for each byte
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            pass
    declared = _DECLARED.match(text)
    if declared and declared[1].lower() not in _UTF8:
        try:
            return text.encode(declared[1])
        except (LookupError, ValueError):
            pass
    return text.encode() if text.isascii() else scalar(text).encode()


def _headers(message: dict[str, Any], what: str) -> Headers:
    """Return the header fields, those left out that HTTP/2 begins with a colon."""
    fields = message.get("headers")
    if fields is None:
        return ()
    if not isinstance(fields, list):
        raise NotAnEntry(f"the headers of {what} are no list")
    headers = []
    for one in fields:
        if isinstance(one, tuple) and len(one) == 2 and one[0][0] == "name" and one[1][0] == "value":
            (_, name), (_, value) = one  # as nearly all tools write it
        else:
            pair = dict(one) if isinstance(one, tuple) else {}
            name, value = pair.get("name"), pair.get("value", "")
        if not isinstance(name, str) or not isinstance(value, str):
            raise NotAnEntry(f"a header of {what} is no pair of name and value")
        if name[:1] != ":":
            headers.append((name if name.isascii() else scalar(name), value if value.isascii() else scalar(value)))
    return tuple(headers)
