"""``report``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import program
from conformance.record.events import End, RunHeader, Verdict, VerdictEvent
from conformance.record.writer import RecordWriter
from conformance.report import REPORTS


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    header = RunHeader(
        kit="0.1.0",
        run_id="3f9a",
        seed=7,
        url="http://127.0.0.1:8000/",
        profile="embedded",
        versions=("2014-08-15",),
        bindings=("query",),
        selection=(),
        started_at="2026-01-01T00:00:00Z",
    )
    verdict = VerdictEvent(
        requirement="Common.Signature.required",
        case="Common.Signature.required",
        version="2014-08-15",
        binding="query",
        level="MUST",
        verdict=Verdict.FAIL,
        actual="wätt?",
    )
    with RecordWriter(path) as writer:
        for event in (header, verdict, End(finished_at="2026-01-01T00:00:09Z", exit_code=1)):
            writer.write(event)
    return path


def test_a_report_goes_to_standard_output(record: Path) -> None:
    """Reporting succeeds whatever the verdict was."""
    result = CliRunner().invoke(program, ["report", "terminal", str(record)])
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("DOES NOT CONFORM  1 of 1 MUSTs measured")
    assert f"mturk-conformance replay {record} Common.Signature.required" in result.output


def test_a_report_can_go_to_a_file(record: Path, tmp_path: Path) -> None:
    """``-o`` writes the file in UTF-8 and nothing else; ``-`` is standard output."""
    target = tmp_path / "report.json"
    result = CliRunner().invoke(program, ["report", "json", str(record), "-o", str(target)])
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads(target.read_text("utf-8"))["failures"][0]["actual"] == "wätt?"
    assert CliRunner().invoke(program, ["report", "json", str(record), "-o", "-"]).output == target.read_text("utf-8")


def test_a_record_cut_short_is_reported_with_what_it_holds(record: Path) -> None:
    """The verdicts before the cut are there, and the cut is told."""
    record.write_bytes(record.read_bytes()[:-20])
    output = CliRunner().invoke(program, ["report", "terminal", str(record)]).output
    assert "cut short" in output
    assert "FAIL  Common.Signature.required" in output


@pytest.mark.parametrize("name", REPORTS)
def test_a_reader_that_stops_reading_gets_no_verdict(record: Path, name: str) -> None:
    """``report … | head`` does not end with the code of *does not conform*."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    ran = subprocess.run(
        [sys.executable, "-m", "conformance", "report", name, str(record)],
        stdout=write_end,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=30,
    )
    os.close(write_end)
    assert (ran.returncode, ran.stderr) == (3, "")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["jsn", "RECORD"], "there is no report 'jsn'; did you mean json?"),
        (["json", "RECORD.missing"], "no such file"),
        (["json", "RECORD", "-o", "RECORD/below"], "cannot write the report"),
    ],
)
def test_what_cannot_be_done_is_wrong_usage(record: Path, args: list[str], told: str) -> None:
    """Unknown formats, records that are not there, and places that cannot be written."""
    result = CliRunner().invoke(program, ["report", *(arg.replace("RECORD", str(record)) for arg in args)])
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_matrix_is_of_several_records(record: Path, tmp_path: Path) -> None:
    """As a page by default; a column for each record, or for each version."""
    target = tmp_path / "matrix.html"
    result = CliRunner().invoke(
        program, ["report", "matrix", str(record), str(record), "--name", "a", "-o", str(target)]
    )
    assert (result.exit_code, result.output) == (0, "")
    assert "2 records by requirement" in target.read_text("utf-8")
    shown = CliRunner().invoke(program, ["report", "matrix", str(record), "--by-version", "--as", "csv"])
    assert "embedded" not in shown.output.splitlines()[0]
    assert shown.output.splitlines()[1] == "Common.Signature.required,MUST,no,fail"


@pytest.mark.parametrize("options", [("--as", "csv"), ("--name", "a"), ("--by-version",)])
def test_what_is_said_of_a_matrix_is_wrong_of_another_report(record: Path, options: tuple[str, ...]) -> None:
    """So are several records; exit code 2."""
    result = CliRunner().invoke(program, ["report", "json", str(record), *options], standalone_mode=False)
    assert "matrix" in str(result.exception) + result.output
    several = CliRunner().invoke(program, ["report", "json", str(record), str(record)], standalone_mode=False)
    assert "about one record" in str(several.exception) + several.output
