"""Captures that lie elsewhere, by way of fsspec: what URLs mean, ranges, and what may go wrong.

fsspec is an extra, so pytest collects this module only where it is named, as ``tox -e dask`` does.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster
from fsspec.implementations.memory import MemoryFileSystem

from conformance.cli import main
from conformance.record.audited import Audited
from conformance.traffic import remote, splitting
from conformance.traffic.auditing import audit_all
from conformance.traffic.distributed import audit_by_dask
from conformance.traffic.entries import Source
from conformance.traffic.formats import entries
from conformance.traffic.judging import Options
from conformance.traffic.sources import sources
from conformance.traffic.splitting import parts
from tests.traffic.test_auditing import PIECE, bulk_exchanges, entry, islice, spoiled, write_har

XML = b"<GetHITResponse/>"


class Ranged(SimpleHTTPRequestHandler):
    """Serves files, and ranges of them."""

    fetched = 0
    failing = 0

    def do_GET(self) -> None:
        """Answer with what is asked for."""
        path = Path(self.translate_path(self.path))
        asked = self.headers.get("Range")
        if not path.is_file() or asked is None:
            super().do_GET()
            return
        first, _, last = asked.removeprefix("bytes=").partition("-")
        data = path.read_bytes()
        piece = data[int(first) : int(last) + 1 if last else None]
        type(self).fetched += len(piece)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{int(first) + len(piece) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(piece)))
        self.end_headers()
        if type(self).failing and int(first):
            type(self).failing -= 1
            piece = piece[: len(piece) // 2]
            self.close_connection = True
        self.wfile.write(piece)

    def end_headers(self) -> None:
        """Say that ranges can be had."""
        self.send_header("Accept-Ranges", "bytes")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Entries of a HAR, some with faults."""
    return [json.dumps(entry(one)) for one in spoiled(islice(bulk_exchanges(3, "2014-08-15"), 150))]


@pytest.fixture
def folder(tmp_path: Path, texts: list[str]) -> Path:
    """Files of some kinds."""
    write_har(tmp_path / "b.har", texts, times=4)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.gz").write_bytes(gzip.compress((tmp_path / "b.har").read_bytes()))
    (tmp_path / "a.xml").write_bytes(XML)
    (tmp_path / "README.md").write_bytes(b"# nothing")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.xml").write_bytes(XML)
    return tmp_path


