"""The files under ``cases/``: TOML, held against the closed vocabulary of ``case.schema.json``.

That schema is the one place where the vocabulary stands, and it is also for editors and other tools.  It is
interpreted here, for the few JSON Schema keywords that it uses, since importing a validator costs more time
than everything else that ``list`` does.
"""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import KitError, nearest

FOLDERS = ("common", "operations", "structures")
_TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """One file of the right vocabulary; ``article`` is the first part of every requirement id in it."""

    path: Path
    folder: str
    article: str
    content: dict[str, Any]


def read_case_files(directory: Path) -> list[CaseFile]:
    """Read every TOML file of the folders ``common``, ``operations`` and ``structures`` of ``directory``.

    Raises KitError, with the file and the place in it, for what is not TOML or not of the vocabulary.
    """
    schema = _parsed(directory / "case.schema.json")
    files = []
    for folder in FOLDERS:
        for path in sorted((directory / folder).rglob("*.toml")):
            content = _parsed(path)
            _check(content, schema, schema["$defs"], str(path))
            # An article that outgrows one file becomes a folder of that name.
            article = "Common" if folder == "common" else Path(path.relative_to(directory).parts[1]).stem
            files.append(CaseFile(path=path, folder=folder, article=article, content=content))
    return files


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        content: dict[str, Any] = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
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
