"""Exchanges on lines, as their schema has it."""

import base64
import gzip
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conformance.traffic
from conformance.traffic.entries import Entry, Source
from conformance.traffic.exchange_lines import read_exchange_lines
from conformance.wire.messages import Exchange, HttpRequest, HttpResponse

SCHEMA = json.loads((Path(conformance.traffic.__file__).parent / "exchange_lines.schema.json").read_text("utf-8"))
VALID = jsonschema.Draft202012Validator(SCHEMA)
REQUEST = {"method": "GET", "url": "https://x/?Operation=Help"}
XML = "<GetHITResponse/>"


def read(data: bytes, **of: Any) -> list[Entry]:
    """Return the entries of a file."""
    return list(read_exchange_lines(BytesIO(data[of.get("start", 0) :]), Source(number=0, path="a.jsonl", **of)))


def line(**fields: Any) -> bytes:
    """Return a line with a request."""
    return json.dumps({"request": REQUEST, **fields}).encode() + b"\n"


EXAMPLES: list[tuple[dict[str, Any], Exchange]] = [
    (
        {"request": REQUEST, "response": None, "failure": "no route to host", "sent_at": 5, "received_at": 6.5},
        Exchange(
            request=HttpRequest(method="GET", url=REQUEST["url"]),
            response=None,
            sent_at=5,
            received_at=6.5,
            failure="no route to host",
        ),
    ),
    (
        {
            "request": {**REQUEST, "headers": [["A", "1"], ["A", "2"]], "body": "a=ü"},
            "response": {"status": 200, "headers": {"B": "3", "C": ["4", "5"]}, "body": {"text": XML}},
            "sent_at": "2014-08-15T12:00:00Z",
            "unknown": [],
        },
        Exchange(
            request=HttpRequest(
                method="GET", url=REQUEST["url"], headers=(("A", "1"), ("A", "2")), body="a=ü".encode()
            ),
            response=HttpResponse(status=200, headers=(("B", "3"), ("C", "4"), ("C", "5")), body=XML.encode()),
            sent_at=1408104000,
            received_at=1408104000,
        ),
    ),
    (
        {
            "request": REQUEST,
            "response": {
                "status": 503,
                "headers": {"Content-Encoding": "gzip"},
                "body": {"base64": base64.b64encode(gzip.compress(XML.encode())).decode()},
            },
        },
        Exchange(
            request=HttpRequest(method="GET", url=REQUEST["url"]),
            response=HttpResponse(status=503, headers=(("Content-Encoding", "gzip"),), body=XML.encode()),
            sent_at=0,
            received_at=0,
        ),
    ),
]


@pytest.mark.parametrize(("data", "exchange"), EXAMPLES)
def test_lines_that_the_schema_allows(data: dict[str, Any], exchange: Exchange) -> None:
    """Each becomes the exchange that it describes."""
    VALID.validate(data)
    (entry,) = read(json.dumps(data).encode())
    assert entry.exchange == exchange


REFUSED: list[dict[str, Any]] = [
    {"request": None},
    {"request": {"url": "x"}},
    {"request": {"method": "GET", "url": 1}},
    {"request": {**REQUEST, "headers": [["A"]]}},
    {"request": {**REQUEST, "headers": {"A": 1}}},
    {"request": {**REQUEST, "headers": "x"}},
    {"request": {**REQUEST, "body": 5}},
    {"request": {**REQUEST, "body": {"data": "x"}}},
    {"response": {"status": "200"}},
    {"response": {"status": 20}},
    {"response": []},
    {"sent_at": True},
    {"sent_at": 1e12},
]


@pytest.mark.parametrize("wrong", REFUSED)
def test_lines_that_the_schema_refuses(wrong: dict[str, Any]) -> None:
    """The reader refuses them too, and goes on."""
    data = {"request": REQUEST, **wrong}
    assert not VALID.is_valid(data)
    told = read(line() + json.dumps(data).encode() + b"\n" + line())
    assert [bool(one.fault) for one in told] == [False, True, False]
    assert (told[1].place.entry, told[1].place.line, told[1].place.offset) == (2, 2, len(line()))


SPOILT = [
    b'{"request": \n',
    b'{"request": {"method": "GET\n',
    b'{"request": {"a": 1}\n',
    b"nothing at all\n",
    b'{"request": 1, "request": 2}\n',
    b'{"a": "\xff"}\n',
    b"[" * 10_000 + b"]" * 10_000 + b"\n",
    b"{}}\n",
    b'{"a": [\n',
]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_line_between_good_ones(spoilt: bytes) -> None:
    """It is told, and the good ones are judged."""
    told = read(b"\xef\xbb\xbf" + line() + spoilt + b"\n\r\n" + line())
    assert sum(one.exchange is not None for one in told) == 2
    assert told[1].fault
    assert told[-1].exchange is not None


FILE = b"".join([line(sent_at=1), line(response={"status": 200, "body": "“ü”"}), line(sent_at=3)])


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, len(FILE)))
def test_a_file_cut_at_any_byte(cut: int) -> None:
    """The lines before are judged; one that is cut is one fault."""
    told = read(FILE[:cut])
    whole = [one for one in told if one.exchange]
    assert len(whole) >= FILE[:cut].count(b"\n")
    assert len(told) - len(whole) == (not FILE[:cut].endswith((b"\n", b"}}", b"3}", b"1}")) and cut > 0)


def test_ranges_have_the_lines_of_the_whole() -> None:
    """Each line belongs to the range in which it begins."""
    begins = [one.place.offset for one in read(FILE)]
    parts = read(FILE, stop=begins[1]) + read(FILE, start=begins[1], stop=begins[2]) + read(FILE, start=begins[2])
    assert [(one.place.offset, one.exchange) for one in parts] == [
        (one.place.offset, one.exchange) for one in read(FILE)
    ]
