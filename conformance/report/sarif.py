"""The report for code scanning: SARIF 2.1.0.

A miss has no line of source, and code scanning wants one: the location is where its requirement is stated, relative to
the repository of the kit, which is the same on every machine and in every run.  One way of missing a requirement is one
result, whose fingerprint stays the same from run to run.  What was only observed is no result: nothing is to be mended
there, and an alert for it would be a false one.  What the baseline or the profile lists is there, but suppressed.
"""

from collections.abc import Iterator
from typing import Any, TextIO
from urllib.parse import quote

from conformance.record.reader import Record
from conformance.record.signatures import digest_of
from conformance.record.summary import Finding, Summary, summarise
from conformance.report.code_scanning import FINGERPRINT, LEVELS, message, tool, write_sarif
from conformance.report.evidence import evidence_for
from conformance.report.stated import stated_at
from conformance.report.visible import visible
from conformance.spec.statements import article_of

_UNKNOWN = "A requirement that this version of the kit does not know."
_CASES_SHOWN = 5


def write(record: Record, out: TextIO) -> None:
    """Write the report to ``out``, in ASCII."""
    write_sarif(_run(record, summarise(record)), out)


def _run(record: Record, summary: Summary) -> dict[str, Any]:
    found = _by_fingerprint(record, summary)
    rules = {id_: number for number, id_ in enumerate(sorted({id_ for id_, _, _ in found}))}
    header, end = record.header, record.end
    return {
        "tool": tool(rules, _UNKNOWN),
        "automationDetails": {"id": "mturk-conformance/run/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": summary.exit_code in (0, 1) and not (end is None or end.interrupted),
                "exitCode": summary.exit_code,
                "exitCodeDescription": f"{summary.conclusion}, {summary.musts_measured}",
                "toolExecutionNotifications": list(_notifications(record, summary)),
            }
        ],
        "results": [
            _result(record, finding, rules[id_], grade, digest)
            for (id_, grade, digest), finding in sorted(found.items(), key=lambda one: one[0])
        ],
        "properties": {
            "endpoint": visible(header.url),
            "versions": [visible(version) for version in header.versions],
            "bindings": [visible(binding) for binding in header.bindings],
            "seed": header.seed,
            "runId": visible(header.run_id),
        },
    }


def _by_fingerprint(record: Record, summary: Summary) -> dict[tuple[str, str, str], Finding]:
    """Return the findings by requirement, grade and digest.

    Two with one fingerprint would be one alert: what is new comes before what was known, else the first.
    """
    found: dict[tuple[str, str, str], Finding] = {}
    for grade, findings in (("fail", summary.failures), ("warn", summary.warnings)):
        for finding in sorted(findings, key=lambda one: one.sample.known is not None):
            key = (finding.sample.requirement, grade, digest_of(finding.sample, record.header.run_id))
            found.setdefault(key, finding)
    return found


def _result(record: Record, finding: Finding, rule: int, grade: str, digest: str) -> dict[str, Any]:
    sample, evidence = finding.sample, evidence_for(record, finding.sample)
    properties = {
        "level": sample.level,
        "operation": article_of(sample.requirement),
        "version": sample.version,
        "binding": sample.binding,
        "replay": visible(evidence.replay, len(evidence.replay)),
        "curl": visible(evidence.curl, len(evidence.curl)),
    }
    result: dict[str, Any] = {
        "ruleId": sample.requirement,
        "ruleIndex": rule,
        "level": LEVELS[grade],
        "message": {"text": message(_said(finding, evidence.text))},
        "locations": [_location(finding)],
        "partialFingerprints": {FINGERPRINT: f"{grade}-{digest}"},
        "occurrenceCount": finding.count,
        "properties": {name: value for name, value in properties.items() if value},
    }
    if sample.known:
        why = sample.known.reason or f"listed as a {sample.known.by}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": visible(why)}]
    return result


def _said(finding: Finding, sentence: str) -> str:
    sample = finding.sample
    shown, more = ", ".join(finding.cases[:_CASES_SHOWN]), len(finding.cases) - _CASES_SHOWN
    fields = (
        ("Expected", sample.expected),
        ("Actual", sample.actual),
        ("Where", sample.where),
        ("Reason", sample.reason),
        ("Note", sample.note),
        ("Seen in", f"{shown} and {more} more" if more > 0 else shown),
    )
    return " ".join(
        [sentence or sample.requirement, *(f"{label}: {visible(text, 200)}." for label, text in fields if text)]
    )


def _location(finding: Finding) -> dict[str, Any]:
    sample, stated = finding.sample, stated_at(finding.sample.requirement)
    physical: dict[str, Any] = {
        "artifactLocation": {
            "uri": quote(stated.file if stated else f"cases/{visible(article_of(sample.requirement))}")
        }
    }
    if stated:
        physical["region"] = {"startLine": stated.line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if sample.where:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(sample.where)}]
    return location


def _notifications(record: Record, summary: Summary) -> Iterator[dict[str, Any]]:
    """Yield what kept the kit from judging: its own errors, and the end of the run before its time."""
    for finding in summary.errors:
        sample = finding.sample
        text = f"An error of the kit at {visible(sample.requirement)}, {visible(sample.case)}: {visible(sample.reason)}"
        yield {"level": "error", "message": {"text": message(text)}}
    if record.end is None or record.end.reason:
        reason = record.end.reason if record.end and record.end.reason else "its record has no end"
        yield {"level": "error", "message": {"text": message(f"The run ended early: {visible(reason)}")}}
