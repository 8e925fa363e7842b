"""HAR: whatever tools write, and whatever happened to the file since."""

import base64
import gzip
import json
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import brotlicffi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.traffic.entries import Entry, Source
from conformance.traffic.har import read_har
from conformance.wire.messages import Exchange

URL = "https://mechanicalturk.amazonaws.com/?Operation=GetHIT"
REPLY = '<?xml version="1.0"?>\n<GetHITResponse>“ü”</GetHITResponse>'


def entry(text: Any = REPLY, **content: Any) -> dict[str, Any]:
    """Return an entry whose response has ``text`` for a body."""
    return {
        "startedDateTime": "2014-08-15T12:00:00.250+02:00",
        "time": 1500,
        "request": {
            "method": "POST",
            "url": URL,
            "headers": [
                {"name": ":authority", "value": "x"},
                {"name": "Host", "value": "mechanicalturk.amazonaws.com"},
            ],
            "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "HITId=1"},
            "bodySize": -1,
        },
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "text/xml"}],
            "content": {"size": -1, "mimeType": "text/xml", "text": text, **content},
        },
    }


def har(*entries: Any) -> dict[str, Any]:
    """Return a capture."""
    return {"log": {"version": "1.2", "pages": [{"startedDateTime": "x", "id": "p"}], "entries": list(entries)}}


def read(data: bytes, **of: Any) -> list[Entry]:
    """Return the entries of a capture."""
    return list(read_har(BytesIO(data[of.get("start", 0) :]), Source(number=3, path="a.har", **of)))


def exchange(one: dict[str, Any]) -> Exchange:
    """Return the exchange that an entry becomes."""
    (read_entry,) = read(json.dumps(har(one)).encode())
    assert read_entry.exchange is not None, read_entry.fault
    return read_entry.exchange


def body(one: dict[str, Any]) -> bytes:
    """Return the body of the response of an entry."""
    response = exchange(one).response
    assert response is not None
    return response.body


def faults(data: bytes) -> list[str]:
    """Return what cannot be read of a capture."""
    return [one.fault for one in read(data) if one.fault]


