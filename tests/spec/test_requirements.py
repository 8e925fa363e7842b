"""The requirements and cases: the kit's own files, and the laws that refuse bad ones."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.errors import KitError
from conformance.spec.case_files import FOLDERS
from conformance.spec.data import cases_dir
from conformance.spec.requirements import PAID_FOR, Requirement, cases, operations, read_catalogue, requirements
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.wire.flattening import flatten, unflatten

SCHEMA = json.loads((cases_dir() / "case.schema.json").read_text("utf-8"))
FILES = sorted(path for folder in FOLDERS for path in (cases_dir() / folder).rglob("*.toml"))

OPERATION = '[operation]\nname = "GetHIT"\neffect = "read"\n'
REQUIREMENT = """
[[requirement]]
id = "GetHIT.sample"
level = "SHOULD"
confidence = "documented"
real_service = "unknown"
kind = "state"
text = "A sentence."
how = "A way to decide it."
source = "A page."
"""
CASE = '[[requirement.case]]\nexpect = "accepted"\n'
REFUSED = '[[requirement.case]]\nexpect = "refused"\n'


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


def planted(directory: Path, **files: str) -> Path:
    """Write operations files named by ``files`` beside a copy of the schema and return the folder."""
    shutil.copy(cases_dir() / "case.schema.json", directory)
    (directory / "operations").mkdir()
    for name, text in files.items():
        (directory / "operations" / f"{name}.toml").write_text(text, "utf-8")
    return directory


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
    assert len(requirements()) == 110
    assert {"Common.REST.get", "GrantBonus.pays", "QualificationRequest.SubjectId"} <= set(requirements())
    assert len(operations()) == 17
    assert operations()["CreateQualificationType"].creates == "QualificationType"
    assert operations()["RejectQualificationRequest"].effect == "change"
    assert {name for name, traits in operations().items() if traits.pays} == {
        "ApproveAssignment",
        "CreateHIT",
        "GrantBonus",
    }


def test_every_case_belongs_to_a_requirement_and_has_an_id_of_its_own() -> None:
    """Reports and ledgers name a case by its id alone."""
    assert len({case.id for case in cases()}) == len(cases())
    for case in cases():
        assert case.id.partition("/")[0] == case.verifies
        assert case.verifies in requirements()


def test_a_case_that_needs_a_worker_belongs_to_a_requirement_that_says_so() -> None:
    """Otherwise a target without a worker driver would show it as blocked and not as not measured."""
    needed = {
        "pending-request": "worker:request-qualification",
        "submitted-assignment": "approved-assignment",
        "approved-assignment": "approved-assignment",
    }
    for case in cases():
        for precondition in needed.keys() & set(case.given):
            assert needed[precondition] in requirements()[case.verifies].needs, case.id


def test_a_case_sends_its_parameters_by_the_names_that_stand_in_the_file() -> None:
    """They travel as a tree of elements: a name that is not the documented one would be sent as another."""
    for case in cases():
        sent = flatten(unflatten(case.parameters.items()))
        assert sorted(sent) == sorted(case.parameters.items()), case.id


def test_a_case_sends_only_parameters_that_its_operation_has() -> None:
    """In every version in which it is run: a misspelt name would test something else."""
    for case in cases():
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
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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


# The laws


def test_a_faultless_file_is_accepted(tmp_path: Path) -> None:
    """What the planted faults below are planted in."""
    found = read_catalogue(planted(tmp_path, GetHIT=OPERATION + REQUIREMENT + CASE))
    assert list(found.requirements) == ["GetHIT.sample"]
    assert [case.id for case in found.cases] == ["GetHIT.sample"]


def test_an_article_may_be_a_folder(tmp_path: Path) -> None:
    """A long article is split by kind; its ids stay."""
    directory = planted(tmp_path, GetHIT=OPERATION)
    (directory / "operations" / "GetHIT").mkdir()
    (directory / "operations" / "GetHIT" / "state.toml").write_text(REQUIREMENT, "utf-8")
    assert list(read_catalogue(directory).requirements) == ["GetHIT.sample"]


MUST = 'level = "MUST"'
SHOULD = 'level = "SHOULD"'
DOCUMENTED = '\nconfidence = "documented"'
UNKNOWN = '\nreal_service = "unknown"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (SHOULD + DOCUMENTED, MUST + '\nconfidence = "inferred"', "inferred requirement is at most SHOULD; lower"),
        (
            SHOULD + DOCUMENTED + UNKNOWN,
            MUST + DOCUMENTED + '\nreal_service = "contradicted"',
            "contradicts is at most SHOULD; lower",
        ),
        (SHOULD, SHOULD + '\nmust_since = "2008-08-02"', "must_since belongs to a MUST; remove"),
        (SHOULD, SHOULD + '\nuntestable = "Why not."', "untestable and has cases; remove"),
        (SHOULD, SHOULD + '\nsince = "2008-08-03"', "since = '2008-08-03' is not a version.*mean 2008-08-02"),
        (SHOULD, SHOULD + '\nuntil = "2020-01-01"', "until = '2020-01-01' is not a version"),
        (SHOULD, MUST + '\nmust_since = "2008-01-01"', "must_since = '2008-01-01' is not a version"),
        (SHOULD, SHOULD + '\nsince = "2008-08-02"\nuntil = "2008-08-02"', "does not come before until"),
        (SHOULD, MUST + '\nmust_since = "2008-08-02"\nuntil = "2008-04-01"', "must_since 2008-08-02 does not come"),
        (SHOULD, SHOULD + "\nsince = 2008-08-02", "GetHIT.sample, since: .* wrong type; write it as .* string"),
        (SHOULD, SHOULD + '\nkinds = "state"', "unknown key 'kinds'.*; did you mean kind"),
        (SHOULD, 'level = "MUSTN\'T"', "level: .* is not known.*; did you mean MUST"),
        (SHOULD, "", "requirement GetHIT.sample: the key 'level' is missing; add it"),
        (SHOULD, SHOULD + '\nneeds = ["worker:sumbit"]', "needs 1: 'worker:sumbit' is not .* mean worker:submit"),
        ('text = "A sentence."', 'text = " "', "text: ' ' does not have the form"),
        ("GetHIT.sample", "GetHit.sample", "the ids of this file start with 'GetHIT'; rename"),
        ("GetHIT.sample", "GetHIT", "id: 'GetHIT' does not have the form"),
        (REQUIREMENT, REQUIREMENT + REQUIREMENT, "the id is used twice"),
        (CASE, CASE + CASE, "same name, or none"),
        (CASE, CASE + 'operation = "GetHITs"', "operation 'GetHITs' is not known.*; did you mean GetHIT"),
        (CASE, CASE + 'each = "operations"\noperation = "GetHIT"', "remove operation"),
        (CASE, CASE + 'verifies = "GetHIT.other"', "unknown key 'verifies'"),
        ('"accepted"', '"acepted"', "expect: 'acepted' is not known.*; did you mean accepted"),
        (CASE, CASE + 'since = "2008-08-03"', "since = '2008-08-03' is not a version"),
        (CASE, CASE + 'given = ["pending-requests"]', "'pending-requests' is not known.*; did you mean pending"),
        (CASE, CASE + 'parameters = { A = "{unknown-ids}" }', "{unknown-ids} is not known.*; did you mean unknown-id"),
        (CASE, CASE + 'parameters = { A = "{text:0}" }', "{text:0} is not known"),
        (CASE, CASE + 'parameters = { A = "{pending-request.SubjectId}" }', "add 'pending-request' to given"),
        (CASE, CASE + 'given = ["pending-request"]\nparameters = { A = "{pending-request.Id}" }', "Id} is not known"),
        (CASE, CASE + 'parameters = { A = "{token:x}" }', "{token:x} is not known.*wide-token:N"),
        (CASE, CASE + 'parameters = { "A.0.B" = "5" }', "'A.0.B' has the index 0.*; correct its name"),
        (CASE, CASE + 'parameters = { A = "5", "A.1.B" = "5" }', "both as a value and as a structure"),
        (CASE, CASE + 'unpaid = "yes"', "case 1, unpaid: 'yes' is of the wrong type"),
        (CASE, CASE + 'unpaid = true\ngiven = ["approved-assignment"]', "unpaid goes with expect = .refused"),
        (CASE, REFUSED + "unpaid = true", "add 'approved-assignment' to given"),
        (CASE, CASE + "parameters = { A = 5 }", "case 1, parameters, A: 5 is of the wrong type"),
        ('name = "GetHIT"', 'name = "GetHITs"', r"\[operation\] GetHITs stands in the wrong file; move"),
        ('effect = "read"', 'effect = "create"', "creates goes with effect"),
        (OPERATION, "", r"no header; add \[operation\]"),
        ("[operation]", "[operation", "cannot read .*Correct"),
    ],
)
def test_a_file_that_breaks_a_law_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    """The message names the file and says what is wrong and what to do."""
    good = OPERATION + REQUIREMENT + CASE
    assert old in good
    directory = planted(tmp_path, GetHIT=good.replace(old, new, 1))
    with pytest.raises(KitError, match=message) as raised:
        read_catalogue(directory)
    assert str(directory / "operations" / "GetHIT.toml") in str(raised.value)


def test_two_headers_for_one_operation_are_refused(tmp_path: Path) -> None:
    """An article in several files has its header in one of them."""
    directory = planted(tmp_path, GetHIT=OPERATION)
    (directory / "operations" / "GetHIT").mkdir()
    (directory / "operations" / "GetHIT" / "state.toml").write_text(OPERATION, "utf-8")
    with pytest.raises(KitError, match="stands in two files; keep one"):
        read_catalogue(directory)
