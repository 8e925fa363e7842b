"""Whether an exchange is Requester traffic, of which operation and version: from its request, else from its reply.

Hosts and paths say nothing here, for proxies change them; what a recorder leaves out or replaces is no ground to take
an exchange for another's.  Only where both messages are silent the name of the real service's host counts.

Calls of JSON are told apart first (`json_recognition`); they have one version, whatever is told.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from conformance.bindings import soap
from conformance.bindings.exchanges import answer_to, calls_of
from conformance.bindings.query import SERVICE, Answer, Call
from conformance.checks.replies_alone import fitting_version
from conformance.checks.scrubbing import scrubbed
from conformance.spec.shapes import MESSAGE_NAMESPACE, all_operations
from conformance.spec.statements import Binding
from conformance.spec.versions import LATEST, TODAY, VERSIONS
from conformance.traffic.json_recognition import (
    LOST_TARGET_REASON,
    NO_POST_REASON,
    OTHER_VERSION_REASON,
    THROTTLED_REASON,
    Told,
    as_sent,
    call_in,
    is_throttled,
    told_by_target,
)
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse, header
from conformance.wire.soap import CONTENT_TYPE

Whose = Literal["call", "reply", "foreign", "silent"]
"""A call with its reply; a reply without its call; others'; ours, but nothing came to judge."""

LOST_REASON = "the call cannot be read"

