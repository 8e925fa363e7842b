"""What a self-test publishes about the kit, and that CI fails where it gets worse; the self-test itself is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from conformance.cli.quality import FEWER_IS_BETTER, FIGURES, MORE_IS_BETTER, comparison, read_figures, worse
from conformance.cli.selftest_plan import Extent, Part, SelfTest, Shown
from conformance.defects.table import defects, families
from conformance.record.events import Verdict, VerdictEvent
from conformance.spec.requirements import requirements
from conformance.spec.versions import LATEST

if TYPE_CHECKING:
    from tests.conftest import Kit, Outcome

CHECKOUT = Path(__file__).resolve().parents[2]
MUST, SHOULD = "GrantBonus.pays", "GrantBonus.balance"
Selftest = Callable[..., "Outcome"]


@pytest.fixture
def selftest(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Selftest:
    """Return what calls ``selftest``, whose run shows what it is told to have shown."""

    def call(*arguments: str | Path, survivors: tuple[str, ...] = (), alarms: tuple[str, ...] = ()) -> Outcome:
        shown = {LATEST: {None: Shown(measured={MUST, SHOULD})}, "2006-10-31": {None: Shown(measured={MUST})}}
        summary = {
            "killed": len(defects()) - len(survivors),
            "total": len(defects()),
            "survivors": [{"defect": one, "missed": [], "false_alarms": [], "problems": []} for one in survivors],
            "false_alarms": list(alarms),
            "requirements": {MUST: {"killed": 1, "total": 1}},
        }
        monkeypatch.setattr("conformance.cli.selftest.run_parts", lambda *_, **__: shown)
        monkeypatch.setattr("conformance.cli.selftest.summary_of", lambda *_: summary)
        return kit.call("selftest", "--workers", "1", *arguments)

    return call


def test_the_page_tells_what_no_number_alone_does(selftest: Selftest, kit: Kit) -> None:
    """Levels, evidence, age, kill rates and how all that was measured, in tables with equal rows."""
    outcome = selftest("--report", "quality.md")
    assert outcome.code == 0, outcome.err
    text = (kit.cwd / "quality.md").read_text("utf-8")
    page = MarkdownIt("commonmark").enable("table").render(text)
    for table in page.split("<table>")[1:]:
        rows = table.partition("</table>")[0].split("<tr>")[1:]
        assert len({row.count("</td>") + row.count("</th>") for row in rows}) == 1
    assert page.count("<table>") == 4
    total = f"{len(defects()):,}"
    assert f"**{total} of {total} planted defects killed, 0 false alarms on the endpoint without one.**" in text
    for part in ("| MUST |", "documented", "contradicted", "no year named", "| soap |", "looked for in the first and"):
        assert part in text


def test_the_page_names_what_escaped(selftest: Selftest, kit: Kit) -> None:
    outcome = selftest("--report", "quality.md", survivors=("account/never-refuses",), alarms=("X.y in 2014-08-15",))
    text = (kit.cwd / "quality.md").read_text("utf-8")
    assert outcome.code == 1
    assert "- `account/never-refuses`" in text
    assert "- `X.y in 2014-08-15`" in text
    (rate,) = re.findall(r"\| bonuses \| (\d+) \| (\d+) \|", text)
    assert int(rate[0]) == int(rate[1]) - 1


def test_json_tells_the_same(selftest: Selftest, kit: Kit) -> None:
    """The name of the file decides."""
    selftest("--report", "quality.json")
    told: dict[str, Any] = json.loads((kit.cwd / "quality.json").read_text("utf-8"))
    assert told["requirements"]["total"] == len(requirements()) == sum(one["count"] for one in told["evidence"])
    assert sum(told["facts_by_year"].values()) == len(requirements())
    assert sum(one["total"] for one in told["defects"]["families"].values()) == len(defects())
    assert told["requirements"]["levels"]["MUST"]["measured"] == 1
    assert not [one for one in told["evidence"] if (one["level"], one["confidence"]) == ("MUST", "inferred")]


def test_what_gets_worse_fails(selftest: Selftest, kit: Kit) -> None:
    """With a table of what changed; an update accepts it."""
    assert selftest("--quality", "q.json", "--quality-update").code == 0
    assert selftest("--quality", "q.json").code == 0
    file = kit.cwd / "q.json"
    figures = read_figures(file)
    file.write_text(json.dumps(figures | {"musts_measured": 2, "defects": figures["defects"] - 7}), "utf-8")
    outcome = selftest("--quality", "q.json")
    assert outcome.code == 1
    first, second, last = outcome.err.splitlines()
    assert re.fullmatch(r"worse +MUSTs measured on the embedded endpoint +2 → 1", first)
    assert re.fullmatch(r"better +defects planted +[\d,]+ → [\d,]+", second)
    assert "--quality-update" in last
    assert selftest("--quality", "q.json", "--quality-update").code == 0
    assert read_figures(file) == figures


def test_survivors_fail_whatever_the_file_says(selftest: Selftest) -> None:
    survivors = {"survivors": ("account/never-refuses",)}
    assert selftest("--quality", "q.json", "--quality-update", **survivors).code == 1
    assert selftest("--quality", "q.json", **survivors).code == 1


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_a_direction(name: str) -> None:
    """One more is worse or better, one fewer the other, the same is neither."""
    before = dict.fromkeys(FIGURES, 5)
    more, fewer = before | {name: 6}, before | {name: 4}
    assert worse(before, before) == comparison(before, before) == []
    assert (worse(before, more) == [name]) is (name in FEWER_IS_BETTER)
    assert (worse(before, fewer) == [name]) is (name in MORE_IS_BETTER)
    assert len(comparison(before, more)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--report", "q.md", "--quick"), "leave out --select, --defect and --quick"),
        (("--quality", "q.json", "--select", MUST), "leave out --select, --defect and --quick"),
        (("--quality-update",), "name it with --quality"),
        (("--quality", "none.json"), "cannot read the figures in none.json"),
        (("--quality", "odd.json"), "cannot read the figures in odd.json"),
        (("--quality", "text.json"), "no whole number"),
        (("--report", "missing/q.md"), "there is no folder missing"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_the_work(
    arguments: tuple[str, ...], said: str, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, and nothing was run."""
    monkeypatch.setattr("conformance.cli.selftest.run_parts", lambda *_, **__: pytest.fail("it ran"))
    (kit.cwd / "odd.json").write_text("[1]", "utf-8")
    (kit.cwd / "text.json").write_text(json.dumps(dict.fromkeys(FIGURES, "1")), "utf-8")
    outcome = kit.call("selftest", *arguments)
    assert outcome.code == 2
    assert said in outcome.err


