"""``list``."""

import json

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
        *("must_since", "needs", "code", "disputed", "untestable"),
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
    assert ids("--select", "Common.AWS*", "--select", "Common.Signature.required") == [KEY, "Common.Signature.required"]
    assert set(ids("--article", "Common", "--level", "MAY")) < set(ids("--article", "Common"))


def test_a_version_shows_what_holds_in_it_at_its_level_there() -> None:
    """A MUST read from a later version only is a SHOULD before."""
    old = CliRunner().invoke(program, ["list", "--version", "2006-10-31", "--select", KEY]).output
    assert old.split()[1] == "SHOULD"
    assert KEY in ids("--version", "2008-08-02", "--level", "MUST")
    assert KEY not in ids("--version", "2006-10-31", "--level", "MUST")
    assert len(ids("--version", "2014-08-15")) < len(ids())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--article", "GrantQualifications"], "the article 'GrantQualifications'; did you mean GrantQualification?"),
        (["--kind", "zzz"], "the kind 'zzz'. Known: auth"),
        (["--level", "MUSTN"], "did you mean MUST?"),
        (["--needs", "worker:taketest"], "did you mean worker:take-test?"),
        (["--version", "2014-08-16"], "did you mean 2014-08-15?"),
        (["--select", "Common.AWSAccessKey.required"], f"did you mean {KEY}?"),
        (["--select", "Zebra.*"], "there is no requirement 'Zebra.*'"),
        (["--article", "GrantQualification", "--kind", "auth"], "no requirement is all of this at once"),
    ],
)
def test_a_selection_that_finds_nothing_is_wrong_usage(options: list[str], told: str) -> None:
    """The nearest that exists is named."""
    result = CliRunner().invoke(program, ["list", *options])
    assert result.exit_code == 2
    assert told in result.stderr
