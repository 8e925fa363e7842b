"""Faults in what GrantBonus takes, what it refuses, and what it pays though it refuses."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import OfOperation, Plant, handling, planting, rereading, text, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import Parameters, unacceptable
from conformance.reference.records import Assignment, BonusPayment
from conformance.reference.refusals import Refusal, refused
from conformance.reference.store import Store
from conformance.spec.shapes import Shapes, TypeShape
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values

GRANT = "GrantBonus"

_AMOUNT, _REASON, _TOKEN = f"{GRANT}.BonusAmount", f"{GRANT}.Reason", f"{GRANT}.UniqueRequestToken"
_PAIR = f"{GRANT}.pair"
_UNKNOWN = f"{GRANT}.assignment-unknown"
_FUNDS = (f"{GRANT}.insufficient-funds", f"{GRANT}.insufficient-for-fee", f"{_TOKEN}.failed-call")
_NO_FUNDS, _NO_ASSIGNMENT = "InsufficientFunds", "AssignmentDoesNotExist"
_CURRENCY_OF, _AMOUNT_OF = "BonusAmount.CurrencyCode", "BonusAmount.Amount"

ACCEPTED = (
    f"{_AMOUNT}.structure",
    f"{_TOKEN}.optional",
    f"{_TOKEN}.max",
    f"{GRANT}.sample-call",
    f"{GRANT}.pays",
    f"{GRANT}.any-number",
    f"{_REASON}.roundtrip",
)
"""What is shown by a bonus that is granted: the first reply is an error where it is not."""


# What is missing, or cannot be read


def _completing(name: str, value: Callable[[Values, Store], str | Values | None]) -> Plant:
    """Put ``value`` in the place of a parameter that was not sent."""

    def complete(values: Values, endpoint: Endpoint) -> Values:
        added = None if name in values else value(values, endpoint.store)
        return values if added is None else {**values, name: [added]}

    return rereading(GRANT, complete)


def _worker_of_assignment(values: Values, store: Store) -> str | None:
    record = store.assignments.get(text(values, "AssignmentId"))
    return record.worker_id if record else None


def _assignment_of_worker(values: Values, store: Store) -> str | None:
    record = _last_of(store, text(values, "WorkerId"))
    return record.assignment_id if record else None


def _last_of(store: Store, worker_id: str) -> Assignment | None:
    done = [one for one in store.assignments.values() if one.worker_id == worker_id and one.state != "Accepted"]
    return done[-1] if done else None


def _pricing(change: Callable[[Values], Values]) -> Plant:
    """Let ``change`` alter the members of a BonusAmount as they are read."""

    def reread(values: Values, endpoint: Endpoint) -> Values:
        prices = values.get("BonusAmount", [])
        return {**values, "BonusAmount": [one if isinstance(one, str) else change(one) for one in prices]}

    return rereading(GRANT, reread)


def _plain_amounts_only(values: Values, endpoint: Endpoint) -> Values:
    prices: list[str | Values] = []
    for price in values.get("BonusAmount", []):
        if not isinstance(price, str):
            raise Refusal(unacceptable("BonusAmount", ", ".join(price), "it has no members"))
        prices.append({"Amount": [price], "CurrencyCode": ["USD"]})
    return {**values, "BonusAmount": prices}


def _fill_empty_reason(values: Values, endpoint: Endpoint) -> Values:
    return {**values, "Reason": ["-"]} if values.get("Reason") == [""] else values


def _read_as(number: str) -> Callable[[Values], Values]:
    """Read as ``number`` what is none."""

    def read(price: Values) -> Values:
        amount = text(price, "Amount")
        return price if amount.lstrip("-").replace(".", "").isdigit() or not amount else {**price, "Amount": [number]}

    return read


def _refuse_whole_dollars(price: Values) -> Values:
    if "." not in text(price, "Amount"):
        raise Refusal(unacceptable("BonusAmount.Amount", text(price, "Amount"), "it has two decimals"))
    return price


# What is refused


def _taking(change: Callable[[Context], Context]) -> Plant:
    """Let ``change`` put right what a call has sent, so that it is taken and paid."""
    return handling(GRANT, lambda handler, context: handler(change(context)))


def _sent_by(context: Context) -> Assignment | None:
    return context.store.assignments.get(context.values.required("AssignmentId", str))


def _to_worker_of_assignment(when: Callable[[Context, str], bool]) -> Callable[[Context], Context]:
    def change(context: Context) -> Context:
        record, worker_id = _sent_by(context), context.values.required("WorkerId", str)
        return with_values(context, WorkerId=record.worker_id) if record and when(context, worker_id) else context

    return change


def _is_unknown(context: Context, worker_id: str) -> bool:
    return worker_id not in context.store.workers


def _is_known(context: Context, worker_id: str) -> bool:
    return worker_id in context.store.workers


def _for_last_of_worker(context: Context) -> Context:
    last = _last_of(context.store, context.values.required("WorkerId", str))
    return with_values(context, AssignmentId=last.assignment_id) if last and _sent_by(context) is None else context


def _in_dollars(context: Context) -> Context:
    price = context.values.required("BonusAmount", Parameters)
    return with_values(context, BonusAmount=replace(price, read={**price.read, "CurrencyCode": ("USD",)}))


def _amount_of(context: Context) -> Decimal:
    return context.values.required("BonusAmount", Parameters).required("Amount", Decimal)


def _with_amount(change: Callable[[Decimal], Decimal]) -> Callable[[Context], Context]:
    def put(context: Context) -> Context:
        price = context.values.required("BonusAmount", Parameters)
        read = {**price.read, "Amount": (change(_amount_of(context)),)}
        return with_values(context, BonusAmount=replace(price, read=read))

    return put


def _take_back(handler: Handler, context: Context) -> Values:
    """Take a negative bonus from the Worker and give it to the Requester."""
    amount = int(_amount_of(context) * 100)
    if amount >= 0:
        return handler(context)
    handler(_with_amount(abs)(context))
    payment = context.store.payments[-1]
    context.store.payments[-1] = replace(payment, amount=amount)
    context.store.charge(payment.owner, 2 * amount, 0)
    return {}


def _answering(when: Callable[[Refusal, Context], bool]) -> Plant:
    """Answer with success, and pay nothing, where ``when`` says so of a refusal."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if when(refusal, context):
                return {}
            raise

    return handling(GRANT, wrapper)


