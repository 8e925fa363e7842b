"""ExternalQuestion and HTMLQuestion as the Question of a HIT: which ones are taken."""

import pytest

from conformance.checks.expectation import Expect
from conformance.suites.assignments import Employer
from conformance.suites.pages import PAGE, external_question, html_question
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.suites.rows import Row
from conformance.target.requester import Requester

_BROKEN = "<html><body><p><b>no doctype, and wrongly nested</p></b></body></html>"
_DOCUMENTS = (
    ("ExternalQuestion.root", "good", external_question(), True),
    ("ExternalQuestion.root", "without-address", external_question(order="h"), False),
    ("ExternalQuestion.root", "without-height", external_question(order="u"), False),
    ("ExternalQuestion.root", "height-first", external_question(order="hu"), False),
    ("ExternalQuestion.FrameHeight.integer", "tall", external_question(height="tall"), False),
    ("ExternalQuestion.https", "https", external_question("https://worker.example.org/"), True),
    ("ExternalQuestion.https", "http", external_question("http://worker.example.org/"), False),
    ("ExternalQuestion.http-old", "http", external_question("http://worker.example.org/"), True),
    ("HTMLQuestion.root", "good", html_question(PAGE), True),
    ("HTMLQuestion.root", "without-content", html_question(order="h"), False),
    ("HTMLQuestion.root", "without-height", html_question(order="c"), False),
    ("HTMLQuestion.FrameHeight.integer", "tall", html_question(height="tall"), False),
    ("HTMLQuestion.html5", "broken", html_question(_BROKEN), False),
)


def rows(version: str) -> list[Row]:
    """Return one case for each document."""
    return [
        Row(id=f"{requirement}/{name}", verifies=(requirement,), value=(document, good))
        for requirement, name, document, good in _DOCUMENTS
    ]


@pytest.mark.each(rows=rows)
def test_question(row: Row, given: Given, expect: Expect, requester: Requester) -> None:
    document, good = row.value
    (requirement,) = row.verifies
    values = {"HITTypeId": Employer(given).hit_type(), "Question": document, "LifetimeInSeconds": 3600}
    reply = requester.call("CreateHIT", values)
    expect(
        requirement,
        reply.accepted if good else is_refusal(reply),
        where="Question of CreateHIT",
        expected=f"{'success' if good else 'an error'} for {document}",
        actual=reply.summary,
    )


@pytest.mark.verifies("HTMLQuestion.not-for-quals")
def test_page_is_no_test(given: Given, expect: Expect, requester: Requester) -> None:
    values = {
        "Name": given.name("type"),
        "Description": "made by a conformance run",
        "QualificationTypeStatus": "Active",
        "Test": html_question(),
        "TestDurationInSeconds": 600,
    }
    reply = requester.call("CreateQualificationType", values)
    expect(
        "HTMLQuestion.not-for-quals",
        is_refusal(reply),
        where="Test of CreateQualificationType",
        expected="an error for an HTMLQuestion",
        actual=reply.summary,
    )
