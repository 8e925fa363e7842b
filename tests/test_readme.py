"""The commands that README.md and docs/ show do what they say."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
QUESTION = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://example.org/</ExternalURL><FrameHeight>400</FrameHeight>'
    "</ExternalQuestion>"
)
REPLY = (
    "<GrantBonusResponse><OperationRequest><RequestId>a</RequestId></OperationRequest><GrantBonusResult><Request>"
    "<IsValid>True</IsValid></Request></GrantBonusResult></GrantBonusResponse>"
)
NOT_RUN = ("export ", "python -m venv", "pip install", "pytest -n")


def shown_commands() -> list[str]:
    """Return every command line that the documents show in console blocks."""
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    blocks = [block for file in documents for block in re.findall(r"```console\n(.*?)```", file.read_text(), re.DOTALL)]
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve the embedded endpoint as the README shows, and return the environment of a shell beside it."""
    state = tmp_path_factory.mktemp("state")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(state),
    }
    command = next(line for line in shown_commands() if line.startswith("mturk-conformance serve"))
    arguments = [sys.executable, "-m", "conformance", *command.replace("8080", "0").split()[1:], "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        port = told["url"].rsplit(":", 1)[1].rstrip("/")
        yield environment | {name: text for name, text in told.items() if name.startswith("MTURK")} | {"PORT": port}
        process.terminate()


def test_documents_show_commands() -> None:
    """There is something to run."""
    assert len(shown_commands()) >= 4


@pytest.mark.parametrize(
    "line", [line for line in shown_commands() if not line.startswith((*NOT_RUN, "mturk-conformance serve"))]
)
def test_shown_command_works(line: str, served: dict[str, str], tmp_path: Path) -> None:
    """A command line from the documents ends with exit code 0 against the endpoint that they start."""
    line = line.replace("8080", served["PORT"]).replace("mturk-conformance", f"{sys.executable} -m conformance")
    line = line.replace("pytest -p", f"{sys.executable} -m pytest -p")
    (tmp_path / "question.xml").write_text(QUESTION)
    (tmp_path / "reply.xml").write_text(REPLY)
    done = subprocess.run(
        line, check=False, shell=True, env=served, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_lists_every_command() -> None:
    """The table of commands in the README is complete."""
    from conformance.cli import COMMANDS

    table = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if f"`{name}" not in table] == []
