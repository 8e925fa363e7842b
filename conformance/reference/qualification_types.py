"""The Requester's Qualification types: create, update, read, dispose of.

Source: the articles CreateQualificationType, UpdateQualificationType, GetQualificationType, DisposeQualificationType
and QualificationType.  Where they give no code for a fault the nearest that clients know is sent.
"""

from dataclasses import replace
from typing import TypeVar

from lxml import etree

from conformance.reference.answer_keys import AnswerKeyUnreadable, read_answer_key
from conformance.reference.context import Context, Handler
from conformance.reference.documents import read_document
from conformance.reference.formats import members
from conformance.reference.parameters import Parameters, missing, unacceptable
from conformance.reference.qualification_type_use import is_gone, wrong_state
from conformance.reference.question_forms import check_question_form
from conformance.reference.records import QualificationTest, QualificationType
from conformance.reference.refusals import NOT_XML, Refusal, refused
from conformance.reference.system_types import SYSTEM_TYPES, is_requestable
from conformance.spec.documents import DOCUMENTS
from conformance.spec.versions import in_force
from conformance.wire.flattening import Values

T = TypeVar("T")

_NO_SUCH_TYPE = "AWS.MechanicalTurk.QualificationTypeDoesNotExist"
_F = f"{{{DOCUMENTS['QuestionForm']}}}"


def known_type(context: Context) -> QualificationType:
    """Return the type that QualificationTypeId names, whoever owns it, be it the service; raises Refusal."""
    type_id = context.values.optional("QualificationTypeId", str)
    if type_id is None:
        raise Refusal(missing("QualificationTypeId"))
    record = context.store.qualification_types.get(type_id) or SYSTEM_TYPES.get(type_id)
    if record is None:
        raise _no_such_type(type_id)
    if record.disposed_at is not None:
        own = record.owner == context.requester.access_key_id
        raise wrong_state(record, "Active, Inactive") if own else _no_such_type(type_id)
    return record


def owned_type(context: Context) -> QualificationType:
    """Return the Requester's own type that QualificationTypeId names; raises Refusal, for another's as for none."""
    record = known_type(context)
    if record.owner != context.requester.access_key_id:
        raise _no_such_type(record.qualification_type_id)
    return record


def create_qualification_type(context: Context) -> Values:
    """Create a type under a name that the Requester has not used yet."""
    values = context.values
    _require_what_pages_require(context)
    name = values.required("Name", str)
    test = _new_test(values)
    auto_granted = values.required("AutoGranted", bool)
    _check_auto_granted(auto_granted, test)
    for twin in context.store.types_of(context.requester.access_key_id):
        if twin.name == name and not is_gone(context.store, twin, context.at):
            raise refused(
                "AWS.MechanicalTurk.QualificationTypeAlreadyExists",
                "The Requester has a Qualification type of that name already.",
                QualificationTypeId=twin.qualification_type_id,
            )
    record = QualificationType(
        qualification_type_id=context.store.next_object_id(),
        owner=context.requester.access_key_id,
        created_at=context.at,
        name=name,
        status=values.optional("QualificationTypeStatus", str) or "Active",
        description=values.optional("Description", str),
        keywords=values.optional("Keywords", str),
        retry_delay=values.optional("RetryDelayInSeconds", int),
        test=test,
        auto_granted=auto_granted,
        # Given or not makes a difference: what was never set is not shown, although it has a default.
        auto_granted_value=values.optional("AutoGrantedValue", int) if "AutoGrantedValue" in values.sent else None,
    )
    context.store.save_type(record)
    return type_view(record, context)


def update_qualification_type(context: Context) -> Values:
    """Change what is given of a type; a new test replaces form, duration and key together."""
    values = context.values
    record = owned_type(context)
    test = _new_test(values)
    if test is None and "TestDurationInSeconds" in values.sent:
        raise Refusal(missing("Test", "TestDurationInSeconds is only changed together with it"))
    updated = replace(
        record,
        description=_new(values.optional("Description", str), record.description),
        status=_new(values.optional("QualificationTypeStatus", str), record.status),
        retry_delay=_new(values.optional("RetryDelayInSeconds", int), record.retry_delay),
        test=_new(test, record.test),
        auto_granted=_new(values.optional("AutoGranted", bool), record.auto_granted),
        auto_granted_value=_new(values.optional("AutoGrantedValue", int), record.auto_granted_value),
    )
    _check_auto_granted(updated.auto_granted, updated.test)
    context.store.save_type(updated)
    return type_view(updated, context)


