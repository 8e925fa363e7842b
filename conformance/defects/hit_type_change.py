"""Faults of ChangeHITTypeOfHIT: too little, too much, or for whom it should not."""

from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.hit_planting import in_state, named_hit, pardoned_if, saving, unchanged, undone
from conformance.defects.planting import Plant, handling
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import unacceptable
from conformance.reference.records import HIT
from conformance.reference.refusals import Refusal, refused
from conformance.spec.versions import KNOWN, LATEST, TODAY, in_force
from conformance.wire.flattening import Values

CHANGE = "ChangeHITTypeOfHIT"

_SAME = f"{CHANGE}.same-type"
_REWARDED = (LATEST, TODAY)


def _stale(name: str) -> Plant:
    """Let GetHIT go on showing a property of the type that a HIT was created with."""

    def plant(endpoint: Endpoint) -> None:
        first: dict[str, list[object]] = {}

        def change(handler: Handler, context: Context) -> Values:
            hit_id = context.values.required("HITId", str)
            groups = frozenset(("Minimal", "HITDetail"))
            if hit_id not in first and hit_id in context.store.hits:
                first[hit_id] = list(endpoint.handlers["GetHIT"](replace(context, groups=groups)).get(name, ()))
            return handler(context)

        def show(handler: Handler, context: Context) -> Values:
            values = handler(context)
            old = first.get(context.values.required("HITId", str))
            return {**values, name: old} if old and name in values else values  # type: ignore[dict-item]

        handling(CHANGE, change)(endpoint)
        handling("GetHIT", show)(endpoint)

    return plant


def _of_the_same(handler: Handler, context: Context) -> Values:
    hit = named_hit(context)
    if hit is not None and hit.hit_type_id == context.values.required("HITTypeId", str):
        raise refused("AWS.MechanicalTurk.InvalidHITState", "The HIT has this type.")
    return handler(context)


def _of_unknown(handler: Handler, context: Context) -> Values:
    """Answer with success, and leave the HIT as it is, where HITTypeId names no type."""
    known = context.values.required("HITTypeId", str) in context.store.hit_types
    return handler(context) if known or named_hit(context) is None else {}


def _some_type_for_unknown(handler: Handler, context: Context) -> Values:
    """Refuse an unknown type, but give the HIT a new one all the same."""
    hit, store = named_hit(context), context.store
    if hit is not None and context.values.required("HITTypeId", str) not in store.hit_types:
        kind = replace(store.hit_types[hit.hit_type_id], hit_type_id=store.next_object_id())
        store.save_hit_type(kind)
        store.save_hit(replace(hit, hit_type_id=kind.hit_type_id))
        raise Refusal(unacceptable("HITTypeId", "?", "the Requester has no such HIT type"))
    return handler(context)


def _of_another_reward(handler: Handler, context: Context) -> Values:
    hit, types = named_hit(context), context.store.hit_types
    kind = types.get(context.values.required("HITTypeId", str))
    if hit and kind and types[hit.hit_type_id].properties.reward != kind.properties.reward:
        raise refused("AWS.MechanicalTurk.InvalidHITState", "The reward of a HIT does not change.")
    return handler(context)


def _begun_anew(context: Context, before: HIT, after: HIT) -> HIT:
    return replace(after, expires_at=context.at + after.expires_at - after.created_at + 60)


def _without_annotation(context: Context, before: HIT, after: HIT) -> HIT:
    return replace(after, annotation=None)


def _for_one_worker(context: Context, before: HIT, after: HIT) -> HIT:
    return replace(after, max_assignments=1)


DEFECTS: tuple[Defect, ...] = (
    defect("change-hit-type/of-nothing", undone(CHANGE), f"{CHANGE}.effect"),
    *(
        defect(f"change-hit-type/stale-{name}", _stale(name), f"{CHANGE}.effect")
        for name in ("Title", "Description", "Keywords", "AssignmentDurationInSeconds")
    ),
    defect(
        "change-hit-type/stale-Reward", _stale("Reward"), f"{CHANGE}.reward.14", f"{CHANGE}.reward", versions=_REWARDED
    ),
    defect(
        "change-hit-type/new-lifetime",
        saving(CHANGE, _begun_anew),
        f"{CHANGE}.hit-props-kept",
        also=(_SAME,),
        because="the second change begins a lifetime too",
    ),
    defect("change-hit-type/annotation-lost", saving(CHANGE, _without_annotation), f"{CHANGE}.hit-props-kept"),
    defect("change-hit-type/one-assignment", saving(CHANGE, _for_one_worker), f"{CHANGE}.hit-props-kept"),
    defect("change-hit-type/same-refused", handling(CHANGE, _of_the_same), _SAME),
    defect("change-hit-type/unknown-accepted", handling(CHANGE, _of_unknown), f"{CHANGE}.HITTypeId.unknown"),
    defect("change-hit-type/some-type", handling(CHANGE, _some_type_for_unknown), f"{CHANGE}.HITTypeId.unknown"),
    defect(
        "change-hit-type/reward-refused",
        handling(CHANGE, _of_another_reward),
        f"{CHANGE}.reward.14",
        f"{CHANGE}.reward",
        versions=_REWARDED,
    ),
    defect(
        "change-hit-type/disposed",
        pardoned_if(CHANGE, in_state("Disposed"), unchanged),
        f"{CHANGE}.disposed",
        "StateMachine.HIT.disposed-terminal",
        versions=tuple(version for version in KNOWN if in_force(version, "2007-06-21", None)),
    ),
)
