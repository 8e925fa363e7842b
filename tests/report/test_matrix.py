"""Several records beside each other."""

import csv
import io
import re
from dataclasses import replace
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.record.events import End, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import Record
from conformance.report.matrix import matrix_of, render_matrix

VERSIONS = ("2008-08-02", "2014-08-15")
HEADER = RunHeader(
    kit="1",
    run_id="aaaa1111",
    seed=1,
    url="http://one/",
    profile="default",
    versions=VERSIONS,
    bindings=("query",),
    selection=(),
    started_at="",
)
HOSTILE = '"><script>alert(1)</script>|`=1+1` \u202e'


def told(requirement: str, verdict: Verdict, **more: Any) -> VerdictEvent:
    fields = {"case": "a/b", "version": VERSIONS[1], "binding": "query", "level": "MUST"}
    return VerdictEvent(**{**fields, "requirement": requirement, "verdict": verdict, **more})


def record(*verdicts: VerdictEvent, url: str = "http://one/") -> Record:
    header = replace(HEADER, url=url)
    return Record(path="r", header=header, verdicts=verdicts, end=End(finished_at="", exit_code=0))


FIRST = record(told("GetHIT.HITId.required", Verdict.PASS), told("GetHIT.element", Verdict.PASS))
SECOND = record(told("GetHIT.HITId.required", Verdict.FAIL), told("GetHIT.element", Verdict.PASS), url="http://two/")
THIRD = record(told("CreateHIT.Title.required", Verdict.NOT_MEASURED), url="http://two/")


def written(kind: str, *records: Record, names: tuple[str, ...] = (), split: bool = False) -> str:
    out = io.StringIO()
    render_matrix(kind, records, out, names=names, split=split)
    return out.getvalue()


def test_rows_are_all_requirements_by_article_and_columns_the_records() -> None:
    """A record that says nothing of one has no verdict there; columns are named by URL and versions, each otherwise."""
    matrix = matrix_of([FIRST, SECOND, THIRD])
    assert [(article, len(rows)) for article, rows in matrix.articles] == [("CreateHIT", 1), ("GetHIT", 2)]
    assert {row.id: row.verdicts for row in matrix.rows}["GetHIT.HITId.required"] == (Verdict.PASS, Verdict.FAIL, None)
    assert [column.name for column in matrix.columns] == [
        "http://one/, 2 versions",
        "http://two/, 2 versions",
        "http://two/, 2 versions (2)",
    ]
    assert [row.id for row in matrix.rows if row.disagrees] == ["GetHIT.HITId.required"]
    assert {row.id for row in matrix_of([FIRST, SECOND]).rows if row.differs} == {"GetHIT.HITId.required"}


def test_each_version_can_be_a_column() -> None:
    """What was said of another version is left out of it."""
    rows = list(csv.reader(io.StringIO(written("csv", FIRST, split=True))))
    assert rows[0][3:] == ["http://one/, 2008-08-02", "http://one/, 2014-08-15"]
    assert {tuple(row[3:]) for row in rows[1:]} == {("", "pass")}


def test_columns_can_be_named() -> None:
    """As far as there are names; more names than columns are a mistake."""
    assert "mine" in written("markdown", FIRST, SECOND, names=("mine",))
    with pytest.raises(UsageError, match="3 names for 2 columns"):
        written("html", FIRST, SECOND, names=("a", "b", "c"))


def test_an_unknown_format_is_told_with_the_known_ones() -> None:
    """As everywhere."""
    with pytest.raises(UsageError, match="html, markdown, csv"):
        written("pdf", FIRST)


@pytest.mark.parametrize("kind", ["html", "markdown", "csv"])
def test_the_verdict_is_told_in_words(kind: str) -> None:
    """Not by colour alone, and every differing requirement is there."""
    text = written(kind, FIRST, SECOND, THIRD)
    words = ("pass", "fail", "not measured", "HITId.required", "Title.required")
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("kind", ["html", "markdown", "csv"])
def test_nothing_of_a_record_is_markup_or_formula(kind: str) -> None:
    """Neither the URL of an endpoint, nor a name, nor the id of a requirement; what hides is made visible."""
    hostile = record(told(HOSTILE, Verdict.FAIL), url=HOSTILE)
    text = written(kind, hostile, FIRST, names=(f"=cmd()|{HOSTILE}",))
    assert "\u202e" not in text
    if kind == "html":
        assert "<script>alert" not in text
    if kind == "csv":
        assert not any(cell.startswith("=") for row in csv.reader(io.StringIO(text)) for cell in row)


def test_the_page_lets_nothing_in() -> None:
    """Its policy allows its own style and script alone, by their hashes; it names no address to load from."""
    page = written("html", FIRST, SECOND)
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"<(?:link|img|iframe|object|script src)", page)
    assert page == written("html", FIRST, SECOND)
