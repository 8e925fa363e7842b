"""What cases on blocked Workers start from: Workers blocked, and the list of them read."""

from conformance.spec.shapes import shapes_for
from conformance.suites.paging import Listing
from conformance.target.requester import Reply, Requester

LIST = "GetBlockedWorkers"


def block(requester: Requester, worker_id: str, reason: str = "made by a conformance run") -> Reply:
    """Call BlockWorker."""
    return requester.call("BlockWorker", {"WorkerId": worker_id, "Reason": reason})


def must_block(requester: Requester, worker_id: str, reason: str = "made by a conformance run") -> None:
    """Block a Worker as a precondition."""
    requester.must("BlockWorker", {"WorkerId": worker_id, "Reason": reason})


def blocked(requester: Requester) -> Listing:
    """Return the list of the Requester's blocked Workers."""
    return Listing(requester=requester, operation=LIST, item="WorkerBlock", key="WorkerId")


def reasons(requester: Requester, worker_id: str) -> list[str]:
    """Return the reasons of the blocks of a Worker, over all pages."""
    return [
        element.findtext("Reason") or ""
        for page in blocked(requester).pages(100)
        for element in page.all("WorkerBlock")
        if (element.findtext("WorkerId") or "").strip() == worker_id
    ]


def can_list(requester: Requester) -> bool:
    """Tell whether the version has the list."""
    return LIST in shapes_for(requester.version).operations
