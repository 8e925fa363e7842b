"""One case that was run several times: which verdicts stand, and in how many of its runs a requirement was missed.

No miss is ever hidden by a run that went well, nor is a failure of the kit.
"""

from collections.abc import Sequence
from dataclasses import replace

from conformance.record.events import MISSED, Verdict, VerdictEvent

Attempt = Sequence[VerdictEvent]


def merged(attempts: Sequence[Attempt]) -> list[VerdictEvent]:
    """Return the verdicts of all runs of a case: of each requirement those of the first run that missed it.

    Where none did, those of the first that measured it, else of the first that spoke of it.  An error of the kit is
    always kept.
    """
    if len(attempts) == 1:
        return list(attempts[0])
    by_requirement: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        of: dict[str, list[VerdictEvent]] = {}
        for event in attempt:
            of.setdefault(event.requirement, []).append(event)
        for name, events in of.items():
            by_requirement.setdefault(name, []).append(events)
    return [event for runs in by_requirement.values() for event in _of_requirement(runs)]


def _of_requirement(runs: list[Attempt]) -> list[VerdictEvent]:
    missed = [run for run in runs if any(event.verdict in MISSED for event in run)]
    measured = [run for run in runs if any(event.verdict.measured for event in run)]
    chosen = next(iter(missed or measured or runs))
    count = len(measured)
    events = [replace(event, runs=max(count, 1), missed=len(missed) if count > 1 else 0) for event in chosen]
    if all(event.verdict is not Verdict.ERROR for event in chosen):
        events += [event for run in runs for event in run if event.verdict is Verdict.ERROR][:1]
    return events
