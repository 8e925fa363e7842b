"""Traffic of boto3 in captures: nothing is found in it, what is planted is, what recorders do to it is no finding."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.spec.versions import TODAY
from tests.traffic.boto3_traffic import SCHEMAS, asked, audited, faults_of, of, recorded, replied
from tests.traffic.mangling import MANGLINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.messages import Exchange

PORTABLE = (
    "as it was",
    "another host and path",
    "path alone",
    "names of headers in lower case",
    "no lengths",
    "folded headers",
    "headers joined",
    "headers of a proxy",
    "a line feed behind",
    "lines end with CR LF",
    "times lost",
)
"""What the table for XML has that says as much of JSON."""


@pytest.fixture(scope="module")
def traffic() -> list[Exchange]:
    """Return what boto3 and the embedded endpoint said to each other."""
    return recorded()


@pytest.mark.parametrize("options", [{}, {"requests": True}, {"version": TODAY}, {"version": "2014-08-15"}])
def test_in_what_boto3_and_the_endpoint_say_nothing_is_found(traffic: list[Exchange], options: dict[str, Any]) -> None:
    """All of it is judged, by 2017-01-17, and nothing is missed."""
    outcome = audited(traffic, **options)
    assert faults_of(outcome) == []
    assert (outcome.files[0].judged, outcome.files[0].unmeasured, outcome.files[0].foreign) == (len(traffic), 0, 0)
    assert {version for _, version in outcome.coverage.operations} == {TODAY}
    assert outcome.met["Common.JSON.value-types"] > 0.9 * len(traffic) - 5
    assert outcome.coverage.parameters["CreateHIT", "UniqueRequestToken"] == 1
    assert outcome.coverage.values["SearchHITs", "HIT/HITStatus=Assignable"] > 0


PLANTED: dict[str, tuple[str, Callable[[dict[str, Any]], Any], tuple[str, str]]] = {
    "no HITId": ("GetHIT", lambda told: told["HIT"].pop("HITId"), ("Common.Ids.told", "HIT")),
    "no AssignmentId": (
        "ListAssignmentsForHIT",
        lambda told: told["Assignments"][1].pop("AssignmentId"),
        ("Common.Ids.told", "Assignments[1]"),
    ),
    "no HIT": ("CreateHIT", lambda told: told.pop("HIT"), ("Common.Ids.told", "HIT")),
    "a text for a number": (
        "GetHIT",
        lambda told: told["HIT"].update(MaxAssignments="3"),
        ("Common.JSON.value-types", "HIT.MaxAssignments"),
    ),
    "a moment as a text": (
        "GetHIT",
        lambda told: told["HIT"].update(CreationTime="2017-01-17T00:00:00Z"),
        ("Common.JSON.value-types", "HIT.CreationTime"),
    ),
    "an unknown status": (
        "GetHIT",
        lambda told: told["HIT"].update(HITStatus="Assigned"),
        ("HIT.HITStatus.values", "HIT.HITStatus"),
    ),
    "an answer that is no document": (
        "ListAssignmentsForHIT",
        lambda told: told["Assignments"][0].update(Answer="<a"),
        ("Assignment.Answer.escaped", "Assignments[0].Answer"),
    ),
    "an unknown member": (
        "GetHIT",
        lambda told: told["HIT"].update(Colour="red"),
        ("Common.Response.schema-names", "HIT"),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_in_a_reply_is_told(traffic: list[Exchange], name: str) -> None:
    """With the place by the names that JSON has."""
    operation, change, expected = PLANTED[name]
    found = [
        (requirement, where) for requirement, where, _ in faults_of(audited([replied(of(traffic, operation), change)]))
    ]
    assert expected in found
    assert found[0][0].partition(".")[0] in (expected[0].partition(".")[0], "Common")


def test_an_error_with_a_status_of_success_is_told(traffic: list[Exchange]) -> None:
    """Clients would take it for a reply without members."""
    found = faults_of(audited([replied(traffic[-1], lambda _: None, status=200)]))
    assert [requirement for requirement, _, _ in found] == ["Common.JSON.error-status"]


REQUESTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a required member left out": ("CreateHIT", {"Title": None}, "CreateHIT.Title.required", "Title"),
    "a document of another kind": (
        "CreateHIT",
        {"Question": "<a/>"},
        "CreateHIT.Question.schema-invalid",
        "Question → /a",
    ),
    "an address by http": (
        "CreateHIT",
        {
            "Question": f'<ExternalQuestion xmlns="{SCHEMAS}/2006-07-14/ExternalQuestion.xsd">'
            "<ExternalURL>http://example.com/</ExternalURL><FrameHeight>4</FrameHeight></ExternalQuestion>"
        },
        "ExternalQuestion.https",
        "Question → /ExternalQuestion/ExternalURL",
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_faults_of_requests_are_told_when_they_are_asked_for(traffic: list[Exchange], name: str) -> None:
    """By the model, and the documents in texts by their schemas."""
    operation, members, requirement, where = REQUESTS[name]
    spoilt = asked(of(traffic, operation), **members)
    found = faults_of(audited([spoilt], requests=True))
    assert (requirement, where) in [one[:2] for one in found]


@pytest.mark.parametrize(
    ("operation", "members", "where", "actual"),
    [
        ("CreateHIT", {"MaxAssignments": "5"}, "MaxAssignments", "the text '5'"),
        ("CreateHITType", {"Reward": 0.1}, "Reward", "'0.1'"),
        (
            "CreateHITType",
            {"QualificationRequirements": [{"QualificationTypeId": "1", "Comparator": "Like"}]},
            "QualificationRequirements[0].Comparator",
            "'Like'",
        ),
        ("GetHIT", {"HITId": "a b"}, "HITId", "'a b'"),
    ],
)
def test_what_no_requirement_speaks_of_is_told_as_observed(
    traffic: list[Exchange], operation: str, members: dict[str, Any], where: str, actual: str
) -> None:
    """Types of JSON, patterns and values of enumerations by the model."""
    outcome = audited([asked(of(traffic, operation), **members)], requests=True)
    seen = [(one.key.requirement, one.first[0].where, one.first[0].actual) for one in outcome.in_order()]
    assert ("request", where, actual) in seen
    assert faults_of(outcome) == []


def test_a_body_that_was_lost_is_no_fault_of_the_request(traffic: list[Exchange]) -> None:
    """What a recorder left out was sent all the same."""
    bare = [replace(one, request=replace(one.request, body=b"")) for one in traffic]
    assert faults_of(audited(bare, requests=True)) == []


# The story


def again(exchange: Exchange, number: int) -> Exchange:
    """Return the same call made once more, a minute later, accepted again."""
    assert exchange.response is not None
    headers = {**dict(exchange.response.headers), "x-amzn-RequestId": f"0000-{number}"}
    sent = {**dict(exchange.request.headers), "X-Amz-Date": "20990101T000000Z"}
    return replace(
        exchange,
        request=replace(exchange.request, headers=tuple(sent.items())),
        response=replace(exchange.response, headers=tuple(headers.items())),
        sent_at=exchange.sent_at + 60,
        received_at=exchange.received_at + 60,
    )


def test_one_token_twice_is_told(traffic: list[Exchange]) -> None:
    """Both calls of SendBonus were accepted."""
    paid = of(traffic, "SendBonus")
    signed = {**dict(paid.request.headers), "X-Amz-Date": "20990101T000000Z"}
    first = replace(paid, request=replace(paid.request, headers=tuple(signed.items())))
    found = faults_of(audited([first, again(first, 1)]))
    assert [requirement for requirement, _, _ in found] == ["GrantBonus.UniqueRequestToken.replay"]


def test_an_id_of_a_request_that_comes_again_is_told(traffic: list[Exchange]) -> None:
    """Though both bodies are alike: they are calls of different operations."""
    first, other = of(traffic, "GetAccountBalance"), of(traffic, "GetHIT")
    assert first.response is not None
    assert other.response is not None
    other = replace(other, response=replace(other.response, headers=first.response.headers))
    found = faults_of(audited([first, other]))
    assert [requirement for requirement, _, _ in found] == ["Common.Response.request-id-unique"]


def test_a_rejection_taken_back_is_no_finding(traffic: list[Exchange]) -> None:
    """With OverrideRejection; a second approval after it is one."""
    rejected, approved = of(traffic, "RejectAssignment"), of(traffic, "ApproveAssignment")
    assignment = json.loads(rejected.request.body)["AssignmentId"]
    plain = again(asked(approved, AssignmentId=assignment), 1)
    pardoned = again(asked(approved, AssignmentId=assignment, OverrideRejection=True), 2)
    assert faults_of(audited([rejected, pardoned])) == []
    assert faults_of(audited([rejected, plain])) != []


# Captures


def _body(exchange: Exchange, change: Callable[[bytes], bytes]) -> Exchange:
    assert exchange.response is not None
    return replace(
        exchange,
        request=replace(exchange.request, body=change(exchange.request.body)),
        response=replace(exchange.response, body=change(exchange.response.body)),
    )


def _headers(exchange: Exchange, out: str) -> Exchange:
    assert exchange.response is not None
    kept = tuple(pair for pair in exchange.request.headers if not re.fullmatch(out, pair[0], re.IGNORECASE))
    told = tuple(pair for pair in exchange.response.headers if not re.fullmatch(out, pair[0], re.IGNORECASE))
    return replace(
        exchange, request=replace(exchange.request, headers=kept), response=replace(exchange.response, headers=told)
    )


def _filtered(exchange: Exchange) -> Exchange:
    names = ("authorization", "x-amz-date", "x-amz-security-token", "user-agent")
    sent = tuple((name, "REDACTED" if name.lower() in names else value) for name, value in exchange.request.headers)
    return replace(exchange, request=replace(exchange.request, headers=sent))


def _rewritten(body: bytes, **how: Any) -> bytes:
    return json.dumps(json.loads(body), **how).encode() if body else body


OWN: dict[str, Callable[[Exchange], Exchange]] = {
    "pretty": lambda one: _body(one, lambda body: _rewritten(body, indent=2)),
    "compact": lambda one: _body(one, lambda body: _rewritten(body, separators=(",", ":"))),
    "sorted": lambda one: _body(one, lambda body: _rewritten(body, sort_keys=True)),
    "not escaped": lambda one: _body(one, lambda body: _rewritten(body, ensure_ascii=False)),
    "secrets taken out": lambda one: _headers(one, "authorization|x-amz-date|x-amz-security-token"),
    "secrets replaced": _filtered,
    "no headers but the target": lambda one: _headers(one, "(?!x-amz-target).*"),
    "ids replaced": lambda one: _body(
        one, lambda body: re.sub(rb'("(?:WorkerId|HITId|AssignmentId)": ?")[^"]*', rb"\1<ID>", body)
    ),
    "Workers in lists replaced": lambda one: _body(
        one, lambda body: re.sub(rb'("WorkerIds": ?\[)[^]]*', rb'\1"***REMOVED***"', body)
    ),
    "requests' bodies lost": lambda one: replace(one, request=replace(one.request, body=b"")),
    "requests' bodies replaced": lambda one: replace(one, request=replace(one.request, body=b"[FILTERED]")),
}


@pytest.mark.parametrize("name", [*PORTABLE, *OWN])
def test_what_a_recorder_changes_is_no_finding(name: str, traffic: list[Exchange]) -> None:
    """Nothing is missed, and nothing is taken for the traffic of others."""
    outcome = audited(map(OWN.get(name) or MANGLINGS[name], traffic))
    assert faults_of(outcome) == []
    assert outcome.files[0].judged == len(traffic)


@pytest.mark.parametrize("name", ["no headers", "requests lost", "replies not recorded", "cached"])
def test_what_was_not_recorded_is_not_measured(name: str, traffic: list[Exchange]) -> None:
    """Without the header X-Amz-Target nobody knows the operation; nothing is found then."""
    outcome = audited(map(MANGLINGS[name], traffic))
    assert faults_of(outcome) == []
    assert outcome.files[0].judged == 0


def test_an_exchange_captured_twice_is_no_finding(traffic: list[Exchange]) -> None:
    """As where a client and a proxy write into one capture."""
    assert faults_of(audited(one for exchange in traffic for one in (exchange, exchange))) == []
