"""An old record judged again by the checks of today: only what one exchange shows can have changed.

What took more than an exchange to decide (a case, a suite) keeps its verdict, at the level that the requirement has
today.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.record.case_log import CaseLog, Stop
from conformance.record.differences import CUT_SHORT, Differences, Unit, differences, selected_in
from conformance.record.events import Level, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.record.signatures import signature_of
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange

_LACKING = ": the endpoint does not have this operation"
_MISSED_AT: dict[Level, Verdict] = {"MUST": Verdict.FAIL, "SHOULD": Verdict.WARN, "MAY": Verdict.OBSERVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """``record`` has the verdicts of today; ``levels`` are requirement, version, the level then and now.

    ``by_exchange`` counts the verdicts that were made anew, ``kept`` those that one exchange does not show.
    """

    record: Record
    changes: Differences
    levels: tuple[tuple[str, str, Level, Level], ...]
    by_exchange: int
    kept: int


def rejudge(record: Record, by_case: Callable[[str, str], bool]) -> Rejudged:
    """Return the record as today's checks judge its exchanges, and what that changes.

    ``by_case`` tells whether a case decides a requirement itself, whatever the checks say of its exchanges: what it
    missed stands.
    """
    anew = _judged(record) if record.header.plays == "living" else {}
    for unit in [one for one in _otherwise(record, anew) if by_case(one[0], one[1])]:
        del anew[unit]
    made: dict[Unit, list[VerdictEvent]] = {}
    verdicts: list[VerdictEvent] = []
    levels: set[tuple[str, str, Level, Level]] = set()
    for event in record.verdicts:
        unit = (event.requirement, event.case, event.version, event.binding)
        if unit in anew and event.verdict.measured:
            if unit not in made:
                made[unit] = anew[unit]
                verdicts += anew[unit]
        else:
            verdicts.append(_at_its_level(event))
        if (level := _level_today(event)) != event.level:
            levels.add((event.requirement, event.version, event.level, level))
    spoken_of = {(one.requirement, one.case, one.version, one.binding) for one in verdicts}
    made |= {unit: anew[unit] for unit in sorted(anew.keys() - spoken_of)}
    verdicts += [event for unit in made.keys() - spoken_of for event in made[unit]]
    changed = replace(record, verdicts=tuple(verdicts))
    changed = replace(changed, end=record.end and replace(record.end, exit_code=_exit_code(record, changed)))
    by_exchange = sum(map(len, made.values()))
    return Rejudged(
        record=changed,
        changes=differences(record, changed),
        levels=tuple(sorted(levels)),
        by_exchange=by_exchange,
        kept=len(verdicts) - by_exchange,
    )


def _otherwise(record: Record, anew: Mapping[Unit, list[VerdictEvent]]) -> Iterator[Unit]:
    """Yield the units of which today's checks do not say what the record says."""
    old: defaultdict[Unit, set[tuple[Verdict, str]]] = defaultdict(set)
    for event in record.verdicts:
        old[event.requirement, event.case, event.version, event.binding].add((event.verdict, signature_of(event)))
    for unit, events in anew.items():
        if unit in old and old[unit] != {(event.verdict, signature_of(event)) for event in events}:
            yield unit


def _judged(record: Record) -> dict[Unit, list[VerdictEvent]]:
    """Return what today's checks say, by unit."""
    wanted = selected_in(record.header)
    lacking = _lacking(record.verdicts)
    cases: defaultdict[str, list[tuple[int, Exchange]]] = defaultdict(list)
    for id_, exchange in record.exchanges.items():
        place, _, number = id_.rpartition("#")
        if place.count("|") >= 2 and number.isdigit():
            cases[place].append((int(number), exchange))
    found: defaultdict[Unit, list[VerdictEvent]] = defaultdict(list)
    for place, exchanges in cases.items():
        case, version, binding = place.split("|")[:3]  # then which run of the case, if it was repeated
        log = CaseLog(
            case,
            decides=(),
            version=version,
            binding=binding,
            wanted=lambda name: wanted is None or name in wanted,
        )
        for _, exchange in sorted(exchanges, key=lambda one: one[0]):
            log.watch(exchange)
        # What is not there has no replies of its own to judge.
        stop = Stop(verdict=Verdict.BLOCKED, reason="", lacking=lacking.get(f"{case}|{version}|{binding}", ""))
        for event in log.conclude(stop, 0.0):
            found[event.requirement, case, version, binding].append(event)
    return dict(found)


def _lacking(verdicts: Iterable[VerdictEvent]) -> dict[str, str]:
    """Return the operation that the endpoint lacked, by the case that broke off for it."""
    return {
        f"{event.case}|{event.version}|{event.binding}": event.reason.removesuffix(_LACKING)
        for event in verdicts
        if event.reason.endswith(_LACKING)
    }


def _level_today(event: VerdictEvent) -> Level:
    """Return the level of today; that of an error code stays with its verdict, where it was judged by that."""
    known = requirements().get(event.requirement)
    if known is None or (known.code is not None and event.level == known.code.level):
        return event.level
    return known.level_in(event.version)


def _at_its_level(event: VerdictEvent) -> VerdictEvent:
    level = _level_today(event)
    missed = event.verdict is _MISSED_AT[event.level] and bool(event.expected)
    return replace(event, level=level, verdict=_MISSED_AT[level] if missed else event.verdict)


def _exit_code(before: Record, after: Record) -> int:
    """Return the exit code of a run with these verdicts; that of one that did not come to its end stays."""
    code = before.end.exit_code if before.end else CUT_SHORT
    verdicts = {event.verdict for event in after.verdicts}
    if code not in (0, 1, 5):
        return code
    by_should = code == 1 and all(event.verdict is not Verdict.FAIL for event in before.verdicts)
    if Verdict.FAIL in verdicts or (by_should and Verdict.WARN in verdicts):
        return 1
    return 0 if any(verdict.measured for verdict in verdicts) else 5
