"""The files for other tools: plain, equal each time, and the same schemas that the kit judges by."""

from pathlib import Path

import pytest
from lxml import etree

from conformance.errors import UsageError
from conformance.spec.annotated_xsd import XS
from conformance.spec.data import schemas_dir
from conformance.spec.export import _data_schemas, exported_files
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, VERSIONS

MESSAGES = "AWSMechanicalTurkRequester"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_of_the_messages_is_the_one_that_soap_is_judged_by(version: str) -> None:
    """White space apart; so both validators take it, as the tests of the shapes show."""
    written = etree.fromstring(exported_files(version)[f"{MESSAGES}.xsd"])
    judged = shapes_for(version).document(MESSAGE_NAMESPACE + version)
    forms = [etree.tostring(root, method="c14n2", strip_text=True) for root in (written, judged)]
    assert forms[0] == forms[1]
    etree.XMLSchema(written)


def test_the_schemas_of_documents_are_those_that_documents_are_judged_by() -> None:
    """All of the folder, under their names; without the kit's annotations they compile and name the same things."""
    files = exported_files(LATEST)
    sources = {file.name: etree.parse(str(file)).getroot() for file in (schemas_dir() / "data").glob("*.xsd")}
    assert len(sources) >= 2
    assert set(files) == {f"{MESSAGES}.xsd", f"{MESSAGES}.wsdl", *sources}
    for name, source in sources.items():
        root = etree.fromstring(files[name])
        etree.XMLSchema(root)
        assert root.get("targetNamespace") == source.get("targetNamespace")
        for tag in ("element", "attribute", "complexType", "simpleType", "enumeration"):
            kept = [(node.get("name"), node.get("type"), node.get("value")) for node in root.iter(XS + tag)]
            assert kept == [(node.get("name"), node.get("type"), node.get("value")) for node in source.iter(XS + tag)]


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_of_the_kit_is_in_the_files(version: str) -> None:
    """Neither its annotations nor the declaration of their namespace, nor the comments on history."""
    for name, content in exported_files(version).items():
        assert b"mturk-conformance" not in content, name
        assert b"<!--" not in content, name
        assert content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<"), name
        assert content.endswith(b">\n"), name


def test_the_files_can_be_read_and_compared_line_by_line() -> None:
    """One element a line, indented."""
    for name, content in exported_files(LATEST).items():
        elements = sum(1 for _ in etree.fromstring(content).iter())
        lines = content.decode().splitlines()
        assert elements < len(lines) < 2 * elements + 2, name
        assert lines[2].startswith("  <"), name


def test_equal_calls_give_equal_bytes() -> None:
    """Files under version control change only with the schemas; the shapes that they come from stay as they were."""
    first = exported_files(LATEST)
    before = etree.tostring(shapes_for(LATEST).document())
    assert exported_files(LATEST) == first
    assert etree.tostring(shapes_for(LATEST).document()) == before


def test_a_data_schema_belongs_to_versions_by_the_dates_of_its_root(tmp_path: Path) -> None:
    """And so do its components by theirs."""
    head = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:mt="urn:mturk-conformance:annotations"'
    (tmp_path / "Old.xsd").write_text(
        f'{head}><xs:element name="a"/><xs:element name="b" mt:since="2012-03-25"/></xs:schema>', "utf-8"
    )
    (tmp_path / "New.xsd").write_text(f'{head} mt:since="2012-03-25"><xs:element name="c"/></xs:schema>', "utf-8")
    found = {
        version: {
            name: [node.get("name") for node in etree.fromstring(content)]
            for name, content in _data_schemas(version, tmp_path)
        }
        for version in ("2008-08-02", "2012-03-25")
    }
    assert found == {"2008-08-02": {"Old.xsd": ["a"]}, "2012-03-25": {"New.xsd": ["c"], "Old.xsd": ["a", "b"]}}


def test_an_unknown_version_has_no_files() -> None:
    """It is told with the nearest."""
    with pytest.raises(UsageError, match="did you mean 2014-08-15"):
        exported_files("2014-08-16")
