"""The official SDK for JavaScript speaks to the embedded endpoint.

pytest does not collect this file by itself, since node and a package index are needed: it runs where it is named, as
``tox -e clients`` does; there a missing node is a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.clients.conftest import Relay
    from tests.conftest import Kit

PACKAGE = "@aws-sdk/client-mturk@>=3.700 <3.960"
"""From 3.968 on it takes Node 20, which Debian 12 does not have."""
SCRIPT = Path(__file__).with_name("mturk.mjs")


def program(name: str) -> str:
    return shutil.which(name) or pytest.fail(f"there is no {name}: install nodejs and npm, or leave this out")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with the SDK, installed for this test alone."""
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "package.json").write_text(json.dumps({"private": True, "type": "module"}), "utf-8")
    shutil.copy(SCRIPT, folder)
    command = [program("npm"), "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", PACKAGE]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    yield folder
    shutil.rmtree(folder)


def test_the_sdk_for_javascript_reads_what_it_said(project: Path, relay: Relay, kit: Kit) -> None:
    """Through ten operations, a paginator and an error; what it sends and is told is judged."""
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": kit.first.access_key_id,
        "AWS_SECRET_ACCESS_KEY": kit.first.secret_key,
    }
    command = [program("node"), SCRIPT.name, relay.url, relay.workers.new_worker(), relay.form]
    ran = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    hit = told.pop("hit")
    assert hit.pop("id")
    assert hit == {
        "title": "Ünique & <title>",
        "keywords": "a, b ü",
        "question": relay.form,
    }
    assert told == {
        "balance": "10000.00",
        "score": 42,
        "lifetime": 3600,
        "pages": [2, 1],
        "assignments": [],
        "status": "Reviewing",
        "listed": 3,
        "error": {"name": "RequestError", "code": "AWS.MechanicalTurk.HITDoesNotExist", "status": 400},
    }
