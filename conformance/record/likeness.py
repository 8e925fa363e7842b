"""What of two exchanges is alike: status, error codes, headers, elements and values, but for ids, times and run ids.

An id stands for another one where both came at the same place, and from then on for no other; a time is compared by
how far it is from the moment of its call.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from conformance.bindings.exchanges import answer_to, calls_of
from conformance.bindings.json import TARGET, JsonUnreadable, is_json
from conformance.bindings.json import parse as parse_json
from conformance.bindings.soap import is_soap
from conformance.wire.messages import Exchange, HttpRequest, header
from conformance.wire.parameters import ParametersUnreadable, read_parameters
from conformance.wire.timestamps import is_utc_timestamp, parse_timestamp
from conformance.wire.xml import XmlRefused, parse

OUTCOMES = ("failure", "status", "codes")
"""In what replies differ so that nothing else of them is worth comparing."""
_OF_THE_MOMENT = ("AWSAccessKeyId", "Timestamp", "Signature")
_OF_TRANSPORT = ("date", "content-length", "connection", "keep-alive", "transfer-encoding", "server", "via")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
_ID = re.compile(
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{10,}\b"
    r"|\bworker-\d+\b"  # a pseudonym
)
_STAMP = re.compile(r"\b\d{10,}\b")
_TOKEN = "NextToken"
_WORDING = "Errors/Error/Message"
_ENVELOPE = "Envelope/Body/"
_IN_SOAP = re.compile(rb"<(?:[\w.-]+:)?Timestamp>([\x20-\x3b\x3d-\x7e]*)<")
_NUMBER = re.compile(r"\[\d+\]")
_MOMENTS = (1_000_000_000, 4_000_000_000)
"""Numbers between these are seconds since the epoch: nothing else in JSON is so large."""
TOLERANCE = 2.0
"""So many seconds two times may lie apart that stand for one, beside what one of the plays took longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text with ids and times taken out: these apart, the times as seconds since their call was sent."""

    skeleton: str
    ids: tuple[str, ...] = ()
    times: tuple[float, ...] = ()
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """In what two replies differ: the ``aspect``, its ``place``, and what each of them says."""

    aspect: str
    place: str
    first: str
    second: str


@dataclass(slots=True, kw_only=True)
class Pairing:
    """Compares the exchanges of one case in two plays, in their order.

    ``run_ids`` are those of the plays, ``began`` is when each of them sent its first call.
    """

    run_ids: tuple[str, str] = ("", "")
    began: tuple[float, float] | None = None
    _pairs: dict[str, str] = field(default_factory=dict, init=False)
    _taken: dict[str, str] = field(default_factory=dict, init=False)
    _case_began: tuple[float, float] | None = field(default=None, init=False)

    def same_call(self, one: Exchange, other: Exchange) -> bool:
        """Tell whether both sent the same call."""
        self._case_began = self._case_began or (one.sent_at, other.sent_at)
        first, second = (
            [(name, self._text(value, name, exchange, run_id)) for name, value in _sent(exchange.request)]
            for exchange, run_id in zip((one, other), self.run_ids, strict=True)
        )
        slack = self._slack(one, other)
        return [name for name, _ in first] == [name for name, _ in second] and all(
            self._alike(left, right, slack) for (_, left), (_, right) in zip(first, second, strict=True)
        )

    def unlike(self, one: Exchange, other: Exchange) -> list[Unlike]:
        """Return in what the replies differ; where they differ in what came of the call, nothing else counts."""
        if one.response is None or other.response is None:
            told = tuple("no answer" if exchange.response is None else "an answer" for exchange in (one, other))
            return [] if told[0] == told[1] else [Unlike(aspect="failure", place="", first=told[0], second=told[1])]
        codes = tuple(_codes(exchange) for exchange in (one, other))
        statuses = (str(one.response.status), str(other.response.status))
        found = [
            Unlike(aspect=aspect, place="", first=first or "success", second=second or "success")
            for aspect, (first, second) in (("status", statuses), ("codes", codes))
            if first != second
        ]
        return found or [*self._headers(one, other), *self._bodies(one, other)]

    def _headers(self, one: Exchange, other: Exchange) -> Iterator[Unlike]:
        first, second = (
            {name.lower(): value for name, value in (exchange.response.headers if exchange.response else ())}
            for exchange in (one, other)
        )
        slack = self._slack(one, other)
        for name in sorted({*first, *second} - {*_OF_TRANSPORT}):
            left, right = first.get(name), second.get(name)
            texts = (
                self._text(left or "", name, one, self.run_ids[0]),
                self._text(right or "", name, other, self.run_ids[1]),
            )
            if left is None or right is None or not self._alike(*texts, slack):
                yield Unlike(aspect="header", place=name, first=_or_none(left), second=_or_none(right))

    def _bodies(self, one: Exchange, other: Exchange) -> Iterator[Unlike]:
        first, second = _elements(one), _elements(other)
        if first is None or second is None:
            if (first is None) != (second is None) or not self._same_bytes(one, other):
                yield Unlike(aspect="body", place="", first=_start(one), second=_start(other))
            return
        counts = tuple(Counter(_NUMBER.sub("", path) for path, _ in side) for side in (first, second))
        apart = {path for path in {*counts[0], *counts[1]} if counts[0][path] != counts[1][path]}
        for path in sorted(apart):
            if not any(path.startswith(f"{other}/") for other in apart):
                yield Unlike(
                    aspect="element", place=path, first=_times(counts[0][path]), second=_times(counts[1][path])
                )
        paths = tuple([path for path, _ in side] for side in (first, second))
        if not apart and paths[0] != paths[1]:
            place = next(left for left, right in zip(*paths, strict=True) if left != right)
            yield Unlike(aspect="order", place=_NUMBER.sub("", place), first=_few(paths[0]), second=_few(paths[1]))
        slack, values = self._slack(one, other), dict(second)
        for path, value in first:
            plain = _NUMBER.sub("", path)
            known = path in values and not any(plain == out or plain.startswith(f"{out}/") for out in apart)
            if not known or plain.endswith(_WORDING):  # every implementation words its errors otherwise
                continue
            left = self._text(value, path, one, self.run_ids[0])
            right = self._text(values[path], path, other, self.run_ids[1])
            if not self._alike(left, right, slack):
                yield Unlike(aspect="value", place=plain, first=left.shown, second=right.shown)

    def _same_bytes(self, one: Exchange, other: Exchange) -> bool:
        left = self._text(_start(one), "", one, self.run_ids[0])
        return self._alike(left, self._text(_start(other), "", other, self.run_ids[1]), self._slack(one, other))

    def _text(self, value: str, place: str, exchange: Exchange, run_id: str) -> Text:
        told = value.replace(run_id, "RUN").replace(run_id.upper(), "RUN") if run_id else value
        host = urlsplit(exchange.request.url).netloc
        told = told.replace(host, "HOST") if host else told
        name = _NUMBER.sub("", place).rpartition("/")[2].rpartition(".")[2] or place
        if re.search(r"Id(\.\d+)?$", place) or name.endswith("Id") or name == _TOKEN:
            return Text(skeleton="◇", ids=(told,), shown=value) if told else Text(skeleton="", shown=value)
        moment = _moment(exchange)
        times = tuple(_seconds(found) - moment for found in _TIME.findall(told))
        skeleton = _STAMP.sub("…", _TIME.sub(lambda found: re.sub(r"\d", "0", found[0]), told))
        return Text(skeleton=_ID.sub("◇", skeleton), ids=tuple(_ID.findall(skeleton)), times=times, shown=value)

    def _alike(self, left: Text, right: Text, slack: "_Slack") -> bool:
        if left.shown == right.shown:
            return True
        if left.skeleton != right.skeleton or len(left.times) != len(right.times):
            return False
        if not all(slack.covers(one, other) for one, other in zip(left.times, right.times, strict=True)):
            return False
        return all(self._paired(one, other) for one, other in zip(left.ids, right.ids, strict=True))

    def _paired(self, one: str, other: str) -> bool:
        if one not in self._pairs and other not in self._taken:
            self._pairs[one], self._taken[other] = other, one
        return self._pairs.get(one) == other

    def _slack(self, one: Exchange, other: Exchange) -> "_Slack":
        case = self._case_began or (one.sent_at, other.sent_at)
        run = self.began or case
        elapsed, since = (
            tuple(exchange.received_at - at for exchange, at in zip((one, other), began, strict=True))
            for began in (case, run)
        )
        return _Slack(
            within=TOLERANCE + abs(elapsed[0] - elapsed[1]),
            before=TOLERANCE + abs(since[0] - since[1]),
            age=1.0 - min(elapsed),  # times are told in whole seconds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slack:
    """How far two times may lie apart, in seconds: ``within`` the case, and ``before`` it, which began at ``age``."""

    within: float
    before: float
    age: float

    def covers(self, one: float, other: float) -> bool:
        return abs(one - other) <= (self.before if max(one, other) < self.age else self.within)


def operation_of(request: HttpRequest) -> str:
    """Return the operation that a request calls; empty where it does not say."""
    try:
        return calls_of(request)[0].operation or ""
    except ValueError:
        return ""


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    if is_json(request):
        return [
            ("X-Amz-Target", header(request.headers, TARGET) or ""),
            *(_members(request.body) or _start_of(request)),
        ]
    pairs = _pairs_of(request)
    if not pairs:
        elements = _tree(request.body)
        pairs = elements if elements is not None else [("", request.body.decode("utf-8", "replace"))]
    kept = [(name, value) for name, value in pairs if name.rpartition("/")[2].partition("[")[0] not in _OF_THE_MOMENT]
    return [("method", request.method), *kept]


def _codes(exchange: Exchange) -> str:
    response = exchange.response
    return ", ".join(one.code for one in answer_to(exchange.request, response).errors) if response else ""


def _elements(exchange: Exchange) -> list[tuple[str, str]] | None:
    if exchange.response is None:
        return None
    return (_members if is_json(exchange.request) else _tree)(exchange.response.body)


def _start_of(request: HttpRequest) -> list[tuple[str, str]]:
    return [("", request.body.decode("utf-8", "replace"))]


def _members(body: bytes) -> list[tuple[str, str]] | None:
    """Return the members of JSON as numbered paths with their texts; None for what is no JSON object."""
    try:
        content = parse_json(body) if body.strip() else {}
    except JsonUnreadable:
        return None
    found: list[tuple[str, str]] = []

    def visit(value: Any, path: str) -> None:
        if isinstance(value, dict):
            found.append((path, ""))
            for name in sorted(value):
                visit(value[name], f"{path}/{name}" if path else name)
        elif isinstance(value, list):
            found.append((path, ""))
            for number, one in enumerate(value, 1):
                visit(one, f"{path}/item" + (f"[{number}]" if number > 1 else ""))
        else:
            found.append((path, _scalar(value)))

    refused = "__type" in content
    visit({("Errors/Error/Message" if refused and name == "Message" else name): content[name] for name in content}, "")
    return found


def _scalar(value: Any) -> str:
    """Return a value of JSON as a text; what seems a moment as other bindings write it, to be compared as one."""
    if isinstance(value, int | float) and not isinstance(value, bool) and _MOMENTS[0] <= value < _MOMENTS[1]:
        return datetime.fromtimestamp(int(value), UTC).isoformat().replace("+00:00", "Z")
    return value if isinstance(value, str) else json.dumps(value)


def _tree(body: bytes) -> list[tuple[str, str]] | None:
    """Return the elements as numbered paths with their texts; None for what is no XML."""
    try:
        root = parse(body)
    except XmlRefused:
        return None
    found: list[tuple[str, str]] = []

    def visit(element: etree._Element, path: str) -> None:
        found.append((path, (element.text or "").strip() if len(element) == 0 else ""))
        met: Counter[str] = Counter()
        for child in element.iterchildren(tag=etree.Element):
            name = etree.QName(child).localname
            met[name] += 1
            visit(child, f"{path}/{name}" + (f"[{met[name]}]" if met[name] > 1 else ""))

    visit(root, etree.QName(root).localname)
    return [(path.removeprefix(_ENVELOPE), text) for path, text in found]


def _moment(exchange: Exchange) -> float:
    """Return when a call was sent, by the clock of its endpoint as far as it tells."""
    if is_json(exchange.request):
        return _signed_at(header(exchange.request.headers, "X-Amz-Date") or "") or exchange.sent_at
    stamped = _IN_SOAP.search(exchange.request.body) if is_soap(exchange.request) else None
    told = stamped[1].decode() if stamped else dict(_pairs_of(exchange.request)).get("Timestamp", "")
    return parse_timestamp(told).timestamp() if is_utc_timestamp(told) else exchange.sent_at


def _signed_at(text: str) -> float:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _pairs_of(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        return [] if is_soap(request) else [*read_parameters(request)]
    except ParametersUnreadable:
        return []


def _seconds(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # such as a thirteenth month
        return 0.0
    return moment.timestamp() if moment.tzinfo else parse_timestamp(f"{text.partition('.')[0]}Z").timestamp()


def _start(exchange: Exchange) -> str:
    return exchange.response.body[:2000].decode("utf-8", "replace") if exchange.response else ""


def _or_none(text: str | None) -> str:
    return "no such header" if text is None else text


def _times(count: int) -> str:
    return {0: "none", 1: "one"}.get(count, f"{count} of them")


def _few(paths: list[str]) -> str:
    return ", ".join(path.rpartition("/")[2] for path in paths[:12])
