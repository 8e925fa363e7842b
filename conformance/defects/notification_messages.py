"""Faults of the messages of notifications: which events are told, where to, and how they are written."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.notification_records import Event, Notification, NotificationSetting
from conformance.reference.notification_records import NotificationSpecification as Specification
from conformance.reference.notifications import notify_what_is_due, send
from conformance.reference.parameters import Parameters
from conformance.reference.store import Store
from conformance.wire.flattening import Values

SET, TEST, MESSAGE = "SetHITTypeNotification", "SendTestEventNotification", "NotificationMessage"
_EVENT = f"{MESSAGE}.event"
_SEVERAL = "NotificationSpecification.EventType.repeat"
Telling = Callable[[Event], Event | None]


def _telling(change: Telling) -> Plant:
    """Tell another event than the one that was, or nothing."""

    def tell(store: Store, owner: str, specification: Specification, event: Event, at: float) -> None:
        told = change(event)
        if told is not None:
            send(store, owner, specification, told, at)

    def plant(endpoint: Endpoint) -> None:
        endpoint.notify = partial(notify_what_is_due, tell=tell)

    return plant


def _untold(event_type: str) -> Plant:
    return _telling(lambda event: None if event.event_type == event_type else event)


def _every_other(endpoint: Endpoint) -> None:
    count = 0

    def change(event: Event) -> Event | None:
        nonlocal count
        count += 1
        return event if count % 2 else None

    _telling(change)(endpoint)


def _sending(change: Callable[[Notification], Notification], times: int = 1) -> Plant:
    """Send other messages, or the same ones more or less often."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.store.send_notification

        def sending(record: Notification) -> None:
            for _ in range(times):
                unchanged(change(record))

        setattr(endpoint.store, "send_notification", sending)  # noqa: B010 - a method is replaced

    return plant


def _writing(old: str, new: str) -> Plant:
    """Write something else into each message."""
    return _sending(
        lambda one: replace(one, destination=one.destination.replace(old, new), body=one.body.replace(old, new))
    )


Setting = Callable[[NotificationSetting | None, NotificationSetting, Context], NotificationSetting]


def _setting(change: Setting) -> Plant:
    """Let ``change`` say what is kept of a HIT type's notifications, from what was before and what should be."""

    def wrapper(handler: Handler, context: Context) -> Values:
        settings, type_id = context.store.notification_settings, context.values.required("HITTypeId", str)
        before = settings.get(type_id)
        values = handler(context)
        context.store.save_notification_setting(change(before, settings[type_id], context))
        return values

    return handling(SET, wrapper)


def _without_switch(context: Context) -> bool:
    return context.values.optional("Active", bool) is None


def _switch_ignored(
    before: NotificationSetting | None, after: NotificationSetting, context: Context
) -> NotificationSetting:
    alone = context.values.optional("Notification", Parameters) is None
    return replace(after, active=before.active) if alone and before else after


def _first_kept(
    before: NotificationSetting | None, after: NotificationSetting, context: Context
) -> NotificationSetting:
    return replace(after, specification=before.specification) if before else after


def _switched_off(
    before: NotificationSetting | None, after: NotificationSetting, context: Context
) -> NotificationSetting:
    return replace(after, active=False) if _without_switch(context) else after


def _on_at_first(
    before: NotificationSetting | None, after: NotificationSetting, context: Context
) -> NotificationSetting:
    return replace(after, active=True) if before is None and _without_switch(context) else after


def _for_all_events(
    before: NotificationSetting | None, after: NotificationSetting, context: Context
) -> NotificationSetting:
    wanted = (*after.specification.event_types, "AssignmentAccepted")
    return replace(after, specification=replace(after.specification, event_types=wanted))


def _of_the_specification(handler: Handler, context: Context) -> Values:
    return handler(with_values(context, TestEventType="HITExpired"))


_TOLD = (
    *(
        defect(f"message/no-{event_type}", _untold(event_type), f"{_EVENT}.{event_type}", *also)
        for event_type, also in (
            ("AssignmentAccepted", (_SEVERAL, f"{_EVENT}.fields", f"{_EVENT}.time")),
            ("AssignmentSubmitted", (_SEVERAL,)),
            ("AssignmentReturned", ()),
            ("AssignmentAbandoned", ()),
            ("HITReviewable", ()),
            ("HITExpired", ()),
            ("AssignmentApproved", ()),
            ("AssignmentRejected", ()),
            ("HITCreated", ()),
            ("HITExtended", ()),
            ("HITDisposed", ()),
        )
    ),
    defect("message/of-another-hit", _telling(lambda event: replace(event, hit_id="X")), f"{_EVENT}.fields"),
    defect("message/two-hours-off", _telling(lambda event: replace(event, at=event.at - 7200)), f"{_EVENT}.time"),
    defect("message/every-other-lost", _every_other, f"{MESSAGE}.sqs.at-least-once"),
    defect("message/unsubscribed", _setting(_for_all_events), f"{MESSAGE}.unsubscribed"),
)
_SET = (
    defect("notification/switch-ignored", _setting(_switch_ignored), f"{SET}.active-alone"),
    defect("notification/first-one-kept", _setting(_first_kept), f"{SET}.replace", f"{SET}.active-unchanged"),
    defect("notification/switched-off", _setting(_switched_off), f"{SET}.active-unchanged"),
    defect("notification/on-at-first", _setting(_on_at_first), f"{SET}.initial-inactive"),
)
_WRITTEN = (
    defect("test-event/sent-twice", _sending(lambda one: one, times=2), f"{TEST}.sends"),
    defect(
        "test-event/not-sent",
        _sending(lambda one: one, times=0),
        f"{TEST}.sends",
        f"{TEST}.no-filter",
        f"{MESSAGE}.version",
        also=(f"{TEST}.unreachable",),
        because="who calls nobody never learns that nobody is there",
    ),
    defect("test-event/of-the-specification", handling(TEST, _of_the_specification), f"{TEST}.no-filter"),
    defect("message/of-another-version", _writing("2006-05-05", "2005-10-01"), f"{MESSAGE}.version"),
    defect("message/posted", _sending(lambda one: replace(one, method="POST")), f"{MESSAGE}.rest.get"),
    defect("message/counted-from-zero", _writing("Event.1.", "Event.0."), f"{MESSAGE}.rest.events"),
    defect("message/badly-signed", _writing("Signature=", "Signature=A"), f"{MESSAGE}.signature"),
    defect("message/in-another-namespace", _writing("doc/2006-05-05", "doc/2005-10-01"), f"{MESSAGE}.soap"),
    defect("message/without-text", _sending(lambda one: replace(one, body="")), f"{MESSAGE}.email"),
    defect("message/without-id", _writing("EventDocId", "Id"), f"{MESSAGE}.sqs.body", f"{MESSAGE}.sns"),
    defect(
        "message/without-timestamp",
        _writing("EventTimestamp", "EventTime"),
        f"{MESSAGE}.sqs.event",
        f"{MESSAGE}.sns",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_TOLD, *_SET, *_WRITTEN)
