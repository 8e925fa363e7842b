"""Dumps of mitmproxy, written here as it writes them; ``tox -e mitmproxy`` reads those of a real one."""

import gzip
import io
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.traffic import mitmproxy_dump
from conformance.traffic.entries import Entry, Source
from conformance.traffic.mitmproxy_dump import read_mitmproxy

SOURCE = Source(number=3, path="traffic.mitm")


def tnetstring(value: Any) -> bytes:
    """Return a value as mitmproxy writes it: text and bytes have types of their own."""
    if isinstance(value, dict):
        body, kind = b"".join(tnetstring(one) for pair in value.items() for one in pair), b"}"
    elif isinstance(value, list | tuple):
        body, kind = b"".join(map(tnetstring, value)), b"]"
    elif isinstance(value, bool):
        body, kind = str(value).lower().encode(), b"!"
    elif isinstance(value, int | float):
        body, kind = repr(value).encode(), b"#" if isinstance(value, int) else b"^"
    elif value is None:
        body, kind = b"", b"~"
    else:
        body, kind = (value, b",") if isinstance(value, bytes) else (value.encode(), b";")
    return b"%d:%s%s" % (len(body), body, kind)


def message(content: bytes | None, headers: Iterable[tuple[bytes, bytes]], **others: Any) -> dict[str, Any]:
    """Return what request and response have in common."""
    times = {"timestamp_end": 1_700_000_001.5, "timestamp_start": 1_700_000_000}
    return {**others, **times, "trailers": None, "content": content, "headers": list(headers), "http_version": b"1.1"}


def request(content: bytes | None = b"Operation=GetHelp", path: bytes = b"/?a=b") -> dict[str, Any]:
    """Return a request as it stands in a flow."""
    where = {"path": path, "authority": b"", "scheme": b"http", "method": b"POST", "port": 80, "host": "10.0.0.1"}
    return message(content, [(b"Host", b"mturk.example:8080")], **where)