def _has_code(*codes: str) -> Callable[[Refusal, Context], bool]:
    return lambda refusal, context: refusal.errors[0].code.removeprefix("AWS.MechanicalTurk.") in codes


def _is_about(name: str) -> Callable[[Refusal, Context], bool]:
    return lambda refusal, context: ("ParameterName", name) in refusal.errors[0].data


def _coded(code: str, when: Callable[[Refusal, Context], bool]) -> Plant:
    """Report another code where ``when`` says so of a refusal."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if not when(refusal, context):
                raise
            raise Refusal(*(replace(error, code=code) for error in refusal.errors)) from None

    return handling(GRANT, wrapper)


# What is paid though it is refused


def _pay(store: Store, record: Assignment | None, at: float) -> None:
    if record is not None:
        owner = store.hits[record.hit_id].owner
        store.charge(owner, 1, 1)
        store.record_payment(
            BonusPayment(
                owner=owner,
                worker_id=record.worker_id,
                assignment_id=record.assignment_id,
                amount=1,
                granted_at=at,
                reason="-",
            )
        )


def _paying_though_refused(when: Callable[[Refusal, Context], bool]) -> Plant:
    """Report the error, and pay a cent all the same, where ``when`` says so of a refusal."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if when(refusal, context):
                last = _last_of(context.store, context.values.required("WorkerId", str))
                _pay(context.store, _sent_by(context) or last, context.at)
            raise

    return handling(GRANT, wrapper)


def _pay_though_unread(endpoint: Endpoint) -> None:
    """Pay a cent though a parameter is missing or cannot be read, and report the error."""
    strict = endpoint.read_parameters

    def read(values: Values, shape: TypeShape, shapes: Shapes) -> Parameters:
        try:
            return strict(values, shape, shapes)
        except Refusal:
            if shape.name == f"{GRANT}Request":
                store, named = endpoint.store, text(values, "AssignmentId")
                record = (
                    store.assignments[named]
                    if named in store.assignments
                    else _last_of(store, text(values, "WorkerId"))
                )
                _pay(store, record, record.accepted_at if record else 0.0)
            raise

    endpoint.read_parameters = OfOperation(operation=GRANT, changed=read, unchanged=strict)


def _refuse_always(handler: Handler, context: Context) -> Values:
    raise refused("AWS.MechanicalTurk.InternalError", "Something went wrong.")


_CENT: Values = {"Amount": ["0.01"], "CurrencyCode": ["USD"]}
_NOTHING_PAID = "no bonus is paid any more, and each of these pays one"

_MISSING = (
    defect("bonus/worker-not-needed", _completing("WorkerId", _worker_of_assignment), f"{GRANT}.WorkerId.required"),
    defect(
        "bonus/assignment-not-needed",
        _completing("AssignmentId", _assignment_of_worker),
        f"{GRANT}.AssignmentId.required",
    ),
    defect("bonus/amount-not-needed", _completing("BonusAmount", lambda values, store: _CENT), f"{_AMOUNT}.required"),
    defect("bonus/amount-within-not-needed", _pricing(lambda price: {**_CENT, **price}), f"{_AMOUNT}.structure"),
    defect(
        "bonus/currency-not-needed",
        _pricing(lambda price: {"CurrencyCode": ["USD"], **price}),
        f"{_AMOUNT}.structure",
    ),
    defect(
        "bonus/plain-amounts-only",
        rereading(GRANT, _plain_amounts_only),
        *ACCEPTED,
        also=(f"{GRANT}.*",),
        because=_NOTHING_PAID,
    ),
    defect("bonus/reason-not-needed", _completing("Reason", lambda values, store: "-"), f"{_REASON}.required"),
    defect("bonus/reason-may-be-empty", rereading(GRANT, _fill_empty_reason), f"{_REASON}.empty"),
    defect("bonus/whole-dollars-refused", _pricing(_refuse_whole_dollars), f"{GRANT}.sample-call"),
    defect(
        "bonus/unread-and-paid",
        _pay_though_unread,
        f"{GRANT}.WorkerId.required",
        f"{GRANT}.AssignmentId.required",
        f"{_AMOUNT}.required",
        f"{_AMOUNT}.structure",
        f"{_AMOUNT}.positive",
        f"{_REASON}.required",
        f"{_REASON}.empty",
        f"{_TOKEN}.max",
    ),
)

