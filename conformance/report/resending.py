"""A recorded message as something that can be sent again: what is fixed, and what is made when it is sent.

An ordinary Query call is its parameters, and one of JSON its body with the headers that name its operation.  Anything
else, be it SOAP or a call that is written in an unusual way, is kept byte for byte, in pieces between the access key,
the timestamp and the signature that are made anew.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from conformance.bindings.exchanges import calls_of
from conformance.bindings.json import is_json
from conformance.bindings.soap import BESIDE_REQUESTS, is_soap
from conformance.report.curl import kind_of, parameters_of
from conformance.wire.messages import HttpRequest, header
from conformance.wire.parameters import ParametersUnreadable, encode_parameters, read_parameters

_FORM = "application/x-www-form-urlencoded"
_IN_A_FORM = re.compile(r"(?:^|&)(?P<name>AWSAccessKeyId|Timestamp|Signature)=(?P<value>[^&]*)")
_IN_SOAP = re.compile(r"<(?:[\w.-]+:)?(?P<name>AWSAccessKeyId|Timestamp|Signature)>(?P<value>[^<]*)<")
_PAIR = re.compile(r"([^&=]+)=?([^&]*)")
_NOT_SENT_AGAIN = ("host", "content-length", "connection", "accept-encoding")

Parameters = list[tuple[str, str, str]]
"""Name, kind and text, as `parameters_of` returns them."""
Pieces = list[tuple[str, str]]
"""Kind and text; a text stands for bytes, one character each."""


def sendable(request: HttpRequest, *, sent_at: float, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return ``parameters``, and ``message`` where these alone would not be the same message; ``json`` for JSON.

    Of a message the parameters are those that its signature covers; ``escape`` says how what is made anew stands in
    its pieces: ``percent`` or ``xml``.  ``sent_at`` (seconds since the epoch) and ``chosen`` are those of
    `conformance.report.curl.curl_line`.
    """
    if is_json(request):
        return {"parameters": [], "json": _json(request, chosen)}
    if is_soap(request):
        signed, text = _signed_by_soap(request, sent_at, chosen), _octets(request.body)
        body = _pieces(text, _IN_SOAP, sent_at, chosen) if signed else [("text", text)]
        return {"parameters": signed, "message": _message(request, "xml", [("text", _query(request))], body)}
    if _is_usual(request):
        return {"parameters": parameters_of(request, sent_at=sent_at, chosen=chosen)}
    query, body = (_pieces(text, _IN_A_FORM, sent_at, chosen) for text in (_query(request), _octets(request.body)))
    parameters = parameters_of(request, sent_at=sent_at, chosen=chosen) or [
        (name, *kind_of(name, unquote_plus(value), sent_at=sent_at, chosen=chosen))
        for text in (_query(request), _octets(request.body))
        for name, value in _PAIR.findall(text)
    ]
    return {"parameters": parameters, "message": _message(request, "percent", query, body)}


def _json(request: HttpRequest, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return a call of JSON: ``signing`` is None where nobody signed it, and says what was wrong in it on purpose."""
    date = header(request.headers, "X-Amz-Date")
    signing = None
    if header(request.headers, "Authorization") is not None:
        signing = {
            "key": chosen.get("AWSAccessKeyId", ""),
            "signature": chosen.get("Signature", ""),
            "date": date if "Timestamp" in chosen else "",
        }
    headers = [pair for pair in request.headers if pair[0].lower() in ("content-type", "x-amz-target")]
    return {"headers": headers, "body": _octets(request.body), "dated": date is not None, "signing": signing}


def _message(request: HttpRequest, escape: str, query: Pieces, body: Pieces) -> dict[str, Any]:
    headers = [pair for pair in request.headers if pair[0].lower() not in _NOT_SENT_AGAIN]
    return {"escape": escape, "headers": headers, "query": query, "body": body}


def _is_usual(request: HttpRequest) -> bool:
    """Tell whether a call is written as its parameters would be written by anyone."""
    try:
        pairs = read_parameters(request)
    except ParametersUnreadable:
        return False
    written = encode_parameters(pairs)
    if request.method == "GET":
        return bool(pairs) and not request.body and request.url.partition("?")[2] == written
    form = (header(request.headers, "Content-Type") or _FORM).startswith(_FORM)
    return bool(pairs) and form and "?" not in request.url and request.body == written.encode()


def _signed_by_soap(request: HttpRequest, sent_at: float, chosen: Mapping[str, str]) -> Parameters:
    """Return what the signature of a message covers; nothing where it is no message that could be signed anew."""
    try:
        common = calls_of(request)[0].common
    except ValueError:
        return []
    known: Iterable[str] = ("Service", "Operation", *BESIDE_REQUESTS)
    return [
        (name, *kind_of(name, common[name], sent_at=sent_at, chosen=chosen))
        for name in known
        if name in common and name != "Signature"
    ]


def _pieces(text: str, places: re.Pattern[str], sent_at: float, chosen: Mapping[str, str]) -> Pieces:
    """Return ``text`` cut where something is made anew, each of them once."""
    pieces, end, made = [], 0, set()
    for found in places.finditer(text):
        name, value = found["name"], found["value"]
        kind, _ = kind_of(name, unquote_plus(value) if places is _IN_A_FORM else value, sent_at=sent_at, chosen=chosen)
        if kind != "text" and name not in made:
            pieces += [("text", text[end : found.start("value")]), (kind, "")]
            made.add(name)
            end = found.end("value")
    return [*pieces, ("text", text[end:])]


def _query(request: HttpRequest) -> str:
    return _octets(request.url.partition("?")[2].encode("utf-8", "surrogatepass"))


def _octets(content: bytes) -> str:
    return content.decode("latin-1")
