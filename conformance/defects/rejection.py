"""Faults of RejectQualificationRequest: what it does to the list, to Qualifications, to the Worker, and its answers."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import escape, unescape

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import (
    Handling,
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
from conformance.reference.parameters import Parameters, missing
from conformance.reference.records import Qualification, QualificationRequest
from conformance.reference.refusals import INVALID, Refusal, refused
from conformance.spec.shapes import Shapes, TypeShape
from conformance.wire.flattening import Values

REJECT = "RejectQualificationRequest"
LIST = "GetQualificationRequests"

_LISTED_ON = (f"{REJECT}.effect-list", f"{REJECT}.effect-unfiltered", f"{LIST}.not-rejected", f"{REJECT}.durable")
_ACCEPTED = (
    f"{REJECT}.Reason.optional",
    f"{REJECT}.Reason.unicode",
    f"{REJECT}.sample-call",
    "QualificationRequest.QualificationRequestId.usable",
)


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


# The answer


def _require_reason(handler: Handler, context: Context) -> Values:
    if context.values.optional("Reason", str) is None:
        raise Refusal(missing("Reason"))
    return handler(context)


def _refuse_though_done(handler: Handler, context: Context) -> Values:
    handler(context)
    raise refused("AWS.MechanicalTurk.InternalError", "Something went wrong.")


def _always_refuse(handler: Handler, context: Context) -> Values:
    raise refused("AWS.MechanicalTurk.InternalError", "Something went wrong.")


def _accept_anything(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal:
        return {}


def _newest_for_unknown(handler: Handler, context: Context) -> Values:
    if named_request(context) is None and (waiting := pending(context.store)):
        context.store.save_request(replace(waiting[-1], state="Rejected"))
    return handler(context)


def _wrong_code(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal as refusal:
        raise Refusal(*(replace(error, code="AWS.MechanicalTurk.Oops") for error in refusal.errors)) from None


def _without_code(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal as refusal:
        raise Refusal(*(replace(error, code="") for error in refusal.errors)) from None


def _optional_identifier(effect: Handling) -> Plant:
    """Take calls that name no request, and do ``effect`` then."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.read_parameters

        def read(values: Values, shape: TypeShape, shapes: Shapes) -> Parameters:
            loose = tuple(replace(element, min=0) for element in shape.elements)
            return strict(values, replace(shape, elements=loose) if shape.name == f"{REJECT}Request" else shape, shapes)

        def handle(handler: Handler, context: Context) -> Values:
            return (handler if "QualificationRequestId" in context.values.sent else partial(effect, handler))(context)

        endpoint.read_parameters = read
        handling(REJECT, handle)(endpoint)

    return plant


def _nothing(handler: Handler, context: Context) -> Values:
    return {}


def _reject_newest(handler: Handler, context: Context) -> Values:
    for record in pending(context.store)[-1:]:
        context.store.save_request(replace(record, state="Rejected"))
    return {}


def _reject_newest_and_refuse(handler: Handler, context: Context) -> Values:
    _reject_newest(handler, context)
    raise Refusal(missing("QualificationRequestId"))


_TOLD = (f"{REJECT}.Reason.visible", f"{REJECT}.Reason.unicode")
_LOST = "a test of the list calls without a Reason, and again after the answer was lost"

DEFECTS: tuple[Defect, ...] = (
    defect("rejection/has-no-effect", _afterwards(_restore), *_LISTED_ON),
    defect("rejection/has-no-effect-without-reason", _afterwards(_restore_without_reason), *_LISTED_ON),
    defect("rejection/has-no-effect-with-reason", _afterwards(_restore_with_reason), f"{REJECT}.effect-list"),
    defect("rejection/undone-when-repeated", handling(REJECT, _toggle), f"{REJECT}.effect-list"),
    defect("rejection/listed-without-filter", _list_rejected(lambda one: not _filtered(one)), _LISTED_ON[1]),
    defect("rejection/listed-with-filter", _list_rejected(_filtered), *_LISTED_ON),
    defect("rejection/listed-once-more", _stale, *_LISTED_ON[:3]),
    defect("rejection/still-counted", handling(LIST, _count_rejected), f"{REJECT}.effect-list"),
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
    defect(
        "reason/required",
        handling(REJECT, _require_reason),
        f"{REJECT}.Reason.optional",
        f"{REJECT}.sample-call",
        "QualificationRequest.QualificationRequestId.usable",
        also=(f"{REJECT}.effect-list",),
        because=_LOST,
    ),
    defect("rejection/refused-though-done", handling(REJECT, _refuse_though_done), *_ACCEPTED),
    defect(
        "rejection/always-refused",
        handling(REJECT, _always_refuse),
        *_ACCEPTED,
        f"{REJECT}.QualificationRequestId.valid",
        also=(f"{REJECT}.effect-list",),
        because=_LOST,
    ),
    defect("rejection/accepts-any-id", handling(REJECT, _accept_anything), f"{REJECT}.QualificationRequestId.valid"),
    defect("rejection/wrong-code", handling(REJECT, _wrong_code), f"{REJECT}.QualificationRequestId.valid"),
    defect("rejection/error-without-code", handling(REJECT, _without_code), f"{REJECT}.QualificationRequestId.valid"),
    defect("rejection/of-the-newest-for-unknown-id", handling(REJECT, _newest_for_unknown), f"{REJECT}.others-kept"),
    defect("rejection/id-optional", _optional_identifier(_nothing), f"{REJECT}.QualificationRequestId.required"),
    defect(
        "rejection/of-the-newest-without-id",
        _optional_identifier(_reject_newest),
        f"{REJECT}.QualificationRequestId.required",
    ),
    defect(
        "rejection/of-the-newest-though-refused",
        _optional_identifier(_reject_newest_and_refuse),
        f"{REJECT}.QualificationRequestId.required",
    ),
)
