"""Cassettes of vcrpy and of Ruby's VCR, as those write them."""

import base64
import gzip
import io
import json
import time
import tracemalloc
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conformance.traffic import yaml_items
from conformance.traffic.cassettes import read_cassette
from conformance.traffic.entries import Entry, Source

RUBY = """---
http_interactions:
- request:
    method: post
    uri: https://mturk.example/
    body:
      encoding: US-ASCII
      string: Operation=GetHelp
    headers:
      User-Agent: &1
      - Ruby
  response:
    status:
      code: 200
      message: OK
    headers:
      Content-Type:
      - text/xml
    body:
      encoding: UTF-8
      string: "<?xml version=\\"1.0\\"?>\\n<a>ü</a>"
    http_version:
  recorded_at: Tue, 01 Nov 2011 04:58:44 GMT
- request:
    method: get
    uri: https://mturk.example/b
    body:
      encoding: ASCII-8BIT
      base64_string: |
        YWJj
    headers: {User-Agent: *1}
  response:
    status: {code: 404, message: No}
    headers: {}
    body:
      encoding: ASCII-8BIT
      string: !binary |-
        /9j/
  recorded_at: Tue, 01 Nov 2011 04:58:45 GMT
recorded_with: VCR 6.0.0
"""
RUBY_OF_OLD = """---
- !ruby/struct:VCR::HTTPInteraction
  request: !ruby/struct:VCR::Request
    method: :post
    uri: http://mturk.example:80/
    body: Operation=GetHelp
    headers:
      content-type:
      - text/plain
  response: !ruby/struct:VCR::Response
    type: :response
    status: !ruby/struct:VCR::ResponseStatus
      code: 200
      message: OK
    headers: {}
    body: <a/>
    http_version: "1.1"
"""


def interaction(uri: str = "http://mturk.example/", body: Any = "<a/>", **headers: list[str]) -> dict[str, Any]:
    """Return an interaction as vcrpy has it."""
    return {
        "request": {"body": "Operation=GetHelp", "headers": {"Host": ["x"]}, "method": "POST", "uri": uri},
        "response": {"body": {"string": body}, "headers": headers, "status": {"code": 200, "message": "OK"}},
    }


def vcrpy(*interactions: Any) -> bytes:
    """Return a cassette as vcrpy writes it: its own dumper, with names for what occurs twice."""
    return yaml.dump({"interactions": list(interactions), "version": 1}).encode()


def read(data: bytes | str) -> list[Entry]:
    octets = data.encode() if isinstance(data, str) else data
    source = Source(number=1, path="cassette")
    return list(read_cassette(io.BufferedReader(io.BytesIO(octets)), source))  # type: ignore[arg-type]


def told(data: bytes | str) -> list[str]:
    """Return of each entry the URL, or the fault."""
    return [entry.exchange.request.url if entry.exchange else entry.fault for entry in read(data)]


def bodies(data: bytes | str) -> list[bytes | None]:
    """Return the bodies of the responses."""
    return [one.exchange.response.body if one.exchange and one.exchange.response else None for one in read(data)]


def test_vcrpy() -> None:
    """Each interaction has its line."""
    data = vcrpy(interaction(), interaction("http://mturk.example/2"))
    first, second = read(data)
    assert first.exchange is not None
    assert (first.exchange.request.method, first.exchange.request.body) == ("POST", b"Operation=GetHelp")
    assert first.exchange.request.headers == (("Host", "x"),)
    assert first.exchange.response is not None
    assert (first.exchange.response.status, first.exchange.response.body) == (200, b"<a/>")
    lines = [number for number, line in enumerate(data.splitlines(), 1) if line.startswith(b"- ")]
    assert [(one.place.entry, one.place.line) for one in (first, second)] == list(enumerate(lines, 1))


def test_vcrpy_in_json() -> None:
    """Characters beyond the 16th bit are two escapes there, which YAML does not have."""
    data = json.dumps({"version": 1, "interactions": [interaction(body="<a>😀</a>"), interaction()]}, indent=4)
    assert bodies(data) == ["<a>😀</a>".encode(), b"<a/>"]
    lines = [number for number, line in enumerate(data.splitlines(), 1) if line == "        {"]
    assert [entry.place.line for entry in read(data)] == lines
    assert [data.encode()[entry.place.offset :][:1] for entry in read(data)] == [b"{"] * 2


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"<a/>", mtime=0),
        {"base64_string": base64.b64encode(gzip.compress(b"<a/>", mtime=0)).decode()},
        "<a/>",
    ],
    ids=["as it came", "in base64", "decoded by vcrpy, with the header left as it was"],
)
def test_bodies_are_decoded(body: Any) -> None:
    """However they were kept."""
    one = interaction(**{"Content-Encoding": ["gzip"]})
    one["response"]["body"] = body if isinstance(body, dict) else {"string": body}
    assert bodies(vcrpy(one)) == [b"<a/>"]


