"""Calls of JSON in captures: whose they are, and what they asked for as far as the recorder left it.

The header X-Amz-Target alone tells; the host says nothing, for emulators and proxies have others.  Where the recorder
lost that header, the scope of the signature, the host of the real service or an error of its own still tell whose the
call is, but not of which operation.
"""

import re
from dataclasses import replace
from typing import Literal
from urllib.parse import urlsplit

from conformance.bindings.json import TARGET, THROTTLED, access_key_id, called, read_call
from conformance.bindings.query import Answer, Call
from conformance.checks.scrubbing import scrubbed
from conformance.spec.service_model import model
from conformance.spec.versions import TODAY
from conformance.wire.messages import Exchange, HttpRequest, header

Told = Literal["no JSON", "ours", "other version", "foreign", "lost"]
"""What an exchange is by its target: ``lost`` is one of ours whose operation nobody knows any longer."""

OTHER_VERSION_REASON = "it is a call of JSON in another version than 2017-01-17, which is not judged"
LOST_TARGET_REASON = "its header X-Amz-Target was not recorded, so nobody knows its operation"
NO_POST_REASON = "a call of JSON is a POST, and this is none"
THROTTLED_REASON = "it was throttled"

_SERVICE = "MTurkRequesterService"
_HOST = re.compile(r"^mturk-requester(?:-sandbox)?\.[\w-]+\.amazonaws\.com$", re.IGNORECASE)
_SCOPE = "/mturk-requester/aws4_request"
_ERROR = b'"TurkErrorCode"'
_HEAD = 4_096


def told_by_target(exchange: Exchange) -> Told:
    """Return what an exchange is by the header X-Amz-Target, or by what else is left of a call of JSON."""
    target = target_of(exchange.request)
    if target and not scrubbed(target):
        if target.partition(".")[0] == model().target:
            return "ours"
        return "other version" if target.startswith(_SERVICE) else "foreign"
    return "lost" if _is_ours(exchange) else "foreign" if target else "no JSON"


def target_of(request: HttpRequest) -> str:
    """Return the value of X-Amz-Target, once where a recorder joined several; empty without one."""
    return (header(request.headers, TARGET) or "").partition(",")[0].strip()


def _is_ours(exchange: Exchange) -> bool:
    request, response = exchange.request, exchange.response
    if _SCOPE in (header(request.headers, "Authorization") or ""):
        return True
    if response is not None and _ERROR in response.body[:_HEAD] and response.body.lstrip()[:1] == b"{":
        return True
    try:
        host = urlsplit(request.url).hostname or (header(request.headers, "Host") or "").partition(":")[0]
    except ValueError:
        return False
    return _HOST.match(host) is not None and request.method not in ("CONNECT", "OPTIONS")


def as_sent(exchange: Exchange) -> Exchange:
    """Return an exchange with one value of X-Amz-Target, as it was sent."""
    request = exchange.request
    target = target_of(request)
    if target == header(request.headers, TARGET):
        return exchange
    others = tuple(pair for pair in request.headers if pair[0].lower() != TARGET.lower())
    return replace(exchange, request=replace(request, headers=(*others, (TARGET, target))))


def call_in(request: HttpRequest) -> tuple[Call, bool, ValueError | None]:
    """Return the call in a request, whether its body is known, and why it cannot be read where it was sent so."""
    body = request.body.strip()
    lost = Call(common=_common(request), values={}, by_json=True)
    if not body or scrubbed(body[:100].decode("utf-8", "replace").strip("\"'")):  # every client sends {} at least
        return lost, False, None
    try:
        return read_call(request), True, None
    except ValueError as error:
        return lost, False, error


def _common(request: HttpRequest) -> dict[str, str]:
    common = {"Operation": called(request), "Version": TODAY}
    if key := access_key_id(request):
        common["AWSAccessKeyId"] = key
    return common


def is_throttled(answer: Answer) -> bool:
    """Tell whether a reply puts the call off instead of answering it."""
    return any(error.kind in THROTTLED for error in answer.errors)
