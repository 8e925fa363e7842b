"""Fields of an entry in JSON, where an object is a tuple of pairs (`json_window`)."""

import re
from datetime import UTC, datetime
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")


class NotAnEntry(ValueError):
    """An entry is not what its format wants; the message says what, in one clause."""


def members_of(value: Any, what: str) -> dict[str, Any]:
    """Return the members of an object; raise NotAnEntry where it is none, or a name stands twice."""
    if not isinstance(value, tuple):
        raise NotAnEntry(f"{what} is {'missing' if value is None else 'no object'}")
    members = dict(value)
    if len(members) != len(value):
        names = [name for name, _ in value]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotAnEntry(f"{what} has {twice[:40]!r} twice")
    return members


def text_of(members: dict[str, Any], name: str, what: str) -> str:
    """Return the string ``name``; raise NotAnEntry where it is missing, or no string."""
    value = members.get(name)
    if not isinstance(value, str):
        raise NotAnEntry(f"the {name} of {what} is {'missing' if value is None else 'no string'}")
    return value


def moment(text: Any) -> float:
    """Return seconds since the epoch; 0 where the text names no moment."""
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return 0.0


def scalar(text: str) -> str:
    """Return text that can be encoded: a tool that cuts strings leaves halves of characters."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
