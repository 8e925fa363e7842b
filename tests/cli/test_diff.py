"""``diff``, and ``report --rejudge``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from conformance.defects.table import FAMILIES
from conformance.record.reader import read_record
from conformance.report import differences

if TYPE_CHECKING:
    from tests.conftest import Kit

SELECTED = ("--select", "GetAccountBalance.*", "--select", "GrantBonus.Reason*", "--version", "2014-08-15")
SCHEMA = Path(differences.__file__).with_name("differences.schema.json")
DEFECTS = {one.name: one for family in FAMILIES for one in family.DEFECTS}
DEFECT = "reason/unescaped"


def judged(kit: Kit, name: str, defect: str = "", *options: str) -> Path:
    """Judge the embedded endpoint with a defect or without one and return the record."""
    served = kit.serve(plant=DEFECTS[defect].plant if defect else None)
    path = kit.folder / name
    kit.call("run", served.url, *kit.driven, *SELECTED, "--record", path, "--ledger", kit.ledger, "--seed=1", *options)
    return path


def test_runs_of_one_endpoint_do_not_differ(kit: Kit) -> None:
    """Whatever the seed, names and times: nothing changed."""
    one, other = judged(kit, "one"), judged(kit, "other")
    outcome = kit.call("diff", one, other)
    assert outcome.code == 0
    assert "NOTHING WORSE" in outcome.out
    assert json.loads(kit.call("diff", one, other, "--format", "json").out)["changes"] == []


def test_what_broke_is_told_and_so_is_its_repair(kit: Kit) -> None:
    """Exit code 1 where the later one is worse, 0 where it is better; text, Markdown and JSON say the same."""
    good, bad = judged(kit, "good"), judged(kit, "bad", "bonus/a-cent-less", "--select", "GrantBonus.*")
    wide = judged(kit, "wide", "", "--select", "GrantBonus.*")
    worse, better = kit.call("diff", wide, bad), kit.call("diff", bad, wide)
    assert (worse.code, better.code) == (1, 0)
    assert "Broken (" in worse.out
    assert "Fixed (" in better.out
    assert "it was not selected" in kit.call("diff", good, bad).out
    document = json.loads(kit.call("diff", wide, bad, "--format", "json").out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")))
    markdown = kit.call("diff", wide, bad, "--format", "markdown").out
    assert "### Broken" in markdown
    broken = [change["requirement"] for change in document["changes"] if change["kind"] == "broken"]
    assert broken
    assert all(name in markdown and name in worse.out for name in broken)


@pytest.mark.parametrize("name", ["missing", "no-record"])
def test_what_is_no_record_is_wrong_usage(kit: Kit, name: str) -> None:
    """Exit code 2, and the file is named."""
    (kit.folder / "no-record").write_text("{}\n", "utf-8")
    outcome = kit.call("diff", kit.folder / name, kit.folder / name)
    assert outcome.code == 2
    assert name in outcome.err


def test_a_record_judged_again_by_the_kit_that_made_it_says_the_same(kit: Kit) -> None:
    """The report is that of the record, and what changed (nothing) stands on standard error."""
    record = judged(kit, "bad", "bonus/a-cent-less", "--select", "GrantBonus.*")
    plain, again = kit.call("report", "json", record), kit.call("report", "json", record, "--rejudge")
    assert plain.out == again.out
    assert "took more than an exchange to decide" in again.err
    assert "REJUDGED" in again.err
    assert "Fixed" not in again.err


def test_a_level_of_old_is_told(kit: Kit) -> None:
    """A record whose kit held a requirement for a MAY is judged by the level of today."""
    path = judged(kit, "old")
    path.write_text(path.read_text("utf-8").replace('"level": "MUST"', '"level": "SHOULD"'), "utf-8")
    outcome = kit.call("report", "json", path, "--rejudge")
    assert "SHOULD then, MUST now" in outcome.err
    assert read_record(path).verdicts
