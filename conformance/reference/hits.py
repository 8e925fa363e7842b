"""The Requester's HITs: create, read.

Source: the articles CreateHIT, GetHIT and HIT.  No funds are reserved: a new HIT is refused if the balance does not
cover its assignments, and each is paid on approval.
"""

from functools import lru_cache

from lxml import etree

from conformance.reference import pages
from conformance.reference.account import check_funds
from conformance.reference.context import Context, Handler
from conformance.reference.documents import read_document
from conformance.reference.formats import members
from conformance.reference.hit_states import standing, status_of
from conformance.reference.hit_types import hit_type_of, read_properties
from conformance.reference.layouts import MAX_BYTES, question_of_layout
from conformance.reference.money import fee
from conformance.reference.parameters import missing, unacceptable
from conformance.reference.qualification_type_use import refuse_unusable
from conformance.reference.question_forms import check_question_form
from conformance.reference.records import HIT, HITType, QualificationRequirement
from conformance.reference.refusals import INVALID, NOT_XML, Refusal, refused
from conformance.reference.response_groups import group_of
from conformance.reference.review_policies import read_policies
from conformance.reference.tokens import earlier_use, use_token
from conformance.spec.shapes import Shapes
from conformance.spec.versions import TODAY, in_force
from conformance.wire.flattening import Values
from conformance.wire.xml import XmlRefused

_FAMILY = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
# Questions whose page is the Requester's own: root element → the first version that has them.
_FRAMES = {
    f"{{{_FAMILY}/2006-07-14/ExternalQuestion.xsd}}ExternalQuestion": None,
    f"{{{_FAMILY}/2011-11-11/HTMLQuestion.xsd}}HTMLQuestion": "2012-03-25",
}


def create_hit(context: Context) -> Values:
    """Create a HIT of the type named, or of the one with the properties given; equal calls make two HITs."""
    values = context.values
    if used := earlier_use(context, "CreateHIT"):
        message = f"The UniqueRequestToken was used before: it created the HIT {used.first}."
        raise refused("AWS.MechanicalTurk.HitAlreadyExists", message, HITId=used.first)
    named = _named_type(context)
    properties = named.properties if named else read_properties(context)
    refuse_unusable(context, properties.requirements)
    question = _question(context)
    count = values.required("MaxAssignments", int)
    check_funds(context, count * properties.reward, count * fee(properties.reward))
    policies = read_policies(context)
    kind = named or hit_type_of(context, properties)
    record = HIT(
        hit_id=context.store.next_object_id(),
        hit_type_id=kind.hit_type_id,
        owner=context.requester.access_key_id,
        created_at=context.at,
        expires_at=context.at + values.required("LifetimeInSeconds", int),
        question=question,
        max_assignments=count,
        annotation=values.optional("RequesterAnnotation", str),
        layout_id=values.optional("HITLayoutId", str),
        policies=policies,
    )
    context.store.save_hit(record)
    use_token(context, "CreateHIT", record.hit_id)
    return hit_view(record, context)


def get_hit(context: Context) -> Values:
    """Return a HIT of the Requester's own."""
    return hit_view(owned_hit(context), context)


def owned_hit(context: Context) -> HIT:
    """Return the Requester's own HIT that HITId names; raises Refusal, for another's as for none."""
    hit_id = context.values.required("HITId", str)
    record = context.store.hits.get(hit_id)
    if record is None or record.owner != context.requester.access_key_id:
        message = "The Requester has no such HIT."
        raise refused("AWS.MechanicalTurk.HITDoesNotExist", message, HITId=hit_id[:200])
    return record


def kept_hit(context: Context) -> HIT:
    """Return the Requester's own HIT that HITId names; raises Refusal for one that was disposed of, as for none."""
    record = owned_hit(context)
    if status_of(context.store, record, context.at) == "Disposed":
        message = "The HIT was disposed of."
        raise refused("AWS.MechanicalTurk.HITDoesNotExist", message, HITId=record.hit_id)
    return record


def _named_type(context: Context) -> HITType | None:
    type_id = context.values.optional("HITTypeId", str)
    return None if type_id is None else owned_hit_type(context, type_id)


def owned_hit_type(context: Context, type_id: str) -> HITType:
    """Return the Requester's own HIT type that HITTypeId names; raises Refusal, for another's as for none."""
    kind = context.store.hit_types.get(type_id)
    if kind is None or kind.owner != context.requester.access_key_id:
        raise Refusal(unacceptable("HITTypeId", type_id, "the Requester has no such HIT type"))
    return kind


