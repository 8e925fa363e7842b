"""Whether what a reply of JSON tells of can be asked for again: the model marks no member of a reply as required."""

from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, met, missed
from conformance.checks.reading import Reading
from conformance.spec.names import names

TOLD = "Common.Ids.told"
OWN = {
    "HIT": "HITId",
    "Assignment": "AssignmentId",
    "QualificationType": "QualificationTypeId",
    "QualificationRequest": "QualificationRequestId",
    "RegisterHITTypeResult": "HITTypeId",
}
"""Type of an element → the member that holds its own id."""


@check(TOLD)
def objects_tell_their_ids(reading: Reading) -> Iterator[Finding]:
    """Each object has its id, and a reply that consists of one object has that."""
    answer = reading.answer
    if not reading.by_json or reading.operation is None or answer is None or answer.root is None:
        return
    if answer.status != 200 or answer.errors:
        return
    result = names().results.get(names().newer_operation(reading.operation))
    if result is not None and not answer.results:
        yield missed(TOLD, where=result, expected=result, actual="it is not there", difference="missing")
    told = lacking = False
    for visit in reading.visits:
        member = OWN.get(visit.type.name) if visit.type is not None else None
        if member is None:
            continue
        told = True
        if not (visit.element.findtext(member) or "").strip():
            lacking = True
            yield missed(TOLD, where=visit.path, expected=member, actual="it is not there", difference="missing")
    if told and not lacking:
        yield met(TOLD)


CHECKS: tuple[Check, ...] = (objects_tell_their_ids,)
