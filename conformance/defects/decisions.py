"""Faults in decisions about submissions: approval, rejection, and a rejection that is taken back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, planting, rereading
from conformance.defects.submissions import (
    after_disposal,
    by_its_owner,
    forgiving,
    named_assignment,
    seen_otherwise,
    unknown_taken,
)
from conformance.reference.assignments import properties_of
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.money import fee
from conformance.reference.records import Assignment
from conformance.reference.refusals import refused
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

APPROVE, REJECT, UNDO = "ApproveAssignment", "RejectAssignment", "ApproveRejectedAssignment"
_FEEDBACK = "RequesterFeedback"
_DAY = 24 * 60 * 60.0
_SUBMITTED = "GetAssignmentsForHIT.groups.feedback"


def _kept(operation: str, change: Callable[[Assignment, Assignment], Assignment]) -> Plant:
    """Let ``change`` alter what is kept of a decision; it gets the assignment before and after."""

    def wrapper(handler: Handler, context: Context) -> Values:
        before, values = named_assignment(context), handler(context)
        after = named_assignment(context)
        if before and after:
            context.store.save_assignment(change(before, after))
        return values

    return handling(operation, wrapper)


def _changed(**changes: Any) -> Callable[[Assignment, Assignment], Assignment]:
    return lambda before, after: replace(after, **changes)


def _account(operation: str, taken: Callable[[int], int]) -> Plant:
    """Take ``taken`` of a reward from the account, whatever the decision costs."""

    def wrapper(handler: Handler, context: Context) -> Values:
        before = context.store.requesters[context.requester.access_key_id]
        values, record = handler(context), named_assignment(context)
        reward = properties_of(context.store, record).reward if record else 0
        context.store.requesters[before.access_key_id] = replace(before, balance=before.balance - taken(reward))
        return values

    return handling(operation, wrapper)


def _silently(operation: str) -> Plant:
    """Tell the Worker nothing."""

    def wrapper(handler: Handler, context: Context) -> Values:
        count, values = len(context.store.messages), handler(context)
        del context.store.messages[count:]
        return values

    return handling(operation, wrapper)


def _only_with_feedback(handler: Handler, context: Context) -> Values:
    if context.values.optional(_FEEDBACK, str) is None:
        raise refused("AWS.MissingParameters", "RequesterFeedback is missing.", ParameterName=_FEEDBACK)
    return handler(context)


def _again(operation: str, state: str) -> Plant:
    """Decide what is decided as if it waited for it."""

    def wrapper(handler: Handler, context: Context) -> Values:
        record = named_assignment(context)
        if record is not None and record.state in ("Approved", "Rejected"):
            context.store.save_assignment(replace(record, state=state))  # type: ignore[arg-type]
        return handler(context)

    return handling(operation, wrapper)


def _on_feedback(operation: str, change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the feedback before it is looked at."""

    def reread(sent: Values, _: Endpoint) -> Values:
        if _FEEDBACK not in sent:
            return sent
        return {**sent, _FEEDBACK: [change(one) if isinstance(one, str) else one for one in sent[_FEEDBACK]]}

    return rereading(operation, reread)


