"""Faults in what CreateQualificationType makes, in its name, and in what is told of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, reshaping, text
from conformance.reference.context import Context, Handler
from conformance.reference.qualification_types import type_view
from conformance.reference.records import QualificationType
from conformance.wire.flattening import Values

CREATE, GET, TYPE = "CreateQualificationType", "GetQualificationType", "QualificationType"
SEARCH = "SearchQualificationTypes"

Telling = Callable[[Values, Context], Values]
Change = Callable[[QualificationType], QualificationType]


def _telling(operation: str, change: Telling) -> Plant:
    """Let ``change`` say what an operation tells of a type."""
    return handling(operation, lambda handler, context: change(handler(context), context))


@contextmanager
def changed_types(context: Context, change: Change) -> Iterator[None]:
    """Let the types of all Requesters be others for now; what a call makes of them stays."""
    store = context.store
    before = list(store.qualification_types.values())
    for record in before:
        store.save_type(change(record))
    try:
        yield
    finally:
        for record in before:
            if store.qualification_types[record.qualification_type_id] == change(record):
                store.save_type(record)


def seeing(operation: str, change: Change, where: Callable[[Context], bool] = lambda context: True) -> Plant:
    """Let an operation see other types than there are, in calls that ``where`` holds for."""

    def wrapper(handler: Handler, context: Context) -> Values:
        if not where(context):
            return handler(context)
        with changed_types(context, change):
            return handler(context)

    return handling(operation, wrapper)


def _renamed(record: QualificationType) -> QualificationType:
    return replace(record, name=f"{record.name} of before")


def _renamed_if_inactive(record: QualificationType) -> QualificationType:
    return record if record.status == "Active" else _renamed(record)


def _mine(handler: Handler, context: Context) -> Values:
    """Let no two Requesters have a type of one name."""
    owner = context.requester.access_key_id
    with changed_types(context, lambda record: replace(record, owner=owner)):
        return handler(context)


def _id_of_a_tested_type(values: Values, context: Context) -> Values:
    """Answer with the id of the Requester's latest type with a test, where the new one has none."""
    own = [record for record in context.store.types_of(context.requester.access_key_id) if record.test is not None]
    return (
        {**values, "QualificationTypeId": [own[-1].qualification_type_id]} if own and "Test" not in values else values
    )


def _louder(values: Values, context: Context) -> Values:
    return {**values, "Description": [text(values, "Description").upper()]}


def _an_hour_early(values: Values, context: Context) -> Values:
    return {**values, "CreationTime": [context.formats.timestamp(context.at - 3600)]}


def _granted_in_words(values: Values, context: Context) -> Values:
    return {**values, "AutoGranted": ["no"]}


def _not_requestable(values: Values, context: Context) -> Values:
    return {**values, "IsRequestable": [context.formats.boolean(False)]}


def _all_requestable(values: Values, context: Context) -> Values:
    return {**values, "IsRequestable": [context.formats.boolean(True)]}


def _another_form(values: Values, context: Context) -> Values:
    return {**values, "Test": [text(values, "Test").replace("Choose", "Pick")]} if "Test" in values else values


def _never_empty(values: Values, context: Context) -> Values:
    return {"RetryDelayInSeconds": ["0"], **values}


def _without_durations(values: Values, context: Context) -> Values:
    types = [view for view in values["QualificationType"] if isinstance(view, dict)]
    shorter = [{name: found for name, found in view.items() if name != "TestDurationInSeconds"} for view in types]
    return {**values, "QualificationType": [*shorter]}


def _granting_nothing(values: Values, context: Context) -> Values:
    """Tell another value than 1 of a type that was made without one."""
    record = context.store.qualification_types.get(text(values, "QualificationTypeId"))
    unset = record is not None and record.auto_granted and record.auto_granted_value is None
    return {**values, "AutoGrantedValue": ["0"]} if unset else values


def _first_of_all(handler: Handler, context: Context) -> Values:
    """Answer for an id that nobody knows with the Requester's first type."""
    type_id = context.values.optional("QualificationTypeId", str)
    if type_id is None or type_id in context.store.qualification_types:
        return handler(context)
    own = next(context.store.types_of(context.requester.access_key_id), None)
    return type_view(own, context) if own else {}


def _beside_a_result(operation: str) -> Plant:
    """Let an element that no reply of the operation has stand beside the type."""
    return reshaping(operation, lambda reply: reply.append(reply.makeelement(f"{operation}Result")))


DEFECTS: tuple[Defect, ...] = (
    *(
        defect(
            f"type/{operation}-with-a-result",
            _beside_a_result(operation),
            f"{operation}.Result.shape",
            also=("Common.Response.isvalid-present", "Common.Response.schema-names"),
            because="the element is no result, and none that the schema knows",
        )
        for operation in (CREATE, GET)
    ),
    defect("type/id-of-another", _telling(CREATE, _id_of_a_tested_type), f"{CREATE}.Result.id"),
    defect("type/answer-in-capitals", _telling(CREATE, _louder), f"{CREATE}.Result.echo"),
    defect("type/made-an-hour-ago", _telling(CREATE, _an_hour_early), f"{CREATE}.Result.creationtime"),
    defect(
        "type/granted-in-words",
        _telling(CREATE, _granted_in_words),
        f"{CREATE}.Result.autogranted-form",
        also=("Common.Response.boolean-form",),
        because="all Booleans are judged alike",
    ),
    defect("type/not-requestable", _telling(GET, _not_requestable), f"{CREATE}.IsRequestable", f"{TYPE}.IsRequestable"),
    defect("type/of-the-service-is-requestable", _telling(GET, _all_requestable), f"{TYPE}.IsRequestable"),
    defect("type/another-test", _telling(GET, _another_form), f"{CREATE}.Test.roundtrip"),
    defect("type/read-in-capitals", _telling(GET, _louder), f"{GET}.returns"),
    defect(
        "type/delay-of-zero",
        _telling(GET, _never_empty),
        f"{GET}.unset-omitted",
        f"{TYPE}.RetryDelayInSeconds.absent",
    ),
    defect("type/grants-nothing", _telling(GET, _granting_nothing), f"{TYPE}.AutoGrantedValue.default"),
    defect(
        "type/first-for-unknown",
        handling(GET, _first_of_all),
        f"{GET}.unknown",
        also=("Common.Ids.told",),
        because="where there is no type, nothing is told of one",
    ),
    defect("type/found-without-durations", _telling(SEARCH, _without_durations), f"{TYPE}.used-in"),
    defect("type/names-are-free", seeing(CREATE, _renamed), f"{CREATE}.Name.unique", f"{CREATE}.Name.unique-inactive"),
    defect(
        "type/inactive-names-are-free",
        seeing(CREATE, _renamed_if_inactive),
        f"{CREATE}.Name.unique-inactive",
        also=(f"{CREATE}.Name.unique",),
        because="there are two types of the name",
    ),
    defect("type/names-of-all", handling(CREATE, _mine), f"{CREATE}.Name.scope"),
)
