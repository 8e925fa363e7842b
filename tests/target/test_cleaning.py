"""Removing what stands in the ledger: one way for each operation, and every outcome told."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.errors import Blocked, NotMeasured
from conformance.target.cleaning import Removal, remove
from conformance.target.ledger import Ledger, open_items

TYPE, HIT = ("CreateQualificationType", "T1"), ("CreateHIT", "H1")
NAME = "the name that names run1"
LATER, EARLIER = "2014-08-15", "2007-06-21"


class Standing:
    """Stands in for a Requester: answers operations as told, others with a refusal, and keeps what it was asked.

    An answer is "ok", the text of a refusal, an exception, or what a reply tells by its paths; several come in turn.
    """

    def __init__(self, answers: dict[str, Any], version: str = LATER) -> None:
        self.asked: list[str] = []
        self.version = version
        self._answers = answers

    def call(self, operation: str, values: dict[str, str]) -> Any:
        """Answer as told, or raise."""
        self.asked.append(" ".join([operation, *map(str, values.values())]))
        answer = self._answers.get(operation, "No")
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        told = answer if isinstance(answer, dict) else {}
        listed = [
            SimpleNamespace(text=one, findtext=one.get if isinstance(one, dict) else None)
            for one in told.get("listed", ())
        ]
        accepted = answer == "ok" or bool(told)
        return SimpleNamespace(
            accepted=accepted,
            summary="accepted" if accepted else answer,
            codes=() if accepted else (answer,),
            text=told.get,
            all=lambda path: listed,
        )


def removals(
    path: Path, requester: Standing, *created: tuple[str, str | None], account: str | None = None
) -> list[Removal]:
    with Ledger(path) as ledger:
        for operation, identifier in created:
            values = {"Name": [NAME if account else "the name"]}
            entry = ledger.intend("run1", operation, "http://localhost/", values, 0.0, account=account)
            ledger.settle(entry, identifier, unknown=True)
        return list(remove({"mine": requester}, ledger, open_items(path)))  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("created", "version", "answers", "asked", "outcome"),
    [
        (TYPE, LATER, {"DisposeQualificationType": "ok"}, ["DisposeQualificationType T1"], "disposed of"),
        (TYPE, EARLIER, {"UpdateQualificationType": "ok"}, ["UpdateQualificationType T1 Inactive"], "made inactive"),
        (HIT, LATER, {"DisableHIT": "ok"}, ["DisableHIT H1"], "disabled"),
        (
            HIT,
            LATER,
            {"GetHIT": {"HITStatus": "Disposed"}},
            ["DisableHIT H1", "DisposeHIT H1", "GetHIT H1"],
            "disposed of before",
        ),
        (HIT, LATER, {"DisposeHIT": "ok"}, ["DisableHIT H1", "DisposeHIT H1"], "disposed of"),
        (
            HIT,
            EARLIER,
            {
                "GetHIT": {"HITStatus": "Reviewing"},
                "GetAssignmentsForHIT": {"listed": ["A1", " A2 "]},
                "DisposeHIT": ["No", "ok"],
            },
            [
                "DisableHIT H1",
                "DisposeHIT H1",
                "GetHIT H1",
                "SetHITAsReviewing H1 true",
                "GetAssignmentsForHIT H1 Submitted 100",
                "ApproveAssignment A1",
                "ApproveAssignment A2",
                "DisposeHIT H1",
            ],
            "disposed of",
        ),
    ],
    ids=["type", "type of old", "HIT", "HIT that is gone", "HIT that is over", "HIT with submissions"],
)
def test_what_can_be_removed_is_and_crossed_off(
    created: tuple[str, str],
    version: str,
    answers: dict[str, Any],
    asked: list[str],
    outcome: str,
    *,
    tmp_path: Path,
) -> None:
    """No version before 2008-04-01 can dispose of a type; what was submitted to a HIT is approved, never rejected."""
    path, requester = tmp_path / "ledger", Standing(answers, version)
    (removal,) = removals(path, requester, created)
    assert requester.asked == asked
    assert (removal.removed, removal.answered, removal.outcome) == (True, True, outcome)
    assert open_items(path) == ()


def test_a_hit_that_cannot_be_disabled_expires_first(tmp_path: Path) -> None:
    """So an endpoint without DisableHIT is left clean too."""
    answers = {"GetHIT": {"HITStatus": "Assignable"}, "ForceExpireHIT": "ok", "DisposeHIT": ["No", "ok"]}
    requester = Standing(answers)
    (removal,) = removals(tmp_path / "ledger", requester, HIT)
    assert removal.removed
    assert "ForceExpireHIT H1" in requester.asked


def test_hits_go_before_the_types_that_they_require(tmp_path: Path) -> None:
    """A type that a HIT requires is not gone until the HIT is."""
    requester = Standing({"DisposeQualificationType": "ok", "DisableHIT": "ok"})
    assert all(removal.removed for removal in removals(tmp_path / "ledger", requester, TYPE, HIT))
    assert requester.asked == ["DisableHIT H1", "DisposeQualificationType T1"]


@pytest.mark.parametrize(
    ("created", "answers", "told", "answered"),
    [
        (TYPE, {"DisposeQualificationType": "HTTP 200, error No"}, "not disposed of: HTTP 200, error No", True),
        (TYPE, {"UpdateQualificationType": "ok"}, "made inactive, but not disposed of: No", True),
        (TYPE, {"DisposeQualificationType": Blocked("timeout")}, "timeout", False),
        (TYPE, {"DisposeQualificationType": NotMeasured("it costs")}, "it costs", True),
        (
            HIT,
            {"GetHIT": {"HITStatus": "Assignable", "Expiration": "noon"}},
            "Assignable, offered until noon; Dis",
            True,
        ),
        (HIT, {}, "not disabled: No; GetHIT: No", True),
    ],
)
def test_what_cannot_be_removed_stays_in_the_ledger(
    created: tuple[str, str | None], answers: dict[str, Any], told: str, answered: bool, tmp_path: Path
) -> None:
    """The outcome says why."""
    path = tmp_path / "ledger"
    (removal,) = removals(path, Standing(answers), created)
    assert (removal.removed, removal.answered) == (False, answered)
    assert told in removal.outcome
    assert len(open_items(path)) == 1


@pytest.mark.parametrize(
    ("created", "account", "told"),
    [
        (
            ("CreateQualificationType", None),
            None,
            "its id is unknown: the answer to its creation did not tell it; look",
        ),
        (("CreateSomething", "S1"), None, "no way to undo CreateSomething"),
        (HIT, "another", "it belongs to an account whose keys are not at hand"),
    ],
)
def test_nothing_is_sent_for_what_nobody_here_can_remove(
    created: tuple[str, str | None], account: str | None, told: str, tmp_path: Path
) -> None:
    """The outcome says why."""
    path, requester = tmp_path / "ledger", Standing({})
    (removal,) = removals(path, requester, created, account=account)
    assert (removal.removed, removal.answered, requester.asked) == (False, True, [])
    assert told in removal.outcome
    assert len(open_items(path)) == 1


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        (["other", NAME], "disposed of"),
        (["other"], None),
        ([NAME, NAME], None),
        ([], None),
    ],
)
def test_what_has_no_known_id_is_looked_for_by_its_name(names: list[str], outcome: str | None, tmp_path: Path) -> None:
    """No other run uses the name, since the run's id is in it; what is not alone with it is let alone."""
    listed = [{"Name": name, "QualificationTypeId": f"T{number}"} for number, name in enumerate(names)]
    answers = {"SearchQualificationTypes": {"listed": listed}, "DisposeQualificationType": "ok"}
    requester = Standing(answers)
    (removal,) = removals(tmp_path / "ledger", requester, ("CreateQualificationType", None), account="mine")
    unknown = "its id is unknown: the answer to its creation did not tell it, and nothing alone of its name is listed"
    assert removal.outcome == (outcome or unknown)
    assert requester.asked[0].startswith(f"SearchQualificationTypes 100 1 {NAME}")
    assert ("DisposeQualificationType T1" in requester.asked) is (outcome == "disposed of")


