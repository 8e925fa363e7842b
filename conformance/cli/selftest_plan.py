"""The plan of a self-test: which case runs against which defect, and what came of it.

Work is cut into parts, a version and some of its cases each, which know nothing of each other.  In each, the endpoint
without a defect gets the cases first: what they ask of it tells which defects a case can meet at all.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from zlib import crc32

from conformance.bindings.json import called, is_json
from conformance.bindings.query import Answer
from conformance.checks.finding import Finding
from conformance.checks.judge import judge
from conformance.defects.defect import Defect
from conformance.defects.reach import operations_reached
from conformance.record.events import Event, Verdict, VerdictEvent
from conformance.reference.deliveries import Deliver
from conformance.reference.endpoint import HANDLERS, Endpoint
from conformance.reference.notification_records import Notification
from conformance.spec.requirements import requirements
from conformance.spec.versions import KNOWN, TODAY
from conformance.target.opening import Target, open_target
from conformance.target.profile import Profile
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

EndpointHandler = Callable[[HttpRequest, float], HttpResponse]
ALARMS = (Verdict.FAIL, Verdict.WARN)
_WORD = re.compile(r"[A-Za-z]+")


class Extent(StrEnum):
    """How much is run: which cases against a defect, and in which versions.

    ``DEFAULT``: those that decide what it breaks, in the first and the last version of XML that shows it, and in that
    of JSON.  ``QUICK``: the same in the last one of XML that shows it, or by JSON where none does, for one defect of
    each requirement.  ``VERSIONS``: the same in all versions that show it.  ``FULL``: all cases, in all these versions.
    """

    DEFAULT = "default"
    QUICK = "quick"
    VERSIONS = "versions"
    FULL = "full"


def versions_of(defect: Defect, extent: Extent) -> frozenset[str]:
    """Return the versions to run a defect in; for each requirement that it breaks there is one, if it ever holds."""
    chosen: set[str] = set()
    for name in defect.breaks:
        shown = [version for version in KNOWN if defect.holds_in(version) and requirements()[name].holds_in(version)]
        by_xml, by_json = [one for one in shown if one != TODAY], [one for one in shown if one == TODAY]
        some = {
            Extent.DEFAULT: [*by_xml[:1], *by_xml[-1:], *by_json],
            Extent.QUICK: by_xml[-1:] or by_json,
        }
        chosen.update(some.get(extent, shown))
    return frozenset(chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A version, and the ``number``-th share (from 0) of its cases ``of`` so many."""

    version: str
    number: int = 0
    of: int = 1

    def has(self, case: str) -> bool:
        """Tell whether a case belongs to this part: to one of them, in whatever process one asks."""
        return crc32(case.encode()) % self.of == self.number


@dataclass(slots=True, kw_only=True)
class Shown:
    """What the cases have shown of one defect in one version."""

    alarms: dict[str, str] = field(default_factory=dict)  # requirement → where it was reported
    errors: set[str] = field(default_factory=set)
    differs: bool = False
    measured: set[str] = field(default_factory=set)  # requirements, of the endpoint without a defect alone

    def reports(self) -> list[tuple[str, str]]:
        """Return each alarm and each error of the kit, and where it was."""
        return [*sorted(self.alarms.items()), *(("kit error", error) for error in sorted(self.errors))]

    def add(self, other: "Shown") -> None:
        """Add what the cases of another part have shown."""
        self.alarms = {**other.alarms, **self.alarms}
        self.errors |= other.errors
        self.differs |= other.differs
        self.measured |= other.measured


class Answers:
    """What an endpoint was asked and has answered during a case: a digest of all, and the operations named in it."""

    def __init__(self) -> None:
        self.operations: frozenset[str] = frozenset()
        self._digest = blake2b()

    @property
    def digest(self) -> bytes:
        """The same for the same requests with the same answers."""
        return self._digest.digest()

    def noting(self, handle: EndpointHandler) -> EndpointHandler:
        """Return ``handle`` with every answer noted, those of the control API included: Workers see there."""

        def note(request: HttpRequest, at: float) -> HttpResponse:
            response = handle(request, at)
            body = request.body or b""
            self._digest.update(repr((request.url, len(body), response.status, len(response.body))).encode())
            if is_json(request):  # which has its operation and the id of the call in headers
                self._digest.update(repr((called(request), response.headers)).encode())
            self._digest.update(body)
            self._digest.update(response.body)
            if is_json(request):
                self.operations |= HANDLERS.keys() & {called(request)}
            else:
                words = _WORD.findall(f"{request.url} {body.decode('latin-1')}")
                self.operations |= HANDLERS.keys() & set(words)
            return response

        return note

    def noting_messages(self, deliver: Deliver) -> Deliver:
        """Return ``deliver`` with every message noted that leaves the endpoint."""

        def note(message: Notification, *, wait: bool) -> int | None:
            self._digest.update(repr((message.method, message.destination, message.body)).encode())
            return deliver(message, wait=wait)

        return note


