"""Faults that are not those of one operation: service, route, version and operation of a call, and the rest.

Who is let in, how parameters are read and the envelope of the reply have modules of their own.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from conformance.bindings.query import Call
from conformance.defects import access, envelope, parameters
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant
from conformance.reference.endpoint import Endpoint
from conformance.reference.refusals import front_end_refused
from conformance.reference.routing import path_of
from conformance.spec.versions import VERSIONS
from conformance.wire.messages import HttpRequest

REJECT, BALANCE, GRANT = "RejectQualificationRequest", "GetAccountBalance", "GrantBonus"


def _any_service(endpoint: Endpoint) -> None:
    endpoint.check_service = lambda call: None


def _guess_operation(operation: str) -> Plant:
    """Take a call without Operation for one of ``operation``."""

    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.choose_operation

        def choose(call: Call, known: Collection[str]) -> str:
            return strict(call, known) if call.operation else operation

        endpoint.choose_operation = choose

    return plant


def _without_operation(operation: str) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        del endpoint.handlers[operation]

    return plant


def _refuse_version(version: str) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        endpoint.options = replace(endpoint.options, versions=endpoint.options.versions - {version})

    return plant


def _refuse_route(which: Callable[[HttpRequest], bool]) -> Plant:
    def plant(endpoint: Endpoint) -> None:
        strict = endpoint.check_route

        def check(request: HttpRequest) -> None:
            if which(request):
                raise front_end_refused(404, "NotFound", "Nothing is served here.")
            strict(request)

        endpoint.check_route = check

    return plant


_CALLED = (
    defect(
        "operation/guessed-to-be-the-balance",
        _guess_operation(BALANCE),
        "Common.Operation.required",
        f"{REJECT}.common-parameters",
    ),
    defect(
        "operation/guessed-to-be-a-rejection",
        _guess_operation(REJECT),
        f"{REJECT}.common-parameters",
    ),
    defect("service/ignored", _any_service, "Common.Service.value"),
    defect(
        "route/no-get",
        _refuse_route(lambda request: request.method == "GET"),
        "Common.REST.get",
        "Common.REST.path-root",
        f"{REJECT}.sample-call",
        f"{GRANT}.sample-call",
    ),
    defect(
        "route/get-not-at-the-root",
        _refuse_route(lambda request: request.method == "GET" and path_of(request) == "/"),
        "Common.REST.get",
        "Common.REST.path-root",
        f"{GRANT}.sample-call",
    ),
    defect(
        "route/no-onca-xml",
        _refuse_route(lambda request: path_of(request) != "/"),
        f"{REJECT}.sample-call",
        versions=VERSIONS[:1],
    ),
    *(
        defect(
            f"version/{version}-refused",
            _refuse_version(version),
            "Common.Version.multiple-supported",
            also=("*",),
            because="nothing can be called in this version any more",
            versions=(version,),
        )
        for version in VERSIONS
    ),
)

_LOST_WITH: dict[str, tuple[str, ...]] = {
    "ApproveAssignment": (),
    "AssignQualification": ("QualificationRequest.SubjectId",),
    "CreateHIT": (),
    "CreateQualificationType": (),
    BALANCE: parameters.SHOWN_BY_BALANCE,
    "GetAssignmentsForHIT": (),
    "GetBonusPayments": (),
    "GetHIT": (),
    "GetQualificationRequests": (),
    "GetQualificationScore": (
        "GrantQualification.effect",
        "QualificationRequest.SubjectId",
    ),
    "GetQualificationType": ("Common.ResponseGroup.omitted",),
    GRANT: (f"{GRANT}.*",),
    "GrantQualification": ("QualificationRequest.QualificationRequestId.usable", f"{REJECT}.others-kept"),
    "RegisterHITType": (),
    "RejectAssignment": (),
    REJECT: (
        f"{REJECT}.Reason.optional",
        f"{REJECT}.Reason.unicode",
        f"{REJECT}.QualificationRequestId.valid",
        f"{REJECT}.effect-list",
        f"{REJECT}.sample-call",
        "QualificationRequest.QualificationRequestId.usable",
    ),
    "UpdateQualificationType": ("UpdateQualificationType.Test.replace",),
}
"""The operations, and what cannot be met without each."""

_MISSING = tuple(
    defect(
        f"operation/no-{operation}",
        _without_operation(operation),
        "Common.Operation.names",
        *((f"{operation}.Operation.name",) if operation in (REJECT, GRANT) else ()),
        also=lost,
        because="these are shown by calls of the operation" if lost else "",
    )
    for operation, lost in _LOST_WITH.items()
)

DEFECTS: tuple[Defect, ...] = (
    *_CALLED,
    *_MISSING,
    *access.DEFECTS,
    *parameters.DEFECTS,
    *envelope.DEFECTS,
)
