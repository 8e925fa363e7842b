"""Findings as pytest files: each fails against the endpoint that has the fault, and passes when it is mended."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conformance.defects.table import defects
from conformance.record.events import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.reference.endpoint import Endpoint
    from conformance.wire.messages import HttpRequest, HttpResponse
    from tests.conftest import Kit, Plant


def forgets_rejections(endpoint: Endpoint) -> None:
    """Plant: a rejected request stays in the list."""
    endpoint.handlers["RejectQualificationRequest"] = lambda context: {}


class Mendable:
    """An endpoint with a fault that can be mended while it is served."""

    def __init__(self, kit: Kit, plant: Plant) -> None:
        self._kit = kit
        self._answer = kit.endpoint(plant)
        self.url = kit.serve(self._answer_now).url

    def _answer_now(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def mend(self) -> None:
        """Put a faultless endpoint in its place."""
        self._answer = self._kit.endpoint()


def run_file(file: Path, url: str) -> tuple[int, str]:
    """Run an exported file with pytest alone; return pytest's exit code and what it said."""
    environ = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pytest", "-q", "-p", "no:cacheprovider", file.name],
        cwd=file.parent,
        env={**environ, "MTURK_ENDPOINT": url, "MTURK_CONTROL_URL": f"{url.rstrip('/')}/control"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


CASES = (
    pytest.param(
        forgets_rejections,
        "RejectQualificationRequest.effect-list",
        ("--select", "RejectQualificationRequest.effect-list"),
        id="of an ordinary case",
    ),
    pytest.param(
        forgets_rejections,
        "RejectQualificationRequest.effect-list",
        ("--select", "RejectQualificationRequest.effect-list", "--binding", "soap"),
        id="by SOAP",
    ),
    pytest.param(
        defects()["parameters/plus-is-a-plus"].plant,
        "Common.Parameters.plus",
        ("--select", "Common.Parameters.plus"),
        id="of a call written in an unusual way",
    ),
    pytest.param(
        defects()["file/of-any-question"].plant,
        "GetFileUploadURL.QuestionIdentifier.wrong",
        ("--select", "GetFileUploadURL.QuestionIdentifier.wrong"),
        id="of files that Workers upload",
    ),
    pytest.param(
        defects()["form/second-field-lost"].plant,
        "HTMLQuestion.answers",
        ("--select", "HTMLQuestion.answers"),
        id="of forms that Workers send",
    ),
    pytest.param(
        defects()["interleavings/grant-keeps-revoked-score"].plant,
        "GrantQualification.IntegerValue.set",
        ("--case", "machines/qualification-in-any-order", "--max-examples", "150", "--max-time", "6"),
        id="of a machine",
    ),
    pytest.param(
        defects()["interleavings/token-forgotten-by-next-bonus"].plant,
        "GrantBonus.UniqueRequestToken.replay",
        ("--case", "machines/money-in-any-order", "--max-examples", "150", "--max-time", "6"),
        id="of a machine with an account of its own",
    ),
    pytest.param(
        defects()["interleavings/token-forgotten-by-next-bonus"].plant,
        "GrantBonus.UniqueRequestToken.replay",
        ("--case", "machines/money-in-any-order", "--max-examples", "150", "--max-time", "6", "--binding", "soap"),
        id="of a machine with an account of its own, by SOAP",
    ),
)


@pytest.mark.parametrize(("plant", "requirement", "chosen"), CASES)
def test_file_fails_until_the_fault_is_mended(
    kit: Kit, plant: Plant, requirement: str, chosen: tuple[str, ...]
) -> None:
    fails_until_mended(kit, plant, requirement, chosen, "2014-08-15")


@pytest.mark.parametrize(
    ("plant", "requirement", "chosen"),
    [
        (
            forgets_rejections,
            "RejectQualificationRequest.effect-list",
            ("--select", "RejectQualificationRequest.effect-list"),
        ),
        (
            defects()["interleavings/token-forgotten-by-next-bonus"].plant,
            "GrantBonus.UniqueRequestToken.replay-other-params",
            ("--case", "machines/money-in-any-order", "--max-examples", "150", "--max-time", "6"),
        ),
    ],
)
def test_file_of_json_fails_until_the_fault_is_mended(
    kit: Kit, plant: Plant, requirement: str, chosen: tuple[str, ...]
) -> None:
    """It signs by Signature Version 4 with the standard library alone."""
    fails_until_mended(kit, plant, requirement, chosen, "2017-01-17")


def fails_until_mended(kit: Kit, plant: Plant, requirement: str, chosen: tuple[str, ...], version: str) -> None:
    """Export a finding, and run the file with the fault and without."""
    endpoint, folder = Mendable(kit, plant), kit.folder / "failing"
    outcome = kit.judge(
        endpoint.url,
        *(*kit.driven, "--seed", "5", "--version", version, "--fail-on", "should", *chosen),
        *("--export-failing", folder),
    )
    assert outcome.code == 1
    assert requirement in kit.named(Verdict.FAIL) | kit.named(Verdict.WARN)
    assert str(folder) in outcome.out
    name = requirement.replace(".", "_").lower().replace("-", "_")
    file = folder / f"test_{name}_{version.replace('-', '_')}.py"
    text = file.read_text("utf-8")
    assert kit.first.secret_key not in text
    assert kit.first.access_key_id not in text
    code, said = run_file(file, endpoint.url)
    assert code == 1, said
    assert requirement in text
    code, said = run_file(file, endpoint.url)  # as often as one likes
    assert code == 1, said
    endpoint.mend()
    code, said = run_file(file, endpoint.url)
    assert code == 0, said


def test_what_no_file_can_be_for_is_named(kit: Kit) -> None:
    """A record holds no signatures, so one that was wrong on purpose cannot be sent again."""
    requirement, folder = "Common.Signature.bound-to-operation", kit.folder / "failing"
    endpoint = Mendable(kit, defects()["signature/of-the-balance-for-all"].plant)
    outcome = kit.judge(endpoint.url, "--select", requirement, "--export-failing", folder)
    assert outcome.code == 1
    assert list(folder.iterdir()) == []
    assert "1 findings cannot be done again by a file alone" in outcome.out
    assert f"  {requirement} (authentication/" in outcome.out
    assert "its signature was wrong on purpose" in outcome.out
