"""Faults of the UniqueRequestToken of ExtendHIT: what it protects from, and for how long."""

from collections.abc import Callable
from dataclasses import replace

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, rereading, text
from conformance.defects.token_memory import comparing, finding, forgotten_at_restart, looked_up_too_early
from conformance.reference.context import Context, Handler
from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import Refusal
from conformance.reference.store import TOKEN_LIFE
from conformance.reference.tokens import use_token
from conformance.spec.versions import KNOWN, in_force
from conformance.wire.flattening import Values

EXTEND, TOKEN = "ExtendHIT", "UniqueRequestToken"

_KNOWN_IN = tuple(version for version in KNOWN if in_force(version, "2011-10-01", None))
_HOUR = 3600.0
_ONCE, _ERROR = f"{EXTEND}.{TOKEN}.no-double", f"{EXTEND}.{TOKEN}.dup-error"
_BEFORE, _AFTER = f"{EXTEND}.{TOKEN}.before-expiry", f"{EXTEND}.{TOKEN}.expiry"
_OTHER, _LOST, _TOGETHER, _DURABLE = (
    f"{EXTEND}.{TOKEN}.{name}" for name in ("replay-other-params", "lost-reply", "concurrent", "durable")
)
_AGAIN = (_OTHER, _LOST, _TOGETHER, _DURABLE)


def _without_token(context: Context) -> Context:
    read = {name: value for name, value in context.values.read.items() if name != TOKEN}
    return replace(context, values=replace(context.values, read=read))


def _repeated(answer: Callable[[Handler, Context, Refusal], Values]) -> Plant:
    """Let ``answer`` decide what becomes of a call that would be told that its token was used."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if not refusal.errors[0].code.endswith("DuplicateRequest"):
                raise
            return answer(handler, context, refusal)

    return handling(EXTEND, wrapper)


def _extend_and_refuse(handler: Handler, context: Context, refusal: Refusal) -> Values:
    handler(_without_token(context))
    raise refusal


def _remembered(seconds: float) -> Plant:
    """Remember a token for another time than a day."""

    def wrapper(handler: Handler, context: Context) -> Values:
        key = context.requester.access_key_id, EXTEND, context.values.optional(TOKEN, str) or ""
        used = context.store.tokens.get(key)
        if used is None:
            return handler(context)
        if context.at >= used.used_at + seconds:
            return handler(_without_token(context))
        context.store.remember_token(replace(used, used_at=context.at))
        try:
            return handler(context)
        finally:
            context.store.remember_token(used)

    return handling(EXTEND, wrapper)


def _cut_token(values: Values, endpoint: object) -> Values:
    return {**values, TOKEN: [text(values, TOKEN)[:64]]} if TOKEN in values else values


def _shorter_tokens(handler: Handler, context: Context) -> Values:
    token = context.values.optional(TOKEN, str) or ""
    if len(token) == 64:
        raise Refusal(unacceptable(TOKEN, token, "it has too many characters"))
    return handler(context)


def _with_increment(token: str, context: Context) -> str:
    sent = context.values.sent
    return f"{token} {sent.get('ExpirationIncrementInSeconds')} {sent.get('MaxAssignmentsIncrement')}"


def _remember_failures(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal:
        use_token(context, EXTEND, "")
        raise


DEFECTS: tuple[Defect, ...] = (
    defect(
        "extend-hit/token-ignored",
        handling(EXTEND, lambda handler, context: handler(_without_token(context))),
        _ONCE,
        _ERROR,
        _BEFORE,
        *_AGAIN,
        versions=_KNOWN_IN,
    ),
    defect(
        "extend-hit/repeated-without-error",
        _repeated(lambda handler, context, refusal: {}),
        _ERROR,
        *(name for name in _AGAIN if name != _LOST),
        versions=_KNOWN_IN,
    ),
    defect(
        "extend-hit/repeated-with-error", _repeated(_extend_and_refuse), _ONCE, _BEFORE, *_AGAIN, versions=_KNOWN_IN
    ),
    defect("extend-hit/token-per-increment", comparing(EXTEND, _with_increment), _OTHER, versions=_KNOWN_IN),
    defect(
        "extend-hit/token-known-after-five-seconds",
        finding(EXTEND, lambda used, owner, at: used.owner == owner and 5 <= at - used.used_at < TOKEN_LIFE),
        _ONCE,
        _ERROR,
        *_AGAIN,
        versions=_KNOWN_IN,
    ),
    defect("extend-hit/token-forgotten-at-restart", forgotten_at_restart(EXTEND), _DURABLE, versions=_KNOWN_IN),
    defect("extend-hit/token-found-too-late", looked_up_too_early(EXTEND), _TOGETHER, versions=_KNOWN_IN),
    defect(
        "extend-hit/token-used-up-by-a-failure",
        handling(EXTEND, _remember_failures),
        f"{EXTEND}.{TOKEN}.failed-not-consumed",
        versions=_KNOWN_IN,
    ),
    defect(
        "extend-hit/token-of-all-requesters",
        finding(EXTEND, lambda used, owner, at: at < used.used_at + TOKEN_LIFE),
        f"{EXTEND}.{TOKEN}.per-requester",
        versions=_KNOWN_IN,
    ),
    defect("extend-hit/token-for-an-hour", _remembered(_HOUR), _BEFORE, versions=_KNOWN_IN),
    defect("extend-hit/token-for-a-week", _remembered(7 * 24 * _HOUR), _AFTER, versions=_KNOWN_IN),
    defect("extend-hit/token-cut", rereading(EXTEND, _cut_token), f"{EXTEND}.{TOKEN}.maxlen", versions=_KNOWN_IN),
    defect(
        "extend-hit/token-of-63",
        handling(EXTEND, _shorter_tokens),
        f"{EXTEND}.{TOKEN}.maxlen",
        versions=_KNOWN_IN,
    ),
)
