"""The report for code scanning: SARIF 2.1.0.

A fault is one result; its first place is the location, the next two are related ones, since one mend may do for all.
The rule's id is that of the requirement, and the fingerprint stays the same from audit to audit.  What was only
observed is no result: nothing is to be mended there, and an alert for it would be a false one.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from conformance.record.audited import Sighting
from conformance.record.places import Place
from conformance.report.audits.exercised import coverage_lines
from conformance.report.audits.outcome import Outcome, ToldFault
from conformance.report.audits.places import STANDARD_INPUT, place_of
from conformance.report.code_scanning import FINGERPRINT, LEVELS, message, tool, write_sarif
from conformance.report.visible import visible

_UNREADABLE = "The file can be read."
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def write(outcome: Outcome, out: TextIO) -> None:
    """Write the report to ``out``, in ASCII."""
    write_sarif(_run(outcome), out)


def _run(outcome: Outcome) -> dict[str, Any]:
    faults = [one for one in outcome.faults if one.key.grade in LEVELS]
    rules = {id_: number for number, id_ in enumerate(sorted({one.key.requirement for one in faults}))}
    return {
        "tool": tool(rules, _UNREADABLE),
        "automationDetails": {"id": "mturk-conformance/audit/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not outcome.interrupted,
                "exitCode": outcome.exit_code,
                "exitCodeDescription": outcome.conclusion,
                "toolExecutionNotifications": list(_notifications(outcome)),
            }
        ],
        "results": [_result(one, rules[one.key.requirement]) for one in faults],
        "properties": {label: visible(text) for label, text in (*coverage_lines(outcome), ("files", outcome.counted))},
    }


def _result(told: ToldFault, rule: int) -> dict[str, Any]:
    key, (first, *others) = told.key, told.fault.first
    properties = {
        "version": key.version,
        "binding": key.binding,
        "difference": key.difference,
        "level": key.level,
        "curl": visible(told.curl, len(told.curl)),
    }
    return {
        "ruleId": key.requirement,
        "ruleIndex": rule,
        "level": LEVELS[key.grade],
        "message": {"text": message(_said(told))},
        "locations": [_location(first)],
        "relatedLocations": [
            {**_location(one), "id": number, "message": {"text": message(place_of(one.place))}}
            for number, one in enumerate(others, 1)
        ],
        "partialFingerprints": {FINGERPRINT: told.fingerprint},
        "occurrenceCount": told.fault.count,
        "properties": {name: value for name, value in properties.items() if value},
    }


def _said(told: ToldFault) -> str:
    first = told.fault.first[0]
    parts = [f"{told.text or told.key.requirement}"]
    if told.fault.expected:
        parts.append(f"Expected: {visible(told.fault.expected)}.")
    if first.actual:
        parts.append(f"Actual: {visible(first.actual)}.")
    if first.where:
        parts.append(f"Where: {visible(first.where)}.")
    if first.note:
        parts.append(f"Note: {visible(first.note)}.")
    if first.place.entry:
        parts.append(f"At {visible(place_of(first.place))}.")
    if told.fault.count > 1:
        parts.append(f"Seen {told.fault.count} times.")
    return " ".join(parts)


def _location(sighting: Sighting) -> dict[str, Any]:
    location = _physical(sighting.place)
    if sighting.where:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(sighting.where)}]
    return location


def _physical(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.file)}
    if place.line:
        physical["region"] = {"startLine": place.line}
    elif place.offset >= 0:
        physical["region"] = {"byteOffset": place.offset}
    return {"physicalLocation": physical}


def _artifact(file: str) -> dict[str, Any]:
    """Return where a file is: below the working directory if it can be said so, which is where repositories are."""
    if file == STANDARD_INPUT:
        return {"uri": "stdin"}
    if _SCHEME.match(file):
        return {"uri": quote(_octets(file), safe=":/?#[]@!$&'()*+,;=%~")}
    try:
        path = Path(file)
        path = path.relative_to(Path.cwd()) if path.is_absolute() else path
    except (OSError, ValueError):  # somewhere else, or nowhere any longer
        return {"uri": "file://" + quote(_octets(Path(file).as_posix()))}
    return {"uri": quote(_octets(path.as_posix())), "uriBaseId": "%SRCROOT%"}


def _octets(text: str) -> bytes:
    """Return the bytes of a path, which need not be UTF-8 in the file system."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _notifications(outcome: Outcome) -> Iterator[dict[str, Any]]:
    for part in outcome.unread:
        text = f"{visible(place_of(part.place))}: {visible(part.reason)}"
        yield {"level": "error", "message": {"text": message(text)}, "locations": [_physical(part.place)]}
