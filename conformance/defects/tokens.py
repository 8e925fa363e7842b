"""Faults of UniqueRequestToken: what it protects from, for how long, and what a repeated call is told."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from conformance.defects.bonus_parameters import ACCEPTED
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, rereading, text
from conformance.defects.token_memory import comparing, finding, forgotten_at_restart, looked_up_too_early
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.money import fee
from conformance.reference.parameters import Parameters, missing, unacceptable
from conformance.reference.records import UsedToken
from conformance.reference.refusals import Refusal
from conformance.reference.store import TOKEN_LIFE
from conformance.reference.tokens import token_of, use_token
from conformance.spec.versions import VERSIONS, in_force
from conformance.wire.flattening import Values

GRANT, TOKEN = "GrantBonus", "UniqueRequestToken"

_HOUR, _MINUTE = 3600.0, 60.0
_REPLAY, _MESSAGE = f"{GRANT}.{TOKEN}.replay", f"{GRANT}.{TOKEN}.replay-message"
_OTHER, _MAX = f"{GRANT}.{TOKEN}.replay-other-params", f"{GRANT}.{TOKEN}.max"
_BEFORE, _AFTER = f"{GRANT}.{TOKEN}.before-expiry", f"{GRANT}.{TOKEN}.expiry"
_LOST, _TOGETHER = f"{GRANT}.{TOKEN}.lost-reply", f"{GRANT}.{TOKEN}.concurrent"
_DURABLE, _FAILED = f"{GRANT}.{TOKEN}.durable", f"{GRANT}.{TOKEN}.failed-call"
_ANY = f"{GRANT}.any-number"
_KNOWN_IN = tuple(version for version in VERSIONS if in_force(version, "2012-03-25", None))


# How a token is compared, and what is remembered of it


def _with_amount(token: str, context: Context) -> str:
    price = context.values.required("BonusAmount", Parameters)
    return f"{token} {text(price.sent, 'Amount')}"


def _with(name: str) -> Callable[[str, Context], str]:
    return lambda token, context: f"{token} {context.values.optional(name, str)}"


def _for(seconds: float) -> Plant:
    return finding(GRANT, lambda used, owner, at: used.owner == owner and at < used.used_at + seconds)


def _ignore(handler: Handler, context: Context) -> Values:
    read = {name: value for name, value in context.values.read.items() if name != TOKEN}
    return handler(replace(context, values=replace(context.values, read=read)))


def _remember_the_last(endpoint: Endpoint) -> None:
    store, remember = endpoint.store, endpoint.store.remember_token

    def remember_alone(record: UsedToken) -> None:
        store.tokens.clear()
        remember(record)

    setattr(store, "remember_token", remember_alone)  # noqa: B010 - a method is replaced


def _forget_payments_at_restart(endpoint: Endpoint) -> None:
    endpoint.store.payments.clear()


def _remember_failures(handler: Handler, context: Context) -> Values:
    try:
        return handler(context)
    except Refusal as refusal:
        if not _is_replay(refusal):
            use_token(context, GRANT, context.request_id)
        raise


def _renew(handler: Handler, context: Context) -> Values:
    """Let the day of a token begin anew with each use of it."""
    try:
        return handler(context)
    except Refusal as refusal:
        if _is_replay(refusal):
            use_token(context, GRANT, context.request_id)
        raise


# What becomes of a repeated call


def _is_replay(refusal: Refusal) -> bool:
    return refusal.errors[0].code.endswith("DuplicateRequest")


def _repeated(answer: Callable[[Handler, Context, Refusal], Values]) -> Plant:
    """Let ``answer`` decide what becomes of a call that would be told that its token was used."""

    def wrapper(handler: Handler, context: Context) -> Values:
        try:
            return handler(context)
        except Refusal as refusal:
            if not _is_replay(refusal):
                raise
            return answer(handler, context, refusal)

    return handling(GRANT, wrapper)


def _succeed(handler: Handler, context: Context, refusal: Refusal) -> Values:
    return {}


def _pay_and_refuse(handler: Handler, context: Context, refusal: Refusal) -> Values:
    _ignore(handler, context)
    raise refusal


def _charge_and_refuse(handler: Handler, context: Context, refusal: Refusal) -> Values:
    """Take the bonus and its fee from the account again, without a payment."""
    amount = int(context.values.required("BonusAmount", Parameters).required("Amount", Decimal) * 100)
    context.store.charge(context.requester.access_key_id, amount, fee(amount))
    raise refusal


def _say(write: Callable[[Context], str]) -> Plant:
    """Let ``write`` say what the message of a repeated call is."""

    def answer(handler: Handler, context: Context, refusal: Refusal) -> Values:
        raise Refusal(*(replace(error, message=write(context)) for error in refusal.errors))

    return _repeated(answer)


def _without_code(handler: Handler, context: Context, refusal: Refusal) -> Values:
    raise Refusal(*(replace(error, code="") for error in refusal.errors))


# Which tokens are taken


def _cut(values: Values, endpoint: Endpoint) -> Values:
    token = text(values, TOKEN)
    return {**values, TOKEN: [token[:64]]} if token else values


def _at_most(length: int) -> Plant:
    def wrapper(handler: Handler, context: Context) -> Values:
        token = token_of(context) or ""
        if len(token) > length:
            raise Refusal(unacceptable(TOKEN, token, f"it has more than {length} characters"))
        return handler(context)

    return handling(GRANT, wrapper)


def _demand(handler: Handler, context: Context) -> Values:
    if token_of(context) is None:
        raise Refusal(missing(TOKEN))
    return handler(context)


_IGNORED = (_REPLAY, _MESSAGE, _OTHER, _LOST, _TOGETHER, _BEFORE, _AFTER, _DURABLE)

_COMPARED = (
    defect("token/ignored", handling(GRANT, _ignore), *_IGNORED),
    defect("token/per-amount", comparing(GRANT, _with_amount), _OTHER),
    *(
        defect(f"token/per-{name}", comparing(GRANT, _with(name)), _OTHER)
        for name in ("Reason", "AssignmentId", "WorkerId")
    ),
    defect("token/in-any-case", comparing(GRANT, lambda token, context: token.upper()), _ANY, versions=_KNOWN_IN),
    defect("token/cut-off-at-32", comparing(GRANT, lambda token, context: token[:32]), _ANY, versions=_KNOWN_IN),
)

_REMEMBERED = (
    defect("token/only-the-last", _remember_the_last, _REPLAY),
    defect("token/used-up-by-a-failure", handling(GRANT, _remember_failures), _FAILED),
    defect("token/for-an-hour", _for(_HOUR), _BEFORE, _AFTER),
    defect("token/for-23-h-58", _for(TOKEN_LIFE - 2 * _MINUTE), _BEFORE, _AFTER),
    defect("token/for-24-h-2", _for(TOKEN_LIFE + 2 * _MINUTE), _AFTER),
    defect("token/for-ever", _for(float("inf")), _AFTER),
    defect("token/renewed-by-each-use", handling(GRANT, _renew), _AFTER),
    defect(
        "token/known-after-five-seconds",
        finding(GRANT, lambda used, owner, at: used.owner == owner and 5 <= at - used.used_at < TOKEN_LIFE),
        *(name for name in _IGNORED if name not in (_BEFORE, _AFTER)),
    ),
    defect("token/forgotten-at-restart", forgotten_at_restart(GRANT), _DURABLE),
    defect("token/payments-forgotten-at-restart", _forget_payments_at_restart, _DURABLE, f"{GRANT}.durable"),
    defect("token/found-too-late", looked_up_too_early(GRANT), _TOGETHER),
)

_REPEATED = (
    defect(
        "replay/success-of-nothing",
        _repeated(_succeed),
        *(name for name in _IGNORED if name not in (_LOST, _AFTER)),
    ),
    defect("replay/paid-and-refused", _repeated(_pay_and_refuse), *(name for name in _IGNORED if name != _MESSAGE)),
    defect("replay/charged-and-refused", _repeated(_charge_and_refuse), _LOST),
    defect(
        "replay/without-code",
        _repeated(_without_code),
        _REPLAY,
        _OTHER,
        _LOST,
        _BEFORE,
        _DURABLE,
        also=("Common.Error.code-prefix",),
        because="an error without a code is none of the service's",
        versions=VERSIONS,
    ),
    defect("replay/says-nothing", _say(lambda context: "The token was used before."), _MESSAGE),
    defect("replay/says-its-own-request", _say(lambda context: f"Used before: {context.request_id}."), _MESSAGE),
    defect("replay/says-the-token", _say(lambda context: f"Used before: {token_of(context)}."), _MESSAGE),
)

_TAKEN = (
    defect("token/longer-taken", rereading(GRANT, _cut), _MAX),
    defect("token/63-at-most", _at_most(63), _MAX),
    defect(
        "token/demanded",
        handling(GRANT, _demand),
        *(name for name in ACCEPTED if name != _MAX),
        also=(f"{GRANT}.*",),
        because="no bonus is paid without a token any more, and each of these pays one",
        versions=_KNOWN_IN,
    ),
)

DEFECTS: tuple[Defect, ...] = (*_COMPARED, *_REMEMBERED, *_REPEATED, *_TAKEN)
