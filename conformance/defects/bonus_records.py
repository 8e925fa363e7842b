"""Faults in what is kept of a bonus: how it is listed, what the Worker reads, what becomes of the assignment."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, text, with_values
from conformance.reference.assignments import properties_of
from conformance.reference.context import Context, Handler
from conformance.reference.records import Assignment, BonusPayment
from conformance.wire.flattening import Values

GRANT, LIST, STRUCTURE = "GrantBonus", "GetBonusPayments", "BonusPayment"

PAID_ONCE = tuple(
    f"{GRANT}.UniqueRequestToken.{name}"
    for name in (
        "replay",
        "replay-other-params",
        "lost-reply",
        "concurrent",
        "failed-call",
        "before-expiry",
        "durable",
        "expiry",
    )
)
"""What is shown by the number of payments, and all but the last by their amounts."""

_COUNTED = f"{LIST}.Result.elements"
LISTED = (f"{GRANT}.pays", f"{GRANT}.sample-call", f"{GRANT}.any-number", f"{GRANT}.separate-from-reward")
"""What is shown by the payments that are listed, and their amounts."""

KEPT = (f"{GRANT}.Reason.roundtrip", f"{STRUCTURE}.Reason", f"{GRANT}.sample-call")
"""What is shown by the Reason of a payment that is listed."""

TOLD = f"{GRANT}.Reason.visible"


def afterwards(change: Callable[[Context, BonusPayment], None]) -> Plant:
    """Let ``change`` do more to the store after a bonus was paid; it gets the payment."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        change(context, context.store.payments[-1])
        return values

    return handling(GRANT, wrapper)


def put(change: Callable[[BonusPayment], BonusPayment]) -> Plant:
    """Let ``change`` alter the payment that is recorded; the account and the Worker see the right one."""

    def rewrite(context: Context, payment: BonusPayment) -> None:
        context.store.payments[-1] = change(payment)

    return afterwards(rewrite)


def paid_assignment(context: Context, payment: BonusPayment) -> Assignment:
    """Return the assignment that a bonus was for."""
    return context.store.assignments[payment.assignment_id]


# The list


def _listing(change: Callable[[Values], None]) -> Plant:
    """Let ``change`` alter, in place, each BonusPayment that is listed."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        for view in values["BonusPayment"]:
            if isinstance(view, dict):
                change(view)
        return values

    return handling(LIST, wrapper)


def _pricing(change: Callable[[Values], None]) -> Plant:
    def alter(view: Values) -> None:
        for price in view["BonusAmount"]:
            if isinstance(price, dict):
                change(price)

    return _listing(alter)


def _drop(member: str) -> Callable[[Values], None]:
    def change(price: Values) -> None:
        del price[member]

    return change


def _set(member: str, write: Callable[[str], str]) -> Callable[[Values], None]:
    def change(price: Values) -> None:
        price[member] = [write(text(price, member))]

    return change


def _list_whole_hit(handler: Handler, context: Context) -> Values:
    assignment = context.store.assignments.get(context.values.optional("AssignmentId", str) or "")
    if assignment is None:
        return handler(context)
    sent: Values = {"HITId": [assignment.hit_id]}
    of_hit = with_values(context, HITId=assignment.hit_id)
    return handler(replace(of_hit, values=replace(of_hit.values, sent=sent)))


def _list_everything(handler: Handler, context: Context) -> Values:
    handler(context)
    views: list[str | Values] = []
    for assignment_id in dict.fromkeys(payment.assignment_id for payment in context.store.payments):
        views += handler(with_values(context, AssignmentId=assignment_id))["BonusPayment"]
    return {**handler(context), "BonusPayment": views}


def _list_rewards(handler: Handler, context: Context) -> Values:
    """List the reward of an assignment beside its bonuses."""
    values = handler(context)
    shown = [view for view in values["BonusPayment"] if isinstance(view, dict)]
    record = context.store.assignments.get(context.values.optional("AssignmentId", str) or "")
    if not shown or record is None:
        return values
    reward = context.formats.price(properties_of(context.store, record).reward)
    return {**values, "BonusPayment": [*shown, {**shown[0], "BonusAmount": [reward]}]}


# The assignment and the Worker


def _assign(change: Callable[[Assignment, float], Assignment]) -> Plant:
    """Let ``change`` alter the assignment of a bonus; it gets the time as well."""

    def alter(context: Context, payment: BonusPayment) -> None:
        context.store.save_assignment(change(paid_assignment(context, payment), context.at))

    return afterwards(alter)


def _tell_nobody(context: Context, payment: BonusPayment) -> None:
    context.store.messages.pop()


def _tell_another(context: Context, payment: BonusPayment) -> None:
    message = context.store.messages.pop()
    context.store.send_message(replace(message, worker_id="nobody"))


def _tell(change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter what the Worker is told; what is kept is as it was sent."""

    def alter(context: Context, payment: BonusPayment) -> None:
        message = context.store.messages.pop()
        told = message.text.replace(payment.reason or "", change(payment.reason or ""))
        context.store.send_message(replace(message, text=told))

    return afterwards(alter)