class SelfTest:
    """One part of the plan.

    ``whole`` says that the endpoint without a defect gets all cases; else only those that a defect may get.  Which
    cases a defect gets is known when `planting` is set, after a session without defects.
    """

    def __init__(self, chosen: Iterable[Defect], part: Part, *, extent: Extent, whole: bool) -> None:
        self.defects = {one.name: one for one in chosen if part.version in versions_of(one, extent)}
        self.shown: dict[str | None, Shown] = defaultdict(Shown)
        self.planting = False
        self._part = part
        self._whole = whole
        self._profile = Profile(versions=(part.version,))
        self._reach = {name: operations_reached(one) for name, one in self.defects.items()}
        self._deciding: dict[str, list[str]] = defaultdict(list)  # requirement → defects
        self._for_all = list(self.defects) if extent is Extent.FULL else []
        for name, one in self.defects.items():
            for broken in one.breaks | {consequence for consequence in one.also if "*" not in consequence}:
                self._deciding[broken].append(name)
        self._answers = Answers()
        self._faultless: dict[str, bytes] = {}
        self._asked: dict[str, frozenset[str]] = {}
        self._last_case = ""
        self._judged: dict[Exchange, tuple[Finding, ...]] = {}

    def defects_for(self, case: str, decides: Iterable[str]) -> Iterator[str | None]:
        """Yield the defects that a case may find; before `planting`, None where there may be any."""
        if not self._part.has(case):
            return
        may_find = {name for requirement in decides for name in self._deciding.get(requirement, ())}
        found = self._for_all or [name for name in self.defects if name in may_find]
        if self.planting:
            yield from (name for name in found if self._meets(case, name))
        elif found or self._whole:
            yield None

    def _meets(self, case: str, name: str) -> bool:
        """Tell whether a case asks for what the defect changes; without that, it sees what it has seen before."""
        reach = self._reach[name]
        return reach is None or not reach.isdisjoint(self._asked.get(case, frozenset()))

    def target(self, defect: str | None) -> Target:
        """Return a fresh endpoint in this process, with the defect planted and all its answers noted."""
        self._answers = Answers()

        def plant(endpoint: Endpoint) -> None:
            endpoint.deliver = self._answers.noting_messages(endpoint.deliver)
            if defect is not None:
                self.defects[defect].plant(endpoint)
            setattr(endpoint, "handle", self._answers.noting(endpoint.handle))  # noqa: B010 - a method is replaced

        return open_target(self._profile, {}, in_process=True, plant=plant)

    def judge(self, exchange: Exchange, answer: Answer | None) -> tuple[Finding, ...]:
        """Return what the checks find in an exchange; most are the same whatever the defect, and are judged once."""
        found = self._judged.get(exchange)
        if found is None:
            found = self._judged[exchange] = tuple(judge(exchange, answer))
        return found

    def take(self, defect: str | None, events: list[Event]) -> None:
        """Take what a case showed."""
        verdicts = [event for event in events if isinstance(event, VerdictEvent)]
        if not verdicts:
            return
        case, shown = verdicts[0].case, self.shown[defect]
        if case != self._last_case:
            self._judged.clear()
            self._last_case = case
        if defect is None:
            self._faultless[case] = self._answers.digest
            self._asked[case] = self._answers.operations
            shown.measured |= {verdict.requirement for verdict in verdicts if verdict.verdict.measured}
        elif self._answers.digest != self._faultless.get(case):
            shown.differs = True
        for verdict in verdicts:
            if verdict.verdict in ALARMS:
                shown.alarms.setdefault(
                    verdict.requirement,
                    f"{verdict.case}: {verdict.where}: expected {verdict.expected}; got {verdict.actual}",
                )
            elif verdict.verdict is Verdict.ERROR or (verdict.verdict is Verdict.BLOCKED and defect is None):
                shown.errors.add(f"{verdict.case}: {verdict.reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a defect fared: in each version it holds in, what was missed and what was reported wrongly."""

    name: str
    missed: tuple[str, ...]
    false_alarms: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def killed(self) -> bool:
        """Whether all that it breaks was reported, and nothing else."""
        return not (self.missed or self.false_alarms or self.problems)


def result_of(defect: Defect, shown_in: dict[str, Shown], extent: Extent) -> Result:
    """Return how a defect fared, by what was shown of it in each version."""
    missed, alarms, problems = [], [], []
    for version in sorted(versions_of(defect, extent)):
        expected = {name for name in defect.breaks if requirements()[name].holds_in(version)}
        shown = shown_in.get(version, Shown())
        missed += [f"{name} in {version}" for name in sorted(expected - shown.alarms.keys())]
        alarms += [
            f"{name} in {version}, {where}" for name, where in sorted(shown.alarms.items()) if not defect.may_show(name)
        ]
        problems += [f"{version}, {error}" for error in sorted(shown.errors)]
        if not shown.differs:
            problems.append(f"{version}: its exchanges do not differ from the faultless ones")
    return Result(name=defect.name, missed=tuple(missed), false_alarms=tuple(alarms), problems=tuple(problems))
