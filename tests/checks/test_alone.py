"""Files that stand alone: what they are is found out, whatever the bytes, and documents are judged as documents."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.alone import UNREADABLE, WELL_FORMED, Audit, audit, judged_alone
from conformance.checks.documents import judge_document
from conformance.checks.finding import Outcome
from conformance.spec.data import cases_dir
from conformance.spec.documents import DOCUMENTS
from conformance.spec.requirements import requirements
from conformance.wire.xml import MAX_BYTES

VECTORS = cases_dir() / "vectors" / "documents"
WHOLE = [
    vector
    for vector in json.loads((VECTORS / "index.json").read_text("utf-8"))["vectors"]
    if vector["document"] in DOCUMENTS
]
FORM = (VECTORS / "QuestionForm-smallest.xml").read_text("utf-8")
SPACE = DOCUMENTS["QuestionForm"]


def missed(found: Audit) -> list[str]:
    return [one.finding.requirement for one in found.findings if one.finding.outcome is Outcome.MISSED]


def not_xml(vector: dict[str, Any]) -> bool:
    return str(vector["file"]).endswith(("not-closed.xml", "bare-ampersand.xml"))


@pytest.mark.parametrize("vector", WHOLE, ids=lambda vector: str(vector["file"]))
def test_a_document_is_judged_by_the_checks_of_documents(vector: dict[str, Any]) -> None:
    """The root element says which document it is; each finding has a line of the file."""
    body = (VECTORS / str(vector["file"])).read_bytes()
    found = audit(body)
    assert found.kind == vector["document"]
    assert (found.unmeasured, found.version) == ("", None)
    if "form" not in vector:
        assert set(missed(found)) == set(vector.get("breaks", ()))
    if not not_xml(vector):
        told = list(judge_document(body.decode(), expected=(str(vector["document"]),)))
        assert [one.finding for one in found.findings] == told
        assert all((one.line is None) == (one.finding.outcome is Outcome.MET) for one in found.findings)


def test_a_fault_is_told_with_its_line() -> None:
    """That of the element in the file, not in the text that the document would be."""
    second = FORM.replace("</QuestionForm>", "<Question>\n<DisplayName>no id</DisplayName></Question></QuestionForm>")
    found = audit(b"<?xml version='1.0'?>\n\n" + second.encode())
    (fault,) = [one for one in found.findings if one.finding.outcome is Outcome.MISSED]
    assert fault.finding.requirement == "QuestionForm.question-identifier"
    assert fault.line == 3 + second[: second.index("<DisplayName>no id")].count("\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_document_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    """As a file; what is judged is its text, CDATA and all."""
    name = encoding.removesuffix("-sig")
    formatted = "<FormattedContent><![CDATA[<p>é</p>]]></FormattedContent>"
    assert "<Text>" in FORM
    text = FORM.replace("<Text>", f"{formatted}<Text>é", 1)
    found = audit(f'<?xml version="1.0" encoding="{name}"?>\n{text}'.encode(encoding))
    assert (found.kind, missed(found)) == ("QuestionForm", [])


@pytest.mark.parametrize(
    ("body", "kind", "requirement", "line"),
    [
        (b"", UNREADABLE, UNREADABLE, None),
        (b" \n ", UNREADABLE, UNREADABLE, None),
        (b"\x00\x01\xff\xfe", UNREADABLE, UNREADABLE, None),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), UNREADABLE, UNREADABLE, None),
        (b"just text", UNREADABLE, UNREADABLE, 1),
        (b"<a>\n<b></a>", UNREADABLE, UNREADABLE, 2),
        (b"<QuestionForm>\n<Question></QuestionForm>", "QuestionForm", "QuestionForm.root", 2),
        (b"<p:AnswerKey xmlns:p='u'>", "AnswerKey", "AnswerKey.root", 1),
        (b"<?xml version='1.0'?>\n<!-- c -->\n<GetHITResponse>\n", "reply", WELL_FORMED, 4),
        (b"<s:Envelope>", "reply", WELL_FORMED, 1),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><QuestionForm>&a;</QuestionForm>", "QuestionForm", "QuestionForm.root", None),
        (b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><Response/>", "reply", WELL_FORMED, None),
    ],
)
def test_what_is_no_xml_does_not_conform(body: bytes, kind: str, requirement: str, line: int | None) -> None:
    """It is taken for what its first tag says; where there is none, it is told as no XML."""
    found = audit(body)
    (told,) = found.findings
    assert (found.kind, found.unmeasured) == (kind, "")
    assert (told.finding.requirement, told.finding.outcome) == (requirement, Outcome.MISSED)
    assert told.finding.actual
    assert line is None or told.line == line


@pytest.mark.parametrize(
    "body",
    [
        b"<QuestionForm>" + b"x" * MAX_BYTES + b"</QuestionForm>",
        b"<QuestionForm>" * 300 + b"</QuestionForm>" * 300,
    ],
    ids=["too large", "too deep"],
)
def test_what_is_beyond_the_limits_of_the_kit_is_not_measured(body: bytes) -> None:
    """The limit is ours and nothing against the file."""
    found = audit(body)
    assert (found.kind, found.findings) == ("QuestionForm", ())
    assert "limit" in found.unmeasured


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html/>", "Known are QuestionForm, "),
        (b"<QuestionForms/>", "did you mean QuestionForm?"),
        (b"<GetHITRespons/>", "did you mean GetHITResponse?"),
        (b"<GetNothingResponse/>", "nothing here judges the root element 'GetNothingResponse'"),
        (b"<GrantBonus/>", "is a call of GrantBonus"),
        (b"<GrantBonusResult/>", "is a part of GrantBonusResponse"),
        (b"<HIT/>", "is a part of GetHITResponse"),
        (b"<questionform/>", "did you mean QuestionForm?"),
    ],
)
def test_what_nobody_judges_is_not_measured(body: bytes, told: str) -> None:
    """What is near is named."""
    found = audit(body)
    assert (found.kind, found.findings) == ("unknown", ())
    assert told in found.unmeasured


def test_a_requirement_counts_only_in_the_versions_in_which_it_holds() -> None:
    """That of the newest version, if none is asked for."""
    external = (
        f'<ExternalQuestion xmlns="{DOCUMENTS["ExternalQuestion"]}">'
        "<ExternalURL>http://e.example/</ExternalURL><FrameHeight>400</FrameHeight></ExternalQuestion>"
    ).encode()
    for version in (None, "2006-10-31", "2014-08-15"):
        for one in audit(external, version).findings:
            known = requirements().get(one.finding.requirement)
            assert known is None or known.holds_in(version or "2014-08-15")


@given(body=st.binary(max_size=300))
def test_any_bytes_are_something(body: bytes) -> None:
    """Nothing is raised, and what is told is told in words."""
    found = audit(body)
    assert found.kind
    assert found.findings or found.unmeasured


@given(body=st.text(alphabet='<>/="&;![]-? ABresponsHITQuetionFm\n', max_size=120))
def test_almost_xml_is_something(body: str) -> None:
    """The same for texts that look like tags."""
    found = audit(body.encode())
    assert found.findings or found.unmeasured


@given(cut=st.integers(0, 5_000), end=st.integers(0, 5_000), extra=st.binary(max_size=8))
def test_a_mangled_document_is_judged_or_said_not_to_be(cut: int, end: int, extra: bytes) -> None:
    """A part of a good document replaced by any bytes."""
    body = FORM.encode()
    found = audit(body[:cut] + extra + body[end:])
    assert found.findings or found.unmeasured


def test_what_a_file_is_held_against_are_requirements() -> None:
    """Every id that the checks of documents and messages name for themselves."""
    assert judged_alone() <= set(requirements())
    assert {"QuestionForm.root", WELL_FORMED, "NotificationMessage.event.fields"} <= judged_alone()


def test_a_document_takes_no_shapes_of_messages() -> None:
    """What a document does without is not loaded: it is the price of a commit hook."""
    code = (
        "import sys\n"
        "from conformance.checks.alone import audit\n"
        f"audit({FORM.encode()!r})\n"
        "heavy = {'hypothesis', 'pytest', 'requests', 'rich', 'xmlschema', 'tomllib'} & set(sys.modules)\n"
        "checks = {name for name in sys.modules if name.startswith('conformance.checks.')}\n"
        "print(sorted(heavy), sorted(name for name in checks if 'documents' not in name))"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[] ['conformance.checks.alone', 'conformance.checks.finding', 'conformance.checks.lines']\n"
