"""Which operations the suites call."""

from collections.abc import Iterator

from conformance.spec.shapes import shapes_for

NOT_YET = frozenset(
    {
        "ApproveRejectedAssignment",
        "BlockWorker",
        "ChangeHITTypeOfHIT",
        "DisableHIT",
        "DisposeHIT",
        "DisposeQualificationType",
        "ExtendHIT",
        "ForceExpireHIT",
        "GetAssignment",
        "GetBlockedWorkers",
        "GetFileUploadURL",
        "GetHITsForQualificationType",
        "GetQualificationsForQualificationType",
        "GetRequesterStatistic",
        "GetRequesterWorkerStatistic",
        "GetReviewResultsForHIT",
        "GetReviewableHITs",
        "GetWorkerAcceptLimit",
        "Help",
        "NotifyWorkers",
        "RevokeQualification",
        "SearchHITs",
        "SearchQualificationTypes",
        "SendTestEventNotification",
        "SetHITAsReviewing",
        "SetHITTypeNotification",
        "SetWorkerAcceptLimit",
        "UnblockWorker",
        "UpdateQualificationScore",
    }
)
"""Described by the specification; no suite can make a good call of them yet, so nothing of them is measured."""


def operations_called(version: str) -> Iterator[str]:
    """Yield the operations of a version that the suites call."""
    return (operation for operation in shapes_for(version).operations if operation not in NOT_YET)
