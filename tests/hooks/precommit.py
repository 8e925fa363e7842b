"""The hooks of ``.pre-commit-hooks.yaml``, tried by pre-commit itself in a repository of its own.

pre-commit installs the kit from the checkout, which takes a package index, so pytest collects this module only where it
is named, as ``tox -e precommit`` does; there a missing git is a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NEEDED = ("conformance", "schemas", "cases", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
SPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd"
QUESTION = (
    "<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>t</Text></QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
)
GOOD = f'<QuestionForm xmlns="{SPACE}">\n{QUESTION}</QuestionForm>\n'
BAD = GOOD.replace("<QuestionIdentifier>q</QuestionIdentifier>", "")
NO_ID = "QuestionForm.question-identifier"
KEY = "AKIAEXAMPLEREQUESTER"
THEIRS = {
    "pom.xml": '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion></project>\n',
    "broken.xml": "<project><unclosed>\n",
    "empty.xml": "",
    "chart/templates/service.yaml": "{{ if .Values.on }}\nkind: Service\n{{ end }}\n",
    "compose.yml": "services:\n  web:\n    image: nginx\n",
    "rows.jsonl": '{"a": 1}\n{"a": 2}\n',
    "cassettes/other.yaml": (
        "interactions:\n- request:\n    method: GET\n    uri: https://example.org/\n    body: null\n    headers: {}\n"
        "  response:\n    status: {code: 200, message: OK}\n    headers: {}\n    body: {string: hello}\nversion: 1\n"
    ),
    "page.har": json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": []}}),
}


def capture(reply: str) -> str:
    """Return a HAR of one call with this reply."""
    query = f"Service=AWSMechanicalTurkRequester&AWSAccessKeyId={KEY}&Version=2014-08-15&Operation=GetAccountBalance"
    entry = {
        "startedDateTime": "2014-09-01T00:00:00.000Z",
        "time": 1,
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
        "request": {
            "method": "GET",
            "url": f"https://mechanicalturk.amazonaws.com/?{query}&Timestamp=2014-09-01T00:00:00Z&Signature=c2lnbg%3D%3D",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Content-Type", "value": "text/xml"}],
            "content": {"size": len(reply), "mimeType": "text/xml", "text": reply},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(reply),
        },
    }
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry]}})


REPLY = (
    "<GetAccountBalanceResponse><OperationRequest><RequestId>r</RequestId></OperationRequest><GetAccountBalanceResult>"
    "<Request><IsValid>True</IsValid></Request><AvailableBalance><Amount>1.000</Amount><CurrencyCode>USD</CurrencyCode>"
    "<FormattedPrice>$1.00</FormattedPrice></AvailableBalance></GetAccountBalanceResult></GetAccountBalanceResponse>"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a home for pre-commit, and the kit as a repository."""
    folder = tmp_path_factory.mktemp("precommit")
    kit = folder / "kit"
    kit.mkdir()
    for name in NEEDED:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, kit / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(CHECKOUT / name, kit / name)
    commit(kit, folder)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of git and pre-commit: nothing of the user's but the way to the package index."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PYTHON"))}
    person = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {**kept, **person, "PRE_COMMIT_HOME": str(folder / "home"), "GIT_CONFIG_GLOBAL": os.devnull}


def run(folder: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program and return how it ended."""
    return subprocess.run(
        arguments, cwd=cwd, env=environment(folder), capture_output=True, text=True, check=False, timeout=900
    )


def commit(repository: Path, folder: Path) -> None:
    """Make a folder a repository with everything in it committed."""
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        done = run(folder, repository, "git", *arguments)
        assert done.returncode == 0, done.stderr


def tried(place: Path, hook: str, files: dict[str, str]) -> tuple[int, str]:
    """Try a hook in a new repository with these files; return pre-commit's exit code and what it said."""
    repository = place / f"repository-{len(list(place.iterdir()))}"
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text, "utf-8")
    commit(repository, place)
    program = (sys.executable, "-m", "pre_commit", "try-repo", str(place / "kit"), hook, "--all-files", "--color=never")
    done = run(place, repository, *program)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("hook", ["mturk-documents", "mturk-captures"])
def test_what_is_nobodys_capture_passes(place: Path, hook: str) -> None:
    """Other people's XML, YAML, JSON lines, cassettes; broken ones too."""
    code, said = tried(place, hook, THEIRS)
    assert (code, "Passed" in said) == (0, True), said


@pytest.mark.parametrize("hook", ["mturk-documents", "mturk-captures"])
def test_good_ones_pass(place: Path, hook: str) -> None:
    code, said = tried(place, hook, {**THEIRS, "forms/q.xml": GOOD, "a.har": capture(REPLY)})
    assert (code, "Passed" in said) == (0, True), said


def test_a_bad_document_fails_and_is_named(place: Path) -> None:
    """With file and line, as editors open it."""
    code, said = tried(place, "mturk-documents", {**THEIRS, "forms/q.xml": BAD})
    assert code == 1, said
    assert NO_ID in said
    assert "forms/q.xml:2" in said
    assert "pom.xml" not in said


def test_a_bad_capture_fails_without_telling_its_key(place: Path) -> None:
    code, said = tried(place, "mturk-captures", {**THEIRS, "a.har": capture(REPLY.replace(">True<", ">yes<"))})
    assert code == 1, said
    assert "Common.Response.is-valid" in said
    assert KEY not in said
