"""Whatever bytes are in a file, its entries are read: no exception, no place outside of it, little time.

About 250 times ``FUZZ`` files, two thousand unless the environment says otherwise.
"""

import base64
import gzip
import json
import os
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.record.audited import Audited, FileAccount
from conformance.traffic.entries import Source
from conformance.traffic.formats import entries
from conformance.traffic.judging import Judging, Options
from tests.traffic.test_bodies import zstd
from tests.traffic.test_har import entry, har

EXAMPLES = 250 * int(os.environ.get("FUZZ", "8"))
LONGEST_SECONDS = 5.0
XML = (
    b'<?xml version="1.0"?>\n<GetAccountBalanceResponse><OperationRequest><RequestId>r</RequestId></OperationRequest>'
    b"<GetAccountBalanceResult><Request><IsValid>True</IsValid></Request></GetAccountBalanceResult>"
    b"</GetAccountBalanceResponse>"
)
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><GetHITResponse>&c;&c;</GetHITResponse>'
)
EXTERNAL = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><GetHITResponse>&x;</GetHITResponse>'
BOMB = gzip.compress(bytes(20_000_000))


def in_base64(body: bytes, coding: str = "") -> dict[str, Any]:
    """Return an entry with a body in base64."""
    one = entry(base64.b64encode(body).decode(), encoding="base64")
    one["response"]["headers"].append({"name": "Content-Encoding", "value": coding})
    return one


LINE = json.dumps({"request": {"method": "GET", "url": "https://x/?Operation=Help", "headers": {"A": "b"}}}).encode()
FLOW = b"8:response;0:~"
CASSETTE = (
    b"interactions:\n- request:\n    body: null\n    headers: {A: [b]}\n    method: GET\n    uri: https://x/\n"
    + (b"  response:\n    body: {string: '<a/>'}\n    headers: {}\n    status: {code: 200, message: OK}\nversion: 1\n")
)
RUBY = b"---\nhttp_interactions:\n- request: {method: get, uri: 'http://x/', body: {string: ''}, headers: {}}\n" + (
    b"  response: {status: {code: 200}, headers: {}, body: {string: <a/>}}\nrecorded_with: VCR 6\n"
)
RECORD = b"".join(
    json.dumps(event).encode() + b"\n"
    for event in (
        {"type": "run", "schema": 1},
        {
            "type": "exchange",
            "id": "a|b|query#1",
            "request": {"method": "GET", "url": "https://x/", "headers": [], "body": {"text": ""}},
            "response": {"status": 200, "headers": [], "body": {"text": XML.decode()}},
            "failure": None,
            "sent_at": 1.0,
            "received_at": 2.0,
        },
    )
)
CAPTURES = [
    XML,
    LAUGHS,
    EXTERNAL,
    json.dumps(har(entry(XML.decode()), in_base64(gzip.compress(XML), "gzip"), entry())).encode(),
    json.dumps(har(in_base64(BOMB, "gzip"), in_base64(LAUGHS), in_base64(EXTERNAL, "br")), indent=1).encode(),
    json.dumps(har(in_base64(zlib.compress(XML), "deflate"), entry("“ü”")), ensure_ascii=False).encode(),
    LINE + b"\n" + LINE + b"\n",
    b"%d:%s}" % (len(FLOW), FLOW),
    CASSETTE,
    RUBY,
    RECORD,
    b"",
]
TOKENS = [
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"\n", b" ", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(b"\\u", b"\\ud800", b"null", b"NaN", b"-", b"1e999", b"9" * 5_000, b"[" * 10_000, b'{"a":' * 2_000, b"<!DOCTYPE"),
    *(
        b'"entries": [',
        b'{"startedDateTime"',
        b'"log": {',
        b"interactions:\n",
        b"!!python/object:x",
        b"&a [*a, *a]",
        b"- ",
    ),
    *(b"1:", b"99999999:", b"---\n", b"&lt;", b"gzip", b"base64", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"),
]
CHANGES = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, 40), st.sampled_from(TOKENS) | st.binary(max_size=12)), max_size=4
)
COMPRESS = {"not": bytes, "gzip": gzip.compress, "zstd": zstd}


def spoilt(capture: bytes, changes: list[tuple[int, int, bytes]], cut: int, compress: str, cut_again: int) -> bytes:
    """Return a capture with pieces in the place of others, cut, compressed, and cut again."""
    for place, length, piece in changes:
        at = place % (len(capture) + 1)
        capture = capture[:at] + piece + capture[at + length :]
    data = COMPRESS[compress](capture[: len(capture) - cut])
    return data[: len(data) - cut_again] if compress != "not" else data


FILES = st.builds(
    spoilt,
    st.sampled_from(CAPTURES) | st.binary(max_size=200),
    CHANGES,
    st.just(0) | st.integers(0, 500),
    st.sampled_from(["not", "not", "not", "not", "gzip", "zstd"]),
    st.just(0) | st.integers(0, 60),
)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=FILES)
def test_any_file(tmp_path: Path, data: bytes) -> None:
    """Each entry is an exchange, a body, or a fault that says why in words; numbers and places go up."""
    path = tmp_path / "capture"
    path.write_bytes(data)
    began = time.perf_counter()
    offsets = []
    for one in entries(Source(number=0, path=str(path))):
        assert not (one.fault and (one.exchange or one.body is not None))
        assert one.fault.isprintable(), one.fault
        assert "passwd" not in one.fault
        assert "root:" not in repr(one)
        offsets.append(one.place.offset)
        assert len(offsets) <= len(data) + 2
    if not data.startswith((b"\x1f\x8b", b"\x28\xb5")):
        assert all(offset <= len(data) for offset in offsets)
    assert time.perf_counter() - began < LONGEST_SECONDS


@pytest.mark.parametrize("body", [LAUGHS, EXTERNAL, BOMB, zlib.compress(LAUGHS), zstd(EXTERNAL)])
def test_hostile_bodies_are_told_and_not_expanded(tmp_path: Path, body: bytes) -> None:
    """Entities are not read, nothing is fetched; the good exchange after it is judged."""
    path = tmp_path / "capture"
    path.write_bytes(json.dumps(har(in_base64(body, "gzip"), entry(XML.decode()))).encode())
    audited = Audited(files={0: FileAccount(file="capture", format="HAR")})
    judging = Judging(Options())
    for one in entries(Source(number=0, path=str(path))):
        judging.take(one, audited)
    assert audited.files[0].entries == 2
    assert "root:" not in repr(audited)
    assert len(repr(audited)) < 100_000