def test_ruby() -> None:
    """Text by its encoding, binary by the tag or in base64, times as in e-mails."""
    first, second = read(RUBY)
    assert first.exchange is not None
    assert second.exchange is not None
    assert second.exchange.response is not None
    assert bodies(RUBY) == ['<?xml version="1.0"?>\n<a>ü</a>'.encode(), b"\xff\xd8\xff"]
    assert first.exchange.sent_at == 1_320_123_524.0
    assert (second.exchange.request.method, second.exchange.request.body) == ("GET", b"abc")
    assert second.exchange.request.headers == (("User-Agent", "Ruby"),)


def test_ruby_of_old() -> None:
    """A list of Ruby's structures and symbols."""
    (entry,) = read(RUBY_OF_OLD)
    assert entry.exchange is not None
    assert entry.exchange.request.method == "POST"
    assert bodies(RUBY_OF_OLD) == [b"<a/>"]


def test_tags_construct_nothing() -> None:
    """Whatever they name."""
    data = vcrpy(interaction()).replace(b"body: Operation", b"body: !!python/object/apply:os.system Operation")
    data = data.replace(b"uri: ", b"uri: !!python/unicode ")
    assert told(data) == ["http://mturk.example/"]


def test_what_has_two_names_is_one() -> None:
    """Headers that were one object are written as an alias, in later interactions too."""
    same = {"X": ["1"]}
    pair = [interaction(), interaction()]
    for one in pair:
        one["request"]["headers"] = same
    data = vcrpy(*pair)
    assert b"*id001" in data
    assert [entry.exchange and entry.exchange.request.headers for entry in read(data)] == [(("X", "1"),)] * 2


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("method: post", "method: [post", "expected ',' or ']'"),
        ("method: post", "method: \x01", "characters are not allowed"),
        ("Ruby", "Ru\tby\n\tx: y", ""),
        ("code: 200", "code: two", "its response has no status"),
        ("uri: https://mturk.example/\n", "url: []\n", "it has no request with a uri"),
        ("- request:\n    method: post", "- method: post", ""),
    ],
)
def test_after_damage_the_next_interaction_is_read(old: str, new: str, fault: str) -> None:
    """The damaged one is told with its line."""
    entries = read(RUBY.replace("&1", "").replace("*1", "[Ruby]").replace(old, new, 1))
    assert entries[0].place.line == 3
    assert fault in entries[0].fault != ""
    assert [one.exchange.request.url for one in entries if one.exchange] == ["https://mturk.example/b"]


def test_after_damage_the_next_interaction_is_read_in_json_too() -> None:
    """Also where an object has a name twice."""
    data = json.dumps({"interactions": [interaction()] * 3})
    for bad in ('"method": POST', '"method": "POST", "method": "GET"'):
        one, two, three = told(data.replace('"method": "POST"', bad, 1))
        assert "cannot be read" in one
        assert two == three == "http://mturk.example/"


@pytest.mark.parametrize("whole", [RUBY.encode(), json.dumps({"interactions": [interaction()] * 2}).encode()])
def test_a_cassette_may_end_at_any_byte(whole: bytes) -> None:
    """Nothing is raised, and what is whole is read."""
    for cut in range(0, len(whole), 3):
        assert all(entry.fault or entry.exchange for entry in read(whole[:cut]))


def test_an_alias_is_no_copy() -> None:
    """Ten lines of lists of lists would be a billion values."""
    lines = "".join(f"    b{n}: &b{n} [{', '.join([f'*b{n - 1}' if n else 'x'] * 9)}]\n" for n in range(10))
    data = f"interactions:\n- request:\n    uri: http://x/\n{lines}    headers: {{X: *b9, Y: *b0}}\n    body: *b9\n"
    (entry,) = read(data)
    assert entry.exchange is not None
    assert entry.exchange.request.headers == (("Y", "x"),) * 9


@pytest.mark.parametrize(
    "item", ["[" * 100_000, "{a: " * 100_000, "&a {request: *a}", "[" + "x, " * 50_000 + "]"], ids=lambda one: one[:4]
)
def test_what_is_deep_or_wide_is_left_out(item: str) -> None:
    """And soon: the parser itself would take minutes."""
    begun = time.monotonic()
    data = f"interactions:\n- request: {item}\n- request: {{uri: http://x/}}\n  response:\n"
    first, *_ = told(data)
    assert "cannot be read" in first
    assert time.monotonic() - begun < 5


def test_a_body_too_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even read as a whole; the interactions after it are."""
    monkeypatch.setattr(yaml_items, "MAX_ITEM", 200_000)
    data = vcrpy(interaction("http://1/"), interaction("http://2/", "y " * 500_000), interaction("http://3/"))
    tracemalloc.start()
    one, two, three = told(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (one, three) == ("http://1/", "http://3/")
    assert "interaction 2 cannot be read: it has more than" in two
    assert peak < len(data) + 2_000_000


@given(st.binary(max_size=40), st.integers(0, len(RUBY)), st.integers(0, 60))
def test_nothing_raises(junk: bytes, at: int, gone: int) -> None:
    """Whatever stands in the file."""
    data = RUBY.encode()
    for entry in read(data[:at] + junk + data[at + gone :]):
        assert entry.fault or entry.exchange
