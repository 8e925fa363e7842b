"""A HIT that Workers and its Requester do things to, in any order that ``cases/life_cycles`` speaks of."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.errors import WorkerRefused
from conformance.spec.life_cycles import LifeCycle, Rule, life_cycle
from conformance.spec.requirements import requirements
from conformance.suites.assignments import Employer, decision
from conformance.suites.life_cycle import HOUR, Shown, show
from conformance.suites.machines import ExampleOver, Hunt, Moves
from conformance.suites.preconditions import Given
from conformance.suites.submissions import listed
from conformance.target.requester import Requester
from conformance.wire.timestamps import format_timestamp

CYCLE = "hit"
MOST_WORKERS = 4
MINUTE = 60
_HANDED_IN = ("Submitted", "Approved", "Rejected")
_ENDING = ("", "expired", "disposed")  # what becomes of a HIT: nothing, or not much more


@dataclass(kw_only=True, eq=False)
class _Work:
    """An assignment as it should be; ``because`` is the requirement that made it so."""

    assignment_id: str
    worker_id: str
    state: str = "Accepted"
    because: str = ""


class HitWorld:
    """One HIT with two assignments, and what should have become of it."""

    def __init__(self, given: Given, requester: Requester, hunt: Hunt) -> None:
        self._hunt = hunt
        self._cycle: LifeCycle = life_cycle(CYCLE)
        self._given = given
        self._requester = requester
        self._employer = Employer(given, requester)
        self._most = 2
        self._hit_id = self._employer.hit(MaxAssignments=self._most)
        self._works: list[_Work] = []
        self._expired = self._reviewing = self._disposed = self._was_reviewing = self._finished = False
        self._prolonged = 0  # so often it was told to expire later
        self._expires = float(round(show(requester, self._hit_id).expiration))
        self._reopened = ""  # the requirement by which Workers can accept again
        unsettled = requirements()[self._cycle.beside["unsettled"]]
        self._keeps_when_extended = not unsettled.holds_in(requester.version)

    @property
    def _taken(self) -> int:
        return sum(one.state != "Returned" for one in self._works)

    @property
    def _handed_in(self) -> list[_Work]:
        return [one for one in self._works if one.state in _HANDED_IN]

    @property
    def _situation(self) -> str:
        return self._cycle.situation(
            {
                "disposed": self._disposed,
                "expired": self._expired,
                "places": self._taken < self._most,
                "busy": any(one.state == "Accepted" for one in self._works),
                "reviewing": self._reviewing,
            }
        )

    def moves(self) -> Moves:
        """Return what can be done now."""
        moves, situation, version = Moves(), self._situation, self._requester.version
        if self._finished:
            return moves
        if situation == "open" and len(self._works) < MOST_WORKERS:
            moves.offer("accept", self._accept)
        for work in self._works if situation != "disposed" else ():
            if work.state == "Accepted":
                moves.offer("submit", partial(self._submit, work))
                moves.offer("return", partial(self._return, work))
            for rule in self._cycle.rules_in(work.state, version):
                moves.offer(rule.action, partial(self._decide, rule, work), on=bool(rule.to))
        for rule in self._cycle.rules_in(situation, version):
            if rule.action == "accept":
                moves.offer(rule.action, partial(self._accept_in_vain, rule))
            elif self._fits(rule):
                moves.offer(rule.action, partial(self._change, rule), on=rule.to not in _ENDING)
        return moves

    def _fits(self, rule: Rule) -> bool:
        """Tell whether the rest of what an action asks for is so."""
        undecided = any(one.state == "Submitted" for one in self._works)
        match rule.action:
            case "DisposeHIT, undecided":
                return undecided
            case "DisposeHIT, decided":
                return not undecided
            case "ExtendHIT by assignments" | "ExtendHIT by both" if rule.to:
                return self._most < MOST_WORKERS and (self._keeps_when_extended or not self._handed_in)
        return True

    # What Workers do

    def _accept(self) -> None:
        worker_id = self._given.workers.new_worker()
        try:
            accepted = self._given.workers.accept_assignment(worker_id, self._hit_id)
        except WorkerRefused as refused:
            if not self._reopened:
                raise
            self._see(self._reopened, False, "a Worker", "an assignment that can be accepted", refused.cause)
            raise ExampleOver from None
        self._works.append(_Work(assignment_id=accepted.assignment_id, worker_id=worker_id))
        self._look("accept")

    def _accept_in_vain(self, rule: Rule) -> None:
        worker_id = self._given.workers.new_worker()
        refused = False
        try:
            self._given.workers.accept_assignment(worker_id, self._hit_id)
        except WorkerRefused:
            refused = True
        there = f"{self._taken} of {self._most} taken" + ", expired" * self._expired
        self._see(rule.requirement, refused, f"a Worker ({there})", "the HIT cannot be accepted", "it was accepted")

    def _submit(self, work: _Work) -> None:
        try:
            self._employer.submit(work.worker_id, work.assignment_id)
        except WorkerRefused as refused:
            if not self._expired:
                raise
            self._see(self._cycle.beside["completes"], False, "a Worker", "the assignment is taken", refused.cause)
        work.state, work.because = "Submitted", self._cycle.beside["missing"]
        self._look("submit", work)

    def _return(self, work: _Work) -> None:
        self._given.workers.return_assignment(work.worker_id, work.assignment_id)
        work.state, self._reopened = "Returned", "StateMachine.HIT.return-reopens"
        self._look("return", work)

    # What the Requester does

    def _decide(self, rule: Rule, work: _Work) -> None:
        reply = self._requester.call(rule.action, decision(self._requester, rule.action, work.assignment_id))
        expected = "success" if rule.to else f"an error, as the assignment is {work.state}"
        self._see(rule.requirement, reply.accepted if rule.to else reply.refused, rule.action, expected, reply.summary)
        if rule.to:
            work.state, work.because = rule.to, rule.requirement
        self._look(rule.action, work, rule.requirement)

    def _change(self, rule: Rule) -> None:
        operation = rule.action.partition(",")[0].partition(" ")[0]
        reply = self._requester.call(operation, {"HITId": self._hit_id, **self._values(rule.action)})
        expected = "success" if rule.to else f"an error, as the HIT is {self._situation}"
        self._see(rule.requirement, reply.accepted if rule.to else reply.refused, rule.action, expected, reply.summary)
        self._disposed |= rule.to == "disposed"
        self._expired |= rule.to == "expired"
        if rule.to.startswith("more"):
            self._most += 1
            self._expired &= rule.to != "more and longer"
            self._was_reviewing |= self._reviewing
            self._reviewing, self._reopened = False, rule.requirement
        if rule.to == "longer":
            self._expired, self._reopened = False, rule.requirement
        if rule.to in ("reviewing", "reverted"):
            self._reviewing = rule.to == "reviewing"
        self._look(rule.action, requirement=rule.requirement if rule.to else "")

    def _values(self, action: str) -> dict[str, Any]:
        increments = {"MaxAssignmentsIncrement": 1, "ExpirationIncrementInSeconds": HOUR}
        values: dict[str, dict[str, Any]] = {
            "ExtendHIT by assignments": {"MaxAssignmentsIncrement": 1},
            "ExtendHIT by both": increments,
            "SetHITAsReviewing, Revert": {"Revert": True},
        }
        return self._later() if action == "UpdateExpirationForHIT" else values.get(action, {})

    def _later(self) -> dict[str, Any]:
        """Return a moment to come at which the HIT was not told to expire before, however often it was let expire."""
        if self._disposed:
            return {"ExpireAt": format_timestamp(self._expires + HOUR)}
        self._prolonged += 1
        self._expires = round(show(self._requester, self._hit_id).expiration) + HOUR + self._prolonged * MINUTE
        return {"ExpireAt": format_timestamp(self._expires)}

    # What there is to see afterwards

    def _look(self, action: str, work: _Work | None = None, requirement: str = "") -> None:
        if self._disposed:
            self._look_for_nothing(action)
            return
        self._look_at_hit(action)
        self._look_at_list(action, work, requirement)

    def _look_for_nothing(self, action: str) -> None:
        """See that a HIT that was disposed of is gone, and so are its assignments."""
        shown = self._cycle.shown_after(action, "disposed")
        reply = self._requester.call("GetHIT", {"HITId": self._hit_id, "ResponseGroup": "HITDetail"})
        if shown is not None:
            status = (reply.text("HITStatus") or "").strip()
            good = reply.refused or status in shown.status
            self._see(shown.requirement, good, "GetHIT", "HITStatus Disposed, or an error", f"HITStatus {status!r}")
        reply = self._requester.call("GetAssignmentsForHIT", {"HITId": self._hit_id})
        self._see(self._cycle.beside["gone"], reply.refused, "GetAssignmentsForHIT", "an error", reply.summary)
        self._finished = shown is None

    def _look_at_hit(self, action: str) -> None:
        beside, expected = self._cycle.beside, self._cycle.shown_after(action, self._situation)
        extended = action.startswith("ExtendHIT")
        if expected is None and not extended:
            return

        def good(hit: Shown) -> bool:
            right = expected is None or hit.status in expected.status
            return right and (not extended or hit["MaxAssignments"] == str(self._most))

        hit = self._given.settled(lambda: show(self._requester, self._hit_id), good)
        if extended:
            most = hit["MaxAssignments"]
            self._see(beside["increment"], most == str(self._most), "MaxAssignments", str(self._most), most)
        if expected is not None:
            back = self._was_reviewing and hit.status == "Reviewing" and not self._reviewing
            named = beside["extended-reviewing"] if back or (extended and self._was_reviewing) else expected.requirement
            right, told = hit.status in expected.status, " or ".join(expected.status)
            self._see(named, right, f"HITStatus after {action}", told, hit.status)

    def _look_at_list(self, action: str, work: _Work | None, requirement: str) -> None:
        wanted = {one.assignment_id: one.state for one in self._handed_in}

        def states() -> dict[str, str]:
            rows = listed(self._requester, self._hit_id)
            return {row.get("AssignmentId", ""): row.get("AssignmentStatus", "") for row in rows}

        found = self._given.settled(states, lambda listed: listed == wanted)
        for one in self._works:
            expected, actual = wanted.get(one.assignment_id, ""), found.get(one.assignment_id, "")
            named = self._blamed(one, action, work, requirement, expected=expected, actual=actual)
            where = f"GetAssignmentsForHIT after {action}"
            self._see(named, expected == actual, where, expected or "not listed", actual or "not listed")

    def _blamed(
        self, one: _Work, action: str, work: _Work | None, requirement: str, *, expected: str, actual: str
    ) -> str:
        """Return what says how an assignment should be listed."""
        beside = self._cycle.beside
        if not expected:
            return beside["unlisted"]
        if one is work and requirement:
            return requirement
        if action == "ForceExpireHIT" and expected == "Submitted":
            return beside["expiry"]
        is_open = self._situation in ("open", "full", "leaving")
        return beside["missing"] if (is_open and not actual) or not one.because else one.because

    def _see(self, requirement: str, condition: bool, where: str, expected: str, actual: str) -> None:
        self._hunt.see(requirement, condition, where=where, expected=expected, actual=actual)
