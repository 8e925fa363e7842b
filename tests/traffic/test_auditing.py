"""An audit in one process and in several: the same outcome, whoever dies, and in bounded memory."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from conformance.checks.history import HISTORY
from conformance.record.audited import Audited
from conformance.strategies.bulk import bulk_exchanges
from conformance.traffic import splitting
from conformance.traffic.auditing import Together, audit_all, audit_part
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options
from conformance.traffic.splitting import parts, tasks
from conformance.wire.messages import Exchange

PIECE = 40_000


def entry(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as an entry of a HAR."""
    request, response = exchange.request, exchange.response
    assert response is not None
    headers = [{"name": name, "value": value} for name, value in request.headers]
    posted = {"mimeType": "application/x-www-form-urlencoded", "text": request.body.decode()} if request.body else None
    sent = {"method": request.method, "url": request.url, "headers": headers}
    content = {"size": len(response.body), "mimeType": "text/xml", "text": response.body.decode()}
    return {
        "startedDateTime": "2014-08-15T10:00:00.000Z",
        "time": 1,
        "request": sent | ({"postData": posted} if posted else {}),
        "response": {"status": 200, "statusText": "OK", "headers": [], "content": content},
    }


def spoiled(exchanges: Iterator[Exchange]) -> Iterator[Exchange]:
    """Yield exchanges, some of which have a fault that is easily told."""
    for number, exchange in enumerate(exchanges):
        assert exchange.response is not None
        body = exchange.response.body
        if number % 7 == 3:
            body = body.replace(b"<IsValid>True<", b"<IsValid>true<")
        yield replace(exchange, response=replace(exchange.response, body=body))


def write_har(path: Path, texts: list[str], times: int = 1) -> Source:
    """Write entries, all of them so many times."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "entries": [\n')
        for number in range(times):
            file.write((",\n" if number else "") + ",\n".join(texts))
        file.write("\n]}}\n")
    return Source(number=0, path=str(path))


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Entries of a HAR, some with faults."""
    return [json.dumps(entry(one)) for one in spoiled(islice(bulk_exchanges(3, "2014-08-15"), 150))]


@pytest.fixture
def capture(tmp_path: Path, texts: list[str]) -> Source:
    """A HAR of some ranges."""
    return write_har(tmp_path / "capture.har", texts)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut captures into parts that are small enough for a test."""
    monkeypatch.setattr(splitting.parts, "__defaults__", (PIECE,))
    monkeypatch.setattr(splitting.tasks, "__defaults__", (PIECE,))


def whole(source: Source) -> Audited:
    """Return what a source shows when it is looked at in one piece."""
    together = Together()
    together.add(source, audit_part(source, Options()))
    return together.whole


def test_ranges_show_what_the_file_shows(capture: Source) -> None:
    """The ranges of a file are all its bytes; merged in order they are equal to the whole, places and all."""
    ranges = list(parts([capture], PIECE))
    assert len(ranges) > 3
    assert [one.start for one in ranges[1:]] == [one.stop for one in ranges[:-1]]
    together = Together()
    for one in ranges:
        together.add(one, audit_part(one, Options()))
    expected = whole(capture)
    lines = [(fault.key, fault.count, [one.place.entry for one in fault.first]) for fault in expected.in_order()]
    assert [
        (fault.key, fault.count, [one.place.entry for one in fault.first]) for fault in together.whole.in_order()
    ] == lines
    assert together.whole.files == expected.files
    assert together.whole.met == expected.met
    assert together.whole.coverage == expected.coverage
    assert expected.files[0].entries == 150
    assert expected.files[0].failed > 0


def test_the_short_way_shows_what_the_long_one_shows(capture: Source) -> None:
    """Remembering kinds of replies changes no finding, no place, no count and no coverage."""
    assert audit_all([capture], Options()) == audit_all([capture], Options(remembers=False))


@pytest.mark.usefixtures("small_parts")
def test_two_processes_show_what_one_shows(capture: Source) -> None:
    """The outcome is equal in all its parts."""
    assert audit_all([capture], Options(), workers=2) == audit_all([capture], Options())
    assert not active_children()


@pytest.mark.usefixtures("small_parts")
def test_what_exchanges_show_together_is_the_same_however_early_it_is_judged(
    capture: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With several processes as soon as no more can be added, while the last parts of the capture are judged."""
    monkeypatch.setattr("conformance.record.audited.HISTORY_KEPT", 30)
    expected = audit_all([capture], Options())
    assert HISTORY in {one.key.requirement for one in expected.in_order()}
    assert audit_all([capture], Options(), workers=2) == expected
    together, over = Together(), []
    for one in parts([capture], PIECE):
        together.add(one, audit_part(one, Options()))
        together.settle(one)
        over.append(not together.whole.is_telling)
    assert sorted(over) == over
    assert over[0] is False
    assert over[-2] is True
    assert together.whole == expected


