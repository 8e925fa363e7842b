"""``action.yml``: its inputs are the options of ``run``, and its scripts do what a job needs of them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from conformance.cli.run import command
from conformance.defects.table import defects
from tests.ci.runner import ACTION, CHECKOUT, Job

if TYPE_CHECKING:
    from tests.conftest import Kit

STEPS = ACTION["runs"]["steps"]
OF_THE_ACTION = {"artifact", "python-version"}
NOT_OFFERED = {
    "record": "the action chooses it and tells it as an output",
    "export-failing": "the action keeps them beside the record",
    "keep-secrets": "the artifact would publish them",
    "baseline-update": "a job throws its checkout away",
    "baseline-prune": "a job throws its checkout away",
    "against": "it judges two endpoints and leaves no record",
    "against-profile": "it judges two endpoints and leaves no record",
}
BROKEN = "account/never-refuses"
LISTED = "RejectQualificationRequest.effect-list"

Try = Callable[..., Job]


@pytest.fixture
def tried(kit: Kit) -> Try:
    """Return what runs the action with these inputs, in an environment where the kit is installed already."""
    scripts = kit.folder / "scripts"
    scripts.mkdir()
    (scripts / "mturk-conformance").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m conformance "$@"\n', "utf-8")
    (scripts / "mturk-conformance").chmod(0o755)
    (scripts / "python").symlink_to(sys.executable)

    def run(**inputs: str) -> Job:
        job = Job(folder=kit.folder, inputs={name.replace("_", "-"): text for name, text in inputs.items()})
        job.run(scripts=scripts)
        return job

    return run


def test_the_inputs_are_the_options_of_run() -> None:
    """Under the same names, but for those that an action has no use for."""
    options = {
        option.opts[0].removeprefix("--")
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
    }
    assert set(ACTION["inputs"]) - OF_THE_ACTION == (options - set(NOT_OFFERED)) | {"url"}


def test_every_input_reaches_the_command() -> None:
    """As a variable that the script reads, under the name of its option."""
    (judge,) = [step for step in STEPS if step.get("id") == "run"]
    for name in set(ACTION["inputs"]) - OF_THE_ACTION:
        variable = f"INPUT_{name.replace('-', '_').upper()}"
        assert judge["env"][variable] == f"${{{{ inputs.{name} }}}}"
        assert name == "url" or re.search(rf'^(one|each|flag) {name} "\${variable}"$', judge["run"], re.MULTILINE)


def test_no_script_is_made_of_what_a_user_gives() -> None:
    """And the actions of others are pinned by commit."""
    for step in STEPS:
        assert "${{" not in step.get("run", "")
    text = (CHECKOUT / "action.yml").read_text("utf-8")
    uses = re.findall(r"uses: (.*)", text)
    assert len(uses) == 2
    assert [one for one in uses if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_an_endpoint_that_conforms_makes_a_green_job(kit: Kit, tried: Try) -> None:
    """With outputs, a summary, and all reports in the artifact."""
    url = kit.serve().url
    job = tried(url=url, select=f"{LISTED}\n  GrantBonus.pays ", worker_driver="http", clock_driver="http", seed="7")
    assert not job.failed, job.log
    assert (job.told("exit-code"), job.told("conclusion")) == ("0", "CONFORMS")
    record = Path(job.told("record"))
    header = json.loads(record.read_text("utf-8").splitlines()[0])
    assert (header["url"], header["seed"], header["selection"]) == (url, 7, [LISTED, "GrantBonus.pays"])
    assert job.summary.startswith("## ✅ CONFORMS: 2 of 2 MUSTs measured")
    assert {"record.jsonl", "report.html", "report.sarif", "junit.xml", "report.json", "badge.json"} <= {
        file.name for file in Path(job.told("folder")).iterdir()
    }
    kept = job.used["actions/upload-artifact"]
    assert (kept["name"], kept["path"]) == ("mturk-conformance", job.told("folder"))


def test_an_endpoint_that_does_not_makes_a_red_one_with_reports(kit: Kit, tried: Try) -> None:
    """The verdict is that of the run, and nothing is uploaded where no artifact is wanted."""
    broken = defects()[BROKEN]
    name = min(broken.breaks)
    url, drivers = kit.serve(plant=broken.plant).url, {"worker_driver": "http", "clock_driver": "http"}
    job = tried(url=url, select=name, fail_on="should", artifact="", **drivers)
    assert job.failed
    assert (job.told("exit-code"), job.told("conclusion")) == ("1", "DOES NOT CONFORM")
    assert "::error title=mturk-conformance::DOES NOT CONFORM (exit code 1)" in job.log
    assert f"<b>{name}</b>" in job.summary
    assert json.loads((Path(job.told("folder")) / "report.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert "actions/upload-artifact" not in job.used
    files = [file for file in Path(job.told("folder")).rglob("*") if file.is_file()]
    assert any(file.parent.name == "failing" for file in files)
    assert [file for file in files if kit.first.secret_key in file.read_text("utf-8")] == []


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"select": "Nothing.like-this"}, "2", "Nothing.like-this"),
        ({"select": "$(touch pwned)\n`touch pwned`; touch pwned"}, "2", "touch pwned"),
        ({"url": "--help"}, "2", "expected a URL"),
        ({"profile": "--version"}, "2", "--version"),
        ({"explore": "yes"}, "2", "neither true nor false"),
        ({"url": "http://127.0.0.1:1/", "select": LISTED}, "3", "127.0.0.1"),
    ],
    ids=["unknown", "shell", "option as url", "option as profile", "no boolean", "not reached"],
)
def test_what_could_not_be_judged_is_told(inputs: dict[str, str], code: str, said: str, tried: Try, kit: Kit) -> None:
    """By the exit code, in the log and in the summary; what a user gives is never run."""
    job = tried(**inputs)
    assert job.failed
    assert (job.told("exit-code"), job.told("conclusion").startswith("CONFORMS")) == (code, False)
    assert said in job.log
    assert job.summary
    assert not list(kit.folder.rglob("pwned"))
