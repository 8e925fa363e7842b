"""Faults in what errors say and where, and in the response groups of replies."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from conformance.bindings.json import read_call
from conformance.bindings.query import Call, ServiceError
from conformance.defects.defect import Defect, defect
from conformance.defects.planting import OfOperation, Plant, handling, planting, text
from conformance.reference.context import Context, Handler
from conformance.reference.endpoint import Endpoint
from conformance.reference.parameters import Parameters
from conformance.reference.refusals import (
    INVALID,
    MISSING,
    NOT_IN_ENUMERATION,
    NOT_XHTML,
    NOT_XML,
    Refusal,
)
from conformance.spec.shapes import Shapes, TypeShape
from conformance.spec.versions import VERSIONS
from conformance.wire.flattening import Values
from conformance.wire.messages import HttpRequest

CREATE_HIT, CREATE_TYPE = "CreateHIT", "CreateQualificationType"
GET_TYPE, SCORE = "GetQualificationType", "GetQualificationScore"
_LOCATION = "Common.Response.error-location"
_SHOWN = "these are shown by calls of that kind"


def _errors(change: Callable[[str | None, ServiceError], ServiceError], status: int | None = None) -> Plant:
    """Let ``change`` alter every error that is reported."""

    def plant(endpoint: Endpoint) -> None:
        def shape(operation: str | None, refusal: Refusal) -> Refusal:
            errors = [change(operation, error) for error in refusal.errors]
            other = status is not None and operation == SCORE
            return Refusal(*errors, status=status if other and status is not None else refusal.status)

        endpoint.shape_refusal = shape

    return plant


def _told_as(old: str, new: str, of: str | None = None) -> Plant:
    def change(operation: str | None, error: ServiceError) -> ServiceError:
        return replace(error, code=new) if error.code == old and of in (None, operation) else error

    return _errors(change)


def placed(place: str, which: Callable[[str | None, ServiceError], bool]) -> Plant:
    """Report some errors at another place."""
    return _errors(lambda operation, error: replace(error, place=place) if which(operation, error) else error)


def _one_id(endpoint: Endpoint) -> None:
    endpoint.store.next_request_id = lambda: "11111111-2222-3333-4444-555555555555"  # type: ignore[method-assign]


def _known_groups_only(endpoint: Endpoint) -> None:
    """Leave out the groups that there are not, where they should be refused."""
    strict = endpoint.choose_groups
    known = (
        "Minimal",
        "Request",
        "HITDetail",
        "HITQuestion",
        "HITAssignmentSummary",
        "AssignmentFeedback",
        "Parameters",
    )
    endpoint.choose_groups = lambda operation, asked: strict(operation, tuple(one for one in asked if one in known))


def _nothing_for_strange_groups(handler: Handler, context: Context) -> Values:
    return {} if "HITDetail" in context.groups else handler(context)


def _strange_groups_taken(endpoint: Endpoint) -> None:
    strict = endpoint.choose_groups
    endpoint.choose_groups = lambda operation, asked: (
        frozenset(asked) if operation == GET_TYPE and "HITDetail" in asked else strict(operation, asked)
    )


def _without_parameters(endpoint: Endpoint) -> None:
    strict = endpoint.choose_groups
    endpoint.choose_groups = lambda operation, asked: (
        strict(operation, asked) - (frozenset() if asked else frozenset({"Parameters"}))
    )


def _described_though_refused(endpoint: Endpoint) -> None:
    """Let an update that is refused for its other values change the description all the same."""
    strict = endpoint.read_parameters

    def read(values: Values, shape: TypeShape, shapes: Shapes) -> Parameters:
        try:
            return strict(values, shape, shapes)
        except Refusal:
            record = endpoint.store.qualification_types.get(text(values, "QualificationTypeId"))
            if shape.name == "UpdateQualificationTypeRequest" and record and "Description" in values:
                endpoint.store.save_type(replace(record, description=text(values, "Description")))
            raise

    endpoint.read_parameters = OfOperation(operation="UpdateQualificationType", changed=read, unchanged=strict)
    endpoint.read_json = OfOperation(
        operation="UpdateQualificationType", changed=_described_first(endpoint), unchanged=endpoint.read_json
    )


def _described_first(endpoint: Endpoint) -> Callable[[HttpRequest, Shapes], Call]:
    """Return what reads messages of JSON, and changes the description before it looks at the types of all values."""
    strict = endpoint.read_json

    def read(request: HttpRequest, shapes: Shapes) -> Call:
        try:
            return strict(request, shapes)
        except Refusal:
            with suppress(ValueError):
                call = read_call(request)
                record = endpoint.store.qualification_types.get(text(call.values, "QualificationTypeId"))
                if call.operation == "UpdateQualificationType" and record and "Description" in call.values:
                    endpoint.store.save_type(replace(record, description=text(call.values, "Description")))
            raise

    return read


DEFECTS: tuple[Defect, ...] = (
    defect(
        "response-group/of-hits-empties-types",
        planting(_strange_groups_taken, handling(GET_TYPE, _nothing_for_strange_groups)),
        "Common.ResponseGroup.not-allowed",
        also=("QualificationType.*", f"{GET_TYPE}.*"),
        because=_SHOWN,
    ),
    defect(
        "response-group/figures-without-parameters",
        _without_parameters,
        "Common.ResponseGroup.parameters-default",
        also=("GetRequesterStatistic.*", "GetRequesterWorkerStatistic.*", "Common.Version.shape"),
        because=_SHOWN,
        versions=tuple(version for version in VERSIONS if version >= "2012-03-25"),
    ),
    defect("errors/another-code-for-enumerations", _told_as(NOT_IN_ENUMERATION, INVALID), "Common.Error.enumerated"),
    defect(
        "errors/after-a-part-was-done",
        _described_though_refused,
        "Common.Error.no-partial-effect",
        also=("Common.JSON.parameter-types", "Common.JSON.malformed"),
        because="these look for what refused calls have changed",
    ),
    defect("response-group/unknown-ignored", _known_groups_only, "Common.ResponseGroup.unknown"),
    defect(
        "errors/states-in-operation-request",
        placed("OperationRequest", lambda operation, _: operation == CREATE_TYPE),
        _LOCATION,
    ),
    defect(
        "errors/no-result-beside-them",
        placed("OperationRequest", lambda operation, _: operation == SCORE),
        "Common.Response.result-always",
    ),
    defect("errors/http-400", _errors(lambda _, error: error, 400), "Common.Response.http-200-on-error"),
    defect(
        "errors/another-code-for-missing", _told_as(MISSING, INVALID, CREATE_HIT), "Common.Error.missing-parameters"
    ),
    defect("errors/another-code-for-xml", _told_as(NOT_XML, INVALID), "Common.Error.xml-parse"),
    defect("errors/another-code-for-xhtml", _told_as(NOT_XHTML, INVALID), "Common.Error.xhtml-parse"),
    defect("replies/one-request-id", _one_id, "Common.Response.request-id-unique"),
)
