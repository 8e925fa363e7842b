"""An endpoint whose lists lag: what the profile says of it is honoured, and nothing is asked more often than needed."""

from __future__ import annotations

import copy
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.defects.planting import handling
from conformance.record.events import Verdict
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from conformance.reference.context import Context, Handler
    from conformance.reference.endpoint import Endpoint
    from conformance.reference.store import Store
    from conformance.reference.worker import Visit, WorkerAction
    from conformance.wire.flattening import Values
    from tests.conftest import Kit

LAG = 0.4  # seconds
LISTS = (
    "SearchHITs",
    "GetReviewableHITs",
    "GetAssignmentsForHIT",
    "GetBonusPayments",
    "GetQualificationRequests",
    "SearchQualificationTypes",
    "GetQualificationsForQualificationType",
    "GetHITsForQualificationType",
    "GetBlockedWorkers",
)
SELECTED = ("GrantBonus.UniqueRequestToken.replay", "RejectQualificationRequest.grant-other-way")


def lagging(endpoint: Endpoint) -> None:
    """Let the lists of an endpoint show what it held some time ago; all else shows what it holds."""
    former: list[tuple[float, Store]] = [(0.0, copy.deepcopy(endpoint.store))]

    def remember() -> None:
        former.append((time.monotonic(), copy.deepcopy(endpoint.store)))

    def change(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        finally:
            remember()

    def show(handler: Handler, context: Context) -> Values:
        now = time.monotonic()
        while len(former) > 1 and former[1][0] <= now - LAG:
            former.pop(0)
        try:
            return handler(replace(context, store=former[0][1]))
        except Refusal:  # it is about something too new for the lists, not for the operation
            return empty(handler(context))

    def act(action: WorkerAction) -> WorkerAction:
        def acted(visit: Visit) -> dict[str, object]:
            try:
                return action(visit)
            finally:
                remember()

        return acted

    for operation in endpoint.handlers:
        if operation in LISTS:
            handling(operation, show)(endpoint)
        elif not operation.startswith(("Get", "Search", "Help")):
            handling(operation, change)(endpoint)
    endpoint.worker_actions.update({name: act(action) for name, action in endpoint.worker_actions.items()})


def empty(values: Values) -> Values:
    """Return a list without its rows."""
    rows = {name for name, found in values.items() if found and not isinstance(found[0], str)}
    return {name: [] if name in rows else ["0"] if "Num" in name else found for name, found in values.items()}


def bad(kit: Kit) -> list[str]:
    """Return what a faultless endpoint must not be told."""
    return [
        f"{event.case}: {event.requirement} {event.verdict}, {event.reason or event.actual}"
        for event in kit.record().verdicts
        if event.verdict in {Verdict.FAIL, Verdict.WARN, Verdict.ERROR, Verdict.BLOCKED}
    ]


def options(kit: Kit, settling: str) -> tuple[str, ...]:
    """Return the options of a run with a settling time."""
    selection = tuple(part for one in SELECTED for part in ("--select", one))
    return (*kit.driven, "--version", "2014-08-15", "--settling-time", settling, *selection)


def test_lists_that_lag_are_no_fault_where_the_profile_says_so(kit: Kit) -> None:
    """Without that word the same endpoint is told that it misses things: so the lag is real."""
    endpoint = kit.serve(plant=lagging)
    outcome = kit.judge(endpoint.url, *options(kit, "1"))
    assert kit.record_path.exists(), outcome.err
    assert "\n".join(bad(kit)) == ""
    kit.judge(endpoint.url, *options(kit, "0"))
    assert bad(kit) != []


def test_an_endpoint_that_does_not_lag_is_asked_no_more_often(kit: Kit) -> None:
    """What is there at once is read once, whatever the settling time; what must not be there is not waited for."""
    calls = []
    for settling in ("0", "1"):
        endpoint = kit.serve()
        kit.judge(endpoint.url, *options(kit, settling), "--seed", "1")
        calls.append(len(endpoint.seen))
    assert calls[0] == calls[1] > 10
