"""``explain``."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from conformance.cli import program
from conformance.cli.explain import UNDECIDED
from conformance.spec.requirements import cases_of, requirements, requirements_of

KEY = "Common.AWSAccessKeyId.required"
ONLY = {"soap": "SOAP only", "query": "Query only", "json": "JSON only"}


def explained(pattern: str) -> str:
    result = CliRunner().invoke(program, ["explain", pattern])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("article", sorted({known.article for known in requirements().values()}))
def test_everything_known_about_a_requirement_is_told(article: str) -> None:
    """The sentence, how it is decided, its source, and the other fields that are set."""
    blocks = explained(f"{article}.*").strip().split("\n\n")
    assert [block.partition("\n")[0] for block in blocks] == sorted(requirements_of(article))
    for block in blocks:
        known = requirements()[block.partition("\n")[0]]
        told = [known.id, known.text, known.how, known.source, known.confidence, known.real_service, known.kind]
        told += [known.in_2017 or ""]
        told += [known.disputed or "", known.untestable or "", *known.needs]
        told += [*known.code.any_of, known.code.evidence] if known.code else []
        told += [ONLY[known.transport]] if known.transport else []
        told += [case.id for case in cases_of(known.id)]
        for part in told:
            assert part in block


@pytest.mark.parametrize(
    ("id_", "told"),
    [
        ("GrantBonus.pays", "  suite         bonuses/pays-to-the-cent\n"),
        ("GrantBonus.WorkerId.required", "  sweep         WorkerId missing, in 2006-10-31 to 2017-01-17\n"),
        ("Common.Response.is-valid", "  check         envelope/is-valid-is-exact: IsValid is True without errors"),
        ("GetHIT.Result.element", "  check         envelope/success-has-one-result: "),
        ("QuestionForm.style-single", "  audit         documents/selections: a document in a file\n"),
        ("Common.Response.well-formed", "  audit         a document or a message in a file\n"),
        ("Common.SOAP.batch", "  suite         soap/several-requests-in-one-message: What is wrong"),
    ],
)
def test_what_decides_a_requirement_is_told(id_: str, told: str) -> None:
    """Checks, suites, sweeps, files alone."""
    assert told in explained(id_)


def test_that_nothing_decides_a_requirement_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As while it is being added."""
    monkeypatch.setattr("conformance.cli.explain.suites_for", lambda requirement: ())
    assert f"  decided by    {UNDECIDED}\n" in explained("Common.SOAP.batch")


def test_an_untestable_requirement_is_not_called_undecided() -> None:
    """It says why no test can decide it."""
    untestable = next(known for known in requirements().values() if known.untestable)
    assert UNDECIDED not in explained(untestable.id)


def test_explaining_one_requirement_imports_no_pytest() -> None:
    """With the suites and what they need it would take three times as long."""
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from conformance.cli import program\n"
        "print(CliRunner().invoke(program, ['explain', 'ApproveAssignment.pays']).exit_code)\n"
        "print(sorted({'pytest', 'hypothesis', 'requests', 'rich', 'xmlschema'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["0", "[]"]


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


def test_the_newer_name_of_an_operation_explains_the_same() -> None:
    """And it is told beside the kit's, where the requirement holds in 2017-01-17."""
    text = explained("SendBonus.Reason.required")
    assert text == explained("GrantBonus.Reason.required")
    assert text.startswith("GrantBonus.Reason.required\n")
    assert "  2017-01-17    GrantBonus is called SendBonus there\n" in text
    ended = next(known for known in requirements().values() if known.article == "GrantBonus" and not known.in_2017)
    assert "SendBonus" not in explained(ended.id)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("Common.AWSAccesKeyId.required", f"did you mean {KEY}?"),
        ("SendBonsu.Reason.required", "did you mean SendBonus.Reason.required?"),
        ("Zebra.*", "list` shows all"),
    ],
)
def test_an_unknown_id_is_wrong_usage(pattern: str, told: str) -> None:
    """The nearest id is named, if one is near."""
    result = CliRunner().invoke(program, ["explain", pattern])
    assert result.exit_code == 2
    assert told in result.stderr
