"""Dates and times in replies: valid, with a zone, and in UTC."""

from collections.abc import Iterator

from conformance.checks.finding import Check, Finding, check, decide
from conformance.checks.reading import Reading, Visit
from conformance.wire.timestamps import is_utc_timestamp, parse_timestamp

# Genuine replies carry this one with the offset of the service's own time zone.
MAY_HAVE_OFFSET = ("GrantTime",)


def _is_zoned(text: str) -> bool:
    try:
        return parse_timestamp(text).tzinfo is not None
    except ValueError:
        return False


def _text(visit: Visit) -> str:
    # White space around a dateTime is no part of it: the type collapses it.
    return (visit.element.text or "").strip(" \t\r\n")


def _dates(reading: Reading) -> Iterator[Visit]:
    return (visit for visit in reading.visits if visit.member is not None and visit.member.type == "xs:dateTime")


@check("Common.Response.timestamps-utc")
def dates_are_utc(reading: Reading) -> Iterator[Finding]:
    """Every dateTime is valid and ends with Z; a GrantTime may carry an offset instead."""
    for visit in _dates(reading):
        text = _text(visit)
        loose = visit.element.tag in MAY_HAVE_OFFSET
        yield decide(
            "Common.Response.timestamps-utc",
            _is_zoned(text) if loose else is_utc_timestamp(text),
            where=visit.path,
            expected="a valid xs:dateTime with a zone" if loose else "a valid xs:dateTime in UTC, ending with Z",
            actual=repr(text),
        )


@check("QualificationRequest.SubmitTime.utc")
def submit_time_is_utc(reading: Reading) -> Iterator[Finding]:
    """SubmitTime is a dateTime in UTC."""
    for visit in _dates(reading):
        if visit.element.tag == "SubmitTime" and visit.parent_name == "QualificationRequest":
            text = _text(visit)
            yield decide(
                "QualificationRequest.SubmitTime.utc",
                is_utc_timestamp(text),
                where=visit.path,
                expected="a dateTime in UTC such as 2005-01-31T23:59:59Z",
                actual=repr(text),
            )


CHECKS: tuple[Check, ...] = (dates_are_utc, submit_time_is_utc)
