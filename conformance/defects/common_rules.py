"""Faults that concern all operations: what a restart leaves, how Validate, booleans and response groups are taken."""

from collections.abc import Callable, Collection
from dataclasses import replace

from lxml import etree

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, planting, rereading, text
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import NOT_IN_ENUMERATION, Refusal, front_end_refused, refused
from conformance.reference.store import Store
from conformance.spec.shapes import shapes_for
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest, header

RESTART, BOOLEANS, MINIMAL = "Common.Durability.restart", "Common.REST.booleans", "Common.ResponseGroup.minimal"
HTTPS = "Common.REST.https"
DRY_RUN, INVALID = "Common.Validate.dry-run", "Common.Validate.dry-run-invalid"

_WITH_BLOCKS = tuple(version for version in VERSIONS if "BlockWorker" in shapes_for(version).operations)

# A plant is put in again at each restart, when the store holds what was there before.


def _losing(lose: Callable[[Store], None]) -> Plant:
    return lambda endpoint: lose(endpoint.store)


def _hits(store: Store) -> None:
    for table in (store.hits, store.assignments, store.awaiting):
        table.clear()


def _scores(store: Store) -> None:
    for record in list(store.qualifications.values()):
        store.save_qualification(replace(record, value=0))


def _types(store: Store) -> None:
    for table in (store.qualification_types, store.qualification_requests, store.qualifications):
        table.clear()


def _hit_types(endpoint: Endpoint) -> None:
    """Know no HIT type any more but by the HITs that it has."""
    lost = frozenset(endpoint.store.hit_types)

    def wrapper(handler: Handler, context: Context) -> Values:
        if context.values.optional("HITTypeId", str) in lost:
            raise refused("AWS.MechanicalTurk.HITTypeDoesNotExist", "There is no such HIT type.")
        return handler(context)

    planting(handling("CreateHIT", wrapper), handling("CreateHITWithHITType", wrapper))(endpoint)


def _afresh(store: Store) -> None:
    _hits(store)
    _types(store)
    store.blocks.clear()


def _refusing(boolean: str) -> Plant:
    """Take another text than this one in its place, as one that is no boolean."""

    def reread(values: Values, endpoint: Endpoint) -> Values:
        return {**values, "Revert": ["yes"]} if text(values, "Revert") == boolean else values

    return rereading("SetHITAsReviewing", reread)


def _no_minimal(concerns: Callable[[str], bool]) -> Plant:
    """Refuse the response group Minimal where it is the only one asked for."""

    def plant(endpoint: Endpoint) -> None:
        choose = endpoint.choose_groups

        def chosen(operation: str, asked: tuple[str, ...]) -> frozenset[str]:
            if asked == ("Minimal",) and concerns(operation):
                raise Refusal(unacceptable("ResponseGroup", "Minimal", "there is no such group", NOT_IN_ENUMERATION))
            return choose(operation, asked)

        endpoint.choose_groups = chosen

    return plant


def _validate_passed_over(endpoint: Endpoint) -> None:
    endpoint.only_checks = lambda call, version: False


def _not_validated(endpoint: Endpoint) -> None:
    """Refuse every call that is to be checked only."""
    unchanged = endpoint.only_checks

    def only_checks(call: Call, version: str) -> bool:
        if unchanged(call, version):
            raise Refusal(unacceptable("Validate", "true", "there is no such parameter"))
        return False

    endpoint.only_checks = only_checks


def _valid_whatever_is_sent(endpoint: Endpoint) -> None:
    """Report every call that is to be checked only as valid."""
    choose, shape, asked = endpoint.choose_version, endpoint.shape_reply, [False]

    def chosen(call: Call, offered: Collection[str]) -> str:
        asked[0] = call.common.get("Validate") == "true"
        return choose(call, offered)

    def shaped(operation: str, reply: etree._Element) -> etree._Element:
        reply = shape(operation, reply)
        for request in reply.iterfind("*/Request") if asked[0] else ():
            for errors in request.findall("Errors"):
                request.remove(errors)
            for valid in request.iterfind("IsValid"):
                valid.text = "True"
        return reply

    endpoint.choose_version, endpoint.shape_reply = chosen, shaped


