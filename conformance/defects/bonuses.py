"""Faults of bonuses: what is paid and to whom, and what leaves the account.

What GrantBonus takes and refuses, and what is kept and told of a bonus, have modules of their own.
"""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects import bonus_parameters, bonus_records
from conformance.defects.bonus_records import KEPT, LISTED, PAID_ONCE, TOLD, afterwards, paid_assignment, put
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling
from conformance.reference.assignments import properties_of
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.money import fee
from conformance.reference.records import BonusPayment
from conformance.reference.refusals import INVALID, refused
from conformance.wire.flattening import Values

GRANT, STRUCTURE = "GrantBonus", "BonusPayment"

_TOKEN = f"{GRANT}.UniqueRequestToken"
_MANY = (f"{GRANT}.any-number", f"{GRANT}.pays", f"{_TOKEN}.expiry")
_FUNDS = (f"{GRANT}.insufficient-funds", f"{GRANT}.insufficient-for-fee", f"{_TOKEN}.failed-call")


# Payments


def _pay_again(context: Context, payment: BonusPayment) -> None:
    context.store.charge(payment.owner, payment.amount, fee(payment.amount))
    context.store.record_payment(payment)


def _pay_first_worker(context: Context, payment: BonusPayment) -> None:
    """Pay the Worker of the first assignment of the HIT."""
    first = next(context.store.assignments_of(paid_assignment(context, payment).hit_id))
    paid = replace(payment, worker_id=first.worker_id, assignment_id=first.assignment_id)
    context.store.payments[-1] = paid


def _to_another(payment: BonusPayment) -> BonusPayment:
    return replace(payment, worker_id=f"{payment.worker_id}X")


def _record_nothing(context: Context, payment: BonusPayment) -> None:
    context.store.payments.pop()


def _add_reward(context: Context, payment: BonusPayment) -> None:
    reward = properties_of(context.store, paid_assignment(context, payment)).reward
    context.store.payments[-1] = replace(payment, amount=payment.amount + reward)


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


_PAYMENTS = (
    defect("bonus/paid-twice", afterwards(_pay_again), *LISTED, *PAID_ONCE, f"{GRANT}.balance"),
    defect("bonus/paid-to-another-worker", put(_to_another), f"{GRANT}.pays", f"{STRUCTURE}.WorkerId"),
    defect("bonus/paid-to-the-first-of-the-hit", afterwards(_pay_first_worker), f"{GRANT}.pays"),
    defect(
        "bonus/a-cent-less",
        put(lambda payment: replace(payment, amount=payment.amount - 1)),
        *LISTED,
        *PAID_ONCE[:-1],
        f"{STRUCTURE}.BonusAmount",
    ),
    defect(
        "bonus/in-whole-dollars",
        put(lambda payment: replace(payment, amount=payment.amount // 100 * 100)),
        f"{GRANT}.pays",
    ),
    defect(
        "bonus/as-a-binary-fraction",
        put(lambda payment: replace(payment, amount=int(payment.amount / 100 * 100))),
        f"{GRANT}.pays",
    ),
    defect("bonus/not-listed", afterwards(_record_nothing), *LISTED, *PAID_ONCE, KEPT[0]),
    defect(
        "bonus/success-of-nothing",
        handling(GRANT, _succeed_always),
        *LISTED,
        KEPT[0],
        TOLD,
        f"{GRANT}.balance",
        f"{GRANT}.fee",
        also=(f"{GRANT}.*",),
        because="every call that should be refused is accepted too",
    ),
    defect(
        "bonus/with-the-reward-in-it",
        afterwards(_add_reward),
        *LISTED,
        *PAID_ONCE[:-1],
        f"{STRUCTURE}.BonusAmount",
    ),
    defect(
        "bonus/second-refused",
        _once(refuse=True),
        *_MANY,
        KEPT[0],
        also=(f"{_TOKEN}.replay-message",),
        because="the refusal is not that of the token",
    ),
    defect(
        "bonus/second-of-nothing",
        _once(refuse=False),
        *_MANY,
        KEPT[0],
        *(f"{_TOKEN}.{name}" for name in ("replay", "replay-message", "replay-other-params")),
        *(f"{_TOKEN}.{name}" for name in ("concurrent", "before-expiry", "durable")),
    ),
    defect(
        "bonus/replaces-the-earlier",
        afterwards(_replace_earlier),
        *_MANY,
        also=(f"{_TOKEN}.replay",),
        because="three bonuses are paid with tokens of their own before one of them is repeated",
    ),
    defect(
        "bonus/error-though-paid",
        handling(GRANT, _fail_though_paid),
        *bonus_parameters.ACCEPTED,
        f"{_TOKEN}.concurrent",
        f"{_TOKEN}.failed-call",
    ),
)

_ACCOUNT = (
    defect("account/bonus-not-taken", _take(fee), f"{GRANT}.balance", f"{GRANT}.fee"),
    defect(
        "account/fee-not-taken",
        _take(lambda amount: amount),
        f"{GRANT}.fee",
        also=(f"{GRANT}.balance",),
        because="an account that holds what a bonus was seen to cost cannot pay it",
    ),
    defect("account/nothing-taken", _take(lambda amount: 0), f"{GRANT}.balance", f"{GRANT}.fee"),
    defect(
        "account/bonus-taken-twice",
        _take(lambda amount: 2 * amount + fee(amount)),
        f"{GRANT}.balance",
        f"{_TOKEN}.lost-reply",
    ),
    defect("account/never-refuses", _can_pay(lambda balance, amount, fee: True), *_FUNDS),
    defect("account/refuses-late", _can_pay(lambda balance, amount, fee: balance >= 0), *_FUNDS),
    defect("account/fee-not-covered", _can_pay(lambda balance, amount, fee: balance >= amount), _FUNDS[1]),
    defect("account/last-cent-kept", _can_pay(lambda balance, amount, fee: balance > amount + fee), f"{GRANT}.balance"),
)

DEFECTS: tuple[Defect, ...] = (*_PAYMENTS, *_ACCOUNT, *bonus_records.DEFECTS, *bonus_parameters.DEFECTS)
