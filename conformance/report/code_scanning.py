"""What every SARIF report of the kit has in common: the frame, the rules, and texts that no viewer takes for more."""

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TextIO

from conformance import __version__
from conformance.report.visible import visible
from conformance.spec.requirements import requirements

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "mturkConformance/v1"
LEVELS: Mapping[str, str] = MappingProxyType({"fail": "error", "warn": "warning"})
"""The level of a result by the grade of what it tells; nothing else is to be mended."""
_OF_REQUIREMENTS = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}
_URL = re.compile(r"https?://[^\s,;)]+")
# What a viewer would take for a link or a placeholder in a message.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def write_sarif(run: dict[str, Any], out: TextIO) -> None:
    """Write SARIF 2.1.0 with one run to ``out``, in ASCII."""
    json.dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, out, indent=2)
    out.write("\n")


def tool(rules: Iterable[str], unknown: str) -> dict[str, Any]:
    """Return the tool of a run, with these requirements as rules; ``unknown`` is the sentence of what is none."""
    return {
        "driver": {"name": "mturk-conformance", "version": __version__, "rules": [_rule(id_, unknown) for id_ in rules]}
    }


def _rule(id_: str, unknown: str) -> dict[str, Any]:
    requirement = requirements().get(id_)
    text = requirement.text if requirement else unknown
    source = requirement.source if requirement else ""
    level = requirement.level if requirement else "MUST"
    rule: dict[str, Any] = {
        "id": id_,
        "shortDescription": {"text": message(text)},
        "help": {"text": message(f"{text} Source: {source}" if source else text)},
        "defaultConfiguration": {"level": _OF_REQUIREMENTS[level]},
        "properties": {"level": level, "source": source},
    }
    if found := _URL.search(source):
        rule["helpUri"] = found[0]
    return rule


def message(text: str) -> str:
    """Return a text in which a viewer finds neither a link nor a placeholder."""
    return _LINK.sub(r"\\[", visible(text).replace("{", "{{").replace("}", "}}"))
