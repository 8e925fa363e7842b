"""Faults of bonuses: what is paid and to whom, what leaves the account, what is listed, what the Worker reads."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import defect
from conformance.defects.planting import Plant, handling, text, with_values
from conformance.reference.assignments import properties_of
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.money import fee
from conformance.reference.records import Assignment, BonusPayment
from conformance.reference.refusals import INVALID, refused
from conformance.wire.flattening import Values

GRANT, LIST, STRUCTURE = "GrantBonus", "GetBonusPayments", "BonusPayment"

_LISTED = (f"{GRANT}.pays", f"{GRANT}.sample-call", f"{GRANT}.any-number", f"{GRANT}.separate-from-reward")
_PAID_ONCE = tuple(
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
_SEVERAL = f"{GRANT}.Reason.roundtrip"
_MANY = (f"{GRANT}.any-number", f"{GRANT}.pays", _SEVERAL, _PAID_ONCE[-1])
_FUNDS = (f"{GRANT}.insufficient-funds", f"{GRANT}.insufficient-for-fee", f"{GRANT}.UniqueRequestToken.failed-call")
_KEPT = (_SEVERAL, f"{STRUCTURE}.Reason", f"{GRANT}.sample-call")
_TOLD = f"{GRANT}.Reason.visible"


# Payments


def _afterwards(change: Callable[[Context, BonusPayment], None]) -> Plant:
    """Let ``change`` do more to the store after a bonus was paid; it gets the payment."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        change(context, context.store.payments[-1])
        return values

    return handling(GRANT, wrapper)


def _put(change: Callable[[BonusPayment], BonusPayment]) -> Plant:
    """Let ``change`` alter the payment that is recorded; the account and the Worker see the right one."""

    def rewrite(context: Context, payment: BonusPayment) -> None:
        context.store.payments[-1] = change(payment)

    return _afterwards(rewrite)


def _pay_again(context: Context, payment: BonusPayment) -> None:
    context.store.charge(payment.owner, payment.amount, fee(payment.amount))
    context.store.record_payment(payment)


def _pay_first_worker(context: Context, payment: BonusPayment) -> None:
    """Pay the Worker of the first assignment of the HIT."""
    first = next(context.store.assignments_of(_assignment(context, payment).hit_id))
    paid = replace(payment, worker_id=first.worker_id, assignment_id=first.assignment_id)
    context.store.payments[-1] = paid


def _to_another(payment: BonusPayment) -> BonusPayment:
    return replace(payment, worker_id=f"{payment.worker_id}X")


def _record_nothing(context: Context, payment: BonusPayment) -> None:
    context.store.payments.pop()


def _add_reward(context: Context, payment: BonusPayment) -> None:
    reward = properties_of(context.store, _assignment(context, payment)).reward
    context.store.payments[-1] = replace(payment, amount=payment.amount + reward)


def _assignment(context: Context, payment: BonusPayment) -> Assignment:
    return context.store.assignments[payment.assignment_id]


def _once(*, refuse: bool) -> Plant:
    """Pay one bonus for an assignment and no second one, with an error or without."""

    def wrapper(handler: Handler, context: Context) -> Values:
        assignment_id = context.values.required("AssignmentId", str)
        if all(payment.assignment_id != assignment_id for payment in context.store.payments):
            return handler(context)
        if refuse:
            raise refused(INVALID, "A bonus was paid for this assignment.", ParameterName="AssignmentId")
        return {}

    return handling(GRANT, wrapper)


def _replace_earlier(context: Context, payment: BonusPayment) -> None:
    others = [one for one in context.store.payments[:-1] if one.assignment_id != payment.assignment_id]
    context.store.payments = [*others, payment]


def _fail_though_paid(handler: Handler, context: Context) -> Values:
    handler(context)
    raise refused("AWS.MechanicalTurk.InternalError", "Something went wrong.")


def _succeed_always(handler: Handler, context: Context) -> Values:
    return {}


# The account


def _take(amount: Callable[[int], int]) -> Plant:
    """Take ``amount`` of a bonus from the account, whatever it costs."""

    def wrapper(handler: Handler, context: Context) -> Values:
        before = context.store.requesters[context.requester.access_key_id]
        values = handler(context)
        taken = amount(context.store.payments[-1].amount)
        context.store.requesters[before.access_key_id] = replace(before, balance=before.balance - taken)
        return values

    return handling(GRANT, wrapper)


