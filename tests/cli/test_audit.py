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

from conformance.defects.table import defects
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


def lines_of(out: str) -> dict[str, list[dict[str, Any]]]:
    """Return the objects of the JSON lines by their type."""
    told: dict[str, list[dict[str, Any]]] = {}
    for line in out.splitlines():
        one = json.loads(line)
        told.setdefault(one["type"], []).append(one)
    return told


def test_a_bad_file_never_stops_the_others(files: Kit) -> None:
    """All are told, in the order asked for, and why some could not be read."""
    names = ["missing.xml", "bomb.xml", "folder", "junk.xml", "empty.xml", "large.xml", "unknown.xml", "good.xml"]
    told = lines_of(files.call("audit", "--json", *names).out)
    assert [(one["file"], one["verdict"]) for one in told["file"]] == [
        ("missing.xml", "not read"),
        ("bomb.xml", "does not conform"),
        ("folder", "not read"),
        ("junk.xml", "does not conform"),
        ("empty.xml", "does not conform"),
        ("large.xml", "not measured"),
        ("unknown.xml", "not measured"),
        ("good.xml", "conforms"),
    ]
    reasons = {one["file"]: one["reason"] for one in told["unread"]}
    assert "No such file or directory" in reasons["missing.xml"]
    assert "folder" in reasons


def test_a_finding_is_told_with_all_that_a_reader_needs(files: Kit) -> None:
    """Verdict, id, level, sentence, place with line, expected, actual, source."""
    lines = files.call("audit", "bad.xml").out.splitlines()
    known = requirements()[NO_ID]
    assert re.fullmatch(r"bad\.xml: QuestionForm, does not conform \(1 failed(, .*)?\)", lines[0])
    block = "\n".join(lines)
    assert f"FAIL  {NO_ID}  MUST" in block
    for told in (known.text, known.source, "bad.xml:2", "/QuestionForm/Question/QuestionContent"):
        assert told in block


def test_a_missed_should_is_a_warning(files: Kit) -> None:
    """It makes the file fail only with ``--fail-on should``."""
    assert "lax.xml: reply of GetAccountBalance, conforms (1 warned" in files.call("audit", "lax.xml").out
    assert "does not conform (1 warned" in files.call("audit", "lax.xml", "--fail-on", "should").out


def test_the_level_is_that_of_the_version(files: Kit) -> None:
    """What is a MUST since a later version only warns before."""
    dated = requirements()[NO_ID]
    assert dated.must_since
    assert files.call("audit", "bad.xml", "--version", dated.must_since).code == 1
    ended = files.call("audit", "bad.xml", "--version", "2006-10-31")
    assert (ended.code, f"WARN  {NO_ID}  SHOULD" in ended.out) == (0, True)


def test_one_fault_in_many_places_is_told_once(kit: Kit) -> None:
    """With how often it was seen, and the first places."""
    question = QUESTION.replace("<QuestionIdentifier>q</QuestionIdentifier>", "")
    (kit.cwd / "many.xml").write_text(f'<QuestionForm xmlns="{SPACE}">{question * 9}</QuestionForm>', "utf-8")
    assert kit.call("audit", "many.xml").out.count(f"FAIL  {NO_ID}") == 1
    (fault,) = [
        one
        for one in lines_of(kit.call("audit", "many.xml", "--json").out)["fault"]
        if one["requirement"] == NO_ID and one["grade"] == "fail"
    ]
    assert (fault["count"], len(fault["first"])) == (9, 3)


def test_reports_go_where_they_are_sent(files: Kit) -> None:
    """Several at once; what cannot be written, or is none, is refused before anything is judged."""
    ended = files.call("audit", "bad.xml", "--report", "sarif=out.sarif", "--report", "markdown")
    assert (ended.code, NO_ID in ended.out) == (1, True)
    assert json.loads((files.cwd / "out.sarif").read_text("utf-8"))["version"] == "2.1.0"
    refused = files.call("audit", "bad.xml", "--report", "sarif=no/such/folder/out.sarif")
    assert (refused.code, refused.out, "cannot write the report" in refused.err) == (2, "", True)
    unknown = files.call("audit", "bad.xml", "--report", "sariff")
    assert (unknown.code, "did you mean sarif?" in unknown.err) == (2, True)


def test_a_whole_folder_is_judged(files: Kit) -> None:
    """What is in it and known, in the order of the names."""
    told = lines_of(files.call("audit", "--json", ".", "--workers", "2").out)["file"]
    names = [Path(one["file"]).name for one in told]
    assert names == sorted(names)
    assert {"good.xml", "bad.xml", "reply.xml", "lax.xml"} <= set(names)


def test_what_nobody_knows_can_be_passed_over(files: Kit) -> None:
    """In a repository there are other people's files too."""
    assert files.call("audit", "unknown.xml", "--pass-unknown").code == 0
    assert files.call("audit", "unknown.xml", "bad.xml", "--pass-unknown").code == 1


def test_a_capture_is_judged_as_the_run_was(kit: Kit) -> None:
    """The record of a run on a faulty endpoint shows its faults again, and a test of each can be exported."""
    kit.judge(kit.serve(plant=defects()["is-valid/lower-case"].plant).url, *kit.driven, *kit.few)
    ended = kit.call("audit", str(kit.record_path), "--json", "--export-failing", "tests")
    assert ended.code == 1
    told = lines_of(ended.out)
    assert "Common.Response.is-valid" in {one["requirement"] for one in told["fault"]}
    assert told["coverage"]
    assert list((kit.cwd / "tests").glob("test_*.py"))


def test_standard_input_is_read_for_a_dash(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """As any file; a closed one is an error."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(FORM.encode())))
    assert kit.call("audit", "-").out.startswith("standard input: QuestionForm, conforms")
    monkeypatch.setattr("sys.stdin", None)
    ended = kit.call("audit", "-")
    assert (ended.code, "standard input is closed" in ended.out) == (2, True)


def test_a_file_that_may_not_be_read_is_an_error(files: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may read everything, so the refusal is planted."""
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "good.xml":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    ended = files.call("audit", "good.xml", "lax.xml")
    assert "cannot read good.xml: Permission denied." in ended.out
    assert (ended.code, "lax.xml: reply of GetAccountBalance, conforms" in ended.out) == (2, True)


def test_what_a_file_holds_cannot_move_the_cursor(kit: Kit) -> None:
    """Neither its name nor its text; what is long is cut."""
    name = "a\x1b[31mb.xml"
    (kit.cwd / name).write_text(FORM.replace("<Text>t", "<Text>t</Text><Téxt\u202e" + "x" * 3000 + "/><Text>"), "utf-8")
    ended = kit.call("audit", name)
    assert "a\\x1b[31mb.xml: " in ended.out
    assert all(line.isprintable() for line in ended.out.splitlines())
    assert max(map(len, ended.out.splitlines())) < 2_000


def test_every_vector_of_documents_is_judged_alike_in_a_process_of_its_own(kit: Kit) -> None:
    """All files at once, as a commit hook calls it."""
    folder = cases_dir() / "vectors" / "documents"
    vectors = json.loads((folder / "index.json").read_text("utf-8"))["vectors"]
    process = kit.start("audit", "--json", *(folder / vector["file"] for vector in vectors))
    out, err = process.communicate(timeout=120)
    told = {Path(one["file"]).name: one["verdict"] for one in lines_of(out)["file"]}
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