def _question(context: Context) -> str:
    question, layout = (context.values.optional(name, str) for name in ("Question", "HITLayoutId"))
    if layout is not None:
        if question is not None:
            raise Refusal(unacceptable("HITLayoutId", layout, "it is not given together with Question"))
        return question_of_layout(context, layout)
    if question is None:
        raise Refusal(missing("Question", "a HIT needs a Question or a HITLayoutId", INVALID))
    if context.version == TODAY and len(question.encode()) > MAX_BYTES:  # before, the schema says so
        raise Refusal(unacceptable("Question", question, f"it has at most {MAX_BYTES} bytes"))
    _check_question(question, context.version)
    return question


def _check_question(question: str, version: str) -> None:
    try:
        root = read_document(question)
    except XmlRefused as refusal:
        raise Refusal(unacceptable("Question", question, f"it is not XML: {refusal}", NOT_XML)) from None
    if root.tag in _FRAMES and in_force(version, _FRAMES[root.tag], None):
        if fault := pages.page_fault(root, question, version):
            raise Refusal(unacceptable("Question", question, fault, NOT_XML))
        return
    kinds = "QuestionForm, an ExternalQuestion or, from 2012-03-25 on, an HTMLQuestion in its namespace"
    if etree.QName(root).localname != "QuestionForm":
        raise Refusal(unacceptable("Question", question, f"it is a {kinds}", NOT_XML))
    check_question_form("Question", question)


def hit_view(record: HIT, context: Context) -> Values:
    """Return what the reply says of a HIT: the members of its groups that the version has."""
    store, formats = context.store, context.formats
    kind = store.hit_types[record.hit_type_id]
    properties = kind.properties
    stands = standing(record, store.assignments_of(record.hit_id), context.at)
    view = members(
        HITId=record.hit_id,
        HITTypeId=record.hit_type_id,
        HITGroupId=kind.hit_group_id,
        HITLayoutId=record.layout_id,
        CreationTime=formats.timestamp(record.created_at),
        Title=properties.title,
        Description=properties.description,
        Question=record.question,
        Keywords=properties.keywords,
        HITStatus=stands.status,
        MaxAssignments=str(record.max_assignments),
        AutoApprovalDelayInSeconds=str(properties.auto_approval_delay),
        Expiration=formats.timestamp(record.expires_at),
        AssignmentDurationInSeconds=str(properties.assignment_duration),
        RequesterAnnotation=record.annotation,
        HITReviewStatus="NotReviewed",
        NumberOfAssignmentsPending=str(stands.pending),
        NumberOfAssignmentsAvailable=str(stands.available),
        NumberOfAssignmentsCompleted=str(stands.completed),
    )
    view["Reward"] = [formats.price(properties.reward)]
    view["QualificationRequirement"] = [_requirement_view(one, context) for one in properties.requirements]
    shown = _shown(context.shapes, context.groups)
    if "NumberOfSimilarHITs" in shown:
        others = len(store.hits_by_type.of(record.hit_type_id)) - 1
        view["NumberOfSimilarHITs"] = [str(others)]
    return {name: view[name] for name in shown if name in view}


@lru_cache(maxsize=256)
def _shown(shapes: Shapes, groups: frozenset[str]) -> tuple[str, ...]:
    """Return the members of a HIT that the version has and that belong to one of the groups."""
    shape = shapes.type("HIT")
    return tuple(name for name in (shapes.members(shape) if shape else ()) if group_of(name) in groups)


def _requirement_view(requirement: QualificationRequirement, context: Context) -> Values:
    return {
        "QualificationTypeId": [requirement.qualification_type_id],
        "Comparator": [requirement.comparator],
        "IntegerValue": [str(value) for value in requirement.integers],
        "LocaleValue": [members(Country=one.country, Subdivision=one.subdivision) for one in requirement.locales],
        "RequiredToPreview": [context.formats.boolean(requirement.required_to_preview)],
        **members(ActionsGuarded=_guarded(requirement) if context.version == TODAY else None),
    }


def _guarded(requirement: QualificationRequirement) -> str:
    """Return the actions that a requirement guards; what is told where the call named none is a choice."""
    return requirement.guarded or ("PreviewAndAccept" if requirement.required_to_preview else "Accept")


HANDLERS: dict[str, Handler] = {"CreateHIT": create_hit, "CreateHITWithHITType": create_hit, "GetHIT": get_hit}