def _all_invalid(endpoint: Endpoint) -> None:
    """Report every call that is to be checked only as invalid, without an error."""
    only_checks, shape, asked = endpoint.only_checks, endpoint.shape_reply, [False]

    def checked(call: Call, version: str) -> bool:
        asked[0] = only_checks(call, version)
        return asked[0]

    def shaped(operation: str, reply: etree._Element) -> etree._Element:
        reply = shape(operation, reply)
        for valid in reply.iterfind("*/Request/IsValid") if asked[0] else ():
            valid.text = "False"
        return reply

    endpoint.only_checks, endpoint.shape_reply = checked, shaped


def _behind_tls(request: HttpRequest) -> bool:
    return header(request.headers, "X-Forwarded-Proto") == "https"


def _nothing_behind_tls(endpoint: Endpoint) -> None:
    unchanged = endpoint.check_route

    def check_route(request: HttpRequest) -> None:
        unchanged(request)
        if _behind_tls(request):
            raise front_end_refused(404, "NotFound", "Nothing is served here")

    endpoint.check_route = check_route


def _others_behind_tls(endpoint: Endpoint) -> None:
    """Keep other accounts for calls by https."""
    unchanged, behind = endpoint.check_route, [False]

    def check_route(request: HttpRequest) -> None:
        unchanged(request)
        behind[0] = _behind_tls(request)

    def wrapper(handler: Handler, context: Context) -> Values:
        if not behind[0]:
            return handler(context)
        return handler(replace(context, requester=replace(context.requester, balance=1)))

    endpoint.check_route = check_route
    handling("GetAccountBalance", wrapper)(endpoint)


_LOSSES = (
    defect("restart/hits-lost", _losing(_hits), RESTART),
    defect("restart/hit-types-lost", _hit_types, RESTART),
    defect(
        "restart/qualification-types-lost",
        _losing(_types),
        RESTART,
        also=("RejectQualificationRequest.durable",),
        because="requests for a type go with it",
    ),
    defect("restart/qualifications-lost", _losing(lambda store: store.qualifications.clear()), RESTART),
    defect("restart/scores-lost", _losing(_scores), RESTART),
    defect("restart/blocks-lost", _losing(lambda store: store.blocks.clear()), RESTART, versions=_WITH_BLOCKS),
    defect(
        "restart/all-lost",
        _losing(_afresh),
        RESTART,
        also=("*.durable",),
        because="nothing outlives it",
    ),
)

_BOOLEANS = tuple(
    defect(
        f"booleans/{boolean}-refused",
        _refusing(boolean),
        BOOLEANS,
        also=("SetHITAsReviewing.*", "StateMachine.*", "HIT.*", "GetReviewableHITs.*"),
        because="a review is not begun or taken back with that word",
    )
    for boolean in ("true", "false")
)

_GROUPS = (
    defect(
        "groups/minimal-refused",
        _no_minimal(lambda operation: True),
        MINIMAL,
        also=("Common.*", "GetHIT.*", "SearchHITs.*"),
        because="calls that ask for this group alone are refused",
    ),
    *(
        defect(f"groups/minimal-refused-by-{name}", _no_minimal(name.__eq__), MINIMAL)
        for name in ("GetAccountBalance", "CreateQualificationType", "RegisterHITType", "SearchHITs")
    ),
)

_CHECKED = (
    defect("validate/passed-over", _validate_passed_over, DRY_RUN),
    defect("validate/refused", _not_validated, DRY_RUN),
    defect("validate/valid-whatever-is-sent", _valid_whatever_is_sent, INVALID),
    defect(
        "validate/all-invalid",
        _all_invalid,
        DRY_RUN,
        also=("Common.Response.*", "Common.Error.*"),
        because="a reply that says invalid has no errors beside it",
    ),
)

_TLS = (
    defect("tls/nothing-served", _nothing_behind_tls, HTTPS),
    defect("tls/other-accounts", _others_behind_tls, HTTPS),
)

DEFECTS: tuple[Defect, ...] = (*_TLS, *_CHECKED, *_LOSSES, *_BOOLEANS, *_GROUPS)
