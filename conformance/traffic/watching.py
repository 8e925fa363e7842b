"""Exchanges judged as they come, each fault told once, and written to a record from which all can be told again.

The record is that of a run (`conformance.record.events`) whose one case is called ``traffic``.  What is judged is what
is written: with keys, signatures and cookies taken out, unless they are to be kept.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from conformance import __version__
from conformance.errors import KitError
from conformance.record.audited import Audited, Fault, FaultKey, FileAccount
from conformance.record.events import LEVELS, End, Event, ExchangeEvent, RunHeader, Verdict, VerdictEvent
from conformance.record.places import Place
from conformance.record.redaction import REDACTED, Secrets, redact, rewritten
from conformance.record.writer import RecordWriter
from conformance.spec.requirements import requirements
from conformance.spec.statements import Requirement
from conformance.spec.versions import LATEST, TODAY, VERSIONS
from conformance.traffic.entries import Entry
from conformance.traffic.judging import Judging, Options, conclude
from conformance.wire.messages import Exchange, Headers

CASE = "traffic"
SOURCE = "live traffic"
_KEY = re.compile(rb"(AWSAccessKeyId(?:=|>|%3D|\"\s*:\s*\"))([^&<\"\s]+)", re.IGNORECASE)
_SHORTEST_KEY = 12  # a shorter one is invented: its text may be a word that occurs elsewhere
_SECRET_HEADERS = frozenset({"cookie", "set-cookie", "proxy-authorization", "x-amz-security-token"})

Tell = Callable[[FaultKey, Fault, str], None]
"""Is told of a fault when it is first seen: what it is, its first sighting, and the id of the exchange."""


@dataclass(slots=True, kw_only=True)
class Watch:
    """Judges exchanges one after the other; ``audited`` is what they amount to.

    ``record`` is where they are written, if anywhere; ``url`` names in it what was watched.
    """

    options: Options
    tell: Tell
    record: Path | None = None
    url: str = ""
    keeps_secrets: bool = False
    audited: Audited = field(default_factory=Audited)
    _judging: Judging = field(init=False)
    _writer: RecordWriter | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._judging = Judging(self.options)
        self.audited.files[0] = FileAccount(file=SOURCE, format=CASE)

    @property
    def account(self) -> FileAccount:
        """How many exchanges there were, and of what kind."""
        return self.audited.files[0]

    def begin(self) -> None:
        """Open the record and write its header; raise KitError where that is impossible."""
        if self.record is None:
            return
        self._writer = RecordWriter(self.record)
        versions = (self.options.version,) if self.options.version else ()
        self._write(
            RunHeader(
                kit=__version__,
                run_id="",
                seed=0,
                url=self.url,
                profile=CASE,
                versions=versions,
                bindings=(),
                selection=(),
                started_at=_now(),
            )
        )

    def take(self, exchange: Exchange) -> None:
        """Judge an exchange, tell the faults not seen before and write it down; KitError if that is impossible."""
        account = self.account
        name = f"{CASE}#{account.entries + 1}"
        event = ExchangeEvent(id=name, exchange=exchange)
        if not self.keeps_secrets:
            event = without_secrets(event)
        known, foreign = frozenset(self.audited.faults), account.foreign
        place = Place(source=0, file=SOURCE, entry=account.entries + 1)
        self._judging.take(Entry(place=place, exchange=event.exchange), self.audited)
        if account.foreign == foreign:
            self._write(event)
            self._tell_new(known)

    def end(self, *, reason: str | None = None) -> None:
        """Judge what all exchanges show together, and end the record; KitError if that is impossible."""
        known = frozenset(self.audited.faults)
        self._judging.finish(self.audited)
        conclude(self.audited)
        self._tell_new(known)
        missed = {key.requirement for key in self.audited.faults}
        for name in sorted(set(self.audited.met) - missed):
            self._write(self._met(name))
        failed = any(key.grade == "fail" for key in self.audited.faults)
        self._write(End(finished_at=_now(), exit_code=1 if failed else 0 if self.account.judged else 5, reason=reason))
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _tell_new(self, known: frozenset[FaultKey]) -> None:
        if len(self.audited.faults) == len(known):
            return
        for key, fault in self.audited.faults.items():
            if key not in known:
                exchange = f"{CASE}#{fault.first[0].place.entry}"
                self.tell(key, fault, exchange)
                self._write(_verdict(key, fault, exchange))

    def _met(self, requirement: str) -> VerdictEvent:
        known = requirements().get(requirement)
        version = self._version_met(known)
        return VerdictEvent(
            requirement=requirement,
            case=CASE,
            version=version,
            binding="json" if version == TODAY else "query",
            level=known.level_in(version) if known else "MAY",
            verdict=Verdict.PASS,
        )

    def _version_met(self, known: Requirement | None) -> str:
        """Return a version in which a requirement was met: of those that were spoken one in which it holds."""
        spoken = {version for _, version in self.audited.coverage.operations}
        by_xml = self.options.version if self.options.version in VERSIONS else LATEST
        only_json = TODAY in spoken and (spoken == {TODAY} or (known is not None and not known.holds_in(by_xml)))
        return TODAY if only_json else by_xml

    def _write(self, event: Event) -> None:
        if self._writer is None:
            return
        try:
            self._writer.write(event)
        except KitError:
            self._writer = None  # what was written stays; it is of no use to try again with each exchange
            raise


def without_secrets(event: ExchangeEvent) -> ExchangeEvent:
    """Return an exchange without access keys, signatures, authorisations and cookies."""
    exchange = event.exchange
    request, response = exchange.request, exchange.response
    texts = (request.url.encode("utf-8", "surrogatepass"), request.body, response.body if response else b"")
    keys = {value.decode("utf-8", "replace") for text in texts for _, value in _KEY.findall(text)}
    exchange = replace(
        exchange,
        request=replace(request, headers=_without_cookies(request.headers)),
        response=response and replace(response, headers=_without_cookies(response.headers)),
    )
    secrets = Secrets(others=tuple(sorted(key for key in keys if len(key) >= _SHORTEST_KEY)))
    instead = rb"\1" + REDACTED.encode()
    return rewritten(redact(replace(event, exchange=exchange), secrets), lambda octets: _KEY.sub(instead, octets))


def _without_cookies(headers: Headers) -> Headers:
    return tuple((name, REDACTED if name.lower() in _SECRET_HEADERS else value) for name, value in headers)


def _verdict(key: FaultKey, fault: Fault, exchange: str) -> VerdictEvent:
    first = fault.first[0]
    return VerdictEvent(
        requirement=key.requirement,
        case=CASE,
        version=key.version,
        binding=key.binding,
        level=next(level for level in LEVELS if level == key.level),
        verdict=Verdict(key.grade),
        where=first.where,
        expected=fault.expected,
        actual=first.actual,
        note=first.note,
        exchanges=(exchange,),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
