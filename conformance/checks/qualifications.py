"""What a Qualification says: whose it is, of which type, and its value."""

from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, decide, missed
from conformance.checks.reading import Reading

STRUCTURE = "Qualification"
NEEDED = ("QualificationTypeId", "SubjectId")
VALUES = ("IntegerValue", "LocaleValue")


@check(f"{STRUCTURE}.elements", f"{STRUCTURE}.value-kind")
def qualifications_are_complete(reading: Reading) -> Iterator[Finding]:
    """Each has its type, its Worker and one value; that it has nothing else is judged with the shapes."""
    for visit in reading.of_type(STRUCTURE) if reading.accepted else ():
        for name in NEEDED:
            if not (visit.element.findtext(name) or "").strip():
                yield missed(
                    f"{STRUCTURE}.elements",
                    where=f"{visit.path}/{name}",
                    expected=f"{', '.join(NEEDED)} and a value",
                    actual=f"{name} is missing or empty",
                )
        values = [name for name in VALUES if visit.element.find(name) is not None]
        yield decide(
            f"{STRUCTURE}.value-kind",
            len(values) == 1,
            where=visit.path,
            expected=f"one of {' and '.join(VALUES)}",
            actual=" and ".join(values) or "neither",
        )


@check(f"{STRUCTURE}.SubjectId")
def a_qualification_is_that_of_the_worker_asked_for(reading: Reading) -> Iterator[Finding]:
    """GetQualificationScore names the Worker; the Qualification that comes is the same Worker's."""
    asked = [text for text in reading.call.values.get("SubjectId", ()) if isinstance(text, str)]
    if reading.operation != "GetQualificationScore" or len(asked) != 1:
        return
    for visit in reading.of_type(STRUCTURE) if reading.accepted else ():
        actual = (visit.element.findtext("SubjectId") or "").strip()
        yield decide(
            f"{STRUCTURE}.SubjectId",
            actual == asked[0].strip(),
            where=f"{visit.path}/SubjectId",
            expected=f"the Worker asked for, {asked[0].strip()!r}",
            actual=repr(actual),
        )


CHECKS: tuple[Check, ...] = (qualifications_are_complete, a_qualification_is_that_of_the_worker_asked_for)
