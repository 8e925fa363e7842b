"""`replay`: the cases behind a finding again, and whether it is still there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conformance.bindings.query import read_answer
from conformance.defects.table import defects
from conformance.record.events import Verdict
from conformance.wire.messages import HttpResponse

if TYPE_CHECKING:
    from conformance.reference.endpoint import Endpoint
    from conformance.wire.messages import HttpRequest
    from tests.conftest import Kit, Plant, Served

MISSED = "RejectQualificationRequest.effect-list"


def forgets_rejections(endpoint: Endpoint) -> None:
    """Plant: a rejected request stays in the list."""
    endpoint.handlers["RejectQualificationRequest"] = lambda context: {}


def takes_any_service(endpoint: Endpoint) -> None:
    """Plant: any value of Service is taken."""
    endpoint.check_service = lambda call: None


class Mendable:
    """An endpoint with a fault that can be mended while it is served."""

    def __init__(self, kit: Kit, plant: Plant) -> None:
        self.answer = kit.endpoint(plant)
        self.served: Served = kit.serve(self._answer_now)
        self._kit = kit

    def _answer_now(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def mend(self) -> None:
        """Put a faultless endpoint in its place."""
        self.answer = self._kit.endpoint()


def test_a_fault_is_still_there_until_it_is_mended(kit: Kit) -> None:
    """Only the cases of the finding are run again, by the recorded URL, drivers, seed and version."""
    endpoint = Mendable(kit, forgets_rejections)
    assert kit.judge(endpoint.served.url, *kit.driven, *kit.few, "--seed", "5").code == 1
    failed = kit.named(Verdict.FAIL)
    assert MISSED in failed
    again = kit.folder / "again.jsonl"
    outcome = kit.call("replay", kit.record_path, MISSED, "--record", again)
    assert outcome.code == 1
    assert outcome.out == f"STILL THERE {MISSED}: fail, now fail\n"
    assert {name for name, _, _ in kit.verdicts(again)} == {MISSED}
    assert {case for _, case, _ in kit.verdicts(again)} < {case for _, case, _ in kit.verdicts()}
    endpoint.mend()
    outcome = kit.call("replay", kit.record_path)
    assert outcome.code == 0
    assert {line.split()[1].rstrip(":") for line in outcome.out.splitlines()} == failed | kit.named(Verdict.WARN)
    assert all(line.startswith("FIXED ") for line in outcome.out.splitlines())


def test_a_warning_that_is_still_there_is_told(kit: Kit) -> None:
    """Its exit code is 1, though a run with nothing but warnings ends with 0."""
    endpoint = Mendable(kit, takes_any_service)
    assert kit.judge(endpoint.served.url, "--select", "Common.Service.value").code == 0
    outcome = kit.call("replay", kit.record_path)
    assert (outcome.code, outcome.out) == (1, "STILL THERE Common.Service.value: warn, now warn\n")
    endpoint.mend()
    assert kit.call("replay", kit.record_path).code == 0


def test_what_held_before_can_be_replayed_by_name(kit: Kit) -> None:
    """A requirement that was met is run again too, and a new fault is told."""
    endpoint = Mendable(kit, lambda _: None)
    assert kit.judge(endpoint.served.url, *kit.driven, "--select", MISSED).code == 0
    assert kit.call("replay", kit.record_path, MISSED).out == f"UNCHANGED   {MISSED}: pass, now pass\n"
    endpoint.answer = kit.endpoint(forgets_rejections)
    outcome = kit.call("replay", kit.record_path, MISSED)
    assert (outcome.code, outcome.out) == (1, f"NEW         {MISSED}: pass, now fail\n")


def test_a_finding_of_a_check_is_replayed_in_the_case_that_showed_it(kit: Kit) -> None:
    """Though that case is about another requirement and does not name the one that was missed."""
    endpoint = Mendable(kit, defects()["is-valid/lower-case"].plant)
    chosen = ("--select", "Common.Response.is-valid", "--select", "GetHIT.*")
    assert kit.judge(endpoint.served.url, *kit.driven, *chosen, "--version", "2014-08-15").code == 1
    found = {case for name, case, _ in kit.verdicts() if name == "Common.Response.is-valid"}
    again = kit.folder / "again.jsonl"
    outcome = kit.call("replay", kit.record_path, "Common.Response.is-valid", "--record", again)
    assert (outcome.code, outcome.out) == (1, "STILL THERE Common.Response.is-valid: fail, now fail\n")
    assert {case for _, case, _ in kit.verdicts(again)} == found
    assert any(case.startswith("hit-details/") for case in found)
    endpoint.mend()
    outcome = kit.call("replay", kit.record_path, "Common.Response.is-valid", "--record", again)
    assert (outcome.code, outcome.out) == (0, "FIXED       Common.Response.is-valid: fail, now pass\n")


def test_what_cannot_be_measured_is_not_called_fixed(kit: Kit) -> None:
    """An endpoint that throttles every create decides nothing: exit code 5."""
    endpoint = Mendable(kit, forgets_rejections)
    assert kit.judge(endpoint.served.url, *kit.driven, "--select", MISSED).code == 1
    answer = endpoint.answer

    def throttle(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=503) if b"=Create" in request.body else answer(request)

    endpoint.answer = throttle
    outcome = kit.call("replay", kit.record_path)
    assert (outcome.code, outcome.out) == (5, f"NOT SEEN    {MISSED}: fail, now blocked\n")


def test_a_run_of_the_embedded_endpoint_is_replayed_on_it(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the folder's profile has got a URL since."""
    assert kit.judge("--select", "Common.Service.value", "--version", "2008-08-02").code == 0
    monkeypatch.setenv("MTURK_CONFORMANCE_URL", "http://127.0.0.1:1/")
    again = kit.folder / "again.jsonl"
    outcome = kit.call("replay", kit.record_path, "Common.Service.value", "--record", again)
    assert (outcome.code, outcome.out) == (0, "UNCHANGED   Common.Service.value: pass, now pass\n")
    assert {version for _, _, version in kit.verdicts(again)} == {"2008-08-02"}


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Common.Service.valeu"], "says nothing of 'Common.Service.valeu'; did you mean Common.Service.value?"),
        (["Common.Version.retirement-message"], "says nothing of"),
        ([], "has no finding to replay; name a requirement"),
    ],
)
def test_nothing_to_replay_ends_with_2(kit: Kit, names: list[str], told: str) -> None:
    """The record and the nearest requirement are named."""
    assert kit.judge(kit.serve().url, "--select", "Common.Service.value").code == 0
    outcome = kit.call("replay", kit.record_path, *names)
    assert outcome.code == 2
    assert told in outcome.err
    assert str(kit.record_path) in outcome.err


