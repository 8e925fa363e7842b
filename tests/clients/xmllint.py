"""xmllint takes what `schemas export` writes.

It is no Python package (Debian: libxml2-utils), so pytest collects this module only where it is named, as
``tox -e clients`` does; there a missing xmllint is a failure.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from conformance.bindings.query import Credentials
from conformance.bindings.soap import write_call
from conformance.wire.soap import Fault, unwrap

VALID, INVALID = 0, 3
"""Exit codes of xmllint; a schema that it cannot compile gives 5."""


def xmllint(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("xmllint") or pytest.fail("there is no xmllint: install libxml2-utils, or leave this out")
    return subprocess.run([program, "--nonet", *map(str, arguments)], capture_output=True, check=False, timeout=60)


def bonus(version: str, amount: str) -> bytes:
    """Return the message of a bonus, as it stands in its envelope."""
    values = {
        "WorkerId": ["W"],
        "BonusAmount": [{"Amount": [amount], "CurrencyCode": ["USD"]}],
        "AssignmentId": ["A"],
        "Reason": ["r"],
    }
    requester = Credentials(access_key_id="AKID", secret_key="s")
    request = write_call(
        "GrantBonus", [values], url="/", credentials=requester, version=version, timestamp="2014-08-15T10:00:00Z"
    )
    message = unwrap(request.body)
    assert not isinstance(message, Fault)
    return etree.tostring(message)


def check(schema: Path, version: str, folder: Path) -> None:
    """Check that a schema of messages takes a bonus, and does not take one of a wrong amount."""
    for amount, code in (("5.00", VALID), ("five", INVALID)):
        file = folder / f"{amount}.xml"
        file.write_bytes(bonus(version, amount))
        ran = xmllint("--noout", "--schema", schema, file)
        assert ran.returncode == code, ran.stderr


def test_the_schema_of_the_messages_tells_good_from_bad(version: str, exported: Path) -> None:
    """A bonus as we write it."""
    check(exported / "AWSMechanicalTurkRequester.xsd", version, exported)


def test_the_schema_in_the_wsdl_stands_alone(version: str, exported: Path) -> None:
    """Cut out of its document as text, with no declaration of what is around it."""
    ran = xmllint("--xpath", "//*[local-name()='schema']", exported / "AWSMechanicalTurkRequester.wsdl")
    assert ran.returncode == VALID, ran.stderr
    cut = exported / "cut.xsd"
    cut.write_bytes(ran.stdout)
    check(cut, version, exported)


def test_the_schemas_of_documents_compile(exported: Path) -> None:
    """A document of another kind is invalid by each of them, which shows that they were read."""
    stranger = exported / "stranger.xml"
    stranger.write_text("<stranger/>", "utf-8")
    schemas = [file for file in sorted(exported.glob("*.xsd")) if not file.name.startswith("AWS")]
    assert len(schemas) >= 2
    for schema in schemas:
        ran = xmllint("--noout", "--schema", schema, stranger)
        assert ran.returncode == INVALID, ran.stderr
