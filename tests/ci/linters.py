"""The action and the pages of ``docs/ci`` by linters, and the action with the kit installed as GitHub does it.

Linters and a package index are needed, so pytest collects this module only where it is named, as ``tox -e ci`` does.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.ci.pages import CHECKOUT, blocks
from tests.ci.runner import Job

if TYPE_CHECKING:
    from tests.conftest import Kit

# Whoever copies a workflow pins the kit as they like.
ZIZMOR = {"rules": {"unpinned-uses": {"config": {"policies": {"OWNER/*": "any", "*": "hash-pin"}}}}}


def lint(*command: str | Path) -> None:
    """Run a linter that stands beside this Python."""
    program = shutil.which(str(command[0]), path=str(Path(sys.executable).parent))
    assert program, f"{command[0]} is not installed"
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def schema(kind: str, *files: Path) -> None:
    """Hold files against one of the schemas that check-jsonschema brings along."""
    lint("check-jsonschema", "--builtin-schema", f"vendor.{kind}", *files)


@pytest.fixture
def zizmor(tmp_path: Path) -> Any:
    """Return what runs zizmor on a file; it looks nothing up."""
    config = tmp_path / "zizmor.yml"
    config.write_text(yaml.safe_dump(ZIZMOR), "utf-8")
    return lambda file: lint("zizmor", "--offline", "--no-progress", "--config", config, file)


def test_the_action_is_well_formed_and_safe(zizmor: Any) -> None:
    schema("github-actions", CHECKOUT / "action.yml")
    zizmor(CHECKOUT / "action.yml")


def test_workflows_are_well_formed_and_safe(tmp_path: Path, zizmor: Any) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for number, block in enumerate(blocks("github", "yaml")):
        file = folder / f"{number}.yml"
        file.write_text(block, "utf-8")
        schema("github-workflows", file)
        zizmor(file)


def test_the_job_of_gitlab_is_well_formed(tmp_path: Path) -> None:
    """The second block adds to the first."""
    first, second = (yaml.safe_load(block) for block in blocks("gitlab", "yaml"))
    file = tmp_path / ".gitlab-ci.yml"
    for job in (first, {"conformance": {**first["conformance"], **second["conformance"]}}):
        file.write_text(yaml.safe_dump(job), "utf-8")
        schema("gitlab-ci", file)


def test_the_kit_is_installed_from_the_checkout_of_the_action(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """And judges an endpoint with nothing else of this environment."""
    monkeypatch.delenv("PYTHONPATH")
    inputs = {"url": kit.serve().url, "select": "GrantBonus.pays", "worker-driver": "http", "clock-driver": "http"}
    job = Job(folder=kit.folder, inputs=inputs, outputs={"python": {"python-path": sys.executable}})
    job.run()
    assert not job.failed, job.log
    assert (job.told("exit-code"), job.told("conclusion")) == ("0", "CONFORMS")
    assert job.summary.startswith("## ✅ CONFORMS: 1 of 1 MUSTs measured")