def test_an_endpoint_that_is_gone_ends_the_replay_with_3(kit: Kit) -> None:
    """Nothing is called fixed because nobody answers."""
    kit.record_path.write_text(RECORD)
    outcome = kit.call("replay", kit.record_path)
    assert (outcome.code, outcome.out) == (3, "")
    assert "no answer came" in outcome.err


def test_the_guard_stands_before_a_replay(kit: Kit) -> None:
    """A record that names a host of Amazon's gives no leave."""
    kit.record_path.write_text(RECORD.replace("http://127.0.0.1:1/", "https://mechanicalturk.amazonaws.com/"))
    assert kit.call("replay", kit.record_path).code == 4


RECORD = """{"type": "run", "schema": 1, "kit": "0.1.0", "run_id": "0", "seed": 1, "url": "http://127.0.0.1:1/", \
"profile": "default", "versions": ["2014-08-15"], "bindings": ["query"], "selection": [], "started_at": "", \
"plays": "living", "drivers": {"worker": "none", "clock": "none", "restart": "none"}}
{"type": "verdict", "requirement": "Common.Service.value", "case": "Common.Service.value", "version": "2014-08-15", \
"binding": "query", "level": "SHOULD", "verdict": "warn"}
"""


def lines_of(report: str, label: str) -> list[str]:
    """Return what stands behind a label of the terminal report."""
    return re.findall(rf"^  {label} +(\S.*)$", report, re.MULTILINE)


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs bash, curl and openssl")
def test_the_lines_of_the_report_work_in_a_shell(kit: Kit) -> None:
    """The replay line and the curl line can be pasted into a shell as they are."""
    endpoint = kit.serve(plant=takes_any_service)
    outcome = kit.judge(endpoint.url, "--select", "Common.Service.value")
    (replay,), (curl,) = lines_of(outcome.out, "replay"), lines_of(outcome.out, "curl")
    before = len(endpoint.seen)
    sent = subprocess.run(["bash", "-c", curl], capture_output=True, check=False)
    assert (sent.returncode, sent.stderr) == (0, b"")
    assert len(endpoint.seen) == before + 1
    # The line sends the very call that was not refused: the answer is a success, so key and signature are right.
    assert read_answer(HttpResponse(status=200, body=sent.stdout)).accepted
    scripts = kit.folder / "bin"
    scripts.mkdir()
    script = scripts / "mturk-conformance"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m conformance "$@"\n')
    script.chmod(0o755)
    environ = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    again = subprocess.run(["bash", "-c", replay], capture_output=True, text=True, env=environ, check=False)
    assert (again.returncode, again.stderr) == (1, "")
    assert again.stdout == "STILL THERE Common.Service.value: warn, now warn\n"
