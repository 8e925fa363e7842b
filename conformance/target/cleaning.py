"""Removing what runs created: only what stands in the ledger, and never as part of a verdict."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.errors import Blocked, NotMeasured
from conformance.spec.shapes import can_call, shapes_for
from conformance.spec.versions import TODAY
from conformance.target.ledger import Ledger, OpenItem, name_in
from conformance.target.requester import Reply, Requester

ORPHANED = (
    "it belongs to an account whose keys are not at hand: those of the profile are others, and an account that a "
    "process of a run opened for itself is lost with that process; only the endpoint can remove it"
)
_GONE = frozenset({"AWS.MechanicalTurk.HITDoesNotExist", "AWS.MechanicalTurk.QualificationTypeDoesNotExist"})
_UNKNOWN = "its id is unknown: the answer to its creation did not tell it"
_NOT_FOUND = f"{_UNKNOWN}, and nothing alone of its name is listed"
_REPEATED = "nothing more of its name is listed: another call with its token made what there was"
_PAGE = "100"
_MOST_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What came of one item: ``outcome`` is one line for people, ``removed`` whether it is gone.

    ``answered`` is False where no answer came: then the others need not be tried at once.
    """

    item: OpenItem
    removed: bool
    outcome: str
    answered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """Why something is still there: a line for people, and the codes with which it was refused."""

    why: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """How to find what has a name: the list, its elements, the child that has the name, and what to ask for."""

    operation: str
    element: str
    named: str
    asks: Callable[[str], dict[str, Any]]


def remove(requesters: Mapping[str, Requester], ledger: Ledger, items: tuple[OpenItem, ...]) -> Iterator[Removal]:
    """Remove what ``items`` say that runs created, and note it in the ledger.

    ``requesters`` are those who can, by their accounts (as `account_of` names them); the first acts where the ledger
    does not tell whose something is.  HITs go first: what they require can only be disposed of without them.  What has
    no known id goes last of its kind: then less is listed, and what is known by its id is not taken for it.
    """
    known = frozenset(item.id for item in items if item.id)
    tokens = frozenset(_token(item) for item in items if item.id)
    for item in sorted(items, key=lambda item: (not item.operation.startswith("CreateHIT"), item.id is None)):
        removal = _remove(requesters, item, known, repeated=_token(item) is not None and _token(item) in tokens)
        if removal.removed:
            ledger.removed(item.entry)
        yield removal


def _remove(requesters: Mapping[str, Requester], item: OpenItem, known: frozenset[str], *, repeated: bool) -> Removal:
    """Remove one item; ``known`` are the ids of others, ``repeated`` tells that one of them has its token."""
    if reason := _out_of_reach(requesters, item):
        return Removal(item=item, removed=False, outcome=reason)
    requester = next(iter(requesters.values())) if item.account is None else requesters[item.account]
    remover, search = _WAYS[item.operation]
    try:
        found = [item.id] if item.id else _sought(requester, item, search, known)
        if found == [] and repeated:
            came: str | _Left = _REPEATED
        else:
            came = remover(requester, found[0]) if found and len(found) == 1 else _Left(why=_NOT_FOUND)
    except Blocked as blocked:
        return Removal(item=item, removed=False, outcome=blocked.cause, answered=False)
    except NotMeasured as refused:  # by the guard
        return Removal(item=item, removed=False, outcome=refused.reason)
    if isinstance(came, str):
        return Removal(item=item, removed=True, outcome=came)
    if item.account is not None and _GONE.intersection(came.codes):  # to anyone else it may just not be shown
        return Removal(item=item, removed=True, outcome=f"gone already: {came.why}")
    return Removal(item=item, removed=False, outcome=came.why)


def _out_of_reach(requesters: Mapping[str, Requester], item: OpenItem) -> str | None:
    """Return why an item cannot even be tried to remove; None where it can."""
    if item.account is not None and item.account not in requesters:
        return ORPHANED
    if item.operation not in _WAYS:
        return f"this kit knows no way to undo {item.operation}"
    name = name_in(item.values)
    return None if item.id or item.run_id in name else f"{_UNKNOWN}; look for it by name ({name or '?'})"


def _token(item: OpenItem) -> str | None:
    """Return the UniqueRequestToken with which an item was created, None where it had none."""
    return next((str(one) for one in item.values.get("UniqueRequestToken", ()) if one), None)


