"""Faults of notifications: what their specifications may hold, whose they are, and what a test event changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.bindings.json import read_call
from conformance.bindings.query import Call
from conformance.defects import notification_messages
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import OfOperation, Plant, handling, planting, rereading
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import Parameters
from conformance.reference.refusals import INVALID, Refusal, refused
from conformance.spec.shapes import Shapes
from conformance.spec.versions import TODAY, VERSIONS
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

SET, TEST, STRUCTURE = "SetHITTypeNotification", "SendTestEventNotification", "NotificationSpecification"
_TRANSPORT = f"{STRUCTURE}.Transport"
_EVENTS = f"{STRUCTURE}.EventType"
_ANYTHING: Values = {
    "Destination": ["nobody@example.com"],
    "Transport": ["Email"],
    "Version": ["2006-05-05"],
    "EventType": ["HITExpired"],
}
_OLD = VERSIONS[: VERSIONS.index("2012-03-25")]


def _pardon(about: str) -> Plant:
    """Answer with success where a HIT type is set that the Requester does not have, or whatever ``about`` names."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if not any((("ParameterName", about) in one.data) for one in refusal.errors):
                raise
            return {}

    return handling(SET, wrapper)


def _for_its_owner(handler: Handler, context: Context) -> Values:
    """Carry out a call for whoever has the HIT type."""
    kind = context.store.hit_types.get(context.values.required("HITTypeId", str))
    owner = context.store.requesters[kind.owner] if kind else context.requester
    return handler(replace(context, requester=owner))


def _alone_refused(handler: Handler, context: Context) -> Values:
    if context.values.optional("Notification", Parameters) is None:
        raise refused(INVALID, "A Notification is wanted.", ParameterName="Notification")
    return handler(context)


def _refuse(handler: Handler, context: Context) -> Values:
    raise refused(INVALID, "A HIT type is wanted.", ParameterName="HITTypeId")


def _without_ping(handler: Handler, context: Context) -> Values:
    if context.values.optional("TestEventType", str) == "Ping":
        raise refused(INVALID, "Nobody is pinged.", ParameterName="TestEventType")
    return handler(context)


def _expiring(handler: Handler, context: Context) -> Values:
    """Let the Requester's newest HIT expire along with the test."""
    values, store = handler(context), context.store
    own = [hit for hit in store.hits.values() if hit.owner == context.requester.access_key_id]
    for hit in own[-1:]:
        store.save_hit(replace(hit, expires_at=context.at))
    return values