@pytest.mark.parametrize(("account", "removed"), [("mine", True), (None, False)])
def test_what_its_owner_no_longer_finds_is_gone(account: str | None, removed: bool, tmp_path: Path) -> None:
    """Only its owner can tell: from others an endpoint may hide it."""
    gone = "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
    requester = Standing({"DisposeQualificationType": gone, "UpdateQualificationType": gone})
    (removal,) = removals(tmp_path / "ledger", requester, TYPE, account=account)
    assert removal.removed is removed


def test_what_has_no_known_id_goes_last_and_is_nothing_that_is_known(tmp_path: Path) -> None:
    """Two HITs of one title: the one that is known is not taken for the one whose id never came."""
    listed = [{"Title": NAME, "HITId": "H1"}, {"Title": NAME, "HITId": "H2"}]
    requester = Standing({"SearchHITs": {"listed": listed}, "DisableHIT": "ok"})
    created = [("CreateHIT", None), HIT]
    assert all(removal.removed for removal in removals(tmp_path / "ledger", requester, *created, account="mine"))
    assert [one for one in requester.asked if one.startswith("DisableHIT")] == ["DisableHIT H1", "DisableHIT H2"]


@pytest.mark.parametrize(
    ("listed", "tokens", "removed"),
    [
        ({"TotalNumResults": "0"}, ("t", "t"), True),
        ({"TotalNumResults": "0"}, ("t", "u"), False),
        ("No", ("t", "t"), False),
    ],
    ids=["one token", "two tokens", "no list"],
)
def test_a_lost_answer_leaves_nothing_where_its_token_made_what_is_known(
    listed: Any, tokens: tuple[str, str], removed: bool, tmp_path: Path
) -> None:
    """Only if the list was read to its end and no more is on it."""
    path, requester = tmp_path / "ledger", Standing({"SearchHITs": listed, "DisableHIT": "ok"})
    with Ledger(path) as ledger:
        for token, identifier in zip(tokens, (None, "H1"), strict=True):
            values = {"Title": [NAME], "UniqueRequestToken": [token]}
            entry = ledger.intend("run1", "CreateHIT", "http://localhost/", values, 0.0, account="mine")
            ledger.settle(entry, identifier, unknown=True)
        outcomes = list(remove({"mine": requester}, ledger, open_items(path)))  # type: ignore[dict-item]
    assert [one.removed for one in outcomes] == [True, removed]
    assert len(open_items(path)) == (0 if removed else 1)
