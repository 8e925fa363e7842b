"""Faults of reading, changing, revoking and listing the Qualifications that Workers hold."""

import re
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from conformance.defects.defect import Defect, defect
from conformance.defects.pages import of_list
from conformance.defects.planting import Plant, acting, handling, reshaping, text, with_values
from conformance.defects.submissions import forgiving
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.qualifications import qualification_view
from conformance.reference.records import Qualification
from conformance.reference.refusals import MISSING, refused
from conformance.reference.system_types import SYSTEM_TYPES
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values

SCORE, UPDATE, REVOKE = "GetQualificationScore", "UpdateQualificationScore", "RevokeQualification"
HELD, GRANT, ASSIGN = "GetQualificationsForQualificationType", "GrantQualification", "AssignQualification"
DAY = 86_400.0
_ID = re.compile("[A-Z0-9]{1,64}")
_BEFORE_2008_08 = tuple(version for version in VERSIONS if version < "2008-08-02")
_NONE_HELD, _REVOKED = "QualificationDoesNotExist", "InvalidQualificationState"


def by_owner_of_type(operation: str) -> Plant:
    """Let anybody do with a Qualification type what only its owner may."""

    def wrapper(handler: Handler, context: Context) -> Values:
        kind = context.store.qualification_types.get(text(context.values.sent, "QualificationTypeId"))
        return handler(replace(context, requester=context.store.requesters[kind.owner]) if kind else context)

    return handling(operation, wrapper)


def afterwards(operation: str, change: Callable[[Context, Qualification], None]) -> Plant:
    """Let ``change`` do more to the store; it gets the Qualification that the call named, as it was before."""

    def wrapper(handler: Handler, context: Context) -> Values:
        before = named(context)
        values = handler(context)
        if before is not None:
            change(context, before)
        return values

    return handling(operation, wrapper)


def named(context: Context) -> Qualification | None:
    """Return the Qualification that a call names by its type and Worker, or by a request."""
    sent = context.values.sent
    request = context.store.qualification_requests.get(text(sent, "QualificationRequestId"))
    if request is not None:
        return context.store.qualifications.get((request.qualification_type_id, request.worker_id))
    worker = text(sent, "SubjectId") or text(sent, "WorkerId")
    return context.store.qualifications.get((text(sent, "QualificationTypeId"), worker))


def _restore(context: Context, before: Qualification) -> None:
    context.store.save_qualification(before)


def _forget(context: Context, before: Qualification) -> None:
    del context.store.qualifications[before.qualification_type_id, before.worker_id]


def _nothing_for_zero(context: Context) -> Values:
    return {
        "QualificationTypeId": [text(context.values.sent, "QualificationTypeId")],
        "SubjectId": [text(context.values.sent, "SubjectId")],
        "IntegerValue": ["0"],
    }


def _zero_if_none(handler: Handler, context: Context) -> Values:
    return handler(context) if named(context) is not None else _nothing_for_zero(context)


def _zero_of_a_system_type(handler: Handler, context: Context) -> Values:
    known = text(context.values.sent, "QualificationTypeId") in SYSTEM_TYPES
    return _nothing_for_zero(context) if known else handler(context)


def _one_less(handler: Handler, context: Context) -> Values:
    values = handler(context)
    return {**values, "IntegerValue": [str(int(text(values, "IntegerValue")) - 1)]}


def _zero_if_left_out(handler: Handler, context: Context) -> Values:
    return handler(context if "IntegerValue" in context.values.sent else with_values(context, IntegerValue=0))


def _wrap(reply: etree._Element) -> None:
    qualification = reply.find("Qualification")
    if qualification is not None:
        wrapper = etree.SubElement(reply, "GetQualificationScoreResult")
        wrapper.append(qualification)


def _give_on_update(handler: Handler, context: Context) -> Values:
    if named(context) is None:
        sent = context.values.sent
        context.store.save_qualification(
            Qualification(
                qualification_type_id=text(sent, "QualificationTypeId"),
                worker_id=text(sent, "SubjectId"),
                value=0,
                granted_at=context.at,
            )
        )
    return handler(context)


def _needs_reason(handler: Handler, context: Context) -> Values:
    if not context.values.optional("Reason", str):
        raise refused(MISSING, "The request lacks the parameter Reason.", ParameterName="Reason")
    return handler(context)


