"""Faults of CreateHIT's UniqueRequestToken: what it protects from, for how long, and what a repeated call is told."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, rereading, text, with_values
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.records import UsedToken
from conformance.reference.refusals import Refusal
from conformance.reference.store import TOKEN_LIFE
from conformance.reference.tokens import token_of, use_token
from conformance.wire.flattening import Values

CREATE, TOKEN = "CreateHIT", "UniqueRequestToken"
_EXISTS = "AWS.MechanicalTurk.HitAlreadyExists"
_ERROR, _CODE, _MESSAGE = (f"{CREATE}.{TOKEN}.{name}" for name in ("dup-error", "dup-code", "dup-message"))
_BEFORE, _AFTER = (f"{CREATE}.{TOKEN}.{name}" for name in ("before-expiry", "expiry"))
_HOUR = 3600.0


def _finding(choose: Callable[[UsedToken, str, float], bool]) -> Plant:
    """Find the earlier use of a token where ``choose`` says so of it, of the Requester and of the time."""

    def plant(endpoint: Endpoint) -> None:
        store = endpoint.store

        def find(owner: str, operation: str, token: str, at: float) -> UsedToken | None:
            for used in store.tokens.values():
                if (used.operation, used.token) == (operation, token) and choose(used, owner, at):
                    return used
            return None

        setattr(store, "find_token", find)  # noqa: B010 - a method is replaced

    return plant


def _for(seconds: float) -> Plant:
    return _finding(lambda used, owner, at: used.owner == owner and at < used.used_at + seconds)


def _remember_failures(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal:
        use_token(context, CREATE, "")
        raise


def _one_token(handler: Handler, context: Context) -> Values:
    return handler(context if token_of(context) is None else with_values(context, UniqueRequestToken="any"))


def _refusing(change: Callable[[Refusal], Refusal]) -> Plant:
    """Let ``change`` alter the refusal of a repeated call."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if refusal.errors[0].code != _EXISTS:
                raise
            raise change(refusal) from None

    return handling(CREATE, wrapper)


def _otherwise(**changes: object) -> Plant:
    return _refusing(lambda refusal: Refusal(*(replace(one, **changes) for one in refusal.errors)))  # type: ignore[arg-type]


def _made_and_refused(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal as refusal:
        if refusal.errors[0].code == _EXISTS:
            handler(with_values(context, UniqueRequestToken=""))
        raise


def _first_again(handler: Handler, context: Context) -> Values:
    """Answer a repeated call with success and the HIT made first."""
    try:
        return handler(context)
    except Refusal as refusal:
        if refusal.errors[0].code != _EXISTS:
            raise
        return {"HITId": [refusal.errors[0].data[0][1]]}


def _cut(values: Values, endpoint: Endpoint) -> Values:
    token = text(values, TOKEN)
    return {**values, TOKEN: [token[:64]]} if token else values


DEFECTS: tuple[Defect, ...] = (
    defect("hit-token/ignored", _for(0), _ERROR, _CODE, _MESSAGE, _BEFORE),
    defect("hit-token/second-hit-though-refused", handling(CREATE, _made_and_refused), _ERROR, _BEFORE),
    defect("hit-token/success-with-the-first", handling(CREATE, _first_again), _ERROR, _CODE, _MESSAGE, _BEFORE),
    defect("hit-token/other-code", _otherwise(code="AWS.MechanicalTurk.InvalidParameterValue"), _CODE),
    defect("hit-token/first-not-named", _otherwise(message="The token was used before.", data=()), _MESSAGE),
    defect("hit-token/all-are-one", handling(CREATE, _one_token), f"{CREATE}.{TOKEN}.new-token"),
    defect("hit-token/longer-taken", rereading(CREATE, _cut), f"{CREATE}.{TOKEN}.maxlen"),
    defect(
        "hit-token/for-23-hours",
        _for(23 * _HOUR),
        _BEFORE,
        also=(_AFTER,),
        because="the call that was carried out too early is remembered for as long again",
    ),
    defect("hit-token/for-25-hours", _for(TOKEN_LIFE + _HOUR), _AFTER),
    defect(
        "hit-token/used-up-by-a-failure",
        handling(CREATE, _remember_failures),
        f"{CREATE}.{TOKEN}.failed-not-consumed",
    ),
    defect(
        "hit-token/of-all-requesters",
        _finding(lambda used, owner, at: at < used.used_at + TOKEN_LIFE),
        f"{CREATE}.{TOKEN}.per-requester",
    ),
)
