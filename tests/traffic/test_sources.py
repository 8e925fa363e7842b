"""Which files are meant, and what they are."""

import gzip
import io
import json
import os
import sys
from pathlib import Path

import pytest

from conformance.traffic import streams
from conformance.traffic.entries import Entry, Source
from conformance.traffic.formats import entries
from conformance.traffic.heads import format_of
from conformance.traffic.sources import open_source, sources
from tests.traffic.test_bodies import zstd

XML = b"<GetHITResponse/>"
LINE = b'{"request": {"method": "GET", "url": "x"}}\n'
HAR = b'{"log": {"entries": [{"request": {"method": "GET", "url": "x"}}, {"request": {"method": "GET", "url": "y"}}]}}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with files of many kinds, in which the test is."""
    for name, data in {
        "b.xml": XML,
        "a.dat": HAR,
        "deep/c.gz": gzip.compress(LINE),
        "deep/er/d.zst": zstd(HAR),
        "README.md": b"# nothing",
        "page.xml": b"<!DOCTYPE html><html></html>",
        "package.json": b'{"name": "x"}',
        "empty.xml": b"",
        ".git/x.xml": XML,
        ".hidden.xml": XML,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes(data)
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def named(*paths: str) -> list[str]:
    """Return the paths that are meant by paths; their numbers count up."""
    found = list(sources(paths))
    assert [one.number for one in found] == list(range(len(found)))
    return [one.path for one in found]


def told(path: str, **of: int) -> list[Entry]:
    """Return the entries of a file."""
    return list(entries(Source(number=0, path=path, **of)))


@pytest.mark.usefixtures("folder")
def test_folders_files_and_patterns() -> None:
    """In the order named; a folder's files sorted, those alone that are of a known format."""
    assert named("b.xml", ".") == ["b.xml", "./a.dat", "./b.xml", "./deep/c.gz", "./deep/er/d.zst"]
    assert named("*.xml", "deep") == ["b.xml", "empty.xml", "page.xml", "deep/c.gz", "deep/er/d.zst"]
    assert named("**/*.gz", "d*") == ["deep/c.gz", "deep/c.gz", "deep/er/d.zst"]
    assert named("-", "missing.har", "*.none", "a\0b") == ["-", "missing.har", "*.none", "a\0b"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("path", ["missing.har", "*.none", "a\0b", "empty"])
def test_what_cannot_be_read_is_a_fault(path: str) -> None:
    """It names the file, and nothing is raised."""
    Path("empty").mkdir()
    assert named(path) == [path]
    (only,) = told(path)
    assert only.fault.startswith(f"cannot read {path}: ")


@pytest.mark.usefixtures("folder")
def test_compressed_files_are_read_whatever_their_names() -> None:
    """By their content; several members and frames are one file."""
    assert [one.body for one in told("b.xml")] == [XML]
    assert len(told("deep/er/d.zst")) == 2
    for name, data in {
        "members.har": gzip.compress(LINE) + gzip.compress(LINE + LINE) + bytes(512),
        "frames.har": zstd(LINE) + zstd(LINE + LINE),
    }.items():
        Path(name).write_bytes(data)
        assert [one.exchange is not None for one in told(name)] == [True] * 3


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("compress", [gzip.compress, zstd])
def test_compressed_files_cut_short(compress: object) -> None:
    """What can be read is judged, and the end is one fault, whatever the byte."""
    assert callable(compress)
    whole = compress(b"".join(b'{"request": {"method": "GET", "url": "%d"}}\n' % (i * i) for i in range(50)))
    for cut in range(5, len(whole)):
        Path("cut").write_bytes(whole[:cut])
        entries_ = told("cut")
        assert [one for one in entries_ if one.fault] == entries_[-1:]
        assert compress is zstd or len(entries_) > 50 or cut < len(whole) - 9  # zstd gives out whole blocks


@pytest.mark.usefixtures("folder")
def test_a_document_cut_short_is_not_judged() -> None:
    """Its text is not what it would have been."""
    Path("cut").write_bytes(gzip.compress(XML)[:-9])
    (only,) = told("cut")
    assert "ends within its gzip data" in only.fault


@pytest.mark.usefixtures("folder")
def test_trailing_garbage_is_told() -> None:
    """After what was read."""
    Path("more").write_bytes(gzip.compress(LINE) + b"more")
    good, fault = told("more")
    assert good.exchange is not None
    assert "something else follows" in fault.fault


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("compress", [gzip.compress, zstd])
def test_bombs_end_where_the_limit_is(compress: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """What expands without measure is a fault that says so."""
    assert callable(compress)
    monkeypatch.setattr(streams, "FREE_EXPANSION", 1_000_000)
    Path("bomb").write_bytes(compress(LINE + b" " * 20_000_000 + LINE))
    good, fault = told("bomb")
    assert good.exchange is not None
    assert "expands to more than 300 times its size" in fault.fault


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read like a file, compressed or not, and stays open."""
    for data in (HAR, gzip.compress(HAR)):
        stdin = io.TextIOWrapper(io.BytesIO(data))
        monkeypatch.setattr(sys, "stdin", stdin)
        assert len(told("-")) == 2
        assert not stdin.buffer.closed
    monkeypatch.setattr(sys, "stdin", None)
    assert "closed" in told("-")[0].fault


@pytest.mark.usefixtures("folder")
def test_a_pipe_is_read_like_a_file() -> None:
    """As of a shell's process substitution."""
    import threading

    writer = threading.Thread(target=lambda: Path("pipe").write_bytes(HAR))
    writer.start()
    assert len(told("pipe")) == 2
    writer.join()


@pytest.mark.usefixtures("folder")
def test_ranges() -> None:
    """A range is of the format that the file has, and begins where it says."""
    second = HAR.rindex(b'{"request"')
    assert [one.place.offset for one in told("a.dat", stop=second)] == [HAR.index(b'{"request"')]
    assert [one.place.offset for one in told("a.dat", start=second)] == [second]


HEADS = {
    "XML": [XML, b"\xef\xbb\xbf \n<a", b"\xff\xfe<\0a\0", b"\xfe\xff\0<\0a", b"<\0?\0"],
    "HAR": [HAR, b'{"log":', b'\xef\xbb\xbf{\n  "log": {\n', b'{"comment": "x", "log": {'],
    "mitmproxy": [b"1234:9:websocket;0:~"],
    "cassette": [
        b"interactions:\n- request:",
        b"---\nhttp_interactions:\n- request:",
        b"# x\ninteractions:\n",
        b'{"version": 1, "interactions": [',
        b'{"http_interactions":[{"request"',
    ],
    "record": [
        b'{"type": "run", "schema": 1',
        b'{"type":"run"}\n{"type": "exchange"',
        b'{"type": "exchange", "id": "x',
    ],
    "exchanges": [LINE, b'{"sent_at": 1, "request": {"meth', b'{"response": null, "type": "http", "request":'],
    "other": [b"", b"text", b"[1]", b'{"name": 1}', b"{", b"\0" * 100, b"{" * 100, b'{"a":' * 9000, b"PK\x03\x04"],
}


@pytest.mark.parametrize(("name", "head"), [(name, head) for name, heads in HEADS.items() for head in heads])
def test_recognition(name: str, head: bytes) -> None:
    """By the content alone, of which only the beginning may be there."""
    assert format_of(head) == name


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"PK\x03\x04....", "Unpack it"),
        (b"[{}]", "it is JSON, but neither a HAR"),
        (b'{"name": 1}', "it is JSON, but neither a HAR"),
        (gzip.compress(gzip.compress(LINE, mtime=0), mtime=0), "compressed more than once"),
    ],
)
def test_what_is_of_no_known_format(data: bytes, hint: str) -> None:
    """A fault says what it is, and what to do."""
    Path("x").write_bytes(data)
    (only,) = told("x")
    assert hint in only.fault


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("data", [b"", b"plain text", b"\0\1\2"])
def test_what_nothing_is_known_of_is_judged_as_a_document(data: bytes) -> None:
    """It is told to be no XML."""
    Path("x").write_bytes(data)
    assert [one.body for one in told("x")] == [data]


def test_opened_sources_can_be_peeked_at(tmp_path: Path) -> None:
    """The beginning is there without having been read."""
    path = tmp_path / "x"
    for data in (json.dumps(["x" * 100_000]).encode(),):
        for written in (data, gzip.compress(data)):
            path.write_bytes(written)
            with open_source(Source(number=0, path=str(path))) as stream:
                assert len(stream.peek(1)) > 10_000  # type: ignore[attr-defined]
                assert stream.read() == data
