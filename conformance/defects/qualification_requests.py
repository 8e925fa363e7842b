"""Faults of the list of requests, of the ids in it, and of granting and assigning Qualifications."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects import request_contents
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import (
    Plant,
    changed_for_now,
    handling,
    pending,
    planting,
    putting,
    text,
    viewing,
)
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import QualificationRequest
from conformance.reference.refusals import refused
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values

LIST, GRANT, ASSIGN = "GetQualificationRequests", "GrantQualification", "AssignQualification"
STRUCTURE = "QualificationRequest"
REJECT = "RejectQualificationRequest"

_ID = f"{STRUCTURE}.QualificationRequestId"


# Who sees what


def _seen_by_owner_of_type(handler: Handler, context: Context) -> Values:
    kind = context.store.qualification_types.get(text(context.values.sent, "QualificationTypeId"))
    owner = context.store.requesters[kind.owner] if kind else context.requester
    return handler(replace(context, requester=owner))


def _seen_by_first_requester(handler: Handler, context: Context) -> Values:
    if "QualificationTypeId" in context.values.sent:
        return handler(context)
    return handler(replace(context, requester=next(iter(context.store.requesters.values()))))


def _hide(which: Callable[[QualificationRequest, Context], bool]) -> Plant:
    """Leave some pending requests out of the list, with their count."""

    def wrapper(handler: Handler, context: Context) -> Values:
        hidden = [record for record in pending(context.store) if which(record, context)]
        with changed_for_now(context.store, hidden, state="Started"):
            return handler(context)

    return handling(LIST, wrapper)


def _is_newest(record: QualificationRequest, context: Context) -> bool:
    return record == pending(context.store)[-1]


def _count(name: str, change: Callable[[int], int]) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        return {**values, name: [str(change(int(text(values, name))))]}

    return handling(LIST, wrapper)


def _count_hidden(handler: Handler, context: Context) -> Values:
    return {**handler(context), "QualificationRequest": []}


# The ids in a request


def _show_id_of_first(record: QualificationRequest, values: Values, context: Context) -> None:
    twins = [one for one in pending(context.store) if one.qualification_type_id == record.qualification_type_id]
    values["QualificationRequestId"] = [twins[0].qualification_request_id]


def _show_other_id(unless: Callable[[Context], bool]) -> Plant:
    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        if not unless(context):
            values["QualificationRequestId"] = [f"{record.qualification_request_id[:-1]}_"]

    return viewing(view)


def _number_ids(endpoint: Endpoint) -> None:
    """Show ids that change with every list."""
    calls = 0

    def number(handler: Handler, context: Context) -> Values:
        nonlocal calls
        calls += 1
        return handler(context)

    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        values["QualificationRequestId"] = [f"{record.qualification_request_id[:-4]}{calls:04}"]

    planting(viewing(view), handling(LIST, number))(endpoint)


def _show_type_name(record: QualificationRequest, values: Values, context: Context) -> None:
    values["QualificationTypeId"] = [context.store.qualification_types[record.qualification_type_id].name]


def _refuse_listed_id(handler: Handler, context: Context) -> Values:
    raise refused("AWS.MechanicalTurk.QualificationRequestDoesNotExist", "The Requester has no such request.")


# Granting and assigning


def _without_effect(handler: Handler, context: Context) -> Values:
    before = dict(context.store.qualifications)
    values = handler(context)
    context.store.qualifications = before
    return values


def _with_default_value(handler: Handler, context: Context) -> Values:
    read = {**context.values.read, "IntegerValue": (1,)}
    return handler(replace(context, values=replace(context.values, read=read)))


def _to_another_worker(handler: Handler, context: Context) -> Values:
    before = dict(context.store.qualifications)
    values = handler(context)
    for key in context.store.qualifications.keys() - before.keys():
        held = context.store.qualifications.pop(key)
        context.store.save_qualification(replace(held, worker_id=f"{held.worker_id}X"))
    return values


_BY_ID = (f"{REJECT}.Reason.optional", f"{REJECT}.Reason.unicode", f"{REJECT}.sample-call", f"{REJECT}.effect-list")

DEFECTS: tuple[Defect, ...] = (
    defect("list/of-another-requester-by-type", handling(LIST, _seen_by_owner_of_type), f"{LIST}.owner-only"),
    defect("list/of-another-requester", handling(LIST, _seen_by_first_requester), f"{LIST}.owner-only"),
    defect(
        "list/without-the-newest",
        _hide(_is_newest),
        f"{STRUCTURE}.returned-to-author",
        also=(_ID,),
        because="three requests are made to compare their ids, and one of them is not listed",
    ),
    defect(
        "list/nothing-with-filter",
        _hide(lambda record, context: "QualificationTypeId" in context.values.sent),
        f"{STRUCTURE}.returned-to-author",
        also=(_ID,),
        because="three requests are made to compare their ids, and none of them is listed",
    ),
    defect(
        "list/nothing-without-filter",
        _hide(lambda record, context: "QualificationTypeId" not in context.values.sent),
        f"{STRUCTURE}.returned-to-author",
    ),
    defect(
        "list/without-tested-requests",
        _hide(lambda record, context: record.test is not None),
        f"{STRUCTURE}.returned-to-author",
    ),
    defect(
        "list/counted-but-not-shown",
        handling(LIST, _count_hidden),
        f"{LIST}.Result.elements",
        f"{STRUCTURE}.returned-to-author",
        also=(_ID, "Common.Paging.*"),
        because="three requests are made to compare their ids, and none of them is listed",
    ),
    defect("list/counts-one-more", _count("NumResults", lambda number: number + 1), f"{LIST}.Result.elements"),
    defect(
        "list/total-of-nothing",
        _count("TotalNumResults", lambda number: 0),
        f"{LIST}.Result.elements",
        also=(f"{REJECT}.effect-list",),
        because="TotalNumResults has to fall from 1 to 0 by a rejection",
    ),
    defect(
        "id/of-the-first-of-the-type",
        viewing(_show_id_of_first),
        _ID,
        also=(f"{REJECT}.others-kept", f"{STRUCTURE}.Test.snapshot-stable"),
        because="these tests tell two requests for one type apart by their ids",
    ),
    defect(
        "id/other-when-descending",
        _show_other_id(lambda context: text(context.values.sent, "SortDirection") != "Descending"),
        f"{_ID}.stable",
        versions=VERSIONS,
    ),
    defect(
        "id/other-when-sorted-by-type",
        _show_other_id(lambda context: text(context.values.sent, "SortProperty") != "QualificationTypeId"),
        f"{_ID}.stable",
        versions=VERSIONS,
    ),
    defect(
        "id/new-in-every-list",
        _number_ids,
        f"{_ID}.stable",
        f"{_ID}.usable",
        also=(*_BY_ID[:3], f"{REJECT}.others-kept", f"{STRUCTURE}.Test.snapshot-stable"),
        because="what is listed under one id is not found under it again",
    ),
    defect(
        "id/not-the-one-that-is-taken",
        _show_other_id(lambda context: False),
        f"{_ID}.usable",
        also=_BY_ID,
        because="no request can be rejected by the id that is listed",
    ),
    defect(
        "grant/refuses-listed-ids",
        handling(GRANT, _refuse_listed_id),
        f"{_ID}.usable",
        also=(f"{REJECT}.others-kept",),
        because="the test grants the request that was not rejected",
    ),
    defect(
        "type-id/in-lower-case",
        putting("QualificationTypeId", str.lower),
        f"{STRUCTURE}.QualificationTypeId",
        also=(f"{GRANT}.effect",),
        because="the score is asked for by the id of the type as the list has it",
    ),
    defect(
        "type-id/is-the-name",
        viewing(_show_type_name),
        f"{STRUCTURE}.QualificationTypeId",
        also=(f"{GRANT}.effect",),
        because="the score is asked for by the id of the type as the list has it",
    ),
    defect(
        "subject-id/pseudonym",
        putting("SubjectId", lambda worker_id: f"X{worker_id}"),
        f"{STRUCTURE}.SubjectId",
        f"{STRUCTURE}.SubjectId.matches-request",
        also=(f"{GRANT}.effect",),
        because="the score is asked for by the SubjectId that the list has",
    ),
    defect("grant/has-no-effect", handling(GRANT, _without_effect), f"{GRANT}.effect"),
    defect("grant/ignores-the-value", handling(GRANT, _with_default_value), f"{GRANT}.effect"),
    defect("grant/to-another-worker", handling(GRANT, _to_another_worker), f"{GRANT}.effect"),
    defect("assign/has-no-effect", handling(ASSIGN, _without_effect), f"{STRUCTURE}.SubjectId"),
    defect("assign/ignores-the-value", handling(ASSIGN, _with_default_value), f"{STRUCTURE}.SubjectId"),
    *request_contents.DEFECTS,
)
