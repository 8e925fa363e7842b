"""HIT types: what HITs have in common, one type for equal properties.

Source: the articles RegisterHITType, CreateHIT and QualificationRequirement, and the identifiers of the Qualification
types that the service itself keeps.
"""

from conformance.reference.account import price_in
from conformance.reference.context import Context, Handler
from conformance.reference.parameters import Parameters, missing, unacceptable
from conformance.reference.qualification_type_use import refuse_unusable
from conformance.reference.records import HITProperties, HITType, Locale, QualificationRequirement
from conformance.reference.refusals import Refusal, refused
from conformance.reference.requirement_checks import check_requirement
from conformance.reference.system_types import SYSTEM_TYPES
from conformance.wire.flattening import Values

MAX_REQUIREMENTS = 10

_REQUIRED = ("Title", "Description", "Reward", "AssignmentDurationInSeconds")


def register_hit_type(context: Context) -> Values:
    """Return the type with the properties given, a new one if there is none."""
    return {"HITTypeId": [hit_type_of(context, read_properties(context)).hit_type_id]}


def hit_type_of(context: Context, properties: HITProperties) -> HITType:
    """Return the Requester's type with these properties; it is made if there is none."""
    store, owner = context.store, context.requester.access_key_id
    found = store.find_hit_type(owner, properties)
    if found is None:
        type_id, group_id = store.next_object_id(), store.next_object_id()
        found = HITType(hit_type_id=type_id, hit_group_id=group_id, owner=owner, properties=properties)
        store.save_hit_type(found)
    return found


def read_properties(context: Context) -> HITProperties:
    """Return the properties of a type in the parameters of a call; raises Refusal."""
    values = context.values
    if lacking := [missing(name) for name in _REQUIRED if name not in values.sent]:
        raise Refusal(*lacking)
    return HITProperties(
        title=values.required("Title", str),
        description=values.required("Description", str),
        reward=price_in(values, "Reward", least=0) or 0,
        assignment_duration=values.required("AssignmentDurationInSeconds", int),
        auto_approval_delay=values.required("AutoApprovalDelayInSeconds", int),
        keywords=values.optional("Keywords", str),
        requirements=_requirements(context),
    )


def _requirements(context: Context) -> tuple[QualificationRequirement, ...]:
    given = context.values.all("QualificationRequirement", Parameters)
    if len(given) > MAX_REQUIREMENTS:
        reason = f"it is given more than {MAX_REQUIREMENTS} times"
        raise Refusal(unacceptable("QualificationRequirement", str(len(given)), reason))
    found = [_requirement(values) for values in given]
    for requirement in found:
        check_requirement(requirement)
        type_id = requirement.qualification_type_id
        if type_id not in context.store.qualification_types and type_id not in SYSTEM_TYPES:
            message = "There is no Qualification type with the id that a requirement names."
            raise refused(
                "AWS.MechanicalTurk.QualificationTypeDoesNotExist", message, QualificationTypeId=type_id[:200]
            )
    refuse_unusable(context, found)
    return tuple(sorted(found, key=repr))


def _requirement(values: Parameters) -> QualificationRequirement:
    return QualificationRequirement(
        qualification_type_id=values.required("QualificationTypeId", str),
        comparator=values.required("Comparator", str),
        integers=values.all("IntegerValue", int),
        locales=tuple(
            Locale(country=place.optional("Country", str), subdivision=place.optional("Subdivision", str))
            for place in values.all("LocaleValue", Parameters)
        ),
        required_to_preview=values.required("RequiredToPreview", bool),
        guarded=values.optional("ActionsGuarded", str) or "",
    )


HANDLERS: dict[str, Handler] = {"RegisterHITType": register_hit_type}
