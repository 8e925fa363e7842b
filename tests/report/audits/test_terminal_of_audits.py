"""The report for people, as they see it."""

from __future__ import annotations

import io
import re

import pytest

from conformance.record.audited import Audited, FileAccount
from conformance.record.coverage import by_operation
from conformance.record.places import Place
from conformance.report.audits import render_audit
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from tests.report.audits.conftest import KNOWN, VERSION, Render, outcome, place, see


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Tell that it is one."""
        return True


def test_a_fault_is_told_with_all_that_a_reader_needs(render: Render) -> None:
    """Verdict, id, level, sentence, place, expected, actual, the next places, source."""
    lines = [line.strip() for line in render("terminal", outcome(*["x"] * 5)).splitlines()]
    known = requirements()[KNOWN]
    begin = lines.index(f"FAIL  {KNOWN}  MUST  5 times")
    assert lines[0] == "captures/0.har: HAR, does not conform (5 judged, 5 failed)"
    assert lines[begin + 1] == known.text
    assert [line.split(maxsplit=1) for line in lines[begin + 2 : begin + 6]] == [
        ["at", "captures/0.har, exchange 1, byte 100"],
        ["where", "/a/b"],
        ["expected", "e"],
        ["actual", "x"],
    ]
    assert lines[begin + 6].startswith("also at   captures/0.har, exchange 2, byte 200; captures/0.har, exchange 3")
    assert lines[begin + 6].endswith("and 2 more places")
    assert lines[begin + 7].endswith(known.source)
    assert lines[-1].startswith("DOES NOT CONFORM  1 file: 1 not conforming")
    assert lines[-1].endswith("exit code 1")


def test_one_cause_in_many_messages_is_one_block(large: Audited, render: Render) -> None:
    """The same found in the answers of twenty operations is told once, with where else it is."""
    told = render("terminal", large)
    assert told.count("FAIL  Common.Response.is-valid") == 1
    assert "more places in messages" in told
    assert "NOT READ  1 part\n  captures/0.har, exchange 76, byte 600000: its body is cut short" in told
    before, _, after = told.partition("\noperations  ")
    assert re.match(rf"\d+ of {len(shapes_for(VERSION).operations)}\n", after)
    assert len(before.splitlines()) < 40


def test_each_operation_that_was_called_is_told_with_how_much_of_it_was_exercised(large: Audited) -> None:
    """A row each, columns below one another, and a last row that adds them up; in words where a terminal is narrow."""
    found = by_operation(large.coverage)
    out = io.StringIO()
    render_audit("terminal", large, out)
    lines = out.getvalue().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("operation "))
    rows = lines[begin : begin + len(found) + 2]
    assert len({len(row) for row in rows}) == 1
    assert [row.split()[:2] for row in rows[1:-1]] == [[one.operation, str(one.calls)] for one in found]
    parameters = sum(one.parameters.exercised for one in found), sum(one.parameters.known for one in found)
    assert rows[-1].startswith(f"all {len(found)} ")
    assert f" {parameters[0]} of {parameters[1]}  " in rows[-1]


def test_a_narrow_terminal_gets_words_for_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there at all is left out; codes that no requirement names stand behind a plus sign."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    audited = outcome()
    audited.coverage.operations["GetAccountBalance", VERSION] = 1
    audited.coverage.elements["GetAccountBalance", "Price/Amount"] = 1
    audited.coverage.errors["GetAccountBalance", "AWS.Other"] = 1
    out = Terminal()
    render_audit("terminal", audited, out)
    told = " ".join(line.strip() for line in out.getvalue().splitlines())
    assert "GetAccountBalance: 1 calls, 1 of 22 elements, + 1 errors" in told


def test_a_line_of_a_file_is_named_as_editors_do(render: Render) -> None:
    audited = Audited()
    audited.files[0] = FileAccount(file="q.xml", format="QuestionForm", entries=1, judged=1, failed=1)
    see(audited, "x", Place(source=0, file="q.xml", line=12))
    assert "at        q.xml:12\n" in render("terminal", audited)


def test_many_files_are_counted(render: Render) -> None:
    told = render("terminal", outcome("x", files=21))
    assert told.startswith("20 files: not measured") is False
    assert "captures/20.har" not in told
    assert "1 file: does not conform" in told


def test_it_folds_and_is_coloured_on_a_terminal_alone(large: Audited, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines fit; a curl line stays whole, to be copied; NO_COLOR is heeded."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    render_audit("terminal", large, out)
    assert "\x1b[31m" in out.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    render_audit("terminal", large, out)
    lines = out.getvalue().splitlines()
    assert "\x1b" not in out.getvalue()
    assert [line for line in lines[:-1] if len(line) > 80 and not line.startswith("  curl")] == []
    assert [line for line in lines if line.startswith("  curl")]


def test_what_repeats_in_other_ways_is_counted(render: Render) -> None:
    told = render("terminal", outcome(*"abcdefgh"))
    assert told.count("  actual ") == 5
    assert "… and in 3 more ways" in told


def test_an_interrupted_audit_says_so(render: Render) -> None:
    audited = outcome("x")
    audited.interrupted = True
    assert "DOES NOT CONFORM  (interrupted)" in render("terminal", audited)
    assert "interrupted" in render("terminal", Audited(interrupted=True)).splitlines()[-1]


def test_a_place_counts_bytes_in_exchanges(render: Render) -> None:
    audited = outcome("x")
    see(audited, "y", place(entry=2, offset=0, line=4))
    assert "captures/0.har:4, exchange 2, byte 0" in render("terminal", audited)