def _specified(operation: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Plant:
    """Let ``change`` put another specification in the place of that which a call has sent."""

    def reread(values: Values, endpoint: object) -> Values:
        sent = values.get("Notification", [])
        changed: list[Any] = [change(dict(one)) if isinstance(one, dict) else one for one in sent]
        return {**values, "Notification": changed} if sent else values

    return rereading(operation, reread)


def _supplied(name: str, text: str) -> Plant:
    return _specified(TEST, lambda sent: {name: [text], **sent})


def _turned(operation: str, name: str, wrong: str, right: str) -> Plant:
    """Take one value of a specification for another."""
    return _specified(
        operation, lambda sent: {**sent, name: [right if text == wrong else text for text in sent.get(name, [])]}
    )


def _as_if(operation: str, name: str, wrong: str, right: str) -> Plant:
    return rereading(
        operation, lambda values, endpoint: {**values, name: [right]} if values.get(name) == [wrong] else values
    )


def _perhaps_in_json(endpoint: Endpoint) -> None:
    """Take a text for true where a boolean belongs."""
    strict = endpoint.read_json

    def read(request: HttpRequest, shapes: Shapes) -> Call:
        try:
            return strict(request, shapes)
        except Refusal:
            call = read_call(request)
            if call.values.get("Active") != ["perhaps"]:
                raise
            return call

    endpoint.read_json = OfOperation(operation=SET, changed=read, unchanged=strict)


_SETTING = (
    defect("notification/of-an-unknown-type", _pardon("HITTypeId"), f"{SET}.HITTypeId.unknown", f"{SET}.owner-only"),
    defect("notification/of-anybody", handling(SET, _for_its_owner), f"{SET}.owner-only"),
    defect("notification/of-nothing", _pardon("Notification"), f"{SET}.either-required"),
    defect("notification/active-alone-refused", handling(SET, _alone_refused), f"{SET}.either-required"),
    defect("notification/active-without-any", _pardon("Active"), f"{SET}.active-needs-spec", f"{SET}.owner-only"),
    defect(
        "notification/perhaps-active",
        planting(_as_if(SET, "Active", "perhaps", "true"), _perhaps_in_json),
        f"{SET}.Active.values",
    ),
)
_TESTING = (
    defect(
        "test-event/to-nobody",
        rereading(TEST, lambda values, endpoint: {"Notification": [_ANYTHING], **values}),
        f"{TEST}.Notification.required",
    ),
    defect(
        "test-event/without-type",
        rereading(TEST, lambda values, endpoint: {"TestEventType": ["HITExpired"], **values}),
        f"{TEST}.TestEventType.required",
    ),
    defect(
        "test-event/of-any-type", _as_if(TEST, "TestEventType", "Foo", "HITExpired"), f"{TEST}.TestEventType.invalid"
    ),
    defect(
        "test-event/no-ping",
        handling(TEST, _without_ping),
        f"{TEST}.ping",
        f"{_EVENTS}.12",
        f"{_EVENTS}.17",
    ),
    defect(
        "test-event/refused",
        handling(TEST, _refuse),
        f"{TEST}.no-hittype",
        also=(f"{TEST}.*",),
        because="no test event is sent at all",
    ),
    defect("test-event/expires-a-hit", handling(TEST, _expiring), f"{TEST}.no-state-change"),
)
_SPECIFYING = (
    defect(
        "specification/without-destination",
        _supplied("Destination", "nobody@example.com"),
        f"{STRUCTURE}.Destination.required",
    ),
    defect("specification/without-transport", _supplied("Transport", "Email"), f"{STRUCTURE}.Transport.required"),
    defect("specification/without-version", _supplied("Version", "2006-05-05"), f"{STRUCTURE}.Version.required"),
    defect(
        "specification/without-events",
        _specified(SET, lambda sent: {"EventType": ["HITExpired"], **sent}),
        f"{_EVENTS}.required",
    ),
    defect("specification/with-any-event", _turned(SET, "EventType", "Foo", "HITExpired"), f"{_EVENTS}.invalid"),
    defect("specification/ping-set", _turned(SET, "EventType", "Ping", "HITExpired"), f"{STRUCTURE}.Ping.set-refused"),
    defect("specification/ping-set-early", _turned(SET, "EventType", "Ping", "HITExpired"), f"{_EVENTS}.07"),
    defect(
        "specification/no-reviewable",
        _turned(SET, "EventType", "HITReviewable", "Unheard"),
        *(f"{_EVENTS}.{name}" for name in ("07", "08", "12", "17")),
    ),
    defect(
        "specification/by-pigeon",
        _turned(SET, "Transport", "Pigeon", "Email"),
        f"{_TRANSPORT}.old",
        f"{_TRANSPORT}.14",
        f"{_TRANSPORT}.17",
    ),
    defect("specification/no-rest", _turned(SET, "Transport", "REST", "Pigeon"), f"{_TRANSPORT}.old", versions=_OLD),
    defect("specification/no-soap", _turned(SET, "Transport", "SOAP", "Pigeon"), f"{_TRANSPORT}.old", versions=_OLD),
    defect(
        "specification/queue-too-early",
        _turned(SET, "Transport", "SQS", "Email"),
        f"{_TRANSPORT}.old",
        versions=VERSIONS[: VERSIONS.index("2011-10-01")],
    ),
    defect(
        "specification/no-queue",
        _turned(SET, "Transport", "SQS", "Pigeon"),
        f"{_TRANSPORT}.14",
        f"{_TRANSPORT}.17",
        versions=("2014-08-15", TODAY),
    ),
    defect("specification/no-topic", _turned(SET, "Transport", "SNS", "Pigeon"), f"{_TRANSPORT}.17"),
)

DEFECTS: tuple[Defect, ...] = (*_SETTING, *_TESTING, *_SPECIFYING, *notification_messages.DEFECTS)
