"""A Requester as the suites use it: calls operations, hands every exchange to whoever watches.

Guard and ledger stand between a call and the wire, so no door goes round them.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from threading import Barrier
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from lxml import etree

from conformance.bindings.exchanges import answer_to, calls_of
from conformance.bindings.json import PARAMETER_FAULTS, is_throttled
from conformance.bindings.query import Answer, Credentials, write_call
from conformance.errors import Blocked, NotMeasured, OperationLacking, RefusedForSafety
from conformance.spec.requirements import operations
from conformance.target import json_calls, soap_calls
from conformance.target.guard import Guard
from conformance.target.ledger import Ledger, account_of
from conformance.target.offered import Offered
from conformance.transport.client import Client
from conformance.transport.failures import failure_kind
from conformance.wire.flattening import Values
from conformance.wire.messages import Exchange, HttpRequest, header
from conformance.wire.timestamps import format_timestamp

# No answer of the service: what the call did is unknown, and nothing can be held against the endpoint.
NETWORK_FAILURES = frozenset({"unreachable", "reset", "timeout", "TLS"})
THROTTLED = (429, 503)
NAMES_OPERATION = ("Operation", "Action")
# What a case takes away itself needs no cleaning up: operation → the parameter that names it.
REMOVES = {"DisableHIT": "HITId", "DisposeHIT": "HITId", "DisposeQualificationType": "QualificationTypeId"}
# What a list shows: its elements, and the child that has the name they were created with.
LISTS = {"SearchHITs": ("HIT", "Title"), "SearchQualificationTypes": ("QualificationType", "Name")}

Watch: TypeAlias = Callable[[Exchange, Answer | None], None]
"""Takes note of an exchange and of its reply as read (None where no response came)."""


def as_values(values: Mapping[str, Any]) -> Values:
    """Return plain Python values (text, number, bool, mapping, list of these) as a value tree."""
    tree: Values = {}
    for name, value in values.items():
        occurrences = value if isinstance(value, list | tuple) else [value]
        tree[name] = [as_values(one) if isinstance(one, Mapping) else _text(one) for one in occurrences]
    return tree


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a call brought: the exchange, and the answer read from it (unreadable where none came)."""

    operation: str
    exchange: Exchange
    answer: Answer

    @property
    def accepted(self) -> bool:
        """Whether the service took the call."""
        return self.answer.accepted

    @property
    def refused(self) -> bool:
        """Whether the service reported an error with a code."""
        return self.answer.refused

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the errors reported; where JSON names a fault of the parameters by its type, that type."""
        return tuple(error.kind if error.kind in PARAMETER_FAULTS else error.code for error in self.answer.errors)

    @property
    def summary(self) -> str:
        """What came back, in one line."""
        return self.exchange.failure or self.answer.summary + self._redirection

    @property
    def _redirection(self) -> str:
        response = self.exchange.response
        target = header(response.headers, "Location") if response and 300 <= response.status < 400 else None
        return f"; it redirects to {target}, where nothing was sent" if target else ""

    def text(self, path: str) -> str | None:
        """Return the text at ``path`` below the result, or None."""
        return self.answer.text(path)

    def all(self, path: str) -> list[etree._Element]:
        """Return the elements at ``path`` below the result."""
        return self.answer.results[0].findall(path) if self.answer.results else []

    @property
    def cause(self) -> str:
        """Why this reply is no success, in a line that is equal for equal causes."""
        if self.exchange.failure:
            return f"{self.operation}: {failure_kind(self.exchange) or 'no answer'}"
        if self.codes:
            return f"{self.operation}: refused with {self.codes[0] or 'an error without code'}"
        if self.answer.unreadable:
            wanted = "a JSON" if self.answer.unreadable.startswith("not a JSON") else "an XML"
            return f"{self.operation}: HTTP {self.answer.status} with something that is not {wanted} reply"
        return f"{self.operation}: {self.answer.summary}"


class Requester:
    """One Requester account on one endpoint, in one version and binding."""

    def __init__(
        self,
        *,
        url: str,
        version: str,
        credentials: Credentials,
        client: Client,
        guard: Guard,
        ledger: Ledger | None,
        now: Callable[[], float],
        watch: Watch,
        run_id: str,
        offered: Offered | None = None,
        binding: str = "query",
    ) -> None:
        self.url = url
        self.version = version
        self.binding = binding
        self.credentials = credentials
        self._client = client
        self._guard = guard
        self._ledger = ledger
        self._now = now
        self._watch = watch
        self._run_id = run_id
        self._offered = offered

    @property
    def account(self) -> str:
        """What names the account in a ledger."""
        return account_of(self.credentials.access_key_id)

    def write(
        self,
        operation: str,
        values: Mapping[str, Any] | None = None,
        *,
        path: str | None = None,
        method: str = "POST",
        signing: str = "documented",
        common: Mapping[str, str] | None = None,
        omit: Iterable[str] = (),
    ) -> HttpRequest:
        """Write a signed call without sending it; see `conformance.bindings.query.write_call`.

        By SOAP and by JSON it says the same (`conformance.target.soap_calls`, `conformance.target.json_calls`);
        NotMeasured for what only Query can say.
        """
        if self.binding != "query" and (method, signing, path) != ("POST", "documented", None):
            raise NotMeasured("the method, the path or the rule of signing is chosen, which only Query can say")
        if self.binding == "json":
            return self._write_json(operation, values or {}, common=common or {}, omit=omit)
        if self.binding == "soap":
            return self.write_batch(operation, values or {}, common=common, omit=omit)
        url = self.url if path is None else urlsplit(self.url)._replace(path=path, query="").geturl()
        return write_call(
            operation,
            as_values(values or {}),
            url=url,
            credentials=self.credentials,
            version=self.version,
            timestamp=format_timestamp(self._now()),
            method=method,
            signing=signing,
            common=common,
            omit=omit,
        )

    def _write_json(
        self, operation: str, values: Mapping[str, Any], *, common: Mapping[str, str], omit: Iterable[str]
    ) -> HttpRequest:
        return json_calls.write(
            operation,
            as_values(values),
            url=self.url,
            credentials=self.credentials,
            now=self._now(),
            common=common,
            omit=omit,
        )

    def write_batch(
        self,
        operation: str,
        *requests: Mapping[str, Any],
        common: Mapping[str, str] | None = None,
        omit: Iterable[str] = (),
    ) -> HttpRequest:
        """Write a signed SOAP message of several Requests without sending it, whatever the binding."""
        return soap_calls.write(
            operation,
            [as_values(request) for request in requests],
            url=self.url,
            credentials=self.credentials,
            version=self.version,
            timestamp=format_timestamp(self._now()),
            common=common or {},
            omit=omit,
        )

    def call(self, operation: str, values: Mapping[str, Any] | None = None, **wire: Any) -> Reply:
        """Call an operation and return what came, whatever it is; ``wire`` is passed to `write`."""
        request = self.write(operation, values, **wire)
        # Of JSON what is on the wire counts, where an amount is told as a Price.
        sent = _values_in(request) if wire or self.binding == "json" else as_values(values or {})
        called = {operation, *(text for name, text in wire.get("common", {}).items() if name in NAMES_OPERATION)}
        return self._deliver(operation, called, sent, request)

    def send_again(self, operation: str, request: HttpRequest) -> Reply:
        """Send a call that was recorded and written anew; what it creates is put down in the ledger."""
        return self._deliver(operation, {operation}, _values_in(request), request)

    def _deliver(self, operation: str, called: set[str], sent: Values | None, request: HttpRequest) -> Reply:
        for name in called:
            self._permit(name, sent)
        traits = [operations().get(name) for name in called]
        created = next((one.creates for one in traits if one and one.effect == "create"), None)
        if created and self._ledger is not None:
            entry = self._intend(operation, sent or {}, self._ledger)
            exchange = self._client.send(request, retry=False)
            answer = _answer(exchange)
            _settle(self._ledger, entry, created, answer)
            return self._heard(operation, sent or {}, exchange, answer)
        reads = all(one and one.effect == "read" for one in traits)
        return self._reply(operation, sent, self._client.send(request, retry=reads))

    def _intend(self, operation: str, values: Values, ledger: Ledger) -> str:
        """Write down a call that creates something before it is sent; return the name of its entry."""
        return ledger.intend(
            self._run_id, operation, self.url, values, self._now(), account=self.account, version=self.version
        )

    def send(self, operation: str, request: HttpRequest) -> Reply:
        """Send a call as it is written, once: one that `write` has written and that was changed since.

        Nothing of it is put down in the ledger, so it is not for operations that create what has to be cleaned up.
        """
        sent = _values_in(request)
        for name in {operation, *_operations_in(request)}:
            self._permit(name, sent)
        return self._reply(operation, sent, self._client.send(request, retry=False))

    def must(self, operation: str, values: Mapping[str, Any] | None = None, **wire: Any) -> Reply:
        """Call an operation as a precondition: raise Blocked unless it is accepted."""
        reply = self.call(operation, values, **wire)
        if not reply.accepted:
            raise Blocked(reply.cause)
        return reply

    def call_and_hang_up(self, operation: str, values: Mapping[str, Any] | None = None) -> None:
        """Send a call whole and close the connection without reading the answer."""
        self._permit(operation, as_values(values or {}))
        if self.lacks(operation):
            raise OperationLacking(operation, "answered as an operation that nobody knows")
        if _creates(operation) and self._ledger is not None:
            # What came of it is not known here: the entry stays open.
            self._intend(operation, as_values(values or {}), self._ledger)
        self._client.send_and_hang_up(self.write(operation, values))

    def call_together(self, times: int, operation: str, values: Mapping[str, Any] | None = None) -> list[Reply]:
        """Send one call ``times`` times at the same moment, each over a connection of its own."""
        return self.call_at_once(*[(operation, values or {})] * times)

    def call_at_once(self, *calls: tuple[str, Mapping[str, Any]]) -> list[Reply]:
        """Send several calls at the same moment, each over a connection of its own."""
        for operation, values in calls:
            self._permit(operation, as_values(values))
        written = {id(values): self.write(operation, values) for operation, values in calls}
        ledger = self._ledger
        entries = [
            self._intend(operation, as_values(values), ledger) if ledger is not None and _creates(operation) else None
            for operation, values in calls
        ]
        barrier = Barrier(len(calls))

        def send(request: HttpRequest) -> Exchange:
            barrier.wait()
            return self._client.send(request, retry=False)

        with ThreadPoolExecutor(len(calls)) as pool:
            exchanges = list(pool.map(send, [written[id(values)] for _, values in calls]))
        answers = [_answer(exchange) for exchange in exchanges]
        for (operation, _), answer, entry in zip(calls, answers, entries, strict=True):
            if entry is not None and ledger is not None:
                _settle(ledger, entry, _creates(operation) or "", answer)
        return [
            self._heard(operation, as_values(values), exchange, answer)
            for (operation, values), exchange, answer in zip(calls, exchanges, answers, strict=True)
        ]

    def _may_lack(self, operation: str, answer: Answer) -> bool:
        return self._offered is not None and self._offered.saw(self.version, operation, answer, binding=self.binding)

    def lacks(self, operation: str) -> bool | None:
        """Tell whether the endpoint lacks an operation of the version; None where its answers do not show it."""
        if self._offered is None:
            return None
        quiet = copy(self)  # what it asks is of no case
        quiet._watch, quiet._offered = lambda *_: None, None

        def ask(name: str) -> Answer | None:
            try:
                reply = quiet.call(name)
            except (Blocked, NotMeasured):
                return None
            return reply.answer if reply.exchange.response else None

        return self._offered.lacks(self.version, operation, ask, binding=self.binding)

    def _permit(self, operation: str, values: Values | None) -> None:
        """Ask the guard; what may not be paid for is not measured."""
        try:
            self._guard.check_call(operation, values)
        except RefusedForSafety as refusal:
            raise NotMeasured(str(refusal), for_safety=True) from None

    def _reply(self, operation: str, values: Values | None, exchange: Exchange) -> Reply:
        return self._heard(operation, values, exchange, _answer(exchange))

    def _heard(self, operation: str, values: Values | None, exchange: Exchange, answer: Answer | None) -> Reply:
        """Return the reply; raise Blocked where the network or a throttle, not the service, had the last word."""
        self._watch(exchange, answer)
        if exchange.response is None or answer is None:
            if failure_kind(exchange) in NETWORK_FAILURES:
                raise Blocked(f"{operation}: {failure_kind(exchange)}", silent=True)
            answer = Answer(status=0, unreadable=exchange.failure or "nothing")
            return Reply(operation=operation, exchange=exchange, answer=answer)
        if exchange.response.status in THROTTLED:
            raise Blocked(f"{operation}: throttled (HTTP {exchange.response.status})")
        if self.binding == "json" and is_throttled(exchange.response):
            raise Blocked(f"{operation}: throttled ({answer.errors[0].kind})")
        if self._may_lack(operation, answer) and self.lacks(operation):
            raise OperationLacking(operation, answer.summary)
        self._guard.learn(operation, values, answer)
        if self._ledger is not None and self._ledger.unsettled and operation in LISTS:
            _settle_by_name(self._ledger, answer, LISTS[operation])
        if operation in REMOVES and answer.accepted and self._ledger is not None:
            for identifier in (values or {}).get(REMOVES[operation], ()):
                self._ledger.removed_by_itself(str(identifier))
        return Reply(operation=operation, exchange=exchange, answer=answer)


def _creates(operation: str) -> str | None:
    """Return what an operation creates that has to be cleaned up, None for others."""
    traits = operations().get(operation)
    return traits.creates if traits is not None and traits.effect == "create" else None


def _settle(ledger: Ledger, entry: str, created: str, answer: Answer | None) -> None:
    """Write down what came of a call that creates a ``created``."""
    identifier = ((answer.text(f"{created}Id") if answer else None) or "").strip()
    ledger.settle(entry, identifier or None, unknown=answer is None or not answer.refused)


def _settle_by_name(ledger: Ledger, answer: Answer, shown: tuple[str, str]) -> None:
    """Write down the ids of what was created without telling its id, and is in a list."""
    element, named = shown
    for one in answer.results[0].findall(element) if answer.results else ():
        identifier = (one.findtext(f"{element}Id") or "").strip()
        if identifier:
            ledger.found(identifier, one.findtext(named) or "")


def _values_in(request: HttpRequest) -> Values | None:
    """Return the parameters of a call as it is written, whatever was asked for; None where they cannot be read."""
    try:
        call = calls_of(request)[0]
    except ValueError:
        return None
    return call.values if call.operation else None


def _operations_in(request: HttpRequest) -> set[str]:
    """Return the operations that a message calls, whatever it is sent for; none where they cannot be read."""
    try:
        return {call.operation for call in calls_of(request) if call.operation}
    except ValueError:
        return set()


def _answer(exchange: Exchange) -> Answer | None:
    return answer_to(exchange.request, exchange.response) if exchange.response else None
