"""Records as rows of plain values, and back: what a snapshot of the store is made of.

What a kind of record needs is worked out once, from its type hints: most members are plain values as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

_Convert = Callable[[Any], Any]


def row_of(record: Any) -> dict[str, Any]:
    """Return a record as values that JSON can carry; `record_of` takes them back."""
    kind: Any = type(record)
    return _writer(kind)(record)


def record_of(kind: type[T], row: Mapping[str, Any]) -> T:
    """Return the record of a row: records within it are rows, tuples are lists.  Raises TypeError for another shape."""
    known: Any = kind
    record: T = _reader(known)(row)
    return record


@cache
def _writer(kind: Any) -> Callable[[Any], dict[str, Any]]:
    names = [field.name for field in fields(kind)]
    nested = _nested(kind, _written)
    # With one name attrgetter returns the value itself; the one more makes it a tuple, and is left over.
    values_of = attrgetter(*names, "__class__")

    def write(record: Any) -> dict[str, Any]:
        row = dict(zip(names, values_of(record), strict=False))
        for name, convert in nested:
            if row[name] is not None:
                row[name] = convert(row[name])
        return row

    return write


@cache
def _reader(kind: Any) -> _Convert:
    nested = _nested(kind, _read)

    def read(row: Mapping[str, Any]) -> Any:
        values = dict(row)
        for name, convert in nested:
            if values.get(name) is not None:
                values[name] = convert(values[name])
        return kind(**values)

    return read


def _nested(kind: Any, converter: Callable[[Any], _Convert | None]) -> list[tuple[str, _Convert]]:
    """Return the members of a kind of record that are not plain values, and how each is converted."""
    hints = get_type_hints(kind)
    converters = ((field.name, converter(_without_none(hints[field.name]))) for field in fields(kind))
    return [(name, convert) for name, convert in converters if convert is not None]


def _without_none(hint: Any) -> Any:
    if isinstance(hint, UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint


def _written(hint: Any) -> _Convert | None:
    if get_origin(hint) is tuple and (of_one := _written(get_args(hint)[0])):
        return lambda values: [of_one(one) for one in values]
    return _writer(hint) if _is_record(hint) else None


def _read(hint: Any) -> _Convert | None:
    if get_origin(hint) is tuple:
        of_one = _read(get_args(hint)[0])
        return tuple if of_one is None else lambda values: tuple(of_one(one) for one in values)
    return _reader(hint) if _is_record(hint) else None


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and is_dataclass(hint)