@pytest.mark.usefixtures("small_parts")
def test_a_killed_worker_changes_nothing(capture: Source) -> None:
    """What it was doing is done again by another."""
    killed: list[int] = []

    def kill_one() -> None:
        for _ in range(1000):
            for child in active_children():
                if child.pid and not killed:
                    time.sleep(0.3)  # it has begun by then
                    os.kill(child.pid, signal.SIGKILL)
                    killed.append(child.pid)
                    return
            time.sleep(0.01)

    killer = threading.Thread(target=kill_one)
    killer.start()
    outcome = audit_all([capture], Options(), workers=2)
    killer.join()
    assert killed
    assert outcome == audit_all([capture], Options())


def test_a_lost_part_is_told(capture: Source) -> None:
    """A range whose process died twice counts as not read, with its place and a hint."""
    together = Together()
    together.lose(replace(capture, start=100, stop=200), -9)
    (unread,) = together.whole.unread
    assert unread.place.offset == 100
    assert "from byte 100 to byte 200" in unread.reason
    assert "signal 9" in unread.reason
    assert together.whole.files[0].verdict("must") == "not read"


def test_small_files_are_one_task(tmp_path: Path) -> None:
    """Files are not handed out one by one; a range is a task of its own."""
    files = []
    for number in range(40):
        path = tmp_path / f"{number}.xml"
        path.write_text("<a/>")
        files.append(Source(number=number, path=str(path)))
    assert [len(task) for task in tasks(files, 100)] == [25, 15]


def test_a_file_that_cannot_be_cut_is_one_part(tmp_path: Path, texts: list[str]) -> None:
    """Compressed files and other formats stay whole, and so does a HAR whose entries begin with a key inside them."""
    other = tmp_path / "other.xml"
    other.write_bytes(b"<a>" + b"<b/>" * 50_000 + b"</a>")
    packed = tmp_path / "capture.har.gz"
    packed.write_bytes(gzip.compress(random.Random(0).randbytes(200_000)))
    odd = write_har(tmp_path / "odd.har", [text.replace('{"startedDateTime"', '{"name"', 1) for text in texts])
    for path in (str(other), str(packed), odd.path):
        source = Source(number=0, path=path)
        assert list(parts([source], PIECE)) == [source]


def test_a_fault_of_the_kit_is_told_and_the_rest_judged(
    capture: Source, tmp_path: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What raises in the middle of a file leaves the findings before it, and the other files."""
    from conformance.traffic.judging import Judging

    take = Judging.take

    def failing(self: Judging, one: Any, into: Audited) -> None:
        if one.place.source == 0 and one.place.entry == 20:
            raise RuntimeError("broken")
        take(self, one, into)

    monkeypatch.setattr(Judging, "take", failing)
    other = replace(write_har(tmp_path / "other.har", texts[:10]), number=1)
    outcome = audit_all([capture, other], Options())
    assert outcome.files[0].entries == 19
    assert outcome.files[1].entries == 10
    assert "RuntimeError: broken" in outcome.unread[0].reason


_INTERRUPTED = """
import sys
from conformance.traffic.auditing import audit_all
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options

class Told:
    def begin(self, total): pass
    def advance(self, done): print("part", flush=True)

told = audit_all([Source(number=0, path=sys.argv[1])], Options(), workers=int(sys.argv[2]), progress=Told())
print("end", told.interrupted, told.files[0].entries > 0, len(told.faults) > 0, flush=True)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interruption_leaves_the_findings_and_no_process(tmp_path: Path, texts: list[str], workers: int) -> None:
    """Ctrl-C, as a terminal sends it to all processes of a group."""
    source = write_har(tmp_path / "large.har", texts, times=400)
    mark = f"AUDIT_TEST_{os.getpid()}_{workers}"
    process = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED, source.path, str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, mark: "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "part\n"
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "end True True True", err
    assert "Traceback" not in err
    assert not _processes_with(mark)


def _processes_with(mark: str) -> list[str]:
    """Return the processes that have a variable in their environment; those that are just ending get a moment."""
    found = []
    for _ in range(50):
        found = [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if _has(path, mark.encode())]
        if not found:
            return []
        time.sleep(0.1)
    return found


def _has(path: Path, mark: bytes) -> bool:
    try:
        return mark in path.read_bytes()
    except OSError:
        return False


# Not getrusage: that also counts what the process was forked from.
_MEASURED = """
import re, sys
from conformance.traffic.auditing import audit_all
from conformance.traffic.entries import Source
from conformance.traffic.judging import Options

told = audit_all([Source(number=0, path=sys.argv[1])], Options())
print(told.files[0].entries, int(re.search(r"VmHWM:\\s+([0-9]+) kB", open("/proc/self/status").read())[1]) // 1024)
"""


def test_memory_is_bounded(tmp_path: Path, texts: list[str]) -> None:
    """A file of some 12 MB takes little more memory than one of one MB, and less than 64 MB."""
    size = sum(map(len, texts))
    entries, most = {}, {}
    for name, wanted in (("small", 1_000_000), ("large", 12_000_000)):
        source = write_har(tmp_path / f"{name}.har", texts, times=wanted // size + 1)
        command = [sys.executable, "-c", _MEASURED, source.path]
        told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout.split()
        entries[name], most[name] = map(int, told)
    assert entries["large"] > 8 * entries["small"]
    assert most["large"] < 64
    assert most["large"] - most["small"] < 16
