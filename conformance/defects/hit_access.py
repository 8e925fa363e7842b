"""Faults that every operation on a HIT can have: it takes ids of no HIT, or of another Requester's."""

from collections.abc import Iterator
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import (
    accepting_unknown,
    as_owner,
    named_hit,
    refused_though_done,
    with_another_code,
)
from conformance.defects.places import versions_with
from conformance.defects.planting import Handling, handling
from conformance.reference.context import Context, Handler
from conformance.reference.refusals import Refusal, error
from conformance.wire.flattening import Values

OPERATIONS = (
    *("ExtendHIT", "ForceExpireHIT", "SetHITAsReviewing", "DisposeHIT", "DisableHIT", "ChangeHITTypeOfHIT"),
    "UpdateExpirationForHIT",
)
_CHANGE = "ChangeHITTypeOfHIT"


def _change_for_anyone(handler: Handler, context: Context) -> Values:
    """Give a HIT the type named, whoever owns the one and the other."""
    hit, kind = named_hit(context), context.store.hit_types.get(context.values.required("HITTypeId", str))
    if hit is None or kind is None:
        return handler(context)
    context.store.save_hit(replace(hit, hit_type_id=kind.hit_type_id))
    return {}


def _refuse_though_changed(handler: Handler, context: Context) -> Values:
    hit = named_hit(context)
    if hit is not None and hit.owner != context.requester.access_key_id:
        _change_for_anyone(handler, context)
    return handler(context)


def _tell_the_title(handler: Handler, context: Context) -> Values:
    """Name the HIT in what another Requester is told."""
    try:
        return handler(context)
    except Refusal as refusal:
        hit = named_hit(context)
        if hit is None or hit.owner == context.requester.access_key_id:
            raise
        title = context.store.hit_types[hit.hit_type_id].properties.title
        code = refusal.errors[0].code
        raise Refusal(error(code, f"The HIT {title} is of another Requester.")) from None


def _derived() -> Iterator[Defect]:
    for operation in OPERATIONS:
        changes = operation == _CHANGE
        done: Handling = _change_for_anyone if changes else as_owner
        refused: Handling = _refuse_though_changed if changes else refused_though_done
        unknown_to = "ForceExpireHIT" if operation == "UpdateExpirationForHIT" else operation
        owner, unknown = f"{operation}.owner-only", f"{unknown_to}.HITId.unknown"
        for topic, wrapper, broken in (
            ("for-anyone", done, owner),
            ("refused-though-done", refused, owner),
            ("title-told", _tell_the_title, owner),
            ("unknown-accepted", accepting_unknown, unknown),
            ("another-code", with_another_code, unknown),
        ):
            yield defect(
                f"hit-access/{operation}/{topic}",
                handling(operation, wrapper),
                broken,
                versions=versions_with(operation),
            )


DEFECTS: tuple[Defect, ...] = tuple(_derived())
