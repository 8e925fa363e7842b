"""`run` takes nothing from the folder it stands in but what is meant for it, and leaves nothing there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Kit

BOMB = "import os, pathlib; pathlib.Path(os.environ['BOMB']).write_text(__name__); raise SystemExit('bomb')\n"
OPTIONS = "addopts = --collect-only -k nothing --maxfail=1\npython_files = nothing\ntestpaths = nowhere\n"
HOSTILE = {
    "conftest.py": BOMB,
    "sitecustomize.py": BOMB,
    "usercustomize.py": BOMB,
    "evil_plugin.py": BOMB,
    "pytest.py": BOMB,
    "rich.py": BOMB,
    "json.py": BOMB,
    "conformance.py": BOMB,
    "test_rejection.py": BOMB,
    "pytest.ini": f"[pytest]\n{OPTIONS}",
    ".pytest.ini": f"[pytest]\n{OPTIONS}",
    "tox.ini": f"[pytest]\n{OPTIONS}",
    "setup.cfg": f"[tool:pytest]\n{OPTIONS}",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-k nothing"\nrequired_plugins = "no-such"\n',
}


@pytest.mark.parametrize("url", ["embedded", "served"])
def test_a_hostile_folder_has_no_influence(kit: Kit, url: str) -> None:
    """Neither files with well-known names nor variables for pytest change what is run; nothing is written there."""
    for name, content in HOSTILE.items():
        (kit.cwd / name).write_text(content)
    environ = {
        "BOMB": str(kit.folder / "bomb"),
        "PYTEST_ADDOPTS": "--collect-only -p evil_plugin",
        "PYTEST_PLUGINS": "evil_plugin",
        "PYTEST_THEME": "no-such-theme",
    }
    target = [] if url == "embedded" else [kit.serve().url]
    arguments = ("--record", kit.record_path, "--ledger", kit.ledger, "--select", "Common.S*", "--version=2014-08-15")
    with kit.start("run", *target, *arguments, **environ) as run:
        out, err = run.communicate(timeout=30)
    assert (run.returncode, err) == (0, "")
    assert "CONFORMS" in out
    assert not (kit.folder / "bomb").exists()
    assert sorted(path.name for path in kit.cwd.iterdir()) == sorted(HOSTILE)
    assert len(kit.record().verdicts) > 2


def test_the_profile_of_the_folder_is_read(kit: Kit) -> None:
    """What is written for the kit in pyproject.toml counts."""
    (kit.cwd / "pyproject.toml").write_text('[tool.mturk-conformance]\nversions = ["2008-08-02"]\n')
    assert kit.judge("--select", "Common.Service.value").code == 0
    assert kit.record().header.versions == ("2008-08-02",)
