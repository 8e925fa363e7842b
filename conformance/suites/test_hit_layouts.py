"""HITs made from a layout: what becomes of its placeholders, and what is refused."""

from typing import Any

import pytest
from lxml import etree

from conformance.checks.expectation import Expect
from conformance.spec.documents import DOCUMENTS
from conformance.suites.forms import form_and_answer
from conformance.suites.hits import Hits, text_of
from conformance.suites.preconditions import Given
from conformance.suites.refusals import is_refusal
from conformance.target.opening import Target

PARAMETER = "CreateHIT.HITLayoutParameter"
TEMPLATE = (
    "<!DOCTYPE html><html><head><title>layout</title></head><body><form><p>${first_word}</p>"
    '<img src="${image_url}"/></form></body></html>'
)
VALUES = {"first_word": "a first word", "image_url": "https://example.com/a.png"}


def parameters(**values: str | None) -> list[dict[str, str | None]]:
    """Return HITLayoutParameters."""
    return [{"Name": name, "Value": value} for name, value in values.items()]


def is_html_question(document: str) -> bool:
    """Tell whether a text is an HTMLQuestion document."""
    try:
        return bool(etree.fromstring(document.encode()).tag == f"{{{DOCUMENTS['HTMLQuestion']}}}HTMLQuestion")
    except (etree.XMLSyntaxError, ValueError):
        return False


@pytest.mark.verifies(
    f"{PARAMETER}.substitution",
    f"{PARAMETER}.rest-names",
    "CreateHIT.HITLayout.is-htmlquestion",
    "HIT.HITLayoutId",
)
def test_puts_the_values_into_the_layout(given: Given, expect: Expect, target: Target) -> None:
    hits, layout = Hits(given), target.new_layout(TEMPLATE)
    made = hits.new(Question=None, HITLayoutId=layout, HITLayoutParameter=parameters(**VALUES))
    shown = hits.read(made.hit_id)
    question = shown.text("Question") or ""
    expect(
        f"{PARAMETER}.substitution",
        any(value in question for value in VALUES.values()) and "${" not in question,
        where="GetHIT/HIT/Question",
        expected="the values in the places of the names",
        actual=question,
    )
    expect(
        f"{PARAMETER}.rest-names",
        all(value in question for value in VALUES.values()),
        where="GetHIT/HIT/Question after HITLayoutParameter.1 and HITLayoutParameter.2",
        expected=f"both values, {' and '.join(VALUES.values())}",
        actual=question,
    )
    ids = [text_of(reply, "HITLayoutId") for reply in (shown, hits.read(hits.new().hit_id))]
    expect(
        "CreateHIT.HITLayout.is-htmlquestion",
        is_html_question(question) and ids[0] == layout,
        where="GetHIT/HIT",
        expected=f"an HTMLQuestion, and the HITLayoutId {layout}",
        actual=f"HITLayoutId {ids[0]!r}, {question}",
    )
    expect(
        "HIT.HITLayoutId",
        ids == [layout, ""],
        where="GetHIT/HIT/HITLayoutId of a HIT made from a layout, and of one made from a Question",
        expected=f"{layout}, and none",
        actual=str(ids),
    )


# Requirement → what is wrong with the call.
FAULTS: dict[str, dict[str, Any]] = {
    "CreateHIT.Question.both-with-layout": {"Question": form_and_answer("q1")[0]},
    f"{PARAMETER}.unknown-name": {"HITLayoutParameter": parameters(**VALUES, unknown="a value")},
    f"{PARAMETER}.missing": {"HITLayoutParameter": parameters(first_word="a first word")},
    "CreateHIT.HITLayout.size": {"HITLayoutParameter": parameters(**{**VALUES, "first_word": "x" * 65536})},
    "HITLayoutParameter.Name.required": {"HITLayoutParameter": [*parameters(**VALUES), {"Value": "a value"}]},
    "HITLayoutParameter.Value.required": {
        "HITLayoutParameter": [*parameters(first_word="a first word"), {"Name": "image_url"}]
    },
}


@pytest.mark.verifies(*FAULTS)
def test_refuses_what_does_not_fit_the_layout(given: Given, expect: Expect, target: Target) -> None:
    hits, layout = Hits(given), target.new_layout(TEMPLATE)
    marks = {requirement: given.name("refused") for requirement in FAULTS}
    good = {"Question": None, "HITLayoutId": layout, "HITLayoutParameter": parameters(**VALUES)}
    for requirement, fault in FAULTS.items():
        values = {**hits.properties(), **hits.content(**{**good, **fault}, RequesterAnnotation=marks[requirement])}
        reply = hits.requester.call("CreateHIT", values)
        expect(requirement, is_refusal(reply), where="CreateHIT", expected="an error", actual=reply.summary)
    newest = [text_of(hit, "RequesterAnnotation") for hit in hits.newest()]
    for requirement, mark in marks.items():
        expect(requirement, mark not in newest, where="SearchHITs", expected="no HIT made", actual="a HIT of the call")
