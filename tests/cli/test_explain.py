"""``explain``."""

import pytest
from click.testing import CliRunner

from conformance.cli import program
from conformance.spec.requirements import cases, requirements

KEY = "Common.AWSAccessKeyId.required"


def explained(pattern: str) -> str:
    result = CliRunner().invoke(program, ["explain", pattern])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("id_", sorted(requirements()))
def test_everything_known_about_a_requirement_is_told(id_: str) -> None:
    """The sentence, how it is decided, its source, and the other fields that are set."""
    known, text = requirements()[id_], explained(id_)
    told = [known.id, known.text, known.how, known.source, known.confidence, known.real_service, known.kind]
    told += [known.disputed or "", known.untestable or "", *known.needs]
    told += [*known.code.any_of, known.code.evidence] if known.code else []
    told += [case.id for case in cases() if case.verifies == id_]
    for part in told:
        assert part in text


def test_the_level_is_told_for_each_stretch_of_versions() -> None:
    """Where a MUST was read from a later version only, it is a SHOULD before."""
    text = explained(KEY)
    assert "SHOULD in 2006-10-31 to 2008-04-01\n" in text
    assert "MUST in 2008-08-02 to 2014-08-15\n" in text
    ended = next(known for known in requirements().values() if known.until)
    assert f"not in force in {ended.until}" in explained(ended.id)


def test_a_case_is_told_with_what_it_sends() -> None:
    """What is left out, and what is expected."""
    assert f"{KEY}: GetAccountBalance, to be refused; without AWSAccessKeyId" in explained(KEY)


def test_a_glob_explains_all_that_match() -> None:
    """They come in order, with an empty line between."""
    blocks = explained("Common.Signature.*").split("\n\n")
    ids = [block.splitlines()[0] for block in blocks]
    assert ids == sorted(id_ for id_ in requirements() if id_.startswith("Common.Signature."))


@pytest.mark.parametrize(
    ("pattern", "told"),
    [("Common.AWSAccesKeyId.required", f"did you mean {KEY}?"), ("Zebra.*", "list` shows all")],
)
def test_an_unknown_id_is_wrong_usage(pattern: str, told: str) -> None:
    """The nearest id is named, if one is near."""
    result = CliRunner().invoke(program, ["explain", pattern])
    assert result.exit_code == 2
    assert told in result.stderr
