"""Faults of RejectQualificationRequest: what it does to the list, to Qualifications and to the Worker."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape, unescape

from conformance.defects import rejection_replies
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import (
    Plant,
    changed_for_now,
    handling,
    named_request,
    pending,
    planting,
    rejected,
)
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import Qualification, QualificationRequest
from conformance.reference.refusals import INVALID, refused
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values

REJECT = "RejectQualificationRequest"
LIST = "GetQualificationRequests"

_LISTED_ON = (f"{REJECT}.effect-list", f"{REJECT}.effect-unfiltered", f"{LIST}.not-rejected", f"{REJECT}.durable")


def _afterwards(change: Callable[[Context, QualificationRequest], None]) -> Plant:
    """Let ``change`` do more to the store after a rejection; it gets the request as it was before."""

    def wrapper(handler: Handler, context: Context) -> Values:
        before = named_request(context)
        values = handler(context)
        if before is not None:
            change(context, before)
        return values

    return handling(REJECT, wrapper)


# The list


def _restore(context: Context, before: QualificationRequest) -> None:
    context.store.save_request(before)


def _restore_without_reason(context: Context, before: QualificationRequest) -> None:
    if context.values.optional("Reason", str) is None:
        context.store.save_request(before)


def _restore_with_reason(context: Context, before: QualificationRequest) -> None:
    if context.values.optional("Reason", str) is not None:
        context.store.save_request(before)


def _toggle(handler: Handler, context: Context) -> Values:
    record = named_request(context)
    if record is not None and record.state == "Rejected":
        context.store.save_request(replace(record, state="Submitted"))
        return {}
    return handler(context)


def _list_rejected(when: Callable[[Context], bool]) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        if not when(context):
            return handler(context)
        with changed_for_now(context.store, rejected(context.store), state="Submitted"):
            return handler(context)

    return handling(LIST, wrapper)


def _filtered(context: Context) -> bool:
    return "QualificationTypeId" in context.values.sent


def _stale(endpoint: Endpoint) -> None:
    """Show a rejected request to the first list that is read after the rejection."""
    fresh: dict[str, QualificationRequest] = {}

    def remember(context: Context, before: QualificationRequest) -> None:
        fresh[before.qualification_request_id] = context.store.qualification_requests[before.qualification_request_id]

    def once_more(handler: Handler, context: Context) -> Values:
        with changed_for_now(context.store, fresh.values(), state="Submitted"):
            fresh.clear()
            return handler(context)

    planting(_afterwards(remember), handling(LIST, once_more))(endpoint)


def _count_rejected(handler: Handler, context: Context) -> Values:
    values = handler(context)
    with changed_for_now(context.store, rejected(context.store), state="Submitted"):
        return {**values, "TotalNumResults": handler(context)["TotalNumResults"]}


def _forget_rejections(endpoint: Endpoint) -> None:
    """Bring rejected requests back when the endpoint starts with what it held before."""
    for record in rejected(endpoint.store):
        endpoint.store.save_request(replace(record, state="Submitted"))


# Other requests


def _reject_others(which: Callable[[QualificationRequest, QualificationRequest], bool]) -> Plant:
    def change(context: Context, before: QualificationRequest) -> None:
        for other in pending(context.store):
            if which(before, other):
                context.store.save_request(replace(other, state="Rejected"))

    return _afterwards(change)


def _same_type(before: QualificationRequest, other: QualificationRequest) -> bool:
    return before.qualification_type_id == other.qualification_type_id


def _same_worker(before: QualificationRequest, other: QualificationRequest) -> bool:
    return before.worker_id == other.worker_id


def _reject_another(handler: Handler, context: Context) -> Values:
    record = named_request(context)
    others = [other for other in pending(context.store) if record and _same_type(record, other)]
    if not others:
        return handler(context)
    sent = {**context.values.read, "QualificationRequestId": (others[-1].qualification_request_id,)}
    return handler(replace(context, values=replace(context.values, read=sent)))


def _rename_others(context: Context, before: QualificationRequest) -> None:
    for other in pending(context.store):
        del context.store.qualification_requests[other.qualification_request_id]
        context.store.save_request(replace(other, qualification_request_id=context.store.next_object_id()))


# Qualifications


def _held(context: Context, record: QualificationRequest) -> Qualification | None:
    return context.store.qualifications.get((record.qualification_type_id, record.worker_id))


def _give(value: int, *, only_new: bool) -> Plant:
    def change(context: Context, before: QualificationRequest) -> None:
        if only_new and _held(context, before) is not None:
            return
        context.store.save_qualification(
            Qualification(
                qualification_type_id=before.qualification_type_id,
                worker_id=before.worker_id,
                value=value,
                granted_at=context.at,
            )
        )

    return _afterwards(change)


def _revoke(context: Context, before: QualificationRequest) -> None:
    context.store.qualifications.pop((before.qualification_type_id, before.worker_id), None)


def _revoke_auto_granted(context: Context, before: QualificationRequest) -> None:
    if context.store.qualification_types[before.qualification_type_id].auto_granted_value is not None:
        _revoke(context, before)


def _lower_score(context: Context, before: QualificationRequest) -> None:
    if held := _held(context, before):
        context.store.save_qualification(replace(held, value=held.value - 1))


# The Worker


def _tell(change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the Reason on its way to the Worker."""

    def wrapper(handler: Handler, context: Context) -> Values:
        reason = context.values.optional("Reason", str)
        if reason is None:
            return handler(context)
        read = {**context.values.read, "Reason": (change(reason),)}
        return handler(replace(context, values=replace(context.values, read=read)))

    return handling(REJECT, wrapper)


