"""The file of `serve --state`: an SQLite database of rows and counters that one process at a time has.

``records`` holds a row of JSON for each record, in the order in which their keys first came (``place``), as the tables
of the store do; ``counters`` a value of JSON for each counter.
"""

import json
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.errors import KitError, UsageError

_APPLICATION = 0x6D54_6B43  # "mTkC": no other program's database is taken for one of ours
_TABLES = (
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE records (place INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT, record TEXT NOT NULL,"
    " UNIQUE (kind, key))",
)
_COUNT = "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_PUT = (
    "INSERT INTO records (kind, key, record) VALUES (?, ?, ?)"
    " ON CONFLICT (kind, key) DO UPDATE SET record = excluded.record"  # stays in its place, as in a dict
)
_TAKE_OUT = "DELETE FROM records WHERE kind = ? AND key = ?"
_READ = "SELECT kind, record FROM records ORDER BY place"
_WAYS_OUT = {
    "SQLITE_BUSY": "another process has it open. End that one, or name another file.",
    "SQLITE_NOTADB": "it is no state of an endpoint. Name another file; this one is as it was.",
    "SQLITE_FULL": "the disk is full. Make room, or name a file elsewhere.",
}


class StateFile:
    """The file, open and locked; raises UsageError where it cannot be used, and leaves a foreign file as it is."""

    def __init__(self, path: Path, layout: int) -> None:
        self._path = path
        _create(path)
        self._database = sqlite3.connect(path.absolute(), timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._open(layout)
        except sqlite3.Error as error:
            self._database.close()
            raise UsageError(f"cannot use the state file {path}: {_reason(error)}") from error
        except BaseException:
            self._database.close()
            raise

    def read(self) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
        """Return the counters, and each record's kind with its row, in order."""
        try:
            counters = {name: json.loads(value) for name, value in self._database.execute("SELECT * FROM counters")}
            return counters, [(kind, json.loads(row)) for kind, row in self._database.execute(_READ)]
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise UsageError(_corrupt(self._path, str(error))) from error

    def write(self, counters: Mapping[str, Any], changes: Iterable[tuple[str, str | None, str | None]]) -> None:
        """Put all of it on the disk, or nothing: counters, and kind, key and row (None: taken out) of each change.

        Raises KitError where that fails; what was written before is still there.
        """
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany(_COUNT, [(name, json.dumps(value)) for name, value in counters.items()])
                for kind, key, row in changes:
                    if row is None:
                        self._database.execute(_TAKE_OUT, (kind, key))
                    else:
                        self._database.execute(_PUT, (kind, key, row))
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise KitError(
                f"cannot write the state file {self._path}: {_reason(error)} "
                "All that was answered with success is in it: start again with it."
            ) from error

    def close(self) -> None:
        """Let others have the file; it may be closed already."""
        self._database.close()

    def _open(self, layout: int) -> None:
        database = self._database
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN EXCLUSIVE")
        if not self._value("SELECT count(*) FROM sqlite_master") and not self._value("PRAGMA application_id"):
            for statement in (
                *_TABLES,
                f"PRAGMA application_id = {_APPLICATION}",
                f"PRAGMA user_version = {layout}",
            ):
                database.execute(statement)
        if self._value("PRAGMA application_id") != _APPLICATION:
            raise UsageError(f"{self._path} is another program's database: name another file. This one is as it was.")
        if self._value("PRAGMA user_version") != layout:
            raise UsageError(
                f"the state file {self._path} was written in format {self._value('PRAGMA user_version')}, this kit "
                f"reads {layout}: use the kit that wrote it, or begin with a new file."
            )
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = WAL")
        damage = self._value("PRAGMA quick_check(1)")
        if damage != "ok":
            raise UsageError(_corrupt(self._path, str(damage).partition("\n")[0]))

    def _value(self, statement: str) -> Any:
        rows: Iterator[Any] = self._database.execute(statement)
        return next(rows)[0]


def _create(path: Path) -> None:
    """Make an empty file that only its owner reads (accounts opened by the control API have their keys in it)."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o600)
        try:
            regular = stat.S_ISREG(os.fstat(handle).st_mode)
        finally:
            os.close(handle)
    except OSError as error:
        raise UsageError(f"cannot use the state file {path}: {error.strerror}. Name another file.") from error
    if not regular:
        raise UsageError(f"cannot use the state file {path}: it is no regular file. Name another one.")


def _reason(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    return _WAYS_OUT.get(name, f"{error} ({name or type(error).__name__}).")


def _corrupt(path: Path, damage: str) -> str:
    return f"the state file {path} is damaged ({damage}): begin with another file, or with a copy of this one."
