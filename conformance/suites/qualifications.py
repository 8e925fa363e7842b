"""What cases on Qualifications start from: Workers who hold one, who lost it, or who asked for it."""

from typing import Any

from conformance.errors import Blocked
from conformance.suites.paging import Listing
from conformance.suites.preconditions import Given, ListedRequest, requests_listed
from conformance.target.drivers import KNOWN_WORKERS
from conformance.target.requester import Reply, Requester

ASSIGN, GRANT, REVOKE = "AssignQualification", "GrantQualification", "RevokeQualification"
REJECT, SCORE, UPDATE = "RejectQualificationRequest", "GetQualificationScore", "UpdateQualificationScore"
REQUESTS, HELD = "GetQualificationRequests", "GetQualificationsForQualificationType"


def assign(given: Given, type_id: str, worker_id: str, value: int | None = None, **more: Any) -> Reply:
    """Call AssignQualification."""
    values = {"QualificationTypeId": type_id, "WorkerId": worker_id, **more}
    return given.requester.call(ASSIGN, values if value is None else {**values, "IntegerValue": value})


def values_for_assignment(score: dict[str, str]) -> dict[str, str]:
    """Return what gives a Worker the Qualification that a GetQualificationScore asks for."""
    return {"QualificationTypeId": score["QualificationTypeId"], "WorkerId": score["SubjectId"]}


def someone(given: Given) -> str:
    """Return the id of a Worker, of nobody where no Worker can be driven."""
    can = {"worker:request-qualification", KNOWN_WORKERS} & given.workers.capabilities
    return given.workers.new_worker() if can else "A3NOBODYOFTHISNAME"


def holder(given: Given, type_id: str, value: int = 1, worker_id: str | None = None) -> str:
    """Return a Worker, a new one if none is named, who was assigned a Qualification."""
    worker = worker_id or given.workers.new_worker()
    given.requester.must(ASSIGN, {"QualificationTypeId": type_id, "WorkerId": worker, "IntegerValue": value})
    return worker


def named(type_id: str, worker_id: str) -> dict[str, str]:
    """Return the parameters that name a Worker's Qualification."""
    return {"QualificationTypeId": type_id, "SubjectId": worker_id}


def revoked(given: Given, type_id: str, value: int = 1) -> str:
    """Return a new Worker whose Qualification was revoked."""
    worker = holder(given, type_id, value)
    given.requester.must(REVOKE, named(type_id, worker))
    return worker


def grant(given: Given, request: ListedRequest, **values: Any) -> Reply:
    """Call GrantQualification."""
    return given.requester.call(GRANT, {"QualificationRequestId": request.qualification_request_id, **values})


def reject(given: Given, request: ListedRequest) -> Reply:
    """Call RejectQualificationRequest."""
    return given.requester.call(REJECT, {"QualificationRequestId": request.qualification_request_id})


def must(reply: Reply) -> Reply:
    """Return a reply that is a precondition: raise Blocked unless the call was accepted."""
    if not reply.accepted:
        raise Blocked(reply.cause)
    return reply


def value_of(given: Given, type_id: str, worker_id: str, wanted: str) -> str:
    """Return the score of a Qualification, ``none`` where there is none, read until it is as wanted."""

    def read() -> str:
        holds, value, _ = given.score(type_id, worker_id)
        return value if holds else "none"

    return given.settled(read, lambda value: value == wanted)


def held_list(requester: Requester, type_id: str, **values: Any) -> Listing:
    """Return the list of the Qualifications of a type."""
    asked = {"QualificationTypeId": type_id, **values}
    return Listing(requester=requester, operation=HELD, item="Qualification", key="SubjectId", values=asked)


def holders(given: Given, type_id: str, wanted: set[str], **values: Any) -> list[str]:
    """Return whose Qualifications of a type are listed, read until they are those of the Workers wanted."""
    listing = held_list(given.requester, type_id, **values)
    return given.settled(lambda: listing.keys(listing.page(PageSize=100)), lambda found: set(found) == wanted)


def pending(given: Given, type_id: str, *wanted: str) -> list[str]:
    """Return the ids of the pending requests of a type, read until they are those wanted."""
    return given.settled(
        lambda: [one.qualification_request_id for one in requests_listed(given.requester, type_id)],
        lambda found: set(found) == set(wanted),
    )
