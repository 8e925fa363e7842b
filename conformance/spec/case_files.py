"""The files under ``cases/``: TOML, held against the closed vocabulary of ``case.schema.json``.

That schema is the one place where the vocabulary stands, and it is also for editors and other tools.  It is
interpreted here, for the few JSON Schema keywords that it uses, since importing a validator costs more time
than everything else that ``list`` does; and ``tomli`` reads TOML in a third of the time that ``tomllib`` takes.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli

from conformance.errors import KitError, nearest

FOLDERS = ("common", "operations", "structures", "behaviour")
_TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """One file of the right vocabulary; ``article`` is the first part of every requirement id in it."""

    path: Path
    folder: str
    article: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an article lies: the file or the folder ``path``, in one of `FOLDERS`."""

    folder: str
    path: Path


class CaseFiles:
    """The files below a folder by article; nothing is read before it is asked for.

    Raises KitError, with the file and the place in it, for what is not TOML or not of the vocabulary.
    """

    def __init__(self, directory: Path) -> None:
        self._schema = _parsed(directory / "case.schema.json")
        self.places: dict[str, list[Place]] = {}
        """The articles in the order of `FOLDERS` and of their names."""
        for place in _places(directory):
            # An article that outgrows one file becomes a folder of that name.
            article = "Common" if place.folder == "common" else place.path.stem
            self.places.setdefault(article, []).append(place)

    def read(self, article: str) -> list[CaseFile]:
        """Read the files of one article; none where there is no such article."""
        return [self._read(path, place, article) for place in self.places.get(article, ()) for path in _files(place)]

    def in_folder(self, folder: str) -> list[str]:
        """Return the articles that lie in one of the `FOLDERS`."""
        return [name for name, places in self.places.items() if any(place.folder == folder for place in places)]

    def _read(self, path: Path, place: Place, article: str) -> CaseFile:
        content = _parsed(path)
        _check(content, self._schema, self._schema["$defs"], str(path))
        return CaseFile(path=path, folder=place.folder, article=article, content=content)


def _places(directory: Path) -> Iterator[Place]:
    for folder in FOLDERS:
        if not (directory / folder).is_dir():
            continue
        if folder == "common":
            yield Place(folder=folder, path=directory / folder)
            continue
        for path in sorted((directory / folder).iterdir()):
            if path.suffix == ".toml" or path.is_dir():
                yield Place(folder=folder, path=path)


def _files(place: Place) -> list[Path]:
    return [place.path] if place.path.suffix == ".toml" else sorted(place.path.rglob("*.toml"))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        content: dict[str, Any] = tomli.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as error:
        raise KitError(f"cannot read {path}: {error}. Correct or restore the file.") from error
    return content


def _check(value: Any, rule: dict[str, Any], definitions: dict[str, Any], where: str) -> None:
    if "$ref" in rule:
        rule = definitions[rule["$ref"].removeprefix("#/$defs/")]
    expected = rule["type"]
    if not isinstance(value, _TYPES[expected]):
        raise KitError(f"{where}: {value!r} is of the wrong type; write it as TOML type {expected}.")
    if expected == "object":
        _check_table(value, rule, definitions, where)
    elif expected == "array":
        for number, item in enumerate(value, 1):
            _check(item, rule["items"], definitions, _place(where, item, number))
    elif "enum" in rule and value not in rule["enum"]:
        raise KitError(
            f"{where}: {value!r} is not known; use one of {_list(rule['enum'])}{nearest(value, rule['enum'])}"
        )
    elif "pattern" in rule and not re.search(rule["pattern"], value):
        raise KitError(f"{where}: {value!r} does not have the form {rule['pattern']}; correct it.")


def _check_table(table: dict[str, Any], rule: dict[str, Any], definitions: dict[str, Any], where: str) -> None:
    known = rule.get("properties", {})
    others = rule["additionalProperties"]
    for key, value in table.items():
        if key not in known and not others:
            raise KitError(f"{where}: unknown key {key!r}; use one of {_list(known)}{nearest(key, known)}")
        _check(value, known.get(key, others), definitions, f"{where}, {key}")
    for key in rule.get("required", ()):
        if key not in table:
            raise KitError(f"{where}: the key {key!r} is missing; add it (case.schema.json says what it holds).")


def _place(where: str, item: Any, number: int) -> str:
    """Name a requirement by its id, anything else in an array by its position."""
    if isinstance(item, dict) and "id" in item:
        return f"{where} {item['id']}"
    return f"{where} {number}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
