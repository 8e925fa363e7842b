"""What every page shares: templates whose expressions are visible and escaped, and a policy that lets in nothing."""

import base64
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from conformance.report.visible import visible

FOLDER = Path(__file__).parent


def page_environment(*folders: Path) -> Environment:
    """Return the environment of a page whose templates stand in ``folders``, or beside this module."""
    environment = Environment(
        loader=FileSystemLoader([*folders, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters |= {
        "cut": visible,
        "numbered": enumerate,
        "pair": lambda name: (name, name),
        "fragment": _fragment,
    }
    return environment


def _visible(value: Any) -> Any:
    """Return what an expression of the template says with its control and bidirectional characters made visible."""
    return value if type(value) is not str or value.isprintable() else visible(value, len(value))


def _fragment(name: str) -> str:
    """Return what a link to the id ``name`` of the page has behind its hash."""
    return quote(visible(name, len(name)), safe="")


def policy(style: str, script: str) -> str:
    """Return the page's Content-Security-Policy: nothing but its own style and script, not even by them."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") for text in (style, script))
    style_hash, script_hash = (f"'sha256-{one}'" for one in hashes)
    return (
        f"default-src 'none'; style-src {style_hash}; script-src {script_hash}; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
