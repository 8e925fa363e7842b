"""What cases start from: QualificationTypes, Workers and pending requests of this run.

Every step that fails raises Blocked: a case whose precondition does not hold decides nothing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from lxml import etree

from conformance.errors import Blocked
from conformance.suites.paging import pages_of
from conformance.target.drivers import WorkerDriver
from conformance.target.requester import Requester

T = TypeVar("T")
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRequest:
    """A QualificationRequest as GetQualificationRequests lists it; ids without white space around them."""

    element: etree._Element
    qualification_request_id: str
    qualification_type_id: str
    subject_id: str
    submit_time: str

    def document(self, name: str) -> str | None:
        """Return the text of Test or Answer, or None where the element is missing."""
        return self.element.findtext(name)


def _listed(element: etree._Element) -> ListedRequest:
    def text(name: str) -> str:
        return (element.findtext(name) or "").strip()

    return ListedRequest(
        element=element,
        qualification_request_id=text("QualificationRequestId"),
        qualification_type_id=text("QualificationTypeId"),
        subject_id=text("SubjectId"),
        submit_time=text("SubmitTime"),
    )


def requests_listed(
    requester: Requester, qualification_type_id: str | None = None, **values: Any
) -> Iterator[ListedRequest]:
    """Yield every pending request that GetQualificationRequests returns, over all pages."""
    size = int(values.pop("PageSize", PAGE_SIZE))
    filtered = {"QualificationTypeId": qualification_type_id} if qualification_type_id else {}
    listed = "QualificationRequest"
    for reply in pages_of(requester, "GetQualificationRequests", listed, {**filtered, **values}, size):
        yield from map(_listed, reply.all(listed))


class Given:
    """The named preconditions of one case; ``name`` makes names that no other case or run uses."""

    def __init__(
        self, requester: Requester, workers: WorkerDriver, name: Callable[[str], str], settling_time: float
    ) -> None:
        self.requester = requester
        self.workers = workers
        self.name = name
        self._settling_time = settling_time

    def settled(self, read: Callable[[], T], good: Callable[[T], bool]) -> T:
        """Read until ``good`` or until the settling time of the endpoint is over; return what was read last."""
        until = time.monotonic() + self._settling_time
        while True:
            value = read()
            if good(value) or time.monotonic() >= until:
                return value
            time.sleep(min(1.0, self._settling_time / 5))

    def qualification_type(self, **values: Any) -> str:
        """Create an active QualificationType and return its id."""
        defaults = {"Name": self.name("type"), "Description": "made by a conformance run"}
        reply = self.requester.must(
            "CreateQualificationType", {**defaults, "QualificationTypeStatus": "Active", **values}
        )
        identifier = (reply.text("QualificationTypeId") or "").strip()
        if not identifier:
            raise Blocked("CreateQualificationType: no QualificationTypeId in the reply")
        return identifier

    def pending_request(self, qualification_type_id: str | None = None, worker_id: str | None = None) -> ListedRequest:
        """Have a Worker request a Qualification of a type without a test, and find the request in the list."""
        type_id = qualification_type_id or self.qualification_type()
        worker = worker_id or self.workers.new_worker()
        self.workers.request_qualification(worker, type_id)
        return self.request_of(worker, type_id)

    def answered_test(self, qualification_type_id: str, answer: str, worker_id: str | None = None) -> ListedRequest:
        """Have a Worker take the test of a type, hand in ``answer``, and find the request in the list."""
        worker = worker_id or self.workers.new_worker()
        self.workers.request_qualification(worker, qualification_type_id)
        self.workers.submit_test(worker, qualification_type_id, answer)
        return self.request_of(worker, qualification_type_id)

    def request_of(self, worker_id: str, qualification_type_id: str) -> ListedRequest:
        """Return the pending request for a type; one type is used by one Worker at a time unless SubjectId tells."""
        # Until the list has settled it may still hold those of others that are decided.
        listed = self.settled(
            lambda: list(requests_listed(self.requester, qualification_type_id)),
            lambda found: any(request.subject_id == worker_id for request in found),
        )
        own = [request for request in listed if request.subject_id == worker_id] or listed
        if not own:
            raise Blocked("GetQualificationRequests: the request that a Worker made is not listed")
        return own[-1]

    def messages_with(self, text: str, worker_id: str) -> list[str]:
        """Return the texts of a Worker's messages, read until one of them holds ``text``."""
        return self.settled(
            lambda: [message.text for message in self.workers.read_messages(worker_id)],
            lambda texts: any(text in one for one in texts),
        )

    def score(self, qualification_type_id: str, worker_id: str) -> tuple[bool, str, str]:
        """Return whether a Worker holds a Qualification, its score and its status (empty where not told)."""
        values = {"QualificationTypeId": qualification_type_id, "SubjectId": worker_id}
        reply = self.requester.call("GetQualificationScore", values)
        if not reply.accepted and not reply.refused:
            raise Blocked(reply.cause)
        status = (reply.text("Status") or "").strip()
        return reply.accepted and status != "Revoked", (reply.text("IntegerValue") or "").strip(), status
