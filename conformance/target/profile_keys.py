"""The keys of a profile: what each may hold, and how the text of an environment variable is read as it.

Every reader takes a value as TOML gives it and returns it as `Profile` holds it; it raises ValueError for
anything else.  The message that the user sees is made from ``expected``.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from conformance.spec.versions import check_version
from conformance.target.actions import ACTIONS
from conformance.target.drivers import ApprovedAssignment

EMBEDDED = "embedded"
BINDINGS = ("query", "soap")
"""What a profile can choose for the versions of XML; 2017-01-17 has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A requirement that the endpoint is known not to meet, and why."""

    requirement: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a profile: what it ``expected``, in words; how a TOML value and how a text is read.

    ``from_text`` turns a text into the TOML value that it means; it is None where only a file can hold the key.
    A value that may be a secret by mistake is not ``shown`` in messages.
    """

    expected: str
    read: Callable[[Any], Any]
    from_text: Callable[[str], Any] | None = str
    shown: bool = True


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError
    return value


def _variable(value: Any) -> str:
    # Capitals only: a secret that was put here by mistake is told apart.
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", _text(value)):
        raise ValueError
    return str(value)


def _url(value: Any) -> str | None:
    if value == EMBEDDED:
        return None
    parts = urlsplit(_text(value))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError
    if "@" in parts.netloc or " " in value or parts.fragment:
        raise ValueError
    return str(value)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError
    number = Decimal(str(value))
    if not number.is_finite() or number < 0:
        raise ValueError
    return number


def _seconds(value: Any) -> float:
    return float(_number(value))


def _positive(value: Any) -> float:
    number = _seconds(value)
    if not number > 0:
        raise ValueError
    return number


def _amount(value: Any) -> Decimal:
    return _number(_decimal(value) if isinstance(value, str) else value)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError from error


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _boolean_from_text(text: str) -> bool:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.lower()]


def _list(value: Any) -> tuple[str, ...]:
    items = tuple(_text(item) for item in value) if isinstance(value, list | tuple) else ()
    if not items:
        raise ValueError
    return items


