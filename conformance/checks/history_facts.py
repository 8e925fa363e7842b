"""What a single exchange tells of the story that a capture is: which ids it names and shows, and what it did."""

import pickle
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from sys import intern
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from conformance.bindings.query import Call
from conformance.checks.reading import Reading
from conformance.checks.scrubbing import BEGIN, scrubbed
from conformance.checks.stretches import Found
from conformance.spec.shapes import shapes_for
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpRequest, header
from conformance.wire.timestamps import parse_timestamp

try:  # without hashlib, which loads OpenSSL: 4 MB of memory for each process of an audit
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

SHOWN_KEPT = 200
"""Of so many objects in one reply it is kept that they were shown."""
_SHOWN = {
    "HIT": ("HIT", "HITId", "HITStatus"),
    "Assignment": ("Assignment", "AssignmentId", "AssignmentStatus"),
    "QualificationRequest": ("QualificationRequest", "QualificationRequestId", ""),
    "QualificationType": ("QualificationType", "QualificationTypeId", ""),
}
"""Type of an element → kind of the object, the member that holds its id, and the one that holds its state."""
_PLAINLY_SHOWN = tuple((kind, f"{kind}.{name}", f"{kind}.{status}") for kind, name, status in _SHOWN.values())
_PAGE, _TOKEN = "PageNumber", "UniqueRequestToken"
_AMZ_DATE = "%Y%m%dT%H%M%SZ"
PARDONING = "ApproveRejectedAssignment"
"""The operation by which a rejection is taken back; in 2017-01-17 it is told so in an approval."""


class Fact(NamedTuple):
    """An exchange as its story tells it; what is not known, or was replaced by a recorder, is empty or 0.

    Times are seconds since the epoch: ``sent`` and ``received`` by the clock of who captured, ``claimed`` as the call
    says in Timestamp.  ``named`` are the objects that the call names, as (kind, id), ``shown`` those in the reply with
    their states; ``asked`` is a digest of the parameters but for token and page, ``request`` one of the whole request.
    """

    operation: str
    version: str
    binding: str
    server: str
    account: str
    sent: float
    received: float
    claimed: float
    request_id: str
    request: bytes
    accepted: bool = False
    named: tuple[tuple[str, str], ...] = ()
    shown: tuple[tuple[str, str, str], ...] = ()
    token: str = ""
    asked: bytes = b""
    page: str = ""
    total: str = ""
    amount: str = ""


_SHOWN_AT = Fact._fields.index("shown")


def packed(fact: Fact) -> bytes:
    """Return a fact as bytes, which take a fifth of its memory; `unpacked` undoes it, in the same audit."""
    # What is one object is written once.
    shown = tuple([(kind, name, intern(state)) for kind, name, state in fact.shown])
    return pickle.dumps((*fact[:_SHOWN_AT], shown, *fact[_SHOWN_AT + 1 :]), pickle.HIGHEST_PROTOCOL)


def unpacked(told: bytes | memoryview) -> Fact:
    """Return the fact that `packed` made bytes of."""
    return Fact._make(pickle.loads(told))


def lasting(told: Fact) -> Fact:
    """Return a fact that may be kept for long: what nearly all have alike is one object, what it shows is left out."""
    return told._replace(
        operation=intern(told.operation),
        version=intern(told.version),
        binding=intern(told.binding),
        server=intern(told.server),
        account=intern(told.account),
        shown=(),
    )


def facts_of(readings: tuple[Reading, ...], exchange: Exchange, binding: str) -> Iterator[Fact]:
    """Yield what an exchange tells: a fact for each call of its message, the first of which has the RequestId."""
    for number, reading in enumerate(readings):
        if reading.answer is None or reading.operation is None:
            continue
        request_id = _clean(reading.answer.request_id) if number == 0 else ""
        yield _fact(reading, exchange, binding, request_id)


def fact_of_plain(
    call: Call, exchange: Exchange, binding: str, *, accepted: bool, frame: Found, items: Iterable[Found], total: str
) -> Fact:
    """Return the fact of an exchange whose reply was read without its tree (`skeletons`)."""
    named = frame.named()
    known = _asked(call, exchange, binding, _clean(named.get("RequestId")))
    if not accepted:
        return Fact(**known)
    shown = [*_plainly_shown(named)]
    for item in items:
        one = item.shown()
        shown += (one,) if one is not None else _plainly_shown(item.named())
    shown = [one for one in shown if one[1][0] not in BEGIN or _clean(one[1])]
    return Fact(
        **known, **_taken(call, str(call.version)), shown=tuple(shown[:SHOWN_KEPT]), total=total, amount=_paid(call)
    )


