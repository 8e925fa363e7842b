"""What the suites see of a HIT's life: what GetHIT shows of it, and which lists hold it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.errors import Blocked, WorkerRefused
from conformance.suites.preconditions import PAGE_SIZE, Given
from conformance.target.requester import Reply, Requester
from conformance.wire.timestamps import parse_timestamp

HOUR = 3600
GROUPS = ("Minimal", "HITDetail", "HITAssignmentSummary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A HIT as GetHIT shows it: the texts of its elements by name, without white space around them."""

    texts: dict[str, str]

    def __getitem__(self, name: str) -> str:
        """Return the text of an element, empty where there is none."""
        return self.texts.get(name, "")

    @property
    def status(self) -> str:
        """The HITStatus."""
        return self["HITStatus"]

    @property
    def expiration(self) -> float:
        """The Expiration in seconds since the epoch; raises Blocked where it is no time."""
        try:
            return parse_timestamp(self["Expiration"]).timestamp()
        except ValueError as error:
            raise Blocked(f"GetHIT: Expiration cannot be read: {error}") from None


def show(requester: Requester, hit_id: str, *groups: str) -> Shown:
    """Read a HIT with GetHIT."""
    reply = requester.must("GetHIT", {"HITId": hit_id, "ResponseGroup": list(groups or GROUPS)})
    return shown_in(reply)


def shown_in(reply: Reply) -> Shown:
    """Return the HIT in a reply of GetHIT."""
    texts = {str(element.tag): (element.text or "").strip() for element in reply.all("*")}
    amount = reply.text("Reward/Amount")
    return Shown(texts={**texts, "Reward": (amount or "").strip()})


def status_of(given: Given, hit_id: str, *wanted: str) -> str:
    """Return the HITStatus of a HIT, read until it is one of those wanted."""
    return given.settled(lambda: show(given.requester, hit_id).status, lambda status: status in wanted)


def is_reviewable(requester: Requester, hit_id: str, type_id: str, status: str | None = None) -> bool:
    """Tell whether GetReviewableHITs lists a HIT of a type that has few, with that Status or with none given."""
    values = {"HITTypeId": type_id, "PageSize": PAGE_SIZE, **({"Status": status} if status else {})}
    return hit_id in _ids(requester.must("GetReviewableHITs", values))


def is_found(requester: Requester, hit_id: str) -> bool:
    """Tell whether some page of SearchHITs holds a HIT; the newest come first, so that few pages are needed."""
    return any(hit_id in page for page in _pages(requester))


def _pages(requester: Requester) -> Iterator[list[str]]:
    order = {"SortProperty": "CreationTime", "SortDirection": "Descending", "PageSize": PAGE_SIZE}
    number = 1
    while True:
        page = _ids(requester.must("SearchHITs", {**order, "PageNumber": number, "ResponseGroup": "Minimal"}))
        yield page
        if len(page) < PAGE_SIZE:
            return
        number += 1


def _ids(reply: Reply) -> list[str]:
    return [(element.text or "").strip() for element in reply.all("HIT/HITId")]


def extend(requester: Requester, hit_id: str, **values: Any) -> Reply:
    """Call ExtendHIT, by an hour unless told otherwise."""
    return requester.call("ExtendHIT", {"HITId": hit_id, **(values or {"ExpirationIncrementInSeconds": HOUR})})


def review(requester: Requester, hit_id: str, **values: Any) -> Reply:
    """Set a HIT as Reviewing as a precondition."""
    return requester.must("SetHITAsReviewing", {"HITId": hit_id, **values})


def refused_to_accept(given: Given, hit_id: str) -> bool:
    """Tell whether a new Worker cannot accept a HIT."""
    worker_id = given.workers.new_worker()
    try:
        given.workers.accept_assignment(worker_id, hit_id)
    except WorkerRefused:
        return True
    return False
