"""Records of the kit itself, audited as any other capture."""

import io
import json

import pytest

from conformance.record.events import ActionEvent, End, Event, ExchangeEvent, RunHeader
from conformance.traffic import records
from conformance.traffic.entries import Entry, Source
from conformance.traffic.records import read_run_record
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

HEADER = RunHeader(
    kit="1", run_id="r", seed=1, url="http://x/", profile="p", versions=(), bindings=(), selection=(), started_at=""
)
ACTION = ActionEvent(case="c", after=0, name="advance", arguments=(), result="")
END = End(finished_at="", exit_code=0)


def exchange(number: int, body: bytes = b"<a/>") -> ExchangeEvent:
    sent = HttpRequest(method="POST", url=f"http://x/{number}", body=b"\xff")
    response = HttpResponse(status=200, body=body)
    return ExchangeEvent(id=f"c#{number}", exchange=Exchange(request=sent, response=response, sent_at=1, received_at=2))


def lines(*events: Event) -> bytes:
    return b"".join(json.dumps(event.to_json()).encode() + b"\n" for event in events)


def read(data: bytes) -> list[Entry]:
    return list(read_run_record(io.BytesIO(data), Source(number=0, path="record.jsonl")))


def test_exchanges_are_entries() -> None:
    """In their order, with lines and offsets; other events are none."""
    data = lines(HEADER, exchange(1), ACTION, exchange(2), END)
    entries = read(data)
    assert [entry.exchange for entry in entries] == [exchange(1).exchange, exchange(2).exchange]
    assert [(entry.place.entry, entry.place.line) for entry in entries] == [(1, 2), (2, 4)]
    assert [data[entry.place.offset :].startswith(b'{"type": "exchange"') for entry in entries] == [True, True]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"{", "line 3 is not JSON"),
        (b"[]", "line 3 is no event of a record"),
        (b"\xff\xfe", "line 3 is not JSON"),
        (b"[" * 100_000, "line 3 is not JSON"),
        (b'{"type": "exchange", "id": "c#3"}', "line 3 has no field 'request'"),
        (b'{"type": "exchange", "x": "' + b"x" * 3_000 + b'"}', "line 3 has more than 2,000 bytes"),
    ],
)
def test_after_a_bad_line_the_next_is_read(line: bytes, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the bad one is told."""
    monkeypatch.setattr(records, "MAX_LINE", 2_000 if b"xxx" in line else 1_000_000)
    one, two, three = read(lines(HEADER, exchange(1)) + line + b"\n" + lines(exchange(2)))
    assert (one.fault, three.fault) == ("", "")
    assert two.fault.startswith(fault)
    assert three.exchange == exchange(2).exchange


def test_a_record_may_end_at_any_byte() -> None:
    """As when the run was killed."""
    data = lines(HEADER, exchange(1), exchange(2))
    whole = len(lines(HEADER, exchange(1)))
    for cut in range(whole + 1, len(data) - 1):
        one, two = read(data[:cut])
        assert one.exchange is not None
        assert two.fault == "line 3 was not written to its end"
