"""The pages of the published JSON Schemas, and of the fields of the files of requirements."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from links import place_of
from rendering import rendered

_SCHEMAS = {
    "reference/record.md": ("Record of a run", "conformance/record/record.schema.json"),
    "reference/audit-lines.md": ("Lines of an audit", "conformance/report/audits/audit.schema.json"),
    "reference/exchange-lines.md": ("Lines of exchanges", "conformance/traffic/exchange_lines.schema.json"),
    "reference/case-files.md": ("Files of requirements", "cases/case.schema.json"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field of an object: its path within, what it holds, and the definition that says more of it."""

    name: str
    holds: str
    definition: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An object with its fields, or another value with what it ``holds``."""

    name: str
    meaning: str
    holds: str
    rows: list[Row]


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Yield a page for each schema with its place on the site."""
    for place, (title, source) in _SCHEMAS.items():
        schema = json.loads((root / source).read_text("utf-8"))
        definitions = [_definition(name, rule) for name, rule in schema["$defs"].items()]
        if "properties" in schema:
            definitions.insert(0, _definition("line" if "lines" in place else "file", schema))
        yield (
            place,
            rendered(
                "schema.md.jinja",
                title=title,
                about=[schema["title"] + ".", schema.get("description", "")],
                file=f"../{place_of(source)}",
                name=Path(source).name,
                definitions=definitions,
            ),
        )


def _definition(name: str, rule: Mapping[str, Any]) -> Definition:
    return Definition(name=name, meaning=rule.get("description", ""), holds=_holds(rule), rows=list(_rows(rule)))


def _rows(rule: Mapping[str, Any], prefix: str = "") -> Iterator[Row]:
    """Yield the fields of an object, those of objects within it by their path."""
    required = rule.get("required", ())
    for name, field in rule.get("properties", {}).items():
        yield Row(
            name=prefix + name,
            holds=_holds(field),
            definition=_reference(field),
            required=name in required,
            meaning=field.get("description", ""),
        )
        yield from _rows(field, f"{prefix}{name}.")


def _reference(rule: Mapping[str, Any]) -> str:
    """Return the definition that a field, or an item of it, is."""
    found = rule.get("$ref") or rule.get("items", {}).get("$ref", "")
    return str(found).rpartition("/")[2]


def _holds(rule: Mapping[str, Any]) -> str:
    """Say in a few words what a value may be; nothing where a definition says it."""
    match rule:
        case {"$ref": _}:
            told = ""
        case {"const": value}:
            told = json.dumps(value)
        case {"enum": values}:
            told = ", ".join(map(json.dumps, values))
        case {"oneOf": choices}:
            told = " or ".join(_holds(one) or _reference(one) for one in choices)
        case {"properties": {**fields}, "additionalProperties": False} if len(fields) == 1:
            told = f"an object with {', '.join(map(str, fields))}"
        case {"type": "array", "items": items}:
            told = f"array of {_holds(items)}".removesuffix(" of ")
        case {"type": kind, "pattern": pattern}:
            told = f"{kind} of the form {pattern}"
        case {"type": list(kinds)}:
            told = " or ".join(kinds)
        case _:
            told = str(rule.get("type", ""))
    return told
