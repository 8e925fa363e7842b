"""The ledger: what the kit created at an endpoint, written down before it is created.

An append-only file of JSON lines, safe against Ctrl-C, kill -9 and a full disk: an entry that cannot be
written stops the create.  ``cleanup`` touches only what stands here.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from platformdirs import user_state_path

from conformance.errors import KitError, UsageError

_START = b'{"type": "'


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """Something that may still exist at ``endpoint``.

    ``id`` is None where the outcome of the create is unknown.  ``at`` is in seconds since the epoch.  ``account`` is
    whose it is, as `account_of` names it, ``version`` that of the call; None where the ledger does not tell.
    """

    entry: str
    run_id: str
    operation: str
    endpoint: str
    values: Mapping[str, Any]
    at: float
    id: str | None = None
    account: str | None = None
    version: str | None = None

    @property
    def process(self) -> int:
        """The id of the process that created it."""
        return int(self.entry.split("/")[1])


def account_of(access_key_id: str) -> str:
    """Return what names an account in a ledger: equal for equal keys, and no key itself."""
    return sha256(access_key_id.encode()).hexdigest()[:16]


def name_in(values: Mapping[str, Any]) -> str:
    """Return the name of what a call creates: that of a type, or the title of a HIT; empty where it has none."""
    named = values.get("Name") or values.get("Title") or [""]
    return str(named[0])


def default_ledger_path() -> Path:
    """Return the ledger that runs share unless told otherwise, in the user's folder for state."""
    return user_state_path("mturk-conformance", appauthor=False) / "ledger.jsonl"


class Ledger:
    """A ledger file, open for writing; several runs and processes may append to the same one.

    Raises KitError from every method if the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._numbers = count(1)
        self._created: dict[str, str] = {}
        self._unsettled: dict[str, str] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            self._end_cut_line()
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what is written stays."""
        os.close(self._file)

    def intend(
        self,
        run_id: str,
        operation: str,
        endpoint: str,
        values: Mapping[str, Any],
        at: float,
        *,
        account: str | None = None,
        version: str | None = None,
    ) -> str:
        """Write down a create that is about to be sent; return the name of the entry, for `settle`."""
        # The process id keeps apart the workers of one run.
        entry = f"{run_id}/{os.getpid()}/{next(self._numbers)}"
        about = {"run_id": run_id, "operation": operation, "endpoint": endpoint, "values": dict(values), "at": at}
        self._append("intent", entry, **about, account=account, version=version)
        self._to_disk()  # the outcome need not be there: without it the entry stays open, its id unknown
        self._unsettled[entry] = name_in(values)
        return entry

    def settle(self, entry: str, item_id: str | None, *, unknown: bool = False) -> None:
        """Write down what came of it: the id of what was created; else that nothing was, or that this is unknown."""
        if item_id:
            self._append("created", entry, id=item_id)
            self._created[item_id] = entry
        else:
            self._append("unknown" if unknown else "failed", entry)
        if item_id or not unknown:
            self._unsettled.pop(entry, None)

    @property
    def unsettled(self) -> bool:
        """Whether this process may have created something of which it does not know the id."""
        return bool(self._unsettled)

    def found(self, item_id: str, name: str) -> None:
        """Write down the id of what has the name of something that was created without telling its id."""
        entry = next((entry for entry, wanted in self._unsettled.items() if wanted == name), None)
        if entry is not None and item_id not in self._created:
            self.settle(entry, item_id)

    def removed(self, entry: str) -> None:
        """Write down that what was created has been removed again."""
        self._append("removed", entry)

    def removed_by_itself(self, item_id: str) -> None:
        """Write down that a run removed, as part of a case, what this process created."""
        if entry := self._created.pop(item_id, None):
            self.removed(entry)

    def _append(self, kind: str, entry: str, **rest: Any) -> None:
        self._write(json.dumps({"type": kind, "entry": entry, **rest}).encode() + b"\n")

    def _write(self, line: bytes) -> None:
        try:
            written = os.write(self._file, line)
            if written < len(line):
                raise OSError(0, f"only {written} of {len(line)} bytes were written")
        except OSError as error:
            raise self._unwritable(error) from error

    def _to_disk(self) -> None:
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._unwritable(error) from error

    def _end_cut_line(self) -> None:
        """End a last line that a killed run left unfinished, so that it spoils none of ours."""
        size = os.fstat(self._file).st_size
        if size:
            os.lseek(self._file, size - 1, os.SEEK_SET)
            if os.read(self._file, 1) != b"\n":
                self._write(b"\n")

    def _unwritable(self, error: OSError) -> KitError:
        return KitError(
            f"cannot write the ledger {self.path}: {error.strerror}. Nothing is created without it; "
            "make the file writable, or name another with --ledger."
        )


def open_items(path: Path) -> tuple[OpenItem, ...]:
    """Return what the ledger's runs created, or may have created, and did not remove; oldest first.

    A line cut by a kill is passed over: a cut intent was never acted upon, a cut outcome leaves its intent open.
    Raises UsageError if the file cannot be read or is no ledger.
    """
    found: dict[str, OpenItem] = {}
    for line in _lines(path):
        entry = line["entry"]
        if line["type"] == "intent":
            found[entry] = OpenItem(
                entry=entry,
                account=line.get("account"),
                version=line.get("version"),
                **{key: line[key] for key in ("run_id", "operation", "endpoint", "values", "at")},
            )
        elif line["type"] in ("failed", "removed"):
            found.pop(entry, None)
        elif line["type"] == "created" and entry in found:
            found[entry] = replace(found[entry], id=line["id"])
    return tuple(found.values())


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot read the ledger {path}: it is no file. Name the ledger of a run.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the ledger {path}: {error.strerror}. Name the ledger of a run.") from error
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line:
            continue
        if not line.startswith(_START[: len(line)]):
            raise UsageError(f"{path}, line {number}, is not a line of a ledger. Name the ledger of a run.")
        try:
            yield json.loads(line)
        except ValueError:
            continue
