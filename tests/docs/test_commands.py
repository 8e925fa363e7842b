"""The commands that README.md and docs/ show do what they say.

A block of the language ``console`` is run: each line that begins with ``$`` is a command, what follows is what it
prints, with ``…`` for anything.  The blocks of a page are run in their order, in a folder that has the files that the
pages speak of.  Blocks of other languages are not run.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SERVE = "mturk-conformance serve"
QUESTION = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://example.org/</ExternalURL><FrameHeight>400</FrameHeight>'
    "</ExternalQuestion>"
)
REPLY = (
    "<GrantBonusResponse><OperationRequest><RequestId>a</RequestId></OperationRequest><GrantBonusResult><Request>"
    "<IsValid>True</IsValid></Request></GrantBonusResult></GrantBonusResponse>"
)
HAR = {"log": {"version": "1.2", "creator": {"name": "tests", "version": "1"}, "entries": []}}
FILES = {
    "question.xml": QUESTION,
    "questions/question.xml": QUESTION,
    "reply.xml": REPLY,
    "traffic.har": json.dumps(HAR),
}
# What sets up an environment, or starts the endpoint that the tests start once for all pages.
NOT_RUN = ("python -m venv", "pip install", "pytest -n", SERVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command with the lines that the page shows below it."""

    command: str
    shown: list[str]


END = Step(command="", shown=[])


def steps(page: Path) -> list[Step]:
    """Return the commands of a page in their order."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            found.append(Step(command=command, shown=shown))
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until something listens on a port, for ten seconds at most."""
    for _ in range(100):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def missing(shown: list[str], printed: str) -> list[str]:
    """Return the lines that a page shows and that were not printed, in this order; ``…`` stands for anything."""
    lines = iter(printed.splitlines())
    patterns = [(text, re.escape(text.rstrip()).replace("…", ".*")) for text in shown if text.strip(" …")]
    return [text for text, pattern in patterns if not any(re.fullmatch(pattern, line.rstrip()) for line in lines)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve the embedded endpoint as the README shows, and return the environment of a shell beside it."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state")),
    }
    command = next(step.command for step in steps(ROOT / "README.md") if step.command.startswith(SERVE))
    arguments = [sys.executable, "-m", "conformance", *command.replace("8080", "0").split()[1:], "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        port = told["url"].rsplit(":", 1)[1].rstrip("/")
        yield environment | {name: text for name, text in told.items() if name.startswith("MTURK")} | {"PORT": port}
        process.terminate()


class Shell:
    """Runs the commands of one page in a folder; ``ports`` are those of the page and what stands for them."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = dict(environment)
        self.ports = {"8080": environment["PORT"], "8090": str(free_port())}
        self.code = 0
        self._started: list[subprocess.Popen[str]] = []

    def run(self, command: str) -> str:
        """Run a command and return what it prints; ``code`` is its exit code."""
        if command.startswith("export "):
            # Values that the page leaves to the reader are there already.
            given = (word.split("=", 1) for word in shlex.split(command)[1:])
            self.environment |= {name: value for name, value in given if value != "…"}
            return ""
        line = command.replace("mturk-conformance ", f"{sys.executable} -m conformance ")
        line = re.sub(
            r"^(python|pytest) ", lambda found: f"{sys.executable} {'-m pytest ' * (found[1] != 'python')}", line
        )
        for port, other in self.ports.items():
            line = line.replace(port, other)
        if line.endswith("&"):
            self._start(line.removesuffix("&"))
            return ""
        done = subprocess.run(
            line, shell=True, check=False, env=self.environment, cwd=self.folder, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
        self.code = done.returncode
        printed = done.stdout + done.stderr
        for port, other in self.ports.items():
            printed = printed.replace(f"127.0.0.1:{other}", f"127.0.0.1:{port}")
        return printed

    def _start(self, line: str) -> None:
        quiet = subprocess.DEVNULL
        self._started.append(
            subprocess.Popen(
                line, shell=True, env=self.environment, cwd=self.folder, stdout=quiet, stderr=quiet, text=True,
                start_new_session=True,
            )
        )  # fmt: skip
        wait_for(int(self.ports["8090"]))

    def close(self) -> None:
        """End what runs in the background."""
        for process in self._started:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=10)


@pytest.fixture
def shell(served: dict[str, str], tmp_path: Path) -> Iterator[Shell]:
    """Return a shell in a folder with the files that the pages speak of."""
    (tmp_path / "questions").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    example = Path("docs") / "example-endpoint"
    shutil.copytree(ROOT / example, tmp_path / example)
    profile = tmp_path / example / "profile.toml"
    found = Shell(tmp_path, served)
    text = profile.read_text("utf-8").replace("8090", found.ports["8090"])
    profile.write_text(text.replace('"python"', json.dumps(sys.executable)), "utf-8")
    yield found
    found.close()


@pytest.mark.parametrize("page", [page for page in PAGES if steps(page)], ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_a_page_do_what_it_shows(page: Path, shell: Shell) -> None:
    """Each ends with exit code 0 unless the page asks for the code next, and prints what is shown."""
    told = [step for step in steps(page) if not step.command.startswith(NOT_RUN)]
    for step, following in pairwise([*told, END]):
        if step.command == "echo $?":
            assert step.shown == [str(shell.code)]
            continue
        printed = shell.run(step.command)
        if following.command != "echo $?":
            assert shell.code == 0, f"{step.command}\n{printed}"
        assert missing(step.shown, printed) == [], f"{step.command}\n{printed}"


def test_what_is_shown_has_to_be_printed() -> None:
    """Line by line, in this order; ``…`` stands for anything, and a line of its own for any lines."""
    printed = "one 1\ntwo\nthree 33\n"
    assert missing(["one …", "…", "three 33"], printed) == []
    assert missing(["two", "one …"], printed) == ["one …"]
    assert missing(["three"], printed) == ["three"]


def test_there_is_something_to_run() -> None:
    """The commands are found."""
    assert sum(len(steps(page)) for page in PAGES) >= 10


def test_readme_lists_every_command() -> None:
    """The table of commands in the README is complete."""
    from conformance.cli import COMMANDS

    table = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if f"`{name}" not in table] == []
