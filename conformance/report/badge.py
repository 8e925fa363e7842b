"""The badge of a run: JSON as shields.io reads it from an address (https://shields.io/badges/endpoint-badge)."""

import json
import re
from typing import TextIO

from conformance.record.events import Verdict
from conformance.record.reader import Record
from conformance.record.summary import Summary, summarise

LABEL = "MTurk API"
# What a conclusion goes on with: why nothing was judged, and how far, which the numbers tell.
_BEYOND = re.compile(r":.*| as far as measured")


def write(record: Record, out: TextIO) -> None:
    """Write the badge to ``out``: the conclusion, and how many of the MUSTs were measured."""
    summary = summarise(record)
    musts = summary.levels["MUST"]
    said = f"{_BEYOND.sub('', summary.conclusion.lower())} · {musts.measured}/{musts.total} MUSTs"
    missed = any(event.verdict is Verdict.FAIL for event in record.verdicts)
    json.dump({"schemaVersion": 1, "label": LABEL, "message": said, "color": _colour(summary, missed)}, out)
    out.write("\n")


def _colour(summary: Summary, missed: bool) -> str:
    """Return a colour by its name at shields.io.

    The brightest is for endpoints of which all that is demanded was measured, yellow for those that pass since what
    they miss is known.
    """
    musts = summary.levels["MUST"]
    if summary.exit_code == 0 and not missed:
        return "brightgreen" if 0 < musts.total == musts.measured else "green"
    return {0: "yellow", 1: "red"}.get(summary.exit_code, "lightgrey")
