"""The Requester's account.

Source: the article GetAccountBalance; OnHoldBalance, which the pages call unused, is left out as in their sample.
"""

from conformance.reference.context import Context, Handler
from conformance.wire.flattening import Values


def get_account_balance(context: Context) -> Values:
    """Return what the Requester may spend."""
    return {"AvailableBalance": [context.formats.price(context.requester.balance)]}


HANDLERS: dict[str, Handler] = {"GetAccountBalance": get_account_balance}
