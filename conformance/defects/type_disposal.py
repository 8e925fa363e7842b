"""Faults of DisposeQualificationType: what it should end goes on, and what it should leave is gone."""

from collections.abc import Callable, Collection
from dataclasses import replace

from conformance.bindings.query import Call
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import handling, planting
from conformance.defects.type_views import seeing
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.qualification_type_use import hits_requiring
from conformance.reference.records import QualificationRequest, QualificationType
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values

CREATE, UPDATE, DISPOSE = "CreateQualificationType", "UpdateQualificationType", "DisposeQualificationType"
HITS = "GetHITsForQualificationType"


def _in_use(record: QualificationType) -> QualificationType:
    return replace(record, disposed_at=None)


def _active(record: QualificationType) -> QualificationType:
    return replace(record, status="Active")


def _never_complete(record: QualificationType) -> QualificationType:
    return record if record.disposed_at is None else replace(record, disposed_at=float("inf"))


def _names_a_hit_type(context: Context) -> bool:
    return "HITTypeId" in context.values.sent


def _names_no_hit_type(context: Context) -> bool:
    return not _names_a_hit_type(context)


def _known_by_two_names(endpoint: Endpoint) -> None:
    strict = endpoint.choose_operation

    def choose(call: Call, known: Collection[str]) -> str:
        return DISPOSE if call.operation == "DisposeQualification" else strict(call, known)

    endpoint.choose_operation = choose


def _type_id(context: Context) -> str:
    return context.values.optional("QualificationTypeId", str) or ""


def _nothing_named(handler: Handler, context: Context) -> Values:
    return handler(context) if _type_id(context) else {}


def _nothing_known(handler: Handler, context: Context) -> Values:
    type_id = _type_id(context)
    return handler(context) if not type_id or type_id in context.store.qualification_types else {}


def _again(handler: Handler, context: Context) -> Values:
    record = context.store.qualification_types.get(_type_id(context))
    return handler(context) if record is None or record.disposed_at is None else {}


def _by_anybody(handler: Handler, context: Context) -> Values:
    record = context.store.qualification_types.get(_type_id(context))
    owner = context.store.requesters.get(record.owner) if record else None
    return handler(replace(context, requester=owner) if owner else context)


def _with(change: Callable[[Context, str], None]) -> Callable[[Handler, Context], Values]:
    """Return the wrapper that does something else after a disposal."""

    def wrapper(handler: Handler, context: Context) -> Values:
        values = handler(context)
        change(context, _type_id(context))
        return values

    return wrapper


def _expire_hits(context: Context, type_id: str) -> None:
    for hit in list(hits_requiring(context.store, type_id, context.at)):
        context.store.save_hit(replace(hit, expires_at=context.at))


def _take_qualifications(context: Context, type_id: str) -> None:
    held = context.store.qualifications
    for key in [key for key in held if key[0] == type_id]:
        del held[key]


def _leave_requests(handler: Handler, context: Context) -> Values:
    requests: list[QualificationRequest] = list(context.store.qualification_requests.values())
    values = handler(context)
    for request in requests:
        context.store.save_request(request)
    return values


DEFECTS: tuple[Defect, ...] = (
    defect("dispose/known-by-two-names", _known_by_two_names, f"{DISPOSE}.Operation.name"),
    defect(
        "dispose/of-nothing",
        handling(DISPOSE, _nothing_named),
        f"{DISPOSE}.QualificationTypeId.required",
        versions=VERSIONS,
    ),
    defect("dispose/of-no-type", handling(DISPOSE, _nothing_known), f"{DISPOSE}.unknown"),
    defect("dispose/again", handling(DISPOSE, _again), f"{DISPOSE}.twice"),
    defect("dispose/by-anybody", handling(DISPOSE, _by_anybody), f"{DISPOSE}.owner-only"),
    defect(
        "dispose/new-hits",
        planting(seeing("RegisterHITType", _in_use), seeing("CreateHIT", _in_use, _names_no_hit_type)),
        f"{DISPOSE}.no-new-hits",
    ),
    defect(
        "dispose/hits-of-old-types",
        planting(seeing("CreateHIT", _in_use, _names_a_hit_type), seeing("CreateHITWithHITType", _in_use)),
        f"{DISPOSE}.hittypes",
    ),
    defect("dispose/expires-hits", handling(DISPOSE, _with(_expire_hits)), f"{DISPOSE}.active-hits-stay"),
    defect("dispose/hits-are-extended", seeing("ExtendHIT", _in_use), f"{DISPOSE}.no-extend"),
    defect(
        "dispose/takes-qualifications", handling(DISPOSE, _with(_take_qualifications)), f"{DISPOSE}.qualifications-stay"
    ),
    defect("dispose/requests-stay", handling(DISPOSE, _leave_requests), f"{DISPOSE}.pending-rejected"),
    *(
        defect(f"dispose/{operation}-goes-on", seeing(operation, _in_use), f"{DISPOSE}.later-use-fails")
        for operation in (UPDATE, "AssignQualification", HITS)
    ),
    defect("dispose/name-is-never-free", seeing(CREATE, _never_complete), f"{DISPOSE}.name-reuse"),
    defect(
        "type/hits-for-inactive",
        planting(seeing("RegisterHITType", _active), seeing("CreateHIT", _active)),
        f"{CREATE}.Status.inactive-no-hits",
    ),
)
