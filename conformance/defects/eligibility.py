"""Faults of who meets a Qualification requirement."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Acting, Plant, acting, handling
from conformance.reference.context import Context, Handler
from conformance.reference.eligibility import meets, value_held
from conformance.reference.parameters import Parameters
from conformance.reference.records import QualificationRequirement
from conformance.reference.refusals import refused
from conformance.reference.system_types import SYSTEM_TYPES
from conformance.reference.worker import Visit, WorkerAction
from conformance.wire.flattening import Values

Requirements = tuple[QualificationRequirement, ...]
Changing = Callable[[QualificationRequirement, Visit], QualificationRequirement | None]
ACCEPT, PREVIEW = "accept-assignment", "preview"
ARTICLE = "QualificationRequirement"
GUARDED = f"{ARTICLE}.ActionsGuarded"
ADULT, APPROVED, RATE = "00000000000000000060", "00000000000000000040", "000000000000000000L0"
_NEVER = 1_000_000


def _weighing_all(action: str, change: Callable[[Requirements, Visit], Requirements]) -> Plant:
    """Let a Worker's action take account of other requirements than the HIT has."""

    def wrapper(unchanged: WorkerAction, visit: Visit) -> dict[str, object]:
        hit = visit.store.hits.get(visit.text("hit_id"))
        if hit is None:
            return unchanged(visit)
        kind = visit.store.hit_types[hit.hit_type_id]
        changed = replace(kind.properties, requirements=change(kind.properties.requirements, visit))
        visit.store.save_hit_type(replace(kind, properties=changed))
        try:
            return unchanged(visit)
        finally:
            visit.store.save_hit_type(kind)

    wrapped: Acting = wrapper
    return acting(action, wrapped)


def _weighing(change: Changing, action: str = ACCEPT) -> Plant:
    """Let ``change`` put another requirement in the place of each, or none."""

    def all_of(requirements: Requirements, visit: Visit) -> Requirements:
        changed = (change(one, visit) for one in requirements)
        return tuple(one for one in changed if one is not None)

    return _weighing_all(action, all_of)


def _custom(comparator: str, /, **changes: Any) -> Plant:
    """Change the requirements that compare the value of a type of some Requester in one way."""
    return _weighing(
        lambda one, _: (
            replace(one, **changes)
            if one.comparator == comparator and one.qualification_type_id not in SYSTEM_TYPES
            else one
        )
    )


def _read_as(comparator: str, other: str) -> Defect:
    return defect(
        f"eligibility/{comparator}-as-{other}", _custom(comparator, comparator=other), f"{ARTICLE}.eval.{comparator}"
    )


def _first_value_alone(one: QualificationRequirement, _: Visit) -> QualificationRequirement:
    return replace(one, integers=one.integers[:1])


def _met_by_nothing(one: QualificationRequirement, visit: Visit) -> QualificationRequirement | None:
    held = value_held(visit.store, visit.worker_id, one.qualification_type_id, visit.at)
    return None if held is None and one.integers else one


def _countries_exactly(one: QualificationRequirement, visit: Visit) -> QualificationRequirement:
    """Take a country alone for a place of its own, where no Worker of a subdivision is."""
    if visit.store.workers[visit.worker_id].locale.subdivision is None:
        return one
    places = tuple(replace(place, subdivision=place.subdivision or "-") for place in one.locales)
    return replace(one, locales=places)


def _without_subdivision(one: QualificationRequirement, _: Visit) -> QualificationRequirement:
    return replace(one, locales=tuple(replace(place, subdivision=None) for place in one.locales))


def _any_suffices(requirements: Requirements, visit: Visit) -> Requirements:
    met = any(meets(visit.store, visit.worker_id, one, visit.at) for one in requirements)
    return () if met else requirements


def _for_everybody(requirements: Requirements, _: Visit) -> Requirements:
    return ()


def _met_by_nobody(one: QualificationRequirement) -> QualificationRequirement:
    return replace(one, comparator="EqualTo", integers=(_NEVER,))


def _all_to_preview(one: QualificationRequirement, _: Visit) -> QualificationRequirement:
    return replace(one, required_to_preview=True)


def _not_of_type(type_id: str) -> Changing:
    return lambda one, _: None if one.qualification_type_id == type_id else one


def _never_by_count(one: QualificationRequirement, _: Visit) -> QualificationRequirement:
    return replace(one, integers=(_NEVER,)) if one.qualification_type_id == APPROVED else one


