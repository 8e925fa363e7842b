"""What is wrong with a call by itself: its parameters against the shapes and limits of the version.

Laid at the requirement that names the parameter and the fault, where there is one; all else is told as observed.
What a recorder may have taken out (keys, signatures, times) is never held against a call, nor is what working clients
send and services take: booleans in any case, joined values, numbers left out.

A call of JSON has no common parameters.  A value of another JSON type than its shape's is told as observed, unless its
text is no value of the type either.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from conformance.bindings.json_values import parameter_in_json
from conformance.bindings.query import COMMON_PARAMETERS, SERVICE, Call
from conformance.checks.documents import judge_document, kinds_of
from conformance.checks.documents.frames import as_of
from conformance.checks.documents.places import INNER
from conformance.checks.finding import Difference, Finding, Outcome, missed, seen
from conformance.checks.request_conditions import broken_conditions
from conformance.checks.scrubbing import scrubbed
from conformance.checks.sent_documents import INVALID, NOT_XML
from conformance.spec.parameter_faults import WHOLE_NUMBERS, limits, requirement_on
from conformance.spec.requirements import requirements
from conformance.spec.shapes import ElementShape, Shapes, SimpleShape, TypeShape
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import FlatteningError, Values
from conformance.wire.parameters import ParametersUnreadable
from conformance.wire.timestamps import is_utc_timestamp, parse_timestamp

NOTE = "the request's own fault"
UNSTATED = "request"
"""The name under which a fault of a request is told of which no requirement speaks."""
REPEATED = "Common.REST.repeated-parameter"
DECODING = "Common.Parameters.percent-decoding"
UNKNOWN = "Common.Parameters.unknown"
UNTOLD = ("ResponseGroup",)
"""Parameters that go with every call, whatever the shapes say."""
JSON = "json"
LONGEST_MATCHED = 2_000
"""A longer text is held against no pattern."""
FAULTS_KEPT = 50
"""So many faults of one call are told."""
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_INDEX = re.compile(r"(?<=\.)[0-9]+(?=\.|\Z)")
_SPACE = " \t\r\n"
_ALSO_REQUIRED = {("CreateHIT", "Question"): "CreateHIT.Question.required-old"}
_DIFFERENCES: dict[str, Difference] = {"missing": "missing", "wrong type": "type", "repeated": "extra"}


def faults_of_call(call: Call, shapes: Shapes, binding: str) -> Iterator[Finding]:
    """Yield what is wrong with a call of an operation of its version, up to `FAULTS_KEPT` faults."""
    for number, finding in enumerate(_faults(call, shapes, binding), 1):
        yield finding if binding != JSON else _in_json(finding, call.operation or "")
        if number == FAULTS_KEPT:
            return


def _in_json(finding: Finding, operation: str) -> Finding:
    """Return a finding with its place by the names that the call has in JSON."""
    place, arrow, inner = finding.where.partition(INNER)
    return replace(finding, where=parameter_in_json(operation, place) + arrow + inner)


def faults_of_unreadable(error: ValueError, binding: str) -> Iterator[Finding]:
    """Yield the fault of a request that cannot be read as a call; ``error`` is what reading it raised."""
    if isinstance(error, FlatteningError):
        yield _missed(REPEATED, error.name[:80], "numbers from 1, each after a name", str(error), "other")
    elif isinstance(error, ParametersUnreadable):
        yield _missed(DECODING, "", "percent-encoded UTF-8", str(error), "encoding")
    else:
        expected = {"soap": "a SOAP 1.1 message with one call", JSON: "a JSON object"}.get(binding, "a call")
        yield _seen(UNSTATED, "", expected, str(error), "encoding")


def _faults(call: Call, shapes: Shapes, binding: str) -> Iterator[Finding]:
    if binding != JSON:
        yield from _common(call, binding)
    operation = call.operation
    if operation not in shapes.operations:
        if operation is not None and not scrubbed(operation):
            expected = f"an operation of {shapes.version}"
            yield _missed("Common.Operation.unknown", "Operation", expected, repr(operation), "value")
        return
    yield from _numbering(call)
    for where, expected, actual in call.mistyped:
        yield _seen(UNSTATED, where, expected, actual, "type")
    yield from _structure(operation, call.values, shapes.operation(operation).request, shapes, "")
    for one in broken_conditions(operation, shapes.version, call.values):
        make = _seen if one.told else _missed
        yield make(one.requirement, one.where.partition("=")[0], one.expected, one.actual, one.difference)


def _missed(requirement: str, where: str, expected: str, actual: str, difference: Difference | None) -> Finding:
    return missed(requirement, where=where, expected=expected, actual=actual, note=NOTE, difference=difference)


def _seen(requirement: str, where: str, expected: str, actual: str, difference: Difference | None) -> Finding:
    return seen(requirement, where=where, expected=expected, actual=actual, note=NOTE, difference=difference)


def _common(call: Call, binding: str) -> Iterator[Finding]:
    """Judge the common parameters; what a recorder may have taken out is only told."""
    for name in ("AWSAccessKeyId", "Signature", "Timestamp"):
        if name not in call.common:
            actual = "it is not there; perhaps the recorder took it out"
            yield _seen(f"Common.{name}.required", name, f"the parameter {name}", actual, "missing")
    for name, count in _counted(call).items():
        if count > 1:
            yield _seen(UNSTATED, name, f"{name} once", f"{count} times", "extra")
    stamp = call.common.get("Timestamp")
    if stamp is not None and not scrubbed(stamp) and not is_utc_timestamp(stamp):
        expected = "an XML Schema dateTime in UTC, ending with Z"
        yield _missed("Common.Timestamp.format", "Timestamp", expected, repr(stamp), "type")
    service = call.common.get("Service")
    if service is not None and service != SERVICE and not scrubbed(service):
        yield _missed("Common.Service.value", "Service", SERVICE, repr(service), "value")
    version = call.common.get("Version")
    if version is not None and version not in VERSIONS and binding == "query":
        yield _seen("Common.Version.unknown", "Version", "a version of the API", repr(version), "value")


def _counted(call: Call) -> dict[str, int]:
    names = [name for name, _ in call.pairs]
    return {name: names.count(name) for name in COMMON_PARAMETERS if name in names}


def _numbering(call: Call) -> Iterator[Finding]:
    """Tell of numbers that leave some out; what they stand for is plain all the same."""
    numbers: dict[str, set[str]] = {}
    for name, _ in call.pairs:
        for found in _INDEX.finditer(name):
            numbers.setdefault(name[: found.start() - 1], set()).add(found[0])
    for name, written in numbers.items():
        if written != {str(number) for number in range(1, len(written) + 1)}:
            actual = f"{name} with {', '.join(sorted(written)[:10])}"
            yield _seen(REPEATED, name, "numbers from 1 without gaps", actual, "order")


def _structure(owner: str, values: Values, shape: TypeShape, shapes: Shapes, above: str) -> Iterator[Finding]:
    members = shapes.members(shape)
    for name in values:
        if name not in members and name not in UNTOLD:
            yield _seen(UNKNOWN, f"{above}{name}"[:80], f"a parameter of {shape.name}", "it is not known", "extra")
    for name, (member, inner) in members.items():
        held, where = values.get(name, []), f"{above}{name}"
        if not held:
            if member.min and member.default is None:
                yield _at(owner, name, "missing", where, expected=f"the parameter {where}", actual="it is missing")
            continue
        if member.max is not None and len(held) > member.max:
            expected = f"{where} at most {member.max} times"
            yield _at(owner, name, "repeated", where, expected=expected, actual=f"{len(held)} times")
        for number, one in enumerate(held, 1):
            place = f"{where}.{number}" if inner is not None or len(held) > 1 else where
            yield from _occurrence(owner, one, member, shapes, place)


def _occurrence(owner: str, one: str | Values, member: ElementShape, shapes: Shapes, where: str) -> Iterator[Finding]:
    inner = shapes.type(member.type)
    if inner is not None:
        if isinstance(one, str):
            expected = f"members of {inner.name}"
            yield _at(owner, member.name, "wrong type", where, expected=expected, actual="a text")
        else:
            yield from _structure(inner.name, one, inner, shapes, f"{where}.")
    elif not isinstance(one, str):
        actual = f"members {', '.join(one)[:80]}"
        yield _at(owner, member.name, "wrong type", where, expected="a text", actual=actual)
    elif not scrubbed(one):
        simple = shapes.simple(member.type) or SimpleShape(base="xs:string")
        for text in _joined(one, member, simple):
            if (fault := _fault(text, simple)) is not None:
                kind, expected = fault
                yield _at(owner, member.name, kind, where, expected=expected, actual=_told(text, kind))
        if member.document and one:
            yield from _document(owner, member, one, where, shapes.version)


def _at(owner: str, member: str, fault: str, where: str, *, expected: str, actual: str) -> Finding:
    difference = _DIFFERENCES.get(fault, "value")
    requirement = requirement_on(owner, member, fault, more=True)
    if requirement is None and fault == "missing":
        requirement = requirements().get(_ALSO_REQUIRED.get((owner, member), ""))
    if requirement is None:
        return _seen(UNSTATED, where, expected, actual, difference)
    return _missed(requirement.id, where, expected, actual, difference)


def _joined(text: str, member: ElementShape, simple: SimpleShape) -> list[str]:
    """Return the values in one text: names that may be repeated may be joined by commas."""
    joined = bool(simple.enumeration) and member.max != 1
    return [part.strip(_SPACE) for part in text.split(",")] if joined else [text]


def _told(text: str, fault: str) -> str:
    return f"{len(text)} characters" if fault == "too long" else repr(text[:200])


def _fault(text: str, simple: SimpleShape) -> tuple[str, str] | None:
    """Return the kind of fault that a value has by its type, and what would be right; None where it has none."""
    if simple.enumeration:
        return None if text in simple.enumeration else ("unknown value", f"one of {', '.join(simple.enumeration)}")
    if simple.base == "xs:string":
        return _text_fault(text, simple)
    if simple.base in WHOLE_NUMBERS:
        return _number_fault(text.strip(_SPACE), simple)
    good = {"xs:boolean": _is_boolean, "xs:decimal": _is_decimal, "xs:dateTime": _is_moment}.get(simple.base)
    return None if good is None or good(text.strip(_SPACE)) else ("wrong type", f"a value of type {simple.base}")


def _text_fault(text: str, simple: SimpleShape) -> tuple[str, str] | None:
    """Return what is wrong with a text; lengths from below, and patterns, only the service model has."""
    longest, shortest = simple.max_length, simple.min_length
    if longest is not None and len(text) > longest:
        return "too long", f"at most {longest} characters"
    if shortest is not None and len(text) < shortest:
        return "empty", f"at least {shortest} character{'s' if shortest > 1 else ''}"
    if simple.pattern is not None and not _matches(simple.pattern, text):
        return "unlike the pattern", f"a text that matches {simple.pattern}"
    return None


def _matches(pattern: str, text: str) -> bool:
    """Tell whether a text matches the pattern of a shape; where Python does not know that it is taken to."""
    try:
        return len(text) > LONGEST_MATCHED or re.fullmatch(pattern, text) is not None
    except re.error:
        return True


def _number_fault(text: str, simple: SimpleShape) -> tuple[str, str] | None:
    low, high = limits(simple)
    expected = f"an integer from {low} to {high}"
    if not _INTEGER.fullmatch(text):
        return "wrong type", expected
    if len(text) > 25:
        return ("below minimum" if text.startswith("-") else "above maximum"), expected
    if low <= int(text) <= high:
        return None
    return ("below minimum" if int(text) < low else "above maximum"), expected


def _is_boolean(text: str) -> bool:
    return text.lower() in ("true", "false", "1", "0")


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_moment(text: str) -> bool:
    try:
        parse_timestamp(text)
    except ValueError:
        return False
    return True


def _document(owner: str, member: ElementShape, text: str, where: str, version: str) -> Iterator[Finding]:
    """Yield what a document in a parameter misses; where its kind has no requirement of its own, by the parameter."""
    parameter = f"{owner}.{member.name}"
    for finding in as_of(judge_document(text, expected=kinds_of(member.document or "")), version):
        if finding.outcome is Outcome.MET:
            continue
        place = f"{where}{INNER}{finding.where or '/'}"
        requirement = finding.requirement
        if requirement not in requirements():
            general = NOT_XML if finding.where == "/" else INVALID
            requirement = general.get(parameter, UNSTATED)
        make = _missed if finding.outcome is Outcome.MISSED else _seen
        yield make(requirement, place, finding.expected, finding.actual, finding.difference)
