"""What decides, beside the verdicts, whether a run passes: baseline, deviations, flakiness, how much was measured."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.errors import UsageError
from conformance.record.baseline import Baseline, Claim, Entry, Scope, compare, is_over, listed, unlisted
from conformance.record.baseline_file import check_writable, read_baseline, rewrite
from conformance.record.demand import Demand
from conformance.record.events import LEVELS, MISSED, Level, Verdict, VerdictEvent
from conformance.record.known import Compared, Row, Status

_STALE = (Status.PASSES, Status.CHANGED, Status.GONE)
_Failure = tuple[VerdictEvent, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the user asked for.

    ``update`` and ``prune`` write the baseline after the run; ``deviations`` are the profile's, with reasons;
    ``demand`` is a share of the MUSTs or a number of them, ``flaky`` what becomes of what is missed in some runs of a
    case and met in others: ``fail`` or ``warn``.  Each case is run ``repeat`` times, and ``rerun_failures`` times
    more where it missed something.
    """

    baseline: Baseline | None = None
    update: bool = False
    prune: bool = False
    deviations: Mapping[str, str] = field(default_factory=dict)
    demand: str = ""
    flaky: str = "fail"
    repeat: int = 1
    rerun_failures: int = 0

    @property
    def repeats(self) -> bool:
        """Whether cases may be run more than once."""
        return self.repeat > 1 or self.rerun_failures > 0

    def excuse(self, event: VerdictEvent, scope: Scope) -> str:
        """Return why a miss does not fail the run, in words; empty where it does."""
        if event.verdict not in MISSED:
            return ""
        if event.requirement in self.deviations:
            return f"the profile declares it: {self.deviations[event.requirement]}"
        if event.flaky and self.flaky == "warn":
            return f"flaky: missed in {event.missed} of {event.runs} runs"
        if self.baseline is None:
            return ""
        entry = listed(self.baseline, event, scope)
        if entry is None:
            return "added to the baseline" if self.update else ""
        return "" if is_over(entry, scope) else f"the baseline lists it: {entry.reason or 'no reason given'}"

    def counted(self, verdicts: Iterable[VerdictEvent]) -> Demand | None:
        """Return what was demanded with how many MUSTs there were and how many were measured."""
        if not self.demand:
            return None
        levels: dict[str, Level] = {}
        measured: set[str] = set()
        for event in verdicts:
            levels[event.requirement] = min(event.level, levels.get(event.requirement, "MAY"), key=LEVELS.index)
            if event.verdict.measured:
                measured.add(event.requirement)
        musts = {name for name, level in levels.items() if level == "MUST"}
        return Demand(asked=self.demand, measured=len(musts & measured), total=len(musts))

    def settle(
        self, verdicts: list[VerdictEvent], scope: Scope, *, seed: int, fail_on: str, write: bool
    ) -> Compared | None:
        """Return what the run says of the baseline; with ``write``, first bring the file up to date where asked to.

        Raises KitError where it cannot be written.
        """
        if self.baseline is None:
            return None
        claims = list(compare(self.baseline, verdicts, scope))
        if not write or not (self.update or self.prune):
            return Compared(path=self.baseline.path, rows=tuple(claim.row() for claim in claims))
        fails = (Verdict.FAIL, Verdict.WARN) if fail_on == "should" else (Verdict.FAIL,)
        bare = replace(self, baseline=None)
        bad = [event for event in verdicts if event.verdict in fails and not bare.excuse(event, scope)]
        new = {_key(event, pin): (event, pin) for event, pin in unlisted(self.baseline, bad, scope)}
        repinned = _repinned(claims, new) if self.update else {}
        added = list(new.values()) if self.update else []
        kept = _kept(claims, set(repinned)) if self.prune else {}
        rewrite(
            Path(self.baseline.path),
            added=added,
            repinned=repinned,
            removed=[number for number, claimed in kept.items() if not claimed],
            narrowed={number: _lists(claimed) for number, claimed in kept.items() if claimed},
            seed=seed,
        )
        rows = [_row(claim, repinned, kept, scope) for claim in claims]
        return Compared(path=self.baseline.path, rows=(*rows, *(_added(*failure) for failure in added)))


def make_gate(
    *,
    baseline: Path | None,
    update: bool = False,
    prune: bool = False,
    demand: str | None = None,
    flaky: str = "fail",
    repeat: int = 1,
    rerun_failures: int = 0,
) -> Gate:
    """Return the gate that the options describe; raise UsageError for what cannot be used."""
    if baseline is None and (update or prune):
        raise UsageError("cannot write a baseline without its file. Name it with --baseline FILE.")
    if baseline is not None and (update or prune):
        check_writable(baseline)
    if demand is not None:
        try:
            Demand(asked=demand)
        except ValueError as error:
            raise UsageError(f"cannot use --require-measured: {error}.") from None
    if repeat < 1 or rerun_failures < 0:
        raise UsageError("cannot run a case less than once: give --repeat 1 or more, --rerun-failures 0 or more.")
    return Gate(
        baseline=read_baseline(baseline, may_lack=update) if baseline is not None else None,
        update=update,
        prune=prune,
        demand=demand or "",
        flaky=flaky,
        repeat=repeat,
        rerun_failures=rerun_failures,
    )


def _key(event: VerdictEvent, pin: str) -> tuple[str, ...]:
    return (event.requirement, event.case, event.version, event.binding, pin)


def _repinned(claims: Iterable[Claim], new: dict[tuple[str, ...], _Failure]) -> dict[int, _Failure]:
    """Return which entries are pinned to which of the new failures, and take these out of ``new``.

    Only an entry about one case in one version and binding is: of others nobody knows what they should say.
    """
    found: dict[int, _Failure] = {}
    for claim in claims:
        entry = claim.entry
        if claim.status is not Status.CHANGED or not entry.case or len(entry.versions) != 1 or len(entry.bindings) > 1:
            continue
        key = next((key for key, (event, _) in new.items() if entry.is_about(event)), None)
        if key is not None:
            found[entry.number] = new.pop(key)
    return found


def _kept(claims: Iterable[Claim], repinned: set[int]) -> dict[int, list[Claim]]:
    """Return, of each entry with something stale, the claims that are kept."""
    by_entry: defaultdict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_entry[claim.entry.number].append(claim)
    kept: dict[int, list[Claim]] = {}
    for number, of in by_entry.items():
        if number not in repinned and any(claim.status in _STALE for claim in of):
            good = [claim for claim in of if claim.status not in _STALE]
            versions, bindings = {one.version for one in good}, {one.binding for one in good}
            kept[number] = [one for one in of if one.version in versions and one.binding in bindings]
    return kept


def _lists(claims: list[Claim]) -> dict[str, list[str]]:
    """Return what lists of versions and bindings say these claims."""
    values = {"version": [one.version for one in claims], "binding": [one.binding for one in claims]}
    return {name: [one for one in dict.fromkeys(of) if one] for name, of in values.items()}


def _row(claim: Claim, repinned: dict[int, _Failure], kept: dict[int, list[Claim]], scope: Scope) -> Row:
    number = claim.entry.number
    if number in repinned:
        row = claim.row(Status.EXPIRED if is_over(claim.entry, scope) else Status.REPINNED)
        return replace(row, signature=repinned[number][1])
    return claim.row(Status.REMOVED if number in kept and claim not in kept[number] else None)


def _added(event: VerdictEvent, pin: str) -> Row:
    entry = Entry(number=0, requirement=event.requirement, case=event.case, signature=pin, flaky=event.flaky)
    return Claim(entry=entry, version=event.version, binding=event.binding, status=Status.ADDED).row()
