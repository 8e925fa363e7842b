"""Places where a UniqueRequestToken is remembered wrongly, whatever the operation."""

from collections.abc import Callable
from threading import Condition

from conformance.defects.both_ways import handling
from conformance.defects.planting import Plant, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import UsedToken
from conformance.reference.tokens import token_of
from conformance.wire.flattening import Values


def comparing(operation: str, change: Callable[[str, Context], str]) -> Plant:
    """Let ``change`` put another token in the place of the one that was sent."""

    def wrapper(handler: Handler, context: Context) -> Values:
        token = token_of(context)
        return handler(context if token is None else with_values(context, UniqueRequestToken=change(token, context)))

    return handling(operation, wrapper)


def finding(operation: str, choose: Callable[[UsedToken, str, float], bool]) -> Plant:
    """Find an earlier use of an operation's token, whoever's and however old, if ``choose`` says so.

    It is told of the use, of who asks and of the time.
    """

    def plant(endpoint: Endpoint) -> None:
        store, faultless = endpoint.store, endpoint.store.find_token

        def find(owner: str, called: str, token: str, at: float) -> UsedToken | None:
            if called != operation:
                return faultless(owner, called, token, at)
            for used in store.tokens.values():
                if (used.operation, used.token) == (operation, token) and choose(used, owner, at):
                    return used
            return None

        setattr(store, "find_token", find)  # noqa: B010 - a method is replaced

    return plant


def forgotten_at_restart(operation: str) -> Plant:
    """Lose the tokens of an operation when the endpoint starts again."""

    def plant(endpoint: Endpoint) -> None:
        for key in [key for key, used in endpoint.store.tokens.items() if used.operation == operation]:
            del endpoint.store.tokens[key]

    return plant


def looked_up_too_early(operation: str) -> Plant:
    """Let others in between the look for an operation's token and what it protects: all find it unused.

    A call waits until another one has looked as well, at most half a second.
    """

    def plant(endpoint: Endpoint) -> None:
        turns, find, looks = Condition(), endpoint.store.find_token, 0

        def look(owner: str, called: str, token: str, at: float) -> UsedToken | None:
            nonlocal looks
            used = find(owner, called, token, at)
            if used is None and called == operation:
                looks += 1
                own = looks
                turns.notify_all()
                turns.wait_for(lambda: looks > own, timeout=0.5)
            return used

        endpoint.exclusive = turns
        setattr(endpoint.store, "find_token", look)  # noqa: B010 - a method is replaced

    return plant
