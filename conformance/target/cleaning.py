"""Removing what runs created: only what stands in the ledger, and never as part of a verdict."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from conformance.errors import Blocked
from conformance.target.ledger import Ledger, OpenItem
from conformance.target.requester import Requester
from conformance.wire.timestamps import parse_timestamp

SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What came of one item: ``outcome`` is one line for people, ``removed`` whether it is gone.

    ``answered`` is False where no answer came: then the others need not be tried at once.
    """

    item: OpenItem
    removed: bool
    outcome: str
    answered: bool = True


def remove(requester: Requester, ledger: Ledger, items: tuple[OpenItem, ...]) -> Iterator[Removal]:
    """Remove what ``items`` say that runs created with this Requester, and note it in the ledger."""
    for item in items:
        removal = _remove(requester, item)
        if removal.removed:
            ledger.removed(item.entry)
        yield removal


def _remove(requester: Requester, item: OpenItem) -> Removal:
    if item.id is None:
        outcome = "its id is unknown: the answer to its creation never came; look for it by name"
        return Removal(item=item, removed=False, outcome=f"{outcome} ({item.values.get('Name', ['?'])[0]})")
    way = _WAYS.get(item.operation)
    if way is None:
        return Removal(item=item, removed=False, outcome=f"this kit knows no way to undo {item.operation}")
    try:
        reply = way(requester, item.id)
    except Blocked as blocked:
        return Removal(item=item, removed=False, outcome=blocked.cause, answered=False)
    return Removal(item=item, removed=reply[0], outcome=reply[1])


def _retire_type(requester: Requester, identifier: str) -> tuple[bool, str]:
    """Make a QualificationType inactive: no version before 2008-04-01 can dispose of one."""
    values = {"QualificationTypeId": identifier, "QualificationTypeStatus": "Inactive"}
    reply = requester.call("UpdateQualificationType", values)
    return reply.accepted, "made inactive" if reply.accepted else reply.summary


def _leave_hit(requester: Requester, identifier: str) -> tuple[bool, str]:
    """See that a HIT is offered to Workers no longer, or ends by itself within the hour: suites make no others."""
    reply = requester.call("GetHIT", {"HITId": identifier})
    if not reply.accepted:
        return False, reply.summary
    status, created, expires = (
        (reply.text(name) or "").strip() for name in ("HITStatus", "CreationTime", "Expiration")
    )
    if status != "Assignable":
        return True, f"offered no longer: {status}"
    try:
        lifetime = parse_timestamp(expires) - parse_timestamp(created)
    except (ValueError, TypeError):
        return False, f"made at {created!r} and offered until {expires!r}"
    return lifetime <= SOON, f"offered until {expires}"


_WAYS: dict[str, Callable[[Requester, str], tuple[bool, str]]] = {
    "CreateQualificationType": _retire_type,
    "CreateHIT": _leave_hit,
}
