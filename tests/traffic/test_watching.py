"""Traffic judged while it flows: told once, and written so that an audit of the record says the same."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.bindings.query import Credentials, write_call
from conformance.errors import KitError
from conformance.record.events import ExchangeEvent, Verdict
from conformance.record.reader import read_record
from conformance.record.redaction import REDACTED
from conformance.traffic.auditing import audit_all
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options, conclude
from conformance.traffic.watching import Watch, without_secrets
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse
from conformance.wire.timestamps import format_timestamp

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.record.audited import Audited, Fault, FaultKey
    from tests.conftest import Answer, Kit

FOREIGN = Exchange(
    request=HttpRequest(method="GET", url="https://example.com/?password=secret"),
    response=HttpResponse(status=200, body=b"<html/>"),
    sent_at=0,
    received_at=0,
)


def call(answer: Answer, operation: str, credentials: Credentials, **values: str) -> Exchange:
    """Return a call with what a handler answers to it."""
    moment = time.time()
    request = write_call(
        operation,
        {name: [value] for name, value in values.items()},
        url="http://mturk.example/",
        credentials=credentials,
        version="2014-08-15",
        timestamp=format_timestamp(moment),
    )
    request = replace(request, headers=(*request.headers, ("Cookie", "session=1")))
    return Exchange(request=request, response=answer(request), sent_at=moment, received_at=moment)


def spoiled(exchange: Exchange) -> Exchange:
    """Return an exchange whose reply names its RequestId otherwise."""
    assert exchange.response is not None
    body = exchange.response.body.replace(b"RequestId>", b"RequestID>")
    return replace(exchange, response=replace(exchange.response, body=body))


def faults_of(audited: Audited) -> dict[FaultKey, int]:
    """Return how often each fault was seen."""
    return {key: fault.count for key, fault in audited.faults.items()}


class Watched:
    """A watch whose record is in a folder of the test, and what it told."""

    def __init__(self, folder: Path, *, keeps_secrets: bool = False) -> None:
        self.record = folder / "watched.jsonl"
        self.told: list[tuple[FaultKey, str]] = []
        self.watch = Watch(
            options=Options(), tell=self._tell, record=self.record, url="http://x/", keeps_secrets=keeps_secrets
        )
        self.watch.begin()

    def _tell(self, key: FaultKey, fault: Fault, exchange: str) -> None:
        self.told.append((key, exchange))

    def over(self, *exchanges: Exchange) -> None:
        """Watch exchanges, to the end."""
        for exchange in exchanges:
            self.watch.take(exchange)
        self.watch.end()

    def audited(self) -> Audited:
        """Return what an audit of the record says."""
        audited = audit_all([Source(number=0, path=str(self.record))], Options())
        conclude(audited)
        return audited


@pytest.fixture
def calls(kit: Kit) -> list[Exchange]:
    """Return two good calls and one with an error for its answer."""
    answer = kit.endpoint()
    return [
        call(answer, "GetAccountBalance", kit.first),
        call(answer, "GetHIT", kit.first, HITId="3ZURAPD288NJZ4HUTVEJXT1RKF51F5"),
        call(answer, "SearchHITs", kit.second),
    ]


def test_good_traffic_is_met_and_nothing_is_told(calls: list[Exchange], tmp_path: Path) -> None:
    """The record says what was met."""
    watched = Watched(tmp_path)
    watched.over(*calls, FOREIGN)
    assert [key for key, _ in watched.told if key.grade != "observed"] == []
    account = watched.watch.account
    assert (account.judged, account.foreign, account.failed) == (3, 1, 0)
    record = read_record(watched.record)
    assert len(record.exchanges) == 3
    assert record.end is not None
    assert record.end.exit_code == 0
    assert {one.requirement for one in record.verdicts if one.verdict is Verdict.PASS} >= {
        "Common.Response.well-formed"
    }
    assert b"example.com" not in watched.record.read_bytes()


def test_a_fault_is_told_once(calls: list[Exchange], tmp_path: Path) -> None:
    """With the exchange that shows it; the record has it as a verdict on that."""
    watched = Watched(tmp_path)
    watched.over(calls[0], spoiled(calls[0]), spoiled(calls[0]))
    failed = [one for one in watched.told if one[0].grade == "fail"]
    assert failed
    assert Counter(watched.told).most_common(1)[0][1] == 1
    assert {exchange for _, exchange in failed} == {"traffic#2"}
    record = read_record(watched.record)
    assert {one.requirement for one in record.verdicts if one.verdict is Verdict.FAIL} == {
        key.requirement for key, _ in failed
    }
    assert record.end is not None
    assert record.end.exit_code == 1


@pytest.mark.parametrize("keeps_secrets", [False, True])
def test_an_audit_of_the_record_says_the_same(calls: list[Exchange], tmp_path: Path, keeps_secrets: bool) -> None:
    """Fault by fault, and as often."""
    watched = Watched(tmp_path, keeps_secrets=keeps_secrets)
    watched.over(*calls, FOREIGN, *map(spoiled, calls), *calls)
    assert any(key.grade == "fail" for key in faults_of(watched.watch.audited))
    assert faults_of(watched.audited()) == faults_of(watched.watch.audited)
    assert watched.audited().met == watched.watch.audited.met


def test_what_is_written_has_no_secrets(calls: list[Exchange], tmp_path: Path, kit: Kit) -> None:
    """Unless they are asked for."""
    for keeps_secrets in (False, True):
        watched = Watched(tmp_path, keeps_secrets=keeps_secrets)
        watched.over(*calls)
        text = watched.record.read_text("utf-8")
        assert (kit.first.access_key_id in text) is keeps_secrets
        assert ("session=1" in text) is keeps_secrets
        assert (f"Signature={REDACTED}" in text) is not keeps_secrets


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest(method="GET", url="http://x/?Operation=GetHelp&AWSAccessKeyId=AKIDEXAMPLEOFTHETESTS&Signature=abc"),
        HttpRequest(method="POST", url="/", body=b"<s:AWSAccessKeyId>AKIDEXAMPLEOFTHETESTS</s:AWSAccessKeyId>"),
        HttpRequest(method="POST", url="/", body=b"AWSAccessKeyId=AKIDEXAMPLEOFTHETESTS"),
    ],
)
def test_an_access_key_is_taken_out_wherever_it_is(request_: HttpRequest) -> None:
    """The reply may quote it."""
    response = HttpResponse(status=403, body=b"no such key: AKIDEXAMPLEOFTHETESTS")
    event = ExchangeEvent(id="1", exchange=Exchange(request=request_, response=response, sent_at=0, received_at=0))
    assert "AKIDEXAMPLE" not in repr(without_secrets(event))


def test_an_invented_key_is_taken_out_in_its_place_only() -> None:
    """A short one may be a word of the reply, which is not to be changed."""
    request = HttpRequest(method="GET", url="http://x/?AWSAccessKeyId=Request&Operation=GetHelp")
    response = HttpResponse(status=200, body=b"<Request/>")
    event = ExchangeEvent(id="1", exchange=Exchange(request=request, response=response, sent_at=0, received_at=0))
    cleaned = without_secrets(event).exchange
    assert cleaned.request.url == f"http://x/?AWSAccessKeyId={REDACTED}&Operation=GetHelp"
    assert cleaned.response == response


def test_a_record_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Before anything flows."""
    with pytest.raises(KitError, match="cannot write the record"):
        Watched(tmp_path / "nowhere")
