"""Taking secrets out of what is recorded, and Worker ids out of what is reported."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar, overload
from urllib.parse import unquote_to_bytes

from conformance.record.events import ActionEvent, End, Event, ExchangeEvent, RunHeader, VerdictEvent
from conformance.record.reader import Record
from conformance.wire.messages import Exchange, Headers, header

REDACTED = "REDACTED"
_LETTING_IN = ("authorization", "x-amz-security-token")

# A shorter signature is an invented one: its text may be a word that occurs elsewhere, so only its place is cleaned.
_SHORTEST_SIGNATURE = 20
_SIGNATURE = re.compile(
    rb"((?:^|[?&;\s])(?:X-Amz-)?Signature=|<(?:[\w.-]+:)?Signature(?:\s[^<>]*)?>\s*|\"Signature\"\s*:\s*\""
    rb"|Name=\"Signature\"\s+Value=\")([^&<\"\s]+)",
    re.IGNORECASE,
)
# With a digit, or as the service makes them: others are words.
_WORKER_ID = rb"(?=[A-Za-z]*\d)[A-Za-z0-9]{5,}|A[A-Z]{9,}(?![A-Za-z0-9])"
WORKER = re.compile(rb"(?:(?:WorkerId|SubjectId)(?:\.\d+)?[=>]|\"worker_id\"\s*:\s*\")(%s)(?=[&<\"]|$)" % _WORKER_ID)
# In JSON one stands behind its name, or several in a list; in a text inside of JSON the marks are escaped.
_IN_JSON = re.compile(rb"\\?\"(?:WorkerIds?|SubjectId)\\?\"\s*:\s*(\\?\"[^\"\\]*|\[[^\]]*)", re.IGNORECASE)
_QUOTED = re.compile(rb"\"(%s)(?=[\\\"]|$)" % _WORKER_ID)
# There may be thousands of Workers: what looks like one is looked up, instead of looking for each.
LIKE_A_WORKER = re.compile(rb"(?<![A-Za-z0-9])(?:%s)" % _WORKER_ID)
_PUNCTUATION = re.compile(rb"[^A-Za-z0-9]")
_ANY_SPELLING = rb"(?:[^A-Za-z0-9]|%(?:25)*[0-9A-Fa-f]{2}|&#?\\w+;)"
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}

_TEXTS: dict[type, tuple[str, ...]] = {
    RunHeader: ("url",),
    VerdictEvent: ("where", "expected", "actual", "note", "reason"),
    End: ("reason",),
}

Rewrite = Callable[[bytes], bytes]
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What must not be recorded: the access key, and other secrets of the run such as a control token."""

    access_key_id: str = ""
    secret_key: str = field(default="", repr=False)
    others: tuple[str, ...] = field(default=(), repr=False)

    @property
    def known(self) -> frozenset[str]:
        """The secrets that are not empty."""
        return frozenset({self.access_key_id, self.secret_key, *self.others} - {""})


@overload
def redact(subject: bytes, secrets: Secrets) -> bytes: ...
@overload
def redact(subject: E, secrets: Secrets) -> E: ...
def redact(subject: bytes | Event, secrets: Secrets) -> bytes | Event:
    """Return ``subject`` with each secret, Signature, Authorization and session token replaced by ``REDACTED``.

    They are found raw, percent-encoded and XML-escaped, or both, in URLs, headers, bodies and texts; a signature
    that one part of an event names is taken out of its other parts too, as where a reply quotes it.
    """
    if isinstance(subject, bytes):
        return _cleaner([subject], secrets.known)(subject)
    known = secrets.known
    if not isinstance(subject, ExchangeEvent):
        return rewritten(subject, _cleaner(_parts(subject), known))
    known |= _authorisations(subject.exchange.request.headers)
    return rewritten(_unauthorised(subject), _cleaner(_parts(subject), known))


def workers_in(part: bytes) -> Iterator[bytes]:
    """Yield the ids of Workers that parameters, elements and members of JSON name, in the order of each kind."""
    yield from WORKER.findall(part)
    if b"orkerId" in part or b"SubjectId" in part:
        for held in _IN_JSON.findall(part):
            yield from _QUOTED.findall(held)


