"""What the requirements state about an element of a reply: which of them a fault of it breaks, and which it touches.

Read from the annotations of the schemas and from ids that name an operation, a structure or an element.
"""

from fnmatch import fnmatchcase

from conformance.defects.places import Place
from conformance.spec.requirements import requirements
from conformance.spec.shapes import TypeShape

Broken = frozenset[str]
NOTHING: Broken = frozenset()
_READ_BACK = ("BonusPayment",)


def known(*names: str | None) -> Broken:
    """Return those of the names that are requirements which can be missed."""
    stated = requirements()
    return frozenset(name for name in names if name is not None and name in stated and stated[name].level != "MAY")


def _compared(place: Place) -> Broken:
    """Return the requirement on an element that is compared with what was sent: one that is missing is wrong."""
    return known(place.member.requirement) if place.parent.name in _READ_BACK else NOTHING


def _members_of(shape: TypeShape | None) -> Broken:
    """Return the requirement on the members of a type."""
    return (known(f"{shape.name}.elements") or known(shape.requirement)) if shape else NOTHING


def _of_operation(place: Place, topic: str) -> Broken:
    return known(f"{place.operation.name}.Result.{topic}")


def _is_counter(place: Place) -> bool:
    counted = place.in_result and place.member.max == 1 and place.name != "NextToken"
    return counted and bool(_of_operation(place, "elements"))


def when_absent(place: Place) -> Broken:
    """Return what breaks where the element is missing."""
    if place.in_echo:
        # ResponseGroup belongs to all calls, it is no parameter of the operation.
        return _of_operation(place, "request-group") if place.name != "ResponseGroup" else NOTHING
    if place.parent.name == place.operation.response or place.name == "RequestId":
        return _of_operation(place, "element")
    if place.name == "Request":
        return known("Common.Response.isvalid-present") | _of_operation(place, "request-group")
    if place.name == "IsValid":
        return known("Common.Response.isvalid-present")
    needed = _members_of(place.parent) if place.member.min or _is_counter(place) else NOTHING
    return needed | known(f"{place.parent.name}.{place.name}.presence") | _compared(place)


def when_renamed(place: Place) -> Broken:
    """Return what breaks where the element has another name, which its parent does not know."""
    return when_absent(place) | (NOTHING if place.in_echo else _members_of(place.parent))


def when_doubled(place: Place) -> Broken:
    """Return what breaks where the element stands twice."""
    if place.is_result:
        return _of_operation(place, "element")
    if place.in_echo:
        return when_absent(place) if place.name != place.operation.echo else NOTHING
    if place.member.max != 1:
        return _of_operation(place, "elements") if place.in_result else NOTHING
    return _members_of(place.parent)


def when_emptied(place: Place) -> Broken:
    """Return what breaks where the element has neither text nor members."""
    if place.member.document and not place.in_echo:
        return known(f"{place.parent.name}.{place.name}.parsable")
    return when_retyped(place)


def when_retyped(place: Place) -> Broken:
    """Return what breaks where the element holds what its type does not allow."""
    if place.in_echo or place.name in ("OperationRequest", "RequestId", "Request"):
        return when_absent(place)
    if place.type is None:
        counter = _of_operation(place, "elements") if _is_counter(place) else NOTHING
        of_time = known("Common.Response.timestamps-utc") if place.member.type == "xs:dateTime" else NOTHING
        return known(place.member.requirement) | counter | of_time
    broken = _compared(place)
    if any(member.min for member in place.type.elements):
        broken |= _members_of(place.type)
    if place.is_result:
        broken |= known("Common.Response.isvalid-present")
        broken |= _of_operation(place, "elements") | _of_operation(place, "request-group")
    return broken


def when_moved(place: Place) -> Broken:
    """Return what breaks where the element stands first or last and should not."""
    return known(f"{place.parent.name}.order")


def when_unknown_is_added(place: Place) -> Broken:
    """Return what breaks where a complex element has a member that its type does not know."""
    return NOTHING if place.in_echo else _members_of(place.type)