def _tell_nobody(context: Context, _: Qualification) -> None:
    if context.values.optional("Reason", str):
        context.store.messages.pop()


def _as_if_granted(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """Overlook that a Qualification was revoked."""
    revoked = [held for held in visit.store.qualifications.values() if held.status == "Revoked"]
    for held in revoked:
        visit.store.save_qualification(replace(held, status="Granted"))
    try:
        return action(visit)
    finally:
        for held in revoked:
            visit.store.save_qualification(held)


def _grant_again(handler: Handler, context: Context) -> Values:
    """Take the old request for a Qualification that was revoked."""
    held = named(context)
    request = context.store.qualification_requests.get(text(context.values.sent, "QualificationRequestId"))
    if held is not None and request is not None and held.status == "Revoked":
        context.store.save_request(replace(request, state="Submitted"))
    return handler(context)


def _as_of_the_first_grant(context: Context, before: Qualification) -> None:
    after = context.store.qualifications[before.qualification_type_id, before.worker_id]
    context.store.save_qualification(replace(after, granted_at=before.granted_at))


def _though_revoked(handler: Handler, context: Context) -> Values:
    held = named(context)
    return handler(context) if held is None or held.status == "Granted" else qualification_view(held, context)


def _granted_yesterday(handler: Handler, context: Context) -> Values:
    values, held = handler(context), named(context)
    if held is not None:
        context.store.save_qualification(replace(held, granted_at=held.granted_at - DAY))
    return values


def _any_type(values: Values) -> Callable[[Handler, Context], Values]:
    """Take an id of a legal form that was never issued for one of a type of which nobody holds anything."""

    def wrapper(handler: Handler, context: Context) -> Values:
        type_id = text(context.values.sent, "QualificationTypeId")
        known = type_id in context.store.qualification_types or type_id in SYSTEM_TYPES
        return handler(context) if known or not _ID.fullmatch(type_id) else values

    return wrapper


# The list


def _hiding(hides: Callable[[Context, list[Qualification]], list[Qualification]]) -> Plant:
    """Leave Qualifications out of the list, with their count; ``hides`` gets those of the type."""

    def wrapper(handler: Handler, context: Context) -> Values:
        type_id = text(context.values.sent, "QualificationTypeId")
        own = [held for held in context.store.qualifications.values() if held.qualification_type_id == type_id]
        before = dict(context.store.qualifications)
        for held in hides(context, own):
            del context.store.qualifications[held.qualification_type_id, held.worker_id]
        try:
            return handler(context)
        finally:
            context.store.qualifications = before

    return handling(HELD, wrapper)


def _not_asked_for(context: Context, own: list[Qualification]) -> list[Qualification]:
    return [held for held in own if not context.store.last_request(held.qualification_type_id, held.worker_id)]


def _all_statuses(handler: Handler, context: Context) -> Values:
    """Take no account of what was revoked where no Status is asked for."""
    if "Status" in context.values.sent:
        return handler(context)
    before = dict(context.store.qualifications)
    for key, held in before.items():
        context.store.qualifications[key] = replace(held, status="Granted")
    try:
        return handler(context)
    finally:
        context.store.qualifications = before


def _no_status(handler: Handler, context: Context) -> Values:
    return handler(with_values(context, Status="Granted"))


def _unknown_operation(operation: str) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        del endpoint.handlers[operation]

    return plant


_LISTED = (f"{HELD}.Status.default", f"{HELD}.Status.revoked")

DEFECTS: tuple[Defect, ...] = (
    defect("score/of-another-requester", by_owner_of_type(SCORE), f"{SCORE}.owner-only"),
    defect(
        "score/zero-for-none",
        handling(SCORE, _zero_if_none),
        f"{SCORE}.not-held",
        also=(f"{UPDATE}.must-be-granted",),
        because="the score tells that the Worker still holds nothing",
    ),
    defect("score/zero-of-a-system-type", handling(SCORE, _zero_of_a_system_type), f"{SCORE}.system-type"),
    defect(
        "score/one-less",
        handling(SCORE, _one_less),
        f"{SCORE}.returns",
        also=(f"{UPDATE}.effect",),
        because="the score tells what an update did",
    ),
    defect(
        "score/wrapped",
        reshaping(SCORE, _wrap),
        f"{SCORE}.Result.shape",
        also=(f"{SCORE}.returns", f"{UPDATE}.effect", "Common.Response.isvalid-present"),
        because="the Qualification is not where it is looked for",
    ),
    defect(
        "update/has-no-effect",
        afterwards(UPDATE, _restore),
        f"{UPDATE}.effect",
        f"{SCORE}.returns",
        versions=VERSIONS,
    ),
    defect("score/of-what-was-revoked", handling(SCORE, _though_revoked), f"{SCORE}.revoked-refused"),
    defect("assignment/granted-yesterday", handling(ASSIGN, _granted_yesterday), "Qualification.GrantTime.present"),
    defect(
        "assignment/as-of-the-first",
        afterwards(ASSIGN, _as_of_the_first_grant),
        "Qualification.GrantTime.reassigned",
    ),
    defect("revocation/of-any-type", handling(REVOKE, _any_type({})), f"{REVOKE}.unknown"),
    defect("held/of-any-type", handling(HELD, _any_type({"NumResults": ["0"]})), f"{HELD}.unknown"),
    defect("update/zero-if-left-out", handling(UPDATE, _zero_if_left_out), f"{UPDATE}.IntegerValue.required"),
    defect("update/of-another-requester", by_owner_of_type(UPDATE), f"{UPDATE}.owner-only"),
    defect("update/gives", handling(UPDATE, _give_on_update), f"{UPDATE}.must-be-granted"),
    defect("update/of-what-was-revoked", forgiving(UPDATE, _REVOKED), f"{UPDATE}.revoked"),
    defect(
        "revocation/has-no-effect",
        afterwards(REVOKE, _restore),
        f"{REVOKE}.effect",
        f"{REVOKE}.effect-hits",
        f"{UPDATE}.revoked",
        f"{SCORE}.revoked-refused",
        *_LISTED,
    ),
    defect(
        "revocation/forgets",
        afterwards(REVOKE, _forget),
        f"{REVOKE}.effect",
        f"{HELD}.Status.revoked",
        also=(f"{SCORE}.revoked-refused",),
        because="the code is that of what nobody held",
    ),
    defect("revocation/unknown-to-hits", acting("accept-assignment", _as_if_granted), f"{REVOKE}.effect-hits"),
    defect(
        "revocation/needs-a-reason",
        handling(REVOKE, _needs_reason),
        f"{REVOKE}.Reason.optional",
        also=(f"{REVOKE}.effect", f"{UPDATE}.revoked", f"{SCORE}.revoked-refused"),
        because="the Qualification is then not revoked",
    ),
    defect("revocation/told-to-nobody", afterwards(REVOKE, _tell_nobody), f"{REVOKE}.Reason.visible"),
    defect("revocation/of-what-nobody-holds", forgiving(REVOKE, _NONE_HELD), f"{REVOKE}.not-held"),
    defect("revocation/by-another-requester", by_owner_of_type(REVOKE), f"{REVOKE}.owner-only"),
    defect(
        "revocation/old-request-granted",
        handling(GRANT, _grant_again),
        f"{REVOKE}.needs-new-request",
        versions=_BEFORE_2008_08,
    ),
    defect(
        "grant/as-of-the-first",
        afterwards(GRANT, _as_of_the_first_grant),
        f"{GRANT}.granttime",
        "Qualification.GrantTime.regrant",
    ),
    defect("held/of-another-requester", by_owner_of_type(HELD), f"{HELD}.owner-only"),
    defect(
        "held/operation-unknown",
        _unknown_operation(HELD),
        f"{HELD}.Operation.spelling",
        also=(f"{HELD}.*", "Common.*"),
        because="there is no list",
    ),
    defect(
        "held/without-the-first",
        _hiding(lambda _, own: own[:1]),
        f"{HELD}.content",
        also=(f"{HELD}.*",),
        because="the list is not whole",
    ),
    defect(
        "held/without-what-nobody-asked-for",
        _hiding(_not_asked_for),
        "AssignQualification.listed",
        "AssignQualification.reassign-updates",
    ),
    defect("held/revoked-too-unasked", handling(HELD, _all_statuses), f"{HELD}.Status.default"),
    defect("held/status-passed-over", handling(HELD, _no_status), f"{HELD}.Status.revoked", f"{REVOKE}.effect"),
    *of_list(HELD, "Qualification", counted=(f"{HELD}.Result.elements",), read=(f"{HELD}.content", *_LISTED)),
)
