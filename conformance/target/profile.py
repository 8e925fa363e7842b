"""The profile: everything that the user says about the endpoint under test.

What is said nearest to the command wins: a flag, then an environment variable ``MTURK_CONFORMANCE_<KEY>``,
then the profile in the file, then the default.  Secrets are named, by environment variable, and never held.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.bindings.query import Credentials
from conformance.errors import UsageError, nearest
from conformance.spec.versions import LATEST, TODAY, VERSIONS, bindings_in
from conformance.target.drivers import ApprovedAssignment
from conformance.target.profile_keys import KEYS, Deviation
from conformance.transport.client import Limits
from conformance.transport.outgoing import destination

PREFIX = "MTURK_CONFORMANCE_"
TABLE = "mturk-conformance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of an endpoint before the first request.

    ``url`` is None for the embedded endpoint; at ``other_scheme_url`` the same endpoint is reached by the other one of
    http and https.  Timeouts and ``settling_time`` (how long a change may take until
    reads show it) are in seconds, ``spend_cap`` in US dollars.  Fields ending in ``_env`` hold names of
    environment variables.  A driver, and the restart hook, is ``reference`` (of the embedded endpoint), ``http`` (the
    control API at ``control_url``, by default the endpoint's own), ``command`` (the program ``driver_command``, which
    offers ``driver_actions``), ``python`` (the object ``driver_object``) or ``none``; the worker driver may be ``ids``
    too (those of ``worker_ids`` and ``approved_assignments``).  The worker driver also opens accounts.
    ``receptor_urls`` are the addresses under which the endpoint reaches the kit's web service for notifications, which
    listens at ``receptor_bind`` (``address:port``).
    """

    name: str = "default"
    url: str | None = None
    other_scheme_url: str | None = None
    versions: tuple[str, ...] = (LATEST,)
    bindings: tuple[str, ...] = ("query",)
    access_key_env: str = "MTURK_ACCESS_KEY_ID"
    secret_key_env: str = "MTURK_SECRET_KEY"
    second_access_key_env: str = "MTURK_SECOND_ACCESS_KEY_ID"
    second_secret_key_env: str = "MTURK_SECOND_SECRET_KEY"
    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    total_timeout: float = 30.0
    requests_per_second: float | None = None
    settling_time: float = 0.0
    deviations: tuple[Deviation, ...] = ()
    plays: str = "living"
    worker_driver: str = "reference"
    clock_driver: str = "reference"
    restart_hook: str = "reference"
    driver_command: tuple[str, ...] = ()
    driver_actions: tuple[str, ...] = ()
    driver_object: str | None = None
    driver_timeout: float = 30.0
    worker_ids: tuple[str, ...] = ()
    approved_assignments: tuple[ApprovedAssignment, ...] = ()
    control_url: str | None = None
    control_token_env: str = "MTURK_CONTROL_TOKEN"
    receptor_urls: tuple[str, ...] = ()
    receptor_bind: str | None = None
    allow_production: bool = False
    allow_sandbox: bool = False
    spend_cap: Decimal | None = None

    def bindings_in(self, version: str) -> tuple[str, ...]:
        """Return the bindings to make calls of a version by."""
        return bindings_in(version, self.bindings)

    @property
    def bindings_used(self) -> tuple[str, ...]:
        """The bindings to make calls by, of all versions together."""
        return tuple(dict.fromkeys(binding for version in self.versions for binding in self.bindings_in(version)))

    @property
    def limits(self) -> Limits:
        """The limits of each request, for the client."""
        return Limits(
            connect_timeout=self.connect_timeout,
            read_timeout=self.read_timeout,
            total_timeout=self.total_timeout,
            requests_per_second=self.requests_per_second,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """A value as the user gave it, and where: the place begins every message about it."""

    key: str
    value: Any
    place: str


def load_profile(
    name: str | None, *, file: Path | None, overrides: Mapping[str, Any], environ: Mapping[str, str]
) -> Profile:
    """Return the profile ``name`` (or the unnamed one) from ``file``, or else from ``pyproject.toml`` here.

    ``overrides`` are the flags by key, None where a flag was not given.  Raises UsageError for anything that
    cannot be read as what its key wants, with the place, the key and what is expected.
    """
    name = name or environ.get(f"{PREFIX}PROFILE") or None
    said = list(_from_file(name, file))
    given = [
        _Setting(key=key, value=_value_of_flag(key, value), place=f"--{key.replace('_', '-')}")
        for key, value in overrides.items()
        if value is not None
    ]
    # A variable that holds a secret is named by another setting, and is no setting itself.
    secret = {setting.value for setting in said + given if setting.key.endswith("_env")}
    values = {setting.key: _read(setting) for setting in (*said, *_from_environment(environ, secret), *given)}
    embedded = values.get("url") is None
    driver = "reference" if embedded else "none"
    defaults = {"worker_driver": driver, "clock_driver": driver, "restart_hook": driver}
    # The embedded endpoint offers all versions: a run without any word on it tests both ends of the history of XML,
    # and JSON.
    versions = {"versions": (VERSIONS[0], LATEST, TODAY)} if embedded else {}
    profile = Profile(name=name or "default", **versions | defaults | values)
    _check_drivers(profile)
    _check_other_scheme(profile)
    _check_receptor(profile)
    return profile


def _check_other_scheme(profile: Profile) -> None:
    other = profile.other_scheme_url
    if other is not None and {urlsplit(profile.url or "").scheme, urlsplit(other).scheme} != {"http", "https"}:
        raise UsageError(
            "other_scheme_url is for the address by https of an endpoint whose url is http, or the other way round. "
            "Give one of each, or leave it out."
        )


def _check_receptor(profile: Profile) -> None:
    if profile.url is None and profile.receptor_urls:
        raise UsageError("the embedded endpoint has a receptor of its own: leave out receptor_urls, or give a url.")
    if profile.receptor_urls:
        receptor_bind(profile)


def _check_drivers(profile: Profile) -> None:
    drivers = (profile.worker_driver, profile.clock_driver, profile.restart_hook)
    if profile.url is not None and "reference" in drivers:
        raise UsageError(
            f'the driver "reference" belongs to the embedded endpoint, and the profile names {profile.url}. '
            'Use "http" for an endpoint that offers the control API, "command" or "python" for a driver of your own, '
            'or "none".'
        )
    for driver in ("http", "command", "python", "ids"):
        if profile.url is None and driver in drivers:
            raise UsageError(
                f'the driver "{driver}" is for an endpoint at a url, and the profile names the embedded endpoint. '
                'Use "reference" or "none", or give a url.'
            )
    _check_given(drivers, "command", "driver_command", profile.driver_command)
    _check_given(drivers, "python", "driver_object", profile.driver_object)
    _check_given(
        drivers, "ids", "worker_ids or approved_assignments", profile.worker_ids + profile.approved_assignments
    )


def _check_given(drivers: tuple[str, ...], driver: str, key: str, value: object) -> None:
    if driver in drivers and not value:
        raise UsageError(f'the profile names the driver "{driver}" and not what it is: set {key}.')
    if value and driver not in drivers:
        raise UsageError(
            f'the profile sets {key}, and no driver uses it. Set worker_driver to "{driver}", or leave it out.'
        )


def receptor_bind(profile: Profile) -> tuple[str, int]:
    """Return address and port at which the receptor listens: what the profile says, else its URL on this machine.

    Raises UsageError where neither tells it.
    """
    if profile.receptor_bind is not None:
        host, _, port = profile.receptor_bind.rpartition(":")
        return host.strip("[]"), int(port)
    where = destination(profile.receptor_urls[0])
    if not where.loopback:
        raise UsageError(
            f"the profile names {where.origin} as the receptor, and not where on this machine that is. "
            'Set receptor_bind, such as "0.0.0.0:8081".'
        )
    parts = urlsplit(where.url)
    return parts.hostname or "", parts.port or 80


def secrets(profile: Profile, environ: Mapping[str, str]) -> Credentials:
    """Return the credentials for the endpoint at the profile's URL (the embedded endpoint makes its own).

    Raises UsageError that names the variables to set.
    """
    return _credentials(profile, profile.access_key_env, profile.secret_key_env, environ)


def second_secrets(profile: Profile, environ: Mapping[str, str]) -> Credentials | None:
    """Return the credentials of a second Requester, or None where neither of their variables is set."""
    access_key_env, secret_key_env = profile.second_access_key_env, profile.second_secret_key_env
    if not (environ.get(access_key_env) or environ.get(secret_key_env)):
        return None
    return _credentials(profile, access_key_env, secret_key_env, environ)


def control_token(profile: Profile, environ: Mapping[str, str]) -> str:
    """Return the token for the control API of a target that offers one; raise UsageError where it is not set."""
    token = environ.get(profile.control_token_env, "")
    if not token:
        raise UsageError(
            f"the control API of {profile.control_url or profile.url} needs its token, and the environment variable "
            f"{profile.control_token_env} is not set. Set it, or name another in control_token_env."
        )
    return token


def _credentials(profile: Profile, access_key_env: str, secret_key_env: str, environ: Mapping[str, str]) -> Credentials:
    access_key, secret_key = environ.get(access_key_env, ""), environ.get(secret_key_env, "")
    missing = [name for name, value in ((access_key_env, access_key), (secret_key_env, secret_key)) if not value]
    if missing:
        raise UsageError(
            f"calls to {profile.url} must be signed, and {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not set in the environment. Set "
            f"{'it' if len(missing) == 1 else 'them'}, or name other variables in the profile."
        )
    return Credentials(access_key_id=access_key, secret_key=secret_key)


def _from_file(name: str | None, file: Path | None) -> Iterator[_Setting]:
    path = file or Path("pyproject.toml")
    if file is None and not path.is_file():
        content: dict[str, Any] = {}
    else:
        content = _parsed(path)
    if file is None:
        content = _table(_table(content, "tool", str(path)), TABLE, str(path))
    profiles = _table(content, "profiles", str(path))
    for key, value in content.items():
        if key != "profiles":
            yield _Setting(key=key, value=value, place=str(path))
    if name is None:
        return
    if name not in profiles:
        where = f"{path} holds {', '.join(profiles)}" if profiles else f"{path} holds no profile"
        raise UsageError(
            f"there is no profile {name!r}{nearest(name, profiles)} ({where}). Add it, or use one of these."
        )
    for key, value in _table(profiles, name, str(path)).items():
        yield _Setting(key=key, value=value, place=f"{path}, profile {name}")


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        # Amounts of money are read as they are written.
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = str(error).replace("at end of document", f"at the end, line {len(text.splitlines())}")
        raise UsageError(f"{path} is not valid TOML: {place}. Correct that line.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: {error}. Save it as UTF-8.") from error
    except OSError as error:
        raise UsageError(f"cannot read the profile {path}: {error.strerror}. Give the path of a TOML file.") from error


def _table(content: Mapping[str, Any], key: str, place: str) -> dict[str, Any]:
    table = content.get(key, {})
    if not isinstance(table, dict):
        raise UsageError(f"{place}: {key} is {table!r}; expected a table.")
    return table


def _from_environment(environ: Mapping[str, str], secret: set[Any]) -> Iterator[_Setting]:
    secret = secret | {value for name, value in environ.items() if name.startswith(PREFIX) and name.endswith("_ENV")}
    for variable, text in environ.items():
        key = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and key != "profile" and variable not in secret and text:
            yield _Setting(key=key, value=_value_of_text(key, text, variable), place=variable)


def _value_of_flag(key: str, value: Any) -> Any:
    """Return what a flag says: a text, as in the environment, or what was read from one already."""
    return _value_of_text(key, value, f"--{key}") if isinstance(value, str) else value


def _value_of_text(key: str, text: str, variable: str) -> Any:
    if key not in KEYS:
        return text
    from_text = KEYS[key].from_text
    if from_text is None:
        raise UsageError(
            f"{variable} cannot be set in the environment: {key} is {KEYS[key].expected}. Write a profile."
        )
    try:
        return from_text(text)
    except (ValueError, KeyError):
        return text


def _read(setting: _Setting) -> Any:
    if setting.key not in KEYS:
        raise UsageError(
            f"{setting.place}: unknown key {setting.key!r}{nearest(setting.key, KEYS) or '.'} "
            f"Known keys: {', '.join(KEYS)}."
        )
    key = KEYS[setting.key]
    try:
        return key.read(setting.value)
    except ValueError as error:
        found = repr(setting.value) if key.shown else "something else"
        raise UsageError(f"{setting.place}: {setting.key} is {found}; expected {key.expected}.") from error
    except UsageError as error:
        raise UsageError(f"{setting.place}: {setting.key}: {error}") from error
