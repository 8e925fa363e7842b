"""``audit``: files in, verdicts out."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.spec.data import cases_dir
from conformance.spec.requirements import requirements
from conformance.wire.xml import MAX_BYTES

if TYPE_CHECKING:
    from tests.conftest import Kit

SPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionForm.xsd"
QUESTION = (
    "<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>t</Text></QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
)
FORM = f'<QuestionForm xmlns="{SPACE}">\n{QUESTION}</QuestionForm>'
NAMELESS = FORM.replace("<QuestionIdentifier>q</QuestionIdentifier>", "")
NO_ID = "QuestionForm.question-identifier"
DENIED = "<Response><Errors><Error><Code>Forbidden</Code><Message>m</Message></Error></Errors></Response>"
# IsValid missing is a SHOULD.
LAX = (
    "<GetAccountBalanceResponse><OperationRequest><RequestId>r</RequestId></OperationRequest>"
    "<GetAccountBalanceResult><Request/></GetAccountBalanceResult></GetAccountBalanceResponse>"
)
FILES = {
    "good.xml": FORM,
    "bad.xml": NAMELESS,
    "reply.xml": DENIED,
    "lax.xml": LAX,
    "empty.xml": "",
    "unknown.xml": "<html/>",
    "large.xml": "<QuestionForm>" + " " * MAX_BYTES + "</QuestionForm>",
    "bomb.xml": '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><QuestionForm>&d;</QuestionForm>',
}


@pytest.fixture
def files(kit: Kit) -> Kit:
    """Return the kit with files of each sort in its working directory."""
    for name, text in FILES.items():
        (kit.cwd / name).write_text(text, "utf-8")
    (kit.cwd / "folder").mkdir()
    (kit.cwd / "junk.xml").write_bytes(bytes(range(256)))
    return kit


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.xml"], 0),
        (["good.xml", "reply.xml"], 0),
        (["bad.xml"], 1),
        (["good.xml", "bad.xml"], 1),
        (["lax.xml"], 0),
        (["lax.xml", "--fail-on", "should"], 1),
        (["empty.xml"], 1),
        (["junk.xml"], 1),
        (["bomb.xml"], 1),
        (["missing.xml"], 2),
        (["folder"], 2),
        (["a\0b.xml"], 2),
        (["good.xml", "missing.xml"], 2),
        (["bad.xml", "missing.xml"], 1),
        (["unknown.xml"], 5),
        (["large.xml"], 5),
        (["unknown.xml", "good.xml"], 0),
        (["unknown.xml", "missing.xml"], 2),
        (["good.xml", "--version", "2014-08-16"], 2),
        (["good.xml", "--fail-on", "may"], 2),
        ([], 2),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_the_exit_code_is_the_worst_that_there_is_to_say(
    arguments: list[str], code: int, form: list[str], files: Kit
) -> None:
    """Does not conform, before not read, before conforms, before nothing measured."""
    assert files.call("audit", *arguments, *form).code == code


def test_a_bad_file_never_stops_the_others(files: Kit) -> None:
    """All are told, in the order asked for; what could not be read is an error too."""
    names = ["missing.xml", "bomb.xml", "folder", "junk.xml", "empty.xml", "large.xml", "unknown.xml", "good.xml"]
    ended = files.call("audit", "--json", *names)
    told = [json.loads(line) for line in ended.out.splitlines()]
    assert [one["path"] for one in told] == names
    assert [one["verdict"] for one in told] == [
        "not read",
        "does not conform",
        "not read",
        "does not conform",
        "does not conform",
        "not measured",
        "not measured",
        "conforms",
    ]
    assert "error: cannot read missing.xml: No such file or directory. Name a file that can be read." in ended.err
    assert "error: folder is a directory. Name the files in it." in ended.err
    assert str(MAX_BYTES) in told[5]["reason"]


def test_a_finding_is_told_with_all_that_a_reader_needs(files: Kit) -> None:
    """Verdict, id, level, sentence, place with line, expected, actual, source."""
    lines = files.call("audit", "bad.xml").out.splitlines()
    known = requirements()[NO_ID]
    assert re.fullmatch(r"bad\.xml: QuestionForm, does not conform \(1 failed(, \d+ observed)?(, \d+ met)?\)", lines[0])
    assert lines[1] == f"  FAIL  {NO_ID}  MUST"
    assert lines[2].strip() == known.text
    assert lines[3].split(maxsplit=1) == ["where", "line 2, /QuestionForm/Question/QuestionContent"]
    assert [line.split()[0] for line in lines[4:7]] == ["expected", "actual", "source"]
    assert lines[6].endswith(known.source)


def test_json_says_the_same_field_by_field(files: Kit) -> None:
    """One object a file, on a line of its own."""
    (line,) = files.call("audit", "bad.xml", "--json").out.splitlines()
    told: dict[str, Any] = json.loads(line)
    (finding,) = [one for one in told["findings"] if one["grade"] == "fail"]
    assert (told["kind"], told["verdict"], told["version"], told["reason"]) == (
        "QuestionForm",
        "does not conform",
        None,
        "",
    )
    assert (finding["requirement"], finding["level"], finding["line"]) == (NO_ID, "MUST", 2)
    assert finding["text"] == requirements()[NO_ID].text
    assert finding["source"] == requirements()[NO_ID].source
    assert finding["expected"]
    assert finding["actual"]
    assert "Common.DataSchema.namespace-required" in told["met"]


def test_a_missed_should_is_a_warning(files: Kit) -> None:
    """It makes the file fail only with ``--fail-on should``."""
    assert "lax.xml: reply of GetAccountBalance in 2014-08-15 (the newest that it fits), conforms (1 warned" in (
        files.call("audit", "lax.xml").out
    )
    assert "does not conform (1 warned" in files.call("audit", "lax.xml", "--fail-on", "should").out


def test_the_level_is_that_of_the_version(files: Kit) -> None:
    """What is a MUST since a later version only warns before."""
    dated = requirements()[NO_ID]
    assert dated.must_since
    assert files.call("audit", "bad.xml", "--version", dated.must_since).code == 1
    ended = files.call("audit", "bad.xml", "--version", "2006-10-31")
    assert (ended.code, f"  WARN  {NO_ID}  SHOULD" in ended.out) == (0, True)


def test_several_files_are_summed_up(files: Kit) -> None:
    """In the last line; one file needs none."""
    names = ("good.xml", "bad.xml", "reply.xml", "unknown.xml", "missing.xml")
    last = files.call("audit", *names).out.splitlines()[-1]
    assert last == "5 files: 1 not conforming, 2 conforming, 1 not measured, 1 not read"
    assert "files:" not in files.call("audit", "good.xml").out


def test_one_fault_in_many_places_is_one_block(kit: Kit) -> None:
    """The first places are shown and the others counted; the JSON has them all."""
    question = QUESTION.replace("<QuestionIdentifier>q</QuestionIdentifier>", "")
    (kit.cwd / "many.xml").write_text(f'<QuestionForm xmlns="{SPACE}">{question * 9}</QuestionForm>', "utf-8")
    out = kit.call("audit", "many.xml").out
    assert out.count(f"FAIL  {NO_ID}") == 1
    assert out.count("    where ") >= 5
    assert "… and 4 more places, which --json tells" in out
    findings = json.loads(kit.call("audit", "many.xml", "--json").out)["findings"]
    assert sum(one["requirement"] == NO_ID and one["grade"] == "fail" for one in findings) == 9


def test_standard_input_is_read_for_a_dash(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """As any file; a closed one is an error."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(FORM.encode())))
    assert kit.call("audit", "-").out.startswith("standard input: QuestionForm, conforms")
    monkeypatch.setattr("sys.stdin", None)
    ended = kit.call("audit", "-")
    assert (ended.code, "standard input is closed" in ended.err) == (2, True)


