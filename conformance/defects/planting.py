"""The places where a fault is planted: a handler, a Worker's action, the request view, the reply tree.

Each function returns a `Plant`, which changes one endpoint and nothing else; plants can be put one over the other.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import Parameters, Typed
from conformance.reference.records import QualificationRequest
from conformance.reference.store import Store
from conformance.reference.worker import Visit, WorkerAction
from conformance.spec.shapes import Shapes, TypeShape
from conformance.wire.flattening import Values

Plant = Callable[[Endpoint], None]
Handling = Callable[[Handler, Context], Values]
Acting = Callable[[WorkerAction, Visit], dict[str, object]]
Viewing = Callable[[QualificationRequest, Values, Context], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfOperation:
    """What is put in the place of a function of the endpoint, and differs from it for one operation alone."""

    operation: str
    changed: Callable[..., Any]
    unchanged: Callable[..., Any]

    def __call__(self, *arguments: Any) -> Any:
        """Do as the changed one does."""
        return self.changed(*arguments)


def handling(operation: str, wrapper: Handling) -> Plant:
    """Put ``wrapper`` round the handler of an operation; it gets the handler and what that would be given."""

    def plant(endpoint: Endpoint) -> None:
        handler = endpoint.handlers[operation]
        endpoint.handlers[operation] = lambda context: wrapper(handler, context)

    return plant


def acting(action: str, wrapper: Acting) -> Plant:
    """Put ``wrapper`` round what a Worker does (the names are those of `conformance.reference.worker.ACTIONS`)."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.worker_actions[action]
        endpoint.worker_actions[action] = lambda visit: wrapper(unchanged, visit)

    return plant


def viewing(change: Viewing) -> Plant:
    """Let ``change`` alter, in place, what GetQualificationRequests says of each request; the store stays as it is."""

    def altered(handler: Handler, context: Context) -> Values:
        values = handler(context)
        for view in values["QualificationRequest"]:
            if isinstance(view, dict):
                change(context.store.qualification_requests[text(view, "QualificationRequestId")], view, context)
        return values

    return handling("GetQualificationRequests", altered)


def putting(name: str, change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the text that GetQualificationRequests shows under ``name``, where a request has it."""

    def view(record: QualificationRequest, values: Values, context: Context) -> None:
        if name in values:
            values[name] = [change(text(values, name))]

    return viewing(view)


def reshaping(operation: str | None, change: Callable[[etree._Element], None]) -> Plant:
    """Let ``change`` alter, in place, the reply tree of an operation (None: of all) where it reports no error."""

    def plant(endpoint: Endpoint) -> None:
        unchanged = endpoint.shape_reply

        def shape(name: str, reply: etree._Element) -> etree._Element:
            reply = unchanged(name, reply)
            if operation in (None, name) and reply.find(".//Errors") is None:
                change(reply)
            return reply

        endpoint.shape_reply = (
            shape if operation is None else OfOperation(operation=operation, changed=shape, unchanged=unchanged)
        )

    return plant


def planting(*plants: Plant) -> Plant:
    """Put several plants into one endpoint, in this order."""

    def plant(endpoint: Endpoint) -> None:
        for one in plants:
            one(endpoint)

    return plant


def rereading(operation: str, change: Callable[[Values, Endpoint], Values]) -> Plant:
    """Let ``change`` put other parameters in the place of those that a call of the operation has sent."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.read_parameters

        def read(values: Values, shape: TypeShape, shapes: Shapes) -> Parameters:
            asked = shape.name == f"{operation}Request"
            return strict(change(values, endpoint) if asked else values, shape, shapes)

        endpoint.read_parameters = OfOperation(operation=operation, changed=read, unchanged=strict)

    return plant


def with_values(context: Context, **values: Typed) -> Context:
    """Return the context of a call that has sent these values instead of its own."""
    read = {**context.values.read, **{name: (value,) for name, value in values.items()}}
    return replace(context, values=replace(context.values, read=read))


def text(values: Values, name: str) -> str:
    """Return the text of a member of a value tree, empty where there is none."""
    occurrence = next(iter(values.get(name, ())), "")
    return occurrence if isinstance(occurrence, str) else ""


def named_request(context: Context) -> QualificationRequest | None:
    """Return the request that the call names, whatever its state."""
    return context.store.qualification_requests.get(text(context.values.sent, "QualificationRequestId"))


def pending(store: Store) -> list[QualificationRequest]:
    """Return all requests that wait for a decision, of whatever Requester, oldest first."""
    return [record for record in store.qualification_requests.values() if record.state == "Submitted"]


def rejected(store: Store) -> list[QualificationRequest]:
    """Return all requests that were rejected, oldest first."""
    return [record for record in store.qualification_requests.values() if record.state == "Rejected"]


@contextmanager
def changed_for_now(store: Store, records: Iterable[QualificationRequest], **changes: object) -> Iterator[None]:
    """Change these requests in the store and bring them back afterwards."""
    records = list(records)
    for record in records:
        store.save_request(replace(record, **changes))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for record in records:
            store.save_request(record)
