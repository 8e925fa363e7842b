"""The baseline: failures that are known, and what a run says of each of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product

from conformance.record.events import MISSED, Verdict, VerdictEvent
from conformance.record.known import Compared, Row, Status
from conformance.record.signatures import digest_of
from conformance.spec.requirements import requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A failure that is known; no ``case`` means any, and so do no versions, bindings or profiles.

    ``number`` is its place in the file, from 0.  The day of ``expires`` is the last on which the entry counts.  One
    that is ``flaky`` may be met as well as missed.
    """

    number: int
    requirement: str
    signature: str
    case: str = ""
    versions: tuple[str, ...] = ()
    bindings: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    reason: str = ""
    owner: str = ""
    ticket: str = ""
    expires: date | None = None
    flaky: bool = False

    def lists(self, event: VerdictEvent, signature: str) -> bool:
        """Tell whether the failure is the one of this entry."""
        return signature == self.signature and self.is_about(event)

    def is_about(self, event: VerdictEvent) -> bool:
        """Tell whether the verdict is one on what this entry speaks of."""
        return (
            event.requirement == self.requirement
            and self.case in ("", event.case)
            and (not self.versions or event.version in self.versions)
            and (not self.bindings or event.binding in self.bindings)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The entries of the file at ``path``, in its order; ``seed`` is that of the run which wrote it, if it says so."""

    path: str
    entries: tuple[Entry, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a run was about, so that an entry which it could not see is not called stale.

    ``whole`` tells that all cases were to be run, ``wanted`` which requirements were selected.
    """

    run_id: str
    profile: str
    versions: tuple[str, ...]
    bindings: tuple[str, ...]
    wanted: frozenset[str]
    whole: bool
    today: date = field(default_factory=date.today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What an entry says of one version and one binding (empty: of any), and what the run says of that."""

    entry: Entry
    version: str
    binding: str
    status: Status

    def row(self, status: Status | None = None) -> Row:
        """Return the row for the record."""
        entry = self.entry
        return Row(
            requirement=entry.requirement,
            status=status or self.status,
            case=entry.case,
            version=self.version,
            binding=self.binding,
            signature=entry.signature,
            reason=entry.reason,
            owner=entry.owner,
            ticket=entry.ticket,
            expires=entry.expires.isoformat() if entry.expires else "",
            flaky=entry.flaky,
        )


def listed(baseline: Baseline, event: VerdictEvent, scope: Scope) -> Entry | None:
    """Return the entry that lists a failure; one that has expired comes last."""
    signature = ""
    expired = None
    for entry in baseline.entries:
        if entry.requirement != event.requirement or not _holds(entry, scope):
            continue
        signature = signature or digest_of(event, scope.run_id)
        if entry.lists(event, signature):
            if not is_over(entry, scope):
                return entry
            expired = entry
    return expired


def is_over(entry: Entry, scope: Scope) -> bool:
    """Tell whether the entry has expired."""
    return entry.expires is not None and entry.expires < scope.today


def compare(baseline: Baseline, verdicts: Iterable[VerdictEvent], scope: Scope) -> tuple[Claim, ...]:
    """Return what the verdicts of a run say of each entry that holds for its profile, in the order of the file."""
    seen = _Seen(verdicts, scope)
    return tuple(
        Claim(entry=entry, version=version, binding=binding, status=seen.status(entry, version, binding))
        for entry in baseline.entries
        if _holds(entry, scope)
        for version, binding in product(entry.versions or ("",), entry.bindings or ("",))
    )


def compared(baseline: Baseline, claims: Iterable[Claim]) -> Compared:
    """Return what the record keeps of the comparison."""
    return Compared(path=baseline.path, rows=tuple(claim.row() for claim in claims))


def _holds(entry: Entry, scope: Scope) -> bool:
    return not entry.profiles or scope.profile in entry.profiles


class _Seen:
    """The verdicts of a run, by requirement and by case."""

    def __init__(self, verdicts: Iterable[VerdictEvent], scope: Scope) -> None:
        self._scope = scope
        self._of_requirement: defaultdict[str, list[VerdictEvent]] = defaultdict(list)
        self._of_case: defaultdict[str, list[VerdictEvent]] = defaultdict(list)
        self._digests: dict[int, str] = {}
        for event in verdicts:
            if event.verdict in MISSED:
                self._digests[id(event)] = digest_of(event, scope.run_id)
            self._of_requirement[event.requirement].append(event)
            self._of_case[event.case].append(event)

    def status(self, entry: Entry, version: str, binding: str) -> Status:
        """Return what the run says of an entry in a version and a binding."""
        scope = self._scope
        if entry.requirement not in requirements():
            return Status.GONE
        elsewhere = (version and version not in scope.versions) or (binding and binding not in scope.bindings)
        if elsewhere or entry.requirement not in scope.wanted:
            return Status.UNMEASURED
        claim = replace(entry, versions=(version,) if version else (), bindings=(binding,) if binding else ())
        here = [event for event in self._of_requirement[entry.requirement] if claim.is_about(event)]
        missed = [event for event in here if event.verdict in MISSED]
        if missed:
            return self._missed(claim, missed)
        if any(event.verdict.measured for event in here):
            return Status.MET if entry.flaky else Status.PASSES
        return Status.UNMEASURED if here else self._unsaid(claim)

    def _missed(self, claim: Entry, missed: Iterable[VerdictEvent]) -> Status:
        if all(self._digests[id(event)] != claim.signature for event in missed):
            return Status.CHANGED
        return Status.EXPIRED if is_over(claim, self._scope) else Status.KNOWN

    def _unsaid(self, claim: Entry) -> Status:
        """Return the status of an entry of which no verdict speaks: it is stale if its case was run to the end."""
        gone = Status.GONE if self._scope.whole else Status.UNMEASURED
        if not claim.case:
            return gone
        beside = [
            event
            for event in self._of_case[claim.case]
            if claim.is_about(replace(event, requirement=claim.requirement))
        ]
        if not beside:
            return gone
        broke_off = any(event.verdict in (Verdict.BLOCKED, Verdict.ERROR) for event in beside)
        measured = any(event.verdict.measured for event in beside)
        return Status.PASSES if measured and not broke_off else Status.UNMEASURED


def unlisted(baseline: Baseline, verdicts: Iterable[VerdictEvent], scope: Scope) -> Iterator[tuple[VerdictEvent, str]]:
    """Yield the verdicts given that no entry lists, each with its signature."""
    for event in verdicts:
        if listed(baseline, event, scope) is None:
            yield event, digest_of(event, scope.run_id)
