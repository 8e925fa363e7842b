"""The reader of records: whole, cut short, and broken."""

import json
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.record.events import End, ExchangeEvent, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import read_record
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

HEADER = RunHeader(
    kit="0.1.0",
    run_id="r1",
    seed=7,
    url="http://127.0.0.1:1/",
    profile="embedded",
    versions=("2014-08-15",),
    bindings=("query",),
    selection=("Common.*",),
    started_at="2026-01-01T00:00:00Z",
    drivers={"worker": "reference"},
)
EXCHANGE = ExchangeEvent(
    id="A.b|2014-08-15|query#1",
    exchange=Exchange(
        request=HttpRequest(method="POST", url="http://127.0.0.1:1/", headers=(("A", "b"),), body=b"\xff\x00"),
        response=HttpResponse(status=200, body="<ä/>".encode()),
        sent_at=1.5,
        received_at=2.0,
    ),
)
VERDICT = VerdictEvent(
    requirement="A.b",
    case="A.b",
    version="2014-08-15",
    binding="query",
    level="MUST",
    verdict=Verdict.FAIL,
    exchanges=(EXCHANGE.id,),
)
END = End(finished_at="2026-01-01T00:00:01Z", exit_code=1)
LINES = [json.dumps(event.to_json()) for event in (HEADER, EXCHANGE, VERDICT, END)]


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_a_record_is_read_whole(tmp_path: Path) -> None:
    """Header, exchanges by id, verdicts and end are there."""
    record = read_record(write(tmp_path / "run.jsonl", *LINES))
    assert record.header == HEADER
    assert record.exchanges == {EXCHANGE.id: EXCHANGE.exchange}
    assert record.verdicts == (VERDICT,)
    assert record.end == END
    assert not record.truncated


def test_a_record_cut_at_every_byte_keeps_its_complete_lines(tmp_path: Path) -> None:
    """Whatever is cut off, the complete lines are read; within the header the record is refused."""
    whole = write(tmp_path / "run.jsonl", *LINES).read_bytes()
    path = tmp_path / "cut.jsonl"
    ends = [sum(len(line) + 1 for line in LINES[: n + 1]) - 1 for n in range(len(LINES))]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        complete = sum(cut >= end for end in ends)
        if not complete:
            with pytest.raises(UsageError, match="cut short within the header" if cut else "it is empty"):
                read_record(path)
            continue
        record = read_record(path)
        assert 1 + len(record.exchanges) + len(record.verdicts) + (record.end is not None) == complete
        assert record.truncated == (cut not in ends and cut - 1 not in ends)


def test_a_later_kit_may_add_fields(tmp_path: Path) -> None:
    """Fields that this kit does not know are passed over."""
    lines = [json.dumps({**json.loads(line), "added": [1]}) for line in LINES]
    assert read_record(write(tmp_path / "run.jsonl", *lines)).verdicts == (VERDICT,)


@pytest.mark.parametrize(
    ("lines", "number", "reason"),
    [
        ([], 1, "it is empty"),
        (["", ""], 1, "it is empty"),
        (LINES[1:], 1, "the header of the run is missing"),
        ([LINES[0], LINES[1], LINES[0]], 3, "a second header: two runs"),
        ([LINES[0], "garbage", LINES[2]], 2, "the line is not JSON"),
        ([LINES[0], "[" * 100_000, LINES[2]], 2, "the line .*recursion"),
        ([LINES[0], "\x1f", LINES[2]], 2, "the line is not JSON"),
        ([LINES[0], "[]"], 2, "the line is not a JSON object"),
        ([LINES[0], '{"type": "runn"}'], 2, "the line has the unknown type 'runn'; known are run, exchange"),
        ([LINES[0], "{}"], 2, "the line has no field 'type'"),
        (
            [LINES[0], LINES[3].replace(": 1,", ": true,")],
            2,
            "the line has 'exit_code' that is not an integer",
        ),
        ([LINES[0], LINES[2].replace('"MUST"', '"must"')], 2, "the line has 'level' that is not one of MUST, SHOULD"),
        ([LINES[0], LINES[2].replace('"fail"', '"failed"')], 2, "the line 'failed' is not a valid Verdict"),
        ([LINES[0], LINES[2].replace("0.0", "NaN")], 2, "the line holds NaN"),
        ([LINES[0], LINES[1].replace('["A", "b"]', '["A"]')], 2, "the line has headers that are not pairs"),
        ([LINES[0], LINES[1].replace("/wA=", "!")], 2, "the line has a body that is not base64"),
        ([LINES[0].replace('"schema": 1', '"schema": 2')], 1, "the line has schema 2, which is newer than this kit"),
    ],
)
def test_a_broken_record_is_refused_with_file_line_and_reason(
    tmp_path: Path, lines: list[str], number: int, reason: str
) -> None:
    """Each way of being broken has a message of its own."""
    path = write(tmp_path / "run.jsonl", *lines)
    with pytest.raises(UsageError, match=f"{path}, line {number}: {reason}"):
        read_record(path)


def test_a_file_that_is_not_there_or_not_a_file_is_told(tmp_path: Path) -> None:
    """The message names the path and what would be a record."""
    with pytest.raises(UsageError, match=r"missing\.jsonl: no such file or directory. Name a file that `run --record"):
        read_record(tmp_path / "missing.jsonl")
    with pytest.raises(UsageError, match="is a directory"):
        read_record(tmp_path)


def test_bytes_that_are_no_text_are_refused_as_a_line(tmp_path: Path) -> None:
    """A binary file is told from a record."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"\x89PNG\xff\n")
    with pytest.raises(UsageError, match="line 1: the line is not JSON"):
        read_record(path)
