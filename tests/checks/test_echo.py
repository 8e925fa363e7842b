"""The echo of the request: there when asked for, as it was sent, and not otherwise."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bindings.query import read_call
from conformance.bindings.replies import operation_reply, write_reply
from conformance.checks.finding import Outcome
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import LATEST
from conformance.strategies.text import texts

OFF = "Common.ResponseGroup.request-off"
GROUP = "RejectQualificationRequest.Result.request-group"
REJECT = "RejectQualificationRequest"
ASKED = {"QualificationRequestId": ["Q"], "Reason": ["no & no"], "ResponseGroup": ["Minimal", "Request"]}
RESULT = f"/{REJECT}Response/{REJECT}Result[1]"


def echoed(inner: str, name: str = f"{REJECT}Request") -> str:
    return f"<Request><IsValid>True</IsValid><{name}>{inner}</{name}></Request>"


WHOLE = echoed(
    "<QualificationRequestId>Q</QualificationRequestId><Reason>no &amp; no</Reason>"
    "<ResponseGroup>Minimal</ResponseGroup><ResponseGroup>Request</ResponseGroup>"
)


@given(reason=texts(), identifier=texts())
def test_what_was_sent_and_comes_back_is_met(reason: str, identifier: str, replies: Any) -> None:
    """Whatever the text; an echo written by the rules of genuine replies."""
    values = {"QualificationRequestId": [identifier], "Reason": [reason], "ResponseGroup": ["Request"]}
    echo = read_call(replies.call(REJECT, values)).values
    body = write_reply(operation_reply(shapes_for(LATEST), REJECT, "r", echo=echo)).body
    assert replies.missed(body, REJECT, values) == []
    assert replies.of(GROUP, body, REJECT, values) == [Outcome.MET]


def test_the_response_group_itself_need_not_come_back(replies: Any) -> None:
    """Nor a parameter that the operation does not have, nor the index that genuine replies put on a structure."""
    body = replies.rejection(
        echoed('<QualificationRequestId tag="1">Q</QualificationRequestId><Reason>no &amp; no</Reason>')
    )
    assert replies.of(GROUP, body, REJECT, {**ASKED, "Unknown": ["x"]}) == [Outcome.MET]
    assert replies.missed(body, REJECT, ASKED) == []


@pytest.mark.parametrize(
    ("request_element", "actual"),
    [
        ("<Request><IsValid>True</IsValid></Request>", f"no {REJECT}Request under Request"),
        (WHOLE.replace("<Reason>no &amp; no</Reason>", ""), "Reason stands 0 times, sent 1 times"),
        (WHOLE.replace("no &amp; no", "no &amp;amp; no"), "Reason is 'no &amp; no', sent 'no & no'"),
        (WHOLE.replace(">Q<", "><"), "QualificationRequestId is '', sent 'Q'"),
        (WHOLE.replace("<Reason>", "<Reason>x</Reason><Reason>"), "Reason stands 2 times, sent 1 times"),
        (echoed("", "GrantQualificationRequest"), f"no {REJECT}Request under Request"),
    ],
    ids=["none", "a part is missing", "escaped twice", "emptied", "doubled", "of another operation"],
)
def test_an_echo_that_differs_is_reported(request_element: str, actual: str, replies: Any) -> None:
    """With the first difference."""
    found = replies.missed(replies.rejection(request_element), REJECT, ASKED)
    assert [(one.requirement, one.where, one.actual) for one in found] == [
        (GROUP, f"/{REJECT}Response//Request/{REJECT}Request", actual)
    ]
    assert found[0].expected == f"{REJECT}Request with the values sent"


@pytest.mark.parametrize("groups", [[], [""], ["Minimal"]])
@pytest.mark.parametrize("name", [f"{REJECT}Request", REJECT])
def test_an_echo_that_nobody_asked_for_is_reported(groups: list[str], name: str, replies: Any) -> None:
    """Named as the request or, in older schemas, as the operation."""
    values = {"QualificationRequestId": ["Q"], **({"ResponseGroup": groups} if groups else {})}
    (finding,) = replies.missed(replies.rejection(echoed("", name)), REJECT, values)
    assert (finding.requirement, finding.actual) == (OFF, name)
    assert finding.expected == "no echo of the parameters without the response group Request"
    assert replies.of(OFF, replies.rejection(), REJECT, values) == [Outcome.MET]


def test_an_operation_without_a_slot_may_echo_when_asked(replies: Any) -> None:
    """No schema has a place for it, and no requirement forbids it."""
    request = "<Request><IsValid>True</IsValid><GetQualificationScoreRequest/></Request>"
    qualification = "<QualificationTypeId>T</QualificationTypeId><SubjectId>W</SubjectId><IntegerValue>1</IntegerValue>"
    body = replies.reply("GetQualificationScore", request + qualification, result="Qualification")
    values = {"QualificationTypeId": ["T"], "SubjectId": ["W"]}
    found = replies.findings(body, "GetQualificationScore", {**values, "ResponseGroup": ["Request"]})
    assert [one for one in found if one.outcome is not Outcome.MET] == []
    assert [one.requirement for one in replies.missed(body, "GetQualificationScore", values)] == [OFF]


def test_what_is_no_echo_is_not_taken_for_one(replies: Any) -> None:
    """Another element under Request is unknown there, and its name makes it nothing else."""
    body = replies.rejection("<Request><IsValid>True</IsValid><Price/></Request>")
    findings = [one for one in replies.findings(body, REJECT) if one.outcome is not Outcome.MET]
    assert [(one.outcome, one.actual) for one in findings] == [(Outcome.SEEN, "Price is not known here")]


def test_an_echo_stands_under_request_only(replies: Any) -> None:
    """At another place an element of its name is one that does not belong there."""
    body = replies.rejection(f"<Request><IsValid>True</IsValid></Request><{REJECT}Request/>")
    (finding,) = replies.missed(body, REJECT, ASKED | {"ResponseGroup": ["Minimal"]})
    assert finding.requirement == f"{REJECT}.Result.nothing-else"
    assert finding.actual == f"{REJECT}Request is not known here"


def test_a_refusal_need_not_echo(replies: Any) -> None:
    """Nothing is said about it."""
    error = "<Errors><Error><Code>C</Code><Message/></Error></Errors>"
    body = replies.rejection(f"<Request><IsValid>False</IsValid>{error}</Request>")
    assert replies.of(GROUP, body, REJECT, ASKED) == []


@given(
    values=st.dictionaries(
        st.sampled_from(["QualificationRequestId", "Reason"]), st.lists(texts(), min_size=2, max_size=3)
    )
)
def test_the_order_of_repeated_values_counts(values: dict[str, list[str]], replies: Any) -> None:
    """What was sent twice comes back twice, in its order."""
    asked = {**values, "ResponseGroup": ["Request"]}
    reverse = {name: sent[::-1] for name, sent in values.items()}
    for echo in (values, reverse):
        body = write_reply(operation_reply(shapes_for(LATEST), REJECT, "r", echo=dict(echo))).body
        expected = Outcome.MET if echo == values else Outcome.MISSED
        assert replies.of(GROUP, body, REJECT, asked) == [expected]
