"""The entries of the page: one a fault, with its evidence, and where else it was seen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from conformance.bindings.exchanges import calls_of
from conformance.record.events import ActionEvent, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.record.summary import Finding, Summary
from conformance.report import replaying
from conformance.report.evidence import Evidence, evidence_for
from conformance.report.html.comparison import Comparison, compare
from conformance.report.html.heat import UNKNOWN
from conformance.report.html.seen import Axes, Sighting
from conformance.report.html.wire import Wire, wire_of
from conformance.report.visible import visible
from conformance.spec.life_cycles import life_cycle
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange

_STEPS = 40
_CASES = 12
_MACHINES = "machines/"
_LIFE_CYCLES = ("hit", "qualification", "money")
_CODE = re.compile(rb"<(?:[\w.-]+:)?(?:Code|faultcode)>\s*([^<]{1,120})")
_SECTIONS = (
    (Verdict.FAIL, "failures", "Failures", "MUSTs that the endpoint missed, one entry a fault."),
    (Verdict.ERROR, "errors", "Errors of the kit", "Our fault, and no verdict on the endpoint."),
    (Verdict.WARN, "warnings", "Warnings", "SHOULDs that the endpoint missed."),
)
_KNOWN = ("known", "Known", "Missed as before: what the baseline lists or the profile declares.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One fault; what is costly of it is made when it is asked for, as an entry in brief does without.

    ``number`` is its place on the page; ``anchor`` is the requirement's id where this entry is the first about it, else
    empty.  ``exchanges`` are those that no entry before has; ``elsewhere`` are the numbers of the entries that have
    the others.  ``cases`` are names with the versions and bindings of each, ``places`` those of all.  ``actions`` are
    those of the drivers in its case, and ``begin`` the number of the exchange after which it tells of this fault.
    """

    record: Record
    number: int
    anchor: str
    verdict: Verdict
    sample: VerdictEvent
    kind: str
    text: str
    source: str
    seen: str
    count: int
    cases: tuple[tuple[str, str], ...]
    more_cases: int
    places: str
    exchanges: tuple[str, ...]
    elsewhere: tuple[int, ...]
    actions: tuple[ActionEvent, ...]
    begin: int

    @property
    def evidence(self) -> Evidence:
        """The lines that show the fault again."""
        return evidence_for(self.record, self.sample)

    @property
    def comparison(self) -> Comparison | None:
        """What was expected beside what came; None where neither is told."""
        both = self.sample.expected or self.sample.actual
        return compare(self.sample.expected, self.sample.actual) if both else None

    @property
    def wires(self) -> tuple[Wire, ...]:
        """The exchanges as they are shown."""
        return tuple(wire_of(id_, self.record.exchanges[id_]) for id_ in self.exchanges)

    @property
    def smallest(self) -> bool:
        """Whether the steps are an example that was made small."""
        return self.sample.case.startswith(_MACHINES)

    @property
    def steps(self) -> tuple[str, ...]:
        """What was done in the case up to the exchange that shows the fault, the last of it where it is long."""
        case, _, last = self.sample.exchanges[-1].rpartition("#") if self.sample.exchanges else ("", "", "")
        acts: dict[int, list[ActionEvent]] = {}
        for action in self.actions:
            acts.setdefault(action.after, []).append(action)
        workers: dict[str, str] = {}
        told: list[str] = []
        for number in range(self.begin + 1, _number(last) + 1):
            told += [_act(action, workers) for action in acts.get(number - 1, [])]
            exchange = self.record.exchanges.get(f"{case}#{number}")
            if exchange is not None:
                told.append(_call(exchange, self.record.accounts.get(f"{case}#{number}", "")))
        return tuple(told[-_STEPS:]) if len(told) > 1 else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of the page with the entries below it."""

    id: str
    title: str
    explained: str
    entries: tuple[Shown, ...]


def findings_of(record: Record, summary: Summary, axes: Axes) -> tuple[Section, ...]:
    """Return the sections that have entries; failures first."""
    writer = _Writer(record=record, axes=axes)
    told = {Verdict.FAIL: summary.failures, Verdict.ERROR: summary.errors, Verdict.WARN: summary.warnings}
    of_verdicts = [
        (id_, title, explained, [(verdict, one) for one in told[verdict] if one.sample.known is None])
        for verdict, id_, title, explained in _SECTIONS
    ]
    known = [(verdict, one) for verdict in told for one in told[verdict] if one.sample.known is not None]
    return tuple(
        Section(id=id_, title=title, explained=explained, entries=entries)
        for id_, title, explained, findings in (*of_verdicts, (*_KNOWN, known))
        if (entries := tuple(writer.entry(verdict, finding) for verdict, finding in findings))
    )


class _Writer:
    """Writes the entries in the order of the page, and knows what those before have shown."""

    def __init__(self, *, record: Record, axes: Axes) -> None:
        self._record = record
        self._axes = axes
        self._number = 0
        self._anchors: set[str] = set()
        self._places: dict[str, int] = {}
        self._actions: dict[str, list[ActionEvent]] = {}
        for action in record.actions:
            self._actions.setdefault(action.case, []).append(action)
        self._ends = _ends(record)

    def entry(self, verdict: Verdict, finding: Finding) -> Shown:
        """Return the next entry."""
        self._number += 1
        sample, known = finding.sample, requirements().get(finding.sample.requirement)
        anchor = "" if sample.requirement in self._anchors else sample.requirement
        self._anchors.add(sample.requirement)
        case, _, last = sample.exchanges[-1].rpartition("#") if sample.exchanges else ("", "", "")
        cases = _named(finding.cases)
        held = [id_ for id_ in sample.exchanges if id_ in self._record.exchanges]
        places = {id_: self._places.setdefault(id_, self._number) for id_ in held}
        return Shown(
            record=self._record,
            number=self._number,
            anchor=anchor,
            verdict=verdict,
            sample=sample,
            kind=known.kind if known else UNKNOWN,
            text=known.text_in(sample.version) if known else "",
            source=known.source_in(sample.version) if known else "",
            seen=self._axes.seen(_sighting(case, verdict) for case in finding.cases),
            count=finding.count,
            cases=cases[:_CASES],
            more_cases=max(0, len(cases) - _CASES),
            places=_places(finding.cases),
            exchanges=tuple(id_ for id_, place in places.items() if place == self._number),
            elsewhere=tuple(sorted({place for place in places.values() if place != self._number})),
            actions=tuple(self._actions.get(case, ())),
            begin=max((end for end in self._ends.get(case, ()) if end < _number(last)), default=0),
        )


def _ends(record: Record) -> dict[str, set[int]]:
    """Return where, in a case that looks for several faults one after the other, the examples of them end."""
    ends: dict[str, set[int]] = {}
    for event in record.verdicts:
        missed = event.verdict in (Verdict.FAIL, Verdict.WARN) and event.exchanges
        if missed and event.case.startswith(_MACHINES) and event.requirement in _rules():
            case, _, last = event.exchanges[-1].rpartition("#")
            ends.setdefault(case, set()).add(_number(last))
    return ends


@cache
def _rules() -> frozenset[str]:
    return frozenset(rule for name in _LIFE_CYCLES for rule in life_cycle(name).requirements)


def _number(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]{1,5}", text) else 0


def _named(cases: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the cases by name, each with its versions and bindings."""
    places: dict[str, list[str]] = {}
    for case in cases:
        places.setdefault(case.rsplit("|", 2)[0], []).append(case)
    return tuple((name, _places(of)) for name, of in places.items())


