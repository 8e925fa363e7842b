"""Differences for programs, as one JSON object; ``differences.schema.json`` beside this module says the same."""

import json
from typing import TextIO

from conformance.record.differences import Change, Kind, Side
from conformance.report.differences import Compared

SCHEMA = 1


def write(compared: Compared, out: TextIO) -> None:
    """Write the report to ``out``; the same records give the same bytes, all of them ASCII."""
    found = compared.differences
    document = {
        "schema": SCHEMA,
        "before": compared.before,
        "after": compared.after,
        "conclusion": compared.conclusion,
        "exit_code": found.exit_code,
        "compared": found.compared,
        "unchanged": found.unchanged,
        "cut_short": found.cut,
        "notes": list(found.notes),
        "counts": {kind.value: sum(len(one.cases) for one in found.of(kind)) for kind in Kind},
        "changes": [_change(one) for one in found.changes],
    }
    json.dump(document, out, indent=2)
    out.write("\n")


def _change(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind.value,
        "worse": change.kind.worse,
        "requirement": change.requirement,
        "level": change.level,
        "before": _side(change.before),
        "after": _side(change.after),
        "cases": list(change.cases),
        "why": change.why,
    }


def _side(side: Side) -> dict[str, object]:
    sample = side.sample
    return {
        "verdict": side.verdict and side.verdict.value,
        "signatures": list(side.signatures),
        "reason": side.reason,
        "where": sample.where if sample else "",
        "expected": sample.expected if sample else "",
        "actual": sample.actual if sample else "",
    }
