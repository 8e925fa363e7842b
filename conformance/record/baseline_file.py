"""The file of a baseline: read strictly, and changed so that what its owner wrote beside the entries stays."""

import os
import tomllib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from conformance.errors import KitError, UsageError, nearest
from conformance.record.baseline import Baseline, Entry
from conformance.record.events import VerdictEvent
from conformance.spec.versions import check_version

SCHEMA = 1
BINDINGS = ("query", "soap")
TABLE = "known"
_TEXTS = ("requirement", "signature", "case", "reason", "owner", "ticket", "seen")
_LISTS = ("version", "binding", "profile")
_KEYS = (*_TEXTS, *_LISTS, "expires", "flaky")
_SEEN_LENGTH = 200
_HEAD = f"""\
# Failures of the endpoint that are known (docs/baseline.md).
# A run passes only if it sees exactly these: what is mended or changed has to go from here.
schema = {SCHEMA}
"""


def read_baseline(path: Path, *, may_lack: bool = False) -> Baseline:
    """Return what the file says; one that ``may_lack`` is empty where it is not there.

    Raises UsageError that names the file and the entry.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if may_lack:
            return Baseline(path=str(path))
        raise _refusal(path, "there is no such file. `run --baseline-update` writes one") from None
    except OSError as error:
        raise _refusal(path, (error.strerror or str(error)).lower()) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refusal(path, f"it is not TOML in UTF-8: {error}") from None
    _check_keys(path, content, ("schema", "seed", TABLE), "")
    schema, seed, tables = content.get("schema", SCHEMA), content.get("seed"), content.get(TABLE, [])
    if type(schema) is not int or schema > SCHEMA:
        raise _refusal(path, f"its schema is {schema!r}, and this kit knows {SCHEMA}; update the kit")
    if seed is not None and type(seed) is not int:
        raise _refusal(path, f"seed is {seed!r}; expected an integer")
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise _refusal(path, f"expected tables of the form [[{TABLE}]]")
    entries = tuple(_entry(path, number, table) for number, table in enumerate(tables))
    return Baseline(path=str(path), entries=entries, seed=seed)


def check_writable(path: Path) -> None:
    """Raise UsageError where the baseline could not be written after the run."""
    there = path.parent
    if path.is_dir() or not there.is_dir() or not os.access(path if path.exists() else there, os.W_OK):
        raise UsageError(f"cannot write the baseline {path}. Name a file in a folder that can be written.")


def rewrite(
    path: Path,
    *,
    added: Iterable[tuple[VerdictEvent, str]],
    repinned: Mapping[int, tuple[VerdictEvent, str]],
    removed: Collection[int],
    narrowed: Mapping[int, Mapping[str, list[str]]],
    seed: int,
) -> None:
    """Change the file: pin entries anew by their numbers, remove entries or leave of their lists those values.

    One is appended for each failure added.

    Failures come with their signatures.  Comments, the order and every other key stay as they are; the file is
    replaced in one step.  Raises KitError where it cannot be written.
    """
    import tomlkit  # slow to import, and rarely asked for
    from tomlkit.items import AoT

    document = tomlkit.parse(path.read_text("utf-8") if path.exists() else _HEAD)
    if "seed" in document or not document.get(TABLE):
        document["seed"] = seed
    tables = document.get(TABLE)
    if not isinstance(tables, AoT):
        document.pop(TABLE, None)
        tables = tomlkit.aot()
    for number, (event, signature) in repinned.items():
        tables[number]["signature"] = signature
        tables[number]["seen"] = _seen(event)
    for number, key, values in ((number, *one) for number, lists in narrowed.items() for one in lists.items()):
        if key in tables[number] and values != [tables[number][key]]:
            tables[number][key] = values
    for number in sorted(removed, reverse=True):
        del tables[number]
    for event, signature in added:
        table = tomlkit.table()
        for key, value in _new(event, signature).items():
            table.add(key, value)
        tables.append(table)
    if tables:
        document[TABLE] = tables
    else:
        document.pop(TABLE, None)
    _replace(path, tomlkit.dumps(document))


def _new(event: VerdictEvent, signature: str) -> dict[str, Any]:
    return {
        "requirement": event.requirement,
        "case": event.case,
        "version": event.version,
        **({"binding": event.binding} if event.binding else {}),
        "signature": signature,
        "seen": _seen(event),
        "reason": "",
        **({"flaky": True} if event.flaky else {}),
    }


def _seen(event: VerdictEvent) -> str:
    """Return for people what a failure looks like, on one line."""
    told = f"expected {event.expected}; got {event.actual}" if event.expected else event.actual or event.reason
    line = " ".join("".join(one if one.isprintable() else " " for one in told).split())
    return line if len(line) <= _SEEN_LENGTH else f"{line[: _SEEN_LENGTH - 1]}…"


def _replace(path: Path, text: str) -> None:
    path = path.resolve()  # a link stays one
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise KitError(
            f"cannot write the baseline {path}: {(error.strerror or str(error)).lower()}. Nothing of it was changed; "
            "make room, or name a file that can be written, and run again."
        ) from None


def _entry(path: Path, number: int, table: dict[str, Any]) -> Entry:
    place = f"entry {number + 1}"
    _check_keys(path, table, _KEYS, f"{place}: ")
    texts = {name: table.get(name, "") for name in _TEXTS}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise _refusal(path, f"{place}: {name} is {value!r}; expected a text")
    for name in ("requirement", "signature"):
        if not texts[name]:
            raise _refusal(path, f"{place}: {name} is missing")
    lists = {name: _list(path, place, name, table.get(name, [])) for name in _LISTS}
    try:
        versions = tuple(check_version(one) for one in lists["version"])
    except UsageError as error:
        raise _refusal(path, f"{place}: {error}") from None
    for one in lists["binding"]:
        if one not in BINDINGS:
            raise _refusal(path, f"{place}: there is no binding {one!r}{nearest(one, BINDINGS)}")
    flaky = table.get("flaky", False)
    if not isinstance(flaky, bool):
        raise _refusal(path, f"{place}: flaky is {flaky!r}; expected true or false")
    del texts["seen"]
    return Entry(
        number=number,
        versions=versions,
        bindings=lists["binding"],
        profiles=lists["profile"],
        expires=_date(path, place, table.get("expires")),
        flaky=flaky,
        **texts,
    )


def _date(path: Path, place: str, value: object) -> date | None:
    if isinstance(value, str) and value:
        try:
            value = date.fromisoformat(value)
        except ValueError:
            value = None
            raise _refusal(path, f"{place}: expires is no date such as 2031-12-31") from None
    if value is None or value == "":
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _refusal(path, f"{place}: expires is {value}; expected a date such as 2031-12-31")
    return value


def _list(path: Path, place: str, name: str, value: object) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) and one for one in values):
        raise _refusal(path, f"{place}: {name} is {value!r}; expected a text or a list of texts")
    return tuple(values)


def _check_keys(path: Path, table: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for key in table:
        if key not in known:
            raise _refusal(path, f"{place}unknown key {key!r}{nearest(key, known)}; known: {', '.join(known)}")


def _refusal(path: Path, why: str) -> UsageError:
    return UsageError(f"cannot use the baseline {path}: {why}. See docs/baseline.md for what it holds.")