def test_a_file_that_may_not_be_read_is_an_error(files: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may read everything, so the refusal is planted."""

    def refuse(path: Path, *_: object) -> io.BytesIO:
        if path.name == "good.xml":
            raise PermissionError(13, "Permission denied")
        return io.BytesIO(FORM.encode())

    monkeypatch.setattr(Path, "open", refuse)
    ended = files.call("audit", "good.xml", "bad.xml")
    assert "error: cannot read good.xml: Permission denied." in ended.err
    assert (ended.code, "bad.xml: QuestionForm, conforms" in ended.out) == (2, True)


def test_what_a_file_holds_cannot_move_the_cursor(kit: Kit) -> None:
    """Neither its name nor its text; what is long is cut."""
    name = "a\x1b[31mb.xml"
    (kit.cwd / name).write_text(FORM.replace("<Text>t", "<Text>t</Text><Téxt\u202e" + "x" * 3000 + "/><Text>"), "utf-8")
    ended = kit.call("audit", name)
    assert "a\\x1b[31mb.xml: " in ended.out
    assert all(line.isprintable() for line in ended.out.splitlines())
    assert max(map(len, ended.out.splitlines())) < 2_000


def test_a_terminal_gets_colours_and_folded_lines(files: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict stands out, and no line is longer than the terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    terminal = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("conformance.cli.audit_report.sys", terminal)
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)
    out = files.call("audit", "bad.xml").out
    assert "\x1b[31m\x1b[1mdoes not conform\x1b[0m" in out
    assert all(len(re.sub(r"\x1b\[\d+m", "", line)) <= 80 for line in out.splitlines())


def test_every_vector_of_documents_is_judged_alike_in_a_process_of_its_own(kit: Kit) -> None:
    """All files at once, as a commit hook calls it."""
    folder = cases_dir() / "vectors" / "documents"
    vectors = json.loads((folder / "index.json").read_text("utf-8"))["vectors"]
    process = kit.start("audit", "--json", *(folder / vector["file"] for vector in vectors))
    out, err = process.communicate(timeout=120)
    told = {Path(one["path"]).name: one["verdict"] for one in map(json.loads, out.splitlines())}
    assert (process.returncode, err, len(told)) == (1, "", len(vectors))
    for vector in vectors:
        if "form" not in vector and vector["document"] != "FormattedContent":
            levels = {requirements()[name].level for name in vector.get("breaks", ())}
            assert told[vector["file"]] == ("does not conform" if "MUST" in levels else "conforms"), vector


def test_the_pipe_may_close_early(files: Kit) -> None:
    """Somebody who looks at the first line only is no fault."""
    command = f"{sys.executable} -m conformance audit {'good.xml ' * 300} | head -n 1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=files.cwd, check=True)
    assert (ran.stdout.count("\n"), ran.stderr) == (1, "")
