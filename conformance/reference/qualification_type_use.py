"""Which HITs use a Qualification type, and which types can still be used for new ones.

Source: the articles DisposeQualificationType, QualificationType (QualificationTypeStatus) and QualificationRequirement.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from conformance.reference.context import Context
from conformance.reference.hit_states import status_of
from conformance.reference.records import HIT, QualificationRequirement, QualificationType
from conformance.reference.refusals import Refusal, refused
from conformance.reference.store import Store
from conformance.spec.versions import in_force

DISPOSAL_TIME = 48 * 60 * 60.0
"""How long a disposal takes, in seconds; only then is the name of the type free again."""


def wrong_state(record: QualificationType, expected: str) -> Refusal:
    """Return the refusal of a type that is in another state than ``expected``."""
    state = record.status if record.disposed_at is None else "Disposed"
    return refused(
        "AWS.MechanicalTurk.InvalidQualificationTypeState",
        f"The Qualification type is {state}, not {expected}.",
        QualificationTypeId=record.qualification_type_id,
        CurrentState=state,
        ExpectedStates=expected,
    )


def refuse_unusable(context: Context, requirements: Iterable[QualificationRequirement]) -> None:
    """Raise Refusal if a requirement names a type that no new HIT can require: Inactive, or disposed of."""
    for requirement in requirements:
        record = context.store.qualification_types.get(requirement.qualification_type_id)
        if record is not None and (record.status != "Active" or record.disposed_at is not None):
            raise wrong_state(record, "Active")


def refuse_extension(context: Context, hit: HIT) -> None:
    """Raise Refusal if a HIT requires a type that was disposed of: told by the document of 2008-04-01 alone."""
    if in_force(context.version, "2008-04-01", "2008-08-02"):
        for requirement in context.store.hit_types[hit.hit_type_id].properties.requirements:
            record = context.store.qualification_types.get(requirement.qualification_type_id)
            if record is not None and record.disposed_at is not None:
                raise wrong_state(record, "Active, Inactive")


def hits_requiring(store: Store, type_id: str, at: float) -> Iterator[HIT]:
    """Yield the HITs of all Requesters that require a type and are not disposed of, oldest first."""
    kinds = [
        kind.hit_type_id
        for kind in store.hit_types.values()
        if any(requirement.qualification_type_id == type_id for requirement in kind.properties.requirements)
    ]
    hits = chain.from_iterable(map(store.hits_of_type, kinds))
    for hit in sorted(hits, key=lambda one: one.created_at):
        if status_of(store, hit, at) != "Disposed":
            yield hit


def is_gone(store: Store, record: QualificationType, at: float) -> bool:
    """Tell whether a type was disposed of and the disposal is complete."""
    if record.disposed_at is None or at < record.disposed_at + DISPOSAL_TIME:
        return False
    return next(hits_requiring(store, record.qualification_type_id, at), None) is None
