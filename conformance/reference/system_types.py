"""The Qualification types that the service itself keeps: nobody owns them, and no Worker can ask for them.

Source: the identifiers and names in the article QualificationRequirement; they have no CreationTime, which no article
gives.
"""

from conformance.reference.records import QualificationType

_NAMES = {
    "00000000000000000000": "Worker_PercentAssignmentsSubmitted",
    "00000000000000000070": "Worker_PercentAssignmentsAbandoned",
    "000000000000000000E0": "Worker_PercentAssignmentsReturned",
    "000000000000000000L0": "Worker_PercentAssignmentsApproved",
    "000000000000000000S0": "Worker_PercentAssignmentsRejected",
    "00000000000000000040": "Worker_NumberHITsApproved",
    "00000000000000000071": "Worker_Locale",
    "00000000000000000060": "Worker_Adult",
}
NOBODY = ""
"""The owner of these types."""

SYSTEM_TYPES: dict[str, QualificationType] = {
    type_id: QualificationType(qualification_type_id=type_id, owner=NOBODY, created_at=0.0, name=name, status="Active")
    for type_id, name in _NAMES.items()
}
"""Id → the type, as far as replies show it."""


def is_requestable(record: QualificationType) -> bool:
    """Tell whether a type is one that Workers can ask for, be it Active or not."""
    return record.owner != NOBODY
