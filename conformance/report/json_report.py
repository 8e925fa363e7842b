"""The report for programs: the summary of a record as one JSON object."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

from conformance.record.clock import Clock
from conformance.record.events import Verdict
from conformance.record.gate import flaky
from conformance.record.reader import Record
from conformance.record.summary import Finding, Group, Summary, Tally, summarise
from conformance.report.evidence import evidence_for

SCHEMA = 1


def write(record: Record, out: TextIO) -> None:
    """Write the report to ``out``; the same record gives the same bytes, all of them ASCII."""
    json.dump(_document(record, summarise(record)), out, indent=2)
    out.write("\n")


def _document(record: Record, summary: Summary) -> dict[str, object]:
    end = record.end
    musts = summary.levels["MUST"]
    return {
        "schema": SCHEMA,
        "conclusion": summary.conclusion,
        "exit_code": summary.exit_code,
        "musts": {"measured": musts.measured, "total": musts.total},
        "run": {name: value for name, value in record.header.to_json().items() if name not in ("type", "schema")},
        "finished_at": end and end.finished_at,
        "interrupted": end is None or end.interrupted,
        "reason": end and end.reason,
        "spending": end and end.spending and end.spending.to_json(),
        "baseline": end and end.baseline and end.baseline.to_json(),
        "measured": end and end.demand and {**end.demand.to_json(), "met": end.demand.met},
        "flaky": [
            {
                "requirement": event.requirement,
                "case": f"{event.case}|{event.version}|{event.binding}",
                "level": event.level,
                "runs": event.runs,
                "missed": event.missed,
            }
            for event in flaky(record)
        ],
        "clock": summary.clock and _clock(summary.clock),
        "truncated": record.truncated,
        "levels": {level: _tally(tally) for level, tally in summary.levels.items()},
        "articles": {article: _tally(tally) for article, tally in summary.articles.items()},
        "failures": _findings(record, summary.failures),
        "errors": _findings(record, summary.errors),
        "warnings": _findings(record, summary.warnings),
        "observations": _findings(record, summary.observations),
        "blocked": _groups("cause", summary.blocked),
        "not_measured": _groups("reason", summary.not_measured),
        "requirements": [
            {
                "id": result.id,
                "level": result.level,
                "verdict": result.verdict.value,
                "measured": result.measured,
                "cases": result.cases,
            }
            for result in summary.requirements
        ],
    }


def _clock(clock: Clock) -> dict[str, object]:
    """Return the difference of the clocks; seconds, rounded to what replies can tell."""
    return {
        "ahead": round(clock.ahead, 3),
        "error": round(clock.error, 3),
        "source": clock.source,
        "samples": clock.samples,
        "agreeing": clock.agreeing,
        "steady": clock.steady,
    }


def _tally(tally: Tally) -> dict[str, object]:
    counts = {verdict.value: tally.counts[verdict] for verdict in Verdict}
    return {"total": tally.total, "measured": tally.measured, "counts": counts}


def _findings(record: Record, findings: Iterable[Finding]) -> list[dict[str, object]]:
    described: list[dict[str, object]] = []
    for finding in findings:
        sample, evidence = finding.sample, evidence_for(record, finding.sample)
        described.append(
            {
                "requirement": sample.requirement,
                "level": sample.level,
                "text": evidence.text,
                "where": sample.where,
                "expected": sample.expected,
                "actual": sample.actual,
                "note": sample.note,
                "known": sample.known and asdict(sample.known),
                "reason": sample.reason,
                "source": evidence.source,
                "count": finding.count,
                "cases": list(finding.cases),
                "exchanges": list(sample.exchanges),
                "replay": evidence.replay,
                "curl": evidence.curl,
            }
        )
    return described


def _groups(title: str, groups: Iterable[Group]) -> list[dict[str, object]]:
    return [{title: of.reason, "requirements": list(of.requirements), "cases": of.count} for of in groups]
