"""The page of the profile's keys, read from the profile."""

from dataclasses import MISSING, dataclass, fields

from rendering import rendered

from conformance.target.profile import PREFIX, Profile
from conformance.target.profile_keys import KEYS, MEANINGS

# What load_profile says where a profile does not, in words.
_DEFAULTS = {
    "url": "embedded",
    "versions": "the newest; the oldest and the newest of the embedded endpoint",
    "worker_driver": "none; reference for the embedded endpoint",
    "clock_driver": "none; reference for the embedded endpoint",
    "restart_hook": "none; reference for the embedded endpoint",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A key as the page shows it; ``variable`` is empty where only a file can hold it."""

    key: str
    meaning: str
    expected: str
    default: str
    variable: str


def page() -> str:
    """Return the page as Markdown."""
    defaults = {field.name: field.default for field in fields(Profile) if field.default is not MISSING}
    rows = [
        Row(
            key=name,
            meaning=MEANINGS[name],
            expected=key.expected,
            default=_DEFAULTS.get(name) or _shown(defaults[name]),
            variable=f"{PREFIX}{name.upper()}" if key.from_text else "",
        )
        for name, key in KEYS.items()
    ]
    return rendered("profile.md.jinja", rows=rows)


def _shown(default: object) -> str:
    if default in (None, (), ""):
        return "none"
    if isinstance(default, bool):
        return str(default).lower()
    return ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)
