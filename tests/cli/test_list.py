"""``list``."""

import json
import re
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from conformance.cli import program
from conformance.spec.requirements import requirements

KEY = "Common.AWSAccessKeyId.required"


def listed(*options: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(program, ["list", "--json", *options])
    assert result.exit_code == 0, result.output
    rows: list[dict[str, object]] = json.loads(result.output)
    return rows


def ids(*options: str) -> list[object]:
    return [row["id"] for row in listed(*options)]


def test_all_requirements_are_listed_in_order() -> None:
    """Without options everything is there, by id."""
    assert ids() == sorted(requirements())


def test_json_has_the_field_names_of_the_files() -> None:
    """Every field is there in every object, null where the file has none."""
    (row,) = listed("--select", KEY)
    assert (row["id"], row["level"], row["kind"], row["must_since"]) == (KEY, "MUST", "auth", "2008-08-02")
    assert row["until"] is None
    assert set(row) == {
        *("id", "level", "kind", "text", "how", "source", "confidence", "real_service", "since", "until"),
        *("in_2017", "must_since", "needs", "transport", "code", "disputed", "untestable"),
    }


def test_the_table_has_a_line_for_each_requirement() -> None:
    """Id, level, kind and sentence stand on one line, not cut where no terminal is."""
    lines = CliRunner().invoke(program, ["list", "--article", "Common"]).output.splitlines()
    (line,) = [line for line in lines if line.startswith(KEY)]
    assert line.split()[1:3] == ["MUST", "auth"]
    assert line.endswith(requirements()[KEY].text)
    assert len(lines) == len(ids("--article", "Common"))


def test_options_narrow_and_repeated_options_widen() -> None:
    """Different options are all met; the values of one are alternatives."""
    assert ids("--operation", "GrantQualification") == [
        id_ for id_ in ids() if str(id_).startswith("GrantQualification.")
    ]
    assert {row["kind"] for row in listed("--kind", "auth", "--kind", "timestamp")} == {"auth", "timestamp"}
    assert {row["level"] for row in listed("--level", "should")} == {"SHOULD"}
    assert all("worker:take-test" in row["needs"] for row in listed("--needs", "worker:take-test"))  # type: ignore[operator]
    assert ids("--select", "Common.AWSAccessKeyId.r*", "--select", "Common.Signature.required") == [
        KEY,
        "Common.Signature.required",
    ]
    assert set(ids("--article", "Common", "--level", "MAY")) < set(ids("--article", "Common"))


def test_a_version_shows_what_holds_in_it_at_its_level_there() -> None:
    """A MUST read from a later version only is a SHOULD before."""
    old = CliRunner().invoke(program, ["list", "--version", "2006-10-31", "--select", KEY]).output
    assert old.split()[1] == "SHOULD"
    assert KEY in ids("--version", "2008-08-02", "--level", "MUST")
    assert KEY not in ids("--version", "2006-10-31", "--level", "MUST")
    assert len(ids("--version", "2014-08-15")) < len(ids())


def test_operations_can_be_named_as_in_2017() -> None:
    """By id, by glob and as an article; what the older names select stays as it is."""
    assert ids("--select", "SendBonus.*") == ids("--operation", "SendBonus") == ids("--operation", "GrantBonus")
    assert {str(id_).partition(".")[0] for id_ in ids("--select", "List*.PageSize.*")} >= {"GetBonusPayments"}
    created = {str(id_).partition(".")[0] for id_ in ids("--select", "Create*")}
    assert created == {"CreateHIT", "CreateHITWithHITType", "CreateQualificationType"}


def test_the_table_of_2017_has_both_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the id, and on a terminal in the heading; not in other versions."""
    options = ("--select", "GrantBonus.Reason.required", "--version")
    line = CliRunner().invoke(program, ["list", *options, "2017-01-17"]).output
    assert line.split()[:3] == ["GrantBonus.Reason.required", "SendBonus", "MUST"]
    assert "SendBonus" not in CliRunner().invoke(program, ["list", *options, "2014-08-15"]).output
    heading = on_a_terminal(*options, "2017-01-17", columns=100, monkeypatch=monkeypatch)[0]
    assert heading == "GrantBonus, in 2017-01-17 SendBonus (1)"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--article", "SendBonsu"], "the article 'SendBonsu'; did you mean SendBonus?"),
        (["--article", "GrantQualifications"], "the article 'GrantQualifications'; did you mean GrantQualification?"),
        (["--article", "Zoo"], "the article 'Zoo'. Known: AnswerKey, ApproveAssignment,"),
        (["--kind", "zzz"], "the kind 'zzz'. Known: auth"),
        (["--kind", "shapes"], "did you mean shape? Known: auth"),
        (["--level", "MUSTN"], "did you mean MUST?"),
        (["--needs", "worker:taketest"], "did you mean worker:take-test?"),
        (["--version", "2014-08-16"], "did you mean 2014-08-15?"),
        (["--select", "Common.AWSAccessKey.required"], f"did you mean {KEY}?"),
        (["--select", "Zebra.*"], "there is no requirement 'Zebra.*'"),
        (["--article", "Price", "--kind", "auth"], "no requirement is all of this at once"),
    ],
)
def test_a_selection_that_finds_nothing_is_wrong_usage(options: list[str], told: str) -> None:
    """The nearest that exists is named."""
    result = CliRunner().invoke(program, ["list", *options])
    assert result.exit_code == 2
    assert told in result.stderr


def test_where_many_values_are_known_the_nearest_is_told_alone() -> None:
    """Seventy articles are no help to one who slipped in one letter."""
    told = CliRunner().invoke(program, ["list", "--article", "GrantQualifications"]).stderr
    assert "Known" not in told
    assert len(told) < 120


def on_a_terminal(*options: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the lines that ``list`` writes where standard output is a terminal so wide."""
    monkeypatch.setenv("COLUMNS", str(columns))
    with monkeypatch.context() as patched:
        patched.setattr("conformance.cli.list.sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True)))
        return CliRunner().invoke(program, ["list", *options]).output.splitlines()


@pytest.mark.parametrize("columns", [60, 100, 160])
def test_a_terminal_shows_all_articles_apart_and_no_line_is_folded(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A heading with the count before each article, its own width of the ids, and the sum at the end."""
    lines = on_a_terminal(columns=columns, monkeypatch=monkeypatch)
    articles = sorted({requirement.article for requirement in requirements().values()})
    headings = [line for line in lines if re.fullmatch(r"\w+ \(\d+\)", line)]
    assert [heading.partition(" ")[0] for heading in headings] == articles
    assert lines[-1].startswith(f"{len(requirements())} requirements in {len(articles)} articles")
    rows = [line for line in lines if line.split(" ")[0] in requirements()]
    assert len(rows) == len(requirements())
    assert all(len(row) <= max(columns, len(row.split(" ")[0]) + 2) for row in rows)
    prices = {row.index(" MUST ") for row in rows if row.startswith("Price.") and " MUST " in row}
    assert len(prices) == 1


def test_one_requirement_is_counted_in_the_singular(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line of a terminal's table."""
    last = on_a_terminal("--select", KEY, columns=100, monkeypatch=monkeypatch)[-1]
    assert last.startswith("1 requirement in 1 article;")
