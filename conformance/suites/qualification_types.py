"""What cases on Qualification types start from: types that a search finds, and HITs that require a type."""

from collections.abc import Callable
from typing import Any

from conformance.errors import Blocked, WorkerRefused
from conformance.suites.assignments import REWARD, Employer
from conformance.suites.preconditions import PAGE_SIZE, Given, ListedRequest, requests_listed
from conformance.target.drivers import QualificationAttempt
from conformance.target.requester import Reply, Requester

CREATE, UPDATE, GET = "CreateQualificationType", "UpdateQualificationType", "GetQualificationType"
SEARCH, DISPOSE = "SearchQualificationTypes", "DisposeQualificationType"
HITS = "GetHITsForQualificationType"
DESCRIPTION = "made by a conformance run"
NEEDED = {"Description": DESCRIPTION, "QualificationTypeStatus": "Active"}
"""What a type has to have beside its name."""


def word(given: Given) -> str:
    """Return one word that nobody else uses; no such word begins with another one."""
    return given.name("w").replace(" ", "") + "z"


def read(requester: Requester, type_id: str) -> Reply:
    """Return what GetQualificationType says; raises Blocked if it says nothing."""
    return requester.must(GET, {"QualificationTypeId": type_id})


def settled(given: Given, type_id: str, good: Callable[[Reply], bool]) -> Reply:
    """Read a type until ``good`` or until the settling time is over; return what was read last."""
    return given.settled(lambda: read(given.requester, type_id), good)


def is_true(text: str | None) -> bool:
    """Tell whether a text says true, as XML Schema writes it."""
    return (text or "").strip() in ("true", "1")


def type_ids(reply: Reply) -> list[str]:
    """Return the ids of the Qualification types that a search lists, in its order."""
    return [(one.text or "").strip() for one in reply.all("QualificationType/QualificationTypeId")]


def hit_ids(reply: Reply) -> list[str]:
    """Return the ids of the HITs that a reply lists, in its order."""
    return [(one.text or "").strip() for one in reply.all("HIT/HITId")]


def search(requester: Requester, query: str, **values: Any) -> Reply:
    """Search one's own types, on one full page unless said otherwise; raises Blocked if that is refused."""
    defaults = {"MustBeRequestable": "false", "MustBeOwnedByCaller": "true", "PageSize": PAGE_SIZE}
    return requester.must(SEARCH, {**defaults, "Query": query, **values})


def found(given: Given, query: str, count: int, **values: Any) -> Reply:
    """Search until ``count`` types are found or the settling time is over; return the last reply."""
    return given.settled(lambda: search(given.requester, query, **values), lambda reply: len(type_ids(reply)) == count)


def named(given: Given, query: str) -> list[str]:
    """Return the ids of one's own types that a search finds."""
    return type_ids(search(given.requester, query))


def requirement(type_id: str) -> dict[str, Any]:
    """Return a requirement that Workers hold more than 18 of a type."""
    return {"QualificationTypeId": type_id, "Comparator": "GreaterThan", "IntegerValue": 18}


def hit_type_values(given: Given, type_id: str | None = None) -> dict[str, Any]:
    """Return the properties of a new HIT type, which requires a Qualification type where one is named."""
    values: dict[str, Any] = {
        "Title": given.name("title"),
        "Description": DESCRIPTION,
        "Reward": REWARD,
        "AssignmentDurationInSeconds": 3600,
    }
    return values | ({"QualificationRequirement": requirement(type_id)} if type_id else {})


def hit_type_requiring(given: Given, type_id: str, requester: Requester | None = None) -> str:
    """Register a HIT type that requires a Qualification type and return its id."""
    reply = (requester or given.requester).must("RegisterHITType", hit_type_values(given, type_id))
    identifier = (reply.text("HITTypeId") or "").strip()
    if not identifier:
        raise Blocked("RegisterHITType: no HITTypeId in the reply")
    return identifier


def hits_requiring(given: Given, type_id: str, count: int = 1, requester: Requester | None = None) -> list[str]:
    """Create HITs that require a Qualification type and return their ids."""
    hit_type = hit_type_requiring(given, type_id, requester)
    employer = Employer(given, requester)
    return [employer.hit(HITTypeId=hit_type) for _ in range(count)]


def listed(given: Given, type_id: str, expected: set[str], **values: Any) -> Reply:
    """Read the HITs that require a type until all expected are there or the settling time is over."""
    asked = {"QualificationTypeId": type_id, "PageSize": PAGE_SIZE, **values}
    return given.settled(lambda: given.requester.must(HITS, asked), lambda reply: expected.issubset(hit_ids(reply)))


def asked(given: Given, type_id: str, worker_id: str) -> QualificationAttempt | None:
    """Have a Worker ask for a Qualification; return how that stands, None if the service does not let the Worker."""
    try:
        return given.workers.request_qualification(worker_id, type_id)
    except WorkerRefused:
        return None


def handed_in(given: Given, type_id: str, worker_id: str, answer: str) -> bool:
    """Have a Worker hand in the answers to a test; tell whether they are taken."""
    try:
        given.workers.submit_test(worker_id, type_id, answer)
    except WorkerRefused:
        return False
    return True


def scored(given: Given, type_id: str, answer: str) -> str:
    """Have a new Worker take a test with a key; return the score, or ``none``."""
    worker = given.workers.new_worker()
    given.workers.request_qualification(worker, type_id)
    given.workers.submit_test(worker, type_id, answer)
    return held(given, type_id, worker)


def held(given: Given, type_id: str, worker_id: str) -> str:
    """Return the score of the Qualification that a Worker has just been given, or ``none``."""
    holds, value, _ = given.settled(lambda: given.score(type_id, worker_id), lambda score: score[0])
    return value if holds else "none"


def awaited(given: Given, type_id: str, worker_id: str) -> list[ListedRequest]:
    """Return the requests of a Worker for a type that wait for the Requester."""
    return [one for one in requests_listed(given.requester, type_id) if one.subject_id == worker_id]


def rejected_request(given: Given, type_id: str, worker_id: str) -> None:
    """Have a Worker ask for a Qualification and reject the request."""
    request = given.pending_request(type_id, worker_id)
    given.requester.must("RejectQualificationRequest", {"QualificationRequestId": request.qualification_request_id})
