"""The short way through an audit: plain replies to calls about which nothing is in doubt.

What it adds to an outcome is what the long way would add (`judging`), but by counting: what a reply shows is known from
its kind (`checks.remembering`), and only how often each kind came, and where first, is kept until `finish`.
"""

from collections import Counter
from typing import TypeAlias

from conformance.bindings.query import SERVICE, Call, read_call
from conformance.bindings.soap import is_soap
from conformance.checks.finding import Finding
from conformance.checks.history_facts import Fact, fact_of_plain, packed
from conformance.checks.reading import Reading
from conformance.checks.remembering import Learned, Remembering, Told, told_where
from conformance.checks.scrubbing import scrubbed
from conformance.record.audited import FIRST, Audited, Coverage, Fault, FileAccount, Sighting
from conformance.record.places import Place, placed
from conformance.spec.versions import VERSIONS
from conformance.traffic.exercising import exercise, exercise_call
from conformance.traffic.folding import key_of, standing
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpRequest

QUERY = "query"
_TARGET = "x-amz-target"
_NO_FORM = (b"<", b" ", b"\t", b"\n", b"\r", b"\xef")
_OK = 200
_Exercised: TypeAlias = tuple[tuple[str, tuple[tuple[str, str], ...], tuple[int, ...]], ...]
# What a kind of reply exercised, in a fifth of the memory of a Coverage: its fields, the keys of each and how often.
_LEFT_OUT = "GetAccountBalance"  # whose story is told by an amount, which is not read here


class PlainTraffic:
    """Judges plain exchanges; what it saw is told by ``finish``, into the outcome that it was seen for."""

    def __init__(self, version: str | None) -> None:
        self._version = version
        self._remembering: Remembering[_Exercised] = Remembering(_exercised)
        self._clear()

    def _clear(self) -> None:
        self._kinds: Counter[Learned[_Exercised]] = Counter()
        self._met: Counter[tuple[str, frozenset[str]]] = Counter()
        self._seen: dict[tuple[str, int], tuple[Finding, list[int], list[Sighting]]] = {}

    def take(self, place: Place, exchange: Exchange, into: Audited, account: FileAccount) -> bool:
        """Judge an exchange, if it is plain, and tell whether it is."""
        call = self._call(exchange)
        if call is None or exchange.response is None:
            return False
        told = self._remembering.told(call, exchange.response)
        if told is None:
            return False
        account.judged += 1
        version = str(call.version)
        self._met[version, told.met] += 1
        self._count(told)
        for finding, numbers in told.seen:
            self._see(version, finding, numbers, place)
        exercise_call(call, version, into.coverage)
        if into.is_telling:
            into.tell([placed(place, packed(_fact(call, exchange, told)))])
        return True

    def _call(self, exchange: Exchange) -> Call | None:
        """Return the call of an exchange; None where anything about it has to be found out."""
        request, response = exchange.request, exchange.response
        if response is None or response.status != _OK or not _is_form(request):
            return None
        try:
            call = read_call(request)
        except ValueError:
            return None
        clear = call.common.get("Service") == SERVICE and call.version in VERSIONS and "Operation" in call.common
        if call.operation == _LEFT_OUT or self._version not in (None, call.version):
            clear = False
        return call if clear and not _has_scrubbed(call.values) else None

    def _count(self, told: Told[_Exercised]) -> None:
        self._kinds.update(told.items)
        if len(told.items) != 1:  # each item was judged in a frame, and the reply has one
            self._kinds[told.frame] -= len(told.items) - 1

    def _see(self, version: str, finding: Finding, numbers: tuple[int, ...], place: Place) -> None:
        known = self._seen.get((version, id(finding)))
        if known is None:
            known = self._seen[version, id(finding)] = finding, [0], []
        _, count, first = known
        count[0] += len(numbers) or 1
        if len(first) < FIRST:
            places = sorted(told_where(finding, number) for number in numbers or (0,))
            for where in places[:FIRST]:
                first.append(Sighting(place=place, where=where, actual=finding.actual, note=finding.note))

    def finish(self, into: Audited) -> None:
        """Add what was seen since the last time to an outcome."""
        for (version, met), count in self._met.items():
            for requirement in met:
                if standing(requirement, version, QUERY, False).holds:
                    into.met[requirement] += count
        for kind, count in self._kinds.items():
            _add(into.coverage, kind.extra, count)
        for (version, _), (finding, (count,), first) in self._seen.items():
            stands = standing(finding.requirement, version, QUERY, False)
            if stands.holds:
                key = key_of(finding, stands, version, QUERY)
                fault = Fault(key=key, expected=finding.expected, count=count, first=tuple(sorted(first)[:FIRST]))
                known = into.faults.get(key)
                into.faults[key] = known.merged(fault) if known else fault
        self._clear()


def _is_form(request: HttpRequest) -> bool:
    """Tell whether a request is of the Query binding by all that it says."""
    if request.method not in ("GET", "POST") or request.body[:1] in _NO_FORM or is_soap(request):
        return False
    return not any(name.lower() == _TARGET for name, _ in request.headers)


def _exercised(reading: Reading) -> _Exercised:
    """Return what a reply exercised, without its call."""
    coverage = Coverage()
    exercise(Reading(reading.call, reading.answer, call_known=False), coverage)
    counted = ((name, getattr(coverage, name)) for name in ("operations", "elements", "values", "errors"))
    return tuple((name, tuple(counts), tuple(counts.values())) for name, counts in counted if counts)


def _add(into: Coverage, extra: _Exercised, times: int) -> None:
    for name, keys, numbers in extra:
        counts: Counter[tuple[str, str]] = getattr(into, name)
        for key, count in zip(keys, numbers, strict=True):
            counts[key] += count * times
            if not counts[key]:
                del counts[key]


def _has_scrubbed(values: Values) -> bool:
    return any(
        scrubbed(one) if isinstance(one, str) else _has_scrubbed(one)
        for occurrences in values.values()
        for one in occurrences
    )


def _fact(call: Call, exchange: Exchange, told: Told[_Exercised]) -> Fact:
    """Return what an exchange tells of the story that the capture is."""
    frame = told.skeleton.frame
    items = [one for one, _, _ in told.skeleton.items]
    total = frame.counters().get("TotalNumResults")
    said = told.skeleton.body[slice(*total)].decode("ascii") if total else ""
    return fact_of_plain(call, exchange, QUERY, accepted=told.accepted, frame=frame, items=items, total=said)