def _tell_nobody(context: Context, before: QualificationRequest) -> None:
    context.store.messages.pop()


def _tell_another(context: Context, before: QualificationRequest) -> None:
    message = context.store.messages.pop()
    others = [worker_id for worker_id in context.store.workers if worker_id != before.worker_id]
    context.store.send_message(replace(message, worker_id=others[0] if others else "nobody"))


def _refuse_reasons(unwanted: Callable[[str], bool]) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        reason = context.values.optional("Reason", str)
        if reason is not None and unwanted(reason):
            raise refused(INVALID, "The Reason is not accepted.", ParameterName="Reason")
        return handler(context)

    return handling(REJECT, wrapper)


_TOLD = (f"{REJECT}.Reason.visible", f"{REJECT}.Reason.unicode")

DEFECTS: tuple[Defect, ...] = (
    defect("rejection/has-no-effect", _afterwards(_restore), *_LISTED_ON),
    defect(
        "rejection/has-no-effect-without-reason",
        _afterwards(_restore_without_reason),
        f"{REJECT}.effect-list",
        f"{LIST}.not-rejected",
        f"{REJECT}.durable",
    ),
    defect("rejection/has-no-effect-with-reason", _afterwards(_restore_with_reason), f"{REJECT}.effect-unfiltered"),
    defect("rejection/undone-when-repeated", handling(REJECT, _toggle), f"{REJECT}.effect-list"),
    defect("rejection/listed-without-filter", _list_rejected(lambda one: not _filtered(one)), _LISTED_ON[1]),
    defect("rejection/listed-with-filter", _list_rejected(_filtered), *_LISTED_ON),
    defect("rejection/listed-once-more", _stale, *_LISTED_ON[:3]),
    defect("rejection/still-counted", handling(LIST, _count_rejected), f"{REJECT}.effect-list", versions=VERSIONS),
    defect("rejection/forgotten-at-restart", _forget_rejections, f"{REJECT}.durable"),
    defect("rejection/of-all-of-the-type", _reject_others(_same_type), f"{REJECT}.others-kept"),
    defect("rejection/of-all-of-the-worker", _reject_others(_same_worker), f"{REJECT}.others-kept"),
    defect("rejection/of-all-requests", _reject_others(lambda before, other: True), f"{REJECT}.others-kept"),
    defect("rejection/of-another-request", handling(REJECT, _reject_another), f"{REJECT}.others-kept"),
    defect("rejection/renames-the-others", _afterwards(_rename_others), f"{REJECT}.others-kept"),
    defect("rejection/grants-if-not-held", _give(1, only_new=True), f"{REJECT}.keeps-absence"),
    defect("rejection/grants-score-0", _give(0, only_new=True), f"{REJECT}.keeps-absence"),
    defect("rejection/grants", _give(1, only_new=False), f"{REJECT}.keeps-absence", f"{REJECT}.keeps-existing"),
    defect("rejection/revokes", _afterwards(_revoke), f"{REJECT}.keeps-existing"),
    defect("rejection/revokes-auto-granted", _afterwards(_revoke_auto_granted), f"{REJECT}.keeps-existing"),
    defect("rejection/lowers-the-score", _afterwards(_lower_score), f"{REJECT}.keeps-existing"),
    defect("reason/dropped", _tell(lambda reason: ""), *_TOLD),
    defect("reason/told-to-nobody", _afterwards(_tell_nobody), *_TOLD),
    defect("reason/told-to-another", _afterwards(_tell_another), *_TOLD),
    defect("reason/cut-off", _tell(lambda reason: reason[:20]), *_TOLD),
    defect("reason/in-lower-case", _tell(str.lower), *_TOLD),
    defect("reason/ascii-only", _tell(lambda reason: reason.encode("ascii", "replace").decode()), _TOLD[1]),
    defect("reason/escaped-twice", _tell(escape), _TOLD[1]),
    defect("reason/unescaped", _tell(unescape), _TOLD[1]),
    defect("reason/without-markup", _tell(lambda reason: re.sub("<[^<>]*>", "", reason)), _TOLD[1]),
    defect("reason/non-ascii-refused", _refuse_reasons(lambda reason: not reason.isascii()), _TOLD[1]),
    defect("reason/markup-refused", _refuse_reasons(lambda reason: "<" in reason), _TOLD[1]),
    *rejection_replies.DEFECTS,
)
