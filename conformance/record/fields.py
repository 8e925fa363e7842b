"""Reading typed fields from a JSON object, with errors that name the field."""

import base64
import binascii
from typing import TypeVar

T = TypeVar("T")

JsonObject = dict[str, object]
_REQUIRED = object()


def field(data: JsonObject, name: str, kind: type[T], default: object = _REQUIRED) -> T:
    """Return the field ``name`` if it is a ``kind`` (an integer is a float too); raise ValueError if not.

    Where the field is missing, ``default`` is returned if given.
    """
    value = data.get(name, default)
    if value is _REQUIRED:
        raise ValueError(f"has no field {name!r}")
    if kind is float and type(value) is int:
        value = float(value)
    if not isinstance(value, kind) or (type(value) is bool and kind is not bool):
        raise ValueError(f"has {name!r} that is not {_NAMES[kind]}: {str(value)[:60]!r}")
    return value


def optional_text(data: JsonObject, name: str) -> str | None:
    """Return the string ``name``, or None where it is null or missing."""
    return None if data.get(name) is None else field(data, name, str)


def texts(data: JsonObject, name: str) -> tuple[str, ...]:
    """Return the list of strings ``name``; a missing one is empty."""
    values: list[object] = field(data, name, list, [])
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"has {name!r} that is not a list of strings")
    return tuple(str(value) for value in values)


def body_to_json(body: bytes) -> JsonObject:
    """Return a body as ``{"text": …}`` where it is UTF-8, else as ``{"base64": …}``."""
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def body_from_json(data: JsonObject) -> bytes:
    """Return the bytes of a body; raise ValueError where it is neither text nor base64."""
    if "text" in data:
        return field(data, "text", str).encode()
    try:
        return base64.b64decode(field(data, "base64", str), validate=True)
    except binascii.Error as error:
        raise ValueError(f"has a body that is not base64: {error}") from None


_NAMES: dict[type, str] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}
