"""Faults of NotifyWorkers: who gets the mail, what is in it, and what is said of who does not."""

from collections.abc import Callable
from dataclasses import replace

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, rereading, text
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import Message
from conformance.reference.refusals import INVALID, refused
from conformance.spec.versions import TODAY
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

NOTIFY = "NotifyWorkers"

_STATUS, _VALID = f"{NOTIFY}.failure-status", f"{NOTIFY}.ineligible-valid"
_DELIVERS, _ELIGIBLE = f"{NOTIFY}.delivers", f"{NOTIFY}.eligible"
_LISTED = "NotifyWorkersFailureStatus"


def _sending(change: Callable[[list[Message]], list[Message]]) -> Plant:
    """Let ``change`` alter the mails that a call sends."""

    def wrapper(handler: Handler, context: Context) -> Values:
        before = len(context.store.messages)
        values = handler(context)
        context.store.messages[before:] = change(context.store.messages[before:])
        return values

    return handling(NOTIFY, wrapper)


def _each(change: Callable[[Message], Message]) -> Plant:
    return _sending(lambda mails: [change(mail) for mail in mails])


def _write_to_all(handler: Handler, context: Context) -> Values:
    values = handler(context)
    subject = context.values.optional("Subject", str) or ""
    content = context.values.required("MessageText", str)
    for status in values.get(_LISTED, []):
        worker_id = text(status, "WorkerId") if isinstance(status, dict) else ""
        context.store.send_message(Message(worker_id=worker_id, subject=subject, text=content, at=context.at))
    return values


def _only(state: str) -> Plant:
    """Write to those only who have an assignment in that state."""

    def wrapper(handler: Handler, context: Context) -> Values:
        before = len(context.store.messages)
        values = handler(context)
        good = {record.worker_id for record in context.store.assignments.values() if record.state == state}
        sent = context.store.messages[before:]
        context.store.messages[before:] = [mail for mail in sent if mail.worker_id in good]
        return values

    return handling(NOTIFY, wrapper)


def _refuse_all(handler: Handler, context: Context) -> Values:
    before = len(context.store.messages)
    values = handler(context)
    if values.get(_LISTED):
        del context.store.messages[before:]
        raise refused(INVALID, "There are Workers who cannot be written to.", ParameterName="WorkerId")
    return values


def _reporting(change: Callable[[Values], Values]) -> Plant:
    """Let ``change`` alter how each Worker who was not reached is reported."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        listed = values.get(_LISTED, [])
        return {**values, **({_LISTED: [change(one) for one in listed if isinstance(one, dict)]} if listed else {})}

    return handling(NOTIFY, wrapper)


def _report_nobody(handler: Handler, context: Context) -> Values:
    return {name: found for name, found in handler(context).items() if name != _LISTED}


def _at_most(count: int) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        if len(context.values.all("WorkerId", str)) > count:
            raise refused(INVALID, f"At most {count} Workers are named.", ParameterName="WorkerId")
        return handler(context)

    return handling(NOTIFY, wrapper)


def _first_hundred(values: Values, endpoint: Endpoint) -> Values:
    return {**values, "WorkerId": values["WorkerId"][:100]} if "WorkerId" in values else values


def _with_subject(values: Values, endpoint: Endpoint) -> Values:
    return values if "Subject" in values else {**values, "Subject": ["-"]}


def _read_bare_only(endpoint: Endpoint) -> None:
    """Pass over a single WorkerId that comes with an index."""
    strict = endpoint.read_call

    def read(request: HttpRequest) -> Call:
        call = strict(request)
        sent = request.body.decode("ascii", "replace")
        if call.operation != NOTIFY or "WorkerId.1=" not in sent or "WorkerId.2=" in sent:
            return call
        return replace(call, values={name: found for name, found in call.values.items() if name != "WorkerId"})

    endpoint.read_call = read


DEFECTS: tuple[Defect, ...] = (
    defect("notify/nobody", _sending(lambda mails: []), _DELIVERS, _ELIGIBLE, _VALID),
    defect("notify/the-first-only", _sending(lambda mails: mails[:1]), _DELIVERS),
    defect("notify/twice", _sending(lambda mails: [*mails, *mails]), _DELIVERS, _ELIGIBLE, _VALID),
    defect(
        "notify/another",
        _each(lambda mail: replace(mail, worker_id=f"{mail.worker_id}X")),
        _DELIVERS,
        _ELIGIBLE,
        _VALID,
    ),
    defect(
        "notify/without-subject", _each(lambda mail: replace(mail, subject="A message")), _DELIVERS, _ELIGIBLE, _VALID
    ),
    defect("notify/cut-off", _each(lambda mail: replace(mail, text=mail.text[:10])), _DELIVERS),
    defect("notify/on-one-line", _each(lambda mail: replace(mail, text=" ".join(mail.text.split()))), _DELIVERS),
    defect("notify/everybody", handling(NOTIFY, _write_to_all), _ELIGIBLE, versions=("2014-08-15", TODAY)),
    defect("notify/approved-only", _only("Approved"), _DELIVERS),
    defect(
        "notify/all-or-nobody",
        handling(NOTIFY, _refuse_all),
        _VALID,
        _STATUS,
        also=(f"{NOTIFY}.*",),
        because="no call with a Worker who cannot be written to is taken",
        versions=("2012-03-25", "2013-11-15", "2014-08-15", TODAY),
    ),
    defect("notify/nobody-reported", handling(NOTIFY, _report_nobody), _STATUS),
    defect("notify/another-reported", _reporting(lambda status: {**status, "WorkerId": ["A3ANOTHERWORKER"]}), _STATUS),
    defect(
        "notify/reported-without-message",
        _reporting(lambda status: {**status, "NotifyWorkersFailureMessage": [""]}),
        _STATUS,
    ),
    defect("notify/ten-at-most", _at_most(10), f"{NOTIFY}.WorkerId.max"),
    defect("notify/a-hundred-of-more", rereading(NOTIFY, _first_hundred), f"{NOTIFY}.WorkerId.max"),
    defect("notify/without-index-only", _read_bare_only, f"{NOTIFY}.WorkerId.single"),
    defect(
        "notify/subject-not-needed",
        rereading(NOTIFY, _with_subject),
        f"{NOTIFY}.Subject.required",
        f"{NOTIFY}.required",
    ),
)
