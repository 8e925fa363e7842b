"""Entries judged and counted: what is ours, what is others', and what comes together as one fault."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from conformance.record.audited import FIRST, Audited, FileAccount, merged
from conformance.record.places import Place
from conformance.spec.versions import LATEST
from conformance.strategies.bulk import bulk_exchanges
from conformance.traffic.entries import Entry
from conformance.traffic.json_recognition import OTHER_VERSION_REASON
from conformance.traffic.judging import Judging, Options, conclude
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

REPLY = (
    b'<?xml version="1.0"?>\n<RejectAssignmentResponse><OperationRequest><RequestId>r</RequestId></OperationRequest>'
    b"<RejectAssignmentResult><Request><IsValid>True</IsValid></Request></RejectAssignmentResult>"
    b"</RejectAssignmentResponse>"
)
URL = "/?Service=AWSMechanicalTurkRequester&Operation=RejectAssignment&Version=2014-08-15"
CALL = HttpRequest(
    method="GET", url=f"{URL}&AWSAccessKeyId=K&Signature=S&Timestamp=2014-08-15T10:00:00Z&AssignmentId=A"
)


def exchange(request: HttpRequest = CALL, body: bytes = REPLY, at: float = 1.0) -> Exchange:
    """Return a call with its reply."""
    response = HttpResponse(status=200, headers=(("Content-Type", "text/xml"),), body=body)
    return Exchange(request=request, response=response, sent_at=at, received_at=at)


def audited(entries: Iterable[Exchange | bytes | str], options: Options | None = None) -> Audited:
    """Return what a file shows that holds exchanges, bodies, and faults."""
    outcome = Audited(files={0: FileAccount(file="f", format="")})
    judging = Judging(options or Options())
    for number, one in enumerate(entries, 1):
        place = Place(source=0, file="f", entry=number, line=number)
        if isinstance(one, Exchange):
            judging.take(Entry(place=place, exchange=one), outcome)
        elif isinstance(one, bytes):
            judging.take(Entry(place=place, body=one), outcome)
        else:
            judging.take(Entry(place=place, fault=one), outcome)
    judging.finish(outcome)
    conclude(outcome)
    return outcome


def spoilt(seed: int, number: int, spoil: Callable[[bytes], bytes]) -> list[Exchange]:
    """Return bulk traffic whose replies are all spoilt in one way."""
    return [
        replace(one, response=replace(one.response, body=spoil(one.response.body)))
        for one in islice(bulk_exchanges(seed, LATEST), number)
        if one.response is not None
    ]


def test_every_entry_is_accounted_for() -> None:
    """Judged, of others, not measured, or not read."""
    other = HttpRequest(method="GET", url="http://e.test/style.css")
    later = HttpRequest(method="POST", url="/", headers=(("X-Amz-Target", "MTurkRequesterServiceV20990101.X"),))
    failed = replace(exchange(), response=None, failure="timeout")
    outcome = audited([exchange(), exchange(other, b"a{}"), exchange(later, b"{}"), failed, "cut short", REPLY])
    account = outcome.files[0]
    assert (account.entries, account.judged, account.foreign, account.unmeasured, account.unread) == (6, 2, 1, 2, 1)
    assert account.reason == OTHER_VERSION_REASON
    assert [one.reason for one in outcome.unread] == ["cut short"]
    assert outcome.faults == {}


def test_a_bare_reply_has_the_line_of_its_element() -> None:
    """A file that is one document is looked at line by line; an entry of a capture is not."""
    body = REPLY.replace(b"<IsValid>True", b"\n\n<IsValid>true")
    (alone,) = audited([body]).faults.values()
    assert alone.first[0].place.line == 4
    (lost,) = audited([exchange(HttpRequest(method="GET", url="/"), body)]).faults.values()
    assert lost.first[0].place.line == 1
    assert (lost.key.requirement, lost.key.binding) == ("Common.Response.is-valid", "query")


def test_faults_of_requests_are_told_when_they_are_asked_for() -> None:
    """They say nothing of the endpoint."""
    faulty = replace(CALL, url=CALL.url.replace("&AssignmentId=A", ""))
    assert audited([exchange(faulty)]).faults == {}
    (fault,) = audited([exchange(faulty)], Options(requests=True)).faults.values()
    assert fault.key.requirement == "RejectAssignment.AssignmentId.required"
    assert fault.first[0].note == "the request's own fault"


def test_a_request_that_cannot_be_read_is_told_when_faults_of_requests_are_asked_for() -> None:
    """Its reply is judged all the same."""
    faulty = exchange(replace(CALL, url=f"{CALL.url}&A.0=x"))
    assert audited([faulty]).faults == {}
    outcome = audited([faulty], Options(requests=True))
    assert [key.requirement for key in outcome.faults] == ["Common.REST.repeated-parameter"]
    assert outcome.files[0].judged == 1


@pytest.mark.parametrize("status", [None, 503, 302, 200])
def test_a_call_without_an_answer_may_be_at_fault_by_itself(status: int | None) -> None:
    """Unanswered, throttled, or with a reply that was not recorded; one that is sent elsewhere is told there."""
    faulty = exchange(replace(CALL, url=CALL.url.replace("&AssignmentId=A", "")), b"")
    response = None if status is None else replace(faulty.response, status=status)  # type: ignore[type-var]
    unanswered = replace(faulty, response=response, failure=None if response else "timeout")
    assert audited([unanswered]).faults == {}
    outcome = audited([unanswered], Options(requests=True))
    told = [] if status == 302 else ["RejectAssignment.AssignmentId.required"]
    assert [key.requirement for key in outcome.faults] == told
    assert (outcome.files[0].judged, outcome.files[0].unmeasured) == (0, 1)


def test_a_call_without_an_answer_that_names_no_version_is_not_judged() -> None:
    """What it lacks may be right in another version; where one is told, that counts."""
    url = re.sub("&Version=[0-9-]*|&AssignmentId=A", "", CALL.url)
    unanswered = replace(exchange(replace(CALL, url=url)), response=None, failure="timeout")
    assert audited([unanswered], Options(requests=True)).faults == {}
    assert len(audited([unanswered], Options(requests=True, version=LATEST)).faults) == 1


def test_the_version_that_is_told_counts() -> None:
    """Whatever the call says; an operation that it lacks cannot be judged by its shapes."""
    url = CALL.url.replace("RejectAssignment", "ApproveRejectedAssignment")
    one = exchange(replace(CALL, url=url), REPLY.replace(b"RejectAssignment", b"ApproveRejectedAssignment"))
    assert list(audited([one]).coverage.operations) == [("ApproveRejectedAssignment", LATEST)]
    assert not audited([one], Options(version="2006-10-31")).coverage.operations
    assert list(audited([exchange()], Options(version="2006-10-31")).coverage.operations) == [
        ("RejectAssignment", "2006-10-31")
    ]


def test_exchanges_that_show_faults_are_kept_on_request() -> None:
    """For curl lines and tests."""
    body = REPLY.replace(b"True", b"true")
    outcome = audited([exchange(), exchange(body=body)], Options(keeps=True))
    assert [kept.place.entry for kept in outcome.kept.values()] == [2]
    assert audited([exchange(body=body)]).kept == {}


@pytest.mark.parametrize(
    ("right", "wrong", "requirement", "difference"),
    [
        (b"<IsValid>True<", b"<IsValid>true<", "Common.Response.is-valid", "value"),
        (b"<OperationRequest>", b"<OperationRequests>", "Common.Response.well-formed", "encoding"),
    ],
)
def test_one_root_cause_is_one_fault(right: bytes, wrong: bytes, requirement: str, difference: str) -> None:
    """Of each place in a reply: all that differs from call to call is left out of its key."""
    outcome = audited(spoilt(3, 600, lambda body: body.replace(right, wrong)))
    found = [fault for fault in outcome.in_order() if fault.key.requirement == requirement]
    assert {fault.key.difference for fault in found} == {difference}
    assert len({fault.key.where for fault in found}) == len(found)
    count = sum(fault.count for fault in found)
    assert count == outcome.files[0].failed or difference == "encoding"
    for fault in found:
        assert [one.place for one in fault.first] == sorted(one.place for one in fault.first)
        assert len(fault.first) == min(FIRST, fault.count)


def test_wrong_counters_are_one_fault_a_list() -> None:
    """However many there were, and whatever the numbers."""
    outcome = audited(spoilt(5, 1500, lambda body: body.replace(b"<NumResults>", b"<NumResults>9")))
    requirement = "GetQualificationRequests.Result.elements"
    found = [fault for fault in outcome.faults.values() if fault.key.requirement == requirement]
    assert len(found) == 1
    assert found[0].count > 5
    assert found[0].key.actual == "NumResults is … beside … items"


def test_parts_make_the_same_whole() -> None:
    """Merged in any order; what exchanges show together is judged then."""
    twice = [exchange(at=10.0), exchange(replace(CALL, url=f"{CALL.url}&x=1"), REPLY.replace(b">r<", b">s<"), at=20.0)]
    outcome = audited(twice)
    assert [key.requirement for key in outcome.faults if key.grade != "observed"] == [
        "RejectAssignment.already-rejected"
    ]
    parts = []
    for number, one in enumerate(twice, 1):
        part = Audited(files={0: FileAccount(file="f", format="")})
        judging = Judging(Options())
        judging.take(Entry(place=Place(source=0, file="f", entry=number, line=number), exchange=one), part)
        judging.finish(part)
        parts.append(part)
    for order in (parts, parts[::-1]):
        whole = merged(order)
        conclude(whole)
        assert whole.faults.keys() == outcome.faults.keys()
        assert [fault.first for fault in whole.in_order()] == [fault.first for fault in outcome.in_order()]


def test_files_have_histories_of_their_own() -> None:
    """Two captures may be of two services."""
    whole = Audited()
    for source in (0, 1):
        part = Audited(files={source: FileAccount(file="f", format="")})
        judging = Judging(Options())
        judging.take(Entry(place=Place(source=source, file="f", entry=1), exchange=exchange(at=source + 1.0)), part)
        judging.finish(part)
        whole.merge(part)
    conclude(whole)
    assert [key.requirement for key in whole.faults] == []


@pytest.mark.parametrize(("bound", "value"), [("HISTORY_KEPT", 5), ("HISTORY_BYTES", 1_000)])
def test_only_so_many_exchanges_are_looked_at_together(bound: str, value: int, monkeypatch: Any) -> None:
    """The first ones, whatever the order in which they came; that there are more is told."""
    monkeypatch.setattr(f"conformance.record.audited.{bound}", value)
    outcome = audited([exchange(at=float(number)) for number in range(1, 13)])
    assert outcome.history == []
    assert outcome.history_cut
    assert "history" in {key.requirement for key in outcome.faults}
