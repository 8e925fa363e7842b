"""What only JSON has: the target, the types of parameters, Signature Version 4 and what it covers."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.bindings.json import TARGET
from conformance.bindings.query import Credentials
from conformance.checks.expectation import Expect
from conformance.spec.service_model import model
from conformance.suites.json_messages import (
    BALANCE,
    NO_FAULT,
    Described,
    judge_turned_down,
    send_object,
    signed_anew,
    target_of,
    with_header,
    without_header,
)
from conformance.suites.preconditions import Given
from conformance.suites.qualification_types import DISPOSE, GET, UPDATE
from conformance.suites.times import MINUTE
from conformance.target.requester import Requester
from conformance.transport.sigv4 import AUTHORIZATION
from conformance.wire.messages import HttpRequest

MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "a body that breaks off": lambda body: body[:-1],
    "a list for a body": lambda body: b"[" + body + b"]",
    "a text for a body": lambda body: json.dumps(body.decode()).encode(),
    "a body that is not UTF-8": lambda body: body.replace(b"changed", b"chang\xff\xfe"),
}
WITHIN, BEYOND = 4 * MINUTE, 20 * MINUTE
_SIGNATURE = "Common.JSON.signature"


@pytest.mark.verifies("Common.JSON.target", _SIGNATURE)
def test_target_names_the_operation(requester: Requester, given: Given, expect: Expect) -> None:
    balance = requester.call(BALANCE)
    for requirement in ("Common.JSON.target", _SIGNATURE):
        expect(requirement, balance.accepted, where=target_of(BALANCE), expected="success", actual=balance.summary)
    described = Described.new(given)
    reply = send_object(requester, UPDATE, described.content("another one"))
    told = given.settled(described.description, lambda text: text == "another one")
    expect(
        "Common.JSON.target",
        reply.accepted and told == "another one",
        where=target_of(UPDATE),
        expected="success, and the Description is changed",
        actual=f"{reply.summary}; the Description is {told!r}",
    )


@pytest.mark.verifies("Common.JSON.target.unknown", NO_FAULT)
def test_targets_that_name_nothing(requester: Requester, expect: Expect) -> None:
    for target in (f"{model().target}.Un{BALANCE}", f"MTurkWorkerServiceV20170117.{BALANCE}", BALANCE):
        request = signed_anew(requester.write(BALANCE), requester.credentials, target=target)
        reply = requester.send(f"Un{BALANCE}", request)
        judge_turned_down("Common.JSON.target.unknown", reply, f"X-Amz-Target: {target}", expect)


@pytest.mark.verifies("Common.JSON.malformed", NO_FAULT)
def test_bodies_that_are_no_object(requester: Requester, given: Given, expect: Expect) -> None:
    described = Described.new(given)
    good = described.request()
    for what, spoil in MALFORMED.items():
        reply = requester.send(UPDATE, signed_anew(good, requester.credentials, body=spoil(good.body)))
        described.judge_turned_down("Common.JSON.malformed", reply, what, expect)


@pytest.mark.verifies("Common.JSON.parameter-types", NO_FAULT)
def test_values_of_other_types(requester: Requester, given: Given, expect: Expect) -> None:
    requirement, described = "Common.JSON.parameter-types", Described.new(given)
    faulty: tuple[dict[str, Any], ...] = (
        {"Description": 12},
        {"Description": ["changed"]},
        {"Description": {"changed": "changed"}},
        {"RetryDelayInSeconds": "soon"},
        {"RetryDelayInSeconds": [60]},
        {"AutoGranted": "perhaps"},
        {"QualificationTypeStatus": True},
    )
    before = described.description()
    for values in faulty:
        reply = send_object(requester, UPDATE, described.content() | values)
        what = f"{UPDATE} with {json.dumps(values)}"
        judge_turned_down(requirement, reply, what, expect)
        told = described.description()
        where = f"{what}, read afterwards"
        expect(requirement, told == before, where=where, expected=repr(before), actual=repr(told))
    for operation, values in (
        ("GetAssignmentsForHIT", {"HITId": described.type_id, "AssignmentStatuses": "Submitted"}),
        ("SearchHITs", {"MaxResults": [1]}),
    ):
        reply = send_object(requester, operation, values)
        judge_turned_down(requirement, reply, f"{operation} with {json.dumps(values)}", expect)


@pytest.mark.verifies("Common.JSON.unknown-members", "Common.JSON.null-members")
def test_members_that_are_unknown_or_null(requester: Requester, given: Given, expect: Expect) -> None:
    reply = send_object(requester, BALANCE, {"Conformance": {"Member": ["one"]}})
    expect.see("Common.JSON.unknown-members", where=f"{BALANCE} with a member of another name", actual=reply.summary)
    requirement, described = "Common.JSON.null-members", Described.new(given)
    nothing = {"RetryDelayInSeconds": None, "AutoGranted": None, "Test": None}
    reply = send_object(requester, UPDATE, described.content("another one", **nothing))
    told = given.settled(described.description, lambda text: text == "another one")
    expect(
        requirement,
        reply.accepted and told == "another one",
        where=f"{UPDATE} with null for {', '.join(nothing)}",
        expected="success, and the Description is changed",
        actual=f"{reply.summary}; the Description is {told!r}",
    )
    reply = send_object(requester, GET, {"QualificationTypeId": None})
    judge_turned_down(requirement, reply, f"{GET} with null for its id", expect)


@pytest.mark.verifies(
    *(f"{_SIGNATURE}.{topic}" for topic in ("wrong-secret", "body", "unknown-key", "missing")), NO_FAULT
)
def test_signatures_of_others(requester: Requester, given: Given, expect: Expect) -> None:
    own = requester.credentials
    other = Credentials(access_key_id=own.access_key_id, secret_key="x" * 40)
    nobody = Credentials(access_key_id=f"AKIA{given.name('K').replace(' ', '').upper()}"[:20], secret_key="x" * 40)
    changes: dict[str, Callable[[HttpRequest], HttpRequest]] = {
        "wrong-secret": lambda good: signed_anew(good, other),
        "unknown-key": lambda good: signed_anew(good, nobody),
        "missing": lambda good: without_header(good, AUTHORIZATION),
        "body": lambda good: replace(
            signed_anew(good, own, body=good.body.replace(b"changed", b"another")), body=good.body
        ),
    }
    for topic, change in changes.items():
        described = Described.new(given)
        reply = requester.send(UPDATE, change(described.request()))
        described.judge_turned_down(f"{_SIGNATURE}.{topic}", reply, f"{UPDATE}, {topic}", expect)


@pytest.mark.verifies(f"{_SIGNATURE}.target", NO_FAULT)
def test_another_operation_than_was_signed(requester: Requester, given: Given, expect: Expect) -> None:
    requirement, described = f"{_SIGNATURE}.target", Described.new(given)
    signed = requester.write(GET, {"QualificationTypeId": described.type_id})
    reply = requester.send(DISPOSE, with_header(signed, TARGET, target_of(DISPOSE)))
    what = f"{GET}, sent as {DISPOSE}"
    judge_turned_down(requirement, reply, what, expect)
    left = requester.call(GET, {"QualificationTypeId": described.type_id})
    expect(requirement, left.accepted, where=f"{what}, read afterwards", expected="the type", actual=left.summary)


@pytest.mark.verifies(f"{_SIGNATURE}.date", NO_FAULT)
def test_date_of_a_call(requester: Requester, given: Given, expect: Expect) -> None:
    requirement, described = f"{_SIGNATURE}.date", Described.new(given)
    for later in (-WITHIN, WITHIN):
        request = signed_anew(requester.write(BALANCE), requester.credentials, later=later)
        reply = requester.send(BALANCE, request)
        where = f"X-Amz-Date {later / MINUTE:+.0f} minutes"
        expect(requirement, reply.accepted, where=where, expected="success", actual=reply.summary)
    for later in (-BEYOND, BEYOND):
        reply = requester.send(UPDATE, signed_anew(described.request(), requester.credentials, later=later))
        described.judge_turned_down(requirement, reply, f"X-Amz-Date {later / MINUTE:+.0f} minutes", expect)