def get_qualification_type(context: Context) -> Values:
    """Return a type; only its owner sees the key to its test."""
    return type_view(known_type(context), context)


def dispose_qualification_type(context: Context) -> Values:
    """Take a type out of use and reject the requests for it; who holds a Qualification of it keeps it."""
    record = owned_type(context)
    store = context.store
    for request in list(store.requests_for(record.qualification_type_id)):
        if request.state in ("Started", "Submitted"):
            store.save_request(replace(request, state="Rejected"))
    store.save_type(replace(record, disposed_at=context.at))
    return {}


def _new(given: T | None, present: T) -> T:
    return present if given is None else given


def _no_such_type(type_id: str) -> Refusal:
    return refused(_NO_SUCH_TYPE, "The Requester has no such Qualification type.", QualificationTypeId=type_id[:200])


def _require_what_pages_require(context: Context) -> None:
    # Required by the pages from 2008-08-02 on, optional in every published schema.
    if in_force(context.version, "2008-08-02", None):
        needed = ("Description", "QualificationTypeStatus")
        if lacking := [missing(name) for name in needed if not context.values.optional(name, str)]:
            raise Refusal(*lacking)


def _new_test(values: Parameters) -> QualificationTest | None:
    form, key = values.optional("Test", str), values.optional("AnswerKey", str)
    duration = values.optional("TestDurationInSeconds", int)
    if form is None:
        if key is not None:
            raise Refusal(missing("Test", "AnswerKey is only taken together with it"))
        return None
    if duration is None:
        raise Refusal(missing("TestDurationInSeconds", "it is needed where there is a Test"))
    _check_form(form, keyed=key is not None)
    if key is not None:
        try:
            read_answer_key(key)
        except AnswerKeyUnreadable as fault:
            raise Refusal(unacceptable("AnswerKey", key, str(fault), NOT_XML)) from None
    return QualificationTest(form=form, duration=duration, answer_key=key)


def _check_form(form: str, *, keyed: bool) -> None:
    check_question_form("Test", form)
    excluded = {f"{_F}FileUploadAnswer"} | ({f"{_F}FreeTextAnswer", f"{_F}OtherSelection"} if keyed else set())
    for element in read_document(form).iter(*excluded):
        name = etree.QName(element).localname
        reason = f"a test {'with an AnswerKey ' if name != 'FileUploadAnswer' else ''}has no {name}"
        raise Refusal(unacceptable("Test", form, reason))


def _check_auto_granted(auto_granted: bool, test: QualificationTest | None) -> None:
    if auto_granted and test is not None:
        raise Refusal(unacceptable("AutoGranted", "true", "a type with a Test is not granted automatically"))


def type_view(record: QualificationType, context: Context) -> Values:
    """Return what a reply says of a type; only its owner sees the key to its test."""
    test = record.test
    value = record.auto_granted_value
    if value is None and record.auto_granted:
        value = 1
    return members(
        QualificationTypeId=record.qualification_type_id,
        CreationTime=context.formats.timestamp(record.created_at) if is_requestable(record) else None,
        Name=record.name,
        Description=record.description,
        Keywords=record.keywords,
        QualificationTypeStatus=record.status,
        Test=test.form if test else None,
        TestDurationInSeconds=str(test.duration) if test else None,
        AnswerKey=test.answer_key if test and record.owner == context.requester.access_key_id else None,
        RetryDelayInSeconds=None if record.retry_delay is None else str(record.retry_delay),
        IsRequestable=context.formats.boolean(is_requestable(record)),
        AutoGranted=context.formats.boolean(record.auto_granted),
        AutoGrantedValue=None if value is None else str(value),
    )


HANDLERS: dict[str, Handler] = {
    "CreateQualificationType": create_qualification_type,
    "UpdateQualificationType": update_qualification_type,
    "GetQualificationType": get_qualification_type,
    "DisposeQualificationType": dispose_qualification_type,
}
