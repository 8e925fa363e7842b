"""`run --baseline`: what is known passes, what is new or out of date does not, and an update converges in one run."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib import resources
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import jsonschema
import pytest

from conformance.record.events import Verdict

if TYPE_CHECKING:
    from conformance.reference.endpoint import Endpoint
    from tests.conftest import Kit

NAMED, CASE = "RejectQualificationRequest.effect-list", "rejection/leaves-the-list"
ONE = ("--select", NAMED, "--case", CASE)
FILE = Path("known.toml")


def forgets_rejections(endpoint: Endpoint) -> None:
    """A rejected request stays in the list: breaks MUSTs."""
    endpoint.handlers["RejectQualificationRequest"] = lambda context: {}


def takes_any_service(endpoint: Endpoint) -> None:
    """Any value of Service is taken: breaks a SHOULD."""
    endpoint.check_service = lambda call: None


def known() -> list[dict[str, object]]:
    """Return the entries of the baseline."""
    entries: list[dict[str, object]] = tomllib.loads(FILE.read_text())["known"]
    return entries


def statuses(kit: Kit) -> list[str]:
    """Return what the record of the last run says of the entries."""
    end = kit.record().end
    assert end is not None
    assert end.baseline is not None
    return [row.status.value for row in end.baseline.rows]


def change(old: str, new: str) -> None:
    """Change the text of the baseline."""
    assert old in FILE.read_text()
    FILE.write_text(FILE.read_text().replace(old, new))


def test_an_update_converges_in_one_run(kit: Kit) -> None:
    """Written against a living endpoint, it makes the next run green, with other ids and times, in all versions."""
    endpoint = kit.serve(plant=forgets_rejections)
    versions = ("--version", "2006-10-31", "--version", "2014-08-15")
    chosen = ("--select", "RejectQualificationRequest.effect-*", "--select", "RejectQualificationRequest.twice")
    arguments = (endpoint.url, *kit.driven, *chosen, *versions, "--baseline", FILE)
    first = kit.judge(*arguments, "--baseline-update")
    assert first.code == 0, first.out
    assert set(statuses(kit)) == {"added"}
    written, seed = FILE.read_text(), kit.record().header.seed
    assert {(one["version"], one["binding"]) for one in known()} >= {("2006-10-31", "query"), ("2014-08-15", "query")}
    second = kit.judge(*arguments)
    assert second.code == 0, second.out
    assert kit.record().header.seed == seed
    assert set(statuses(kit)) == {"known"}
    assert "DOES NOT CONFORM, BUT NOTHING IS NEW" in second.out
    assert not re.search("^FAIL", second.out, re.MULTILINE)
    assert kit.named(Verdict.FAIL) > {NAMED}
    assert kit.judge(*arguments, "--baseline-update", "--baseline-prune").code == 0
    assert FILE.read_text() == written


def test_a_new_failure_fails(kit: Kit) -> None:
    """An empty baseline lists nothing."""
    FILE.write_text("")
    outcome = kit.judge(kit.serve(plant=forgets_rejections).url, *kit.driven, *ONE, "--baseline", FILE)
    assert outcome.code == 1
    assert f"FAIL  {NAMED}" in outcome.out
    assert re.search(rf"^new +{NAMED} ", outcome.out, re.MULTILINE)


def test_a_run_that_measured_too_little_writes_nothing(kit: Kit) -> None:
    """What it failed by is not all that there is to list."""
    endpoint = kit.serve(plant=forgets_rejections)
    arguments = (*kit.driven, *ONE, "--baseline", FILE, "--baseline-update", "--require-measured", "500")
    assert kit.judge(endpoint.url, *arguments).code == 5
    assert not FILE.exists() or FILE.read_text() == ""


@pytest.fixture
def listed(kit: Kit) -> tuple[str | Path, ...]:
    """Return the arguments of a run, after one has written the baseline of a broken endpoint."""
    arguments = (*kit.driven, *ONE, "--baseline", FILE)
    assert kit.judge(kit.serve(plant=forgets_rejections).url, *arguments, "--baseline-update").code == 0
    assert len(known()) == 1
    return arguments


def test_what_is_mended_has_to_leave_the_baseline(kit: Kit, listed: tuple[str, ...]) -> None:
    """Listed and passing fails, until it is pruned; what is left of the file stays."""
    endpoint = kit.serve()
    change("[[known]]", "# about ours\n[[known]]")
    outcome = kit.judge(endpoint.url, *listed)
    assert outcome.code == 1
    assert statuses(kit) == ["passes now"]
    assert "THE BASELINE IS OUT OF DATE" in outcome.out
    assert kit.judge(endpoint.url, *listed, "--baseline-prune").code == 0
    assert statuses(kit) == ["removed"]
    assert "known" not in tomllib.loads(FILE.read_text())
    assert kit.judge(endpoint.url, *listed).code == 0


def test_what_fails_otherwise_is_new_and_is_pinned_anew_on_demand(kit: Kit, listed: tuple[str, ...]) -> None:
    """The old signature hides no other bug; an update keeps reason, owner and comments."""
    change(f'signature = "{known()[0]["signature"]}"', 'signature = "000000000000"')
    change('reason = ""', 'reason = "by design"  # really\nowner = "kim"')
    endpoint = kit.serve(plant=forgets_rejections)
    assert kit.judge(endpoint.url, *listed).code == 1
    assert statuses(kit) == ["fails otherwise"]
    assert kit.judge(endpoint.url, *listed, "--baseline-update").code == 0
    assert statuses(kit) == ["pinned anew"]
    assert '"by design"  # really' in FILE.read_text()
    assert [(one["owner"], one["signature"] != "000000000000") for one in known()] == [("kim", True)]
    outcome = kit.judge(endpoint.url, *listed)
    assert outcome.code == 0
    assert re.search(rf"^known +{NAMED} .*by design; kim", outcome.out, re.MULTILINE)


def test_an_entry_that_has_expired_fails(kit: Kit, listed: tuple[str, ...]) -> None:
    """An update does not extend it: that is for people to do."""
    change('reason = ""', 'reason = "soon"\nexpires = 2020-01-01')
    endpoint = kit.serve(plant=forgets_rejections)
    for more in ((), ("--baseline-update", "--baseline-prune")):
        assert kit.judge(endpoint.url, *listed, *more).code == 1
        assert statuses(kit) == ["expired"]
    change("2020-01-01", "2999-01-01")
    assert kit.judge(endpoint.url, *listed).code == 0


def test_an_entry_of_what_is_not_there_fails(kit: Kit, listed: tuple[str, ...]) -> None:
    """A requirement that this kit does not know matches nothing."""
    change(NAMED, "RejectQualificationRequest.no-such")
    outcome = kit.judge(kit.serve().url, *listed)
    assert outcome.code == 1
    assert statuses(kit) == ["gone"]


@pytest.mark.parametrize("chosen", [("--select", "Common.Service.value"), ("--version", "2006-10-31", *ONE)])
def test_what_is_not_run_is_neither_known_nor_stale(kit: Kit, listed: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    """A part of the run can use the baseline of the whole."""
    outcome = kit.judge(kit.serve().url, *kit.driven, *chosen, "--baseline", FILE)
    assert outcome.code == 0
    assert statuses(kit) == ["not measured"]
    assert "and 1 of which this run does not tell" in outcome.out


def test_a_should_is_listed_where_it_fails_the_run(kit: Kit) -> None:
    """With --fail-on should it is written and known; by default it is not written."""
    endpoint = kit.serve(plant=takes_any_service)
    arguments = (endpoint.url, "--select", "Common.Service.value", "--baseline", FILE)
    assert kit.judge(*arguments, "--baseline-update").code == 0
    assert "known" not in tomllib.loads(FILE.read_text())
    strict = (*arguments, "--fail-on", "should")
    assert kit.judge(*strict).code == 1
    assert kit.judge(*strict, "--baseline-update").code == 0
    assert kit.judge(*strict).code == 0
    assert kit.judge(*arguments).code == 0


def _check_schema(kit: Kit) -> None:
    schema = json.loads(resources.files("conformance.record").joinpath("record.schema.json").read_text("utf-8"))
    for line in kit.record_path.read_text().splitlines():
        jsonschema.validate(json.loads(line), schema)


def test_all_reports_tell_what_is_known(kit: Kit, listed: tuple[str, ...], tmp_path: Path) -> None:
    """JUnit skips it and says why, JSON has the table; the record holds to its schema."""
    change('reason = ""', 'reason = "by design"\nowner = "kim"\nticket = "X-1"\nexpires = 2999-01-01')
    kit.judge(kit.serve(plant=forgets_rejections).url, *listed)
    _check_schema(kit)
    junit = ElementTree.fromstring(kit.call("report", "junit", kit.record_path).out.encode())
    assert junit.get("failures") == "0"
    (skipped,) = junit.findall(".//skipped[@type='known']")
    assert skipped.get("message") == "known (baseline): by design"
    properties = {one.get("name"): one.get("value") for one in junit.iter("property")}
    assert (properties["known.owner"], properties["known.ticket"]) == ("kim", "X-1")
    told = json.loads(kit.call("report", "json", kit.record_path).out)
    assert [row["status"] for row in told["baseline"]["rows"]] == ["known"]
    assert told["failures"][0]["known"]["reason"] == "by design"
    kit.judge(kit.serve().url, *listed)
    junit = ElementTree.fromstring(kit.call("report", "junit", kit.record_path).out.encode())
    assert [one.get("name") for one in junit if one.get("failures") != "0"] == ["baseline"]


def test_workers_judge_by_the_same_baseline(kit: Kit, listed: tuple[str, ...]) -> None:
    """One process writes; all of them know what is listed."""
    endpoint = kit.serve(plant=forgets_rejections)
    assert kit.judge(endpoint.url, *listed, "--workers", "2").code == 0
    assert statuses(kit) == ["known"]
    FILE.unlink()
    assert kit.judge(endpoint.url, *listed, "--workers", "2", "--baseline-update").code == 0
    assert len(known()) == 1


def test_the_pytest_door_takes_it_as_well(kit: Kit, listed: tuple[str, ...]) -> None:
    """What is known is an expected failure there; a stale entry fails the session."""
    plugin = ("-p", "conformance.pytest_plugin", "-p", "no:cacheprovider", "--pyargs", "conformance.suites")
    options = (f"--mturk-baseline={FILE}", f"--mturk-select={NAMED}", f"--mturk-case={CASE}")
    options += ("--mturk-worker-driver=http", "--mturk-clock-driver=http", f"--mturk-ledger={kit.ledger}")
    line = [sys.executable, "-m", "pytest", "-rx", *plugin, *options]
    broken, sound = kit.serve(plant=forgets_rejections).url, kit.serve().url
    for url, code, told in ((broken, 0, "1 xfailed"), (sound, 1, "1 passed")):
        door = run([*line, f"--endpoint={url}"], capture_output=True, text=True, check=False)
        assert door.returncode == code, door.stdout
        assert told in door.stdout


def test_a_declared_deviation_is_told_apart_and_does_not_fail(kit: Kit) -> None:
    """It stands in the profile, with its reason; it needs no baseline, and is none."""
    unused = '"GrantBonus.AssignmentId.required" = "unused"'
    Path("ours.toml").write_text(f'[deviations]\n"{NAMED}" = "kept for audits"\n{unused}\n')
    outcome = kit.judge(kit.serve(plant=forgets_rejections).url, *kit.driven, *ONE, "--profile", "ours.toml")
    assert outcome.code == 0
    assert "CONFORMS BUT FOR DECLARED DEVIATIONS" in outcome.out
    assert re.search(rf"^deviation +{NAMED} .*kept for audits", outcome.out, re.MULTILINE)
    assert re.search(r"^not missed +GrantBonus.AssignmentId.required .*unused", outcome.out, re.MULTILINE)
    assert kit.named(Verdict.FAIL) == {NAMED}
    junit = kit.call("report", "junit", kit.record_path).out
    assert 'message="known (deviation): kept for audits"' in junit


def test_a_deviation_from_nothing_is_refused(kit: Kit) -> None:
    """The nearest requirement is named."""
    Path("ours.toml").write_text(f'[deviations]\n"{NAMED}s" = "kept for audits"\n')
    outcome = kit.judge(*ONE, "--profile", "ours.toml")
    assert outcome.code == 2
    assert f"did you mean {NAMED}?" in outcome.err
