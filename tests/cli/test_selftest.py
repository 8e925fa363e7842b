"""`selftest`: which defects and versions it runs, and what it says of what is found and of what is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.cli.selftest import one_of_each, parts_of
from conformance.cli.selftest_plan import Extent, Part, SelfTest, versions_of
from conformance.defects.defect import Defect, defect
from conformance.defects.table import defects
from conformance.record.events import Verdict, VerdictEvent
from conformance.spec.requirements import requirements
from conformance.spec.versions import KNOWN, LATEST, TODAY, VERSIONS
from conformance.wire.messages import HttpRequest

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
        ((PAYS,), Extent.DEFAULT, {VERSIONS[0], LATEST, TODAY}),
        ((REPLAY,), Extent.DEFAULT, {"2012-03-25", LATEST, TODAY}),
        ((PAYS, REPLAY), Extent.DEFAULT, {VERSIONS[0], "2012-03-25", LATEST, TODAY}),
        ((PAYS, REPLAY), Extent.QUICK, {LATEST}),
        ((REPLAY,), Extent.VERSIONS, set(KNOWN[KNOWN.index("2012-03-25") :])),
        ((REPLAY,), Extent.FULL, set(KNOWN[KNOWN.index("2012-03-25") :])),
        (("RejectQualificationRequest.sample-call",), Extent.DEFAULT, {VERSIONS[0]}),
    ],
)
def test_a_defect_runs_where_what_it_breaks_begins_and_ends(
    breaks: tuple[str, ...], extent: Extent, expected: set[str]
) -> None:
    """The first and the last version of XML that shows it and that of JSON, only the last one of XML, or all."""
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
    for workers in (1, 2):
        assert {part.version for part in parts_of(defects().values(), Extent.DEFAULT, workers)} == set(KNOWN)


def test_one_of_each_breaks_all_that_the_table_breaks() -> None:
    """Far fewer defects, each requirement still broken by one."""
    few = one_of_each(defects().values())
    broken = {name for one in defects().values() for name in one.breaks}
    assert {name for one in few for name in one.breaks} == broken
    assert len(few) <= len(broken) < len(requirements())


def test_a_case_runs_against_the_defects_that_it_may_find() -> None:
    """In the versions where they show, after the endpoint without a defect; one that nothing may find is left out."""
    replay = defect("x", nothing, REPLAY)

    def run(version: str, *decides: str, extent: Extent = Extent.DEFAULT, whole: bool = False) -> list[str | None]:
        plan = SelfTest([replay], Part(version=version), extent=extent, whole=whole)
        before = list(plan.defects_for("case", decides))
        plan.planting = True
        return [*before, *plan.defects_for("case", decides)]

    assert run(LATEST, REPLAY) == [None, "x"]
    assert run(LATEST, PAYS) == []
    assert run("2013-11-15", REPLAY) == []
    assert run(LATEST, PAYS, whole=True) == [None]
    assert run("2013-11-15", PAYS, extent=Extent.FULL) == [None, "x"]


def test_a_case_that_calls_none_of_its_operations_is_spared_a_defect() -> None:
    """What such a case sees is what it saw without the defect."""
    plan = SelfTest([defects()["is-valid/lower-case-of-GetHIT"]], Part(version=LATEST), extent=Extent.FULL, whole=False)
    for case, operation in (("reads", "GetHIT"), ("pays", "GrantBonus")):
        with plan.target(None) as target:
            target.client.send(HttpRequest(method="GET", url=f"{target.url}?Operation={operation}"), retry=False)
        verdict = VerdictEvent(
            requirement=PAYS, case=case, version=LATEST, binding="query", level="MUST", verdict=Verdict.PASS
        )
        plan.take(None, [verdict])
    plan.planting = True
    assert list(plan.defects_for("reads", [])) == ["is-valid/lower-case-of-GetHIT"]
    assert list(plan.defects_for("pays", [])) == []


@given(case=st.text(), of=st.integers(1, 9))
def test_every_case_belongs_to_one_part(case: str, of: int) -> None:
    """So nothing is run twice, and nothing is left out."""
    parts = [Part(version=LATEST, number=number, of=of) for number in range(of)]
    assert sum(part.has(case) for part in parts) == 1


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
    outcome = kit.call("selftest", "--json", "--select", REPLAY)
    summary = json.loads(outcome.out)
    assert (outcome.code, summary["killed"], summary["total"], summary["false_alarms"]) == (1, 0, 1, [])
    assert said in json.dumps(summary["survivors"])


def test_what_is_selected_is_what_is_broken(kit: Kit) -> None:
    """`--select` takes requirements, `--defect` names; neither may be unknown."""
    outcome = kit.call("selftest", "--quick", "--json", "--select", "GrantBonus.UniqueRequestToken.*")
    summary = json.loads(outcome.out)
    assert (outcome.code, summary["survivors"]) == (0, [])
    assert {name for name in summary["requirements"] if "UniqueRequestToken" in name} == {
        name
        for name, one in requirements().items()
        if name.startswith("GrantBonus.UniqueRequestToken.") and one.level != "MAY"
    }
    assert kit.call("selftest", "--defect", "token/unheard-of").code == 2
    assert kit.call("selftest", "--select", "Common.Version.2017-on-legacy").code == 2


def test_several_processes_find_what_one_finds(kit: Kit) -> None:
    """Each takes its share of the cases; the endpoint without a defect is judged once."""
    said = [
        json.loads(kit.call("selftest", "--quick", "--json", "--select", "Common.S*", "--workers", number).out)
        for number in ("1", "2")
    ]
    assert said[0] == said[1]
    assert said[0]["total"] > 2
