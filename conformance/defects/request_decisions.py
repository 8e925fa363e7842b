"""Faults of assigning Qualifications, of deciding requests for them, and of the list of those requests."""

from collections.abc import Callable, Collection
from dataclasses import replace

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.held_qualifications import afterwards, by_owner_of_type
from conformance.defects.mistyped import taking_any_type
from conformance.defects.pages import of_list
from conformance.defects.planting import (
    Plant,
    acting,
    changed_for_now,
    handling,
    named_request,
    pending,
    planting,
    rereading,
    text,
    with_values,
)
from conformance.defects.submissions import forgiving
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import Qualification, QualificationRequest
from conformance.reference.refusals import INVALID, refused
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.versions import KNOWN, LATEST, TODAY
from conformance.wire.flattening import Values

ASSIGN, GRANT, REJECT = "AssignQualification", "GrantQualification", "RejectQualificationRequest"
LIST = "GetQualificationRequests"
_SINCE_2008_04 = tuple(version for version in KNOWN if version >= "2008-04-01")


def _also_called(operation: str, name: str) -> Plant:
    """Let an operation be known under another name too."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.choose_operation

        def choose(call: Call, known: Collection[str]) -> str:
            return operation if call.operation == name else strict(call, known)

        endpoint.choose_operation = choose

    return plant


def _if_left_out(operation: str, name: str, value: str | int | bool) -> Plant:
    """Take another value where a parameter was not sent."""

    def wrapper(handler: Handler, context: Context) -> Values:
        return handler(context if name in context.values.sent else with_values(context, **{name: value}))

    return handling(operation, wrapper)


# Assigning


def _nothing(handler: Handler, context: Context) -> Values:
    before = dict(context.store.qualifications)
    values = handler(context)
    context.store.qualifications = before
    return values


def _one_more(handler: Handler, context: Context) -> Values:
    sent = context.values.optional("IntegerValue", int)
    given = "IntegerValue" in context.values.sent and sent is not None
    return handler(with_values(context, IntegerValue=(sent or 0) + 1) if given else context)


def _keep(context: Context, before: Qualification) -> None:
    context.store.save_qualification(before)


def _withdraw_request(handler: Handler, context: Context) -> Values:
    values = handler(context)
    sent = context.values.sent
    worker, type_id = text(sent, "WorkerId"), text(sent, "QualificationTypeId")
    for record in pending(context.store):
        if (record.worker_id, record.qualification_type_id) == (worker, type_id):
            context.store.save_request(replace(record, state="Granted"))
    return values


def _to_anybody(handler: Handler, context: Context) -> Values:
    return handler(context) if text(context.values.sent, "WorkerId") in context.store.workers else {}


def _of_what_was_disposed(handler: Handler, context: Context) -> Values:
    kind = context.store.qualification_types.get(text(context.values.sent, "QualificationTypeId"))
    if kind is None or kind.disposed_at is None:
        return handler(context)
    context.store.save_type(replace(kind, disposed_at=None))
    try:
        return handler(context)
    finally:
        context.store.save_type(kind)


def _refusing(operation: str, refuses: Callable[[Context], bool]) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        if refuses(context):
            raise refused(INVALID, "This is not possible.")
        return handler(context)

    return handling(operation, wrapper)


def _is_stranger(context: Context) -> bool:
    worker = text(context.values.sent, "WorkerId")
    return not any(one.worker_id == worker and one.submitted_at for one in context.store.assignments.values())


def _was_rejected(context: Context) -> bool:
    sent = context.values.sent
    last = context.store.last_request(text(sent, "QualificationTypeId"), text(sent, "WorkerId"))
    return last is not None and last.state == "Rejected"


def _any_notification(values: Values, _: Endpoint) -> Values:
    good = text(values, "SendNotification").lower() in ("", "true", "false", "0", "1")
    return values if good else {**values, "SendNotification": ["true"]}


def _always_told(handler: Handler, context: Context) -> Values:
    return handler(with_values(context, SendNotification=True))


def _take_with_a_rejection(context: Context, before: Qualification) -> None:
    del context.store.qualifications[before.qualification_type_id, before.worker_id]


# Deciding


def _by_owner_of_request(operation: str) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        record = named_request(context)
        if record is None:
            return handler(context)
        owner = context.store.qualification_types[record.qualification_type_id].owner
        return handler(replace(context, requester=context.store.requesters[owner]))

    return handling(operation, wrapper)


def _still_decided_in(operation: str, *states: str) -> Plant:
    """Decide a request in one of these states as if it still waited."""

    def wrapper(handler: Handler, context: Context) -> Values:
        record = named_request(context)
        if record is not None and record.state in states:
            context.store.save_request(replace(record, state="Submitted"))
        return handler(context)

    return handling(operation, wrapper)


def _stays_pending(handler: Handler, context: Context) -> Values:
    record = named_request(context)
    values = handler(context)
    if record is not None:
        context.store.save_request(record)
    return values


def _always_one(handler: Handler, context: Context) -> Values:
    return handler(with_values(context, IntegerValue=1))


# The list of requests


def _listing(states: tuple[str, ...], which: Callable[[QualificationRequest, Context], bool]) -> Plant:
    """List requests in other states too."""

    def wrapper(handler: Handler, context: Context) -> Values:
        every = context.store.qualification_requests.values()
        shown = [record for record in every if record.state in states and which(record, context)]
        with changed_for_now(context.store, shown, state="Submitted"):
            return handler(context)

    return handling(LIST, wrapper)


def _hiding(which: Callable[[QualificationRequest, Context], bool]) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        hidden = [record for record in pending(context.store) if which(record, context)]
        with changed_for_now(context.store, hidden, state="Started"):
            return handler(context)

    return handling(LIST, wrapper)


def _of_an_older_type(record: QualificationRequest, context: Context) -> bool:
    """Tell whether, with no type named, there is a pending request for a type that was made later."""
    if "QualificationTypeId" in context.values.sent:
        return False
    types = list(context.store.qualification_types)
    latest = max(types.index(one.qualification_type_id) for one in pending(context.store))
    return types.index(record.qualification_type_id) != latest


def _unfiltered(values: Values, _: Endpoint) -> Values:
    return {name: occurrences for name, occurrences in values.items() if name != "QualificationTypeId"}


def _left_to_the_owner(action: WorkerAction, visit: Visit) -> dict[str, object]:
    """List a request that was granted by itself as one that waits."""
    reply = action(visit)
    record = visit.store.last_request(visit.text("qualification_type_id"), visit.worker_id)
    if record is not None and record.state == "Granted":
        visit.store.save_request(replace(record, state="Submitted"))
    return reply


_ASSIGNING: tuple[Defect, ...] = (
    defect("assigning/misspelt", _also_called(ASSIGN, "AssignQualifcation"), f"{ASSIGN}.Operation.spelling"),
    defect(
        "assigning/does-nothing",
        handling(ASSIGN, _nothing),
        f"{ASSIGN}.no-request-needed",
        f"{ASSIGN}.IntegerValue.set",
        f"{ASSIGN}.later-reject-keeps",
        also=(f"{ASSIGN}.*", f"{REJECT}.grant-other-way"),
        because="nobody holds what was assigned",
    ),
    defect("assigning/zero-if-left-out", _if_left_out(ASSIGN, "IntegerValue", 0), f"{ASSIGN}.IntegerValue.default"),
    defect(
        "assigning/one-more",
        handling(ASSIGN, _one_more),
        f"{ASSIGN}.IntegerValue.set",
        f"{ASSIGN}.reassign-updates",
        also=(f"{ASSIGN}.later-reject-keeps", f"{REJECT}.grant-other-way"),
        because="the value is read there too",
    ),
    defect("assigning/first-value-stays", afterwards(ASSIGN, _keep), f"{ASSIGN}.reassign-updates"),
    defect(
        "assigning/of-no-type",
        forgiving(ASSIGN, "QualificationTypeDoesNotExist"),
        f"{ASSIGN}.QualificationTypeId.valid",
        f"{ASSIGN}.owner-only",
    ),
    defect(
        "assigning/of-disposed-types",
        handling(ASSIGN, _of_what_was_disposed),
        f"{ASSIGN}.disposed-type",
        versions=_SINCE_2008_04,
    ),
    defect("assigning/to-nobody", handling(ASSIGN, _to_anybody), f"{ASSIGN}.WorkerId.invalid"),
    defect("assigning/by-another-requester", by_owner_of_type(ASSIGN), f"{ASSIGN}.owner-only"),
    defect(
        "assigning/not-to-strangers",
        _refusing(ASSIGN, _is_stranger),
        f"{ASSIGN}.worker-eligibility-new",
        f"{ASSIGN}.no-request-needed",
        also=(f"{ASSIGN}.*",),
        because="nothing is assigned",
        versions=(LATEST, TODAY),
    ),
    defect(
        "assigning/silent-unasked",
        _if_left_out(ASSIGN, "SendNotification", False),
        f"{ASSIGN}.SendNotification.default",
    ),
    defect("assigning/always-told", handling(ASSIGN, _always_told), f"{ASSIGN}.SendNotification.false"),
    defect(
        "assigning/any-notification",
        planting(taking_any_type(ASSIGN), rereading(ASSIGN, _any_notification)),
        f"{ASSIGN}.SendNotification.values",
    ),
    defect("assigning/withdraws-the-request", handling(ASSIGN, _withdraw_request), f"{ASSIGN}.pending-request-kept"),
    defect(
        "assigning/undone-by-a-rejection", afterwards(REJECT, _take_with_a_rejection), f"{ASSIGN}.later-reject-keeps"
    ),
    defect("assigning/not-after-a-rejection", _refusing(ASSIGN, _was_rejected), f"{REJECT}.grant-other-way"),
)
_DECIDING: tuple[Defect, ...] = (
    defect("granting/in-the-plural", _also_called(GRANT, "GrantQualifications"), f"{GRANT}.Operation.name"),
    defect(
        "granting/zero-if-left-out",
        _if_left_out(GRANT, "IntegerValue", 0),
        f"{GRANT}.IntegerValue.default",
        also=(f"{GRANT}.twice", f"{REJECT}.after-grant"),
        because="the value is read there too",
    ),
    defect("granting/always-1", handling(GRANT, _always_one), f"{GRANT}.IntegerValue.set"),
    defect(
        "granting/what-nobody-asked-for",
        forgiving(GRANT, "QualificationRequestDoesNotExist"),
        f"{GRANT}.unknown",
        f"{GRANT}.owner-only",
    ),
    defect("granting/by-another-requester", _by_owner_of_request(GRANT), f"{GRANT}.owner-only"),
    defect(
        "granting/leaves-the-request",
        handling(GRANT, _stays_pending),
        f"{GRANT}.removes-request",
        f"{LIST}.not-granted",
        f"{GRANT}.twice",
        f"{REJECT}.after-grant",
    ),
    defect(
        "granting/twice",
        _still_decided_in(GRANT, "Granted"),
        f"{GRANT}.twice",
        also=(f"{REJECT}.after-grant",),
        because="the Worker then holds the second value",
    ),
    defect("granting/what-was-rejected", _still_decided_in(GRANT, "Rejected"), f"{GRANT}.after-reject"),
    defect("rejecting/twice", _still_decided_in(REJECT, "Rejected"), f"{REJECT}.twice"),
    defect("rejecting/what-was-granted", _still_decided_in(REJECT, "Granted"), f"{REJECT}.after-grant"),
    defect("rejecting/by-another-requester", _by_owner_of_request(REJECT), f"{REJECT}.owner-only"),
    defect(
        "deciding/both-ways",
        planting(_still_decided_in(REJECT, "Granted"), _still_decided_in(GRANT, "Rejected")),
        f"{REJECT}.race-with-grant",
        f"{REJECT}.after-grant",
        f"{GRANT}.after-reject",
    ),
)
_LISTING: tuple[Defect, ...] = (
    defect("requests/of-every-type", rereading(LIST, _unfiltered), f"{LIST}.QualificationTypeId.filter"),
    defect(
        "requests/of-one-type-unasked",
        _hiding(_of_an_older_type),
        f"{LIST}.QualificationTypeId.optional",
        also=(f"{LIST}.Sort*",),
        because="one of two requests is not listed",
    ),
    defect(
        "requests/by-type-unasked",
        _if_left_out(LIST, "SortProperty", "QualificationTypeId"),
        f"{LIST}.SortProperty.default",
    ),
    defect("requests/newest-first", _if_left_out(LIST, "SortDirection", "Descending"), f"{LIST}.SortDirection.default"),
    defect(
        "requests/without-those-without-a-test", _hiding(lambda record, _: record.test is None), f"{LIST}.pending-only"
    ),
    defect(
        "requests/before-the-answers",
        _listing(("Started",), lambda record, _: True),
        f"{LIST}.not-awaiting-answers",
        also=("QualificationRequest.Answer.presence", "QualificationRequest.Test.presence"),
        because="a request is listed that has a test and no answers yet",
    ),
    defect(
        "requests/granted-too",
        _listing(("Granted",), lambda record, _: record.test is None and record.answer is None),
        f"{LIST}.not-granted",
        f"{GRANT}.removes-request",
        f"{LIST}.not-autograded",
    ),
    defect("requests/scored-by-a-key", acting("submit-test", _left_to_the_owner), f"{LIST}.not-autograded"),
    defect(
        "requests/granted-by-themselves", acting("request-qualification", _left_to_the_owner), f"{LIST}.not-autograded"
    ),
    *of_list(LIST, "QualificationRequest", counted=(f"{LIST}.Result.elements",)),
)
DEFECTS: tuple[Defect, ...] = (*_ASSIGNING, *_DECIDING, *_LISTING)
