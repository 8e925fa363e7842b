"""QualificationRequest and GetQualificationRequests: who sees which request, and what it says."""

from typing import Any

import pytest

from conformance.checks.expectation import Expect
from conformance.errors import Blocked
from conformance.spec.versions import TODAY
from conformance.suites.preconditions import Given, requests_listed
from conformance.suites.times import TOLERANCE, apart
from conformance.target.requester import Requester


@pytest.mark.verifies(
    "QualificationRequest.returned-to-author",
    "QualificationRequest.SubjectId.matches-request",
    "QualificationRequest.QualificationTypeId",
    "QualificationRequest.SubmitTime.notest",
)
def test_request_is_listed_for_the_author(requester: Requester, given: Given, expect: Expect) -> None:
    type_id, worker = given.qualification_type(), given.workers.new_worker()
    attempt = given.workers.request_qualification(worker, type_id)
    listed = given.settled(lambda: list(requests_listed(requester)), bool)
    own = [one for one in listed if one.subject_id == worker or one.qualification_type_id == type_id]
    expect(
        "QualificationRequest.returned-to-author",
        bool(own),
        where="GetQualificationRequests",
        expected="the request that a Worker made for the author's type",
        actual=f"{len(listed)} requests, not this one",
    )
    filtered = list(requests_listed(requester, type_id))
    expect(
        "QualificationRequest.returned-to-author",
        len(filtered) == 1,
        where="GetQualificationRequests with QualificationTypeId",
        expected="the one request made for this type",
        actual=f"{len(filtered)} requests",
    )
    if not filtered:
        raise Blocked("GetQualificationRequests: the request that a Worker made is not listed")
    request = filtered[0]
    expect(
        "QualificationRequest.SubjectId.matches-request",
        request.subject_id == worker,
        where="SubjectId",
        expected=f"the id of the Worker who asked, {worker}",
        actual=request.subject_id,
    )
    expect(
        "QualificationRequest.QualificationTypeId",
        request.qualification_type_id == type_id,
        where="QualificationTypeId",
        expected=f"the id that CreateQualificationType returned, {type_id}",
        actual=request.qualification_type_id,
    )
    seconds = apart(request.submit_time, attempt.at)
    expect(
        "QualificationRequest.SubmitTime.notest",
        seconds is not None and seconds <= TOLERANCE,
        where="SubmitTime",
        expected=f"the time of the request, within {TOLERANCE:.0f} s",
        actual=f"{request.submit_time!r}" + (f", {seconds:.0f} s away" if seconds is not None else ""),
    )


@pytest.mark.verifies("QualificationRequest.SubjectId")
def test_subject_is_the_worker(requester: Requester, given: Given, expect: Expect) -> None:
    """The person under SubjectId is the person under WorkerId: what is assigned to the one the other has."""
    worker = given.workers.new_worker()
    request = given.pending_request(worker_id=worker)
    other_type = given.qualification_type()
    assigned = requester.call(
        "AssignQualification",
        {"QualificationTypeId": other_type, "WorkerId": request.subject_id, "IntegerValue": 3},
    )
    held, value, _ = given.score(other_type, worker)
    expect(
        "QualificationRequest.SubjectId",
        assigned.accepted and held and value == "3",
        where="SubjectId",
        expected="an id that AssignQualification takes as WorkerId, of the Worker who made the request",
        actual=f"{request.subject_id!r}: {assigned.summary}; the Worker {'holds ' + value if held else 'has nothing'}",
    )


@pytest.mark.verifies(
    "QualificationRequest.QualificationRequestId", "QualificationRequest.QualificationRequestId.stable"
)
def test_identifiers_are_unique_and_stay(requester: Requester, given: Given, expect: Expect) -> None:
    type_id = given.qualification_type()
    workers = [given.workers.new_worker() for _ in range(3)]
    for worker in workers:
        given.workers.request_qualification(worker, type_id)
    first = given.settled(lambda: list(requests_listed(requester, type_id)), lambda found: len(found) == len(workers))
    known = {one.subject_id: one.qualification_request_id for one in first}
    unique = set(known.values())
    expect(
        "QualificationRequest.QualificationRequestId",
        len(unique) == len(workers) and "" not in unique,
        where="QualificationRequestId",
        expected=f"{len(workers)} different ids for {len(workers)} requests",
        actual=f"{len(first)} requests with {len(unique)} ids: {', '.join(sorted(unique))}",
    )
    sorted_otherwise = (
        ({"PageSize": 1},)
        if requester.version == TODAY
        else ({"SortDirection": "Descending", "PageSize": 1}, {"SortProperty": "QualificationTypeId"})
    )
    values: dict[str, Any]
    for values in ({}, *sorted_otherwise):
        again = {one.subject_id: one.qualification_request_id for one in requests_listed(requester, type_id, **values)}
        changed = [worker for worker in known if worker in again and again[worker] != known[worker]]
        expect(
            "QualificationRequest.QualificationRequestId.stable",
            not changed and again.keys() == known.keys(),
            where=f"GetQualificationRequests {values or 'called again'}",
            expected="the same id for the same Worker and type",
            actual=f"{len(changed)} of {len(known)} ids changed, {len(known.keys() - again.keys())} requests missing",
        )


@pytest.mark.verifies("GetQualificationRequests.owner-only")
def test_another_requester_sees_nothing(second_requester: Requester, given: Given, expect: Expect) -> None:
    request = given.pending_request()
    reply = second_requester.call(
        "GetQualificationRequests", {"QualificationTypeId": request.qualification_type_id, "PageSize": 100}
    )
    unfiltered = second_requester.call("GetQualificationRequests", {"PageSize": 100})
    for where, answer in (("with QualificationTypeId", reply), ("without a filter", unfiltered)):
        seen = [(one.text or "").strip() for one in answer.all("QualificationRequest/QualificationTypeId")]
        expect(
            "GetQualificationRequests.owner-only",
            request.qualification_type_id not in seen and (answer.refused or answer.accepted),
            where=f"GetQualificationRequests by another Requester, {where}",
            expected="an error or a list without these requests",
            actual=f"{len(seen)} requests of the type" if seen else answer.summary,
        )


@pytest.mark.verifies("GrantQualification.effect")
def test_granting_gives_the_qualification(requester: Requester, given: Given, expect: Expect) -> None:
    request = given.pending_request()
    worker, type_id = request.subject_id, request.qualification_type_id
    requester.must(
        "GrantQualification", {"QualificationRequestId": request.qualification_request_id, "IntegerValue": 12}
    )
    held, value, status = given.settled(lambda: given.score(type_id, worker), lambda score: score[0])
    expect(
        "GrantQualification.effect",
        held and value == "12" and status in ("Granted", ""),
        where="GetQualificationScore",
        expected="the Qualification with the value granted: 12, Granted",
        actual=f"{value or 'no score'}, {status or 'no status'}" if held else "no Qualification",
    )
