"""The laws of the requirements and cases: a file that breaks one is refused as a whole."""

import shutil
from pathlib import Path

import pytest

from conformance.errors import KitError
from conformance.spec.data import cases_dir
from conformance.spec.requirements import Catalogue, read_catalogue

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


def planted(directory: Path, **files: str) -> Path:
    """Write operations files named by ``files`` beside a copy of the schema and return the folder."""
    shutil.copy(cases_dir() / "case.schema.json", directory)
    (directory / "operations").mkdir()
    for name, text in files.items():
        (directory / "operations" / f"{name}.toml").write_text(text, "utf-8")
    return directory


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


def test_behaviour_is_read_like_the_other_folders(tmp_path: Path) -> None:
    """Life cycles and the worker's side are articles that are neither operation nor structure."""
    directory = planted(tmp_path, GetHIT=OPERATION)
    (directory / "behaviour").mkdir()
    text = REQUIREMENT.replace("GetHIT.sample", "WorkerSide.sample") + CASE + 'operation = "GetHIT"\n'
    (directory / "behaviour" / "WorkerSide.toml").write_text(text, "utf-8")
    found = read_catalogue(directory)
    assert found.requirements["WorkerSide.sample"].article == "WorkerSide"
    assert [case.operation for case in found.cases] == ["GetHIT"]


def test_a_requirement_may_be_about_soap_alone_and_a_code_may_be_nobodys(tmp_path: Path) -> None:
    """Two words of the vocabulary that few requirements use."""
    code = 'transport = "soap"\ncode = { any_of = ["AWS.X"], level = "SHOULD", evidence = "none" }\n'
    found = read_catalogue(planted(tmp_path, GetHIT=OPERATION + REQUIREMENT + code)).requirements["GetHIT.sample"]
    assert found.transport == "soap"
    assert found.code is not None
    assert (found.code.any_of, found.code.evidence) == (("AWS.X",), "none")


def test_an_article_that_breaks_a_law_spoils_no_other(tmp_path: Path) -> None:
    """It is refused when it is asked for, and by whatever asks for all."""
    good = OPERATION + REQUIREMENT
    bad = good.replace("GetHIT", "GetBlockedWorkers").replace('"SHOULD"', '"MUST"').replace("documented", "inferred")
    catalogue = Catalogue(planted(tmp_path, GetHIT=good, GetBlockedWorkers=bad))
    assert catalogue.requirements["GetHIT.sample"].level == "SHOULD"
    for ask in (
        lambda: catalogue.requirements["GetBlockedWorkers.sample"],
        lambda: len(catalogue.requirements),
        lambda: list(catalogue.operations),
        lambda: catalogue.cases,
    ):
        with pytest.raises(KitError, match="inferred requirement is at most SHOULD"):
            ask()


def test_an_id_is_used_once_in_all_folders(tmp_path: Path) -> None:
    """An article may lie in two folders; what they state is one."""
    directory = planted(tmp_path, GetHIT=OPERATION + REQUIREMENT)
    (directory / "structures").mkdir()
    (directory / "structures" / "GetHIT.toml").write_text(REQUIREMENT, "utf-8")
    with pytest.raises(KitError, match="the id is used twice"):
        Catalogue(directory).requirements.get("GetHIT.sample")


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
        (SHOULD, SHOULD + '\ntransport = "rest"', "transport: 'rest' is not known; use one of query, soap"),
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
