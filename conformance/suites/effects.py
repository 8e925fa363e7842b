"""What a refused call must leave as it was: the objects that its operation is about, read before and after it.

Read is only what this very call could have made or changed; an operation that only reads has no effect to look for.
"""

from collections.abc import Callable, Mapping
from typing import Any

from conformance.spec.requirements import operations
from conformance.suites.good_calls import GoodCalls
from conformance.suites.hits import Hits, ids_of
from conformance.suites.preconditions import requests_listed
from conformance.suites.qualification_types import CREATE, GET, UPDATE, search

Sent = Mapping[str, Any]

_ASKING, _WORKING = "worker:request-qualification", "worker:submit"
_ABOUT_A_HIT = (
    *("ExtendHIT", "ForceExpireHIT", "UpdateExpirationForHIT", "DisposeHIT", "DisableHIT", "SetHITAsReviewing"),
    "ChangeHITTypeOfHIT",
)
_OF_A_HIT = ("HITTypeId", "HITStatus", "MaxAssignments", "Expiration", "HITReviewStatus")
_OF_A_TYPE = ("Name", "Description", "QualificationTypeStatus", "Test", "AnswerKey", "TestDurationInSeconds")


def _hit(calls: GoodCalls, values: Sent) -> str:
    reply = calls.given.requester.call("GetHIT", {"HITId": values["HITId"]})
    return f"the HIT has {[reply.text(name) for name in _OF_A_HIT]}"


def _made_hits(calls: GoodCalls, values: Sent) -> str:
    newest = Hits(calls.given).newest(ResponseGroup=["Minimal", "HITDetail"])
    made = [one for one in newest if one.findtext("Title") == values["Title"]]
    return f"{len(ids_of(made))} HITs of this title"


def _type(calls: GoodCalls, values: Sent) -> str:
    reply = calls.given.requester.call(GET, {"QualificationTypeId": values["QualificationTypeId"]})
    return f"the type has {[reply.text(name) for name in _OF_A_TYPE]}"


def _made_types(calls: GoodCalls, values: Sent) -> str:
    name = str(values["Name"])
    listed = [one.text for one in search(calls.given.requester, name).all("QualificationType/Name")]
    return f"{listed.count(name)} types of this name"


def _pending(calls: GoodCalls, _: Sent) -> str:
    type_id = calls.request().qualification_type_id
    return f"{len(list(requests_listed(calls.given.requester, type_id)))} requests for a type"


def _score(calls: GoodCalls, values: Sent) -> str:
    worker = values.get("SubjectId") or values["WorkerId"]
    return f"held, value, status: {calls.given.score(values['QualificationTypeId'], worker)}"


def _bonuses(calls: GoodCalls, _: Sent) -> str:
    paid = calls.employer.bonuses(calls.work("GrantBonus"))
    return f"{len(paid)} bonuses for an assignment"


def _decision(calls: GoodCalls, _: Sent) -> str:
    return f"status of the assignment: {calls.employer.status(calls.work('ApproveAssignment'))[0]}"


def _mails(calls: GoodCalls, values: Sent) -> str:
    workers = values["WorkerId"] if isinstance(values["WorkerId"], list) else [values["WorkerId"]]
    return f"{sum(len(calls.given.workers.read_messages(worker)) for worker in workers)} messages"


# By operation: what has to stand in the call for it to have an object, what a driver must be able to do, the reading.
_READINGS: Mapping[str, tuple[tuple[str, ...], str, Callable[[GoodCalls, Sent], str]]] = {
    **dict.fromkeys(_ABOUT_A_HIT, (("HITId",), "", _hit)),
    "CreateHIT": (("Title",), "", _made_hits),
    CREATE: (("Name",), "", _made_types),
    UPDATE: (("QualificationTypeId",), "", _type),
    "GrantQualification": ((), _ASKING, _pending),
    "RejectQualificationRequest": ((), _ASKING, _pending),
    "AssignQualification": (("QualificationTypeId", "WorkerId"), _ASKING, _score),
    "UpdateQualificationScore": (("QualificationTypeId", "SubjectId"), _ASKING, _score),
    "RevokeQualification": (("QualificationTypeId", "SubjectId"), _ASKING, _score),
    "GrantBonus": ((), _WORKING, _bonuses),
    "ApproveAssignment": (("AssignmentId",), _WORKING, _decision),
    "RejectAssignment": (("AssignmentId",), _WORKING, _decision),
    "NotifyWorkers": (("WorkerId",), "worker:read-message", _mails),
}


def state(calls: GoodCalls, operation: str, values: Sent) -> str:
    """Return in words what a call of ``operation`` could change; empty where nothing can be seen or changed."""
    if operation not in _READINGS or operations()[operation].effect == "read":
        return ""
    needed, capability, read = _READINGS[operation]
    if any(not isinstance(values.get(name), str) or not values[name] for name in needed):
        return ""
    if capability and capability not in calls.given.workers.capabilities:
        return ""
    return read(calls, values)
