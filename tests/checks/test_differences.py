"""In what way a reply differs: told of each kind of spoilt reply."""

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from lxml import etree

from conformance.checks.differences import difference_of
from conformance.checks.documents import judge_document
from conformance.checks.finding import Outcome, decide, missed
from conformance.checks.judge import judge
from conformance.defects.structural import Fault, faults
from conformance.spec.documents import DOCUMENTS
from conformance.spec.versions import LATEST
from conformance.strategies.bulk import bulk_exchanges
from conformance.wire.messages import Exchange
from conformance.wire.xml import serialise

FORM = DOCUMENTS["QuestionForm"]
QUESTION = (
    "<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>t</Text></QuestionContent>"
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>"
)


def kinds(replies: Any, body: str, operation: str = "GetQualificationRequests", **wire: Any) -> dict[str, str]:
    """Return the kind of each requirement that a reply misses."""
    found = judge(replies.exchange(replies.call(operation, **wire), body))
    return {one.requirement: difference_of(one) for one in found if one.outcome is Outcome.MISSED}


SPOILED = [
    ("dropped", "<SubjectId>W</SubjectId>", "", "QualificationRequest.elements", "missing"),
    ("renamed", "SubjectId>", "SubjectIdX>", "QualificationRequest.elements", "missing"),
    ("doubled", "<SubjectId>W</SubjectId>", "<SubjectId>W</SubjectId>" * 2, "QualificationRequest.elements", "extra"),
    ("unknown", "</QualificationRequest>", "<X/></QualificationRequest>", "QualificationRequest.elements", "extra"),
    ("emptied", ">True<", "><", "Common.Response.is-valid", "value"),
    ("retyped", "2014-08-15T10:00:00Z<", "yesterday<", "Common.Response.timestamps-utc", "type"),
    ("retyped, a number", "<NumResults>1<", "<NumResults>one<", "GetQualificationRequests.Result.elements", "value"),
    ("without RequestId", "<RequestId>r</RequestId>", "", "Common.Response.operation-request", "missing"),
    ("no longer XML", "</QualificationRequest>", "", "Common.Response.well-formed", "encoding"),
    ("wrongly declared", '"1.0"?', '"1.0" encoding="ISO-8859-1"?', "Common.Response.declaration", "encoding"),
    ("with errors", "</Request>", "<Errors/></Request>", "Common.Response.success-has-no-errors", "extra"),
    ("without IsValid", "<IsValid>True</IsValid>", "", "Common.Response.isvalid-present", "missing"),
    ("another root", "GetQualificationRequestsResponse>", "GetResponse>", "Common.Response.root", "value"),
]


@pytest.mark.parametrize(
    ("right", "wrong", "requirement", "kind"),
    [spoiled[1:] for spoiled in SPOILED],
    ids=[spoiled[0] for spoiled in SPOILED],
)
def test_a_spoilt_reply(right: str, wrong: str, requirement: str, kind: str, replies: Any) -> None:
    """Each way of spoiling has its kind."""
    body = replies.listing(replies.item())
    assert right in body
    assert kinds(replies, body.replace(right, wrong)).get(requirement) == kind


def test_a_reply_in_a_namespace(replies: Any) -> None:
    """Replies by Query have none."""
    body = replies.listing(replies.item(), namespace=' xmlns="urn:x"')
    assert kinds(replies, body)["Common.Response.rest-no-namespace"] == "namespace"


def test_members_out_of_order(replies: Any) -> None:
    """Where a requirement speaks of the order."""
    hit = "<HIT><Request><IsValid>True</IsValid></Request><HITTypeId>T</HITTypeId><HITId>H</HITId></HIT>"
    body = replies.reply("GetHIT", "").replace("<GetHITResult></GetHITResult>", hit)
    assert kinds(replies, body, "GetHIT")["HIT.elements.order"] == "order"


def test_a_value_that_is_none_of_a_list(replies: Any) -> None:
    """Its type is right."""
    hit = "<HIT><Request><IsValid>True</IsValid></Request><HITId>H</HITId><HITStatus>Sleeping</HITStatus></HIT>"
    body = replies.reply("GetHIT", "").replace("<GetHITResult></GetHITResult>", hit)
    assert kinds(replies, body, "GetHIT")["HIT.HITStatus.values"] == "value"


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (f'<QuestionForm xmlns="{FORM}">{QUESTION.replace("<FreeTextAnswer/>", "")}</QuestionForm>', "missing"),
        (f'<QuestionForm xmlns="{FORM}">{QUESTION.replace("</Question>", "<X/></Question>")}</QuestionForm>', "extra"),
        (f'<QuestionForm xmlns="urn:x">{QUESTION}</QuestionForm>', "namespace"),
        (
            f'<QuestionForm xmlns="{FORM}">'
            f"{QUESTION.replace('</QuestionIdentifier>', '</QuestionIdentifier><IsRequired>perhaps</IsRequired>')}"
            "</QuestionForm>",
            "type",
        ),
        (f'<QuestionForm xmlns="{FORM}">', "encoding"),
    ],
)
def test_a_faulty_document(document: str, kind: str) -> None:
    """By what the validator says of it."""
    faults = [one for one in judge_document(document, expected=("QuestionForm",)) if one.outcome is not Outcome.MET]
    assert kind in {difference_of(one) for one in faults}, faults


ALLOWED = {
    "dropped": {"missing", "value"},  # a counter that is not there is told as no number
    "renamed": {"missing", "extra", "value"},
    "doubled": {"extra", "value"},
    "emptied": {"missing", "value", "type", "encoding"},
    "retyped": {"missing", "value", "type"},
    "moved-to-front": {"order"},
    "moved-to-end": {"order"},
    "with-unknown-element": {"extra"},
}
"""How an element is spoilt → the kinds of what is missed then."""


@pytest.mark.parametrize("operation", ["GetHIT", "GetQualificationRequests", "GrantBonus"])
def test_each_way_of_spoiling_an_element_has_its_kinds(operation: str) -> None:
    """Derived from the shapes: every element of a reply dropped, renamed, doubled, moved, emptied and retyped."""
    samples = list(islice(bulk_exchanges(1, LATEST, (operation,)), 8))
    seen: dict[str, set[str]] = {}
    for fault in (one for one in faults() if one.place.operation.name == operation and LATEST in one.place.versions):
        for sample in samples:
            found = judge(_spoilt(sample, fault))
            seen.setdefault(fault.kind, set()).update(
                difference_of(one) for one in found if one.outcome is Outcome.MISSED and one.requirement in fault.breaks
            )
    assert {kind: found - ALLOWED[kind] for kind, found in seen.items() if found - ALLOWED[kind]} == {}
    assert {"missing", "extra"} <= set().union(*seen.values())


def _spoilt(exchange: Exchange, fault: Fault) -> Exchange:
    assert exchange.response is not None
    root = etree.fromstring(exchange.response.body)
    *above, name = fault.place.path
    for parent in root.findall("/".join(above)) if above else [root]:
        for element in parent.findall(name):
            fault.change(parent, element)
    return replace(exchange, response=replace(exchange.response, body=serialise(root)))


def test_what_is_known_of_no_finding() -> None:
    """Whatever else is of another kind; what a check says itself counts."""
    assert difference_of(decide("X.some-thing", False, expected="a", actual="b")) == "other"
    assert difference_of(missed("X.required", expected="a", actual="b", difference="order")) == "order"