@pytest.fixture
def memory(folder: Path) -> Iterator[str]:
    """The same files in a file system of fsspec's."""
    files = MemoryFileSystem()
    for path in folder.rglob("*"):
        if path.is_file():
            files.pipe(f"/archive/{path.relative_to(folder)}", path.read_bytes())
    yield "memory://archive"
    MemoryFileSystem.store.clear()
    remote.size_of_url.cache_clear()
    remote.head_of_url.cache_clear()


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The same files on a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Ranged, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Ranged.fetched = Ranged.failing = 0
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut captures into parts that are small enough for a test, fetch little at a time, and wait for nothing."""
    monkeypatch.setattr(splitting.parts, "__defaults__", (PIECE,))
    monkeypatch.setattr(splitting.tasks, "__defaults__", (PIECE,))
    monkeypatch.setattr(splitting, "_FIRST_WINDOW", 8_000)
    monkeypatch.setattr(remote.open_url, "__defaults__", (0, 10_000))
    monkeypatch.setattr(remote, "PAUSES", (0, 0))


def named(*paths: str) -> list[str]:
    """Return what paths mean."""
    return [one.path for one in sources(paths)]


def of_one(audited: Audited) -> tuple[Any, ...]:
    """Return what an audit of one file shows, but for the name of the file."""
    (account,) = audited.files.values()
    faults = [
        (fault.key, fault.count, [(one.place.entry, one.place.offset, one.place.line) for one in fault.first])
        for fault in audited.in_order()
    ]
    return account.entries, account.judged, account.failed, faults, audited.met, audited.coverage


def test_folders_patterns_and_files(memory: str) -> None:
    """As with paths: of a folder what is recognised, sorted; of a pattern what it matches; else what is named."""
    assert named(memory) == [
        "memory:///archive/a.xml",
        "memory:///archive/b.har",
        "memory:///archive/deep/c.gz",
    ]
    assert named(f"{memory}/*") == [
        "memory:///archive/README.md",
        "memory:///archive/a.xml",
        "memory:///archive/b.har",
    ]
    assert named(f"{memory}/**/*.gz", "-") == ["memory:///archive/deep/c.gz", "-"]
    for same in (f"{memory}/b.har", f"{memory}/none.har", f"{memory}/none*", "memory://nothing-there"):
        assert named(same) == [same]


def test_a_range_is_read_by_seeking(served: str, folder: Path) -> None:
    """The parts of a file show what the file shows, and little more is fetched than they have."""
    size = (folder / "b.har").stat().st_size
    (whole,) = parts([Source(number=0, path=f"{served}/b.har")], 10 * size)
    ranges = list(parts([whole], PIECE))
    assert len(ranges) > 10
    before = Ranged.fetched
    last = ranges[-1]
    assert len(list(entries(last))) > 0
    assert Ranged.fetched - before < (size - last.start) + remote.BUFFER * 2 + 300_000
    found = audit_all([whole], Options())
    assert of_one(found) == of_one(audit_all([Source(number=0, path=str(folder / "b.har"))], Options()))


@pytest.mark.parametrize("name", ["b.har", "deep/c.gz", "a.xml"])
def test_what_lies_elsewhere_shows_what_it_shows_here(memory: str, folder: Path, name: str) -> None:
    """Cut, compressed, or one document; in one process."""
    here = audit_all(sources([str(folder / name)]), Options())
    assert not here.unread
    assert of_one(audit_all(sources([f"{memory}/{name}"]), Options())) == of_one(here)
    assert of_one(audit_all(sources([f"file://{folder}/{name}"]), Options())) == of_one(here)


def test_a_cluster_reads_urls(served: str, folder: Path) -> None:
    """Workers fetch their ranges themselves, and the outcome is that of one process."""
    named = [f"{served}/b.har", f"file://{folder}/b.har", f"{served}/deep/c.gz", f"{served}/none"]
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        there = audit_by_dask(sources(named), Options(), cluster.scheduler_address)
    assert there == audit_all(sources(named), Options())
    assert [there.files[number].entries for number in range(4)] == [600, 600, 600, 1]


def test_a_connection_that_breaks_is_made_again(served: str) -> None:
    """Reading goes on where it was."""
    Ranged.failing = 2
    found = audit_all(sources([f"{served}/b.har"]), Options())
    assert Ranged.failing == 0
    assert not found.unread
    assert found.files[0].entries == 600


def test_a_connection_that_stays_broken_is_told(served: str) -> None:
    """The fault names the URL and says why; what came before is judged."""
    source = Source(number=0, path=f"{served}/b.har", start=10_000)
    remote.head_of_url(source.path)
    Ranged.failing = 1000
    *_, last = entries(source)
    assert last.fault.startswith(f"cannot read {source.path}: ")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("memory://none/x.har", "No such file or directory"),
        ("http://127.0.0.1:9/x.har", "Connect"),
        ("http://127.0.0.1:9/*.har", "Connect"),
    ],
)
def test_what_cannot_be_read_is_told(url: str, why: str) -> None:
    """As with a file that is missing."""
    found = audit_all(sources([url]), Options())
    assert found.unread[0].reason.startswith(f"cannot read {url}: ")
    assert why in found.unread[0].reason


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3://bucket/*.har", "Install s3fs to access S3"),
        ("gs://bucket/x", "gcsfs"),
        ("pigeon://x/y", "Protocol not known: pigeon"),
        ("zip://x.har::pigeon://y.zip", "Protocol not known: pigeon"),
    ],
)
def test_a_protocol_that_cannot_be_spoken_is_wrong_usage(
    url: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the library that speaks it; nothing is judged."""
    with pytest.raises(SystemExit) as ended:
        main(["audit", url])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: cannot read {url}: ")
    assert why in told


def test_a_chained_url_is_one_file(folder: Path, texts: list[str]) -> None:
    """A capture in a ZIP archive."""
    import zipfile

    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("in.har", json.dumps({"log": {"version": "1.2", "entries": [json.loads(texts[0])]}}))
    found = audit_all(sources([f"zip://in.har::file://{folder}/x.zip"]), Options())
    assert found.files[0].entries == 1
    assert not found.unread
