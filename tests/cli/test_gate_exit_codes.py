"""The exit codes of a gated run: nothing that is tolerated makes a success of a run that was none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.record.events import Verdict

if TYPE_CHECKING:
    from conformance.reference.endpoint import Endpoint
    from tests.conftest import Kit


def forgets_rejections(endpoint: Endpoint) -> None:
    """Plant: a rejected request stays in the list, which breaks MUSTs."""
    endpoint.handlers["RejectQualificationRequest"] = lambda context: {}


@pytest.mark.parametrize(
    ("demand", "code", "told"),
    [
        ("100%", 5, "fewer than demanded (100%)"),
        ("50%", 0, "as many as demanded (50%)"),
        ("1", 0, "as many as demanded (1)"),
        ("1000", 5, "fewer than demanded (1000)"),
    ],
)
def test_a_run_that_measured_too_little_ends_with_5(kit: Kit, demand: str, code: int, told: str) -> None:
    """It says nothing against the endpoint and is no success; how much it was stands at the end of the report."""
    # The second needs a Worker, whom nobody plays here.
    selected = ("--select", "Common.Signature.required", "--select", "RejectQualificationRequest.effect-list")
    outcome = kit.judge(kit.serve().url, *selected, "--require-measured", demand)
    assert outcome.code == code, outcome.out
    assert told in outcome.out
    assert ("NOT JUDGED: too little was measured" in outcome.out) == (code == 5)


def test_a_miss_comes_before_too_little(kit: Kit) -> None:
    """What was seen to be missed is a verdict, however little was looked at."""
    endpoint = kit.serve(plant=forgets_rejections)
    selected = ("--select", "RejectQualificationRequest.effect-list", "--case", "rejection/leaves-the-list")
    assert kit.judge(endpoint.url, *kit.driven, *selected, "--require-measured", "1000").code == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--require-measured", "0.9"], "a share such as 90%"),
        (["--require-measured", "101%"], "a share such as 90%"),
        (["--baseline", "none.toml"], "there is no such file"),
        (["--baseline", "."], "is a directory"),
        (["--baseline", "broken.toml"], "not TOML"),
        (["--baseline-update"], "--baseline FILE"),
        (["--baseline-prune"], "--baseline FILE"),
        (["--baseline", "none/known.toml", "--baseline-update"], "cannot write the baseline"),
        (["--repeat", "0"], "--repeat"),
        (["--rerun-failures", "-1"], "--rerun-failures"),
        (["--flaky", "pass"], "'fail', 'warn'"),
    ],
)
def test_a_gate_that_cannot_be_used_ends_with_2(kit: Kit, arguments: list[str], told: str) -> None:
    """Before anything is sent or recorded."""
    Path("broken.toml").write_text("[[known]\n")
    endpoint = kit.serve()
    outcome = kit.judge(endpoint.url, *kit.few, *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert endpoint.seen == []
    assert not kit.record_path.exists()


def test_a_baseline_that_cannot_be_written_after_the_run_ends_with_2(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is told, the file is what it was, and nobody takes the run for a success."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    Path("known.toml").write_text("# ours\n")
    monkeypatch.setattr(Path, "replace", full)
    selected = ("--select", "Common.Service.value", "--version", "2014-08-15")
    outcome = kit.judge(*selected, "--baseline", "known.toml", "--baseline-update")
    assert outcome.code == 2
    assert "cannot write the baseline" in outcome.err
    assert "no space left on device" in outcome.err
    assert [one.name for one in kit.cwd.iterdir()] == ["known.toml"]
    assert Path("known.toml").read_text() == "# ours\n"


@pytest.mark.parametrize("more", [(), ("--baseline", "known.toml"), ("--require-measured", "0%"), ("--repeat", "2")])
def test_nothing_measured_is_no_success_whatever_is_tolerated(kit: Kit, more: tuple[str, ...]) -> None:
    """No gate makes a success of it."""
    Path("known.toml").write_text("")
    selected = ("--select", "QualificationRequest.only-in", "--version", "2014-08-15")
    assert kit.judge(*selected, *more).code == 5


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_report_that_cannot_be_written_is_no_success(kit: Kit) -> None:
    """Neither on standard output nor in a file; the verdict stands in the record."""
    selected = ("--select", "Common.Service.value", "--version", "2014-08-15")
    line = [sys.executable, "-P", "-m", "conformance"]
    with Path("/dev/full").open("w") as full:
        command = [*line, "run", "--record", str(kit.record_path), *selected]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 3, run.stderr
    assert run.stderr == (
        "error: cannot write to standard output: No space left on device. Make room, or send it elsewhere.\n"
    )
    assert kit.record().end is not None
    assert kit.call("report", "junit", kit.record_path, "-o", "/dev/full").code == 2
    assert kit.call("report", "junit", kit.record_path, "-o", "none/junit.xml").code == 2
    assert kit.judge(*selected, "--export-failing", "/dev/null/folder").code != 0


def test_a_failure_of_the_kit_is_no_verdict(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a baseline lists or a profile declares: a check that breaks ends the run with 3."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a check broke")

    Path("known.toml").write_text("# ours\n")
    monkeypatch.setattr("conformance.record.case_log.CaseLog.__call__", broken)
    endpoint, selected = kit.serve(plant=forgets_rejections), ("--select", "RejectQualificationRequest.effect-*")
    tolerant = ("--baseline", "known.toml", "--baseline-update", "--flaky", "warn", "--rerun-failures", "1")
    outcome = kit.judge(endpoint.url, *kit.driven, *selected, *tolerant)
    assert outcome.code == 3
    assert kit.named(Verdict.ERROR)
    assert Path("known.toml").read_text() == "# ours\n"
