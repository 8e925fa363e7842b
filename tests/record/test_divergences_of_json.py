"""Where two plays of one run part that speak JSON: members and their values, but for ids, times and tokens."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.record.divergences import Compared, compare
from conformance.record.reader import Record
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse
from tests.record.test_divergences import HEADER

CASE = "a/b|2017-01-17|json"
TARGET = "MTurkRequesterServiceV20170117.GetHIT"


def exchange(reply: Any, *, sent: Any = None, at: float = 1_500_000_000.0, status: int = 200) -> Exchange:
    """Return a call of GetHIT at a moment; what is no object is a reply as it stands."""
    headers = (("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", TARGET))
    request = HttpRequest(method="POST", url="http://one:1/", headers=headers, body=json.dumps(sent or {}).encode())
    body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
    return Exchange(request=request, response=HttpResponse(status=status, body=body), sent_at=at, received_at=at + 0.1)


def compared(first: Exchange, second: Exchange) -> Compared:
    """Return in what two plays of one call differ."""
    other = replace(HEADER, run_id="bbbb2222")
    records = [
        Record(path="r", header=header, exchanges={f"{CASE}#1": one})
        for header, one in ((HEADER, first), (other, second))
    ]
    return compare(*records)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"HIT": {"HITId": "3AAAAAAAAAAAAAAA1"}}, {"HIT": {"HITId": "17"}}),
        ({"Title": "t aaaa1111 1"}, {"Title": "t bbbb2222 1"}),
        ({"CreationTime": 1_500_000_000.25}, {"CreationTime": 1_500_000_001}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"NextToken": "p1:abc"}, {"NextToken": "x"}),
        ({"__type": "RequestError", "Message": "no"}, {"__type": "RequestError", "Message": "never"}),
    ],
)
def test_what_is_another_one_each_time_is_no_divergence(first: Any, second: Any) -> None:
    """Ids, texts of the run, times within seconds, the order of members, tokens, the wording of errors."""
    assert compared(exchange(first), exchange(second)).divergences == ()


@pytest.mark.parametrize(
    ("first", "second", "aspect", "place"),
    [
        ({"HITStatus": "Assignable"}, {"HITStatus": "Reviewable"}, "value", "HITStatus"),
        ({"NumResults": 1}, {"NumResults": 2}, "value", "NumResults"),
        ({"HITs": [{"Title": "a"}]}, {"HITs": [{}]}, "element", "HITs/item/Title"),
        ({"CreationTime": 1_500_000_000}, {"CreationTime": 1_500_009_000}, "value", "CreationTime"),
        ({}, b"<html/>", "body", ""),
    ],
)
def test_what_differs_is_told(first: Any, second: Any, aspect: str, place: str) -> None:
    """With its place in the JSON."""
    (found,) = compared(exchange(first), exchange(second)).divergences
    assert (found.unlike.aspect, found.unlike.place) == (aspect, place)


def test_of_an_error_the_code_counts() -> None:
    """And nothing beside it."""
    told = [
        exchange({"__type": "RequestError", "Message": "m", "TurkErrorCode": f"AWS.MechanicalTurk.{name}"}, status=400)
        for name in ("One", "Two")
    ]
    (found,) = compared(*told).divergences
    assert found.unlike.aspect == "codes"


def test_other_calls_are_not_compared() -> None:
    """Of another operation, or with another value."""
    other = exchange({}, sent={"HITId": "x", "Reason": "other"})
    assert compared(exchange({}, sent={"HITId": "x", "Reason": "one"}), other).divergences == ()
    assert compared(exchange({}, sent={"HITId": "x", "Reason": "one"}), other).exchanges == 0
