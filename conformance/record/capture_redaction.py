"""Taking keys, signatures and Worker ids out of what an audit tells: nobody has named the secrets of a capture."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from conformance.bindings.json import access_key_id, is_json
from conformance.record.audited import Audited, Fault, FaultKey, Kept, Sighting
from conformance.record.events import ExchangeEvent
from conformance.record.places import Place
from conformance.record.redaction import LIKE_A_WORKER, REDACTED, Secrets, redact, rewritten, workers_in
from conformance.record.settled import constant_part
from conformance.wire.messages import Exchange, Headers, HttpRequest, header
from conformance.wire.parameters import ParametersUnreadable, read_parameters

# What is shorter is invented: its text may be a word that occurs elsewhere, so only its place is cleaned.
_SHORTEST = 12
_NAMED_KEY = re.compile(
    r"(AccessKeyId(?:(?:\W|%(?:25)*[0-9A-F]{2}|&\w{1,8};){1,12}|(?:\W{1,4}\w{0,12}){0,2}\W{1,4}Value\W{1,8}|\W{1,4}is\W{1,4}))"
    r"((?=[A-Za-z/+_-]*\d)[A-Za-z0-9/+_-]{4,})",
    re.IGNORECASE,
)
# In a message the place alone says it, whatever a key looks like.
_PLACES_OF_KEYS = re.compile(
    rb"((?:^|[?&])AWSAccessKeyId=|<(?:[\w.-]+:)?AWSAccessKeyId(?:\s[^<>]*)?>|Name=\"AWSAccessKeyId\"\s+Value=\")[^&<\"\s]+"
)
# Of the others some are secrets (Cookie, X-Amz-Security-Token), and none is needed to send the call again.
_HEADERS = ("content-type", "soapaction", "x-amz-target")
_UNSIGNED = b"MissingAuthenticationToken"
_TOKEN = re.compile(rb"((?:%(?:25)*[0-9A-Fa-f]{2})?)([A-Za-z0-9]{12,})")
_LIKE_A_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")
_PASSWORD = re.compile(r"(://)[^/@\s]{1,200}@")
_IN_URLS = (
    (_PASSWORD, rf"\1{REDACTED}@"),
    (re.compile(r"([?&]X-Amz-(?:Credential|Security-Token)=)[^&\s]+", re.IGNORECASE), rf"\1{REDACTED}"),
)
_OF_WORKERS = re.compile(r"(?:WorkerIds?|SubjectId)(?:[.\[]\d+\]?)?(?:/text\(\))?$")
_OF_KEYS = re.compile(r"(?:AccessKeyId|Signature)(?:\[\d+\])?(?:/text\(\))?$", re.IGNORECASE)

Clean = Callable[[str], str]


def without_secrets(audited: Audited) -> Audited:
    """Return the outcome of an audit with access keys and signatures as ``REDACTED``, Worker ids as ``worker-1`` ….

    They are known by the names beside which they stand, anywhere in the texts or in the exchanges that are kept, and
    are taken out wherever they occur.  The Workers are numbered in the order of the faults.  Faults that differed by
    nothing else become one.
    """
    keys, workers = _keys(audited), _workers(audited)
    mark = REDACTED.encode()

    def key(found: re.Match[bytes]) -> bytes:
        return found[1] + mark if found[2] in keys else found.group()

    def hide(octets: bytes) -> bytes:
        # There may be thousands of them: what looks like one is looked up, instead of looking for each.
        octets = _TOKEN.sub(key, octets) if keys else octets
        return LIKE_A_WORKER.sub(lambda found: workers.get(found.group(), found.group()), octets)

    @cache  # files, places and expectations repeat
    def clean(text: str) -> str:
        if not text:
            return text
        for pattern, instead in _IN_URLS:
            text = pattern.sub(instead, text)
        text = _LIKE_A_KEY.sub(REDACTED, _NAMED_KEY.sub(rf"\1{REDACTED}", text))
        return hide(redact(_bytes(text), Secrets())).decode("utf-8", "surrogatepass")

    def hide_all(octets: bytes) -> bytes:
        return hide(_PLACES_OF_KEYS.sub(rb"\1" + mark, octets))

    def exchange(one: Exchange) -> Exchange:
        event = ExchangeEvent(id="", exchange=_with_few_headers(one))
        return rewritten(redact(event, Secrets()), hide_all).exchange

    return _rewritten(audited, clean, exchange)


def _rewritten(audited: Audited, clean: Clean, exchange: Callable[[Exchange], Exchange]) -> Audited:
    def place(one: Place) -> Place:
        return replace(one, file=clean(one.file))

    changed = replace(
        audited,
        files={
            number: replace(of, file=clean(of.file), reason=clean(of.reason)) for number, of in audited.files.items()
        },
        unread=[replace(one, place=place(one.place), reason=clean(one.reason)) for one in audited.unread],
        faults={},
        kept={},
    )
    for fault in audited.faults.values():
        new = _fault(fault, _without_signature(clean, audited.kept.get(fault.key)), place)
        known = changed.faults.get(new.key)
        changed.faults[new.key] = known.merged(new) if known else new
    for key, kept in audited.kept_in_order():
        changed.kept.setdefault(
            _key(key, _without_signature(clean, kept)), Kept(place=place(kept.place), exchange=exchange(kept.exchange))
        )
    return changed


def _with_few_headers(exchange: Exchange) -> Exchange:
    request, response = exchange.request, exchange.response
    few = [tuple(pair for pair in of.headers if pair[0].lower() in _HEADERS) for of in (request, response) if of]
    return replace(
        exchange,
        request=replace(
            request, url=_PASSWORD.sub(rf"\1{REDACTED}@", request.url), headers=(*few[0], *_signed(exchange))
        ),
        response=response and replace(response, headers=few[-1]),
    )


def _signed(exchange: Exchange) -> Headers:
    """Return the headers by which a call of JSON says that it was signed, which it was unless the reply complains."""
    response = exchange.response
    if not is_json(exchange.request) or (response is not None and _UNSIGNED in response.body):
        return ()
    return ("Authorization", REDACTED), ("X-Amz-Date", header(exchange.request.headers, "X-Amz-Date") or "")


def _fault(fault: Fault, clean: Clean, place: Callable[[Place], Place]) -> Fault:
    first = tuple(
        Sighting(
            place=place(one.place),
            where=clean(one.where),
            actual=_by_place(one.where, one.actual, clean),
            note=clean(one.note),
        )
        for one in fault.first
    )
    return replace(
        fault, key=_key(fault.key, clean), expected=_by_place(fault.key.where, fault.expected, clean), first=first
    )


def _key(key: FaultKey, clean: Clean) -> FaultKey:
    return replace(
        key,
        where=clean(key.where),
        expected=constant_part(_by_place(key.where, key.expected, clean)),
        actual=constant_part(_by_place(key.where, key.actual, clean)),
    )


def _by_place(where: str, text: str, clean: Clean) -> str:
    """Return a text cleaned, and nothing of it where all of it may be a secret."""
    return REDACTED if text and _OF_KEYS.search(where) else clean(text)


def _keys(audited: Audited) -> set[bytes]:
    """Return the access keys that are named anywhere."""
    found = {key for text in _texts(audited) if "ey" in text for _, key in _NAMED_KEY.findall(text)}
    found |= {_sent(kept, "AWSAccessKeyId") for _, kept in audited.kept_in_order()}
    return {_bytes(key) for key in found if len(key) >= _SHORTEST}


def _sent(kept: Kept, name: str) -> str:
    """Return the access key or the signature of a call."""
    if is_json(kept.exchange.request):
        return _of_version_4(kept.exchange.request).get(name, "")
    try:
        return dict(read_parameters(kept.exchange.request)).get(name, "")
    except ParametersUnreadable:
        return ""


def _of_version_4(request: HttpRequest) -> dict[str, str]:
    signature = (header(request.headers, "Authorization") or "").partition("Signature=")[2].partition(",")[0].strip()
    return {"AWSAccessKeyId": access_key_id(request) or "", "Signature": signature}


def _without_signature(clean: Clean, kept: Kept | None) -> Clean:
    """Return what cleans the texts of a fault that may quote the signature of the exchange which shows it."""
    signature = _sent(kept, "Signature") if kept else ""
    if len(signature) < _SHORTEST:
        return clean
    secrets = Secrets(others=(signature,))
    return lambda text: redact(_bytes(clean(text)), secrets).decode("utf-8", "surrogatepass")


def _workers(audited: Audited) -> dict[bytes, bytes]:
    """Return the Workers' ids with their pseudonyms."""
    names: dict[bytes, bytes] = {}
    for fault in audited.in_order():
        for one in fault.first:
            if _OF_WORKERS.search(one.where):
                for worker in LIKE_A_WORKER.findall(_bytes(one.actual)):
                    names.setdefault(worker, b"worker-%d" % (len(names) + 1))
    for text in _texts(audited):
        for worker in workers_in(_bytes(text)):
            names.setdefault(worker, b"worker-%d" % (len(names) + 1))
    return names


def _texts(audited: Audited) -> Iterator[str]:
    """Yield every text in which a secret can stand."""
    for fault in audited.in_order():
        yield from (fault.expected, fault.key.where, fault.key.expected, fault.key.actual)
        for one in fault.first:
            yield from (one.where, one.actual, one.note, one.place.file)
    for part in audited.unread:
        yield from (part.reason, part.place.file)
    for _, kept in audited.kept_in_order():
        request, response = kept.exchange.request, kept.exchange.response
        yield from (request.url, request.body.decode("latin-1"))
        if response:
            yield response.body.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
