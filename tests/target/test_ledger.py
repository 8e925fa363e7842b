"""What was created is known afterwards, however the run ended."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import KitError, UsageError
from conformance.target.ledger import Ledger, default_ledger_path, open_items

ENDPOINT = "http://localhost:1/"


def intend(ledger: Ledger, name: str = "n") -> str:
    """Write the intent to create a Qualification type."""
    return ledger.intend("run1", "CreateQualificationType", ENDPOINT, {"Name": [name]}, 12.5)


def test_what_is_neither_refused_nor_removed_is_open(tmp_path: Path) -> None:
    """Created and unknown outcomes stay, refused and removed ones go, oldest first."""
    path = tmp_path / "folder" / "ledger.jsonl"
    with Ledger(path) as ledger:
        entries = [intend(ledger, name) for name in ("created", "refused", "unknown", "removed", "no outcome")]
        ledger.settle(entries[0], "Q1")
        ledger.settle(entries[1], None)
        ledger.settle(entries[2], None, unknown=True)
        ledger.settle(entries[3], "Q2")
        ledger.removed(entries[3])
    items = open_items(path)
    assert [(item.values["Name"], item.id) for item in items] == [
        (["created"], "Q1"),
        (["unknown"], None),
        (["no outcome"], None),
    ]
    first = items[0]
    assert (first.run_id, first.operation, first.endpoint, first.at, first.entry) == (
        "run1",
        "CreateQualificationType",
        ENDPOINT,
        12.5,
        entries[0],
    )


def test_the_intent_is_in_the_file_before_the_create(tmp_path: Path) -> None:
    """Another process sees the line as soon as `intend` returns."""
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        intend(ledger)
        (line,) = path.read_text().splitlines()
    assert json.loads(line)["type"] == "intent"


def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    """Ids and texts of a run are the user's own."""
    Ledger(tmp_path / "ledger.jsonl").close()
    assert (tmp_path / "ledger.jsonl").stat().st_mode & 0o077 == 0


@given(kept=st.integers(0, 1000))
def test_a_cut_anywhere_loses_at_most_the_line_that_was_cut(
    tmp_path_factory: pytest.TempPathFactory, kept: int
) -> None:
    """Every whole line before the cut is read, and lines of a later run after it."""
    path = tmp_path_factory.mktemp("cut") / "ledger.jsonl"
    with Ledger(path) as ledger:
        for number in range(3):
            ledger.settle(intend(ledger, str(number)), f"Q{number}")
    content = path.read_bytes()
    cut = content[: min(kept, len(content))]
    path.write_bytes(cut)
    before = open_items(path)
    whole = [json.loads(line) for line in cut[: cut.rfind(b"\n") + 1].splitlines()]
    assert {item.entry for item in before} >= {line["entry"] for line in whole}
    with Ledger(path) as ledger:
        later = ledger.intend("run2", "CreateQualificationType", ENDPOINT, {}, 0)
    assert open_items(path)[:-1] == before
    assert open_items(path)[-1].entry == later


def test_kill_9_in_the_middle_leaves_every_create_in_the_ledger(tmp_path: Path) -> None:
    """A run killed between creates: each create that was announced stands in the ledger."""
    path = tmp_path / "ledger.jsonl"
    program = (
        "import sys; from pathlib import Path; from conformance.target.ledger import Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "while True:\n"
        "    entry = ledger.intend('run1', 'CreateHIT', 'http://a/', {'Title': ['t' * 3000]}, 0)\n"
        "    print(entry, flush=True)\n"
        "    ledger.settle(entry, 'H1')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline().strip() for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
    assert set(seen) <= {item.entry for item in open_items(path)}


def test_two_processes_do_not_mix_their_entries(tmp_path: Path) -> None:
    """Entries of one run written by several workers keep different names."""
    path = tmp_path / "ledger.jsonl"
    program = (
        "import sys; from pathlib import Path; from conformance.target.ledger import Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "for _ in range(50): ledger.settle(ledger.intend('run1', 'CreateHIT', 'http://a/', {}, 0), 'H1')\n"
    )
    processes = [subprocess.Popen([sys.executable, "-P", "-c", program, str(path)]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert [item.id for item in open_items(path)] == ["H1"] * 150


def test_an_unwritable_ledger_stops_everything(tmp_path: Path) -> None:
    """A folder in its place, or a file where its folder should be, is told before anything is created."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "ledger.jsonl"):
        with pytest.raises(KitError, match="Nothing is created without it"):
            Ledger(path)


def test_a_full_disk_stops_the_create() -> None:
    """The intent fails, so the create is never sent."""
    with Ledger(Path("/dev/full")) as ledger, pytest.raises(KitError, match="No space left"):
        intend(ledger)


@pytest.mark.parametrize("content", ["hello\n", '{"other": 1}\n', "[]\n"])
def test_what_is_no_ledger_is_not_read_as_one(content: str, tmp_path: Path) -> None:
    """Cleanup never acts upon a file of another kind."""
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(UsageError, match="line 1, is not a line of a ledger"):
        open_items(path)
    with pytest.raises(UsageError, match="No such file"):
        open_items(tmp_path / "none")


def test_the_default_ledger_is_outside_the_working_directory() -> None:
    """A run writes nothing into the folder it stands in."""
    assert Path.cwd() not in default_ledger_path().parents