def _any_character(operation: str) -> Plant:
    """Take control characters in feedback, and leave them out."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.read_call

        def read(request: HttpRequest) -> Call:
            call = strict(request)
            if call.operation != operation:
                return call
            return replace(call, pairs=tuple(pair for pair in call.pairs if pair[0] != _FEEDBACK))

        endpoint.read_call = read

    printable = _on_feedback(operation, lambda text: "".join(one for one in text if one >= " " or one in "\t\n\r"))
    return planting(plant, printable)


def _submitted(seconds: float) -> Plant:
    """Count thirty days from another time than that of the submission."""

    def wrapper(handler: Handler, context: Context) -> Values:
        record = named_assignment(context)
        if record is None or record.submitted_at is None:
            return handler(context)
        context.store.save_assignment(replace(record, submitted_at=record.submitted_at + seconds))
        try:
            return handler(context)
        finally:
            after = context.store.assignments[record.assignment_id]
            context.store.save_assignment(replace(after, submitted_at=record.submitted_at))

    return handling(UNDO, wrapper)


def _accepted_is_submitted(handler: Handler, context: Context) -> Values:
    record = named_assignment(context)
    if record is None or record.state != "Accepted":
        return handler(context)
    with seen_otherwise(context.store, record, state="Submitted", submitted_at=context.at):
        return handler(context)


_SHORT = "the decision is missing wherever one is the beginning of a case"
_OF_ANY = (
    one
    for operation in (APPROVE, REJECT, UNDO)
    for one in (
        defect(f"{operation}/of-another-requester", by_its_owner(operation), f"{operation}.owner-only"),
        defect(f"{operation}/unknown", unknown_taken(operation), f"{operation}.AssignmentId.unknown"),
        defect(
            f"{operation}/not-kept",
            _kept(operation, lambda before, after: before),
            f"{operation}.transition",
            also=(f"{operation}.*", "Assignment.*", "GetAssignmentsForHIT.*", "RejectAssignment.*"),
            because=_SHORT,
        ),
        defect(
            f"{operation}/feedback-of-any-length",
            _on_feedback(operation, lambda text: text[:1024]),
            f"{operation}.{_FEEDBACK}.maxlen",
        ),
        defect(
            f"{operation}/feedback-counted-in-bytes",
            _on_feedback(operation, lambda text: text if len(text.encode()) <= 1024 else "x" * 1025),
            f"{operation}.{_FEEDBACK}.maxlen",
        ),
    )
)

_OF_TWO = (
    one
    for operation in (APPROVE, REJECT)
    for one in (
        defect(
            f"{operation}/at-another-time",
            _kept(operation, lambda before, after: replace(after, decided_at=(after.decided_at or 0) - 3600)),
            f"{operation}.time",
        ),
        defect(
            f"{operation}/feedback-not-kept",
            _kept(operation, _changed(feedback=None)),
            f"{operation}.{_FEEDBACK}.stored",
            f"{operation}.{_FEEDBACK}.returned",
            _SUBMITTED,
            also=("GetAssignment.tells-all",),
            because="it tells the feedback unasked",
        ),
        defect(
            f"{operation}/feedback-demanded",
            handling(operation, _only_with_feedback),
            f"{operation}.{_FEEDBACK}.optional",
        ),
    )
)

_STATES = (
    defect(
        "approval/of-anything",
        forgiving(APPROVE, "InvalidAssignmentState"),
        *(f"{APPROVE}.{topic}" for topic in ("already-approved", "rejected", "not-submitted")),
    ),
    defect(
        "approval/of-what-was-decided",
        _again(APPROVE, "Submitted"),
        f"{APPROVE}.already-approved",
        f"{APPROVE}.rejected",
    ),
    defect(
        "rejection-of-work/of-anything",
        forgiving(REJECT, "InvalidAssignmentState"),
        *(f"{REJECT}.{topic}" for topic in ("already-approved", "already-rejected", "auto-approved")),
    ),
    defect(
        "rejection-of-work/of-what-was-decided",
        _again(REJECT, "Submitted"),
        *(f"{REJECT}.{topic}" for topic in ("already-approved", "already-rejected", "auto-approved")),
    ),
    defect(
        "second-thoughts/of-what-was-approved",
        _again(UNDO, "Rejected"),
        f"{UNDO}.not-rejected",
        f"{APPROVE}.OverrideRejection.approved",
    ),
    defect(
        "second-thoughts/of-anything",
        forgiving(UNDO, "InvalidAssignmentState"),
        f"{UNDO}.not-rejected",
        f"{APPROVE}.OverrideRejection.approved",
        f"{UNDO}.30days",
    ),
    defect("second-thoughts/for-five-more-days", _submitted(5 * _DAY), f"{UNDO}.30days"),
    defect("second-thoughts/for-five-days-less", _submitted(-5 * _DAY), f"{UNDO}.30days"),
    defect("second-thoughts/after-disposal", after_disposal(UNDO), f"{UNDO}.disposed"),
    defect("approval/of-what-is-not-handed-in", handling(APPROVE, _accepted_is_submitted), f"{APPROVE}.not-submitted"),
)

_MONEY = (
    defect("approval/unpaid", _account(APPROVE, lambda reward: 0), f"{APPROVE}.pays"),
    defect("approval/fee-alone", _account(APPROVE, fee), f"{APPROVE}.pays"),
    defect("second-thoughts/unpaid", _account(UNDO, lambda reward: 0), f"{UNDO}.pays"),
    defect("rejection-of-work/paid", _account(REJECT, lambda reward: reward + fee(reward)), f"{REJECT}.no-pay"),
    defect("approval/without-funds", forgiving(APPROVE, "InsufficientFunds"), f"{APPROVE}.insufficient-funds"),
    defect("second-thoughts/without-funds", forgiving(UNDO, "InsufficientFunds"), f"{UNDO}.insufficient-funds"),
)

_SAID = (
    defect("approval/untold", _silently(APPROVE), f"{APPROVE}.{_FEEDBACK}.worker-visible"),
    defect(
        "approval/feedback-made-up",
        _kept(APPROVE, lambda before, after: replace(after, feedback=after.feedback or "Thanks")),
        f"{APPROVE}.{_FEEDBACK}.optional",
        "Assignment.RequesterFeedback.absent",
    ),
    *(
        defect(name, _any_character(operation), f"{operation}.{_FEEDBACK}.control-chars", versions=VERSIONS)
        for name, operation in (("approval/any-character", APPROVE), ("second-thoughts/any-character", UNDO))
    ),
)

DEFECTS: tuple[Defect, ...] = (*_OF_ANY, *_OF_TWO, *_STATES, *_MONEY, *_SAID)