def _sought(requester: Requester, item: OpenItem, search: _Search, known: frozenset[str]) -> list[str] | None:
    """Return the ids, but for those ``known``, of what is listed with the name of ``item``, which names the run.

    None where the list could not be read to its end.
    """
    name = name_in(item.values)
    for page, last in _pages(requester, search, name):
        found = [
            one.findtext(f"{search.element}Id")
            for one in page.all(search.element)
            if one.findtext(search.named) == name
        ]
        if unknown := [one.strip() for one in found if one and one.strip() not in known]:
            return unknown
        if last:
            return [] if page.accepted else None
    return None


def _pages(requester: Requester, search: _Search, name: str) -> Iterator[tuple[Reply, bool]]:
    """Yield the pages of a list, and whether each is the last; 2017-01-17 sorts none, and has tokens for numbers."""
    today = requester.version == TODAY
    asks = {one: value for one, value in search.asks(name).items() if not today or not one.startswith("Sort")}
    paging = {"PageNumber": "1"}
    for number in range(2, _MOST_PAGES + 2):
        page = requester.call(search.operation, {"PageSize": _PAGE, **paging, **asks})
        token = (page.text("NextToken") or "").strip() if today else ""
        yield page, not (token if today else page.all(search.element))
        paging = {"NextToken": token} if today else {"PageNumber": str(number)}


def _remove_type(requester: Requester, identifier: str) -> str | _Left:
    """Dispose of a QualificationType; before 2008-04-01 the most that can be done is to make it inactive."""
    values = {"QualificationTypeId": identifier}
    disposable = "DisposeQualificationType" in shapes_for(requester.version).operations
    if disposable and (disposed := requester.call("DisposeQualificationType", values)).accepted:
        return "disposed of"
    reply = requester.call("UpdateQualificationType", {**values, "QualificationTypeStatus": "Inactive"})
    if not disposable:
        return "made inactive" if reply.accepted else _Left(why=reply.summary, codes=reply.codes)
    done = "made inactive, but not disposed of" if reply.accepted else "not disposed of"
    return _Left(why=f"{done}: {disposed.summary}", codes=disposed.codes)


def _remove_hit(requester: Requester, identifier: str) -> str | _Left:
    """Take a HIT away: one that Workers may still work on is disabled, one that is over is decided and disposed of.

    2017-01-17 has no way to disable one: there it is let expire first.
    """
    named = {"HITId": identifier}
    disabled = requester.call("DisableHIT", named) if can_call(requester.version, "DisableHIT") else None
    if disabled is not None and disabled.accepted:
        return "disabled"
    if requester.call("DisposeHIT", named).accepted:
        return "disposed of"
    hit = requester.call("GetHIT", named)
    if not hit.accepted:
        kept = f"not disabled: {disabled.summary}; " if disabled is not None else ""
        return _Left(why=f"{kept}GetHIT: {hit.summary}", codes=hit.codes)
    status, expires = ((hit.text(name) or "").strip() for name in ("HITStatus", "Expiration"))
    if status == "Disposed":
        return "disposed of before"
    if status in ("Assignable", "Unassignable"):
        requester.call("ForceExpireHIT", named)
    elif status == "Reviewing":
        requester.call("SetHITAsReviewing", {**named, "Revert": "true"})
    _approve_what_waits(requester, named)
    disposed = requester.call("DisposeHIT", named)
    if disposed.accepted:
        return "disposed of"
    why = f"{status or 'in no known state'}, offered until {expires or 'nobody knows when'}"
    tried = f"DisableHIT: {disabled.summary}; " if disabled is not None else ""
    return _Left(why=f"{why}; {tried}DisposeHIT: {disposed.summary}")


def _approve_what_waits(requester: Requester, named: Mapping[str, str]) -> None:
    """Approve the submissions to a HIT, whose reward was counted as it was created: a HIT that has some stays."""
    listed = requester.call("GetAssignmentsForHIT", {**named, "AssignmentStatus": "Submitted", "PageSize": _PAGE})
    for element in listed.all("Assignment/AssignmentId"):
        requester.call("ApproveAssignment", {"AssignmentId": (element.text or "").strip()})


_HIT: tuple[Callable[[Requester, str], str | _Left], _Search] = (
    _remove_hit,
    _Search(
        operation="SearchHITs",
        element="HIT",
        named="Title",
        asks=lambda _: {
            "SortProperty": "CreationTime",
            "SortDirection": "Descending",
            "ResponseGroup": ["Minimal", "HITDetail"],
        },
    ),
)
_WAYS: dict[str, tuple[Callable[[Requester, str], str | _Left], _Search]] = {
    "CreateQualificationType": (
        _remove_type,
        _Search(
            operation="SearchQualificationTypes",
            element="QualificationType",
            named="Name",
            asks=lambda name: {"Query": name, "MustBeRequestable": "false"},
        ),
    ),
    "CreateHIT": _HIT,
    "CreateHITWithHITType": _HIT,
}