def _keep(change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the Reason that is kept; the Worker reads it as it was sent."""
    return put(lambda payment: replace(payment, reason=change(payment.reason or "") or None))


_FORMATTED = "Price.FormattedPrice.response"
_AMOUNTS = (f"{STRUCTURE}.BonusAmount", *LISTED, *PAID_ONCE[:-1])
_MIXED = (f"{GRANT}.pays", f"{STRUCTURE}.WorkerId", f"{STRUCTURE}.AssignmentId")

_LIST = (
    defect("payments/of-the-whole-hit", handling(LIST, _list_whole_hit), *_MIXED, f"{LIST}.AssignmentId"),
    defect(
        "payments/of-all-assignments",
        handling(LIST, _list_everything),
        *_MIXED,
        f"{GRANT}.UniqueRequestToken.replay-other-params",
        also=(f"{GRANT}.insufficient-for-fee", _COUNTED, "Common.Paging.NumResults"),
        because="the test that looks for no payment has made one for another; the counters say less than is listed",
    ),
    defect(
        "payments/with-the-reward",
        handling(LIST, _list_rewards),
        *LISTED,
        *PAID_ONCE,
        also=(_COUNTED, "Common.Paging.*"),
        because="the counters say less than is listed",
    ),
    defect("payments/without-currency", _pricing(_drop("CurrencyCode")), f"{STRUCTURE}.BonusAmount"),
    defect(
        "payments/without-formatted-price", _pricing(_drop("FormattedPrice")), f"{STRUCTURE}.BonusAmount", _FORMATTED
    ),
    defect("payments/without-amount", _pricing(_drop("Amount")), *_AMOUNTS),
    *(
        defect(f"payments/{name}", _pricing(_set(member, write)), f"{STRUCTURE}.BonusAmount", *broken)
        for name, member, write, *broken in (
            ("formatted-without-dollar-sign", "FormattedPrice", lambda text: text.removeprefix("$"), _FORMATTED),
            ("formatted-in-whole-dollars", "FormattedPrice", lambda text: text.partition(".")[0], _FORMATTED),
            ("currency-in-words", "CurrencyCode", lambda text: "Dollar"),
            ("currency-in-lower-case", "CurrencyCode", str.lower),
        )
    ),
    defect(
        "payments/in-cents",
        _pricing(_set("Amount", lambda text: text.replace(".", ""))),
        *_AMOUNTS,
        also=("Price.*",),
        because="the text for people says another amount",
    ),
)

_ASSIGNMENT = (
    defect(
        "assignment/approved-anew",
        _assign(lambda record, at: replace(record, decided_at=at)),
        f"{GRANT}.status-kept",
    ),
    defect(
        "assignment/rejected-by-a-bonus",
        _assign(lambda record, at: replace(record, state="Rejected")),
        f"{GRANT}.status-kept",
        f"{GRANT}.separate-from-reward",
    ),
    defect(
        "assignment/submitted-by-a-bonus",
        _assign(lambda record, at: replace(record, state="Submitted", decided_at=None)),
        f"{GRANT}.status-kept",
        f"{GRANT}.separate-from-reward",
        also=(f"{GRANT}.pays", f"{GRANT}.any-number", KEPT[0]),
        because="in versions up to 2008-04-01 a bonus is for decided assignments, so no second one is paid",
    ),
)

_REASON = (
    defect("bonus-reason/told-to-nobody", afterwards(_tell_nobody), TOLD),
    defect("bonus-reason/told-to-another", afterwards(_tell_another), TOLD),
    defect("bonus-reason/told-cut-off", _tell(lambda reason: reason[:20]), TOLD),
    defect("bonus-reason/told-in-lower-case", _tell(str.lower), TOLD),
    defect("bonus-reason/not-kept", _keep(lambda reason: ""), *KEPT),
    defect("bonus-reason/kept-cut-off", _keep(lambda reason: reason[:20]), *KEPT),
    defect("bonus-reason/kept-in-lower-case", _keep(str.lower), *KEPT),
    defect("bonus-reason/kept-without-blanks", _keep(lambda reason: reason.replace(" ", "")), *KEPT),
    defect("bonus-reason/kept-with-plus-for-blank", _keep(lambda reason: reason.replace(" ", "+")), *KEPT),
    defect("bonus-reason/kept-in-ascii", _keep(lambda reason: reason.encode("ascii", "replace").decode()), *KEPT[:2]),
    defect(
        "bonus-reason/kept-in-latin-1",
        _keep(lambda reason: reason.encode("latin-1", "replace").decode("latin-1")),
        KEPT[0],
    ),
    defect("bonus-reason/kept-escaped-twice", _keep(escape), *KEPT[:2]),
    defect("bonus-reason/kept-without-markup", _keep(lambda reason: re.sub("<[^<>]*>", "", reason)), *KEPT[:2]),
    defect("bonus-reason/kept-with-single-blanks", _keep(lambda reason: " ".join(reason.split())), KEPT[0]),
)

_TIME = (
    defect(
        "payments/dated-two-hours-back",
        put(lambda payment: replace(payment, granted_at=payment.granted_at - 7200)),
        f"{STRUCTURE}.GrantTime",
        also=("GetRequester*",),
        because="figures of a day look at the time of the grant",
    ),
    defect(
        "payments/dated-ahead",
        put(lambda payment: replace(payment, granted_at=payment.granted_at + 90)),
        f"{STRUCTURE}.GrantTime",
        also=("GetRequester*",),
        because="figures leave out what has not happened yet",
    ),
)

DEFECTS: tuple[Defect, ...] = (*_LIST, *_ASSIGNMENT, *_REASON, *_TIME)
