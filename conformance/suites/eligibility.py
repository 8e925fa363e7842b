"""What cases on Qualification requirements start from: HITs that require something, and Workers who try to accept."""

from typing import Any

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, WorkerRefused
from conformance.suites.assignments import REWARD
from conformance.suites.forms import form_and_answer
from conformance.suites.preconditions import Given
from conformance.target.requester import Reply, Requester

PERCENT_SUBMITTED, PERCENT_ABANDONED = "00000000000000000000", "00000000000000000070"
PERCENT_RETURNED, PERCENT_REJECTED = "000000000000000000E0", "000000000000000000S0"
PERCENT_APPROVED, NUMBER_APPROVED = "000000000000000000L0", "00000000000000000040"
ADULT, LOCALE = "00000000000000000060", "00000000000000000071"
"""The Qualification types that the service itself keeps."""

SEVERAL_SINCE = "2013-11-15"
"""The version from which on a requirement can list several values."""


def requires(type_id: str, comparator: str, *values: int, **more: Any) -> dict[str, Any]:
    """Return a requirement that compares with integers."""
    listed = {"IntegerValue": list(values)} if values else {}
    return {"QualificationTypeId": type_id, "Comparator": comparator, **listed, **more}


def place(country: str | None = None, subdivision: str | None = None) -> dict[str, str]:
    """Return a Locale."""
    return {name: text for name, text in (("Country", country), ("Subdivision", subdivision)) if text is not None}


def requires_place(comparator: str, *places: dict[str, str], type_id: str = LOCALE) -> dict[str, Any]:
    """Return a requirement that compares with places."""
    return {"QualificationTypeId": type_id, "Comparator": comparator, "LocaleValue": list(places)}


def create(given: Given, *requirements: dict[str, Any], by: Requester | None = None, **more: Any) -> Reply:
    """Call CreateHIT with these requirements."""
    values = {
        "Title": given.name("title"),
        "Description": "made by a conformance run",
        "Reward": REWARD,
        "AssignmentDurationInSeconds": 3600,
        "LifetimeInSeconds": 3600,
        "Question": form_and_answer("q1")[0],
        "QualificationRequirement": list(requirements),
        **more,
    }
    return (by or given.requester).call("CreateHIT", values)


def hit_of(reply: Reply) -> str:
    """Return the id of the HIT that CreateHIT made; raises Blocked where it made none."""
    identifier = (reply.text("HITId") or "").strip()
    if not reply.accepted or not identifier:
        raise Blocked(reply.cause if not reply.accepted else "CreateHIT: no HITId in the reply")
    return identifier


def hit(given: Given, *requirements: dict[str, Any], by: Requester | None = None, **more: Any) -> str:
    """Create a HIT with these requirements and return its id."""
    return hit_of(create(given, *requirements, by=by, **more))


def shown(given: Given, hit_id: str) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...], str]]:
    """Return the requirements in GetHIT: type, comparator, integers, places, RequiredToPreview."""
    reply = given.requester.must("GetHIT", {"HITId": hit_id, "ResponseGroup": ["Minimal", "HITDetail"]})
    found = []
    for element in reply.all("QualificationRequirement"):
        one = {name: (element.findtext(name) or "").strip() for name in ("QualificationTypeId", "Comparator")}
        integers = tuple((value.text or "").strip() for value in element.iterfind("IntegerValue"))
        places = tuple(
            "-".join((part.text or "").strip() for part in value) for value in element.iterfind("LocaleValue")
        )
        preview = (element.findtext("RequiredToPreview") or "").strip()
        found.append((one["QualificationTypeId"], one["Comparator"], integers, places, preview))
    return found


def accepts(given: Given, worker_id: str, hit_id: str) -> bool:
    """Tell whether a Worker can accept an assignment of a HIT, by trying it."""
    try:
        given.workers.accept_assignment(worker_id, hit_id)
    except WorkerRefused:
        return False
    return True


def sees(given: Given, worker_id: str, hit_id: str) -> bool:
    """Tell whether a Worker is shown a HIT before accepting it."""
    try:
        given.workers.preview(worker_id, hit_id)
    except WorkerRefused:
        return False
    return True


def judge(
    given: Given, expect: Expect, requirement: str, hit_id: str, where: str, *, out: tuple[str, ...], fits: str
) -> None:
    """See that the Workers ``out`` cannot accept a HIT of one assignment and the one who ``fits`` then can."""
    for worker in out:
        expect(
            requirement,
            not accepts(given, worker, hit_id),
            where=where,
            expected="a Worker who does not meet it cannot accept the HIT",
            actual="the assignment was accepted",
        )
    expect(
        requirement,
        given.settled(lambda: accepts(given, fits, hit_id), bool),
        where=where,
        expected="a Worker who meets it can accept the HIT",
        actual="the Worker is refused",
    )
