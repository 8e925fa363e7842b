"""Response groups: which ones an operation has, which it answers with unasked, and what is in each.

Source: the table of the article CommonParameters (2014-08-15).  HITTypeId is in Minimal, as in every genuine reply of
CreateHIT; HITGroupId, HITLayoutId and NumberOfSimilarHITs are details, in the versions that have them.
"""

from dataclasses import dataclass
from functools import cache

from conformance.reference.parameters import unacceptable
from conformance.reference.refusals import NOT_IN_ENUMERATION, Refusal
from conformance.wire.flattening import Values

MINIMAL = "Minimal"
REQUEST = "Request"

MEMBERS: dict[str, frozenset[str]] = {
    "HITDetail": frozenset(
        (
            "HITGroupId",
            "HITLayoutId",
            "CreationTime",
            "Title",
            "Description",
            "Keywords",
            "HITStatus",
            "MaxAssignments",
            "Reward",
            "AutoApprovalDelayInSeconds",
            "Expiration",
            "AssignmentDurationInSeconds",
            "NumberOfSimilarHITs",
            "RequesterAnnotation",
            "QualificationRequirement",
            "HITReviewStatus",
        )
    ),
    "HITQuestion": frozenset(("Question",)),
    "HITAssignmentSummary": frozenset(
        ("NumberOfAssignmentsPending", "NumberOfAssignmentsAvailable", "NumberOfAssignmentsCompleted")
    ),
    "AssignmentFeedback": frozenset(("RequesterFeedback",)),
    "Parameters": frozenset(("Statistic", "TimePeriod")),
}
"""What belongs to a group other than Minimal; Minimal is all the rest."""
ALL = frozenset((MINIMAL, *MEMBERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The groups of one operation beside Minimal and Request, and those of an answer where none was asked for."""

    further: tuple[str, ...] = ()
    default: tuple[str, ...] = (MINIMAL,)


_NONE = Offer()
_OF_A_STATISTIC = Offer(further=("Parameters",), default=(MINIMAL, "Parameters"))
_OF_A_HIT = ("HITDetail", "HITQuestion", "HITAssignmentSummary")
OFFERS: dict[str, Offer] = {
    "CreateHIT": Offer(further=_OF_A_HIT),
    "GetHIT": Offer(further=_OF_A_HIT, default=(MINIMAL, "HITDetail", "HITQuestion")),
    "GetAssignment": Offer(further=("AssignmentFeedback", "HITDetail", "HITQuestion")),
    "SearchHITs": Offer(further=_OF_A_HIT, default=(MINIMAL, "HITDetail", "HITAssignmentSummary")),
    "GetAssignmentsForHIT": Offer(further=("AssignmentFeedback",)),
    "GetRequesterStatistic": _OF_A_STATISTIC,
    "GetRequesterWorkerStatistic": _OF_A_STATISTIC,
}


def choose_groups(operation: str, asked: tuple[str, ...]) -> frozenset[str]:
    """Return the response groups of the reply: those asked for, the operation's own if none is; raises Refusal."""
    offer = OFFERS.get(operation, _NONE)
    for group in asked:
        if group not in (MINIMAL, REQUEST, *offer.further):
            raise Refusal(unacceptable("ResponseGroup", group, f"{operation} has no such group", NOT_IN_ENUMERATION))
    return frozenset(asked or offer.default)


def in_groups(view: Values, groups: frozenset[str]) -> Values:
    """Return the members of ``view`` that belong to one of ``groups``."""
    return {name: occurrences for name, occurrences in view.items() if group_of(name) in groups}


@cache
def group_of(name: str) -> str:
    """Return the group that a member of a HIT or an assignment belongs to."""
    return next((group for group, names in MEMBERS.items() if name in names), MINIMAL)
