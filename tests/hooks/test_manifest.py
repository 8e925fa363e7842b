"""The manifest of the hooks, without pre-commit: which files they are for, and that the command knows their options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from tests.conftest import Kit

CHECKOUT = Path(__file__).resolve().parents[2]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text("utf-8"))}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("a.har", True),
        ("traffic/a.har.gz", True),
        ("a.flow", True),
        ("a.mitm", True),
        ("run.jsonl.zst", True),
        ("tests/cassettes/TestIt.test_it.yaml", True),
        ("spec/fixtures/cassettes/one.yml", True),
        ("cassette/one.json", True),
        ("package.json", False),
        ("haryana.txt", False),
        ("a.xml", False),
    ],
)
def test_captures_are_known_by_their_names(name: str, meant: bool) -> None:
    """What they hold decides the rest."""
    assert bool(re.search(HOOKS["mturk-captures"]["files"], name)) is meant


@pytest.mark.parametrize("name", HOOKS)
def test_the_command_of_a_hook_knows_its_options(name: str, kit: Kit) -> None:
    """Files that nobody knows pass."""
    program, *arguments = shlex.split(HOOKS[name]["entry"])
    (kit.cwd / "pom.xml").write_text("<project/>", "utf-8")
    assert program == "mturk-conformance"
    assert kit.call(*arguments, "pom.xml").code == 0


def test_the_manual_names_every_hook() -> None:
    manual = (CHECKOUT / "docs" / "audit.md").read_text("utf-8")
    assert [name for name in HOOKS if f"id: {name}" not in manual] == []
