"""Records as rows of plain values, and back: what a snapshot of the store is made of."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def row_of(record: Any) -> dict[str, Any]:
    """Return a record as values that JSON can carry; `record_of` takes them back."""
    return asdict(record)


def record_of(kind: type[T], row: Mapping[str, Any]) -> T:
    """Return the record of a row: records within it are rows, tuples are lists.  Raises TypeError for another shape."""
    known: Any = kind
    hints = _hints(known)
    return kind(**{name: _value(hints[name], value) if name in hints else value for name, value in row.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: hint for name, hint in get_type_hints(kind).items() if name in names}


def _value(hint: Any, value: Any) -> Any:
    if isinstance(hint, UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None)) if value is not None else hint
    if get_origin(hint) is tuple and isinstance(value, list | tuple):
        return tuple(_value(get_args(hint)[0], one) for one in value)
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, Mapping):
        return record_of(hint, value)
    return value
