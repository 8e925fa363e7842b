"""The writer of records."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.errors import KitError
from conformance.record.events import End, RunHeader, Verdict, VerdictEvent
from conformance.record.reader import read_record
from conformance.record.writer import RecordWriter

HEADER = RunHeader(
    kit="0.1.0",
    run_id="r1",
    seed=7,
    url="http://127.0.0.1:1/",
    profile="embedded",
    versions=("2014-08-15",),
    bindings=("query",),
    selection=(),
    started_at="2026-01-01T00:00:00Z",
)
VERDICT = VerdictEvent(
    requirement="A.b", case="A.b", version="2014-08-15", binding="query", level="MUST", verdict=Verdict.PASS
)
END = End(finished_at="2026-01-01T00:00:01Z", exit_code=0)


def test_each_line_is_in_the_file_before_the_next_is_written(tmp_path: Path) -> None:
    """A run that is killed leaves everything behind that it had recorded."""
    path = tmp_path / "run.jsonl"
    with RecordWriter(path) as writer:
        writer.write(HEADER)
        assert json.loads(path.read_text())["run_id"] == "r1"
        writer.write(VERDICT)
        assert read_record(path).verdicts == (VERDICT,)
        writer.write(END)
    assert read_record(path).end == END


def test_a_new_record_replaces_an_old_one_and_append_continues_it(tmp_path: Path) -> None:
    """Only ``append`` keeps what stood in the file."""
    path = tmp_path / "run.jsonl"
    for _ in range(2):
        with RecordWriter(path) as writer:
            writer.write(HEADER)
    with RecordWriter(path, append=True) as writer:
        writer.write(VERDICT)
    assert read_record(path).verdicts == (VERDICT,)


@pytest.mark.parametrize("place", [".", "missing/run.jsonl", "nul\0byte"])
def test_a_path_that_cannot_be_written_is_told_with_a_remedy(tmp_path: Path, place: str) -> None:
    """The message says what was attempted, why it failed, and what to do."""
    with pytest.raises(KitError, match=r"cannot write the record .*: .+\. Name a file"):
        RecordWriter(tmp_path / place)


def test_a_line_that_could_not_be_written_whole_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up in the middle of a line costs that line only; the record goes on after it."""
    path = tmp_path / "run.jsonl"
    with RecordWriter(path) as writer:
        writer.write(HEADER)
        monkeypatch.setattr(os, "write", _disk_with_room_for(10))
        with pytest.raises(KitError, match=r"no space left on device\. What was recorded before is kept\. Make room"):
            writer.write(VERDICT)
        monkeypatch.undo()
        writer.write(END)
    record = read_record(path)
    assert (record.header, record.verdicts, record.end) == (HEADER, (), END)


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operating system that takes a line in pieces gets all of them."""
    real = os.write
    with RecordWriter(tmp_path / "run.jsonl") as writer:
        monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:7]))
        writer.write(HEADER)
        monkeypatch.undo()
    assert read_record(tmp_path / "run.jsonl").header == HEADER


def test_writing_after_the_end_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    """A closed writer refuses; closing twice is harmless."""
    writer = RecordWriter(tmp_path / "run.jsonl")
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="is closed"):
        writer.write(HEADER)


def _disk_with_room_for(room: int) -> Callable[[int, bytes], int]:
    real = os.write

    def write(file: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = real(file, data[:room])
        room -= taken
        return taken

    return write
