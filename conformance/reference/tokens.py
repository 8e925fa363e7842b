"""UniqueRequestTokens: a call that was carried out with one is not carried out again for 24 hours.

Source: the parameter UniqueRequestToken of CreateHIT and GrantBonus.  The token alone decides, per Requester and
operation; a call that was refused does not use it up.
"""

from conformance.reference.context import Context
from conformance.reference.records import UsedToken


def token_of(context: Context) -> str | None:
    """Return the token of the call, None where it has none or the version knows none."""
    return context.values.optional("UniqueRequestToken", str) or None


def earlier_use(context: Context, operation: str) -> UsedToken | None:
    """Return the use of the call's token that is still remembered, or None."""
    token = token_of(context)
    if token is None:
        return None
    return context.store.find_token(context.requester.access_key_id, operation, token, context.at)


def use_token(context: Context, operation: str, first: str) -> None:
    """Remember the call's token, if it has one; ``first`` names the call to whoever repeats it."""
    token = token_of(context)
    if token is not None:
        owner = context.requester.access_key_id
        used = UsedToken(owner=owner, operation=operation, token=token, used_at=context.at, first=first)
        context.store.remember_token(used)
