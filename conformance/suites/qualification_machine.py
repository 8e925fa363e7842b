"""Two Workers and the Qualification of one type: asked for, decided, assigned, changed and revoked."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.errors import WorkerRefused
from conformance.spec.life_cycles import Rule, life_cycle
from conformance.suites.machines import ExampleOver, Hunt, Moves
from conformance.suites.preconditions import Given
from conformance.suites.qualifications import ASSIGN, GRANT, REJECT, REVOKE, pending
from conformance.target.requester import Reply

CYCLE = "qualification"
WORKERS = 2


@dataclass(kw_only=True, eq=False)
class _Holder:
    """A Worker as the Qualification stands; ``because`` is the requirement that made it so.

    ``value`` is None where the pages do not say what the score is now.
    """

    worker_id: str
    held: str = "none"
    value: int | None = None
    because: str = ""
    request_id: str = ""
    request: str = ""
    revoked_since: bool = False


class QualificationWorld:
    """A Qualification type of its own, and what its Workers should hold."""

    def __init__(self, given: Given, hunt: Hunt) -> None:
        self._hunt = hunt
        self._given = given
        self._cycle = life_cycle(CYCLE)
        self._type_id = given.qualification_type(RetryDelayInSeconds=0)
        self._holders = [_Holder(worker_id=given.workers.new_worker()) for _ in range(WORKERS)]
        self._score = 10

    def moves(self) -> Moves:
        """Return what can be done now."""
        moves, version = Moves(), self._given.requester.version
        for one in self._holders:
            if one.request != "pending" and one.held != "Granted":
                moves.offer("request", partial(self._request, one))
            for rule in self._cycle.rules_in(one.request, version) if one.request else ():
                if self._fits(rule, one):
                    moves.offer(rule.action, partial(self._decide, rule, one), on=bool(rule.to))
            for rule in self._cycle.rules_in(one.held, version):
                moves.offer(rule.action, partial(self._change, rule, one), on=bool(rule.to))
        return moves

    @staticmethod
    def _fits(rule: Rule, one: _Holder) -> bool:
        """Tell whether the rest of what an action asks for is so."""
        if rule.action == GRANT and rule.to:
            return one.held != "Granted"  # what becomes of the score of one who holds it already is not said
        return rule.requirement.startswith(REJECT) or one.revoked_since == rule.action.endswith("revocation")

    def _request(self, one: _Holder) -> None:
        try:
            self._given.workers.request_qualification(one.worker_id, self._type_id)
        except WorkerRefused:
            raise ExampleOver from None  # the retry policy of the type may not let a Worker ask again
        one.request, one.revoked_since = "pending", False
        one.request_id = self._given.request_of(one.worker_id, self._type_id).qualification_request_id
        self._look("request", one, self._cycle.beside["listed"])

    def _decide(self, rule: Rule, one: _Holder) -> None:
        operation, requirement = rule.action.partition(",")[0], rule.requirement
        self._score += 1
        values: dict[str, Any] = {"QualificationRequestId": one.request_id}
        reply = self._given.requester.call(
            operation, {**values, "IntegerValue": self._score} if operation == GRANT else values
        )
        self._see_answer(rule, reply)
        beside = self._cycle.beside
        if rule.to:
            one.request = rule.to
        if rule.to == "granted":
            one.held, one.value, one.because = "Granted", self._score, beside["granted-value"]
            requirement = beside["granted-listed"]
        elif rule.to == "rejected":
            one.because = beside["rejected-holder" if one.held == "Granted" else "rejected-other"]
            requirement = beside["rejected-listed"]
        else:
            one.because = requirement
        self._look(rule.action, one, requirement)

    def _change(self, rule: Rule, one: _Holder) -> None:
        self._score += 1
        who = "WorkerId" if rule.action == ASSIGN else "SubjectId"
        values: dict[str, Any] = {"QualificationTypeId": self._type_id, who: one.worker_id}
        reply = self._given.requester.call(
            rule.action, values if rule.action == REVOKE else {**values, "IntegerValue": self._score}
        )
        if rule.action == ASSIGN and one.held == "none" and not reply.accepted:
            raise ExampleOver  # up to 2012-03-25 only who has worked for the Requester can be assigned one
        self._see_answer(rule, reply)
        one.because = rule.requirement
        if rule.to == "Granted":
            one.held, one.value = "Granted", self._score
        elif rule.to == "Revoked":
            one.held, one.value, one.revoked_since = "Revoked", None, True
        self._look(rule.action, one, self._cycle.beside["assigned-pending"] if rule.action == ASSIGN else "")

    def _see_answer(self, rule: Rule, reply: Reply) -> None:
        right, expected = (reply.accepted, "success") if rule.to else (reply.refused, "an error")
        self._hunt.see(rule.requirement, right, where=rule.action, expected=expected, actual=reply.summary)

    def _look(self, action: str, acted: _Holder, requirement: str) -> None:
        """See what each Worker holds, and which requests wait."""
        for one in self._holders:
            if not one.because:
                continue  # nothing was done to what this Worker holds
            wanted = str(one.value) if one.held == "Granted" else "none"
            found = self._given.settled(partial(self._read, one), wanted.__eq__)
            where = f"GetQualificationScore after {action}" + (", another Worker's" if one is not acted else "")
            self._hunt.see(one.because, found == wanted, where=where, expected=wanted, actual=found)
        waiting = {one.request_id: one for one in self._holders if one.request == "pending"}
        listed = pending(self._given, self._type_id, *waiting)
        known = {one.request_id: one for one in self._holders if one.request}
        for request_id, one in known.items():
            named = requirement if one is acted and requirement else self._cycle.beside["listed"]
            if one.request != "pending" and one is not acted:
                named = self._cycle.beside["granted-listed" if one.request == "granted" else "rejected-listed"]
            self._hunt.see(
                named if self._says(named, one) else self._cycle.beside["listed"],
                (request_id in listed) == (request_id in waiting),
                where=f"GetQualificationRequests after {action}",
                expected="the request is listed" if request_id in waiting else "the request is not listed",
                actual="listed" if request_id in listed else "not listed",
            )

    def _says(self, named: str, one: _Holder) -> bool:
        """Tell whether a requirement speaks of whether such a request is listed."""
        return (named == self._cycle.beside["assigned-pending"]) <= (one.request == "pending")

    def _read(self, one: _Holder) -> str:
        holds, value, _ = self._given.score(self._type_id, one.worker_id)
        return value if holds else "none"
