"""What cases about HITs start from: calls that differ in one thing, HITs made, read, listed and brought to review."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from conformance.checks.expectation import Expect
from conformance.errors import Blocked, NotMeasured
from conformance.suites.assignments import REWARD
from conformance.suites.forms import form_and_answer
from conformance.suites.life_cycle import NEWEST_FIRST, sorts
from conformance.suites.paging import pages_of
from conformance.suites.preconditions import PAGE_SIZE, Given
from conformance.target.requester import Reply, Requester
from conformance.wire.timestamps import parse_timestamp

GROUPS = ("Minimal", "HITDetail", "HITQuestion", "HITAssignmentSummary")
COUNTERS = ("NumberOfAssignmentsPending", "NumberOfAssignmentsAvailable", "NumberOfAssignmentsCompleted")
NEWEST = 20
Fund = Callable[[str], Requester]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A HIT that was created, and its HIT type."""

    hit_id: str
    hit_type_id: str


def text_of(element: etree._Element | Reply, name: str) -> str:
    """Return the text at a path below an element or a result, without white space around it; empty if there is none."""
    text = element.text(name) if isinstance(element, Reply) else element.findtext(name)
    return (text or "").strip()


def ids_of(elements: Iterable[etree._Element]) -> list[str]:
    """Return the HITIds of listed HITs."""
    return [text_of(element, "HITId") for element in elements]


def changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the values with these changes; None leaves a parameter out."""
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def alone(fund: Fund, requester: Requester) -> Requester:
    """Return a Requester alone on an account, so that lists are short; where none can be opened, the one given."""
    try:
        return fund("100.00")
    except NotMeasured:
        return requester


class Hits:
    """A Requester who makes HITs; every step that fails raises Blocked."""

    def __init__(self, given: Given, requester: Requester | None = None) -> None:
        self.given = given
        self.requester = requester or given.requester

    def properties(self, **changes: Any) -> dict[str, Any]:
        """Return the properties of a HIT type with a title of its own."""
        values = {
            "Title": self.given.name("title"),
            "Description": "made by a conformance run",
            "Keywords": "conformance, test",
            "Reward": REWARD,
            "AssignmentDurationInSeconds": 3600,
            "AutoApprovalDelayInSeconds": 86400,
        }
        return changed(values, changes)

    def content(self, **changes: Any) -> dict[str, Any]:
        """Return what a HIT has beside the properties of its type."""
        return changed({"Question": form_and_answer("q1")[0], "LifetimeInSeconds": 3600}, changes)

    def register(self, **changes: Any) -> str:
        """Register a HIT type and return its id."""
        return named(self.requester.must("RegisterHITType", self.properties(**changes)), "HITTypeId")

    def create(self, **values: Any) -> Made:
        """Create a HIT from these parameters alone."""
        reply = self.requester.must("CreateHIT", values)
        return Made(hit_id=named(reply, "HITId"), hit_type_id=text_of(reply, "HITTypeId"))

    def of_type(self, hit_type_id: str, **changes: Any) -> Made:
        """Create a HIT of a HIT type."""
        return self.create(HITTypeId=hit_type_id, **self.content(**changes))

    def new(self, **changes: Any) -> Made:
        """Create a HIT with properties of its own."""
        return self.create(**changed({**self.properties(), **self.content()}, changes))

    def read(self, hit_id: str, *groups: str) -> Reply:
        """Return what GetHIT says of a HIT, in these response groups (none: its own)."""
        asked = {"ResponseGroup": list(groups)} if groups else {}
        return self.requester.must("GetHIT", {"HITId": hit_id, **asked})

    def expire(self, hit_id: str) -> None:
        """Let a HIT expire now."""
        self.requester.must("ForceExpireHIT", {"HITId": hit_id})

    def reviewable(self, hit_type_id: str, count: int = 1) -> list[str]:
        """Create HITs of a type, let them expire, and return their ids in the order of creation."""
        made = [self.of_type(hit_type_id).hit_id for _ in range(count)]
        for hit_id in made:
            self.expire(hit_id)
        return made

    def page(self, operation: str, **values: Any) -> list[etree._Element]:
        """Return the HITs on one page of a list."""
        return self.requester.must(operation, values).all("HIT")

    def pages(self, operation: str, size: int, **values: Any) -> Iterator[list[str]]:
        """Yield the HITIds on each page of a list, to the last."""
        for reply in pages_of(self.requester, operation, "HIT", values, size):
            yield ids_of(reply.all("HIT"))

    def listed(self, operation: str, *of: str, size: int = 100, **values: Any) -> list[str]:
        """Return those of the HITIds that a list holds, in its order, read until it holds all of them."""

        def read() -> list[str]:
            found = [hit_id for page in self.pages(operation, size, **values) for hit_id in page]
            return [hit_id for hit_id in found if hit_id in of]

        return self.given.settled(read, lambda found: set(found) == set(of))

    def newest(self, **values: Any) -> list[etree._Element]:
        """Return the HITs that were created last, as SearchHITs lists them; where it cannot sort, all HITs."""
        if sorts(self.requester.version):
            return self.page("SearchHITs", **NEWEST_FIRST, PageSize=NEWEST, **values)
        pages = pages_of(self.requester, "SearchHITs", "HIT", values, PAGE_SIZE)
        return [element for reply in pages for element in reply.all("HIT")]

    def found(self, hit_id: str, *groups: str) -> etree._Element:
        """Return a new HIT as SearchHITs lists it, in these response groups (none: its own)."""
        asked: dict[str, Any] = {"ResponseGroup": list(groups)} if groups else {}
        listed = self.given.settled(lambda: self.newest(**asked), lambda hits: hit_id in ids_of(hits))
        for element in listed:
            if text_of(element, "HITId") == hit_id:
                return element
        raise Blocked("SearchHITs: a HIT that was created is not listed")

    def total(self) -> str:
        """Return how many HITs there are: TotalNumResults of SearchHITs, or, where it does not tell, those listed."""
        reply = self.requester.must("SearchHITs", {"PageSize": 1})
        told = reply.text("TotalNumResults")
        return str(sum(map(len, self.pages("SearchHITs", PAGE_SIZE)))) if told is None else told.strip()

    def annotated(self, mark: str) -> list[str]:
        """Return the ids of new HITs whose RequesterAnnotation begins with ``mark``."""
        return ids_of(hit for hit in self.newest() if text_of(hit, "RequesterAnnotation").startswith(mark))


def named(reply: Reply, name: str) -> str:
    """Return an id in a reply; raises Blocked where there is none."""
    identifier = text_of(reply, name)
    if not identifier:
        raise Blocked(f"{reply.operation}: no {name} in the reply")
    return identifier


def moment(text: str) -> float | None:
    """Return a time of a reply in seconds since the epoch, None where it is none."""
    try:
        return parse_timestamp(text).timestamp()
    except ValueError:
        return None


def names_in(reply: Reply) -> list[str]:
    """Return the names of the members of a HIT."""
    return [child.tag for result in reply.answer.results for child in result if isinstance(child.tag, str)]


def judge_members(requirement: str, reply: Reply, expect: Expect, *, present: Any = (), absent: Any = ()) -> None:
    """See that a HIT has these members and not those."""
    names = names_in(reply)
    expect(
        requirement,
        set(present) <= set(names) and not set(absent) & set(names),
        where=f"{reply.operation}/HIT",
        expected=f"{', '.join(present) or 'nothing certain'}" + (f", without {', '.join(absent)}" if absent else ""),
        actual=", ".join(names),
    )


LISTED = ("HITId", "HITTypeId", "Title", "HITStatus", "MaxAssignments", *COUNTERS)
"""What a HIT has in a list that tells its details."""


def judge_listed(requirement: str, hit: etree._Element, expect: Expect) -> None:
    """See that a listed HIT has its details, and tell whether it has its Question."""
    names = [str(child.tag) for child in hit]
    expect(
        requirement,
        set(LISTED) <= set(names),
        where="a HIT in the list",
        expected=", ".join(LISTED),
        actual=", ".join(names),
    )
    expect.see(requirement, where="Question", actual="it is listed" if "Question" in names else "it is not listed")


def judge_text(requirement: str, reply: Reply, name: str, expected: str, expect: Expect) -> None:
    """See that a HIT shows this text."""
    came = text_of(reply, name)
    expect(requirement, came == expected, where=f"{reply.operation}/HIT/{name}", expected=expected, actual=repr(came))
