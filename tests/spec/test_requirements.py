"""The requirements and cases: the kit's own files, and how little of them a look-up reads."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.spec.case_files import FOLDERS
from conformance.spec.data import cases_dir
from conformance.spec.requirements import (
    PAID_FOR,
    Catalogue,
    Requirement,
    cases,
    cases_of,
    operations,
    read_catalogue,
    requirements,
    requirements_of,
)
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.wire.flattening import flatten, unflatten

SCHEMA = json.loads((cases_dir() / "case.schema.json").read_text("utf-8"))
FILES = sorted(path for folder in FOLDERS for path in (cases_dir() / folder).rglob("*.toml"))


def requirement(**fields: Any) -> Requirement:
    """Build a requirement of level MUST with the given fields."""
    common: dict[str, Any] = {
        "id": "GetHIT.sample",
        "level": "MUST",
        "kind": "state",
        "text": "A sentence.",
        "how": "A way to decide it.",
        "source": "A page.",
        "confidence": "documented",
        "real_service": "unknown",
    }
    return Requirement(**common | fields)


# The kit's own files


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_is_valid_against_the_published_schema(path: Path) -> None:
    """A full JSON Schema validator agrees with the loader's own reading of the vocabulary."""
    jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(path.read_text("utf-8")))


def test_the_schema_is_valid_and_describes_every_property() -> None:
    """The vocabulary is documented where it is defined; nothing is left open."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for name, rule in {"file": SCHEMA, **SCHEMA["$defs"]}.items():
        if rule["type"] == "object" and "properties" in rule:
            assert rule["additionalProperties"] is False, name
            assert all("description" in each for each in rule["properties"].values()), name


def test_the_schema_uses_only_keywords_that_the_loader_understands() -> None:
    """A keyword that only the full validator knows would be checked in the tests and not when files are loaded."""
    understood = {"type", "properties", "additionalProperties", "required", "items", "enum", "pattern", "$ref"}
    comments = {"$schema", "$defs", "title", "description"}

    def keywords(rule: Any) -> set[str]:
        if not isinstance(rule, dict):
            return set()
        below = [*rule.get("properties", {}).values(), *rule.get("$defs", {}).values()]
        below += [rule.get("items"), rule.get("additionalProperties")]
        return set(rule).union(*map(keywords, below))

    assert keywords(SCHEMA) <= understood | comments


def test_all_requirements_and_operations_are_loaded() -> None:
    """The count guards against a folder that is no longer read; the ids are spot checks from each folder."""
    assert len(requirements()) == 1543
    assert {
        "Common.REST.get",
        "GrantBonus.pays",
        "QualificationRequest.SubjectId",
        "StateMachine.HIT.unassignable",
    } <= set(requirements())
    assert len(operations()) == 48
    assert operations()["CreateQualificationType"].creates == "QualificationType"
    assert operations()["RejectQualificationRequest"].effect == "change"
    assert {name for name, traits in operations().items() if traits.pays} == {
        "ApproveAssignment",
        "ApproveRejectedAssignment",
        "ChangeHITTypeOfHIT",
        "CreateHIT",
        "CreateHITWithHITType",
        "ExtendHIT",
        "GrantBonus",
    }


def test_all_files_together_break_no_law() -> None:
    """What is read article by article elsewhere is read as a whole here."""
    whole = read_catalogue(cases_dir())
    assert dict(whole.requirements) == dict(requirements())
    assert dict(whole.operations) == dict(operations())
    assert whole.cases == cases()


def test_every_case_belongs_to_a_requirement_and_has_an_id_of_its_own() -> None:
    """Reports and ledgers name a case by its id alone."""
    assert len({case.id for case in cases()}) == len(cases())
    for case in cases():
        assert case.id.partition("/")[0] == case.verifies
        assert case.verifies in requirements()


def test_a_case_that_needs_a_worker_belongs_to_a_requirement_that_says_so() -> None:
    """Otherwise a target without a worker driver would show it as blocked and not as not measured."""
    needed = {
        "pending-request": {"worker:request-qualification"},
        "submitted-assignment": {"worker:submit", "approved-assignment"},
        "approved-assignment": {"approved-assignment"},
    }
    for case in cases():
        for precondition in needed.keys() & set(case.given):
            assert needed[precondition] & set(requirements()[case.verifies].needs), case.id


def test_a_case_sends_its_parameters_by_the_names_that_stand_in_the_file() -> None:
    """They travel as a tree of elements: a name that is not the documented one would be sent as another."""
    for case in cases():
        sent = flatten(unflatten(case.parameters.items()))
        assert sorted(sent) == sorted(case.parameters.items()), case.id


def test_a_case_sends_only_parameters_that_its_operation_has() -> None:
    """In every version in which it is run: a misspelt name would test something else; but for the one that is meant."""
    for case in (case for case in cases() if case.verifies != "Common.Parameters.unknown"):
        for version in filter(case.holds_in, VERSIONS):
            if case.operation:
                known = {element.name for element in shapes_for(version).operation(case.operation).request.elements}
                assert {name.partition(".")[0] for name in case.parameters} <= known, (case.id, version)


def test_no_text_names_a_file_of_the_sources() -> None:
    """A reader has the documents, not our copies of them."""
    for each in requirements().values():
        shown = " ".join(filter(None, (each.text, each.how, each.source, each.disputed, each.untestable)))
        assert not re.search(r"\.txt|legacy:|ref0808|xsd0706|\[secondary\]", shown), each.id


def test_fields_are_read_as_they_stand_in_the_file() -> None:
    """One requirement and its case, field by field."""
    found = requirements()["RejectQualificationRequest.QualificationRequestId.valid"]
    assert (found.level, found.kind, found.article) == ("MUST", "error", "RejectQualificationRequest")
    assert found.code is not None
    assert found.code.any_of == ("AWS.MechanicalTurk.QualificationRequestDoesNotExist",)
    assert found.code.level == "SHOULD"
    (case,) = (case for case in cases() if case.verifies == found.id)
    assert case.id == found.id
    assert case.operation == "RejectQualificationRequest"
    assert case.parameters == {"QualificationRequestId": "{unknown-id}"}
    assert (case.method, case.path, case.signing, case.expect) == ("POST", None, "documented", "refused")


def test_a_case_may_ask_that_nothing_is_paid() -> None:
    """``unpaid`` is off unless it is written down; a member of a structure goes by its flattened name."""
    (currency,) = (case for case in cases() if case.verifies == "GrantBonus.BonusAmount.currency")
    assert (currency.expect, currency.unpaid, currency.given) == ("refused", True, (PAID_FOR,))
    assert currency.parameters["BonusAmount.1.CurrencyCode"] == "EUR"
    (sample,) = (case for case in cases() if case.verifies == "GrantBonus.sample-call")
    assert (sample.expect, sample.unpaid) == ("accepted", False)


def test_a_refused_bonus_is_never_paid() -> None:
    """Every case that a bonus must be refused looks at the payments as well."""
    refused = [case for case in cases() if case.operation == "GrantBonus" and case.expect == "refused"]
    assert refused
    assert all(case.unpaid for case in refused)


def test_a_case_without_dates_has_those_of_its_requirement() -> None:
    """The sample call of 2006 is run in 2006 only."""
    (case,) = (case for case in cases() if case.verifies == "RejectQualificationRequest.sample-call")
    assert [version for version in VERSIONS if case.holds_in(version)] == ["2006-10-31"]


def test_listing_imports_no_validator() -> None:
    """Importing jsonschema takes longer than reading all the files."""
    code = (
        "import sys; from conformance.spec.requirements import requirements; requirements();"
        "sys.exit('jsonschema' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0


# What is read when


def opened(code: str) -> list[str]:
    """Return the case files that a fresh interpreter opens while it runs ``code``, by their place below cases/."""
    watch = (
        "import sys; seen = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and seen.append(str(args[0])))\n"
        "from conformance.spec.requirements import *\n"
        f"{code}\n"
        "for name in sorted(set(seen)): name.endswith('.toml') and print(name)"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", watch], capture_output=True, text=True, check=True)
    return [str(Path(name).relative_to(cases_dir())) for name in ran.stdout.splitlines()]


def files_of(place: str) -> list[str]:
    """Return the files of an article's folder."""
    return sorted(str(path.relative_to(cases_dir())) for path in (cases_dir() / place).rglob("*.toml"))