def _can_pay(enough: Callable[[int, int, int], bool]) -> Plant:
    """Let an account pay where ``enough`` says so of its balance, the amount and the fee."""

    def plant(endpoint: Endpoint) -> None:
        store = endpoint.store

        def can_pay(access_key_id: str, amount: int, fee: int) -> bool:
            return enough(store.requesters[access_key_id].balance, amount, fee)

        setattr(store, "can_pay", can_pay)  # noqa: B010 - a method is replaced

    return plant


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
    sent = {"HITId": [assignment.hit_id]}
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
    return {**values, "BonusPayment": [{**shown[0], "BonusAmount": [reward]}, *shown]}


# The assignment and the Worker


def _assign(change: Callable[[Assignment, float], Assignment]) -> Plant:
    """Let ``change`` alter the assignment of a bonus; it gets the time as well."""

    def alter(context: Context, payment: BonusPayment) -> None:
        context.store.save_assignment(change(_assignment(context, payment), context.at))

    return _afterwards(alter)


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

    return _afterwards(alter)


def _keep(change: Callable[[str], str]) -> Plant:
    """Let ``change`` alter the Reason that is kept; the Worker reads it as it was sent."""
    return _put(lambda payment: replace(payment, reason=change(payment.reason or "") or None))


_PAYMENTS = (
    defect("bonus/paid-twice", _afterwards(_pay_again), *_LISTED, *_PAID_ONCE, f"{GRANT}.balance"),
    defect("bonus/paid-to-another-worker", _put(_to_another), f"{GRANT}.pays", f"{STRUCTURE}.WorkerId"),
    defect("bonus/paid-to-the-first-of-the-hit", _afterwards(_pay_first_worker), f"{GRANT}.pays"),
    defect(
        "bonus/a-cent-less",
        _put(lambda payment: replace(payment, amount=payment.amount - 1)),
        *_LISTED,
        *_PAID_ONCE[:-1],
        f"{STRUCTURE}.BonusAmount",
    ),
    defect(
        "bonus/in-whole-dollars",
        _put(lambda payment: replace(payment, amount=payment.amount // 100 * 100)),
        f"{GRANT}.pays",
    ),
    defect(
        "bonus/as-a-binary-fraction",
        _put(lambda payment: replace(payment, amount=int(payment.amount / 100 * 100))),
        f"{GRANT}.pays",
    ),
    defect("bonus/not-listed", _afterwards(_record_nothing), *_LISTED, *_PAID_ONCE, _SEVERAL),
    defect(
        "bonus/success-of-nothing",
        handling(GRANT, _succeed_always),
        *_LISTED,
        _SEVERAL,
        _TOLD,
        f"{GRANT}.balance",
        f"{GRANT}.fee",
        also=(f"{GRANT}.*",),
        because="every call that should be refused is accepted too",
    ),
    defect(
        "bonus/with-the-reward-in-it",
        _afterwards(_add_reward),
        *_LISTED,
        *_PAID_ONCE[:-1],
        f"{STRUCTURE}.BonusAmount",
    ),
    defect("bonus/second-refused", _once(refuse=True), *_MANY),
    defect("bonus/second-of-nothing", _once(refuse=False), *_MANY),
    defect("bonus/replaces-the-earlier", _afterwards(_replace_earlier), *_MANY),
    defect("bonus/error-though-paid", handling(GRANT, _fail_though_paid), *bonus_parameters.ACCEPTED),
)

_ACCOUNT = (
    defect("account/bonus-not-taken", _take(fee), f"{GRANT}.balance", f"{GRANT}.fee"),
    defect("account/fee-not-taken", _take(lambda amount: amount), f"{GRANT}.fee"),
    defect("account/nothing-taken", _take(lambda amount: 0), f"{GRANT}.balance", f"{GRANT}.fee"),
    defect("account/bonus-taken-twice", _take(lambda amount: 2 * amount + fee(amount)), f"{GRANT}.balance"),
    defect("account/never-refuses", _can_pay(lambda balance, amount, fee: True), *_FUNDS),
    defect("account/refuses-late", _can_pay(lambda balance, amount, fee: balance >= 0), *_FUNDS),
    defect("account/fee-not-covered", _can_pay(lambda balance, amount, fee: balance >= amount), _FUNDS[1]),
    defect("account/last-cent-kept", _can_pay(lambda balance, amount, fee: balance > amount + fee), f"{GRANT}.balance"),
)

_LIST = (
    defect("payments/of-the-whole-hit", handling(LIST, _list_whole_hit), f"{GRANT}.pays"),
    defect(
        "payments/of-all-assignments",
        handling(LIST, _list_everything),
        f"{GRANT}.pays",
        f"{GRANT}.UniqueRequestToken.replay-other-params",
    ),
    defect("payments/with-the-reward", handling(LIST, _list_rewards), *_LISTED),
    defect("payments/without-currency", _pricing(_drop("CurrencyCode")), f"{STRUCTURE}.BonusAmount"),
    defect("payments/without-formatted-price", _pricing(_drop("FormattedPrice")), f"{STRUCTURE}.BonusAmount"),
    defect("payments/without-amount", _pricing(_drop("Amount")), f"{STRUCTURE}.BonusAmount", *_LISTED),
    *(
        defect(f"payments/{name}", _pricing(_set(member, write)), f"{STRUCTURE}.BonusAmount")
        for name, member, write in (
            ("formatted-without-dollar-sign", "FormattedPrice", lambda text: text.removeprefix("$")),
            ("formatted-in-whole-dollars", "FormattedPrice", lambda text: text.partition(".")[0]),
            ("currency-in-words", "CurrencyCode", lambda text: "Dollar"),
            ("currency-in-lower-case", "CurrencyCode", str.lower),
        )
    ),
    defect(
        "payments/in-cents",
        _pricing(_set("Amount", lambda text: text.replace(".", ""))),
        f"{STRUCTURE}.BonusAmount",
        *_LISTED,
    ),
)

_ASSIGNMENT = (
    defect(
        "assignment/approved-anew",
        _assign(lambda record, at: replace(record, decided_at=at)),
        f"{GRANT}.status-kept",
    ),
    *(
        defect(
            f"assignment/{state}-by-a-bonus",
            _assign(change),
            f"{GRANT}.status-kept",
            f"{GRANT}.separate-from-reward",
        )
        for state, change in (
            ("rejected", lambda record, at: replace(record, state="Rejected")),
            ("submitted", lambda record, at: replace(record, state="Submitted", decided_at=None)),
        )
    ),
)

_REASON = (
    defect("bonus-reason/told-to-nobody", _afterwards(_tell_nobody), _TOLD),
    defect("bonus-reason/told-to-another", _afterwards(_tell_another), _TOLD),
    defect("bonus-reason/told-cut-off", _tell(lambda reason: reason[:20]), _TOLD),
    defect("bonus-reason/told-in-lower-case", _tell(str.lower), _TOLD),
    defect("bonus-reason/not-kept", _keep(lambda reason: ""), *_KEPT),
    defect("bonus-reason/kept-cut-off", _keep(lambda reason: reason[:20]), *_KEPT),
    defect("bonus-reason/kept-in-lower-case", _keep(str.lower), *_KEPT),
    defect("bonus-reason/kept-without-blanks", _keep(lambda reason: reason.replace(" ", "")), *_KEPT),
    defect("bonus-reason/kept-with-plus-for-blank", _keep(lambda reason: reason.replace(" ", "+")), *_KEPT),
    defect("bonus-reason/kept-in-ascii", _keep(lambda reason: reason.encode("ascii", "replace").decode()), *_KEPT[:2]),
    defect(
        "bonus-reason/kept-in-latin-1",
        _keep(lambda reason: reason.encode("latin-1", "replace").decode("latin-1")),
        _SEVERAL,
    ),
    defect("bonus-reason/kept-escaped-twice", _keep(escape), *_KEPT[:2]),
    defect("bonus-reason/kept-without-markup", _keep(lambda reason: re.sub("<[^<>]*>", "", reason)), *_KEPT[:2]),
    defect("bonus-reason/kept-with-single-blanks", _keep(lambda reason: " ".join(reason.split())), _SEVERAL),
)

DEFECTS: tuple[Defect, ...] = (*_PAYMENTS, *_ACCOUNT, *_LIST, *_ASSIGNMENT, *_REASON, *bonus_parameters.DEFECTS)