def test_what_is_measured_is_seen_on_the_endpoint_without_a_defect() -> None:
    """Not what was blocked, and nothing of an endpoint with one."""
    plan = SelfTest([defects()["account/never-refuses"]], Part(version=LATEST), extent=Extent.DEFAULT, whole=True)
    for defect in (None, "account/never-refuses"):
        with plan.target(defect):
            pass
        verdicts = [
            VerdictEvent(requirement=name, case="c", version=LATEST, binding="query", level="MUST", verdict=verdict)
            for name, verdict in ((MUST, Verdict.PASS), (SHOULD, Verdict.NOT_MEASURED))
        ]
        plan.take(defect, list(verdicts))
    assert plan.shown[None].measured == {MUST}
    assert plan.shown["account/never-refuses"].measured == set()
    both = Shown(measured={SHOULD})
    both.add(plan.shown[None])
    assert both.measured == {MUST, SHOULD}


def test_every_defect_is_of_one_family() -> None:
    names = [one.name for family in families().values() for one in family]
    assert sorted(names) == sorted(defects())


def test_the_committed_figures_are_not_better_than_the_kit() -> None:
    """As far as that can be told without a self-test."""
    figures = read_figures(CHECKOUT / "docs" / "quality.json")
    assert figures["survivors"] == figures["false_alarms"] == 0
    assert figures["requirements"] <= len(requirements())
    assert figures["killed"] == figures["defects"] <= len(defects())
    assert figures["musts_measured"] <= sum(one.level == "MUST" for one in requirements().values())
