"""The dates and times in replies."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.finding import Outcome

ALL = "Common.Response.timestamps-utc"
SUBMIT = "QualificationRequest.SubmitTime.utc"
WHERE = "/GetQualificationRequestsResponse/GetQualificationRequestsResult[1]/QualificationRequest[1]/SubmitTime"
SCORE = {"QualificationTypeId": ["T"], "SubjectId": ["W"]}


def qualification(replies: Any, granted: str) -> str:
    inner = (
        "<Request><IsValid>True</IsValid></Request><QualificationTypeId>T</QualificationTypeId>"
        f"<SubjectId>W</SubjectId><GrantTime>{granted}</GrantTime><IntegerValue>1</IntegerValue>"
    )
    return str(replies.reply("GetQualificationScore", inner, result="Qualification"))


@given(moment=st.datetimes(min_value=datetime(1000, 1, 1)), fraction=st.sampled_from(["", ".9", ".000"]))
def test_any_moment_in_utc_is_met(moment: datetime, fraction: str, replies: Any) -> None:
    """To the second, as genuine replies have it, or finer."""
    text = moment.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S") + f"{fraction}Z"
    body = replies.listing(replies.item(submitted=text))
    assert replies.of(ALL, body) == [Outcome.MET]
    assert set(replies.of(SUBMIT, body)) == {Outcome.MET}
    assert replies.missed(body) == []


@pytest.mark.parametrize("text", [" 2014-08-15T10:00:00Z", "2014-08-15T10:00:00Z\n", "\n\t2014-08-15T10:00:00Z "])
def test_white_space_around_a_moment_does_not_count(text: str, replies: Any) -> None:
    """The type collapses it."""
    assert replies.missed(replies.listing(replies.item(submitted=text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "2014-08-15T10:00:00",
        "2014-08-15T10:00:00+00:00",
        "2014-08-15T03:00:00.000-07:00",
        "2014-08-15 10:00:00Z",
        "2014-08-15",
        "2014-02-30T10:00:00Z",
        "1408096800",
        "",
        "now",
    ],
)
def test_another_text_is_reported_by_both_requirements(text: str, replies: Any) -> None:
    """By the one on all dates and by the one on this; once each, though the schema sees some of them too."""
    found = replies.missed(replies.listing(replies.item(submitted=text)))
    assert {one.requirement for one in found} == {ALL, SUBMIT}
    assert [(one.where, one.actual) for one in found if one.requirement == ALL] == [(WHERE, repr(text))]
    assert [one.where for one in found if one.requirement == SUBMIT] == [WHERE]
    assert all(one.expected for one in found)


@pytest.mark.parametrize("text", ["2015-07-08T21:16:39.000-07:00", "2015-07-08T21:16:39Z", "2015-07-08T21:16:39+14:00"])
def test_a_grant_time_may_carry_an_offset(text: str, replies: Any) -> None:
    """That of the service's own zone was captured."""
    body = qualification(replies, text)
    assert replies.missed(body, "GetQualificationScore", SCORE) == []
    assert replies.of(ALL, body, "GetQualificationScore", SCORE) == [Outcome.MET]


@pytest.mark.parametrize("text", ["2015-07-08T21:16:39", "2015-07-08", ""])
def test_a_grant_time_has_a_zone_all_the_same(text: str, replies: Any) -> None:
    """Otherwise it names no moment."""
    (finding,) = replies.missed(qualification(replies, text), "GetQualificationScore", SCORE)
    assert (finding.requirement, finding.where) == (ALL, "/GetQualificationScoreResponse/Qualification[1]/GrantTime")
    assert finding.expected == "a valid xs:dateTime with a zone"


def test_what_is_no_date_is_not_looked_at(replies: Any) -> None:
    """Text that looks like a date is text."""
    assert replies.of(ALL, replies.listing(replies.item("2014-08-15"))) == [Outcome.MET]
    assert replies.of(ALL, replies.listing()) == []