_REJECTED = ("RejectQualificationRequest.*", "QualificationRequest.QualificationRequestId.usable")
_BONUSES = ("GrantBonus.*", "BonusPayment.*")
_REPLAY = "GrantBonus.UniqueRequestToken.replay-message"
_LISTS = {"SearchQualificationTypes": "QualificationType", "GetHITsForQualificationType": "HIT"}
_READ_BY: dict[tuple[str, str], tuple[str, ...]] = {
    ("ReviewReport", "ReviewResult"): ("GetReviewResultsForHIT.*", "ReviewResultDetail.*"),
    ("ReviewReport", "ReviewAction"): ("GetReviewResultsForHIT.*", "ReviewActionDetail.*"),
    ("QualificationRequest", "QualificationRequestId"): (*_REJECTED, "QualificationRequest.Test.snapshot-stable"),
    ("QualificationRequest", "QualificationTypeId"): ("GrantQualification.effect",),
    ("QualificationRequest", "SubjectId"): (
        "GrantQualification.effect",
        "QualificationRequest.QualificationRequestId",
        "QualificationRequest.QualificationRequestId.stable",
    ),
    ("QualificationRequest", "Test"): ("QualificationRequest.Answer.presence",),
    ("GetQualificationRequestsResult", "QualificationRequest"): ("RejectQualificationRequest.*",),
    ("GetQualificationRequestsResult", "TotalNumResults"): ("RejectQualificationRequest.effect-list",),
    ("GetQualificationRequestsResponse", "GetQualificationRequestsResult"): ("QualificationRequest.*",),
    ("Qualification", "IntegerValue"): ("Qualification.value-kind",),
    ("GetAccountBalanceResponse", "GetAccountBalanceResult"): ("Common.ResponseGroup.omitted", "GetAccountBalance.*"),
    ("GetRequesterStatisticResponse", "GetStatisticResult"): ("GetRequesterStatistic.*",),
    ("GetQualificationScoreResponse", "Qualification"): ("GrantQualification.effect", "QualificationRequest.SubjectId"),
    ("GetQualificationTypeResponse", "QualificationType"): (
        "Common.Parameters.percent-decoding",
        "Common.ResponseGroup.omitted",
        "UpdateQualificationType.Test.replace",
    ),
    **{(f"{name}Response", f"{name}Result"): (f"{name}.*",) for name in _LISTS},
    **{(f"{name}Result", item): (f"{name}.*",) for name, item in _LISTS.items()},
    ("RejectQualificationRequestResponse", "RejectQualificationRequestResult"): _REJECTED,
    ("GrantBonusResponse", "OperationRequest"): (_REPLAY,),
    ("OperationRequest", "RequestId"): (_REPLAY,),
    ("GrantBonusResponse", "GrantBonusResult"): _BONUSES,
    ("GetBonusPaymentsResponse", "GetBonusPaymentsResult"): _BONUSES,
    ("GetBonusPaymentsResult", "BonusPayment"): _BONUSES,
    **{("BonusPayment", name): _BONUSES for name in ("WorkerId", "BonusAmount", "AssignmentId", "Reason")},
}
"""Type and member → requirements that are shown by reading it, beside those that are named after it."""

_READ_BY_ROOT = {
    "GrantBonus": ("BonusPayment.*",),
    "RejectQualificationRequest": ("QualificationRequest.QualificationRequestId.usable",),
}

Touched = tuple[tuple[str, ...], str]


def shown_by_any_reply(place: Place, kind: str) -> tuple[str, ...]:
    """Return which of the requirements on all replies a fault of that kind breaks besides, whatever the operation."""
    if place.in_echo:
        return ()
    if place.name in ("OperationRequest", "RequestId"):
        return ("Common.Response.operation-request",)
    # By JSON a member that stands twice is a list, one without a number or with a member a text or an object.
    of_json = ("Common.JSON.value-types",) if kind in ("doubled", "emptied", "retyped", "with-unknown-element") else ()
    if place.name.endswith("Id") and kind in ("renamed", "emptied", "retyped", "dropped"):
        of_json = (*of_json, "Common.Ids.told")
    holder = {"renamed": place.parent, "with-unknown-element": place.type}.get(kind)
    if holder is not None and holder.name != "Request" and not (kind == "renamed" and place.is_result):
        return ("Common.Response.schema-names", *of_json)
    is_no_document = place.member.document is not None and kind in ("emptied", "retyped")
    return ("Common.Response.xml-values-escaped", *of_json) if is_no_document else of_json


def touched(place: Place) -> Touched:
    """Return globs of what a fault of the element may show besides, and the reason."""
    within = (f"{place.parent.name}.{place.name}*", f"{place.type.name}.*" if place.type else "")
    # Without it the place of the result is not known either.
    valid = ("Common.Response.isvalid-present", f"{place.operation.name}.*") if place.name == "OperationRequest" else ()
    globs = (*within, *valid, *_READ_BY.get((place.parent.name, place.name), ()))
    matching = tuple(glob for glob in globs if any(fnmatchcase(name, glob) for name in requirements()))
    return matching, f"shown by reading {place.name}, or what is in it" if matching else ""


def touched_by_root(operation: str) -> Touched:
    """Return globs of what may show besides where the root of the operation's replies has another name."""
    globs = (f"{operation}.*", *_READ_BY_ROOT.get(operation, ()), "Common.Response.root")
    return globs, "shown by reading the reply"