FORMS = {
    "compact": lambda data: json.dumps(data, separators=(",", ":")).encode(),
    "indented": lambda data: json.dumps(data, indent=2).encode(),
    "not escaped": lambda data: json.dumps(data, indent="\t", ensure_ascii=False).encode(),
    "with a BOM": lambda data: b"\xef\xbb\xbf" + json.dumps(data).encode(),
    "Windows": lambda data: json.dumps(data, indent=1).replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_entries_with_their_places(form: str) -> None:
    """However it is written: each exchange, its number, the byte and the line where it begins."""
    data = FORMS[form](har(entry("“one”"), entry("two"), entry("three")))
    read_entries = read(data)
    assert [one.exchange and one.exchange.response and one.exchange.response.body for one in read_entries] == [
        "“one”".encode(),
        b"two",
        b"three",
    ]
    for number, one in enumerate(read_entries, 1):
        assert (one.place.source, one.place.file, one.place.entry) == (3, "a.har", number)
        assert data[one.place.offset :].startswith(b"{")
        assert data[one.place.offset :].lstrip(b"{ \t\r\n").startswith(b'"startedDateTime"')
        assert one.place.line == data[: one.place.offset].count(b"\n") + 1


def test_messages_with_all_that_is_known_of_them() -> None:
    """Method, URL, headers without those of HTTP/2, bodies, status, moments."""
    told = exchange(entry())
    assert (told.request.method, told.request.url, told.request.body) == ("POST", URL, b"HITId=1")
    assert told.request.headers == (("Host", "mechanicalturk.amazonaws.com"),)
    assert told.response is not None
    assert (told.response.status, told.response.body) == (200, REPLY.encode())
    assert told.response.headers == (("Content-Type", "text/xml"),)
    assert (told.sent_at, told.received_at) == (1408096800.25, 1408096801.75)


ENCODED = {
    "gzip": gzip.compress(REPLY.encode()),
    "x-gzip": gzip.compress(REPLY.encode()),
    "br": brotlicffi.compress(REPLY.encode()),
    "deflate": zlib.compress(REPLY.encode()),
}


@pytest.mark.parametrize("coding", ENCODED)
def test_bodies_that_are_still_encoded(coding: str) -> None:
    """A tool that keeps what went over the wire keeps it in base64; others have undone it, and left the header."""
    kept = entry(base64.b64encode(ENCODED[coding]).decode(), encoding="base64")
    undone = entry()
    for one in (kept, undone):
        one["response"]["headers"].append({"name": "content-encoding", "value": coding})
        assert body(one) == REPLY.encode()


def test_a_compressed_body_with_a_character_for_each_byte() -> None:
    """So it is written by tools that take bytes for text."""
    assert body(entry(ENCODED["gzip"].decode("latin-1"))) == REPLY.encode()


def test_half_characters_are_replaced() -> None:
    """A tool that cuts strings leaves halves of characters, which no encoding has."""
    assert body(entry("<a>\ud83d</a>")) == "<a>\ufffd</a>".encode()
    assert body(entry("<a>\ud83d\ude00</a>")) == "<a>😀</a>".encode()


def test_text_that_declares_an_encoding() -> None:
    """The tool decoded it; its bytes were in the encoding that it declares."""
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>'
    assert body(entry(text)) == text.encode("latin-1")


@pytest.mark.parametrize(
    ("params", "sent"),
    [
        ([{"name": "Title", "value": "a b&c"}, {"name": "HITId", "value": "ü"}], b"Title=a+b%26c&HITId=%C3%BC"),
        ([{"name": "Title", "value": "a%20b"}], b"Title=a%20b"),
        ([{"name": "Title", "value": "100%"}], b"Title=100%25"),
    ],
)
def test_a_form_without_its_text(params: list[dict[str, str]], sent: bytes) -> None:
    """Its parameters are written as they were sent; some tools keep them escaped."""
    one = entry()
    one["request"]["postData"] = {"mimeType": "application/x-www-form-urlencoded", "params": params}
    assert exchange(one).request.body == sent


@pytest.mark.parametrize(
    ("response", "failure"),
    [
        (None, "the capture holds no response"),
        ({"status": 0, "_error": "net::ERR_ABORTED"}, "no response came (net::ERR_ABORTED)"),
        ({"status": 200, "content": {"size": 70}}, "the capture does not hold the body of the response"),
        ({"status": 200}, "the capture does not hold the body of the response"),
        (
            {"status": 200, "content": {"text": "???", "encoding": "base64"}},
            "the body of the response cannot be read: it is not the base64 that the capture says it is",
        ),
    ],
)
def test_no_response_to_be_had(response: Any, failure: str) -> None:
    """The request is told, and why there is nothing more; an empty body is not made up."""
    told = exchange(entry() | {"response": response})
    assert (told.response, told.failure, told.request.url) == (None, failure, URL)


def test_an_empty_body_that_is_said_to_be_empty() -> None:
    """No text, and twice a size of 0."""
    one = entry()
    one["response"] = {"status": 200, "content": {"size": 0}, "bodySize": 0}
    assert body(one) == b""


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return an entry with another value in one place."""
    one = entry()
    *way, last = path.split(".")
    at: Any = one
    for name in way:
        at = at[name]
    at[last] = value
    return one


WRONG = {
    "request": 1,
    "request.url": None,
    "request.method": {},
    "request.headers": "x",
    "request.postData": [1],
    "request.postData.text": 5,
    "response": [],
    "response.status": "200",
    "response.content": "x",
    "response.content.text": ["x"],
    "response.headers": [{"value": 1}],
}


@pytest.mark.parametrize("path", WRONG)
def test_fields_of_a_wrong_type(path: str) -> None:
    """That entry is told, in words that name the field, and the next is read."""
    wrong, good = read(json.dumps(har(changed(path, WRONG[path]), entry())).encode())
    assert wrong.fault.startswith("the entry is none of a HAR: ")
    assert wrong.place.entry == 1
    assert good.exchange is not None


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [entry()]])
def test_entries_that_are_none(value: Any) -> None:
    """Anything else in the list is told, and the next is read."""
    wrong, good = read(json.dumps(har(value, entry())).encode())
    assert wrong.fault
    assert good.exchange is not None


SPOILT = {
    "a name that stands twice": (b'"status": 200', b'"status": 200, "status": 404', "'status' twice"),
    "bytes that are not UTF-8": (b"two", b"t\xffo", "UTF-8"),
    "a quotation mark that is not escaped": (b"two", b't"o', "not JSON"),
    "an unclosed object": (b'"status": 200', b'"status": {', "not JSON"),
    "a brace too many": (b'"status": 200', b'"status": 200}', ""),
    "a bad escape": (b"two", b"t\\xo", "not JSON"),
    "a word": (b'"status": 200', b'"status": yes', "not JSON"),
    "a nesting of 10,000": (b"200", b"[" * 10_000 + b"]" * 10_000, "too deep"),
    "a number of a million digits": (b"200", b"9" * 1_200_000, ""),
    "a number of 10,000 digits": (b"200", b"9" * 10_000, "whole number"),
    "more values than are read": (b"200", b"[" + b"[],[]," * 400_000 + b"0]", "so many are read at most"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_entry_between_good_ones(how: str) -> None:
    """It is told once, with its place, and the others are judged."""
    old, new, said = SPOILT[how]
    first, second, third = (json.dumps(entry(text)).encode() for text in ("one", "two", "three"))
    data = b'{"log": {"entries": [' + b", ".join((first, second.replace(old, new), third)) + b"]}}"
    told = read(data)
    assert [one.exchange is not None for one in told] in ([True, False, True], [True, True, False, True])
    assert told[-1].place.offset == data.rfind(b'{"startedDateTime"')
    (fault,) = [one.fault for one in told if one.fault]
    assert said in fault


def test_the_place_of_bytes_that_are_not_utf_8() -> None:
    """It is told in bytes from the beginning of the entry, which has a place itself."""
    data = json.dumps(har(entry("“one”"), entry("two")), ensure_ascii=False).encode().replace(b"two", b"t\xffo")
    fault = read(data)[1]
    assert f"{data.index(bytes([0xFF])) - fault.place.offset} bytes after its beginning" in fault.fault


def test_long_bodies() -> None:
    """One that goes beyond the window is read whole."""
    text = "<a>" + '"\\ü' * 700_000 + "</a>"
    for form in FORMS.values():
        data = form(har(entry("one"), entry(text), entry("three")))
        _, long, third = read(data)
        assert long.exchange is not None, long.fault
        assert long.exchange.response is not None
        assert long.exchange.response.body == text.encode()
        assert third.exchange is not None
        assert data[third.place.offset :].startswith(b"{")


def test_a_body_longer_than_what_is_read() -> None:
    """It is passed over, and told; the exchanges around it are judged."""
    _, long, third = read(json.dumps(har(entry("one"), entry("x\\" * 10_000_000), entry("three"))).encode())
    assert long.exchange is not None
    assert long.exchange.request.body == b"HITId=1"
    assert long.exchange.response is None
    assert "characters in the capture" in (long.exchange.failure or "")
    assert third.exchange is not None


def test_a_capture_around_which_something_is_wrong() -> None:
    """It is told, and what is there is judged."""
    one = json.dumps(entry())
    assert len(faults(f'{{"log": {{"entries": [{one}], "entries": [{one}]}}}}'.encode())) == 1
    assert len(read(f'{{"log": {{"entries": [{one}], "entries": [{one}]}}}}'.encode())) == 3
    assert faults(b'{"log": {"version": "1.2"}}') == ["the capture has no list `entries` in its `log`"]
    assert len(faults(json.dumps(har(entry())).encode() + b"{}")) == 1
    (fault, good) = read(f'{{"log": {{"version" "1.2", "entries": [{one}]}}}}'.encode())
    assert "no HAR here" in fault.fault
    assert good.exchange is not None


CAPTURE = json.dumps(
    har(entry(), entry("“two”"), entry("three")) | {"after": {"entries": 'x"\\'}}, ensure_ascii=False
).encode()
ENDS = [*[one.place.offset for one in read(CAPTURE)][1:], CAPTURE.rindex(b"]")]


@settings(max_examples=300, deadline=None)
@given(cut=st.integers(1, len(CAPTURE) - 1))
def test_a_capture_cut_at_any_byte(cut: int) -> None:
    """The entries before the cut are judged, and the cut is one fault."""
    told = read(CAPTURE[:cut])
    assert [bool(one.fault) for one in told] == [False] * (len(told) - 1) + [True]
    assert len(told) - 1 >= sum(end <= cut for end in ENDS)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), form=st.sampled_from(sorted(FORMS)), count=st.integers(0, 6))
def test_ranges_have_the_entries_of_the_whole(data: st.DataObject, form: str, count: int) -> None:
    """Cut where entries begin, each range has its own; together they have all, and the faults of the file."""
    whole = FORMS[form](har(*[entry(f"“{number}”") for number in range(count)]))
    whole = whole[: data.draw(st.integers(len(whole) - 200, len(whole)), label="cut")]
    told = read(whole)
    begins = [one.place.offset for one in told if one.exchange]
    stops = sorted(data.draw(st.sets(st.sampled_from(begins)) if begins else st.just(set()), label="stops") - {0})
    parts = [
        one
        for start, stop in zip([0, *stops], [*stops, None], strict=True)
        for one in read(whole, start=start, stop=stop)
    ]
    assert [(one.place.offset, one.exchange, one.fault) for one in parts] == [
        (one.place.offset, one.exchange, one.fault) for one in told
    ]


def test_a_large_capture_takes_little_memory(tmp_path: Path) -> None:
    """Its size is nothing to the reader."""
    import tracemalloc

    one = json.dumps(entry("<a/>" * 5_000)).encode()
    path = tmp_path / "large.har"
    with path.open("wb") as file:
        file.write(b'{"log":{"entries":[')
        for _ in range(1_500):
            file.write(one + b",")
        file.write(one + b"]}}")
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            assert sum(1 for _ in read_har(file, Source(number=0, path=str(path)))) == 1_501
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()