_WHO = (
    defect(
        "bonus/worker-not-looked-at",
        _taking(_to_worker_of_assignment(lambda context, worker_id: True)),
        f"{GRANT}.WorkerId.unknown",
        _PAIR,
    ),
    defect("bonus/unknown-worker-taken", _taking(_to_worker_of_assignment(_is_unknown)), f"{GRANT}.WorkerId.unknown"),
    defect("bonus/other-worker-taken", _taking(_to_worker_of_assignment(_is_known)), _PAIR),
    defect(
        "bonus/wrong-worker-and-paid",
        _paying_though_refused(_is_about("WorkerId")),
        f"{GRANT}.WorkerId.unknown",
        _PAIR,
    ),
    defect("bonus/assignment-guessed", _taking(_for_last_of_worker), _UNKNOWN),
    defect("bonus/unknown-assignment-taken", _answering(_has_code(_NO_ASSIGNMENT)), _UNKNOWN),
    defect("bonus/unknown-assignment-and-paid", _paying_though_refused(_has_code(_NO_ASSIGNMENT)), _UNKNOWN),
    defect(
        "bonus/unknown-assignment-without-code",
        _coded("", _has_code(_NO_ASSIGNMENT)),
        _UNKNOWN,
        also=("Common.Error.code-prefix",),
        because="an error without a code is none of the service's",
        versions=VERSIONS,
    ),
    defect(
        "bonus/unknown-assignment-with-wrong-code",
        _coded("AWS.MechanicalTurk.Oops", _has_code(_NO_ASSIGNMENT)),
        _UNKNOWN,
    ),
)

_HOW_MUCH = (
    defect("bonus/any-currency-taken", _taking(_in_dollars), f"{_AMOUNT}.currency"),
    defect("bonus/any-currency-and-nothing", _answering(_is_about(_CURRENCY_OF)), f"{_AMOUNT}.currency"),
    defect("bonus/any-currency-and-paid", _paying_though_refused(_is_about(_CURRENCY_OF)), f"{_AMOUNT}.currency"),
    defect(
        "bonus/zero-is-a-cent", _taking(_with_amount(lambda amount: amount or Decimal("0.01"))), f"{_AMOUNT}.positive"
    ),
    defect(
        "bonus/zero-is-nothing",
        _answering(lambda refusal, context: _amount_of(context) == 0),
        f"{_AMOUNT}.positive",
    ),
    defect("bonus/negative-is-positive", _taking(_with_amount(abs)), f"{_AMOUNT}.positive"),
    defect("bonus/negative-is-taken-back", handling(GRANT, _take_back), f"{_AMOUNT}.positive"),
    defect("bonus/no-number-is-a-cent", _pricing(_read_as("0.01")), f"{_AMOUNT}.positive"),
    defect(
        "bonus/no-number-is-zero",
        planting(_pricing(_read_as("0")), _answering(lambda refusal, context: _amount_of(context) == 0)),
        f"{_AMOUNT}.positive",
    ),
    defect("bonus/wrong-amount-and-paid", _paying_though_refused(_is_about(_AMOUNT_OF)), f"{_AMOUNT}.positive"),
    defect("bonus/no-funds-and-nothing", _answering(_has_code(_NO_FUNDS)), *_FUNDS),
    defect("bonus/no-funds-and-paid", _paying_though_refused(_has_code(_NO_FUNDS)), *_FUNDS),
    defect(
        "bonus/no-funds-without-code",
        _coded("", _has_code(_NO_FUNDS)),
        *_FUNDS,
        also=("Common.Error.code-prefix",),
        because="an error without a code is none of the service's",
        versions=VERSIONS,
    ),
    defect("bonus/no-funds-with-wrong-code", _coded("AWS.MechanicalTurk.Oops", _has_code(_NO_FUNDS)), *_FUNDS[:2]),
)

_ALWAYS = (
    defect(
        "bonus/always-refused",
        handling(GRANT, _refuse_always),
        *ACCEPTED,
        also=(f"{GRANT}.*",),
        because=_NOTHING_PAID,
    ),
)

DEFECTS: tuple[Defect, ...] = (*_MISSING, *_WHO, *_HOW_MUCH, *_ALWAYS)
