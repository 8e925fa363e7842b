"""What a Qualification says: whose it is, of which type, and its value."""

from collections.abc import Iterable
from typing import Any

import pytest

from conformance.checks.finding import Finding, Outcome
from conformance.checks.qualifications import CHECKS
from conformance.checks.reading import read_exchange
from conformance.spec.requirements import requirements
from conformance.spec.versions import LATEST, VERSIONS

ELEMENTS = "Qualification.elements"
KIND = "Qualification.value-kind"
SUBJECT = "Qualification.SubjectId"
SCORE = "GetQualificationScore"
LISTING = "GetQualificationsForQualificationType"
VALID = "<Request><IsValid>True</IsValid></Request>"
REFUSED = (
    "<Request><IsValid>False</IsValid><Errors><Error><Code>c</Code><Message>m</Message></Error></Errors></Request>"
)
TYPE = "<QualificationTypeId>T</QualificationTypeId>"
WORKER = "<SubjectId>W</SubjectId>"
INTEGER = "<IntegerValue>0</IntegerValue>"
LOCALE = "<LocaleValue><Country>US</Country></LocaleValue>"
PLACE = f"/{SCORE}Response/Qualification[1]"


def judged(replies: Any, operation: str, body: str, subject: list[str], version: str = LATEST) -> list[Finding]:
    """Return what the checks of this module alone find in a reply to a call that asks for ``subject``."""
    asked = {"QualificationTypeId": ["T"], "SubjectId": subject}
    reading = read_exchange(replies.exchange(replies.call(operation, asked, version=version), body))
    return [finding for check in CHECKS for finding in check.judge(reading)]


def score(replies: Any, inner: str, request: str = VALID, subject: list[str] | None = None) -> list[Finding]:
    """Judge a Qualification with these members, in the reply to a GetQualificationScore for the Worker W."""
    body = replies.reply(SCORE, request + inner, result="Qualification")
    return judged(replies, SCORE, body, ["W"] if subject is None else subject)


def of(findings: Iterable[Finding], outcome: Outcome) -> list[tuple[str, str]]:
    return [(one.requirement, one.where) for one in findings if one.outcome is outcome]


@pytest.mark.parametrize("value", [INTEGER, LOCALE], ids=["integer", "locale"])
def test_a_whole_qualification_of_the_worker_asked_for_is_met(replies: Any, value: str) -> None:
    """With a value of either kind; nothing else is found."""
    found = score(replies, TYPE + WORKER + value)
    assert of(found, Outcome.MET) == [(KIND, PLACE), (SUBJECT, f"{PLACE}/SubjectId")]
    assert len(found) == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_has_the_same_qualification(replies: Any, version: str) -> None:
    """In the reply that tells of one."""
    body = replies.reply(SCORE, VALID + TYPE + WORKER + INTEGER, result="Qualification")
    found = judged(replies, SCORE, body, ["W"], version)
    assert of(found, Outcome.MET) == [(KIND, PLACE), (SUBJECT, f"{PLACE}/SubjectId")]


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        (WORKER + INTEGER, "QualificationTypeId"),
        ("<QualificationTypeId/>" + WORKER + INTEGER, "QualificationTypeId"),
        (TYPE + INTEGER, "SubjectId"),
        (TYPE + "<SubjectId> \n</SubjectId>" + INTEGER, "SubjectId"),
    ],
    ids=["no type", "an empty type", "no Worker", "a blank Worker"],
)
def test_a_qualification_without_one_of_its_ids_is_reported(replies: Any, inner: str, name: str) -> None:
    """At the place where the id should be."""
    (found,) = [one for one in score(replies, inner) if one.requirement == ELEMENTS]
    assert (found.outcome, found.where) == (Outcome.MISSED, f"{PLACE}/{name}")
    assert found.expected == "QualificationTypeId, SubjectId and a value"
    assert found.actual == f"{name} is missing or empty"


