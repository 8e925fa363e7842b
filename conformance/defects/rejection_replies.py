"""Faults in what RejectQualificationRequest takes, and in what it answers."""

from dataclasses import replace
from functools import partial

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Handling, OfOperation, Plant, handling, named_request, pending
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import Parameters, missing
from conformance.reference.refusals import Refusal, refused
from conformance.spec.shapes import Shapes, TypeShape
from conformance.wire.flattening import Values

REJECT = "RejectQualificationRequest"

_ACCEPTED = (
    f"{REJECT}.Reason.optional",
    f"{REJECT}.Reason.unicode",
    f"{REJECT}.sample-call",
    "QualificationRequest.QualificationRequestId.usable",
)
_LOST = "a test of the list calls without a Reason, and again after the answer was lost"


def _require_reason(handler: Handler, context: Context) -> Values:
    if named_request(context) is not None and context.values.optional("Reason", str) is None:
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

        endpoint.read_parameters = OfOperation(operation=REJECT, changed=read, unchanged=strict)
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


DEFECTS: tuple[Defect, ...] = (
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
    defect(
        "rejection/error-without-code",
        handling(REJECT, _without_code),
        f"{REJECT}.QualificationRequestId.valid",
        "Common.Error.code-prefix",
        also=("Common.JSON.error-code",),
        because="an error by JSON has its code in a member of its own",
    ),
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
