"""Faults in how parameters are read, in the choice of response groups, and in the echo of the request."""

from collections.abc import Callable, Collection
from dataclasses import replace
from urllib.parse import quote, unquote, unquote_plus

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import OfOperation, Plant, handling, planting
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import Parameters, missing
from conformance.reference.refusals import Refusal
from conformance.reference.response_groups import REQUEST
from conformance.spec.shapes import Shapes, TypeShape
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

REJECT, BALANCE, GET_TYPE = "RejectQualificationRequest", "GetAccountBalance", "GetQualificationType"
GRANT = "GrantBonus"
SHOWN_BY_BALANCE = (
    "Common.Signature.v0-algorithm",
    "Common.Timestamp.format",
    "Common.ResponseGroup.omitted",
    "Common.REST.get",
    "Common.REST.path-root",
    "Common.Version.multiple-supported",
)
"""What is shown by a call of GetAccountBalance that is accepted."""

_DECODED = "Common.Parameters.percent-decoding"
_BONUS_REASONS = (f"{GRANT}.Reason.roundtrip", "BonusPayment.Reason")
_BONUSES = (*_BONUS_REASONS, f"{GRANT}.Reason.visible", f"{GRANT}.sample-call")
_REASONS = (f"{REJECT}.Reason.visible", f"{REJECT}.Reason.unicode", *_BONUSES)
_TEXTS = (f"{REJECT}.Reason.unicode", "QualificationRequest.Test.snapshot", *_BONUS_REASONS)
_TOLD_AS_READ = "a text that is read wrongly is told wrongly"
_ECHOES = {name: f"{name}.Result.request-group" for name in (REJECT, GRANT)}


def _decode(change: Callable[[str], str], methods: Collection[str] = ("GET", "POST")) -> Plant:
    """Let ``change`` spoil the values of the operation's own parameters as they are read."""

    def spoiled(value: str | Values) -> str | Values:
        return change(value) if isinstance(value, str) else {name: [*map(spoiled, one)] for name, one in value.items()}

    def plant(endpoint: Endpoint) -> None:
        reading = endpoint.read_call

        def read(request: HttpRequest) -> Call:
            call = reading(request)
            if request.method not in methods:
                return call
            return replace(call, values={name: [*map(spoiled, values)] for name, values in call.values.items()})

        endpoint.read_call = read

    return plant


def _as_latin_1(value: str) -> str:
    return value.encode().decode("latin-1")


def _as_ascii(value: str) -> str:
    return value.encode("ascii", "ignore").decode()


# Response groups and the echo


def _choose_groups(change: Callable[[str, tuple[str, ...], frozenset[str]], frozenset[str]]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.choose_groups
        endpoint.choose_groups = lambda operation, asked: change(operation, asked, strict(operation, asked))

    return plant


def _demand_group(operation: str, asked: tuple[str, ...], groups: frozenset[str]) -> frozenset[str]:
    if not asked:
        raise Refusal(missing("ResponseGroup"))
    return groups


def _demand_group_for_balance(operation: str, asked: tuple[str, ...], groups: frozenset[str]) -> frozenset[str]:
    return _demand_group(operation, asked, groups) if operation == BALANCE else groups


def _no_default_group(of: str) -> Plant:
    choosing = _choose_groups(lambda operation, asked, groups: groups if asked or operation != of else frozenset())
    return planting(choosing, handling(of, _nothing_without_group))


def _nothing_without_group(handler: Handler, context: Context) -> Values:
    return handler(context) if context.groups else {}


def _echo(operation: str, change: Callable[[Values], Values]) -> Plant:
    """Let ``change`` alter the parameters that an operation echoes; what it does with them stays the same."""

    def plant(endpoint: Endpoint) -> None:
        reading = endpoint.read_parameters

        def read(values: Values, shape: TypeShape, shapes: Shapes) -> Parameters:
            parameters = reading(values, shape, shapes)
            if shape.name != f"{operation}Request":
                return parameters
            return replace(parameters, sent=change(parameters.sent))

        endpoint.read_parameters = OfOperation(operation=operation, changed=read, unchanged=reading)

    return plant


_READ = (
    defect("parameters/left-encoded", _decode(quote), _DECODED, also=_REASONS, because=_TOLD_AS_READ),
    defect("parameters/decoded-twice", _decode(unquote), _DECODED, also=_TEXTS, because=_TOLD_AS_READ),
    defect("parameters/plus-decoded-last", _decode(unquote_plus), _DECODED, also=_TEXTS, because=_TOLD_AS_READ),
    defect(
        "parameters/plus-is-a-blank",
        _decode(lambda value: value.replace("+", " ")),
        _DECODED,
        also=_TEXTS,
        because=_TOLD_AS_READ,
    ),
    defect("parameters/latin-1", _decode(_as_latin_1), _DECODED, also=_TEXTS, because=_TOLD_AS_READ),
    defect("parameters/latin-1-by-get", _decode(_as_latin_1, ("GET",)), _DECODED),
    defect("parameters/ascii", _decode(_as_ascii), _DECODED, also=_TEXTS, because=_TOLD_AS_READ),
)

_GROUPS = (
    defect(
        "response-group/demanded",
        _choose_groups(_demand_group),
        "Common.ResponseGroup.omitted",
        also=("*",),
        because="nothing can be called any more",
    ),
    defect(
        "response-group/demanded-for-the-balance",
        _choose_groups(_demand_group_for_balance),
        "Common.ResponseGroup.omitted",
        also=SHOWN_BY_BALANCE,
        because="each of these is shown by a call of GetAccountBalance that is accepted",
    ),
    defect(
        "response-group/no-default-of-the-balance",
        _no_default_group(BALANCE),
        "Common.ResponseGroup.omitted",
        "GetAccountBalance.AvailableBalance",
    ),
    defect(
        "response-group/no-default-of-types",
        _no_default_group(GET_TYPE),
        "Common.ResponseGroup.omitted",
        also=(_DECODED, "UpdateQualificationType.Test.replace"),
        because="these are shown by reading a type without ResponseGroup",
    ),
    defect(
        "echo/always",
        _choose_groups(lambda operation, asked, groups: groups | {REQUEST}),
        "Common.ResponseGroup.request-off",
    ),
    defect(
        "echo/always-of-reads",
        _choose_groups(lambda operation, asked, groups: groups | {REQUEST} if operation.startswith("Get") else groups),
        "Common.ResponseGroup.request-off",
    ),
    defect(
        "echo/never",
        _choose_groups(lambda operation, asked, groups: groups - {REQUEST}),
        *sorted(_ECHOES.values()),
        "Common.ResponseGroup.request-echo",
    ),
    *(
        one
        for name, broken in _ECHOES.items()
        for one in (
            defect(f"echo/empty-of-{name}", _echo(name, lambda values: {}), broken),
            defect(f"echo/other-values-of-{name}", _echo(name, lambda values: {key: ["?"] for key in values}), broken),
            defect(
                f"echo/values-twice-of-{name}",
                _echo(name, lambda values: {key: one * 2 for key, one in values.items()}),
                broken,
            ),
        )
    ),
)

DEFECTS: tuple[Defect, ...] = (*_READ, *_GROUPS)