@pytest.mark.parametrize(
    ("value", "actual"), [("", "neither"), (INTEGER + LOCALE, "IntegerValue and LocaleValue")], ids=["none", "both"]
)
def test_a_qualification_has_one_value(replies: Any, value: str, actual: str) -> None:
    """Neither none nor one of each kind."""
    found = score(replies, TYPE + WORKER + value)
    assert of(found, Outcome.MISSED) == [(KIND, PLACE)]
    assert [(one.expected, one.actual) for one in found if one.requirement == KIND] == [
        ("one of IntegerValue and LocaleValue", actual)
    ]


@pytest.mark.parametrize(
    ("subject", "actual"), [("A2", "'A2'"), ("w", "'w'"), ("", "''")], ids=["another", "another case", "none"]
)
def test_a_qualification_of_another_worker_is_reported(replies: Any, subject: str, actual: str) -> None:
    """Who was asked for, and who came."""
    found = score(replies, f"{TYPE}<SubjectId>{subject}</SubjectId>{INTEGER}")
    (missed,) = [one for one in found if one.requirement == SUBJECT]
    assert (missed.outcome, missed.where) == (Outcome.MISSED, f"{PLACE}/SubjectId")
    assert (missed.expected, missed.actual) == ("the Worker asked for, 'W'", actual)


def test_white_space_around_a_worker_s_id_does_not_count(replies: Any) -> None:
    """Neither in the reply nor in the call."""
    found = score(replies, f"{TYPE}<SubjectId>\n W </SubjectId>{INTEGER}", subject=[" W"])
    assert of(found, Outcome.MISSED) == []
    assert (SUBJECT, f"{PLACE}/SubjectId") in of(found, Outcome.MET)


@pytest.mark.parametrize("asked", [[], ["W", "V"]], ids=["nobody", "two"])
def test_where_the_call_names_no_single_worker_there_is_nothing_to_compare(replies: Any, asked: list[str]) -> None:
    """The rest is judged all the same."""
    found = score(replies, TYPE + WORKER + INTEGER, subject=asked)
    assert of(found, Outcome.MET) == [(KIND, PLACE)]
    assert len(found) == 1


def test_a_refusal_shows_nothing(replies: Any) -> None:
    """There is no Qualification in it, and nobody's name."""
    assert score(replies, "", REFUSED) == []
    assert score(replies, INTEGER + LOCALE, REFUSED) == []


def test_each_qualification_of_a_list_is_judged_and_told_by_its_number(replies: Any) -> None:
    """They are of different Workers, none of whom was asked for."""
    rows = (TYPE + WORKER + INTEGER, TYPE + "<SubjectId>V</SubjectId>", WORKER + LOCALE)
    counters = "<NumResults>3</NumResults><TotalNumResults>3</TotalNumResults><PageNumber>1</PageNumber>"
    inner = VALID + counters + "".join(f"<Qualification>{row}</Qualification>" for row in rows)
    found = judged(replies, LISTING, replies.reply(LISTING, inner), ["W"])
    place = f"/{LISTING}Response/{LISTING}Result[1]/Qualification"
    assert of(found, Outcome.MET) == [(KIND, f"{place}[1]"), (KIND, f"{place}[3]")]
    assert of(found, Outcome.MISSED) == [(KIND, f"{place}[2]"), (ELEMENTS, f"{place}[3]/QualificationTypeId")]


def test_a_reply_without_a_qualification_is_passed_over(replies: Any) -> None:
    """Requests for one have values of their own."""
    assert judged(replies, "GetQualificationRequests", replies.listing(replies.item()), ["V"]) == []


def test_the_checks_decide_requirements() -> None:
    """Each that they can find anything about."""
    assert {name for check in CHECKS for name in check.decides} == {ELEMENTS, KIND, SUBJECT}
    assert {ELEMENTS, KIND, SUBJECT} <= set(requirements())
