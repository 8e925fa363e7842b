"""Faults of UpdateQualificationType: what it leaves alone, what it changes besides, and what it should refuse."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, rereading, text
from conformance.defects.type_parameters import FORM, KEY, completing
from conformance.reference.answer_keys import AnswerKeyUnreadable, read_answer_key
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.qualification_types import type_view
from conformance.reference.question_forms import check_question_form
from conformance.reference.records import QualificationType
from conformance.reference.refusals import Refusal
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values

UPDATE, TYPE = "UpdateQualificationType", "QualificationType"

Change = Callable[[QualificationType, QualificationType], QualificationType]
Asks = Callable[[QualificationType, Values], bool]


def _type_in(values: Values, endpoint: Endpoint) -> QualificationType | None:
    return endpoint.store.qualification_types.get(text(values, "QualificationTypeId"))


def _ignoring(*names: str, where: Asks = lambda record, values: True) -> Plant:
    """Take no notice of some parameters in calls that ``where`` holds for."""

    def ignored(values: Values, endpoint: Endpoint) -> Values:
        record = _type_in(values, endpoint)
        if record is None or not where(record, values):
            return values
        return {name: found for name, found in values.items() if name not in names}

    return rereading(UPDATE, ignored)


def _besides(where: Asks, change: Callable[[QualificationType, Values], QualificationType]) -> Plant:
    """Change a type when a call is read for which ``where`` holds, whatever becomes of the call."""

    def changed(values: Values, endpoint: Endpoint) -> Values:
        record = _type_in(values, endpoint)
        if record is not None and where(record, values):
            endpoint.store.save_type(change(record, values))
        return values

    return rereading(UPDATE, changed)


def _afterwards(where: Callable[[Context], bool], change: Change) -> Plant:
    """Change what an update has made of a type; ``change`` is given the type before it and after it."""

    def wrapper(handler: Handler, context: Context) -> Values:
        types, type_id = context.store.qualification_types, context.values.required("QualificationTypeId", str)
        before = types.get(type_id)
        values = handler(context)
        if before is None or not where(context):
            return values
        after = types[type_id]
        context.store.save_type(change(before, after))
        return type_view(types[type_id], context)

    return handling(UPDATE, wrapper)


def _sends(*names: str) -> Callable[[Context], bool]:
    return lambda context: any(name in context.values.sent for name in names)


def _sends_no(name: str) -> Callable[[Context], bool]:
    return lambda context: name not in context.values.sent


def _as_owner(handler: Handler, context: Context) -> Values:
    record = context.store.qualification_types.get(context.values.required("QualificationTypeId", str))
    owner = context.store.requesters.get(record.owner) if record else None
    return handler(replace(context, requester=owner) if owner else context)


def _any_type(handler: Handler, context: Context) -> Values:
    types, type_id = context.store.qualification_types, context.values.required("QualificationTypeId", str)
    return handler(context) if type_id in types else {}


def _test_for_all(handler: Handler, context: Context) -> Values:
    """Give a type a test though it is granted without asking."""
    store, type_id = context.store, context.values.required("QualificationTypeId", str)
    record = store.qualification_types.get(type_id)
    if record is None or not record.auto_granted or "Test" not in context.values.sent:
        return handler(context)
    store.save_type(replace(record, auto_granted=False))
    handler(context)
    store.save_type(replace(store.qualification_types[type_id], auto_granted=True))
    return type_view(store.qualification_types[type_id], context)


def _plain(record: QualificationType, values: Values) -> bool:
    """Tell whether neither the type nor the call has to do with grants, and the type has no test."""
    return record.test is None and not record.auto_granted and "AutoGranted" not in values


def _new_key(record: QualificationType, values: Values) -> QualificationType:
    return replace(record, test=replace(record.test, answer_key=text(values, "AnswerKey"))) if record.test else record


def _new_duration(record: QualificationType, values: Values) -> QualificationType:
    seconds = int(text(values, "TestDurationInSeconds"))
    return replace(record, test=replace(record.test, duration=seconds)) if record.test else record


def _only(name: str) -> Asks:
    return lambda record, values: name in values and "Test" not in values and record.test is not None


def _keep_key(before: QualificationType, after: QualificationType) -> QualificationType:
    old, new = before.test, after.test
    if old is None or new is None or new.answer_key is not None:
        return after
    return replace(after, test=replace(new, answer_key=old.answer_key))


def _shorter_test(_: QualificationType, after: QualificationType) -> QualificationType:
    return replace(after, test=replace(after.test, duration=60)) if after.test else after


def _answer_before(handler: Handler, context: Context) -> Values:
    record = context.store.qualification_types.get(context.values.required("QualificationTypeId", str))
    values = handler(context)
    return type_view(record, context) if record else values


def _another_id(handler: Handler, context: Context) -> Values:
    values = handler(context)
    return {**values, "QualificationTypeId": [f"{text(values, 'QualificationTypeId')}X"]}


def _faulty_form(_: QualificationType, values: Values) -> bool:
    try:
        check_question_form("Test", text(values, "Test") or FORM)
    except Refusal:
        return True
    return False


def _faulty_key(_: QualificationType, values: Values) -> bool:
    try:
        read_answer_key(text(values, "AnswerKey") or KEY)
    except AnswerKeyUnreadable:
        return True
    return False


def _created_now(handler: Handler, context: Context) -> Values:
    type_id = context.values.required("QualificationTypeId", str)
    handler(context)
    record = replace(context.store.qualification_types[type_id], created_at=context.at)
    context.store.save_type(record)
    return type_view(record, context)


_UNCHANGED = f"{UPDATE}.omitted-unchanged"
_AGAIN = (f"{UPDATE}.Retry.change", f"{UPDATE}.Retry.enable")
_GRANTED = (f"{UPDATE}.AutoGranted.on", f"{UPDATE}.AutoGrantedValue.set")

DEFECTS: tuple[Defect, ...] = (
    defect("update/ignores-description", _ignoring("Description"), f"{UPDATE}.Description.set"),
    defect("update/ignores-status", _ignoring("QualificationTypeStatus"), f"{UPDATE}.Status.set"),
    defect("update/ignores-delay", _ignoring("RetryDelayInSeconds"), *_AGAIN),
    defect(
        "update/ignores-grant",
        _ignoring("AutoGranted", where=lambda record, values: "Test" not in values),
        *_GRANTED,
        also=(f"{UPDATE}.AutoGranted.with-test",),
        because="a type with a test is not granted automatically either",
    ),
    defect("update/ignores-value", _ignoring("AutoGrantedValue"), f"{UPDATE}.AutoGrantedValue.set"),
    defect(
        "update/adds-no-test",
        _ignoring(
            "Test",
            "TestDurationInSeconds",
            where=_plain,
        ),
        f"{UPDATE}.Test.add",
    ),
    defect(
        "update/forbids-retries",
        _afterwards(_sends_no("RetryDelayInSeconds"), lambda _, after: replace(after, retry_delay=None)),
        f"{UPDATE}.Retry.no-disable",
        _UNCHANGED,
    ),
    defect(
        "update/empty-delay-forbids-retries",
        _besides(
            lambda record, values: text(values, "RetryDelayInSeconds") == "" and "RetryDelayInSeconds" in values,
            lambda record, values: replace(record, retry_delay=None),
        ),
        f"{UPDATE}.Retry.no-disable",
        versions=VERSIONS,
    ),
    defect("update/shortens-the-test", _afterwards(_sends_no("Test"), _shorter_test), _UNCHANGED),
    defect(
        "update/removes-test",
        _afterwards(_sends_no("Test"), lambda _, after: replace(after, test=None)),
        f"{UPDATE}.Test.omitted-unchanged",
        _UNCHANGED,
    ),
    defect(
        "update/empty-test-removes-test",
        _besides(
            lambda record, values: "Test" in values and not text(values, "Test"),
            lambda record, values: replace(record, test=None),
        ),
        f"{UPDATE}.Test.no-removal",
    ),
    defect(
        "update/takes-name",
        _besides(
            lambda record, values: "Name" in values, lambda record, values: replace(record, name=text(values, "Name"))
        ),
        f"{UPDATE}.Name.immutable",
    ),
    defect(
        "update/takes-keywords",
        _besides(
            lambda record, values: "Keywords" in values,
            lambda record, values: replace(record, keywords=text(values, "Keywords")),
        ),
        f"{UPDATE}.Keywords.immutable",
    ),
    defect("update/keeps-the-old-key", _afterwards(_sends("Test"), _keep_key), f"{UPDATE}.Test.no-key-removes-key"),
    defect("update/answers-as-before", handling(UPDATE, _answer_before), f"{UPDATE}.Result.shape"),
    defect("update/new-id", handling(UPDATE, _another_id), f"{UPDATE}.Result.shape", f"{TYPE}.id-permanent"),
    defect(
        "update/created-now",
        handling(UPDATE, _created_now),
        f"{TYPE}.CreationTime",
        also=(_UNCHANGED,),
        because="a second may pass before the update",
    ),
    defect("update/by-anybody", handling(UPDATE, _as_owner), f"{UPDATE}.owner-only"),
    defect(
        "update/of-no-type",
        handling(UPDATE, _any_type),
        f"{UPDATE}.unknown",
        also=("Common.Ids.told",),
        because="what is told of no type has no id",
    ),
    defect(
        "update/test-without-duration",
        completing(UPDATE, "TestDurationInSeconds", "600", beside="Test"),
        f"{UPDATE}.Test.needs-duration",
    ),
    defect(
        "update/takes-no-form-for-a-test",
        _ignoring("Test", "TestDurationInSeconds", "AnswerKey", where=_faulty_form),
        f"{UPDATE}.Test.invalid",
        also=(f"{UPDATE}.Test.max", "CreateQualificationType.Test.*", "QuestionForm.*"),
        because="a call that is accepted tells that the form is one",
    ),
    defect(
        "update/takes-no-key",
        _ignoring("AnswerKey", where=_faulty_key),
        f"{UPDATE}.AnswerKey.invalid",
        also=(f"{UPDATE}.AnswerKey.max",),
        because="what is too long is no key either",
    ),
    defect("update/test-and-grant", handling(UPDATE, _test_for_all), f"{UPDATE}.Test.on-autogranted"),
    defect("update/key-alone", _besides(_only("AnswerKey"), _new_key), f"{UPDATE}.AnswerKey.needs-test"),
    defect(
        "update/duration-alone",
        _besides(_only("TestDurationInSeconds"), _new_duration),
        f"{UPDATE}.TestDuration.needs-test",
    ),
    defect(
        "update/grant-in-spite-of-a-test",
        _ignoring("AutoGranted", where=lambda record, values: "Test" in values or record.test is not None),
        f"{UPDATE}.AutoGranted.with-test",
    ),
)
