"""Faults in the order of lists, each in one direction or by one property, and in lists that become shorter."""

from collections.abc import Callable

from conformance.defects.defect import Defect, defect
from conformance.defects.planting import Plant, handling, text, with_values
from conformance.reference.context import Context, Handler
from conformance.wire.flattening import Values

REQUESTS, SUBMISSIONS = "GetQualificationRequests", "GetAssignmentsForHIT"
HITS, REVIEWABLE = "SearchHITs", "GetReviewableHITs"


def _sorted_otherwise(operation: str, name: str, value: str, where: Callable[[Context], bool]) -> Plant:
    """Sort with another ``value`` of SortProperty or SortDirection where ``where`` says so of a call."""

    def wrapper(handler: Handler, context: Context) -> Values:
        return handler(with_values(context, **{name: value}) if where(context) else context)

    return handling(operation, wrapper)


def _upwards(operation: str, *properties: str) -> Plant:
    """Sort in ascending order whatever is asked for, where it is by one of ``properties``."""
    return _sorted_otherwise(
        operation, "SortDirection", "Ascending", lambda context: text(context.values.sent, "SortProperty") in properties
    )


def _by_time_instead(operation: str, asked: str) -> Plant:
    return _sorted_otherwise(
        operation, "SortProperty", "SubmitTime", lambda context: text(context.values.sent, "SortProperty") == asked
    )


def _total_with_the_decided(handler: Handler, context: Context) -> Values:
    """Count in TotalNumResults also the requests of the type that wait no more."""
    values = handler(context)
    type_id = text(context.values.sent, "QualificationTypeId")
    records = context.store.qualification_requests.values()
    gone = sum(one.qualification_type_id == type_id and one.state in ("Granted", "Rejected") for one in records)
    return {**values, "TotalNumResults": [str(int(text(values, "TotalNumResults")) + gone)]}


DEFECTS: tuple[Defect, ...] = (
    *(
        defect(f"{HITS}/sort/upwards-by-{name}", _upwards(HITS, name), f"{HITS}.sort.{name}")
        for name in ("Title", "Reward", "Expiration")
    ),
    *(
        defect(f"{REVIEWABLE}/sort/upwards-by-{name}", _upwards(REVIEWABLE, name), f"{REVIEWABLE}.SortProperty.values")
        for name in ("Title", "CreationTime")
    ),
    defect(
        "submissions/upwards-by-status", _upwards(SUBMISSIONS, "AssignmentStatus"), f"{SUBMISSIONS}.SortProperty.values"
    ),
    defect(
        "submissions/no-order-by-acceptance",
        _by_time_instead(SUBMISSIONS, "AcceptTime"),
        f"{SUBMISSIONS}.SortProperty.values",
    ),
    defect(
        "requests/upwards-only",
        _upwards(REQUESTS, "SubmitTime", "QualificationTypeId"),
        f"{REQUESTS}.SortDirection.values",
    ),
    defect(
        "requests/no-order-by-type",
        _by_time_instead(REQUESTS, "QualificationTypeId"),
        f"{REQUESTS}.SortProperty.values",
    ),
    defect(
        "requests/decided-ones-counted",
        handling(REQUESTS, _total_with_the_decided),
        f"{REQUESTS}.TotalNumResults.count",
    ),
)
