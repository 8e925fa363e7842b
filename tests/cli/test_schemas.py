"""``schemas export``: the files, and what happens where they cannot be written."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from conformance.cli import program
from conformance.spec.export import exported_files
from conformance.spec.versions import LATEST, TODAY


def export(*arguments: str | Path) -> Result:
    return CliRunner().invoke(program, ["schemas", "export", *map(str, arguments)])


def content(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("version", ["2006-10-31", LATEST, TODAY])
def test_the_files_of_a_version_are_written_and_told(version: str, tmp_path: Path) -> None:
    """One line a file; the folder is made, with those above it."""
    folder = tmp_path / "made" / "here"
    result = export("--version", version, folder)
    assert result.exit_code == 0
    assert content(folder) == exported_files(version)
    assert sorted(result.output.splitlines()) == sorted(str(folder / name) for name in exported_files(version))


def test_the_version_of_json_has_no_wsdl(tmp_path: Path) -> None:
    """Its schema stands alone, has the names of the versions before, and says so."""
    assert export("--version", TODAY, tmp_path).exit_code == 0
    assert list(tmp_path.glob("*.wsdl")) == []
    text = (tmp_path / "AWSMechanicalTurkRequester.xsd").read_text("utf-8")
    schema = etree.XMLSchema(etree.fromstring(text.encode()))
    assert "whose messages are JSON, under the names that the versions of XML have" in text
    message = "<RejectAssignment><Request><AssignmentId>A</AssignmentId>{}</Request></RejectAssignment>"
    assert not schema.validate(etree.fromstring(message.format("")))
    assert schema.validate(etree.fromstring(message.format("<RequesterFeedback>no</RequesterFeedback>")))


def test_the_latest_version_is_what_is_meant_without_one(tmp_path: Path) -> None:
    """As for every other command."""
    assert export(tmp_path).exit_code == 0
    assert content(tmp_path) == exported_files(LATEST)


def test_only_files_of_the_same_names_are_overwritten(tmp_path: Path) -> None:
    """So that a second export is the newest, and what else lies there stays."""
    (tmp_path / "AWSMechanicalTurkRequester.wsdl").write_text("old", "utf-8")
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    assert export(tmp_path).exit_code == 0
    assert content(tmp_path) == {**exported_files(LATEST), "mine.txt": b"mine"}


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    """It is left as it is."""
    place = tmp_path / "file"
    place.write_text("mine", "utf-8")
    result = export(place)
    assert result.exit_code == 2
    assert f"error: cannot write {place / 'AWSMechanicalTurkRequester.wsdl'}: " in result.output
    assert "Name a folder" in result.output
    assert place.read_text("utf-8") == "mine"


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    """It cannot be written, whoever asks (root can write everywhere else)."""
    (tmp_path / "AWSMechanicalTurkRequester.xsd").mkdir()
    result = export(tmp_path)
    assert result.exit_code == 2
    assert "AWSMechanicalTurkRequester.xsd: Is a directory" in result.output


def test_an_unknown_version_is_told_and_nothing_written(tmp_path: Path) -> None:
    """With the nearest known one."""
    folder = tmp_path / "out"
    result = export("--version", "2014-08-14", folder)
    assert result.exit_code == 2
    assert "did you mean 2014-08-15?" in result.output
    assert not folder.exists()


def test_the_folder_has_to_be_named() -> None:
    """Nothing is ever written to where nobody said."""
    result = export()
    assert result.exit_code == 2
    assert "Missing argument 'DIR'" in result.output
