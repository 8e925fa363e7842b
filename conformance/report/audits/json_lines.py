"""The report for programs: a JSON object on each line, in ASCII, as ``audit.schema.json`` beside this module says.

First the files, then the faults, what could not be read, what was exercised, and last the conclusion.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, TextIO

from conformance import __version__
from conformance.record.audited import Coverage, FileAccount, Unread
from conformance.record.places import Place
from conformance.report.audits.outcome import Outcome, ToldFault

SCHEMA = 1
_KINDS = ("operations", "parameters", "elements", "values", "errors")


def write(outcome: Outcome, out: TextIO) -> None:
    """Write the report to ``out``; the same outcome gives the same bytes."""
    for told in _objects(outcome):
        out.write(f"{json.dumps(told)}\n")


def _objects(outcome: Outcome) -> Iterator[dict[str, Any]]:
    for account in outcome.files.values():
        yield _file(account, outcome.fail_on)
    for fault in outcome.faults:
        yield _fault(fault)
    for part in outcome.unread:
        yield _unread(part)
    coverage = {kind: _pairs(getattr(outcome.coverage, kind)) for kind in _KINDS}
    yield {"type": "coverage", **coverage, **_shares(outcome.coverage), "met": dict(sorted(outcome.met.items()))}
    yield {
        "type": "conclusion",
        "schema": SCHEMA,
        "kit": __version__,
        "conclusion": outcome.conclusion,
        "exit_code": outcome.exit_code,
        "fail_on": outcome.fail_on,
        "interrupted": outcome.interrupted,
        "files": dict(sorted(Counter(one.verdict(outcome.fail_on) for one in outcome.files.values()).items())),
        "faults": dict(sorted(Counter(one.key.grade for one in outcome.faults).items())),
        "unread": len(outcome.unread),
    }


def _shares(coverage: Coverage) -> dict[str, Any]:
    """Return how much was exercised of how much there is, together and by operation."""
    if not coverage.operations:
        return {"of_operations": {"exercised": 0, "known": 0, "missing": []}, "by_operation": []}
    from conformance.record.coverage import by_operation, operations_exercised  # documents do without

    return {
        "of_operations": asdict(operations_exercised(coverage)),
        "by_operation": [asdict(one) for one in by_operation(coverage)],
    }


def _file(account: FileAccount, fail_on: str) -> dict[str, Any]:
    return {
        "type": "file",
        **{name: getattr(account, name) for name in FileAccount.__slots__},
        "verdict": account.verdict(fail_on),
    }


def _fault(told: ToldFault) -> dict[str, Any]:
    key, fault = told.key, told.fault
    return {
        "type": "fault",
        "grade": key.grade,
        "requirement": key.requirement,
        "level": key.level,
        "version": key.version,
        "binding": key.binding,
        "difference": key.difference,
        "text": told.text,
        "source": told.source,
        "expected": fault.expected,
        "count": fault.count,
        "first": [
            {**_place(one.place), "where": one.where, "actual": one.actual, "note": one.note} for one in fault.first
        ],
        "fingerprint": told.fingerprint,
        "curl": told.curl,
    }


def _unread(part: Unread) -> dict[str, Any]:
    return {"type": "unread", **_place(part.place), "reason": part.reason}


def _place(place: Place) -> dict[str, Any]:
    """Return a place; what is not known is null."""
    return {
        "file": place.file,
        "entry": place.entry or None,
        "offset": place.offset if place.offset >= 0 else None,
        "line": place.line or None,
    }


def _pairs(counts: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"operation": of, "name": name, "count": count} for (of, name), count in sorted(counts.items())]