def _rate_from_the_first(one: QualificationRequirement, visit: Visit) -> QualificationRequirement:
    records = visit.store.assignments.values()
    rejected = any(record.worker_id == visit.worker_id and record.state == "Rejected" for record in records)
    return replace(one, integers=(_NEVER,)) if rejected and one.qualification_type_id == RATE else one


def _refuse_foreign(handler: Handler, context: Context) -> Values:
    for one in context.values.all("QualificationRequirement", Parameters):
        kind = context.store.qualification_types.get(one.required("QualificationTypeId", str))
        if kind is not None and kind.owner != context.requester.access_key_id:
            raise refused("AWS.MechanicalTurk.QualificationTypeDoesNotExist", "There is no such Qualification type.")
    return handler(context)


DEFECTS: tuple[Defect, ...] = (
    _read_as("LessThan", "LessThanOrEqualTo"),
    _read_as("LessThanOrEqualTo", "LessThan"),
    _read_as("GreaterThan", "GreaterThanOrEqualTo"),
    _read_as("GreaterThanOrEqualTo", "GreaterThan"),
    _read_as("EqualTo", "GreaterThanOrEqualTo"),
    _read_as("NotEqualTo", "GreaterThanOrEqualTo"),
    _read_as("DoesNotExist", "Exists"),
    defect(
        "eligibility/Exists-not-for-0",
        _custom("Exists", comparator="GreaterThan", integers=(0,)),
        f"{ARTICLE}.eval.Exists",
    ),
    defect("eligibility/first-of-a-list", _weighing(_first_value_alone), f"{ARTICLE}.eval.In", f"{ARTICLE}.eval.NotIn"),
    defect("eligibility/met-by-who-has-nothing", _weighing(_met_by_nothing), f"{ARTICLE}.eval.no-qualification"),
    defect("eligibility/countries-exactly", _weighing(_countries_exactly), f"{ARTICLE}.Locale.eval-country"),
    defect("eligibility/without-subdivision", _weighing(_without_subdivision), f"{ARTICLE}.Locale.eval-subdivision"),
    defect(
        "eligibility/any-suffices",
        _weighing_all(ACCEPT, _any_suffices),
        f"{ARTICLE}.all-must-hold",
        f"{GUARDED}.several",
        f"{ARTICLE}.RequiredToPreview.partial",
    ),
    defect(
        "eligibility/shown-to-everybody",
        _weighing_all(PREVIEW, _for_everybody),
        f"{ARTICLE}.RequiredToPreview.true",
        f"{GUARDED}.PreviewAndAccept",
        f"{GUARDED}.DiscoverPreviewAndAccept",
        f"{GUARDED}.several",
    ),
    defect(
        "eligibility/actions-not-guarded",
        _weighing(lambda one, _: None if one.guarded else one),
        *(f"{GUARDED}.{name}" for name in ("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept", "several")),
    ),
    defect(
        "eligibility/shown-before-it-is-discovered",
        _weighing(lambda one, _: None if one.guarded == "DiscoverPreviewAndAccept" else one, PREVIEW),
        f"{GUARDED}.DiscoverPreviewAndAccept",
    ),
    defect(
        "eligibility/preview-guarded-alone",
        _weighing(lambda one, _: None if one.guarded == "PreviewAndAccept" else one),
        f"{GUARDED}.PreviewAndAccept",
        f"{GUARDED}.several",
    ),
    defect(
        "eligibility/discovered-by-nobody",
        _weighing(lambda one, _: _met_by_nobody(one) if one.guarded == "DiscoverPreviewAndAccept" else one),
        f"{GUARDED}.met",
    ),
    defect(
        "eligibility/all-required-to-preview",
        _weighing(_all_to_preview, PREVIEW),
        f"{ARTICLE}.RequiredToPreview.partial",
        f"{ARTICLE}.RequiredToPreview.default",
        f"{GUARDED}.Accept",
        f"{GUARDED}.several",
    ),
    defect("eligibility/adults-not-asked", _weighing(_not_of_type(ADULT)), f"{ARTICLE}.adult-flow"),
    defect("eligibility/approvals-not-counted", _weighing(_never_by_count), f"{ARTICLE}.updated-continuously"),
    defect("eligibility/rate-from-the-first", _weighing(_rate_from_the_first), f"{ARTICLE}.system.approval-floor"),
    defect("eligibility/own-types-alone", handling("CreateHIT", _refuse_foreign), f"{ARTICLE}.foreign-type"),
)