def numbered(worker: bytes, number: int) -> bytes:
    """Return the pseudonym for people to read: ``worker-1``, ``worker-2`` …."""
    return b"worker-%d" % number


def alike(worker: bytes, number: int) -> bytes:
    """Return a pseudonym that can be judged as the id can: it has the form of one where that has it."""
    if not worker.isupper():
        return b"Worker%07d" % number
    return b"%bWORKER%07d" % (b"A" if worker.startswith(b"A") else b"", number)


def pseudonymise(record: Record, pseudonym: Callable[[bytes, int], bytes] = numbered) -> Record:
    """Return ``record`` with other names for its Workers, who are numbered in the order of their appearance.

    Worker ids are what parameters and elements named WorkerId or SubjectId hold; ids of cases stay as they are.
    """
    events = [ExchangeEvent(id=id_, exchange=exchange) for id_, exchange in record.exchanges.items()]
    names: dict[bytes, bytes] = {}
    for event in events:
        for part in _parts(event):
            for worker in workers_in(part):
                names.setdefault(worker, pseudonym(worker, len(names) + 1))
    for action in record.actions:
        if (acting := _bytes(_acting(action))) and acting not in names:
            names[acting] = pseudonym(acting, len(names) + 1)
    if not names:
        return record

    def hide(text: bytes) -> bytes:
        return LIKE_A_WORKER.sub(lambda found: names.get(found.group(), found.group()), text)

    return replace(
        record,
        exchanges={event.id: rewritten(event, hide).exchange for event in events},
        verdicts=tuple(rewritten(verdict, hide) for verdict in record.verdicts),
        actions=tuple(
            replace(
                one,
                arguments=tuple(_text(hide(_bytes(text))) for text in one.arguments),
                result=_text(hide(_bytes(one.result))),
            )
            for one in record.actions
        ),
    )


def _acting(action: ActionEvent) -> str:
    """Return the Worker of an act; empty where it is none of a Worker's."""
    if action.name in ("new_requester", "advance", "restart"):
        return ""
    return action.result if action.name == "worker_in" else next(iter(action.arguments), "")


def _cleaner(parts: Iterable[bytes], known: frozenset[str]) -> Rewrite:
    """Return what replaces the secrets ``known`` and the signatures that ``parts`` name."""
    named = {value for part in parts if _may_sign(part) for _, value in _SIGNATURE.findall(part)}
    signatures = {_bytes(html.unescape(unquote_to_bytes(value).decode(errors="replace"))) for value in named}
    quoted = [(_core(text), text) for text in signatures if len(text) >= _SHORTEST_SIGNATURE]
    mark = REDACTED.encode()

    def clean(part: bytes) -> bytes:
        if _may_sign(part):
            part = _SIGNATURE.sub(rb"\1" + mark, part)
        for core, pattern in _secrets(known):
            if core in part:
                part = pattern.sub(mark, part)
        for core, text in quoted:
            if core in part:
                # Every exchange has another signature, so its pattern is one that compiles fast.
                part = re.sub(_PUNCTUATION.sub(_ANY_SPELLING, text), mark, part)
        return part

    return clean


def _may_sign(part: bytes) -> bool:
    # Most parts name no signature, and to look for the word is much faster than to look for the pattern.
    return b"signature" in part.lower()


def _core(secret: bytes) -> bytes:
    """Return the longest piece of a secret that has one spelling only: without it there is nothing to look for."""
    return max(_PUNCTUATION.split(secret), key=len)


@lru_cache(maxsize=64)
def _secrets(known: frozenset[str]) -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    # The longest first, so that a secret which begins with another one is found whole.
    longest_first = sorted(known, key=len, reverse=True)
    return tuple((_core(_bytes(secret)), _pattern(secret)) for secret in longest_first)


@lru_cache(maxsize=256)
def _pattern(secret: str) -> re.Pattern[bytes]:
    return re.compile(_spellings(secret))


