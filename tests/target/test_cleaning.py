"""Removing what stands in the ledger: one way for each operation, and every outcome told."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.errors import Blocked
from conformance.target.cleaning import Removal, remove
from conformance.target.ledger import Ledger, open_items


class Standing:
    """Stands in for a Requester: answers as told and keeps what it was asked."""

    def __init__(self, answers: list[Any]) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._answers = iter(answers)

    def call(self, operation: str, values: dict[str, str]) -> Any:
        """Answer as told, or raise."""
        self.asked.append((operation, values))
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(accepted=answer == "ok", summary=answer)


def removals(path: Path, requester: Standing, *created: tuple[str, str | None]) -> list[Removal]:
    with Ledger(path) as ledger:
        for operation, identifier in created:
            entry = ledger.intend("run1", operation, "http://localhost/", {"Name": ["the name"]}, 0.0)
            ledger.settle(entry, identifier, unknown=True)
        return list(remove(requester, ledger, open_items(path)))  # type: ignore[arg-type]


def test_a_type_is_made_inactive_and_crossed_off(tmp_path: Path) -> None:
    """No version before 2008-04-01 can dispose of a type, every version can make it inactive."""
    path, requester = tmp_path / "ledger", Standing(["ok"])
    (removal,) = removals(path, requester, ("CreateQualificationType", "T1"))
    assert requester.asked == [
        ("UpdateQualificationType", {"QualificationTypeId": "T1", "QualificationTypeStatus": "Inactive"})
    ]
    assert (removal.removed, removal.answered, removal.outcome) == (True, True, "made inactive")
    assert open_items(path) == ()


@pytest.mark.parametrize(
    ("created", "answers", "told", "answered"),
    [
        (("CreateQualificationType", "T1"), ["HTTP 200, error No"], "HTTP 200, error No", True),
        (("CreateQualificationType", "T1"), [Blocked("timeout")], "timeout", False),
        (("CreateQualificationType", None), [], "look for it by name (the name)", True),
        (("CreateSomething", "S1"), [], "no way to undo CreateSomething", True),
    ],
)
def test_what_cannot_be_removed_stays_in_the_ledger(
    created: tuple[str, str | None], answers: list[Any], told: str, answered: bool, tmp_path: Path
) -> None:
    """The outcome says why; nothing is sent for what cannot be removed anyway."""
    path, requester = tmp_path / "ledger", Standing(answers)
    (removal,) = removals(path, requester, created)
    assert (removal.removed, removal.answered) == (False, answered)
    assert told in removal.outcome
    assert len(requester.asked) == len(answers)
    assert len(open_items(path)) == 1