_API_HOST = re.compile(r"(?:^|\.)mechanicalturk\.(?:[\w-]+\.)?amazonaws\.com$", re.IGNORECASE)
_FIRST_TAG = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)([^<>]*)>")
_NAMESPACES = re.compile(rb"""\sxmlns(?::[\w.-]+)?\s*=\s*["']([^"']*)["']""")
_NAMED = re.compile(rb"(?:^|[?&])(?:Operation|Action)=")
_SAYS_NOTHING = ("HEAD", "OPTIONS", "TRACE", "CONNECT")
_OWN_LIMITS = ("too large", "too deep")
_MESSAGES = MESSAGE_NAMESPACE.encode()
_SERVICE = SERVICE.encode()
_HEAD = 4_096
_STATUSES = {
    407: "the proxy wants a login",
    429: "it was throttled",
    502: "the gateway got no reply",
    503: "it was throttled",
    504: "the gateway got no reply",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What an exchange is; ``reason`` says why it shows nothing, where it does not.

    ``exchange`` is as the checks are to see it: a recorder may have lost what tells SOAP from Query.  So are ``calls``;
    ``sent`` are they as they are in the capture, also where nothing came to judge, if they name their version.
    ``version`` is that to judge by.  Where ``call_known`` is False, the recorder has replaced values that the call
    carried.  ``unreadable`` says what is wrong with a call that cannot be read (the exchange is then a reply alone).
    """

    whose: Whose
    reason: str = ""
    exchange: Exchange
    calls: tuple[Call, ...] = ()
    sent: tuple[Call, ...] = ()
    answer: Answer | None = None
    version: str = LATEST
    binding: Binding = "query"
    call_known: bool = True
    unreadable: ValueError | None = None


def recognise(exchange: Exchange, told: str | None = None) -> Recognised:
    """Return what an exchange is; ``told`` is the version to judge by, whatever the messages say."""
    by_target = told_by_target(exchange)
    if by_target == "foreign":
        return Recognised(whose="foreign", exchange=exchange)
    if by_target != "no JSON":
        return _by_json(as_sent(exchange), by_target)
    told = told if told != TODAY else None
    exchange = _as_sent(exchange)
    calls, unreadable = _calls(exchange.request)
    if not _is_ours(exchange.request, calls, unreadable) and not _speaks(exchange.response):
        return Recognised(whose="foreign", exchange=exchange)
    binding: Binding = "soap" if soap.is_soap(exchange.request) else "query"
    reason = _silence(exchange)
    if not reason and not any(call.operation for call in calls):
        if _speaks(exchange.response) or (unreadable is not None and _is_front_end(exchange.response)):
            return _reply_alone(exchange, unreadable)
        reason = "" if calls else LOST_REASON
    if reason:
        version = told or (calls[0].version if calls else None)
        return Recognised(
            whose="silent",
            reason=reason,
            exchange=exchange,
            sent=calls if version in VERSIONS and _is_for_service(exchange) else (),
            version=version if version in VERSIONS else LATEST,
            binding=binding,
            unreadable=unreadable,
        )
    return _call(exchange, calls, binding, told)


def _by_json(exchange: Exchange, by_target: Told) -> Recognised:
    """Return what an exchange of JSON is."""
    reason = {"other version": OTHER_VERSION_REASON, "lost": LOST_TARGET_REASON}.get(by_target) or _silence(exchange)
    if not reason and exchange.request.method != "POST":
        reason = NO_POST_REASON
    if reason:
        return Recognised(whose="silent", reason=reason, exchange=exchange, version=TODAY, binding="json")
    assert exchange.response is not None
    call, known, unreadable = call_in(exchange.request)
    answer = answer_to(exchange.request, exchange.response)
    reason = _beyond(answer) or (THROTTLED_REASON if is_throttled(answer) else "")
    known = known and not _has_scrubbed(call.values)
    return Recognised(
        whose="silent" if reason else "call",
        reason=reason,
        exchange=exchange,
        calls=(call if known else replace(call, values={}),),
        sent=(call,) if call.values or known else (),
        answer=answer,
        version=TODAY,
        binding="json",
        call_known=known,
        unreadable=unreadable,
    )


def _beyond(answer: Answer) -> str:
    """Return that a reply is beyond the kit's own limits; an empty string where it is not."""
    beyond = any(limit in (answer.unreadable or "")[:60] for limit in _OWN_LIMITS)
    return "its reply is larger or deeper than the kit reads" if beyond else ""


def _call(exchange: Exchange, calls: tuple[Call, ...], binding: Binding, told: str | None) -> Recognised:
    assert exchange.response is not None
    answer = answer_to(exchange.request, exchange.response)
    if reason := _beyond(answer):
        return Recognised(whose="silent", reason=reason, exchange=exchange, calls=calls)
    version = told or _version(calls[0], answer, exchange.response)
    known = not any(_has_scrubbed(call.values) for call in calls)
    return Recognised(
        whose="call",
        exchange=exchange,
        calls=tuple(_in_version(call, version, known) for call in calls),
        sent=calls,
        answer=answer,
        version=version,
        binding=binding,
        call_known=known,
    )


def _reply_alone(exchange: Exchange, unreadable: ValueError | None) -> Recognised:
    body = exchange.response.body if exchange.response is not None else b""
    enveloped = _first_name(body)[0] == "Envelope"
    return Recognised(
        whose="reply",
        reason=LOST_REASON,
        exchange=exchange,
        binding="soap" if enveloped else "query",
        unreadable=unreadable,
    )


def _as_sent(exchange: Exchange) -> Exchange:
    """Give a SOAP call whose headers were lost, or joined into one, those that tell it from a Query call."""
    request = exchange.request
    if not _is_xml(request.body) or soap.is_soap(request) or _MESSAGES not in request.body:
        return exchange
    headers = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
    return replace(
        exchange, request=replace(request, method="POST", headers=(*headers, ("Content-Type", CONTENT_TYPE)))
    )


def _is_xml(body: bytes) -> bool:
    return body[:256].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _calls(request: HttpRequest) -> tuple[tuple[Call, ...], ValueError | None]:
    """Return the calls of a request that may be one of the API, or why they cannot be read; nothing for others'."""
    if soap.is_soap(request):
        if _MESSAGES not in request.body and _SERVICE not in request.url.encode("utf-8", "replace"):
            return (), None
    elif not (_NAMED.search(request.body) or _NAMED.search(request.url.encode("utf-8", "replace"))):
        return (), None
    try:
        return calls_of(request), None
    except ValueError as error:
        return (), error


def _is_ours(request: HttpRequest, calls: tuple[Call, ...], unreadable: ValueError | None) -> bool:
    """Tell whether the request alone says that it is a call of the API."""
    if unreadable is not None:
        return _SERVICE in request.body or _MESSAGES in request.body or SERVICE in request.url
    if not calls:
        return _names_real_host(request)
    common = calls[0].common
    if soap.is_soap(request):
        return common.get("Service") == SERVICE or calls[0].version is not None
    service = common.get("Service")
    if service is not None:
        return service == SERVICE or _names_real_host(request)
    known = calls[0].operation in all_operations()
    return (known and ("AWSAccessKeyId" in common or common.get("Version") in VERSIONS)) or _names_real_host(request)


def _names_real_host(request: HttpRequest) -> bool:
    """Tell whether a call goes to the host of the real service; what is fetched there (a WSDL) is none."""
    try:
        parts = urlsplit(request.url)
        host = parts.hostname or (header(request.headers, "Host") or "").partition(":")[0]
    except ValueError:
        return False
    return _API_HOST.search(host) is not None and not parts.path.endswith((".wsdl", ".xsd", ".ico", ".html"))


def _first_name(body: bytes) -> tuple[str, bytes]:
    found = _FIRST_TAG.search(body[:_HEAD])
    return (found[1].decode("utf-8", "replace"), found[2]) if found else ("", b"")


def _speaks(response: HttpResponse | None) -> bool:
    """Tell whether a response by itself is a reply of the API: by its root, in no namespace but those of the API."""
    if response is None:
        return False
    name, attributes = _first_name(response.body)
    if name == "Envelope":
        return _MESSAGES in response.body
    if name.removesuffix("Response") not in all_operations() or not name.endswith("Response"):
        return False
    return all(one.startswith(_MESSAGES) for one in _NAMESPACES.findall(attributes))


def _is_front_end(response: HttpResponse | None) -> bool:
    return response is not None and _first_name(response.body)[0] == soap.FRONT_END


def _silence(exchange: Exchange) -> str:
    """Return why nothing is to be learned from the reply; an empty string where it is to be judged."""
    response = exchange.response
    if response is None:
        return exchange.failure or "no reply was recorded"
    if exchange.request.method.upper() in _SAYS_NOTHING:
        return f"a reply to {exchange.request.method.upper()[:20]} has nothing to judge"
    if response.status < 200 or 300 <= response.status < 400:
        return f"HTTP {response.status} is no reply of the service"
    if response.status in _STATUSES:
        return f"HTTP {response.status}: {_STATUSES[response.status]}"
    if not response.body and (header(response.headers, "Content-Length") or "").strip() != "0":
        return "the body of the reply was not recorded"
    return ""


def _is_for_service(exchange: Exchange) -> bool:
    """Tell whether a call is one that the service was to take: no other question, nor one that is sent elsewhere."""
    redirected = exchange.response is not None and 300 <= exchange.response.status < 400
    return not redirected and exchange.request.method.upper() not in _SAYS_NOTHING


def _version(call: Call, answer: Answer, response: HttpResponse) -> str:
    """Return the version that the call asked for, else that of the reply's namespace, else the newest that it fits."""
    if call.version in VERSIONS:
        return str(call.version)
    _, attributes = _first_name(response.body)
    for namespace in _NAMESPACES.findall(attributes):
        spoken = str(namespace.removeprefix(_MESSAGES), "utf-8", "replace")
        if spoken in VERSIONS:
            return spoken
    if answer.root is None or call.operation is None:
        return LATEST
    fitting, _ = fitting_version(answer, call.operation)
    return fitting or LATEST


def _in_version(call: Call, version: str, known: bool) -> Call:
    """Return a call as one of a version; without its values where some of them are not those sent."""
    common: Mapping[str, str] = call.common
    if call.version != version and call.operation is not None:
        common = {**common, "Version": version}
    if common is call.common and known:
        return call
    return Call(common=common, values=call.values if known else {}, pairs=call.pairs)


def _has_scrubbed(values: Values) -> bool:
    return any(_is_scrubbed(occurrences) for occurrences in values.values())


def _is_scrubbed(occurrences: Sequence[str | Values]) -> bool:
    return any(scrubbed(one) if isinstance(one, str) else _has_scrubbed(one) for one in occurrences)
