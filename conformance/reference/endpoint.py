"""The embedded endpoint: a Requester service over Query, SOAP and JSON, as a function from request to response.

Every step of a call is an attribute of the instance, so that one step can be replaced without touching the others.
"""

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from threading import Lock

from lxml import etree

from conformance.bindings.json import is_json
from conformance.bindings.json import write_reply as write_json
from conformance.bindings.query import Call, ServiceError, read_call
from conformance.bindings.replies import access_refusal, front_end_refusal, operation_reply, write_reply
from conformance.bindings.soap import is_soap
from conformance.reference import (
    accept_limits,
    account,
    assignments,
    blocks,
    bonuses,
    held_qualifications,
    help_texts,
    hit_life_cycle,
    hit_lists,
    hit_types,
    hits,
    notifications,
    published,
    qualification_type_lists,
    qualification_types,
    qualifications,
    requester_statistics,
    response_groups,
    review_results,
    reviews,
    routing,
    soap,
    uploads,
    worker,
    worker_mails,
    worker_site,
)
from conformance.reference import json as json_messages
from conformance.reference.authentication import authenticate
from conformance.reference.context import Context, Handler
from conformance.reference.control import PREFIX, control
from conformance.reference.deliveries import Deliver, keep
from conformance.reference.formats import Formats
from conformance.reference.parameters import Parameters, read_parameters
from conformance.reference.records import Requester
from conformance.reference.refusals import FRONT_END, OPERATION_REQUEST, Refusal, front_end_refused
from conformance.reference.store import Store
from conformance.reference.worker import WorkerAction
from conformance.spec.shapes import Shapes, TypeShape, shapes_for
from conformance.spec.versions import TODAY, VERSIONS
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, HttpResponse

HANDLERS: dict[str, Handler] = {
    **account.HANDLERS,
    **qualification_types.HANDLERS,
    **qualification_type_lists.HANDLERS,
    **qualifications.HANDLERS,
    **held_qualifications.HANDLERS,
    **hit_types.HANDLERS,
    **hits.HANDLERS,
    **hit_lists.HANDLERS,
    **hit_life_cycle.HANDLERS,
    **assignments.HANDLERS,
    **uploads.HANDLERS,
    **bonuses.HANDLERS,
    **blocks.HANDLERS,
    **worker_mails.HANDLERS,
    **accept_limits.HANDLERS,
    **requester_statistics.HANDLERS,
    **help_texts.HANDLERS,
    **notifications.HANDLERS,
    **review_results.HANDLERS,
}