def _spellings(secret: str) -> bytes:
    """Return a pattern for ``secret`` raw, percent-encoded (also twice), XML-escaped, or escaped and then encoded."""
    return b"".join(
        _bytes(character) if character.isascii() and character.isalnum() else _spelling(character)
        for character in secret
    )


def _spelling(character: str) -> bytes:
    code = ord(character)
    octets = _bytes(character)
    entity = [rb"#0*%d" % code, rb"#[xX]0*" + _hexadecimal(b"%x" % code)]
    if character in _ENTITIES:
        entity.append(_ENTITIES[character].encode())
    escaped = b"(?:&|%%(?:25)*26)(?:%s)(?:;|%%(?:25)*3[bB])" % b"|".join(entity).replace(b"#", b"(?:#|%(?:25)*23)")
    percent = b"".join(rb"%(?:25)*" + _hexadecimal(b"%02x" % octet) for octet in octets)
    raw = [re.escape(octets), rb"\+"] if character == " " else [re.escape(octets)]
    # The entities before the raw character: an ampersand is the beginning of its own escape.
    return b"(?:%s)" % b"|".join([escaped, percent, *raw])


def _hexadecimal(digits: bytes) -> bytes:
    return b"".join(b"[%c%c]" % (digit, bytes([digit]).upper()) if digit > 57 else b"%c" % digit for digit in digits)


def _authorisations(headers: Headers) -> set[str]:
    """Return what must not be recorded of an authorisation: all of it, its last word, and a signature of Version 4."""
    value = header(headers, "Authorization") or ""
    token = header(headers, "X-Amz-Security-Token") or ""
    _, _, signature = value.partition("Signature=")
    long = {one for one in (signature.partition(",")[0].strip(), token) if len(one) >= _SHORTEST_SIGNATURE}
    return {value, *value.split()[-1:], *long} - {""}


def _unauthorised(event: ExchangeEvent) -> ExchangeEvent:
    """Return an exchange whose request says nothing in the headers by which it was let in."""
    request = event.exchange.request
    headers = tuple((name, REDACTED if name.lower() in _LETTING_IN else value) for name, value in request.headers)
    if headers == request.headers:
        return event
    return replace(event, exchange=replace(event.exchange, request=replace(request, headers=headers)))


def _parts(event: Event) -> list[bytes]:
    """Return every text of an event in which a secret can stand."""
    if not isinstance(event, ExchangeEvent):
        return [_bytes(text) for name in _TEXTS[type(event)] if (text := getattr(event, name))]
    exchange = event.exchange
    messages = [message for message in (exchange.request, exchange.response) if message is not None]
    values = [value for message in messages for _, value in message.headers]
    texts = [event.id, exchange.request.url, exchange.failure or "", *values]
    return [*map(_bytes, texts), *(message.body for message in messages)]


def rewritten(event: E, rewrite: Rewrite) -> E:
    """Return ``event`` with ``rewrite`` applied to every text in which a secret can stand."""
    if isinstance(event, ExchangeEvent):
        return replace(event, exchange=_rewritten_exchange(event.exchange, rewrite))
    texts = {name: text for name in _TEXTS[type(event)] if (text := getattr(event, name))}
    changed = {name: new for name, text in texts.items() if (new := _text(rewrite(_bytes(text)))) != text}
    subject: Any = event  # which fields there are is known from the table only
    rewritten: E = replace(subject, **changed) if changed else event
    return rewritten


def _rewritten_exchange(exchange: Exchange, rewrite: Rewrite) -> Exchange:
    def text(value: str) -> str:
        return _text(rewrite(_bytes(value)))

    def headers(pairs: Headers) -> Headers:
        return tuple((name, text(value)) for name, value in pairs)

    request, response = exchange.request, exchange.response
    return replace(
        exchange,
        request=replace(request, url=text(request.url), headers=headers(request.headers), body=rewrite(request.body)),
        response=response and replace(response, headers=headers(response.headers), body=rewrite(response.body)),
        failure=exchange.failure and text(exchange.failure),
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogatepass")