def response(content: bytes | None = b"<GetHelpResponse/>", *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    """Return a response as it stands in a flow."""
    return message(content, headers, reason=b"OK", status_code=200)


def flow(**parts: Any) -> dict[str, Any]:
    """Return a flow of mitmproxy 11, its keys in the order in which that writes them."""
    return {
        "websocket": None,
        "response": response(),
        "request": request(),
        "backup": None,
        "metadata": {},
        "client_conn": {"id": "c", "address": ["127.0.0.1", 1], "tls": False},
        "error": None,
        "id": "1",
        "type": "http",
        "version": 21,
        **parts,
    }


def read(data: bytes) -> list[Entry]:
    return list(read_mitmproxy(io.BufferedReader(io.BytesIO(data)), SOURCE))  # type: ignore[arg-type]


def faults(data: bytes) -> list[tuple[int, str]]:
    return [(entry.place.offset, entry.fault) for entry in read(data) if entry.fault]


def urls(data: bytes) -> list[str]:
    return [entry.exchange.request.url for entry in read(data) if entry.exchange]


def test_a_flow_is_an_exchange() -> None:
    """With the URL that the client meant, which behind a reverse proxy is not the address."""
    (entry,) = read(tnetstring(flow()))
    assert entry.exchange is not None
    assert entry.exchange.response is not None
    sent = entry.exchange.request
    assert (sent.method, sent.url) == ("POST", "http://mturk.example:8080/?a=b")
    assert sent.body == b"Operation=GetHelp"
    assert (entry.exchange.response.status, entry.exchange.response.body) == (200, b"<GetHelpResponse/>")
    assert (entry.exchange.sent_at, entry.exchange.received_at) == (1_700_000_000.0, 1_700_000_001.5)
    assert (entry.place.source, entry.place.file, entry.place.entry, entry.place.offset) == (3, "traffic.mitm", 1, 0)


def test_each_flow_has_its_offset() -> None:
    """In bytes of the file."""
    one = tnetstring(flow())
    assert [entry.place.offset for entry in read(one * 3)] == [0, len(one), 2 * len(one)]


def test_a_range_begins_at_its_offset() -> None:
    """Offsets are those of the file, and what begins at its end is another's."""
    one = tnetstring(flow())
    source = Source(number=0, path="f", start=len(one), stop=2 * len(one))
    stream = io.BytesIO((one * 3)[len(one) :])
    assert [entry.place.offset for entry in read_mitmproxy(stream, source)] == [len(one)]


@pytest.mark.parametrize("version", [14, 18, 21, 30])
def test_the_order_of_keys_says_nothing(version: int) -> None:
    """The version stands first in those of mitmproxy 7, the type in later ones, neither in the newest."""
    early = {"version": version, "type": "http", **{k: v for k, v in flow().items() if k not in ("version", "type")}}
    assert urls(tnetstring(early) * 2) == ["http://mturk.example:8080/?a=b"] * 2


def test_bodies_are_decoded() -> None:
    """They are kept as they were on the wire."""
    packed = response(gzip.compress(b"<a/>"), (b"Content-Encoding", b"gzip"))
    (entry,) = read(tnetstring(flow(response=packed)))
    assert entry.exchange is not None
    assert entry.exchange.response is not None
    assert entry.exchange.response.body == b"<a/>"


@pytest.mark.parametrize(
    ("parts", "failure"),
    [
        ({"response": None}, "no response was recorded"),
        ({"response": None, "error": {"msg": "connection reset", "timestamp": 1.0}}, "connection reset"),
        ({"response": response(None)}, "the body of the response was not recorded, or is longer than what is read"),
        (
            {"response": response(b"\x1f\x8b\x08\0", (b"Content-Encoding", b"gzip"))},
            "the body of the response cannot be read",
        ),
    ],
)
def test_what_has_no_response_says_why(parts: dict[str, Any], failure: str) -> None:
    """Nothing is judged then."""
    (entry,) = read(tnetstring(flow(**parts)))
    assert entry.exchange is not None
    assert entry.exchange.response is None
    assert (entry.exchange.failure or "").startswith(failure)


@pytest.mark.parametrize("kind", ["tcp", "udp", "dns"])
def test_other_protocols_are_passed_over(kind: str) -> None:
    """They are no faults."""
    other = {"messages": [[True, b"x", 1.0]], "type": kind, "version": 21}
    entries = read(tnetstring(other) + tnetstring(flow()))
    assert [(entry.fault, entry.exchange is None) for entry in entries] == [("", True), ("", False)]


def test_a_changed_flow_is_read_as_it_went_out() -> None:
    """What it was before stands within it, and is no flow of its own."""
    before = flow(request=request(path=b"/before"))
    assert urls(tnetstring(flow(backup=before))) == ["http://mturk.example:8080/?a=b"]
    damaged = b"9" + tnetstring(flow(backup=before)) + tnetstring(flow())
    assert urls(damaged) == ["http://mturk.example:8080/?a=b"]


@pytest.mark.parametrize("part", range(20))
def test_a_dump_may_end_at_any_byte(part: int) -> None:
    """What comes before is read, and the rest told once."""
    one = tnetstring(flow())
    for cut in range(len(one) + 1 + part, 2 * len(one), 20):
        entries = read((one * 2)[:cut])
        assert [bool(entry.fault) for entry in entries] == [False, True]
        assert entries[1].place.offset == len(one)
        assert "the file ends within" in entries[1].fault


@pytest.mark.parametrize(
    "damage",
    [
        lambda one: b"9" + one,
        lambda one: one[1:],
        lambda one: b"junk" + one[4:],
        lambda one: one[:-1] + b"]",
        lambda one: one.replace(b"7:content;", b"8:content;"),
        lambda one: one.replace(b"#4:host", b"#9999999:host"),
        lambda one: one.replace(b"200#", b"2x0#"),
        lambda one: one.replace(b"200#", b"nan^"),
        lambda one: one[:200] + one[300:],
        lambda one: b"",
    ],
)
def test_after_damage_the_next_flow_is_read(damage: Any) -> None:
    """And the damaged one is told, with its place."""
    one, good = tnetstring(flow()), tnetstring(flow(request=request(path=b"/good")))
    bad = damage(one)
    data = good + bad + good
    assert urls(data) == ["http://mturk.example:8080/good"] * 2
    assert [offset for offset, _ in faults(data)] == ([len(good)] if bad else [])


@pytest.mark.parametrize("version", [None, 3, [0, 18]])
def test_formats_of_long_ago_say_what_to_do(version: Any) -> None:
    """Whoever has mitmproxy can write them anew."""
    ((_, fault),) = faults(tnetstring(flow(version=version)))
    assert "mitmdump -nr OLD -w NEW" in fault


def test_a_flow_that_is_too_large_is_passed_over_but_for_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose it is can be told by its request; its body is not held."""
    monkeypatch.setattr(mitmproxy_dump, "MAX_FLOW", 4_000)
    monkeypatch.setattr(mitmproxy_dump, "MAX_BYTES", 2_000)
    large = tnetstring(flow(response=response(b"x" * 10_000)))
    entries = read(large + tnetstring(flow()))
    assert [entry.exchange and entry.exchange.request.url for entry in entries] == [
        "http://mturk.example:8080/?a=b"
    ] * 2
    assert entries[0].exchange is not None
    assert entries[0].exchange.response is None
    assert entries[1].place.offset == len(large)


def test_a_length_that_lies_about_gigabytes_reads_no_more_than_there_is() -> None:
    """It is damage like any other."""
    assert len(faults(b"999999999999:" + tnetstring(flow()))) == 1


@given(st.data())
def test_nothing_raises(data: st.DataObject) -> None:
    """Whatever stands in the file."""
    dump = bytearray(tnetstring(flow()) * 2)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(dump) - 1))
        dump[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    read(bytes(dump))
