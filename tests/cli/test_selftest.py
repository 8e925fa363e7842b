"""`selftest`: which defects and versions it runs, and what it says of what is found and of what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.cli.selftest import Extent, SelfTest, one_of_each, versions_of
from conformance.defects.defect import Defect, defect
from conformance.defects.table import defects
from conformance.spec.requirements import requirements
from conformance.spec.versions import LATEST, VERSIONS

if TYPE_CHECKING:
    from conformance.reference.endpoint import Endpoint
    from tests.conftest import Kit

REPLAY = "GrantBonus.UniqueRequestToken.replay"
PAYS = "GrantBonus.pays"


def nothing(endpoint: Endpoint) -> None:
    """Plant nothing."""


@pytest.mark.parametrize(
    ("breaks", "extent", "expected"),
    [
        ((PAYS,), Extent.DEFAULT, {VERSIONS[0], LATEST}),
        ((REPLAY,), Extent.DEFAULT, {"2012-03-25", LATEST}),
        ((PAYS, REPLAY), Extent.DEFAULT, {VERSIONS[0], "2012-03-25", LATEST}),
        ((PAYS, REPLAY), Extent.QUICK, {LATEST}),
        ((REPLAY,), Extent.FULL, set(VERSIONS[VERSIONS.index("2012-03-25") :])),
        (("RejectQualificationRequest.sample-call",), Extent.DEFAULT, {VERSIONS[0]}),
    ],
)
def test_a_defect_runs_where_what_it_breaks_begins_and_ends(
    breaks: tuple[str, ...], extent: Extent, expected: set[str]
) -> None:
    """The first and the last version that shows it, only the last one, or all."""
    assert versions_of(defect("x", nothing, *breaks), extent) == expected


def test_a_defect_of_one_version_runs_there() -> None:
    """Its own versions limit those of what it breaks."""
    one = defect("x", nothing, PAYS, versions=("2008-04-01",))
    assert {versions_of(one, extent) for extent in Extent} == {frozenset({"2008-04-01"})}


@pytest.mark.parametrize("extent", list(Extent))
def test_every_defect_runs_somewhere(extent: Extent) -> None:
    """No defect of the table breaks only what holds in none of its versions."""
    assert [name for name, one in defects().items() if not versions_of(one, extent)] == []


def test_the_default_reaches_every_version() -> None:
    """So the endpoint without a defect is judged in all of them."""
    assert SelfTest(defects().values()).versions_tested == VERSIONS


def test_one_of_each_breaks_all_that_the_table_breaks() -> None:
    """Far fewer defects, each requirement still broken by one."""
    few = one_of_each(defects().values())
    broken = {name for one in defects().values() for name in one.breaks}
    assert {name for one in few for name in one.breaks} == broken
    assert len(few) <= len(broken) < len(requirements())


def test_a_case_runs_against_the_defects_that_it_may_find() -> None:
    """In the versions where they show, after the endpoint without a defect; one that nothing may find is left out."""
    plan = SelfTest([defect("x", nothing, REPLAY)], whole=False)
    assert list(plan.defects_for([REPLAY], LATEST)) == [None, "x"]
    assert list(plan.defects_for([PAYS], LATEST)) == []
    assert list(plan.defects_for([REPLAY], "2013-11-15")) == []
    assert list(SelfTest([defect("x", nothing, REPLAY)]).defects_for([PAYS], LATEST)) == [None]
    full = SelfTest([defect("x", nothing, REPLAY)], extent=Extent.FULL)
    assert list(full.defects_for([PAYS], "2013-11-15")) == [None, "x"]


@pytest.mark.parametrize("name", ["replay/charged-and-refused", "token/found-too-late", "account/never-refuses"])
def test_a_defect_that_is_found_is_killed(kit: Kit, name: str) -> None:
    """Exit code 0, and no alarm on the endpoint without it."""
    outcome = kit.call("selftest", "--defect", name)
    assert (outcome.code, outcome.err) == (0, "")
    assert "1 of 1 defects killed, 0 false alarms on the faultless endpoint" in outcome.out


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (defect("x", nothing, REPLAY), "its exchanges do not differ"),
        (defects()["token/only-the-last"], "GrantBonus.UniqueRequestToken.durable in 2012-03-25"),
    ],
    ids=["no fault", "another fault"],
)
def test_a_defect_that_is_not_found_survives(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, planted: Defect, said: str
) -> None:
    """Exit code 1, and what was missed."""
    also = defect("x", planted.plant, REPLAY, "GrantBonus.UniqueRequestToken.durable")
    monkeypatch.setattr("conformance.cli.selftest.defects", lambda: {"x": also})
    outcome = kit.call("selftest", "--json")
    summary = json.loads(outcome.out)
    assert (outcome.code, summary["killed"], summary["total"], summary["false_alarms"]) == (1, 0, 1, [])
    assert said in json.dumps(summary["survivors"])


def test_what_is_selected_is_what_is_broken(kit: Kit) -> None:
    """`--select` takes requirements, `--defect` names; neither may be unknown."""
    outcome = kit.call("selftest", "--quick", "--json", "--select", "GrantBonus.UniqueRequestToken.*")
    summary = json.loads(outcome.out)
    undecided = (Path(__file__).parents[1] / "undecided.txt").read_text("utf-8").splitlines()
    assert (outcome.code, summary["survivors"]) == (0, [])
    assert {name for name in summary["requirements"] if "UniqueRequestToken" in name} == {
        name
        for name, one in requirements().items()
        if name.startswith("GrantBonus.UniqueRequestToken.") and one.level != "MAY" and name not in undecided
    }
    assert kit.call("selftest", "--defect", "token/unheard-of").code == 2
    assert kit.call("selftest", "--select", "Common.Version.2017-on-legacy").code == 2