@pytest.mark.parametrize(
    "code",
    [
        "requirements()['GrantBonus.pays']",
        "assert 'GrantBonus.pays' in requirements()",
        "assert requirements().get('GrantBonus.no-such-thing') is None",
        "operations()['GrantBonus']",
        "cases_of('GrantBonus.sample-call')",
        "requirements_of('GrantBonus')",
    ],
)
def test_a_look_up_reads_one_article(code: str) -> None:
    """The article is the first part of the id."""
    assert opened(code) == files_of("operations/GrantBonus")


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("requirements()['Common.REST.get']", lambda: files_of("common")),
        ("requirements_of('Price')", lambda: ["structures/Price.toml"]),
        ("requirements_of('WorkerSide')", lambda: ["behaviour/WorkerSide.toml"]),
        ("requirements().get('GetHit.element')", lambda: []),
        ("requirements().get('')", lambda: []),
        ("requirements_of('../operations/GetHIT')", lambda: []),
        ("requirements()", lambda: []),
    ],
)
def test_an_article_lies_in_one_of_the_folders_or_nowhere(code: str, files: Callable[[], list[str]]) -> None:
    """Names are compared to the letter, also where the file system does not."""
    assert opened(code) == files()


@pytest.mark.parametrize("code", ["len(requirements())", "list(requirements())", "cases()", "len(operations())"])
def test_what_is_about_all_reads_all(code: str) -> None:
    """Every file once."""
    assert opened(code) == sorted(str(path.relative_to(cases_dir())) for path in FILES)


def test_a_part_is_the_same_as_in_the_whole() -> None:
    """Read alone or with all others."""
    alone = Catalogue(cases_dir())
    for name, found in requirements().items():
        assert alone.requirements[name] == found
        assert requirements_of(found.article)[name] is found
        assert cases_of(name) == tuple(case for case in cases() if case.verifies == name)
    with pytest.raises(KeyError):
        alone.requirements["GetHIT.no-such-thing"]
    assert "GetHIT.no-such-thing" not in alone.requirements
    assert "Price" not in alone.operations


# Versions


def test_a_must_is_a_should_before_the_version_it_was_read_from() -> None:
    """``must_since`` dates the MUST, not the requirement."""
    dated = requirement(must_since="2008-08-02")
    assert dated.level_in("2008-04-01") == "SHOULD"
    assert dated.level_in("2008-08-02") == "MUST"
    assert dated.holds_in("2006-10-31")


def test_an_undated_level_is_the_same_in_every_version() -> None:
    """Without ``must_since`` nothing changes, whatever the level."""
    assert {requirement().level_in(version) for version in VERSIONS} == {"MUST"}
    assert {requirement(level="MAY").level_in(version) for version in VERSIONS} == {"MAY"}


def test_since_is_inclusive_and_until_exclusive() -> None:
    """The same words as in the schemas."""
    dated = requirement(since="2007-06-21", until="2012-03-25")
    held = [version for version in VERSIONS if dated.holds_in(version)]
    assert held == ["2007-06-21", "2008-04-01", "2008-08-02", "2011-10-01"]
    assert not dated.holds_in(LATEST)