_RETIRED = (
    "This Requester API is no longer supported. Use an official AWS SDK: "
    "https://aws.amazon.com/getting-started/tools-sdks"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an endpoint plays: the versions it offers, whether they are retired, who may control it.

    The versions of XML are refused where ``retired`` is true, and from ``retired_from`` on (seconds since the epoch, by
    the endpoint's clock); JSON goes on, as it does at the real service.
    ``versions`` are those of XML; JSON is served beside them, its signatures checked by ``signature_of``.  The control
    API is off where ``control_token`` is None; ``clock_tolerance`` is in seconds, either way.
    """

    versions: frozenset[str] = frozenset(VERSIONS)
    retired: bool = False
    retired_from: float | None = None
    control_token: str | None = None
    clock_tolerance: float = 900.0
    signature_of: json_messages.SignatureOf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A call whose operation and version are known, not yet who makes it."""

    call: Call
    operation: str
    version: str
    shapes: Shapes


class Endpoint:
    """A faithful Requester service over a store; equal requests at equal times give equal bytes.

    ``plant`` may change it before its first request, and again after each restart.  ``exclusive`` lets in one request
    at a time; put in its place, something looser shows what happens between two requests.  ``deliver`` carries the
    messages of notifications to web services; without it they are kept, and go nowhere.
    """

    def __init__(
        self,
        store: Store,
        *,
        options: Options | None = None,
        plant: Callable[["Endpoint"], None] | None = None,
        deliver: Deliver = keep,
    ) -> None:
        self.options = options or Options()
        self.exclusive: AbstractContextManager[object] = Lock()
        self._plant = plant
        self._deliver = deliver
        self._begin(store)

    def _begin(self, store: Store) -> None:
        self.store = store
        self.handlers: dict[str, Handler] = dict(HANDLERS)
        self.worker_actions: dict[str, WorkerAction] = {**worker.ACTIONS, **worker_site.ACTIONS, **uploads.ACTIONS}
        self.serve_site: Callable[[Store, HttpRequest, float], HttpResponse | None] = worker_site.serve
        self.formats = Formats()
        self.check_route: Callable[[HttpRequest], None] = routing.check_route
        self.read_call: Callable[[HttpRequest], Call] = read_call
        self.read_soap: Callable[[HttpRequest], tuple[Call, ...]] = soap.read_calls
        self.read_json: Callable[[HttpRequest, Shapes], Call] = json_messages.read
        self.authenticate_json = json_messages.authenticate
        self.write_json: Callable[[str, etree._Element, str], HttpResponse] = lambda operation, reply, request_id: (
            write_json(operation, reply, request_id=request_id)
        )
        self.write_json_refusal: Callable[[Refusal, str], HttpResponse] = json_messages.write_refusal
        self.check_service: Callable[[Call], None] = routing.check_service
        self.choose_version: Callable[[Call, Collection[str]], str] = routing.choose_version
        self.only_checks: Callable[[Call, str], bool] = routing.only_checks
        self.choose_operation: Callable[[Call, Collection[str]], str] = routing.choose_operation
        self.authenticate: Callable[[Call, Store, float, float], Requester] = authenticate
        self.choose_groups: Callable[[str, tuple[str, ...]], frozenset[str]] = response_groups.choose_groups
        self.read_parameters: Callable[[Values, TypeShape, Shapes], Parameters] = read_parameters
        self.shape_refusal: Callable[[str | None, Refusal], Refusal] = lambda operation, refusal: refusal
        self.shape_reply: Callable[[str, etree._Element], etree._Element] = lambda operation, reply: reply
        self.write_reply: Callable[[etree._Element, int], HttpResponse] = lambda reply, status: write_reply(
            reply, status=status
        )
        self.write_soap: Callable[[Sequence[etree._Element], str], HttpResponse] = soap.write_replies
        self.write_fault: Callable[[Refusal], HttpResponse] = soap.write_fault
        self.pass_time: Callable[[Store, float], None] = assignments.approve_what_is_due
        self.review: Callable[[Store, float], None] = reviews.review_what_is_due
        self.notify: Callable[[Store, float], None] = notifications.notify_what_is_due
        self.deliver: Deliver = self._deliver
        if self._plant is not None:
            self._plant(self)

    def restart(self) -> None:
        """Begin anew, as a fresh process would, with what a snapshot of the store holds; all else is forgotten."""
        self._begin(Store.load(json.loads(json.dumps(self.store.dump()))))

    def handle(self, request: HttpRequest, at: float) -> HttpResponse:
        """Answer one request that came at ``at``, seconds since the epoch; never raises for what is in the request.

        Calls from several threads are carried out one after the other.
        """
        with self.exclusive:
            now = at + self.store.clock_offset
            self.pass_time(self.store, now)
            self._follow_up(now)
            response = self._answer(request, at, now)
            self._follow_up(now)
            return response

    def _answer(self, request: HttpRequest, at: float, now: float) -> HttpResponse:
        token = self.options.control_token
        if token is not None and routing.path_of(request).startswith(PREFIX):
            return control(self.store, self.worker_actions, request, at, token=token, restart=self.restart)
        if site := self.serve_site(self.store, request, now):
            return site
        if self._retired(now) or not (document := published.publish(request, self.options.versions)):
            return self._serve(request, now)
        return document

    def _retired(self, now: float) -> bool:
        begins = self.options.retired_from
        return self.options.retired or (begins is not None and now >= begins)

    def _follow_up(self, now: float) -> None:
        """Let happen what follows from what has happened: reviews, then messages about all of it."""
        self.store.wake(now)
        self.review(self.store, now)
        sent = self.store.notifications
        before = len(sent)
        self.notify(self.store, now)
        for message in sent[before:]:
            if message.method:
                self.deliver(message, wait=False)

    def _serve(self, request: HttpRequest, now: float) -> HttpResponse:
        request_id = self.store.next_request_id()
        if is_json(request):
            return self._serve_json(request, request_id, now)
        if self._retired(now):
            return self._refuse(front_end_refused(403, "Forbidden", _RETIRED), None, request_id, now)
        if is_soap(request):
            return self._serve_soap(request, request_id, now)
        invocation = None
        try:
            invocation = self._identify(request)
            requester = self.authenticate(invocation.call, self.store, now, self.options.clock_tolerance)
            reply = self._carry_out(invocation, requester, request_id, now, routing.site_of(request))
            return self.write_reply(reply, 200)
        except Refusal as refusal:
            return self._refuse(refusal, invocation, request_id, now)

    def _serve_json(self, request: HttpRequest, request_id: str, now: float) -> HttpResponse:
        operation = None
        try:
            self.check_route(request)
            shapes = shapes_for(TODAY)
            call = self.read_json(request, shapes)
            operation = call.operation or ""
            invocation = Invocation(call=call, operation=operation, version=TODAY, shapes=shapes)
            requester = self.authenticate_json(
                request, self.store, now, self.options.clock_tolerance, self.options.signature_of
            )
            reply = self._carry_out(invocation, requester, request_id, now, routing.site_of(request))
            return self.write_json(operation, reply, request_id)
        except Refusal as refusal:
            refusal = self.shape_refusal(operation, refusal)
            told = Refusal(*(_timed(error, now) for error in refusal.errors), status=refusal.status)
            return self.write_json_refusal(told, request_id)

    def _serve_soap(self, request: HttpRequest, request_id: str, now: float) -> HttpResponse:
        """Answer a message: each Request has a result of its own, which holds its errors where it is refused."""
        invocation = None
        try:
            self.check_route(request)
            calls = self.read_soap(request)
            invocation = self._identify_call(calls[0])
            requester = self.authenticate(invocation.call, self.store, now, self.options.clock_tolerance)
        except Refusal as refusal:
            refusal = self.shape_refusal(invocation.operation if invocation else None, refusal)
            if invocation is None or refusal.place == FRONT_END:
                return self.write_fault(refusal)
            return self.write_soap([self._refusal(refusal, invocation, request_id, now)], invocation.version)
        replies = []
        for call in calls:
            one = replace(invocation, call=call)
            try:
                replies.append(self._carry_out(one, requester, request_id, now, routing.site_of(request)))
            except Refusal as refusal:
                refusal = self.shape_refusal(one.operation, refusal)
                replies.append(self._refusal(refusal, one, request_id, now))
        return self.write_soap(replies, invocation.version)

    def _identify(self, request: HttpRequest) -> Invocation:
        self.check_route(request)
        try:
            call = self.read_call(request)
        except ValueError as error:
            raise routing.invalid(f"The parameters cannot be read: {error}") from None
        return self._identify_call(call)

    def _identify_call(self, call: Call) -> Invocation:
        routing.check_text(call)
        self.check_service(call)
        version = self.choose_version(call, self.options.versions)
        shapes = shapes_for(version)
        operation = self.choose_operation(call, shapes.operations)
        if operation not in self.handlers:  # then it is one that the version does not have, for all that is known
            operation = self.choose_operation(call, [name for name in shapes.operations if name in self.handlers])
        return Invocation(call=call, operation=operation, version=version, shapes=shapes)

    def _carry_out(
        self, invocation: Invocation, requester: Requester, request_id: str, now: float, site: str
    ) -> etree._Element:
        call, operation, shapes = invocation.call, invocation.operation, invocation.shapes
        today = invocation.version == TODAY  # which tells all that it knows
        groups = response_groups.ALL if today else self.choose_groups(operation, call.response_groups)
        parameters = self.read_parameters(call.values, shapes.operation(operation).request, shapes)
        only_checked = self.only_checks(call, invocation.version)
        handler = assignments.called_by(operation, parameters) if today else operation
        values = self.handlers[handler](
            Context(
                operation=operation,
                requester=requester,
                store=self.store.copy() if only_checked else self.store,
                values=parameters,
                at=now,
                version=invocation.version,
                shapes=shapes,
                formats=self.formats,
                request_id=request_id,
                groups=groups,
                site=site,
                deliver=self.deliver,
            )
        )
        if today:
            values = json_messages.known_members(values, shapes.operation(operation).result.type, shapes)
        reply = operation_reply(
            shapes,
            operation,
            request_id,
            values=None if only_checked or groups == {response_groups.REQUEST} else values,
            echo=parameters.sent if response_groups.REQUEST in groups and not today else None,
        )
        return self.shape_reply(operation, reply)

    def _refuse(self, refusal: Refusal, invocation: Invocation | None, request_id: str, now: float) -> HttpResponse:
        refusal = self.shape_refusal(invocation.operation if invocation else None, refusal)
        if invocation is None or refusal.place == FRONT_END:
            return write_reply(front_end_refusal(request_id, refusal.errors[0]), status=refusal.status)
        return self.write_reply(self._refusal(refusal, invocation, request_id, now), refusal.status)

    def _refusal(self, refusal: Refusal, invocation: Invocation, request_id: str, now: float) -> etree._Element:
        errors = [_timed(error, now) for error in refusal.errors]
        operation = invocation.operation
        if refusal.place == OPERATION_REQUEST:
            reply = access_refusal(operation, request_id, errors)
        else:
            reply = operation_reply(invocation.shapes, operation, request_id, errors=errors)
        return self.shape_reply(operation, reply)


def _timed(error: ServiceError, now: float) -> ServiceError:
    """Put the service's time at the end of the message, in milliseconds, where genuine messages have it."""
    message = f"{error.message} ({int(now * 1000)} s)"
    return ServiceError(code=error.code, message=message, place=error.place, data=error.data)
