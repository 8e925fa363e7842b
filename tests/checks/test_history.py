"""What exchanges show together: a miss only where nothing but a fault explains it."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.checks.finding import Outcome
from conformance.checks.history import HISTORY, SETTLED, TOKEN_KEPT, judge_facts, stated
from conformance.checks.history_facts import SHOWN_KEPT, Fact, facts_of
from conformance.checks.reading import readings_of
from conformance.spec.requirements import requirements
from conformance.wire.messages import Exchange

NOON = 1_408_104_000.0  # seconds since the epoch


@dataclass
class Capture:
    """Facts one after the other, a minute apart unless told."""

    facts: list[Fact] = field(default_factory=list)
    now: float = NOON

    def add(self, operation: str, *, after: float = 60.0, account: str = "AKID", **more: Any) -> "Capture":
        """Add an accepted exchange ``after`` so many seconds."""
        self.now += after
        number = len(self.facts)
        plain: dict[str, Any] = {
            "version": "2014-08-15",
            "binding": "query",
            "server": "e.test",
            "sent": self.now,
            "received": self.now + 0.5,
            "claimed": self.now,
            "request_id": f"request-{number}",
            "request": number.to_bytes(8, "big"),
            "accepted": True,
        }
        self.facts.append(Fact(operation=operation, account=account, **{**plain, **more}))
        return self

    def found(self, outcome: Outcome = Outcome.MISSED) -> list[str]:
        """Return the requirements that are missed, or told of."""
        return [one.requirement for _, one in judge_facts(self.facts) if one.outcome is outcome]


def hit(name: str = "H1") -> dict[str, Any]:
    """Name a HIT."""
    return {"named": (("HIT", name),)}


def assignment(name: str = "A1") -> dict[str, Any]:
    """Name an assignment."""
    return {"named": (("Assignment", name),)}


def shown(kind: str, name: str, status: str = "") -> dict[str, Any]:
    """Show an object."""
    return {"shown": ((kind, name, status),)}


BONUS = {**assignment(), "token": "t", "asked": b"same"}


def test_a_token_that_paid_twice() -> None:
    """The second call should have been refused; with other parameters by another requirement."""
    assert Capture().add("GrantBonus", **BONUS).add("GrantBonus", **BONUS).found() == [
        "GrantBonus.UniqueRequestToken.replay"
    ]
    other = {**BONUS, "asked": b"other"}
    assert Capture().add("GrantBonus", **BONUS).add("GrantBonus", **other).found() == [
        "GrantBonus.UniqueRequestToken.replay-other-params"
    ]


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"after": TOKEN_KEPT}, 0),
        ({"claimed": NOON + TOKEN_KEPT + 100}, 0),  # the service's clock was moved
        ({"account": "OTHER", **assignment("A2")}, 0),
        ({"account": "", **assignment("A2")}, 1),
        ({"claimed": 0.0}, 1),
        ({"accepted": False}, 0),
        ({"token": "another"}, 0),
    ],
)
def test_a_token_used_again_for_a_reason(second: dict[str, Any], told: int) -> None:
    """After a day, by another Requester, or where it is not known when or by whom."""
    capture = Capture().add("GrantBonus", **BONUS).add("GrantBonus", **{**BONUS, **second})
    assert capture.found() == []
    assert len([one for one in capture.found(Outcome.SEEN) if "Token" in one]) == told


def test_a_token_that_made_two_hits() -> None:
    """Told once: by its token, not by the id as well."""
    made = {"token": "t", "asked": b"same", **shown("HIT", "H1")}
    assert Capture().add("CreateHIT", **made).add("CreateHIT", **made).found() == [
        "CreateHIT.UniqueRequestToken.dup-error"
    ]


def test_an_id_issued_twice() -> None:
    """Two HITs have two ids; one reply captured twice is one HIT."""
    assert Capture().add("CreateHIT", **shown("HIT", "H")).add("CreateHIT", **shown("HIT", "H")).found() == [
        "CreateHIT.HITId.unique"
    ]
    twin = {**shown("HIT", "H"), "request_id": "same", "request": b"1"}
    assert Capture().add("CreateHIT", **twin).add("CreateHIT", **twin).found() == []


def test_a_request_id_of_two_requests() -> None:
    """Equal requests may be one that was captured twice."""
    capture = Capture().add("GetHIT", request_id="r", accepted=False).add("GetHIT", request_id="r", accepted=False)
    assert capture.found() == ["Common.Response.request-id-unique"]
    twins = Capture().add("GetHIT", request_id="r", request=b"1").add("GetHIT", request_id="r", request=b"1")
    assert twins.found() == []
    assert Capture().add("GetHIT", request_id="").add("GetHIT", request_id="").found() == []


@pytest.mark.parametrize(
    ("calls", "missed"),
    [
        (["ApproveAssignment", "ApproveAssignment"], ["ApproveAssignment.already-approved"]),
        (["ApproveAssignment", "RejectAssignment"], ["RejectAssignment.already-approved"]),
        (["ApproveAssignment", "ApproveRejectedAssignment"], ["ApproveRejectedAssignment.not-rejected"]),
        (["RejectAssignment", "RejectAssignment"], ["RejectAssignment.already-rejected"]),
        (["RejectAssignment", "ApproveAssignment"], ["ApproveAssignment.rejected"]),
        (["RejectAssignment", "ApproveRejectedAssignment"], []),
        (["ApproveAssignment"], []),
    ],
)
def test_assignments_decided_twice(calls: list[str], missed: list[str]) -> None:
    """What no state allows that the assignment may have come to be in, by whomever."""
    capture = Capture()
    for call in calls:
        capture.add(call, **assignment())
    assert capture.found() == missed


def test_calls_that_overlap_have_no_order() -> None:
    """Which of them came first is not known."""
    capture = Capture().add("ApproveRejectedAssignment", received=NOON + 100, **assignment())
    capture.add("RejectAssignment", after=1, **assignment())
    assert capture.found() == []
    assert "RejectAssignment.already-approved" in capture.found(Outcome.SEEN)


@pytest.mark.parametrize(("after", "outcome"), [(SETTLED + 1, Outcome.MISSED), (5.0, Outcome.SEEN)])
def test_a_state_that_goes_back(after: float, outcome: Outcome) -> None:
    """Old replies may come from elsewhere for a while."""
    capture = Capture().add("ApproveAssignment", **assignment())
    capture.add("GetAssignment", after=after, **shown("Assignment", "A1", "Submitted"))
    assert capture.found(outcome) == ["ApproveAssignment.transition"]


def test_a_rejected_assignment_may_have_been_pardoned_elsewhere() -> None:
    """Told, and not held against anyone."""
    capture = Capture().add("RejectAssignment", **assignment())
    capture.add("GetAssignment", after=SETTLED * 2, **shown("Assignment", "A1", "Approved"))
    assert capture.found() == []
    assert capture.found(Outcome.SEEN) == ["ApproveRejectedAssignment.transition"]
    pardoned = Capture().add("RejectAssignment", **assignment()).add("ApproveRejectedAssignment", **assignment())
    pardoned.add("GetAssignment", **shown("Assignment", "A1", "Approved"))
    assert pardoned.found(Outcome.SEEN) == []


@pytest.mark.parametrize(
    ("operation", "requirement"),
    [
        ("RejectQualificationRequest", "GetQualificationRequests.not-rejected"),
        ("GrantQualification", "GrantQualification.removes-request"),
    ],
)
def test_a_decided_request_that_appears_again(operation: str, requirement: str) -> None:
    """In the list of those that wait."""
    decided: dict[str, Any] = {"named": (("QualificationRequest", "Q1"),)}
    listed = shown("QualificationRequest", "Q1")
    capture = Capture().add(operation, **decided).add("GetQualificationRequests", after=SETTLED + 1, **listed)
    assert capture.found() == [requirement]
    soon = Capture().add(operation, **decided).add("GetQualificationRequests", after=1, **listed)
    assert (soon.found(), soon.found(Outcome.SEEN)) == ([], [requirement])


@pytest.mark.parametrize(
    ("later", "missed"),
    [
        (("ExtendHIT", hit()), ["ExtendHIT.disposed"]),
        (("SetHITAsReviewing", hit()), ["StateMachine.HIT.disposed-terminal"]),
        (("DisposeHIT", hit()), ["DisposeHIT.twice"]),
        (("DisableHIT", hit()), ["DisableHIT.twice"]),
        (("GetAssignmentsForHIT", hit()), ["GetAssignmentsForHIT.disposed"]),
        (("GetHIT", shown("HIT", "H1", "Reviewable")), ["DisposeHIT.gethit-after"]),
        (("SearchHITs", shown("HIT", "H1", "Reviewable")), ["DisposeHIT.drops-from-lists"]),
        (("GetHIT", shown("HIT", "H1", "Disposed")), []),
        (("ExtendHIT", {**hit(), "accepted": False}), []),
        (("GetHIT", shown("HIT", "H2", "Reviewable")), []),
    ],
)
def test_a_disposed_hit_stays_so(later: tuple[str, dict[str, Any]], missed: list[str]) -> None:
    """Nobody brings it back."""
    operation, told = later
    assert Capture().add("DisposeHIT", **hit()).add(operation, after=SETTLED * 2, **told).found() == missed


def test_ids_that_were_never_made_are_told_once_the_capture_makes_some() -> None:
    """It may have begun late, so this is no fault."""
    assert Capture().add("GetHIT", **hit("H9")).found(Outcome.SEEN) == []
    capture = Capture().add("CreateHIT", **shown("HIT", "H1")).add("GetHIT", **hit("H1")).add("GetHIT", **hit("H9"))
    assert capture.add("GetHIT", **hit("H9")).found(Outcome.SEEN) == [HISTORY]


def test_lists_and_balances_are_told_and_never_held_against_a_service() -> None:
    """Workers hand in, others pay: neither is in the capture."""
    pages = (
        Capture().add("SearchHITs", total="3", page="1", asked=b"a").add("SearchHITs", total="4", page="2", asked=b"a")
    )
    assert pages.found() == []
    assert pages.found(Outcome.SEEN) == [HISTORY]
    between = Capture().add("SearchHITs", total="3", page="1", asked=b"a").add("CreateHIT")
    assert between.add("SearchHITs", total="4", page="2", asked=b"a").found(Outcome.SEEN) == []
    money = Capture().add("GetAccountBalance", amount="10.00").add("GrantBonus", amount="1.00")
    assert money.add("GetAccountBalance", amount="10.00").found(Outcome.SEEN) == ["GrantBonus.balance"]
    paid = Capture().add("GetAccountBalance", amount="10.00").add("GrantBonus", amount="1.00")
    assert paid.add("GetAccountBalance", amount="8.90").found(Outcome.SEEN) == []
    assert Capture().add("GrantBonus", amount="NaN").add("GetAccountBalance", amount="x").found(Outcome.SEEN) == []


def test_servers_have_stories_of_their_own() -> None:
    """A capture may hold the traffic of two."""
    capture = (
        Capture().add("CreateHIT", **shown("HIT", "H"), server="a").add("CreateHIT", **shown("HIT", "H"), server="b")
    )
    assert capture.found() == []


def test_what_came_first_is_told_by_the_clock() -> None:
    """Some recorders write exchanges in the order of their ends."""
    capture = (
        Capture().add("ApproveRejectedAssignment", **assignment()).add("RejectAssignment", after=-30, **assignment())
    )
    assert capture.found() == []


def test_what_a_history_may_show_exists() -> None:
    """Every id that it can be laid at is a requirement."""
    assert stated() <= set(requirements())
    assert len(stated()) > 20


def test_facts_of_an_exchange(replies: Any) -> None:
    """What was asked, what it did, what it showed; marks of recorders are not known values."""
    body = replies.listing(replies.item("Q1"), replies.item("REDACTED"))
    request = replies.call("GetQualificationRequests", {"QualificationTypeId": ["T"], "PageNumber": ["2"]})
    exchange = replies.exchange(request, body)
    (fact,) = facts_of(readings_of(exchange), exchange, "query")
    assert fact.named == (("QualificationType", "T"),)
    assert fact.shown == (("QualificationRequest", "Q1", ""),)
    assert (fact.page, fact.total, fact.account, fact.server) == ("2", "2", "AKID", "e.test")
    assert fact.claimed == NOON - 7200


def test_facts_are_small(replies: Any) -> None:
    """However long a list is."""
    items = [replies.item(f"Q{number}") for number in range(SHOWN_KEPT + 50)]
    exchange: Exchange = replies.exchange(replies.call("GetQualificationRequests"), replies.listing(*items))
    (fact,) = facts_of(readings_of(exchange), exchange, "query")
    assert len(fact.shown) == SHOWN_KEPT