def _places(cases: Iterable[str]) -> str:
    """Return the versions and bindings of cases, each once."""
    return ", ".join(sorted({" ".join(filter(None, case.rsplit("|", 2)[1:])) for case in cases}))


def _sighting(case: str, verdict: Verdict) -> Sighting:
    _, version, binding = case.rsplit("|", 2)
    return version, binding, verdict


def _act(action: ActionEvent, workers: dict[str, str]) -> str:
    """Return what a driver did; Workers have letters, as their ids are no reader's business."""
    about = action.name.replace("_", " ")
    if action.name in replaying.ACTS and action.arguments:
        worker = workers.setdefault(action.arguments[0], f"Worker {chr(65 + len(workers) % 26)}")
        refused = ", refused" if action.result == replaying.REFUSED else ""
        return visible(f"{worker}: {about}{refused}", 100)
    if action.name == "advance" and action.arguments:
        return visible(f"the clock: {about} {action.arguments[0]} s", 100)
    return visible(about, 100)


def _call(exchange: Exchange, account: str) -> str:
    try:
        names = [call.operation or "a call without operation" for call in calls_of(exchange.request)]
    except ValueError:
        names = ["a message that cannot be read"]
    by = f" (account {account})" if account else ""
    return visible(f"{', '.join(names)}{by} → {_outcome(exchange)}", 200)


def _outcome(exchange: Exchange) -> str:
    if exchange.response is None:
        return f"no answer: {exchange.failure or 'unknown why'}"
    code = _CODE.search(exchange.response.body)
    if code:
        return code[1].decode("utf-8", "replace").strip()
    return "taken" if exchange.response.status == 200 else f"HTTP {exchange.response.status}"