def _plainly_shown(named: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for kind, identifier, status in _PLAINLY_SHOWN:
        if identifier in named:
            yield kind, named[identifier], named.get(status, "")


def _fact(reading: Reading, exchange: Exchange, binding: str, request_id: str) -> Fact:
    known = _asked(reading.call, exchange, binding, request_id) | {"version": reading.version}
    if reading.by_json and _overrides(reading.call):
        known["operation"] = PARDONING
    if reading.answer is None or not _says_accepted(reading):
        return Fact(**known)
    result = reading.answer.results[0]
    total = (result.findtext("TotalNumResults") or "").strip()
    amount = _paid(reading.call)
    if reading.operation == "GetAccountBalance":
        amount = (result.findtext("AvailableBalance/Amount") or "").strip()
    return Fact(
        **known, **_taken(reading.call, reading.version), shown=tuple(_shown(reading)), total=total, amount=amount
    )


def _overrides(call: Call) -> bool:
    """Tell whether a call approves also what was rejected, for which the older versions have another operation."""
    return call.operation == "ApproveAssignment" and call.values.get("OverrideRejection") == ["true"]


def _asked(call: Call, exchange: Exchange, binding: str, request_id: str) -> dict[str, Any]:
    """Return what is known of a call to an operation before its reply is looked at."""
    request = exchange.request
    return {
        "operation": str(call.operation),
        "version": str(call.version),
        "binding": binding,
        "server": _server(request),
        "account": _clean(call.common.get("AWSAccessKeyId")),
        "sent": exchange.sent_at,
        "received": exchange.received_at,
        "claimed": _moment(call.common.get("Timestamp", "")),
        "request_id": request_id,
        "request": _digest(request.url, request.body + _in_headers(request)),
    }


def _says_accepted(reading: Reading) -> bool:
    """Tell whether a call was accepted beyond doubt: a refusal may be so spoilt that it is not read as one."""
    answer = reading.answer
    if answer is None or not reading.accepted:
        return False
    return reading.by_json or (answer.is_valid or "").strip().lower() == "true"


def overview(facts: Iterable[Fact]) -> tuple["array[float]", frozenset[int], frozenset[int]]:
    """Return when the calls were sent, the hashes of what comes more than once, and of what of that calls name.

    What comes are ids and what was asked; among them are few others.
    """
    times, hashes, names = array("d"), array("q"), array("q")
    for fact in facts:
        times.append(fact.sent)
        hashes.append(hash(fact.request_id))
        if fact.total:
            hashes.append(hash(fact.asked))
        names.extend([hash(name) for _, name in fact.named])
        hashes.extend([hash(name) for _, name, _ in fact.shown])
    hashes.extend(names)
    again = frozenset(one for one, following in pairwise(sorted(hashes)) if one == following)
    return times, again, again.intersection(names)


def _clean(text: str | None) -> str:
    text = (text or "").strip()
    return "" if scrubbed(text) else text


def _first(values: Values, name: str) -> str:
    held = values.get(name, [""])[0]
    return held.strip() if isinstance(held, str) else ""


def _in_headers(request: HttpRequest) -> bytes:
    """Return what a call of JSON has in headers and no other call may have: its operation, and when it was signed."""
    said = [header(request.headers, name) or "" for name in ("X-Amz-Target", "X-Amz-Date")]
    return "\0".join(said).encode("utf-8", "surrogatepass") if any(said) else b""


def _server(request: HttpRequest) -> str:
    return _netloc(request.url.partition("?")[0]) or header(request.headers, "Host") or ""


@lru_cache(256)
def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _digest(text: str, more: bytes = b"") -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass") + b"\0" + more, digest_size=8).digest()


def _moment(text: str) -> float:
    try:
        moment = datetime.strptime(text, _AMZ_DATE).replace(tzinfo=UTC) if "-" not in text else parse_timestamp(text)
    except ValueError:
        return 0.0
    return moment.timestamp() if moment.tzinfo is not None else 0.0


def _taken(call: Call, version: str) -> dict[str, Any]:
    """Return what a call to an operation of a version tells once it was accepted."""
    asked = sorted((name, str(held)) for name, held in call.values.items() if name not in (_PAGE, _TOKEN))
    named = [
        (kind, name)
        for member, kind in _naming(version, str(call.operation))
        for text in call.values.get(member, ())
        if isinstance(text, str) and (name := _clean(text))
    ]
    return {
        "accepted": True,
        "named": tuple(named),
        "token": _clean(_first(call.values, _TOKEN)),
        "asked": _digest(str(asked)),
        "page": _first(call.values, _PAGE),
    }


@lru_cache(512)
def _naming(version: str, operation: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters of an operation that name objects of its own, with the kinds of these."""
    elements = shapes_for(version).operation(operation).request.elements
    return tuple((member.name, member.refers) for member in elements if member.refers)


def _shown(reading: Reading) -> Iterator[tuple[str, str, str]]:
    count = 0
    for visit in reading.visits:
        if visit.type is None or visit.type.name not in _SHOWN:
            continue
        kind, identifier, status = _SHOWN[visit.type.name]
        name = _clean(visit.element.findtext(identifier))
        if name and count < SHOWN_KEPT:
            count += 1
            yield kind, name, (visit.element.findtext(status) or "").strip() if status else ""


def _paid(call: Call) -> str:
    """Return the money that a call pays."""
    for price in call.values.get("BonusAmount", ()) if call.operation == "GrantBonus" else ():
        if not isinstance(price, str):
            return _first(price, "Amount")
    return ""
