"""What a ReviewAction says of how it ended."""

from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.reading import Reading

STRUCTURE = "ReviewActionDetail"
STATUSES = ("Intended", "Succeeded", "Failed", "Cancelled")


@check(f"{STRUCTURE}.status.values")
def a_review_action_has_a_known_status(reading: Reading) -> Iterator[Finding]:
    """Status is one of the four, in whatever letter case."""
    for visit in reading.of_type(STRUCTURE) if reading.accepted else ():
        if visit.element.find("Status") is not None:
            actual = (visit.element.findtext("Status") or "").strip()
            yield decide(
                f"{STRUCTURE}.status.values",
                actual.lower() in [status.lower() for status in STATUSES],
                where=f"{visit.path}/Status",
                expected=f"{', '.join(STATUSES)}, in whatever letter case",
                actual=repr(actual),
            )


@check(f"{STRUCTURE}.ErrorCode.only-failed")
def a_code_stands_beside_a_failure(reading: Reading) -> Iterator[Finding]:
    """ErrorCode is there only where Status says that the action failed."""
    for visit in reading.of_type(STRUCTURE) if reading.accepted else ():
        code = (visit.element.findtext("ErrorCode") or "").strip()
        status = (visit.element.findtext("Status") or "").strip()
        if code or status.lower() == "failed":
            yield decide(
                f"{STRUCTURE}.ErrorCode.only-failed",
                not code or status.lower() == "failed",
                where=f"{visit.path}/ErrorCode",
                expected="an ErrorCode only beside the Status Failed",
                actual=f"{code!r} beside {status!r}",
            )


CHECKS: tuple[Check, ...] = (a_review_action_has_a_known_status, a_code_stands_beside_a_failure)
