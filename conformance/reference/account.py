"""The Requester's account: what it may spend, and what it is asked to pay.

Source: the article GetAccountBalance; OnHoldBalance, which the pages call unused, is left out as in their sample.  The
code of InsufficientFunds is the one that official clients know.
"""

from decimal import Decimal

from conformance.reference.context import Context, Handler
from conformance.reference.money import CURRENCY, cents
from conformance.reference.parameters import Parameters, unacceptable
from conformance.reference.refusals import Refusal, refused
from conformance.wire.flattening import Values


def get_account_balance(context: Context) -> Values:
    """Return what the Requester may spend."""
    return {"AvailableBalance": [context.formats.price(context.requester.balance)]}


def price_in(values: Parameters, name: str, *, least: int) -> int | None:
    """Return the cents of the Price in a parameter, None if there is none; raises Refusal if it is not acceptable.

    It is so in US dollars, with two decimals at most, and from ``least`` cents on.
    """
    price = values.optional(name, Parameters)
    if price is None:
        return None
    currency = price.required("CurrencyCode", str)
    if currency != CURRENCY:
        raise Refusal(unacceptable(f"{name}.CurrencyCode", currency, f"it is {CURRENCY}"))
    amount = price.required("Amount", Decimal)
    try:
        counted = cents(amount)
    except ValueError as error:
        raise Refusal(unacceptable(f"{name}.Amount", f"{amount:f}", str(error))) from None
    if counted < least:
        raise Refusal(unacceptable(f"{name}.Amount", f"{amount:f}", f"it is at least {least / 100:.2f}"))
    return counted


def check_funds(context: Context, amount: int, fee: int) -> None:
    """Raise Refusal unless the Requester's balance covers an amount and the fee, in cents."""
    if not context.store.can_pay(context.requester.access_key_id, amount, fee):
        raise refused(
            "AWS.MechanicalTurk.InsufficientFunds",
            "The account does not have the funds for this: the amount and the fee are more than its balance.",
        )


HANDLERS: dict[str, Handler] = {"GetAccountBalance": get_account_balance}
