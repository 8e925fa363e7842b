"""The tables of life cycles: whole, and made of names that there are."""

from pathlib import Path

import pytest

from conformance.errors import KitError
from conformance.spec import life_cycles
from conformance.spec.life_cycles import life_cycle
from conformance.spec.requirements import operations, requirements
from conformance.spec.versions import KNOWN

NAMES = ("hit", "qualification", "money")
OF_WORKERS = {"accept", "submit", "return"}


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_an_operation_or_a_workers(name: str) -> None:
    for rule in life_cycle(name).rules:
        operation = rule.action.partition(",")[0].partition(" ")[0]
        assert operation in operations() or operation in OF_WORKERS
        assert requirements()[rule.requirement].article == operation or operation in OF_WORKERS or not rule.to


@pytest.mark.parametrize("version", KNOWN)
@pytest.mark.parametrize("name", NAMES)
def test_no_state_has_two_rules_for_one_action_and_outcome(name: str, version: str) -> None:
    cycle = life_cycle(name)
    for state in {state for rule in cycle.rules for state in rule.states}:
        actions = [rule.action for rule in cycle.rules_in(state, version)]
        assert len(actions) == len(set(actions))


def test_each_hit_has_one_situation() -> None:
    facts = ("disposed", "expired", "places", "busy", "reviewing")
    cycle = life_cycle("hit")
    seen = {
        cycle.situation({fact: bool(number >> place & 1) for place, fact in enumerate(facts)}) for number in range(32)
    }
    assert seen == set(cycle.situations)


def test_a_table_that_names_nothing_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "life_cycles").mkdir()
    (tmp_path / "life_cycles" / "x.toml").write_text(
        '[[rule]]\naction = "ApproveAssignment"\nfrom = ["Submitted"]\nrequirement = "ApproveAssignment.no-such"\n'
    )
    monkeypatch.setattr(life_cycles, "cases_dir", lambda: tmp_path)
    with pytest.raises(KitError, match="no-such"):
        life_cycles.life_cycle("x")
