"""The fixture `mturk_endpoint` for other projects, and the Python of the page that tells of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("boto3")

if TYPE_CHECKING:
    from tests.clients.conftest import Relay

PAGE = Path(__file__).parents[2] / "docs" / "develop-without-an-account.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python as another project does, in a folder of its own."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    environment = {**kept, "PYTHONPATH": str(PAGE.parents[1]), **environ}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip


def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    """Each with an endpoint of its own."""
    (tests,) = [block for block in BLOCKS if "mturk_endpoint" in block]
    (tmp_path / "test_of_the_page.py").write_text(tests, "utf-8")
    ran = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "conformance.fixture", "-W", "error")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout


def test_the_program_of_the_page_reads_the_balance(tmp_path: Path, relay: Relay) -> None:
    """And one that is told where by the environment alone."""
    (program,) = [block for block in BLOCKS if "mturk_endpoint" not in block]
    ran = run(tmp_path, "-c", program.replace("http://127.0.0.1:8080/", relay.url))
    assert ran.stdout == "10000.00\n", ran.stderr
    ran = run(
        tmp_path,
        "-c",
        "import boto3; print(boto3.client('mturk').get_account_balance()['AvailableBalance'])",
        AWS_ENDPOINT_URL_MTURK=relay.url,
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ACCESS_KEY_ID=os.environ["MTURK_ACCESS_KEY_ID"],
        AWS_SECRET_ACCESS_KEY=os.environ["MTURK_SECRET_KEY"],
    )
    assert ran.stdout == "10000.00\n", ran.stderr


def test_who_does_not_ask_for_it_imports_nothing() -> None:
    """Its module is loaded at each start of another project's pytest."""
    code = (
        "import sys, pytest; before = set(sys.modules); import conformance.fixture; "
        "print(sorted(set(sys.modules) - before))"
    )
    ran = run(PAGE.parent, "-P", "-c", code)
    assert ran.stdout == "['conformance', 'conformance.fixture']\n", ran.stderr


@pytest.mark.skipif(os.environ.get("TESTED_FROM") != "wheel", reason="only what is installed has entry points")
def test_pytest_finds_it_where_the_kit_is_installed() -> None:
    """Under the name of the module, so that naming that too loads nothing twice."""
    assert "conformance.fixture" in [point.name for point in entry_points(group="pytest11")]
