"""Running a case more than once, to tell what fails always from what fails sometimes.

Every run of a case has the seed of the first and names of its own, so that no run meets what another one created.
"""

from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from conformance.pytest_plugin.outcome import show
from conformance.pytest_plugin.session import EVENTS, Session
from conformance.record.attempts import merged
from conformance.record.events import MISSED, ActionEvent, Event, ExchangeEvent, VerdictEvent, event_from_json

ATTEMPT: pytest.StashKey[int] = pytest.StashKey()
_Reports = list[pytest.TestReport]


def attempt_of(item: pytest.Item) -> int:
    """Return which run of its case this is, from 1."""
    return item.stash.get(ATTEMPT, 1)


def again(item: pytest.Item) -> str:
    """Return what tells a repetition of a case from its first run, which has nothing."""
    return f"|{attempt_of(item)}" if attempt_of(item) > 1 else ""


def repeat(config: pytest.Config, session: Session) -> None:
    """Run cases more than once where the session asks for it."""
    if session.gate.repeats and session.plan is None:
        config.pluginmanager.register(Repeating(session))


class Repeating:
    """Runs each case as often as the session asks for, and reports it once."""

    def __init__(self, session: Session) -> None:
        self._kit = session

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run an item; one that is no case of the kit is left to pytest."""
        if item.get_closest_marker("mturk_case") is None:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._together(self._attempts(item, nextitem)):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _attempts(self, item: pytest.Item, nextitem: pytest.Item | None) -> list[_Reports]:
        gate, attempts, missed = self._kit.gate, list[_Reports](), False
        while len(attempts) < gate.repeat + (gate.rerun_failures if missed else 0):
            item.stash[ATTEMPT] = len(attempts) + 1
            attempts.append(runtestprotocol(item, log=False, nextitem=nextitem))
            missed |= any(event.verdict in MISSED for event in _verdicts(attempts[-1]))
            if item.session.shouldstop or item.session.shouldfail or not _events(attempts[-1]):
                break
        return attempts

    def _together(self, attempts: list[_Reports]) -> _Reports:
        """Return the reports of a case that was run several times, as if it had been run once."""
        first = attempts[0]
        judged = next((report for report in first if hasattr(report, EVENTS)), None)
        if len(attempts) == 1 or judged is None:
            return first
        verdicts = merged([_verdicts(reports) for reports in attempts])
        told = {id_.rpartition("#")[0] for event in verdicts for id_ in event.exchanges}
        lines = [event for reports in attempts for event in _events(reports) if _group(event) in told]
        defect = getattr(judged, EVENTS)[1]
        setattr(judged, EVENTS, [[event.to_json() for event in (*lines, *verdicts)], defect])
        show(judged, verdicts, fail_on=self._kit.fail_on, excuse=self._kit.excuse)
        # What failed outside of the case, as in taking down a fixture, is told whichever run it was.
        beside = [one for reports in attempts[1:] for one in reports if one.failed and not hasattr(one, EVENTS)]
        return [*first, *beside]


def _group(event: Event) -> str | None:
    match event:
        case ExchangeEvent():
            return event.id.rpartition("#")[0]
        case ActionEvent():
            return event.case
    return None


def _events(reports: _Reports) -> list[Event]:
    lines: list[dict[str, Any]] = [line for report in reports for line in getattr(report, EVENTS, ([], None))[0]]
    return [event_from_json(line) for line in lines]


def _verdicts(reports: _Reports) -> list[VerdictEvent]:
    return [event for event in _events(reports) if isinstance(event, VerdictEvent)]