def _list_from_text(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")]


def _addresses(value: Any) -> tuple[str, ...]:
    if any(_url(one) is None or urlsplit(one).query for one in _list(value)):
        raise ValueError
    return _list(value)


def _bind(value: Any) -> str:
    found = re.fullmatch(r"(\S+):([0-9]{1,5})", _text(value))
    if found is None or not 0 < int(found[2]) < 65536:
        raise ValueError
    return str(value)


def _versions(value: Any) -> tuple[str, ...]:
    return tuple(check_version(version) for version in _list(value))


def _bindings(value: Any) -> tuple[str, ...]:
    return tuple(_one_of(*BINDINGS).read(binding) for binding in _list(value))


def _deviations(value: Any) -> tuple[Deviation, ...]:
    if not isinstance(value, Mapping):
        raise ValueError
    return tuple(Deviation(requirement=name, reason=_text(reason)) for name, reason in value.items())


def _actions(value: Any) -> tuple[str, ...]:
    if not ACTIONS.issuperset(_list(value)):
        raise ValueError
    return _list(value)


def _object(value: Any) -> str:
    if not re.fullmatch(r"[\w.]+:[\w.]+", _text(value)):
        raise ValueError
    return str(value)


def _assignments(value: Any) -> tuple[ApprovedAssignment, ...]:
    names = {"AssignmentId": "assignment_id", "WorkerId": "worker_id", "HITId": "hit_id"}
    tables = value if isinstance(value, list) else []
    if not tables or not all(isinstance(one, Mapping) and one.keys() == names.keys() for one in tables):
        raise ValueError
    return tuple(ApprovedAssignment(**{names[key]: _text(text) for key, text in one.items()}) for one in tables)


def _one_of(*choices: str) -> Key:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return Key(expected=" or ".join(f'"{choice}"' for choice in choices), read=read)


_VARIABLE = Key(
    expected="the name of an environment variable, in capitals (never the secret itself)", read=_variable, shown=False
)
_TIMEOUT = Key(expected="a number of seconds above 0", read=_positive, from_text=_decimal)
_BOOLEAN = Key(expected="true or false", read=_boolean, from_text=_boolean_from_text)
_URL_FORM = "a URL that begins with http:// or https://, names a host and holds no user name"

KEYS: Mapping[str, Key] = {
    "url": Key(expected=f'{_URL_FORM}, or "{EMBEDDED}"', read=_url, shown=False),
    "other_scheme_url": Key(expected=_URL_FORM, read=_url, shown=False),
    "versions": Key(expected="a list of API versions", read=_versions, from_text=_list_from_text),
    "bindings": Key(expected=f"a list of bindings ({', '.join(BINDINGS)})", read=_bindings, from_text=_list_from_text),
    "access_key_env": _VARIABLE,
    "secret_key_env": _VARIABLE,
    "second_access_key_env": _VARIABLE,
    "second_secret_key_env": _VARIABLE,
    "connect_timeout": _TIMEOUT,
    "read_timeout": _TIMEOUT,
    "total_timeout": _TIMEOUT,
    "requests_per_second": Key(expected="a number above 0", read=_positive, from_text=_decimal),
    "settling_time": Key(expected="a number of seconds, 0 or more", read=_seconds, from_text=_decimal),
    "deviations": Key(expected="a table of requirement ids with their reasons", read=_deviations, from_text=None),
    "plays": _one_of("living", "retired"),
    "worker_driver": _one_of("reference", "http", "command", "python", "ids", "none"),
    "clock_driver": _one_of("reference", "http", "command", "python", "none"),
    "restart_hook": _one_of("reference", "http", "command", "python", "none"),
    "driver_command": Key(expected="a list: a program and its arguments", read=_list, from_text=shlex.split),
    "driver_actions": Key(
        expected=f"a list of actions ({', '.join(sorted(ACTIONS))})", read=_actions, from_text=_list_from_text
    ),
    "driver_object": Key(expected='"module:attribute" of Python', read=_object),
    "driver_timeout": _TIMEOUT,
    "worker_ids": Key(expected="a list of Worker ids", read=_list, from_text=_list_from_text),
    "approved_assignments": Key(
        expected="a list of tables with AssignmentId, WorkerId and HITId", read=_assignments, from_text=None
    ),
    "control_url": Key(expected=_URL_FORM, read=_url, shown=False),
    "control_token_env": _VARIABLE,
    "receptor_urls": Key(expected="a list of URLs without a query", read=_addresses, from_text=_list_from_text),
    "receptor_bind": Key(expected='an address and a port, such as "0.0.0.0:8081"', read=_bind),
    "allow_production": _BOOLEAN,
    "allow_sandbox": _BOOLEAN,
    "spend_cap": Key(expected="an amount in US dollars, such as 5.00", read=_amount, from_text=_decimal),
}

MEANINGS: Mapping[str, str] = {
    "url": "the endpoint under test; without it the embedded one is started",
    "other_scheme_url": "where the same endpoint is reached by the other one of http and https",
    "versions": "the API versions to test",
    "bindings": "the bindings to send each call by",
    "access_key_env": "the variable that holds the access key of the Requester",
    "secret_key_env": "the variable that holds the secret key of the Requester",
    "second_access_key_env": "the same of a second Requester, for what one must not see of another",
    "second_secret_key_env": "the variable that holds the secret key of the second Requester",
    "connect_timeout": "how long to wait for a connection",
    "read_timeout": "how long to wait for the next piece of an answer",
    "total_timeout": "how long a request may take as a whole",
    "requests_per_second": "how many requests to send in a second at most; without it there is no limit",
    "settling_time": "how long what was written may take until it is read",
    "deviations": "requirements that the endpoint is known not to meet, each with the reason",
    "plays": "which service the endpoint stands for: the one that was, or the notice after its end",
    "worker_driver": "who acts as Workers and opens accounts",
    "clock_driver": "who moves the endpoint's clock",
    "restart_hook": "who restarts the endpoint",
    "driver_command": 'the program of the driver "command"',
    "driver_actions": "what that program can do",
    "driver_object": 'the object of the driver "python"',
    "driver_timeout": "how long an action of a program or an object may take",
    "worker_ids": 'Workers without a past, for the driver "ids"',
    "approved_assignments": 'assignments that were approved and paid no bonus, for the driver "ids"',
    "control_url": "where the control API of the http drivers is; without it at the endpoint itself",
    "control_token_env": "the variable that holds the token of the control API",
    "receptor_urls": "under which addresses the endpoint reaches the kit's web service for notifications",
    "receptor_bind": "where that web service listens; without it at the first of those addresses",
    "allow_production": "whether a production host of Amazon may be called; a spend cap is needed as well",
    "allow_sandbox": "whether Amazon's sandbox may be called",
    "spend_cap": "what the run may spend at most",
}
"""What each key says of the endpoint, for the reference of profiles."""
