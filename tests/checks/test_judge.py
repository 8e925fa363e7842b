"""All checks together: tolerance for what genuine services do, and for everything that hostile ones send."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.checks.finding import Outcome
from conformance.checks.judge import CHECKS, FINDINGS_KEPT, decided, judge
from conformance.spec.requirements import requirements
from conformance.spec.shapes import MESSAGE_NAMESPACE, shapes_for
from conformance.spec.versions import LATEST, VERSIONS
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

NAMES = sorted(
    {member.name for shape in shapes_for(LATEST).complex_types() for member in shape.elements}
    | {f"{operation}Response" for operation in shapes_for(LATEST).operations}
    | {"Response", "RequestID", "Unknown", "{urn:x}Request"}
)
OPERATIONS = [*shapes_for(LATEST).operations, "Unknown", ""]
TEXTS = st.sampled_from(["", "True", "False", "1", "-1", "9" * 30, "2014-08-15T10:00:00Z", "<QuestionForm/>", " "])
BIG = 5_000_000  # bytes


@st.composite
def trees(draw: st.DrawFn) -> etree._Element:
    """Draw a tree of elements that replies do have, anywhere."""
    root = etree.Element(draw(st.sampled_from(NAMES)))
    elements = [root]
    for _ in range(draw(st.integers(0, 30))):
        element = etree.SubElement(draw(st.sampled_from(elements[-4:])), draw(st.sampled_from(NAMES)))
        element.text, element.tail = draw(TEXTS), draw(st.sampled_from([None, None, " ", "x"]))
        elements.append(element)
        if draw(st.integers(0, 9)) == 0:
            element.append(etree.Comment("c"))
    return root


def test_every_check_decides_requirements() -> None:
    """That exist and can be tested; each check at least one."""
    assert all(check.decides for check in CHECKS)
    assert frozenset().union(*(check.decides for check in CHECKS)) == decided()
    assert frozenset(requirements()) >= decided()
    assert [name for name in sorted(decided()) if requirements()[name].untestable] == []


def test_the_checks_are_there_without_schemas_and_requirements() -> None:
    """What they all decide is found when it is asked for: `audit` and `explain` need to know it of a few at most."""
    code = (
        "import sys; seen = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and seen.append(str(args[0])))\n"
        "from conformance.checks.judge import CHECKS\n"
        "print([name for name in seen if name.endswith(('.toml', '.xsd', '.json'))])"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_an_exchange_without_a_reply_shows_nothing(replies: Any) -> None:
    """That none came is for the client to tell."""
    exchange = Exchange(request=replies.call("X"), response=None, sent_at=0, received_at=0, failure="timeout")
    assert list(judge(exchange)) == []


@pytest.mark.parametrize("version", [*VERSIONS, "2006-03-20", "2017-01-17", ""])
def test_a_genuine_reply_misses_nothing_in_any_version(version: str, replies: Any) -> None:
    """Old clients sent versions that never were and got answers."""
    assert replies.missed(replies.listing(replies.item()), common={"Version": version}) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_namespace_of_soap_changes_no_finding(version: str, replies: Any) -> None:
    """Genuine replies to Query have none."""
    namespaced = replies.listing(replies.item(), namespace=f' xmlns="{MESSAGE_NAMESPACE}{version}"')
    assert replies.findings(namespaced) == replies.findings(replies.listing(replies.item()))


def test_white_space_between_elements_changes_no_finding(replies: Any) -> None:
    """Some captures are indented, some replies are on one line, with or without prologue."""
    plain = replies.listing(replies.item("A"), replies.item("B"))
    variants = [
        plain.partition("\n")[2],
        plain.replace("><", ">\n  <"),
        plain.replace('"1.0"?>', '"1.0" encoding="UTF-8"?>'),
        plain + "\n",
    ]
    for variant in variants:
        assert replies.findings(variant) == replies.findings(plain)


@pytest.mark.parametrize("text", ["0", "1", "true", "false"])
def test_booleans_may_be_digits(text: str, replies: Any) -> None:
    """Genuine replies have them as 0 and 1."""
    inner = f"<Request><IsValid>True</IsValid></Request><IsRequestable>{text}</IsRequestable>"
    body = replies.reply("GetQualificationType", inner, result="QualificationType")
    found = replies.findings(body, "GetQualificationType", {"QualificationTypeId": ["T"]})
    assert {one.outcome for one in found} == {Outcome.MET}


def test_prices_may_have_cents_and_commas(replies: Any) -> None:
    """In the order Amount, CurrencyCode, FormattedPrice."""
    price = "<Amount>15555.55</Amount><CurrencyCode>USD</CurrencyCode><FormattedPrice>$15,555.55</FormattedPrice>"
    inner = f"<Request><IsValid>True</IsValid></Request><AvailableBalance>{price}</AvailableBalance>"
    assert {
        one.outcome for one in replies.findings(replies.reply("GetAccountBalance", inner), "GetAccountBalance")
    } == {Outcome.MET}


def test_a_business_error_misses_nothing(replies: Any) -> None:
    """With Data under it, the same key twice, and a message that ends with the time of the service."""
    body = replies.rejection(
        "<Request><IsValid>False</IsValid><Errors><Error><Code>AWS.MechanicalTurk.X</Code><Message>m (1400000000 s)"
        "</Message><Data><Key>k</Key><Value>1</Value></Data><Data><Key>k</Key><Value>1</Value></Data></Error>"
        "</Errors></Request>"
    )
    assert replies.missed(body, "RejectQualificationRequest") == []


def test_no_fault_is_told_twice(replies: Any) -> None:
    """Of one requirement at one place."""
    body = replies.listing(*[replies.item("same", submitted="bad", documents="<Test><a/></Test>")] * 3)
    found = [(one.requirement, one.where) for one in replies.missed(body)]
    assert len(found) == len(set(found)) > 9


def test_of_equal_faults_a_limited_number_is_told(replies: Any) -> None:
    """Of each requirement."""
    body = replies.listing(*["<QualificationRequest/>"] * 1000)
    found = replies.missed(body)
    assert {one.requirement for one in found} == {
        "QualificationRequest.elements",
        "QualificationRequest.QualificationRequestId",
    }
    assert len(found) == 2 * FINDINGS_KEPT


@given(body=st.binary(max_size=300), status=st.integers(100, 599), operation=st.sampled_from(OPERATIONS))
def test_no_bytes_make_a_check_raise(body: bytes, status: int, operation: str, replies: Any) -> None:
    """Nor does any of them find a requirement met in them, beside the absence of something."""
    for finding in replies.findings(body, operation, status=status):
        assert finding.outcome is Outcome.MISSED


@given(root=trees(), status=st.sampled_from([200, 200, 400, 500]), operation=st.sampled_from(OPERATIONS))
def test_no_tree_makes_a_check_raise(root: etree._Element, status: int, operation: str, replies: Any) -> None:
    """Elements that replies do have, at places where they do not."""
    values = {"QualificationTypeId": ["T"], "ResponseGroup": ["Request", "Minimal"]}
    for wire in ({}, {"values": values}):
        for finding in replies.findings(etree.tostring(root), operation, status=status, **wire):
            assert finding.requirement in requirements() or finding.outcome is Outcome.SEEN
            assert finding.outcome is Outcome.MET or finding.actual


@given(url=st.text(max_size=40), body=st.binary(max_size=80))
def test_no_request_makes_a_check_raise(url: str, body: bytes, replies: Any) -> None:
    """One that cannot be read as a call names no operation to judge the reply by."""
    request = HttpRequest(method="POST", url=url, body=body)
    assert list(judge(replies.exchange(request, replies.listing(replies.item())))) is not None


PIECES = {
    "items": "<QualificationRequest><SubjectId/><QualificationRequestId>1</QualificationRequestId>"
    "<QualificationTypeId/><SubmitTime>x</SubmitTime></QualificationRequest>",
    "counters": "<NumResults>x</NumResults>",
    "unknown": "<a/>",
    "text": "x",
    "Request": "<Request><IsValid/></Request>",
    "comments": "<!---->x",
    "tests": "<QualificationRequest><Test>&lt;a/&gt;</Test></QualificationRequest>",
}
INSIDE = {
    "IsValid": "<IsValid>x</IsValid>",
    "Errors": "<Errors/>",
    "Error": "<Error/>",
    "echo": "<GetQualificationRequestsRequest/>",
}


@pytest.mark.parametrize("name", [*PIECES, *INSIDE])
def test_megabytes_of_faults_are_judged_in_time(name: str, replies: Any) -> None:
    """Faulty siblings by the hundred thousand: no step may look at all of them for each of them."""
    piece = PIECES.get(name) or INSIDE[name]
    many = piece * (BIG // len(piece))
    body = replies.listing(many) if name in PIECES else replies.listing(request=f"<Request>{many}</Request>")
    exchange = replies.exchange(replies.call("GetQualificationRequests"), body)
    started = time.process_time()
    findings = list(judge(exchange))
    assert time.process_time() - started < 3
    assert findings
    assert len(findings) < 1000
    assert sum(len(one.where) + len(one.actual) for one in findings) < 200_000


def test_many_threads_find_what_one_finds(replies: Any) -> None:
    """The compiled schemas are shared between them."""
    bodies = [
        replies.listing(*(replies.item(f"Q{number}", submitted="bad" if number % 3 else "") for number in range(size)))
        for size in range(30)
    ]
    exchanges = [replies.exchange(replies.call("GetQualificationRequests"), body) for body in bodies] * 4
    alone = [list(judge(exchange)) for exchange in exchanges]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda exchange: list(judge(exchange)), exchanges)) == alone


def test_a_reply_beyond_the_limit_of_size_is_not_read(replies: Any) -> None:
    """And told as what it is, by the requirement on the answer."""
    body = replies.rejection("x" * 9_000_000)
    (finding,) = replies.missed(body, "RejectQualificationRequest")
    assert finding.requirement == "RejectQualificationRequest.Result.element"
    assert "too large" in finding.actual


def test_the_response_is_all_that_is_judged() -> None:
    """A reply without any request that could be read is no fault of the endpoint."""
    exchange = Exchange(
        request=HttpRequest(method="GET", url="/?A.0=1"),
        response=HttpResponse(status=200, body=b"<x/>"),
        sent_at=0,
        received_at=0,
    )
    assert list(judge(exchange)) == []
