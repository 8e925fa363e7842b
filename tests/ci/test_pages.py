"""The pages to copy from: the kit knows their commands, the action their inputs, the README their exit codes."""

from __future__ import annotations

import configparser
import re
import shlex

import click
import pytest
import yaml

from conformance.cli import program
from tests.ci.pages import CHECKOUT, PAGES, blocks
from tests.ci.runner import ACTION

SEVERAL_LINES = re.compile(r"^.*?((?:[\w/]+/)?mturk-conformance (?:run|report) .*)$", re.MULTILINE)


def code_table(text: str) -> list[str]:
    """Return the rows of the table of exit codes."""
    return re.findall(r"^\| [0-5] \| .* \|$", text, re.MULTILINE)


def shown() -> list[str]:
    """Return the command lines of all blocks that call the kit."""
    text = "\n".join(block for page in PAGES for block in blocks(page, r"\w+"))
    return [found[1].partition("mturk-conformance ")[2] for found in SEVERAL_LINES.finditer(text)]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_the_exit_codes_of_the_readme(page: str) -> None:
    rows = code_table((CHECKOUT / "README.md").read_text("utf-8"))
    assert len(rows) == 6
    assert code_table(PAGES[page]) == rows


def test_there_is_a_page_for_each_of_them() -> None:
    assert set(PAGES) == {"github", "gitlab", "jenkins", "tox"}
    assert len(shown()) >= 9


@pytest.mark.parametrize("line", shown())
def test_the_kit_knows_the_options_of_a_command(line: str) -> None:
    """Read by click itself; nothing is run."""
    name, *arguments = shlex.split(line.replace(" {posargs}", ""))
    with click.Context(program) as parent:
        command = program.get_command(parent, name)
        assert command is not None
        context = command.make_context(name, arguments, parent=parent)
    if name == "report":
        from conformance.report import REPORTS

        assert context.params["name"] in REPORTS


def test_workflows_use_inputs_and_outputs_that_the_action_has() -> None:
    text = "\n".join(blocks("github", "yaml"))
    steps = [
        step
        for block in blocks("github", "yaml")
        for job in yaml.safe_load(block)["jobs"].values()
        for step in job["steps"]
        if "/mturk-conformance@" in step.get("uses", "")
    ]
    assert len(steps) == 2
    assert {name for step in steps for name in step["with"]} <= set(ACTION["inputs"])
    assert set(re.findall(r"steps\.conformance\.outputs\.([\w-]+)", text)) <= set(ACTION["outputs"])
    named = re.search(r"The outputs are (.*?), where", PAGES["github"])
    assert named is not None
    assert set(re.findall(r"`([\w-]+)`", named[1])) == set(ACTION["outputs"])


def test_actions_of_others_are_pinned_by_commit() -> None:
    uses = re.findall(r"uses: (?!OWNER)(.*)", "\n".join(blocks("github", "yaml")))
    assert uses
    assert [one for one in uses if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_tox_environments_can_be_read() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    for block in blocks("tox", "ini"):
        parser.read_string(block)
    assert set(parser.sections()) == {"testenv:conformance", "testenv:conformance-suites"}
