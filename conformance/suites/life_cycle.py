"""What the suites see of a HIT's life: what GetHIT shows of it, and which lists hold it."""

from dataclasses import dataclass
from typing import Any

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, WorkerRefused
from conformance.spec.shapes import shapes_for
from conformance.suites.paging import pages_of
from conformance.suites.preconditions import PAGE_SIZE, Given
from conformance.target.requester import Reply, Requester
from conformance.wire.timestamps import parse_timestamp

HOUR = 3600
GROUPS = ("Minimal", "HITDetail", "HITAssignmentSummary")
NEWEST_FIRST = {"SortProperty": "CreationTime", "SortDirection": "Descending"}


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


def sorts(version: str) -> bool:
    """Tell whether SearchHITs can be told an order in a version."""
    return shapes_for(version).operation("SearchHITs").request.element("SortProperty") is not None


def is_found(requester: Requester, hit_id: str) -> bool:
    """Tell whether some page of SearchHITs holds a HIT; where it can, the newest come first, for few pages."""
    values = {**(NEWEST_FIRST if sorts(requester.version) else {}), "ResponseGroup": "Minimal"}
    return any(hit_id in _ids(page) for page in pages_of(requester, "SearchHITs", "HIT", values, PAGE_SIZE))


def _ids(reply: Reply) -> list[str]:
    return [(element.text or "").strip() for element in reply.all("HIT/HITId")]


def gives_time(version: str) -> bool:
    """Tell whether ExtendHIT can give a HIT more time in a version; in 2017-01-17 it gives assignments alone."""
    return shapes_for(version).operation("ExtendHIT").request.element("ExpirationIncrementInSeconds") is not None


def increment(version: str, count: int = 1) -> dict[str, Any]:
    """Return what ExtendHIT is told to give: so many hours, or assignments where it cannot give time."""
    return {"ExpirationIncrementInSeconds": count * HOUR} if gives_time(version) else {"MaxAssignmentsIncrement": count}


def extent(requester: Requester, hit_id: str) -> float:
    """Return how far a HIT reaches: the hour it expires in, or its assignments where `increment` gives these."""
    shown = show(requester, hit_id)
    if gives_time(requester.version):
        return shown.expiration / HOUR
    try:
        return int(shown["MaxAssignments"])
    except ValueError:
        raise Blocked("GetHIT: MaxAssignments is no number") from None


def extend(requester: Requester, hit_id: str, **values: Any) -> Reply:
    """Call ExtendHIT, by one `increment` unless told otherwise."""
    return requester.call("ExtendHIT", {"HITId": hit_id, **(values or increment(requester.version))})


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


def judge_end_of_review(
    requirement: str, hit_id: str, reply: Reply, given: Given, expect: Expect, *, places: tuple[str, str]
) -> None:
    """See that what brought ``reply`` made a Reviewing HIT Assignable, and Reviewable once it has expired again.

    ``places`` say where each of the two was looked for.
    """
    extended = status_of(given, hit_id, "Assignable")
    actual = f"{extended} ({reply.summary})"
    expect(requirement, extended == "Assignable", where=places[0], expected="Assignable", actual=actual)
    if extended != "Assignable":
        return
    given.requester.must("ForceExpireHIT", {"HITId": hit_id})
    over = status_of(given, hit_id, "Reviewable", "Reviewing")
    expect(requirement, over == "Reviewable", where=places[1], expected="Reviewable", actual=over)
