"""Faults in the form of identifiers: small letters, and what stands between letters, are passed over."""

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, rereading, text
from conformance.reference.endpoint import Endpoint
from conformance.wire.flattening import Values

_TYPE = "QualificationTypeId"
_IDENTIFIED = (
    ("UpdateQualificationType", _TYPE),
    ("GetQualificationType", _TYPE),
    ("DisposeQualificationType", _TYPE),
    ("GetQualificationRequests", _TYPE),
    ("GetQualificationsForQualificationType", _TYPE),
    ("AssignQualification", _TYPE),
    ("AssignQualification", "WorkerId"),
    ("RevokeQualification", _TYPE),
    ("RevokeQualification", "SubjectId"),
    ("GetQualificationScore", _TYPE),
    ("GetQualificationScore", "SubjectId"),
)


def _mending(operation: str, parameter: str) -> Plant:
    def mended(values: Values, _: Endpoint) -> Values:
        if parameter not in values:
            return values
        return {**values, parameter: [text(values, parameter).upper().replace("-", "")]}

    return rereading(operation, mended)


DEFECTS: tuple[Defect, ...] = tuple(
    defect(
        f"{operation}/{parameter}/mended",
        _mending(operation, parameter),
        f"{operation}.{parameter}.form",
        also=("Qualification.SubjectId",) if parameter == "SubjectId" else (),
        because="what is told has another id than the call",
    )
    for operation, parameter in _IDENTIFIED
)
