"""Faults of CreateHIT's UniqueRequestToken: what it protects from, for how long, and what a repeated call is told."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.both_ways import WITH_TYPE, handling, rereading
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, text, with_values
from conformance.defects.token_memory import comparing, finding, forgotten_at_restart, looked_up_too_early
from conformance.reference.context import Context, Handler
from conformance.reference.refusals import Refusal
from conformance.reference.store import TOKEN_LIFE
from conformance.reference.tokens import use_token
from conformance.wire.flattening import Values

CREATE, TOKEN = "CreateHIT", "UniqueRequestToken"
_EXISTS = "AWS.MechanicalTurk.HitAlreadyExists"
_ERROR, _CODE, _MESSAGE = (f"{CREATE}.{TOKEN}.{name}" for name in ("dup-error", "dup-code", "dup-message"))
_BEFORE, _AFTER = (f"{CREATE}.{TOKEN}.{name}" for name in ("before-expiry", "expiry"))
_OTHER, _LOST, _TOGETHER, _DURABLE = (
    f"{CREATE}.{TOKEN}.{name}" for name in ("replay-other-params", "lost-reply", "concurrent", "durable")
)
_HOUR = 3600.0


def _for(seconds: float) -> Plant:
    return finding(CREATE, lambda used, owner, at: used.owner == owner and at < used.used_at + seconds)


def _remember_failures(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal:
        use_token(context, CREATE, "")
        raise


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


def _cut(values: Values, endpoint: object) -> Values:
    token = text(values, TOKEN)
    return {**values, TOKEN: [token[:64]]} if token else values


def _with(name: str) -> Callable[[str, Context], str]:
    return lambda token, context: f"{token} {context.values.sent.get(name)}"


_IGNORED = (_ERROR, _CODE, _MESSAGE, _BEFORE, _OTHER, _LOST, _TOGETHER, _DURABLE)

_ALIKE = {name: name.replace(CREATE, WITH_TYPE, 1) for name in (_ERROR, _CODE, _MESSAGE, f"{CREATE}.{TOKEN}.new-token")}
"""What is said of both ways to make a HIT in 2017-01-17."""


def _of_both_ways(one: Defect) -> Defect:
    """Return a fault with what it breaks of CreateHITWithHITType."""
    return replace(one, breaks=one.breaks | {_ALIKE[name] for name in one.breaks & _ALIKE.keys()})


_TOKENS = (
    defect("hit-token/ignored", _for(0), *_IGNORED),
    defect(
        "hit-token/second-hit-though-refused",
        handling(CREATE, _made_and_refused),
        *(name for name in _IGNORED if name not in (_CODE, _MESSAGE)),
    ),
    defect(
        "hit-token/success-with-the-first",
        handling(CREATE, _first_again),
        *(name for name in _IGNORED if name != _LOST),
    ),
    defect(
        "hit-token/known-after-five-seconds",
        finding(CREATE, lambda used, owner, at: used.owner == owner and 5 <= at - used.used_at < TOKEN_LIFE),
        *(name for name in _IGNORED if name != _BEFORE),
    ),
    *(
        defect(f"hit-token/per-{name}", comparing(CREATE, _with(name)), _OTHER)
        for name in ("Reward", "LifetimeInSeconds")
    ),
    defect("hit-token/forgotten-at-restart", forgotten_at_restart(CREATE), _DURABLE),
    defect("hit-token/found-too-late", looked_up_too_early(CREATE), _TOGETHER),
    defect("hit-token/other-code", _otherwise(code="AWS.MechanicalTurk.InvalidParameterValue"), _CODE),
    defect("hit-token/first-not-named", _otherwise(message="The token was used before.", data=()), _MESSAGE),
    defect("hit-token/all-are-one", comparing(CREATE, lambda token, context: "any"), f"{CREATE}.{TOKEN}.new-token"),
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
        finding(CREATE, lambda used, owner, at: at < used.used_at + TOKEN_LIFE),
        f"{CREATE}.{TOKEN}.per-requester",
    ),
)

DEFECTS: tuple[Defect, ...] = tuple(map(_of_both_ways, _TOKENS))
